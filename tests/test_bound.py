"""Authors' texts held to the numbers: every planted error is found by file and line, and a clean text gives none."""

import re
from dataclasses import replace

import pytest
from tiny import make_workspace, write

from forevar.bound import check_texts, read_text
from forevar.check import check_edition
from forevar.cli import main
from forevar.edition import Edition
from forevar.errors import ParamsError
from forevar.evidence import Evidence
from forevar.params import load_edition
from forevar.period import Period
from forevar.report.make import make_report
from forevar.start import start_workspace
from forevar.workspace import Workspace

PERIOD = Period(2026, 1)
# Language, chapter, text with [what is right|what is planted], kind of finding. {…} comes from the tables.
PLANTED = [
    ("nb", "foreword", "Utgaven har nummer [{number}|99] i rekken.", "number"),
    ("nb", "foreword", "Den dekker [oktober 2025–mars 2026|oktober 2024–mars 2025].", "stale"),
    ("nb", "foreword", "Takk til [{panel}|{panel_wrong}] informanter.", "number"),
    ("nb", "foreword", "Dette er Føre Var [01/26|01/25].", "stale"),
    ("nb", "comment", "Bruken av kokain viser [sterk økning|sterk nedgang], og det er crack som øker.", "word"),
    ("nb", "comment", "Bruken av heroin er [stabil|halvert].", "word"),
    ("nb", "comment", "Heroin skiller seg ut. Bruken er [stabil|økende].", "word"),
    ("nb", "comment", "For heroin er det [stabil bruk|økning i bruk] og nedgang i tilgjengelighet.", "word"),
    ("nb", "comment", "[Våren 2026|Våren 2025] er bruken av kokain sterkt økende.", "stale"),
    ("nb", "substances/kokain", "Aggregert differanse er [{kokain}|{kokain_wrong}].", "number"),
    ("nb", "substances/kokain", "## Bruk\n\nBrukerrommet har mer enn [doblet|halvert] antallet besøk.", "word"),
    ("nb", "substances/kokain", "## Bruk\n\nAFR hadde [sterk|liten] økning i innsøking.", "word"),
    ("nb", "substances/kokain", "## Tilgjengelighet\n\nTolletaten gjorde [{seizures}|88] beslag.", "number"),
    ("nb", "substances/kokain", "## Tilgjengelighet\n\nKripos hadde [liten|sterk] nedgang i mengde.", "word"),
    ("nb", "substances/kokain", "## Interesse\n\nRusinfo melder om [liten|sterk] økning.", "word"),
    ("nb", "substances/heroin", "## Tilgjengelighet\n\nTilgjengeligheten viser en [liten|sterk] nedgang.", "word"),
    ("nb", "substances/heroin", "## Interesse\n\nInteressen er [stabil|fallende].", "word"),
    ("nb", "consequences", "Antallet utdelte kanyler gikk [ned|opp].", "word"),
    ("nb", "consequences", "Det ble delt ut [{needles}|{needles_wrong}] kanyler.", "number"),
    ("nb", "consequences", "Naloksonprosjektet delte ut [{sprays}|722] nesesprayer.", "number"),
    ("nb", "consequences", "Nedgangen i utdelte kanyler er på [{percent} %|{percent_wrong} %].", "number"),
    ("nn", "comment", "Bruken av kokain [aukar sterkt|minkar].", "word"),
    ("nn", "comment", "Tilgjenget på heroin viser [nedgang|auke].", "word"),
    ("nn", "foreword", "Utgåva gjeld [hausten 2025|hausten 2024].", "stale"),
    ("nn", "substances/kokain", "## Tilgjenge\n\nTolletaten hadde [fleire|færre] beslag enn halvåret før.", "word"),
    ("en", "comment", "The use of cocaine shows a [strong rise|small rise].", "word"),
    ("en", "comment", "Use of heroin is [stable|falling].", "word"),
    ("en", "foreword", "This edition is about [spring 2026|spring 2024].", "stale"),
    ("en", "consequences", "In all, [{needles_en}|{needles_wrong}] needles were handed out.", "number"),
]  # fmt: skip
OWN = [
    "Kokainbruken økte med 900 prosent (Mounteney, 2009).",
    "Heroin øker sterkt og har virket i 99 timer (KORUS.NO).",
    "Heroin øker sterkt.[^1]\n\n[^1]: Se side 12 i rapporten fra 1999.",
    "Fra høsten 2023 har bruken av heroin vært økende.",
    "En dose kokain er 25–50 mg og varer i 10 minutter, se side 77.",
    "Langtidstrenden for heroin har vært synkende de siste 15 årene.",
    "Rusen av heroin øker faren for overdose.",
    "Færre beslag av kokain kan bety at kontrollen er lagt om.",
    "Den 31. mars 2026 var siste dag, og 15-åringer ble ikke spurt.",
    "Se [kokain øker med 99](https://example.org/99) og `99`. <!-- heroin øker 99 -->",
    "Bruken av heroin øker ikke.",
    "Bruken av kokain øker.",
]


