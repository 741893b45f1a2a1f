"""observations → courses: one series as one point per period, from the first one known to the edition's own.

A course knows what its figure may say: the latest number, the one before, the first, and where numbers are missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from forevar.blocks import Column, Credit, Table
from forevar.charts.theme import Series
from forevar.errors import DataError, Fault
from forevar.period import Period, period_range
from forevar.words import HARD_SPACE, Words, capital


@dataclass(frozen=True)
class Line:
    """One series of a figure: which rows it is, and what it is called.

    Attributes:
        label: Name at the end of the line or the head of the row.
        source: Rows of this source; empty takes any, and the same for ``measure``.
        place: Rows of this place; empty takes those of no place (the whole town, the sum of sites).
        substance: Rows of this drug; empty takes those of no drug.
        subject: Its name as subject of the title, in lower case where a sentence wants that; ``label`` when empty.
        short: Name on the phone; ``label`` when empty.
        total: Whether it is the sum of the others; with neither source nor measure it is added up from them, in the
            periods where every one of them has a number.
        step: Half-year change by the method, -3 to 3, which decides whether the title says "nearly unchanged";
            None leaves it to the direction of the numbers alone.
        is_notable: Whether a test finds the change larger than chance; then nothing is called nearly unchanged.
        closed: Last period of a place that has closed; empty while it is open.
        paint: Colours of a substance; None for series that are not of one substance.
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
    is_notable: bool = False
    closed: str = ""
    paint: Series | None = None

    def called(self, narrow: bool) -> str:
        """The name that fits the drawing, with a capital."""
        return capital((self.short if narrow else "") or self.label)

    @property
    def is_added_up(self) -> bool:
        """Whether it has no rows of its own."""
        return self.total and not (self.source or self.measure)

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
        value: The number; NaN where there is none, whatever the reason.
        text: The number in words, or the sign that says why there is none.
        mark: ``printed``, ``approximate``, ``reconstructed``, ``published`` or empty.
        origin: Source, file and cell of the number, those of its parts for a sum; empty when they are not told.
    """

    period: str
    x: float
    value: float
    text: str
    mark: str = ""
    origin: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a number."""
        return not math.isnan(self.value)


