"""Numbers → what of them may be printed: small counts hidden, with what would give them away; the rest rounded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from forevar.score import steps_of
from forevar.settings import Method, Source

Flags = NDArray[np.bool_]
SERIES = ["source", "measure", "substance", "dimension"]
CELLS = ["source", "measure", "period"]


def least_of(source: Source, method: Method) -> int:
    """Fewest that may be printed of a source; 0 where any number may."""
    rule = source.disclosure
    if rule.public:
        return 0
    return rule.min_n if rule.min_n is not None else method.disclosure.min_n.get(rule.unit, 0)


def is_small(counts: ArrayLike, least: ArrayLike) -> Flags:
    """Which counts are guarded and small. None is no small count, and what is missing is not there."""
    numbers = np.asarray(counts, dtype=float)
    return (numbers > 0) & (numbers < np.asarray(least, dtype=float))


def rounded(value: float, to: int) -> float:
    """To the nearest multiple of ``to``, a half away from zero."""
    return math.copysign(math.floor(abs(value) / to + 0.5) * to, value) if math.isfinite(value) else value


def hide_series(rows: pd.DataFrame, sources: Mapping[str, Source], method: Method) -> pd.DataFrame:
    """Tidy observations as they may be shown.

    Args:
        rows: Observations whose numbers will all be printed. A row without ``place`` is the sum over places, one
            without ``substance`` the sum over substances, where they do add up.
        sources: The register, for the rules.
        method: For the least count of a unit.

    Returns:
        The same rows; hidden ones have no ``value`` and status ``suppressed``, the others are rounded as agreed.
    """
    least = rows["source"].map({key: least_of(source, method) for key, source in sources.items()}).fillna(0)
    small = pd.Series(is_small(rows["value"], least), index=rows.index)
    hidden = small.copy()
    for _, table in rows[least > 0].groupby(CELLS):
        sums = _sums(table)
        if sums and small[table.index].any():
            from forevar.cells import hidden_cells  # the solver takes a second to load, and is seldom asked

            most = int(least[table.index].max())
            hidden[table.index] = hidden_cells(table["value"], sums, small[table.index], most)
    values = rows["value"].copy()
    for key, source in sources.items():
        if to := source.disclosure.round_to:
            own = rows["source"] == key
            values[own] = [rounded(value, to) for value in values[own]]
    status = rows["status"].where(~hidden, "suppressed")
    return rows.assign(value=values.where(~hidden), status=status)


def _sums(table: pd.DataFrame) -> list[dict[int, int]]:
    """Totals among the cells of one source, measure and period, where they add up."""
    cells = {
        (row["place"], row["substance"]): n for n, row in enumerate(table[["place", "substance"]].to_dict("records"))
    }
    values = table["value"].to_numpy(float)
    found = []
    for (place, substance), total in cells.items():
        over = {
            "place": [n for (p, s), n in cells.items() if p and s == substance] if not place else [],
            "substance": [n for (p, s), n in cells.items() if s and p == place] if not substance else [],
        }
        for parts in over.values():
            if parts and values[parts].sum() == values[total]:
                found.append({total: -1, **dict.fromkeys(parts, 1)})
    return found


def hidden_pairs(signals: pd.DataFrame, sources: Mapping[str, Source], method: Method) -> Flags:
    """Rows whose two counts may not be printed: one of them is small, or gives away the one before.

    A source's step is printed even where its counts are not. So a pair is hidden as a whole; and when the half-year
    before had a small count, this one is hidden too if step and count would together narrow it down.

    Args:
        signals: SIGNAL_COLUMNS of any number of half-years.
        sources: The register.
        method: Limits of the steps.
    """
    least = signals["source"].map({key: least_of(source, method) for key, source in sources.items()}).fillna(0)
    pair = is_small(signals[["previous", "current"]], least.to_numpy()[:, None])
    hidden = np.asarray(pair.any(axis=1), dtype=bool)
    ordered = signals.assign(least=least, small=pair[:, 0]).sort_values("period")
    before = ordered.groupby(SERIES)[["previous", "value", "small"]].shift(1)
    ordered = ordered.assign(before=before["previous"], step=before["value"])
    chain = ordered["previous"].notna() & before["small"].eq(True) & ordered["step"].notna()
    place = {index: number for number, index in enumerate(signals.index)}
    for row in ordered[chain].reset_index(names="index").to_dict("records"):
        earlier = {**row, "previous": row["before"], "current": row["previous"]}
        if tells(earlier, "previous", row["step"], int(row["least"]), method):
            hidden[place[row["index"]]] = True
    return hidden


def given_away(signals: pd.DataFrame, sources: Mapping[str, Source], method: Method) -> pd.DataFrame:
    """Rows whose step, beside the figure the edition before printed, narrows down a small count of this half-year.

    What is printed cannot be taken back: such a source must go unscored, or its owner must agree.
    """
    hidden = hidden_pairs(signals, sources, method)
    table = signals.assign(hidden=hidden).sort_values("period")
    was_shown = table.groupby(SERIES)["hidden"].shift(1).eq(False)
    chosen = []
    for row in (
        table[table["hidden"] & was_shown & table["value"].notna()].reset_index(names="index").to_dict("records")
    ):
        least = least_of(sources[row["source"]], method)
        if is_small(row["current"], least) and tells(row, "current", row["value"], least, method):
            chosen.append(row["index"])
    return signals[signals.index.isin(chosen)]


def tells(row: Mapping[Any, Any], side: str, step: float, min_n: int, method: Method) -> bool:
    """Whether a step and the other count rule out some of what the sign for hidden stands for.

    Values spanning ``min_n`` or more, or all from 1 to ``min_n`` less 1, must be left.
    """
    guesses = np.arange(0, 12 * min_n)
    rows = pd.DataFrame([row]).iloc[np.zeros(len(guesses), dtype=int)]
    rows = rows.reset_index(drop=True)[["source", "unit", "previous", "current"]].assign(**{side: guesses})
    left = guesses[(steps_of(rows, method) == step).to_numpy()]
    if not len(left) or left.max() - left.min() >= min_n:
        return False
    return not set(range(1, min_n)) <= set(left.tolist())
