"""levels per preparation → who is on top when: the total above, rank lines below; small curves on the phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd

from forevar.blocks import NARROW, WIDE, Bundle, Column, Credit, Figure, Table
from forevar.charts.canvas import Axis, Canvas, finish
from forevar.charts.caption import description, shortest_of
from forevar.charts.course import label, when, x_of
from forevar.charts.headline import AREA
from forevar.charts.measure import text_width, two_lines, widest
from forevar.charts.theme import DEEP_BAND, INK, LABEL, MARK, MIDDLE, RULE, SOFT, Series
from forevar.charts.timeline import LINE, draw_years
from forevar.words import Words, capital

STEP = 30
TALL_ROW, CURVE_HEIGHT = 46, 22
NAMES = 125
"""Px a preparation's name may take before it goes on two lines."""
YEAR = 4
"""Half-years averaged at each end when the total is compared: two springs and two autumns."""


@dataclass(frozen=True)
class Ranking:
    """The preparations, their levels and their order in every half-year.

    Attributes:
        series: As params paint them.
        periods: Oldest first.
        levels: Preparation → level per period, NaN where it was not followed.
        places: Preparation → place per period, 1 is highest, 0 where it was not followed.
        limit: Relative change below which the total stands still.
    """

    series: tuple[Series, ...]
    periods: tuple[str, ...]
    levels: dict[str, tuple[float, ...]]
    places: dict[str, tuple[int, ...]]
    limit: float

    @property
    def totals(self) -> list[float]:
        """Sum of the known levels, per period."""
        columns = zip(*self.levels.values(), strict=True)
        return [sum(level for level in column if not isnan(level)) for column in columns]

    @property
    def change(self) -> float | None:
        """Relative change of the total from the first two years to the last two; None when it began at zero."""
        first, last = self.totals[:YEAR], self.totals[-YEAR:]
        before, now = sum(first) / len(first), sum(last) / len(last)
        return now / before - 1 if before > 0 else None

    def at(self, place: int, when_: int) -> Series:
        """Who held a place in a period."""
        return next(each for each in self.series if self.places[each.key][when_] == place)

    @property
    def now(self) -> list[Series]:
        """The preparations followed today, highest first."""
        followed = [each for each in self.series if self.places[each.key][-1]]
        return sorted(followed, key=lambda each: self.places[each.key][-1])

    @property
    def highlighted(self) -> list[Series]:
        """Today's first, the first of the start, the highest newcomer, and who has lost most places: at most three."""
        chosen = [self.at(1, -1), self.at(1, 0)]
        chosen += [each for each in self.now if not self.places[each.key][0]][:1]
        lost = {each: self.places[each.key][-1] - self._entry(each) for each in self.now if each not in chosen}
        most = max(lost.values(), default=0)
        chosen += [each for each, places in lost.items() if places == most > 0][:1]
        return list(dict.fromkeys(chosen))[:3]

    def _entry(self, series: Series) -> int:
        return next(place for place in self.places[series.key] if place)


def ranking(levels: pd.DataFrame, series: Sequence[Series], period: str, limit: float) -> Ranking:
    """Places from levels; equal levels keep their order from the half-year before, then that of ``series``.

    Args:
        levels: ``substance``, ``period``, ``level``: an index of how much each preparation is met, zero or more, on
            one scale for all, so that their sum means something. Smooth it (two years) or ranks will flicker. NaN or
            no row = not followed then.
        series: The preparations.
        period: The edition's half-year; later rows are left out.
        limit: Relative change below which the total stands still.
    """
    kept = levels[[x_of(each) <= x_of(period) for each in levels["period"]]]
    table = kept.pivot(index="period", columns="substance", values="level")
    followed = tuple(each for each in series if each.key in table and table[each.key].notna().any())
    table = table[[each.key for each in followed]].dropna(how="all").sort_index()
    places: dict[str, list[int]] = {each.key: [] for each in followed}
    for _, row in table.iterrows():
        order = sorted(row.dropna().index, key=lambda key: (-row[key], places[key][-1] if places[key] else 0))
        for key, held in places.items():
            held.append(order.index(key) + 1 if key in order else 0)
    return Ranking(
        followed,
        tuple(str(each) for each in table.index),
        {each.key: tuple(float(level) for level in table[each.key]) for each in followed},
        {key: tuple(held) for key, held in places.items()},
        limit,
    )


