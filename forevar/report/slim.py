"""Vega's SVG → the same picture in a third of the letters."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

from forevar.charts.theme import FONT

FAMILY, SIZE = "IBM Plex Sans", "12"
SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", SVG)
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")

_NEEDLESS = ("role", "class", "pointer-events", "version", "stroke-miterlimit")
_DEFAULTS = {
    "opacity": "1", "stroke-width": "1", "fill-opacity": "1", "stroke-opacity": "1", "font-weight": "400",
    "text-anchor": "start", "font-size": SIZE, "font-family": FONT, "transform": "translate(0,0)",
}  # fmt: skip
_PLACES = ("d", "transform", "x", "y", "x1", "y1", "x2", "y2", "r", "cx", "cy", "width", "height")
_ENDS = ("transform", "x1", "y1", "x2", "y2")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LONG_NUMBER = re.compile(r"-?\d*\.\d{2,}(?:e-?\d+)?")
_NUMBER = r"(-?[\d.]+)"
_SHIFT = re.compile(rf"translate\({_NUMBER},{_NUMBER}\)")
_CIRCLE = re.compile(rf"M{_NUMBER},0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0")
_POLYLINE = re.compile(rf"M{_NUMBER},{_NUMBER}(?:L{_NUMBER},{_NUMBER})+")


def slim(svg: str) -> str:
    """The drawing without what neither eye nor reader gets anything from.

    Labels that Vega writes on marks are dropped, and so are marks that only wait for the pointer: they hold exact
    values that may be guarded, and a screen reader gets the figure's own description. Places keep one decimal.
    """
    root = ET.fromstring(without_controls(svg))
    _shorten(root)
    root.set("font-family", FAMILY)
    root.set("font-size", SIZE)
    return ET.tostring(root, encoding="unicode").replace(" />", "/>")


def without_controls(text: str) -> str:
    """The text without control characters, which neither XML nor a reader can take."""
    return _CONTROLS.sub("", text)


def _shorten(parent: ET.Element) -> None:
    """Every element below, depth first: fewer attributes, no empty ones, lines of one kind in one path."""
    _attributes(parent)
    for child in list(parent):
        _shorten(child)
        tag = _tag(child)
        if tag in ("path", "line", "rect", "g", "text") and _shows_nothing(child, tag):
            parent.remove(child)
        elif tag == "g" and not child.attrib:
            place = list(parent).index(child)
            parent.remove(child)
            for offset, grandchild in enumerate(list(child)):
                parent.insert(place + offset, grandchild)
        elif tag == "path":
            _path(child)
        elif tag == "text":
            _move(child, "x", "y")
    _join_lines(parent)


def _attributes(element: ET.Element) -> None:
    for name, value in list(element.attrib.items()):
        if name == "font-size":
            value = value.removesuffix("px")
        elif name == "font-family":
            value = value.strip("'\"")
        elif name == "font-weight" and value == "normal":
            value = "400"
        elif name in _PLACES and "." in value:
            value = _LONG_NUMBER.sub(_rounded, value)
        if name in _NEEDLESS or name.startswith("aria-") or _DEFAULTS.get(name) == value:
            del element.attrib[name]
        else:
            element.set(name, value)


def _shows_nothing(element: ET.Element, tag: str) -> bool:
    """Whether an element has nothing to draw, or no colour to draw it in."""
    if element.get("opacity") == "0" or element.get("display") == "none":
        return True
    if tag in ("g", "text"):
        return not len(element) and not (element.text or "").strip()
    hollow = element.get("stroke", "none") in ("none", "transparent")
    empty = element.get("fill", "none") in ("none", "transparent")
    return (hollow and empty) or (tag == "path" and not element.get("d"))


def _path(path: ET.Element) -> None:
    """A round point as a circle; a long line in steps from point to point."""
    drawn = path.get("d", "")
    if circle := _CIRCLE.fullmatch(drawn):
        path.tag = f"{{{SVG}}}circle"
        del path.attrib["d"]
        _move(path, "cx", "cy")
        path.set("r", circle[1])
    elif _POLYLINE.fullmatch(drawn):
        points = [tuple(map(float, pair)) for pair in re.findall(rf"{_NUMBER},{_NUMBER}", drawn)]
        steps = (
            f"{_number(x - before_x)} {_number(y - before_y)}"
            for (before_x, before_y), (x, y) in itertools.pairwise(points)
        )
        path.set("d", f"M{_number(points[0][0])} {_number(points[0][1])}l{' '.join(steps)}".replace(" -", "-"))


def _move(element: ET.Element, across: str, down: str) -> None:
    """A plain shift as the element's own place."""
    shift = _SHIFT.fullmatch(element.get("transform", ""))
    if shift and not len(element) and not element.get(across) and not element.get(down):
        del element.attrib["transform"]
        for name, value in ((across, shift[1]), (down, shift[2])):
            if value != "0":
                element.set(name, value)


def _join_lines(parent: ET.Element) -> None:
    """Neighbouring lines that look alike (ticks, grid, rules) become one path."""
    last: ET.Element | None = None
    for child in list(parent):
        if _tag(child) != "line" or not (shift := _SHIFT.fullmatch(child.get("transform", "translate(0,0)"))):
            last = None
            continue
        x1, y1, x2, y2 = (float(child.get(name, "0")) for name in ("x1", "y1", "x2", "y2"))
        start = f"M{_number(float(shift[1]) + x1)} {_number(float(shift[2]) + y1)}"
        across, down = x2 - x1, y2 - y1
        step = f"v{_number(down)}" if not across else f"h{_number(across)}" if not down else ""
        drawn = start + (step or f"l{_number(across)} {_number(down)}")
        look = {
            name: value for name, value in child.attrib.items() if name not in ("transform", "x1", "y1", "x2", "y2")
        }
        if last is not None and {**last.attrib, "d": ""} == {**look, "d": ""} and "opacity" not in look:
            last.set("d", last.get("d", "") + drawn)
            parent.remove(child)
            continue
        child.tag = f"{{{SVG}}}path"
        child.attrib.clear()
        child.attrib.update({"d": drawn, **look})
        last = child


def _rounded(match: re.Match[str]) -> str:
    return _number(float(match[0]))


def _number(value: float) -> str:
    """One decimal at most, nothing needless: ``-.5``, ``12``."""
    text = f"{value:.1f}".removesuffix(".0")
    if text.startswith(("0.", "-0.")):
        return text.replace("0", "", 1)
    return "0" if text == "-0" else text


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
