"""signals → season and time: the same half last year, what time and season led to expect, trend and change points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats

from forevar.history import SERIES, Breaks, Floats, before, fit_season, ordinal, quantile, series_of
from forevar.rules import CertaintyRules
from forevar.settings import Method

SEASON_COLUMNS = (
    "year_ago", "ratio_year_ago", "season_turns", "expected", "expected_low", "expected_high", "is_unexpected",
    "trend_tau", "trend_p",
)  # fmt: skip


@dataclass(frozen=True)
class Trend:
    """Direction of a row of values.

    Attributes:
        tau: Kendall's, −1 to 1.
        p: Two-sided.
        slope: Theil and Sen's, unit of the values by step.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    tau: float
    p: float
    slope: float
    low: float
    high: float


def trend_of(values: Floats) -> Trend:
    """Trend over values in order, without supposing a straight line. With five points only 5 of 5 in order is clear."""
    steps = np.arange(len(values))
    tau = stats.kendalltau(steps, values)
    slope = stats.theilslopes(values, steps)
    return Trend(float(tau.statistic), float(tau.pvalue), float(slope[0]), float(slope[2]), float(slope[3]))


def share_trend(positives: Floats, tested: Floats) -> tuple[float, float]:
    """Chi-square for trend in shares and its p, as in R's ``prop.trend.test``.

    Args:
        positives: In order of time.
        tested: More than 0 each.
    """
    steps = np.arange(len(positives))
    share = positives.sum() / tested.sum()
    centred = steps - (steps * tested).sum() / tested.sum()
    chi_square = (centred * positives).sum() ** 2 / (share * (1 - share) * (tested * centred**2).sum())
    return float(chi_square), float(stats.chi2.sf(chi_square, 1))


def change_points(values: Floats, most: int, size: int) -> list[int]:
    """After how many values the level of a curve changes; empty when one level serves as well.

    All ways to cut are compared, as ``ruptures.Dynp`` with ``jump=1`` does (the tests hold it to that), and the
    number of cuts is the one with the least BIC. Quicker searches that try every fifth place miss cuts.

    Args:
        values: Without gaps.
        most: Cuts looked for.
        size: Fewest values between two cuts.
    """
    n = len(values)
    squares = segment_squares(values)
    best = [0.0, *(squares[0, end] if end >= size else np.inf for end in range(1, n + 1))]
    cuts: list[list[int]] = [[] for _ in range(n + 1)]
    found: tuple[float, list[int]] = (_bic(best[n], n, 0), [])
    for number in range(1, most + 1):
        following = [np.inf] * (n + 1)
        following_cuts: list[list[int]] = [[] for _ in range(n + 1)]
        for end in range(size * (number + 1), n + 1):
            costs = [best[start] + squares[start, end] for start in range(size * number, end - size + 1)]
            start = int(np.argmin(costs)) + size * number
            following[end], following_cuts[end] = min(costs), [*cuts[start], start]
        best, cuts = following, following_cuts
        found = min(found, (_bic(best[n], n, number), cuts[n]))
    return found[1]


def curve_turns(curve: pd.DataFrame, rules: CertaintyRules) -> list[tuple[str, float, float]]:
    """Where a long-term curve changes its pace: the running sum's slope is its differences' level.

    Args:
        curve: Rows of one substance from ``long_term_trends``, in order of time.
        rules: ``breaks`` and ``break_size``.

    Returns:
        First half-year of the new pace, and the mean difference per half-year before and after.
    """
    known = curve[curve["difference"].notna()]
    values, periods = known["difference"].to_numpy(float), list(known["period"])
    cuts = change_points(values, rules.breaks, rules.break_size) if len(values) >= 2 * rules.break_size else []
    edges = [0, *cuts, len(values)]
    means = [float(values[start:end].mean()) for start, end in pairwise(edges)] if len(values) else []
    return [(str(periods[cut]), before, after) for cut, (before, after) in zip(cuts, pairwise(means), strict=True)]


