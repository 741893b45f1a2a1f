"""One source's raw files → readings, by its profile alone."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from forevar.errors import DataError, Fault, fault
from forevar.load.delimited import ENDINGS as TEXT_ENDINGS
from forevar.load.delimited import open_text
from forevar.load.deliveries import combine
from forevar.load.grid import Grid
from forevar.load.halfyear import add_events
from forevar.load.label import Lexicon, fill, fits, normal
from forevar.load.meaning import Found, Meaning, Reading, words_of
from forevar.load.questionnaire import Answered, read_answers
from forevar.load.reading import read_table
from forevar.load.table import above, find_header, find_region, missing_headings
from forevar.load.timelabel import MONTHS, TimeForm, half_span, parse_time
from forevar.load.workbook import ENDINGS as BOOK_ENDINGS
from forevar.load.workbook import Book, open_workbook
from forevar.period import Period
from forevar.profile import Profile, Table, Value
from forevar.profile_parts import MONTHS as MONTH_LITERAL
from forevar.profile_parts import Dimension, LabelRole, Mark
from forevar.registry import RawFile
from forevar.terms import Status

_HALF = re.compile(r"^([12]\d{3}-[12])(?!\d)")
assert set(get_args(MONTH_LITERAL)) <= set(MONTHS)


@dataclass(frozen=True)
class Known:
    """What params know, whichever source is read.

    Attributes:
        substances: Label → key: keys, names and aliases.
        measures: Source → measure → its dimensions and unit.
        places: Source → label → key.
        names: Dictionary's key → label → substance.
    """

    substances: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, Mapping[str, tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Shelf:
    """Opens each raw file once and mends its cells.

    Attributes:
        mend: Called with every sheet as it is first read.
    """

    mend: Callable[[Grid], None]
    _books: dict[Path, Book] = field(default_factory=dict)
    _grids: dict[tuple[Path, str], Grid] = field(default_factory=dict)

    def sheets(self, raw: RawFile) -> dict[str, bool]:
        """Name → visible; one nameless sheet for text files.

        Raises:
            DataError: The file is not of a kind that is read, or is broken.
        """
        ending = raw.path.suffix.lower()
        if ending in TEXT_ENDINGS:
            return {"": True}
        if ending not in BOOK_ENDINGS:
            raise DataError(fault("unknown_format", raw.file, says=ending or "-"))
        if raw.path not in self._books:
            self._books[raw.path] = open_workbook(raw.path, raw.file, restricted=raw.is_restricted)
        return self._books[raw.path].sheets

    def grid(self, raw: RawFile, sheet: str, profile: Profile) -> Grid:
        """The cells of a sheet, mended."""
        key = (raw.path, sheet)
        if key not in self._grids:
            if sheet or raw.path in self._books:
                grid = self._books[raw.path].grid(sheet)
            else:
                grid = open_text(raw.path, raw.file, profile.csv, restricted=raw.is_restricted)
            self.mend(grid)
            self._grids[key] = grid
        return self._grids[key]


def half_in_name(path: Path) -> Period | None:
    """The half-year a file's name begins with."""
    match = _HALF.match(path.name)
    return Period.parse(match[1]) if match else None


def order_of(profile: Profile, raw: RawFile) -> str:
    """What orders deliveries: the half-year or label in the name, else the day it was received."""
    if half := half_in_name(raw.path):
        return half.end.isoformat()
    for table in profile.tables:
        if table.file_is and (parts := fill(raw.path.name, table.file_is)):
            for role in ("delivery", "time"):
                if role in parts and (span := parse_time(parts[role], TimeForm("campaign"))):
                    return span.end.isoformat()
    received = raw.sidecar.origin.received if raw.sidecar else None
    return received.isoformat() if received else ""


def delivered(profile: Profile, files: Sequence[RawFile]) -> list[tuple[int, RawFile]]:
    """Files with their place in the order of deliveries; only the newest when the profile says so."""
    orders = {raw.path: order_of(profile, raw) for raw in files}
    ranks = {order: rank for rank, order in enumerate(sorted(set(orders.values())))}
    ranked = [(ranks[orders[raw.path]], raw) for raw in files]
    if profile.deliveries == "newest":
        ranked = [(rank, raw) for rank, raw in ranked if rank == len(ranks) - 1]
    return ranked


