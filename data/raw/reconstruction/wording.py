"""How providers write: half-years, drugs, numbers."""

from __future__ import annotations

from collections.abc import Sequence

from forevar.period import Period
from reconstruction import series
from reconstruction.series import BEFORE, HALF_YEARS, NOW

MONTHS = [
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
]
UNITS = {"g": "gram", "tablets": "tabletter", "litres": "liter", "DDD": "DDD"}
DELIVERIES = (BEFORE, NOW)
COUNTS = series.all_counts()
LABELS = {row["substance"]: row for row in series.table("labels")}
UNIT_OF = {(row["source"], row["measure"], row["substance"]): row["unit"] for row in series.table("counts")}


def span(period: Period) -> str:
    """``oktober 2025–mars 2026``."""
    first, last = period.start, period.end
    return f"{MONTHS[first.month - 1]} {first.year}–{MONTHS[last.month - 1]} {last.year}"


def season(period: Period) -> str:
    """``vår 2026``."""
    return f"{'vår' if period.half == 1 else 'høst'} {period.year}"


def substances(source: str) -> list[str]:
    """Drugs a source has a series for, in the order of the main table."""
    have = {key[2] for key in COUNTS if key[0] == source}
    return [substance for substance in LABELS if substance in have]


def value(source: str, measure: str, substance: str, period: Period) -> int | None:
    """One number; None when there was no figure."""
    return COUNTS.get((source, measure, substance), {}).get(period)


def until(last: Period, periods: Sequence[Period] = HALF_YEARS) -> list[Period]:
    """The half-years a delivery repeats."""
    return [period for period in periods if period <= last]


def spaced(number: int | None) -> str:
    """``12 500``; nothing when there was no figure."""
    return "" if number is None else f"{number:,}".replace(",", " ")


def letter(column: int) -> str:
    """Column 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
