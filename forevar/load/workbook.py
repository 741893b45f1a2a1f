"""The only door to workbooks: checked before it is opened, read by calamine."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine as calamine

from forevar.errors import DataError, fault
from forevar.load.grid import MAX_CELLS, Grid, column_of, letters

MAX_UNFOLDED = 300_000_000
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENDINGS = {".xlsx": ZIP, ".xlsm": ZIP, ".ods": ZIP, ".xls": OLE}
_REF = rb'\br\s*=\s*["\']([A-Z]{1,3})(\d{1,7})["\']'
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?" + _REF + rb"[^>]*?(/?)>")
_UNCALCULATED = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?" + _REF + rb"[^>]*>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt=["\']e["\'])[^>]*?' + _REF)
_STRANGE = re.compile(rb'\sr\s*=\s*["\'](?![A-Z]{0,3}\d{1,7}["\'])')
_STRANGE_CELL = re.compile(rb"<(?:\w+:)?(?:c|row)\b[^>]*?" + _STRANGE.pattern)
_CHUNK = 4_000_000
_STRINGS = "xl/sharedStrings.xml"


@dataclass
class Book:
    """An open workbook.

    Attributes:
        file: As it is said to people.
        sheets: Name → visible, in order.
    """

    file: str
    sheets: dict[str, bool]
    _book: Any
    _marks: dict[str, dict[tuple[int, int], str]]
    restricted: bool

    def grid(self, sheet: str) -> Grid:
        """The cells of a sheet.

        Raises:
            DataError: The sheet is broken.
        """
        with _refused(f"{self.file}:{sheet}"):
            found = self._book.get_sheet_by_name(sheet)
            rows = found.to_python(skip_empty_area=False)
        merged = {}
        for (top, left), (bottom, right) in found.merged_cell_ranges or ():
            if (bottom - top + 1) * (right - left + 1) <= 100_000:
                corner = (top, left)
                merged.update({(r, c): corner for r in range(top, bottom + 1) for c in range(left, right + 1)})
        for row in rows:
            for at, value in enumerate(row):
                if value.__class__ is str and value.isspace():
                    row[at] = ""
        return Grid(self.file, sheet, rows, merged, self._marks.get(sheet, {}), self.restricted)


def open_workbook(path: Path, file: str, *, restricted: bool = False) -> Book:
    """The workbook, once it is known to be one and to be of bearable size.

    Args:
        path: .xlsx, .xlsm, .xls or .ods.
        file: How it is said to people.
        restricted: Cells must not be shown in messages.

    Raises:
        DataError: Unreadable, broken, protected, wrong ending, or larger than any table.
    """
    ending = path.suffix.lower()
    try:
        with path.open("rb") as raw:
            head = raw.read(8)
    except OSError as error:
        raise DataError(fault("file_unreadable", file, why=error.strerror or "no reason given")) from None
    if not head:
        raise DataError(fault("empty_file", file))
    if head.startswith(OLE) and _is_encrypted(path):
        raise DataError(fault("password", file))
    if not head.startswith(ENDINGS[ending]):
        raise DataError(fault("wrong_extension", file, says=ending, **{"is": content_of(head)}))
    marks: dict[str, dict[tuple[int, int], str]] = {}
    if ENDINGS[ending] == ZIP:
        marks = _look_inside(path, file, ending)
    elif path.stat().st_size > MAX_UNFOLDED:
        raise DataError(fault("too_large", file, limit=MAX_UNFOLDED // 1_000_000))
    with _refused(file):
        book = calamine.CalamineWorkbook.from_path(str(path))
    sheets = {
        sheet.name: sheet.visible == calamine.SheetVisibleEnum.Visible
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
    }
    return Book(file, sheets, book, marks, restricted)


@contextmanager
def _refused(where: str) -> Iterator[None]:
    """Whatever calamine cannot read is one fault; a panic of its Rust code is no ``Exception``."""
    try:
        yield
    except calamine.PasswordError:
        raise DataError(fault("password", where)) from None
    except BaseException as error:
        if isinstance(error, calamine.CalamineError | ValueError | OverflowError | OSError) or _is_panic(error):
            raise DataError(fault("broken", where, form="a workbook")) from None
        raise


def _is_panic(error: BaseException) -> bool:
    return type(error).__name__ == "PanicException"


def content_of(head: bytes) -> str:
    """What a file is, by its first bytes, for people."""
    if head.startswith(ZIP):
        return "a zip file or workbook"
    if head.startswith(OLE):
        return "an old Excel workbook"
    if head.startswith(b"%PDF"):
        return "a PDF"
    if head.lstrip().startswith(b"<"):
        return "a web page or XML"
    return "plain text" if b"\0" not in head else "neither text nor a workbook"


def _is_encrypted(path: Path) -> bool:
    """Whether an OLE file holds an encrypted workbook: its directory names such a stream."""
    with path.open("rb") as file:
        return "EncryptedPackage".encode("utf-16-le") in file.read(2_000_000)


def _look_inside(path: Path, file: str, ending: str) -> dict[str, dict[tuple[int, int], str]]:
    """Unfold every part once, within bounds; note uncalculated formulas and error cells by sheet."""
    marks: dict[str, dict[tuple[int, int], str]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if any(part.flag_bits & 1 for part in parts):
                raise DataError(fault("password", file))
            if sum(part.file_size for part in parts) > MAX_UNFOLDED or len(parts) > 10_000:
                raise DataError(fault("too_large", file, limit=MAX_UNFOLDED // 1_000_000))
            names = {part.filename for part in parts}
            if ending == ".ods":
                _look_at_ods(archive, file)
                return {}
            if "xl/workbook.xml" not in names:
                other = "an .ods file" if "content.xml" in names else "some other zip file"
                raise DataError(fault("wrong_extension", file, says=ending, **{"is": other}))
            titles = _sheet_titles(archive)
            strings = archive.read(_STRINGS) if _STRINGS in names else b""
            for part in parts:  # reading to the end checks the length and the checksum that the archive states
                if part.filename in titles:
                    title = titles[part.filename]
                    data = archive.read(part)
                    marks[title] = _look_at_sheet(data, f"{file}:{title}")
                    if _text_laid_out(data, strings) > MAX_UNFOLDED:
                        raise DataError(fault("too_large", file, limit=MAX_UNFOLDED // 1_000_000))
                else:
                    with archive.open(part) as stream:
                        while stream.read(_CHUNK):
                            pass
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        struct.error,
        KeyError,
        NotImplementedError,
        ElementTree.ParseError,
    ):
        raise DataError(fault("broken", file, form="a workbook")) from None
    except OSError:
        raise DataError(fault("broken", file, form="a workbook")) from None
    return marks


def _sheet_titles(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part of the archive → name of the sheet."""
    relation = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
    targets = {}
    for node in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels")).iter(relation):
        target = node.get("Target", "")
        targets[node.get("Id")] = target[1:] if target.startswith("/") else f"xl/{target}"
    titles = {}
    for node in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if node.tag.endswith("}sheet"):
            rid = next((value for name, value in node.attrib.items() if name.endswith("}id")), None)
            if rid in targets:
                titles[targets[rid]] = node.get("name", "")
    return titles


