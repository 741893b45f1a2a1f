"""Where a number stands in the raw files, as the reader is told it: source, file, sheet and cell."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from forevar.blocks import Text
from forevar.words import capital

Cite = Callable[[str, str], str]
"""A number and where it stands → the number as it is written in the text."""
ORIGINS = ("origin_previous", "origin_current")
MOST_CELLS, MOST_FILES = 4, 3


def uncited(number: str, _: str) -> str:
    """The number alone."""
    return number


def cited(say: Callable[[Cite], str], role: str = "body") -> Text:
    """A text whose numbers know where they stand.

    Args:
        say: Words the text, and hands every number with its place to what it is given.
        role: As in ``Text``.
    """
    places: list[str] = []
    marks: list[tuple[str, str]] = []

    def cite(number: str, place: str) -> str:
        if not place:
            return number
        marks.append((f"[{number}]{{{len(places)}}}", number))
        places.append(place)
        return marks[-1][0]

    sourced = plain = say(cite)
    for mark, number in marks:
        plain = plain.replace(mark, number, 1)
    return Text(plain, role, sourced if places else "", tuple(places))


def address(name: str, *origins: object) -> str:
    """``Tolletaten: data/raw/statistics/2026-1-customs.xlsx:Beslag:C7 → D7``.

    Args:
        name: The source as the reader knows it.
        origins: ``file:Sheet:C7,C8; file2:B2``, the earlier figure's first; empty where it may not be told.

    Returns:
        A file is named once, and of many cells the first ones and the last; empty when nothing may be told.
    """
    known = [_short(one) for one in origins if isinstance(one, str) and one]
    if not known:
        return ""
    told = known[0]
    for earlier, later in itertools.pairwise(known):
        sheet, _, cells = later.rpartition(":")
        told += f" → {cells if sheet and sheet == earlier.rpartition(':')[0] else later}"
    return f"{capital(name)}: {told}" if name else told


def _short(origin: str) -> str:
    """The origin with a few cells of a few files."""
    files = origin.split("; ")
    told = []
    for file, _, cells in (one.rpartition(":") for one in files[:MOST_FILES]):
        listed = cells.split(",")
        shown = listed if len(listed) <= MOST_CELLS else [*listed[: MOST_CELLS - 1], "…", listed[-1]]
        told.append(":".join(filter(None, (file, ",".join(shown)))))
    return "; ".join([*told, "…"] if len(files) > MOST_FILES else told)
