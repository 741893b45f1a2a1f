"""trends → the curves since the start, one panel a substance on one scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forevar.blocks import NARROW, WIDE, Column, Credit, Figure, Table
from forevar.charts.canvas import Axis, Canvas, Px, grid
from forevar.charts.caption import description, shortest_of
from forevar.charts.marked import Note, place_notes
from forevar.charts.measure import text_width, widest, wrap
from forevar.charts.theme import GHOST, GRID, LABEL, MARK, PANEL, SOFT, Series
from forevar.charts.timeline import draw_years
from forevar.period import Period
from forevar.words import Words, capital

GHOSTS, FEW_PANELS, PEAK_SHARE = 6, 4, 0.25
"""Panels up to which the others stand behind as ghosts; panels drawn large; how far (share of the scale) a curve
must have fallen before its top is marked."""


@dataclass(frozen=True)
class Curve:
    """One substance's curve, sorted by time."""

    series: Series
    points: list[dict[str, Any]]
    change: float

    @property
    def first(self) -> dict[str, Any]:
        """Its start."""
        return self.points[0]

    @property
    def last(self) -> dict[str, Any]:
        """Its latest point."""
        return self.points[-1]

    @property
    def peak(self) -> dict[str, Any]:
        """Its highest point, the first one when there are several."""
        return max(self.points, key=lambda point: point["level"])


def long_term(
    trends: pd.DataFrame,
    series: Sequence[Series],
    *,
    words: Words,
    credit: Credit,
    breaks: Mapping[str, str] | None = None,
    own_breaks: Mapping[str, Mapping[str, str]] | None = None,
    context: Sequence[Series] = (),
) -> Figure:
    """How it has gone since the start, substance by substance on one scale.

    Args:
        trends: ``substance, period, x, difference, level``; ``difference`` missing where nobody scored.
        series: The substances to show, 1 to 30. With up to six the others stand behind each as ghosts.
        words: The reader's language.
        credit: Source line.
        breaks: First period counted in a new way → text, for every panel.
        own_breaks: Substance → the same, for its panel alone. A start later than the others' is marked by itself.
        context: Other substances of ``trends`` that stand behind as ghosts and share the scale, so that a chapter's
            curve is not blown up.

    Raises:
        ValueError: No substance has a curve.
    """
    curves = sorted(curves_of(trends, series), key=lambda curve: (-_or_least(curve.change), curve.series.name))
    if not curves:
        raise ValueError(f"no long-term curve for: {', '.join(one.key for one in series)}")
    shown = {one.key for one in series}
    others = curves_of(trends, [one for one in context if one.key not in shown])
    ghosts = [*curves, *others] if 1 < len(curves) + len(others) <= GHOSTS else []
    first, last = span_of(curves)
    start = Period.parse(min(curve.first["period"] for curve in [*curves, *ghosts]))
    subtitle = words("charts.long_term.subtitle", start=words(f"period.{start.season}_definite", year=start.year))
    if breaks and len(curves) > FEW_PANELS:
        told = [f"{words.period(period)}, {text}" for period, text in sorted(breaks.items())]
        subtitle = f"{subtitle} {words('charts.long_term.dotted', breaks='; '.join(told))}"
    marks = {curve.series.key: {**(breaks or {}), **(own_breaks or {}).get(curve.series.key, {})} for curve in curves}
    return Figure(
        key="long_term" if len(curves) > 1 else f"long_term_{curves[0].series.key}",
        title=_title(curves, _height([*curves, *ghosts]), words),
        subtitle=f"{subtitle} {_grey(ghosts, others, words)}".strip(),
        wide=_panels(curves, ghosts, marks, WIDE, words),
        narrow=_panels(curves, ghosts, marks, NARROW, words),
        alt=description(sentences_of(curves, first, last, words), credit),
        table=_table(curves, words, credit),
        credit=credit,
    )


def curves_of(trends: pd.DataFrame, series: Iterable[Series]) -> list[Curve]:
    """The curves there are, in the order of the series."""
    found = []
    for one in series:
        rows = trends[trends["substance"] == one.key].sort_values("x")
        points: list[dict[str, Any]] = rows[["period", "x", "level", "difference"]].to_dict("records")  # type: ignore[assignment]
        if points:
            found.append(Curve(one, points, float(points[-1]["difference"])))
    return found


def _or_least(change: float) -> float:
    return -math.inf if math.isnan(change) else change


def span_of(curves: Sequence[Curve]) -> tuple[float, float]:
    """First and last place on the time axis, at least a half-year apart; (0, 1) without curves."""
    if not curves:
        return 0.0, 1.0
    last = max(curve.last["x"] for curve in curves)
    return min(last - 0.5, *(curve.first["x"] for curve in curves)), last


