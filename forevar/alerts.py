"""observations → what to look at first: figures above their own past, first reports, new slang, clear changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from forevar.history import SERIES, Breaks, Fit, Floats, before, fit_season, ordinal, quantile, series_of
from forevar.rules import SignalRules
from forevar.settings import Method, Source
from forevar.terms import AGGREGATE

BOUNDS = ("c1", "c1_t", "quasi_poisson", "quasi_poisson_nb")
BOUND_COLUMNS = (*SERIES, "points", "current", "previous", "expected", *BOUNDS, "is_compared", "is_above")
ALERT_COLUMNS = (
    "rank", "substance", "source", "measure", "dimension", "place", "agency", "reason", "current", "previous",
    "expected", "bound", "ratio", "detail", "n_compared",
)  # fmt: skip


def bounds(values: Floats, t: NDArray[np.int_], rules: SignalRules) -> dict[str, Floats]:
    """Every upper bound for the half-year after.

    ``c1`` is EARS C1 as published: mean and standard deviation of the last seven, normal quantile. ``c1_t`` allows
    for how little seven points say. ``quasi_poisson`` follows time and half of the year with a normal quantile;
    ``quasi_poisson_nb`` is ``history.quantile``. Their measured rates of false alarms: ``benchmarks/false_alarms.py``.

    Args:
        values: Shape (series, half-years), missing where there is no figure.
        t: The half-years, as ``ordinal``.
        rules: ``alpha``, ``baseline`` and ``min_points``.

    Returns:
        Name of BOUNDS → bound per series; missing where the past is too short.
    """
    fit = fit_season(values, t)
    return _c1_bounds(values, rules) | _model_bounds(fit, rules)


def bound_table(observations: pd.DataFrame, period: str, method: Method, breaks: Breaks | None = None) -> pd.DataFrame:
    """Every series of counts with the bounds its own past sets.

    Args:
        observations: Tidy observations; half-yearly counts are read.
        period: ``2026-1``.
        method: ``signals``, ``certainty.history`` and ``few.units``.
        breaks: Source or substance key → periods in which its series began anew.

    Returns:
        BOUND_COLUMNS, one row per series with a figure this half-year. ``is_compared``: its past is long enough for
        the bound in use; ``is_above``: the figure is above it and not small.
    """
    series = counted_series(observations, method)
    t = ordinal(period)
    if t not in series.columns:
        return pd.DataFrame(columns=list(BOUND_COLUMNS))
    return bounds_at(series, t, method, breaks)


def counted_series(observations: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Every half-yearly series of counts in wide form, as ``history.series_of`` gives it."""
    counts = observations["unit"].isin(method.few.units) & (observations["dimension"] != AGGREGATE)
    return series_of(observations[counts])


def bounds_at(series: pd.DataFrame, t: int, method: Method, breaks: Breaks | None = None) -> pd.DataFrame:
    """``bound_table`` for series that are already in wide form.

    Args:
        series: From ``counted_series``.
        t: The half-year, as ``ordinal``; one of the columns.
        method: As in ``bound_table``.
        breaks: The same.
    """
    rules = method.signals
    series = series[series[t].notna()]
    past = before(series, t, method.certainty.history, breaks)
    values, steps = past.to_numpy(float), past.columns.to_numpy(int)
    fit = fit_season(values, steps)
    table = series.index.to_frame(index=False)
    table["points"] = fit.points
    table["current"], table["previous"] = series[t].to_numpy(float), values[:, -1]
    table["expected"] = np.where(fit.points >= rules.min_points, fit.expected, np.nan)
    for name, bound in (_c1_bounds(values, rules) | _model_bounds(fit, rules)).items():
        table[name] = bound
    chosen = table[rules.bound]
    table["is_compared"] = chosen.notna()
    table["is_above"] = (table["current"] > chosen) & (table["current"] >= rules.min_count)
    return table[list(BOUND_COLUMNS)]


