"""Breaks, late starts and tops in a panel of curves: a dotted line, and its words where there is room."""

from __future__ import annotations

from collections.abc import Sequence

from forevar.charts.canvas import Canvas, Px
from forevar.charts.measure import text_width
from forevar.charts.theme import FAINT, SOFT

Note = tuple[float, str, float | None]
"""Place on the time axis, text, and the level its line ends at (None: the foot of the panel)."""

LINE = 15


def place_notes(
    canvas: Canvas, notes: Sequence[Note], name_width: float, drawn: Sequence[tuple[float, float]], with_words: bool
) -> None:
    """Dotted lines, and each text on the highest line of text where nothing else is drawn.

    Args:
        canvas: A panel with its name at the top left.
        notes: What is to be marked.
        name_width: Px the name takes.
        drawn: (x, y) of every curve's points, as values.
        with_words: False in panels too small for words.
    """
    taken: list[tuple[float, float, float]] = [(0, name_width + 8, 10)]
    for x, text, level in notes:
        px = canvas.x.at(x)
        if not with_words:
            canvas.put("rule", x=x, y=Px(canvas.y.end), y2=Px(canvas.y.start), colour=FAINT, strokeDash=[2, 3])
            continue
        foot = canvas.y.start if level is None else canvas.y.at(level) - 6
        width = text_width(text)
        to_left = px - width - 5 >= 0 and px > canvas.x.start + (canvas.x.end - canvas.x.start) / 2
        left, right = (px - 5 - width, px - 5) if to_left else (px + 5, px + 5 + width)
        y = 10.0
        while y < canvas.y.start - 20 and not _is_free(canvas, left, right, y, taken, drawn):
            y += LINE
        canvas.put("rule", x=x, y=Px(y - 7), y2=Px(foot), colour=FAINT, strokeDash=[2, 3])
        if right <= canvas.width:
            canvas.put("text", x=x, y=Px(y), text=text, dx=-5 if to_left else 5, colour=SOFT,
                       align="right" if to_left else "left")  # fmt: skip
            taken.append((left, right, y))


def _is_free(
    canvas: Canvas,
    left: float,
    right: float,
    y: float,
    taken: Sequence[tuple[float, float, float]],
    drawn: Sequence[tuple[float, float]],
) -> bool:
    """Whether a text from left to right at y px meets no other text and no curve."""
    if any(left - 8 < end and start < right + 8 and abs(y - line) < LINE for start, end, line in taken):
        return False
    pixels = [(canvas.x.at(place), canvas.y.at(level)) for place, level in drawn]
    return not any(left - 6 <= px <= right + 6 and abs(py - y) < 11 for px, py in pixels)
