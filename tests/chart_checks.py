"""What every drawing must hold to: nothing cut, nothing on top of each other, letters large and dark enough."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import vl_convert

from forevar.charts.measure import advances, text_width
from forevar.charts.theme import FONT_FOLDER

vl_convert.register_font_directory(str(FONT_FOLDER))
LEAST_PX, LEAST_CONTRAST = 12, 4.5
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Word:
    """One line of text as it lies in the drawing."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    colour: str
    bold: bool

    def meets(self, other: Word) -> bool:
        """Whether the two lie on top of each other, by more than a hair."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 1.5 and down > 1.5


def draw(spec: Mapping[str, Any], version: str = "6.4") -> str:
    """The SVG of a specification."""
    return vl_convert.vegalite_to_svg(dict(spec), vl_version=version)


def size_of(svg: str) -> tuple[float, float]:
    """Width and height in px."""
    root = ET.fromstring(svg)
    return float(root.get("width", 0)), float(root.get("height", 0))


def words_in(svg: str) -> list[Word]:
    """Every line of text with its box, measured in the report's font."""
    return list(_walk(ET.fromstring(svg), 0.0, 0.0))


def _walk(node: ET.Element, x: float, y: float) -> Iterator[Word]:
    shift = re.search(r"translate\(([-\d.e]+)(?:,\s*([-\d.e]+))?\)", node.get("transform", ""))
    if shift:
        x, y = x + float(shift[1]), y + float(shift[2] or 0)
    if node.tag == f"{SVG}text":
        lines = [node.text] if node.text and node.text.strip() else []
        lines += [span.text or "" for span in node.iter(f"{SVG}tspan")]
        size = float(node.get("font-size", "0").removesuffix("px"))
        bold = node.get("font-weight", "400") in ("700", "bold")
        for number, line in enumerate(lines):
            width = text_width(line, size, bold)
            left = x - width * {"middle": 0.5, "end": 1.0}.get(node.get("text-anchor", ""), 0.0)
            base = y + 15 * number
            if node.get("opacity") != "0" and line.strip():
                yield Word(line, left, left + width, base - 0.70 * size, base + 0.02 * size, size,
                           node.get("fill", ""), bold)  # fmt: skip
    for child in node:
        yield from _walk(child, x, y)


def contrast(colour: str) -> float:
    """Of a colour on white, as WCAG counts it."""

    def light(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (light(colour[at : at + 2]) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def faults_of(spec: Mapping[str, Any], width: float) -> list[str]:
    """Everything wrong with a drawing; empty when it is fit to print."""
    svg = draw(spec)
    wide, high = size_of(svg)
    words = words_in(svg)
    faults = [] if abs(wide - width) < 0.5 else [f"drawing is {wide} px wide, not {width}: something sticks out"]
    for word in words:
        if word.left < -0.5 or word.right > width + 0.5 or word.top < -0.5 or word.bottom > high + 0.5:
            faults.append(f"cut: {word.text!r} ({word.left:.0f}–{word.right:.0f}, {word.top:.0f}–{word.bottom:.0f})")
        if word.size < LEAST_PX:
            faults.append(f"small: {word.text!r} is {word.size} px")
        if not re.fullmatch("#[0-9A-Fa-f]{6}", word.colour) or contrast(word.colour) < LEAST_CONTRAST:
            faults.append(f"pale: {word.text!r} in {word.colour}")
        missing = [character for character in word.text if ord(character) not in advances(word.bold)]
        if missing:
            faults.append(f"not in the font: {missing}")
        if "…" in word.text or "undefined" in word.text or "NaN" in word.text or "$" in word.text:
            faults.append(f"not a text: {word.text!r}")
    faults += [f"overlap: {a.text!r} and {b.text!r}" for a, b in combinations(words, 2) if a.meets(b)]
    return faults


def unencoded_fields(spec: Mapping[str, Any]) -> set[str]:
    """Fields that are inlined though no mark shows them."""
    inlined: dict[str, set[str]] = {
        name: {field for row in rows for field in row} for name, rows in spec.get("datasets", {}).items()
    }
    shown: dict[str, set[str]] = {name: set() for name in inlined}
    for layer in _layers(spec):
        encoded = set(re.findall(r'"field": "([^"]+)"', json.dumps(layer.get("encoding", {}))))
        shown[layer["data"]["name"]] |= encoded
    return {field for name in inlined for field in inlined[name] - shown[name] - {"n"}}


def _layers(spec: Any) -> Iterator[Any]:
    if isinstance(spec, Mapping):
        if "mark" in spec:
            yield spec
        for key in ("layer", "concat", "hconcat", "vconcat"):
            for child in spec.get(key, []):
                yield from _layers(child)