def ranks(
    key: str,
    levels: pd.DataFrame,
    series: Sequence[Series],
    period: str,
    words: Words,
    credit: Credit,
    *,
    limit: float,
    test: str = "",
    decimals: int = 0,
) -> Figure:
    """Preparations changing places, under their total.

    Args:
        key: Of the figure.
        levels: As in ``ranking``.
        series: The preparations, painted by params.
        period: The edition's half-year.
        words: Language.
        credit: Source line.
        limit: Relative change below which the title says the total stands still; from params.
        test: A sentence for the subtitle.
        decimals: Of the levels in the table.
    """
    order = ranking(levels, series, period, limit)
    title = _title(order, words)
    count = words.count_word(len(order.series))
    return Figure(
        key=key,
        title=title,
        subtitle=f"{words(f'{AREA}.subtitle.ranks', count=count)} {test}".strip(),
        wide=_wide(order, words),
        narrow=_narrow(order, words),
        alt=_alt(order, words, credit),
        table=_table(key, title, order, words, credit, decimals),
        credit=credit,
    )


def _title(order: Ranking, words: Words) -> str:
    """Who leads now and did before, and what the total has done meanwhile."""
    first, now = order.at(1, 0), order.at(1, -1)
    led = "leads_still" if first == now else "took_over"
    head = capital(words(f"{AREA}.title.{led}", now=now.name, before=first.name))
    if order.change is None:
        return head
    way = "still" if abs(order.change) < order.limit else "up" if order.change > 0 else "down"
    return shortest_of(head + words(f"{AREA}.title.sum_{way}"), head)


def _wide(order: Ranking, words: Words) -> Bundle:
    """Total on top; below it a line per preparation, names with places at both ends."""
    first, last = x_of(order.periods[0]), x_of(order.periods[-1])
    starts = [f"{capital(each.name)} {order.places[each.key][0]}" for each in order.series if order.places[each.key][0]]
    ends = [f"{order.places[each.key][-1]} {capital(each.name)}" for each in order.now]
    named = [text for lines in two_lines([*starts, *ends], NAMES, LABEL) for text in lines]
    all_of = words(f"{AREA}.all_of", count=words.count_word(len(order.series)))
    total = _total_text(order, words)
    left = max(widest(named, LABEL, bold=True), text_width(all_of, LABEL, bold=True)) + 14
    right = WIDE - max(widest(named, LABEL, bold=True), widest(total, bold=True)) - 14
    x = Axis(first, last, left, right)
    below = 92.0
    canvas = Canvas(WIDE, below + STEP * len(order.series) + 16, x)
    _area(canvas, order, 10, 62)
    canvas.write(all_of, left - 12, 18, align="right", fontWeight=700, fontSize=LABEL)
    canvas.write(words(f"{AREA}.together"), left - 12, 36, align="right", color=SOFT)
    for n, text in enumerate(total):
        canvas.write(text, right + 12, 18 + 18 * n, fontWeight=400 if n else 700, color=SOFT if n else INK)
    strong = order.highlighted
    for each in sorted(order.series, key=lambda each: (each in strong, each == strong[0])):
        _rank_line(canvas, order, each, below, each in strong, each == strong[0], words)
    draw_years(canvas, first, last, below + STEP * len(order.series) - 10, half_yearly=True)
    return finish(canvas.chart(), words)


