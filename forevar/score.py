"""observations → signals → differences: each source's change becomes a step, the weighted steps add up.

Tables in, tables out; every number of the method comes from ``params/method.yml``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forevar.period import Period
from forevar.settings import Few, Method, Source
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS, ChangeCategory, Reason, Status

INDICATOR = ["source", "measure", "substance", "dimension"]
# A change that lies on a class limit belongs to the higher class. Products of decimal fractions miss the limit by
# a few parts in 10**16, so a limit counts as reached from this fraction of it on.
_REACHED = 1 - 1e-12

SIGNAL_COLUMNS = (
    "period", *INDICATOR, "agency", "kind", "unit", "previous", "current", "exposure_previous", "exposure_current",
    "denominator_previous", "denominator_current", "more", "same", "less", "change", "value", "weight",
    "contribution", "flag", "reason", "word", "is_new", "origin_previous", "origin_current",
)  # fmt: skip
DIFFERENCE_COLUMNS = (
    "period", "substance", "dimension", "score", "word", "maximum", "n_sources", "n_scored", "weight_scored",
    "weight_total",
)  # fmt: skip


def panel_counts(answers: pd.DataFrame, sources: Mapping[str, Source]) -> pd.DataFrame:
    """How many of a panel said more, the same and less, per group.

    Args:
        answers: Tidy answers; ``use_change`` and ``availability_change`` are read.
        sources: The register; only sources of kind ``panel`` and ``key_persons`` count.

    Returns:
        One row per source, substance, dimension, period and group: more, same, less (persons), origin (of the first
        answer). Those who answered neither are not in it.
    """
    questions = {"use_change": "use", "availability_change": "availability"}
    kinds = {key for key, source in sources.items() if source.kind in ("panel", "key_persons")}
    steps = answers[answers["question"].isin(questions) & answers["source"].isin(kinds)]
    steps = steps[steps["answer"].isin(["more", "same", "less"])]
    keys = ["source", "substance", "dimension", "period", "group"]
    steps = steps.assign(dimension=steps["question"].map(questions))
    counts = (
        steps.groupby([*keys, "answer"]).size().unstack("answer", fill_value=0)
        .reindex(columns=["more", "same", "less"], fill_value=0)
    )  # fmt: skip
    return counts.join(steps.groupby(keys)["origin"].first()).reset_index()


def score_signals(
    observations: pd.DataFrame, panels: pd.DataFrame, method: Method, sources: Mapping[str, Source]
) -> pd.DataFrame:
    """Every source's change for every half-year that could have one, with its step or the reason it has none.

    Args:
        observations: Tidy observations; half-yearly rows on use, availability and interest are read.
        panels: From ``panel_counts``.
        method: Class limits, rule of few and the rest.
        sources: The register, for weights, kinds and agencies.

    Returns:
        SIGNAL_COLUMNS, one row per indicator and half-year in which it, or its predecessor, has a figure. ``value``
        is missing, never 0, when there is nothing to compare; ``reason`` says why. Sorted by period and indicator.
    """
    rated = _rated(observations, method)
    rated = pd.concat([rated, _rated_panels(panels, method)], ignore_index=True)
    if rated.empty:
        return pd.DataFrame(columns=list(SIGNAL_COLUMNS))
    rated = _describe(rated, method, sources)
    _close_and_open(rated, method, sources)
    _merge_measures(rated, method)
    rated["contribution"] = rated["weight"] * rated["value"]
    steps = {int(step): step.key for step in ChangeCategory}
    rated["word"] = rated["value"].round().map(steps).fillna("")
    rated["period"] = _label(rated["t"])
    return rated.sort_values(["t", *INDICATOR], ignore_index=True)[list(SIGNAL_COLUMNS)]


def aggregated_differences(signals: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Weighted rises less weighted falls, per substance, dimension and half-year, and their sum over dimensions.

    Args:
        signals: From ``score_signals``.
        method: Cut points and normalisation.

    Returns:
        DIFFERENCE_COLUMNS. A group in which no source could be scored has a missing score and an empty word.
    """
    if signals.empty:
        return pd.DataFrame(columns=list(DIFFERENCE_COLUMNS))
    top = max(method.class_values)
    # A source that carries no weight was never meant to be scored; one that fell silent was.
    rows = signals[signals["reason"] != Reason.UNWEIGHTED]
    rows = rows.assign(
        reach=rows["weight"].where(rows["value"].notna()) * top, scored=rows["weight"].where(rows["value"].notna())
    )
    keys = ["period", "substance", "dimension"]
    single = rows.groupby(keys, observed=True).agg(
        score=("contribution", "sum"), maximum=("reach", "sum"), n_sources=("weight", "size"),
        n_scored=("scored", "count"), weight_scored=("scored", "sum"), weight_total=("weight", "sum"),
    ).reset_index()  # fmt: skip
    single["score"] = single["score"].where(single["n_scored"] > 0)
    whole = (
        single.groupby(["period", "substance"], observed=True)
        .agg(
            score=("score", "sum"), maximum=("maximum", "sum"), n_sources=("n_sources", "sum"),
            n_scored=("n_scored", "sum"), weight_scored=("weight_scored", "sum"), weight_total=("weight_total", "sum"),
        )
        .reset_index()
        .assign(dimension=AGGREGATE)
    )  # fmt: skip
    whole["score"] = whole["score"].where(whole["n_scored"] > 0)
    table = pd.concat([single, whole], ignore_index=True)
    if method.normalisation == "share_of_maximum":
        table["score"] = 100 * table["score"] / table["maximum"]
    cuts = {AGGREGATE: method.words.aggregate_cuts}
    table["word"] = [
        word_of(score, cuts.get(dimension, method.words.sub_score_cuts))
        for score, dimension in zip(table["score"], table["dimension"], strict=True)
    ]
    order = {name: number for number, name in enumerate((*SCORED_DIMENSIONS, AGGREGATE))}
    table = table.assign(place=table["dimension"].map(order)).sort_values(["period", "substance", "place"])
    return table[list(DIFFERENCE_COLUMNS)].reset_index(drop=True)


