"""``edition.changed()``: what differs from the last build, the draft before or another half-year, and why, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from forevar.blocks import Blocks, Column, Table, Text
from forevar.drafts import (
    EARLIER,
    LATEST,
    Differences,
    Draft,
    differences,
    differs,
    draft_of,
    is_same,
    other_word,
    read_draft,
)
from forevar.errors import ParamsError
from forevar.period import Period
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS
from forevar.words import HARD_SPACE, capital

if TYPE_CHECKING:
    from forevar.edition import Edition

ARROW = f"{HARD_SPACE}→{HARD_SPACE}"
SINCE = ("build", "draft", "edition")
NAMED, SIGNALS, FILES = 6, 4, 8
"""Most words in the summary, signals in a row, and files in a line: the rest are counted."""


@dataclass(frozen=True)
class ChangedView:
    """What differs between two states of an edition, or between two half-years.

    Attributes:
        edition: The later one; its words and names are used.
        before: What it is compared with; None when there is nothing.
        after: Its own state.
        since: ``build``, ``draft`` or ``edition``.
    """

    edition: Edition
    before: Draft | None
    after: Draft
    since: str

    @cached_property
    def differences(self) -> Differences | None:
        """The numbers behind it; None when there is nothing to compare with."""
        return differences(self.before, self.after, self.edition.params.method) if self.before else None

    def title(self) -> Text:
        """``## Siden forrige utkast, 25. november 2026 kl. 14.05``; ``## Fra vår 2025 til høst 2025``."""
        words = self.edition.words
        if self.before is None:
            return Text(f"## {words('section.changed')}")
        if self.since == "edition":
            told = {name: words.period(one.edition) for name, one in (("before", self.before), ("after", self.after))}
            return Text(f"## {words('changed.since_edition', **told)}")
        made = dt.datetime.fromisoformat(self.before.made)
        when = words("changed.when", date=words.date(made.date()), time=f"{made:%H.%M}")
        return Text(f"## {words(f'changed.since_{self.since}', when=when)}")

    def summary(self) -> Text:
        """The words that changed, those of the main findings first; or that there are none."""
        found, words = self.differences, self.edition.words
        if found is None:
            return Text(words(f"changed.no_{self.since}"))
        if found.is_empty and self.since != "edition":
            return Text(words("changed.nothing"))
        table = found.scores
        moved = table[other_word(table)]
        n, first = len(moved), self._first(moved)
        told = "; ".join(self._word(row) for row in first)
        key = "none" if not n else "one" if n == 1 else "many" if n <= NAMED else "some"
        lines = [words(f"changed.words.{key}", n=capital(words.count_word(n)), words=told)]
        scores = int(differs(table, ["score"]).sum())
        if scores > n:
            lines.append(words("changed.scores", n=words.number(scores)))
        return Text(" ".join(lines))

    def table(self, *, every: bool = False) -> Table | None:
        """What changed: before, now, over the same sources, and which signals made it; None for nothing.

        Args:
            every: Also scores that kept their word from one half-year to the next, as most do with other figures.
        """
        found, words = self.differences, self.edition.words
        if found is None:
            return None
        scores = found.scores
        if self.since == "edition" and not every:
            scores = scores[other_word(scores)]
        if scores.empty:
            return None
        rows: list[tuple[str, ...]] = []
        groups: dict[int, str] = {}
        for key, part in self._sorted(scores).groupby("substance", sort=False):
            groups[len(rows)] = capital(self._substance(str(key)))
            rows += [self._row(row) for row in part.to_dict("records")]
        times = ("before", "after")
        if self.since == "edition":
            labels = [words.period(one.edition) for one in (found.before, found.after)]
        else:
            labels = [words(f"changed.{name}") for name in times]
        columns = (
            Column(words("changed.dimension")), *(Column(capital(label)) for label in labels),
            Column(words("changed.same")), Column(words("changed.why_column")),
        )  # fmt: skip
        keys = [key for key, source in self.edition.params.sources.items() if source.weights]
        credit = self.edition.credit(keys, who=words("credit.all"))
        name = f"changed-{self.since}"
        return Table(name, words("changed.table"), columns, tuple(rows), credit, words("changed.subtitle"), groups)

    def basis(self) -> Text | None:
        """Sources lost and new, and what the numbers rest on that differs, a line each; None for nothing."""
        found = self.differences
        if found is None:
            return None
        lines = [*self._sources(found), *self._basis(found), *self._earlier(found)]
        return Text("\n".join(f"- {line}" for line in lines)) if lines else None

    def blocks(self) -> tuple[Text | Table, ...]:
        """All of it, in order."""
        return tuple(one for one in (self.title(), self.summary(), self.basis(), self.table()) if one is not None)

    def as_text(self) -> str:
        """The same as plain lines, for the command line."""
        lines: list[str] = []
        for block in (self.title(), self.summary(), self.basis(), self.table(every=True)):
            if block is None:
                continue
            if isinstance(block, Text):
                lines += ["", *block.markdown.removeprefix("## ").splitlines()]
                continue
            lines.append("")
            group = ""
            for number, (dimension, before, after, same, why) in enumerate(block.rows):
                group = block.groups.get(number, group)
                lines.append(f"{group}, {dimension.lower()}: {before} → {after}")
                lines.append(f"    {block.columns[3].label.lower()}: {same}; {why}")
        return "\n".join(lines).strip()

    def _ipython_display_(self) -> None:
        Blocks(self.blocks())._ipython_display_()

    # --- pieces --------------------------------------------------------------------------------------------------

    def _row(self, row: Mapping[Any, Any]) -> tuple[str, ...]:
        words = self.edition.words
        same = "–"
        if pd.notna(row["same"]):
            same = f"{words.signed(row['same_before'])}{ARROW}{words.signed(row['same'])}"
        return (
            capital(self._dimension(row["dimension"])), self._score(row["score_before"], row["word_before"]),
            self._score(row["score"], row["word"]), same, self._why(row),
        )  # fmt: skip

    def _why(self, score: Mapping[Any, Any]) -> str:
        """The signals that differ, what moved the score most first."""
        assert self.differences is not None
        signals = self.differences.signals
        rows = signals[(signals["substance"] == score["substance"]) & (signals["dimension"] == score["dimension"])]
        size = (rows["contribution"].fillna(0) - rows["contribution_before"].fillna(0)).abs()
        rows = rows.assign(size=size).sort_values(["size", "source", "measure"], ascending=[False, True, True])
        told = [self._signal(row) for row in rows.to_dict("records")]
        is_sum = score["dimension"] == AGGREGATE
        return capital(self._some(told, SIGNALS) or (self.edition.words("changed.sum") if is_sum else "–"))

    def _signal(self, row: Mapping[Any, Any]) -> str:
        """``Klinikken, besøk: −6 → −9 (råfil endret)``."""
        words = self.edition.words
        told = {"source": self._label(row["source"], row["measure"])}
        sides = [self._contribution(row, end) for end in ("_before", "")]
        key = "signal"
        if "weight" in row["why"]:
            key = "signal_weight"
            told["weight"] = ARROW.join(self._weight(row[f"weight{end}"]) for end in ("_before", ""))
        elif sides[0] == sides[1]:
            pairs = [(row[f"{name}_before"], row[name]) for name in ("current", "previous")]
            moved = [pair for pair in pairs if pd.notna(pair[0]) and pd.notna(pair[1]) and pair[0] != pair[1]]
            key = "signal_figure" if moved else "signal_hidden"
            sides = [self._figure(one) for one in moved[0]] if moved else sides
        text = words(f"changed.{key}", change=ARROW.join(sides), **told)
        known = "data" if self.since == "edition" else "weight"  # said by the row itself
        why = [one for one in row["why"] if one != known]
        kind = "series" if self.since == "edition" else "why"
        return f"{text} ({', '.join(words(f'changed.{kind}.{one}') for one in why)})" if why else text

    def _contribution(self, row: Mapping[Any, Any], end: str) -> str:
        words, reason = self.edition.words, row[f"reason{end}"]
        if pd.notna(row[f"contribution{end}"]):
            return words.signed(row[f"contribution{end}"], 0 if row[f"contribution{end}"] % 1 == 0 else 1)
        return words(f"reason.{reason}") if isinstance(reason, str) and reason else words("changed.none")

    def _figure(self, figure: float) -> str:
        return self.edition.words.number(figure, 0 if figure % 1 == 0 else 2)

    def _weight(self, weight: float) -> str:
        return self.edition.words("changed.none") if pd.isna(weight) else f"{weight:g}"

    def _score(self, score: float, word: object) -> str:
        words = self.edition.words
        if pd.isna(score) or not isinstance(word, str) or not word:
            return words("text.no_score")
        return f"{words.signed(score)} {self.edition.word(word)}"

    def _word(self, row: Mapping[Any, Any]) -> str:
        sides = [self.edition.word(one) if isinstance(one, str) else "" for one in (row["word_before"], row["word"])]
        before, after = (one or self.edition.words("text.no_score") for one in sides)
        names = {
            "substance": capital(self._substance(row["substance"])), "dimension": self._dimension(row["dimension"])
        }  # fmt: skip
        return self.edition.words("changed.word", before=before, after=after, **names)

    def _first(self, moved: pd.DataFrame) -> list[dict[Any, Any]]:
        """The few that are named: those of the main findings, then by how much the score moved."""
        main = [one.substance for one in self.edition.recipe.headlines]
        size = (moved["score"].fillna(0) - moved["score_before"].fillna(0)).abs()
        ranked = moved.assign(size=size, rest=~moved["substance"].isin(main), whole=moved["dimension"] == AGGREGATE)
        chosen = ranked.sort_values(["rest", "whole", "size"], ascending=[True, True, False], kind="stable")
        return self._sorted(chosen.head(NAMED)).to_dict("records")

    def _sorted(self, table: pd.DataFrame) -> pd.DataFrame:
        """In the order of the substances and dimensions."""
        substances = {key: n for n, key in enumerate(self.edition.params.substances)}
        dimensions = {str(one): n for n, one in enumerate((*SCORED_DIMENSIONS, AGGREGATE))}
        order = {"substance": substances, "dimension": dimensions}
        return table.sort_values(list(order), key=lambda one: one.map(order[str(one.name)]), kind="stable")

    def _sources(self, found: Differences) -> Iterator[str]:
        words = self.edition.words
        for key, sources in (("new", found.new), ("lost", found.lost)):
            if sources:
                yield words(f"changed.sources.{key}", names=words.join([self._source(one) for one in sources]))
        if self.since == "edition" and not found.new and not found.lost:
            yield words("changed.sources.same")

    def _basis(self, found: Differences) -> Iterator[str]:
        for kind, names in found.basis.items():
            told = list(dict.fromkeys(self._file(name, found) for name in names))
            if told:
                yield self.edition.words(f"changed.basis.{kind}", names=self._some(told, FILES))

    def _earlier(self, found: Differences) -> Iterator[str]:
        words, renamed = self.edition.words, found.earlier[other_word(found.earlier)]
        if self.since == "edition" or found.earlier.empty:
            return
        told = [
            words(
                "changed.earlier_one", substance=capital(self._substance(row["substance"])),
                dimension=self._dimension(row["dimension"]), period=words.period(row["period"]),
                before=self._score(row["score_before"], row["word_before"]),
                after=self._score(row["score"], row["word"]),
            )
            for row in self._sorted(renamed.sort_values("period", ascending=False)).to_dict("records")
        ]  # fmt: skip
        yield words("changed.earlier", n=words.number(len(found.earlier)))
        if told:
            yield words("changed.earlier_words", names=self._some(told, NAMED))

    def _file(self, name: str, found: Differences) -> str:
        """A file, cell or key as it is said; of a restricted file only whose it is."""
        path, table = name.partition(":")[0], self.edition.tables.files
        sources = [
            key for one in (found.before, found.after) for key, files in one.files.items() if path in files
        ]  # fmt: skip
        closed = {key for key, one in self.edition.params.sources.items() if one.access == "restricted"}
        is_closed = not closed.isdisjoint(sources) or (
            table[table["path"] == path]["access"] == "restricted"
        ).any()  # fmt: skip
        return self.edition.words("changed.closed_file", source=self._source(sources[0])) if is_closed else name

    def _some(self, told: Sequence[str], most: int) -> str:
        """The first of them, and how many more there are."""
        named = "; ".join(told[:most])
        more = len(told) - most
        return self.edition.words("changed.more", named=named, n=more) if more > 0 else named

    def _source(self, key: str) -> str:
        source = self.edition.params.sources.get(key)
        return self.edition.words.name(source.short or source.name) if source else key

    def _label(self, source: str, measure: str) -> str:
        return self.edition.label(source, measure) if source in self.edition.params.sources else source

    def _substance(self, key: str) -> str:
        return self.edition.paint(key).name if key in self.edition.params.substances else key

    def _dimension(self, key: str) -> str:
        return self.edition.words("dimension.together" if key == AGGREGATE else f"dimension.{key}")


