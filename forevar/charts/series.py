"""observations → lines with their names at the end: arrests, call-outs, infections, deaths, any series over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forevar.blocks import NARROW, WIDE, Bundle, Credit, Figure
from forevar.charts.canvas import Axis, Canvas, finish, spread
from forevar.charts.course import Course, Line, Point, course_table, courses, label, sum_of, when
from forevar.charts.headline import AREA, lines_alt, lines_title
from forevar.charts.measure import text_width, widest, wrap
from forevar.charts.theme import FAINT, GHOST, LABEL, PLAIN, SOFT, UNNAMED, Series
from forevar.charts.timeline import (
    LINE,
    Break,
    Span,
    draw_levels,
    draw_notes,
    draw_years,
    level_axis,
    level_room,
    notes_height,
    ticks,
)
from forevar.words import Words

NEUTRAL = (
    Series("first", "", "#12436D", "#12436D"),
    Series("second", "", UNNAMED, UNNAMED, dashed=True),
    Series("third", "", "#6B747E", FAINT),
    Series("fourth", "", "#8A5A9E", "#8A5A9E", dashed=True),
)
"""Series that are no substance: one hue, then greys and dashes, readable without colour."""

SUM = Series("total", "", PLAIN, PLAIN)
BIG = 44
"""Px of a number that stands alone."""
FEW_POINTS = 8
"""Up to here every number gets a dot."""


@dataclass(frozen=True)
class Size:
    """What differs between the two drawings: px of width, of plot height and of the names' column at most."""

    width: int
    plot: int
    names: int
    narrow: bool


SIZES = (Size(WIDE, 204, 190, False), Size(NARROW, 172, 108, True))


def lines(
    key: str,
    observations: pd.DataFrame,
    series: Sequence[Line],
    period: str,
    words: Words,
    credit: Credit,
    *,
    what: str,
    test: str = "",
    spans: Sequence[Span] = (),
    breaks: Sequence[Break] = (),
    decimals: int = 0,
) -> Figure:
    """Several series over the same time, on one scale from zero.

    A line is broken where a number is missing or hidden. Printed numbers have a dot, as has the last; with few
    periods all have. Names stand at the end of the lines, moved apart where they would meet.

    Args:
        key: Of the figure.
        observations: Tidy rows (source, measure, place, substance, period, value, status, mark, frequency).
        series: At most four beside a total, in order of reading.
        period: The edition's half-year, or the last year of yearly series.
        words: Language.
        credit: Source line.
        what: Measure and unit with a capital: ``Utrykninger``.
        test: A sentence on whether chance could have made the change, for the subtitle.
        spans: Shaded stretches of time.
        breaks: Where counting changed.
        decimals: Of the numbers shown.

    Raises:
        DataError: No number at all, or two for one period.
    """
    several = courses(observations, series, period, words, decimals)
    title = lines_title(several, words)
    drawings = [_draw(several, words, size, spans, breaks) for size in SIZES]
    noted = [_note(note.text) for note in breaks]
    return Figure(
        key=key,
        title=title,
        subtitle=subtitle(several, words, what, test),
        wide=drawings[0],
        narrow=drawings[1],
        alt=lines_alt(several, words, credit, noted),
        table=course_table(key, title, several, words, credit),
        credit=credit,
    )


