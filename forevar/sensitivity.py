"""observations → one edition under every combination of the method's open choices: when do its words stand?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forevar.history import Floats
from forevar.period import Period
from forevar.score import score_signals, word_of
from forevar.settings import Method, Source
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS

CHOICES = ("limits", "few", "base", "weights")
CHOICE_COLUMNS = ("substance", "dimension", *CHOICES, "score", "word", "is_set", "stands")
STAND_COLUMNS = (
    "substance",
    "dimension",
    "word",
    "n_choices",
    "share",
    *(f"share_{choice}" for choice in CHOICES),
    "others",
)
AS_SET, EQUAL, WITHOUT = "as_set", "equal", "without"


def all_choices(
    observations: pd.DataFrame, panels: pd.DataFrame, period: str, method: Method, sources: Mapping[str, Source]
) -> pd.DataFrame:
    """Every score of an edition under every combination of choices.

    Args:
        observations: Tidy observations.
        panels: From ``score.panel_counts``.
        period: ``2026-1``.
        method: ``sensitivity`` names the choices; what the method itself has chosen is always among them.
        sources: The register, for weights and families.

    Returns:
        CHOICE_COLUMNS. ``limits`` as ``10/25/50``; ``few`` the smallest number that is not few; ``base`` what a
        half-year is compared with; ``weights`` ``as_set``, ``equal`` (each source the mean weight of its dimension)
        or ``without <family>`` for each family that speaks of it. ``is_set``: the method's own combination.
        ``stands``: the word is that of the method's own. A score in which nothing could be scored under a choice is
        missing and its word empty.
    """
    near = observations[observations["period"].isin(_around(period))]
    asked = panels[panels["period"] == period]
    parts = []
    for limits, few, base in product(*_grids(method)):
        rules = _with(method, limits, few, base)
        signals = score_signals(near, asked, rules, sources)
        signals = signals[(signals["period"] == period) & signals["dimension"].isin(SCORED_DIMENSIONS)]
        scores = _scores(signals, method, sources)
        parts.append(scores.assign(limits=_limits_text(limits), few=few, base=base))
    table = pd.concat(parts, ignore_index=True)
    cuts = method.words
    table["word"] = [
        word_of(score, cuts.aggregate_cuts if dimension == AGGREGATE else cuts.sub_score_cuts)
        for score, dimension in zip(table["score"].round(9), table["dimension"], strict=True)
    ]
    table["is_set"] = (
        (table["limits"] == _limits_text(method.class_limits_percent))
        & (table["few"] == method.few.n_min)
        & (table["base"] == method.base)
        & (table["weights"] == AS_SET)
    )
    own = table[table["is_set"]].set_index(["substance", "dimension"])["word"]
    table["stands"] = (
        table["word"] == own.reindex(pd.MultiIndex.from_frame(table[["substance", "dimension"]])).to_numpy()
    )
    return table[list(CHOICE_COLUMNS)]


def stands(choices: pd.DataFrame) -> pd.DataFrame:
    """For each word, the share of choices under which it stands.

    Args:
        choices: From ``all_choices``.

    Returns:
        STAND_COLUMNS, one row per substance and dimension that has a word: ``share`` over all combinations that give
        a word; ``share_limits`` and so on when that one choice alone differs from the method's; ``others`` (tuple)
        the other words that some combination gives, the most frequent first.
    """
    own = choices[choices["is_set"] & (choices["word"] != "")]
    given = choices[choices["word"] != ""]
    set_values = own.iloc[0][list(CHOICES)] if len(own) else None
    rows: list[dict[str, Any]] = []
    for (substance, dimension), part in given.groupby(["substance", "dimension"], sort=False, observed=True):
        word = own.loc[(own["substance"] == substance) & (own["dimension"] == dimension), "word"]
        if word.empty or set_values is None:
            continue
        row = {"substance": substance, "dimension": dimension, "word": word.iloc[0], "n_choices": len(part)}
        row["share"] = float(part["stands"].mean())
        for choice in CHOICES:
            rest = [other for other in CHOICES if other != choice]
            alone = part[(part[rest] == set_values[rest]).all(axis=1)]
            row[f"share_{choice}"] = float(alone["stands"].mean())
        row["others"] = tuple(part.loc[~part["stands"], "word"].value_counts().index)
        rows.append(row)
    order = {str(name): place for place, name in enumerate((*SCORED_DIMENSIONS, AGGREGATE))}
    rows.sort(key=lambda row: (row["substance"], order[row["dimension"]]))
    return pd.DataFrame(rows, columns=list(STAND_COLUMNS))


def _grids(method: Method) -> tuple[Sequence[tuple[float, ...]], Sequence[int], Sequence[str]]:
    """Class limits, rule of few and base to try, the method's own first."""
    rules = method.sensitivity
    return (
        tuple(dict.fromkeys((method.class_limits_percent, *rules.class_limits_percent))),
        tuple(dict.fromkeys((method.few.n_min, *rules.few_n_min))),
        tuple(dict.fromkeys((str(method.base), *rules.base))),
    )


