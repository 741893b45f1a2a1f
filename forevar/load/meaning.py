"""A reading, and what labels, words and numbers of a table mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forevar.errors import Fault
from forevar.load.label import Lexicon, normal
from forevar.load.timelabel import Span, TimeForm
from forevar.profile_parts import CellWords, Numbers, Rule
from forevar.terms import Status

YEARLY = ("year", "campaign")


@dataclass(slots=True)
class Reading:
    """One number as it stands in a file, or the word that stands in its place.

    Attributes:
        span: Days it covers.
        value: In ``unit``; missing when suppressed or not available.
        origin: ``file:Sheet:C7``.
        delivery: Order of the file among the source's files.
        labels: What stands beside and above it, as the file writes it, time left out; empty for restricted files.
    """

    measure: str
    substance: str
    dimension: str
    place: str
    span: Span
    value: float
    denominator: float
    unit: str
    status: str
    mark: str
    origin: str
    rule: Rule
    every: str
    delivery: int = 0
    restricted: bool = False
    labels: tuple[str, ...] = ()

    @property
    def series(self) -> tuple[str, str, str, str]:
        """What makes a series within a source."""
        return self.measure, self.substance, self.dimension, self.place


@dataclass(frozen=True)
class Meaning:
    """What labels, words and numbers of one table mean: profile, table and params put together.

    Attributes:
        lexica: Role → labels.
        units: Normal label of a unit → unit and factor.
        words: Normal text → status; ``none`` gives 0.
        values: Normal text → value.
        measures: Measure → its dimensions and unit.
    """

    lexica: Mapping[str, Lexicon]
    units: Mapping[str, tuple[str, float]]
    words: Mapping[str, str]
    values: Mapping[str, float]
    numbers: Numbers
    measures: Mapping[str, tuple[tuple[str, ...], str]]
    form: TimeForm
    rule: Rule = "sum"
    constant_time: str = ""
    covers: str = "file"
    mark: str = ""
    profile: str = ""
    source: str = ""


@dataclass
class Found:
    """What came of reading: numbers, faults, things to notice."""

    readings: list[Reading] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)


def words_of(*layers: CellWords | None) -> tuple[dict[str, str], dict[str, float]]:
    """Normal text → status, and normal text → value, of the profile and then the table."""
    words: dict[str, str] = {}
    values: dict[str, float] = {}
    for layer in layers:
        if layer:
            words.update({normal(text): Status.SUPPRESSED for text in layer.suppressed})
            words.update({normal(text): Status.NOT_AVAILABLE for text in layer.not_available})
            values.update({normal(text): 0.0 for text in (*layer.none, *layer.zero)})
            values.update({normal(text): value for text, value in layer.as_.items()})
    return words, values
