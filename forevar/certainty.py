"""signals → how far a score's word can be trusted: would it stand had other sources happened to report?

Resampling over sources says how robust a score is, not how large its sampling error is: the sources are no random
sample of anything. One agency's measures are kept together, for they fall and rise together.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forevar.history import Floats
from forevar.score import balance_step, word_of
from forevar.settings import Method
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS

CERTAINTY_COLUMNS = (
    "period", "substance", "dimension", "score", "word", "se", "low", "high", "same_word", "n_sources", "n_agencies",
    "rests_on", "score_without", "word_without", "without_low", "without_high", "rests_on_one", "would_change_if",
    "equal_score", "equal_word", "flips_equal_weights",
)  # fmt: skip
_STEPS = ("more", "same", "less")
_TAIL = 0.025
_ROUNDING = 1e-12
# Steps times weights are whole numbers, so sums coincide and even thirty agencies have a few hundred different ones.
# Weights that are not on a common grid reach this only above seven agencies; then sums are drawn instead.
_EXACT_SUMS = 20_000


@dataclass(frozen=True)
class Certainty:
    """What a score rests on and whether its word holds.

    Attributes:
        score: Sum of the contributions; missing when no source reported.
        word: The score's word, a key such as ``small_fall``; empty for a missing score.
        se: Standard deviation of the resampled sum.
        low: Smallest sum with at least 2.5 % of the resamples at or below it.
        high: Smallest sum with at least 97.5 % of them at or below it.
        same_word: Share of resamples with the same word, sign included; "stable" has no sign.
        leave_one_out: The score without each agency, in order of appearance.
        labels: The agencies in the same order; positions in the list when none were given.
        rests_on: The agency whose absence alone gives another word, else the one that carries most of the score;
            nothing when all stand at 0.
        would_change_if: The fewest agencies whose absence gives another word, the weightiest first; empty when no
            such set exists.
    """

    score: float
    word: str
    se: float
    low: float
    high: float
    same_word: float
    leave_one_out: list[float]
    labels: list[Hashable]
    rests_on: Hashable | None
    would_change_if: list[Hashable]

    @property
    def rests_on_one(self) -> bool:
        """Whether there is but one agency, or leaving out some single one gives another word."""
        return len(self.labels) == 1 or len(self.would_change_if) == 1


@dataclass(frozen=True)
class Part:
    """What one agency adds to a score: its contribution, and what it could have been had others answered.

    Attributes:
        label: The agency.
        score: Its contribution as it stands.
        values: Possible contributions; only ``score`` unless its informants are resampled.
        chances: Their probabilities.
    """

    label: Hashable
    score: float
    values: Floats
    chances: Floats


def score_certainty(
    contributions: Sequence[float | None],
    cut_points: tuple[float, ...] = (5, 15),
    agency: Sequence[Hashable] | None = None,
) -> Certainty:
    """How certain the sum of some contributions is.

    As many agencies as there are get drawn with replacement and their contributions added. Every outcome is counted,
    not sampled; see ``resampled_sum`` for the one exception.

    Args:
        contributions: Weight times value of each source; missing where a source was silent, which then is left out.
        cut_points: Up to the first a score is stable, up to the second small, above strong.
        agency: One label for each contribution; those of one agency are added before resampling. Without it each
            number is a source of its own.

    Raises:
        ValueError: ``agency`` has another length than ``contributions``.
    """
    labels = list(range(len(contributions))) if agency is None else list(agency)
    if len(labels) != len(contributions):
        raise ValueError(f"{len(contributions)} contributions but {len(labels)} agencies")
    sums: dict[Hashable, float] = {}
    for label, contribution in zip(labels, contributions, strict=True):
        if contribution is not None and not math.isnan(contribution):
            sums[label] = sums.get(label, 0.0) + float(contribution)
    return certainty_of([fixed(label, score) for label, score in sums.items()], cut_points)


def fixed(label: Hashable, score: float) -> Part:
    """A part whose contribution is what it is."""
    return Part(label, score, np.array([score]), np.array([1.0]))


def certainty_of(parts: Sequence[Part], cut_points: tuple[float, ...], seed: int = 0, draws: int = 9_999) -> Certainty:
    """How certain the sum of some parts is.

    Args:
        parts: One per agency that reported.
        cut_points: As in ``score_certainty``.
        seed: Used only where sums are drawn.
        draws: The same.
    """
    if not parts:
        return Certainty(math.nan, "", math.nan, math.nan, math.nan, math.nan, [], [], None, [])
    scores = np.array([part.score for part in parts])
    labels = [part.label for part in parts]
    score = float(scores.sum())
    word = _word(score, cut_points)
    sums, chances = resampled_sum(parts, seed, draws)
    below = np.cumsum(chances)
    low, high = (float(sums[np.searchsorted(below, point - _ROUNDING)]) for point in (_TAIL, 1 - _TAIL))
    mean = float(sums @ chances)
    change_if = _fewest_that_change(scores, labels, cut_points)
    same = float(chances[_degrees(sums, cut_points) == _degrees(np.array([score]), cut_points)].sum())
    return Certainty(
        score=score,
        word=word,
        se=float(np.sqrt(chances @ (sums - mean) ** 2)),
        low=low,
        high=high,
        same_word=round(same, 12),  # 1 is 1: the share is rounded down where it is printed
        leave_one_out=[float(one) for one in score - scores],
        labels=labels,
        rests_on=change_if[0] if len(change_if) == 1 else _heaviest(scores, labels),
        would_change_if=change_if,
    )


def resampled_sum(parts: Sequence[Part], seed: int, draws: int) -> tuple[Floats, Floats]:
    """Distribution of the sum of as many parts as there are, drawn with replacement.

    The draws are independent, so adding one draw at a time and merging equal sums counts every multiset of agencies
    with its probability. Exact up to seven agencies whatever their weights, and beyond that as long as sums coincide,
    as they do with whole weights; otherwise ``draws`` sums are drawn with the seed.

    Returns:
        Sums, ascending, and their probabilities.
    """
    n = len(parts)
    values, chances = _merge(
        np.concatenate([part.values for part in parts]), np.concatenate([part.chances for part in parts]) / n
    )
    sums, weights = np.zeros(1), np.ones(1)
    for _ in range(n):
        sums, weights = _merge(np.add.outer(sums, values).ravel(), np.multiply.outer(weights, chances).ravel())
        if n > 7 and len(sums) > _EXACT_SUMS:
            drawn = np.random.default_rng(seed).choice(values, p=chances, size=(draws, n)).sum(axis=1)
            return _merge(drawn, np.full(draws, 1 / draws))
    return sums, weights


def certainty_table(signals: pd.DataFrame, method: Method, answers: pd.DataFrame | None = None) -> pd.DataFrame:
    """How certain every score is, and its word with it.

    Args:
        signals: From ``score_signals``, of any number of half-years. Sources without a value are left out.
        method: Cut points, normalisation, ``certainty`` (seed, draws) and the panel's limits.
        answers: Tidy answers; the panel's informants are then resampled inside their group.

    Returns:
        CERTAINTY_COLUMNS, one row per period, substance and dimension with ``aggregate`` as a fourth. A score in
        which nothing was scored has missing numbers and an empty word. ``rests_on`` and ``would_change_if`` (a tuple)
        hold agencies. ``without_low`` and ``without_high`` are the ends of the scores with one agency left out.
        ``equal_score`` is the score when every source has the mean weight of those that reported.
    """
    scored = signals[signals["value"].notna() & (signals["weight"] > 0)]
    drawn = _panel_draws(scored, method, answers)
    heard: dict[tuple[str, str, str], list[_Voice]] = {}
    columns = ["period", "substance", "dimension", "agency", "source", "weight", "value"]
    for index, row in zip(scored.index, scored[columns].itertuples(index=False, name=None), strict=True):
        period, substance, dimension, agency, source, weight, value = row
        voice = _Voice(agency, source, weight, value, drawn.get(index))
        heard.setdefault((period, substance, dimension), []).append(voice)
    asked = signals.loc[signals["dimension"].isin(SCORED_DIMENSIONS), ["period", "substance", "dimension"]]
    have: dict[tuple[str, str], set[str]] = {}
    for period, substance, dimension in asked.drop_duplicates().itertuples(index=False, name=None):
        have.setdefault((period, substance), set()).add(dimension)
    rows: list[dict[str, Any]] = []
    for (period, substance), dimensions in sorted(have.items()):
        whole: list[_Voice] = []
        for dimension in (str(one) for one in SCORED_DIMENSIONS if one in dimensions):
            voices = heard.get((period, substance, dimension), [])
            whole += voices
            about = {"period": period, "substance": substance, "dimension": dimension}
            rows.append(about | _row(voices, method.words.sub_score_cuts, method))
        about = {"period": period, "substance": substance, "dimension": AGGREGATE}
        rows.append(about | _row(whole, method.words.aggregate_cuts, method))
    return pd.DataFrame(rows, columns=list(CERTAINTY_COLUMNS))


@dataclass(frozen=True)
class _Voice:
    """One scored row: a source's measure."""

    agency: str
    source: str
    weight: float
    value: float
    steps: Floats | None


