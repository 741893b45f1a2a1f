"""signals of one substance → how much each source changed, as a ratio, with its interval: clear or possibly chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from forevar.blocks import NARROW, WIDE, Column, Credit, Figure, Table
from forevar.charts.canvas import Axis, Canvas, Px, finish
from forevar.charts.caption import HIDDEN, description, origin_of, pair_of, shortest_of, signed_percent
from forevar.charts.measure import flow, text_width, widest, wrap
from forevar.charts.theme import BAND, FAINT, INK, MARK, PANEL, RULE, SOFT, Series
from forevar.rows import records
from forevar.terms import SCORED_DIMENSIONS, Reason
from forevar.words import HARD_SPACE, Words, capital

PEOPLE = ("panel", "key_persons", "focus_groups")
"""Kinds of source that say themselves what changed: they have no two counts to compare."""

ABSENT = (Reason.SILENT, Reason.CLOSED)
LINE, LABEL_ROOM, REACH = 15, 190, (0.3, 4.0)
"""Px between lines; most px for a label; ratios at the ends of the axis, the same in every chapter."""

RIGHT, LEFT, DIAMOND = "M-0.5,-0.6L0.7,0L-0.5,0.6Z", "M0.5,-0.6L-0.7,0L0.5,0.6Z", "M0,-0.8L0.8,0L0,0.8L-0.8,0Z"


@dataclass(frozen=True)
class Row:
    """One source's change. ``ratio`` None: nothing to draw, and ``note`` says why."""

    dimension: str
    label: str
    counts: str
    percent: str
    note: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    is_clear: bool = False
    word: str = ""
    short: str = ""
    origin: str = ""

    @property
    def tip(self) -> str:
        """What the pointer shows."""
        return " ".join(text for text in (f"{self.label}:", self.counts, self.percent) if text)


def changes(
    signals: pd.DataFrame,
    series: Series,
    *,
    words: Words,
    credit: Credit,
    stable: float,
    reach: tuple[float, float] = REACH,
) -> Figure:
    """How much each source changed since the half-year before, next to what chance alone can do.

    Args:
        signals: One row per source-measure: ``dimension, label, kind, unit, previous, current, ratio, low, high, p,
            flag, reason, word``; ``is_clear`` where many tests were taken into account (else: the interval leaves out
            1), ``short`` for the title, ``previous_shown`` and ``current_shown`` (texts) where the true counts may
            not be printed. ``low`` NaN: an amount or index, drawn without interval. Panels are left out, and rows
            flagged ``few`` keep their counts to themselves.
        series: The substance.
        words: The reader's language.
        credit: Source line.
        stable: Change that counts as stable, as a share (0.10).
        reach: Ratios at the two ends of the axis; what lies outside gets a triangle at the edge.
    """
    table = signals[~signals["kind"].isin(PEOPLE)].reset_index(drop=True)
    rows = _rows(table, words)
    return Figure(
        key=f"changes_{series.key}",
        title=_title(rows, series, words),
        subtitle=words("charts.changes.subtitle", substance=capital(series.name)),
        wide=_draw(rows, series, WIDE, stable, reach, words),
        narrow=_draw(rows, series, NARROW, stable, reach, words),
        alt=description(_sentences(rows, series, words), credit),
        table=_table(rows, series, words, credit),
        credit=credit,
    )


def _rows(signals: pd.DataFrame, words: Words) -> list[Row]:
    """Dimension by dimension, the largest ratio first; few and uncompared ones last."""
    rows = [_row(record, words) for record in records(signals)]
    rows = [row for row in rows if row is not None]
    place = {dimension: number for number, dimension in enumerate(SCORED_DIMENSIONS)}
    return sorted(rows, key=lambda row: (place[row.dimension], row.ratio is None, -(row.ratio or 0), row.label))  # type: ignore[index]


