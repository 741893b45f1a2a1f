"""What changed since the last build, the draft before or the half-year before: every kind of why, one small case."""

import json
import os

import openpyxl
import pandas as pd
import pytest
from nbformat.v4 import new_notebook
from report_builders import cell, words
from tiny import PROFILE, make_workspace, write, write_workbook

from forevar.blocks import Text
from forevar.cli import main
from forevar.drafts import EARLIER, LATEST, draft_of, keep_draft, like_for_like, read_draft
from forevar.edition import open_edition
from forevar.errors import ForevarError, ParamsError
from forevar.params import load_params
from forevar.report.document import Chapter, compose
from forevar.start import start_workspace
from forevar.store import make_tables

CLINIC = ("clinic", "visits", "kokain", "use")


@pytest.fixture
def town(tmp_path):
    """Lillevik with one build kept."""
    made = make_workspace(tmp_path / "town")
    keep(made)
    return made


def keep(town):
    params = load_params(town)
    keep_draft(town, params, make_tables(town, params), "2026-1")


def since(town, what="build", lang=None):
    return open_edition("2026-1", workspace=town, lang=lang).changed(what)


def causes(town):
    """Indicator → why it differs from the last build."""
    rows = since(town).differences.signals
    return {tuple(row[:4]): row.why for row in rows.itertuples(index=False)}


def scores(town):
    """(Substance, dimension) → score before and now."""
    rows = since(town).differences.scores.to_dict("records")
    return {(row["substance"], row["dimension"]): (row["score_before"], row["score"]) for row in rows}


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    write(path, text.replace(old, new))


def edit(town, cell, value):
    path = town.raw / "statistics" / "2026-1-clinic.xlsx"
    book = openpyxl.load_workbook(path)
    book["Tall"][cell] = value
    book.save(path)


def mend(town, cell, expect, value):
    write(
        town.edition("2026-1") / "corrections.yml",
        f"- where: data/raw/statistics/2026-1-clinic.xlsx:Tall:{cell}\n  action: override\n  value: {value}\n"
        f"  expect: {expect}\n  reason: Slip of the pen.\n",
    )


# --- why -------------------------------------------------------------------------------------------------------------


def test_nothing_changed_is_said(town):
    view = since(town)
    assert view.differences.is_empty
    assert "Ingenting er endret" in view.as_text()
    assert [block.markdown.split(" ")[0] for block in view.blocks()] == ["##", "Ingenting"]


def test_edition_that_was_never_built_says_so(tmp_path):
    town = make_workspace(tmp_path)
    assert "ikke bygget" in since(town).as_text()
    assert "ikke noe tidligere utkast" in since(town, "draft").as_text()


def test_edited_raw_cell_is_told_with_word_figure_and_file(town):
    edit(town, "C3", 80)
    assert causes(town) == {CLINIC: ("data",)}
    assert scores(town)[("kokain", "use")] == (-6, 9)
    told = since(town).as_text()
    assert "Kokain, bruk: liten nedgang → liten økning" in told
    assert "Klinikken, besøk: −6\u00a0→\u00a0+9 (råfil endret)" in told
    assert "Endrede råfiler: data/raw/statistics/2026-1-clinic.xlsx." in told


def test_edited_cell_that_moves_no_step_is_told_with_its_figures(town):
    edit(town, "C3", 29)
    assert scores(town) == {("kokain", "use"): (-6, -6)}
    told = since(town).as_text()
    assert "Ingen skår har fått et annet ord." in told
    assert "Klinikken, besøk: 30\u00a0→\u00a029, samme trinn (råfil endret)" in told


def test_correction_is_the_cause_where_the_file_is_the_same(town):
    mend(town, "C3", 30, 80)
    assert causes(town) == {CLINIC: ("correction",)}
    assert since(town).differences.basis["correction"] == ("data/raw/statistics/2026-1-clinic.xlsx",)
    keep(town)
    (town.edition("2026-1") / "corrections.yml").unlink()
    assert causes(town) == {CLINIC: ("correction",)}