def steps_of(pairs: pd.DataFrame, method: Method) -> pd.Series:
    """The step of each change by the method's limits, for series that are shown and never scored.

    Args:
        pairs: source, unit, previous, current; missing where there is no figure.
        method: Class limits and rule of few.

    Returns:
        -3 to 3; missing where there is nothing to compare.
    """
    return marks_of(pairs.assign(kind=""), method)[0]


def marks_of(pairs: pd.DataFrame, method: Method) -> tuple[pd.Series, pd.Series]:
    """What is printed of each change: its step, and the flag ``few``.

    Args:
        pairs: As for ``steps_of``, and kind.
        method: Class limits and rule of few.
    """
    rows = pairs.assign(change=np.nan, more=np.nan, same=np.nan, less=np.nan)
    return _steps(rows, pd.Series(False, index=rows.index), method)


def word_of(score: float, cuts: tuple[float, ...]) -> str:
    """The word's key for a score: ``stable``, ``small_fall``, ``strong_rise`` …; empty for a missing score.

    Args:
        score: No unit; missing when nothing could be scored.
        cuts: Up to the first is stable, up to the second small, above strong; with a third, plain lies between.
    """
    if pd.isna(score):
        return ""
    degree = int(np.searchsorted(np.asarray(cuts, dtype=float), abs(score), side="left"))
    if degree == 0:
        return "stable"
    prefix = {1: "small_", len(cuts): "strong_"}.get(degree, "")
    return f"{prefix}{'rise' if score > 0 else 'fall'}"


