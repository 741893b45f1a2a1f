"""How one source is read: the models behind ``params/sources/<key>.yml``. ``docs/sources.md`` teaches them."""

# ruff: noqa: RUF012 - pydantic copies defaults for every instance
from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Discriminator, Field, Tag, model_validator

from forevar.profile_parts import (
    Ask,
    CellWords,
    Csv,
    Dimension,
    LabelRole,
    Labels,
    Mark,
    Numbers,
    Part,
    Role,
    Rule,
    Text,
    Texts,
    Time,
    Unit,
    by_text,
    listed,
)


class Value(Part):
    """A column of numbers.

    Attributes:
        measure: Key in the register or in the profile's ``measures``.
        denominator: Header of another column of the same row.
        factor: What is read times this is in ``unit``.
        optional: No fault when the column is not there.
    """

    measure: str = ""
    substance: str | None = None
    place: str | None = None
    dimension: Dimension | None = None
    denominator: str = ""
    unit: str = ""
    factor: float = 1.0
    unit_of: dict[str, Unit] = {}
    rule: Rule | None = None
    mark: Mark | None = None
    optional: bool = False


# A word is a role and a mapping a column of numbers: errors speak of the one that was meant.
ColumnMeaning = Annotated[
    Annotated[Role, Tag("role")] | Annotated[Value, Tag("value")],
    Discriminator(
        lambda told: "value" if not isinstance(told, str) else "role" if told in get_args(Role) else None,
        custom_error_type="column",
        custom_error_message=f"a column is one of {', '.join(get_args(Role))}; or, for numbers, {{measure: …}}",
    ),
]


class Count(Part):
    """Rows that are counted, one row a hit.

    Attributes:
        measure: Key of the series.
        each: Substances that were looked for: no row in a covered half-year is 0 for them.
    """

    measure: str
    each: tuple[str, ...] = ()


class Table(Part):
    """One table in a sheet or a text file; ``docs/sources.md`` says what each key means."""

    files: Texts = ()
    sheet: Text = ""
    sheet_is: LabelRole | None = None
    file_is: str = ""
    above: dict[LabelRole, str] = {}
    below: Text = ""
    optional: bool = False
    columns: by_text(ColumnMeaning)  # type: ignore[valid-type]
    header: int = Field(default=1, ge=0, le=5)
    wide: tuple[LabelRole, ...] | str | tuple[str, ...] = ()
    fill_down: Texts = ()
    stop: Texts = ()
    blank_rows: Literal["stop", "skip"] = "stop"
    area: str = Field(default="", pattern=r"^([A-Z]{1,3}\d*:[A-Z]{1,3}\d*)?$")
    only: by_text(Texts) = {}  # type: ignore[valid-type]
    count: Count | None = None
    combine: Literal["sum", "mean"] | None = None
    denominator_row: Text = ""
    total: Text = ""
    substance: str | None = None
    measure: str = ""
    dimension: Dimension | None = None
    place: str | None = None
    unit: str = ""
    factor: float = 1.0
    mark: Mark | None = None
    unit_of: dict[str, Unit] = {}
    time: Time | None = None
    labels: Labels = Labels()
    ignore: dict[LabelRole, Texts] = {}
    unknown: dict[LabelRole, Literal["fault", "ignore", "keep"]] = {}
    words: CellWords | None = None
    numbers: Numbers | None = None

    @property
    def wide_roles(self) -> tuple[str, ...]:
        """One role per header row, when the header is labels of roles."""
        wide = (self.wide,) if isinstance(self.wide, str) else tuple(self.wide)
        return wide if all("{" not in one for one in wide) else ()

    @property
    def wide_patterns(self) -> tuple[str, ...]:
        """Patterns of a header that holds several labels."""
        wide = (self.wide,) if isinstance(self.wide, str) else tuple(self.wide)
        return wide if any("{" in one for one in wide) else ()

    @model_validator(mode="after")
    def _has_numbers(self) -> Self:
        if not self.wide and not self.count and not any(isinstance(one, Value) for one in self.columns.values()):
            raise ValueError("the table names no column of numbers: give a column {measure: …}, wide: or count:")
        roles = set(LabelRole.__args__)  # type: ignore[attr-defined]
        if wrong := [one for one in self.wide_roles if one not in roles]:
            raise ValueError(f"wide says {wrong[0]!r}, which is not one of: {', '.join(sorted(roles))}")
        if self.wide_roles and len(self.wide_roles) != max(self.header, 1):
            raise ValueError(f"wide names {len(self.wide_roles)} roles, but header is {self.header}: one for each row")
        return self


class Group(Part):
    """Which part of a panel an informant belongs to."""

    column: str
    labels: by_text(Literal["general", "nightlife", "risk"])  # type: ignore[valid-type]


class Question(Part):
    """One question, or one for every substance when ``column`` holds ``{substance}``.

    Attributes:
        column: Header; ``{answer}`` where every choice has a column of its own.
        ask: What is asked.
        substance: When the header does not say.
        scale: Name of a scale under ``scales``: answer → key.
        split: Marks between several answers in one cell.
        terms: Name of a word list under ``terms``.
        unit_column: Where the unit of a price stands.
        units: Unit → spellings.
    """

    column: str
    ask: Ask
    substance: str = ""
    scale: str = ""
    split: str = ""
    terms: str = ""
    unit_column: str = ""
    units: dict[str, Texts] = {}
    optional: bool = False


