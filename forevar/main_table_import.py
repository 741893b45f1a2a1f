"""Last year's Excel main table → a file of the history, read from then on like the other earlier main tables."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from forevar.errors import DataError, Fault, ParamsError
from forevar.files import sha256_of, write_atomic
from forevar.load.grid import Grid
from forevar.load.label import normal
from forevar.load.workbook import ENDINGS, open_workbook
from forevar.params import Params
from forevar.period import Period
from forevar.registry import register
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS
from forevar.workspace import Workspace

HEAD = ("Utgave", "Rusmiddel", "Bruk", "Tilgjengelighet", "Interesse", "Aggregert differanse")
DIMENSIONS = (*SCORED_DIMENSIONS, AGGREGATE)
_SILENT = frozenset({"", "-", "–", "—", "..", "i.s."})
_STABLE = frozenset({"→", "=", "↔", "⇒", "➔"})
_ARROWS = re.compile(r"[↑▲⬆]+|[↓▼⬇]+")
_SUM = re.compile(r"(sum|i alt|totalt?|aggreger).*")


@dataclass(frozen=True)
class Cell:
    """One number of the table and where it stands."""

    source: str
    substance: str
    dimension: str
    text: str
    where: str


def import_main_table(file: Path, workspace: Workspace, params: Params, edition: Period) -> Path:
    """Write ``data/raw/main_tables/<edition>-main_tables.csv`` and its sidecar.

    Args:
        file: The office's workbook: sources down and substances across, or the other way round, with a row or column
            «Bruk», «Tilgjengelighet», «Interesse» above each part; or substances down and the three sums across.
            Cells are arrows or numbers. Numbers all within the method's steps are steps, otherwise weighted sums.
        workspace: Where it is written.
        params: Names of sources and substances, weights, steps.
        edition: The edition the table was printed in.

    Raises:
        ParamsError: The register has no source of kind ``history``.
        DataError: Labels or cells are not understood, a sum does not fit, or the edition is imported already.
    """
    history = next((key for key, source in params.sources.items() if source.kind == "history"), None)
    if history is None:
        raise ParamsError(
            "no source of earlier main tables is registered", "params/sources.yml",
            "add one with kind: history, and its profile params/sources/main_tables.yml, as a new workspace has them",
        )  # fmt: skip
    target = workspace.raw / "main_tables" / f"{edition}-main_tables.csv"
    if target.exists():
        raise DataError(
            f"there is a main table of {edition} already", workspace.relative(target),
            "delete it and its sidecar first, if this one is right",
        )  # fmt: skip
    sums = read_main_table(file, params)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(HEAD)
    for substance, scores in sums.items():
        texts = [f"{scores[one]:g}".replace(".", ",") if one in scores else "" for one in DIMENSIONS]
        writer.writerow([edition.printed, substance, *texts])
    write_atomic(target, out.getvalue())
    note = f"From {file.name}, sha256 {sha256_of(file)}, by forevar import-main-table."
    register(target, workspace, source=history, title=f"Main table {edition.printed}", data="printed", note=note)
    return target


def read_main_table(file: Path, params: Params) -> dict[str, dict[str, float]]:
    """Substance → dimension → score of the first visible sheet; a dimension nobody speaks of is left out.

    Raises:
        DataError: Every label and cell that is not understood, and every sum that does not fit.
    """
    if file.suffix.lower() not in ENDINGS:
        raise DataError(
            f"the file is no workbook: {file.suffix or 'it has no ending'}", file.name,
            f"save it from Excel as .xlsx; forevar reads {', '.join(sorted(ENDINGS))}",
        )  # fmt: skip
    book = open_workbook(file, file.name)
    sheet = next(name for name, visible in book.sheets.items() if visible)
    grid = book.grid(sheet)
    substances = {
        normal(name): key for key, one in params.substances.items() for name in (key, *_names(one.name), *one.aliases)
    }
    head = next((row for row in range(len(grid.rows)) if _known(grid, row, substances, params)), None)
    if head is None:
        raise DataError(
            "no row holds the name of a substance, a source or a dimension", f"{file.name}:{sheet}",
            "the table needs a heading row; aliases of substances stand in params/substances.yml",
        )  # fmt: skip
    faults: list[Fault] = []
    cells = list(_cells(grid, head, substances, params, faults))
    values: dict[tuple[str, str], list[tuple[str, float]]] = {}
    printed: dict[tuple[str, str], tuple[float, str]] = {}
    numbers = [number for one in cells if one.source and (number := _number(one.text)) is not None]
    are_steps = all(abs(number) <= max(params.method.class_values) for number in numbers)
    for one in cells:
        number = _step(one.text) if _step(one.text) is not None else _number(one.text)
        if number is None:
            faults.append(Fault(f"{one.text!r} is neither an arrow nor a number", one.where, "correct the cell"))
        elif not one.source:
            printed[one.substance, one.dimension] = (number, one.where)
        else:
            is_step = are_steps or _number(one.text) is None
            weight = params.sources[one.source].weights.get(one.dimension, 0) if is_step else 1  # type: ignore[call-overload]
            values.setdefault((one.substance, one.dimension), []).append((one.source, number * weight))
    sums = {key: sum(number for _, number in parts) for key, parts in values.items()}
    for key, (number, where) in printed.items():
        if key in sums and sums[key] != number and not faults:  # a source not understood is missing from its sums
            faults.append(
                Fault(
                    f"the sum is {number:g}, but the sources give {sums[key]:g}",
                    where,
                    "correct the weights in params/sources.yml, or import the sums alone",
                )
            )
        sums[key] = number
    if faults:
        raise DataError(faults)
    return _by_substance(sums, params)


def _by_substance(sums: Mapping[tuple[str, str], float], params: Params) -> dict[str, dict[str, float]]:
    """Sums in the order of the town's substances, the aggregate worked out where it is not printed."""
    found: dict[str, dict[str, float]] = {}
    for key in params.substances:
        scores = {dimension: sums[key, dimension] for dimension in DIMENSIONS if (key, dimension) in sums}
        if scores:
            found[key] = {AGGREGATE: sum(scores.values()), **scores} if AGGREGATE not in scores else scores
    return found