def read_file(key: str, profile: Profile, raw: RawFile, delivery: int, shelf: Shelf, known: Known) -> Found:
    """Every number of one file, with every fault; tables that hold none of the file's sheets are faults too."""
    found = Found()
    try:
        sheets = shelf.sheets(raw)
    except DataError as error:
        return Found(faults=list(error.faults))
    tables = [table for table in profile.tables if not table.files or _is_in(raw, table.files)]
    forms = {id(table): meaning_of(key, profile, table, raw, known) for table in tables}
    for sheet, of_sheet in _by_sheet(tables, sheets, raw, found).items():
        try:
            grid = shelf.grid(raw, sheet, profile)
        except DataError as error:
            found.faults += error.faults
            continue
        headers = {id(table): find_header(grid, table, forms[id(table)].form) for table in of_sheet}
        for table in of_sheet:
            header = headers[id(table)]
            if header is None:
                if not table.optional and not (len(_sheets_of(table.sheet, sheets)) > 1 and "*" in table.sheet):
                    wanted, missing = missing_headings(grid, table)
                    found.faults.append(fault("no_header", grid.where(), wanted=wanted, missing=missing))
                continue
            borders = [other for one, other in headers.items() if one != id(table) and other is not None]
            try:
                _read_one(grid, table, header, borders, forms[id(table)], raw, delivery, found)
            except DataError as error:
                found.faults += error.faults
    return found


def _read_one(
    grid: Grid, table: Table, header: int, borders: Sequence[int], meaning: Meaning, raw: RawFile, delivery: int,
    found: Found,
) -> None:  # fmt: skip
    region = find_region(grid, table, header, borders)
    if not region.rows and not table.count:
        found.faults.append(fault("no_rows", grid.where(header)))
        return
    read = read_table(grid, table, region, meaning, _parts(grid, table, header, raw))
    readings = read.readings
    if table.count or meaning.form.every == "event":
        each = table.count.each if table.count else ()
        nothing = _nothing(table, meaning, grid.where(header)) if table.count else None
        half = half_in_name(raw.path)
        counted = add_events(readings, meaning.covers, half, each, nothing, grid.where(header))
        readings, read.faults = counted.readings, [*read.faults, *counted.faults]
    if table.combine:
        readings = combine(readings, table.combine)
    for reading in readings:
        reading.delivery = delivery
    found.readings += readings
    found.faults += read.faults
    found.notices += read.notices


def read_questionnaire(key: str, profile: Profile, raw: RawFile, shelf: Shelf, known: Known) -> Answered:
    """Every answer of one file, with every fault."""
    assert profile.answers is not None
    try:
        sheets = shelf.sheets(raw)
        names = _sheets_of(profile.answers.sheet, sheets)
        if not names:
            return Answered(faults=[_no_sheet(raw, profile.answers.sheet, sheets)])
        grid = shelf.grid(raw, names[0], profile)
    except DataError as error:
        return Answered(faults=list(error.faults))
    own = {normal(label): to for label, to in profile.labels.substance.items()}
    return read_answers(grid, profile, {**known.substances, **own}, half_in_name(raw.path))


def read_names(profile: Profile, raw: RawFile, shelf: Shelf) -> tuple[dict[str, str], list[Fault]]:
    """Normal name → substance, from a list of codes and names, for the codes the profile gives a substance."""
    assert profile.dictionary is not None
    how = profile.dictionary
    table = Table(columns={how.code: "substance", how.name: "place"}, wide="substance", blank_rows="skip")
    try:
        grid = shelf.grid(raw, next(iter(shelf.sheets(raw))), profile)
        header = find_header(grid, table, TimeForm())
        if header is None:
            wanted, missing = missing_headings(grid, table)
            return {}, [fault("no_header", grid.where(), wanted=wanted, missing=missing)]
        region = find_region(grid, table, header)
    except DataError as error:
        return {}, list(error.faults)
    code, name = region.of_role("substance")[0].index, region.of_role("place")[0].index
    keys = {normal(one): key for one, key in how.substances.items()}
    names = {
        normal(grid.cell(row, name)): key
        for row in region.rows
        if (key := keys.get(normal(grid.cell(row, code)))) and grid.cell(row, name) != ""
    }
    return names, []


def unknown_keys(key: str, profile: Profile, known: Known) -> list[Fault]:
    """Substances a profile names that ``params/substances.yml`` does not hold."""
    named = set(profile.labels.substance.values())
    for table in profile.tables:
        named |= {*table.labels.substance.values(), *table.unit_of, *(table.count.each if table.count else ())}
        values = [value for value in table.columns.values() if isinstance(value, Value)]
        named |= {table.substance or "", *table.unit_of}
        named |= {key for value in values for key in (value.substance or "", *value.unit_of)}
    if profile.answers:
        named |= {*profile.answers.substances, *(one.substance for one in profile.answers.questions)}
    if profile.dictionary:
        named |= set(profile.dictionary.substances.values())
    unknown = sorted(named - {""} - set(known.substances.values()))
    where = f"params/sources/{key}.yml"
    return [_unknown_key(one, where, known) for one in unknown]


def _unknown_key(key: str, where: str, known: Known) -> Fault:
    near = dict.fromkeys(known.substances[one] for one in get_close_matches(normal(key), known.substances))
    if near:
        return fault("unknown_key_near", where, content=key, role="substance", near=", ".join(near))
    return fault("unknown_key", where, content=key, role="substance")


