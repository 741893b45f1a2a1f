"""signals → do the sources agree: alpha, pairs of one sign, overlap, who reported, perceived beside measured."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import krippendorff
import numpy as np
import pandas as pd

from forevar.history import Floats, ordinal
from forevar.score import word_of
from forevar.settings import Method
from forevar.terms import SCORED_DIMENSIONS

AGREEMENT_COLUMNS = (
    "period", "substance", "dimension", "n_sources", "alpha", "n_editions", "concordance", "n_pairs", "overlap",
    "weight_share", "n_silent", "activity_fell", "perceived", "measured", "parts_ways",
)  # fmt: skip


def ordinal_alpha(steps: Floats) -> float:
    """Krippendorff's alpha for ordered steps: 1 is full agreement, 0 what chance gives.

    Args:
        steps: One row per source, one column per occasion; missing where a source was silent.

    Returns:
        Missing when no occasion has two sources or all steps are the same: then nothing can be told apart.
    """
    paired = steps[:, np.isfinite(steps).sum(axis=0) > 1]
    if len(np.unique(paired[np.isfinite(paired)])) < 2:
        return np.nan
    return float(krippendorff.alpha(reliability_data=paired, level_of_measurement="ordinal"))


def sign_concordance(steps: Floats) -> tuple[float, int]:
    """Share of pairs of sources that point the same way, and the number of pairs.

    Args:
        steps: One per source; stable is a direction of its own, missing is none.

    Returns:
        Missing share when fewer than two spoke.
    """
    signs = np.sign(steps[np.isfinite(steps)])
    pairs = list(combinations(signs, 2))
    return (float(np.mean([one == other for one, other in pairs])), len(pairs)) if pairs else (np.nan, 0)


def agreement_table(signals: pd.DataFrame, period: str, method: Method) -> pd.DataFrame:
    """Whether an edition's sources agree, per substance and dimension.

    Args:
        signals: From ``score_signals``, the earlier half-years too; ``activity_fell`` is used when
            ``change.add_change`` has added it.
        period: ``2026-1``.
        method: ``agreement`` and the cut points.

    Returns:
        AGREEMENT_COLUMNS. ``alpha`` compares the sources' steps over the last editions and is missing when fewer
        than ``min_editions`` had two sources; ``concordance`` is the share of pairs with the same sign in this one.
        ``overlap`` is a tuple of pairs of agencies that may have counted the same case and moved the same way.
        ``weight_share``: share of the weight that could be scored; ``n_silent``: weighted sources that could not.
        ``activity_fell``: sources whose samples fell (tuple). ``perceived`` and ``measured`` are words of the panel's
        steps and of the laboratories', kept apart (empty when silent); ``parts_ways`` when they point opposite ways
        or only one of them moved.
    """
    rules = method.agreement
    t = {label: ordinal(label) for label in signals["period"].unique()}
    now = ordinal(period)
    rows = signals[signals["dimension"].isin(SCORED_DIMENSIONS)]
    rows = rows.assign(t=rows["period"].map(t))
    rows = rows[(rows["t"] <= now) & (rows["t"] > now - rules.editions)]
    rows = rows[rows["weight"].notna()]
    # count and amount of one source are one voice: their mean step
    voices = rows.pivot_table(index=["substance", "dimension", "source"], columns="t", values="value", aggfunc="mean")
    steps = {key: part.to_numpy(float) for key, part in voices.groupby(level=["substance", "dimension"])}
    found: list[dict[str, Any]] = []
    for (substance, dimension), group in rows.groupby(["substance", "dimension"], observed=True, sort=False):
        current = group[group["t"] == now]
        if len(current):
            key = {"period": period, "substance": substance, "dimension": dimension}
            found.append(key | _agreement(steps.get((substance, dimension), np.empty((0, 0))), current, method))
    order = {str(name): place for place, name in enumerate(SCORED_DIMENSIONS)}
    found.sort(key=lambda row: (row["substance"], order[row["dimension"]]))
    return pd.DataFrame(found, columns=list(AGREEMENT_COLUMNS))


def _agreement(steps: Floats, current: pd.DataFrame, method: Method) -> dict[str, Any]:
    """One substance and dimension: its sources' steps over the editions, and this edition's rows."""
    rules = method.agreement
    heard = current[current["value"].notna()]
    comparable = int((np.isfinite(steps).sum(axis=0) > 1).sum()) if steps.size else 0
    share, pairs = sign_concordance(heard.groupby("source", observed=True)["value"].mean().to_numpy(float))
    weight = current["weight"].sum()
    perceived = _word(heard[heard["kind"].isin(rules.perceived)], method)
    measured = _word(heard[heard["source"].isin(rules.measured)], method)
    fell = current.loc[current["activity_fell"].astype(bool), "source"] if "activity_fell" in current else ()
    return {
        "n_sources": int(heard["source"].nunique()),
        "alpha": ordinal_alpha(steps) if comparable >= rules.min_editions else np.nan,
        "n_editions": comparable, "concordance": share, "n_pairs": pairs,
        "overlap": _overlap(heard, rules.overlaps),
        "weight_share": float(heard["weight"].sum() / weight) if weight else np.nan,
        "n_silent": int(current["source"].nunique() - heard["source"].nunique()),
        "activity_fell": tuple(dict.fromkeys(fell)), "perceived": perceived, "measured": measured,
        "parts_ways": bool(perceived and measured and _direction(perceived) != _direction(measured)),
    }  # fmt: skip


def _overlap(heard: pd.DataFrame, overlaps: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, str], ...]:
    """Pairs of agencies that may have counted the same case: both moved, the same way."""
    moved = heard.groupby("agency", observed=True)["contribution"].sum()
    pairs = [pair for agencies in overlaps for pair in combinations(agencies, 2)]
    return tuple(pair for pair in pairs if moved.get(pair[0], 0) * moved.get(pair[1], 0) > 0)


def _word(rows: pd.DataFrame, method: Method) -> str:
    """The word of some sources' mean step, as if it were one source's."""
    if rows.empty:
        return ""
    mean = float(np.average(rows["value"], weights=rows["weight"]))
    values = method.class_values
    limits = tuple((low + high) / 2 for low, high in pairwise(values))
    return word_of(mean, limits)


def _direction(word: str) -> str:
    return word.rpartition("_")[2]
