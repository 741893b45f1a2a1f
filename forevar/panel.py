"""answers → what a panel knows: counts of informants, terms and prices. Tables in, tables out."""

from __future__ import annotations

import pandas as pd

from forevar.score import panel_counts

__all__ = ["informants", "knows", "panel_counts", "prices", "terms"]


def informants(answers: pd.DataFrame, source: str, period: str) -> pd.Series:
    """How many answered the questionnaire, by group; empty when nobody did."""
    rows = _of(answers, source, period)
    return rows.drop_duplicates("informant").groupby("group")["informant"].size()


def knows(answers: pd.DataFrame, source: str, period: str, substance: str) -> pd.DataFrame:
    """Who knows of use.

    Returns:
        One row per group: group, knows (persons), n (persons in the group). A group without informants is absent.
    """
    sizes = informants(answers, source, period).rename("n")
    rows = _of(answers, source, period)
    yes = rows[(rows["substance"] == substance) & (rows["question"] == "knows") & (rows["answer"] == "yes")]
    counts = yes.groupby("group")["informant"].nunique().rename("knows")
    return sizes.to_frame().join(counts).fillna({"knows": 0}).astype({"knows": int}).reset_index()


def terms(answers: pd.DataFrame, source: str, period: str, substance: str, question: str) -> pd.Series:
    """How many named each term; most first, then by the alphabet. ``other`` is left out."""
    rows = _of(answers, source, period)
    rows = rows[(rows["substance"] == substance) & (rows["question"] == question) & (rows["answer"] != "other")]
    counts = rows.groupby("answer")["informant"].nunique().rename("persons").reset_index()
    counts = counts.sort_values(["persons", "answer"], ascending=[False, True])
    return counts.set_index("answer")["persons"]


def prices(answers: pd.DataFrame, source: str, period: str, substance: str, min_n: int) -> pd.DataFrame:
    """What the panel says it costs.

    Args:
        answers: Tidy answers; a price's ``answer`` is a number as text, its ``unit`` what it is for.
        source: The panel.
        period: The half-year.
        substance: Key.
        min_n: A unit priced by fewer informants than this is not shown.

    Returns:
        One row per unit, most informants first: unit, low, high (NOK), n (persons).
    """
    rows = _of(answers, source, period)
    rows = rows[(rows["substance"] == substance) & (rows["question"] == "price")]
    rows = rows.assign(price=pd.to_numeric(rows["answer"], errors="coerce")).dropna(subset=["price"])
    table = rows.groupby("unit").agg(low=("price", "min"), high=("price", "max"), n=("informant", "nunique"))
    table = table[table["n"] >= min_n].reset_index()
    return table.sort_values(["n", "unit"], ascending=[False, True], ignore_index=True)


def _of(answers: pd.DataFrame, source: str, period: str) -> pd.DataFrame:
    return answers[(answers["source"] == source) & (answers["period"] == period)]
