"""Rows → a workbook, a text file and its sidecar, with the same bytes on every run."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import yaml
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

Rows = Sequence[Sequence[Any]]
PRODUCER = "forevar (rekonstruert; ikke KORUS Bergens data)"
NOTE = "Reconstructed, not KORUS Bergen's data. Made by data/raw/reconstruct.py."
LICENCE = "MIT"
_DAY = (2026, 1, 1, 0, 0, 0)


def write_workbook(path: Path, sheets: Mapping[str, Rows], merged: Mapping[str, Sequence[str]] | None = None) -> None:
    """A workbook of plain cells.

    Args:
        path: Where it goes.
        sheets: Name → rows; None leaves a cell empty.
        merged: Name → ranges such as ``C4:D4`` to merge.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if rows:
            sheet["A1"].font = Font(bold=True)
            sheet.column_dimensions["A"].width = 28
        for area in (merged or {}).get(name, ()):
            sheet.merge_cells(area)
            sheet[area.split(":")[0]].alignment = Alignment(horizontal="center")
    book.properties.creator = PRODUCER
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    book.save(buffer)
    _write_dated(buffer, path)


def _write_dated(buffer: io.BytesIO, path: Path) -> None:
    """The archive again without the moment it was saved, so that equal cells give equal bytes."""
    with ZipFile(buffer) as old, ZipFile(path, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename == "docProps/core.xml":
                stamp = b"2026-01-01T00:00:00Z</dcterms:"
                content = re.sub(rb"[^<>]*</dcterms:(?=created|modified)", stamp, content)
            info = ZipInfo(item.filename, _DAY)
            info.create_system, info.compress_type = 3, ZIP_DEFLATED
            new.writestr(info, content)


def write_text(
    path: Path, rows: Rows, delimiter: str = ";", encoding: str = "utf-8", before: Sequence[str] = (), end: str = "\n"
) -> None:
    """A delimited text file, with lines ``before`` the header when the provider writes some."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.StringIO(newline="")
    for line in before:
        buffer.write(line + end)
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(rows)
    path.write_bytes(buffer.getvalue().encode(encoding))


def write_sidecar(
    path: Path, source: str, origin: Mapping[str, Any], data: str, note: str, access: str = "open"
) -> None:
    """``<file>.yml``: who made the file, when it came, what it is, and its checksum."""
    content = path.read_bytes()
    sidecar = {
        "source": source,
        "origin": dict(origin),
        "access": access,
        "data": data,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "note": note,
    }
    text = yaml.safe_dump(sidecar, allow_unicode=True, sort_keys=False, width=1000)
    path.with_name(path.name + ".yml").write_bytes(text.encode())
