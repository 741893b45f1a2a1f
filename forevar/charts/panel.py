"""What a panel and the key persons of schools say → dots: who knows of use, and how many see more or less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from forevar.blocks import NARROW, WIDE, Column, Credit, Figure, Table
from forevar.charts.canvas import Canvas, finish
from forevar.charts.caption import description, shortest_of
from forevar.charts.dots import People, draw_dots, protected, write_count
from forevar.charts.measure import widest, wrap
from forevar.charts.theme import LABEL, SOFT, Series
from forevar.terms import SCORED_DIMENSIONS
from forevar.words import Words, capital

LINE, GAP = 15, 14
ANSWERS = ("more", "same", "less")
Cells = dict[str, dict[str, People]]
"""Row → column → people."""


def panel_known(
    known: pd.DataFrame,
    series: Sequence[Series],
    groups: Mapping[str, str],
    *,
    words: Words,
    credit: Credit,
    min_n: int,
) -> Figure:
    """How many of a panel know of use of each substance, group by group.

    Args:
        known: ``substance, group, knows, n``: persons who know, and persons in the group. ``knows`` missing: hidden.
        series: The substances, in the order of the rows.
        groups: Group → its name, in the order of the columns.
        words: The reader's language.
        credit: Source line.
        min_n: A smaller number is hidden, 0 too; and then the total stands in words, lest it give the hidden
            number away. 0 hides nothing.
    """
    cells = {one.key: _groups_of(known, one.key, groups, min_n) for one in series}
    totals = {one.key: _total(cells[one.key], known[known["substance"] == one.key], words) for one in series}
    one = series[0] if len(series) == 1 else None
    title = _known_title(series, cells, totals, words)
    alt = [words("charts.panel.alt", groups=words.join(list(groups.values())))]
    alt += [_told(capital(s.name), totals[s.key], groups, cells[s.key], words) for s in series]
    rows = [(s, capital(s.name), totals[s.key]) for s in series]
    return Figure(
        key=f"panel_known_{one.key}" if one else "panel_known",
        title=title,
        subtitle=_subtitle(words("charts.panel.subtitle"), cells, min_n, words),
        wide=_grid(rows, [*groups.items()], cells, WIDE, words),
        narrow=_grid(rows, [*groups.items()], cells, NARROW, words),
        alt=description(alt, credit),
        table=_table("panel_known_table", words("charts.panel.table"), rows, groups, cells, words, credit),
        credit=credit,
    )


def known_total(known: pd.DataFrame, substance: str, words: Words, min_n: int) -> str:
    """``30 av 34``, or ``rundt en tredel`` when a group's number is hidden: for running text.

    Args:
        known: As in ``panel_known``.
        substance: Key.
        words: The reader's language.
        min_n: As in ``panel_known``.
    """
    groups = {str(group): "" for group in known["group"].unique()}
    return _total(_groups_of(known, substance, groups, min_n), known[known["substance"] == substance], words)


def panel_changes(
    counts: pd.DataFrame, series: Sequence[Series], *, words: Words, credit: Credit, min_n: int
) -> Figure:
    """How many informants see more, the same or less use and availability.

    Args:
        counts: ``substance, dimension, more, same, less`` (persons), and ``n`` (all who were asked) where it is
            known. Missing: hidden. Groups are added together.
        series: The substances, in the order of the rows.
        words: The reader's language.
        credit: Source line.
        min_n: As in ``panel_known``; a number that could be worked out from the others is hidden too.
    """
    numbers = [name for name in (*ANSWERS, "n") if name in counts]
    sums = counts.groupby(["substance", "dimension"])[numbers].sum(min_count=1)
    cells: Cells = {}
    rows = []
    for one in series:
        for dimension in SCORED_DIMENSIONS:
            if (one.key, dimension) not in sums.index:
                continue
            record: Any = sums.loc[(one.key, str(dimension))]
            asked = float(record["n"]) if "n" in record else float(record[list(ANSWERS)].sum())
            key = f"{one.key} {dimension}"
            people = {answer: People.shown(float(record[answer]), asked, min_n) for answer in ANSWERS}
            cells[key] = protected(people, min_n)
            name = words(f"dimension.{dimension}")
            rows.append((Series(key, one.name, one.colour, one.text), capital(one.name), name))
    columns = {answer: words(f"charts.panel_changes.{answer}") for answer in ANSWERS}
    alt = [words("charts.panel_changes.alt")]
    alt += [_told(name, what, columns, cells[row.key], words) for row, name, what in rows]
    return Figure(
        key="panel_changes",
        title=_changes_title(rows, cells, columns, words),
        subtitle=_subtitle(words("charts.panel_changes.subtitle"), cells, min_n, words),
        wide=_grid(rows, [*columns.items()], cells, WIDE, words),
        narrow=_grid(rows, [*columns.items()], cells, NARROW, words),
        alt=description(alt, credit),
        table=_table("panel_changes_table", words("charts.panel_changes.table"), rows, columns, cells, words, credit),
        credit=credit,
    )


def _told(name: str, below: str, columns: Mapping[str, str], people: Mapping[str, People], words: Words) -> str:
    """One row in a sentence."""
    told = [f"{columns[key]} {one.text(words, words('charts.hidden'))}" for key, one in people.items()]
    return words("charts.panel.alt_row", substance=name, total=below, cells=", ".join(told))


def _subtitle(text: str, cells: Cells, min_n: int, words: Words) -> str:
    """What a dot is, and what the sign means where it stands."""
    if any(people.count is None for row in cells.values() for people in row.values()):
        return f"{text} {words('charts.panel.hidden', min_n=min_n)}"
    return text


def _groups_of(known: pd.DataFrame, substance: str, groups: Mapping[str, str], min_n: int) -> dict[str, People]:
    rows = known[known["substance"] == substance].set_index("group")
    return {g: People.shown(rows["knows"][g], rows["n"][g], min_n) for g in groups if g in rows.index}


def _total(cells: Mapping[str, People], rows: pd.DataFrame, words: Words) -> str:
    """``30 av 34``; in words when a group's number is hidden."""
    of = sum(people.of for people in cells.values())
    if all(people.count is not None for people in cells.values()):
        return words("charts.of", n=sum(people.count or 0 for people in cells.values()), total=of)
    if rows["knows"].isna().any() or not of:
        return words("charts.hidden")
    share = float(rows["knows"].sum()) / of
    steps = (("few", 0.15), ("quarter", 0.29), ("third", 0.42), ("half", 0.58), ("two_thirds", 0.75))
    return words(f"charts.panel.share.{next((name for name, limit in steps if share < limit), 'most')}")


