"""Vega-Lite specification → slim SVG, drawn once and shared by HTML, PDF and the exported figures."""

from __future__ import annotations

import hashlib
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from forevar.blocks import Bundle
from forevar.errors import ReportError
from forevar.files import write_atomic

FONTS = Path(__file__).resolve().parents[1] / "fonts"
FAMILY = "IBM Plex Sans"
SVG = "http://www.w3.org/2000/svg"
_FORM = "1"  # raised when ``slim`` gives another result, so that cached drawings are made again
_DROPPED = ("role", "class", "pointer-events", "version", "stroke-miterlimit")
_DEFAULTS = {"opacity": "1", "stroke-width": "1", "fill-opacity": "1", "stroke-opacity": "1", "font-weight": "normal"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LONG_NUMBER = re.compile(r"-?\d*\.\d{2,}(?:e-?\d+)?")
ET.register_namespace("", SVG)
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


class Draughtsman:
    """Draws specifications, and remembers on disk what it has drawn.

    Args:
        folder: Where drawings are kept under the hash of their content; None keeps nothing on disk.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._drawn: dict[str, str] = {}

    def __call__(self, spec: Bundle) -> str:
        """The SVG of a specification: no aria labels, no classes, numbers of two decimals.

        Raises:
            ReportError: Vega-Lite refuses the specification, or it asks for data from outside.
        """
        key = _key(spec)
        if key not in self._drawn:
            path = self.folder / f"{key}.svg" if self.folder else None
            if path and path.is_file():
                self._drawn[key] = path.read_text(encoding="utf-8")
            else:
                self._drawn[key] = slim(_draw(spec))
                if path:
                    write_atomic(path, self._drawn[key], private=True)
        return self._drawn[key]


def draw(specs: Sequence[Bundle], folder: Path | None = None) -> list[str]:
    """The SVG of each specification, in order; see ``Draughtsman``."""
    draughtsman = Draughtsman(folder)
    return [draughtsman(spec) for spec in specs]


def to_png(svg: str, scale: float) -> bytes:
    """The drawing as PNG, with our font."""
    png: bytes = _converter().svg_to_png(svg, scale=scale)
    return png


def size_of(svg: str) -> tuple[float, float]:
    """Width and height in pixels."""
    head = svg[: svg.index(">")]
    width, height = (re.search(rf'\b{name}="([\d.]+)', head) for name in ("width", "height"))
    if width is None or height is None:
        raise ReportError("a drawing has no width and height")
    return float(width[1]), float(height[1])


def with_ids(svg: str, prefix: str) -> str:
    """The drawing with its ids made unique, so that many fit in one page."""
    return re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", svg)


def slim(svg: str) -> str:
    """The drawing without what neither eye nor reader gets anything from: often half the size.

    Labels that Vega writes on marks are dropped: they hold exact values that may be guarded, and a screen reader
    gets the figure's own description.
    """
    root = ET.fromstring(without_controls(svg))
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            ours = name == "font-family" and value.strip("'\"") == FAMILY
            if name in _DROPPED or name.startswith("aria-") or _DEFAULTS.get(name) == value or ours:
                del element.attrib[name]
            elif name == "font-size":
                element.set(name, value.removesuffix("px"))
            elif name in ("d", "transform") or name[:1] in "xywhr":
                element.set(name, _LONG_NUMBER.sub(_rounded, value))
        if element.get("transform") == "translate(0,0)":
            del element.attrib["transform"]
    _prune(root)
    root.set("font-family", FAMILY)
    return ET.tostring(root, encoding="unicode").replace(" />", "/>")


def without_controls(text: str) -> str:
    """The text without control characters, which neither XML nor a reader can take."""
    return _CONTROLS.sub("", text)


def _prune(parent: ET.Element) -> None:
    """Take away shapes that draw nothing and groups that hold nothing; open groups that only wrap."""
    for child in list(parent):
        _prune(child)
        tag = child.tag.rpartition("}")[2]
        if (tag == "g" and not len(child)) or (tag == "path" and _draws_nothing(child)):
            parent.remove(child)
        elif tag == "g" and not child.attrib:
            place = list(parent).index(child)
            parent.remove(child)
            for offset, grandchild in enumerate(list(child)):
                parent.insert(place + offset, grandchild)


def _draws_nothing(path: ET.Element) -> bool:
    """A path without a line to draw, or without colour to draw it in."""
    hollow = path.get("stroke", "none") in ("none", "transparent")
    empty = path.get("fill", "none") in ("none", "transparent")
    return not path.get("d") or path.get("display") == "none" or (hollow and empty)


def _rounded(match: re.Match[str]) -> str:
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".").replace("-0.", "-.").removeprefix("0") or "0"


def _draw(spec: Bundle) -> str:
    try:
        svg: str = _converter().vegalite_to_svg(spec, allowed_base_urls=[])
    except ValueError as error:
        reason = " ".join(str(error).split()) or "no reason given"
        raise ReportError(f"a chart could not be drawn: {reason[:200]}", mend="run its notebook and look") from None
    return svg


def _key(spec: Bundle) -> str:
    """The hash of everything the drawing depends on."""
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{_FORM} {_maker()} {text}".encode()).hexdigest()[:40]


@cache
def _maker() -> str:
    """Version of vl-convert and of the fonts it measures with."""
    fonts = "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(FONTS.glob("*.ttf")))
    return f"{_converter().__version__} {fonts}"


@cache
def _converter() -> Any:
    """vl-convert, told about our fonts; imported when first needed because it is heavy."""
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert
