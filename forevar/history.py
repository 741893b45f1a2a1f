"""observations → what a series' own past says: its values in order, its scatter, and what to expect next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from forevar.period import Period
from forevar.settings import Few

SERIES = ["source", "measure", "substance", "dimension", "place"]
Breaks = Mapping[str, Collection[str]]
Floats = NDArray[np.float64]
_EPOCH = Period(1000, 1)
_ITERATIONS = 25
_SPREAD = 10.0  # a mean known no better than to a factor of e**10 says nothing: a past of zeros alone


@dataclass(frozen=True)
class Fit:
    """Quasi-Poisson regressions on time and half of the year, one per series.

    Attributes:
        expected: Mean the model gives the half-year after the last column. Shape (series,), unit of the counts.
        spread: Standard error of the logarithm of that mean, without over-dispersion.
        dispersion: Pearson's chi-square by degrees of freedom, never below 1; 1 where it can't be estimated.
        df: Degrees of freedom left; 0 or less where there are too few points.
        points: Half-years with a figure.
        slope: Change of the logarithm per half-year.
        half: Logarithm of the factor of an April–September half-year.
    """

    expected: Floats
    spread: Floats
    dispersion: Floats
    df: Floats
    points: Floats
    slope: Floats
    half: Floats


def ordinal(period: str | Period) -> int:
    """Half-years since an arbitrary start, for arithmetic; even for October–March."""
    return Period.parse(period) - _EPOCH


def series_of(observations: pd.DataFrame) -> pd.DataFrame:
    """Half-yearly series in wide form.

    Args:
        observations: Tidy observations; rows of other frequencies are left out.

    Returns:
        Index SERIES, sorted; columns every half-year from the first to the last as ``ordinal``. Missing stays
        missing, and so does what was only partly observed.
    """
    rows = observations[(observations["frequency"] == "half_year") & (observations["status"] == "ok")]
    known = {label: ordinal(label) for label in rows["period"].unique()}
    rows = rows.assign(t=rows["period"].map(known))
    wide = rows.pivot_table(index=SERIES, columns="t", values="value", aggfunc="last")
    if wide.empty:
        return wide
    return wide.reindex(columns=range(min(known.values()), max(known.values()) + 1))


def consequence_pairs(observations: pd.DataFrame, period: str, few: Few) -> pd.DataFrame:
    """Consequence series in a half-year and the one before, as ``change.add_change`` takes them.

    Args:
        observations: Tidy observations; half-yearly rows on consequences are read.
        period: ``2026-1``.
        few: ``n_min`` and ``units`` are read: with fewer in both half-years the flag is ``few``.

    Returns:
        One row per series with a figure in either: period, SERIES, unit, previous, current, flag.
    """
    rows = observations[observations["dimension"] == "consequences"]
    t = ordinal(period)
    pairs = series_of(rows).reindex(columns=[t - 1, t]).set_axis(["previous", "current"], axis=1)
    pairs = pairs.dropna(how="all").reset_index()
    units = rows.drop_duplicates(["source", "measure"]).set_index(["source", "measure"])["unit"]
    pairs["unit"] = units.reindex(pd.MultiIndex.from_frame(pairs[["source", "measure"]])).to_numpy()
    is_few = pairs["unit"].isin(few.units) & (pairs[["previous", "current"]].max(axis=1) < few.n_min)
    return pairs.assign(period=str(period), flag=np.where(is_few, "few", ""))


def before(series: pd.DataFrame, t: int, length: int, breaks: Breaks | None = None) -> pd.DataFrame:
    """The last half-years before one, as far back as they can be compared.

    Args:
        series: From ``series_of``.
        t: The half-year itself, as ``ordinal``; not part of the result.
        length: How many half-years at most.
        breaks: Source or substance key → periods in which its series began anew; earlier values become missing.

    Returns:
        The same rows; columns ``t - length`` to ``t - 1``.
    """
    past = series.reindex(columns=range(t - length, t))
    starts = {
        key: max((ordinal(p) for p in periods if ordinal(p) <= t), default=0) for key, periods in (breaks or {}).items()
    }
    if not any(starts.values()):
        return past
    start = np.zeros(len(past), dtype=int)
    for level in ("source", "substance"):
        start = np.maximum(start, past.index.get_level_values(level).map(starts).fillna(0).to_numpy(dtype=int))
    return past.where(past.columns.to_numpy()[None, :] >= start[:, None])


def fit_season(counts: Floats, t: NDArray[np.int_]) -> Fit:
    """Fit log(mean) = level + slope · time + half to many series at once.

    One series at a time is what ``statsmodels.GLM`` does; an edition has a thousand and a back-test as many for
    every half-year, so the same iteration is run on all of them together. The tests hold it to statsmodels.

    Args:
        counts: Shape (series, half-years); missing where there is no figure.
        t: The half-years, as ``ordinal``, ascending and without gaps.

    Returns:
        Estimates with the half-year after the last column as the one to expect.
    """
    has = np.isfinite(counts).astype(float)
    y = np.nan_to_num(counts)
    x = np.column_stack([np.ones(len(t)), t - t[-1] - 1.0, t % 2]).astype(float)
    following = np.array([1.0, 0.0, (t[-1] + 1) % 2])
    points = has.sum(axis=1)
    mean = y.sum(axis=1) / np.maximum(points, 1)
    fitted = (y + mean[:, None]) / 2 + 1e-9
    eta = np.log(fitted)
    ridge = 1e-9 * np.eye(3)  # keeps a series of nothing but zeros, or of one half alone, solvable
    coefficients = np.zeros((len(y), 3))
    for _ in range(_ITERATIONS):
        weight = fitted * has
        gram = np.einsum("ti,nt,tj->nij", x, weight, x) + ridge
        right = np.einsum("ti,nt->ni", x, weight * eta + (y - fitted) * has)
        previous, coefficients = coefficients, np.linalg.solve(gram, right[..., None])[..., 0]
        eta = np.clip(coefficients @ x.T, -25, 25)
        fitted = np.exp(eta)
        if np.max(np.abs(coefficients - previous), initial=0.0) < 1e-10:
            break
    df = points - 3
    pearson = (has * (y - fitted) ** 2 / fitted).sum(axis=1)
    dispersion = np.where(df > 0, np.maximum(pearson / np.maximum(df, 1), 1.0), 1.0)
    covariance = np.linalg.inv(np.einsum("ti,nt,tj->nij", x, fitted * has, x) + ridge)
    spread = np.sqrt(np.einsum("i,nij,j->n", following, covariance, following))
    expected = np.exp(np.clip(coefficients @ following, -25, 25))
    return Fit(expected, spread, dispersion, df, points, coefficients[:, 1], coefficients[:, 2])


def quantile(fit: Fit, share: float) -> Floats:
    """The count the next half-year stays at or below with a given chance, if nothing but season and slope go on.

    Mean and variance are the quasi-Poisson model's, that of the estimate included; the variance is widened by
    Student's t for the few points it rests on. The count is taken as negative binomial with that mean and variance,
    Poisson where the variance is no larger than the mean. Missing where there are no degrees of freedom.

    Args:
        fit: From ``fit_season``.
        share: Between 0 and 1.
    """
    mean = fit.expected
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        variance = fit.dispersion * (mean + (mean * fit.spread) ** 2)
        widened = stats.t.ppf(max(share, 1 - share), np.maximum(fit.df, 1)) / stats.norm.ppf(max(share, 1 - share))
        excess = variance / mean * np.where(fit.dispersion > 1, widened**2, 1.0)
        scattered = excess > 1 + 1e-6
        over = np.where(scattered, excess, 2.0)
        bound = np.where(
            scattered, stats.nbinom.ppf(share, mean / (over - 1), 1 / over), stats.poisson.ppf(share, mean)
        )
    return np.where((fit.df > 0) & np.isfinite(fit.spread) & (fit.spread < _SPREAD), bound, np.nan)
