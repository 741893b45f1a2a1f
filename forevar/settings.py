"""What a decision may look like: the models behind ``params/*.yml``, frozen, refusing a key they do not know."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from forevar.period import Period
from forevar.rules import AgreementRules, BacktestRules, CertaintyRules, DisclosureRules, SensitivityRules, SignalRules
from forevar.terms import Dimension
from forevar.words import Names

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
ChapterName = Annotated[str, Field(pattern=r"^\w[\w-]*(/\w[\w-]*)*$")]


def _as_period(value: object) -> Period:
    return value if isinstance(value, Period) else Period.parse(str(value))


def _rising(values: tuple[float, ...]) -> tuple[float, ...]:
    if any(later <= earlier for earlier, later in itertools.pairwise(values)):
        raise ValueError(f"the limits must rise: {', '.join(map(str, values))}")
    return values


def _readable(colour: str) -> str:
    if not re.fullmatch("#[0-9A-Fa-f]{6}", colour):
        raise ValueError(f"{colour!r} is not a colour; write it as #RRGGBB, for instance #12436D")
    if (contrast := on_white(colour)) < LEAST_CONTRAST:
        raise ValueError(
            f"{colour} is too pale for text on white: {contrast:.1f} to 1, and {LEAST_CONTRAST} is the least"
        )
    return colour


def on_white(colour: str) -> float:
    """How a colour ``#RRGGBB`` stands out from white: 1 (not at all) to 21, as WCAG 2 reckons it."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


LEAST_CONTRAST = 4.5
Accent = Annotated[str, AfterValidator(_readable)]
PeriodField = Annotated[Period, BeforeValidator(_as_period)]
Limits = Annotated[tuple[float, ...], Field(min_length=1), AfterValidator(_rising)]


class Frozen(BaseModel):
    """Settings that refuse a key they do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Few(Frozen):
    """When there are too few cases to speak of change.

    Attributes:
        n_min: Fewer than this is few.
        test: Which of the two half-years must be few: the larger, the smaller or the current.
        rule: ``zero`` scores 0, ``sign`` scores one step in the direction, ``exclude`` leaves it out.
        min_change: Smallest difference that ``sign`` reacts to.
        units: Units the rule is for.
    """

    n_min: int
    test: Literal["max", "min", "current"] = "max"
    rule: Literal["zero", "sign", "exclude"] = "zero"
    min_change: int = 1
    units: tuple[str, ...] = ("count",)


class FewOverride(Frozen):
    """The part of the rule one source does differently."""

    n_min: int | None = None
    rule: Literal["zero", "sign", "exclude"] | None = None
    min_change: int | None = None


class SourceOverride(Frozen):
    """What one source does differently from the method."""

    few: FewOverride | None = None
    class_limits_percent: Limits | None = None


class Panel(Frozen):
    """How a panel's answers become a step.

    Attributes:
        limits_balance: Share more less share fewer, among those who answered.
        groups: ``pooled`` counts all together; ``separate`` takes the mean of the groups' balances.
        min_answers: Fewer answers than this are not scored.
        min_prices: A price is shown when this many informants gave one for its unit.
    """

    limits_balance: Limits
    groups: Literal["pooled", "separate"] = "pooled"
    min_answers: int = 1
    min_prices: int = 5


class ScoreWords(Frozen):
    """Cut points from score to word; a third one opens a middle degree (small, plain, strong)."""

    sub_score_cuts: Limits
    aggregate_cuts: Limits
    headline_drop_small: bool = True
    small: Literal["liten", "svak"] = "liten"


class Trend(Frozen):
    """The long-term curve.

    Attributes:
        start: Half-year in which every curve stands at ``base``.
        smooth: Half-years averaged where levels are ranked.
        scored_from: First half-year whose raw files are complete enough to be summed.
    """

    start: PeriodField
    base: float = 0.0
    smooth: int = 4
    scored_from: PeriodField | None = None


class Method(Frozen):
    """How changes become scores: ``params/method.yml``."""

    name: str
    status: Literal["example", "decided"]
    base: Literal["previous_half_year", "same_half_last_year", "mean_of_last"]
    mean_of: int = 2
    class_limits_percent: Limits
    class_limits_by_kind: dict[str, Limits] = {}
    class_values: tuple[int, ...]
    missing_comparison: Literal["unscored"] = "unscored"
    first_time: Literal["use_if_back_data", "exclude"] = "use_if_back_data"
    few: Few
    zero_base_value: int
    measures: Literal["separate", "mean"] = "separate"
    unscored_kinds: tuple[str, ...] = ()
    default_weight: float | None = None
    normalisation: Literal["none", "share_of_maximum"] = "none"
    panel: Panel
    source_overrides: dict[str, SourceOverride] = {}
    words: ScoreWords
    trend: Trend
    certainty: CertaintyRules
    agreement: AgreementRules
    signals: SignalRules
    sensitivity: SensitivityRules
    backtest: BacktestRules
    disclosure: DisclosureRules

    @model_validator(mode="after")
    def _values_fit_limits(self) -> Method:
        for name, limits in (("class_limits_percent", self.class_limits_percent), *self.class_limits_by_kind.items()):
            if len(self.class_values) != len(limits) + 1:
                raise ValueError(f"{name} has {len(limits)} limits, so class_values needs {len(limits) + 1} values")
        return self


class Substance(Frozen):
    """One drug the town watches: an entry of ``params/substances.yml``."""

    name: Names
    group: str
    order: int
    aliases: tuple[str, ...] = ()
    colour: str = "#12436D"
    text_colour: str = ""
    trend_start: PeriodField | None = None
    atc: tuple[str, ...] = ()
    highlight: bool = False
    breaks: dict[str, Names] = {}


class Measure(Frozen):
    """One series of a source.

    Attributes:
        dimension: One of the three, several for a panel, or ``consequences``.
        unit: ``count``, ``g``, ``tablets``, ``litres``, ``DDD``, ``index`` … the rule of few is by unit.
        name: What is counted, as it stands in a sentence: ``antall beslag``.
        scored: False: shown, never scored.
    """

    dimension: tuple[Dimension | Literal["aggregate"], ...]
    unit: str
    name: Names = ""
    label: Names = ""
    scored: bool = True

    @model_validator(mode="before")
    @classmethod
    def _one_dimension(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("dimension"), str):
            return {**data, "dimension": (data["dimension"],)}
        return data


class Agreed(Frozen):
    """Who agreed to a rule of disclosure, and when; and to steps being printed though one can tell a small count."""

    by: str
    date: dt.date | None = None


class Disclosure(Frozen):
    """What of a source may be shown."""

    unit: Literal["persons", "events", "items", "articles", "index"] = "items"
    public: bool = False
    min_n: int | None = None
    round_to: int | None = None
    agreed: Agreed | None = None


class Place(Frozen):
    """A site or county that a series is split by; ``last`` when it is closed."""

    name: Names
    first: PeriodField | None = None
    last: PeriodField | None = None


class Source(Frozen):
    """One provider's series: an entry of ``params/sources.yml`` or a file of ``params/sources/``."""

    name: Names
    short: Names = ""
    kind: Literal["statistics", "media", "panel", "key_persons", "focus_groups", "history"]
    family: str = ""
    agency: str = ""
    provider: str = ""
    measures: dict[Key, Measure] = {}
    places: dict[Key, Place] = {}
    weights: dict[Dimension, float] = {}
    weights_status: Literal["example", "decided"] = "example"
    first: PeriodField | None = None
    last: PeriodField | None = None
    new: PeriodField | None = None
    invented: bool = False
    access: Literal["open", "restricted"] = "open"
    disclosure: Disclosure = Disclosure()
    note: Names = ""
    licence: str = ""


