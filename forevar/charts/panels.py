"""Yearly observations → small line charts side by side: published series that stand beside the half-yearly ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from forevar.blocks import NARROW, WIDE, Bundle, Credit, Figure
from forevar.charts.canvas import Axis, Canvas, grid
from forevar.charts.caption import description
from forevar.charts.course import Course, Line, course_table, courses, span, when
from forevar.charts.headline import AREA, change_title, from_to, latest, most_changed, peaks
from forevar.charts.measure import text_width, widest
from forevar.charts.theme import FAINT, LABEL, PANEL, Series
from forevar.charts.timeline import draw_levels, draw_years, level_axis, level_room, ticks
from forevar.words import Words

PLAIN = Series("plain", "", "#12436D", "#12436D")
GAP = 28
PLOT = {WIDE: 116, NARROW: 96}
FEW_POINTS = 14
"""Up to here every number gets a dot."""


def panels(
    key: str,
    observations: pd.DataFrame,
    series: Sequence[Line],
    period: str,
    words: Words,
    credit: Credit,
    *,
    what: str,
    own_scales: bool = False,
    none_sign: bool = False,
    test: str = "",
    decimals: int = 0,
) -> Figure:
    """One small chart per series, all over the same years.

    Where a year has no number its sign stands on the axis, and the line is broken.

    Args:
        key: Of the figure.
        observations: Tidy rows, yearly or half-yearly.
        series: The first is the one the title is about when scales differ and it has a number; else the one that
            moved most.
        period: The last year (or half-year) shown.
        words: Language.
        credit: Publisher, licence and date.
        what: Measure and unit with a capital.
        own_scales: Whether each panel has its own scale (a county beside the country).
        none_sign: Whether the publisher writes none and too few alike: then every missing number is «–».
        test: A sentence for the subtitle.
        decimals: Of the numbers shown.

    Raises:
        DataError: No number at all, or two for one period.
    """
    several = courses(observations, series, period, words, decimals)
    if none_sign:
        several = tuple(_with_none(course, words) for course in several)
    main = several[0] if own_scales and several[0].now.is_known else most_changed(several)
    title = change_title(main, words)
    sentences = [
        words(
            f"{AREA}.alt.{'panels' if len(several) > 1 else 'line'}",
            count=words.count_word(len(several)),
            per=words(f"{AREA}.per.{several[0].scope}"),
            span=span(several[0].points, words),
        ),
        latest(several, words),
        from_to(several, words),
        *(peaks([course], words) for course in several),
    ]
    return Figure(
        key=key,
        title=title,
        subtitle=_subtitle(several, words, what, own_scales, test),
        wide=_draw(several, words, WIDE, own_scales),
        narrow=_draw(several, words, NARROW, own_scales),
        alt=description(sentences, credit),
        table=course_table(key, title, several, words, credit),
        credit=credit,
    )


def _with_none(course: Course, words: Words) -> Course:
    none = words(f"{AREA}.sign.none")
    points = tuple(p if p.is_known else replace(p, text=none) for p in course.points)
    return replace(course, points=points)


def _subtitle(several: Sequence[Course], words: Words, what: str, own_scales: bool, test: str) -> str:
    """Measure, scale, and the signs that occur."""
    parts = [words(f"{AREA}.subtitle.panels", what=what, per=words(f"{AREA}.per.{several[0].scope}"))]
    if len(several) > 1:
        parts.append(words(f"{AREA}.subtitle.{'own_scale' if own_scales else 'same_scale'}"))
    texts = {point.text for course in several if course.known for point in course.points if not point.is_known}
    parts += [
        words(f"{AREA}.subtitle.{sign}")
        for sign in ("none", "unknown", "hidden")
        if words(f"{AREA}.sign.{sign}") in texts
    ]
    return " ".join([*parts, test]).strip()


def _draw(several: Sequence[Course], words: Words, width: int, own_scales: bool) -> Bundle:
    """Three panels in a row on the wide drawing, two when there are two or four, one on the narrow."""
    columns = 1 if width == NARROW else min(len(several), 2 if len(several) in (2, 4) else 3)
    room = (width - GAP * (columns - 1)) // columns
    tops = [max((point.value for point in course.known), default=0.0) for course in several]
    if not own_scales:
        tops = [max(tops)] * len(tops)
    left = max(level_room(ticks(top, 3), words) for top in tops) + 4
    right = room - max(widest([course.now.text for course in several], LABEL, bold=True) + 12, 16)
    drawn = [_panel(c, words, room, PLOT[width], top, left, right) for c, top in zip(several, tops, strict=True)]
    return grid(drawn, columns, words, GAP if columns > 1 else 10)


def _panel(
    course: Course, words: Words, width: float, plot: float, highest: float, left: float, right: float
) -> Canvas:
    """Name, grid, line with its last number, signs where there is none, years."""
    paint = course.line.paint or PLAIN
    levels = ticks(highest, 3)
    top, foot = 30.0, 30.0 + plot
    first, last = course.points[0].x, course.points[-1].x
    canvas = Canvas(width, foot + 28, Axis(first, max(last, first + 1), left, right))
    canvas.y = level_axis(highest, levels, foot, top)
    canvas.write(course.line.called(narrow=False), 0, 9, color=paint.text, fontWeight=700, fontSize=PANEL)
    draw_levels(canvas, levels, left - 4, right, words)
    draw_years(canvas, first, last, foot + 6, course.scope == "half_year")
    if not course.known:
        canvas.write(words(f"{AREA}.no_numbers"), (left + right) / 2, (top + foot) / 2, color=FAINT, align="center")
        return canvas
    rows = [
        {"x": p.x, "y": p.value, "run": run, "tip": f"{when(p.period, words)}: {p.text}"}
        for run, stretch in enumerate(course.segments())
        for p in stretch
    ]
    lone = {stretch[0].x for stretch in course.segments() if len(stretch) == 1}
    shown = [row for row in rows if len(rows) <= FEW_POINTS or row["x"] in lone]
    canvas.draw("line", rows, order="x", detail="run", colour=paint.colour)
    canvas.draw("point", rows, tip="tip", colour=paint.colour, opacity=0, size=80)
    canvas.draw("point", shown, colour=paint.colour, size=26)
    canvas.draw("point", rows[-1:], fill=paint.colour, stroke="white", size=62)
    begun = course.known[0].x
    gaps = [{"x": p.x, "label": p.text} for p in course.points if not p.is_known and p.x > begun]
    canvas.draw("text", gaps, y=foot - 8, text="label", colour=FAINT, align="center")
    end = course.known[-1]
    look = {"color": paint.text, "fontWeight": 700, "fontSize": LABEL}
    if end is course.now:
        canvas.write(end.text, right + 9, canvas.y.at(end.value), **look)
    else:
        px = min(canvas.x.at(end.x), width - text_width(end.text, LABEL, bold=True) / 2)
        canvas.write(end.text, px, canvas.y.at(end.value) - 14, align="center", **look)
    return canvas
