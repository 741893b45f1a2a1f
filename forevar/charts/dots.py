"""Small numbers as people: one dot a person, a sign where too few said so to show how many."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from forevar.charts.canvas import Canvas
from forevar.charts.caption import HIDDEN
from forevar.charts.theme import FAINT, INK, MARK
from forevar.words import Words

STEP, LEAST_STEP, LINE = 12.5, 7.6, 14.0
"""Px from dot to dot at most, at least, and from line to line of dots."""


@dataclass(frozen=True)
class People:
    """How many of a group. ``count`` None: hidden, because it is small.

    Attributes:
        count: Persons.
        of: Persons in the group.
    """

    count: int | None
    of: int

    @classmethod
    def shown(cls, count: float, of: float, min_n: int) -> People:
        """Hidden when it is missing or less than ``min_n``; 0 too, so that what is hidden stays open."""
        hidden = pd.isna(count) or count < min_n
        return cls(None if hidden else int(count), 0 if pd.isna(of) else int(of))

    def text(self, words: Words, hidden: str = HIDDEN) -> str:
        """``11 av 12``, or the sign for hidden."""
        return hidden if self.count is None else words("charts.of", n=self.count, total=self.of)


def protected(cells: dict[str, People], min_n: int) -> dict[str, People]:
    """The answers of one group to one question, with no hidden number left to be worked out from the rest.

    Where one is hidden, what is not shown must add up to ``min_n`` at least; until it does, the smallest of those
    shown is hidden too.
    """
    safe = dict(cells)
    while any(people.count is None for people in safe.values()):
        shown = {key: people for key, people in safe.items() if people.count is not None}
        rest = max((p.of for p in safe.values()), default=0) - sum(p.count or 0 for p in shown.values())
        if rest >= min_n or not shown:
            break
        least = min(shown, key=lambda key: shown[key].count or 0)
        safe[least] = People(None, shown[least].of)
    return safe


def lines_of_dots(total: int, width: float) -> int:
    """Lines that ``total`` dots need within ``width`` px."""
    return max(1, math.ceil(total / max(1, math.floor(width / LEAST_STEP))))


def draw_dots(canvas: Canvas, people: People, left: float, y: float, width: float, colour: str, words: Words) -> float:
    """Dots from the left, filled ones first; the hidden sign in words instead where there is one; the px below."""
    if people.count is None:
        canvas.write(f"{HIDDEN} {words('charts.hidden')}", left, y, colour=FAINT)
        return y + LINE
    lines = lines_of_dots(people.of, width)
    per_line = math.ceil(people.of / lines) if people.of else 1
    step = min(STEP, width / per_line)
    size = math.pi * (0.4 * step) ** 2
    for number in range(people.of):
        x, row = round(left + step * (0.5 + number % per_line), 1), y + LINE * (number // per_line)
        if number < people.count:
            canvas.put("point", x=x, y=row, shape="circle", size=round(size, 1), colour=colour)
        else:
            canvas.put("point", x=x, y=row, shape="circle", size=round(size * 0.8, 1), fill="white", stroke=MARK)
    return y + LINE * lines


def write_count(canvas: Canvas, people: People, left: float, y: float, words: Words) -> None:
    """The number under the dots, unless it is hidden."""
    if people.count is not None:
        canvas.write(people.text(words), left, y, colour=INK)
