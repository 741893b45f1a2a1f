"""What a build said, kept beside its report, and what differs between two such: numbers, words, and why.

What is kept holds no more than a report may print: reports are sent. A source's two counts are kept only where it is
open and neither count is small; whether a hidden one changed is seen by its file, never by the count.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from forevar.corrections import load_corrections
from forevar.disclosure import is_small, least_of
from forevar.files import write_together
from forevar.params import Params
from forevar.period import Period
from forevar.score import INDICATOR, aggregated_differences
from forevar.settings import Method
from forevar.store import Tables, input_hashes
from forevar.workspace import Workspace

SIGNAL = (*INDICATOR, "previous", "current", "value", "weight", "contribution", "reason")
SCORE = ("period", "substance", "dimension", "score", "word")
LATEST, EARLIER = "draft.json", "draft.before.json"
_FIGURES = ["previous", "current"]
_GROUP = ["substance", "dimension"]
_SETUP = ("params/sources.yml", "params/substances.yml", "params/sources/")
_METHOD = "params/method.yml"


@dataclass(frozen=True)
class Draft:
    """What an edition says, and what it rests on.

    Attributes:
        edition: ``2026-1``.
        made: When it was built; empty for what has not been built.
        signals: SIGNAL of the edition's half-year. ``previous`` and ``current`` are missing where they may not be
            printed.
        scores: SCORE of every half-year up to it.
        files: Source → raw file → digest of it and of its sidecar.
        decided: File in ``params/`` → digest; recipes and texts of other editions aside.
        corrections: Raw file → digest of what is mended in it.
        method: ``params/method.yml``, key by key.
        revised: Cells whose figure replaced that of an earlier file.
        library: Digest of forevar's own code.
    """

    edition: str
    made: str
    signals: pd.DataFrame
    scores: pd.DataFrame
    files: dict[str, dict[str, str]]
    decided: dict[str, str]
    corrections: dict[str, str]
    method: dict[str, Any]
    revised: tuple[str, ...]
    library: str

    def as_json(self) -> str:
        """The whole of it as text."""
        tables = {name: getattr(self, name).to_dict("split", index=False) for name in ("signals", "scores")}
        whole = {**{name: value for name, value in vars(self).items() if name not in tables}, **tables}
        return json.dumps(_without_nan(whole), ensure_ascii=False) + "\n"


@dataclass(frozen=True)
class Differences:
    """What differs between two drafts.

    Attributes:
        before: The earlier.
        after: The later.
        scores: A row per substance and dimension whose score, word or signals differ: substance, dimension,
            score_before, word_before, score, word, and same_before and same: the scores over the sources that were
            scored in both. Missing where nothing was scored.
        signals: A row per indicator that differs: INDICATOR, and of both previous, current, value, weight,
            contribution and reason (``…_before`` for the earlier); ``why``: a tuple of causes: ``lost``, ``new``,
            ``weight``, ``correction``, ``data``, ``method``, ``setup`` (register and profiles), ``program``, ``other``.
        lost: Sources that were scored before and are not now.
        new: Sources that are scored now and were not before.
        basis: Cause → names of the files or keys that differ.
        earlier: SCORE of earlier half-years whose score differs, with score_before and word_before.
    """

    before: Draft
    after: Draft
    scores: pd.DataFrame
    signals: pd.DataFrame
    lost: tuple[str, ...]
    new: tuple[str, ...]
    basis: dict[str, tuple[str, ...]]
    earlier: pd.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all differs."""
        return self.scores.empty and self.earlier.empty and not any(self.basis.values())


def draft_of(params: Params, tables: Tables, edition: Period | str, made: str = "") -> Draft:
    """What the tables and params say of an edition now."""
    label, workspace = str(edition), params.workspace
    scores = tables.differences[tables.differences["period"] <= label][list(SCORE)].reset_index(drop=True)
    hashes = input_hashes(workspace)
    files: dict[str, dict[str, str]] = {}
    for row in tables.files.sort_values(["source", "path"]).to_dict("records"):
        sidecar = hashes.get(f"{row['path']}.yml", "")
        files.setdefault(row["source"], {})[row["path"]] = _digest(row["sha256"] + sidecar)
    mended: dict[str, list[Any]] = {}
    for entry, _ in load_corrections(workspace).entries:
        mended.setdefault(entry.where.partition(":")[0], []).append(entry.model_dump(mode="json"))
    revised = tables.notices[tables.notices["key"].isin(["revised", "newly_suppressed"])]["where"]
    return Draft(
        label, made, _rounded(_printable(tables.signals, params, Period.parse(edition))), _rounded(scores), files,
        _decided(workspace, label), {name: _digest(json.dumps(found)) for name, found in mended.items()},
        params.method.model_dump(mode="json"), tuple(sorted(set(revised))), hashes["forevar"],
    )  # fmt: skip


