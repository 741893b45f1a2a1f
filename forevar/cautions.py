"""change, season, agreement, alerts, sensitivity, back-test → plain sentences and short texts for tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from forevar.backtest import WAYS, Backtest
from forevar.doubt import agency_names, holds
from forevar.params import Params
from forevar.prose import score_word
from forevar.rows import records
from forevar.rules import CertaintyRules, SignalRules
from forevar.sensitivity import CHOICES
from forevar.words import HARD_SPACE, Words, capital

REMARKS = ("moves_apart", "activity_fell", "season_turns", "is_unexpected")


def ratio_text(ratio: float, words: Words) -> str:
    """``2,2 ganger``; ``fra ingen`` when there was nothing before."""
    if pd.isna(ratio):
        return words("certainty.no_number")
    return words("certainty.from_none") if math.isinf(ratio) else words("certainty.ratio", ratio=_times(ratio, words))


def interval_text(low: float, high: float, words: Words) -> str:
    """``1,5–3,2``; ``1,2 og oppover`` when there is no upper end."""
    if pd.isna(low) or pd.isna(high):
        return words("certainty.no_number")
    if math.isinf(high):
        return words("certainty.interval_open", low=_times(low, words))
    return words("certainty.interval", low=_times(low, words), high=_times(high, words))


def p_text(p: float, words: Words) -> str:
    """``0,010``; ``< 0,001`` for what is smaller."""
    if pd.isna(p):
        return words("certainty.no_number")
    return words("certainty.p_small").replace(" ", HARD_SPACE) if p < 0.0005 else words.number(p, 3)


def remarks(row: Mapping[str, Any], words: Words) -> list[str]:
    """What a reader should know of one source's change.

    Args:
        row: A signal with CHANGE_COLUMNS, and SEASON_COLUMNS where they were added.
        words: The language.
    """
    found = [words(f"certainty.remark.{name}") for name in REMARKS if row.get(name) in (True, 1)]
    rank, n = row.get("rank_10y", math.nan), row.get("n_10y", math.nan)
    if not pd.isna(rank) and n >= 4:
        if rank == 1:
            found.append(words("certainty.remark.highest", n=words.number(n)))
        elif rank == n:
            found.append(words("certainty.remark.lowest", n=words.number(n)))
    return found


def tests_sentence(changes: pd.DataFrame, dimension: str, words: Words) -> str:
    """How many changes of a dimension were tested and how many are clear."""
    tested = changes[(changes["dimension"] == dimension) & changes["p"].notna()]
    name = words(f"dimension.{dimension}")
    if tested.empty:
        return words("certainty.tests.none", dimension=name)
    clear = int(tested["is_clear"].sum())
    key = "certainty.tests.counted" if clear > 1 else "certainty.tests.counted_one"
    return words(key, dimension=name, n=words.number(len(tested)), clear=capital(words.count_word(clear)))


def robust_sentence(certainty: pd.DataFrame, limit: float, words: Words) -> str:
    """How many words hold, rest on one source, or flip under equal weights."""
    known = certainty[certainty["word"] != ""]
    held, n, one, flips = words.count_words(
        int((known["same_word"] >= limit).sum()),
        len(known),
        int(known["rests_on_one"].sum()),
        int(known["flips_equal_weights"].sum()),
    )
    values = {"held": capital(held), "n": n, "one": capital(one), "flips": flips}
    return words("certainty.robust.counts", limit=words.percent(limit), **values)


def season_sentences(rows: pd.DataFrame, rules: CertaintyRules, words: Words) -> list[str]:
    """What season and time say of some changes.

    Args:
        rows: Signals with SEASON_COLUMNS and ``label``.
        rules: ``alpha`` and ``trend_points``.
        words: The language.
    """
    sentences = []
    clear = rows["trend_p"] <= rules.alpha
    kinds: tuple[tuple[str, pd.Series], ...] = (
        ("turns", rows["season_turns"]),
        ("unexpected", rows["is_unexpected"]),
        ("trend_rise", clear & (rows["trend_tau"] > 0)),
        ("trend_fall", clear & (rows["trend_tau"] < 0)),
    )
    for key, chosen in kinds:
        labels = [in_brackets(label) for label in dict.fromkeys(rows.loc[chosen, "label"])]
        if labels:
            text = words(f"certainty.season.{key}", sources=words.join(labels), n=words.number(rules.trend_points))
            sentences.append(capital(text))
        elif key == "turns" and rows["year_ago"].notna().any():
            sentences.append(words("certainty.season.same"))
    return sentences


def curve_sentence(turns: Sequence[tuple[str, float, float]], words: Words) -> str:
    """Where the long-term curve changes pace; empty where it does not."""
    told = []
    for period, before, after in turns:
        pace = {"before": words.signed(before, 1), "after": words.signed(after, 1)}
        told.append(words("certainty.season.turn", period=words.period(period), **pace))
    return words("certainty.season.curve", turns=words.join(told)) if told else ""


def agreement_remarks(row: Mapping[str, Any], params: Params, words: Words) -> list[str]:
    """What to be careful about where a substance's sources are held together: AGREEMENT_COLUMNS → short notes."""
    agencies = agency_names(params, words)
    found = []
    for pair in row["overlap"]:
        names = words.join([agencies.get(agency, agency) for agency in pair])
        found.append(words("certainty.agreement.overlap", agencies=names))
    if row["activity_fell"]:
        names = words.join([source_name(source, params, words) for source in row["activity_fell"]])
        found.append(words("certainty.agreement.fell", sources=names))
    if row["parts_ways"]:
        small = params.method.words.small
        values = {key: score_word(row[key], words, small) for key in ("perceived", "measured")}
        found.append(words("certainty.agreement.parts", **values))
    return found