def segment_squares(values: Floats) -> Floats:
    """Sum of squares about the mean of every stretch ``[start, end)``."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    square = np.concatenate([[0.0], np.cumsum(np.square(values))])
    start, end = np.indices((len(values) + 1, len(values) + 1))
    squares = square[end] - square[start] - (total[end] - total[start]) ** 2 / np.maximum(end - start, 1)
    return np.where(end > start, np.maximum(squares, 0.0), np.inf)


def add_season(
    table: pd.DataFrame, observations: pd.DataFrame, method: Method, breaks: Breaks | None = None
) -> pd.DataFrame:
    """The table with what a year's rhythm and the years before say of each figure.

    Args:
        table: One row per indicator and period: period, SERIES without or with place, unit, previous, current; and
            where they apply denominators, flag.
        observations: Tidy observations.
        method: ``certainty``, ``class_limits_percent`` and ``few.units`` are read.
        breaks: Source or substance key → periods in which its series began anew.

    Returns:
        The same rows in the same order with SEASON_COLUMNS. ``year_ago`` is the figure of the same half last year
        and ``ratio_year_ago`` the current one by it. ``season_turns``: against the half-year before the figure moved
        one way by a class or more, against the same half last year the other way or not at all. ``expected`` and its
        prediction interval come from time and half of the year where there are points enough, for counts alone;
        ``is_unexpected``: the figure lies outside. ``trend_tau`` and ``trend_p`` run over the last same halves, this
        one included, when none is missing. Few cases have none of it.
    """
    rules = method.certainty
    rows = table.reset_index(drop=True).copy()
    for column in ("place", "flag"):
        if column not in rows:
            rows[column] = ""
    rows[[*SEASON_COLUMNS]] = np.nan
    rows = rows.astype({"season_turns": object, "is_unexpected": object})
    rows[["season_turns", "is_unexpected"]] = False
    series = series_of(observations)
    least = min(method.class_limits_percent) / 100
    for period, group in rows[rows["flag"] != "few"].groupby("period", observed=True):
        if series.empty:
            break
        t = ordinal(str(period))
        past = before(series, t, rules.history, breaks).reindex(pd.MultiIndex.from_frame(group[SERIES]))
        values = past.to_numpy(float)
        current, previous = group["current"].to_numpy(float), group["previous"].to_numpy(float)
        at = group.index
        year_ago = values[:, -2] if values.shape[1] > 1 else np.full(len(group), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio, ratio_year = current / previous, current / year_ago
        rows.loc[at, "year_ago"], rows.loc[at, "ratio_year_ago"] = year_ago, ratio_year
        moved = np.abs(ratio - 1) >= least
        rows.loc[at, "season_turns"] = moved & np.isfinite(ratio_year) & ((ratio_year - 1) * np.sign(ratio - 1) < least)
        is_count = group["unit"].isin(method.few.units).to_numpy()
        fit = fit_season(np.where(is_count[:, None], values, np.nan), past.columns.to_numpy(int))
        known = fit.points >= rules.expected_points
        low, high = (quantile(fit, (1 + side * rules.confidence) / 2) for side in (-1, 1))
        known &= np.isfinite(low) & np.isfinite(high)
        rows.loc[at, "expected"] = np.where(known, fit.expected, np.nan)
        rows.loc[at, "expected_low"], rows.loc[at, "expected_high"] = np.where(known, [low, high], np.nan)
        rows.loc[at, "is_unexpected"] = known & ((current < low) | (current > high))
        same = np.column_stack([values[:, -2 * (rules.trend_points - 1) :: 2], current])
        complete = np.isfinite(same).all(axis=1) & (same.shape[1] == rules.trend_points)
        trends = [
            _kendall(tuple(stats.rankdata(row))) if ok else (np.nan, np.nan)
            for row, ok in zip(same, complete, strict=True)
        ]
        rows.loc[at, "trend_tau"], rows.loc[at, "trend_p"] = np.array(trends).reshape(-1, 2).T
    rows = rows.astype({"season_turns": bool, "is_unexpected": bool})
    return table.reset_index(drop=True).assign(**{column: rows[column] for column in SEASON_COLUMNS})


@lru_cache(maxsize=4_096)
def _kendall(ranks: tuple[float, ...]) -> tuple[float, float]:
    """Kendall's tau and p of ranks in order of time; missing when all are equal."""
    if len(set(ranks)) == 1:
        return np.nan, np.nan
    found = stats.kendalltau(np.arange(len(ranks)), ranks)
    return float(found.statistic), float(found.pvalue)


def _bic(squares: float, n: int, cuts: int) -> float:
    """Bayesian information criterion of levels with normal scatter."""
    return float(n * (np.log(max(squares, 1e-12) / n) + 1 + np.log(2 * np.pi)) + np.log(n) * 2 * (cuts + 1))