def _row(voices: Sequence[_Voice], cuts: tuple[float, ...], method: Method) -> dict[str, Any]:
    """One score's certainty."""
    total = sum(voice.weight for voice in voices)
    factor = 1.0
    if method.normalisation == "share_of_maximum" and voices:
        factor = 100 / (total * max(method.class_values))
    agencies: dict[str, list[_Voice]] = {}
    for voice in voices:
        agencies.setdefault(voice.agency, []).append(voice)
    parts = [_agency_part(label, own, factor) for label, own in agencies.items()]
    found = certainty_of(parts, cuts, method.certainty.seed, method.certainty.draws)
    without = found.leave_one_out[found.labels.index(found.rests_on)] if found.rests_on is not None else math.nan
    equal = sum(voice.value for voice in voices) * total / len(voices) * factor if voices else math.nan
    equal_word = _word(equal, cuts)
    return {
        "score": found.score, "word": found.word, "se": found.se, "low": found.low, "high": found.high,
        "same_word": found.same_word, "n_sources": len({voice.source for voice in voices}), "n_agencies": len(parts),
        "rests_on": found.rests_on or "", "score_without": without, "word_without": _word(without, cuts),
        "without_low": min(found.leave_one_out, default=math.nan),
        "without_high": max(found.leave_one_out, default=math.nan),
        "rests_on_one": found.rests_on_one, "would_change_if": tuple(found.would_change_if),
        "equal_score": equal, "equal_word": equal_word, "flips_equal_weights": equal_word != found.word,
    }  # fmt: skip


