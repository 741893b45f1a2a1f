"""What the benchmarks share: a workspace to run in, commands with the clock on, ratios with their spread."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

EDITION = "2025-2"
REPOSITORY = Path(__file__).resolve().parents[1]
# The same commands a user would type, with the import guard of forevar in force, which makes them twice as fast.
FOREVAR = [sys.executable, "-m", "forevar"]
PAPERMILL = [sys.executable, "-c", "import forevar; from papermill.__main__ import papermill; papermill()"]
NBCONVERT = [sys.executable, "-c", "import forevar; from nbconvert.nbconvertapp import main; main()"]


@dataclass(frozen=True)
class Chapter:
    """One notebook to run, as papermill is told of it."""

    name: str
    notebook: Path
    parameters: dict[str, str]


@dataclass(frozen=True)
class Took:
    """Wall time in seconds and, where asked for, the most memory held at once in MiB."""

    seconds: float
    memory: float = float("nan")


def arguments(words: str) -> argparse.ArgumentParser:
    """Options every benchmark has."""
    parser = argparse.ArgumentParser(description=words)
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured (default 3)")
    parser.add_argument("--workspace", type=Path, default=REPOSITORY, help="whose data, params and notebooks")
    return parser


@contextmanager
def bench_workspace(source: Path, chapters: int | None = None) -> Iterator[Path]:
    """A copy to work in, with an autumn edition of every substance, or of this many chapters.

    Beyond the chapters an autumn edition has, copies of the generic notebook are added, each for the next substance.
    """
    with tempfile.TemporaryDirectory(prefix="forevar-bench-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        for name in ("params", "data", "notebooks"):
            shutil.copytree(source / name, root / name, ignore=shutil.ignore_patterns("processed"))
        write_recipe(root, chapters)
        yield root


def write_recipe(root: Path, chapters: int | None = None) -> list[str]:
    """Write the recipe of the benchmark's edition; its chapters."""
    names = [
        "main_findings",
        *(f"substances/{key}" for key in substances(root)),
        "pupils",
        "consequences",
        "main_table",
    ]
    if chapters is not None:
        names = names[:chapters] + [copy_of_generic(root, number) for number in range(len(names), chapters)]
    file = root / "params" / "editions" / EDITION / "edition.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    listed = "".join(f"  - {name}\n" for name in names)
    found = "".join(f"  - {{substance: {key}, dimensions: [use]}}\n" for key in substances(root)[:4])
    file.write_text(f"period: {EDITION}\nchapters:\n{listed}headlines:\n{found}", encoding="utf-8")
    return names


def substances(root: Path) -> list[str]:
    """Their keys, as params list them."""
    lines = (root / "params" / "substances.yml").read_text(encoding="utf-8").splitlines()
    return [line.partition(":")[0] for line in lines if line[:1].isalpha()]


def copy_of_generic(root: Path, number: int) -> str:
    """One more notebook about one more substance; its name."""
    keys = substances(root)
    notebook = json.loads((root / "notebooks" / "substance.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = f'edition = "{EDITION}"\nsubstance = "{keys[number % len(keys)]}"'
    name = f"copies/{number:04}"
    path = root / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return name


def chapters_of(root: Path) -> list[Chapter]:
    """The notebooks of the benchmark's edition."""
    listed = subprocess.run(
        [*FOREVAR, "--workspace", root, "list", EDITION], check=True, capture_output=True, text=True
    ).stdout.split()
    found = []
    for name in listed:
        notebook, parameters = root / "notebooks" / f"{name}.ipynb", {"edition": EDITION}
        if not notebook.is_file():
            notebook, parameters = root / "notebooks" / "substance.ipynb", {
                "edition": EDITION, "substance": name.partition("/")[2],
            }  # fmt: skip
        found.append(Chapter(name, notebook, parameters))
    return found


def papermill_line(chapter: Chapter, output: Path) -> list[str]:
    """The command that runs one notebook with papermill and a real kernel."""
    given = [part for key, value in chapter.parameters.items() for part in ("-p", key, value)]
    target = output / f"{chapter.name.replace('/', '-')}.ipynb"
    folder = str(chapter.notebook.parent)
    return [*PAPERMILL, "--no-progress-bar", "--cwd", folder, *given, str(chapter.notebook), str(target)]


def timed(lines: Sequence[Sequence[str | Path]], root: Path, *, memory: bool = False) -> Took:
    """Run commands one after the other, start-up and all.

    Raises:
        SystemExit: One of them failed; what it said is shown.
    """
    environment = {**os.environ, "FOREVAR_WORKSPACE": str(root), "PYTHONDONTWRITEBYTECODE": ""}
    most = [0.0]
    began = time.perf_counter()
    for line in lines:
        process = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if memory:
            threading.Thread(target=_watch, args=(process.pid, most), daemon=True).start()
        said, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"{' '.join(map(str, line))}\n{said}")
    return Took(time.perf_counter() - began, most[0] if memory else float("nan"))


def _watch(pid: int, most: list[float]) -> None:
    """Note the most memory a process and its children hold together; shared pages are counted once."""
    while True:
        held = 0.0
        try:
            top = psutil.Process(pid)
            everyone = [top, *top.children(recursive=True)]
        except psutil.Error:
            return
        for process in everyone:
            try:
                info = process.memory_full_info()
            except psutil.Error:
                continue
            held += getattr(info, "pss", info.rss) / 2**20
        most[0] = max(most[0], held)
        time.sleep(0.1)


def show_ratio(words: str, slow: Sequence[float], quick: Sequence[float], target: str = "") -> None:
    """One line: how many times longer ``slow`` took, median and range over the rounds."""
    ratios = [one / other for one, other in zip(slow, quick, strict=True)]
    print(
        f"{words:<66} {statistics.median(ratios):7.2f}  ({min(ratios):.2f}-{max(ratios):.2f})"
        f"   {statistics.median(slow):8.2f} s : {statistics.median(quick):7.2f} s   {target}",
        flush=True,
    )


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The k of time = c * size**k, by least squares of the logarithms."""
    return statistics.linear_regression([math.log(n) for n in sizes], [math.log(s) for s in seconds]).slope


def machine() -> str:
    """The machine in a line."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{platform.system()}, {psutil.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
