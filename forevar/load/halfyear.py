"""Readings of days, weeks, months and quarters → half-years, honestly: what is not whole is ``partial``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from forevar.errors import Fault, fault
from forevar.load.deliveries import merged, named
from forevar.load.meaning import YEARLY, Found, Reading
from forevar.load.timelabel import half_span
from forevar.period import Period
from forevar.terms import Status


@dataclass
class Halves:
    """Readings by period: half-years, or years that are never cut."""

    rows: list[tuple[str, Reading]]
    faults: list[Fault]
    notices: list[Fault]


def to_half_years(readings: Iterable[Reading], source: str) -> Halves:
    """One reading for each series and half-year; yearly series and campaigns keep their year.

    A half-year is whole when every day of it is covered (for ``last``: when its last day is). Otherwise it is
    ``partial``: shown, never scored. A suppressed part makes the whole suppressed.
    """
    halves = Halves([], [], [])
    ordered = sorted(readings, key=lambda reading: (reading.series, reading.every, reading.span))
    for _, group in groupby(ordered, key=lambda reading: (reading.series, reading.every)):
        series = list(group)
        odd = next((one for one in series if one.unit != series[0].unit), None)
        if odd is not None:
            halves.faults.append(fault("units_differ", odd.origin, unit=odd.unit, before=series[0].unit))
            continue
        every = series[0].every
        if every in YEARLY:
            halves.rows += [(one.span.year, one) for one in series]
            continue
        overlap = next((b for a, b in pairwise(series) if b.span.start <= a.span.end), None)
        if overlap is not None:
            shown = None if overlap.restricted else f"{overlap.span.start}–{overlap.span.end}"
            halves.faults.append(fault("rolling", overlap.origin, content=shown))
            continue
        for period, parts, weights, is_whole in _parted(series):
            whole = half_span(period)
            one = merged(parts, parts[0].rule, weights) if len(parts) > 1 else parts[0]
            one = replace(one, span=whole)
            if one.status == Status.OK and not is_whole:
                one = replace(one, status=str(Status.PARTIAL))
            if one.status == Status.PARTIAL:
                halves.notices.append(fault("partial", one.origin, period=period, series=named(source, one)))
            halves.rows.append((str(period), one))
    _leave_out_doubles(halves)
    return halves


def _leave_out_doubles(halves: Halves) -> None:
    """A half-year told as such and in months as well, or in two kinds of files, is a fault."""
    kept: dict[tuple[object, ...], Reading] = {}
    for period, one in halves.rows:
        key = (one.series, period, one.every if one.every in YEARLY else "half_year")
        if key in kept:
            halves.faults.append(
                fault(
                    "twice",
                    one.origin,
                    here=one.origin.rpartition(":")[2],
                    other=kept[key].origin,
                    series=named("", one),
                )
            )
        else:
            kept[key] = one
    halves.rows = [(str(key[1]), one) for key, one in kept.items()]


def _parted(series: Sequence[Reading]) -> list[tuple[Period, list[Reading], list[float], bool]]:
    """Period, its readings, the days each has in it, and whether they cover it."""
    by_period: dict[Period, list[tuple[Reading, float]]] = {}
    split_weeks = series[0].every == "week" and series[0].rule == "mean"
    for one in series:
        middle = Period.containing(one.span.start + (one.span.end - one.span.start) // 2)
        periods = {Period.containing(one.span.start), Period.containing(one.span.end)} if split_weeks else {middle}
        for period in periods:
            by_period.setdefault(period, []).append((one, _days_in(one, period)))
    parted = []
    for period, members in sorted(by_period.items()):
        heard = [(one, days) for one, days in members if one.status != Status.NOT_AVAILABLE]
        if not heard:
            parted.append((period, [one for one, _ in members], [days for _, days in members], False))
            continue
        parts, weights = [one for one, _ in heard], [days for _, days in heard]
        if parts[0].rule == "last":
            is_whole = parts[-1].span.end >= period.end
        elif parts[0].every == "week" and not split_weeks:
            # A week belongs where its middle lies; no week may be missing, and three days are lost or lent at the ends.
            slack = dt.timedelta(days=3)
            days = sum(one.span.days for one in parts)
            is_whole = (
                parts[0].span.start <= period.start + slack
                and parts[-1].span.end >= period.end - slack
                and days == (parts[-1].span.end - parts[0].span.start).days + 1
            )
        else:
            is_whole = round(sum(weights)) >= period.days
        parted.append((period, parts, weights, is_whole))
    return parted


def _days_in(reading: Reading, period: Period) -> float:
    start, end = max(reading.span.start, period.start), min(reading.span.end, period.end)
    return float((end - start).days + 1)


def add_events(
    readings: Iterable[Reading],
    covers: str,
    half: Period | None,
    each: Sequence[str],
    empty: Reading | None,
    where: str,
) -> Found:
    """Rows of a list, one for each thing that happened → a number for each series and half-year.

    Args:
        readings: One for each row: 1 where rows are counted, else what stands in it (an amount).
        covers: ``file``: the half-year in the file's name is whole; ``rows``: what lies between first and last row.
        half: That half-year.
        each: Substances that were looked for: 0 where there is no row.
        empty: A reading to take the rest from when there is no row at all; its substance and value are replaced.
        where: Address of the list.
    """
    found = Found()
    rows = sorted(readings, key=lambda reading: (reading.series, reading.span))
    if covers == "file" and half is None:
        found.faults.append(fault("no_time", where))
        return found
    days = [one.span.start for one in rows]
    if half is not None and covers == "file":
        for one in rows:
            if Period.containing(one.span.start) != half:
                shown = None if one.restricted else str(one.span.start)
                found.faults.append(fault("outside_file", one.origin, content=shown, period=half))
        periods = {half: True}
        rows = [one for one in rows if Period.containing(one.span.start) == half]
    else:
        periods = {
            period: min(days) <= period.start and max(days) >= period.end
            for period in {Period.containing(day) for day in days}
        }
    sample = rows[0] if rows else empty
    if sample is None:
        return found
    for period, is_whole in sorted(periods.items()):
        status = str(Status.OK if is_whole else Status.PARTIAL)
        here = [one for one in rows if Period.containing(one.span.start) == period]
        for _, group in groupby(here, key=lambda one: one.series):
            members = list(group)
            one = merged(members, members[0].rule) if len(members) > 1 else members[0]
            kept = status if one.status == Status.OK else one.status
            found.readings.append(replace(one, span=half_span(period), every="half_year", status=kept))
        heard = {one.substance for one in here}
        for substance in each:
            if substance not in heard:
                nothing = replace(
                    sample, substance=substance, value=0.0, span=half_span(period), every="half_year",
                    status=status, origin=where,
                )  # fmt: skip
                found.readings.append(nothing)
    return found
