"""Cells of a found table → readings: one number with everything that is known of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from forevar.errors import Fault, fault
from forevar.load.grid import Cell, Grid, as_text
from forevar.load.label import IGNORED, normal
from forevar.load.meaning import YEARLY, Found, Meaning, Reading
from forevar.load.only import Only
from forevar.load.sametime import KEYS, SameTime
from forevar.load.table import Column, Region, columns_headed
from forevar.load.timelabel import ROLLING, Span, half_span, is_rolling, parse_time
from forevar.load.value import Said, Stop, value_at
from forevar.period import Period
from forevar.profile import Table, Value
from forevar.profile_parts import Rule
from forevar.terms import Status

_NO_LABELS = ("value", "skip", "time", "denominator", "status")


@dataclass(frozen=True, slots=True)
class Context:
    """What numbers under the same labels have in common."""

    measure: str
    substance: str
    dimension: str
    place: str
    unit: str
    factor: float
    mark: str
    rule: Rule
    labels: tuple[str, ...]


def read_table(grid: Grid, table: Table, region: Region, meaning: Meaning, parts: Mapping[str, str]) -> Found:
    """Every number of a table.

    Args:
        grid: The sheet.
        table: What the profile says of the table.
        region: Where it stands.
        meaning: What its labels, words and numbers mean.
        parts: Role → label from the sheet's name, the file's name or a cell above.

    Returns:
        Readings in the order of rows, with every fault; a label that is not known is one fault, however many
        numbers stand beside it.
    """
    return _TableReader(grid, table, region, meaning, parts).read()


class _TableReader:
    def __init__(self, grid: Grid, table: Table, region: Region, meaning: Meaning, parts: Mapping[str, str]) -> None:
        self.grid, self.table, self.region, self.meaning, self.parts = grid, table, region, meaning, parts
        self.found = Found(notices=list(region.notices))
        self.seen: set[str] = set()
        self.values = region.values
        self.filled = columns_headed(grid, table, region.header, table.fill_down, "fill_down")
        self.only = Only(grid, table, region.header, meaning.source)
        self.status = tuple(one.index for one in region.of_role("status"))
        self.times = region.of_role("time")
        self.label_columns = [one for one in region.columns if one.role not in _NO_LABELS]
        self.denominator = next((one.index for one in region.of_role("denominator")), None)
        self.labels: dict[tuple[Cell, ...], Mapping[str, str]] = {}
        self.contexts: dict[tuple[int, int], Context] = {}
        self.spans: dict[tuple[Cell, ...], Span] = {}
        self.same_time = SameTime(meaning.form)
        self.whole: set[Span] = set()
        self.timed: tuple[int, tuple[Cell, ...]] = -1, ()
        self.last: dict[int, Cell] = {}
        below = {column.value.denominator for column in region.values if column.value.denominator}
        self.denominators = dict(
            zip(below, columns_headed(grid, table, region.header, below, "denominator"), strict=True)
        )
        self.of_row: dict[tuple[int, Span], float] = {}
        self.column_of: list[int] = []

    def read(self) -> Found:
        rolling = next((one for one in self.values if ROLLING.search(one.path)), None)
        if rolling and self.meaning.form.every not in YEARLY:
            where = self.grid.where(self.region.header, rolling.index)
            self._note(fault("rolling", where, content=self.grid.shown(rolling.path)))
            return self.found
        totals: list[tuple[int, Span, float, str]] = []
        for row in self.region.rows:
            for column in self.filled:
                if (cell := self.grid.label(row, column)) != "":
                    self.last[column] = cell
            if not self.only.keeps(partial(self._label, row)):
                continue
            lead = normal(self._lead(row))
            if self.table.denominator_row and lead == normal(self.table.denominator_row):
                self.of_row.update({(index, span): value for index, span, value, _ in self._plain_row(row)})
            elif self.table.total and lead == normal(self.table.total):
                totals += self._plain_row(row)
            elif self.table.count:
                self._count(row)
            else:
                self._numbers(row)
        if self.of_row:
            for reading, column in zip(self.found.readings, self.column_of, strict=True):
                reading.denominator = self.of_row.get((column, reading.span), math.nan)
        self._check_totals(totals)
        self.found.notices += self.only.notices()
        if any(one.key in KEYS for one in self.found.faults):
            self.found.readings = []  # their times are wrong: nothing else is to be said of them
        return self.found

    def _numbers(self, row: int) -> None:
        said = [
            column
            for column in self.values
            if self.grid.cell(row, column.index) != ""
            or (row, column.index) in self.grid.unread
            or (self.status and any(self.grid.cell(row, one) != "" for one in self.status))
        ]
        if not said:
            return
        try:
            labels = self._row_labels(row)
        except Stop as stop:
            self._note(stop.fault)
            return
        for column in said:
            try:
                self._add(row, column, labels)
            except Stop as stop:
                self._note(stop.fault)

    def _count(self, row: int) -> None:
        assert self.table.count is not None
        try:
            lead = self.times or self.region.columns
            column = Column(lead[0].index, "", "value", Value(measure=self.table.count.measure))
            self._add(row, column, self._row_labels(row), (1.0, str(Status.OK), ""))
        except Stop as stop:
            self._note(stop.fault)

    def _add(self, row: int, column: Column, labels: Mapping[str, str], read: Said | None = None) -> None:
        known = self.contexts.get((column.index, id(labels)))
        if known is None:
            known = self.contexts[column.index, id(labels)] = self._context(row, column, labels)
        span = self._time(row, column)
        if span not in self.whole:
            self._check_border(row, column, span)
        number = known.measure, known.substance, known.dimension, known.place, span
        times = self.timed[1] + column.heads.get("time", ())
        self._note(self.same_time.clash(times, number, self.grid.where(row, column.index), self.grid))
        read = read or value_at(self.grid, row, column.index, self.meaning, self.status)
        if read is None:
            return
        value, status, mark = read
        written = isinstance(self.grid.cell(row, column.index), str)
        if known.unit == "count" and written and math.isfinite(value) and value % 1:
            self._tell_of_fraction(row, column.index)
        at = self.denominators.get(column.value.denominator, self.denominator)
        below = value_at(self.grid, row, at, self.meaning) if at is not None else None
        self.column_of.append(column.index)
        self.found.readings.append(
            Reading(
                known.measure, known.substance, known.dimension, known.place, span, value * known.factor,
                below[0] if below else math.nan, known.unit, status, known.mark or mark or self.meaning.mark,
                self.grid.where(row, column.index), known.rule, self.meaning.form.every,
                restricted=self.grid.restricted, labels=known.labels,
            )
        )  # fmt: skip

    def _tell_of_fraction(self, row: int, column: int) -> None:
        """Once for a table: a count with decimals may be thousands read with the wrong mark."""
        if not any(one.key == "fraction" for one in self.found.notices):
            content = self.grid.shown(self.grid.cell(row, column))
            self.found.notices.append(fault("fraction", self.grid.where(row, column), content=content))

    def _context(self, row: int, column: Column, labels: Mapping[str, str]) -> Context:
        """What every number under these labels in this column has in common."""
        meaning, table, told = self.meaning, self.table, column.value
        keys = dict(labels)
        for role, heads in column.heads.items():
            if role != "time":
                head = " / ".join(as_text(head) for head in heads)
                keys[role] = self._key(role, head, self.region.header, column.index)
        for role, constant in (("measure", told.measure), ("substance", told.substance), ("place", told.place)):
            if constant:
                keys[role] = constant
        profile = f"params/sources/{meaning.profile}"
        measure = keys.get("measure") or table.measure
        if not measure:
            raise Stop(fault("no_measure", self.grid.where(row, column.index), profile=meaning.profile))
        if measure not in meaning.measures:
            raise Stop(fault("unknown_measure", profile, measure=measure, source=meaning.source))
        dimensions, registered = meaning.measures[measure]
        dimension = keys.get("dimension") or told.dimension or table.dimension
        if not dimension and len(dimensions) != 1:
            raise Stop(fault("no_dimension", profile, measure=measure, source=meaning.source))
        substance = keys.get("substance", table.substance or "")
        unit, factor = self._unit(keys.get("unit", ""), registered, row, column, substance)
        return Context(
            measure, substance, dimension or dimensions[0], keys.get("place", table.place or ""), unit, factor,
            keys.get("mark") or told.mark or table.mark or "", told.rule or meaning.rule, self._labels_at(row, column),
        )  # fmt: skip

    def _row_labels(self, row: int) -> Mapping[str, str]:
        """Role → key of everything but time that stands in the row, the sheet's name, the file's or above."""
        cells = tuple(self._label(row, column.index) for column in self.label_columns)
        if (known := self.labels.get(cells)) is not None:
            return known
        keys: dict[str, str] = {}
        for role, label in self.parts.items():
            if role != "time":
                keys[role] = self._key(role, label, self.region.header, 0)
        by_role: dict[str, list[tuple[Column, Cell]]] = {}
        for column, cell in zip(self.label_columns, cells, strict=True):
            by_role.setdefault(column.role, []).append((column, cell))
        for role, said in by_role.items():
            at = said[0][0].index
            text = " / ".join(as_text(cell) for _, cell in said if cell != "")
            if text:
                keys[role] = self._key(role, text, row, at)
            elif role in ("substance", "measure", "place") and role not in keys:
                raise Stop(fault("no_label", self.grid.where(row, at), role=role))
        self.labels[cells] = keys
        return keys

    def _key(self, role: str, label: str, row: int, column: int) -> str:
        if role == "unit":  # looked up when it is known to matter: a count stays a count
            return normal(label)
        key = self.meaning.lexica[role].key(label)
        if key is None:
            raise Stop(self._unknown(role, label, row, column))
        if key == IGNORED:
            raise Stop
        return key

    def _unknown(self, role: str, label: str, row: int, column: int) -> Fault:
        return fault("unknown_label", self.grid.where(row, column), content=self.grid.shown(label), role=role)

    def _unit(self, label: str, registered: str, row: int, column: Column, substance: str) -> tuple[str, float]:
        told, table = column.value, self.table
        factor = told.factor * table.factor
        of_substance = told.unit_of.get(substance) or table.unit_of.get(substance)
        if of_substance:
            return of_substance[0], factor * of_substance[1]
        if label and registered != "count":
            if label not in self.meaning.units:
                at = self.region.of_role("unit")
                raise Stop(self._unknown("unit", label, row, at[0].index if at else column.index))
            unit, by = self.meaning.units[label]
            return unit, factor * by
        return told.unit or table.unit or registered, factor

    def _time(self, row: int, column: Column) -> Span:
        if row != self.timed[0]:
            self.timed = row, tuple(cell for one in self.times if (cell := self._label(row, one.index)) != "")
        cells = self.timed[1] + column.heads.get("time", ())
        span = self.spans.get(cells)
        if span is None:
            span = self.spans[cells] = self._span(cells, row, column)
        return span

    def _span(self, cells: tuple[Cell, ...], row: int, column: Column) -> Span:
        """The days that labels of time, or what stands for them, cover."""
        form = self.meaning.form
        given = self.parts.get("time", "")
        if not cells and (given or self.meaning.constant_time):
            cells, given = (given or self.meaning.constant_time,), ""
        if not cells:
            if form.half is None or form.every in ("event", "day"):
                raise Stop(fault("no_time", self.grid.where(row, column.index)))
            if self.times:
                raise Stop(fault("no_label", self.grid.where(row, self.times[0].index), role="time"))
            return half_span(form.half)
        attempts: list[Cell] = [cells[0] if len(cells) == 1 else " ".join(as_text(cell) for cell in cells)]
        if given:
            attempts.append(f"{given} {as_text(attempts[0])}")
        lexicon = self.meaning.lexica["time"]
        for attempt in attempts:
            said = lexicon.keys.get(normal(attempt))
            if span := parse_time(said if said is not None else attempt, form):
                if said is None:
                    self.same_time.hear(cells, attempt)
                return span
        if any(lexicon.key(cell) == IGNORED for cell in (attempts[0], *cells)):
            raise Stop
        where = self.grid.where(row if self.times else self.region.header, (*self.times, column)[0].index)
        kind = "rolling" if is_rolling(attempts[0], form) else "not_a_time"
        raise Stop(fault(kind, where, content=self.grid.shown(attempts[0]), every=form.every))

    def _check_border(self, row: int, column: Column, span: Span) -> None:
        if self.meaning.form.every not in (*YEARLY, "week") and Period.containing(span.start) != Period.containing(
            span.end
        ):
            where = self.grid.where(row, column.index)
            raise Stop(fault("crosses", where, content=self._time_shown(row, column)))
        self.whole.add(span)

    def _labels_at(self, row: int, column: Column) -> tuple[str, ...]:
        if self.grid.restricted:
            return ()
        heads = [head for role, cells in column.heads.items() if role != "time" for head in cells]
        cells = [self._label(row, one.index) for one in self.label_columns]
        return tuple(as_text(cell) for cell in (*cells, *(heads or [column.path])))

    def _time_shown(self, row: int, column: Column) -> str | None:
        cells = [self._label(row, one.index) for one in self.times] + [*column.heads.get("time", ())]
        return self.grid.shown(" ".join(as_text(cell) for cell in cells if cell != "") or self.parts.get("time", ""))

    def _plain_row(self, row: int) -> list[tuple[int, Span, float, str]]:
        """Column, time, value and address of a row that is no row of labels."""
        numbers = []
        for column in self.values:
            try:
                if (read := value_at(self.grid, row, column.index, self.meaning, self.status)) is not None:
                    span = self._time(row, column)
                    numbers.append((column.index, span, read[0], self.grid.where(row, column.index)))
            except Stop as stop:
                self._note(stop.fault)
        return numbers

    def _check_totals(self, totals: list[tuple[int, Span, float, str]]) -> None:
        sums: dict[tuple[int, Span], float] = {}
        for reading, column in zip(self.found.readings, self.column_of, strict=True):
            sums[column, reading.span] = sums.get((column, reading.span), 0.0) + reading.value
        for column, span, total, where in totals:
            have = sums.get((column, span), math.nan) / self.table.factor
            if math.isfinite(have) and math.isfinite(total) and abs(have - total) > 0.001 * max(1.0, abs(total)):
                shown = self.grid.shown
                self._note(fault("wrong_total", where, content=shown(total), sum=shown(float(f"{have:.6g}"))))

    def _label(self, row: int, column: int) -> Cell:
        cell = self.grid.label(row, column)
        return self.last.get(column, "") if cell == "" and column in self.filled else cell

    def _lead(self, row: int) -> Cell:
        """The row's own label: the first that is no time."""
        labels = [one for one in self.region.columns if one.role in ("substance", "place", "measure", "dimension")]
        return self._label(row, labels[0].index) if labels else next((c for c in self.grid.rows[row] if c != ""), "")

    def _note(self, found: Fault | None) -> None:
        """Each fault once: an unknown label has many numbers beside it."""
        if found is not None and (text := f"{found.where}{found.key}") not in self.seen:
            self.seen.add(text)
            self.found.faults.append(found)
