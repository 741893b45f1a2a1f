"""differences → trends: the running sum of the aggregated differences, half-year by half-year."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from forevar.period import Period
from forevar.settings import Method, Substance
from forevar.terms import AGGREGATE

TREND_COLUMNS = ("substance", "period", "x", "difference", "level", "basis")


def long_term_trends(
    differences: pd.DataFrame, history: pd.DataFrame, method: Method, substances: Mapping[str, Substance]
) -> pd.DataFrame:
    """The curve of every substance since its start.

    Args:
        differences: From ``aggregated_differences``; the aggregate is read, from ``method.trend.scored_from`` on.
        history: Earlier main tables as tidy observations with dimension ``aggregate``: what was printed stays.
        method: Where the curves start, and at what level.
        substances: Their own starts, where they were taken in later.

    Returns:
        TREND_COLUMNS, sorted by substance and time. ``difference`` (no unit) is missing in the start row and in a
        half-year nobody scored; such a half-year adds nothing to ``level``. ``basis`` is ``start``, ``main_table``
        or ``raw``.
    """
    rows = pd.concat([history_differences(history), _scored(differences, method)], ignore_index=True)
    rows = rows.drop_duplicates(["substance", "period"], keep="first")
    curves = [
        _curve(key, rows[rows["substance"] == key], substance.trend_start or method.trend.start, method.trend.base)
        for key, substance in sorted(substances.items())
        if (rows["substance"] == key).any()
    ]
    if not curves:
        return pd.DataFrame(columns=list(TREND_COLUMNS))
    return pd.concat(curves, ignore_index=True)[list(TREND_COLUMNS)]


def history_differences(history: pd.DataFrame) -> pd.DataFrame:
    """The printed differences: substance, period, difference, basis."""
    table = history[history["dimension"] == AGGREGATE]
    table = table[["substance", "period", "value"]].rename(columns={"value": "difference"})
    return table.assign(basis="main_table")


def _scored(differences: pd.DataFrame, method: Method) -> pd.DataFrame:
    table = differences[differences["dimension"] == AGGREGATE]
    if method.trend.scored_from is not None:
        table = table[table["period"] >= str(method.trend.scored_from)]
    table = table[["substance", "period", "score"]].rename(columns={"score": "difference"})
    return table.assign(basis="raw")


def _curve(substance: str, rows: pd.DataFrame, start: Period, base: float) -> pd.DataFrame:
    rows = rows[rows["period"] > str(start)].sort_values("period")
    first = pd.DataFrame({"period": [str(start)], "difference": [float("nan")], "basis": ["start"]})
    curve = pd.concat([first, rows[["period", "difference", "basis"]]], ignore_index=True)
    curve["level"] = base + curve["difference"].fillna(0.0).cumsum()
    curve["x"] = curve["period"].map(lambda label: Period.parse(label).x)
    return curve.assign(substance=substance)