def _with(method: Method, limits: tuple[float, ...], few: int, base: str) -> Method:
    """The method with three choices made otherwise."""
    rule = method.few.model_copy(update={"n_min": few})
    return method.model_copy(update={"class_limits_percent": limits, "few": rule, "base": base})


def _around(period: str) -> set[str]:
    """The labels a half-year may be compared with, and its own."""
    return {str(Period.parse(period) + -back) for back in range(3)}


def _limits_text(limits: tuple[float, ...]) -> str:
    return "/".join(f"{limit:g}" for limit in limits)


def _scores(signals: pd.DataFrame, method: Method, sources: Mapping[str, Source]) -> pd.DataFrame:
    """Scores of every substance and dimension under every choice of weights."""
    rows = signals[signals["value"].notna() & (signals["weight"] > 0)]
    families = rows["source"].map({key: source.family or source.kind for key, source in sources.items()}).fillna("")
    keys = ["substance", "dimension"]
    every = pd.concat([signals[keys], signals[keys].assign(dimension=AGGREGATE)]).drop_duplicates()
    index = pd.MultiIndex.from_frame(every)
    both = pd.concat([rows[keys], rows[keys].assign(dimension=AGGREGATE)])
    place = index.get_indexer(pd.MultiIndex.from_frame(both))
    weights = _weights(rows, families)
    weight = np.column_stack(list(weights.values()))
    contribution = weight * rows["value"].to_numpy(float)[:, None]
    score, reach, heard, left = (
        _added(np.vstack([part, part]), place, len(index))
        for part in (contribution, weight * max(method.class_values), (weight > 0) * 1.0, (weight == 0) * 1.0)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = 100 / reach if method.normalisation == "share_of_maximum" else 1.0
        score = np.where(heard > 0, score * factor, np.nan)
    names = np.array(list(weights))
    # leaving a family out is no choice where that family says nothing
    is_choice = ~np.char.startswith(names, WITHOUT)[None, :] | (left > 0)
    at, which = np.nonzero(is_choice)
    return every.iloc[at].assign(weights=names[which], score=score[at, which]).reset_index(drop=True)


def _added(values: Floats, place: NDArray[np.intp], n: int) -> Floats:
    """Rows of one place added together."""
    total = np.zeros((n, values.shape[1]))
    np.add.at(total, place, values)
    return total


def _weights(rows: pd.DataFrame, families: pd.Series) -> dict[str, Floats]:
    """The weights to try, by name."""
    own = rows["weight"].to_numpy(float)
    equal = rows.groupby(["substance", "dimension"], observed=True)["weight"].transform("mean").to_numpy(float)
    choices = {AS_SET: own, EQUAL: equal}
    for family in sorted(families.unique()):
        choices[f"{WITHOUT} {family}"] = np.where(families == family, 0.0, own)
    return choices