class Numbering(Frozen):
    """The report's running number: one edition and its number."""

    edition: PeriodField
    number: int


class Town(Frozen):
    """Whose workspace this is: ``params/town.yml``.

    Attributes:
        logo: File in ``params/``, SVG or PNG, that stands on both covers; empty for none.
        accent: Colour of links and of the report's name, ``#RRGGBB``, at least 4.5:1 on white.
    """

    place: str
    area: Names = ""
    lang: Literal["nb", "nn", "en"] = "nb"
    report_name: Names
    title: Names
    owner: str
    numbering: Numbering
    model_credit: Names = ""
    logo: str = ""
    accent: Accent = "#12436D"

    def number_of(self, edition: Period) -> int:
        """The running number of an edition."""
        return self.numbering.number + (edition - self.numbering.edition)


class Headline(Frozen):
    """One main finding, as the editor chose it."""

    substance: Key
    dimensions: tuple[Dimension, ...]
    name: Names = ""
    override: Names = ""
    reason: str = ""
    initials: str = ""


class FocusLevels(Frozen):
    """What the preparations of a special focus are ranked by: the sum of one measure over some sources."""

    sources: tuple[str, ...] = ()
    measure: str = ""


class Recipe(Frozen):
    """One edition: ``params/editions/<period>/edition.yml``.

    Attributes:
        chapters: In the order of the report; names as ``forevar list`` prints them. ``text/<name>`` is
            authors' text alone.
        number: Instead of the one that the town counts.
        signatures: Lines below the foreword.
    """

    period: PeriodField
    status: Literal["draft", "final"] = "draft"
    chapters: tuple[ChapterName, ...]
    headlines: tuple[Headline, ...] = ()
    authors: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    number: int | None = None
    issn: str = ""
    isbn: str = ""
    contact: tuple[str, ...] = ()
    published: dt.date | None = None
    focus: Names = ""
    focus_levels: FocusLevels = FocusLevels()
    cover_title: Names = ""

    def number_in(self, town: Town) -> int:
        """The report's running number: the town's count, unless the recipe says another."""
        return self.number if self.number is not None else town.number_of(self.period)

    @property
    def notebooks(self) -> tuple[str, ...]:
        """The chapters that run."""
        return tuple(name for name in self.chapters if not name.startswith("text/"))


class SeriesLine(Frozen):
    """One series of a figure on consequences: ``source.measure[.place[.substance]]`` and what it is called.

    With ``total`` and no ``of`` it is the sum of the figure's other series.
    """

    of: str = ""
    total: bool = False
    label: Names
    subject: Names
    short: Names = ""

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """Source, measure, place and substance; empty where not said."""
        source, measure, place, substance, *_ = (*self.of.split("."), "", "", "", "")
        return source, measure, place, substance


class SeriesFigure(Frozen):
    """One figure of the chapter on consequences."""

    key: str
    kind: Literal["lines", "columns", "sites", "panels"]
    what: Names
    series: tuple[SeriesLine, ...]
    heading: Names = ""
    spans: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    decimals: int = 0
    own_scales: bool = False
    none_sign: bool = False


class TimeNote(Frozen):
    """A stretch of time (with ``last``) or a point from which a series is counted otherwise."""

    first: PeriodField
    last: PeriodField | None = None
    text: Names


class SeriesFigures(Frozen):
    """``params/consequences.yml``."""

    figures: tuple[SeriesFigure, ...] = ()
    notes: dict[str, TimeNote] = {}
