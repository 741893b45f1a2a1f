"""everything in params and raw files → one list of what is wrong, and of what is to be known, writing nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from forevar.bound import check_texts
from forevar.errors import Fault, ForevarError, ParamsError, RegistryError, error_for, fault, say
from forevar.load.raw import Progress
from forevar.params import Params, load_edition, load_params
from forevar.period import Period
from forevar.settings import Source
from forevar.terms import Status
from forevar.tidy import Tidy, load_tidy
from forevar.workspace import Workspace

KINDS = (
    "changed", "silent", "silent_series", "new", "closed", "partial", "revised", "newly_suppressed", "tenfold",
    "suppressed", "answers", "texts", "kept", "other", "few",
)  # fmt: skip
_OF_ANSWERS = ("unknown_term", "rare_term", "unknown_unit", "not_a_price", "personal")
_KIND_OF = {"no_sidecar": "changed", "gone": "silent_series", **dict.fromkeys(_OF_ANSWERS, "answers")}
_SERIES = ["source", "measure", "substance", "dimension", "place"]
_SHOWN = 20


@dataclass(frozen=True)
class Check:
    """What ``forevar check`` found.

    Attributes:
        edition: Half-year looked at.
        faults: File → what is wrong in it; the worst file first, and in each the worst kind first.
        notices: Kind (one of ``KINDS``) → what is to be known of it.
        read: Number of raw files read.
        observations: Number of tidy rows.
        answers: Number of tidy answers.
    """

    edition: str
    faults: dict[str, tuple[Fault, ...]]
    notices: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    read: int = 0
    observations: int = 0
    answers: int = 0

    @property
    def exit_code(self) -> int:
        """0 when nothing is wrong, else that of the worst kind."""
        faults = [one for group in self.faults.values() for one in group]
        return error_for(faults).exit_code if faults else 0

    def as_text(self, lang: str = "nb", shown: int | None = _SHOWN) -> str:
        """For people: faults by file with address and way out, then what is to be known; all faults, always.

        Args:
            lang: ``nb``, ``nn`` or ``en``.
            shown: So many notices of each kind; None for all.
        """
        return "\n".join(self._lines(lang, shown))

    def as_json(self, lang: str = "nb") -> str:
        """For machines: every fault and notice with key, address, words and way out."""
        told = {
            "edition": self.edition, "exit_code": self.exit_code, "files_read": self.read,
            "observations": self.observations, "answers": self.answers,
            "faults": {file: [_plain(one, lang) for one in group] for file, group in self.faults.items()},
            "notices": {kind: [_plain(one, lang) for one in group] for kind, group in self.notices.items()},
        }  # fmt: skip
        return json.dumps(told, ensure_ascii=False, indent=2)

    def _lines(self, lang: str, shown: int | None) -> Iterator[str]:
        counts = {"read": self.read, "observations": self.observations, "answers": self.answers}
        number = sum(map(len, self.faults.values()))
        key = "check" if number else "check_clean"
        yield say(key, lang, edition=self.edition, faults=number, files=len(self.faults), **counts)
        for file, group in self.faults.items():
            yield f"\n{file}"
            told = [one.in_language(lang) for one in group]
            for one, following in zip(told, [*told[1:], None], strict=True):
                place = one.where.removeprefix(file).lstrip(":")
                yield f"  {place}: {one.what}" if place else f"  {one.what}"
                if one.mend and not (following and following.mend == one.mend):  # once below those it mends
                    yield f"    → {one.mend}"
        for kind in KINDS:
            if group := self.notices.get(kind, ()):
                yield f"\n{say(f'check_{kind}', lang)} ({len(group)})"
                notes = [one.in_language(lang) for one in group[:shown]]
                for note, after in zip(notes, [*notes[1:], None], strict=True):
                    yield f"  {note.where}: {note.what}" if note.where else f"  {note.what}"
                    if note.mend and not (after and after.mend == note.mend):
                        yield f"    → {note.mend}"
                if shown is not None and len(group) > shown:
                    yield f"  {say('check_more', lang, more=len(group) - shown)}"


def check_edition(
    workspace: Workspace,
    edition: Period | str,
    *,
    final: bool = False,
    progress: Progress | None = None,
) -> Check:
    """Load everything, write nothing, and list every fault at once.

    Args:
        workspace: Whose params and raw files.
        edition: Half-year to look at.
        final: As for the final report: a file that is not the one registered, or a text that the figures do not bear
            out, is a fault.
        progress: Called before each source with number, how many, and key.

    Returns:
        Faults and notices. Nothing is raised for what params or raw files hold.

    Raises:
        ParamsError: The edition is no half-year.
    """
    try:
        period = Period.parse(edition)
    except ValueError as error:
        raise ParamsError(str(error)) from None
    faults: list[Fault] = []
    try:
        load_edition(workspace, period)
    except ForevarError as error:
        faults += error.faults
    try:
        params = load_params(workspace)
        tidy = load_tidy(workspace, params, period, progress, final=final)
    except ForevarError as error:
        return Check(str(period), _by_file([*faults, *error.faults]))
    notices: dict[str, list[Fault]] = {kind: [] for kind in KINDS}
    for one in (*_of_period(tidy, period), *things_to_know(tidy, params, period)):
        kind = one.key if one.key in notices else _KIND_OF.get(one.key, "other")
        notices[kind].append(one)
    if not faults and all(one.exit_code == RegistryError.exit_code for one in tidy.faults):
        try:
            texts = check_texts(workspace, period)
            faults += [*texts.faults, *(texts.told() if final else ())]
            notices["texts"] += () if final else texts.told()
            notices["kept"] += texts.told_kept()
        except ForevarError as error:
            faults += error.faults
    return Check(
        str(period), _by_file([*faults, *tidy.faults]),
        {kind: tuple(dict.fromkeys(found)) for kind, found in notices.items() if found},
        len(tidy.files), len(tidy.observations), len(tidy.answers),
    )  # fmt: skip


def things_to_know(tidy: Tidy, params: Params, period: Period) -> Iterator[Fault]:
    """What is silent, new, closed, suppressed and few in a half-year, by the register and the tidy tables."""
    rows = tidy.observations[tidy.observations["frequency"] == "half_year"]
    now, before = (rows[rows["period"] == str(one)] for one in (period, period.previous))
    of_years = set(tidy.observations.loc[tidy.observations["frequency"] != "half_year", "source"])
    heard = set(now["source"]) | set(tidy.answers.loc[tidy.answers["period"] == str(period), "source"])
    for key, source in params.sources.items():
        yield from _of_source(key, source, period, key in heard or (key in of_years and key not in set(rows["source"])))
    yield from _silent_series(now, before, period, heard)
    for row in now[now["status"] == Status.SUPPRESSED].to_dict("records"):
        yield fault("suppressed", row["origin"], series=_series(row))
    few = params.method.few
    both = now.merge(before[[*_SERIES, "value"]], on=_SERIES, suffixes=("", "_before"))
    both = both[both["unit"].isin(few.units) & (both[["value", "value_before"]].max(axis=1) < few.n_min)]
    for row in both.dropna(subset=["value", "value_before"]).to_dict("records"):
        counted = params.sources.get(str(row["source"]))
        measure = counted.measures.get(str(row["measure"])) if counted else None
        if counted and measure and measure.scored and row["dimension"] in counted.weights:
            yield fault("few", row["origin"], n_min=few.n_min, series=_series(row))


def _of_source(key: str, source: Source, period: Period, is_heard: bool) -> Iterator[Fault]:
    if source.last is not None and source.last < period:
        yield fault("closed", key, last=source.last)
        return
    if source.first is not None and source.first > period:
        return
    if period in (source.new, source.first):
        yield fault("new", key)
    if not is_heard and source.kind not in ("history",):
        yield fault("silent", key, period=period)


def _silent_series(now: pd.DataFrame, before: pd.DataFrame, period: Period, heard: set[Any]) -> Iterator[Fault]:
    """Series of sources that do speak, with a figure the half-year before and none now."""
    told = set(map(tuple, now[_SERIES].to_numpy()))
    for row in before[before["status"] == Status.OK].to_dict("records"):
        if tuple(row[name] for name in _SERIES) not in told and row["source"] in heard:
            yield fault("silent_series", row["source"], before=period.previous, period=period, series=_series(row))


def _series(row: dict[Any, Any]) -> str:
    return ", ".join(str(row[name]) for name in _SERIES if row[name])


def _of_period(tidy: Tidy, period: Period) -> Iterator[Fault]:
    """The loader's notices, of partial half-years only those of the period."""
    for one in tidy.notices:
        values = dict(one.values)
        if one.key != "partial" or values.get("period") == str(period):
            yield one


def _by_file(faults: Iterable[Fault]) -> dict[str, tuple[Fault, ...]]:
    groups: dict[str, list[Fault]] = {}
    for one in dict.fromkeys(faults):
        file = one.where.split(":")[0] or "params"
        groups.setdefault(file, []).append(replace(one))
    worst = {file: min(one.exit_code or 99 for one in group) for file, group in groups.items()}
    ordered = sorted(groups, key=lambda file: (worst[file] if worst[file] > 1 else 10, -len(groups[file]), file))
    return {file: tuple(sorted(groups[file], key=lambda one: one.exit_code)) for file in ordered}


def _plain(one: Fault, lang: str) -> dict[str, str]:
    told = one.in_language(lang)
    return {"key": told.key, "where": told.where, "what": told.what, "mend": told.mend}