@pytest.fixture(scope="module")
def demonstration(bergen, bergen_params, bergen_tables):
    return Edition(bergen_params, load_edition(bergen, PERIOD), bergen_tables, bergen_params.words("nb"))


@pytest.fixture(scope="module")
def evidence(demonstration):
    words = demonstration.params.words
    return {lang: Evidence(replace(demonstration, words=words(lang))) for lang in ("nb", "nn", "en")}


@pytest.fixture(scope="module")
def figures(demonstration):
    """The right numbers from the tables, and wrong ones beside them."""
    signals, series = demonstration.now("signals/kokain"), demonstration.consequences().changes
    customs = signals[(signals["source"] == "customs") & (signals["measure"] == "seizures")]
    needles = series["needles", "needles", ""]
    fall = 100 * (1 - needles["current"] / needles["previous"])
    panel, total = demonstration.informants["trend_panel"], demonstration.scores("kokain")["aggregate"][0]
    nb, en = demonstration.params.words("nb"), demonstration.params.words("en")
    return {
        "number": demonstration.values["number"], "panel": panel, "panel_wrong": panel + 54,
        "kokain": nb.signed(total), "kokain_wrong": nb.signed(-total),
        "seizures": f"{customs['current'].iloc[0]:.0f}", "needles": nb.number(needles["current"]),
        "needles_en": en.number(needles["current"]), "needles_wrong": f"{needles['current'] + 1:.0f}",
        "percent": nb.number(fall, 1), "percent_wrong": nb.number(fall + 5, 1),
        "sprays": nb.number(series["naloxone", "sprays", ""]["current"]),
    }  # fmt: skip


def found(evidence, name, text):
    return [one for _, _, one in read_text(evidence, name, "text/x.md", text)]


def variant(text, which, figures):
    return re.sub(r"\[([^|\]]*)\|([^\]]*)\]", lambda match: match[which], text).format(**figures)


@pytest.mark.parametrize(("lang", "name", "text", "kind"), PLANTED)
def test_planted_error_is_found_with_its_line_and_the_right_words_pass(evidence, figures, lang, name, text, kind):
    assert found(evidence[lang], name, variant(f"# T\n\n{text}\n", 1, figures)) == []
    wrong = found(evidence[lang], name, variant(f"# T\n\n{text}\n", 2, figures))
    line = 3 + text.count("\n")
    assert (kind, f"text/x.md:{line}") in [(one.kind, one.where) for one in wrong]


@pytest.mark.parametrize("text", OWN)
def test_what_is_the_authors_own_is_not_checked(evidence, text):
    assert found(evidence["nb"], "comment", text) == []


def test_texts_of_the_demonstration_agree_with_both_editions(bergen, bergen_params, bergen_tables):
    for period in (PERIOD, PERIOD.previous):
        opened = Edition(bergen_params, load_edition(bergen, period), bergen_tables, bergen_params.words("nb"))
        bound = check_texts(bergen, period, opened)
        assert (bound.findings, bound.faults) == ((), ())


def test_texts_of_a_new_workspace_and_of_the_example_agree(bergen, tmp_path):
    start_workspace(tmp_path / "ny", "Lillevik", "nb")
    for folder, period in ((tmp_path / "ny", PERIOD), (bergen.root / "examples" / "england", Period(2019, 2))):
        bound = check_texts(Workspace(folder.resolve()), period)
        assert (bound.findings, bound.faults) == ((), ())


