"""observations → columns of one series, a level per period, the last two dark."""

from __future__ import annotations

import pandas as pd

from forevar.blocks import NARROW, WIDE, Bundle, Credit, Figure
from forevar.charts.canvas import Axis, Canvas, finish
from forevar.charts.caption import description
from forevar.charts.course import Course, Line, course_table, courses, span, when
from forevar.charts.headline import AREA, from_to, latest, peaks, run_title
from forevar.charts.measure import text_width
from forevar.charts.theme import FAINT, LABEL, MIDDLE
from forevar.charts.timeline import draw_levels, draw_years, level_axis, level_room, ticks
from forevar.words import Words

DARK = "#12436D"
PLOT = {WIDE: 190, NARROW: 160}


def columns(
    key: str,
    observations: pd.DataFrame,
    line: Line,
    period: str,
    words: Words,
    credit: Credit,
    *,
    what: str,
    test: str = "",
    decimals: int = 0,
) -> Figure:
    """One column per period; where a number is missing its sign stands on the axis instead.

    Args:
        key: Of the figure.
        observations: Tidy rows.
        line: The series.
        period: The edition's half-year.
        words: Language.
        credit: Source line.
        what: Measure and unit with a capital: ``Utdelte ark folie``.
        test: A sentence for the subtitle.
        decimals: Of the numbers shown.

    Raises:
        DataError: No number at all, or two for one period.
    """
    course = courses(observations, [line], period, words, decimals)[0]
    title = run_title(course, words)
    per = words(f"{AREA}.per.{course.scope}")
    told = [
        words(f"{AREA}.alt.columns", per=per, span=span(course.points, words)),
        latest([course], words),
        from_to([course], words),
        peaks([course], words),
    ]
    return Figure(
        key=key,
        title=title,
        subtitle=f"{words(f'{AREA}.subtitle.columns', what=what, per=per)} {test}".strip(),
        wide=_draw(course, words, WIDE),
        narrow=_draw(course, words, NARROW),
        alt=description(told, credit),
        table=course_table(key, title, [course], words, credit),
        credit=credit,
    )


def _draw(course: Course, words: Words, width: int) -> Bundle:
    """One drawing; the latest two numbers stand above their columns where they have room."""
    highest = max(point.value for point in course.known)
    levels = ticks(highest)
    first, last = course.points[0].x, course.points[-1].x
    step = 0.5 if course.scope == "half_year" else 1.0
    beside = max(text_width(course.now.text, LABEL, bold=True) + 10, 14)
    left, right = level_room(levels, words), width - beside
    top, foot = 20.0, 20.0 + PLOT[width]
    x = Axis(first - step / 2, last + step / 2, left + 2, right)
    canvas = Canvas(width, foot + 30, x, level_axis(highest, levels, foot, top))
    draw_levels(canvas, levels, left, right, words)
    half = 0.36 * step
    rows = [
        {
            "x": point.x - half,
            "x2": point.x + half,
            "y": point.value,
            "zero": 0,
            "colour": DARK if n >= len(course.points) - 2 else MIDDLE,
            "tip": f"{when(point.period, words)}: {point.text}",
        }
        for n, point in enumerate(course.points)
        if point.is_known
    ]
    canvas.draw("rect", rows, x2="x2", y2="zero", colour="colour", tip="tip")
    missing = [{"x": point.x, "label": point.text} for point in course.points if not point.is_known]
    canvas.draw("text", missing, y=foot - 8, text="label", colour=FAINT, align="center")
    _numbers(canvas, course, x.at(step) - x.at(0))
    draw_years(canvas, first, last, foot + 6, course.scope == "half_year")
    return finish(canvas.chart(), words)


def _numbers(canvas: Canvas, course: Course, column: float) -> None:
    """The latest number in bold beside its column, and the one before above its own where none is in the way."""
    tops = [(canvas.x.at(point.x), canvas.y.at(point.value)) for point in course.known]
    if course.now.is_known:
        px, py = tops[-1]
        place = min(py + 7, canvas.y.start - 8)
        canvas.write(course.now.text, px + column / 2 + 3, place, color=DARK, fontWeight=700, fontSize=LABEL)
    if course.before is None or not course.follows_on:
        return
    px, py = canvas.x.at(course.before.x), canvas.y.at(course.before.value)
    edge = px + 0.36 * column
    covered = edge - text_width(course.before.text) - 0.36 * column
    if all(top > py - 4 for place, top in tops if covered < place < px):
        canvas.write(course.before.text, edge, py - 10, align="right", color=DARK)