def _total_text(order: Ranking, words: Words) -> list[str]:
    if order.change is None:
        return [""]
    since = words(f"{AREA}.change_since", when=label(order.periods[0], words))
    sign = "+" if order.change > 0 else ""
    return [f"{sign}{words.percent(order.change)}", since]


def _area(canvas: Canvas, order: Ranking, top: float, foot: float) -> None:
    """The total from zero."""
    totals = order.totals
    y = Axis(min(0.0, *totals), max(*totals, 1e-9), foot, top)
    rows = [
        {"x": x_of(period), "y": round(y.at(total), 2), "foot": round(y.at(0), 2)}
        for period, total in zip(order.periods, totals, strict=True)
    ]
    canvas.draw("area", rows, y2="foot", colour=DEEP_BAND)
    canvas.draw("line", rows, order="x", colour=INK, strokeWidth=2)
    canvas.draw("rule", [{"n": 0}], x=canvas.x.start, x2=canvas.x.end, y=y.at(0), colour=MARK)


def _rank_line(
    canvas: Canvas, order: Ranking, each: Series, top: float, strong: bool, leads: bool, words: Words
) -> None:
    """One preparation's places, with its name where it begins and where it ends."""
    held = [(period, place) for period, place in zip(order.periods, order.places[each.key], strict=True) if place]
    rows = [
        {
            "x": x_of(period),
            "y": top + STEP * (place - 1),
            "tip": words(f"{AREA}.place", name=capital(each.name), place=place, when=when(period, words)),
        }
        for period, place in held
    ]
    colour = each.colour if strong else MIDDLE
    weight = 5.0 if leads else 3.5 if strong else 2.0
    canvas.draw("line", rows, order="x", colour=colour, strokeWidth=weight, interpolate="monotone")
    canvas.draw("point", rows, tip="tip", colour=colour, opacity=0, size=90)
    canvas.draw("point", [rows[0], rows[-1]], fill=colour, stroke="white", size=110 if strong else 60)
    named: dict[str, Any] = {"fontSize": LABEL, "fontWeight": 700, "color": each.text} if strong else {"color": SOFT}
    (begun, entry), (ended, exit_) = held[0], held[-1]
    name = capital(each.name)
    first, last = f"{name} {entry}", f"{exit_} {name}" if ended == order.periods[-1] else name
    if begun == order.periods[0]:
        _write_name(canvas, first, canvas.x.at(x_of(begun)) - 10, top + STEP * (entry - 1), align="right", **named)
    else:
        new = words(f"{AREA}.new", when=when(begun, words))
        x, y = canvas.x.at(x_of(begun)) - 9, top + STEP * (entry - 1) + 11
        canvas.write(new, x, y, align="right", stroke="white", strokeWidth=5, strokeJoin="round")
        canvas.write(new, x, y, align="right", color=each.text if strong else SOFT)
    _write_name(canvas, last, canvas.x.at(x_of(ended)) + 10, top + STEP * (exit_ - 1), **named)


def _write_name(canvas: Canvas, text: str, x: float, y: float, **look: Any) -> None:
    """On two lines where it is long."""
    parts = two_lines([text], NAMES, LABEL)[0]
    for line, part in enumerate(parts):
        canvas.write(part, x, y + LINE * (line - (len(parts) - 1) / 2), **look)


def _first_period(order: Ranking, each: Series) -> str:
    return next(period for period, place in zip(order.periods, order.places[each.key], strict=True) if place)


