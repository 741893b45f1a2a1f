"""differences → the table of scores that ``forevar score`` prints."""

from __future__ import annotations

import pandas as pd

from forevar.params import Params
from forevar.period import Period
from forevar.prose import score_word
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS


def score_table(differences: pd.DataFrame, period: Period, params: Params) -> pd.DataFrame:
    """Every substance and dimension of one edition.

    Args:
        differences: From ``aggregated_differences``.
        period: The edition.
        params: Substances in their order, and the words.

    Returns:
        substance, dimension, score (text without decimals where whole; empty where nothing could be scored), word
        (key), word_nb. Substances of the register, four rows each.
    """
    now = differences[differences["period"] == str(period)]
    known = {(row["substance"], row["dimension"]): row for row in now.to_dict("records")}
    words = params.words("nb")
    rows = []
    for substance in params.substances:
        for dimension in (*SCORED_DIMENSIONS, AGGREGATE):
            row = known.get((substance, str(dimension)), {"score": float("nan"), "word": ""})
            text, word = "" if pd.isna(row["score"]) else f"{row['score']:g}", row["word"]
            shown = score_word(word, words, params.method.words.small) if word else ""
            rows.append((substance, str(dimension), text, word, shown))
    return pd.DataFrame(rows, columns=["substance", "dimension", "score", "word", "word_nb"])
