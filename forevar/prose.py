"""Scored tables → sentences, worded only by ``params/phrases*``; strongest first, agreeing sources together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from forevar.origins import Cite, address, uncited
from forevar.rows import records
from forevar.settings import Source
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS, ChangeCategory, Reason
from forevar.words import Words, capital

Shown = Callable[[Mapping[Any, Any]], bool]
Figure = Callable[[Mapping[Any, Any], str], str]
"""A signal and ``current`` or ``previous`` → its count in words."""
UNSAID = (
    Reason.NO_COMPARISON, Reason.FIRST_TIME, Reason.PARTIAL, Reason.SUPPRESSED, Reason.SILENT, Reason.CLOSED,
)  # fmt: skip
ORDER = ("strong_rise", "rise", "small_rise", "strong_fall", "fall", "small_fall", "stable")
_MARKS = re.compile(r"([\\`*_{}\[\]<>#~|!&])")


def literally(text: str) -> str:
    """Words of others in a sentence of ours: on one line, and what Markdown would take for its own is only a letter."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def score_word(word: str, words: Words, small: str = "liten") -> str:
    """``liten nedgang`` for ``small_fall``; «svak» where the method prefers it."""
    if small == "svak" and words.has(f"change_weak.{word}"):
        return words(f"change_weak.{word}")
    return words(f"change.{word}")


def headline(scores: Mapping[str, str], words: Words, drop_small: bool, small: str = "liten") -> str:
    """``stabil bruk og nedgang i tilgjengelighet``.

    Args:
        scores: Dimension → word's key, in the order of the headline; an empty key had no score.
        words: The language.
        drop_small: Whether ``liten`` is left out, as the printed headlines do.
        small: The method's word for a small change.
    """
    parts = []
    for dimension, key in scores.items():
        name = words(f"dimension.{dimension}")
        if not key:
            parts.append(words("headline.none", dimension=name))
        elif key == "stable":
            neuter = words.has("headline.stable_neuter") and dimension == "availability"
            parts.append(words("headline.stable_neuter" if neuter else "headline.stable", dimension=name))
        else:
            shown = key.removeprefix("small_") if drop_small else key
            parts.append(words("headline.change", word=score_word(shown, words, small), dimension=name))
    return words.join(parts)


def lead(scores: Mapping[str, tuple[float, str]], words: Words, cite: Cite = uncited, origin: str = "") -> str:
    """A substance in two sentences: what each dimension does, and the aggregated difference.

    Args:
        scores: Dimension (and ``aggregate``) → (score, word's key).
        words: The language.
        cite: Writes the aggregated difference with its origin.
        origin: What the aggregated difference is made of.
    """
    by_word: dict[str, list[str]] = {}
    for dimension in SCORED_DIMENSIONS:
        key = scores.get(dimension, (float("nan"), ""))[1]
        by_word.setdefault(key, []).append(dimension)
    clauses = []
    for key in (*ORDER[:-1], "stable"):
        if key in by_word:
            names = [words(f"prose.definite.{dimension}") for dimension in by_word[key]]
            verb = words(f"prose.{'verb_plural' if len(names) > 1 else 'verb'}.{key}")
            if key == "stable" and by_word[key] == ["availability"]:
                verb = words("prose.stable_neuter")
            clauses.append(f"{words.join(names)} {verb}")
    # Clauses, unlike words, are parted by a comma before the last "and" too.
    joined = f", {words('and')} ".join(filter(None, (", ".join(clauses[:-1]), *clauses[-1:])))
    sentences = [capital(words("prose.lead", clauses=joined))] if clauses else []
    if "" in by_word:
        names = [words(f"dimension.{dimension}") for dimension in by_word[""]]
        sentences.append(words("prose.lead_unscored", dimensions=words.join(names, "or")))
    score, key = scores.get(AGGREGATE, (float("nan"), ""))
    if key:
        told = cite(words.signed(score), origin)
        sentences.append(words("prose.lead_score", score=told, word=words(f"prose.overall.{key}")))
    return " ".join(sentences)


def amount(value: float, unit: str, words: Words) -> str:
    """``3,1 kg``, ``900 g``, ``2 000 tabletter``, ``26``: the number with its unit, from 1,000 g in kilos."""
    if unit == "g" and abs(value) >= 1000:
        return f"{words.number(value / 1000, 1)}\u00a0kg"
    decimals = 0 if float(value).is_integer() or abs(value) >= 100 else 1
    number = words.number(value, decimals)
    suffix = words(f"unit.{unit}") if words.has(f"unit.{unit}") else ""
    return f"{number}\u00a0{suffix}" if suffix else number


def panel_sentence(row: Mapping[Any, Any], name: str, words: Words) -> str:
    """What the panel says of a dimension; in full name where the paragraph has not named it yet."""
    dimension, key = row["dimension"], row["word"]
    if key == "stable" and dimension == "availability":
        key = "stable_neuter"
    who = words("prose.panel.it") if dimension == "use" else name
    return words(f"prose.panel.change.{key}", panel=who, dimension=words(f"dimension.{dimension}"))


