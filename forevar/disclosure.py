"""Numbers → what of them may be printed: small counts hidden, with what would give them away; the rest rounded."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from forevar.rows import records
from forevar.score import marks_of
from forevar.settings import Method, Source
from forevar.terms import Reason

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
PAIR = ["previous", "current"]
ANSWERS = ["more", "same", "less"]
MADE_OF_COUNTS = (
    "denominator_previous", "denominator_current", "low", "high", "p", "q", "share_ratio", "dispersion", "rank_10y",
    "n_10y", "year_ago", "trend_p", "trend_tau",
)  # fmt: skip
STEP_RULES = {
    "class_limits_percent", "class_limits_by_kind", "class_values", "few", "zero_base_value", "source_overrides",
}  # fmt: skip
REACH = 100
"""Counts from here on are no small one's neighbour: any step leads there from all of them."""
FEW_CODE = 99.0
HIDDEN = ":"
SERIES = ["source", "measure", "substance", "dimension"]
CELLS = ["source", "measure", "period"]
HIDDEN_COLUMNS = ("is_hidden", "small_since")


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
    cells = {(row["place"], row["substance"]): n for n, row in enumerate(records(table[["place", "substance"]]))}
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
    """Rows whose two counts, or a panel's answers, may not be printed: one is small, or would help to tell a small one.

    Every step is printed, and «few» too, even where the counts are not. A count is therefore hidden as well when it,
    beside all steps and counts printed of its series so far, would narrow down a small one.

    Args:
        signals: SIGNAL_COLUMNS of any number of half-years.
        sources: The register.
        method: Limits of the steps.
    """
    least = _least(signals, sources, method)
    hidden = np.asarray(is_small(signals[PAIR + ANSWERS], least[:, None]).any(axis=1), dtype=bool)
    for chain in _chains(signals, least, method):
        for row, (before, after) in zip(chain.rows, itertools.pairwise(chain.is_shown), strict=True):
            hidden[row] = not (before and after)
    return hidden


def given_away(signals: pd.DataFrame, sources: Mapping[str, Source], method: Method) -> pd.DataFrame:
    """Rows whose step narrows down a small count beside the steps and figures already printed, whatever is hidden.

    What is printed cannot be taken back: such a source must go unscored, or its owner must have agreed.
    """
    rows = [chain.rows[n] for chain in _chains(signals, _least(signals, sources, method), method) for n in chain.told]
    agreed = {key for key, source in sources.items() if source.disclosure.agreed}
    found = signals.iloc[sorted(rows)]
    return found[~found["source"].isin(agreed)]


def as_shown(signals: pd.DataFrame, hidden: Flags, past: Flags, sources: Mapping[str, Source]) -> pd.DataFrame:
    """Signals with the counts that may be printed, and only with figures that follow from those.

    Args:
        signals: SIGNAL_COLUMNS and the test's.
        hidden: From ``hidden_pairs``.
        past: From ``has_small_past``, of series long enough for their own scatter.
        sources: The register, for the rounding.

    Returns:
        The same rows, with ``previous_shown`` and ``current_shown``: the sign for hidden, or nothing. Where the
        counts are hidden every figure made from them is missing. Where they are rounded, the ratio is that of the
        rounded ones, and what chance could do, which would tell the true ones, is missing. So it is where the scatter
        was estimated from a hidden past. Steps, words and what is called clear rest on the true numbers.
    """
    shown = signals.copy()
    to = signals["source"].map({key: one.disclosure.round_to or 0 for key, one in sources.items()}).fillna(0)
    is_rounded = ((to > 0) & signals["more"].isna()).to_numpy(dtype=bool)
    for column in PAIR:
        pairs = zip(signals.loc[is_rounded, column], to[is_rounded], strict=True)
        shown.loc[is_rounded, column] = [rounded(value, int(unit)) for value, unit in pairs]
    made = [name for name in MADE_OF_COUNTS if name in shown]
    shown.loc[is_rounded | hidden, made] = np.nan
    if "test" in shown:
        scattered = past & shown["test"].isin(["poisson", "quasi_poisson"]).to_numpy(dtype=bool)
        shown.loc[scattered, ["low", "high", "p", "q", "dispersion"]] = np.nan
        shown.loc[scattered, "test"] = "quasi_poisson"  # which of the two it was depends on the past as well
    if "is_unexpected" in shown:
        shown.loc[past, "is_unexpected"] = False
    ratio = shown["current"] / shown["previous"]
    for name, values in (("ratio", ratio), ("change", ratio - 1)):
        if name in shown:
            shown.loc[is_rounded, name] = values[is_rounded]
    shown.loc[hidden, [name for name in (*PAIR, "ratio", "change") if name in shown]] = np.nan
    signs = {f"{name}_shown": np.where(hidden & signals[name].notna(), HIDDEN, "") for name in PAIR}
    shown = shown.assign(**signs)
    if "test" in shown:  # the shares of the samples would tell the count behind the rounded one
        shown.loc[is_rounded & (shown["test"] == "fisher"), "test"] = "none"
    return shown