def test_weight_is_the_cause_of_the_signals_it_weighs_and_of_no_other(town):
    replace(town.params / "sources.yml", "weights: {use: 3}", "weights: {use: 2}")
    assert set(causes(town)) == {CLINIC, ("clinic", "visits", "alkohol", "use")}
    assert set(causes(town).values()) == {("weight",)}
    assert scores(town)[("kokain", "use")] == (-6, -4)
    assert "vekt 3\u00a0→\u00a02" in since(town).as_text()


def test_class_limit_is_the_cause_where_figures_and_weights_are_the_same(town):
    replace(town.params / "method.yml", "class_limits_percent: [10, 25, 50]", "class_limits_percent: [10, 30, 50]")
    assert causes(town) == {CLINIC: ("method",)}
    assert since(town).differences.basis["method"] == ("class_limits_percent",)
    assert "Metoden er endret (params/method.yml): class_limits_percent." in since(town).as_text()


def test_two_causes_are_each_told_for_its_own_signal(town):
    edit(town, "C5", 130)
    replace(town.params / "method.yml", "class_limits_percent: [10, 25, 50]", "class_limits_percent: [10, 30, 50]")
    assert causes(town) == {CLINIC: ("method",), ("clinic", "visits", "alkohol", "use"): ("data",)}


def test_source_whose_file_is_gone_is_lost(town):
    (town.raw / "media" / "2026-1-paper.xlsx").unlink()
    view = since(town)
    assert view.differences.lost == ("paper",)
    assert causes(town)["paper", "articles", "kokain", "interest"] == ("lost",)
    assert "Kilder med skår før, men ikke nå: Lokalavisen." in view.as_text()
    assert "Kokain, interesse: +3 stabil → ingen skår" in view.as_text()
    assert "Råfiler som er borte: data/raw/media/2026-1-paper.xlsx." in view.as_text()


def test_source_with_a_file_of_its_own_is_new(town):
    sources = town.params / "sources.yml"
    write(sources, sources.read_text(encoding="utf-8") + "port:\n  name: Havna\n  kind: statistics\n  measures: "
          "{finds: {dimension: use, unit: count, name: funn}}\n  weights: {use: 1}\n")  # fmt: skip
    profile = PROFILE.format(family="statistics", source="port", head="Funn", measure="finds")
    write(town.params / "sources" / "port.yml", profile)
    write_workbook(town.raw / "statistics" / "2026-1-port.xlsx", "Funn", {"kokain": (10, 20)})
    assert since(town).differences.new == ("port",)
    assert causes(town) == {("port", "finds", "kokain", "use"): ("new",)}
    assert "Kilder med skår nå, men ikke før: Havna." in since(town).as_text()


def test_earlier_figure_that_a_newer_file_changed_is_told_with_its_cell(town):
    profile = town.params / "sources" / "clinic.yml"
    write(profile, "deliveries: cumulative\n" + profile.read_text(encoding="utf-8"))
    old = town.raw / "statistics" / "2025-2-clinic.xlsx"
    write_workbook(old, "Besøk", {"kokain": (40, 30), "alkohol": (100, 115)})
    keep(town)
    edit(town, "C2", 60)
    assert causes(town) == {CLINIC: ("data",)}
    cell = "data/raw/statistics/2026-1-clinic.xlsx:Tall:C2"
    assert since(town).differences.basis["revised"] == (cell,)
    assert f"Eldre tall er endret av en nyere fil: {cell}." in since(town).as_text()


def test_score_of_an_earlier_half_year_that_is_another_now_is_told(tmp_path):
    town = three_half_years(tmp_path)
    keep(town)
    edit(town, "C3", 42)
    told = since(town).as_text()
    assert "Endrede skårer for tidligere halvår: 2." in told
    assert "Et annet ord for tidligere halvår: Kokain, bruk, høst 2025: +9 liten økning → 0 stabil" in told


