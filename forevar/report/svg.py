"""Vega-Lite specification → slim SVG, drawn once and shared by HTML, PDF and the exported figures."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from forevar.blocks import Bundle
from forevar.errors import ReportError
from forevar.files import write_atomic
from forevar.jobs import cores, processes, without_main
from forevar.report.slim import slim, without_controls

FONTS = Path(__file__).resolve().parents[1] / "fonts"
Made = TypeVar("Made")
_FORM = "3"  # raised when ``slim`` gives another result, so that cached drawings are made again


class Draughtsman:
    """Draws specifications, and remembers on disk what it has drawn.

    Args:
        folder: Where drawings are kept under the hash of their content; None keeps nothing on disk.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._drawn: dict[str, str] = {}

    def __call__(self, spec: Bundle) -> str:
        """The SVG of a specification: slim, and without a value that cannot be seen.

        Raises:
            ReportError: Vega-Lite refuses the specification, or it asks for data from outside.
        """
        return self.remembered(f"{_key(spec)}.svg", lambda: slim(_draw(spec)))

    def prepare(self, specs: Iterable[Bundle]) -> None:
        """Draw on all cores what is not remembered yet; what Vega-Lite refuses is left for later to complain of.

        Args:
            specs: Everything a report will ask for, in any order.
        """
        wanted = {f"{_key(spec)}.svg": spec for spec in specs}
        missing = {name: spec for name, spec in wanted.items() if not self._has(name)}
        for name, svg in zip(missing, on_all_cores(_slim_or_none, list(missing.values())), strict=True):
            if svg is not None:
                self.remembered(name, partial(str, svg))

    def png(self, svgs: Sequence[str], scale: float) -> list[bytes]:
        """The drawings as PNG, each made once for its content."""
        names = [hashlib.sha256(f"{_maker()} {scale} {svg}".encode()).hexdigest()[:40] for svg in svgs]
        paths = [self.folder / f"{name}.png" if self.folder else None for name in names]
        found = {svg: path.read_bytes() for svg, path in zip(svgs, paths, strict=True) if path and path.is_file()}
        missing = [svg for svg in svgs if svg not in found]
        found |= zip(missing, on_all_cores(partial(to_png, scale=scale), missing), strict=True)
        for svg, path in zip(svgs, paths, strict=True):
            if path and svg in missing:
                write_atomic(path, found[svg], private=True)
        return [found[svg] for svg in svgs]

    def _has(self, name: str) -> bool:
        return name in self._drawn or bool(self.folder and (self.folder / name).is_file())

    def remembered(self, name: str, make: Callable[[], str]) -> str:
        """What was made under this name before, in this build or an earlier one; else made now."""
        if name not in self._drawn:
            path = self.folder / name if self.folder else None
            if path and path.is_file():
                self._drawn[name] = path.read_text(encoding="utf-8")
            else:
                self._drawn[name] = make()
                if path:
                    write_atomic(path, self._drawn[name], private=True)
        return self._drawn[name]


def on_all_cores(work: Callable[[Any], Made], things: Sequence[Any]) -> list[Made]:
    """The results of some work on each thing, in order; a handful is not worth another process."""
    count = min(cores(), len(things) // 8)
    if count < 2:
        return [work(thing) for thing in things]
    with without_main(), ProcessPoolExecutor(count, mp_context=processes()) as pool:
        return list(pool.map(work, things, chunksize=4))


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
    return re.sub("<[^>]*>", lambda tag: re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", tag[0]), svg)


def _draw(spec: Bundle) -> str:
    try:
        svg: str = _converter().vegalite_to_svg(_readable(spec), allowed_base_urls=[])
    except ValueError as error:
        reason = " ".join(str(error).split()) or "no reason given"
        raise ReportError(f"a chart could not be drawn: {reason[:200]}", mend="run its notebook and look") from None
    return svg


def _readable(part: Any) -> Any:
    """The specification without control characters, at which vl-convert 1.9 ends the whole process."""
    if isinstance(part, dict):
        return {_readable(name): _readable(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_readable(value) for value in part]
    return without_controls(part) if isinstance(part, str) else part


def _slim_or_none(spec: Bundle) -> str | None:
    try:
        return slim(_draw(spec))
    except ReportError:
        return None


def _key(spec: Bundle) -> str:
    """The hash of everything the drawing depends on."""
    text = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{_FORM} {_maker()} {text}".encode()).hexdigest()[:40]


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
    """vl-convert, told about our fonts; imported when first needed because it is heavy."""
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert
