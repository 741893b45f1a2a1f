"""Parts of a source profile that say how text, numbers, labels and time are written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Role = Literal["time", "substance", "place", "measure", "dimension", "unit", "mark", "status", "denominator", "skip"]
LabelRole = Literal["time", "substance", "place", "measure", "dimension", "unit", "mark"]
Every = Literal["half_year", "quarter", "month", "week", "day", "event", "year", "campaign"]
Rule = Literal["sum", "mean", "last", "max"]
Mark = Literal["", "reconstructed", "printed", "approximate", "published"]
Dimension = Literal["use", "availability", "interest", "consequences", "aggregate"]
Ask = Literal[
    "knows", "use_change", "availability_change", "intake", "price", "slang", "combination", "consequence",
    "bought_where",
]  # fmt: skip
MONTHS = Literal[
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
]  # fmt: skip


def listed(value: object) -> object:
    """One thing as a list of one."""
    return (value,) if isinstance(value, str | int | float | dt.date) else value


def _text(value: object) -> object:
    if isinstance(value, bool):  # YAML reads yes and no as true and false
        return "yes" if value else "no"
    return str(value) if isinstance(value, int | float | dt.date) else value


def _text_keys(value: object) -> object:
    return {_text(key): entry for key, entry in value.items()} if isinstance(value, Mapping) else value


def _unit(value: object) -> object:
    return (value, 1.0) if isinstance(value, str) else value


_PLAIN = str | int | float | bool
Text = Annotated[str, BeforeValidator(_text, json_schema_input_type=_PLAIN)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(listed, json_schema_input_type=_PLAIN | list[_PLAIN])]
Unit = Annotated[tuple[str, float], BeforeValidator(_unit, json_schema_input_type=str | tuple[str, float])]


def by_text(kind: Any) -> Any:
    """A mapping whose keys are text, whatever YAML took them for."""
    return Annotated[dict[Text, kind], BeforeValidator(_text_keys)]


class Part(BaseModel):
    """A part of a profile: frozen, and a key it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Csv(Part):
    """How a text file is written; what is left out is found by itself."""

    encoding: str = ""
    delimiter: str = ""


class Numbers(Part):
    """How numbers are written as text.

    Attributes:
        decimal: Decimal mark; left out: the full stop in files separated by commas, else the comma.
        thousands: Mark between groups of three; spaces of every kind are always allowed.
        affixes: Sign stuck to a number → the mark it stands for, often none.
        negative: Whether values below 0 are allowed.
    """

    decimal: Literal[",", ".", ""] = ""
    thousands: Literal[" ", ".", ",", "'", ""] = ""
    affixes: by_text(Mark) = {}  # type: ignore[valid-type]
    negative: bool = False


class CellWords(Part):
    """Words that stand where a number could.

    Attributes:
        suppressed: Too few to be told.
        not_available: Not known, not collected.
        none: There were none: 0. ``zero`` is the same.
        as_: Word with a value of its own.
    """

    suppressed: Texts = ()
    not_available: Texts = ()
    none: Texts = ()
    zero: Texts = ()
    as_: by_text(float) = Field(default={}, alias="as")  # type: ignore[valid-type]


class Labels(Part):
    """Label → key, by exact match; labels of substances add to ``params/substances.yml``."""

    time: by_text(Text) = {}  # type: ignore[valid-type]
    substance: by_text(str) = {}  # type: ignore[valid-type]
    place: by_text(str) = {}  # type: ignore[valid-type]
    measure: by_text(str) = {}  # type: ignore[valid-type]
    dimension: by_text(Dimension) = {}  # type: ignore[valid-type]
    unit: by_text(Unit) = {}  # type: ignore[valid-type]
    mark: by_text(Mark) = {}  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _are_exact(self) -> Self:
        if any("*" in label for labels in (self.substance, self.place, self.measure) for label in labels):
            raise ValueError("labels are matched exactly: no * in labels")
        return self


class Time(Part):
    """How time is written and how it becomes half-years.

    Attributes:
        every: What one label covers. ``year`` and ``campaign`` are never cut into halves.
        rule: How shorter spans become a half-year.
        year_starts: First month of a financial year.
        day_first: 03.04.2026 is 3 April.
        constant: Every number is of this time.
        covers: For events: ``file``: the half-year in the file name is complete; ``rows``: what lies between
            the first and the last row.
    """

    every: Every = "half_year"
    rule: Rule = "sum"
    year_starts: MONTHS = "january"
    day_first: bool = True
    constant: Text = ""
    covers: Literal["file", "rows"] = "file"