def _agency_part(label: str, voices: Sequence[_Voice], factor: float) -> Part:
    """An agency's rows as one part; resampled where its informants' answers are at hand."""
    score = sum(voice.weight * voice.value for voice in voices) * factor
    resampled = [voice.weight * voice.steps for voice in voices if voice.steps is not None]
    if not resampled:
        return fixed(label, score)
    rest = sum(voice.weight * voice.value for voice in voices if voice.steps is None)
    together = (np.sum(resampled, axis=0) + rest) * factor
    return Part(label, score, *_merge(together, np.full(len(together), 1 / len(together))))


def _panel_draws(scored: pd.DataFrame, method: Method, answers: pd.DataFrame | None) -> dict[Hashable, Floats]:
    """For each scored row of a panel its step in every draw; the same informants for use and availability."""
    drawn: dict[Hashable, Floats] = {}
    if answers is None or answers.empty:
        return drawn
    questions = {"use_change": "use", "availability_change": "availability"}
    told = answers[answers["question"].isin(questions)].assign(dimension=lambda rows: rows["question"].map(questions))
    panels = scored[scored["more"].notna()]
    draws = method.certainty.panel_draws
    for (source, period), rows in panels.groupby(["source", "period"], observed=True, sort=True):
        own = told[(told["source"] == source) & (told["period"] == period)]
        people = answers[(answers["source"] == source) & (answers["period"] == period)]
        groups = people.drop_duplicates("informant").set_index("informant")["group"]
        members = [np.flatnonzero(groups.to_numpy() == name) for name in sorted(groups.unique())]
        # how often each informant is drawn, group by group; the same draws for every substance, whatever else there is
        rng = np.random.default_rng(method.certainty.seed)
        times = np.zeros((draws, len(groups)))
        for who in members:
            times[:, who] = rng.multinomial(len(who), np.full(len(who), 1 / len(who)), size=draws)
        for index, row in rows.iterrows():
            said = own[(own["substance"] == row["substance"]) & (own["dimension"] == row["dimension"])]
            said = said.drop_duplicates("informant").set_index("informant")["answer"].reindex(groups.index)
            counted = np.stack([[times[:, who] @ (said.to_numpy()[who] == step) for who in members] for step in _STEPS])
            drawn[index] = _steps_of_draws(counted, method)
    return drawn


