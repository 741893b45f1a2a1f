"""``params/*.yml`` → what people decided, checked and frozen."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from forevar.errors import Fault, ParamsError
from forevar.period import Period
from forevar.profile import Profile
from forevar.rules import AgreementRules, BacktestRules, CertaintyRules, DisclosureRules, SensitivityRules, SignalRules
from forevar.terms import SCORED_DIMENSIONS, Dimension
from forevar.words import Names, Words, flatten
from forevar.workspace import Workspace, bundled
from forevar.yaml_file import Model, read_mapping, read_yaml, validate

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
ChapterName = Annotated[str, Field(pattern=r"^\w[\w-]*(/\w[\w-]*)*$")]


def _as_period(value: object) -> Period:
    return value if isinstance(value, Period) else Period.parse(str(value))


def _rising(values: tuple[float, ...]) -> tuple[float, ...]:
    if any(later <= earlier for earlier, later in itertools.pairwise(values)):
        raise ValueError(f"the limits must rise: {', '.join(map(str, values))}")
    return values


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
    min_prices: int = 3


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
    """Who agreed to a rule of disclosure, and when."""

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
    """Whose workspace this is: ``params/town.yml``."""

    place: str
    area: Names = ""
    lang: Literal["nb", "nn", "en"] = "nb"
    report_name: Names
    title: Names
    owner: str
    numbering: Numbering
    model_credit: Names = ""
    logo: str = ""
    accent: str = "#12436D"

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


@dataclass(frozen=True)
class Params:
    """Everything a workspace has decided, but for its editions."""

    workspace: Workspace
    method: Method
    substances: Mapping[str, Substance]
    sources: Mapping[str, Source]
    town: Town

    @cached_property
    def phrases(self) -> dict[str, dict[str, str]]:
        """Dotted key → language → text: those that come with forevar, and the town's own in their place."""
        table: dict[str, dict[str, str]] = {}
        for path in phrase_files(self.workspace):
            for key, texts in flatten(read_mapping(path, self.workspace.relative(path))).items():
                table[key] = {**table.get(key, {}), **texts}
        return table

    def words(self, lang: str | None = None) -> Words:
        """The words of a language; the town's own when left out."""
        return Words(lang or self.town.lang, self.phrases)


def phrase_files(workspace: Workspace) -> list[Path]:
    """Where words come from, the later file's before the earlier's."""
    folders = dict.fromkeys(folder for folder in (bundled("params"), workspace.params) if folder is not None)
    return [
        path for folder in folders for path in (folder / "phrases.yml", *sorted((folder / "phrases").glob("*.yml")))
        if path.is_file()
    ]  # fmt: skip


def load_params(workspace: Workspace) -> Params:
    """Everything in ``params/`` but the editions.

    Raises:
        ParamsError: Every fault of the first faulty file, with ``file:line: key``.
    """
    folder = workspace.params
    method = _load(Method, folder / "method.yml", workspace)
    town = _load(Town, folder / "town.yml", workspace)
    substances = _load_entries(Substance, folder / "substances.yml", workspace)
    sources = _load_sources(workspace)
    params = Params(workspace, method, dict(sorted(substances.items(), key=lambda item: item[1].order)), sources, town)
    _check_together(params)
    return params


def load_series_figures(workspace: Workspace) -> SeriesFigures:
    """The figures of the chapter on consequences; none when the town has no such file."""
    path = workspace.params / "consequences.yml"
    return _load(SeriesFigures, path, workspace) if path.is_file() else SeriesFigures()


def load_edition(workspace: Workspace, edition: Period | str) -> Recipe:
    """The recipe of an edition.

    Raises:
        ParamsError: There is none, or something in it is wrong; existing editions are named.
    """
    try:
        period = Period.parse(edition)
    except ValueError as error:
        raise ParamsError(str(error), mend="for instance: forevar build 2026-1") from None
    path = workspace.edition(period) / "edition.yml"
    if not path.is_file():
        have = ", ".join(str(one) for one in editions(workspace)) or "none"
        raise ParamsError(
            f"there is no recipe for {period}; editions here: {have}",
            workspace.relative(path),
            f"make it with: forevar new {period}",
        )
    recipe = _load(Recipe, path, workspace)
    if recipe.period != period:
        raise ParamsError(
            f"period is {recipe.period}, but the folder is {period}",
            workspace.relative(path),
            f"write period: {period}",
        )
    return recipe


