"""The field's own terms as the tables spell them; see GLOSSARY.md."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Dimension(StrEnum):
    """The axis a reading is about. ``CONSEQUENCES`` are shown, never scored."""

    USE = "use"
    AVAILABILITY = "availability"
    INTEREST = "interest"
    CONSEQUENCES = "consequences"


SCORED_DIMENSIONS = (Dimension.USE, Dimension.AVAILABILITY, Dimension.INTEREST)
AGGREGATE = "aggregate"


class ChangeCategory(IntEnum):
    """The step a source's change is put on. Silent is missing, never ``STABLE``."""

    STRONG_FALL = -3
    FALL = -2
    SMALL_FALL = -1
    STABLE = 0
    SMALL_RISE = 1
    RISE = 2
    STRONG_RISE = 3

    @property
    def key(self) -> str:
        """The word's key in ``params/phrases.yml``: ``small_fall``."""
        return self.name.lower()


class Status(StrEnum):
    """What a cell said when it did not hold a plain number."""

    OK = "ok"
    SUPPRESSED = "suppressed"
    NOT_AVAILABLE = "not_available"
    PARTIAL = "partial"


class Reason(StrEnum):
    """Why a source was not scored."""

    NO_COMPARISON = "no_comparison"
    SILENT = "silent"
    PARTIAL = "partial"
    SUPPRESSED = "suppressed"
    CLOSED = "closed"
    FIRST_TIME = "first_time"
    FEW = "few"
    UNWEIGHTED = "unweighted"


OBSERVATION_COLUMNS = (
    "source", "measure", "substance", "dimension", "place", "period", "frequency",
    "value", "denominator", "unit", "status", "mark", "origin",
)  # fmt: skip
ANSWER_COLUMNS = ("source", "period", "informant", "group", "substance", "question", "answer", "unit", "origin")