def new_substances(observations: pd.DataFrame, period: str, method: Method) -> pd.DataFrame:
    """Series that report a substance for the first time, where enough agencies do so independently.

    Args:
        observations: Tidy observations; half-yearly rows of one substance with a unit of counts are read.
        period: ``2026-1``.
        method: ``signals.new_agencies`` (sources here; one source is one agency) and ``signals.new_silence``.

    Returns:
        SERIES and ``current`` of each first report, of substances for which nothing at all was counted before and
        for which at least ``new_silence`` half-years of zeros, or of no row, are behind the whole register.
    """
    rules = method.signals
    rows = observations[
        observations["unit"].isin(method.few.units)
        & (observations["substance"] != "")
        & observations["dimension"].isin(["use", "availability"])
    ]
    series = series_of(rows)
    t = ordinal(period)
    empty = pd.DataFrame(columns=[*SERIES, "current"])
    if t not in series.columns or t - int(series.columns[0]) < rules.new_silence:
        return empty
    past = series.reindex(columns=range(t - rules.new_silence, t)).fillna(0).sum(axis=1)
    counted_before = past.groupby(level="substance").transform("sum") > 0
    first = series.loc[(series[t] > 0) & ~counted_before, t].rename("current").reset_index()
    voices = first.groupby("substance")["source"].transform("nunique")
    return first[voices >= rules.new_agencies].reset_index(drop=True)


def new_slang(answers: pd.DataFrame, period: str) -> pd.DataFrame:
    """Names for a substance that no informant used in any earlier half-year.

    Args:
        answers: Tidy answers; ``slang`` is read.
        period: ``2026-1``.

    Returns:
        source, substance, term, informants (how many used it). Empty for the first half-year that asks for slang.
    """
    slang = answers[answers["question"] == "slang"]
    then = slang[slang["period"] < period]
    now = slang[(slang["period"] == period) & slang["source"].isin(then["source"])]
    keys = ["source", "substance", "answer"]
    known = pd.MultiIndex.from_frame(then[keys])
    fresh = now[~pd.MultiIndex.from_frame(now[keys]).isin(known)]
    counted = fresh.groupby(keys)["informant"].nunique().rename("informants").reset_index()
    return counted.rename(columns={"answer": "term"})


def look_first(
    observations: pd.DataFrame,
    answers: pd.DataFrame,
    changes: pd.DataFrame,
    period: str,
    method: Method,
    sources: Mapping[str, Source],
    breaks: Breaks | None = None,
) -> pd.DataFrame:
    """What deserves a look before anything else, and why.

    Args:
        observations: Tidy observations.
        answers: Tidy answers.
        changes: Rows of the half-year after ``change.add_change``: scored sources and consequences.
        period: ``2026-1``.
        method: ``signals`` and the rest of what the parts need.
        sources: The register, for agencies.
        breaks: Source or substance key → periods in which its series began anew.

    Returns:
        ALERT_COLUMNS, one row per reason, the most pressing subject first. ``reason`` is ``new`` (first reports),
        ``above`` (over the bound of its own past), ``clear`` (change that stands after all tests made), ``apart``
        (count and share go different ways) or ``slang`` (``detail`` is the term). A subject is a substance, or a
        consequence series with its sites; it ranks by the number of agencies with something to say of it, then by
        the strength of the strongest. ``n_compared``: how many comparisons of that kind were made to find this.
    """
    table = bound_table(observations, period, method, breaks)
    above = table[table["is_above"]].assign(reason="above", n_compared=int(table["is_compared"].sum()))
    above["bound"] = above[method.signals.bound]
    above["ratio"] = above["current"] / above["expected"].fillna(above["bound"]).clip(lower=0.5)
    substances = observations.loc[observations["period"] == period, "substance"].nunique()
    new = new_substances(observations, period, method).assign(reason="new", ratio=np.inf, n_compared=substances)
    clear = changes[changes["is_clear"]].assign(reason="clear", n_compared=int(changes["p"].notna().sum()))
    shares = int(changes["share_ratio"].notna().sum())
    apart = changes[changes["moves_apart"]].assign(reason="apart", n_compared=shares)
    apart["ratio"] = apart["share_ratio"]
    terms = answers.loc[(answers["period"] == period) & (answers["question"] == "slang"), "answer"].nunique()
    slang = new_slang(answers, period).rename(columns={"term": "detail"})
    slang = slang.assign(reason="slang", ratio=1.0, n_compared=terms)
    parts = [part for part in (new, above, clear, apart, slang) if len(part)]
    if not parts:
        return pd.DataFrame(columns=list(ALERT_COLUMNS))
    found = pd.concat([part.reindex(columns=_wanted(part)) for part in parts], ignore_index=True)
    found = found.reindex(columns=list(ALERT_COLUMNS))
    texts = ["substance", "source", "measure", "dimension", "place", "detail"]
    found = found.reindex(columns=list(ALERT_COLUMNS))
    found[texts] = found[texts].astype(object).fillna("")
    found["agency"] = (
        found["source"].map({key: one.agency or key for key, one in sources.items()}).fillna(found["source"])
    )
    return _ranked(found)


