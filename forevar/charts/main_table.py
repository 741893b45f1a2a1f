"""signals → the main table: every source's step for every substance; differences → every substance's scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from forevar.blocks import Column, Credit, Table
from forevar.charts.caption import HIDDEN, origin_of, pair_of
from forevar.rows import records
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS, Reason
from forevar.words import HARD_SPACE, Words, capital

MOST_WITH_COUNTS = 6
"""Substances up to which a cell has room for its two counts."""

SIGNS = {Reason.SILENT: "..", Reason.CLOSED: "–", Reason.SUPPRESSED: HIDDEN, Reason.UNWEIGHTED: ""}
"""What stands where nothing is scored; the other reasons are a cell's flag."""


def main_table(
    signals: pd.DataFrame,
    substances: Mapping[str, str],
    *,
    words: Words,
    credit: Credit,
    differences: pd.DataFrame | None = None,
) -> Table:
    """Sources down, substances across, dimension by dimension.

    Args:
        signals: One period: ``substance, dimension, source, measure, label, weight, value, flag, reason, unit,
            previous, current``; ``previous_shown`` and ``current_shown`` where the true counts may not be printed.
            ``origin_previous`` and ``origin_current`` (file, sheet and cell) where they may be told. Indicators that
            are never scored are left out.
        substances: Substance → name, in the order of the columns.
        words: The reader's language.
        credit: Source line.
        differences: ``substance, dimension, score``: then each dimension begins with its scores, and the sums end
            the table.
    """
    keep = signals["substance"].isin(list(substances)) & (signals["reason"].fillna("") != Reason.UNWEIGHTED)
    shown = signals[keep]
    scores = _scores(differences)
    rows: list[tuple[Any, ...]] = []
    origins: dict[int, tuple[str, ...]] = {}
    groups: dict[int, str] = {}
    strong: list[int] = []
    for dimension in SCORED_DIMENSIONS:
        part = shown[shown["dimension"] == dimension]
        if part.empty:
            continue
        groups[len(rows)] = capital(words(f"dimension.{dimension}"))
        if differences is not None:
            strong.append(len(rows))
            rows.append(_score_row(words("charts.main_table.score"), dimension, substances, scores, words))
        order = part.groupby(["source", "measure"]).agg(weight=("weight", "max"), label=("label", "first"))
        for indicator, of in order.sort_values(["weight", "label"], ascending=[False, True]).iterrows():
            of_one = part[(part["source"] == indicator[0]) & (part["measure"] == indicator[1])]  # type: ignore[index]
            cells = {str(record["substance"]): record for record in records(of_one)}
            origins[len(rows)] = ("", *(origin_of(cells.get(key, {})) for key in substances))
            rows.append((capital(of["label"]), *(_cell(cells.get(key), len(substances), words) for key in substances)))
    if differences is not None and rows:
        groups[len(rows)] = capital(words("dimension.together"))
        strong.append(len(rows))
        rows.append(_score_row(words("charts.main_table.sum"), AGGREGATE, substances, scores, words))
    scored = shown["value"].dropna()
    key = "subtitle" if len(substances) <= MOST_WITH_COUNTS else "subtitle_marks"
    return Table(
        key="main_table",
        title=words("charts.main_table.title", up=int((scored > 0).sum()), down=int((scored < 0).sum()), n=len(scored)),
        columns=(
            Column(words("charts.main_table.source")),
            *(Column(capital(name), "left", "step") for name in substances.values()),
        ),
        rows=tuple(rows),
        credit=credit,
        subtitle=words(f"charts.main_table.{key}"),
        groups=groups,
        strong=tuple(strong),
        origins=tuple(origins.get(row, ()) for row in range(len(rows))),
    )


def scores_table(differences: pd.DataFrame, substances: Mapping[str, str], *, words: Words, credit: Credit) -> Table:
    """Score and word of every substance, dimension by dimension and together.

    Args:
        differences: One period: ``substance, dimension, score, word``; score NaN where nothing was scored.
        substances: Substance → name, in the order of the rows.
        words: The reader's language.
        credit: Source line.
    """
    known = {(row["substance"], row["dimension"]): row for row in records(differences)}
    dimensions = (*SCORED_DIMENSIONS, AGGREGATE)
    rows = tuple(
        (capital(name), *(_score_and_word(known.get((key, str(dimension))), words) for dimension in dimensions))
        for key, name in substances.items()
    )
    heads = [*(words(f"dimension.{dimension}") for dimension in SCORED_DIMENSIONS), words("dimension.together")]
    return Table(
        key="scores",
        title=words("charts.main_table.scores"),
        columns=(Column(words("charts.panel.substance")), *(Column(capital(head)) for head in heads)),
        rows=rows,
        credit=credit,
    )


def _scores(differences: pd.DataFrame | None) -> dict[tuple[str, str], float]:
    if differences is None:
        return {}
    return {(row["substance"], row["dimension"]): row["score"] for row in records(differences)}


def _score_row(
    label: str, dimension: str, substances: Mapping[str, str], scores: Mapping[tuple[str, str], float], words: Words
) -> tuple[str, ...]:
    found = (scores.get((key, str(dimension)), float("nan")) for key in substances)
    return (label, *("" if pd.isna(score) else words.signed(score, _decimals(score)) for score in found))


def _decimals(score: float) -> int:
    return 0 if float(score).is_integer() else 1


def _cell(record: Mapping[Any, Any] | None, columns: int, words: Words) -> str | dict[str, Any]:
    """A step with its counts; few without them; a sign or a reason where nothing was scored; empty without a source."""
    if record is None:
        return ""
    counts = ""
    if columns <= MOST_WITH_COUNTS and pd.isna(record.get("more")):
        counts = pair_of(record, words).replace(f"{HARD_SPACE}→{HARD_SPACE}", "→")
    if record["flag"] == "few":
        return {"step": 0, "flag": "few", "text": words("reason.few")}
    if pd.isna(record["value"]):
        reason = record["reason"] or Reason.NO_COMPARISON
        return SIGNS[reason] if reason in SIGNS else {"step": None, "flag": str(reason), "text": counts}
    return {"step": round(float(record["value"])), "flag": "", "text": counts}


def _score_and_word(row: Mapping[Any, Any] | None, words: Words) -> str:
    if row is None or pd.isna(row["score"]):
        return "–"
    return f"{words.signed(row['score'], _decimals(row['score']))}{HARD_SPACE} {words('change.' + row['word'])}"
