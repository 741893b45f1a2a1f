"""signals → how strong each source's change is: ratio, exact interval and p, with many tests taken into account.

No interval says how far a source's figures follow the market; it says what chance alone would do to the count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.rates import confint_poisson

from forevar.history import SERIES, Breaks, Fit, Floats, before, fit_season, ordinal, series_of
from forevar.settings import Method

CHANGE_COLUMNS = (
    "ratio", "low", "high", "p", "q", "n_tests", "test", "dispersion", "is_notable", "is_clear", "share_ratio",
    "moves_apart", "activity_fell", "rank_10y", "n_10y",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One change between two half-years.

    Attributes:
        ratio: Current rate by previous rate; 0, infinite or (0 by 0) missing at the ends.
        low: Lower end of the interval of the ratio.
        high: Upper end; infinite when there was nothing before.
        p: Two-sided; 1 when nothing was counted in either.
    """

    ratio: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class ShareChange(Change):
    """A change of a share, such as positive tests; the fields of ``Change`` are about the share.

    Attributes:
        difference: Current share less previous share.
        difference_low: Lower end of Newcombe's interval.
        difference_high: Upper end.
        moves_apart: The count went one way and the share the other.
    """

    difference: float
    difference_low: float
    difference_high: float
    moves_apart: bool


def compare_counts(
    current: float,
    previous: float,
    exposure_current: float = 1.0,
    exposure_previous: float = 1.0,
    confidence: float = 0.95,
) -> Change:
    """Ratio of two counts' rates with exact interval and p; whether they are too few to speak of is the caller's.

    Given their sum, the current count is binomial. The interval is Clopper and Pearson's, turned into a ratio; p is
    that of ``scipy.stats.binomtest`` (sum of all outcomes no likelier than the one seen), as in R's ``poisson.test``.
    With unequal exposures other programs double one tail instead and print another p.

    Args:
        current: Whole number, 0 or more.
        previous: Whole number, 0 or more.
        exposure_current: Days, opening days or the like, more than 0.
        exposure_previous: The same unit.
        confidence: Of the interval.

    Returns:
        All missing when a count is missing.

    Raises:
        ValueError: A count is negative or not whole, or an exposure is not more than 0.
    """
    if not (exposure_current > 0 and exposure_previous > 0):
        raise ValueError(f"exposures must be more than 0, not {exposure_current} and {exposure_previous}")
    if np.isnan(current) or np.isnan(previous):
        return Change(np.nan, np.nan, np.nan, np.nan)
    if min(current, previous) < 0 or current != int(current) or previous != int(previous):
        raise ValueError(f"counts are whole numbers from 0 up, not {current} and {previous}")
    low, high = _exact_limits(np.array([current]), np.array([previous]), confidence)
    per_exposure = exposure_previous / exposure_current
    ratio = current / previous * per_exposure if previous else (np.inf if current else np.nan)
    p = _binomial_p(int(current), int(previous), exposure_current / (exposure_current + exposure_previous))
    return Change(float(ratio), float(low[0]) * per_exposure, float(high[0]) * per_exposure, p)


def compare_shares(
    current: float, tested_current: float, previous: float, tested_previous: float, confidence: float = 0.95
) -> ShareChange:
    """Ratio and difference of two shares: score interval, Newcombe's interval, Fisher's exact p.

    Args:
        current: Positives now.
        tested_current: Samples analysed now, at least ``current`` and more than 0.
        previous: Positives before.
        tested_previous: Samples analysed before.
        confidence: Of the intervals.

    Raises:
        ValueError: More positives than samples, or no samples.
    """
    if not (0 <= current <= tested_current and 0 <= previous <= tested_previous and tested_current and tested_previous):
        raise ValueError(f"positives must lie within samples: {current}/{tested_current}, {previous}/{tested_previous}")
    share, share_before = current / tested_current, previous / tested_previous
    table = (current, tested_current, previous, tested_previous)
    ratio = share / share_before if previous else (np.inf if current else np.nan)
    low, high = _share_limits(*table, confidence)
    least, most = confint_proportions_2indep(*table, method="newcomb", compare="diff", alpha=1 - confidence)
    apart = np.sign(current - previous) * np.sign(share - share_before) < 0
    p = _fisher_p(int(current), int(tested_current), int(previous), int(tested_previous))
    return ShareChange(float(ratio), low, high, p, share - share_before, float(least), float(most), bool(apart))