def test_changed_text_is_named_and_no_number_is(town):
    replace(town.edition("2026-1") / "text" / "foreword.md", "Forord", "Et forord")
    view = since(town)
    assert view.differences.scores.empty
    assert view.table() is None
    assert "Tekster og oppskrift er endret: params/editions/2026-1/text/foreword.md." in view.as_text()


def test_text_of_another_edition_is_none_of_ours(town):
    write(town.edition("2025-1") / "text" / "foreword.md", "# Forord\n")
    assert since(town).differences.is_empty


def test_program_is_the_cause_when_nothing_else_is(town):
    kept = town.reports("2026-1") / "draft.json"
    draft = json.loads(kept.read_text(encoding="utf-8"))
    row = next(row for row in draft["signals"]["data"] if tuple(row[:4]) == CLINIC)
    row[draft["signals"]["columns"].index("value")] = -1
    row[draft["signals"]["columns"].index("contribution")] = -3
    write(kept, json.dumps({**draft, "library": "another"}))
    assert causes(town) == {CLINIC: ("program",)}


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_draft_before_is_the_last_that_said_something_else(town):
    assert read_draft(town, "2026-1", EARLIER) is None
    keep(town)  # the same again is no new draft
    assert read_draft(town, "2026-1", EARLIER) is None
    edit(town, "C3", 80)
    keep(town)
    keep(town)
    before, after = (set(read_draft(town, "2026-1", name).signals["current"]) for name in (EARLIER, LATEST))
    assert (before - after, after - before) == ({30}, {80})
    assert len(since(town, "draft").differences.scores) == 2
    assert since(town).differences.is_empty


def test_draft_is_compared_with_the_last_build_before_it_is_itself_kept(town):
    edit(town, "C3", 80)
    before = since(town, "draft").as_text()
    keep(town)
    assert since(town, "draft").as_text() == before


def test_newer_program_that_says_the_same_is_no_new_draft(town, monkeypatch):
    monkeypatch.setattr("forevar.store.library_hash", lambda: "another")
    keep(town)
    assert read_draft(town, "2026-1", EARLIER) is None
    assert read_draft(town, "2026-1").library == "another"


def test_killed_between_two_moves_leaves_a_draft_to_compare_with(town, monkeypatch):
    edit(town, "C3", 80)
    moves = []

    def stopped(*given):
        moves.append(given)
        if len(moves) == 2:
            raise KeyboardInterrupt
        return replace_file(*given)

    replace_file = os.replace
    monkeypatch.setattr("forevar.files.os.replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        keep(town)
    monkeypatch.undo()
    assert causes(town) == {CLINIC: ("data",)}
    keep(town)
    assert since(town, "draft").differences.scores["score"].tolist()


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"edition": "2026-1"}', '{"signals": 3}'])
def test_draft_that_cannot_be_read_is_none(town, content):
    write(town.reports("2026-1") / "draft.json", content)
    assert "ikke bygget" in since(town).as_text()


def test_what_is_kept_holds_no_count_that_may_not_be_printed(town):
    kept = (town.reports("2026-1") / "draft.json").read_text(encoding="utf-8")
    assert '"clinic", "visits", "kokain", "use", 40.0, 30.0' in kept
    replace(town.params / "sources.yml", "  name: Klinikken\n", "  name: Klinikken\n  access: restricted\n")
    replace(
        town.params / "sources.yml", "  name: Lokalavisen\n", "  name: Lokalavisen\n  disclosure: {unit: persons}\n"
    )
    keep(town)
    kept = json.loads((town.reports("2026-1") / "draft.json").read_text(encoding="utf-8"))
    figures = {tuple(row[:3]): row[4:6] for row in kept["signals"]["data"]}
    assert figures["clinic", "visits", "kokain"] == [None, None]
    assert figures["paper", "articles", "alkohol"] == [None, None]  # 2 and 1
    assert figures["paper", "articles", "kokain"] == [6, 9]