def meaning_of(key: str, profile: Profile, table: Table, raw: RawFile, known: Known) -> Meaning:
    """Profile, table and params put together: the table's word goes before the profile's, the profile's before all."""
    time = _laid_over(profile.time, table.time)
    numbers = _laid_over(profile.numbers, table.numbers)
    measures = {
        **known.measures.get(key, {}),
        **{
            name: ((one.dimension,) if isinstance(one.dimension, str) else one.dimension, one.unit)
            for name, one in profile.measures.items()
        },
    }
    words, values = words_of(profile.words, table.words)
    units = {normal(unit): (unit, 1.0) for _, unit in measures.values()}
    for layer in (profile.labels.unit, table.labels.unit):
        units.update({normal(label): unit for label, unit in layer.items()})
    names = {label: to for one in profile.labels_from for label, to in known.names.get(one, {}).items()}
    standing: dict[str, Mapping[str, str]] = {
        "substance": {**known.substances, **names},
        "place": known.places.get(key, {}),
        "measure": {normal(name): name for name in measures},
        "dimension": {name: name for name in get_args(Dimension)},
        "mark": {name: name for name in get_args(Mark)},
        "time": {},
        "unit": {},
    }
    lexica: dict[str, Lexicon] = {}
    for role in get_args(LabelRole):
        labels = {**getattr(profile.labels, role), **getattr(table.labels, role)}
        ignored = (*profile.ignore.get(role, ()), *table.ignore.get(role, ()))
        unknown = table.unknown.get(role) or profile.unknown.get(role) or "fault"
        own = {normal(label): to for label, to in labels.items()}
        lexica[role] = Lexicon(own, ignored, unknown, standing[role])
    form = TimeForm(time.every, MONTHS[time.year_starts], time.day_first, half_in_name(raw.path))
    mark = raw.sidecar.data if raw.sidecar else ""
    return Meaning(
        lexica, units, words, values, numbers, measures, form, time.rule, time.constant, time.covers, mark,
        f"{key}.yml", key,
    )  # fmt: skip


def _laid_over(whole: Any, part: Any) -> Any:
    """The profile's word with what the table sets put over it."""
    return (
        whole
        if part is None
        else whole.model_copy(update={name: getattr(part, name) for name in part.model_fields_set})
    )


def _nothing(table: Table, meaning: Meaning, where: str) -> Reading | None:
    """A count of 0, for lists without a row."""
    assert table.count is not None
    dimensions, unit = meaning.measures.get(table.count.measure, ((), ""))
    if meaning.form.half is None or (len(dimensions) != 1 and not table.dimension):
        return None
    return Reading(
        table.count.measure, "", table.dimension or dimensions[0], table.place or "", half_span(meaning.form.half), 0.0,
        math.nan, unit, str(Status.OK), table.mark or meaning.mark, where, "sum", "half_year",
    )  # fmt: skip


def _parts(grid: Grid, table: Table, header: int, raw: RawFile) -> dict[str, str]:
    """Role → label from the sheet's name, the file's name and cells above."""
    parts: dict[str, str] = {}
    if table.sheet_is:
        parts[table.sheet_is] = grid.sheet
    if table.file_is:
        parts.update(
            {role: text for role, text in (fill(raw.path.name, table.file_is) or {}).items() if role != "delivery"}
        )
    for role, pattern in table.above.items():
        if (text := above(grid, header, pattern)) is not None:
            parts[role] = text
    return parts


def _is_in(raw: RawFile, globs: Iterable[str]) -> bool:
    below = raw.file.removeprefix("data/raw/")
    return any(Path(below).match(glob) for glob in globs)


def _sheets_of(wanted: str, sheets: Mapping[str, bool]) -> list[str]:
    """The sheets a table is looked for in: those named, hidden ones too; else the first visible one."""
    if not wanted or "" in sheets:
        return [name for name, visible in sheets.items() if visible][:1]
    return [
        name for name, visible in sheets.items()
        if fits(name, wanted) and (visible or normal(name) in map(normal, wanted.split("|")))
    ]  # fmt: skip


def _by_sheet(
    tables: Iterable[Table], sheets: Mapping[str, bool], raw: RawFile, found: Found
) -> dict[str, list[Table]]:
    by_sheet: dict[str, list[Table]] = {}
    for table in tables:
        names = _sheets_of(table.sheet, sheets)
        if not names and not table.optional:
            found.faults.append(_no_sheet(raw, table.sheet, sheets))
        for name in names:
            by_sheet.setdefault(name, []).append(table)
    return by_sheet


def _no_sheet(raw: RawFile, sheet: str, sheets: Iterable[str]) -> Fault:
    have = "…" if raw.is_restricted else ", ".join(sheets)
    return fault("no_sheet", raw.file, sheet=f"'{sheet}'", have=have)
