"""PDF and Excel → pieces: every page, sheet, comment, property and attachment, hidden ones too."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from bs4 import BeautifulSoup
from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
    TextStringObject,
)

from forevar.gate.picture import picture_pieces
from forevar.gate.piece import Piece, row

MOST = 200 * 2**20
"""Bytes an archive may unpack to."""
PROSE = 60
"""Letters from which on a line of a page is taken for running text."""
UNREAD = ("xl/worksheets/", "xl/styles", "xl/theme", "_rels/", "[Content_Types]")
SKIPPED = ("/ID", "/FontName", "/BaseFont", "/Registry", "/Ordering", "/CharSet", "/Lang")


def pdf_pieces(raw: bytes, where: str) -> Iterator[Piece]:
    """Text layer line by line; then every string among the objects, attachments and properties."""
    reader = PdfReader(io.BytesIO(raw))
    for number, page in enumerate(reader.pages, 1):
        lines = [line for line in (page.extract_text() or "").splitlines() if line.strip()]
        for line, after in zip(lines, [*lines[1:], ""], strict=True):
            # running text is read over the end of its line
            joined = f"{line.rstrip()} {after}" if len(line) > PROSE and line.rstrip()[-1:].isalpha() else line
            yield Piece(f"{where}page {number}", joined)
    for name, contents in reader.attachments.items():
        for content in contents:
            yield Piece(f"{where}attachment {name}", f"{name} {content.decode('utf-8', errors='replace')}")
    seen = set()
    for number in sorted({*reader.xref_objStm, *(one for ids in reader.xref.values() for one in ids)} - {0}):
        try:
            held = reader.get_object(IndirectObject(number, 0, reader))
        except Exception:
            continue
        for key, text in _strings(held, ""):
            if (key, text) not in seen:
                seen.add((key, text))
                yield Piece(f"{where}object {number} {key}".rstrip(), text)


def _strings(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, TextStringObject):
        if key not in SKIPPED and str(value).strip():
            yield key, str(value)
    elif isinstance(value, ByteStringObject):
        return
    elif isinstance(value, DictionaryObject):
        for name, part in value.items():
            if not isinstance(part, IndirectObject):
                yield from _strings(part, str(name))
        if isinstance(value, StreamObject) and value.get("/Subtype") == "/XML":
            yield "metadata", value.get_data().decode("utf-8", errors="replace")
    elif isinstance(value, ArrayObject):
        for part in value:
            if not isinstance(part, IndirectObject):
                yield from _strings(part, key)


def excel_pieces(raw: bytes, where: str) -> Iterator[Piece]:
    """Rows of every sheet with the heads above them, comments, and all other parts of the archive."""
    book = openpyxl.load_workbook(io.BytesIO(raw))
    for sheet in book.worksheets:
        hidden = "" if sheet.sheet_state == "visible" else f" ({sheet.sheet_state})"
        name = f"{where}sheet {sheet.title}{hidden}"
        yield Piece(name, sheet.title)
        heads: list[str] = []
        for line in sheet.iter_rows():
            cells = ["" if cell.value is None else str(cell.value) for cell in line]
            for cell in line:
                if cell.comment is not None:
                    yield Piece(f"{name}, comment in {cell.coordinate}", f"{cell.comment.author}: {cell.comment.text}")
                if cell.data_type == "f":
                    yield Piece(f"{name}, formula in {cell.coordinate}", str(cell.value))
            if any(cells):
                yield row(f"{name}, row {line[0].row}", cells, heads)
            if sum(bool(cell) for cell in cells) > 1:
                heads = heads or cells
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        yield from _parts(archive, where)


def zip_pieces(raw: bytes, where: str) -> Iterator[tuple[str, bytes]]:
    """Members of an archive."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        _measured(archive)
        for name in archive.namelist():
            if not name.endswith("/"):
                yield f"{where}{name}", archive.read(name)


def _parts(archive: zipfile.ZipFile, where: str) -> Iterator[Piece]:
    _measured(archive)
    for name in archive.namelist():
        body = archive.read(name)
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            # headers, footers, validations: texts that are no cells
            for text in re.findall(r"<(?:odd|even|first)(?:Header|Footer)>([^<]*)<|<formula1>([^<]*)<", body.decode()):
                yield Piece(f"{where}{name}", " ".join(text))
        elif name.endswith((".xml", ".vml")) and not any(part in name for part in UNREAD):
            soup = BeautifulSoup(body.decode("utf-8", errors="replace"), "html.parser")
            for text in soup.stripped_strings:
                yield Piece(f"{where}{name}", text)
        elif name.endswith((".png", ".jpg", ".jpeg")):
            yield from picture_pieces(body, f"{where}{name}")
        elif name.startswith("xl/embeddings/"):
            yield Piece(f"{where}{name}", "a file within the workbook", kind="unread")
        elif name.endswith(".rels"):
            for target in re.findall(r'Target="([^"]*)"[^>]*TargetMode="External"', body.decode()):
                yield Piece(f"{where}{name}", target)


def _measured(archive: zipfile.ZipFile) -> None:
    if sum(part.file_size for part in archive.infolist()) > MOST:
        raise ValueError("the archive unpacks to more than can be read")