def changed(edition: Edition, since: str = "build") -> ChangedView:
    """What differs; see ``Edition.changed``."""
    params, tables, period = edition.params, edition.tables, edition.period
    after = draft_of(params, tables, period)
    if since in ("build", "draft"):
        before = read_draft(edition.workspace, period)
        if since == "draft" and before is not None and is_same(before, after):
            before = read_draft(edition.workspace, period, EARLIER)
        return ChangedView(edition, before, after, since)
    try:
        other = period.previous if since == "edition" else Period.parse(since)
    except ValueError:
        raise ParamsError(
            f"there is nothing called {since!r} to compare with", "",
            f"use one of: {', '.join(SINCE)}, or a half-year as 2025-2",
        ) from None  # fmt: skip
    for name in ("signals", "differences", "notices"):
        edition.rows(f"{name}/all")  # so that a notebook runs again when they change
    earlier = draft_of(params, tables, other)
    return ChangedView(edition, None if earlier.signals.empty else earlier, after, "edition")


def drafts_of(edition: Edition) -> ChangedView:
    """The last build against the one before it, as they were kept, whatever has been changed since."""
    before, after = (read_draft(edition.workspace, edition.period, name) for name in (EARLIER, LATEST))
    if after is None:
        return changed(edition, "build")
    return ChangedView(edition, before, after, "draft")
