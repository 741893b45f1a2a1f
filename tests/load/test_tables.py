"""Shapes that providers send, each read by a profile."""

# ruff: noqa: E501 - a line of a profile is kept whole
from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from forevar.errors import ParamsError

from .office import Office, noticed, said, values

BOOK = "statistics/2026-1-police.xlsx"
TEXT = "statistics/2026-1-police.csv"
PLACES = "measures: {needles: {dimension: consequences, unit: count}}\n"


def test_a_long_table_stands_under_its_title_and_above_its_notes(office: Office) -> None:
    office.profile("""
files: statistics/*
words: {suppressed: ["<5"], none: ["-"], not_available: [".."]}
tables:
  - sheet: Beslag
    columns: {Halvår: time, Stoff: substance, Antall beslag: {measure: seizures}, Mengde: {measure: amount}, Enhet: unit}
    labels: {unit: {gram: g, kg: [g, 1000], stk tabletter: tablets}}
    fill_down: [Halvår]
    ignore: {substance: [Sum]}
    stop: ["Kilde*"]
""")
    office.book(BOOK, {"Om": [["Les dette"]], "Beslag": [
        ["Beslag i Vest"], [],
        ["Halvår", "Stoff", "Antall  beslag", "Mengde", "Enhet"],
        ["oktober 2025–mars 2026", "KOKAIN", 8, "1,25", "kg"],
        [None, "Xanor", "<5", 900, "stk tabletter"],
        [None, "ketamin ", "-", None, "gram"],
        [None, "Sum", 8, None, None],
        ["april–september 2025", "Kokain", "..", 700, "gram"],
        ["Kilde: etaten. Ett beslag kan gjelde flere stoffer", "Kokain", 3],
    ]})  # fmt: skip
    tidy = office.load()
    rows = tidy.observations.set_index(["substance", "measure", "period"])
    assert not tidy.faults
    assert rows.loc[("kokain", "amount", "2026-1"), ["value", "unit"]].tolist() == [1250, "g"]
    assert rows.loc[("xanor", "seizures", "2026-1"), "status"] == "suppressed"
    assert rows.loc[("xanor", "amount", "2026-1"), "unit"] == "tablets"
    assert rows.loc[("ketamin", "seizures", "2026-1"), ["value", "status"]].tolist() == [0, "ok"]
    assert rows.loc[("kokain", "seizures", "2025-2"), "status"] == "not_available"
    assert ("ketamin", "amount", "2026-1") not in rows.index
    assert rows.loc[("kokain", "seizures", "2026-1"), "origin"] == f"data/raw/{BOOK}:Beslag:C4"


def test_two_header_rows_with_merged_half_years_over_measures(office: Office) -> None:
    office.profile("""
files: statistics/*
tables:
  - header: 2
    columns: {Stoff: substance, Enhet: unit}
    wide: [time, measure]
    labels: {measure: {Antall beslag: seizures, Mengde: amount}, unit: {gram: g}}
""")
    book = openpyxl.Workbook()
    for row in (
        ["Stoff", "Enhet", "2025-2", None, "2026-1", None],
        [None, None, "Antall beslag", "Mengde", "Antall beslag", "Mengde"],
        ["Kokain", "gram", 8, 1200, 14, 3100],
    ):
        book.active.append(row)
    for area in ("A1:A2", "B1:B2", "C1:D1", "E1:F1"):
        book.active.merge_cells(area)
    content = io.BytesIO()
    book.save(content)
    office.raw(BOOK, content.getvalue())
    assert values(office.load(), ["measure", "period"]) == {
        ("seizures", "2025-2"): 8, ("amount", "2025-2"): 1200, ("seizures", "2026-1"): 14, ("amount", "2026-1"): 3100,
    }  # fmt: skip
    units = office.load().observations.set_index("measure")["unit"]
    assert set(units["seizures"]) == {"count"}


