"""The only door to text files: encoding and delimiter found or as the profile says."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from forevar.errors import DataError, fault
from forevar.load.grid import Grid
from forevar.load.workbook import OLE, ZIP, content_of
from forevar.profile_parts import Csv

ENDINGS = (".csv", ".tsv", ".txt")
MAX_BYTES = 100_000_000
MAX_CELL = 100_000
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DELIMITERS = (";", "\t", ",", "|")


def open_text(path: Path, file: str, how: Csv, *, restricted: bool = False) -> Grid:
    """The cells of a text file; every cell is text.

    Args:
        path: .csv, .tsv or .txt.
        file: How it is said to people.
        how: Encoding and delimiter; what is empty is found by itself.
        restricted: Cells must not be shown in messages.

    Raises:
        DataError: Unreadable, damaged, or no text at all.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(fault("too_large", file, limit=MAX_BYTES // 1_000_000))
        data = path.read_bytes()
    except OSError as error:
        raise DataError(fault("file_unreadable", file, why=error.strerror or "no reason given")) from None
    if not data.strip():
        raise DataError(fault("empty_file", file))
    if data.startswith((ZIP, OLE, b"%PDF")):
        raise DataError(fault("wrong_extension", file, says=path.suffix, **{"is": content_of(data[:8])}))
    text = _decode(data, how.encoding, file)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(fault("nul_bytes", f"{file}:{line}"))
    first, _, rest = text.partition("\n")
    delimiter = how.delimiter
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text = delimiter or first.strip()[4], "\n" + rest
    if not delimiter:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else _find_delimiter(text)
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row and len(longest := max(row, key=len)) > MAX_CELL:
                raise DataError(fault("open_quote", f"{file}:{len(rows) + 1}", content=longest[:20]))
            rows.append([cell if cell.strip() else "" for cell in row])
    except csv.Error:
        raise DataError(fault("broken", f"{file}:{reader.line_num}", form="a table of text")) from None
    if rows and any(cell.count("\n") > 200 for cell in rows[-1]):
        raise DataError(fault("open_quote", f"{file}:{len(rows)}"))
    return Grid(file, "", rows, restricted=restricted, is_text=True, comma_separated=delimiter == ",")  # type: ignore[arg-type]


def _decode(data: bytes, encoding: str, file: str) -> str:
    bom = next((name for mark, name in _BOMS.items() if data.startswith(mark)), "")
    if bom or encoding:
        try:
            return data.decode(bom or encoding)
        except (UnicodeDecodeError, LookupError):
            raise DataError(fault("not_encoded", file, encoding=bom or encoding)) from None
    head = data[:2000]
    for name, nulls in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if nulls and nulls.count(0) > 0.8 * len(nulls):
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _find_delimiter(text: str) -> str:
    """The mark that cuts most lines into equally many cells; a semicolon wins over a comma."""
    lines = text[:100_000].splitlines()[:60]
    best, most = ";", 0
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1)
        if widths and widths.most_common(1)[0][1] > most:
            best, most = delimiter, widths.most_common(1)[0][1]
    return best