def test_restricted_file_is_told_by_whose_it_is(town):
    replace(town.params / "sources.yml", "  name: Klinikken\n", "  name: Klinikken\n  access: restricted\n")
    keep(town)
    edit(town, "C3", 80)
    told = since(town).as_text()
    assert "Endrede råfiler: fil fra Klinikken." in told
    assert "clinic.xlsx" not in told
    assert "Klinikken, besøk: −6\u00a0→\u00a0+9 (råfil endret)" in told


# --- two editions ----------------------------------------------------------------------------------------------------


def three_half_years(folder):
    """Clinic 2025-1 to 2026-1: 20, 40, 30; the harbour begins in 2025-2, the paper has no figure of 2026-1."""
    town = make_workspace(folder / "town")
    replace(town.params / "method.yml", "scored_from: 2026-1", "scored_from: 2025-2")
    periods = ("2025-1", "2025-2", "2026-1")
    told = {("clinic", "Besøk", "statistics"): (40, 60, 90), ("harbour", "Antall", "statistics"): (None, 10, 20),
            ("paper", "Artikler", "media"): (10, 20, None)}  # fmt: skip
    for (source, head, family), figures in told.items():
        book = openpyxl.Workbook()
        book.active.title = "Tall"
        book.active.append(["Periode", "Stoff", head])
        for period, figure in zip(periods, figures, strict=True):
            if figure is not None:
                book.active.append([period, "Kokain", figure])
        book.save(town.raw / family / f"2026-1-{source}.xlsx")
    return town


def test_half_years_are_compared_over_all_sources_and_over_those_scored_both_times(tmp_path):
    # clinic +50 % both times: 3 x 3 = 9. The paper doubles, then falls silent: 3 x 1. The harbour comes: 3 x 2.
    view = since(three_half_years(tmp_path), "edition")
    rows = {row["dimension"]: row for row in view.differences.scores.to_dict("records")}
    whole = rows["aggregate"]
    assert (whole["score_before"], whole["score"]) == (12, 15)
    assert (whole["same_before"], whole["same"]) == (9, 9)
    assert "use" not in rows
    assert (view.differences.lost, view.differences.new) == (("paper",), ("harbour",))
    why = {row["source"]: row["why"] for row in view.differences.signals.to_dict("records")}
    assert why == {"paper": ("lost",), "harbour": ("new",)}
    told = view.as_text()
    assert told.startswith("Fra høst 2025 til vår 2026")
    assert "Lokalavisen, artikler: +3\u00a0→\u00a0ingen tall denne perioden (borte)" in told
    assert "Havnepolitiet, beslag: ikke sammenligningsgrunnlag\u00a0→\u00a0+6 (nytt)" in told


def test_page_of_half_years_leaves_out_scores_that_kept_their_word(tmp_path):
    view = since(three_half_years(tmp_path), "edition")
    kept = [row for row in view.table(every=True).rows if row not in view.table().rows]
    assert len(view.table().rows) < len(view.table(every=True).rows)
    assert all(row[1].split(" ", 1)[-1] == row[2].split(" ", 1)[-1] for row in kept)


def test_like_for_like_counts_each_measure_or_each_source_as_the_method_does(town):
    params = load_params(town)
    signals = draft_of(params, make_tables(town, params), "2026-1").signals
    two = signals[signals["source"] == "clinic"].assign(measure="beds")
    before = pd.concat([signals, two], ignore_index=True)
    apart = like_for_like(before, signals, params.method)
    assert set(apart["same_before"] - apart["same"]) == {0}
    together = like_for_like(before, signals, params.method.model_copy(update={"measures": "mean"}))
    assert set(together["same_before"] - together["same"]) == {-6, 3, 0}


def test_half_year_without_scores_before_it_says_so(town):
    assert "ikke skårer for halvåret før" in since(town, "edition").as_text()
    assert since(town, "edition").table() is None


def test_unknown_comparison_names_those_there_are(town):
    with pytest.raises(ParamsError, match="build, draft, edition"):
        since(town, "yesterday")


@pytest.mark.parametrize(("lang", "word"), [("nn", "liten auke"), ("en", "small rise")])
def test_other_languages_say_it_in_their_own_words(town, lang, word):
    edit(town, "C3", 80)
    assert f"→ {word}" in since(town, lang=lang).as_text()


