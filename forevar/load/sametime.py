"""Dates that are read as one long time though they are several: the profile says too long a time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from forevar.errors import Fault, fault
from forevar.load.grid import Cell, Grid
from forevar.load.timelabel import TimeForm, parse_time

KEYS = ("same_half_year", "same_time")
_LONG = ("half_year", "quarter", "year", "campaign", "month")


@dataclass
class SameTime:
    """The full dates of one table, and the first of each series and time.

    Attributes:
        form: How the profile says that labels of time are to be understood.
    """

    form: TimeForm
    _days: dict[tuple[Cell, ...], dt.date] = field(default_factory=dict)
    _first: dict[Hashable, dt.date] = field(default_factory=dict)
    _is_told: bool = False

    def hear(self, cells: tuple[Cell, ...], label: Cell) -> None:
        """Keep the day when the label is one full date and stands for something longer."""
        if self.form.every in _LONG and (span := parse_time(label, replace(self.form, every="day"))):
            self._days[cells] = span.start

    def clash(self, cells: tuple[Cell, ...], number: Hashable, where: str, grid: Grid) -> Fault | None:
        """A fault, once for a table, when another date of the same number was heard before.

        Args:
            cells: Labels of time, as they were heard.
            number: What two cells share when they are the same number.
            where: Address of the cell.
            grid: Its sheet; the dates of a restricted one are not told.
        """
        day = self._days.get(cells)
        if day is None or self._is_told:
            return None
        before = self._first.setdefault(number, day)
        if before == day:
            return None
        self._is_told = True
        in_month = Counter((one.year, one.month) for one in {*self._days.values()})
        finer = "day" if max(in_month.values()) > 1 else "month"
        every = self.form.every
        key = "same_half_year" if every == "half_year" else "same_time"
        shown = (grid.shown(before.isoformat()), grid.shown(day.isoformat()))
        return fault(key, where, before=shown[0], content=shown[1], every=every, finer=finer)
