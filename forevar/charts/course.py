"""observations → courses: one series as one point per period, from the first one known to the edition's own.

A course knows what its figure may say: the latest number, the one before, the first, and where numbers are missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from forevar.errors import DataError, Fault
from forevar.period import Period, period_range
from forevar.words import HARD_SPACE, Words

PICKED_BY = ("source", "measure", "place", "substance")


@dataclass(frozen=True)
class Line:
    """One series of a figure: which rows it is, and what it is called.

    Attributes:
        label: Name at the end of the line or the head of the row.
        source: Rows of this source; empty takes any, and the same for ``measure``, ``place`` and ``substance``.
        subject: Its name as subject of the title, in lower case where a sentence wants that; ``label`` when empty.
        short: Name on the phone; ``label`` when empty.
        total: Whether it is the sum of the others.
        step: Half-year change by the method, -3 to 3, which decides whether the title says "nearly unchanged";
            None leaves it to the direction of the numbers alone.
        closed: Last period of a place that has closed; empty while it is open.
    """

    label: str
    source: str = ""
    measure: str = ""
    place: str = ""
    substance: str = ""
    subject: str = ""
    short: str = ""
    total: bool = False
    step: int | None = None
    closed: str = ""

    def called(self, narrow: bool) -> str:
        """The name that fits the drawing."""
        return self.short or self.label if narrow else self.label

    @property
    def name(self) -> str:
        """The subject of a sentence."""
        return self.subject or self.label


@dataclass(frozen=True)
class Point:
    """One period of a course.

    Attributes:
        period: ``2026-1``, or ``2022`` in a yearly series.
        x: Place on a time axis, in years.
        value: The number; None where there is none, whatever the reason.
        text: The number in words, or the sign that says why there is none.
        mark: ``printed``, ``approximate``, ``reconstructed``, ``published`` or empty.
    """

    period: str
    x: float
    value: float | None
    text: str
    mark: str = ""


@dataclass(frozen=True)
class Course:
    """A line and its points, the last of them the edition's period.

    Attributes:
        points: One per period, without gaps; those without a number have ``value`` None.
    """

    line: Line
    points: tuple[Point, ...]

    @property
    def known(self) -> tuple[Point, ...]:
        """The points with a number."""
        return tuple(point for point in self.points if point.value is not None)

    @property
    def now(self) -> Point:
        """The edition's period, with or without a number."""
        return self.points[-1]

    @property
    def first(self) -> Point | None:
        """The first number there is."""
        return next(iter(self.known), None)

    @property
    def last(self) -> Point | None:
        """The last number there is."""
        return next(reversed(self.known), None)

    @property
    def before(self) -> Point | None:
        """The last number earlier than the edition's period."""
        return next((point for point in reversed(self.points[:-1]) if point.value is not None), None)

    @property
    def is_half_yearly(self) -> bool:
        """Whether a period is a half-year."""
        return "-" in self.now.period

    @property
    def follows_on(self) -> bool:
        """Whether the number before belongs to the period just before."""
        return len(self.points) > 1 and self.before is self.points[-2]

    def segments(self) -> Iterator[tuple[Point, ...]]:
        """Stretches of points with numbers, broken where one is missing."""
        stretch: list[Point] = []
        for point in self.points:
            if point.value is not None:
                stretch.append(point)
            elif stretch:
                yield tuple(stretch)
                stretch = []
        if stretch:
            yield tuple(stretch)


def courses(
    observations: pd.DataFrame, lines: Sequence[Line], period: str, words: Words, decimals: int = 0
) -> tuple[Course, ...]:
    """One course per line, all over the same periods, from the first with a number to ``period``.

    Args:
        observations: Tidy rows with ``period``, ``value``, ``status``, ``mark`` and the columns lines pick by. Later
            periods are left out; NaN is no number.
        lines: At least one.
        period: The edition's half-year, or a year for yearly series.
        words: For numbers and signs.
        decimals: Of the numbers as shown.

    Raises:
        DataError: A line finds two rows for one period, or no line finds any row.
    """
    now = _x(period)
    rows = [_rows_of(observations, line, now) for line in lines]
    begun = [table["x"].min() for table in rows if table["value"].notna().any()]
    if not begun:
        raise DataError(
            f"none of the series {', '.join(line.label for line in lines)} has a number up to {period}",
            "",
            "check the series' keys in the figure against those in params/sources",
        )
    periods = _periods(min(begun), period)
    return tuple(
        Course(line, tuple(_point(table, label, words, decimals, line) for label in periods))
        for line, table in zip(lines, rows, strict=True)
    )


def _rows_of(observations: pd.DataFrame, line: Line, now: float) -> pd.DataFrame:
    """The rows of one line up to now, indexed by period, with their place on the axis."""
    chosen = observations
    for column in PICKED_BY:
        if wanted := getattr(line, column):
            chosen = chosen[chosen[column] == wanted]
    chosen = chosen.assign(x=[_x(period) for period in chosen["period"]])
    chosen = chosen[chosen["x"] <= now]
    twice = sorted(chosen.loc[chosen["period"].duplicated(), "period"].unique())
    if twice:
        mend = "name the source, measure and place of the series more closely"
        raise DataError(Fault(f"{line.label}: more than one number for {label}", "", mend) for label in twice)
    return chosen.set_index("period")


def _x(period: str) -> float:
    return Period.parse(period).x if "-" in period else float(period)


def _periods(first: float, last: str) -> list[str]:
    """Every label from the first place on the axis to the last period."""
    if "-" not in last:
        return [str(year) for year in range(int(first), int(last) + 1)]
    begin = Period(int(first), 1 if first == int(first) else 2)
    return [str(period) for period in period_range(begin, Period.parse(last))]


def _point(rows: pd.DataFrame, period: str, words: Words, decimals: int, line: Line) -> Point:
    if period not in rows.index:
        closed = bool(line.closed) and _x(period) > _x(line.closed)
        return Point(period, _x(period), None, words("charts_consequences.sign." + ("none" if closed else "unknown")))
    row = rows.loc[period]
    mark, status = str(row["mark"]), str(row["status"])
    if pd.isna(row["value"]) or status == "suppressed":
        sign = "hidden" if status == "suppressed" else "unknown"
        return Point(period, _x(period), None, words(f"charts_consequences.sign.{sign}"), mark)
    value = float(row["value"])
    text = words.number(value, decimals)
    if mark == "approximate":
        text = words("charts_consequences.approximate", number=text).replace(" ", HARD_SPACE)
    if status == "partial":
        text = words("charts_consequences.partial", number=text)
    return Point(period, _x(period), value, text, mark)


def when(period: str, words: Words) -> str:
    """``vår 2026`` of a half-year, ``2022`` of a year."""
    return words.period(period) if "-" in period else period


def span(points: Iterable[Point], words: Words) -> str:
    """``vår 2016–vår 2026`` or ``1996–2022``."""
    labels = [point.period for point in points]
    return f"{when(labels[0], words)}–{when(labels[-1], words)}"
