"""What people think they take against what laboratories find: persons as dots, positive samples as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import pandas as pd

from forevar.blocks import NARROW, WIDE, Bundle, Column, Credit, Figure, Table
from forevar.charts.canvas import Axis, Canvas, finish
from forevar.charts.caption import description, shortest_of
from forevar.charts.headline import AREA
from forevar.charts.measure import two_lines, widest, wrap
from forevar.charts.theme import FAINT, INK, LABEL, MARK, MIDDLE, RULE, SOFT, Series
from forevar.words import Words, capital

ROW, TALL_ROW, BAR = 32, 62, 13
NAMES, LINE = 125, 15
COLUMNS = ("substance", "knows", "asked", "positive", "analysed")


@dataclass(frozen=True)
class Row:
    """One preparation: persons who know of use, and samples in which it was found.

    Attributes:
        series: As params paint it.
        knows: Persons; NaN when unknown or hidden.
        asked: Persons asked.
        positive: Samples; NaN when unknown or hidden.
        analysed: Samples looked at; NaN when not told.
        knows_text: The number, or the sign of why there is none.
        positive_text: The same.
    """

    series: Series
    knows: float
    asked: int
    positive: float
    analysed: float
    knows_text: str
    positive_text: str

    @property
    def name(self) -> str:
        """With a capital, for the head of a row."""
        return capital(self.series.name)


def measured(
    key: str,
    table: pd.DataFrame,
    series: Sequence[Series],
    words: Words,
    credit: Credit,
    *,
    laboratories: str,
    test: str = "",
) -> Figure:
    """Panel and laboratories side by side, ordered by what the laboratories find.

    The panel tells what people believe they take; the laboratories what was in them. Two kinds of things, so two
    drawings: a dot per person, a bar for samples. Shares stand as text where the samples analysed are known.

    Args:
        key: Of the figure.
        table: One row per preparation, already suppressed: ``substance``, ``knows``, ``asked``, ``positive``,
            ``analysed``; and, where a number is NaN, its sign in ``knows_sign`` and ``positive_sign`` (``:`` hidden,
            ``..`` unknown, ``–`` not looked for; ``..`` when the columns are absent).
        series: The preparations, painted by params.
        words: Language.
        credit: Source line.
        laboratories: Head of the right half: ``Positive prøver ved …``.
        test: A sentence for the subtitle.
    """
    rows = _rows(table, series, words)
    title = _title(rows, words)
    return Figure(
        key=key,
        title=title,
        subtitle=f"{words(f'{AREA}.subtitle.measured', asked=max(row.asked for row in rows))} {test}".strip(),
        wide=_wide(rows, laboratories, words),
        narrow=_narrow(rows, laboratories, words),
        alt=_alt(rows, words, credit),
        table=_table(key, title, rows, laboratories, words, credit),
        credit=credit,
    )


def _rows(table: pd.DataFrame, series: Sequence[Series], words: Words) -> list[Row]:
    """Preparations by falling number of positive samples, then of persons; those without numbers last."""
    unknown = words(f"{AREA}.sign.unknown")

    def sign(record: pd.Series, column: str) -> str:
        return str(record.get(f"{column}_sign", "") or unknown)

    rows = []
    by_key = {str(record["substance"]): record for _, record in table.iterrows()}
    for each in series:
        if each.key not in by_key:
            continue
        record = by_key[each.key]
        knows, asked, positive, analysed = (float(record[column]) for column in COLUMNS[1:])
        knows_text = sign(record, "knows")
        if not isnan(knows):
            knows_text = words(f"{AREA}.of", part=words.number(knows), whole=words.number(asked))
        positive_text = sign(record, "positive")
        if not isnan(positive):
            positive_text = words.number(positive)
            if analysed > 0 and positive > 0:
                share = words.percent(positive / analysed, 1 if positive / analysed < 0.0995 else 0)
                positive_text = words(f"{AREA}.with_share", number=positive_text, share=share)
        rows.append(Row(each, knows, int(asked), positive, analysed, knows_text, positive_text))
    return sorted(rows, key=lambda row: (-_or_less(row.positive), -_or_less(row.knows)))


def _or_less(value: float) -> float:
    return -1.0 if isnan(value) else value


def _title(rows: Sequence[Row], words: Words) -> str:
    """Who leads in the panel and who in the laboratories, among those both have numbers for."""
    both = [row for row in rows if not isnan(row.knows) and not isnan(row.positive)]
    known, found = max(both, key=lambda row: row.knows, default=None), next(iter(both), None)
    if known is None or found is None or known.knows == 0 or found.positive == 0:
        return words(f"{AREA}.title.measured_none")
    if found.knows == known.knows:
        return words(f"{AREA}.title.measured_same", name=found.series.name)
    names = {"known": known.series.name, "found": found.series.name}
    return shortest_of(words(f"{AREA}.title.measured", **names), words(f"{AREA}.title.measured_short", **names))


def _wide(rows: Sequence[Row], laboratories: str, words: Words) -> Bundle:
    """One line per preparation: name, persons, samples."""
    named = two_lines([row.name for row in rows], NAMES, LABEL)
    names = widest([text for lines in named for text in lines], LABEL, bold=True) + 14
    numbers = widest([row.knows_text for row in rows]) + 10
    samples = widest([row.positive_text for row in rows], bold=True) + 8
    middle = names + 0.5 * (WIDE - names)
    persons = Axis(0, max(row.asked for row in rows), names + 4, middle - numbers - 22)
    bars = _bars(rows, middle, WIDE - samples)
    head = wrap(laboratories, WIDE - middle)
    below = 28.0 + LINE * (len(head) - 1)
    canvas = Canvas(WIDE, below + ROW * len(rows) + 6)
    canvas.write(words(f"{AREA}.panel"), names, below - 18, color=SOFT)
    for line, text in enumerate(head):
        canvas.write(text, middle, 10 + LINE * line, color=SOFT)
    tops = [below + ROW * n for n in range(len(rows))]
    centres = [top + ROW / 2 for top in tops]
    canvas.draw("rule", [{"y": top} for top in tops], x=1, x2=WIDE - 1, colour=RULE)
    for row, lines, centre in zip(rows, named, centres, strict=True):
        for line, text in enumerate(lines):
            place = centre + (LINE - 1) * (line - (len(lines) - 1) / 2)
            canvas.write(text, 0, place, color=row.series.text, fontWeight=700, fontSize=LABEL)
        canvas.write(row.knows_text, middle - 22, centre, align="right", color=_weight(row.knows))
    _people(canvas, rows, persons, centres)
    _samples(canvas, rows, bars, centres)
    return finish(canvas.chart(), words)


def _narrow(rows: Sequence[Row], laboratories: str, words: Words) -> Bundle:
    """Name above, then persons and samples on a line each."""
    texts = max(widest([row.knows_text for row in rows]), widest([row.positive_text for row in rows], bold=True)) + 10
    persons = Axis(0, max(row.asked for row in rows), 4, NARROW - texts - 4)
    bars = _bars(rows, 1, NARROW - texts)
    head = wrap(laboratories, NARROW - 20)
    below = 40.0 + LINE * (len(head) - 1)
    canvas = Canvas(NARROW, below + TALL_ROW * len(rows))
    canvas.draw("point", [{"x": 8, "y": 9}], colour=MIDDLE, size=40)
    canvas.write(words(f"{AREA}.panel"), 20, 9, color=SOFT)
    canvas.draw("rect", [{"x": 1, "x2": 15, "y": 22, "y2": 31}], x2="x2", y2="y2", colour=MIDDLE)
    for line, text in enumerate(head):
        canvas.write(text, 20, 27 + LINE * line, color=SOFT)
    tops = [below + TALL_ROW * n for n in range(len(rows))]
    canvas.draw("rule", [{"y": top} for top in tops], x=1, x2=NARROW - 1, colour=RULE)
    for row, top in zip(rows, tops, strict=True):
        canvas.write(row.name, 0, top + 13, color=row.series.text, fontWeight=700, fontSize=LABEL)
        canvas.write(row.knows_text, NARROW, top + 31, align="right", color=_weight(row.knows))
    _people(canvas, rows, persons, [top + 31 for top in tops])
    _samples(canvas, rows, bars, [top + 48 for top in tops])
    return finish(canvas.chart(), words)


def _bars(rows: Sequence[Row], left: float, right: float) -> Axis:
    return Axis(0, max(*(_or_less(row.positive) for row in rows), 1.0), left, right)


def _weight(value: float) -> str:
    return FAINT if isnan(value) else INK


def _people(canvas: Canvas, rows: Sequence[Row], axis: Axis, centres: Sequence[float]) -> None:
    """A dot per person asked, filled for those who know of use; none when the number is hidden or unknown."""
    step = (axis.end - axis.start) / axis.high
    area = 3.14 * (min(6.0, 0.8 * step) / 2) ** 2
    dots = [
        {"x": axis.at(n + 0.5), "y": centre, "colour": row.series.colour, "knows": n < row.knows}
        for row, centre in zip(rows, centres, strict=True)
        if not isnan(row.knows)
        for n in range(row.asked)
    ]
    knowing = [dot for dot in dots if dot["knows"]]
    canvas.draw("point", knowing, colour="colour", size=1.6 * area, strokeWidth=0)
    others = [dot for dot in dots if not dot["knows"]]
    canvas.draw("point", others, fill="white", stroke=MIDDLE, size=area, strokeWidth=1)


def _samples(canvas: Canvas, rows: Sequence[Row], axis: Axis, centres: Sequence[float]) -> None:
    """A bar for positive samples, with number and share."""
    bars = [
        {"x2": axis.at(row.positive), "top": centre - BAR / 2, "foot": centre + BAR / 2, "colour": row.series.colour}
        for row, centre in zip(rows, centres, strict=True)
        if not isnan(row.positive)
    ]
    canvas.draw("rect", [{"x": axis.start, **bar} for bar in bars], y="top", x2="x2", y2="foot", colour="colour")
    zeros = [{"top": centre - BAR / 2 - 3, "foot": centre + BAR / 2 + 3} for centre in centres]
    canvas.draw("rule", zeros, x=axis.start, y="top", y2="foot", colour=MARK)
    for row, centre in zip(rows, centres, strict=True):
        end = axis.start if isnan(row.positive) else axis.at(row.positive)
        canvas.write(row.positive_text, end + 6, centre, color=_weight(row.positive), fontWeight=700)


def _alt(rows: Sequence[Row], words: Words, credit: Credit) -> str:
    """Every pair of numbers, in the order of the figure, as many as there is room for."""
    told = [
        words(
            f"{AREA}.alt.pair",
            name=row.name,
            panel=words(f"{AREA}.alt.{'panel_silent' if isnan(row.knows) else 'known_by'}", knows=row.knows_text),
            found=words(f"{AREA}.alt.{'not_found' if isnan(row.positive) else 'found_in'}", positive=row.positive_text),
        )
        for row in rows
    ]
    return description([words(f"{AREA}.alt.measured", count=words.count_word(len(rows))), *told], credit)


def _table(key: str, title: str, rows: Sequence[Row], laboratories: str, words: Words, credit: Credit) -> Table:
    """A row per preparation."""
    columns = (
        Column(words(f"{AREA}.preparation")),
        Column(words(f"{AREA}.panel"), "right"),
        Column(laboratories, "right"),
        Column(words(f"{AREA}.analysed"), "right"),
    )
    body = tuple((row.name, row.knows_text, row.positive_text, words.number(row.analysed)) for row in rows)
    return Table(f"{key}_table", title, columns, body, credit)