def editions(workspace: Workspace) -> list[Period]:
    """The editions that have a recipe, oldest first."""
    found = []
    for path in (workspace.params / "editions").glob("*/edition.yml"):
        try:
            found.append(Period.parse(path.parent.name))
        except ValueError:
            continue
    return sorted(found)


def _load(model: type[Model], path: Path, workspace: Workspace) -> Model:
    where = workspace.relative(path)
    return validate(model, read_yaml(path, where), path, where)


def _load_entries(model: type[Model], path: Path, workspace: Workspace) -> dict[str, Model]:
    where = workspace.relative(path)
    entries: dict[str, Model] = {}
    faults: list[Fault] = []
    for key, data in read_mapping(path, where).items():
        try:
            entries[str(key)] = validate(model, data, path, where, (str(key),))
        except ParamsError as error:
            faults += error.faults
    if faults:
        raise ParamsError(faults)
    return entries


def _load_sources(workspace: Workspace) -> dict[str, Source]:
    """The register: ``sources.yml``, and the ``register`` part of profiles whose source is not in it."""
    path = workspace.params / "sources.yml"
    where = workspace.relative(path)
    entries: dict[str, Any] = read_mapping(path, where) if path.is_file() else {}
    sources: dict[str, Source] = {}
    faults: list[Fault] = []
    for key, data in entries.items():
        try:
            sources[str(key)] = validate(Source, data, path, where, (str(key),))
        except ParamsError as error:
            faults += error.faults
    for profile in profile_files(workspace):
        if profile.stem in entries:
            continue
        place = workspace.relative(profile)
        try:
            data = read_yaml(profile, place)
            if isinstance(data, dict) and "dictionary" in data:
                continue
            if not isinstance(data, dict) or "register" not in data:
                raise ParamsError(
                    f"the source {profile.stem} is not registered",
                    place,
                    "add it to params/sources.yml, or a register: here",
                )
            sources[profile.stem] = validate(Source, data["register"], profile, place, ("register",))
        except ParamsError as error:
            faults += error.faults
    if faults:
        raise ParamsError(faults)
    return sources


def profile_files(workspace: Workspace) -> list[Path]:
    """Every ``params/sources/<key>.yml``, sorted."""
    return sorted((workspace.params / "sources").glob("*.yml"))


def load_profiles(workspace: Workspace) -> dict[str, Profile]:
    """How each source is read: key → profile, for the sources that have raw files.

    Raises:
        ParamsError: Every fault of every profile at once.
    """
    profiles: dict[str, Profile] = {}
    faults: list[Fault] = []
    for path in profile_files(workspace):
        where = workspace.relative(path)
        try:
            data = read_yaml(path, where)
            own = {key: value for key, value in data.items() if key != "register"} if isinstance(data, dict) else data
            profiles[path.stem] = validate(Profile, own, path, where)
        except ParamsError as error:
            faults += error.faults
    if faults:
        raise ParamsError(faults)
    return profiles


def _check_together(params: Params) -> None:
    """What one file says of another."""
    faults = []
    for key in params.method.source_overrides:
        if key not in params.sources:
            faults.append(
                Fault(f"there is no source {key!r}", f"params/method.yml: source_overrides.{key}", "correct it")
            )
    for key, source in params.sources.items():
        for dimension in source.weights:
            if dimension not in SCORED_DIMENSIONS:
                faults.append(Fault(f"{dimension} is not scored", f"params/sources.yml: {key}.weights", "take it away"))
            elif not any(dimension in measure.dimension for measure in source.measures.values()):
                faults.append(
                    Fault(
                        f"no measure of {key} is about {dimension}", f"params/sources.yml: {key}.weights", "correct it"
                    )
                )
    if faults:
        raise ParamsError(faults)
