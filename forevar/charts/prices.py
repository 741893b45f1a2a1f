"""prices → ranges in kroner, unit by unit: what cannot share an axis does not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from forevar.blocks import NARROW, WIDE, Column, Credit, Figure, Table
from forevar.charts.canvas import Axis, Canvas, finish
from forevar.charts.caption import description, shortest_of
from forevar.charts.measure import text_width, widest, wrap
from forevar.charts.theme import GRID, INK, LABEL, MARK, SOFT, Series
from forevar.words import HARD_SPACE, Words, capital

LINE, THICK = 15, 8


def prices(table: pd.DataFrame, series: Sequence[Series], *, words: Words, credit: Credit) -> Figure:
    """What informants say it costs, as a range per unit.

    Args:
        table: ``substance, unit, low, high`` in kroner; units priced by too few are left out before.
        series: The substances, in the order of the rows.
        words: The reader's language.
        credit: Source line.

    Raises:
        ValueError: There is no price of any of the substances.
    """
    named = {one.key: one for one in series}
    rows = table[table["substance"].isin(list(named))].copy()
    if rows.empty:
        raise ValueError(f"no price for: {', '.join(named)}")
    order = rows.groupby("unit")["substance"].nunique()
    rows["rank"] = rows["unit"].map(order)
    rows["place"] = rows["substance"].map({key: n for n, key in enumerate(named)})
    rows = rows.sort_values(["rank", "unit", "high", "place"], ascending=[False, True, False, True])
    records: list[dict[Any, Any]] = [
        {**record, "series": named[str(record["substance"])], "text": _range(record, words),
         "unit_name": _unit(str(record["unit"]), words)}
        for record in rows.to_dict("records")
    ]  # fmt: skip
    alone = records[0]["series"] if rows["substance"].nunique() == 1 else None
    alt = [words("charts.prices.alt")] + [
        words("charts.prices.alt_row", substance=capital(r["series"].name), range=r["text"], unit=r["unit_name"])
        for r in records
    ]
    return Figure(
        key=f"prices_{alone.key}" if alone else "prices",
        title=_title(records, words),
        subtitle=words("charts.prices.subtitle"),
        wide=_draw(records, WIDE, words),
        narrow=_draw(records, NARROW, words),
        alt=description(alt, credit),
        table=Table(
            key="prices_table",
            title=words("charts.prices.table"),
            columns=(
                Column(words("charts.panel.substance")),
                Column(words("charts.prices.unit")),
                Column(words("charts.prices.price"), "right"),
            ),
            rows=tuple((capital(r["series"].name), r["unit_name"], r["text"]) for r in records),
            credit=credit,
        ),
        credit=credit,
    )


def _range(record: Any, words: Words) -> str:
    """``1 000–2 000 kr``."""
    ends = [words.number(float(record["low"])), words.number(float(record["high"]))]
    return words("charts.prices.kroner", amount=ends[0] if ends[0] == ends[1] else "–".join(ends)).replace(
        " ", HARD_SPACE
    )


def _unit(unit: str, words: Words) -> str:
    key = f"charts.prices.per.{unit}"
    return words(key) if words.has(key) else words("charts.prices.per_other", unit=unit)


def _draw(records: Sequence[dict[Any, Any]], width: int, words: Words) -> dict[str, Any]:
    """One axis a unit, its rows under it."""
    narrow = width < WIDE
    names = [capital(record["series"].name) for record in records]
    start = 4 if narrow else min(widest(names, LABEL, bold=True), 190) + 26
    right = 8 if narrow else widest([record["text"] for record in records]) + 20
    canvas = Canvas(width)
    y = 2.0
    for unit in dict.fromkeys(record["unit_name"] for record in records):
        part = [record for record in records if record["unit_name"] == unit]
        top, step = _ticks(max(float(record["high"]) for record in part))
        axis = Axis(0, top, start, width - right - 8)
        canvas.write(capital(unit), 0, y + 9, fontWeight=700)
        y += 22
        begin = y
        for record in part:
            lines = wrap(capital(record["series"].name), width - 130 if narrow else start - 16, LABEL, bold=True)
            canvas.write(lines, 0, y + 10, colour=record["series"].text, fontWeight=700, fontSize=LABEL)
            middle = y + 10 + LINE * (len(lines) - 1) / 2
            canvas.write(record["text"], width, middle, colour=INK, align="right")
            y += 6 + LINE * len(lines)
            if narrow:
                middle, y = y + 7, y + 16
                _grid(canvas, axis, step, middle - 6, middle + 6)
            low, high = axis.at(float(record["low"])), axis.at(float(record["high"]))
            canvas.put("rule", x=low, x2=max(high, low + 0.1), y=middle, z=1, strokeWidth=THICK,
                       strokeCap="round", colour=record["series"].colour, tip=f"{record['text']} {unit}")  # fmt: skip
            y += 3
        if not narrow:
            _grid(canvas, axis, step, begin, y + 2)
        y += 14
        for n in range(round(top / step) + 1):
            text = words.number(n * step)
            inside = min(axis.at(n * step), width - 2 - text_width(text) / 2)
            canvas.write(text, max(inside, text_width(text) / 2), y, colour=SOFT, align="center")
        y += 18
    canvas.height = y - 8
    return finish(canvas.chart(), words)


def _ticks(high: float) -> tuple[float, float]:
    """End of the axis and the step between its numbers, three to five of them."""
    step = 10.0 ** math.floor(math.log10(max(high, 1) / 4))
    step = next(step * factor for factor in (1, 2, 2.5, 5, 10) if step * factor * 4 >= high)
    step = max(1.0, step)
    return step * math.ceil(high / step), step


def _grid(canvas: Canvas, axis: Axis, step: float, top: float, bottom: float) -> None:
    for n in range(round(axis.high / step) + 1):
        canvas.put("rule", x=axis.at(n * step), y=top, y2=bottom, colour=GRID if n else MARK)


def _title(records: Sequence[dict[Any, Any]], words: Words) -> str:
    first = records[0]
    values = {"substance": first["series"].name, "range": first["text"], "unit": first["unit_name"]}
    same = [record for record in records if record["unit_name"] == first["unit_name"]]
    key = "title_most" if len(same) > 1 else "title_one"
    return shortest_of(capital(words(f"charts.prices.{key}", **values)), capital(words("charts.prices.table")))