def test_every_score_name_replaced_by_a_word_of_another_direction_is_found(demonstration, evidence):
    other = {"rise": "nedgang", "fall": "økning", "stable": "økning"}
    places = {"use": "bruken", "availability": "tilgjengeligheten", "interest": "interessen", "aggregate": "samlet"}
    for substance, one in demonstration.params.substances.items():
        for dimension, (_, word) in demonstration.scores(substance).items():
            name = f"${substance}_{dimension}"
            text = f"For {demonstration.words.name(one.name)} er det for {places[dimension]} {name}."
            assert found(evidence["nb"], "comment", text) == []
            if word:
                right, wrong = demonstration.values[name[1:]], other[word.split("_")[-1]]
                assert found(evidence["nb"], "comment", text.replace(name, right)) == [], text
                assert found(evidence["nb"], "comment", text.replace(name, wrong)), text


def test_hidden_count_is_neither_confirmed_nor_told(demonstration, evidence):
    rows = demonstration.now("signals/kokain").to_dict("records")
    hidden = next(row for row in rows if not demonstration.shown(row) and row["source"] == "prison_seizures")
    told = [
        found(evidence["nb"], "substances/kokain", f"## Tilgjengelighet\n\nKriminalomsorgen gjorde {count:.0f} beslag.")
        for count in (hidden["current"], hidden["current"] + 87)
    ]
    first, second = (one[0].fault.what for one in told)
    assert first.replace(f"{hidden['current']:.0f}", "N") == second.replace(f"{hidden['current'] + 87:.0f}", "N")


def test_finding_says_what_to_write_instead(evidence):
    (one,) = found(evidence["nb"], "comment", "Bruken av kokain er stabil.")
    assert "$kokain_use" in str(one.fault)
    assert "sterk økning" in one.note(evidence["nb"].words)


WRONG = "# Forord\n\nBruken av kokain viser økning.\n"
OVERRIDE = """
- where: params/editions/2026-1/text/foreword.md
  expect: kokain viser økning
  reason: Klinikken var stengt i seks uker
  initials: KN
"""


@pytest.fixture
def town(tmp_path):
    town = make_workspace(tmp_path / "town")
    write(town.edition(PERIOD) / "text" / "foreword.md", WRONG)
    return town


def test_draft_is_warned_and_final_refused(town):
    draft, final = check_edition(town, "2026-1"), check_edition(town, "2026-1", final=True)
    assert draft.exit_code == 0
    assert [one.where for one in draft.notices["texts"]] == ["params/editions/2026-1/text/foreword.md:3"]
    assert final.exit_code == 10
    assert "params/editions/2026-1/text/foreword.md" in final.faults


def test_override_silences_and_is_printed(town):
    write(town.edition(PERIOD) / "overrides.yml", OVERRIDE)
    check = check_edition(town, "2026-1", final=True)
    assert all(file.startswith("data/raw") for file in check.faults)
    assert "texts" not in check.notices
    assert "Klinikken var stengt i seks uker (KN)" in check.as_text("nb")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("initials: KN", "initials: ''", "initials"), ("  initials: KN\n", "", "initials"),
        ("kokain viser økning", "alkohol viser økning", "cover nothing"),
    ],
)  # fmt: skip
def test_override_without_initials_or_that_covers_nothing_is_a_fault(town, old, new, told):
    write(town.edition(PERIOD) / "overrides.yml", OVERRIDE.replace(old, new))
    check = check_edition(town, "2026-1")
    assert check.exit_code == 10
    assert told in check.as_text("en")
    assert "overrides.yml" in check.as_text("en")


def test_unknown_name_is_told_by_check(town):
    write(town.edition(PERIOD) / "text" / "foreword.md", "# Forord\n\n$ukjent\n")
    assert "foreword.md" in "".join(check_edition(town, "2026-1").faults)


def test_build_names_the_file_shows_the_note_in_the_draft_and_the_override_in_the_report(town, capsys):
    assert main(["--workspace", str(town.root), "build", "2026-1"]) == 0
    assert "params/editions/2026-1/text/foreword.md:3: " in capsys.readouterr().err
    page = town.reports(PERIOD) / "report.html"
    assert "men tallene sier: liten nedgang" in page.read_text(encoding="utf-8")
    write(town.edition(PERIOD) / "overrides.yml", OVERRIDE)
    assert main(["--workspace", str(town.root), "report", "2026-1"]) == 0
    assert "men tallene sier" not in page.read_text(encoding="utf-8")
    assert "Klinikken var stengt i seks uker (KN)" in page.read_text(encoding="utf-8")


def test_final_report_refuses_before_it_draws(town, bergen_params):
    params = replace(bergen_params, workspace=town)
    with pytest.raises(ParamsError, match=r"foreword\.md:3"):
        make_report(town, params, load_edition(town, PERIOD), {}, final=True)