class Answers(Part):
    """A questionnaire: one row is one informant. Columns that are not named are never read."""

    sheet: Text = ""
    header: int = Field(default=1, ge=1, le=3)
    group: Group | None = None
    min_n: int = 2
    scales: dict[str, by_text(Text)] = {}  # type: ignore[valid-type]
    substances: tuple[str, ...] = ()
    questions: tuple[Question, ...] = Field(min_length=1)
    terms: dict[str, by_text(Texts)] = {}  # type: ignore[valid-type]
    labels: by_text(str) = {}  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for question in self.questions:
            if question.scale and question.scale not in self.scales:
                raise ValueError(f"there is no scale {question.scale!r} under scales")
            if question.terms and question.terms not in self.terms:
                raise ValueError(f"there is no word list {question.terms!r} under terms")
            if not (question.scale or question.terms or question.ask == "price"):
                raise ValueError(f"{question.column!r} needs a scale or a word list: free text is not read")
            if "{substance}" not in question.column and not question.substance:
                raise ValueError(f"{question.column!r} names no {{substance}}: say substance:")
        return self


def _one_or_several(told: object) -> str | None:
    each = listed(told)
    if not isinstance(each, list | tuple) or not all(one in get_args(Dimension) for one in each):
        return None
    return "one" if isinstance(told, str) else "several"


class Dictionary(Part):
    """A list of codes and names: the names of the codes given become labels of substances."""

    code: str
    name: str
    substances: by_text(str)  # type: ignore[valid-type]


# One dimension or several: a wrong one is told once, with those there are.
Dimensions = Annotated[
    Annotated[Dimension, Tag("one")] | Annotated[tuple[Dimension, ...], Tag("several")],
    Discriminator(
        _one_or_several,
        custom_error_type="dimension",
        custom_error_message=f"a dimension is one of {', '.join(get_args(Dimension))}",
    ),
]


class MeasureHere(Part):
    """A measure that the register does not hold."""

    dimension: Dimensions
    unit: str
    name: str | dict[str, str] = ""
    scored: bool = True


FORM_FILES = "intake/*-intake*.xlsx"
FORM_TABLE: dict[str, Any] = {
    "files": FORM_FILES,
    "columns": {
        "source": "skip", "measure": "measure", "substance": "substance", "place": "place",
        "[H]": {}, "[I]": "unit", "[J]": "status", "[E]": "skip", "[F]": "skip", "[G]": "skip", "[K]": "skip",
    },
    "time": {"every": "half_year", "rule": "sum"},
    "only": {"source": "{source}"},
    "blank_rows": "skip",
    "labels": {
        "substance": {"-": ""}, "place": {"-": ""},
        "unit": {
            "kg": ["g", 1000], "mg": ["g", 0.001], "liter": "litres", "dl": ["litres", 0.1], "tabletter": "tablets",
            "tablettar": "tablets",
        },
    },
    "words": {
        "suppressed": ["for få", "for få til å si", "too few"],
        "not_available": ["finnes ikke", "finst ikkje", "not available"],
    },
}  # fmt: skip


class Profile(Part):
    """How one source is read.

    Attributes:
        files: Globs under ``data/raw``.
        manual: Measure → substances asked for in the intake workbook; ``[]`` when it is not of one substance.
        deliveries: ``separate``: every file has its own times, and an overlap must agree; ``cumulative``: each file
            repeats the history and the later wins; ``newest``: only the newest delivery is read.
    """

    files: Texts = ()
    manual: dict[str, tuple[str, ...]] = {}
    csv: Csv = Csv()
    numbers: Numbers = Numbers()
    words: CellWords = CellWords()
    deliveries: Literal["separate", "cumulative", "newest"] = "separate"
    measures: dict[str, MeasureHere] = {}
    labels: Labels = Labels()
    labels_from: tuple[str, ...] = ()
    ignore: dict[LabelRole, Texts] = {}
    unknown: dict[LabelRole, Literal["fault", "ignore", "keep"]] = {}
    time: Time = Time()
    tables: tuple[Table, ...] = ()
    answers: Answers | None = None
    dictionary: Dictionary | None = None
    register_: dict[str, Any] | None = Field(default=None, alias="register")

    @model_validator(mode="before")
    @classmethod
    def _reads_the_form(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("manual"):
            files, tables = listed(data.get("files", ())), data.get("tables", ())
            if isinstance(files, list | tuple) and isinstance(tables, list | tuple):
                return {**data, "files": [*files, FORM_FILES], "tables": [*tables, FORM_TABLE]}
        return data

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not self.files:
            raise ValueError("files: says where the raw files lie, below data/raw")
        if not (self.tables or self.answers or self.dictionary):
            raise ValueError("a profile says tables:, answers: or dictionary:")
        own = [*self.files, *(glob for table in self.tables for glob in getattr(table, "files", ()))]
        if any(glob.startswith(("/", "data/")) or ".." in glob.split("/") or "\\" in glob for glob in own):
            raise ValueError("files: are globs below data/raw, with forward slashes: statistics/*-customs.xlsx")
        return self


def profile_schema() -> str:
    """The JSON Schema of a profile, for editors that complete and check YAML: ``params/schema/source.json``."""
    schema = Profile.model_json_schema(by_alias=True)
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "How a source is read"}
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