def compare_answers(more: float, less: float) -> float:
    """Two-sided exact p that as many say more as say less, in every group of the panel.

    Under that hypothesis each answer is a toss of the same coin whatever group gave it, so the test stratified by
    group is the binomial test of the sum. 1 when nobody saw a change.
    """
    return _binomial_p(int(more), int(less), 0.5)


def count_interval(count: float, exposure: float = 1.0, confidence: float = 0.95) -> tuple[float, float]:
    """Garwood's exact interval of one count's rate."""
    low, high = confint_poisson(count, exposure, method="exact-c", alpha=1 - confidence)
    return float(low), float(high)


def adjusted(p: Floats) -> Floats:
    """Benjamini and Hochberg's adjusted p, missing where p is missing."""
    q = np.full(len(p), np.nan)
    tested = np.isfinite(p)
    if tested.any():
        q[tested] = multipletests(p[tested], method="fdr_bh")[1]
    return q


def add_change(
    table: pd.DataFrame, observations: pd.DataFrame, method: Method, breaks: Breaks | None = None
) -> pd.DataFrame:
    """The table with its changes tested; for scored sources and for consequence series alike.

    Args:
        table: One row per indicator and period, as ``score_signals`` or ``history.consequence_pairs`` gives: period,
            source, measure, substance, dimension, unit, previous, current; and where they apply place, exposures,
            denominators, more, less, flag, reason.
        observations: Tidy observations, for the history of each series.
        method: ``certainty`` and ``few.units`` are read.
        breaks: Source or substance key → periods in which its series began anew.

    Returns:
        The same rows in the same order with CHANGE_COLUMNS. ``test`` is ``poisson``, ``quasi_poisson`` (the series
        scatters more than chance alone), ``fisher`` (shares; ratio, low and high are then of the share),
        ``binomial`` (panel; no ratio) or ``none`` (amounts, indices, few, not comparable). ``q`` is p adjusted
        within period and dimension, over ``n_tests`` tests. ``is_notable``: p at most alpha, so "stable" would be
        wrong. ``is_clear``: q at most alpha. ``moves_apart``: the count moved one way by a class or more and the
        share of samples the other. ``activity_fell``: the samples fell by the limit or more. ``rank_10y`` of the
        figure among the series' last ``n_10y`` (1 is the highest), these included.
    """
    rules = method.certainty
    rows = _with_optional(table.reset_index(drop=True))
    past = _past(rows, observations, method, breaks)
    rows[["dispersion", "rank_10y", "n_10y"]] = past[["dispersion", "rank_10y", "n_10y"]]
    rows["ratio"] = _quotient(rows["current"], rows["previous"])
    rows[["low", "high", "p", "share_ratio"]] = np.nan
    rows["test"] = _which_test(rows, method)
    is_count = rows["test"].isin(["poisson", "quasi_poisson"])
    _fill(rows, is_count, "ratio", _test_counts(rows[is_count], past["df"][is_count], method))
    is_share = rows["test"] == "fisher"
    _fill(rows, is_share, "share_ratio", _test_shares(rows[is_share], rules.confidence))
    rows["moves_apart"] = _moves_apart(rows, min(method.class_limits_percent) / 100)
    rows.loc[is_share, "ratio"] = rows.loc[is_share, "share_ratio"]
    asked = rows["test"] == "binomial"
    rows.loc[asked, "p"] = [
        compare_answers(*pair) for pair in rows.loc[asked, ["more", "less"]].itertuples(index=False)
    ]
    sampled = rows["denominator_current"] / rows["denominator_previous"].where(rows["denominator_previous"] > 0) - 1
    rows["activity_fell"] = sampled <= -rules.activity_fall
    families = rows.groupby(["period", "dimension"], observed=True)["p"]
    rows["q"] = families.transform(lambda p: adjusted(p.to_numpy()))
    rows["n_tests"] = families.transform("count").astype(int)
    rows["is_notable"] = rows["p"] <= rules.alpha
    rows["is_clear"] = rows["q"] <= rules.alpha
    rows.loc[rows["flag"] == "few", ["ratio", "rank_10y", "n_10y"]] = np.nan
    return table.reset_index(drop=True).assign(**{column: rows[column] for column in CHANGE_COLUMNS})


