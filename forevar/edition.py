"""``open_edition("2026-1")``: the one door for notebooks; asks the tables, answers in blocks."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from forevar import reads
from forevar.blocks import Bundle, Credit, Table, Text
from forevar.charts.theme import Series
from forevar.coverage import kind_counts, source_coverage
from forevar.disclosure import HIDDEN_COLUMNS, as_shown, small_past
from forevar.errors import ParamsError
from forevar.files import sha256_of
from forevar.origins import ORIGINS, address
from forevar.params import Params, load_edition, load_params, phrase_files
from forevar.period import Period
from forevar.prose import score_word
from forevar.rows import records
from forevar.settings import Recipe
from forevar.store import Tables, current_tables, digest
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS
from forevar.texts import fill, sections, text_file, title_of
from forevar.words import Words
from forevar.workspace import Workspace, bundled, find_workspace

if TYPE_CHECKING:
    from forevar.consequences import ConsequencesView
    from forevar.focus import FocusView
    from forevar.glance import Glance
    from forevar.overview import Overview
    from forevar.pupils import PupilsView
    from forevar.side_by_side import SideBySide
    from forevar.substance import SubstanceView
    from forevar.sureness import SureView

LANGUAGE = "FOREVAR_LANG"
_PAIR = ["period", "source", "measure", "dimension"]
_FILES = ("method.yml", "substances.yml", "sources.yml", "town.yml")


def open_edition(
    edition: str | Period, workspace: str | Path | Workspace | None = None, lang: str | None = None
) -> Edition:
    """Open an edition for looking.

    Args:
        edition: ``2026-1``.
        workspace: The town's folder; found from the current folder when left out.
        lang: ``nb``, ``nn`` or ``en``; else the variable ``FOREVAR_LANG``, else the town's own.

    Raises:
        ParamsError: There is no such edition, or something in ``params/`` is wrong.
        DataError: The raw files have faults, all of them listed.
    """
    place = workspace if isinstance(workspace, Workspace) else find_workspace(workspace)
    params = load_params(place)
    recipe = load_edition(place, edition)
    opened = Edition(params, recipe, current_tables(place, params), params.words(lang or os.environ.get(LANGUAGE)))
    decided = [*(place.params / name for name in _FILES), *phrase_files(place)]
    for path in (*decided, place.edition(recipe.period) / "edition.yml"):
        reads.record(_read_as(place, path), _file_digest(path))
    return opened


def digests(
    workspace: Workspace, edition: Period | str, names: Iterable[str], lang: str | None = None
) -> dict[str, str]:
    """What a notebook would read today, under the names it recorded: name → digest; ``""`` when it is gone."""
    opened: Edition | None = None
    found = {}
    for name in names:
        kind, _, rest = name.partition("/")
        if kind == "params":
            found[name] = _file_digest(workspace.params / rest)
            continue
        if kind == CARRIED and (carried := bundled("params")):
            found[name] = _file_digest(carried / rest)
            continue
        if opened is None:
            params = load_params(workspace)
            tables = current_tables(workspace, params)
            opened = Edition(params, load_edition(workspace, edition), tables, params.words(lang))
        if kind == "files":
            found[name] = _digest_of(opened.files.get(rest, ()))
        else:
            found[name] = digest({name: opened.rows(name)}) if kind in TABLES else ""
    return found


PEOPLE = ("panel", "key_persons")
DIMENSIONS = (*SCORED_DIMENSIONS, AGGREGATE)
TABLES = ("observations", "answers", "signals", "differences", "certainty", "trends", "notices")
CARRIED = "carried"
"""How a notebook's stamp names words that come with forevar."""


