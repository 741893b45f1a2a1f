"""Time to read a large workbook: pandas with openpyxl beside ours, and whether both read the same.

    python benchmarks/read_workbook.py [--rows 190000] [--rounds 2]

The workbook is made anew (190 000 rows, 7 columns, about 7 MB): dates, labels, whole numbers, decimals and blanks.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd

from forevar.load.raw import load_raw
from forevar.load.workbook import open_workbook
from forevar.params import Params, load_params
from forevar.registry import register
from forevar.workspace import Workspace

HEAD = ("Dato", "Stoff", "Sted", "Antall", "Mengde", "Enhet", "Merknad")
DRUGS = ("Kokain", "Heroin", "Ketamin", "GHB", "Cannabis", "Amfetamin")
PROFILE = """
files: statistics/*.xlsx
time: {every: day}
unknown: {place: keep}
labels: {unit: {gram: g}}
measures: {seizures: {dimension: availability, unit: count}, amount: {dimension: availability, unit: g}}
tables:
  - columns: {Dato: time, Stoff: substance, Sted: place, Antall: {measure: seizures}, Mengde: {measure: amount}, Enhet: unit, Merknad: skip}
    combine: sum
"""  # noqa: E501


def write_workbook(path: Path, rows: int) -> None:
    random.seed(1)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Beslag")
    sheet.append(HEAD)
    for at in range(rows):
        note = f"merknad {at}" if at % 3 else None
        amount = round(random.uniform(0, 5000), 2) if at % 5 else None
        sheet.append(
            [
                dt.datetime(2024, 4, 1) + dt.timedelta(days=at % 730),
                DRUGS[at % 6],
                f"Sted {at % 4}",
                at % 9,
                amount,
                "gram",
                note,
            ]
        )
    book.save(path)


def with_openpyxl(path: Path) -> pd.DataFrame:
    return pd.read_excel(path, engine="openpyxl")


def with_ours(path: Path) -> pd.DataFrame:
    """The cells our loader works on, as a frame: dates as pandas has them, blanks as missing."""
    grid = open_workbook(path, path.name).grid("Beslag")
    frame = pd.DataFrame(grid.rows[1:], columns=grid.rows[0])
    frame["Dato"] = pd.to_datetime(frame["Dato"]).astype("datetime64[us]")
    frame["Antall"] = frame["Antall"].astype("int64")
    frame["Mengde"] = pd.to_numeric(frame["Mengde"])
    frame["Merknad"] = frame["Merknad"].where(frame["Merknad"] != "")
    return frame


def timed(read: Callable[[], object], rounds: int) -> tuple[float, object]:
    best, result = float("inf"), None
    for _ in range(rounds):
        began = time.perf_counter()
        result = read()
        best = min(best, time.perf_counter() - began)
    return best, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=190_000)
    parser.add_argument("--rounds", type=int, default=2)
    told = parser.parse_args()
    here = Workspace(Path(__file__).resolve().parents[1])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data" / "raw" / "statistics" / "2026-1-customs.xlsx"
        path.parent.mkdir(parents=True)
        write_workbook(path, told.rows)
        workspace = Workspace(Path(folder))
        profile = workspace.params / "sources" / "customs.yml"
        profile.parent.mkdir(parents=True)
        profile.write_text(PROFILE, encoding="utf-8")
        register(path, workspace, source="customs")
        params = load_params(here)
        params = Params(workspace, params.method, params.substances, {}, params.town)
        slow, theirs = timed(lambda: with_openpyxl(path), told.rounds)
        fast, ours = timed(lambda: with_ours(path), told.rounds)
        whole, raw = timed(lambda: load_raw(workspace, params), told.rounds)
        print(f"{told.rows} rows, {path.stat().st_size / 1e6:.1f} MB, best of {told.rounds}")
        print(f"pandas.read_excel, openpyxl   {slow:6.2f} s   1.00")
        print(f"forevar, cells                {fast:6.2f} s   {fast / slow:.2f}")
        print(f"forevar, profile to tidy      {whole:6.2f} s   {whole / slow:.2f}   faults: {len(raw.faults)}")
        pd.testing.assert_frame_equal(theirs, ours, check_dtype=True)
        print("identical frames: yes")


if __name__ == "__main__":
    main()
