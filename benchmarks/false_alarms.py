"""How often does each signal go off when nothing happens? Simulated stable half-yearly series.

    .venv/bin/python benchmarks/false_alarms.py [--series 4000]

Prints each bound's measured rate beside its nominal one, for counts that scatter as chance alone and for counts that
scatter two and four times as much, and names the bound that came closest: the one the reader's list should use
(``signals.bound`` in params/method.yml, its rates under ``signals.measured``).
"""

from __future__ import annotations

import argparse

import numpy as np
from simulated import LAST, changes, draw, method, observations

from forevar.alerts import BOUNDS, bounds, new_substances
from forevar.change import add_change
from forevar.settings import Method

MEANS = (5, 10, 20, 50, 100)
POINTS = (12, 16, 20)
DISPERSIONS = {"stable": (1,), "scattered": (2, 4)}
AGENCIES, RARE = 10, 0.05


def of_bounds(rules: Method, series: int) -> dict[str, dict[str, float]]:
    """Bound → ``stable`` and ``scattered`` → share of figures above it."""
    rng = np.random.default_rng(rules.certainty.seed)
    rates: dict[str, dict[str, list[float]]] = {bound: {kind: [] for kind in DISPERSIONS} for bound in BOUNDS}
    for kind, dispersions in DISPERSIONS.items():
        for dispersion in dispersions:
            for mean in MEANS:
                for points in POINTS:
                    past = draw(rng, mean, dispersion, (series, points))
                    now = draw(rng, mean, dispersion, (series,))
                    for bound, limit in bounds(past, np.arange(points), rules.signals).items():
                        known = np.isfinite(limit)
                        above = (now > limit) & (now >= rules.signals.min_count)
                        rates[bound][kind].append(float(above[known].mean()))
    return {bound: {kind: float(np.mean(cells)) for kind, cells in kinds.items()} for bound, kinds in rates.items()}


def of_changes(rules: Method, series: int) -> dict[str, float]:
    """``stable`` and ``scattered`` → share of changes called notable."""
    rng = np.random.default_rng(rules.certainty.seed)
    rates: dict[str, list[float]] = {kind: [] for kind in DISPERSIONS}
    for kind, dispersions in DISPERSIONS.items():
        for dispersion in dispersions:
            for mean in MEANS:
                values = draw(rng, mean, dispersion, (series // 4, POINTS[0] + 1))
                rates[kind].append(float(add_change(changes(values), observations(values), rules)["is_notable"].mean()))
    return {kind: float(np.mean(cells)) for kind, cells in rates.items()}


def of_new(rules: Method, series: int) -> float:
    """Share of rare, steady substances that are called new."""
    rng = np.random.default_rng(rules.certainty.seed)
    runs = max(series // 10, 50)
    found = [
        len(new_substances(observations(rng.poisson(RARE, (AGENCIES, 12)).astype(float), "rare"), str(LAST), rules)) > 0
        for _ in range(runs)
    ]
    return float(np.mean(found))


def main() -> None:
    """Print the table and the bound that came closest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=4000)
    series = parser.parse_args().series
    rules = method()
    nominal = rules.signals.alpha
    rates = of_bounds(rules, series)
    print(f"{series} series a cell; means {MEANS}; {POINTS} half-years of past; variance 1, or 2 and 4, times the mean")
    print(f"{'signal':<20}{'nominal':>10}{'chance alone':>16}{'over-dispersed':>16}")
    rows = {name: (nominal, kinds) for name, kinds in rates.items()}
    rows["notable change"] = (rules.certainty.alpha, of_changes(rules, series))
    for name, (promised, kinds) in rows.items():
        print(f"{name:<20}{promised:>10.2%}{kinds['stable']:>16.2%}{kinds['scattered']:>16.2%}")
    print(f"{'new substance':<20}{'-':>10}{of_new(rules, series):>16.2%}{'-':>16}")
    print(f"  (new substance: {AGENCIES} agencies with {RARE} cases a half-year each)")
    closest = min(
        rates, key=lambda bound: max(abs(np.log(max(rate, 1e-6) / nominal)) for rate in rates[bound].values())
    )
    print(f"closest: {closest}; the reader's list uses {rules.signals.bound}")
    for bound, stated in rules.signals.measured.items():
        print(f"method.yml says of {bound}: {stated.stable:.2%} and {stated.scattered:.2%}")


if __name__ == "__main__":
    main()
