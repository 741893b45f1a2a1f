"""certainty of the findings → each score on the bands of its words: would the word be another?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forevar.blocks import NARROW, WIDE, Column, Credit, Figure, Table
from forevar.charts.canvas import Axis, Canvas, Px, finish
from forevar.charts.caption import description, shortest_of
from forevar.charts.measure import flow, text_width, widest, wrap
from forevar.charts.theme import BAND, DEEP_BAND, FAINT, INK, LABEL, MARK, SOFT, Series
from forevar.words import Words, capital

LINE, MIDDLE_BAND, MARGIN = 15, "#E5E9EE", 4.0
"""Px between lines; tint of the plain degree where there are three; points beyond the outermost mark."""


@dataclass(frozen=True)
class Finding:
    """One score and how it varies. ``score`` None: nothing could be scored."""

    series: Series
    what: str
    word: str
    score: float | None = None
    low: float = 0.0
    high: float = 0.0
    without: tuple[float, float] = (0.0, 0.0)
    same: float = 1.0
    note: str = ""

    @property
    def varies(self) -> bool:
        """Whether the draws differ at all."""
        return self.score is not None and self.low < self.high


def robustness(
    certainty: pd.DataFrame,
    wanted: Sequence[tuple[str, str]],
    series: Mapping[str, Series],
    *,
    words: Words,
    credit: Credit,
    cuts: Sequence[float],
) -> Figure:
    """Scores on the bands of their words, with 95 % of the draws and the span when one source is left out.

    Args:
        certainty: ``substance, dimension, score, word, low, high, same_word, n_sources, n_agencies``, and the scores
            with one source left out: ``without_low, without_high``, or ``score_without`` alone.
        wanted: (substance, dimension) of the findings, in the order of the rows.
        series: Substance → how it is painted.
        words: The reader's language.
        credit: Source line.
        cuts: Cut points from score to word: the largest stable score, the largest small one, and so on.
    """
    known = certainty.drop_duplicates(["substance", "dimension"]).set_index(["substance", "dimension"])
    rows = [
        _finding(known.loc[(substance, dimension)], series[substance], dimension, words)
        for substance, dimension in wanted
        if (substance, dimension) in known.index
    ]
    names = [_spoken(row) for row in rows]
    told = [
        words("charts.robustness.alt"),
        *(_sentence(row, name, words) for row, name in zip(rows, names, strict=True)),
    ]
    return Figure(
        key="robustness" if len(rows) != 1 else f"robustness_{rows[0].series.key}",
        title=_title(rows, words),
        subtitle=words("charts.robustness.subtitle"),
        wide=_draw(rows, cuts, WIDE, words),
        narrow=_draw(rows, cuts, NARROW, words),
        alt=description(told, credit),
        table=_table(rows, words, credit),
        credit=credit,
    )


def _finding(row: Any, series: Series, dimension: str, words: Words) -> Finding:
    what = words(f"dimension.{dimension}")
    if pd.isna(row["score"]):
        return Finding(series, what, words("charts.no_score"))
    score, low, high = float(row["score"]), float(row["low"]), float(row["high"])
    ends = [row.get("without_low"), row.get("without_high")]
    if any(end is None or pd.isna(end) for end in ends):
        ends = [score, score if pd.isna(row.get("score_without", math.nan)) else row["score_without"]]
    without = (min(score, *map(float, ends)), max(score, *map(float, ends)))
    note = ""
    if low == high:
        note = words(f"charts.robustness.{'one_source' if row['n_agencies'] == 1 else 'all_alike'}")
    return Finding(
        series, what, words(f"change.{row['word']}"), score, low, high, without, float(row["same_word"]), note
    )


def _share(row: Finding, words: Words) -> str:
    """Rounded down, never up; what there is to say instead when nothing varies."""
    return row.note or ("" if row.score is None else words.percent(math.floor(100 * row.same) / 100))


def _scored(row: Finding, words: Words) -> str:
    return row.what if row.score is None else f"{row.what} {words.signed(row.score)}"


def _spoken(row: Finding) -> str:
    return f"{row.series.name}, {row.what}"


def _bands(cuts: Sequence[float]) -> list[tuple[float, float, str, str]]:
    """(from, to, degree, tint) on the rising side; infinite at the end."""
    degrees = ("small", "", "strong") if len(cuts) > 2 else ("small", "strong")
    tints = (BAND, MIDDLE_BAND, DEEP_BAND) if len(cuts) > 2 else (BAND, DEEP_BAND)
    ends = [*cuts[1:], math.inf]
    return [(low, high, f"{d}_" if d else "", t) for low, high, d, t in zip(cuts, ends, degrees, tints, strict=True)]


def _draw(rows: Sequence[Finding], cuts: Sequence[float], width: int, words: Words) -> dict[str, Any]:
    narrow = width < WIDE
    scored = [row for row in rows if row.score is not None]
    marks = [mark for row in scored for mark in (row.low, row.high, *row.without)]
    low = min(-cuts[-1] - MARGIN, *(mark - MARGIN for mark in marks)) if marks else -cuts[-1] - MARGIN
    high = max(cuts[-1] + MARGIN, *(mark + MARGIN for mark in marks)) if marks else cuts[-1] + MARGIN
    lefts = max(
        widest([capital(row.series.name) for row in rows], LABEL, bold=True),
        widest([_scored(row, words) for row in rows]),
    )
    rights = max(widest([_share(row, words) for row in rows], LABEL, bold=True), widest([row.word for row in rows]),
                 text_width(words("charts.robustness.holds")))  # fmt: skip
    start, end = (2.0, width - 2.0) if narrow else (min(lefts, 190) + 24, width - rights - 20)
    canvas = Canvas(width, x=Axis(low, high, start, end))
    y = _head(canvas, cuts, words) + 4
    if not narrow:
        canvas.write(words("charts.robustness.holds"), width, 10, colour=SOFT, align="right")
    top = y
    for number, row in enumerate(rows):
        if number:
            canvas.part(y)
        y = _row(canvas, row, cuts, y, start, words)
    if not narrow:
        _shade(canvas, cuts, top, y)
    canvas.height = _key(canvas, rows, y + 8, words)
    return finish(canvas.chart(), words)


def _shade(canvas: Canvas, cuts: Sequence[float], top: float, bottom: float) -> None:
    for near, far, _, tint in _bands(cuts):
        canvas.put("rect", x=near, x2=min(far, canvas.x.high), y=top, y2=bottom, colour=tint, z=-2)
        canvas.put("rect", x=max(-far, canvas.x.low), x2=-near, y=top, y2=bottom, colour=tint, z=-2)
    canvas.put("rule", x=0, y=top, y2=bottom, colour=MARK, z=-1)


def _head(canvas: Canvas, cuts: Sequence[float], words: Words) -> float:
    """Words over the bands where they fit, cut points under them; the px below."""
    bands = [(-cuts[0], cuts[0], "stable", "stable")]
    for near, far, degree, _ in _bands(cuts):
        short = degree.strip("_") or "plain"
        bands.append((near, min(far, canvas.x.high), f"{degree}rise", short))
        bands.append((max(-far, canvas.x.low), -near, f"{degree}fall", short))
    for low, high, word, short in bands:
        left, right = canvas.x.at(low), canvas.x.at(high)
        options = [words(f"change.{word}"), words(f"charts.robustness.{short}")]
        text = next((t for t in options if text_width(t, bold=True) <= right - left - 8), "")
        if text:
            middle = (left + right) / 2
            canvas.write(text, middle, 10, colour=SOFT, fontWeight=700, align="center")
    taken = -math.inf
    for value in sorted({0.0, *cuts, *(-cut for cut in cuts)}):
        text, middle = words.signed(value), canvas.x.at(value)
        if middle - text_width(text) / 2 > taken + 4:
            canvas.write(text, middle, 28, colour=SOFT, align="center")
            taken = middle + text_width(text) / 2
    return 38.0


def _row(canvas: Canvas, row: Finding, cuts: Sequence[float], y: float, start: float, words: Words) -> float:
    """Name, score, mark, share and word; the px below."""
    narrow, name = canvas.width < WIDE, capital(row.series.name)
    lines = wrap(name, canvas.width - 110 if narrow else start - 12, LABEL, bold=True)
    canvas.write(lines, 0, y + 15, colour=row.series.text, fontWeight=700, fontSize=LABEL)
    under = y + 15 + LINE * (len(lines) - 1) + 17
    canvas.write(_scored(row, words), 0, under, colour=SOFT)
    canvas.write(_share(row, words), canvas.width, y + 15, fontWeight=700, fontSize=LABEL, align="right")
    canvas.write(row.word, canvas.width, under, colour=SOFT, align="right")
    below = under + 13
    middle = (y + below) / 2
    if narrow:
        _shade(canvas, cuts, below, below + 22)
        middle, below = below + 11, below + 30
    if row.score is None:
        return below
    colour, tip = row.series.colour, f"{name}, {_scored(row, words)}: {row.word}, {_share(row, words)}"
    if row.varies:
        canvas.put("rule", x=row.low, x2=row.high, y=middle, colour=colour, strokeWidth=2)
    if row.without[0] < row.without[1]:
        canvas.put("rule", x=row.without[0], x2=row.without[1], y=middle, colour=colour, strokeWidth=8)
    canvas.put("point", x=row.score, y=middle, shape="circle", size=90, fill="white", stroke=INK, strokeWidth=2, z=2,
               tip=tip)  # fmt: skip
    return below


def _key(canvas: Canvas, rows: Sequence[Finding], y: float, words: Words) -> float:
    """What dot, thick and thin mean; the px below."""
    names = ["score"]
    names += ["without"] if any(row.without[0] < row.without[1] for row in rows) else []
    names += ["draws"] if any(row.varies for row in rows) else []
    places = flow([words(f"charts.robustness.key_{name}") for name in names], canvas.width, lead=36)
    for name, (left, line) in zip(names, places, strict=True):
        middle = y + 10 + 19 * line
        canvas.write(words(f"charts.robustness.key_{name}"), left + 36, middle, colour=SOFT)
        if name == "score":
            canvas.put("point", x=Px(left + 16), y=middle, shape="circle", size=90, fill="white", stroke=INK,
                       strokeWidth=2, z=2)  # fmt: skip
        else:
            canvas.put("rule", x=Px(left + 4), x2=Px(left + 28), y=middle, colour=FAINT,
                       strokeWidth=8 if name == "without" else 2)  # fmt: skip
    return y + 22 + 19 * places[-1][1]


def _title(rows: Sequence[Finding], words: Words) -> str:
    """Whose word holds most often, and whose least."""
    varied = sorted((row for row in rows if row.varies), key=lambda row: row.same)
    if not varied:
        return words("charts.robustness.title_still")
    least, most = varied[0], varied[-1]
    if len(rows) == 1 or _share(least, words) == _share(most, words):
        key = "title_one" if len(rows) == 1 else "title_alike"
        return words(f"charts.robustness.{key}", word=most.word, finding=_spoken(most), share=_share(most, words))
    # Several may hold equally often; then all of them are named, or none when that is a crowd.
    tops = list(dict.fromkeys(row.series.name for row in varied if _share(row, words) == _share(most, words)))
    if len(tops) > 2:
        return words("charts.robustness.title_least", least=_spoken(least), least_share=_share(least, words))
    full = words("charts.robustness.title", most=_spoken(most), most_share=_share(most, words),
                 least=_spoken(least), least_share=_share(least, words))  # fmt: skip
    short = words("charts.robustness.title", most=words.join(tops), most_share=_share(most, words),
                  least=least.series.name, least_share=_share(least, words))  # fmt: skip
    is_full = len(tops) == 1 and (len(full) <= 75 or most.series.key == least.series.key)
    return full if is_full else shortest_of(short)


def _sentence(row: Finding, name: str, words: Words) -> str:
    if row.score is None:
        return f"{capital(name)}: {row.word}."
    return words("charts.robustness.alt_row", finding=capital(name), score=words.signed(row.score), word=row.word,
                 low=words.signed(row.low), high=words.signed(row.high), share=_share(row, words))  # fmt: skip


def _table(rows: Sequence[Finding], words: Words, credit: Credit) -> Table:
    body = []
    for row in rows:
        spans = ["", ""]
        if row.score is not None:
            spans = [
                words("charts.span", low=words.signed(low), high=words.signed(high)) if low < high else ""
                for low, high in ((row.low, row.high), row.without)
            ]
        score = "" if row.score is None else words.signed(row.score)
        body.append((capital(_spoken(row)), score, row.word, *spans, _share(row, words)))
    heads = ("finding", "score", "word", "draws", "without", "holds")
    return Table(
        key="robustness_table",
        title=words("charts.robustness.table"),
        columns=tuple(
            Column(words(f"charts.robustness.column_{head}"), "left" if head in ("finding", "word") else "right")
            for head in heads
        ),
        rows=tuple(body),
        credit=credit,
    )
