"""signals of one substance → what each source adds to the score: blocks, as many as the weight, as long as the step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from forevar.blocks import NARROW, WIDE, Column, Credit, Figure, Table
from forevar.charts.canvas import Axis, Canvas, finish
from forevar.charts.caption import description, shortest_of
from forevar.charts.measure import text_width, widest, wrap
from forevar.charts.theme import FAINT, LABEL, MARK, PANEL, SOFT, TEXT, Series
from forevar.rows import records
from forevar.terms import SCORED_DIMENSIONS, Reason
from forevar.words import Words, capital

ABSENT = (Reason.SILENT, Reason.CLOSED)
"""Sources without a figure share one line; the others without a score have a row and a reason each."""

LINE, BAR, LABEL_ROOM, TOLERANCE = 15, 15, 236, 1e-6


class Interval(Protocol):
    """Where a score may lie."""

    @property
    def low(self) -> float:
        """Lower end."""

    @property
    def high(self) -> float:
        """Upper end."""


@dataclass(frozen=True)
class Row:
    """One source's line. ``value`` None: not scored, and ``note`` says why."""

    label: str
    note: str
    value: float | None = None
    weight: float = 0
    step: str = ""
    sum: str = ""
    without: str = ""
    origin: str = ""

    @property
    def end(self) -> float:
        """Where its blocks end."""
        return self.weight * (self.value or 0)


@dataclass
class Part:
    """One dimension, ready to draw."""

    name: str
    score: str
    word: str
    interval: str
    rows: list[Row] = field(default_factory=list)
    absent: str = ""


def contributions(
    signals: pd.DataFrame,
    differences: pd.DataFrame,
    series: Series,
    *,
    words: Words,
    credit: Credit,
    certainty: Mapping[str, Interval] | None = None,
    extent: tuple[float, float] | None = None,
) -> Figure:
    """What each source added to the sub-scores of one substance in one period.

    Args:
        signals: One row per source-measure and dimension: ``dimension, label, weight, value, contribution, flag,
            reason``; ``short`` (the source's short name) for the title, and ``agency``: then each row tells the
            sub-score without its agency. ``value`` NaN: unscored, shown with its reason, never as 0. Rows that are
            shown but never scored (``unweighted``) are left out.
        differences: ``dimension, score, word``; score NaN where nothing could be scored.
        series: The substance; its name as it stands inside a sentence.
        words: The reader's language.
        credit: Source line.
        certainty: Dimension → interval of the sub-score.
        extent: Smallest and largest contribution of the edition, so that every chapter has the same scale.
    """
    shown = signals[signals["reason"].fillna("") != Reason.UNWEIGHTED].reset_index(drop=True)
    parts = _parts(shown, differences, words, certainty or {})
    ends = [row.end for part in parts for row in part.rows]
    low, high = extent or (min(ends, default=0), max(ends, default=0))
    low, high = min(low, 0), max(high, 3)
    return Figure(
        key=f"contributions_{series.key}",
        title=_title(shown, series, words),
        subtitle=words("charts.contributions.subtitle", substance=series.name),
        wide=_draw(parts, series, WIDE, low, high, words),
        narrow=_draw(parts, series, NARROW, low, high, words),
        alt=description(_sentences(parts, shown, series, words), credit),
        table=_table(parts, series, words, credit),
        credit=credit,
    )


def _parts(
    signals: pd.DataFrame, differences: pd.DataFrame, words: Words, certainty: Mapping[str, Interval]
) -> list[Part]:
    scores = differences.set_index("dimension")
    parts = []
    for dimension in SCORED_DIMENSIONS:
        rows = signals[signals["dimension"] == dimension]
        if rows.empty:
            continue
        score = float(scores["score"].get(dimension, float("nan")))
        scored = not pd.isna(score)
        interval = certainty.get(dimension) if scored else None
        part = Part(
            name=capital(words(f"dimension.{dimension}")),
            score=words.signed(score, _decimals(score)) if scored else "",
            word=words(f"change.{scores['word'][dimension]}") if scored else words("charts.no_score"),
            interval=words("charts.interval", low=words.signed(interval.low), high=words.signed(interval.high))
            if interval and interval.low < interval.high
            else "",
        )
        absent = rows["value"].isna() & rows["reason"].isin(ABSENT)
        if absent.any():
            part.absent = words(
                "charts.contributions.absent", sources=", ".join(sorted(map(capital, rows.loc[absent, "label"])))
            )
        kept = rows[~absent].assign(without=_without(rows[~absent], score))
        ordered = kept.assign(
            unscored=kept["value"].isna(), few=kept["flag"].fillna("") == "few", falling=-kept["contribution"]
        )
        ordered = ordered.sort_values(["unscored", "falling", "few", "label"])
        part.rows = [_row(row, words) for row in records(ordered)]
        parts.append(part)
    return parts


def _without(rows: pd.DataFrame, score: float) -> pd.Series:
    """The sub-score without each row's agency; missing where that adds nothing or the score is no plain sum."""
    nothing = pd.Series(float("nan"), rows.index)
    if "agency" not in rows or pd.isna(score) or abs(rows["contribution"].sum() - score) > TOLERANCE:
        return nothing
    added = rows.groupby("agency")["contribution"].transform("sum")
    return (score - added).where(rows["contribution"].fillna(0) != 0, nothing)


def _row(row: Mapping[Any, Any], words: Words) -> Row:
    """One source's line in words."""
    if pd.isna(row["value"]):
        return Row(capital(row["label"]), words(f"reason.{row['reason'] or Reason.NO_COMPARISON}"))
    value, weight, without = float(row["value"]), float(row["weight"]), row.get("without")
    step = words.signed(value, _decimals(value))
    product = f"{words.number(weight, _decimals(weight))} × {step}"
    return Row(
        label=capital(row["label"]),
        note=words("reason.few") if row["flag"] == "few" else product if value else "",
        value=value,
        weight=weight,
        step=step,
        sum=words.signed(weight * value, _decimals(weight * value)),
        without="" if without is None or pd.isna(without) else words.signed(float(without), _decimals(float(without))),
    )


def _decimals(value: float) -> int:
    return 0 if pd.isna(value) or float(value).is_integer() else 1


def _draw(parts: list[Part], series: Series, width: int, low: float, high: float, words: Words) -> dict[str, Any]:
    narrow = width < WIDE
    rows = [row for part in parts for row in part.rows]
    room = width if narrow else min(widest([row.label for row in rows]), LABEL_ROOM)
    without = words("charts.contributions.without") if any(row.without for row in rows) and not narrow else ""
    beside = 34 + widest(["+93 × +3", *(f"{row.sum}{row.note}" for row in rows if row.value)])
    start = (0 if narrow else room + 16) + 7
    axis = Axis(low, high, start, width - beside - (text_width(without) + 12 if without else 0))
    canvas = Canvas(width, x=axis)
    y = 1.0
    for number, part in enumerate(parts):
        y = _head(canvas, part, series, parts, y)
        if without and number == 0:
            canvas.write(without, width, y - 14, colour=FAINT, align="right")
        top = y + 1
        for row in part.rows:
            lines = wrap(row.label, room - 74 if narrow and row.without else room)
            middle = y + 7 + LINE * len(lines) / 2
            canvas.write(lines, 0, middle - LINE * (len(lines) - 1) / 2)
            y += 8 + LINE * len(lines)
            if narrow:
                if row.without:
                    told = words("charts.contributions.without_one", score=row.without)
                    canvas.write(told, width, middle - LINE * (len(lines) - 1) / 2, colour=FAINT, align="right")
                middle, y = y + 2 + BAR / 2, y + BAR + 4
                # The line must not run through the labels, which stand above their marks here.
                canvas.put("rule", x=0, y=middle - BAR / 2 - 3, y2=middle + BAR / 2 + 3, z=1, colour=MARK)
            _mark(canvas, row, middle, series.colour)
            if without:
                canvas.write(row.without, width, middle, colour=FAINT, align="right")
        if part.rows and not narrow:
            canvas.put("rule", x=0, y=top, y2=y + 4, z=1, colour=MARK)
        if part.absent:
            lines = wrap(part.absent, width)
            canvas.write(lines, 0, y + 11 + LINE / 2, colour=FAINT)
            y += 9 + LINE * len(lines)
        y += 17
    if not parts:
        canvas.part(y)
        canvas.write(words("charts.no_score"), 0, y + 19, colour=FAINT)
        y += 48
    canvas.height = y - 13
    return finish(canvas.chart(), words)


def _head(canvas: Canvas, part: Part, series: Series, parts: list[Part], y: float) -> float:
    """Name, score, word and interval of a dimension; the px below it."""
    canvas.part(y)
    y += 19
    canvas.write(part.name, 0, y, fontWeight=700, fontSize=PANEL)
    if canvas.width < WIDE:
        score = f"{part.score} {part.word}".strip()
        canvas.write(score, canvas.width, y, colour=series.text, fontWeight=700, fontSize=LABEL, align="right")
        if part.interval:
            canvas.write(part.interval, canvas.width, y + 17, colour=SOFT, align="right")
        return y + (25 if part.interval else 12)
    left = widest([p.name for p in parts], PANEL, bold=True) + 22 + widest([p.score for p in parts], PANEL, bold=True)
    canvas.write(part.score, left, y, colour=series.text, fontWeight=700, fontSize=PANEL, align="right")
    canvas.write(", ".join(t for t in (part.word, part.interval) if t), left + 12, y, colour=SOFT)
    return y + 14