def _row(record: Mapping[Any, Any], words: Words) -> Row:
    base = {"dimension": str(record["dimension"]), "label": capital(record["label"]), "short": record.get("short", ""),
            "origin": origin_of(record)}  # fmt: skip
    counts = pair_of(record, words)
    hidden = HIDDEN in counts.split(HARD_SPACE)
    reason = Reason.SUPPRESSED if hidden else record["reason"] or (Reason.FEW if record["flag"] == "few" else "")
    ratio = float(record["ratio"])
    if record["flag"] == "few":
        return Row(**base, counts="", percent="", note=words("reason.few"))
    if reason in ABSENT or math.isnan(ratio) or reason == Reason.SUPPRESSED:
        note = words(f"reason.{reason or Reason.NO_COMPARISON}")
        return Row(**base, counts="" if reason in ABSENT else counts, percent="", note=note)
    low, high = float(record["low"]), float(record["high"])
    tested = not math.isnan(low)
    clear = bool(record["is_clear"]) if "is_clear" in record else tested and (low > 1 or high < 1)
    word = words(f"change.{record['word']}") if record["word"] else ""
    # The ratio is per day; the per cent is that of the counts beside it, as the reader would work it out.
    shown = float(record["current"]) / float(record["previous"]) if _is_plain(record) else ratio
    return Row(
        **base, counts=counts, percent=signed_percent(shown, words), ratio=ratio, word=word,
        low=low if tested else None, high=high if tested else None,
        p=None if pd.isna(record["p"]) else float(record["p"]), is_clear=clear,
    )  # fmt: skip


def _is_plain(record: Mapping[Any, Any]) -> bool:
    """Whether counts, not shares, were compared, and there was something before."""
    return record.get("test") != "fisher" and float(record["previous"]) > 0 and not pd.isna(record["current"])


def _draw(
    rows: Sequence[Row], series: Series, width: int, stable: float, reach: tuple[float, float], words: Words
) -> dict[str, Any]:
    narrow = width < WIDE
    drawn = [row for row in rows if not _is_absent(row, words)]
    room = min(widest([row.label for row in drawn]), LABEL_ROOM)
    counts = room + 14 + widest([row.counts for row in drawn])
    percents = max(widest([row.percent for row in drawn], bold=True), 36)
    axis = Axis(*reach, 6 if narrow else counts + 14, width - 6 if narrow else width - percents - 14, log=True)
    canvas = Canvas(width, x=axis)
    y = _scale_words(canvas, words)
    grid_top = y - 9
    for dimension in SCORED_DIMENSIONS:
        part = [row for row in drawn if row.dimension == dimension]
        absent = [row.label for row in rows if row.dimension == dimension and _is_absent(row, words)]
        if not part and not absent:
            continue
        canvas.part(y)
        canvas.write(capital(words(f"dimension.{dimension}")), 0, y + 16, fontWeight=700, fontSize=PANEL)
        y += 28
        for row in part:
            y = _line(canvas, row, series, y, room, counts, stable)
        if absent:
            lines = wrap(words("charts.contributions.absent", sources=", ".join(sorted(absent))), width)
            canvas.write(lines, 0, y + 10, colour=FAINT)
            y += 6 + LINE * len(lines)
        y += 10
    if not narrow:
        _grid(canvas, grid_top, y, stable)
    canvas.height = _key(canvas, drawn, series, y + 12, words)
    return finish(canvas.chart(), words)


def _is_absent(row: Row, words: Words) -> bool:
    return row.ratio is None and row.note in [words(f"reason.{reason}") for reason in ABSENT]


def _scale_words(canvas: Canvas, words: Words) -> float:
    """What the axis means, in words, on two lines; the px below."""
    one = canvas.x.at(1)
    canvas.write(words("charts.changes.less"), one - 14, 8, colour=SOFT, align="right")
    canvas.write(words("charts.changes.more"), one + 14, 8, colour=SOFT)
    for name, ratio in (("half", 0.5), ("same", 1.0), ("double", 2.0)):
        canvas.write(words(f"charts.changes.{name}"), canvas.x.at(ratio), 26, colour=SOFT, align="center")
    return 44.0


def _grid(canvas: Canvas, top: float, bottom: float, stable: float) -> None:
    """The band that counts as stable, and lines at half, same and double."""
    canvas.put("rect", x=1 - stable, x2=1 + stable, y=top, y2=bottom, z=-2, colour=BAND)
    for ratio in (0.5, 1.0, 2.0):
        canvas.put("rule", x=ratio, y=top, y2=bottom, z=-1, colour=MARK if ratio == 1 else RULE)


