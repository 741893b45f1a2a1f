# ruff: noqa: E501 - a line of a profile is kept whole
"""Exports of Nettskjema, SurveyXact and Microsoft Forms."""

from __future__ import annotations

import pytest

from forevar.tidy import Tidy

from .office import Office, noticed, said

COMMON = """
  min_n: 2
  scales:
    yes_no: {Ja: yes, Nei: no}
    change: {Økt mye: more, Økt: more, Uendret: same, Redusert: less, Redusert mye: less, Vet ikke: dont_know}
    intake: {Svelger: swallow, Sniffer: snort, Røyker: smoke}
  terms:
    slang: {snø: [sno, snow], cola: [kola]}
    bought_where: {sosiale medier: [snapchat, telegram], kjent selger: []}
"""
FORMS = f"""
files: panel/*-panel.xlsx
answers:
  group: {{column: "Hvilket miljø kjenner du best?", labels: {{Uteliv: nightlife, Risikomiljø: risk, Det generelle samfunnet: general}}}}
{COMMON}
  questions:
    - {{column: "Kjenner du til bruk av {{substance}}?", ask: knows, scale: yes_no}}
    - {{column: "Endring i bruk av {{substance}}", ask: use_change, scale: change}}
    - {{column: "Hvordan inntas {{substance}}?", ask: intake, scale: intake, split: ";", optional: true}}
    - {{column: "Pris på {{substance}}", ask: price, units: {{gram: [g], tablet: [tablett, stk]}}, optional: true}}
    - {{column: "Slang for {{substance}}", ask: slang, terms: slang, split: ",;/", optional: true}}
    - {{column: "Hvor kjøpes {{substance}}?", ask: bought_where, terms: bought_where, split: ",;", optional: true}}
"""
NAME = "panel/2026-1-panel.xlsx"
HEAD = ["ID", "Start time", "Email", "Name", "Hvilket miljø kjenner du best?"]
WHO = [1, "2026-03-01", "ola@example.org", "Ola Nordmann"]


def forms(office: Office, questions: list[str], *rows: list[object], profile: str = FORMS, **told: str) -> Tidy:
    office.profile(profile, "panel", "")
    filled = [[*WHO, "Uteliv", *row] for row in rows]
    office.book(NAME, {"Svar": [[*HEAD, *questions], *filled]}, **told)
    return office.load()


def told(tidy: Tidy, *columns: str) -> list[list[str]]:
    return tidy.answers[list(columns or ("substance", "question", "answer"))].to_numpy().tolist()


BASE = ["Kjenner du til bruk av kokain?", "Endring i bruk av Kokain"]


def test_each_row_is_an_informant_without_a_name(office: Office) -> None:
    tidy = forms(office, BASE, ["Ja", "Økt"], ["Nei", None])
    assert not tidy.faults
    assert told(tidy, "source", "period", "informant", "group", "question", "answer") == [
        ["panel", "2026-1", "2", "nightlife", "knows", "yes"],
        ["panel", "2026-1", "2", "nightlife", "use_change", "more"],
        ["panel", "2026-1", "3", "nightlife", "knows", "no"],
    ]
    assert "Nordmann" not in tidy.answers.to_csv()
    assert "example" not in tidy.answers.to_csv()


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ("Økt mye", "more"),
        ("økt", "more"),
        ("Uendret ", "same"),
        ("Redusert", "less"),
        ("Redusert mye", "less"),
        ("Vet ikke", "dont_know"),
    ],
)
def test_three_and_five_steps_become_more_same_less(office: Office, answer: str, key: str) -> None:
    assert ["kokain", "use_change", key] in told(forms(office, BASE, ["Ja", answer]))


def test_an_answer_off_the_scale_is_a_fault_with_its_cell(office: Office) -> None:
    tidy = forms(office, BASE, ["Ja", "Tja"])
    assert said(tidy) == [("unknown_answer", f"{NAME}:Svar:G2")]


def test_an_unknown_group_is_a_fault(office: Office) -> None:
    office.profile(FORMS, "panel", "")
    office.book(NAME, {"Svar": [[*HEAD, *BASE], [*WHO, "Skole", "Ja", "Økt"]]})
    assert said(office.load()) == [("unknown_answer", f"{NAME}:Svar:E2")]


def test_several_choices_in_one_cell_are_split(office: Office) -> None:
    tidy = forms(office, [*BASE, "Hvordan inntas kokain?"], ["Ja", "Økt", "Sniffer;Røyker;"], ["Ja", "Økt", "Sniffer;"])
    answers = [row[2] for row in told(tidy) if row[1] == "intake"]
    assert answers == ["snort", "smoke", "snort"]


