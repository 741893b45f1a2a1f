"""``forevar gate FILE…``: open what will be sent and list what must not be in it."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from zipfile import BadZipFile

from openpyxl.utils.exceptions import InvalidFileException
from pypdf.errors import PyPdfError

from forevar.errors import Fault, ParamsError, ReportError
from forevar.gate.knowledge import Knowledge, knowledge_of, least_of
from forevar.gate.markup import csv_pieces, json_pieces, markup_pieces
from forevar.gate.paper import excel_pieces, pdf_pieces, zip_pieces
from forevar.gate.picture import picture_pieces
from forevar.gate.piece import Piece
from forevar.gate.rule import Finding, findings_in
from forevar.params import Params, editions, load_edition, load_params
from forevar.workspace import Workspace

BROKEN = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, EOFError, RecursionError, MemoryError,
    PyPdfError, BadZipFile, InvalidFileException, zlib.error, struct.error, NotImplementedError,
)  # fmt: skip
"""What a file that is broken, or is not what its name says, makes its reader raise."""

_EDITION = re.compile(r"(?<!\d)(20\d\d-[12])(?!\d)")


def gate(workspace: Workspace, files: Sequence[Path], edition: str | None = None) -> list[Finding]:
    """Everything in some files that must not be sent; empty when they are clean.

    Args:
        workspace: Whose rules and restricted files they are held against.
        files: From any folder; a folder stands for all files in it.
        edition: Found from each file's path when left out, else the newest there is.
    """
    params = load_params(workspace)
    known: dict[str, Knowledge] = {}
    found: dict[Finding, None] = {}
    for path in _files(files):
        period = edition or _edition_of(path, workspace)
        if period not in known:
            recipe = load_edition(workspace, period)
            known[period] = knowledge_of(params, recipe, _people(workspace, params, str(recipe.period)))
        for piece in pieces_of(path.read_bytes(), path.name):
            found.update(dict.fromkeys(findings_in(piece, known[period])))
    return list(found)


def refuse(workspace: Workspace, edition: object, files: Mapping[str, bytes | str]) -> None:
    """Stop a final report that is not clean, before anything of it is written.

    Args:
        workspace: The town's folder.
        edition: Its label.
        files: Name → content, as it would be written.

    Raises:
        ReportError: Every finding.
    """
    params = load_params(workspace)
    recipe = load_edition(workspace, str(edition))
    known = knowledge_of(params, recipe, _people(workspace, params, str(edition)))
    found: dict[Finding, None] = {}
    for name, content in files.items():
        raw = content.encode() if isinstance(content, str) else content
        for piece in pieces_of(raw, name):
            found.update(dict.fromkeys(findings_in(piece, known)))
    mend = "see params/sources.yml (disclosure), or build a draft and look at: forevar gate FILE"
    if found:
        raise ReportError(Fault(f"{one.rule}: {one.what}", one.where, mend) for one in found)


def pieces_of(raw: bytes, name: str) -> Iterator[Piece]:
    """Everything that can be read in a file; one that cannot be opened gives a piece that says so."""
    readers: dict[str, Callable[[], Iterable[Piece]]] = {
        ".html": lambda: markup_pieces(_text(raw)), ".htm": lambda: markup_pieces(_text(raw)),
        ".svg": lambda: markup_pieces(_text(raw)), ".xml": lambda: markup_pieces(_text(raw)),
        ".pdf": lambda: pdf_pieces(raw, ""), ".xlsx": lambda: excel_pieces(raw, ""),
        ".xlsm": lambda: excel_pieces(raw, ""), ".png": lambda: picture_pieces(raw, "picture"),
        ".jpg": lambda: picture_pieces(raw, "picture"), ".jpeg": lambda: picture_pieces(raw, "picture"),
        ".csv": lambda: csv_pieces(_text(raw), "table"), ".json": lambda: json_pieces(json.loads(_text(raw)), "json"),
        ".ipynb": lambda: json_pieces(_notebook(raw), "notebook"),
        ".zip": lambda: (piece for inner, body in zip_pieces(raw, "") for piece in pieces_of(body, inner)),
    }  # fmt: skip
    reader = readers.get(Path(name).suffix.lower(), lambda: (Piece("text", line) for line in _text(raw).splitlines()))
    try:
        for piece in reader():
            yield Piece(f"{name}: {piece.where}", piece.text, piece.cells, piece.heads, piece.kind)
    except BROKEN as error:
        yield Piece(f"{name}: file", f"it could not be opened ({type(error).__name__})", kind="unread")


_DRAWN = re.compile("[0-9a-f]{8}")


def _notebook(raw: bytes) -> object:
    """A notebook with the lists of lines joined, so that a sentence is one text; without ids drawn by nbformat.

    Eight random hexadecimal digits are now and then eight digits, which look like a telephone number.
    """

    def joined(value: object) -> object:
        if isinstance(value, dict):
            return {
                key: joined(part) for key, part in value.items() if not (key == "id" and _DRAWN.fullmatch(str(part)))
            }
        if isinstance(value, list):
            texts = [part for part in value if isinstance(part, str)]
            return "".join(texts) if value and len(texts) == len(value) else [joined(part) for part in value]
        return value

    return joined(json.loads(_text(raw)))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8-sig", errors="replace")


def _files(given: Iterable[Path]) -> Iterator[Path]:
    for path in given:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file())
        elif path.is_file():
            yield path
        else:
            raise ParamsError("there is no such file", path.name, "forevar gate FILE, for instance a report.html")


def _edition_of(path: Path, workspace: Workspace) -> str:
    if said := _EDITION.findall(str(path.resolve())):
        return str(said[-1])
    have = editions(workspace)
    if not have:
        raise ParamsError("the file does not say which edition it is", path.name, "add --edition 2026-1")
    return str(have[-1])


def _people(workspace: Workspace, params: Params, period: str) -> dict[int, int]:
    """Size of every panel and of each of its groups → fewest that may be told."""
    from forevar.store import current_tables

    answers = current_tables(workspace, params).answers
    found: dict[int, int] = {}
    for key, rows in answers[answers["period"] == period].drop_duplicates(["source", "informant"]).groupby("source"):
        least = least_of(params.sources[str(key)], params.method) if key in params.sources else 0
        for size in (len(rows), *rows.groupby("group").size()):
            found[int(size)] = max(least, found.get(int(size), 0))
    return found
