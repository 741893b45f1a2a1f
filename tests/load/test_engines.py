"""Our door to workbooks reads what openpyxl reads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from forevar.load.workbook import open_workbook

from .office import workbook

ROOT = Path(__file__).parents[2]
BOOKS = sorted([*(ROOT / "tests" / "realdata").rglob("*.xlsx"), *(ROOT / "data" / "raw").rglob("2026-1-*.xlsx")])


def plain(value: object) -> object:
    """A cell as both engines agree on it: numbers as floats, dates without a time, blank text as empty."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time(0):
        return value.date()
    return value


def cells(rows: object) -> list[list[object]]:
    grid = [[plain(cell) for cell in row] for row in rows]  # type: ignore[attr-defined]
    for row in grid:
        while row and row[-1] == "":
            row.pop()
    while grid and not grid[-1]:
        grid.pop()
    return grid


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.name)
def test_every_cell_of_real_workbooks_is_the_same(path: Path) -> None:
    theirs = openpyxl.load_workbook(path, data_only=True)
    ours = open_workbook(path, path.name)
    assert list(ours.sheets) == theirs.sheetnames
    for name in theirs.sheetnames:
        assert cells(ours.grid(name).rows) == cells(theirs[name].iter_rows(values_only=True)), name


def test_every_kind_of_cell_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "kinds.xlsx"
    day = dt.datetime(2025, 10, 1)
    rows = [
        ["tekst", 1, 0.1, -3.5, True, day, dt.datetime(2025, 10, 1, 13, 30), dt.time(8, 30), None, "  ", " x "],
        [None] * 11,
        [None, None, 1e15, 123456789012, "1 234,5", "æøå 👍", "linje\nskift", dt.datetime(1900, 3, 1)],
    ]
    path.write_bytes(workbook({"Ark æ": rows}))
    theirs = openpyxl.load_workbook(path)["Ark æ"].iter_rows(values_only=True)
    assert cells(open_workbook(path, path.name).grid("Ark æ").rows) == cells(theirs)


def test_merged_cells_are_known_from_their_corner(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "2025"
    book.active.merge_cells("A1:C2")
    book.save(tmp_path / "merged.xlsx")
    grid = open_workbook(tmp_path / "merged.xlsx", "merged.xlsx").grid("Sheet")
    assert [grid.label(1, 2), grid.label(0, 0), grid.cell(1, 2)] == ["2025", "2025", ""]