def test_merged_label_cells_stand_for_every_row_they_cover(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntables:\n  - columns: {Halvår: time, Stoff: substance, Antall: {measure: seizures}}\n"
    )
    book = openpyxl.Workbook()
    for row in (["Halvår", "Stoff", "Antall"], ["2026-1", "Kokain", 8], [None, "Heroin", 12], ["2025-2", "Kokain", 7]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    content = io.BytesIO()
    book.save(content)
    office.raw(BOOK, content.getvalue())
    assert values(office.load())["heroin", "2026-1"] == 12


def test_several_tables_in_one_sheet_are_found_by_their_headings(office: Office) -> None:
    office.profile("""
files: statistics/*
tables:
  - {columns: {Tabell 1 Beslag: substance, Antall: {measure: seizures}}}
  - {columns: {Tabell 2 Mengde: substance, Gram: {measure: amount}}}
""")
    office.book(BOOK, {"Ark1": [
        ["Tabell 1 Beslag", "Antall"], ["Kokain", 8], ["Heroin", 12],
        ["Tabell 2 Mengde", "Gram"], ["Kokain", 1200], [], ["Fotnoter"],
    ]})  # fmt: skip
    assert values(office.load(), ["substance", "measure"]) == {
        ("kokain", "seizures"): 8, ("heroin", "seizures"): 12, ("kokain", "amount"): 1200,
    }  # fmt: skip


def test_tables_with_the_same_headings_are_told_apart_by_their_titles(office: Office) -> None:
    office.profile("""
files: statistics/*
unknown: {place: keep}
tables:
  - {below: "Beslag i*", above: {place: "Beslag i {place}"}, columns: {Stoff: substance, Antall: {measure: seizures}}}
  - {below: Beslag i øst, above: {place: "Beslag i {place}"}, columns: {Stoff: substance, Antall: {measure: seizures}}}
""")
    office.book(BOOK, {"Ark1": [
        ["Beslag i vest"], ["Stoff", "Antall"], ["Kokain", 8], [],
        ["Beslag i øst"], ["Stoff", "Antall"], ["Kokain", 3],
    ]})  # fmt: skip
    assert values(office.load(), ["place"]) == {"vest": 8, "ost": 3}


def test_a_title_that_is_gone_is_named(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntables:\n  - {below: Beslag, columns: {Stoff: substance, Antall: {measure: seizures}}}\n"
    )
    office.book(BOOK, {"Ark1": [["Stoff", "Antall"], ["Kokain", 8]]})
    fault = office.load().faults[0]
    assert (fault.key, dict(fault.values)["missing"]) == ("no_header", "Beslag")


def test_tables_side_by_side_are_told_apart_by_area(office: Office) -> None:
    office.profile("""
files: statistics/*
tables:
  - {area: "A:B", columns: {Stoff: substance, Antall: {measure: seizures}}, time: {constant: 2025-2}}
  - {area: "D:E", columns: {Stoff: substance, Antall: {measure: seizures}}}
""")
    office.book(BOOK, {"Ark1": [["Stoff", "Antall", None, "Stoff", "Antall"], ["Kokain", 7, None, "Kokain", 8]]})
    assert values(office.load()) == {("kokain", "2025-2"): 7, ("kokain", "2026-1"): 8}


def test_a_label_is_matched_whole_and_never_in_part(office: Office) -> None:
    office.profile("files: statistics/*\ntables:\n  - columns: {Stoff: substance, Antall: {measure: seizures}}\n")
    office.book(BOOK, {"Ark1": [["Stoff", "Antall"], ["Xanor", 8], ["Xanor (alprazolam) depot", 99]]})
    assert said(office.load()) == [("unknown_label", f"{BOOK}:Ark1:A3")]


def test_an_unknown_label_is_one_fault_however_many_numbers_stand_beside_it(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntables:\n  - columns: {Stoff: substance}\n    wide: time\n    measure: seizures\n"
    )
    office.book(BOOK, {"Ark1": [["Stoff", "2025-2", "2026-1"], ["Kokainn", 7, 8], ["Heroin", 1, 2], ["Heorin", 1, 2]]})
    assert said(office.load()) == [("unknown_label", f"{BOOK}:Ark1:A2"), ("unknown_label", f"{BOOK}:Ark1:A4")]


def test_every_fault_of_every_file_is_told_at_once(office: Office) -> None:
    office.profile("files: statistics/*\ntables:\n  - columns: {Stoff: substance, Antall: {measure: seizures}}\n")
    office.book(BOOK, {"Ark1": [["Stoff", "Antall"], ["Kokain", "mange"], ["Heroin", -3], ["Hasjj", 2], [None, 4]]})
    office.text("statistics/2025-2-police.csv", "Rusmiddel;Antall\nKokain;8\n")
    assert said(office.load()) == [
        ("no_header", "statistics/2025-2-police.csv"),
        ("not_a_number", f"{BOOK}:Ark1:B2"),
        ("negative", f"{BOOK}:Ark1:B3"),
        ("unknown_label", f"{BOOK}:Ark1:A4"),
        ("no_label", f"{BOOK}:Ark1:A5"),
    ]


def test_a_missing_heading_is_named(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntables:\n  - columns: {Stoff: substance, Antall beslag: {measure: seizures}}\n"
    )
    office.book(BOOK, {"Ark1": [["Stoff", "Beslag"], ["Kokain", 8]]})
    fault = office.load().faults[0]
    assert fault.key == "no_header"
    assert fault.what.endswith("nearest: Antall beslag")


def test_a_column_that_appears_is_told_of(office: Office) -> None:
    office.profile("files: statistics/*\ntables:\n  - columns: {Stoff: substance, Antall: {measure: seizures}}\n")
    office.book(BOOK, {"Ark1": [["Stoff", "Antall", "Herav crack"], ["Kokain", 8, 2]]})
    assert noticed(office.load()) == [("new_column", f"{BOOK}:Ark1:C1")]


def test_headings_may_have_alternatives_as_units_change(office: Office) -> None:
    office.profile("""
files: statistics/*
tables:
  - columns:
      Stoff: substance
      Mengde (kg): {measure: amount, factor: 1000, optional: true}
      Mengde (gram)|Mengde i gram: {measure: amount, optional: true}
""")
    office.text("statistics/2025-2-police.csv", "Stoff;Mengde (kg)\nKokain;1,2\n")
    office.text(TEXT, "Stoff;Mengde i gram\nKokain;3100\n")
    assert values(office.load()) == {("kokain", "2025-2"): 1200, ("kokain", "2026-1"): 3100}


def test_two_units_in_one_series_are_a_fault(office: Office) -> None:
    office.profile("""
files: statistics/*
labels: {unit: {gram: g, liter: litres}}
tables:
  - columns: {Stoff: substance, Mengde: {measure: amount}, Enhet: unit}
""")
    office.text("statistics/2025-2-police.csv", "Stoff;Mengde;Enhet\nGHB;2;liter\n")
    office.text(TEXT, "Stoff;Mengde;Enhet\nGHB;2000;gram\n")
    assert [key for key, _ in said(office.load())] == ["units_differ"]


def test_the_unit_can_depend_on_the_substance(office: Office) -> None:
    office.profile("""
files: statistics/*
tables:
  - columns: {Stoff: substance, Mengde: {measure: amount, unit_of: {ghb: litres, lsd: [doses, 1000]}}}
""")
    office.text(TEXT, "Stoff;Mengde\nKokain;5\nGHB;2\nLSD;0,5\n")
    rows = office.load().observations.set_index("substance")
    assert rows[["value", "unit"]].to_numpy().tolist() == [[2, "litres"], [5, "g"], [500, "doses"]]


def test_numerator_and_denominator_stand_in_one_row(office: Office) -> None:
    office.profile("""
files: statistics/*
tables:
  - columns: {Analyse: substance, Påvist: {measure: seizures, denominator: Analysert}}
""")
    office.text(TEXT, "Analyse;Påvist;Analysert\nKokain;12;480\n")
    tidy = office.load()
    assert tidy.observations[["value", "denominator"]].to_numpy().tolist() == [[12, 480]]
    assert not tidy.notices


def test_a_denominator_that_is_gone_is_a_fault(office: Office) -> None:
    office.profile("""
files: statistics/*
tables:
  - columns: {Analyse: substance, Påvist: {measure: seizures, denominator: Analysert}}
""")
    office.text(TEXT, "Analyse;Påvist;Antall prøver\nKokain;12;480\n")
    assert said(office.load()) == [("no_column", f"{TEXT}:A1")]


def test_a_row_can_be_the_denominator_of_the_others(office: Office) -> None:
    office.profile("""
files: statistics/*
tables:
  - columns: {Stoff: substance}
    wide: time
    measure: seizures
    denominator_row: Antall prøver
""")
    office.text(TEXT, "Stoff;2025-2;2026-1\nKokain;12;14\nAntall prøver;480;500\n")
    rows = office.load().observations
    assert rows[["period", "value", "denominator"]].to_numpy().tolist() == [["2025-2", 12, 480], ["2026-1", 14, 500]]


def test_a_total_must_be_the_sum_of_the_rows(office: Office) -> None:
    office.profile(
        "files: consequences/*\nunknown: {place: keep}\n"
        "tables:\n  - {columns: {Sted: place}, wide: time, measure: needles, total: Totalt}\n",
        "needles", PLACES,
    )  # fmt: skip
    office.text("consequences/2026-1-needles.csv", "Sted;2025-2;2026-1\nØst;10;20\nVest;5;6\nTotalt;15;27\n")
    tidy = office.load()
    assert said(tidy) == [("wrong_total", "consequences/2026-1-needles.csv:C4")]
    assert tidy.observations["place"].unique().tolist() == ["ost", "vest"]


def test_sheets_can_be_labels(office: Office) -> None:
    office.profile("""
files: statistics/*
tables:
  - {sheet: "*", sheet_is: substance, columns: {Halvår: time, Antall: {measure: seizures}}, ignore: {substance: [Om]}}
""")
    office.book(BOOK, {"Kokain": [["Halvår", "Antall"], ["2026-1", 8]], "Heroin": [["Halvår", "Antall"], ["2026-1", 2]],
                       "Om": [["Ingenting"]]})  # fmt: skip
    assert values(office.load()) == {("kokain", "2026-1"): 8, ("heroin", "2026-1"): 2}


def test_the_time_can_stand_in_a_cell_above(office: Office) -> None:
    office.profile("""
files: statistics/*
tables:
  - above: {time: "Uttrekk for perioden {time}", place: "Distrikt:"}
    unknown: {place: keep}
    columns: {Stoff: substance, Antall: {measure: seizures}}
""")
    office.book("statistics/police.xlsx", {"Ark1": [
        ["Uttrekk for perioden 01.10.2025 - 31.03.2026"], ["Distrikt:", "Bergen vest"], [],
        ["Stoff", "Antall"], ["Kokain", 8],
    ]})  # fmt: skip
    assert values(office.load(), ["substance", "place", "period"]) == {("kokain", "bergen_vest", "2026-1"): 8}


def test_the_file_name_can_hold_labels(office: Office) -> None:
    office.profile("""
files: statistics/*
unknown: {place: keep}
tables:
  - {file_is: "{place}_{time}.csv", columns: {Stoff: substance, Antall: {measure: seizures}}}
""")
    office.text("statistics/Øst_apr-sep 2025.csv", "Stoff;Antall\nKokain;8\n")
    assert values(office.load(), ["place", "period"]) == {("ost", "2025-2"): 8}


def test_labels_that_mean_the_same_are_added_only_when_the_profile_says_so(office: Office) -> None:
    profile = "files: statistics/*\nlabels: {substance: {Hasj: cannabis, Marihuana: cannabis}}\ntables:\n  - columns: {Stoff: substance, Antall: {measure: seizures}}\n"
    office.text(TEXT, "Stoff;Antall\nHasj;8\nMarihuana;3\n")
    office.profile(profile)
    assert said(office.load()) == [("twice", f"{TEXT}:B3")]
    office.profile(profile + "    combine: sum\n")
    assert values(office.load()) == {("cannabis", "2026-1"): 11}


def test_rows_can_be_chosen_by_a_column(office: Office) -> None:
    office.profile("""
files: statistics/*
tables:
  - {columns: {Stoff: substance, Antall: {measure: seizures}}, only: {Distrikt: [Vest, Bergen]}, combine: sum}
""")
    office.text(TEXT, "Distrikt;Stoff;Antall\nVest;Kokain;8\nØst;Kokain;100\nBergen;Kokain;3\n")
    assert values(office.load()) == {("kokain", "2026-1"): 11}


def test_signs_stuck_to_numbers_are_marks(office: Office) -> None:
    office.profile("""
files: statistics/*
numbers: {affixes: {"*": "", "ca.": approximate}}
tables:
  - columns: {Stoff: substance, Antall: {measure: seizures}}
""")
    office.text(TEXT, "Stoff;Antall\nKokain;8*\nHeroin;ca. 120\n")
    rows = office.load().observations.set_index("substance")
    assert rows.loc["kokain", ["value", "mark"]].tolist() == [8, ""]
    assert rows.loc["heroin", ["value", "mark"]].tolist() == [120, "approximate"]


def test_the_mark_of_a_value_is_its_own_before_that_of_the_file(office: Office) -> None:
    office.profile("""
files: statistics/*
labels: {mark: {trykt: printed}}
tables:
  - columns: {Stoff: substance, Antall: {measure: seizures}, Merke: mark}
""")
    office.text(TEXT, "Stoff;Antall;Merke\nKokain;8;trykt\nHeroin;12;\n", data="reconstructed")
    rows = office.load().observations.set_index("substance")["mark"]
    assert rows.to_dict() == {"heroin": "reconstructed", "kokain": "printed"}


def test_a_column_can_say_why_a_number_is_missing(office: Office) -> None:
    office.profile("""
files: statistics/*
words: {suppressed: [for få], not_available: [stengt]}
tables:
  - columns: {Stoff: substance, Antall: {measure: seizures}, Merknad: status}
""")
    office.text(TEXT, "Stoff;Antall;Merknad\nKokain;;for få\nHeroin;;stengt\nKetamin;;\nXanor;4;\n")
    rows = office.load().observations.set_index("substance")["status"]
    assert rows.to_dict() == {"heroin": "not_available", "kokain": "suppressed", "xanor": "ok"}


def test_a_count_with_decimals_is_told_of(office: Office) -> None:
    office.profile("files: statistics/*\ntables:\n  - columns: {Stoff: substance, Antall: {measure: seizures}}\n")
    office.text(TEXT, "Stoff;Antall\nKokain;46,570\nHeroin;1,234\n")
    assert noticed(office.load()) == [("fraction", f"{TEXT}:B2")]
    assert said(office.load()) == []


def test_a_telephone_number_is_no_place(office: Office) -> None:
    office.profile(
        "files: statistics/*\nunknown: {place: keep}\ntables:\n  - columns: {Sted: place, Antall: {measure: seizures}}\n"
    )
    office.text(TEXT, "Sted;Antall\nVest;3\nRing 912 34 567;4\n")
    assert said(office.load()) == [("unknown_label", f"{TEXT}:A3")]


def test_columns_without_headings_are_named_by_letter(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntables:\n  - {header: 0, columns: {'[A]': time, '[C]': {measure: seizures}}, substance: kokain}\n"
    )
    office.text(TEXT, "uttrekk\n2025-2;x;7\n2026-1;x;8\n")
    assert values(office.load()) == {("kokain", "2025-2"): 7, ("kokain", "2026-1"): 8}


def test_a_table_can_be_for_some_files_only(office: Office) -> None:
    office.profile("""
files: statistics/*.csv
tables:
  - {files: statistics/2025-2-*.csv, columns: {Rusmiddel: substance, Tall: {measure: seizures}}}
  - {files: statistics/2026-1-*.csv, columns: {Stoff: substance, Antall: {measure: seizures}}}
""")
    office.text("statistics/2025-2-police.csv", "Rusmiddel;Tall\nKokain;7\n")
    office.text(TEXT, "Stoff;Antall\nKokain;8\n")
    assert values(office.load()) == {("kokain", "2025-2"): 7, ("kokain", "2026-1"): 8}


def test_a_code_list_gives_labels_to_other_profiles(office: Office) -> None:
    office.profile(
        "files: codes/atc.csv\ndictionary: {code: ATC, name: Navn, substances: {N05BA12: xanor}}\n", "atc", ""
    )
    office.text("codes/atc.csv", "ATC;Navn\nN05BA;Benzodiazepinderivater\nN05BA12;alprazolam\nN05BA13;halazepam\n")
    office.profile(
        "files: statistics/*\nlabels_from: [atc]\ntables:\n  - columns: {Virkestoff: substance, Antall: {measure: seizures}}\n"
    )
    office.text(TEXT, "Virkestoff;Antall\nAlprazolam;8\nhalazepam;1\n")
    assert said(office.load()) == [("unknown_label", f"{TEXT}:A3")]


def test_a_profile_that_names_an_unknown_drug_is_refused(office: Office) -> None:
    office.profile(
        "files: statistics/*\nlabels: {substance: {Snø: kokainn}}\ntables:\n  - columns: {Stoff: substance, Antall: {measure: seizures}}\n"
    )
    office.text(TEXT, "Stoff;Antall\nKokain;8\n")
    assert [(one.key, one.exit_code) for one in office.load().faults] == [("unknown_key_near", 10)]


@pytest.mark.parametrize(
    ("header", "period"),
    [(dt.date(2025, 10, 1), "2026-1"), ("vår 2026", "2026-1"), ("02/25", "2025-2"), ("Høst 2025", "2025-2")],
)
def test_half_years_as_headings(office: Office, header: object, period: str) -> None:
    office.profile("files: statistics/*\ntables:\n  - {columns: {Stoff: substance}, wide: time, measure: seizures}\n")
    office.book(BOOK, {"Ark1": [["Stoff", header], ["Kokain", 8]]})
    assert values(office.load()) == {("kokain", period): 8}


@pytest.mark.parametrize(("key", "near"), [("amfetamn", "near it: amfetamin"), ("xyzzy", "not a key of a substance")])
def test_an_unknown_drug_says_where_the_keys_are_and_which_are_near(office: Office, key: str, near: str) -> None:
    office.profile(
        f"files: statistics/*\nlabels: {{substance: {{Snø: {key}}}}}\ntables:\n"
        "  - columns: {Stoff: substance, Antall: {measure: seizures}}\n"
    )
    office.text(TEXT, "Stoff;Antall\nKokain;8\n")
    (fault,) = office.load().faults
    assert near in fault.what
    assert "params/substances.yml" in fault.mend


def test_a_label_of_only_that_is_in_no_row_is_noticed(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntables:\n"
        "  - {columns: {Stoff: substance, Antall: {measure: seizures}}, only: {Sted: [Vest, Vset]}}\n"
    )
    office.text(TEXT, "Sted;Stoff;Antall\nVest;Kokain;8\nØst;Kokain;9\n")
    tidy = office.load()
    assert values(tidy) == {("kokain", "2026-1"): 8}
    assert ("only_unmet", f"{TEXT}:A1") in noticed(tidy)
    assert "only: Sted keeps 'Vset', and no row has it" in [one.what for one in tidy.notices]


@pytest.mark.parametrize(
    ("dimension", "column", "told"),
    [
        (
            "consumption",
            "{measure: seizures}",
            "a dimension is one of use, availability, interest, consequences, aggregate",
        ),
        (
            "[use, wrong]",
            "{measure: seizures}",
            "a dimension is one of use, availability, interest, consequences, aggregate",
        ),
        ("use", "seizures", "or, for numbers, {measure: …}"),
    ],
)
def test_a_wrong_dimension_or_column_is_told_in_one_plain_line(
    office: Office, dimension: str, column: str, told: str
) -> None:
    office.profile(
        f"files: statistics/*\ntables:\n  - columns: {{Stoff: substance, Antall: {column}}}\n",
        measures=f"measures: {{seizures: {{dimension: {dimension}, unit: count}}}}\n",
    )
    with pytest.raises(ParamsError) as caught:
        office.load()
    (fault,) = caught.value.faults
    assert fault.what.endswith(told)
    assert "literal" not in fault.where


def test_a_heading_of_only_that_is_not_there_says_so(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntables:\n"
        "  - {columns: {Stoff: substance, Antall: {measure: seizures}}, only: {Stad: [Vest]}}\n"
    )
    office.text(TEXT, "Sted;Stoff;Antall\nVest;Kokain;8\n")
    (fault,) = office.load().faults
    assert fault.what == "no column has the heading Stad, which only: names"
    assert fault.mend == "correct only: in the profile"
