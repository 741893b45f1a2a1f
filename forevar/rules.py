"""What people decided about doubt: the parts of ``params/method.yml`` on certainty, signals, sensitivity, back-test."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(gt=0, lt=1)]
Whole = Annotated[int, Field(ge=1)]


class Rules(BaseModel):
    """Settings that refuse a key they do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DisclosureRules(Rules):
    """What of small counts may be printed.

    Attributes:
        min_n: Unit of what is counted → fewest that may be printed where a source names no number of its own.
    """

    min_n: dict[Literal["persons", "events", "items", "articles", "index"], Whole]


class CertaintyRules(Rules):
    """How changes are tested and scores resampled.

    Attributes:
        confidence: Of every interval of a change.
        alpha: A change is notable from this p on down, and clear from this adjusted p on down.
        history: How many half-years of a series' own past are looked at.
        dispersion_points: From this many on the series' own scatter replaces chance alone.
        expected_points: From this many on a half-year is expected from time and season.
        trend_points: How many same halves the trend is taken over.
        holds_well: A word that stands in this share of resamples is counted as holding.
        rank_span: The half-years a figure is ranked among, its own included (20 is ten years).
        activity_fall: A fall in samples by this share or more is flagged.
        seed: Of every draw.
        draws: Where a score's resamples are drawn; they are counted exactly up to seven agencies.
        panel_draws: How often a panel's informants are drawn.
        breaks: Most change points looked for on a long-term curve.
        break_size: Fewest half-years between two of them.
    """

    confidence: Share
    alpha: Share
    history: Whole
    dispersion_points: Whole
    expected_points: Whole
    trend_points: Whole
    holds_well: Share
    rank_span: Whole
    activity_fall: Share
    seed: int
    draws: Whole
    panel_draws: Whole
    breaks: Whole
    break_size: Whole


class AgreementRules(Rules):
    """How agreement between sources is measured.

    Attributes:
        editions: How many half-years back the sources' steps are compared.
        min_editions: Fewer with two sources or more give no alpha, only the share of pairs that agree in sign.
        overlaps: Agencies that may count the same case.
        perceived: Kinds of source that say what people believe.
        measured: Sources that find what was there.
    """

    editions: Whole
    min_editions: Whole
    overlaps: tuple[tuple[str, ...], ...]
    perceived: tuple[str, ...]
    measured: tuple[str, ...]


class MeasuredRate(Rules):
    """How often a bound is passed when nothing happens, and the run that showed it."""

    stable: float
    scattered: float
    shown_by: str


class SignalRules(Rules):
    """When a figure is worth a look.

    Attributes:
        alpha: Nominal rate of false alarms.
        bound: The one the reader's list uses.
        baseline: Half-years of EARS C1.
        min_points: Fewest earlier half-years with a figure.
        min_count: Smaller figures give no signal.
        new_agencies: Independent agencies whose first report of a substance makes it new.
        new_silence: Half-years of zeros before a report counts as a first one.
        measured: Measured rate of false alarms per bound.
    """

    alpha: Share
    bound: Literal["c1", "c1_t", "quasi_poisson", "quasi_poisson_nb"]
    baseline: Whole
    min_points: Whole
    min_count: Whole
    new_agencies: Whole
    new_silence: Whole
    measured: dict[str, MeasuredRate] = {}


class SensitivityRules(Rules):
    """The open choices under which an edition is scored again."""

    class_limits_percent: tuple[tuple[float, ...], ...]
    few_n_min: tuple[Whole, ...]
    base: tuple[Literal["previous_half_year", "same_half_last_year"], ...]


class BacktestRules(Rules):
    """When a rise was real, and when it was foretold.

    Attributes:
        growth: The counts' level after the start is at least this many times the level before.
        span: Half-years averaged on either side.
        sources: Fewest count series that must show it.
        early: A statement this many half-years before the start still counts as foretelling it.
        late: So many after it as well.
        min_count: Series whose higher level is lower than this are left out.
    """

    growth: Annotated[float, Field(gt=1)]
    span: Whole
    sources: Whole
    early: Annotated[int, Field(ge=0)]
    late: Annotated[int, Field(ge=0)]
    min_count: Whole
