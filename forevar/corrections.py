"""Known faults in raw files, mended as data: one cell, a reason, and what the cell must still say."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from forevar.errors import Fault, ParamsError, fault
from forevar.load.grid import Cell, Grid, as_text, column_of
from forevar.load.label import normal
from forevar.workspace import Workspace
from forevar.yaml_file import read_yaml, validate

_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


def _plain(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Content = Annotated[float | str | None, BeforeValidator(_plain)]


class Correction(BaseModel):
    """One entry of ``params/editions/<edition>/corrections.yml``.

    Attributes:
        where: ``data/raw/…xlsx:Sheet:D12``; ``data/raw/…csv:D12``.
        action: ``override`` puts ``value`` there, ``drop`` empties the cell, ``flag`` only tells of it.
        expect: What the cell says now; when it says something else the correction is refused.
        reason: Why, who confirmed it, when.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    where: str
    action: Literal["override", "drop", "flag"]
    value: Content = None
    expect: Content
    reason: str
    status: str = ""


@dataclass
class Corrections:
    """Corrections, and what became of them.

    Attributes:
        entries: Each one, and the file it is written in.
        faults: Those that no longer fit.
        notices: Cells that are flagged.
    """

    entries: tuple[tuple[Correction, str], ...] = ()
    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    _used: set[int] = field(default_factory=set)

    def apply(self, grid: Grid) -> None:
        """Mend the cells of one sheet, in place."""
        for number, (entry, file) in enumerate(self.entries):
            place, _, cell = entry.where.rpartition(":")
            match = _CELL.fullmatch(cell)
            if place != grid.where() or match is None or number in self._used:
                continue
            row, column = int(match[2]) - 1, column_of(match[1])
            self._used.add(number)
            said = grid.cell(row, column)
            if not _agree(said, entry.expect):
                told = None if grid.restricted else repr(entry.expect) if entry.expect is not None else "an empty cell"
                self.faults.append(
                    fault("correction_expired", entry.where, expect=told, content=grid.shown(said), corrections=file)
                )
            elif entry.action == "flag":
                self.notices.append(fault("flagged", entry.where, reason=entry.reason))
            else:
                value = "" if entry.action == "drop" or entry.value is None else entry.value
                grid.rows[row][column] = value

    def leftovers(self) -> list[Fault]:
        """Corrections whose cell was never read."""
        return [
            fault("correction_nowhere", entry.where, corrections=file)
            for number, (entry, file) in enumerate(self.entries)
            if number not in self._used
        ]


def load_corrections(workspace: Workspace) -> Corrections:
    """The corrections of every edition: what is wrong in a raw cell is wrong whichever edition reads it.

    Raises:
        ParamsError: A file is not a list of corrections; every fault at once.
    """
    entries: dict[Correction, str] = {}
    faults: list[Fault] = []
    for path in sorted((workspace.params / "editions").glob("*/corrections.yml")):
        where = workspace.relative(path)
        data = read_yaml(path, where) or []
        if not isinstance(data, list):
            raise ParamsError("corrections are a list", where, "begin each with: - where:")
        for number, entry in enumerate(data):
            try:
                entries.setdefault(validate(Correction, entry, path, where, (number,)), where)
            except ParamsError as error:
                faults += error.faults
    if faults:
        raise ParamsError(faults)
    return Corrections(tuple(entries.items()))


def _agree(said: Cell, expected: float | str | None) -> bool:
    if expected is None:
        return said == ""
    if isinstance(expected, float) and isinstance(said, float):
        return math.isclose(said, expected)
    return normal(said) == normal(as_text(expected))