def _steps_of_draws(counted: Floats, method: Method) -> Floats:
    """The panel's step per draw from (more, same, less) by group by draw; 0 when too few of those drawn answered."""
    pooled = counted.sum(axis=1)
    answers = pooled.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if method.panel.groups == "pooled":
            balance = (pooled[0] - pooled[2]) / answers
        else:
            spoke = counted.sum(axis=0) > 0
            balance = np.nan_to_num((counted[0] - counted[2]) / counted.sum(axis=0)).sum(axis=0) / spoke.sum(axis=0)
    balance[answers < max(method.panel.min_answers, 1)] = np.nan
    return np.nan_to_num(balance_step(balance, answers, method))


def _merge(values: Floats, chances: Floats) -> tuple[Floats, Floats]:
    """Equal values as one, with their probabilities added; equal to twelve digits of the largest."""
    scale = float(np.max(np.abs(values), initial=0.0)) or 1.0
    unique, first, inverse = np.unique(np.round(values / scale, 12), return_index=True, return_inverse=True)
    return values[first], np.bincount(inverse, weights=chances, minlength=len(unique)).astype(float)


def _word(score: float, cuts: tuple[float, ...]) -> str:
    """The score's word, whatever order it was added up in."""
    return word_of(round(score, 9), cuts)


def _degrees(sums: Floats, cuts: tuple[float, ...]) -> Floats:
    """A number for each sum's word, as ``_word`` would give it: 0 is stable, rises above, falls below."""
    rounded = np.round(sums, 9)
    return np.sign(rounded) * np.searchsorted(np.asarray(cuts, dtype=float), np.abs(rounded), side="left")


def _heaviest(scores: Floats, labels: list[Hashable]) -> Hashable | None:
    """The largest contribution in the score's own direction; in any direction where the score is 0."""
    total = scores.sum()
    pull = scores * np.sign(total) if total else np.abs(scores)
    return labels[int(np.argmax(pull))] if pull.max() > 0 else None


def _fewest_that_change(scores: Floats, labels: list[Hashable], cuts: tuple[float, ...]) -> list[Hashable]:
    """The fewest agencies to leave out for another word: the largest of one direction, either direction tried."""
    word = _word(float(scores.sum()), cuts)
    best: list[Hashable] = []
    for direction in (np.sign(scores.sum()) or 1.0, -(np.sign(scores.sum()) or 1.0)):
        order = np.argsort(-scores * direction, kind="stable")
        order = order[scores[order] * direction > 0]
        for number, left in enumerate(scores.sum() - np.cumsum(scores[order]), 1):
            if _word(float(left), cuts) != word:
                if not best or number < len(best):
                    best = [labels[position] for position in order[:number]]
                break
    return best