def _with_optional(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with every column the tests look at; missing where the table has none."""
    for column in ("denominator_previous", "denominator_current", "more", "less"):
        if column not in rows:
            rows[column] = np.nan
    for column in ("exposure_previous", "exposure_current"):
        rows[column] = (rows[column] if column in rows else pd.Series(1.0, rows.index)).fillna(1.0)
    for column in ("place", "flag", "reason"):
        if column not in rows:
            rows[column] = ""
    return rows


def _past(rows: pd.DataFrame, observations: pd.DataFrame, method: Method, breaks: Breaks | None) -> pd.DataFrame:
    """Over-dispersion, its degrees of freedom and the rank of each row's figure, from its own past."""
    rules = method.certainty
    series = series_of(observations)
    found = pd.DataFrame({"dispersion": 1.0, "df": 0.0, "rank_10y": np.nan, "n_10y": np.nan}, index=rows.index)
    if series.empty:
        return found
    for period, group in rows.groupby("period", observed=True):
        t = ordinal(str(period))
        past = before(series, t, rules.history, breaks).reindex(pd.MultiIndex.from_frame(group[SERIES]))
        values = past.to_numpy(dtype=float)
        is_count = group["unit"].isin(method.few.units).to_numpy()
        fit: Fit = fit_season(np.where(is_count[:, None], values, np.nan), past.columns.to_numpy(dtype=int))
        enough = fit.points >= rules.dispersion_points
        earlier = before(series, t, rules.rank_span - 1, breaks).reindex(past.index).to_numpy(dtype=float)
        ten_years = np.column_stack([earlier, group["current"].to_numpy(dtype=float)])
        found.loc[group.index, "dispersion"] = np.where(enough, fit.dispersion, 1.0)
        found.loc[group.index, "df"] = np.where(enough, fit.df, 0.0)
        rank = 1 + (ten_years[:, :-1] > ten_years[:, -1:]).sum(axis=1)
        found.loc[group.index, "rank_10y"] = np.where(np.isfinite(ten_years[:, -1]), rank, np.nan)
        found.loc[group.index, "n_10y"] = np.isfinite(ten_years).sum(axis=1)
    return found


def _which_test(rows: pd.DataFrame, method: Method) -> pd.Series:
    """Which test fits each row."""
    comparable = rows["previous"].notna() & rows["current"].notna() & (rows["flag"] != "few")
    comparable &= rows["reason"].fillna("").isin(["", "unweighted"])
    counted = comparable & rows["unit"].isin(method.few.units)
    samples = rows[["denominator_current", "denominator_previous"]]
    shares = counted & (samples > 0).all(axis=1)
    shares &= (rows["current"] <= samples["denominator_current"]) & (
        rows["previous"] <= samples["denominator_previous"]
    )
    test = pd.Series("none", index=rows.index)
    test[counted] = "poisson"
    test[counted & (rows["dispersion"] > 1)] = "quasi_poisson"
    test[shares] = "fisher"
    test[rows["more"].notna() & rows["less"].notna()] = "binomial"
    return test


def _fill(rows: pd.DataFrame, chosen: pd.Series, ratio: str, found: Floats) -> None:
    """Write ratio, low, high and p of the chosen rows."""
    for column, values in zip((ratio, "low", "high", "p"), found.T, strict=True):
        rows.loc[chosen, column] = values


def _test_counts(rows: pd.DataFrame, df: pd.Series, method: Method) -> Floats:
    """Ratio, low, high and p of counts: exact, or with the series' own scatter."""
    confidence = method.certainty.confidence
    now, ago = rows["current"].to_numpy(float), rows["previous"].to_numpy(float)
    days, days_ago = rows["exposure_current"].to_numpy(float), rows["exposure_previous"].to_numpy(float)
    low, high = _exact_limits(now, ago, confidence)
    pairs = zip(np.rint(now), np.rint(ago), days / (days + days_ago), strict=True)
    p = np.array([_binomial_p(int(c), int(b), float(share)) for c, b, share in pairs])
    # Quasi-Poisson: variance of the log ratio is dispersion · (1/now + 1/ago); half a case where there was none.
    half = np.where((now == 0) | (ago == 0), 0.5, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.log((now + half) / (ago + half))
        error = np.sqrt(rows["dispersion"].to_numpy(float) * (1 / (now + half) + 1 / (ago + half)))
    scattered = (rows["test"] == "quasi_poisson").to_numpy()
    t = stats.t(np.where(scattered, np.maximum(df.to_numpy(float), 1), 1))
    reach = t.ppf((1 + confidence) / 2) * error
    per_exposure = days_ago / days
    low = np.where(scattered, np.exp(centre - reach), low) * per_exposure
    high = np.where(scattered, np.exp(centre + reach), high) * per_exposure
    p = np.where(scattered, 2 * t.sf(np.abs(centre + np.log(per_exposure)) / error), p)
    return np.column_stack([_quotient(rows["current"], rows["previous"]) * per_exposure, low, high, p])


def _test_shares(rows: pd.DataFrame, confidence: float) -> Floats:
    """Ratio of shares, low, high and p."""
    columns = ["current", "denominator_current", "previous", "denominator_previous"]
    found = [compare_shares(c, n, b, m, confidence) for c, n, b, m in rows[columns].to_numpy(float)]
    return np.array([(one.ratio, one.low, one.high, one.p) for one in found]).reshape(len(found), 4)


def _moves_apart(rows: pd.DataFrame, least: float) -> pd.Series:
    """The count moved by ``least`` or more and the share the other way."""
    by_count = rows["ratio"] - 1
    return (by_count.abs() >= least) & (by_count * (rows["share_ratio"] - 1) < 0)


def _quotient(current: pd.Series, previous: pd.Series) -> pd.Series:
    """Current by previous; infinite from nothing, missing when both are nothing."""
    ratio = current / previous.where(previous > 0)
    return ratio.mask((previous == 0) & (current > 0), np.inf)


def _exact_limits(current: Floats, previous: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Clopper and Pearson's limits as odds; 0 and infinite where nothing was counted."""
    total = current + previous
    low, high = proportion_confint(current, np.maximum(total, 1), alpha=1 - confidence, method="beta")
    nothing = total == 0
    low, high = np.where(nothing, 0.0, low), np.where(nothing | (previous == 0), 1.0, high)
    with np.errstate(divide="ignore"):
        return low / (1 - low), np.where(high < 1, high / (1 - np.where(high < 1, high, 0)), np.inf)


@lru_cache(maxsize=65_536)
def _binomial_p(successes: int, failures: int, share: float) -> float:
    return float(stats.binomtest(successes, successes + failures, share).pvalue) if successes + failures else 1.0


@lru_cache(maxsize=65_536)
def _fisher_p(current: int, tested_current: int, previous: int, tested_previous: int) -> float:
    table = np.array([[current, tested_current - current], [previous, tested_previous - previous]])
    return float(stats.fisher_exact(table).pvalue)


@lru_cache(maxsize=65_536)
def _share_limits(now: float, tested: float, ago: float, tested_ago: float, confidence: float) -> tuple[float, float]:
    """Score interval of the ratio of shares; the open end where a share is 0."""
    if now == 0 and ago == 0:
        return 0.0, np.inf
    if now == 0 or ago == 0:  # the score limits are not defined there: odds of the exact interval stand in
        low, high = _exact_limits(np.array([now]), np.array([ago]), confidence)
        return float(low[0]) * tested_ago / tested, float(high[0]) * tested_ago / tested
    low, high = confint_proportions_2indep(
        now, tested, ago, tested_ago, method="score", compare="ratio", alpha=1 - confidence
    )
    ratio = now * tested_ago / (tested * ago)  # at shares of 1 the limits pass the estimate by rounding
    return min(float(low), ratio), max(float(high), ratio)