def test_free_text_among_choices_is_other_and_never_content(office: Office) -> None:
    tidy = forms(office, [*BASE, "Hvordan inntas kokain?"], ["Ja", "Økt", "Sniffer;gjennom øret;"])
    assert [row[2] for row in told(tidy) if row[1] == "intake"] == ["snort", "other"]
    assert noticed(tidy) == [("unknown_term", f"{NAME}:Svar:H2")]
    assert "øret" not in str(tidy.notices) + tidy.answers.to_csv()


def test_short_answers_are_split_and_normalised(office: Office) -> None:
    tidy = forms(office, [*BASE, "Slang for kokain"], ["Ja", "Økt", "Sno, KOLA"], ["Ja", "Økt", "snow/kola"])
    assert [row[2] for row in told(tidy) if row[1] == "slang"] == ["snø", "cola", "snø", "cola"]


def test_a_term_outside_the_list_is_other_and_its_cell_is_told(office: Office) -> None:
    tidy = forms(office, [*BASE, "Slang for kokain"], ["Ja", "Økt", "hvittstein"])
    assert [row[2] for row in told(tidy) if row[1] == "slang"] == ["other"]
    assert noticed(tidy) == [("unknown_term", f"{NAME}:Svar:H2")]
    assert "hvittstein" not in str(tidy.notices[0])


def test_a_term_of_fewer_than_min_n_informants_is_other(office: Office) -> None:
    tidy = forms(
        office, [*BASE, "Slang for kokain"], ["Ja", "Økt", "snø"], ["Ja", "Økt", "snø"], ["Ja", "Økt", "cola, cola"]
    )
    assert [row[2] for row in told(tidy) if row[1] == "slang"] == ["snø", "snø", "other"]
    assert noticed(tidy) == [("rare_term", f"{NAME}:Svar:H4")]


@pytest.mark.parametrize(
    "text", ["Ola Nordmann", "ring 912 34 567", "ola@example.org", "01019912345", "Kari-Anne Berg Moe"]
)
def test_what_looks_like_a_person_never_enters(office: Office, text: str) -> None:
    tidy = forms(
        office, [*BASE, "Hvor kjøpes kokain?"], ["Ja", "Økt", f"kjent selger; {text}"], ["Ja", "Økt", "kjent selger"]
    )
    assert [row[2] for row in told(tidy) if row[1] == "bought_where"] == ["kjent selger", "kjent selger"]
    assert noticed(tidy) == [("personal", f"{NAME}:Svar:H2")]
    everything = str(tidy.notices) + str(tidy.faults) + tidy.answers.to_csv()
    assert text not in everything
    assert "Nordmann" not in everything


def test_a_name_where_a_step_belongs_is_refused_without_the_name(office: Office) -> None:
    tidy = forms(office, BASE, ["Ja", "Spør Ola Nordmann"])
    assert [key for key, _ in said(tidy)] == ["unknown_answer"]
    assert "Nordmann" not in str(tidy.faults[0])


@pytest.mark.parametrize(
    ("text", "answers", "unit"),
    [
        ("800 kr/gram", ["800"], "gram"),
        ("800,- per g", ["800"], "gram"),
        ("kr 1 200 pr. gram", ["1200"], "gram"),
        ("20-30 kr per tablett", ["20", "30"], "tablet"),
        ("1500 g", ["1500"], "gram"),
    ],
)
def test_prices_are_numbers_with_a_unit(office: Office, text: str, answers: list[str], unit: str) -> None:
    tidy = forms(office, [*BASE, "Pris på kokain"], ["Ja", "Økt", text], ["Ja", "Økt", text])
    rows = tidy.answers[tidy.answers["question"] == "price"]
    assert rows["answer"].tolist() == answers * 2
    assert set(rows["unit"]) == {unit}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("dyrt", "not_a_price"),
        ("91234567", "not_a_price"),
        ("800 kr per kasse", "unknown_unit"),
        ("800", "unknown_unit"),
    ],
)
def test_what_is_no_price_is_not_used(office: Office, text: str, key: str) -> None:
    tidy = forms(office, [*BASE, "Pris på kokain"], ["Ja", "Økt", text], ["Ja", "Økt", text])
    assert "price" not in set(tidy.answers["question"])
    assert {one for one, _ in noticed(tidy)} == {key}


def test_a_price_told_by_one_informant_is_not_used(office: Office) -> None:
    tidy = forms(office, [*BASE, "Pris på kokain"], ["Ja", "Økt", "800 kr/g"])
    assert "price" not in set(tidy.answers["question"])
    assert noticed(tidy) == [("rare_term", f"{NAME}:Svar:H2")]


