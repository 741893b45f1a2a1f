"""Broken, hostile and awkward files: one clear line each, never a crash, never a wrong number."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forevar.errors import DataError
from forevar.load.delimited import open_text
from forevar.load.workbook import open_workbook
from forevar.profile_parts import Csv
from forevar.tidy import Tidy

from .office import Office, said, values, workbook

PROFILE = """
files: statistics/*
tables:
  - columns: {Stoff: substance, Antall: {measure: seizures}}
"""
GOOD = workbook({"Ark1": [["Stoff", "Antall"], ["Kokain", 8], ["Heroin", 12]]})
NAME = "statistics/2026-1-police.xlsx"


def loaded(office: Office, name: str, data: bytes, profile: str = PROFILE) -> Tidy:
    office.profile(profile)
    office.raw(name, data)
    return office.load()


def zipped(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return content.getvalue()


def rewritten(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with something put into one of its parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    return zipped(parts)


def encrypted() -> bytes:
    """The beginning of what Excel writes for a workbook with a password."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 900


def bomb() -> bytes:
    data = b"0" * 400_000_000
    return zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": data})


def lying_bomb() -> bytes:
    """An archive that claims a small part and unfolds a large one."""
    data = zipped(
        {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", "xl/big.xml": b"0" * 50_000_000}
    )
    return data.replace(struct.pack("<I", 50_000_000), struct.pack("<I", 1_000))


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        (NAME, GOOD[:1500], "broken"),
        (NAME, GOOD[:-200], "broken"),
        (NAME, b"", "empty_file"),
        (NAME, b"Stoff;Antall\nKokain;8\n", "wrong_extension"),
        (NAME, b"<html><table><tr><td>Kokain</td></tr></table></html>", "wrong_extension"),
        ("statistics/2026-1-police.xls", b"<html><table></table></html>", "wrong_extension"),
        ("statistics/2026-1-police.csv", GOOD, "wrong_extension"),
        ("statistics/2026-1-police.pdf", b"%PDF-1.7", "unknown_format"),
        (NAME, zipped({"word/document.xml": b"<w/>"}), "wrong_extension"),
        (NAME, encrypted(), "password"),
        (NAME, lying_bomb(), "broken"),
        ("statistics/2026-1-police.csv", b"Stoff;Antall\nKok\0ain;8\n", "nul_bytes"),
        ("statistics/2026-1-police.csv", b" \n \n", "empty_file"),
        ("statistics/2026-1-police.csv", b'Stoff;Antall\n"Kokain;8\n' + b"Heroin;9\n" * 400, "open_quote"),
    ],
    ids=lambda value: value if isinstance(value, str) and "/" not in value else "",
)
def test_a_broken_file_gives_one_clear_line(office: Office, name: str, data: bytes, key: str) -> None:
    tidy = loaded(office, name, data)
    assert [one for one, _ in said(tidy)] == [key]
    assert tidy.faults[0].exit_code == 11
    assert tidy.faults[0].mend
    assert "\n" not in tidy.faults[0].what
    assert tidy.observations.empty


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_no_damage_to_a_workbook_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, int]]
) -> None:
    data = bytearray(GOOD)
    for at, value in damage:
        data[at] = value
    path = tmp_path_factory.mktemp("damaged") / "damaged.xlsx"
    path.write_bytes(bytes(data))
    with contextlib.suppress(DataError):  # and nothing else
        book = open_workbook(path, path.name)
        for sheet in book.sheets:
            book.grid(sheet)


@given(st.binary(max_size=80))
def test_no_bytes_break_the_reader_of_text(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("text") / "text.csv"
    path.write_bytes(data)
    with contextlib.suppress(DataError):
        open_text(path, path.name, Csv())


def test_a_zip_bomb_is_refused_before_it_unfolds(office: Office) -> None:
    data = bomb()
    tracemalloc.start()
    began = time.monotonic()
    tidy = loaded(office, NAME, data)
    assert said(tidy) == [("too_large", NAME)]
    assert time.monotonic() - began < 5
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_one_cell_in_the_far_corner_does_not_fill_the_memory(office: Office) -> None:
    corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = rewritten(GOOD, "xl/worksheets/sheet1.xml", b"</sheetData>", corner)
    assert said(loaded(office, NAME, data)) == [("too_wide", f"{NAME}:Ark1:XFD1048576")]


def test_one_long_text_shared_by_many_cells_does_not_fill_the_memory(office: Office) -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/sharedStrings.xml"] = b"<sst><si><t>" + b"x" * 30_000 + b"</t></si></sst>"
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(1, 60_000))
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
    assert said(loaded(office, NAME, zipped(parts))) == [("too_large", NAME)]


def test_a_million_empty_rows_are_read_in_seconds(office: Office) -> None:
    empty = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (row, row) for row in range(4, 1_000_000))
    data = rewritten(GOOD, "xl/worksheets/sheet1.xml", b"</sheetData>", empty + b"</sheetData>")
    began = time.monotonic()
    assert values(loaded(office, NAME, data)) == {("kokain", "2026-1"): 8, ("heroin", "2026-1"): 12}
    assert time.monotonic() - began < 15


def test_a_value_below_a_million_empty_rows_is_no_part_of_the_table(office: Office) -> None:
    last = b'<row r="900000"><c r="B900000"><v>5</v></c></row></sheetData>'
    data = rewritten(GOOD, "xl/worksheets/sheet1.xml", b"</sheetData>", last)
    assert values(loaded(office, NAME, data)) == {("kokain", "2026-1"): 8, ("heroin", "2026-1"): 12}


def test_three_hundred_columns_are_read(office: Office) -> None:
    sheet = [["Stoff", *(f"uke {at}" for at in range(298)), "Antall"], ["Kokain", *[1] * 298, 8]]
    assert values(loaded(office, NAME, workbook({"Ark1": sheet}))) == {("kokain", "2026-1"): 8}


def test_a_formula_without_a_stored_result_names_the_cell(office: Office) -> None:
    data = workbook({"Ark1": [["Stoff", "Antall"], ["Kokain", "=4+4"], ["Heroin", 12]]})
    tidy = loaded(office, NAME, data)
    assert said(tidy) == [("no_result", f"{NAME}:Ark1:B2")]
    assert "Excel" in tidy.faults[0].mend


def test_an_error_cell_is_not_read_as_silent(office: Office) -> None:
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    book["Ark1"]["B2"] = "#DIV/0!"
    book["Ark1"]["B2"].data_type = "e"
    content = io.BytesIO()
    book.save(content)
    assert said(loaded(office, NAME, content.getvalue())) == [("error_cell", f"{NAME}:Ark1:B2")]


@pytest.mark.parametrize("content", [True, dt.date(2026, 1, 3), dt.time(8, 30), "mange", "8 eller 9", "1.234,5.6"])
def test_what_is_no_number_is_refused_with_its_cell(office: Office, content: object) -> None:
    tidy = loaded(office, NAME, workbook({"Ark1": [["Stoff", "Antall"], ["Kokain", content]]}))
    assert [(key, where) for key, where in said(tidy) if key in ("not_a_number", "ambiguous_number")] == [
        (said(tidy)[0][0], f"{NAME}:Ark1:B2")
    ]


def test_a_hidden_sheet_is_read_only_when_it_is_named(office: Office) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook({"Gammel": [["Stoff", "Antall"], ["Kokain", 1]]})))
    book["Gammel"].sheet_state = "hidden"
    sheet = book.create_sheet("Ny")
    for row in (["Stoff", "Antall"], ["Kokain", 8]):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    assert values(loaded(office, NAME, content.getvalue())) == {("kokain", "2026-1"): 8}
    named = PROFILE.replace("  - columns", "  - sheet: Gammel\n    columns")
    assert values(loaded(office, NAME, content.getvalue(), named)) == {("kokain", "2026-1"): 1}


def test_a_heading_twice_is_refused_unless_the_column_is_named_by_letter(office: Office) -> None:
    sheet = {"Ark1": [["Stoff", "Antall", "Antall"], ["Kokain", 8, 80]]}
    assert said(loaded(office, NAME, workbook(sheet))) == [("double_header", f"{NAME}:Ark1:C1")]
    profile = 'files: statistics/*\ntables:\n  - columns: {Stoff: substance, "[C]": {measure: seizures}, "[B]": skip}\n'
    assert values(loaded(office, NAME, workbook(sheet), profile)) == {("kokain", "2026-1"): 80}


def test_numbers_as_text_and_numbers_are_read_alike(office: Office) -> None:
    sheet = [["Stoff", "Antall"], ["Kokain", "1 234"], ["Heroin", "12,0"], ["Ketamin", 7.0]]
    assert values(loaded(office, NAME, workbook({"Ark1": sheet})), ["substance"]) == {
        "kokain": 1234, "heroin": 12, "ketamin": 7,
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_text_is_read_whatever_its_encoding(office: Office, encoding: str) -> None:
    office.profile(PROFILE.replace("Stoff", "Rusmiddel på gaten"))
    office.text("statistics/2026-1-police.csv", "Rusmiddel på gaten;Antall\nKokain;8\n", encoding)
    assert values(office.load()) == {("kokain", "2026-1"): 8}


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_the_delimiter_is_found(office: Office, mark: str) -> None:
    office.profile(PROFILE)
    rows = [["Stoff", "Antall", "Merknad"], ["Kokain", "8", "a"], ["Heroin", "12", "b"]]
    office.text("statistics/2026-1-police.csv", "\n".join(mark.join(row) for row in rows))
    assert values(office.load(), ["substance"]) == {"kokain": 8, "heroin": 12}


def test_excels_own_first_line_is_no_header(office: Office) -> None:
    tidy = loaded(office, "statistics/2026-1-police.csv", b"sep=;\r\nStoff;Antall\r\nKokain;8\r\n")
    assert values(tidy) == {("kokain", "2026-1"): 8}


def test_the_profiles_encoding_is_held_to(office: Office) -> None:
    office.profile("csv: {encoding: utf-8}" + PROFILE)
    office.raw("statistics/2026-1-police.csv", "Stoff;Antall\nKøkain;8\n".encode("latin-1"))
    assert said(office.load()) == [("not_encoded", "statistics/2026-1-police.csv")]


def test_dates_before_1904_are_read_right_or_refused(office: Office, tmp_path: Path) -> None:
    profile = (
        "files: statistics/*\ntime: {every: year}\ntables:\n  - columns: {År: time, Antall: {measure: seizures}}\n"
    )
    book = openpyxl.Workbook()
    for row in (["År", "Antall"], [dt.datetime(1903, 5, 1), 3], [dt.datetime(2025, 5, 1), 4]):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    assert values(loaded(office, NAME, content.getvalue(), profile), ["period"]) == {"1903": 3, "2025": 4}
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    content = io.BytesIO()
    book.save(content)
    tidy = loaded(office, NAME, content.getvalue(), profile)
    assert said(tidy) == [("not_a_time", f"{NAME}:Sheet:A2")]
    assert tidy.observations["period"].tolist() == ["2025"]


def test_a_workbook_without_sheets_of_cells_is_refused(office: Office) -> None:
    tidy = loaded(office, NAME, workbook({"Ark1": []}))
    assert [key for key, _ in said(tidy)] == ["no_header"]


def test_restricted_content_is_never_printed(office: Office) -> None:
    office.profile(PROFILE)
    secret = {"Ark1": [["Stoff", "Antall", "Kari Nordmann"], ["Kokain", "hemmelig"], ["Ola Nordmann", 3]]}
    office.book(NAME, secret, access="restricted")
    tidy = office.load()
    assert [key for key, _ in said(tidy)] == ["not_a_number", "unknown_label"]
    told = "\n".join(f"{one}{one.in_language('nb')}" for one in (*tidy.faults, *tidy.notices))
    assert "hemmelig" not in told
    assert "Nordmann" not in told
    assert "withheld" in told


@pytest.mark.parametrize("address", [b"BKokain2", b"B", b"b2x", b"ABCDE2", b"B12345678", b"", b"2B"])
def test_cell_with_an_address_no_sheet_has_is_a_broken_workbook(office: Office, address: bytes) -> None:
    data = rewritten(GOOD, "xl/worksheets/sheet1.xml", b'r="B2"', b'r="' + address + b'"')
    office.profile(PROFILE)
    office.raw(NAME, data)
    with pytest.raises(DataError, match=r"2026-1-police\.xlsx"):
        office.load().raise_faults()


@pytest.mark.parametrize("label", ["5025-2", "9026-1", "2026-3"])
def test_half_year_no_calendar_has_is_told_with_its_cell(office: Office, label: str) -> None:
    office.profile(
        "files: statistics/*\ntables:\n  - columns: {Tid: time, Stoff: substance, Antall: {measure: seizures}}\n"
    )
    office.book(NAME, {"Ark1": [["Tid", "Stoff", "Antall"], [label, "Kokain", 8]]})
    with pytest.raises(DataError, match="Ark1:A2"):
        office.load().raise_faults()