def sensitivity_sentence(row: Mapping[str, Any], params: Params, words: Words) -> str:
    """Whether a word stands under other choices, and which choice matters most."""
    small = params.method.words.small
    values = {
        "dimension": capital(words(f"dimension.{row['dimension']}")), "word": score_word(row["word"], words, small),
        "n": words.number(row["n_choices"]),
    }  # fmt: skip
    if not row["others"]:
        return words("certainty.sensitivity.always", **values)
    others = words.join([words("quoted", text=score_word(other, words, small)) for other in row["others"]], "or")
    most = min(CHOICES, key=lambda choice: float(row[f"share_{choice}"]))
    choice = words(f"certainty.sensitivity.choice.{most}")
    share = holds(row["share"], words)
    return words("certainty.sensitivity.share", **values, share=share, others=others, choice=choice)


def alert_text(row: Mapping[str, Any], shown: bool, words: Words) -> str:
    """Why something is on the list of what to look at first.

    Args:
        row: ALERT_COLUMNS.
        shown: Whether its figures may be printed.
        words: The language.
    """
    reason = str(row["reason"])
    if reason == "slang":
        return words("certainty.look.slang", detail=row["detail"])
    if reason in ("new", "apart"):
        return words(f"certainty.look.{reason}")
    if reason == "clear" and pd.isna(row["current"]):
        return words("certainty.look.clear_panel")
    if not shown:
        return words("certainty.look.hidden")
    figures = {name: words.number(row[name]) for name in ("current", "previous", "expected", "bound")}
    return words(f"certainty.look.{reason}", **figures)


def look_sentences(n_series: int, n_tests: int, rules: SignalRules, words: Words) -> list[str]:
    """How many comparisons the list rests on, and how often its bound is passed when nothing happens."""
    sentences = [words("certainty.look.count", series=words.number(n_series), tests=words.number(n_tests))]
    rate = rules.measured.get(rules.bound)
    if rate:
        shares = {
            name: words.percent(share, 1) for name, share in (("stable", rate.stable), ("scattered", rate.scattered))
        }
        sentences.append(words("certainty.look.rate", **shares, nominal=words.percent(rules.alpha)))
    return sentences


def backtest_sentences(result: Backtest, params: Params, words: Words) -> list[str]:
    """The definition of a real rise, and how each way of telling did."""
    rules = params.method.backtest
    numbers = {name: words.number(getattr(rules, name)) for name in ("span", "sources", "early", "late")}
    sentences = [words("certainty.backtest.definition", growth=words.number(rules.growth, 1), **numbers)]
    if not result.judged[0]:
        return [*sentences, words("certainty.backtest.too_short")]
    first, last = (words.period(period) for period in result.judged)
    sentences.append(words("certainty.backtest.span", first=first, last=last))
    if result.rises.empty:
        return [*sentences, words("certainty.backtest.none")]
    rows: Sequence[Mapping[Any, Any]] = records(result.ways)
    for row in rows:
        values = {"found": row["n_found"], "n": row["n_rises"], "false": row["n_false"], "judged": row["n_judged"]}
        told = {name: words.number(value) for name, value in values.items()}
        sentences.append(words("certainty.backtest.found", way=words(f"certainty.backtest.way.{row['way']}"), **told))
    return sentences


def way_texts(row: Mapping[str, Any], words: Words) -> list[str]:
    """For one rise, when each way first told of it: ``høst 2024 (+1)``; a dash when it never did in time."""
    texts = []
    for way in WAYS:
        lead = row[f"lead_{way}"]
        period = row[way]
        texts.append(f"{words.period(period)} ({words.signed(lead)})" if period else words("certainty.no_number"))
    return texts


def in_brackets(label: str) -> str:
    """``Tolletaten (beslag)`` from ``Tolletaten, beslag``, so that several can be listed."""
    source, _, measure = label.partition(", ")
    return f"{source} ({measure})" if measure else source


def source_name(source: str, params: Params, words: Words) -> str:
    """A source's short name."""
    entry = params.sources.get(source)
    return words.name(entry.short or entry.name) if entry else source


def _times(ratio: float, words: Words) -> str:
    """Two decimals below 10, one below 100."""
    return words.number(ratio, 2 if ratio < 10 else 1 if ratio < 100 else 0)
