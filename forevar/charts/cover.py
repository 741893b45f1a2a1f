"""trends → the curves on the cover and the small ones beside the findings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from forevar.blocks import Credit
from forevar.charts.canvas import Axis, Canvas, Px, finish, spread
from forevar.charts.caption import description
from forevar.charts.long_term import FEW_PANELS, curves_of, draw_curve, levels_of, sentences_of, span_of
from forevar.charts.measure import widest
from forevar.charts.theme import GHOST, GRID, PANEL, SOFT, Series
from forevar.words import Words, capital


def cover_curves(
    trends: pd.DataFrame, series: Sequence[Series], *, words: Words, width: int = 460, height: int = 260
) -> dict[str, Any]:
    """The cover's only art: up to four named curves in one plot, any others behind as ghosts; empty without curves."""
    curves = curves_of(trends, series)
    if not curves:
        return {}
    named, low, high = curves[:FEW_PANELS], *levels_of(curves)[:2]
    right = 16 + widest([capital(curve.series.name) for curve in named], PANEL, bold=True)
    canvas = Canvas(width, height, x=Axis(*span_of(curves), 16, width - right), y=Axis(low, high, height - 34, 12))
    canvas.put("rule", x=canvas.x.low, x2=canvas.x.high, y=0, colour=GRID)
    draw_curve(canvas, [{**p, "s": c.series.key} for c in curves[FEW_PANELS:] for p in c.points], GHOST, 1.25)
    places = spread([canvas.y.at(curve.last["level"]) for curve in named], 19, 10, height - 30)
    for curve, place in zip(named, places, strict=True):
        draw_curve(canvas, curve.points, curve.series.colour, 2.5, curve.series.dashed)
        canvas.put("point", x=curve.last["x"], y=curve.last["level"], colour=curve.series.colour, size=70)
        canvas.put("text", x=curve.last["x"], y=Px(place), text=capital(curve.series.name), dx=11, fontWeight=700,
                   fontSize=PANEL, colour=curve.series.text)  # fmt: skip
    for year in (math.floor(canvas.x.low), math.floor(canvas.x.high)):
        canvas.put("text", x=max(year, canvas.x.low), y=Px(height - 10), text=str(year), align="center", colour=SOFT)
    return finish(canvas.chart(), words)


def cover_alt(trends: pd.DataFrame, series: Sequence[Series], *, words: Words, credit: Credit) -> str:
    """The cover's curves in words; empty without curves."""
    curves = curves_of(trends, series)
    if not curves:
        return ""
    return description(sentences_of(curves, *span_of(curves), words), credit)


def sparkline(
    trends: pd.DataFrame, series: Series, *, words: Words, width: int = 150, height: int = 34
) -> dict[str, Any]:
    """One curve without words, on the scale of all of ``trends``; only the zero line where it has no curve."""
    everything = [Series(str(key), str(key)) for key in sorted(trends["substance"].unique())]
    curves = curves_of(trends, everything)
    low, high, _ = levels_of(curves)
    inner = height - 4  # two px of padding above and below, as every chart has
    canvas = Canvas(width, inner, x=Axis(*span_of(curves), 2, width - 6), y=Axis(low, high, inner - 4, 4))
    canvas.put("rule", x=canvas.x.low, x2=canvas.x.high, y=0, colour=GHOST)
    for curve in curves_of(trends, [series]):
        draw_curve(canvas, curve.points, series.colour, 1.75, series.dashed)
        canvas.put("point", x=curve.last["x"], y=curve.last["level"], colour=series.colour, size=36)
    return finish(canvas.chart(), words)
