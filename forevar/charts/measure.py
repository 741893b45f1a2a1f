"""How wide a text is in the report's font, so that a chart can give each label the room it needs."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from functools import cache

from forevar.charts.theme import FONT_FOLDER, TEXT


@cache
def advances(bold: bool = False) -> dict[int, float]:
    """Code point → advance width in em, for every character in the font.

    Source:
        OpenType tables ``head``, ``hhea``, ``hmtx`` and ``cmap`` (format 4). Kerning is left out.
    """
    data = (FONT_FOLDER / f"IBMPlexSans-{'Bold' if bold else 'Regular'}.ttf").read_bytes()
    tables = {}
    for entry in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", data, 12 + 16 * entry)
        tables[tag] = offset
    units = float(struct.unpack_from(">H", data, tables[b"head"] + 18)[0])
    long_metrics = struct.unpack_from(">H", data, tables[b"hhea"] + 34)[0]

    def advance(glyph: int) -> float:
        at = tables[b"hmtx"] + 4 * min(glyph, long_metrics - 1)
        return int(struct.unpack_from(">H", data, at)[0]) / units

    widths: dict[int, float] = {}
    cmap = tables[b"cmap"]
    for record in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        start = cmap + struct.unpack_from(">L", data, cmap + 8 + 8 * record)[0]
        if struct.unpack_from(">H", data, start)[0] != 4:
            continue
        count = struct.unpack_from(">H", data, start + 6)[0] // 2
        ends = struct.unpack_from(f">{count}H", data, start + 14)
        starts = struct.unpack_from(f">{count}H", data, start + 16 + 2 * count)
        deltas = struct.unpack_from(f">{count}H", data, start + 16 + 4 * count)
        ranges_at = start + 16 + 6 * count
        ranges = struct.unpack_from(f">{count}H", data, ranges_at)
        for segment, (first, last, delta, shift) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
            for code in range(first, min(last, 0xFFFE) + 1):
                glyph = code
                if shift:
                    glyph = struct.unpack_from(">H", data, ranges_at + 2 * segment + shift + 2 * (code - first))[0]
                    if not glyph:
                        continue
                glyph = (glyph + delta) % 65536
                if glyph:
                    widths[code] = advance(glyph)
    return widths


def text_width(text: str, size: float = TEXT, bold: bool = False) -> float:
    """Width in px; a character the font lacks counts as one em."""
    table = advances(bold)
    return size * sum(table.get(ord(character), 1.0) for character in text)


def widest(texts: Sequence[str], size: float = TEXT, bold: bool = False) -> float:
    """Width of the widest text in px; 0 for none."""
    return max((text_width(text, size, bold) for text in texts), default=0.0)


def wrap(text: str, width: float, size: float = TEXT, bold: bool = False) -> list[str]:
    """The text in lines no wider than ``width`` px, broken at spaces and after ``/``; one long word stays whole."""
    lines = [""]
    for word in re.findall(r"[^ /]+(?:/+ ?| |$)", text):
        if lines[-1] and text_width(f"{lines[-1]}{word}".rstrip(" "), size, bold) > width:
            lines.append("")
        lines[-1] += word
    return [line.rstrip(" ") for line in lines]


def two_lines(texts: Sequence[str], width: float, size: float = TEXT) -> list[list[str]]:
    """Bold texts of one column, each on at most two lines: as wide as ``width``, wider only where one needs it."""
    while any(len(wrap(text, width, size, bold=True)) > 2 for text in texts):
        width += 10
    return [wrap(text, width, size, bold=True) for text in texts]


def flow(texts: Sequence[str], width: float, lead: float, gap: float = 22) -> list[tuple[float, int]]:
    """Places of a key's entries, filled line by line.

    Args:
        texts: What stands after each symbol.
        width: Room in px.
        lead: Px between an entry's left edge and its text, for the symbol.
        gap: Px between entries.

    Returns:
        (left edge in px, line number) of each entry.
    """
    places: list[tuple[float, int]] = []
    left, line = 0.0, 0
    for text in texts:
        needs = lead + text_width(text)
        if left and left + needs > width:
            left, line = 0.0, line + 1
        places.append((round(left, 1), line))
        left += needs + gap
    return places
