"""certainty → plain sentences: how often the word holds, what it rests on, what would change it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from forevar.params import Params
from forevar.prose import score_word
from forevar.words import Words, capital


def agency_names(params: Params, words: Words) -> dict[str, str]:
    """Agency → the name a reader knows it by: that of its first source."""
    names: dict[str, str] = {}
    for key, source in params.sources.items():
        names.setdefault(source.agency or key, words.name(source.short or source.name))
    return names


def holds(share: float, words: Words) -> str:
    """``89 %``: rounded down, never up."""
    return words.percent(math.floor(100 * share) / 100)


def interval(row: Mapping[Any, Any], words: Words) -> str:
    """``+10 til +42``; a dash when nothing varies."""
    if pd.isna(row["low"]) or row["low"] == row["high"]:
        return "–"
    return words("doubt.interval", low=words.signed(row["low"]), high=words.signed(row["high"]))


def short_sentence(rows: pd.DataFrame, params: Params, words: Words) -> str:
    """Small print under a main finding: the shares in which its words hold, and a single source behind them.

    Args:
        rows: Certainty of the dimensions the finding names.
        params: For the agencies' names.
        words: The language.
    """
    known: list[Mapping[Any, Any]] = [row for row in rows.to_dict("records") if row["word"]]
    if not known:
        return ""
    if all(_is_still(row) for row in known):
        n = int(sum(row["n_sources"] for row in known))
        return words("doubt.all_stable" if n > 1 else "doubt.one_stable", n=words.count_word(n))
    shares = [holds(row["same_word"], words) for row in known]
    key = "doubt.words_hold" if len(shares) > 1 else "doubt.word_holds"
    sentences = [words(key, shares=words.join(shares))]
    names = agency_names(params, words)
    for row in known:
        if row["rests_on_one"]:
            sentences.append(words("doubt.rests_on_one", source=names.get(row["rests_on"], row["rests_on"])))
        elif row["flips_equal_weights"]:
            sentences.append(words("doubt.flips", dimension=words(f"dimension.{row['dimension']}")))
    return " ".join(sentences)


def paragraph(rows: pd.DataFrame, params: Params, words: Words) -> str:
    """How sure a substance's scores are, a sentence or two a dimension."""
    sentences = [_sentence(row, params, words) for row in rows.to_dict("records") if row["word"]]
    return " ".join(sentences) or words("doubt.nothing")


def _sentence(row: Mapping[Any, Any], params: Params, words: Words) -> str:
    names = agency_names(params, words)
    small = params.method.words.small
    dimension = capital(words(f"prose.definite.{row['dimension']}"))
    if _is_still(row):
        n = int(row["n_sources"])
        return words("doubt.still" if n > 1 else "doubt.one_still", dimension=dimension, n=words.count_word(n))
    without = row["word_without"]
    values = {
        "dimension": dimension, "word": score_word(row["word"], words, small), "share": holds(row["same_word"], words),
        "source": names.get(row["rests_on"], row["rests_on"]), "without": words.signed(row["score_without"]),
        "word_without": score_word(without, words, small) if without else words("text.no_score"),
    }  # fmt: skip
    if row["n_agencies"] == 1:
        return words("doubt.only", **values)
    sentence = words("doubt.same" if row["word"] == row["word_without"] else "doubt.other", **values)
    if row["word"] == row["word_without"] and row["would_change_if"]:
        changed = [names.get(agency, agency) for agency in str(row["would_change_if"]).split()]
        if len(changed) > 1:
            sentence += " " + words("doubt.change_if", sources=words.join(changed))
    return sentence


def _is_still(row: Mapping[Any, Any]) -> bool:
    """Whether every source says stable: then there is none that the word rests on."""
    return not row["rests_on"]
