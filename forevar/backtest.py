"""every edition of a workspace → which rises proved real, who said so first, and how often the alarm was false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forevar.alerts import bounds_at, counted_series
from forevar.change import add_change
from forevar.history import Breaks, ordinal
from forevar.period import Period
from forevar.rules import BacktestRules
from forevar.score import word_of
from forevar.settings import Few, Method
from forevar.terms import Dimension

WAYS = ("score", "tests", "signals")
RISE_COLUMNS = ("substance", "start", "growth", "sources", *WAYS, *(f"lead_{way}" for way in WAYS))
WAY_COLUMNS = ("way", "n_rises", "n_found", "median_lead", "n_judged", "n_said", "n_false", "false_share")
_EPOCH = ordinal("1000-1")


@dataclass(frozen=True)
class Backtest:
    """What a back-test shows.

    Attributes:
        rises: RISE_COLUMNS, one row per rise that proved real: ``start`` (period), ``growth`` (median of the series
            that show it), ``sources`` (tuple of them), the period in which each way first said so (empty when it
            never did in time) and by how many half-years it came before the start (negative: after).
        ways: WAY_COLUMNS, one row per way of telling: rises found, median lead, half-years judged (substance by
            half-year), in how many it spoke of a rise, how many of these were false, and their share of the judged.
        statements: substance, period, way, ``is_false``: every half-year in which a way spoke of a rise.
        judged: First and last period that could be judged; later ones have too little after them.
    """

    rises: pd.DataFrame
    ways: pd.DataFrame
    statements: pd.DataFrame
    judged: tuple[str, str]


def backtest(
    observations: pd.DataFrame, trends: pd.DataFrame, method: Method, breaks: Breaks | None = None
) -> Backtest:
    """Test the score, the tests and the signals against what came after.

    A rise is real when the level of at least so many of a substance's count series grew by at least so much from the
    half-years before its start to those after; ``params/method.yml``, ``backtest``. Scores are not asked, so they
    can be judged. Each way is tested only on half-years in which it could have spoken.

    Args:
        observations: Tidy observations; half-yearly counts of one substance on use and availability are read.
        trends: From ``long_term_trends``: the differences of every edition, printed ones too.
        method: ``backtest``, ``signals`` and the cut points of the aggregate.
        breaks: Source or substance key → periods in which its series began anew.
    """
    rules = method.backtest
    series = counted_series(observations, method)
    dimensions = series.index.get_level_values("dimension").isin([Dimension.USE, Dimension.AVAILABILITY])
    series = series[(series.index.get_level_values("substance") != "") & dimensions]
    empty = Backtest(
        _empty(RISE_COLUMNS), _empty(WAY_COLUMNS), _empty(("substance", "period", "way", "is_false")), ("", "")
    )
    if series.shape[1] < 2 * rules.span:
        return empty
    growth = level_growth(series, rules)
    rises = [
        rise for substance, part in growth.groupby(level="substance") for rise in _rises(str(substance), part, rules)
    ]
    first, last = int(growth.columns[0]), int(growth.columns[-1])
    said = _said(series, observations, trends, method, breaks)
    found = pd.DataFrame([_found(rise, said, rules) for rise in rises], columns=list(RISE_COLUMNS))
    judged = said[said["t"].between(first, last) & said["substance"].isin(growth.index.get_level_values("substance"))]
    return Backtest(found, *_ways(found, judged, rises, rules), (_label(first), _label(last)))


def level_growth(series: pd.DataFrame, rules: BacktestRules) -> pd.DataFrame:
    """Mean of the half-years from each one on, by the mean of those before it.

    Args:
        series: Wide counts.
        rules: ``span`` and ``min_count``.

    Returns:
        The same rows; columns the half-years with a full span on either side. Missing where a figure is missing, or
        where the level after is small. From nothing at all, the level before counts as half a case.
    """
    mean = series.T.rolling(rules.span).mean().T
    after = mean.shift(-(rules.span - 1), axis=1)
    growth = after / mean.shift(1, axis=1).clip(lower=0.5)
    growth = growth.where(after >= rules.min_count)
    return growth.iloc[:, rules.span : series.shape[1] - rules.span + 1]


@dataclass(frozen=True)
class _Rise:
    """A rise that proved real; ``start`` as ``ordinal``."""

    substance: str
    start: int
    growth: float
    sources: tuple[str, ...]


def _rises(substance: str, growth: pd.DataFrame, rules: BacktestRules) -> list[_Rise]:
    """One rise for every run of half-years in which enough sources grew; it starts where they grew most."""
    grew = growth >= rules.growth
    by_source = grew.groupby(level="source").any()
    enough = (by_source.sum() >= rules.sources).to_numpy()
    strength = np.log(growth.where(grew)).sum().to_numpy(float)
    rises, steps = [], growth.columns.to_numpy(int)
    for run in np.split(np.arange(len(steps)), np.flatnonzero(np.diff(enough.astype(int))) + 1):
        if len(run) and enough[run[0]]:
            at = run[int(np.argmax(strength[run]))]
            sources = tuple(by_source.index[by_source.iloc[:, at]])
            rises.append(
                _Rise(substance, int(steps[at]), float(growth.iloc[:, at].where(grew.iloc[:, at]).median()), sources)
            )
    return rises


def _said(
    series: pd.DataFrame, observations: pd.DataFrame, trends: pd.DataFrame, method: Method, breaks: Breaks | None
) -> pd.DataFrame:
    """Substance, way, t and whether that way spoke of a rise; no row where it could not have spoken."""
    known = {label: ordinal(label) for label in trends["period"].unique()}
    scored = trends[trends["difference"].notna()]
    words = [word_of(score, method.words.aggregate_cuts) for score in scored["difference"]]
    scores = scored[["substance"]].assign(t=scored["period"].map(known), says=[word.endswith("rise") for word in words])
    parts = [scores.assign(way="score")]
    tested = add_change(_pairs(series, method.few), observations, method, breaks)
    tested = tested[tested["p"].notna()].assign(says=lambda rows: rows["is_clear"] & (rows["ratio"] > 1))
    parts.append(tested.groupby(["substance", "t"], as_index=False).agg(says=("says", "any")).assign(way="tests"))
    for t in series.columns:
        table = bounds_at(series, int(t), method, breaks)
        table = table[table["is_compared"]].assign(t=int(t), says=lambda rows: rows["is_above"])
        if len(table):
            parts.append(
                table.groupby(["substance", "t"], as_index=False).agg(says=("says", "any")).assign(way="signals")
            )
    return pd.concat(parts, ignore_index=True)[["substance", "t", "way", "says"]]


def _pairs(series: pd.DataFrame, few: Few) -> pd.DataFrame:
    """Every figure and the one before it, as ``change.add_change`` takes them."""
    series = series.rename_axis(columns="t")
    both = pd.concat({"previous": series.shift(1, axis=1).stack(), "current": series.stack()}, axis=1).dropna()
    pairs = both.reset_index()
    is_few = pairs[["previous", "current"]].max(axis=1) < few.n_min
    return pairs.assign(period=pairs["t"].map(_label), unit=few.units[0], flag=np.where(is_few, "few", ""))


def _found(rise: _Rise, said: pd.DataFrame, rules: BacktestRules) -> dict[str, Any]:
    """When each way first spoke of a rise."""
    near = said[(said["substance"] == rise.substance) & said["says"]]
    near = near[near["t"].between(rise.start - rules.early, rise.start + rules.late)]
    first = {str(way): int(t) for way, t in near.groupby("way")["t"].min().items()}
    row: dict[str, Any] = {
        "substance": rise.substance,
        "start": _label(rise.start),
        "growth": rise.growth,
        "sources": rise.sources,
    }
    for way in WAYS:
        row[way] = _label(first[way]) if way in first else ""
        row[f"lead_{way}"] = rise.start - first[way] if way in first else np.nan
    return row


def _ways(
    found: pd.DataFrame, said: pd.DataFrame, rises: Sequence[_Rise], rules: BacktestRules
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of ways, and every statement with whether it was false."""
    spoken = said[said["says"]].copy()
    true = {(rise.substance, rise.start + step) for rise in rises for step in range(-rules.early, rules.late + 1)}
    spoken["is_false"] = [pair not in true for pair in zip(spoken["substance"], spoken["t"], strict=True)]
    rows = []
    for way in WAYS:
        own, judged = spoken[spoken["way"] == way], said[said["way"] == way]
        lead = found[f"lead_{way}"].dropna()
        false = int(own["is_false"].sum())
        rows.append((way, len(found), len(lead), lead.median() if len(lead) else np.nan, len(judged), len(own), false,
                     false / len(judged) if len(judged) else np.nan))  # fmt: skip
    spoken["period"] = spoken["t"].map(_label)
    statements = spoken[["substance", "period", "way", "is_false"]].reset_index(drop=True)
    return pd.DataFrame(rows, columns=list(WAY_COLUMNS)), statements


def _label(t: int) -> str:
    return str(Period(1000, 1) + (int(t) - _EPOCH))


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))