# --- command, page, notebook -----------------------------------------------------------------------------------------


def test_command_tells_of_the_last_build_of_two_editions_and_of_two_drafts(tmp_path, capsys):
    town = three_half_years(tmp_path)
    keep(town)
    edit(town, "C4", 30)

    def told(*given):
        assert main(["--workspace", str(town.root), "diff", *given]) == 0
        return capsys.readouterr().out

    assert "Since the edition was last built" in told("2026-1", "--lang", "en")
    assert "Det finnes ikke noe tidligere utkast" in told("--drafts")
    assert told("2025-2", "2026-1").startswith("Fra høst 2025 til vår 2026")
    keep(town)
    assert "Siden forrige utkast" in told("--drafts")
    assert told("2026-1", "--drafts") == told("--drafts")


@pytest.mark.parametrize("given", [[], ["2025-1", "2025-2", "2026-1"], ["2025-2", "2026-1", "--drafts"]])
def test_command_without_an_edition_to_tell_of_says_how(town, capsys, given):
    assert main(["--workspace", str(town.root), "diff", *given]) == 10
    assert "forevar diff 2025-2 2026-1" in capsys.readouterr().err


@pytest.mark.slow
def test_draft_has_a_page_on_what_changed_since_the_draft_before(tmp_path):
    town = three_half_years(tmp_path)
    write(town.edition("2026-1") / "edition.yml", "period: 2026-1\nchapters: [text/foreword, changed]\n")
    page = town.reports("2026-1") / "report.html"

    def built(*given):
        assert main(["--workspace", str(town.root), "build", "2026-1", *given]) == 0
        return page.read_text(encoding="utf-8")

    first = built()
    assert "Fra høst 2025 til vår 2026" in first
    assert "Siden forrige utkast" not in first
    edit(town, "C4", 10)
    second = built()
    assert second.index("Siden forrige utkast") < second.index("Fra høst 2025 til vår 2026")
    assert "råfil endret" in second
    pdf = (town.reports("2026-1") / "report.pdf").read_bytes()
    assert "råfil endret" in built("--force")
    assert (town.reports("2026-1") / "report.pdf").read_bytes() == pdf


@pytest.mark.parametrize("tag", ["draft-only", "check"])
def test_final_leaves_out_a_chapter_that_is_for_co_authors_alone(tag):
    ours = cell(Text("# Endret"))
    ours.metadata["tags"] = [tag]
    setup = cell()
    setup.metadata["tags"] = ["setup"]
    read = [Chapter("changed", "Endret", new_notebook(cells=[setup, ours]))]
    for code in (False, True):
        assert compose(read, words(), final=True, code=code) == ()
        assert len(compose(read, words(), final=False, code=code)) == 1


def test_fault_shows_in_a_notebook_as_words_with_file_sheet_and_cell_and_no_traceback(town, shell, capsys):
    edit(town, "C3", "mange")
    edit(town, "C5", "få")
    shell.run_cell("from forevar import open_edition")
    result = shell.run_cell(f"open_edition('2026-1', workspace={str(town.root)!r}).changed()")
    shown = capsys.readouterr()
    assert isinstance(result.error_in_exec, ForevarError)
    told = shown.out + shown.err
    for place in ("C3", "C5"):
        assert f"data/raw/statistics/2026-1-clinic.xlsx:Tall:{place}" in told
    assert "mend: " in told
    for word in ("Traceback", "---->", "raise "):
        assert word not in told


def test_starter_town_tells_what_an_edited_file_did(tmp_path):
    town = start_workspace(tmp_path / "storvik", "Storvik")
    keep(town)
    replace(town.raw / "statistics" / "2026-1-laboratory.csv", ";58", ";40")
    view = since(town)
    assert view.differences.basis["data"] == ("data/raw/statistics/2026-1-laboratory.csv",)
    assert view.table().rows[0][4].startswith("Laboratoriet, positive prøver: +6")
