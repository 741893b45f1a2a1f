"""The half-year observed: ``2026-1`` is October 2025 to March 2026, ``2025-2`` April to September 2025."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

_LABEL = re.compile(r"([12]\d{3})-([12])")
_PRINTED = re.compile(r"0([12])/(\d{2})")


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """One half-year of observation; the edition about it bears the same label.

    Attributes:
        year: The year in which the half-year ends (2026 for October 2025 to March 2026).
        half: 1 for October to March (spring edition), 2 for April to September (autumn edition).
    """

    year: int
    half: int

    def __post_init__(self) -> None:
        if self.half not in (1, 2) or not 1000 <= self.year <= 2999:
            raise ValueError(f"a period has a four-digit year and half 1 or 2, not {self.year}-{self.half}")

    @classmethod
    def parse(cls, text: str | Period) -> Period:
        """Construct a Period from its label.

        Args:
            text: ``2026-1``, the printed ``01/26``, or a Period, which is returned as it is.

        Raises:
            ValueError: The text is neither; the message shows both forms.
        """
        if isinstance(text, Period):
            return text
        if match := _LABEL.fullmatch(text.strip()):
            return cls(int(match[1]), int(match[2]))
        if match := _PRINTED.fullmatch(text.strip()):
            return cls(2000 + int(match[2]), int(match[1]))
        raise ValueError(f"{text!r} is not a period: write it as 2026-1 (October 2025 to March 2026) or 01/26")

    @classmethod
    def containing(cls, day: dt.date) -> Period:
        """The half-year a day belongs to."""
        if day.month >= 10:
            return cls(day.year + 1, 1)
        return cls(day.year, 1 if day.month <= 3 else 2)

    @property
    def start(self) -> dt.date:
        """The first day."""
        return dt.date(self.year - 1, 10, 1) if self.half == 1 else dt.date(self.year, 4, 1)

    @property
    def end(self) -> dt.date:
        """The last day."""
        return dt.date(self.year, 3, 31) if self.half == 1 else dt.date(self.year, 9, 30)

    @property
    def days(self) -> int:
        """Days observed: 182 or 183."""
        return (self.end - self.start).days + 1

    @property
    def season(self) -> str:
        """``spring`` or ``autumn``: when its edition is published."""
        return "spring" if self.half == 1 else "autumn"

    @property
    def printed(self) -> str:
        """The label on the cover: ``01/26``."""
        return f"0{self.half}/{self.year % 100:02d}"

    @property
    def x(self) -> float:
        """Place on a time axis in years: the middle of the half-year, 2026-1 at 2026.0 and 2025-2 at 2025.5."""
        return self.year + (0.0 if self.half == 1 else 0.5)

    @property
    def next(self) -> Period:
        """The half-year after."""
        return self + 1

    @property
    def previous(self) -> Period:
        """The half-year before."""
        return self + -1

    @property
    def same_half_last_year(self) -> Period:
        """The same half one year before."""
        return self + -2

    def __add__(self, half_years: int) -> Period:
        """The period that many half-years later."""
        return Period(*divmod_period(2 * self.year + self.half - 1 + half_years))

    def __sub__(self, other: Period) -> int:
        """Half-years from ``other`` to this one."""
        return 2 * (self.year - other.year) + self.half - other.half

    def __str__(self) -> str:
        """``2026-1``: sorts by time."""
        return f"{self.year}-{self.half}"


def divmod_period(ordinal: int) -> tuple[int, int]:
    """Year and half of the ``ordinal``-th half-year since year 0."""
    year, half = divmod(ordinal, 2)
    return year, half + 1


def period_range(first: Period, last: Period) -> Iterator[Period]:
    """Every half-year from ``first`` to ``last``, both included."""
    for step in range(last - first + 1):
        yield first + step
