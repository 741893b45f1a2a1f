"""All that says how sure an edition is, beside the same edition's notebooks one after the other under papermill.

    .venv/bin/python benchmarks/certainty_time.py [--edition 2025-2] [--notebooks 5]

Times, in one run: every change tested, every score resampled, season, agreement, other choices, what to look at first
and the back-test, for all substances; and the edition's notebooks run by ``papermill.execute_notebook``, a kernel
each. ``--notebooks`` runs that many, spread over the edition, and scales up; all of them is the honest number. Ends
with 1 when the statistics take 5 % of the notebooks' time or more.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import papermill

from forevar.agreement import agreement_table
from forevar.alerts import look_first
from forevar.backtest import backtest
from forevar.certainty import certainty_table
from forevar.change import add_change
from forevar.history import consequence_pairs
from forevar.params import load_edition, load_params
from forevar.run import plan
from forevar.score import panel_counts, score_signals
from forevar.season import add_season
from forevar.sensitivity import all_choices, stands
from forevar.store import current_tables
from forevar.workspace import find_workspace

LIMIT = 0.05


def statistics(edition: str) -> dict[str, float]:
    """Step → seconds, for every substance of the edition."""
    workspace = find_workspace(None)
    params = load_params(workspace)
    tables = current_tables(workspace, params)
    method, sources = params.method, params.sources
    observations = tables.observations[tables.observations["period"] <= edition]
    answers = tables.answers[tables.answers["period"] <= edition]
    panels = panel_counts(answers, sources)
    every = score_signals(observations, panels, method, sources)
    now = every[every["period"] == edition]
    made: dict[str, pd.DataFrame] = {}

    def changes() -> None:
        made["now"] = add_change(now, observations, method)
        pairs = consequence_pairs(observations, edition, method.few)
        made["consequences"] = add_change(pairs, observations, method)

    def look() -> None:
        both = pd.concat([made["now"], made["consequences"]], ignore_index=True)
        look_first(observations, answers, both, edition, method, sources)

    steps: dict[str, Callable[[], object]] = {
        "changes tested": changes,
        "scores resampled": lambda: certainty_table(now, method, answers),
        "season and trend": lambda: add_season(now, observations, method),
        "agreement": lambda: agreement_table(every, edition, method),
        "what to look at first": look,
        "other choices": lambda: stands(all_choices(observations, panels, edition, method, sources)),
        "back-test": lambda: backtest(observations, tables.trends, method),
    }
    took = {}
    for name, step in steps.items():
        began = time.perf_counter()
        step()
        took[name] = time.perf_counter() - began
    return took


def notebooks(edition: str, most: int) -> tuple[float, int, int]:
    """Seconds the edition's notebooks take, how many were run, and how many there are."""
    workspace = find_workspace(None)
    params = load_params(workspace)
    planned = plan(workspace, params, load_edition(workspace, edition))
    step = max(len(planned) // most, 1) if most else 1
    run = planned[::step][: most or None]
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for number, one in enumerate(run):
            output = Path(folder) / f"{number}.ipynb"
            papermill.execute_notebook(
                str(one.notebook), str(output), dict(one.parameters), cwd=str(workspace.root), progress_bar=False
            )
    seconds = time.perf_counter() - began
    return seconds * len(planned) / len(run), len(run), len(planned)


def main() -> int:
    """Print both, side by side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edition", default="2025-2")
    parser.add_argument("--notebooks", type=int, default=0)
    arguments = parser.parse_args()
    took = statistics(arguments.edition)
    for name, seconds in took.items():
        print(f"{name:<24}{seconds:>8.2f} s")
    total = sum(took.values())
    seconds, run, planned = notebooks(arguments.edition, arguments.notebooks)
    print(f"{'all statistics':<24}{total:>8.2f} s")
    scaled = "" if run == planned else f", scaled up from {run}"
    print(f"{'papermill, one by one':<24}{seconds:>8.2f} s   ({planned} notebooks{scaled})")
    print(f"statistics are {total / seconds:.1%} of it; the limit is {LIMIT:.0%}")
    return 1 if total >= LIMIT * seconds else 0


if __name__ == "__main__":
    sys.exit(main())
