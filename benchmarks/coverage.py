"""Do 95 % intervals hold the truth 95 % of the time? Simulated counts with means from 1 to 200.

    .venv/bin/python benchmarks/coverage.py [--draws 4000]

Prints measured coverage beside the nominal one, for one count, for the ratio of two counts and for the ratio when the
series scatters more than chance alone; ends with 1 when an interval that promises 95 % holds less than that, Monte
Carlo error allowed for.
"""

from __future__ import annotations

import argparse
import sys
from functools import cache

import numpy as np
from simulated import changes, draw, method, observations

from forevar.change import add_change, count_interval
from forevar.settings import Method

MEANS = (1, 2, 3, 5, 10, 20, 50, 100, 200)
POINTS = 12


def of_one_count(rng: np.random.Generator, mean: float, draws: int) -> float:
    """Share of Garwood's intervals that hold the mean."""
    interval = cache(count_interval)
    return float(np.mean([low <= mean <= high for low, high in map(interval, rng.poisson(mean, draws))]))


def of_ratio(
    rng: np.random.Generator, mean: float, ratio: float, dispersion: float, draws: int, rules: Method
) -> float:
    """Share of intervals of the ratio that hold it, each series with its own past behind it."""
    past = draw(rng, mean, dispersion, (draws, POINTS))
    values = np.column_stack([past, draw(rng, mean * ratio, dispersion, (draws,))])
    tested = add_change(changes(values), observations(values), rules)
    counted = tested[(tested["previous"] > 0) | (tested["current"] > 0)]
    held = (counted["low"] <= ratio) & (ratio <= counted["high"])
    # where nothing was counted at all the interval is everything there is
    return float((held.sum() + draws - len(counted)) / draws)


def main() -> int:
    """Print the table; 1 when an interval promises too much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=4000)
    draws = parser.parse_args().draws
    rules = method()
    nominal = rules.certainty.confidence
    floor = nominal - 3 * np.sqrt(nominal * (1 - nominal) / draws)
    rng = np.random.default_rng(rules.certainty.seed)
    cells = {
        "one count": lambda mean: of_one_count(rng, mean, draws),
        "ratio 1": lambda mean: of_ratio(rng, mean, 1, 1, draws, rules),
        "ratio 2": lambda mean: of_ratio(rng, mean, 2, 1, draws, rules),
        "scatter x2": lambda mean: of_ratio(rng, mean, 1, 2, draws, rules),
        "scatter x4": lambda mean: of_ratio(rng, mean, 1, 4, draws, rules),
    }
    print(f"nominal {100 * nominal:.0f} %, {draws} draws a cell, {POINTS} half-years of past")
    print(f"{'mean':>6}" + "".join(f"{name:>13}" for name in cells))
    low = []
    for mean in MEANS:
        measured = {name: cell(mean) for name, cell in cells.items()}
        low += [f"{name}, mean {mean}: {share:.4f}" for name, share in measured.items() if share < floor]
        print(f"{mean:>6}" + "".join(f"{100 * share:>11.2f} %" for share in measured.values()), flush=True)
    print("all hold what they promise" if not low else "too low: " + "; ".join(low))
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
