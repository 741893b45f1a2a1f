"""What a report rests on → one dot a source or person, one square a measure of each substance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forevar.blocks import NARROW, WIDE, Column, Credit, Figure, Table
from forevar.charts.canvas import Canvas, finish
from forevar.charts.caption import description, shortest_of
from forevar.charts.measure import flow, text_width, widest, wrap
from forevar.charts.theme import FAINT, INK, LABEL, MARK, MIDDLE, PLAIN, SOFT, Series
from forevar.terms import Reason
from forevar.words import Words, capital

SOURCES = ("statistics", "media")
"""Kinds that are counted source by source; the others person by person, or group by group."""

STATES = ("scored", "shown", "silent", "closed")
OUTCOMES = ("moved", "stable", "few", "unknown")
LINE, STEP, LEAST_STEP, CROSS = 15, 12.5, 8.5, "M-0.7,-0.7L0.7,0.7M0.7,-0.7L-0.7,0.7"
SQUARE = {
    "moved": {"colour": PLAIN},
    "stable": {"colour": MIDDLE},
    "few": {"fill": "white", "stroke": MARK},
}


@dataclass(frozen=True)
class Row:
    """One kind of source, its dots in order."""

    name: str
    dots: list[tuple[str, bool]]
    text: str


def coverage(
    sources: pd.DataFrame, people: Mapping[str, int], *, words: Words, credit: Credit, closed: Sequence[str] = ()
) -> Figure:
    """Every source of the half-year, filled when it was scored; new, silent and closed ones marked.

    Args:
        sources: ``source, kind, state (scored, shown, silent, closed), is_new``; a kind counted in persons has one
            row, whose state holds for all of them. Closed sources are not counted, and stand last as crosses.
        people: Kind → persons (or groups) who took part.
        words: The reader's language.
        credit: Source line.
        closed: Sources in ``sources`` that closed lately and are worth a cross; the others are left out.
    """
    rows = [_row(kind, sources, people, set(closed), words) for kind in (*SOURCES, *people)]
    rows = [row for row in rows if row.dots]
    counted = sources[sources["kind"].isin(SOURCES) & (sources["state"] != "closed")]
    scored = int((counted["state"] == "scored").sum())
    facts = {"scored": scored, "total": len(counted), "n": people.get("panel", 0)}
    new, silent = int(counted["is_new"].sum()), int((counted["state"] == "silent").sum())
    long, short = words("charts.coverage.title_panel", **facts), words("charts.coverage.title", **facts)
    told = [words("charts.coverage.alt"), *(f"{row.name}: {row.text}." for row in rows)]
    told += [words(f"charts.coverage.alt_{name}", n=n) for name, n in (("new", new), ("silent", silent)) if n]
    return Figure(
        key="coverage",
        title=shortest_of(long, short) if facts["n"] else short,
        subtitle=words("charts.coverage.subtitle"),
        wide=_draw_rows(rows, WIDE, words),
        narrow=_draw_rows(rows, NARROW, words),
        alt=description(told, credit),
        table=_coverage_table(sources, people, words, credit),
        credit=credit,
    )


def outcomes(signals: pd.DataFrame, series: Sequence[Series], *, words: Words, credit: Credit) -> Figure:
    """What each measure of each substance said: it moved, stood still, had few cases, or had nothing to compare with.

    Args:
        signals: ``substance, value, flag, reason``. Silent, closed and never scored measures are left out.
        series: The substances; the one with most that moved comes first.
        words: The reader's language.
        credit: Source line.
    """
    left_out = (Reason.SILENT, Reason.CLOSED, Reason.UNWEIGHTED)
    table = signals[~(signals["value"].isna() & signals["reason"].isin(left_out))]
    counts = {one.key: _outcomes_of(table[table["substance"] == one.key]) for one in series}
    rows = sorted(series, key=lambda one: (-counts[one.key]["moved"], -sum(counts[one.key].values())))
    told = [words("charts.outcomes.alt")]
    told += [f"{capital(one.name)}: {_moved(counts[one.key], words)}." for one in rows]
    total = {name: sum(count[name] for count in counts.values()) for name in OUTCOMES}
    told.append(words("charts.outcomes.alt_rest", few=total["few"], unknown=total["unknown"]))
    facts = {"moved": total["moved"], "n": sum(total.values())}
    key = "title_one" if len(rows) == 1 else "title"
    return Figure(
        key="outcomes" if len(rows) != 1 else f"outcomes_{rows[0].key}",
        title=words(f"charts.outcomes.{key}", substance=rows[0].name if rows else "", **facts),
        subtitle=words("charts.outcomes.subtitle"),
        wide=_draw_squares(rows, counts, WIDE, words),
        narrow=_draw_squares(rows, counts, NARROW, words),
        alt=description(told, credit),
        table=Table(
            key="outcomes_table",
            title=words("charts.outcomes.table"),
            columns=(
                Column(words("charts.panel.substance")),
                *(Column(capital(words(f"charts.outcomes.{name}")), "right") for name in OUTCOMES),
            ),
            rows=tuple((capital(o.name), *(words.number(counts[o.key][n]) for n in OUTCOMES)) for o in rows),
            credit=credit,
        ),
        credit=credit,
    )


def _row(kind: str, sources: pd.DataFrame, people: Mapping[str, int], closed: set[str], words: Words) -> Row:
    part = sources[sources["kind"] == kind]
    name = words(f"charts.coverage.kind_{kind}")
    if kind in people:
        state = "scored" if (part["state"] == "scored").any() else "shown"
        text = words(f"charts.coverage.people_{kind}", n=words.number(people[kind]))
        return Row(name, [(state, False)] * people[kind], f"{text}, {words(f'charts.coverage.are_{state}')}")
    part = part[(part["state"] != "closed") | part["source"].isin(closed)]
    place = {state: number for number, state in enumerate(STATES)}
    dots = sorted(zip(part["state"], part["is_new"], strict=True), key=lambda dot: (place[dot[0]], not dot[1]))
    still_open = sum(state != "closed" for state, _ in dots)
    text = words("charts.coverage.scored_of", n=sum(state == "scored" for state, _ in dots), total=still_open)
    return Row(name, [(str(state), bool(new)) for state, new in dots], text)


def _draw_rows(rows: Sequence[Row], width: int, words: Words) -> dict[str, Any]:
    narrow = width < WIDE
    start = 3.0 if narrow else min(widest([row.name for row in rows], bold=True), 180) + 20
    end = width - 3 if narrow else width - widest([row.text for row in rows]) - 16
    canvas = Canvas(width)
    y = 1.0
    for row in rows:
        canvas.part(y)
        lines = wrap(row.name, width - text_width(row.text) - 12 if narrow else start - 12, bold=True)
        canvas.write(lines, 0, y + 17, fontWeight=700)
        canvas.write(row.text, width, y + 17, colour=SOFT, align="right")
        middle = y + 17 + (LINE * len(lines) + 3 if narrow else 0)
        per_line = max(1, math.floor((end - start) / LEAST_STEP))
        dot_lines = math.ceil(len(row.dots) / per_line)
        per_line = math.ceil(len(row.dots) / dot_lines)
        step = min(STEP, (end - start) / per_line)
        for number, (state, is_new) in enumerate(row.dots):
            x = start + step * (0.5 + number % per_line)
            _dot(canvas, x, middle + LINE * (number // per_line), state, is_new, step)
        y = max(middle + LINE * (dot_lines - 1), y + 17 + LINE * (len(lines) - 1)) + 17
    canvas.part(y)
    seen = {state for row in rows for state, _ in row.dots}
    names = [state for state in STATES if state in seen]
    names += ["new"] if any(new for row in rows for _, new in row.dots) else []
    places = flow([words(f"charts.coverage.key_{name}") for name in names], width, lead=20)
    for name, (left, line) in zip(names, places, strict=True):
        at = y + 20 + 19 * line
        _dot(canvas, left + 8, at, "shown" if name == "new" else name, name == "new", 11)
        canvas.write(words(f"charts.coverage.key_{name}"), left + 20, at, colour=SOFT)
    canvas.height = y + 32 + 19 * (places[-1][1] if places else 0)
    return finish(canvas.chart(), words)


def _dot(canvas: Canvas, x: float, y: float, state: str, is_new: bool, step: float) -> None:
    """Filled, hollow, a short dash or a cross; a ring around what is new."""
    size, place = round(math.pi * (0.34 * step) ** 2, 1), round(x, 1)
    if is_new:
        canvas.put("point", x=place, y=y, shape="circle", size=round(2.4 * size, 1), fill="white", stroke=INK, z=1)
    if state == "scored":
        canvas.put("point", x=place, y=y, shape="circle", size=size, colour=PLAIN, z=2)
    elif state == "shown":
        canvas.put("point", x=place, y=y, shape="circle", size=round(0.8 * size, 1), fill="white", stroke=MARK, z=2)
    elif state == "silent":
        canvas.put("rule", x=place - 0.3 * step, x2=place + 0.3 * step, y=y, colour=MARK, strokeWidth=2, z=2)
    else:
        canvas.put("point", x=place, y=y, shape=CROSS, size=36, filled=False, stroke=FAINT, strokeWidth=1.5, z=2)


def _coverage_table(sources: pd.DataFrame, people: Mapping[str, int], words: Words, credit: Credit) -> Table:
    """Counts by kind."""
    rows = []
    for kind in (*SOURCES, *people):
        part = sources[sources["kind"] == kind]
        name = words(f"charts.coverage.kind_{kind}")
        if kind in people:
            rows.append((name, words(f"charts.coverage.people_{kind}", n=words.number(people[kind])), *[""] * 5))
        elif not part.empty:
            counts = part["state"].value_counts()
            numbers = [int((part["state"] != "closed").sum()), *(int(counts.get(state, 0)) for state in STATES),
                       int(part["is_new"].sum())]  # fmt: skip
            rows.append((name, *(words.number(number) for number in numbers)))
    heads = ("kind", "open", *STATES, "new")
    return Table(
        key="coverage_table",
        title=words("charts.coverage.table"),
        columns=tuple(Column(words(f"charts.coverage.column_{h}"), "left" if h == "kind" else "right") for h in heads),
        rows=tuple(rows),
        credit=credit,
    )


def _outcomes_of(signals: pd.DataFrame) -> dict[str, int]:
    few = (signals["flag"].fillna("") == "few") | (signals["reason"] == Reason.FEW)
    scored = signals["value"].notna()
    return {
        "moved": int((scored & ~few & (signals["value"] != 0)).sum()),
        "stable": int((scored & ~few & (signals["value"] == 0)).sum()),
        "few": int(few.sum()),
        "unknown": int((~scored & ~few).sum()),
    }


def _moved(counts: Mapping[str, int], words: Words) -> str:
    return words("charts.outcomes.moved_of", n=counts["moved"], total=sum(counts.values()))


def _draw_squares(
    rows: Sequence[Series], counts: Mapping[str, Mapping[str, int]], width: int, words: Words
) -> dict[str, Any]:
    narrow = width < WIDE
    most = max((sum(count.values()) for count in counts.values()), default=0)
    names = widest([capital(one.name) for one in rows], LABEL, bold=True)
    start = 0.0 if narrow else min(names, 200) + 20
    end = width - 2 if narrow else width - widest([_moved(count, words) for count in counts.values()]) - 16
    step = min(24.0, (end - start) / max(1, most))
    canvas = Canvas(width)
    y = 0.0
    for one in rows:
        lines = wrap(capital(one.name), width - 140 if narrow else start - 12, LABEL, bold=True)
        canvas.write(lines, 0, y + 12, colour=one.text, fontWeight=700, fontSize=LABEL)
        canvas.write(_moved(counts[one.key], words), width, y + 12, colour=SOFT, align="right")
        middle = y + 12 + (LINE * len(lines) + 4 if narrow else 0)
        marks = [name for name in OUTCOMES for _ in range(counts[one.key][name])]
        for number, name in enumerate(marks):
            _square(canvas, start + step * (number + 0.5), middle, name, 0.74 * step)
        y = max(middle, y + 12 + LINE * (len(lines) - 1)) + 14
    seen = [name for name in OUTCOMES if any(count[name] for count in counts.values())]
    places = flow([words(f"charts.outcomes.{name}") for name in seen], width, lead=20)
    for name, (left, line) in zip(seen, places, strict=True):
        _square(canvas, left + 7, y + 14 + 19 * line, name, 12)
        canvas.write(words(f"charts.outcomes.{name}"), left + 20, y + 14 + 19 * line, colour=SOFT)
    canvas.height = y + 26 + 19 * (places[-1][1] if places else 0)
    return finish(canvas.chart(), words)


def _square(canvas: Canvas, x: float, y: float, name: str, side: float) -> None:
    if name == "unknown":
        canvas.write("?", round(x, 1), y, colour=SOFT, fontWeight=700, align="center")
    else:
        look: dict[str, Any] = SQUARE[name]
        canvas.put("point", x=round(x, 1), y=y, shape="square", size=round(side * side, 1), **look)