def balance_step(balance: NDArray[np.float64], answers: NDArray[np.float64], method: Method) -> NDArray[np.float64]:
    """The step of a panel's balance; missing where the balance is.

    Args:
        balance: Share more less share fewer.
        answers: How many answered; a limit is compared in persons, where it is exact.
        method: ``panel.limits_balance`` and ``class_values``.
    """
    values = np.asarray(method.class_values, dtype=float)
    reached = np.zeros(np.shape(balance), dtype=int)
    for limit in method.panel.limits_balance:
        reached += np.abs(balance) * answers >= limit * answers * _REACHED
    steps = values[np.minimum(reached, len(values) - 1)]
    return np.sign(balance) * np.where(np.isnan(balance), np.nan, steps)


def _rated(observations: pd.DataFrame, method: Method) -> pd.DataFrame:
    """One row per indicator and half-year with its own and its base's figure."""
    rows = observations[
        (observations["frequency"] == "half_year")
        & observations["dimension"].isin(SCORED_DIMENSIONS)
        & (observations["substance"] != "")
    ]
    if rows.empty:
        return pd.DataFrame()
    rows = rows[[*INDICATOR, "period", "value", "denominator", "unit", "status", "origin"]]
    rows = rows.assign(t=_ordinal(rows["period"])).drop(columns="period")
    wide = rows.rename(columns={"value": "current", "denominator": "denominator_current", "origin": "origin_current"})
    base = _base(wide, method)
    # outer: an indicator that fell silent still has a row, with its predecessor alone
    both = wide.merge(base, on=[*INDICATOR, "t"], how="outer", suffixes=("", "_previous"))
    both = both[both["t"].between(rows["t"].min() + 1, rows["t"].max())]
    return both.assign(unit=both["unit"].fillna(both["unit_previous"])).drop(columns="unit_previous")


def _base(rows: pd.DataFrame, method: Method) -> pd.DataFrame:
    """What each half-year is compared with, on that half-year's own row."""
    columns = {
        "current": "previous", "denominator_current": "denominator_previous", "origin_current": "origin_previous",
    }  # fmt: skip
    rows = rows.rename(columns=columns)
    if method.base != "mean_of_last":
        step = 1 if method.base == "previous_half_year" else 2
        return rows.assign(t=rows["t"] + step)
    lagged = pd.concat([rows.assign(t=rows["t"] + lag) for lag in range(1, method.mean_of + 1)])
    mean = lagged.groupby([*INDICATOR, "t"], as_index=False, observed=True).agg(
        previous=("previous", "mean"), have=("previous", "count"),
        denominator_previous=("denominator_previous", "mean"),
        unit=("unit", "last"), status=("status", "first"), origin_previous=("origin_previous", "first"),
    )  # fmt: skip
    mean["previous"] = mean["previous"].where(mean["have"] == method.mean_of)
    return mean.drop(columns="have")


