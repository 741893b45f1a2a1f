"""What a file is made of, as far as the gate is concerned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "row", "code", "column", "unread"]


@dataclass(frozen=True)
class Piece:
    """One thing somebody can read in a file, seen or unseen.

    Attributes:
        where: ``script charts > heroin > wide``, ``sheet Data, row 4``, ``page 3``.
        text: All of it as text.
        cells: The parts of a row, heads first known by ``heads``.
        heads: Name of the column of each cell; as long as ``cells`` or empty.
        kind: ``row`` for a table's row or a chart's record, ``code`` for scripts and styles, ``column`` for a data
            column that no chart shows (``text`` is its name), ``unread`` for a file that cannot be opened.
    """

    where: str
    text: str
    cells: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    kind: Kind = "text"


def row(where: str, cells: list[str], heads: list[str] | None = None) -> Piece:
    """A row's piece."""
    named = tuple(heads or ())
    return Piece(where, " | ".join(cells), tuple(cells), named if len(named) == len(cells) else (), "row")
