"""Each figure as SVG, and for print as PNG: title, source line and tag are inside the picture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import Executor
from functools import partial
from html import escape
from pathlib import Path

from forevar.charts.measure import text_width, wrap
from forevar.report.document import Block, Document, slug
from forevar.report.slim import FAMILY, SVG, without_controls
from forevar.report.svg import Draughtsman, size_of, to_png, with_ids

MARGIN = 16
DOTS_PER_INCH = 300
INK, INK2 = "#1B1F24", "#4A525C"


def figure_files(document: Document, draw: Draughtsman, folder: Path, pool: Executor) -> dict[Path, bytes | str]:
    """Every numbered figure of the report as ``03-substances-kokain-contributions.svg``; of a final one also ``.png``.

    A draft is made often, and nobody prints its figures.

    Args:
        document: Composed.
        draw: Vega-Lite specification → SVG.
        folder: Where they will be written.
        pool: Threads, which wait for Typst.

    Returns:
        File → content, SVG before PNG, both in the order of the report.
    """
    pictures: dict[str, str] = {}
    for block in document.blocks("figure"):
        if block["number"]:
            number = int(re.sub(r"\D", "", block["number"]) or 0)
            pictures[f"{number:02d}-{slug(block['id'])}"] = framed(block, draw(block["wide"]))
    files: dict[Path, bytes | str] = {folder / f"{name}.svg": picture for name, picture in pictures.items()}
    if not document.is_draft:
        pngs = pool.map(partial(to_png, ppi=DOTS_PER_INCH), pictures.values())
        files |= {folder / f"{name}.png": png for name, png in zip(pictures, pngs, strict=True)}
    return files


def remove_others(folder: Path, kept: Iterable[Path]) -> None:
    """Take away pictures of figures that are no longer in the report."""
    for path in set(folder.glob("*.svg")) | set(folder.glob("*.png")):
        if path not in kept:
            path.unlink(missing_ok=True)


def framed(block: Block, svg: str) -> str:
    """The drawing with number, title and subtitle above it, tag and source line below."""
    width, height = size_of(svg)
    inner = max(width, 640)
    lines: list[str] = []
    y = float(MARGIN)

    def put(text: str, size: float, weight: int, colour: str, leading: float) -> None:
        nonlocal y
        for line in wrap(text, inner, size, weight > 400) if text else ():
            y += size * leading
            lines.append(
                f'<text x="{MARGIN}" y="{y - size * (leading - 1):.1f}" font-size="{size:g}" font-weight="{weight}" '
                f'fill="{colour}">{escape(line)}</text>'
            )

    put(block["number"], 13, 700, INK2, 1.4)
    put(block["title"], 19, 700, INK, 1.32)
    put(block["subtitle"], 14, 400, INK2, 1.45)
    y += 14
    # A group, not an svg inside the svg: that would be clipped, and drawn in three times the time.
    head, _, body = with_ids(svg, slug(block["id"])).partition(">")
    fonts = " ".join(re.findall(r'font-[a-z]+="[^"]*"', head))
    nested = f'<g transform="translate({MARGIN},{y:.1f})" {fonts}>{body.removesuffix("</svg>")}</g>'
    y += height + 10
    if block["tag"]:
        tag_width = text_width(block["tag"], 12, bold=True) + 12
        lines.append(
            f'<rect x="{MARGIN + 0.5}" y="{y + 0.5:.1f}" width="{tag_width:.0f}" height="19" rx="2" fill="none" '
            f'stroke="{INK}"/><text x="{MARGIN + 6}" y="{y + 14:.1f}" font-size="12" font-weight="700" '
            f'fill="{INK}">{escape(block["tag"])}</text>'
        )
        y += 24
    put(block["source"], 13, 400, INK2, 1.5)
    full_width, full_height = inner + 2 * MARGIN, y + MARGIN
    return without_controls(
        f'<svg xmlns="{SVG}" xmlns:xlink="http://www.w3.org/1999/xlink" width="{full_width:g}" '
        f'height="{full_height:g}" viewBox="0 0 {full_width:g} {full_height:g}" font-family="{FAMILY}">'
        f"<title>{escape(block['title'])}</title><desc>{escape(block['alt'])}</desc>"
        f'<rect width="100%" height="100%" fill="white"/>'
        f'<path d="M{MARGIN} {MARGIN - 6}h{inner:g}" stroke="{INK}" stroke-width="2"/>'
        f"{''.join(lines)}{nested}</svg>"
    )