def middle_for_hidden(
    observations: pd.DataFrame, signals: pd.DataFrame, sources: Mapping[str, Source], method: Method
) -> pd.Series:
    """Values for what is drawn of sums: every hidden count is the middle of what its sign stands for.

    So a level, a rank or a total says nothing of a hidden count that the sign does not say.

    Args:
        observations: Half-yearly rows.
        signals: All signals of the same sources.
        sources: The register.
        method: Limits of the steps.
    """
    least = _least(observations, sources, method)
    hidden = is_small(observations["value"], least)
    keys = ["period", "source", "measure", "substance"]
    rows = [
        row
        for chain in _chains(signals, _least(signals, sources, method), method)
        for row, is_drawn in zip(chain.rows, chain.is_drawn[1:], strict=True) if not is_drawn
    ]  # fmt: skip
    others = pd.MultiIndex.from_frame(signals.iloc[rows][keys])
    hidden |= np.asarray(pd.MultiIndex.from_frame(observations[keys]).isin(others), dtype=bool)
    return observations["value"].mask(hidden, pd.Series(least / 2, observations.index))


def has_small_past(
    signals: pd.DataFrame, observations: pd.DataFrame, sources: Mapping[str, Source], method: Method
) -> Flags:
    """Signals of a series with a small guarded count somewhere, which a scatter or a bound would help to tell."""
    keys = ["source", "measure", "substance"]
    small = observations[is_small(observations["value"], _least(observations, sources, method))]
    found = pd.MultiIndex.from_frame(small[keys])
    return np.asarray(pd.MultiIndex.from_frame(signals[keys]).isin(found), dtype=bool)


def add_hidden(
    signals: pd.DataFrame, observations: pd.DataFrame, sources: Mapping[str, Source], method: Method
) -> pd.DataFrame:
    """What of each signal may be printed, worked out once for all editions.

    Args:
        signals: SIGNAL_COLUMNS of every half-year.
        observations: Half-yearly rows.
        sources: The register.
        method: Limits of the steps.

    Returns:
        The same rows with HIDDEN_COLUMNS. ``is_hidden`` is ``hidden_pairs``; a later half-year never changes an
        earlier one. ``small_since`` is the first half-year in which the series has a small guarded count, else empty.
    """
    keys = ["source", "measure", "substance"]
    small = observations[is_small(observations["value"], _least(observations, sources, method))]
    since = signals[keys].merge(small.groupby(keys)["period"].min().rename("small_since"), "left", keys)["small_since"]
    return signals.assign(is_hidden=hidden_pairs(signals, sources, method), small_since=since.fillna("").to_numpy())


def small_past(signals: pd.DataFrame, until: str, method: Method) -> Flags:
    """Signals whose test may rest on their own series' scatter, with a small guarded count in it until a half-year.

    Args:
        signals: With HIDDEN_COLUMNS.
        until: The last half-year that is known.
        method: How long such a series is.
    """
    points = signals["n_10y"] if "n_10y" in signals else pd.Series(np.nan, signals.index)
    is_long = points >= method.certainty.dispersion_points
    return np.asarray(is_long & (signals["small_since"] != "") & (signals["small_since"] <= until), dtype=bool)


@dataclass(frozen=True)
class Chain:
    """One series with small counts, half-year after half-year, as a reader of every edition sees it.

    Attributes:
        rows: Place of each pair in the table.
        is_shown: Of each count, one more than there are pairs, whether it may be printed beside the one before.
        is_drawn: Whether it may be part of what is drawn of sums: it is printed, or far from any small one.
        told: Pairs whose step narrows down a small count though all that can be hidden is.
    """

    rows: tuple[int, ...]
    is_shown: tuple[bool, ...]
    is_drawn: tuple[bool, ...]
    told: tuple[int, ...]


def _chains(signals: pd.DataFrame, least: Numbers, method: Method) -> Iterator[Chain]:
    """Every guarded series of counts that has a small one."""
    small = np.asarray(is_small(signals[PAIR], least[:, None]).any(axis=1), dtype=bool)
    guarded = signals.assign(least=least, place=np.arange(len(signals)), small=small)
    guarded = guarded[(guarded["least"] > 0) & guarded["unit"].isin(method.few.units)]
    guarded = guarded[guarded.groupby(SERIES, observed=True)["small"].transform("any")]
    half = guarded["period"].str[-1] if method.base == "same_half_last_year" else ""
    for _, rows in guarded.assign(half=half).sort_values("period").groupby([*SERIES, "half"], observed=True):
        first = rows.iloc[0]
        codes = _codes(str(first["source"]), str(first["kind"]), method)
        ends = rows["current"].shift(1)
        goes_on = (rows["previous"] == ends) | (rows["previous"].isna() & ends.isna())
        for _, part in rows.groupby((~goes_on).cumsum()):
            yield _chain(part, int(first["least"]), codes)


def _chain(rows: pd.DataFrame, least: int, codes: Numbers) -> Chain:
    counts = [float(rows["previous"].iloc[0]), *rows["current"].astype(float)]
    said = (rows["value"].notna() | (rows["flag"] == "few")) & (rows["reason"] != Reason.UNWEIGHTED)
    links = [_link(*pair, codes) if one else None for one, pair in zip(said, itertools.pairwise(counts), strict=True)]
    small = [0 < count < least for count in counts]
    anything = np.ones(len(codes), dtype=bool)
    itself = [np.arange(len(codes)) == count if count < len(codes) else anything for count in counts]
    known: list[Flags] = []
    shown: list[bool] = []
    drawn: list[bool] = []
    told: dict[int, int] = {}
    for at in range(len(counts)):
        before = _left([*known, anything], links[:at])
        told |= {n: at - 1 for n in range(at + 1) if small[n] and n not in told and not _is_open(before[n], least)}
        is_pair = bool(shown and shown[-1])
        printed = [*known[:-1], itself[at - 1], itself[at]] if is_pair else [*known, itself[at]]
        after = _left(printed, links[:at])
        tells = (
            n for n in range(at) if small[n] and after[n].sum() < before[n].sum() and not _is_open(after[n], least)
        )
        shown.append(not small[at] and next(tells, None) is None)
        drawn.append(shown[-1] and (is_pair or _is_far(counts[at], least, codes)))
        known = printed if drawn[-1] else [*known, anything]
        if drawn[-1] and is_pair:
            drawn[-2] = True
    return Chain(tuple(rows["place"]), tuple(shown), tuple(drawn), tuple(dict.fromkeys(told.values())))


def _is_far(count: float, least: int, codes: Numbers) -> bool:
    """Whether no step down from a count to a small one will tell that one."""
    if not count < len(codes):
        return True
    steps = codes[int(count)]
    return all(_is_open(steps == steps[one], least) for one in range(1, least))


def _left(known: Sequence[Flags], links: Sequence[Flags | None]) -> list[Flags]:
    """What each count of a chain can be, given what is known of each and the printed steps between them."""
    ahead = [known[0]]
    for mine, link in zip(known[1:], links, strict=True):
        ahead.append(mine if link is None else mine & link[ahead[-1]].any(axis=0))
    back = [known[-1]]
    for mine, link in zip(reversed(known[:-1]), reversed(links), strict=True):
        back.append(mine if link is None else mine & link[:, back[-1]].any(axis=1))
    return [one & other for one, other in zip(ahead, reversed(back), strict=True)]


def _is_open(left: Flags, least: int) -> bool:
    """Whether a small count's values span ``least`` or more, or are all that the sign for hidden stands for."""
    values = np.flatnonzero(left)
    return bool(values[-1] - values[0] >= least or left[1:least].all())


def _link(before: float, after: float, codes: Numbers) -> Flags | None:
    """Pairs of counts with the step that is printed; None where there is none, or a count is too large to matter."""
    most = len(codes) - 1
    if not (before <= most and after <= most and before.is_integer() and after.is_integer()):
        return None
    return np.asarray(codes == codes[int(before), int(after)], dtype=bool)


_CODES: dict[tuple[str, str, str], Numbers] = {}


def _codes(source: str, kind: str, method: Method) -> Numbers:
    """What is printed of every pair of counts below ``REACH``: its step, or a number of its own for few."""
    own = source if source in method.source_overrides else ""
    key = (own, kind if kind in method.class_limits_by_kind else "", method.model_dump_json(include=STEP_RULES))
    if key not in _CODES:
        counts = np.arange(REACH, dtype=float)
        pairs = pd.DataFrame({"previous": np.repeat(counts, REACH), "current": np.tile(counts, REACH)})
        step, flag = marks_of(pairs.assign(source=source, kind=kind, unit=method.few.units[0]), method)
        _CODES[key] = step.where(flag != "few", FEW_CODE).to_numpy(float).reshape(REACH, REACH)
    return _CODES[key]


def _least(signals: pd.DataFrame, sources: Mapping[str, Source], method: Method) -> Numbers:
    least = signals["source"].map({key: least_of(source, method) for key, source in sources.items()})
    return np.asarray(least.fillna(0), dtype=float)
