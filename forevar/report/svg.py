"""Vega-Lite specification → slim SVG, drawn once and shared by HTML, PDF and the exported figures."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from forevar.blocks import Bundle
from forevar.errors import ReportError
from forevar.files import write_atomic
from forevar.jobs import cores
from forevar.report.slim import slim, without_controls
from forevar.report.typst_text import literal

FONTS = Path(__file__).resolve().parents[1] / "fonts"
# As JSON writes control characters and what else vl-convert cannot read.
_UNREADABLE = re.compile(r"\\([bf]|u(00[01]|007f|d[89a-f]|fff[ef]))")
_FORM = "4"  # raised when ``slim`` gives another result, so that cached drawings are made again


class Draughtsman:
    """Draws specifications, and remembers on disk what it has drawn.

    Args:
        folder: Where drawings are kept under the hash of their content; None keeps nothing on disk.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._asked: dict[str, Future[str]] = {}
        self._asking = Lock()

    def __call__(self, spec: Bundle) -> str:
        """The SVG of a specification: slim, and without a value that cannot be seen.

        Raises:
            ReportError: Vega-Lite refuses the specification, or it asks for data from outside.
        """
        text = json.dumps(spec, separators=(",", ":"))
        return self.remembered(f"{_key(text)}.svg", lambda: slim(_draw(text)))

    def prepare(self, specs: Iterable[Bundle], pool: Executor) -> list[Future[str]]:
        """Begin to draw what a report will ask for; who asks meanwhile waits for the drawing.

        Args:
            specs: In the order in which they will be asked for.
            pool: Threads; vl-convert draws outside Python.

        Returns:
            The drawings to come, in the same order; what cannot be drawn raises ReportError where it is asked for.
        """
        return [pool.submit(self, spec) for spec in specs]

    def remembered(self, name: str, make: Callable[[], str]) -> str:
        """What was made under this name before, in this build or an earlier one; else made now, once."""
        with self._asking:
            is_first = name not in self._asked
            asked = self._asked.setdefault(name, Future())
        if is_first:
            try:
                asked.set_result(self._read_or_made(name, make))
            except BaseException as error:
                asked.set_exception(error)
        return asked.result()

    def _read_or_made(self, name: str, make: Callable[[], str]) -> str:
        path = self.folder / name if self.folder else None
        if path and path.is_file():
            return path.read_text(encoding="utf-8")
        made = make()
        if path:
            write_atomic(path, made, private=True)
        return made


def draw(specs: Sequence[Bundle], folder: Path | None = None) -> list[str]:
    """The SVG of each specification, in order; see ``Draughtsman``."""
    draughtsman = Draughtsman(folder)
    return [draughtsman(spec) for spec in specs]


def to_png(svg: str, ppi: int) -> bytes:
    """The drawing as PNG, with our font; Typst draws it in a third of the time vl-convert takes."""
    source = f'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes({literal(svg)}), format: "svg")'
    png = typst.Compiler(source.encode(), font_paths=fonts()).compile(format="png", ppi=ppi)
    assert isinstance(png, bytes)
    return png


@cache
def fonts() -> Any:
    """Our fonts and no others, for Typst."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def size_of(svg: str) -> tuple[float, float]:
    """Width and height in pixels."""
    head = svg[: svg.index(">")]
    width, height = (re.search(rf'\b{name}="([\d.]+)', head) for name in ("width", "height"))
    if width is None or height is None:
        raise ReportError("a drawing has no width and height")
    return float(width[1]), float(height[1])


def with_ids(svg: str, prefix: str) -> str:
    """The drawing with its ids made unique, so that many fit in one page."""
    return re.sub("<[^>]*>", lambda tag: re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", tag[0]), svg)


def _draw(spec: str) -> str:
    if _UNREADABLE.search(spec):
        spec = json.dumps(_readable(json.loads(spec)))
    try:
        svg: str = _converter().vegalite_to_svg(spec)
    except (ValueError, PermissionError) as error:
        reason = " ".join(str(error).split()) or "no reason given"
        raise ReportError(f"a chart could not be drawn: {reason[:200]}", mend="run its notebook and look") from None
    return svg


def _readable(part: Any) -> Any:
    """The specification without control characters, at which vl-convert refuses the whole drawing."""
    if isinstance(part, dict):
        return {_readable(name): _readable(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_readable(value) for value in part]
    return without_controls(part) if isinstance(part, str) else part


def _key(spec: str) -> str:
    """The hash of everything the drawing depends on."""
    return hashlib.sha256(f"{_FORM} {_maker()} {spec}".encode()).hexdigest()[:40]


def vega(draughtsman: Draughtsman) -> str:
    """Vega, Vega-Lite and vega-embed in one script, put together by vl-convert from what it carries; no download."""

    def make() -> str:
        bundle: str = _converter().javascript_bundle("window.vegaEmbed = vegaEmbed;")
        return re.sub(r"<(?=/script|!--)", r"\\x3c", bundle, flags=re.IGNORECASE)

    return draughtsman.remembered(f"vega-{_FORM}-{_converter().__version__}.js", make)


@cache
def _maker() -> str:
    """Version of vl-convert and of the fonts it measures with."""
    fonts = "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(FONTS.glob("*.ttf")))
    return f"{_converter().__version__} {fonts}"


@cache
def _converter() -> Any:
    """vl-convert, told about our fonts and to fetch nothing; imported when first needed because it is heavy."""
    converter: Any = import_module("vl_convert")
    # What puts the script together counts its rounds as errors.
    logging.getLogger("swc_ecma_transforms_optimization").setLevel(logging.CRITICAL)
    # Each of its workers learns to draw anew, and the page's script is put together beside the drawing.
    converter.configure(num_workers=max(1, cores() // 2), allowed_base_urls=[])
    converter.register_font_directory(str(FONTS))
    return converter
