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
from forevar.charts.theme import FAINT, INK, LABEL, MARK, PANEL, RULE, SOFT, TEXT, Series
from forevar.terms import SCORED_DIMENSIONS, Reason
from forevar.words import Words, capital

ABSENT = (Reason.SILENT, Reason.CLOSED)
"""Sources without a figure share one line; the others without a score have a row and a reason each."""

LINE, BAR, LABEL_ROOM = 15, 15, 236


class Interval(Protocol):
    """Where a score may lie."""

    low: float
    high: float


@dataclass
class Part:
    """One dimension, ready to draw."""

    name: str
    score: str
    word: str
    interval: str
    rows: list[dict[str, Any]] = field(default_factory=list)
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
            reason``; ``short`` (the source's short name) for the title where there is one, and ``without`` (the
            sub-score when that source is left out) for a column of its own. ``value`` NaN: unscored, shown with its
            reason, never as 0. Rows shown but never scored (``unweighted``) are left out.
        differences: ``dimension, score, word``; score NaN where nothing could be scored.
        series: The substance; its name as it stands inside a sentence.
        words: The reader's language.
        credit: Source line.
        certainty: Dimension → interval of the sub-score.
        extent: Smallest and largest contribution of the edition, so that every chapter has the same scale.
    """
    shown = signals[signals["reason"].fillna("") != Reason.UNWEIGHTED].reset_index(drop=True)
    parts = _parts(shown, differences, words, certainty or {})
    scored = shown["contribution"].dropna()
    low, high = extent or (float(scored.min()) if len(scored) else 0.0, float(scored.max()) if len(scored) else 0.0)
    low, high = min(low, 0.0), max(high, 3.0)
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
        score = scores["score"].get(dimension, float("nan"))
        interval = certainty.get(dimension)
        part = Part(
            name=capital(words(f"dimension.{dimension}")),
            score="" if pd.isna(score) else words.signed(score, _decimals(score)),
            word=words("charts.no_score") if pd.isna(score) else words(f"change.{scores['word'][dimension]}"),
            interval=""
            if interval is None or pd.isna(score)
            else words("charts.interval", low=words.signed(interval.low), high=words.signed(interval.high)),
        )
        absent = rows["value"].isna() & rows["reason"].isin(ABSENT)
        if absent.any():
            part.absent = words("charts.contributions.absent", sources=words.join(sorted(rows.loc[absent, "label"])))
        ordered = rows[~absent].assign(
            unscored=rows["value"].isna(), few=rows["flag"].fillna("") == "few", falling=-rows["contribution"]
        )
        for row in ordered.sort_values(["unscored", "falling", "few", "label"]).to_dict("records"):
            part.rows.append(_row(row, words))
        parts.append(part)
    return parts


def _row(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """One source's line: what stands beside the mark, and the mark's numbers."""
    if pd.isna(row["value"]):
        reason = words(f"reason.{row['reason'] or Reason.NO_COMPARISON}")
        return {"label": row["label"], "value": None, "note": reason, "without": ""}
    few = row["flag"] == "few"
    value, weight = float(row["value"]), float(row["weight"])
    step = words.signed(value, _decimals(value))
    sum_text = words.signed(row["contribution"], _decimals(row["contribution"]))
    without = row.get("without")
    return {
        "label": row["label"],
        "value": value,
        "weight": weight,
        "sum": sum_text,
        "step": step,
        "note": words("reason.few") if few else f"{words.number(weight, _decimals(weight))} × {step}" if value else "",
        "without": "" if without is None or pd.isna(without) else words.signed(without, _decimals(without)),
        "tip": words(
            "charts.contributions.tip",
            source=row["label"], weight=words.number(weight, _decimals(weight)), step=step, sum=sum_text,
        ),
    }  # fmt: skip


def _decimals(value: float) -> int:
    return 0 if float(value).is_integer() else 1


def _draw(parts: list[Part], series: Series, width: int, low: float, high: float, words: Words) -> dict[str, Any]:
    narrow = width < WIDE
    labels = [row["label"] for part in parts for row in part.rows]
    room = width if narrow else min(widest(labels), LABEL_ROOM)
    has_without = not narrow and any(row["without"] for part in parts for row in part.rows)
    right = text_width(words("charts.contributions.without")) + 14 if has_without else 0
    notes = [f"{row['sum']}   {row['note']}" for part in parts for row in part.rows if row["value"]]
    start = (6 if narrow else room + 18) + (0 if low < 0 else 6)
    axis = Axis(low, high, start, width - right - 10 - max(widest(notes), 60) - 12)
    canvas = Canvas(width, 0, x=axis, y=Axis(0, 4000, 0, 4000))
    head, texts, rings, blocks, zeros, rules, bold, sums, withouts, long = [], [], [], [], [], [], [], [], [], []
    y = 1.0
    for part in parts:
        rules.append({"y": y})
        y += 18
        head.append({"y": y, "text": part.name})
        middle = ", ".join(text for text in (part.word, part.interval) if text)
        bold.append({"y": y, "score": part.score, "word": middle, "plain": f"{part.score} {part.word}".strip(),
                     "interval": part.interval, "below": y + 17})  # fmt: skip
        y += 32 if narrow and part.interval else 14
        top = y
        for row in part.rows:
            lines = wrap(row["label"], room)
            y += 7
            middle_of_text = y + LINE * len(lines) / 2
            texts.append({"y": middle_of_text, "text": "\n".join(lines)})
            if narrow:
                y += LINE * len(lines) + 2
                centre = y + BAR / 2
                y += BAR + 2
            else:
                centre = middle_of_text
                y += LINE * len(lines) + 1
            mark = {"y": centre, "top": centre - BAR / 2 + 0.5, "bottom": centre + BAR / 2 - 0.5}
            _mark(row, mark, blocks, rings, sums, withouts)
        zeros.append({"zero": 0, "y": top + (8 if narrow else 2), "end": y + 3} if part.rows else {})
        if part.absent:
            lines = wrap(part.absent, width)
            y += 9
            long.append({"y": y + LINE * len(lines) / 2, "text": "\n".join(lines)})
            y += LINE * len(lines)
        y += 18
    zeros = [zero for zero in zeros if zero]
    canvas.draw("rule", rules, x=0, x2=width, y="y", colour=RULE)
    canvas.draw("text", head, x=0, y="y", text="text", fontWeight=700, fontSize=PANEL)
    if narrow:
        canvas.draw("text", bold, x=width, y="y", text="plain", colour=series.text, fontWeight=700, fontSize=LABEL,
                    align="right")  # fmt: skip
        canvas.draw("text", [b for b in bold if b["interval"]], x=width, y="below", text="interval", colour=SOFT,
                    align="right")  # fmt: skip
    else:
        name = widest([part.name for part in parts], PANEL, bold=True)
        score = name + 22 + widest([part.score for part in parts], PANEL, bold=True)
        canvas.draw("text", bold, x=score, y="y", text="score", colour=series.text, fontWeight=700, fontSize=PANEL,
                    align="right")  # fmt: skip
        canvas.draw("text", bold, x=score + 12, y="y", text="word", colour=SOFT)
        if has_without:
            canvas.draw("text", head[:1], x=width, y="y", text="label", colour=FAINT, align="right") if False else None
            canvas.write(words("charts.contributions.without"), width, head[0]["y"], color=FAINT, align="right")
            canvas.draw("text", withouts, x=width, y="y", text="without", colour=FAINT, align="right")
    canvas.draw("text", texts, x=0, y="y", text="text")
    canvas.draw("text", long, x=0, y="y", text="text", colour=FAINT)
    canvas.draw("rect", blocks, x="from", x2="to", y="top", y2="bottom", colour=series.colour, stroke="white",
                strokeWidth=1.5, tip="tip")  # fmt: skip
    canvas.draw("rule", zeros, x="zero", y="y", y2="end", colour=MARK)
    canvas.draw("point", rings, x="x", y="y", shape="circle", size=42, fill="white", stroke=FAINT, tip="tip")
    canvas.draw("text", [s for s in sums if s["text"]], x="x", y="y", text="text", dx=10, fontWeight=700)
    for item in sums:
        item["gap"] = text_width(item["text"], TEXT, bold=True) + 20 if item["text"] else 10
    for gap in sorted({item["gap"] for item in sums if item["note"]}):
        canvas.draw("text", [i for i in sums if i["note"] and i["gap"] == gap], x="x", y="y", text="note", dx=gap,
                    colour=FAINT)  # fmt: skip
    canvas.height = y - 16
    return finish(canvas.chart(), words)