def _ranked(found: pd.DataFrame) -> pd.DataFrame:
    """Subjects with most agencies first, then the strongest."""
    alone = found["source"] + "/" + found["measure"]  # a series' sites are one subject
    subject = found["substance"].where(found["substance"] != "", alone)
    with np.errstate(divide="ignore"):
        strength = np.abs(np.log(found["ratio"].astype(float).fillna(1.0)))
    table = found.assign(subject=subject, strength=strength)
    voices = table[table["reason"] != "slang"].groupby("subject")["agency"].nunique()
    order = table.groupby("subject")["strength"].max().to_frame().join(voices.rename("voices")).fillna(0)
    order = order.reset_index().sort_values(["voices", "strength", "subject"], ascending=[False, False, True])
    rank = dict(zip(order["subject"], range(1, len(order) + 1), strict=True))
    table["rank"] = table["subject"].map(rank)
    table = table.sort_values(["rank", "strength", "source"], ascending=[True, False, True], kind="stable")
    return table[list(ALERT_COLUMNS)].reset_index(drop=True)


def _wanted(part: pd.DataFrame) -> list[str]:
    return [column for column in ALERT_COLUMNS if column in part]


def _c1_bounds(values: Floats, rules: SignalRules) -> dict[str, Floats]:
    """EARS C1 over the last half-years, all of which must have a figure."""
    last = values[:, -rules.baseline :]
    mean, spread = last.mean(axis=1), last.std(axis=1, ddof=1)
    if last.shape[1] < rules.baseline:
        mean = spread = np.full(len(values), np.nan)
    z = stats.norm.ppf(1 - rules.alpha)
    t = stats.t.ppf(1 - rules.alpha, rules.baseline - 1) * np.sqrt(1 + 1 / rules.baseline)
    return {"c1": mean + z * spread, "c1_t": mean + t * spread}


def _model_bounds(fit: Fit, rules: SignalRules) -> dict[str, Floats]:
    """Bounds from time and half of the year; missing where there are too few points."""
    with np.errstate(over="ignore", invalid="ignore"):
        error = np.sqrt(fit.dispersion * (fit.expected + (fit.expected * fit.spread) ** 2))
    found: dict[str, Any] = {
        "quasi_poisson": fit.expected + stats.norm.ppf(1 - rules.alpha) * error,
        "quasi_poisson_nb": quantile(fit, 1 - rules.alpha),
    }
    usable = (fit.points >= rules.min_points) & np.isfinite(found["quasi_poisson_nb"])
    return {name: np.where(usable, bound, np.nan) for name, bound in found.items()}
