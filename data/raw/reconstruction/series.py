"""changes/*.csv → the half-yearly numbers behind the files. Nothing here knows what a file looks like."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from forevar.period import Period, period_range

SEED = 2026
CHANGES = Path(__file__).resolve().parents[1] / "changes"
BEFORE, NOW = Period(2025, 2), Period(2026, 1)
FIRST, STEPS_FROM = Period(2016, 1), Period(2023, 2)
HALF_YEARS = tuple(period_range(FIRST, NOW))
RECENT = tuple(period_range(STEPS_FROM, NOW))
MARKS = {"p": "trykt", "a": "omtrentlig", "": "rekonstruert"}

Row = Mapping[str, str]
Series = dict[Period, int | None]


@cache
def table(name: str) -> list[dict[str, str]]:
    """The rows of one table of changes."""
    with (CHANGES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def dice(*key: str) -> np.random.Generator:
    """A generator of its own for each series: a new row in a table does not move the others."""
    return np.random.default_rng([SEED, *"/".join(key).encode()])


def half_yearly(row: Row, steps: Mapping[int, tuple[float, float]], last: Period = NOW) -> Series:
    """One row of ``changes/counts.csv`` as numbers from its first half-year on; None where there was no figure.

    The two latest half-years stand in the table. From there we go back: to ``STEPS_FROM`` by undoing the step each
    half-year took, further back along a curve of ``drift`` per cent a year with ordinary scatter, or through the
    levels of ``changes/knots.csv`` with little.
    """
    random = dice(row["source"], row["measure"], row["substance"])
    first = Period.parse(row["first"])
    values: Series = {NOW: _number(row["now"]), BEFORE: _number(row["before"])}
    for period in reversed(tuple(period_range(STEPS_FROM, BEFORE.previous))):
        said, step = row.get(_column(period), ""), row[_column(period.next)]
        after = values[period.next]
        if said.startswith("="):
            values[period] = int(said[1:])
        elif after is None or step in ("", "x"):
            values[period] = None
        else:
            values[period] = _undone(after, 0 if step.startswith("=") else int(step), steps, random)
    level = values[STEPS_FROM]
    shape = [(Period.parse(one["period"]).x, float(one["level"])) for one in _knots(row)]
    for period in reversed(tuple(period_range(FIRST, STEPS_FROM.previous))):
        if level is None:
            values[period] = None
        elif shape:
            x, y = zip(*shape, (STEPS_FROM.x, level), strict=True)
            mean = float(np.interp(period.x, x, y))
            values[period] = max(0, round(random.normal(mean, 0.4 * np.sqrt(mean))))
        else:
            mean = level * (1 + float(row["drift"] or 0) / 100) ** (period.x - STEPS_FROM.x)
            spread = max(np.sqrt(mean), 0.05 * mean) * (1.5 if row["unit"] in ("g", "tablets") else 1)
            drawn = random.poisson(mean) if mean < 30 else random.normal(mean, spread)
            values[period] = _rounded(max(0, round(float(drawn))))
    return {period: values[period] for period in HALF_YEARS if first <= period <= last}


def _knots(row: Row) -> list[dict[str, str]]:
    """Levels a series passed through before ``STEPS_FROM``, when ``changes/knots.csv`` has any for it."""
    keys = ("source", "measure", "substance")
    return [one for one in table("knots") if all(one[key] == row[key] for key in keys)]


def _column(period: Period) -> str:
    return f"step_{period.year}_{period.half}"


def _number(text: str) -> int | None:
    return int(text) if text else None


def _undone(after: int, step: int, steps: Mapping[int, tuple[float, float]], random: np.random.Generator) -> int:
    """The whole number nearest to a drawn one from which ``after`` is the wanted step away."""
    low, high = steps[step]
    wanted = after / (1 + random.uniform(low, high) / 100)
    if after > 2000:
        return _rounded(round(wanted))
    nearest = sorted(range(max(1, int(wanted) - 5), int(wanted) + 7), key=lambda one: abs(one - wanted))
    fitting = (one for one in nearest if low - 3 < 100 * (after - one) / one < high + 3)
    return next(fitting, max(1, round(wanted))) if after else 0


def _rounded(value: int) -> int:
    """Large amounts are not known to the last gram."""
    return value if value < 2000 else round(value, -1) if value < 20000 else round(value, -2)


def all_counts() -> dict[tuple[str, str, str], Series]:
    """(source, measure, substance) → its numbers."""
    steps = {int(row["step"]): (float(row["low_percent"]), float(row["high_percent"])) for row in table("steps")}
    return {(row["source"], row["measure"], row["substance"]): half_yearly(row, steps) for row in table("counts")}


def as_delivered(source: str, measure: str, substance: str, period: Period, delivery: Period) -> int | None:
    """The number as a delivery had it, when a later one revised it (``changes/revisions.csv``); else None."""
    wanted = {"source": source, "measure": measure, "substance": substance, "period": str(period)}
    wanted["delivery"] = str(delivery)
    found = (row for row in table("revisions") if all(row[key] == said for key, said in wanted.items()))
    return next((int(row["value"]) for row in found), None)


def analysed(source: str) -> dict[Period, int]:
    """Samples a laboratory analysed each half-year, close to the number the table gives."""
    typical = next(int(row["analysed"]) for row in table("counts") if row["source"] == source and row["analysed"])
    random = dice(source, "analysed")
    return {period: round(typical * random.uniform(0.98, 1.02)) for period in HALF_YEARS}


def parts(total: int, count: int, *key: str) -> list[int]:
    """A half-year's number dealt out to its months or quarters; they sum to it again."""
    return [int(part) for part in dice(*key).multinomial(total, [1 / count] * count)]


def consequence_series() -> dict[tuple[str, str, str], dict[Period, tuple[int, str]]]:
    """(source, measure, place) → half-year → (number, mark).

    A blank total is the sum of its sites; where the total is given and Gyldenpris is blank, Gyldenpris is what the
    other sites leave.
    """
    given: dict[tuple[str, str, str], dict[Period, tuple[int, str]]] = {}
    for row in table("consequences"):
        cells = {Period.parse(label): text for label, text in row.items() if label[0].isdigit() and text}
        given[row["source"], row["measure"], row["place"]] = {
            period: (int(text.rstrip("pa")), text[-1] if text[-1] in MARKS else "") for period, text in cells.items()
        }
    for source, measure in (("needles", "needles"), ("foil", "sheets")):
        total, largest = given[source, measure, ""], given[source, measure, "gyldenpris"]
        sites = [series for key, series in given.items() if key[0] == source and key[2] not in ("", "gyldenpris")]
        for period in HALF_YEARS:
            others = sum(series[period][0] for series in sites if period in series)
            if period not in total:
                total[period] = (largest[period][0] + others, "")
            elif period not in largest:
                largest[period] = (total[period][0] - others, "")
    return given


def months(period: Period) -> Iterator[tuple[int, int]]:
    """(year, month) of the six months of a half-year."""
    for step in range(6):
        month = period.start.month + step
        yield period.start.year + (month > 12), (month - 1) % 12 + 1


def quarters(period: Period) -> tuple[tuple[int, int], tuple[int, int]]:
    """(year, quarter) of the two quarters of a half-year."""
    return ((period.year - 1, 4), (period.year, 1)) if period.half == 1 else ((period.year, 2), (period.year, 3))