def keep_draft(workspace: Workspace, params: Params, tables: Tables, edition: Period | str) -> None:
    """Keep what a build said; the one before is kept too, until yet another says something else.

    Building the same again, or in another language, is no new draft.
    """
    folder = workspace.reports(edition)
    made = dt.datetime.now().astimezone().isoformat(timespec="minutes")
    draft, last = draft_of(params, tables, edition, made), read_draft(workspace, edition)
    files = {folder / LATEST: draft.as_json()}
    if last is not None and is_same(last, draft):
        files = {folder / LATEST: replace(draft, made=last.made).as_json()}
    elif last is not None:
        files = {folder / EARLIER: last.as_json(), **files}
    write_together(files)


def read_draft(workspace: Workspace, edition: Period | str, name: str = LATEST) -> Draft | None:
    """What an edition's last build said (``LATEST``), or the one before (``EARLIER``); None when there is none."""
    try:
        kept = json.loads((workspace.reports(edition) / name).read_text(encoding="utf-8"))
        for table, numbers in (("signals", SIGNAL[4:9]), ("scores", ("score",))):
            read = pd.DataFrame(kept[table]["data"], columns=kept[table]["columns"])
            kept[table] = read.astype(dict.fromkeys(numbers, float))
        return Draft(**{**kept, "revised": tuple(kept["revised"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def is_same(one: Draft, other: Draft) -> bool:
    """Whether two drafts say the same and rest on the same, whenever and with whichever code they were made."""
    return replace(one, made="", library="").as_json() == replace(other, made="", library="").as_json()


def differences(before: Draft, after: Draft, method: Method) -> Differences:
    """What differs between two drafts of one edition, or between two editions.

    Args:
        before: The earlier.
        after: The later. Of another edition, both made from the same files: what differs is then what the sources say.
        method: Cut points of the words for the like-for-like scores.
    """
    scored = [set(one.signals[one.signals["value"].notna()]["source"]) for one in (before, after)]
    lost, new = scored[0] - scored[1], scored[1] - scored[0]
    basis = _basis(before, after)
    both = before.signals.merge(after.signals, on=INDICATOR, how="outer", suffixes=("_before", ""), sort=True)
    numbers = [*_FIGURES, "value", "contribution"]
    if before.edition != after.edition:
        numbers = ["contribution"]  # every half-year has its own figures
    both = both[differs(both, numbers)]
    causes = [
        _causes_of_editions(row) if before.edition != after.edition else _causes(row, before, after, basis, lost, new)
        for row in both.to_dict("records")
    ]
    both = both.assign(why=pd.Series(causes, index=both.index, dtype=object)).reset_index(drop=True)
    scores = [one.scores[one.scores["period"] == one.edition].drop(columns="period") for one in (before, after)]
    table = scores[0].merge(scores[1], on=_GROUP, how="outer", suffixes=("_before", ""))
    touched = table[_GROUP].apply(tuple, axis=1).isin(set(both[_GROUP].itertuples(index=False, name=None)))
    moved = other_word(table) | differs(table, ["score"]) | (touched if before.edition == after.edition else False)
    same = like_for_like(before.signals, after.signals, method)
    past = [one.scores[one.scores["period"] < min(before.edition, after.edition)] for one in (before, after)]
    earlier = past[0].merge(past[1], on=["period", *_GROUP], how="outer", suffixes=("_before", ""))
    return Differences(
        before, after, table[moved].merge(same, on=_GROUP, how="left"), both,
        tuple(sorted(lost)), tuple(sorted(new)), basis, earlier[differs(earlier, ["score"])].reset_index(drop=True),
    )  # fmt: skip


def like_for_like(before: pd.DataFrame, after: pd.DataFrame, method: Method) -> pd.DataFrame:
    """Scores over the sources that were scored both times.

    Args:
        before: SIGNAL of one half-year or draft.
        after: Of another.
        method: Cut points and normalisation; with ``measures: separate`` each of a source's measures counts for itself.

    Returns:
        substance, dimension (``aggregate`` too), same_before, same; no row where no source was scored both times.
    """
    keys = ["source", *_GROUP, *(["measure"] if method.measures == "separate" else [])]
    scored = [one[one["value"].notna()] for one in (before, after)]
    common = scored[0][keys].merge(scored[1][keys]).drop_duplicates()
    rows = [one.merge(common, on=keys).assign(period=name) for one, name in zip(scored, ("a", "b"), strict=True)]
    table = aggregated_differences(pd.concat(rows, ignore_index=True), method)
    sides = [table[table["period"] == name][[*_GROUP, "score"]] for name in ("a", "b")]
    found = sides[0].merge(sides[1], on=_GROUP, suffixes=("_before", ""))
    return found.rename(columns={"score_before": "same_before", "score": "same"})


def _causes(
    row: Mapping[Any, Any], before: Draft, after: Draft, basis: Mapping[str, Any], lost: set[str], new: set[str]
) -> tuple[str, ...]:
    """Why a signal differs between two drafts: all that may have done it, what is nearest to it first."""
    source = row["source"]
    was, now = before.files.get(source, {}), after.files.get(source, {})
    if source in lost and was.keys() - now.keys():
        return ("lost",)
    if source in new and now.keys() - was.keys():
        return ("new",)
    figures = [(row[f"{name}_before"], row[name]) for name in _FIGURES]
    is_known = any(pd.notna(one) and pd.notna(other) for one, other in figures)
    is_equal = is_known and all(_equal(*pair) for pair in figures)
    weight = not _equal(row["weight_before"], row["weight"]) and bool(basis["setup"] or basis["method"])
    if weight and _equal(row["value_before"], row["value"]) and (is_equal or not is_known):
        return ("weight",)
    mended = any(before.corrections.get(name) != after.corrections.get(name) for name in was | now)
    found = () if is_equal else (("correction",) if mended else ()) + (("data",) if was != now else ())
    if not found:
        found = tuple(cause for cause in ("method", "setup", "program") if basis[cause])
    elif not is_known:  # the counts are not kept, so the rules may have had a part in it
        found += tuple(cause for cause in ("method", "program") if basis[cause])
    return (("weight",) if weight else ()) + found or ("other",)


def _causes_of_editions(row: Mapping[Any, Any]) -> tuple[str, ...]:
    was, now = pd.notna(row["value_before"]), pd.notna(row["value"])
    return ("data",) if was and now else ("lost",) if was else ("new",)


def _basis(before: Draft, after: Draft) -> dict[str, tuple[str, ...]]:
    """Cause → what differs in what two drafts of one edition rest on; nothing between two editions."""
    names = ("data_new", "data", "data_gone", "correction", "method", "setup", "text", "program", "revised")
    if before.edition != after.edition:
        return {**dict.fromkeys(names, ()), "revised": after.revised}
    was, now = (dict(pair for files in one.files.values() for pair in files.items()) for one in (before, after))
    decided = tuple(_unlike(before.decided, after.decided))
    setup = tuple(name for name in decided if name.startswith(_SETUP))
    apart = {*setup, _METHOD, *(name for name in decided if name.endswith("/corrections.yml"))}
    found = (
        now.keys() - was.keys(), {name for name in was.keys() & now.keys() if was[name] != now[name]},
        was.keys() - now.keys(), _unlike(before.corrections, after.corrections), _unlike(before.method, after.method),
        setup, (name for name in decided if name not in apart),
        ["forevar"] if before.library != after.library else (), set(after.revised) - set(before.revised),
    )  # fmt: skip
    return {name: tuple(sorted(each)) for name, each in zip(names, found, strict=True)}


def _unlike(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    return (name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name))


def differs(table: pd.DataFrame, names: Iterable[str]) -> pd.Series:
    """Rows in which a number and its ``…_before`` are not the same; missing is the same as missing."""
    found = pd.Series(False, index=table.index)
    for name in names:
        before, now = table[f"{name}_before"], table[name]
        found |= (before != now) & ~(before.isna() & now.isna())
    return found


def other_word(scores: pd.DataFrame) -> pd.Series:
    """Rows whose word is another than before; no word is a word too."""
    return scores["word"].fillna("") != scores["word_before"].fillna("")


def _equal(one: float, other: float) -> bool:
    return one == other or (pd.isna(one) and pd.isna(other))


def _printable(signals: pd.DataFrame, params: Params, period: Period) -> pd.DataFrame:
    """The half-year's SIGNAL; no count of a series that has a guarded small count in it or in the half-year before."""
    rows = signals[signals["period"].isin([str(period), str(period.previous)])]
    least = rows["source"].map({key: least_of(one, params.method) for key, one in params.sources.items()}).fillna(0)
    small = rows[is_small(rows[_FIGURES], least.to_numpy()[:, None]).any(axis=1)]
    guarded = set(small[INDICATOR].itertuples(index=False, name=None))
    closed = {key for key, one in params.sources.items() if one.access == "restricted" or one.disclosure.round_to}
    rows = rows[rows["period"] == str(period)][list(SIGNAL)].reset_index(drop=True)
    hidden = rows[INDICATOR].apply(tuple, axis=1).isin(guarded) | rows["source"].isin(closed)
    rows.loc[hidden.astype(bool), _FIGURES] = float("nan")
    return rows


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Nine digits, so that fresh numbers and those read from disk are the same."""
    numbers = table.select_dtypes("number").columns
    return table.assign(**{name: [float(f"{one:.9g}") for one in table[name]] for name in numbers})


def _decided(workspace: Workspace, edition: str) -> dict[str, str]:
    others, own = workspace.params / "editions", workspace.edition(edition)
    files = (
        path for path in sorted(workspace.params.rglob("*"))
        if path.is_file() and not path.name.startswith((".", "~$"))
        and (others not in path.parents or own in path.parents or path.stem == "corrections")
    )  # fmt: skip
    return {workspace.relative(path): hashlib.sha256(path.read_bytes()).hexdigest()[:32] for path in files}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nan(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and value != value else value
