"""What a report rests on, kept beside it; and whether a report, its inputs and its numbers are still the same."""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from forevar.errors import Fault, ReportError
from forevar.files import sha256_of, write_atomic
from forevar.params import Params
from forevar.store import Tables, library_hash
from forevar.workspace import Workspace

PACKAGES = (
    "forevar", "altair", "nbconvert", "numpy", "openpyxl", "pandas", "pydantic", "python-calamine", "pyyaml", "scipy",
    "statsmodels", "typst", "vl-convert-python",
)  # fmt: skip
NUMBERS = ("signals", "differences", "certainty", "trends")


class Record(BaseModel):
    """``reports/<edition>/record.json``.

    Attributes:
        edition: ``2026-1``.
        lang: Of the report.
        status: ``draft`` or ``final``.
        made: When, by this machine's clock.
        who: User name on this machine.
        versions: Package → version; ``python`` and ``system`` among them.
        library: Hash of forevar's own code.
        inputs: Every raw file, sidecar, decision, text and notebook, path → sha256.
        numbers: Table → sha256 of its rows up to the edition.
        files: What was made, path → sha256.
        gate: What the gate found, a line each.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    edition: str
    lang: str
    status: str
    made: str
    who: str
    versions: dict[str, str]
    library: str
    inputs: dict[str, str]
    numbers: dict[str, str]
    files: dict[str, str]
    gate: tuple[str, ...]


def write_record(
    workspace: Workspace,
    edition: object,
    tables: Tables,
    files: Iterable[Path],
    *,
    lang: str,
    status: str,
    mark: str = "",
    gate: Sequence[str] = (),
) -> Path:
    """Keep what a build rested on and made.

    Args:
        workspace: The town's folder.
        edition: Its label.
        tables: That the report was made from.
        files: That were made.
        lang: Of the report.
        status: ``draft`` or ``final``.
        mark: Part of the file names that tells variants apart: ``.en``.
        gate: The gate's findings, a line each; none when it is clean.
    """
    made = dt.datetime.now().astimezone().isoformat(timespec="seconds")
    record = Record(
        edition=str(edition), lang=lang, status=status, made=made, who=_user(), versions=_versions(),
        library=library_hash(), inputs=inputs_of(workspace, edition), numbers=numbers_of(tables, edition),
        files=_hashes(workspace, files), gate=tuple(gate),
    )  # fmt: skip
    return write_atomic(record_path(workspace, edition, mark), record.model_dump_json(indent=1) + "\n")


def record_path(workspace: Workspace, edition: object, mark: str = "") -> Path:
    """Where an edition's record lies."""
    return workspace.reports(str(edition)) / f"record{mark}.json"


def verify(
    workspace: Workspace, params: Params, edition: object, mark: str = "", sent: Iterable[Path] = ()
) -> list[Fault]:
    """What no longer agrees with the record of an edition; empty when all does.

    Args:
        workspace: The town's folder.
        params: Its decisions as they are now.
        edition: Its label.
        mark: As in ``write_record``.
        sent: Copies of the report from any folder, to be held against those that were made, whatever their names.

    Raises:
        ReportError: There is no record, or it is no longer readable.
        DataError: The raw files have faults.
    """
    from forevar.store import make_tables

    path = record_path(workspace, edition, mark)
    try:
        record = Record(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError, ValidationError):
        raise ReportError(
            "there is no readable record of this report", workspace.relative(path), f"forevar build {edition}"
        ) from None
    faults = _compared(record.files, _hashes(workspace, map(workspace.root.joinpath, record.files)), "report")
    made = set(record.files.values())
    faults += [
        Fault("this is not a file that the recorded build made", one.name) for one in sent if sha256_of(one) not in made
    ]
    faults += _compared(record.inputs, inputs_of(workspace, edition), "input")
    if record.library != library_hash():
        faults.append(Fault("forevar's own code is another than when the report was made", "forevar"))
    now = numbers_of(make_tables(workspace, params), edition)
    faults += [
        Fault("the numbers are others than when the report was made", name)
        for name, digest in record.numbers.items() if now.get(name) != digest
    ]  # fmt: skip
    return faults


def _nine_digits(number: Any) -> str:
    """Nine digits of the twelve that tables on disk hold, so that fresh and stored numbers are rounded alike."""
    return f"{float(f'{number:.12g}'):.9g}"


def numbers_of(tables: Tables, edition: object) -> dict[str, str]:
    """Hash of the rows up to an edition, table by table; the same numbers give the same hash on every machine."""
    found = {}
    for name in NUMBERS:
        table: pd.DataFrame = getattr(tables, name)
        rows = table[table["period"] <= str(edition)]
        text = rows.to_csv(index=False, float_format=_nine_digits, lineterminator="\n")
        found[name] = hashlib.sha256(text.encode()).hexdigest()
    return found


def inputs_of(workspace: Workspace, edition: object) -> dict[str, str]:
    """Every file a report of the edition may rest on, path → sha256; recipes and texts of other editions aside."""
    others, own = workspace.params / "editions", workspace.edition(str(edition))
    files = [
        path for folder in (workspace.raw, workspace.params, workspace.root / "notebooks") for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith((".", "~$")) and ".ipynb_checkpoints" not in path.parts
        and (others not in path.parents or own in path.parents or path.stem == "corrections")
    ]  # fmt: skip
    return _hashes(workspace, files)


def _compared(then: Mapping[str, str], now: Mapping[str, str], kind: str) -> list[Fault]:
    words = {"report": "the report's file", "input": "this input"}
    faults = []
    for name in sorted(then.keys() | now.keys()):
        if name not in now:
            faults.append(Fault(f"{words[kind]} is gone", name))
        elif name not in then:
            faults.append(Fault(f"{words[kind]} is new since the report was made", name))
        elif then[name] != now[name]:
            faults.append(Fault(f"{words[kind]} has changed since the report was made", name))
    return faults


def _hashes(workspace: Workspace, files: Iterable[Path]) -> dict[str, str]:
    return {workspace.relative(path): sha256_of(path) for path in sorted(files) if path.is_file()}


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "system": platform.system()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
