"""Readings of several files → one reading for each series and time, and what changed between deliveries."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from forevar.errors import Fault, fault
from forevar.load.grid import as_text
from forevar.load.meaning import Found, Reading
from forevar.load.timelabel import Span
from forevar.terms import Status

TENFOLD = 10.0
_DIGITS = "0123456789"
_STRENGTH = ("reconstructed", "approximate", "printed", "published", "")
Key = tuple[tuple[str, str, str, str], Span]


def key_of_reading(reading: Reading) -> Key:
    """What two readings share when they are the same number."""
    return reading.series, reading.span


def combine(readings: Iterable[Reading], how: Literal["sum", "mean"]) -> list[Reading]:
    """Readings of one table with the same key made one, by the profile's word.

    A sum or mean with a suppressed part is suppressed; parts that are not available are left out.
    """
    groups = by_key(readings).values()
    return [parts[0] if len(parts) == 1 else merged(parts, how) for parts in groups]


def by_key(readings: Iterable[Reading]) -> dict[Key, list[Reading]]:
    """Readings of the same number, in the order of the files."""
    groups: dict[Key, list[Reading]] = {}
    for reading in readings:
        groups.setdefault(key_of_reading(reading), []).append(reading)
    return groups


def merged(parts: Sequence[Reading], how: str, weights: Sequence[float] | None = None) -> Reading:
    """Several readings as one, with every address; days covered are those of the first."""
    weights = weights or [1.0] * len(parts)
    heard = [(part, weight) for part, weight in zip(parts, weights, strict=True) if part.status == Status.OK]
    status = str(Status.OK)
    if any(part.status == Status.SUPPRESSED for part in parts):
        status = str(Status.SUPPRESSED)
    elif any(part.status == Status.PARTIAL for part in parts):
        status = str(Status.PARTIAL)
        heard = [(part, weight) for part, weight in zip(parts, weights, strict=True) if math.isfinite(part.value)]
    elif not heard:
        status = str(Status.NOT_AVAILABLE)
    value = math.nan if status == Status.SUPPRESSED else _joined([(p.value, w) for p, w in heard], how)
    marks = {part.mark for part in parts}
    return replace(
        parts[0],
        value=value,
        denominator=_joined([(p.denominator, w) for p, w in heard], how),
        status=status,
        mark=next(mark for mark in _STRENGTH if mark in marks),
        origin=join_origins(part.origin for part in parts),
    )


def _joined(numbers: Sequence[tuple[float, float]], how: str) -> float:
    """Sum, weighted mean, largest or last; missing when any is missing."""
    values = [value for value, _ in numbers]
    if not values or any(math.isnan(value) for value in values):
        return math.nan
    if how == "mean":
        return math.fsum(value * weight for value, weight in numbers) / math.fsum(weight for _, weight in numbers)
    if how == "last":
        return values[-1]
    return max(values) if how == "max" else math.fsum(values)


def join_origins(origins: Iterable[str]) -> str:
    """``file:Sheet:C7,C8,C9``; several files are parted by ``; ``."""
    places: dict[str, dict[str, None]] = {}
    for origin in origins:
        for one in origin.split("; "):
            file, _, cells = one.rpartition(":")
            places.setdefault(file, {}).update(dict.fromkeys(cells.split(",")))
    return "; ".join(f"{file}:{','.join(cells)}" for file, cells in places.items())


def resolve(readings: Iterable[Reading], deliveries: str, source: str) -> Found:
    """One reading for each series and time.

    Args:
        readings: Of every file of a source.
        deliveries: ``separate``: files must agree where they overlap; ``cumulative`` or ``newest``: the later holds.
        source: Key, for what is said.

    Returns:
        Readings without doubles; faults where the same number stands twice in one file or two files of one
        standing disagree; notices of what was revised, tenfold or newly suppressed.
    """
    found = Found()
    said: dict[tuple[object, ...], Fault] = {}
    for group in by_key(readings).values():
        kept, *others = sorted(group, key=lambda reading: reading.delivery)
        for later in others:
            if _file(later) == _file(kept):
                said.setdefault(_pair(kept, later), _twice(kept, later))
            elif _same(kept, later):
                kept = later
            elif deliveries == "separate" or later.delivery == kept.delivery:
                found.faults.append(
                    fault("disagrees", later.origin, content=_told(later), other=kept.origin, before=_told(kept))
                )
            else:
                found.notices += _changed(kept, later, source)
                kept = later
        found.readings.append(kept)
    found.faults += said.values()
    if deliveries == "cumulative":
        found.notices += _gone(found.readings, source)
    return found


def _gone(readings: Sequence[Reading], source: str) -> list[Fault]:
    """Series that earlier deliveries held and the newest does not: a label may have changed its spelling."""
    newest = max((reading.delivery for reading in readings), default=0)
    last: dict[tuple[str, str, str, str], Reading] = {}
    for reading in readings:
        if reading.series not in last or reading.delivery >= last[reading.series].delivery:
            last[reading.series] = reading
    return [
        fault("gone", reading.origin, series=", ".join(part for part in (source, *reading.series) if part))
        for reading in last.values()
        if reading.delivery < newest
    ]


def _pair(one: Reading, other: Reading) -> tuple[object, ...]:
    """What makes two doubles one fault: labels that share a key clash in every row and every half-year."""
    differ = _differing(one, other)
    if not any(differ):
        return (other.origin,)
    sheet, _, cell = other.origin.rpartition(":")
    columns = one.origin.rpartition(":")[2].rstrip(_DIGITS), cell.rstrip(_DIGITS)
    return sheet, *columns, differ


def _twice(one: Reading, other: Reading) -> Fault:
    """Both cells with the labels that differ, and the key they share."""
    cells = [
        f"{cell} ({labels})" if labels else cell
        for cell, labels in zip(
            (reading.origin.rpartition(":")[2] for reading in (other, one)), _differing(other, one), strict=True
        )
    ]
    return fault("twice", other.origin, here=cells[0], other=cells[1], series=named("", other))


def _differing(one: Reading, other: Reading) -> tuple[str, str]:
    """The labels of each that the other does not share."""
    parts = [pair for pair in zip(one.labels, other.labels, strict=False) if pair[0] != pair[1]]
    return " / ".join(first for first, _ in parts if first), " / ".join(second for _, second in parts if second)


def _file(reading: Reading) -> str:
    return reading.origin.partition(":")[0]


def _same(one: Reading, other: Reading) -> bool:
    return one.status == other.status and all(
        math.isclose(a, b, rel_tol=1e-9) or (math.isnan(a) and math.isnan(b))
        for a, b in ((one.value, other.value), (one.denominator, other.denominator))
    )


def _changed(before: Reading, after: Reading, source: str) -> list[Fault]:
    told = {"before": _told(before), "other": before.origin, "after": _told(after), "series": named(source, after)}
    if after.status == Status.SUPPRESSED and before.status == Status.OK:
        return [fault("newly_suppressed", after.origin, **told)]
    notices = [fault("revised", after.origin, **told)]
    if is_tenfold(before.value, after.value):
        notices.append(fault("tenfold", after.origin, **told))
    return notices


def is_tenfold(before: float, after: float) -> bool:
    """Whether one of two numbers is ten times the other or more; nothing is said of zeros."""
    low, high = sorted((abs(before), abs(after)))
    return low > 0 and high >= TENFOLD * low


def named(source: str, reading: Reading) -> str:
    """A series as it is said to people."""
    return ", ".join(part for part in (source, *reading.series, reading.span.label) if part)


def _told(reading: Reading) -> str | None:
    if reading.restricted:
        return None
    if reading.status != Status.OK:
        return reading.status
    number = as_text(float(f"{reading.value:.10g}"))
    return number if math.isnan(reading.denominator) else f"{number}/{as_text(reading.denominator)}"
