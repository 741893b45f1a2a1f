"""observations → one row per site: a small curve on its own scale from zero, with its first and last number."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from forevar.blocks import NARROW, WIDE, Bundle, Column, Credit, Figure, Table
from forevar.charts.canvas import Axis, Canvas, finish
from forevar.charts.caption import description
from forevar.charts.course import Course, Line, Point, courses, label, origins_of, span, when, x_of
from forevar.charts.headline import AREA, about, change_title, from_to, latest
from forevar.charts.measure import text_width, two_lines, widest
from forevar.charts.theme import FAINT, INK, MARK, RULE, SOFT
from forevar.charts.timeline import LINE, draw_years
from forevar.words import HARD_SPACE, MINUS, Words

CURVE, SHADE = "#12436D", "#DCE4EE"
GAP = 14
ROW, CURVE_HEIGHT = 34, 22
TALL_ROW = 50
NAMES = 130
"""Px a site's name may take before it goes on two lines."""


def sites(
    key: str,
    observations: pd.DataFrame,
    series: Sequence[Line],
    period: str,
    words: Words,
    credit: Credit,
    *,
    what: str,
    test: str = "",
    decimals: int = 0,
) -> Figure:
    """The total and each site, from hundreds to hundred thousands, readable side by side.

    Open sites stand by falling number, closed ones below with a cross at their last. A number known only roughly is
    printed so, and so is a difference that rests on one.

    Args:
        key: Of the figure.
        observations: Tidy rows of the total and of the sites.
        series: The total first or anywhere (``total``); closed sites with ``closed``.
        period: The edition's half-year.
        words: Language.
        credit: Source line.
        what: Measure and unit with a capital: ``Utdelte kanyler``.
        test: A sentence for the subtitle.
        decimals: Of the numbers shown.

    Raises:
        DataError: No number at all, or two for one period.
    """
    rows = _ordered(courses(observations, series, period, words, decimals))
    main = rows[0] if rows[0].line.total else max(rows, key=lambda course: course.now.value if course.known else -1.0)
    title = change_title(main, words, with_difference=True)
    closed = [course.line for course in rows if course.line.closed]
    parts = [words(f"{AREA}.subtitle.sites", what=what, per=words(f"{AREA}.per.{main.scope}"))]
    if closed:
        parts.append(words(f"{AREA}.subtitle.closed"))
    told = ", ".join(
        words(f"{AREA}.alt.closed_one", label=line.label, when=when(line.closed, words)) for line in closed
    )
    sentences = [
        words(
            f"{AREA}.alt.sites",
            count=words.count_word(sum(not course.line.total for course in rows)),
            span=span(main.points, words),
        ),
        latest([course for course in rows if not course.line.closed], words),
        words(f"{AREA}.alt.closed", closed=told) if closed else "",
        from_to(rows[:1], words),
        from_to(rows[1:2], words),
    ]
    return Figure(
        key=key,
        title=title,
        subtitle=" ".join([*parts, test]).strip(),
        wide=_wide(rows, words),
        narrow=_narrow(rows, words),
        alt=description(sentences, credit),
        table=_table(key, title, rows, words, credit),
        credit=credit,
    )


def _ordered(rows: Sequence[Course]) -> list[Course]:
    """Total, open sites by falling latest number, closed ones by when they closed, newest first."""

    def rank(course: Course) -> tuple[bool, bool, float, float]:
        closed = -x_of(course.line.closed) if course.line.closed else 0.0
        return not course.line.total, bool(course.line.closed), closed, -(course.last.value if course.last else 0.0)

    return sorted(rows, key=rank)


def _difference(course: Course, words: Words) -> str:
    """Change from the period before, ``ca.`` when either number is rough or rebuilt; else why there is none."""
    if course.change is None or not course.follows_on or course.before is None:
        return course.now.text if not course.now.is_known else words(f"{AREA}.sign.unknown")
    before, now = course.change
    sign = "+" if now > before else MINUS if now < before else ""
    if not {course.now.mark, course.before.mark} & {"approximate", "reconstructed"}:
        return sign + words.number(abs(now - before))
    rough = about(abs(now - before), words, bare=True)
    return words(f"{AREA}.approximate", number=sign + rough).replace(" ", HARD_SPACE)


def _wide(rows: Sequence[Course], words: Words) -> Bundle:
    """Name, first number, curve, latest number, difference: columns as wide as their texts."""
    points = rows[0].points
    heads = [
        label(points[0].period, words),
        label(points[-1].period, words),
        words(f"{AREA}.change_since", when=label(points[-2].period, words)) if len(points) > 1 else "",
    ]
    columns = [
        [course.points[0].text for course in rows],
        [course.now.text for course in rows],
        [_difference(course, words) for course in rows],
    ]
    widths = [max(widest(texts, bold=True), text_width(head)) for texts, head in zip(columns, heads, strict=True)]
    named = two_lines([course.line.called(narrow=False) for course in rows], NAMES)
    names = widest([text for lines in named for text in lines], bold=True)
    ends = [names + GAP + widths[0], WIDE - widths[2] - GAP, float(WIDE)]
    left, right = ends[0] + 18, ends[1] - widths[1] - 18
    x = _time(points, left, right)
    canvas = Canvas(WIDE, 22 + ROW * len(rows) + 34, x)
    for head, end in zip(heads, ends, strict=True):
        canvas.write(head, end, 9, color=SOFT, align="right")
    for number, course in enumerate(rows):
        top = 22.0 + ROW * number
        weight = 700 if course.line.total else 400
        for line, text in enumerate(named[number]):
            middle = top + ROW / 2 + LINE * (line - (len(named[number]) - 1) / 2)
            canvas.write(text, 0, middle, fontWeight=weight, color=INK)
        colours = (SOFT, INK, SOFT)
        for texts, end, colour in zip(columns, ends, colours, strict=True):
            strong = weight if colour == INK else 400
            canvas.write(texts[number], end, top + ROW / 2, align="right", color=colour, fontWeight=strong)
    _curves(canvas, rows, [28.0 + ROW * n for n in range(len(rows))], words)
    canvas.draw("rule", [{"y": 22 + ROW * n} for n in range(len(rows))], x=1, x2=WIDE - 1, colour=RULE)
    draw_years(canvas, points[0].x, points[-1].x, 22 + ROW * len(rows) + 8, rows[0].scope == "half_year")
    return finish(canvas.chart(), words)


