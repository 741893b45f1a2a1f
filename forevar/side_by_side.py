"""Two workspaces, one edition → their words and scores beside each other, where both follow the same rules."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from forevar.blocks import Bundle, Column, Credit, Table, Text
from forevar.coverage import kind_counts
from forevar.errors import Fault, ParamsError
from forevar.settings import Method, Substance
from forevar.start import start_workspace
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS
from forevar.words import Words, capital

if TYPE_CHECKING:
    from forevar.edition import Edition

RULES = (
    "base", "mean_of", "class_limits_percent", "class_limits_by_kind", "class_values", "missing_comparison",
    "first_time", "few", "zero_base_value", "measures", "unscored_kinds", "default_weight", "normalisation", "panel",
    "source_overrides", "words",
)  # fmt: skip
"""The parts of the method that a score or its word depends on."""


@contextmanager
def made_up_town() -> Iterator[Path]:
    """A town to look at when there is no other at hand; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="forevar-town-") as folder:
        yield start_workspace(Path(folder) / "town", "Eksempelby").root


def side_by_side(one: Edition, other: Edition) -> SideBySide:
    """Lay the same edition of two towns beside each other; notebooks say ``edition.beside(folder)``.

    Raises:
        ParamsError: Their methods differ: every rule with both values.
    """
    names = (one.params.town.place, other.params.town.place)
    faults = [
        Fault(f"{rule} is {ours} in {names[0]} and {theirs} in {names[1]}", f"params/method.yml: {rule}")
        for rule, ours, theirs in differing_rules(one.params.method, other.params.method)
    ]
    if faults:
        last = faults.pop()
        mend = "scores made by different rules cannot be compared: agree on a method first"
        raise ParamsError([*faults, Fault(last.what, last.where, mend)])
    return SideBySide(one, other)


def differing_rules(ours: Method, theirs: Method) -> Iterator[tuple[str, object, object]]:
    """Rule, our value and theirs, for every rule of scoring that is not the same in both."""
    for rule in RULES:
        one, other = getattr(ours, rule), getattr(theirs, rule)
        if one == other:
            continue
        if hasattr(one, "model_fields_set"):
            for name in type(one).model_fields:
                if getattr(one, name) != getattr(other, name):
                    yield f"{rule}.{name}", getattr(one, name), getattr(other, name)
        else:
            yield rule, one, other


@dataclass(frozen=True, repr=False)
class SideBySide:
    """One edition of two towns whose rules are the same."""

    one: Edition
    other: Edition

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return self.scores()._repr_mimebundle_()

    @property
    def words(self) -> Words:
        """The language of what is shown."""
        return self.one.words

    @property
    def pairs(self) -> dict[str, str]:
        """Our key of a substance → theirs: the same key, or a name or alias in common."""
        theirs = {name: key for key, entry in self.other.params.substances.items() for name in _names(key, entry)}
        found = {}
        for key, entry in self.one.params.substances.items():
            match = next((theirs[name] for name in _names(key, entry) if name in theirs), None)
            if match:
                found[key] = match
        return found

    def title(self) -> Text:
        """``# Sandefjord og Bergen, vår 2026``."""
        places = self.words.join([edition.params.town.place for edition in (self.one, self.other)])
        return Text(f"# {places}, {self.words.period(self.one.period)}")

    def scores(self) -> Table:
        """Word and share of the largest possible score, for every substance that both towns watch."""
        rows: list[tuple[str, ...]] = []
        groups = {}
        for ours, theirs in self.pairs.items():
            groups[len(rows)] = capital(self.one.paint(ours).name)
            pair = [_scores(self.one, ours), _scores(self.other, theirs)]
            for dimension in (*SCORED_DIMENSIONS, AGGREGATE):
                told = [text for scores in pair for text in self._told(scores.get(str(dimension)))]
                rows.append((capital(self.words(f"dimension.{dimension}")), *told))
        columns = [Column(self.words("side.dimension"))]
        for edition in (self.one, self.other):
            place = edition.params.town.place
            columns += [
                Column(place),
                Column(self.words("side.share"), "right"),
                Column(self.words("side.sources"), "right"),
            ]
        return Table(
            "side-scores", self.words("side.title"), tuple(columns), tuple(rows), self._credit(), groups=groups,
            subtitle=self.words("side.subtitle"),
        )  # fmt: skip

    def coverage(self) -> Table:
        """How many sources stand behind each town's edition, by kind, and how many of them were scored."""
        towns = (self.one, self.other)
        counts = [kind_counts(edition.coverage) for edition in towns]
        scored = [kind_counts(edition.coverage[edition.coverage["state"] == "scored"]) for edition in towns]
        kinds = [
            kind
            for kind in ("statistics", "media", "panel", "key_persons", "focus_groups")
            if any(map(_has(kind), counts))
        ]
        rows = tuple(
            (self.words(f"side.kind.{kind}"),
             *(self.words("side.of", scored=some.get(kind, 0), all=every.get(kind, 0))
               for some, every in zip(scored, counts, strict=True)))
            for kind in kinds
        )  # fmt: skip
        columns = (
            Column(self.words("side.kinds")), *(Column(edition.params.town.place, "right") for edition in towns)
        )  # fmt: skip
        return Table("side-coverage", self.words("side.coverage"), columns, rows, self._credit())

    def alone(self) -> Text:
        """Substances that only one of the towns watches."""
        pairs = self.pairs
        left = [key for key in self.one.params.substances if key not in pairs]
        right = [key for key in self.other.params.substances if key not in pairs.values()]
        lines = [
            self.words(
                "side.alone", place=edition.params.town.place,
                substances=self.words.join([edition.paint(key).name for key in keys]),
            )
            for edition, keys in ((self.one, left), (self.other, right)) if keys
        ]  # fmt: skip
        return Text("\n\n".join(lines))

    def _told(self, row: Mapping[str, Any] | None) -> tuple[str, str, str]:
        """Word, share of the maximum and number of scored sources; «ingen skår» where nobody was scored."""
        if row is None or not row["word"] or pd.isna(row["score"]):
            return self.words("text.no_score"), "–", "0"
        share = self.words.signed(round(100 * row["score"] / row["maximum"])) + "\u00a0%" if row["maximum"] else "–"
        return self.one.word(row["word"]), share, f"{row['n_scored']:.0f}"

    def _credit(self) -> Credit:
        tag = next((tag for edition in (self.one, self.other) if (tag := edition.tag(edition.params.sources))), "")
        return Credit(self.one.credit((), who=self.words("credit.all")).source, tag)


def _scores(edition: Edition, substance: str) -> dict[str, Mapping[str, Any]]:
    return {str(row["dimension"]): row for row in edition.now(f"differences/{substance}").to_dict("records")}  # type: ignore[misc]


def _names(key: str, entry: Substance) -> tuple[str, ...]:
    named = (entry.name,) if isinstance(entry.name, str) else tuple(entry.name.values())
    return tuple(name.casefold() for name in (key, *named, *entry.aliases))


def _has(kind: str) -> Any:
    return lambda counts: counts.get(kind, 0) > 0