def _grid(
    rows: Sequence[tuple[Series, str, str]],
    columns: Sequence[tuple[str, str]],
    cells: Cells,
    width: int,
    words: Words,
) -> dict[str, Any]:
    """Rows of names, columns of dots; on the phone the name stands above its dots."""
    narrow = width < WIDE
    names = max(widest([name for _, name, _ in rows], LABEL, bold=True), widest([below for _, _, below in rows]))
    start = 0.0 if narrow else min(names, 170) + 22
    room = (width - start) / max(1, len(columns))
    canvas = Canvas(width)
    heads = [wrap(name, room - GAP, bold=True) for _, name in columns]
    tallest = max((len(lines) for lines in heads), default=1)
    for number, lines in enumerate(heads):
        canvas.write(lines, start + number * room, 10 + LINE * (tallest - len(lines)), fontWeight=700)
    y = 12.0 + LINE * tallest
    for series, name, below in rows:
        canvas.part(y)
        lines = wrap(name, width if narrow else start - 10, LABEL, bold=True)
        y += 18
        canvas.write(lines, 0, y, colour=series.text, fontWeight=700, fontSize=LABEL)
        if narrow:
            canvas.write(below, width, y, colour=SOFT, align="right")
            y += 18 + LINE * (len(lines) - 1)
        else:
            canvas.write(wrap(below, start - 10), 0, y + 17 + LINE * (len(lines) - 1), colour=SOFT)
        end = y
        for number, (key, _) in enumerate(columns):
            people = cells[series.key].get(key)
            if people is None:
                continue
            left = start + number * room
            under = draw_dots(canvas, people, left, y, room - GAP, series.colour, words)
            write_count(canvas, people, left, under + 4, words)
            end = max(end, under + 4)
        lines_left = len(lines) + (0 if narrow else len(wrap(below, start - 10)))
        y = max(end, y + LINE * (lines_left - 1)) + 14
    canvas.part(y)
    canvas.height = y + 2
    return finish(canvas.chart(), words)


def _known_title(series: Sequence[Series], cells: Cells, totals: Mapping[str, str], words: Words) -> str:
    if not series:
        return words("charts.panel.table")
    if len(series) == 1:
        facts = {"total": totals[series[0].key], "substance": series[0].name}
        long, short = (capital(words(f"charts.panel.{key}", **facts)) for key in ("title_one", "title_one_short"))
        return shortest_of(long, short)
    known = {s.key: sum(people.count or 0 for people in cells[s.key].values()) for s in series}
    top = max(series, key=lambda s: known[s.key])
    return capital(words("charts.panel.title_most", substance=top.name, total=totals[top.key]))


def _changes_title(
    rows: Sequence[tuple[Series, str, str]], cells: Cells, columns: Mapping[str, str], words: Words
) -> str:
    """The largest number that may be shown."""
    seen = [
        (people.count, row, what, answer)
        for row, _, what in rows
        for answer, people in cells[row.key].items()
        if people.count
    ]
    plain = words("charts.panel_changes.title")
    if not seen:
        return plain
    count, row, what, answer = max(seen, key=lambda item: item[0] or 0)
    of = cells[row.key][answer].of
    n, total = words.count_words(count or 0, of)
    text = words(f"charts.panel_changes.title_{answer}", n=n, total=total, substance=row.name, what=what)
    return shortest_of(capital(text), plain)


def _table(
    key: str,
    title: str,
    rows: Sequence[tuple[Series, str, str]],
    columns: Mapping[str, str],
    cells: Cells,
    words: Words,
    credit: Credit,
) -> Table:
    body = [
        (name, below, *(cells[s.key][c].text(words) if c in cells[s.key] else "" for c in columns))
        for s, name, below in rows
    ]
    heads = (words("charts.panel.substance"), words("charts.panel.total") if key.startswith("panel_known") else
             words("charts.panel_changes.about"), *columns.values())  # fmt: skip
    return Table(
        key=key,
        title=title,
        columns=tuple(Column(head, "left" if n < 2 else "right") for n, head in enumerate(heads)),
        rows=tuple(body),
        credit=credit,
    )
