"""The main table as a workbook, read back with openpyxl."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import chart_frames
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from report_builders import recipe

from forevar.disclosure import hidden_pairs
from forevar.edition import Edition
from forevar.params import load_params
from forevar.report.main_table_xlsx import main_table_xlsx
from forevar.store import Tables
from forevar.workspace import Workspace

ROOT = Path(__file__).parents[1]


@cache
def made(lang: str = "nb", guarded: str = "") -> Edition:
    """Four substances of the demonstration's spring edition, on the workspace's own params, one source guarded."""
    params = load_params(Workspace(ROOT))
    if guarded:
        rule = params.sources[guarded].disclosure.model_copy(update={"unit": "persons", "public": False, "min_n": 1000})
        source = params.sources[guarded].model_copy(update={"disclosure": rule})
        params = replace(params, sources={**params.sources, guarded: source})
    signals = chart_frames.make_signals()
    signals = signals.assign(is_hidden=hidden_pairs(signals, params.sources, params.method), small_since="")
    differences = chart_frames.make_differences(signals).assign(n_scored=5, n_sources=6)
    certainty = differences[["period", "substance", "dimension", "score", "word"]].assign(
        low=differences["score"] - 6, high=differences["score"] + 6, same_word=0.899, rests_on="afr",
        score_without=differences["score"] - 3, word_without="stable", rests_on_one=False, would_change_if="",
    )  # fmt: skip
    files = pd.DataFrame({"source": list(params.sources), "data": "reconstructed", "path": "", "access": "open"})
    empty = pd.DataFrame()
    tables = Tables(empty, empty, signals, differences, certainty, empty, files, empty)
    return Edition(params, recipe(), tables, params.words(lang))


@cache
def book(lang: str = "nb") -> Workbook:
    return load_workbook(io.BytesIO(main_table_xlsx(made(lang))))


def row_of(sheet: Any, label: str, nth: int = 1) -> int:
    rows = [cell.row for cell in sheet["A"] if cell.value == label]
    return int(rows[nth - 1])


def test_sheets_titles_and_owner() -> None:
    assert book().sheetnames == ["Hovedtabell", "Skårer"]
    assert book()["Hovedtabell"]["A1"].value == "Føre Var 01/26: hovedtabell, oktober 2025–mars 2026"
    assert book().properties.creator == "Demonstrasjon"


def test_both_sheets_say_that_data_are_reconstructed_on_screen_and_on_paper() -> None:
    for sheet in book():
        assert sheet["A2"].value.startswith("Rekonstruerte data.")
        assert sheet.oddFooter.left.text == "Rekonstruerte data"


def test_a_step_is_triangles_to_count_on_a_shade_of_its_own() -> None:
    sheet = book()["Hovedtabell"]
    heads = {cell.value: cell.column for cell in sheet[4]}
    kripos = [row for row in range(5, sheet.max_row) if str(sheet.cell(row, 1).value).startswith("Kripos")]
    heroin = {sheet.cell(row, heads["Heroin"]).value: sheet.cell(row, heads["Heroin"]) for row in kripos}
    assert set(heroin) == {"▼", "▼▼▼"}
    assert heroin["▼▼▼"].fill.start_color.rgb == "00A9531B"
    assert heroin["▼▼▼"].font.color.rgb == "00FFFFFF"
    kokain = [sheet.cell(row, heads["Kokain"]).value for row in range(5, sheet.max_row)]
    assert "▲▲▲" in kokain
    assert "–" in kokain
    assert "○" in kokain


def test_scores_are_numbers_with_their_sign() -> None:
    sheet = book()["Hovedtabell"]
    cells = [cell for row in sheet.iter_rows(min_row=5) for cell in row if isinstance(cell.value, int)]
    assert {cell.value for cell in cells} >= {-21, 49, 27, -4}
    assert all(cell.number_format.startswith("+0;−0") for cell in cells)


def test_a_note_holds_the_numbers_behind_a_mark() -> None:
    sheet = book()["Hovedtabell"]
    notes = [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment]
    plain = [note.replace("\u00a0", " ") for note in notes]
    assert any("Kokain" in note and "120 → 260" in note and "sterk økning" in note for note in plain)
    assert any("vekt 2, bidrag +6" in note for note in plain)


def test_few_and_guarded_counts_are_not_in_the_notes() -> None:
    sheet = book()["Hovedtabell"]
    few = [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.value == "○" and cell.comment]
    assert few
    assert all("→" not in note for note in few)
    shown = load_workbook(io.BytesIO(main_table_xlsx(made(guarded="brukerrommet"))))["Hovedtabell"]
    notes = [cell.comment.text.replace("\u00a0", " ") for row in shown.iter_rows() for cell in row if cell.comment]
    assert not any("120 → 260" in note for note in notes)
    assert any("tallene er skjult" in note for note in notes)


def test_headings_are_frozen_and_repeated_and_the_page_lies() -> None:
    for sheet in book():
        assert sheet.freeze_panes == "B5"
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_scores_sheet_has_every_score_with_certainty_and_reasons() -> None:
    sheet = book()["Skårer"]
    heads = {cell.value: cell.column for cell in sheet[4]}
    rows = {
        (sheet.cell(row, 1).value, sheet.cell(row, 2).value): {
            name: sheet.cell(row, at).value for name, at in heads.items()
        }
        for row in range(5, sheet.max_row + 1)
    }
    use = rows["Kokain", "Bruk"]
    assert (use["Skår"], use["Ord"], use["Intervall fra"], use["Intervall til"]) == (26, "sterk økning", 20, 32)
    assert use["Ordet holder i"] == pytest.approx(0.89)  # rounded down, never up
    assert "(få)" in use["Uten skår"]
    assert "ikke sammenligningsgrunnlag" in rows["Ketamin", "Tilgjengelighet"]["Uten skår"]
    assert len(rows) == 16


def test_a_score_that_never_varies_is_given_no_share() -> None:
    tables = made().tables
    still = replace(tables, certainty=tables.certainty.assign(high=tables.certainty["low"]))
    sheet = load_workbook(io.BytesIO(main_table_xlsx(replace(made(), tables=still))))["Skårer"]
    column = next(cell.column for cell in sheet[4] if cell.value == "Ordet holder i")
    assert {sheet.cell(row, column).value for row in range(5, sheet.max_row + 1)} == {None}


def test_a_text_that_begins_like_a_formula_stays_a_text() -> None:
    given = made()
    heroin = given.params.substances["heroin"].model_copy(update={"name": "=1+1"})
    params = replace(given.params, substances={**given.params.substances, "heroin": heroin})
    sheet = load_workbook(io.BytesIO(main_table_xlsx(replace(given, params=params))))["Skårer"]
    assert sheet["A5"].value == "=1+1"
    assert sheet["A5"].data_type == "s"


@pytest.mark.parametrize(("lang", "names"), [("nn", ["Hovudtabell", "Skårar"]), ("en", ["Main table", "Scores"])])
def test_the_workbook_speaks_the_editions_language(lang: str, names: list[str]) -> None:
    assert book(lang).sheetnames == names