def _look_at_sheet(data: bytes, where: str) -> dict[tuple[int, int], str]:
    """Bound the area calamine will lay out; note cells whose value is not there."""
    if _STRANGE.search(data) and _STRANGE_CELL.search(data):  # calamine would take CKokain3 for a far column
        raise DataError(fault("broken", where, form="a workbook"))
    if _seeming_area(data) > MAX_CELLS:
        _measure(data, where)
    marks: dict[tuple[int, int], str] = {}
    for pattern, kind, signs in (
        (_UNCALCULATED, "no_result", (b"<f", b":f")),
        (_ERROR, "error_cell", (b't="e"', b"t='e'")),
    ):
        if any(sign in data for sign in signs):
            for match in pattern.finditer(data):
                marks[int(match[2]) - 1, column_of(match[1].decode())] = kind
    return marks


def _text_laid_out(data: bytes, strings: bytes) -> int:
    """Bytes of text when every cell gets its own copy of a string that many cells share."""
    lengths = [len(one) for one in strings.split(b"</si>")]
    if max(lengths) * data.count(b"<v>") <= MAX_UNFOLDED:
        return 0
    shared = re.findall(rb'\bt=["\']s["\'][^>]*>\s*<v>(\d{1,9})</v>', data)
    return sum(lengths[at] for one in shared if (at := int(one)) < len(lengths))


def _seeming_area(data: bytes) -> int:
    """Cells between A1 and a corner that no cell lies beyond: quick, and rather too many than too few."""
    if re.search(rb"\sr(?:\s+=|=\s)", data):
        return MAX_CELLS + 1
    width, height = 26, 9_999
    for length in (3, 2):
        if found := re.findall(rb"r=[\"']([A-Z]{%d})\d" % length, data):
            width = column_of(max(found).decode()) + 1
            break
    for digits in (7, 6, 5):
        if found := re.findall(rb"r=[\"'][A-Z]{1,3}(\d{%d})[\"']" % digits, data):
            height = int(max(found))
            break
    return width * height


def _measure(data: bytes, where: str) -> None:
    """Refuse a sheet whose cells with content span more than any table needs."""
    last, columns, bottom = 0, {b"A"}, b"A"
    for piece in _pieces(data):
        for column, row, is_empty in _CELL.findall(piece):
            if not is_empty:
                columns.add(column)
                if (number := int(row)) > last:
                    last, bottom = number, column
    widest = max(columns, key=lambda name: (len(name), name))
    width = column_of(widest.decode()) + 1
    if last * width > MAX_CELLS:
        cell = f"{bottom.decode()}{last}" if last > width * 64 else f"{letters(width - 1)}{last}"
        raise DataError(fault("too_wide", f"{where}:{cell}", limit=MAX_CELLS // 1_000_000))


def _look_at_ods(archive: zipfile.ZipFile, file: str) -> None:
    """Bound what repeated cells and rows unfold to."""
    data = archive.read("content.xml")
    for match in re.finditer(rb"<table:table-cell\b[^>]*office:value[^>]*>", data):
        repeated = re.search(rb'number-columns-repeated="(\d+)"', match[0])
        if repeated and int(repeated[1]) > 1_000:
            raise DataError(fault("too_wide", file, limit=MAX_CELLS // 1_000_000))


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK + 200]
