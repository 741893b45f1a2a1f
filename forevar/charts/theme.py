"""The one look of every chart: greys, type sizes, Vega-Lite's configuration. Hue means substance; params hold it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forevar.words import HARD_SPACE, MINUS, Words

FONT = "IBM Plex Sans, sans-serif"
FONT_FOLDER = Path(__file__).parents[1] / "fonts"

TEXT, LABEL, PANEL = 12, 13, 14
"""Type sizes in px: everything, the label at a line's end (bold), a panel's name (bold)."""

INK, SOFT, FAINT = "#1B1F24", "#4A525C", "#5E6772"
"""Text colours, 16.6, 7.9 and 5.7 to 1 on white; ``FAINT`` is the weakest text allowed."""

MARK, RULE, GRID, BAND, DEEP_BAND, GHOST = "#8A929B", "#C9CED4", "#E3E6EA", "#EDF0F3", "#DDE2E8", "#CBD1D7"
"""Axis and zero line; row rule; grid; shaded span; darker shaded span; context line. No text in these."""

PLAIN, MIDDLE = "#2B323A", "#B4BCC5"
"""Marks that belong to no substance: dark, and middle grey."""

UNNAMED = "#3D3D3D"
"""A series without a colour of its own; drawn dashed."""


@dataclass(frozen=True)
class Series:
    """One named line or row of marks: a substance as params paint it.

    Attributes:
        key: As in the tables.
        name: In the reader's language.
        colour: Of the mark, at least 3:1 on white.
        text: Of its name and numbers, at least 4.5:1.
        dashed: Told apart by dashes when two dark lines cross.
    """

    key: str
    name: str
    colour: str = UNNAMED
    text: str = UNNAMED
    dashed: bool = False


def config(words: Words) -> dict[str, Any]:
    """Vega-Lite's ``config`` for every chart, with the language's number signs."""
    return {
        "background": "white",
        "font": FONT,
        "padding": {"left": 0, "right": 0, "top": 2, "bottom": 2},
        "view": {"stroke": None, "fill": None},
        "aria": False,
        "locale": {
            "number": {
                "decimal": words("number.decimal"),
                "thousands": words("number.thousands").replace(" ", HARD_SPACE),
                "grouping": [3],
                "currency": ["", ""],
                "percent": words("number.percent", number="").replace(" ", HARD_SPACE),
                "minus": MINUS,
            }
        },
        "text": {"font": FONT, "fontSize": TEXT, "fontWeight": 400, "baseline": "middle", "align": "left",
                 "color": INK, "lineBreak": "\n", "lineHeight": 15},
        "line": {"strokeWidth": 2.5, "strokeCap": "round", "strokeJoin": "round", "interpolate": "linear"},
        "rule": {"strokeWidth": 1, "color": MARK},
        "point": {"filled": True, "opacity": 1, "size": 52, "strokeWidth": 1.5},
        "title": {"font": FONT, "fontSize": 17, "fontWeight": 700, "color": INK, "anchor": "start", "offset": 14,
                  "subtitleFont": FONT, "subtitleFontSize": 13, "subtitleColor": SOFT, "subtitlePadding": 5,
                  "subtitleLineHeight": 18},
        "legend": {"disable": True},
    }  # fmt: skip