def _note(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def subtitle(several: Sequence[Course], words: Words, what: str, test: str) -> str:
    """Measure and unit, what a dot and a gap mean where there are any, and the test."""
    parts = [words(f"{AREA}.subtitle.lines", what=what, per=words(f"{AREA}.per.{several[0].scope}"))]
    marks = {point.mark for course in several for point in course.known}
    if "printed" in marks and len(marks) > 1:
        parts.append(words(f"{AREA}.subtitle.printed"))
    gaps = [point for course in several for point in _gaps(course)]
    if gaps:
        hidden = any(point.text == words(f"{AREA}.sign.hidden") for point in gaps)
        parts.append(words(f"{AREA}.subtitle.{'gap_or_hidden' if hidden else 'gap'}"))
    return " ".join([*parts, test]).strip()


def paints(several: Sequence[Course]) -> list[Series]:
    """How each line is painted: as its substance, as the sum, or by its place among the others."""
    neutral, total = iter(NEUTRAL), sum_of(several)
    return [course.line.paint or (SUM if course is total else next(neutral)) for course in several]


def _draw(
    several: Sequence[Course], words: Words, size: Size, spans: Sequence[Span], breaks: Sequence[Break]
) -> Bundle:
    """One drawing; a single number is written large instead of drawn as a dot in an empty plot."""
    if len(several) == 1 and len(several[0].known) == 1 and several[0].now.is_known:
        return _only_number(several[0], words, size)
    highest = max(point.value for course in several for point in course.known)
    levels = ticks(highest)
    names = [wrap(f"{c.line.called(size.narrow)} {c.now.text}", size.names, LABEL, bold=True) for c in several]
    left = level_room(levels, words)
    right = size.width - widest([line for name in names for line in name], LABEL, bold=True) - 14
    first, last = several[0].points[0].x, several[0].points[-1].x
    x = Axis(first, last, left + 6, right) if last > first else Axis(first - 1, last, left + 6, right)
    top = 8 + notes_height(spans, breaks, x)
    foot = top + size.plot
    canvas = Canvas(size.width, foot + 30, x, level_axis(highest, levels, foot, top))
    draw_notes(canvas, spans, breaks, 0, foot)
    draw_levels(canvas, levels, left, right, words)
    draw_years(canvas, first, last, foot + 6, several[0].scope == "half_year")
    for course, paint in zip(several, paints(several), strict=True):
        _line(canvas, course, paint, words)
    if len(several) == 1:
        signs = [{"x": point.x, "label": point.text} for point in _gaps(several[0])]
        canvas.draw("text", signs, y=foot - 8, text="label", colour=FAINT, align="center")
    _numbers(canvas, several)
    _names(canvas, several, names, right, foot)
    return finish(canvas.chart(), words)


def _only_number(course: Course, words: Words, size: Size) -> Bundle:
    """The one number there is, with what it is and when."""
    paint = paints([course])[0]
    canvas = Canvas(size.width, 62, Axis(0, 1, 0, size.width), Axis(0, 1, 62, 0))
    canvas.write(course.now.text, 0, 32, color=paint.text, fontWeight=700, fontSize=BIG)
    beside = text_width(course.now.text, BIG, bold=True) + 14
    canvas.write(course.line.called(size.narrow), beside, 24, fontWeight=700, fontSize=LABEL, color=paint.text)
    canvas.write(words(f"{AREA}.first_number", when=label(course.now.period, words)), beside, 42, color=SOFT)
    return finish(canvas.chart(), words)


def _line(canvas: Canvas, course: Course, paint: Series, words: Words) -> None:
    """The line itself, its dots, and what the pointer reads."""
    rows = [
        {"x": p.x, "y": p.value, "run": run, "tip": f"{course.line.label}, {when(p.period, words)}: {p.text}"}
        for run, stretch in enumerate(course.segments())
        for p in stretch
    ]
    look: dict[str, Any] = {"strokeDash": [7, 3]} if paint.dashed else {}
    weight = 3.0 if paint is SUM else 2.5
    canvas.draw("line", rows, order="x", detail="run", colour=paint.colour, strokeWidth=weight, **look)
    dotted = {p.x for p in dots(course)}
    canvas.draw("point", rows, tip="tip", colour=paint.colour, opacity=0, size=90)
    shown = [row for row in rows if row["x"] in dotted]
    canvas.draw("point", shown, tip="tip", fill=paint.colour, stroke="white", size=62)


def _gaps(course: Course) -> list[Point]:
    """Points without a number after the series began."""
    begun = course.known[0].x if course.known else course.now.x
    return [point for point in course.points if point.x > begun and not point.is_known]


def dots(course: Course) -> list[Point]:
    """Points that get a dot: printed ones, the last, lone ones between gaps; all when they are few."""
    alone = {stretch[0] for stretch in course.segments() if len(stretch) == 1}
    few = len(course.known) <= FEW_POINTS
    return [p for p in course.known if few or p.mark == "printed" or p is course.last or p in alone]


def _numbers(canvas: Canvas, several: Sequence[Course]) -> None:
    """The number compared with, or all of a short series, where no other line or number is in the way."""
    taken = [place for course in several for place in _trace(canvas, course)]
    for course, paint in zip(several, paints(several), strict=True):
        rows = []
        for point in dots(course):
            px, py = canvas.x.at(point.x), canvas.y.at(point.value)
            room = text_width(point.text, bold=True) / 2 + 2
            wanted = point is course.before or (len(course.known) <= FEW_POINTS and len(several) == 1)
            for away in (-14, 15) if wanted and point is not course.last else ():
                inside = canvas.y.end - 6 <= py + away <= canvas.y.start - 8
                if inside and not any(abs(px - a) < room and abs(py + away - b) < 8 for a, b in taken):
                    rows.append({"x": point.x, "y": canvas.y.value(py + away), "label": point.text})
                    taken += [(px + n * room, py + away) for n in (-1, 0, 1)]
                    break
        canvas.draw("text", rows, text="label", colour=paint.text, align="center", fontWeight=700)


def _trace(canvas: Canvas, course: Course) -> Iterator[tuple[float, float]]:
    """Px along a line, close enough together that no text slips between them."""
    for stretch in course.segments():
        for start, end in zip(stretch, (*stretch[1:], stretch[-1]), strict=True):
            for step in range(12):
                share = step / 12
                yield (
                    canvas.x.at(start.x + share * (end.x - start.x)),
                    canvas.y.at(start.value + share * (end.value - start.value)),
                )


def _names(canvas: Canvas, several: Sequence[Course], names: Sequence[list[str]], right: float, foot: float) -> None:
    """Name and latest number of each line, apart from each other; a thin leader where one had to move far."""
    shown = [n for n, course in enumerate(several) if course.known]
    ends = [canvas.y.at(several[n].known[-1].value) for n in shown]
    gap = LINE * max(len(names[n]) for n in shown) + 2
    colours = paints(several)
    for n, end, place in zip(shown, ends, spread(ends, gap, canvas.y.end, foot), strict=True):
        if abs(place - end) > 10:
            canvas.draw("rule", [{"y": end, "y2": place}], x=right + 5, x2=right + 9, y=end, y2=place, colour=GHOST)
        offset = (len(names[n]) - 1) * LINE / 2
        for row, text in enumerate(names[n]):
            canvas.write(
                text, right + 10, place - offset + row * LINE, color=colours[n].text, fontWeight=700, fontSize=LABEL
            )
