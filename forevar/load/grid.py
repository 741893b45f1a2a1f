"""One sheet, or one text file: cells that know their address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

Cell = str | float | bool | dt.date | dt.time | dt.timedelta
MAX_CELLS = 30_000_000


@dataclass
class Grid:
    """The cells of a sheet, as wide and high as its content.

    Attributes:
        file: As it is said to people: ``data/raw/statistics/2026-1-source.xlsx``.
        sheet: Name; empty for text files.
        rows: Cells from A1; an empty cell is ``""``, a number is a float. Rows may be of different length.
        merged: Cell → the upper left cell of the merged range it lies in.
        unread: Cell → ``no_result`` (formula never calculated) or ``error_cell``; such a cell reads as empty.
        restricted: Content must never be shown.
    """

    file: str
    sheet: str
    rows: list[list[Cell]]
    merged: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    unread: Mapping[tuple[int, int], str] = field(default_factory=dict)
    restricted: bool = False
    is_text: bool = False
    comma_separated: bool = False

    def cell(self, row: int, column: int) -> Cell:
        """The cell; empty beyond the edge."""
        try:
            return self.rows[row][column]
        except IndexError:
            return ""

    def label(self, row: int, column: int) -> Cell:
        """The cell; inside a merged range that of its upper left corner."""
        value = self.cell(row, column)
        if value == "" and self.merged and (corner := self.merged.get((row, column))):
            return self.cell(*corner)
        return value

    @property
    def width(self) -> int:
        """Columns of the widest row."""
        return max(map(len, self.rows), default=0)

    def where(self, row: int | None = None, column: int = 0) -> str:
        """``file:Sheet:C7``; without the sheet for text files."""
        place = f"{self.file}:{self.sheet}" if self.sheet else self.file
        return place if row is None else f"{place}:{letters(column)}{row + 1}"

    def shown(self, value: object) -> str | None:
        """The content as it may stand in a message: quoted and short, or None when it is restricted."""
        if self.restricted:
            return None
        text = as_text(value)
        return f"'{text if len(text) <= 60 else text[:57] + '...'}'"


@cache
def letters(column: int) -> str:
    """0 → A, 27 → AB."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(name: str) -> int:
    """A → 0, AB → 27."""
    column = 0
    for letter in name:
        column = column * 26 + ord(letter) - 64
    return column - 1


def as_text(value: object) -> str:
    """A cell as a person reads it: whole numbers without decimals, dates as 2026-03-31."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time(0) else value.isoformat(sep=" ", timespec="minutes")
    return str(value)