def _narrow(order: Ranking, words: Words) -> Bundle:
    """The total, then each preparation's level on one scale, today's first on top."""
    first, last = x_of(order.periods[0]), x_of(order.periods[-1])
    canvas = Canvas(NARROW, 74 + TALL_ROW * len(order.series) + 34, Axis(first, last, 14, NARROW - 16))
    _area(canvas, order, 26, 62)
    canvas.write(words(f"{AREA}.all_of", count=words.count_word(len(order.series))), 0, 10, fontWeight=700)
    canvas.write(" ".join(_total_text(order, words)), NARROW, 10, align="right", color=SOFT)
    highest = max(level for levels in order.levels.values() for level in levels if not isnan(level))
    strong = order.highlighted
    gone = [each for each in order.series if each not in order.now]
    for n, each in enumerate([*order.now, *gone]):
        top = 74.0 + TALL_ROW * n
        canvas.draw("rule", [{"n": 0}], x=1, x2=NARROW - 1, y=top, colour=RULE)
        text, colour = (each.text, each.colour) if each in strong else (SOFT, MIDDLE)
        canvas.write(capital(each.name), 0, top + 12, color=text, fontWeight=700 if each in strong else 400)
        moved = _moved(order, each, words)
        canvas.write(moved, NARROW, top + 12, align="right", color=text)
        y = Axis(0, highest or 1, top + 22 + CURVE_HEIGHT, top + 22)
        rows = [
            {"x": x_of(period), "y": round(y.at(level), 2)}
            for period, level in zip(order.periods, order.levels[each.key], strict=True)
            if not isnan(level)
        ]
        canvas.draw("rule", [{"n": 0}], x=14, x2=NARROW - 16, y=y.start, colour=MARK)
        canvas.draw("line", rows, order="x", colour=colour, strokeWidth=2.5 if each in strong else 1.75)
        canvas.draw("point", rows[-1:], fill=colour, stroke="white", size=52)
    draw_years(canvas, first, last, 74 + TALL_ROW * len(order.series) + 4, half_yearly=True)
    return finish(canvas.chart(), words)


def _moved(order: Ranking, each: Series, words: Words) -> str:
    """``nr. 6 → nr. 2``; ``ny våren 2021 → nr. 1`` of a newcomer."""
    first, last = order.places[each.key][0], order.places[each.key][-1]
    begun = (
        words(f"{AREA}.number", place=first)
        if first
        else words(f"{AREA}.new", when=when(_first_period(order, each), words))
    )
    return f"{begun} → {words(f'{AREA}.number', place=last) if last else words(f'{AREA}.sign.none')}"


def _alt(order: Ranking, words: Words, credit: Credit) -> str:
    """Order now, order at the start, newcomers, and the total."""

    def listed(index: int) -> str:
        held = [each for each in order.series if order.places[each.key][index]]
        held.sort(key=lambda each: order.places[each.key][index])
        return ", ".join(f"{order.places[each.key][index]} {each.name}" for each in held)

    late = [each for each in order.series if not order.places[each.key][0]]
    return description(
        [
            words(f"{AREA}.alt.ranks", count=words.count_word(len(order.series))),
            words(f"{AREA}.alt.order", when=capital(when(order.periods[-1], words)), order=listed(-1)),
            words(f"{AREA}.alt.order", when=capital(when(order.periods[0], words)), order=listed(0)),
            words(f"{AREA}.alt.sum", change=" ".join(_total_text(order, words))) if order.change is not None else "",
            *(
                words(f"{AREA}.alt.new", name=capital(each.name), when=when(_first_period(order, each), words))
                for each in late
            ),
        ],
        credit,
    )


def _table(key: str, title: str, order: Ranking, words: Words, credit: Credit, decimals: int) -> Table:
    """Place and level of each preparation per half-year, and the total."""
    none = words(f"{AREA}.sign.none")
    head = (
        Column(words(f"{AREA}.period.half_year")),
        *(Column(capital(each.name), "right") for each in order.series),
        Column(words(f"{AREA}.total"), "right"),
    )
    rows = tuple(
        (
            label(period, words),
            *(
                words(f"{AREA}.place_and_level", place=place, level=words.number(order.levels[each.key][n], decimals))
                if (place := order.places[each.key][n])
                else none
                for each in order.series
            ),
            words.number(order.totals[n], decimals),
        )
        for n, period in enumerate(order.periods)
    )
    return Table(f"{key}_table", title, head, rows, credit, subtitle=words(f"{AREA}.subtitle.ranks_table"))