@dataclass(frozen=True, repr=False)
class Edition:
    """One edition of one town: its numbers up to its own half-year, and its words.

    Attributes:
        params: What the town decided.
        recipe: The edition's own decisions.
        tables: Every number, of every half-year.
        words: The language of what is shown.
    """

    params: Params
    recipe: Recipe
    tables: Tables
    words: Words

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        table = self.overview().scores()
        name = self.words.name(self.params.town.report_name)
        title = f"{name} {self.period.printed}, {self.params.town.place}: {table.title}"
        return replace(table, title=title)._repr_mimebundle_()

    @property
    def period(self) -> Period:
        """The half-year observed."""
        return self.recipe.period

    @property
    def workspace(self) -> Workspace:
        """The town's folder."""
        return self.params.workspace

    def overview(self) -> Overview:
        """The edition as a whole: findings, coverage, main table, rules."""
        from forevar.overview import Overview

        return Overview(self)

    def sureness(self) -> SureView:
        """How sure we are: tests, resamples, other choices, what to look at first, the back-test."""
        from forevar.sureness import SureView

        return SureView(self)

    def consequences(self) -> ConsequencesView:
        """The chapter on consequences."""
        from forevar.consequences import ConsequencesView

        return ConsequencesView(self)

    def pupils(self) -> PupilsView:
        """The page on pupils."""
        from forevar.pupils import PupilsView

        return PupilsView(self)

    def focus(self, group: str) -> FocusView:
        """A special focus on a group of substances."""
        from forevar.focus import FocusView

        return FocusView(self, group)

    @property
    def history(self) -> tuple[str, ...]:
        """Sources of earlier main tables."""
        return tuple(key for key, source in self.params.sources.items() if source.kind == "history")

    def watched(self) -> tuple[str, ...]:
        """The substances with a figure from any source this half-year, in their order."""
        seen = set(self.now("signals/all")["substance"])
        return tuple(key for key in self.params.substances if key in seen)

    def paint(self, substance: str) -> Series:
        """A substance as params paint it, its name as inside a sentence."""
        entry = self.params.substances[substance]
        return Series(substance, self.words.name(entry.name), entry.colour, entry.text_colour or entry.colour)

    def substance(self, key: str) -> SubstanceView:
        """The view of one substance.

        Raises:
            ParamsError: No such substance; the keys there are get named.
        """
        from forevar.substance import SubstanceView

        if key not in self.params.substances:
            raise ParamsError(
                f"there is no substance {key!r}", "params/substances.yml",
                f"use one of: {', '.join(self.params.substances)}",
            )  # fmt: skip
        return SubstanceView(self, key)

    def compare(self, *substances: str) -> Table:
        """The scores of several substances beside each other; see ``forevar.explore``."""
        from forevar import explore

        return explore.compare(self, *substances)

    def with_method(self, **changes: Any) -> Edition:
        """What if: the edition under other rules (``weights="equal"`` or keys of the method); nothing is written."""
        from forevar import explore

        return explore.with_method(self, **changes)

    def without(self, *sources: str) -> Edition:
        """What if: the edition had these sources not reported; nothing is written."""
        from forevar import explore

        return explore.without(self, *sources)

    def beside(self, workspace: str | Path | None = None) -> SideBySide:
        """The same edition of another workspace beside this one; a made-up town when none is named.

        Raises:
            ParamsError: The two follow different rules, or the other has no such edition.
        """
        from forevar.side_by_side import made_up_town, side_by_side

        with nullcontext(workspace) if workspace else made_up_town() as folder:
            return side_by_side(self, open_edition(self.period, workspace=folder, lang=self.words.lang))

    def changed(self, since: str = "build") -> Any:
        """What differs in numbers and words, and why.

        Args:
            since: ``build``: the last build; ``draft``: the last one that said something else; ``edition``: the
                half-year before; or any half-year, ``2025-1``.

        Raises:
            ParamsError: It names none of these.
        """
        from forevar.changed import changed

        return changed(self, since)

    def glance(self) -> Glance:
        """The edition at a glance: what there is, what is missing, where the chapters are."""
        from forevar.glance import Glance

        return Glance(self)

    # --- numbers -------------------------------------------------------------------------------------------------

    def rows(self, name: str) -> pd.DataFrame:
        """Rows of a table up to this half-year, by name: ``signals/kokain``, ``observations/consequences``.

        ``answers/informants`` is who answered, a row each. What is read is noted, so that the notebook runs again when
        these rows change.
        """
        if name not in self._kept:
            self._kept[name] = self._find(name)
        return self._kept[name].copy(deep=False)

    @cached_property
    def _kept(self) -> dict[str, pd.DataFrame]:
        return {}

    def _find(self, name: str) -> pd.DataFrame:
        table_name, _, part = name.partition("/")
        if table_name not in self._until_now:
            self._until_now[table_name] = self._cut(table_name)
        table = self._until_now[table_name]
        if part == "consequences":
            table = table[table["dimension"] == "consequences"]
        elif part == "informants":
            table = table[["period", "source", "informant", "group"]].drop_duplicates(["period", "source", "informant"])
        elif part != "all":
            table = table[table["substance" if part in self.params.substances else "source"] == part]
        if os.environ.get(reads.VARIABLE):
            reads.record(name, digest({name: table}))
        return table

    @cached_property
    def _until_now(self) -> dict[str, pd.DataFrame]:
        return {}

    def _cut(self, name: str) -> pd.DataFrame:
        """A table up to this half-year."""
        table: pd.DataFrame = getattr(self.tables, name)
        if "period" in table.columns:
            table = table[table["period"] <= str(self.period)]  # a year sorts before its own half-years
        return table

    def files_of(self, source: str) -> tuple[tuple[str, str], ...]:
        """What of a source's files can reach a report: what their data are, and the path where it is restricted."""
        found = self.files.get(source, ())
        reads.record(f"files/{source}", _digest_of(found))
        return found

    @cached_property
    def files(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """The same for every source that has files."""
        found: dict[str, set[tuple[str, str]]] = {}
        for row in records(self.tables.files):
            closed = row["path"] if row["access"] == "restricted" else ""
            found.setdefault(row["source"], set()).add((row["data"], closed))
        return {source: tuple(sorted(pairs)) for source, pairs in found.items()}

    def now(self, name: str) -> pd.DataFrame:
        """The same, this half-year alone."""
        table = self.rows(name)
        return table[table["period"] == str(self.period)]

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """What every registered source said this half-year, COVERAGE_COLUMNS."""
        return source_coverage(
            self.params.sources, self.rows("observations/all"), self.rows("answers/informants"),
            self.rows("signals/all"), self.period,
        )  # fmt: skip

    @cached_property
    def informants(self) -> dict[str, int]:
        """Source → how many people answered its questionnaire this half-year."""
        answers = self.now("answers/informants")
        return {str(key): int(people) for key, people in answers.groupby("source")["informant"].nunique().items()}

    @property
    def unregistered(self) -> tuple[str, ...]:
        """Raw files that are not the ones registered, and those that were never registered; no restricted ones."""
        notices, files = self.tables.notices, self.tables.files
        found = notices[notices["key"].isin(["changed", "no_sidecar"])]["where"]
        return tuple(sorted(set(found) - set(files[files["access"] == "restricted"]["path"])))

    def scores(self, substance: str) -> dict[str, tuple[float, str]]:
        """Dimension and ``aggregate`` → (score, word's key) of this half-year."""
        rows = self.now(f"differences/{substance}")
        return {row["dimension"]: (row["score"], row["word"]) for row in records(rows)}

    # --- words ---------------------------------------------------------------------------------------------------

    @cached_property
    def values(self) -> Mapping[str, str]:
        """The ``$names`` authors may use in every text of the edition; each is worked out when it is used."""
        words, town, period = self.words, self.params.town, self.period
        names: dict[str, Callable[[], str]] = {
            "edition": lambda: period.printed,
            "period": lambda: words.span(period),
            "period_before": lambda: words.span(period.previous),
            "season": lambda: words.period(period),
            "place": lambda: town.place,
            "area": lambda: words.name(town.area),
            "number": lambda: str(self.recipe.number_in(town)),
            "report_name": lambda: words.name(town.report_name),
            "model_credit": lambda: words.name(town.model_credit),
            "n_statistics": lambda: words.number(kind_counts(self.coverage).get("statistics", 0)),
            "n_media": lambda: words.number(kind_counts(self.coverage).get("media", 0)),
        }
        for key, source in self.params.sources.items():
            if source.kind in PEOPLE:
                names[f"n_{key}"] = partial(lambda key: words.number(self.informants.get(key, 0)), key)
        for substance in self.params.substances:
            for dimension in DIMENSIONS:
                names[f"{substance}_{dimension}"] = partial(self._score_text, substance, dimension, 1)
                names[f"{substance}_{dimension}_score"] = partial(self._score_text, substance, dimension, 0)
        return Lazy(names)

    def _score_text(self, substance: str, dimension: str, part: int) -> str:
        score, word = self.scores(substance).get(dimension, (float("nan"), ""))
        return (self.words.signed(score), self.word(word) or self.words("text.no_score"))[part]

    def word(self, key: str) -> str:
        """The reader's word for a word's key; empty for no word."""
        return score_word(key, self.words, self.params.method.words.small) if key else ""

    def heading(self, key: str, level: int = 2) -> Text:
        """A heading of the report: ``## Bruk``."""
        return Text(f"{'#' * level} {self.words(f'section.{key}')}")

    def parts(self, name: str) -> dict[str, str]:
        """An author's text by section, its ``$names`` filled; ``title`` is its first heading. Empty when there is none.

        The text for every edition (``params/text/``) comes first; a section of the edition's own takes its place.
        """
        found: dict[str, str] = {}
        own = self.params.town.lang
        for folder in (self.workspace.params / "text", self.workspace.edition(self.period) / "text"):
            path = (folder if self.words.lang == own else folder / self.words.lang) / f"{name}.md"
            where = self.workspace.relative(path)
            reads.record(where, _file_digest(path))
            if path.is_file():
                filled = fill(path.read_text(encoding="utf-8-sig"), self.values, where)
                found |= {"title": title_of(filled) or found.get("title", "")}
                found |= {heading: text for heading, text in sections(filled).items() if text}
        return found

    def text(self, name: str) -> Text:
        """A whole author's text with its headings; one line that says so where there is no translation."""
        parts = self.parts(name)
        if not parts:
            key = f"chapter.{name.replace('/', '_')}"
            title = self.words(key) if self.words.has(key) else name
            has_own = text_file(self.workspace, self.period, name, self.params.town.lang, self.params.town.lang)
            note = self.words("text.not_translated" if has_own else "text.missing")
            return Text(f"# {title}\n\n*{note}*")
        lines = [f"# {parts.pop('title')}"]
        for heading, text in parts.items():
            lines += [f"## {heading}", text] if heading else [text]
        if name == "foreword" and self.recipe.signatures:
            lines.append("  \n".join(self.recipe.signatures))
        return Text("\n\n".join(lines))

    # --- what stands below ---------------------------------------------------------------------------------------

    def credit(self, sources: Iterable[str], period: str = "", note: str = "", who: str = "") -> Credit:
        """Source line for figures and tables that rest on these sources.

        Args:
            sources: Keys; their names are listed, or «kildene i figuren» when there are more than five.
            period: Printed time span; this half-year against the one before when left out.
            note: One reservation.
            who: Instead of the sources' names.
        """
        keys = list(dict.fromkeys(sources))
        names = [self.words.name(self.params.sources[key].name) for key in keys if key in self.params.sources]
        who = who or (self.words.join(names) if 0 < len(names) <= 5 else self.words("credit.many"))
        when = period or self.words(
            "credit.against", now=self.words.span(self.period), before=self.words.span(self.period.previous)
        )
        line = self.words("credit.line", sources=who, period=when)
        return Credit(f"{line} {note}".strip(), self.tag(keys))

    def tag(self, sources: Iterable[str]) -> str:
        """«Rekonstruerte data» when a file behind one of the sources is reconstructed."""
        behind = any(data == "reconstructed" for key in sources for data, _ in self.files_of(key))
        return self.words("credit.reconstructed") if behind else ""

    def shown(self, row: Mapping[Any, Any]) -> bool:
        """Whether a signal's two counts may be printed: none of them is small and guarded, or gives such a one away."""
        substance = str(row["substance"])
        if substance not in self._hidden:
            rows = self.rows(f"signals/{substance}")
            self._hidden[substance] = frozenset(rows.loc[rows["is_hidden"], _PAIR].itertuples(index=False, name=None))
        return tuple(row[name] for name in _PAIR) not in self._hidden[substance]

    @cached_property
    def _hidden(self) -> dict[str, frozenset[tuple[Any, ...]]]:
        return {}

    def label(self, source: str, measure: str) -> str:
        """``Tolletaten, beslag``: how a chart names an indicator."""
        entry = self.params.sources[source]
        name = self.words.name(entry.short or entry.name)
        series = entry.measures.get(measure)
        what = self.words.name(series.label or series.name) if series else ""
        return f"{name}, {what}" if what else name

    def open_origin(self, source: str, origin: object) -> str:
        """File, sheet and cell of a number; empty when the source, or a file of it that is named, is restricted.

        Of people's answers no cell is told, since a row there is a person.
        """
        if not isinstance(origin, str) or self.params.sources[source].access == "restricted":
            return ""
        if source not in self._closed:
            self._closed[source] = tuple(path for _, path in self.files_of(source) if path)
        if any(path in origin for path in self._closed[source]):
            return ""
        if self.params.sources[source].kind in PEOPLE:
            return "; ".join(dict.fromkeys(one.rpartition(":")[0] for one in origin.split("; ")))
        return origin

    @cached_property
    def _closed(self) -> dict[str, tuple[str, ...]]:
        return {}

    def address(self, source: str, *origins: object) -> str:
        """Where a number stands, as the reader is told it: the source's name, file, sheet and cell."""
        entry = self.params.sources[source]
        name = self.words.name(entry.short or entry.name)
        return address(name, *(self.open_origin(source, origin) for origin in origins))

    def labelled(self, signals: pd.DataFrame) -> pd.DataFrame:
        """Signals with ``label`` and ``short`` in the reader's language; no address of a restricted cell.

        Only the figures that may be printed are in it: see ``disclosure.as_shown``.
        """
        sources = self.params.sources
        hidden = signals["is_hidden"].to_numpy(dtype=bool)
        past = small_past(signals, str(self.period), self.params.method)
        signals = as_shown(signals.drop(columns=list(HIDDEN_COLUMNS)), hidden, past, sources)
        return signals.assign(
            label=[self.label(*pair) for pair in zip(signals["source"], signals["measure"], strict=True)],
            short=[self.words.name(sources[key].short or sources[key].name) for key in signals["source"]],
            **{
                name: [self.open_origin(*pair) for pair in zip(signals["source"], signals[name], strict=True)]
                for name in ORIGINS if name in signals
            },
        )  # fmt: skip


class Lazy(Mapping[str, str]):
    """Names whose values are worked out when they are asked for."""

    def __init__(self, names: Mapping[str, Callable[[], str]]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> str:
        return self._names[name]()

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _read_as(place: Workspace, path: Path) -> str:
    """How a stamp names a file: from the workspace, or from what forevar carries."""
    carried = bundled("params")
    if carried is None or path.is_relative_to(place.root):
        return place.relative(path)
    return f"{CARRIED}/{path.relative_to(carried).as_posix()}"


def _digest_of(pairs: tuple[tuple[str, str], ...]) -> str:
    return hashlib.sha256(repr(pairs).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    return sha256_of(path) if path.is_file() else ""