def sources_paragraph(
    signals: pd.DataFrame, sources: Mapping[str, Source], words: Words, shown: Shown, cite: Cite = uncited
) -> str:
    """What each source of one substance and dimension said, merged into a readable paragraph.

    Args:
        signals: Rows of one substance, dimension and period, without panels; ``origin_previous`` and
            ``origin_current`` empty where they may not be told.
        sources: For the names.
        words: The language.
        shown: Tells whether a row's counts may be printed.
        cite: Writes each count with the source, file and cell it comes from.

    Returns:
        Markdown; a sentence says so when no source covers the drug.
    """
    rows = signals[signals["reason"] != Reason.UNWEIGHTED]
    if rows.empty:
        return words("prose.no_sources")

    def figure(row: Mapping[Any, Any], column: str) -> str:
        number = amount(row[column], row["unit"], words)
        return cite(number, address(_name(row, sources, words), row[f"origin_{column}"]))

    sentences = []
    clear = rows[rows["value"].notna() & (rows["flag"] != "few")]
    for place, (key, group) in enumerate(_by_word(clear)):
        parts = _agency_parts(group, sources, words, shown, figure)
        opener = "first" if place == 0 else "then"
        sentences.append(words(f"prose.group.{opener}.{key}", sources=words.join(parts)))
    few = rows[rows["flag"] == "few"]
    if len(few):
        sentences.append(words("prose.few", sources=words.join(_named(few, sources, words))))
    for reason in UNSAID:
        group = rows[rows["reason"] == reason]
        if len(group):
            now = reason in (Reason.NO_COMPARISON, Reason.FIRST_TIME)
            names = _named(group, sources, words, shown if now else None, figure)
            sentences.append(words(f"prose.{reason}", sources=words.join(names)))
    return " ".join(capital(sentence) for sentence in sentences)


def _by_word(rows: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    """Groups with the same word, the weightiest group first and stable last."""
    groups = {str(key): group for key, group in rows.groupby("word")}

    def weight(key: str) -> tuple[bool, float]:
        return key == ChangeCategory.STABLE.key, -float(groups[key]["contribution"].abs().sum())

    for key in sorted(groups, key=weight):
        yield key, groups[key].sort_values("contribution", key=abs, ascending=False, kind="stable")


def _agency_parts(
    rows: pd.DataFrame, sources: Mapping[str, Source], words: Words, shown: Shown, figure: Figure
) -> list[str]:
    """One part per source, with the counts of every measure it has in the group."""
    parts = []
    for key in rows["source"].drop_duplicates():
        own = records(rows[rows["source"] == key])
        if len(own) == 1:
            parts.append(_counted(own[0], sources, words, shown, figure))
            continue
        source = sources[key]
        measures = words.join(_measured(row, sources, words, shown, figure) for row in own)
        parts.append(words("prose.both", source=words.name(source.short or source.name), parts=measures))
    return parts


def _measured(row: Mapping[Any, Any], sources: Mapping[str, Source], words: Words, shown: Shown, figure: Figure) -> str:
    """``beslag (14 mot 8, usikker)``."""
    measure = _measure(row, sources, words)
    if not shown(row):
        return measure
    current, previous = (figure(row, column) for column in ("current", "previous"))
    key = "part_uncertain" if _is_unsure(row) else "part_counts"
    return words(f"prose.{key}", measure=measure, current=current, previous=previous)


def _is_unsure(row: Mapping[Any, Any]) -> bool:
    """Whether the change could be chance: it was tested, it is called a change, and it is not clear."""
    return row["word"] != "stable" and row["test"] in ("poisson", "quasi_poisson", "fisher") and not row["is_clear"]


def _counted(row: Mapping[Any, Any], sources: Mapping[str, Source], words: Words, shown: Shown, figure: Figure) -> str:
    """``AFR (32 mot 20 pasienter)``, or the name and what was measured when the counts may not be shown."""
    name, measure = _name(row, sources, words), _measure(row, sources, words)
    if not shown(row):
        return words("prose.measure", source=name, measure=measure)
    current, previous = (figure(row, column) for column in ("current", "previous"))
    key = "counts" if row["unit"] == "count" else "amounts"
    if key == "counts" and _is_unsure(row):
        key = "counts_uncertain"
    return words(f"prose.{key}", source=name, measure=measure, current=current, previous=previous)


def _named(
    rows: pd.DataFrame,
    sources: Mapping[str, Source],
    words: Words,
    shown: Shown | None = None,
    figure: Figure | None = None,
) -> list[str]:
    """``Kriminalomsorgen (beslag)``; with ``shown`` and ``figure`` also the figure there is."""
    parts = []
    for row in records(rows):
        name, measure = _name(row, sources, words), _measure(row, sources, words)
        if figure and shown and shown(row) and pd.notna(row["current"]):
            key = "measure_now" if row["unit"] == "count" else "measure_now_amount"
            current = figure(row, "current")
            parts.append(words(f"prose.{key}", source=name, measure=measure, current=current))
        else:
            parts.append(words("prose.measure", source=name, measure=measure))
    return parts


def _name(row: Mapping[Any, Any], sources: Mapping[str, Source], words: Words) -> str:
    source = sources[row["source"]]
    return words.name(source.short or source.name)


def _measure(row: Mapping[Any, Any], sources: Mapping[str, Source], words: Words) -> str:
    measure = sources[row["source"]].measures.get(row["measure"])
    return words.name(measure.label or measure.name) if measure and measure.name else str(row["measure"])