def test_a_question_about_an_unknown_drug_is_a_fault(office: Office) -> None:
    tidy = forms(office, [*BASE, "Kjenner du til bruk av nyttstoff?"], ["Ja", "Økt", "Nei"])
    assert said(tidy) == [("unknown_label", f"{NAME}:Svar:H1")]


def test_a_question_that_disappears_is_a_fault(office: Office) -> None:
    tidy = forms(office, BASE[:1], ["Ja"])
    assert [key for key, _ in said(tidy)] == ["no_header"]
    assert "Endring i bruk" in tidy.faults[0].what


def test_restricted_answers_are_never_quoted(office: Office) -> None:
    tidy = forms(office, BASE, ["Ja", "Tja"], access="restricted")
    assert "Tja" not in str(tidy.faults[0])


SURVEYXACT = f"""
files: panel/*-panel.csv
answers:
  header: 2
{COMMON}
  questions:
    - {{column: "Kjenner du til bruk av {{substance}}?", ask: knows, scale: yes_no}}
    - {{column: "Hvordan inntas {{substance}}? / {{answer}}", ask: intake, scale: intake}}
"""


def test_one_column_for_each_choice_under_a_shared_question(office: Office) -> None:
    office.profile(SURVEYXACT, "panel", "")
    office.text("panel/2026-1-panel.csv", (
        "Kjenner du til bruk av kokain?;Hvordan inntas kokain?;;;Kommentar\n"
        "Kjenner du til bruk av kokain?;Svelger;Sniffer;Røyker;Kommentar\n"
        "Ja;0;1;1;fri tekst om Ola Nordmann\n"
        "Ja;Ikke valgt;Valgt;;\n"
        "Nei;;;;\n"
    ), "cp1252")  # fmt: skip
    tidy = office.load()
    assert not tidy.faults
    assert told(tidy, "informant", "question", "answer") == [
        ["3", "knows", "yes"], ["3", "intake", "snort"], ["3", "intake", "smoke"],
        ["4", "knows", "yes"], ["4", "intake", "snort"], ["5", "knows", "no"],
    ]  # fmt: skip


def test_nettskjemas_tick_columns_and_units_of_their_own(office: Office) -> None:
    office.profile(f"""
files: panel/*-panel.csv
answers:
{COMMON}
  questions:
    - {{column: "Inntak {{substance}} [{{answer}}]", ask: intake, scale: intake}}
    - {{column: "Pris {{substance}}", ask: price, unit_column: "Enhet {{substance}}", units: {{gram: [g]}}}}
""", "panel", "")  # fmt: skip
    office.text("panel/2026-1-panel.csv", (
        "\ufeff$submission_id;Inntak Kokain [Sniffer];Inntak Kokain [Røyker];Pris Kokain;Enhet Kokain\n"
        "31;X;;800;gram\n32;X;X;1000;G\n33;;;700;neve\n"
    ))  # fmt: skip
    tidy = office.load()
    assert told(tidy, "informant", "answer", "unit") == [
        ["2", "snort", ""], ["2", "800", "gram"], ["3", "snort", ""], ["3", "smoke", ""], ["3", "1000", "gram"],
    ]  # fmt: skip
    assert noticed(tidy) == [("unknown_unit", "panel/2026-1-panel.csv:D4")]


def test_a_public_survey_with_coded_steps_is_read_and_its_blanks_are_silence(office: Office) -> None:
    office.profile("""
files: survey/gss.csv
time: {every: year, constant: 2018}
answers:
  scales: {steps: {"-1": less, "0": same, "1": more}}
  questions:
    - {column: natdrug, ask: use_change, substance: kokain, scale: steps}
    - {column: natcrime, ask: use_change, substance: heroin, scale: steps}
""", "survey", "")  # fmt: skip
    rows = ["1,2018,1,1,5", "2,2018,0,,4", "3,2018,,-1,1", "4,2018,-1,0,0"]
    office.text("survey/gss.csv", "rownames,year,natdrug,natcrime,sumnat\n" + "\n".join(rows))
    tidy = office.load()
    assert not tidy.faults
    counts = tidy.answers.groupby(["substance", "answer"]).size()
    assert counts.to_dict() == {
        ("heroin", "less"): 1, ("heroin", "more"): 1, ("heroin", "same"): 1,
        ("kokain", "less"): 1, ("kokain", "more"): 1, ("kokain", "same"): 1,
    }  # fmt: skip
    assert set(tidy.answers["period"]) == {"2018"}