def levels_of(curves: Sequence[Curve]) -> tuple[float, float, list[float]]:
    """Lowest and highest level of all curves, and two to four round levels for the grid."""
    values = [point["level"] for curve in curves for point in curve.points]
    low, high = min([0.0, *values]), max([0.0, *values])
    high = high if high > low else 10.0
    step = 10 ** math.floor(math.log10((high - low) / 3))
    step = next(step * factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= 4.5)
    return low, high, [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _grey(ghosts: Sequence[Curve], others: Sequence[Curve], words: Words) -> str:
    """What the grey curves are; empty when there are none."""
    if not ghosts:
        return ""
    if not others:
        return words("charts.long_term.ghosts")
    return words("charts.long_term.ghosts_named", names=words.join([curve.series.name for curve in others]))


def _height(curves: Sequence[Curve]) -> float:
    low, high, _ = levels_of(curves)
    return high - low


def _panels(
    curves: Sequence[Curve],
    ghosts: Sequence[Curve],
    breaks: Mapping[str, Mapping[str, str]],
    width: int,
    words: Words,
) -> dict[str, Any]:
    """All panels as one specification."""
    few = len(curves) <= FEW_PANELS
    columns = min(len(curves), {(True, WIDE): 2, (False, WIDE): 4, (True, NARROW): 1, (False, NARROW): 2}[few, width])
    low, high, levels = levels_of([*curves, *ghosts])
    left = 8 + math.ceil(widest([words.number(level) for level in levels]))
    right = 14 + widest([_change(curve, words) for curve in curves], LABEL, bold=True)
    first, last = span_of([*curves, *ghosts])
    panels = []
    for number, curve in enumerate(curves):
        # Only the first column carries numbers when there are many panels, so it alone is that much wider.
        inner = math.floor((width - (0 if few else left)) / columns)
        margin = left if few or number % columns == 0 else 0
        panel_width = inner + (margin + (width - left) % columns if margin and not few else 0)
        # A curve alone is low, so that it finds room below the chart before it on a printed page.
        top, plot = 30 if few else 26, (116 if len(curves) == 1 else 150 if columns < 3 and few else 84)
        canvas = Canvas(
            panel_width,
            top + plot + (42 if few else 34),
            x=Axis(first, last, margin + (12 if few else 8), panel_width - right),
            y=Axis(low, high, top + plot, top),
        )
        _frame(canvas, levels, margin, few, words)
        draw_curve(canvas, [{**p, "s": other.series.key} for other in ghosts for p in other.points], GHOST, 1.25)
        notes = _notes(curve, first, high - low if few else math.inf, breaks[curve.series.key], words)
        _mark(canvas, curve, few, words)
        room = panel_width - 4
        name = next((n for n in (capital(curve.series.name),) if text_width(n, PANEL, bold=True) <= room), None)
        lines = [name] if name else wrap(capital(curve.series.name), room, LABEL, bold=True)[:2]
        canvas.write(lines, 0, 10, colour=curve.series.text, fontWeight=700, fontSize=PANEL if name else LABEL)
        drawn = [(point["x"], point["level"]) for one in ghosts or [curve] for point in one.points]
        place_notes(canvas, notes, text_width(lines[0], PANEL, bold=True), drawn, with_words=few)
        panels.append(canvas)
    return grid(panels, columns, words)


def _frame(canvas: Canvas, levels: Sequence[float], margin: float, few: bool, words: Words) -> None:
    """Grid, numbers and years."""
    left, right = canvas.x.start - (6 if margin else 0), canvas.x.end
    for level in levels:
        canvas.put("rule", x=Px(left), x2=Px(right), y=level, colour=MARK if level == 0 else GRID)
        if margin:
            canvas.put("text", x=Px(left - 6), y=level, text=words.number(level), colour=SOFT, align="right")
    foot = canvas.y.start + 8
    if few:
        draw_years(canvas, canvas.x.low, canvas.x.high, foot, half_yearly=True)
        return
    years = [math.ceil(canvas.x.low), math.floor(canvas.x.high)]
    for year in sorted(set(years)):
        canvas.put("text", x=year, y=Px(foot + 10), text=str(year), colour=SOFT, align="center")
        canvas.put("rule", x=year, y=Px(foot - 6), y2=Px(foot), colour=MARK)


def draw_curve(canvas: Canvas, points: list[dict[str, Any]], colour: str, width: float, dashed: bool = False) -> None:
    """A line through the points; one for each ``s`` when they have it."""
    dash: dict[str, Any] = {"strokeDash": [7, 3]} if dashed else {}
    detail = "s" if points and "s" in points[0] else None
    canvas.draw("line", points, x="x", y="level", order="x", detail=detail, colour=colour, strokeWidth=width, **dash)


def _mark(canvas: Canvas, curve: Curve, few: bool, words: Words) -> None:
    """The curve, its end and its last change; every level under the pointer where there are few panels."""
    series = curve.series
    draw_curve(canvas, curve.points, series.colour, 2.5, series.dashed)
    told = [{**point, "tip": f"{words.period(point['period'])}: {words.number(point['level'])}"
             + ("" if math.isnan(point["difference"]) else f" ({words.signed(point['difference'])})")}
            for point in curve.points]  # fmt: skip
    canvas.draw("point", told if few else [], x="x", y="level", tip="tip", colour=series.colour, size=70, opacity=0)
    canvas.put("point", x=curve.last["x"], y=curve.last["level"], colour=series.colour, size=52)
    canvas.put("text", x=curve.last["x"], y=curve.last["level"], text=_change(curve, words), dx=9, fontWeight=700,
               fontSize=LABEL, colour=series.text)  # fmt: skip


def _change(curve: Curve, words: Words) -> str:
    return ".." if math.isnan(curve.change) else words.signed(curve.change)


def _notes(curve: Curve, first: float, height: float, breaks: Mapping[str, str], words: Words) -> list[Note]:
    """(place, text, level it points at) of what is marked in a panel: breaks, a late start, a top long past.

    Infinite ``height`` leaves the breaks alone: small panels have no room for words.
    """
    notes: list[Note] = []
    for period, text in sorted(breaks.items(), reverse=True):
        if Period.parse(period).x > first:
            notes.append((Period.parse(period).x - 0.25, text, None))
    started = Period.parse(curve.first["period"])
    if curve.first["x"] > first and height < math.inf and curve.first["period"] not in breaks:
        since = words(f"period.{started.season}_definite", year=started.year)
        notes.append((started.x, words("charts.long_term.measured_from", period=since), None))
    peak, last = curve.peak, curve.last
    if peak["level"] - last["level"] >= PEAK_SHARE * height and last["x"] - peak["x"] > 2:
        notes.append((peak["x"], words("charts.long_term.top", year=int(peak["x"])), peak["level"]))
    return notes


def _title(curves: Sequence[Curve], height: float, words: Words) -> str:
    """Which curve rose most and which fell most in the last half-year."""
    scored = [curve for curve in curves if not math.isnan(curve.change)]
    if len(curves) == 1:
        return _title_of_one(curves[0], height, words)
    up, down = max((c.change for c in scored), default=0), min((c.change for c in scored), default=0)
    key = "both" if up > 0 > down else "up" if up > 0 else "down" if down < 0 else "still" if scored else "none"
    values = {"up": _names(scored, up, words), "rise": words.signed(up), "down": _names(scored, down, words),
              "fall": words.signed(down)}  # fmt: skip
    long, short = (capital(words(f"charts.long_term.title_{k}", **values)) for k in (key, f"{key}_short"))
    return shortest_of(long, short)


def _names(curves: Sequence[Curve], change: float, words: Words) -> str:
    names = [curve.series.name for curve in curves if curve.change == change]
    return words.join(names) if len(names) < 3 else words("charts.long_term.several", n=words.count_word(len(names)))


def _title_of_one(curve: Curve, height: float, words: Words) -> str:
    """How far below its top, or that it is at its top; small movements are not made a story."""
    values = {"substance": curve.series.name, "change": _change(curve, words), "year": int(curve.peak["x"])}
    if curve.peak["level"] - curve.last["level"] >= PEAK_SHARE * height and curve.last["x"] - curve.peak["x"] > 2:
        fall = words.number(curve.peak["level"] - curve.last["level"])
        return capital(words("charts.long_term.title_below", fall=fall, **values))
    if curve.peak is curve.last and curve.change > 0 and len(curve.points) > 2:
        return capital(words("charts.long_term.title_highest", **values))
    return shortest_of(
        capital(words("charts.long_term.title_one", **values)),
        capital(words("charts.long_term.title_one_short", **values)),
    )


def sentences_of(curves: Sequence[Curve], first: float, last: float, words: Words) -> list[str]:
    """The curves in sentences: what, latest levels and changes, highest points."""
    kind = (
        words("charts.long_term.alt_one", first=int(first), last=int(last))
        if len(curves) == 1
        else words("charts.long_term.alt", n=words.count_word(len(curves)), first=int(first), last=int(last))
    )
    told = [
        words("charts.long_term.alt_curve", substance=capital(curve.series.name),
              level=words.number(curve.last["level"]), change=_change(curve, words))
        for curve in curves
    ]  # fmt: skip
    tops = [
        words("charts.long_term.alt_top", substance=curve.series.name, year=int(curve.peak["x"]),
              level=words.number(curve.peak["level"]))
        for curve in curves
    ]  # fmt: skip
    return [kind, words("charts.long_term.alt_unit"), *told, *tops]


def _table(curves: Sequence[Curve], words: Words, credit: Credit) -> Table:
    """Levels, a row each half-year, and the last change."""
    levels = {curve.series.key: {point["period"]: point["level"] for point in curve.points} for curve in curves}
    periods = sorted({period for one in levels.values() for period in one})
    rows = [
        (words.period(period), *(words.number(level[period]) if period in level else "" for level in levels.values()))
        for period in periods
    ]
    rows.append((words("charts.long_term.last_change"), *(_change(curve, words) for curve in curves)))
    return Table(
        key="long_term_table",
        title=words("charts.long_term.table"),
        columns=(
            Column(words("charts.long_term.half_year")),
            *(Column(words("charts.long_term.sum_of", substance=capital(c.series.name)), "right") for c in curves),
        ),
        rows=tuple(rows),
        strong=(len(rows) - 1,),
        credit=credit,
    )
