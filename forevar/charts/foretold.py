"""rises that proved real → one row each: when it began, and when the score, the tests and the bounds first told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forevar.blocks import NARROW, WIDE, Credit, Figure, Table
from forevar.charts.canvas import Axis, Canvas, Px, finish
from forevar.charts.caption import description
from forevar.charts.course import x_of
from forevar.charts.measure import flow, widest, wrap
from forevar.charts.theme import BAND, INK, LABEL, SOFT, Series
from forevar.charts.timeline import draw_years
from forevar.words import Words, capital

SHAPES = {"score": "circle", "tests": "square", "signals": "triangle-up"}
LANE, ROW, LINE = 9, 44, 15
"""Px between the three ways' marks, of a row, and between lines of a name."""


@dataclass(frozen=True)
class Rise:
    """One rise: its name, where it starts on the axis, and where each way first told (None: never in time)."""

    series: Series
    start: float
    started: str
    told: Mapping[str, tuple[float, str] | None]


def foretold(
    rises: pd.DataFrame,
    series: Mapping[str, Series],
    table: Table,
    *,
    words: Words,
    credit: Credit,
    early: int,
    late: int,
) -> Figure:
    """When each way of telling first told of each rise.

    Args:
        rises: RISE_COLUMNS of the back-test; at least one row.
        series: Substance → how it is painted.
        table: What the chart shows, already worded.
        words: The reader's language.
        credit: Source line.
        early: Half-years before a start that still count.
        late: Half-years after it.
    """
    rows = [_rise(row, series, words) for row in rises.sort_values(["start", "substance"]).to_dict("records")]
    spans = (early / 2, late / 2)
    first = min(row.start for row in rows) - spans[0] - 0.5
    last = max(row.start for row in rows) + spans[1] + 0.5
    return Figure(
        key="foretold",
        title=_title(rises, words),
        subtitle=words("certainty.chart.subtitle"),
        wide=_draw(rows, (first, last), spans, WIDE, words),
        narrow=_draw(rows, (first, last), spans, NARROW, words),
        alt=description([words("certainty.chart.alt", n=words.number(len(rows))), *_told(rows, words)], credit),
        table=table,
        credit=credit,
    )


def _rise(row: Mapping[Any, Any], series: Mapping[str, Series], words: Words) -> Rise:
    told = {way: (x_of(row[way]), words.period(row[way])) if row[way] else None for way in SHAPES}
    return Rise(series[row["substance"]], x_of(row["start"]), words.period(row["start"]), told)


def _title(rises: pd.DataFrame, words: Words) -> str:
    """Which way told of most rises."""
    found = {way: int((rises[way] != "").sum()) for way in SHAPES}
    most = max(found, key=lambda way: found[way])
    way = words(f"certainty.backtest.way.{most}")
    return words("certainty.chart.title", way=way, found=words.number(found[most]), n=words.number(len(rises)))


def _told(rows: Sequence[Rise], words: Words) -> list[str]:
    sentences = []
    for row in rows:
        first = min((place for place in row.told.values() if place), default=None)
        name = capital(row.series.name)
        key = "alt_row" if first else "alt_silent"
        when = first[1] if first else ""
        sentences.append(words(f"certainty.chart.{key}", name=name, start=row.started, first=when))
    return sentences


def _draw(
    rows: Sequence[Rise], ends: tuple[float, float], spans: tuple[float, float], width: int, words: Words
) -> dict[str, Any]:
    narrow = width < WIDE
    names = widest([capital(row.series.name) for row in rows], LABEL, bold=True)
    left = 16.0 if narrow else min(max(names, widest([row.started for row in rows])), 190) + 20
    canvas = Canvas(width, x=Axis(*ends, left, width - 16))
    y = 0.0
    for number, row in enumerate(rows):
        if number:
            canvas.part(y)
        y = _row(canvas, row, spans, y, left, narrow, words)
    draw_years(canvas, math.ceil(2 * ends[0]) / 2, math.floor(2 * ends[1]) / 2, y + 6, half_yearly=True)
    canvas.height = _key(canvas, y + 36, words)
    return finish(canvas.chart(), words)


def _row(
    canvas: Canvas, row: Rise, spans: tuple[float, float], y: float, left: float, narrow: bool, words: Words
) -> float:
    """Name, start, shaded stretch and marks; the px below."""
    name = wrap(capital(row.series.name), canvas.width - 110 if narrow else left - 12, LABEL, bold=True)
    canvas.write(name, 0, y + 15, colour=row.series.text, fontWeight=700, fontSize=LABEL)
    if narrow:
        canvas.write(row.started, canvas.width, y + 15, colour=SOFT, align="right")
        top = y + 12 + LINE * len(name)
    else:
        canvas.write(row.started, 0, y + 15 + LINE * len(name), colour=SOFT)
        top = y + 3
    below = max(top + ROW, y + 24 + LINE * len(name))
    middle = (top + below) / 2
    canvas.put("rect", x=row.start - spans[0] - 0.2, x2=row.start + spans[1] + 0.2, y=top + 3, y2=below - 3,
               colour=BAND, z=-2)  # fmt: skip
    canvas.put("rule", x=row.start, y=top + 3, y2=below - 3, colour=INK, strokeWidth=1.5, z=-1)
    for lane, (way, place) in enumerate(row.told.items()):
        at = middle + (lane - 1) * LANE
        if place:
            tip = f"{capital(row.series.name)}, {words(f'certainty.backtest.way.{way}')}: {place[1]}"
            canvas.put("point", x=place[0], y=at, shape=SHAPES[way], size=70, fill=row.series.colour,
                       stroke="white", strokeWidth=1, z=2, tip=tip)  # fmt: skip
    return below


def _key(canvas: Canvas, y: float, words: Words) -> float:
    """What the shapes, the line and the shade mean; the px below."""
    texts = [words(f"certainty.backtest.way.{way}") for way in SHAPES] + [
        words("certainty.chart.key_start"), words("certainty.chart.key_window"),
    ]  # fmt: skip
    places = flow(texts, canvas.width, lead=26)
    for text, (left, line), mark in zip(texts, places, (*SHAPES, "start", "window"), strict=True):
        middle = y + 10 + 19 * line
        canvas.write(text, left + 26, middle, colour=SOFT)
        if mark in SHAPES:
            canvas.put("point", x=Px(left + 12), y=middle, shape=SHAPES[mark], size=70, fill=SOFT, stroke="white",
                       strokeWidth=1, z=2)  # fmt: skip
        elif mark == "start":
            canvas.put("rule", x=Px(left + 12), y=middle - 7, y2=middle + 7, colour=INK, strokeWidth=1.5)
        else:
            canvas.put("rect", x=Px(left + 2), x2=Px(left + 22), y=middle - 7, y2=middle + 7, colour=BAND, z=-2)
    return y + 22 + 19 * places[-1][1]
