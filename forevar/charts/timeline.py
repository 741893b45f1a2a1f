"""Axes of time and of level as marks of our own: year labels, half-year ticks, a few grid lines, notes on top."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forevar.charts.canvas import Axis, Canvas
from forevar.charts.course import x_of
from forevar.charts.measure import text_width, wrap
from forevar.charts.theme import BAND, FAINT, GRID, MARK, SOFT
from forevar.words import Words

LINE = 15
"""Px from one line of small text to the next."""


@dataclass(frozen=True)
class Span:
    """A shaded stretch of time.

    Attributes:
        first: Its first period.
        last: Its last period.
        text: What it was: ``pandemi``.
    """

    first: str
    last: str
    text: str


@dataclass(frozen=True)
class Break:
    """A point after which the series is counted in another way.

    Attributes:
        period: The first period counted in the new way.
        text: What changed.
    """

    period: str
    text: str


def ticks(high: float, most: int = 4) -> list[float]:
    """Round levels from zero up to ``high``, two to ``most`` steps where whole numbers allow."""
    if high <= 0:
        return [0.0]
    step = 10.0 ** math.floor(math.log10(high / most))
    step = next(step * factor for factor in (1, 2, 2.5, 5, 10) if step * factor * (most + 1) > high)
    if high >= 1:
        step = max(step, 1.0)
    return [step * n for n in range(math.floor(high / step) + 1)]


def level_axis(high: float, levels: Sequence[float], foot: float, top: float) -> Axis:
    """From zero at ``foot`` px to a little above the highest number at ``top``."""
    return Axis(0, max(1.04 * high, levels[-1], 1), foot, top)


def draw_levels(canvas: Canvas, levels: Sequence[float], left: float, right: float, words: Words) -> None:
    """Grid lines with their numbers to the left of ``left``; the lowest line is the zero line."""
    decimals = 0 if all(level == int(level) for level in levels) else 1
    rows = [{"y": level, "label": words.number(level, decimals)} for level in levels]
    canvas.draw("rule", rows[1:], x=left, x2=right, colour=GRID)
    canvas.draw("rule", rows[:1], x=left, x2=right, colour=MARK)
    canvas.draw("text", rows, x=left - 6, text="label", colour=SOFT, align="right")


def level_room(levels: Sequence[float], words: Words) -> float:
    """Px that ``draw_levels`` needs to the left."""
    decimals = 0 if all(level == int(level) for level in levels) else 1
    return 7 + max(text_width(words.number(level, decimals)) for level in levels)


def draw_years(canvas: Canvas, first: float, last: float, y: float, half_yearly: bool) -> None:
    """Axis line at ``y`` px with a tick each period, a longer one each year, and as many year labels as have room."""
    canvas.draw("rule", [{"x": first, "x2": last}], x2="x2", y=y, colour=MARK)
    count = round((last - first) * (2 if half_yearly else 1)) + 1
    places = [first + n / (2 if half_yearly else 1) for n in range(count)]
    canvas.draw("rule", [{"x": place} for place in places if place % 1 == 0], y=y, y2=y + 6, colour=MARK)
    canvas.draw("rule", [{"x": place} for place in places if place % 1], y=y, y2=y + 3, colour=MARK)
    years = labelled_years([int(place) for place in places if place % 1 == 0], canvas.x)
    canvas.draw(
        "text", [{"x": year, "label": str(year)} for year in years], y=y + 15, text="label", colour=SOFT, align="center"
    )


def labelled_years(years: Sequence[int], axis: Axis) -> list[int]:
    """Every year, or every second, fourth, fifth … counted back from the last, so that labels stand 8 px apart."""
    room = text_width("2000") + 8
    per_year = abs(axis.at(1) - axis.at(0))
    step = next((step for step in (1, 2, 5, 10, 20) if step * per_year >= room), 50)
    return [year for year in years if (years[-1] - year) % step == 0]


def notes_height(spans: Sequence[Span], breaks: Sequence[Break], canvas_x: Axis) -> float:
    """Px above the plot that the texts of spans and breaks need."""
    return LINE * sum(len(_note_lines(note, canvas_x)) for note in breaks) + (LINE + 3 if spans else 0)


def draw_notes(canvas: Canvas, spans: Sequence[Span], breaks: Sequence[Break], top: float, foot: float) -> None:
    """Shaded spans and dotted break lines from ``top`` to ``foot`` px, each with its text above the plot."""
    bands = [{"x": x_of(s.first) - 0.25, "x2": x_of(s.last) + 0.25} for s in spans]
    canvas.draw("rect", bands, x2="x2", y=top, y2=foot, colour=BAND)
    middles = [{"x": (band["x"] + band["x2"]) / 2, "label": s.text} for band, s in zip(bands, spans, strict=True)]
    canvas.draw("text", middles, y=top + 9, text="label", colour=SOFT, align="center")
    y = top + (LINE + 3 if spans else 0)
    for note in breaks:
        px = canvas.x.at(x_of(note.period) - 0.25)
        lines = _note_lines(note, canvas.x)
        canvas.draw("rule", [{"x": px}], x=px, y=y, y2=foot, colour=FAINT, strokeDash=[2, 3])
        to_right = _is_right_of_line(px, canvas.x)
        for number, text in enumerate(lines):
            canvas.write(text, px + (5 if to_right else -5), y + 7 + LINE * number, color=SOFT,
                         align="left" if to_right else "right")  # fmt: skip
        y += LINE * len(lines)


def _is_right_of_line(px: float, axis: Axis) -> bool:
    """Whether there is more room to the right."""
    return px < (axis.start + axis.end) / 2


def _note_lines(note: Break, axis: Axis) -> list[str]:
    px = axis.at(x_of(note.period) - 0.25)
    return wrap(note.text, max(px - axis.start, axis.end - px) - 6)