def _line(canvas: Canvas, row: Row, series: Series, y: float, room: float, counts: float, stable: float) -> float:
    """One source: label, counts, mark, per cent; the px below."""
    narrow = canvas.width < WIDE
    weight = 700 if row.is_clear else 400
    strong = INK if row.is_clear else SOFT
    if narrow:
        beside = (3 * HARD_SPACE).join(text for text in (row.counts, row.percent) if text)
        lines = wrap(row.label, canvas.width - text_width(beside, bold=True) - 10 if beside else canvas.width)
        canvas.write(lines, 0, y + 10)
        canvas.write(beside, canvas.width, y + 10, colour=strong, fontWeight=weight, align="right")
        y += 4 + LINE * len(lines)
        middle, below = y + 9, y + 22
        _grid(canvas, y + 2, y + 17, stable)
    else:
        lines = wrap(row.label, room)
        middle, below = y + 4 + LINE * len(lines) / 2, y + 8 + LINE * len(lines)
        canvas.write(lines, 0, middle - LINE * (len(lines) - 1) / 2)
        canvas.write(row.counts, counts, middle, colour=SOFT, align="right")
        canvas.write(row.percent, canvas.width, middle, colour=strong, fontWeight=weight, align="right")
    _mark(canvas, row, middle, series.colour)
    return below


def _mark(canvas: Canvas, row: Row, y: float, colour: str) -> None:
    """Interval and point; a dash for few; a reason where nothing can be compared."""
    least, most = canvas.x.low, canvas.x.high
    if row.ratio is None:
        if row.counts:
            needs = text_width(row.note)
            left = min(canvas.x.at(1) + 10, canvas.width - needs - 2)
            canvas.put("rect", x=Px(left - 4), x2=Px(left + needs + 2), y=y - 8, y2=y + 8, colour="#FFFFFF")
            canvas.write(row.note, left, y, colour=FAINT, fontStyle="italic")
        else:
            canvas.put("point", x=1, y=y, shape="M-1,-0.22L1,-0.22L1,0.22L-1,0.22Z", size=52, colour=FAINT)
            canvas.put("text", x=1, y=y, text=row.note, dx=12, colour=FAINT)
        return
    tested = row.low is not None and row.high is not None
    line: dict[str, Any] = (
        {"colour": colour, "strokeWidth": 2.5} if row.is_clear else {"colour": MARK, "strokeWidth": 1.25}
    )
    if row.low is not None and row.high is not None and row.low < most and row.high > least:
        canvas.put("rule", x=max(row.low, least), x2=min(row.high, most), y=y, **line)
        for end, shape, outside in ((least, LEFT, row.low < least), (most, RIGHT, row.high > most)):
            if outside:
                canvas.put("point", x=end, y=y, shape=shape, size=40, colour=line["colour"])
    if not least <= row.ratio <= most:
        edge, shape = (least, LEFT) if row.ratio < least else (most, RIGHT)
        canvas.put("point", x=edge, y=y, shape=shape, size=110, colour=colour if row.is_clear else SOFT, tip=row.tip)
    elif row.is_clear:
        canvas.put("point", x=row.ratio, y=y, shape="circle", size=62, colour=colour, tip=row.tip)
    elif tested:
        canvas.put("point", x=row.ratio, y=y, shape="circle", size=50, fill="white", stroke=FAINT, tip=row.tip)
    else:
        canvas.put("point", x=row.ratio, y=y, shape=DIAMOND, size=60, colour=SOFT, tip=row.tip)


