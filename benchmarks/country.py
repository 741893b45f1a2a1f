"""The numbers side: load, tidy and score one edition, and a synthetic country of many towns.

    python benchmarks/country.py [--towns 1 4 16 100] [--test]

A town of the country has 60 sources, 30 substances and 47 half-years, written as CSV files, one a source, and read
as any provider's file is. Towns are worked on one at a time: each has a workspace of its own, so memory does not grow
with their number.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from bench import arguments, exponent, machine

SOURCES, SUBSTANCES, FIRST, PERIODS = 60, 30, 2003, 47


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--towns", type=int, nargs="+", default=[1, 4, 16, 100])
    parser.add_argument("--test", action="store_true", help="also test every change (intervals, p)")
    given = parser.parse_args()
    print(machine())
    sums = stages(given.workspace, test=True)
    print("one edition: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in sums.items()))
    took = []
    for towns in given.towns:
        with TemporaryDirectory() as folder:
            sums = {}
            for number in range(towns):
                root = write_town(Path(folder) / "town", seed=number)
                for name, seconds in stages(root, test=given.test).items():
                    sums[name] = sums.get(name, 0.0) + seconds
        took.append(sum(sums.values()))
        parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in sums.items())
        rows = towns * SOURCES * SUBSTANCES * PERIODS
        print(f"{towns:4} towns  {rows:9,} figures  {took[-1]:8.1f} s ({parts})  at most {peak():5.0f} MiB", flush=True)
    if len(took) > 1:
        print(f"time grows as n ** {exponent(given.towns, took):.2f}   target 1.1 and less")


def stages(root: Path, *, test: bool) -> dict[str, float]:
    """Seconds for each stage of a workspace."""
    from forevar.change import add_change
    from forevar.params import load_params
    from forevar.score import aggregated_differences, panel_counts, score_signals
    from forevar.tidy import load_tidy
    from forevar.trend import long_term_trends
    from forevar.workspace import Workspace

    sums: dict[str, float] = {}

    def clock(name: str, work: Callable[..., Any], *given: Any) -> Any:
        began = time.perf_counter()
        result = work(*given)
        sums[name] = time.perf_counter() - began
        return result

    workspace = Workspace(root.resolve())
    params = load_params(workspace)
    tidy = clock("load", load_tidy, workspace, params)
    panels = panel_counts(tidy.answers, params.sources)
    signals = clock("score", score_signals, tidy.observations, panels, params.method, params.sources)
    if test:
        signals = clock("test", add_change, signals, tidy.observations, params.method)
    differences = clock("add up", aggregated_differences, signals, params.method)
    clock("trend", long_term_trends, differences, tidy.observations, params.method, params.substances)
    return sums


def write_town(root: Path, seed: int) -> Path:
    """A town's params and raw files, in place of the one before."""
    from bench import REPOSITORY

    chance = np.random.default_rng(seed)
    keys = [f"substance_{number:02}" for number in range(SUBSTANCES)]
    halves = [f"{FIRST + (1 + step) // 2}-{1 + (1 + step) % 2}" for step in range(PERIODS)]
    params = root / "params"
    raw = root / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    params.mkdir(exist_ok=True)
    for name in ("method.yml", "town.yml", "phrases.yml"):
        (params / name).write_bytes((REPOSITORY / "params" / name).read_bytes())
    put(params / "substances.yml", (f"{key}: {{name: {key}, group: other, order: {n}}}" for n, key in enumerate(keys)))
    put(params / "sources.yml", (register(number) for number in range(SOURCES)))
    (params / "sources").mkdir(exist_ok=True)
    for number in range(SOURCES):
        table = "tables:\n  - columns: {half: time, substance: substance, count: {measure: cases}}"
        put(params / "sources" / f"source_{number:02}.yml", [f'files: "*-source_{number:02}.csv"', table])
        levels = np.exp(chance.normal(3, 1, SUBSTANCES) + chance.normal(0, 0.15, (PERIODS, SUBSTANCES)).cumsum(axis=0))
        counts = chance.poisson(levels)
        rows = (f"{half},{key},{counts[t, s]}" for t, half in enumerate(halves) for s, key in enumerate(keys))
        put(raw / f"{halves[-1]}-source_{number:02}.csv", ["half,substance,count", *rows])
    return root


def register(number: int) -> str:
    """A source's entry: its dimension goes round."""
    dimension = ("use", "availability", "interest")[number % 3]
    measure = f"cases: {{dimension: {dimension}, unit: count}}"
    entry = f"kind: statistics, measures: {{{measure}}}, weights: {{{dimension}: 2}}"
    return f"source_{number:02}: {{name: s{number}, {entry}}}"


def put(path: Path, lines: Any) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def peak() -> float:
    """Most memory this process has held, in MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


if __name__ == "__main__":
    main()