def _narrow(rows: Sequence[Course], words: Words) -> Bundle:
    """Name and numbers above each curve."""
    points = rows[0].points
    x = _time(points, 14, NARROW - 16)
    canvas = Canvas(NARROW, TALL_ROW * len(rows) + 34, x)
    for number, course in enumerate(rows):
        top = float(TALL_ROW * number)
        weight = 700 if course.line.total else 400
        canvas.write(course.line.called(narrow=True), 0, top + 12, fontWeight=weight, color=INK)
        first, last = course.points[0].text, course.now.text
        canvas.write(last, NARROW, top + 12, align="right", fontWeight=weight, color=INK)
        arrow = f"{first} →"
        canvas.write(arrow, NARROW - text_width(last, bold=weight == 700) - 5, top + 12, align="right", color=SOFT)
    _curves(canvas, rows, [24.0 + TALL_ROW * n for n in range(len(rows))], words)
    canvas.draw("rule", [{"y": TALL_ROW * n} for n in range(len(rows))], x=1, x2=NARROW - 1, colour=RULE)
    draw_years(canvas, points[0].x, points[-1].x, TALL_ROW * len(rows) + 6, rows[0].scope == "half_year")
    return finish(canvas.chart(), words)


def _time(points: Sequence[Point], left: float, right: float) -> Axis:
    return Axis(points[0].x, max(points[-1].x, points[0].x + 0.5), left, right)


def _curves(canvas: Canvas, rows: Sequence[Course], tops: Sequence[float], words: Words) -> None:
    """Every row's curve from zero, its end dot, or the cross and a word where the site closed."""
    ends, crosses = [], []
    curves: list[dict[str, object]] = []
    for n, (course, top) in enumerate(zip(rows, tops, strict=True)):
        foot = top + CURVE_HEIGHT
        if not course.known:
            canvas.write(words(f"{AREA}.no_numbers"), canvas.x.start + 4, foot - 9, color=FAINT)
            continue
        y = Axis(0, max(point.value for point in course.known) or 1, foot, top)
        for run, stretch in enumerate(course.segments()):
            records = [
                {
                    "x": point.x,
                    "y": round(y.at(point.value), 2),
                    "foot": foot,
                    "run": f"{n}.{run}",
                    "tip": f"{course.line.called(narrow=False)}, {when(point.period, words)}: {point.text}",
                }
                for point in stretch
            ]
            curves += records
            lone = records if len(records) == 1 else []
            if stretch[-1] is not course.last:
                ends += lone
            elif course.line.closed:
                crosses.append(records[-1])
                _closed(canvas, course, foot - 9, words)
            else:
                ends.append(records[-1])
    canvas.draw("area", curves, y2="foot", detail="run", colour=SHADE)
    feet = [{"y": top + CURVE_HEIGHT} for top in tops]
    canvas.draw("rule", feet, x=canvas.x.start, x2=canvas.x.end, colour=MARK)
    canvas.draw("line", curves, order="x", detail="run", colour=CURVE, strokeWidth=1.75)
    canvas.draw("point", curves, tip="tip", colour=CURVE, opacity=0, size=70)
    canvas.draw("point", ends, fill=CURVE, stroke="white", size=52)
    canvas.draw("point", crosses, shape="cross", angle=45, colour=INK, size=60)


def _closed(canvas: Canvas, course: Course, y: float, words: Words) -> None:
    """After the last number: when the site closed, or only that it has."""
    place = canvas.x.at(course.known[-1].x) + 10
    long = words(f"{AREA}.closed", when=label(course.line.closed, words))
    fits = place + text_width(long) <= canvas.x.end + 16
    canvas.write(long if fits else words(f"{AREA}.closed_short"), place, y, color=SOFT)


def _table(key: str, title: str, rows: Sequence[Course], words: Words, credit: Credit) -> Table:
    """A row per period, a column per site, the total first."""
    head = Column(words(f"{AREA}.period.{rows[0].scope}"))
    columns = (head, *(Column(course.line.called(narrow=False), "right") for course in rows))
    periods = tuple(zip(*(course.points for course in rows), strict=True))
    body = tuple((label(points[0].period, words), *(point.text for point in points)) for points in periods)
    return Table(f"{key}_table", title, columns, body, credit, origins=origins_of(periods))
