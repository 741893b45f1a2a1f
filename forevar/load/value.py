"""One cell → its number, or the word that stands in its place."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from forevar.errors import Fault, fault
from forevar.load.grid import Grid
from forevar.load.label import normal
from forevar.load.meaning import Meaning
from forevar.load.number import looks_like_number, parse_number
from forevar.terms import Status

Said = tuple[float, str, str]


class Stop(Exception):  # noqa: N818 - never leaves the reading of a table
    """This cell, column or row gives no number; ``fault`` says why unless it was left out on purpose."""

    def __init__(self, fault: Fault | None = None) -> None:
        self.fault = fault
        super().__init__()


def value_at(grid: Grid, row: int, column: int, meaning: Meaning, excuses: Sequence[int] = ()) -> Said | None:
    """Value, status and mark of a cell; None when it is silent.

    Args:
        grid: The sheet.
        row: From 0.
        column: From 0.
        meaning: Words that stand for something, and how numbers are written.
        excuses: Columns that say why a cell is empty.

    Raises:
        Stop: The cell holds something that is neither a number nor a known word.
    """
    cell = grid.cell(row, column)
    where = grid.where(row, column)
    mark = ""
    if cell == "":
        if kind := grid.unread.get((row, column)):
            raise Stop(fault(kind, where))
        return _excused(grid, row, meaning, excuses)
    if isinstance(cell, str):
        text = normal(cell)
        if (status := meaning.words.get(text)) is not None:
            return math.nan, status, ""
        if (known := meaning.values.get(text)) is not None:
            return known, str(Status.OK), ""
        decimal = meaning.numbers.decimal or ("." if grid.comma_separated else ",")
        thousands = meaning.numbers.thousands.strip()
        number, mark = _parse(cell, decimal, thousands, meaning)
        if number is None:
            kind = "ambiguous_number" if looks_like_number(cell) else "not_a_number"
            told = {"decimal": decimal, "thousands": thousands or "space"}
            raise Stop(fault(kind, where, content=grid.shown(cell), **told))
    elif isinstance(cell, bool | dt.date | dt.time | dt.timedelta) or not math.isfinite(cell):
        raise Stop(fault("not_a_number", where, content=grid.shown(cell)))
    else:
        number = float(cell)
    if number < 0 and not meaning.numbers.negative:
        raise Stop(fault("negative", where, content=grid.shown(cell)))
    return number, str(Status.OK), mark


def _parse(text: str, decimal: str, thousands: str, meaning: Meaning) -> tuple[float | None, str]:
    """The number and the mark that a sign stuck to it stands for."""
    mark = ""
    text = text.strip()
    for affix, stands_for in meaning.numbers.affixes.items():
        if text.endswith(affix) or text.startswith(affix):
            text = text.removesuffix(affix).removeprefix(affix).strip()
            mark = mark or stands_for
    return parse_number(text, decimal, thousands), mark


def _excused(grid: Grid, row: int, meaning: Meaning, excuses: Sequence[int]) -> Said | None:
    """What a column beside an empty cell says of why there is no number."""
    for column in excuses:
        cell = grid.cell(row, column)
        if cell != "":
            status = meaning.words.get(normal(cell))
            if status is None:
                told = grid.shown(cell)
                raise Stop(fault("unknown_label", grid.where(row, column), content=told, role="status"))
            return math.nan, status, ""
    return None
