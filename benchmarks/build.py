"""The whole build, raw files to HTML and PDF: forevar against papermill and nbconvert in a loop.

    python benchmarks/build.py [--rounds 3] [--sample 3]

Also what a build costs when nothing changed, and when one raw workbook did.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import (
    EDITION,
    FOREVAR,
    NBCONVERT,
    Chapter,
    Took,
    arguments,
    bench_workspace,
    chapters_of,
    machine,
    papermill_line,
    show_ratio,
    timed,
)  # fmt: skip


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--sample", type=int, default=1, help="the loop on every n-th notebook only")
    parser.add_argument("--source", default="afr", help="whose workbook of the half-year is changed (default afr)")
    given = parser.parse_args()
    cold: list[float] = []
    loop: list[float] = []
    still: list[float] = []
    touched: list[float] = []
    count = 0
    with bench_workspace(given.workspace) as root:
        build = [[*FOREVAR, "--workspace", root, "build", EDITION]]
        chapters = chapters_of(root)
        print(f"{machine()}; {len(chapters)} notebooks; {given.rounds} rounds")
        for number in range(given.rounds):
            print(f"round {number + 1}", file=sys.stderr, flush=True)
            clean(root)
            cold.append(timed(build, root).seconds)
            still.append(timed(build, root).seconds)
            change_one_cell(root, given.source)
            began = time.time()
            touched.append(timed(build, root).seconds)
            count = made_since(root, began)
            clean(root)
            loop.append(loop_seconds(root, chapters, given.sample))
        clean(root)
        memory = timed(build, root, memory=True).memory  # apart, since watching memory takes time
        note = f" (every {given.sample}th, scaled)" if given.sample > 1 else ""
        show_ratio(f"papermill and nbconvert per notebook{note} : forevar build", loop, cold, "target 8 and more")
        share = [100 * one / whole for one, whole in zip(still, cold, strict=True)]
        print(
            f"nothing changed: {statistics.median(share):.1f} % of a full build ({min(share):.1f}-{max(share):.1f})"
            f"   {statistics.median(still):.2f} s   target under 3 %"
        )
        share = [100 * one / whole for one, whole in zip(touched, cold, strict=True)]
        print(
            f"one workbook of {given.source} changed: {count} of {len(chapters)} notebooks,"
            f" {statistics.median(share):.0f} % of a full build ({min(share):.0f}-{max(share):.0f})"
        )
        print(f"at most {memory:.0f} MiB at once")


def clean(root: Path) -> None:
    """As after a fresh clone."""
    for folder in (root / "data" / "processed", root / "reports"):
        shutil.rmtree(folder, ignore_errors=True)


def loop_seconds(root: Path, chapters: list[Chapter], sample: int) -> float:
    """Score once, then papermill and nbconvert for one notebook after the other."""
    some = chapters[::sample]
    with TemporaryDirectory() as folder:
        output = Path(folder)
        score = timed([[*FOREVAR, "--workspace", root, "score", EDITION]], root)
        lines: list[list[str]] = []
        for chapter in some:
            line = papermill_line(chapter, output)
            lines += [line, [*NBCONVERT, "--to", "html", "--log-level", "ERROR", line[-1]]]
        took: Took = timed(lines, root)
    return score.seconds + took.seconds * len(chapters) / len(some)


def change_one_cell(root: Path, source: str) -> None:
    """Add one to the last whole number of the source's workbook, and renew its sidecar."""
    from openpyxl import load_workbook

    file = next((root / "data" / "raw").rglob(f"{EDITION}-{source}.xlsx"))
    book = load_workbook(file)
    numbers = (
        cell for sheet in book for row in sheet.iter_rows() for cell in row
        if isinstance(cell.value, int) and not isinstance(cell.value, bool) and not 1900 < cell.value < 2100
    )  # fmt: skip
    cell = list(numbers)[-1]
    cell.value += 1
    book.save(file)
    subprocess.run([*FOREVAR, "--workspace", root, "register", file], check=True, capture_output=True)


def made_since(root: Path, began: float) -> int:
    """How many notebooks were written."""
    return sum(path.stat().st_mtime >= began for path in (root / "reports" / EDITION / "notebooks").rglob("*.ipynb"))


if __name__ == "__main__":
    main()