def _key(canvas: Canvas, rows: Sequence[Row], series: Series, y: float, words: Words) -> float:
    """What the marks mean, those that are there; the px below."""
    drawn = [row for row in rows if row.ratio is not None]
    kinds = {
        "clear": any(row.is_clear for row in drawn),
        "chance": any(not row.is_clear and row.low is not None for row in drawn),
        "untested": any(row.low is None for row in drawn),
        "stable": bool(rows),
        "few": any(row.note == words("reason.few") for row in rows),
    }
    names = [name for name, is_there in kinds.items() if is_there]
    places = flow([words(f"charts.changes.key_{name}") for name in names], canvas.width, lead=30)
    for name, (left, line) in zip(names, places, strict=True):
        middle = y + 8 + 19 * line
        canvas.write(words(f"charts.changes.key_{name}"), left + 30, middle, colour=SOFT)
        at: dict[str, Any] = {"x": Px(left + 12), "y": middle}
        if name in ("clear", "chance"):
            colour, stroke = (series.colour, 2.5) if name == "clear" else (MARK, 1.25)
            canvas.put("rule", x=Px(left + 3), x2=Px(left + 22), y=middle, colour=colour, strokeWidth=stroke)
        if name == "clear":
            canvas.put("point", **at, shape="circle", size=62, colour=series.colour)
        elif name == "chance":
            canvas.put("point", **at, shape="circle", size=50, fill="white", stroke=FAINT)
        elif name == "untested":
            canvas.put("point", **at, shape=DIAMOND, size=60, colour=SOFT)
        elif name == "stable":
            canvas.put("rect", x=Px(left + 2), x2=Px(left + 20), y=middle - 7, y2=middle + 7, colour=BAND, stroke=RULE)
        else:
            canvas.put("point", **at, shape="M-1,-0.22L1,-0.22L1,0.22L-1,0.22Z", size=52, colour=FAINT)
    return y + 18 + 19 * (places[-1][1] if places else 0)


def _title(rows: Sequence[Row], series: Series, words: Words) -> str:
    """How many changes chance hardly explains, and whose when there is one."""
    tested = [row for row in rows if row.low is not None]
    clear = [row for row in tested if row.is_clear]
    n, several = words.count_words(len(tested), len(clear))
    values = {"substance": series.name, "n": n, "clear": several}
    key = "untested" if not tested else "none" if not clear else "all" if len(clear) == len(tested) > 1 else "some"
    named = []
    if len(clear) == 1:
        key, one = "one", clear[0]
        is_alone = sum(row.short == one.short for row in rows) == 1
        source = one.short if one.short and is_alone else one.label
        named = [words("charts.changes.title_one_named", source=source)]
    plain = [words(f"charts.changes.title_{name}", **values) for name in (key, f"{key}_short")]
    return capital(shortest_of(*named, *plain))


def _sentences(rows: Sequence[Row], series: Series, words: Words) -> list[str]:
    drawn = [row for row in rows if row.ratio is not None]
    clear = [row for row in drawn if row.is_clear]
    chance = [row for row in drawn if not row.is_clear and row.low is not None]
    few = [row for row in rows if row.note == words("reason.few")]
    told = [words("charts.changes.alt", n=words.number(len(rows)), substance=series.name)]
    told.append(
        words("charts.changes.alt_clear", rows="; ".join(f"{row.label} {row.percent}" for row in clear))
        if clear
        else words("charts.changes.alt_no_clear")
    )
    if chance:
        told.append(words("charts.changes.alt_chance", n=words.number(len(chance))))
    if drawn:
        most, least = max(drawn, key=lambda row: row.ratio or 0), min(drawn, key=lambda row: row.ratio or 0)
        told.append(words("charts.changes.alt_ends", most=f"{most.label} {most.percent}",
                          least=f"{least.label} {least.percent}"))  # fmt: skip
    told.append(words("charts.changes.alt_few", n=words.number(len(few))) if few else "")
    return told


def _table(rows: Sequence[Row], series: Series, words: Words, credit: Credit) -> Table:
    heads = ("source", "counts", "change", "interval", "p", "word", "note")
    body: list[tuple[str, ...]] = []
    groups: dict[int, str] = {}
    for row in rows:
        name = capital(words(f"dimension.{row.dimension}"))
        if name not in groups.values():
            groups[len(body)] = name
        interval = ""
        if row.low is not None and row.high is not None:
            ends = [".." if math.isinf(end) else words.number(end, 2) for end in (row.low, row.high)]
            interval = "–".join(ends)
        p = "" if row.p is None else words("charts.changes.p_small") if row.p < 0.001 else words.number(row.p, 3)
        note = row.note or (words("charts.changes.key_clear") if row.is_clear else "")
        body.append((row.label, row.counts, row.percent, interval, p.replace(" ", HARD_SPACE), row.word, note))
    right = ("counts", "change", "interval", "p")
    return Table(
        key=f"changes_{series.key}_table",
        title=words("charts.changes.table", substance=series.name),
        columns=tuple(
            Column(words(f"charts.changes.column_{head}"), "right" if head in right else "left") for head in heads
        ),
        rows=tuple(body),
        groups=groups,
        credit=credit,
        origins=tuple(("", row.origin if row.counts else "") for row in rows),
    )