def _mark(canvas: Canvas, row: Row, middle: float, colour: str) -> None:
    """Blocks with their sum, a ring for 0, or only the reason."""
    if row.value is None:
        canvas.put("text", x=0, y=middle, text=row.note, dx=10, colour=FAINT, fontStyle="italic")
        return
    tip = f"{row.label}: {row.sum} = {row.note}" if row.value else f"{row.label}: 0 {row.note}".strip()
    if row.value == 0:
        canvas.put("point", x=0, y=middle, z=2, shape="circle", size=42, fill="white", stroke=FAINT, tip=tip)
    drawn = 0.0
    while row.value and drawn < row.weight:
        block = min(1.0, row.weight - drawn)
        canvas.put("rect", x=drawn * row.value, x2=(drawn + block) * row.value, y=middle - BAR / 2, y2=middle + BAR / 2,
                   colour=colour, stroke="white", strokeWidth=1.5, tip=tip)  # fmt: skip
        drawn += block
    at = max(row.end, 0)
    canvas.put("text", x=at, y=middle, text=row.sum, dx=10, fontWeight=700)
    if row.note:
        canvas.put("text", x=at, y=middle, text=row.note, dx=round(text_width(row.sum, TEXT, bold=True)) + 22,
                   colour=FAINT)  # fmt: skip


def _title(signals: pd.DataFrame, series: Series, words: Words) -> str:
    """How many measurements pull which way, and which one weighs most."""
    scored = signals.dropna(subset=["value"])
    up, down, all_ = int((scored["value"] > 0).sum()), int((scored["value"] < 0).sum()), len(scored)
    told = dict(zip(("n", "up", "down"), words.count_words(all_, up, down), strict=True))
    values = {"substance": series.name, **told}
    if not all_:
        return words("charts.contributions.title_none", **values)
    if up == down:
        key = "even" if up else "still"
        long, short = (words(f"charts.contributions.title_{name}", **values) for name in (key, f"{key}_short"))
        return capital(shortest_of(long, short))
    way = "up" if up > down else "down"
    reach = scored["contribution"] if way == "up" else -scored["contribution"]
    tops = scored[reach == reach.max()]
    names = tops["short"] if "short" in tops else tops["label"]
    top = names.iloc[0] if names.nunique() == 1 else ""
    kind = "mixed" if min(up, down) else "one"
    plain = capital(words(f"charts.contributions.title_{way}_{kind}", **values))
    short = capital(words(f"charts.contributions.title_{way}_one", **values))
    bare = capital(words(f"charts.contributions.title_{way}_short", **values))
    with_top = words("charts.contributions.title_top", title=plain, source=top)
    return shortest_of(*([with_top] if top else []), plain, short, bare)


def _sentences(parts: list[Part], signals: pd.DataFrame, series: Series, words: Words) -> list[str]:
    """The chart in sentences, the most telling first."""
    scored = signals.dropna(subset=["value"])
    sentences = [words("charts.contributions.alt", substance=series.name, n=words.number(len(scored)))]
    for part in parts:
        sentences.append(capital(words("charts.contributions.alt_part", part=part.name, score=part.score,
                                       word=part.word).replace("  ", " ")))  # fmt: skip
    for part in parts:
        moved = [row for row in part.rows if row.value]
        if moved:
            most = max(moved, key=lambda row: abs(row.end))
            sentences.append(words("charts.contributions.alt_most", part=part.name.lower(), source=most.label,
                                   sum=most.sum))  # fmt: skip
    still = int((scored["value"] == 0).sum())
    unscored = len(signals) - len(scored)
    sentences.append(words("charts.contributions.alt_still", n=words.number(still)) if still else "")
    sentences.append(words("charts.contributions.alt_unscored", n=words.number(unscored)) if unscored else "")
    return sentences


def _table(parts: list[Part], series: Series, words: Words, credit: Credit) -> Table:
    """Every number of the chart, dimension by dimension."""
    has_without = any(row.without for part in parts for row in part.rows)
    heads = ["source", "weight", "step", "contribution", *(["without"] if has_without else []), "note"]
    columns = tuple(
        Column(words(f"charts.contributions.column_{head}"), "left" if head in ("source", "note") else "right")
        for head in heads
    )
    rows: list[tuple[str, ...]] = []
    groups: dict[int, str] = {}
    origins: dict[int, tuple[str, ...]] = {}
    for part in parts:
        groups[len(rows)] = " ".join(t for t in (part.name, part.score, part.word, part.interval) if t)
        for row in part.rows:
            scored = row.value is not None
            numbers = (words.number(row.weight, _decimals(row.weight)), row.step, row.sum) if scored else ("", "", "")
            note = row.note if not row.value else ""
            origins[len(rows)] = ("", "", row.origin if scored else "")
            rows.append((row.label, *numbers, *([row.without] if has_without else []), note))
        if part.absent:
            rows.append((part.absent, *[""] * (len(heads) - 1)))
    return Table(
        key=f"contributions_{series.key}_table",
        title=words("charts.contributions.table", substance=series.name),
        columns=columns,
        rows=tuple(rows),
        groups=groups,
        credit=credit,
        origins=tuple(origins.get(row, ()) for row in range(len(rows))),
    )