def _rated_panels(panels: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Panel balances; a panel says itself what changed, so it needs no base."""
    if panels.empty:
        return pd.DataFrame()
    keys = ["source", "substance", "dimension", "period"]
    groups = panels.assign(n=panels[["more", "same", "less"]].sum(axis=1))
    groups["balance"] = (groups["more"] - groups["less"]) / groups["n"]
    total = groups.groupby(keys, as_index=False).agg(
        more=("more", "sum"), same=("same", "sum"), less=("less", "sum"), n=("n", "sum"), balance=("balance", "mean"),
        origin_current=("origin", "first"),
    )  # fmt: skip
    if method.panel.groups == "pooled":
        total["balance"] = (total["more"] - total["less"]) / total["n"]
    enough = total["n"] >= method.panel.min_answers
    total["change"] = total["balance"].where(enough)
    total["t"] = _ordinal(total["period"])
    return total.assign(measure="change", unit="answers").drop(columns=["period", "n", "balance"])


def _describe(rows: pd.DataFrame, method: Method, sources: Mapping[str, Source]) -> pd.DataFrame:
    """Weight, kind, step, flag and reason of every row."""
    rows = rows.reindex(
        columns=[
            *INDICATOR, "t", "unit", "previous", "current", "denominator_previous", "denominator_current", "status",
            "status_previous", "more", "same", "less", "change", "origin_previous", "origin_current",
        ]
    )  # fmt: skip
    is_panel = rows["unit"] == "answers"
    rows["kind"] = rows["source"].map({key: source.kind for key, source in sources.items()}).fillna("")
    rows["agency"] = rows["source"].map({key: source.agency or key for key, source in sources.items()}).fillna("")
    rows["weight"] = _weights(rows, method, sources)
    rows["exposure_current"] = _days(rows["t"])
    lag = 2 if method.base == "same_half_last_year" else 1
    rows["exposure_previous"] = _days(rows["t"] - lag)
    rows.loc[is_panel, "exposure_previous"] = np.nan
    rows["reason"] = _reasons(rows, is_panel)
    rows["change"] = rows["change"].where(is_panel, rows["current"] / rows["previous"].where(rows["previous"] > 0) - 1)
    rows["value"], rows["flag"] = _steps(rows, is_panel, method)
    rows.loc[(rows["flag"] == "few") & rows["value"].isna() & (rows["reason"] == ""), "reason"] = Reason.FEW.value
    rows.loc[(rows["weight"].isna()), "reason"] = Reason.UNWEIGHTED.value
    rows.loc[rows["reason"] != "", "value"] = np.nan
    text = ["unit", "origin_previous", "origin_current"]
    rows[text] = rows[text].fillna("")
    return rows


def _weights(rows: pd.DataFrame, method: Method, sources: Mapping[str, Source]) -> pd.Series:
    """Weight per row; missing when the source, its kind or its measure is not scored."""
    pairs = rows[["source", "measure", "dimension"]].drop_duplicates()
    weight: dict[tuple[str, str, str], float] = {}
    for source_key, measure_key, dimension in pairs.itertuples(index=False, name=None):
        source = sources.get(source_key)
        measure = source.measures.get(measure_key) if source else None
        if source is None or source.kind in method.unscored_kinds or (measure is not None and not measure.scored):
            continue
        named = source.weights.get(dimension, method.default_weight)
        if named is not None:
            weight[(source_key, measure_key, dimension)] = named
    index = pd.MultiIndex.from_frame(rows[["source", "measure", "dimension"]])
    return pd.Series(index.map(weight).astype(float), index=rows.index)


def _reasons(rows: pd.DataFrame, is_panel: pd.Series) -> pd.Series:
    """Why there is nothing to compare; empty when there is."""
    reason = pd.Series("", index=rows.index)
    reason[rows["previous"].isna()] = Reason.NO_COMPARISON.value
    reason[rows["current"].isna()] = Reason.SILENT.value
    for column in ("status_previous", "status"):
        reason[rows[column] == Status.PARTIAL] = Reason.PARTIAL.value
        reason[rows[column] == Status.SUPPRESSED] = Reason.SUPPRESSED.value
    return reason.where(~is_panel, np.where(rows["change"].isna(), Reason.FEW.value, ""))


def _steps(rows: pd.DataFrame, is_panel: pd.Series, method: Method) -> tuple[pd.Series, pd.Series]:
    """Step on the method's scale, and the flag ``few``."""
    values = np.asarray(method.class_values, dtype=float)
    difference = rows["current"] - rows["previous"]
    step = pd.Series(np.nan, index=rows.index)
    for mask, limits in _limit_groups(rows, method):
        reached = np.zeros(int(mask.sum()), dtype=int)
        for limit in limits:
            reached += (100 * difference[mask].abs() >= limit * rows.loc[mask, "previous"] * _REACHED).to_numpy()
        step[mask] = np.sign(difference[mask]) * values[reached]
    born = (rows["previous"] == 0) & (rows["current"] > 0)
    step[born] = method.zero_base_value
    flag = pd.Series("", index=rows.index)
    for mask, few in _few_groups(rows, method):
        pair = rows.loc[mask, ["previous", "current"]]
        size = {"max": pair.max(axis=1), "min": pair.min(axis=1), "current": pair["current"]}[few.test]
        is_few = size.index[(size < few.n_min) & pair.notna().all(axis=1)]
        flag[is_few] = "few"
        change = difference[is_few]
        step[is_few] = np.nan if few.rule == "exclude" else 0.0
        if few.rule == "sign":
            step[is_few] = np.where(change.abs() >= few.min_change, np.sign(change), 0.0)
    answers = rows.loc[is_panel, ["more", "same", "less"]].sum(axis=1)
    step[is_panel] = balance_step(rows.loc[is_panel, "change"].to_numpy(float), answers.to_numpy(float), method)
    return step + 0.0, flag


def _limit_groups(rows: pd.DataFrame, method: Method) -> list[tuple[pd.Series, tuple[float, ...]]]:
    """Class limits and the rows they hold for: by kind, and by source where overridden."""
    own = {key: one.class_limits_percent for key, one in method.source_overrides.items() if one.class_limits_percent}
    groups = [(rows["source"] == key, limits) for key, limits in own.items()]
    rest = ~rows["source"].isin(list(own))
    for kind, limits in method.class_limits_by_kind.items():
        groups.append((rest & (rows["kind"] == kind), limits))
    groups.append((rest & ~rows["kind"].isin(list(method.class_limits_by_kind)), method.class_limits_percent))
    return [(mask, limits) for mask, limits in groups if mask.any()]


def _few_groups(rows: pd.DataFrame, method: Method) -> list[tuple[pd.Series, Few]]:
    """The rule of few and the rows it holds for."""
    counted = rows["unit"].isin(method.few.units)
    own = {key: one.few for key, one in method.source_overrides.items() if one.few}
    groups = [(counted & ~rows["source"].isin(list(own)), method.few)]
    for key, few in own.items():
        changed = few.model_dump(exclude_none=True)
        groups.append((counted & (rows["source"] == key), method.few.model_copy(update=changed)))
    return groups


def _close_and_open(rows: pd.DataFrame, method: Method, sources: Mapping[str, Source]) -> None:
    """Mark rows of sources that are closed or new."""
    last = rows["source"].map({key: _t(source.last) for key, source in sources.items() if source.last})
    new = rows["source"].map({key: _t(source.new) for key, source in sources.items() if source.new})
    rows["is_new"] = (rows["t"] == new).to_numpy()
    closed = (rows["t"] > last).fillna(False) & (rows["reason"] == Reason.SILENT)
    rows.loc[closed, "reason"] = Reason.CLOSED.value
    if method.first_time == "exclude":
        first = rows["is_new"] & (rows["reason"] == "")
        rows.loc[first, "reason"] = Reason.FIRST_TIME.value
        rows.loc[first, "value"] = np.nan


def _merge_measures(rows: pd.DataFrame, method: Method) -> None:
    """With ``measures: mean`` a source's several measures share its weight."""
    if method.measures == "mean":
        keys = ["source", "substance", "dimension", "t"]
        rows["weight"] /= rows["value"].notna().groupby([rows[key] for key in keys]).transform("sum").clip(lower=1)


def _t(period: Period | None) -> float:
    return np.nan if period is None else 2 * period.year + period.half - 1


def _ordinal(periods: pd.Series) -> pd.Series:
    """Half-years since year 0, for arithmetic."""
    known = {label: int(_t(Period.parse(label))) for label in periods.unique()}
    return periods.map(known).astype(int)


def _label(ordinals: pd.Series) -> pd.Series:
    return ordinals.map({t: f"{t // 2}-{t % 2 + 1}" for t in ordinals.unique()})


def _days(ordinals: pd.Series) -> pd.Series:
    return ordinals.map({t: float(Period(int(t) // 2, int(t) % 2 + 1).days) for t in ordinals.unique()})