@dataclass(frozen=True)
class Course:
    """A line and its points, the last of them the edition's period.

    Attributes:
        points: One per period, without gaps; those without a number have ``value`` NaN.
        scope: What a period is: ``half_year``, ``year`` or ``campaign``.
    """

    line: Line
    points: tuple[Point, ...]
    scope: str = "half_year"

    @property
    def known(self) -> tuple[Point, ...]:
        """The points with a number."""
        return tuple(point for point in self.points if point.is_known)

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
        return next((point for point in reversed(self.points[:-1]) if point.is_known), None)

    @property
    def change(self) -> tuple[float, float] | None:
        """The number before and the one of the edition's period, when both are there."""
        if self.before is None or not self.now.is_known:
            return None
        return self.before.value, self.now.value

    @property
    def follows_on(self) -> bool:
        """Whether the number before belongs to the period just before."""
        return len(self.points) > 1 and self.before is self.points[-2]

    def segments(self) -> Iterator[tuple[Point, ...]]:
        """Stretches of points with numbers, broken where one is missing."""
        stretch: list[Point] = []
        for point in self.points:
            if point.is_known:
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
        observations: Tidy rows with ``period``, ``value``, ``status``, ``mark`` and the columns lines pick by, and
            perhaps ``origin`` as the reader is told it. Later periods are left out; NaN is no number.
        lines: At least one.
        period: The edition's half-year, or a year for yearly series.
        words: For numbers and signs.
        decimals: Of the numbers as shown.

    Raises:
        DataError: A line finds two rows for one period, or no line finds any row.
    """
    now = x_of(period)
    parts = [line for line in lines if not line.is_added_up]
    rows = [_rows_of(observations, line, now) for line in parts]
    begun = [table.loc[table["value"].notna(), "x"].min() for table in rows if table["value"].notna().any()]
    if not begun:
        raise DataError(
            f"none of the series {', '.join(line.label for line in lines)} has a number up to {period}",
            "",
            "check the series' keys in the figure against those in params/sources",
        )
    periods = _periods(min(begun), period)
    scope = "half_year" if "-" in period else _frequency(rows)
    made = {
        line: Course(line, tuple(_point(table, each, words, decimals, line) for each in periods), scope)
        for line, table in zip(parts, rows, strict=True)
    }
    sums = tuple(_sum([course.points[n] for course in made.values()], words, decimals) for n in range(len(periods)))
    return tuple(made.get(line) or Course(line, sums, scope) for line in lines)


def _sum(points: Sequence[Point], words: Words, decimals: int) -> Point:
    """What the parts of one period add up to: nothing when one is missing or hidden, rough when one is."""
    period, marks = points[0].period, {point.mark for point in points}
    if not all(point.is_known for point in points):
        return Point(period, points[0].x, math.nan, words("charts_consequences.sign.unknown"))
    value = sum(point.value for point in points)
    mark = next(iter(marks)) if len(marks) == 1 else "approximate" if "approximate" in marks else "reconstructed"
    origin = "\n".join(dict.fromkeys(point.origin for point in points if point.origin))
    return Point(period, points[0].x, value, _shown(value, mark, words, decimals), mark, origin)


def _shown(value: float, mark: str, words: Words, decimals: int) -> str:
    """The number, ``ca.`` before one known only roughly."""
    text = words.number(value, decimals)
    if mark == "approximate":
        text = words("charts_consequences.approximate", number=text).replace(" ", HARD_SPACE)
    return text


def _rows_of(observations: pd.DataFrame, line: Line, now: float) -> pd.DataFrame:
    """The rows of one line up to now, indexed by period, with their place on the axis."""
    chosen = observations[(observations["place"] == line.place) & (observations["substance"] == line.substance)]
    for column, wanted in (("source", line.source), ("measure", line.measure)):
        chosen = chosen[chosen[column] == wanted] if wanted else chosen
    chosen = chosen.assign(x=[x_of(period) for period in chosen["period"]])
    chosen = chosen[chosen["x"] <= now]
    twice = sorted(chosen.loc[chosen["period"].duplicated(), "period"].unique())
    if twice:
        mend = "name the source, measure and place of the series more closely"
        raise DataError(Fault(f"{line.label}: more than one number for {each}", "", mend) for each in twice)
    return chosen.set_index("period")


def _frequency(rows: Sequence[pd.DataFrame]) -> str:
    """``campaign`` when every row says so, else ``year``."""
    said = {str(name) for table in rows if "frequency" in table for name in table["frequency"]}
    return "campaign" if said == {"campaign"} else "year"


def x_of(period: str) -> float:
    """Place of a period on a time axis, in years."""
    return Period.parse(period).x if "-" in period else float(period[:4])  # financial years: 2018/19


def _periods(first: float, last: str) -> list[str]:
    """Every label from the first place on the axis to the last period."""
    if "-" not in last:
        years = range(int(first), int(last[:4]) + 1)
        return [f"{year}/{(year + 1) % 100:02}" if "/" in last else str(year) for year in years]
    begin = Period(int(first), 1 if first == int(first) else 2)
    return [str(period) for period in period_range(begin, Period.parse(last))]


def _point(rows: pd.DataFrame, period: str, words: Words, decimals: int, line: Line) -> Point:
    if line.closed and x_of(period) > x_of(line.closed):
        return Point(period, x_of(period), math.nan, words("charts_consequences.sign.none"))
    if period not in rows.index:
        return Point(period, x_of(period), math.nan, words("charts_consequences.sign.unknown"))
    row = rows.loc[period]
    mark, status = str(row["mark"]), str(row["status"])
    if pd.isna(row["value"]) or status == "suppressed":
        sign = "hidden" if status == "suppressed" else "unknown"
        return Point(period, x_of(period), math.nan, words(f"charts_consequences.sign.{sign}"), mark)
    value = float(row["value"])
    text = _shown(value, mark, words, decimals)
    if status == "partial":
        text = words("charts_consequences.partial", number=text)
    return Point(period, x_of(period), value, text, mark, str(row.get("origin", "")))


def when(period: str, words: Words) -> str:
    """``våren 2026`` of a half-year, ``2022`` of a year: for sentences."""
    return words(f"period.{Period.parse(period).season}_definite", year=period[:4]) if "-" in period else period


def during(period: str, words: Words) -> str:
    """``våren 2026`` of a half-year, ``i 2022`` of a year: where a sentence says when something was."""
    return when(period, words) if "-" in period else words("charts_consequences.in_year", year=period)


def label(period: str, words: Words) -> str:
    """``vår 2026`` of a half-year, ``2022`` of a year: for headings and rows."""
    return words.period(period) if "-" in period else period


def span(points: Iterable[Point], words: Words) -> str:
    """``vår 2016–vår 2026`` or ``1996–2022``; one period alone without the dash."""
    labels = [point.period for point in points]
    if len(labels) == 1:
        return label(labels[0], words)
    return f"{label(labels[0], words)}–{label(labels[-1], words)}"


def sum_of(several: Sequence[Course]) -> Course | None:
    """The one course that is the sum of at least two others; None when there is no such."""
    totals = [course for course in several if course.line.total]
    return totals[0] if len(totals) == 1 and len(several) > 2 else None


def course_table(key: str, title: str, several: Sequence[Course], words: Words, credit: Credit) -> Table:
    """A row per period and a column per series: what a line chart shows.

    Numbers that were printed are marked so where other numbers of the series are not.
    """
    mixed = len({point.mark for course in several for point in course.known}) > 1

    def cell(point: Point) -> str:
        if mixed and point.mark == "printed":
            return words("charts_consequences.printed", number=point.text)
        return point.text

    head = Column(words(f"charts_consequences.period.{several[0].scope}"))
    columns = (head, *(Column(course.line.called(narrow=False), "right") for course in several))
    periods = tuple(zip(*(course.points for course in several), strict=True))
    rows = tuple((label(points[0].period, words), *(cell(point) for point in points)) for points in periods)
    return Table(f"{key}_table", title, columns, rows, credit, origins=origins_of(periods))


def origins_of(periods: Iterable[Sequence[Point]]) -> tuple[tuple[str, ...], ...]:
    """Where the numbers of a table stand that has a row per period and a column per series."""
    return tuple(("", *(point.origin for point in points)) for points in periods)