def _cells(grid: Grid, head: int, substances: Mapping[str, str], params: Params, faults: list[Fault]) -> Iterator[Cell]:
    """Every filled cell below the heading with its source, substance and dimension; labels not known are faults."""
    sources = _sources(params)
    columns = {column: normal(grid.cell(head, column)) for column in range(1, grid.width)}
    section = ""
    for row in range(head + 1, len(grid.rows)):
        label = normal(grid.cell(row, 0))
        filled = {column: str(text).strip() for column in columns if (text := grid.cell(row, column)) not in (None, "")}
        if not label or (not filled and label not in _DIMENSION_NAMES):
            continue
        if label in _DIMENSION_NAMES and not filled:
            section = _DIMENSION_NAMES[label]
            continue
        for column, text in filled.items():
            pair = {label, columns[column]}
            substance = next((substances[one] for one in pair if one in substances), "")
            source = next((sources[one] for one in pair if one in sources), "")
            named = [*pair, *(word for one in pair if _SUM.fullmatch(one) for word in one.split())]
            dimension = next((_DIMENSION_NAMES[one] for one in named if one in _DIMENSION_NAMES), section)
            is_sum = any(_SUM.fullmatch(one) for one in pair) or (not source and bool(pair & set(_DIMENSION_NAMES)))
            where = grid.where(row, column)
            if text in _SILENT:
                continue
            if not substance or not (source or is_sum):
                faults += _unknown(grid, (row, 0), (head, column), {*substances, *sources, *_DIMENSION_NAMES}, faults)
                continue
            if source and not dimension:
                own = list(params.sources[source].weights)
                dimension = str(own[0]) if len(own) == 1 else ""
            if is_sum and not dimension:
                dimension = AGGREGATE
            if not dimension:
                faults.append(
                    Fault(f"{source} speaks of several dimensions: which?", where, "put a row «Bruk» … above each part")
                )
                continue
            yield Cell("" if is_sum else source, substance, dimension, text, where)


def _unknown(
    grid: Grid, row: tuple[int, int], column: tuple[int, int], known: Set[str], told: Sequence[Fault]
) -> list[Fault]:
    """The label of a row or column that nothing in the register is called, told once for all its cells."""
    label, heading = (str(grid.cell(*place)).strip() for place in (row, column))
    place, text = (row, label) if normal(label) not in known else (column, heading)
    if normal(text) in known:
        place = row
        what = f"{label!r} and {heading!r} are no source and substance"
        mend = "the table needs sources one way and substances the other"
    else:
        what = f"{text!r} is no source, substance or dimension here"
        mend = (
            "call it what params/sources.yml or params/substances.yml call it, or add the name there "
            "(a source's name or short, a substance's aliases)"
        )
    found = Fault(what, grid.where(*place), mend)
    return [] if found in told else [found]


_DIMENSION_NAMES = {
    "bruk": "use", "use": "use",
    "tilgjengelighet": "availability", "tilgjenge": "availability", "availability": "availability",
    "interesse": "interest", "interest": "interest",
    "aggregert differanse": AGGREGATE, "aggregated difference": AGGREGATE,
}  # fmt: skip


def _known(grid: Grid, row: int, substances: Mapping[str, str], params: Params) -> int:
    """How many labels of a row are known."""
    known = {*substances, *_sources(params), *_DIMENSION_NAMES}
    return sum(normal(grid.cell(row, column)) in known for column in range(1, grid.width))


def _sources(params: Params) -> dict[str, str]:
    return {
        normal(name): key
        for key, one in params.sources.items() if one.kind != "history"
        for name in (key, *_names(one.name), *_names(one.short)) if name
    }  # fmt: skip


def _names(names: str | Mapping[str, str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names.values())


def _step(text: str) -> float | None:
    """Arrows as a step; None for what is no arrow."""
    if text in _STABLE:
        return 0.0
    if not _ARROWS.fullmatch(text):
        return None
    return float(len(text) if text[0] in "↑▲⬆" else -len(text))


def _number(text: str) -> float | None:
    try:
        return float(text.replace("\u2212", "-").replace("+", "").replace(",", "."))
    except ValueError:
        return None
