"""What an author's sentence is about: which substances, dimensions, sources and measures stand nearest to a claim."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from forevar.claims import Change, Reader, Sentence, one_of
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS, Dimension
from forevar.words import Words

if TYPE_CHECKING:
    from forevar.edition import Edition

Span = tuple[int, int]
Found = list[tuple[Span, Any]]
CONSEQUENCES = str(Dimension.CONSEQUENCES)
_COMMON = 10  # a word in the names of so many measures tells none of them from the others


@dataclass(frozen=True)
class Scope:
    """What a claim is about.

    Attributes:
        substances: Keys; empty for none.
        dimensions: Those named beside the claim, else that of the section; empty for neither.
        is_named: Whether the dimensions are named and not only those of the section.
        sources: Each source named: the keys it may be.
        measures: Pairs of source and measure that the sentence's words fit.
        is_score: Whether the sentence speaks of a substance's score, and of no source.
    """

    substances: tuple[str, ...]
    dimensions: tuple[str, ...]
    is_named: bool
    sources: tuple[frozenset[str], ...]
    measures: frozenset[tuple[str, str]]
    is_score: bool = False

    @property
    def source_keys(self) -> list[str]:
        """One key for each source named."""
        return [min(keys) for keys in self.sources]

    @property
    def scored(self) -> list[tuple[str, str]]:
        """Substance and dimension of the scores the claim may be about."""
        return [(key, one) for key in self.substances for one in self.dimensions or (AGGREGATE,)]


@dataclass(frozen=True)
class Naming:
    """The names of one edition's substances, dimensions, sources and measures in one language."""

    edition: Edition

    @property
    def words(self) -> Words:
        """The language."""
        return self.edition.words

    @cached_property
    def reader(self) -> Reader:
        """Reads the language's sentences."""
        return Reader(self.words)

    @cached_property
    def substances(self) -> dict[str, re.Pattern[str]]:
        """Substance → its names, whatever their ending; the name of the focus's whole group is none."""
        group = self.words.name(self.edition.recipe.focus).casefold()
        found = {}
        for key, one in self.edition.params.substances.items():
            names = {name.strip() for name in self.words.name(one.name).split("/")}
            names |= {name for name in one.aliases if not re.search(r"[/()]", name)}
            names = {name for name in names if len(name) > 2 and name.casefold() != group}
            found[key] = one_of(f"{name}*" if len(name) > 3 else name for name in names)
        return found

    @cached_property
    def _dimensions(self) -> dict[str, re.Pattern[str]]:
        return {key: self.reader.pattern(f"dimension.{key}") for key in (*SCORED_DIMENSIONS, AGGREGATE)}

    @cached_property
    def _sections(self) -> dict[str, str]:
        return {self.words(f"section.{key}").casefold(): str(key) for key in (*SCORED_DIMENSIONS, CONSEQUENCES)}

    @cached_property
    def _sources(self) -> dict[frozenset[str], re.Pattern[str]]:
        """Sources that bear a name → that name: ``Helse Bergen`` is several, ``MBF`` is one of them."""
        bearers: dict[str, set[str]] = {}
        for key, source in self.edition.params.sources.items():
            for name in (self.words.name(source.name), self.words.name(source.short)):
                parts = re.split(r" – |, |\(|\)", name)
                for part in (parts[0], *(one for one in parts[1:] if one[:1].isupper())):
                    bearers.setdefault(part.strip(), set()).add(key)
            listed = f"kind.{source.kind}"
            for name in self.words(f"bound.{listed}").split(",") if self.words.has(f"bound.{listed}") else ():
                bearers.setdefault(name.strip(), set()).add(key)
        names: dict[frozenset[str], list[str]] = {}
        for name, keys in bearers.items():
            if len(name) > 1:
                names.setdefault(frozenset(keys), []).append(name if len(name) < 4 or name[-1] == "*" else f"{name}*")
        return {keys: one_of(each) for keys, each in names.items()}

    @cached_property
    def _measures(self) -> dict[tuple[str, str], set[str]]:
        """Source and measure → the beginnings of the words it is called by."""
        stems = {}
        for key, source in self.edition.params.sources.items():
            for name, measure in source.measures.items():
                told = re.findall(r"[^\W\d]{5,}", self.words.name(measure.name).casefold())
                stems[key, name] = {word[: max(5, len(word) - 2)] for word in told}
        for plan in self.edition.consequences().plan.figures:
            for one in plan.series:
                pair = one.parts[:2] if one.of else (next(part.parts[0] for part in plan.series if part.of), "total")
                told = re.findall(r"[^\W\d]{5,}", self.words.name(one.subject).casefold())
                stems.setdefault(pair, set()).update(word[: max(5, len(word) - 2)] for word in told)
        common = Counter(stem for each in stems.values() for stem in each)
        return {pair: {stem for stem in each if common[stem] < _COMMON} for pair, each in stems.items()}

    def substances_in(self, text: str) -> Found:
        """Substances a text names, and where."""
        return _find(self.substances, text)

    def _sources_in(self, text: str) -> Found:
        """Sources a text names; where a name of several and a name of one of them stand together, that one."""
        found = _find(self._sources, text)
        sets = {keys for _, keys in found}
        return [(span, keys) for span, keys in found if not any(other < keys for other in sets)]

    def _measure_words_in(self, text: str) -> Found:
        """Beginnings of words that measures are called by, and where: ``besla`` in «heroinbeslag»."""
        stems = {stem for each in self._measures.values() for stem in each}
        words = [(match.span(), match[0].casefold()) for match in re.finditer(r"[^\W\d]{5,}", text)]
        return [(span, stem) for span, word in words for stem in stems if stem in word]

    def _called(self, stems: list[str]) -> frozenset[tuple[str, str]]:
        """The measures that most of these words are in the name of."""
        hits = {pair: len(each.intersection(stems)) for pair, each in self._measures.items()}
        most = max(hits.values(), default=0)
        return frozenset(pair for pair, number in hits.items() if number == most > 0)

    def scope(
        self,
        sentence: Sentence,
        change: Change | None,
        changes: Sequence[Change],
        carried: list[str],
        chapter: str,
        name: str,
    ) -> Scope:
        """What a claim is about: what stands nearest in its part of the sentence, else in the whole of it.

        Args:
            sentence: Where it stands.
            change: The claim; None for a number, which the whole sentence is about.
            changes: Every word of change in the sentence.
            carried: Substances of the paragraph so far.
            chapter: The chapter's substance.
            name: The chapter.
        """
        whole = sentence.text
        low, high = 0, len(whole)
        if change is not None:
            low, high = self.reader.clause(whole, change.span)

        rivals = [one for one in changes if low <= one.span[0] < high]

        def nearest(span: Span) -> Change | None:
            return min(rivals, key=lambda one: self._gap(whole, one.span, span), default=None)

        def near(found: Found) -> list[Any]:
            here = [(span, key) for span, key in found if low <= span[0] < high]
            own = [key for span, key in here if nearest(span) is change]
            return list(dict.fromkeys(own or [key for _, key in here] or [key for _, key in found]))

        substances = near(self.substances_in(whole)) or ([chapter] if chapter else [])
        named = [str(one) for one in near(_find(self._dimensions, whole))]
        named = [AGGREGATE] if AGGREGATE in named else named
        section = self._sections.get(sentence.section.casefold(), "")
        sources = near(self._sources_in(whole))
        measures = self._called(near(self._measure_words_in(whole)))
        if name == CONSEQUENCES and (sources or measures):
            substances = []
        elif not substances and (named or sources or measures):
            substances = carried
        if not substances and not sources and name != CONSEQUENCES:
            measures = frozenset()
        is_score = bool(substances and not sources and self.reader.has("score", whole))
        dimensions = tuple(named) or ((section,) if section else ())
        return Scope(tuple(substances), dimensions, bool(named), tuple(sources), measures, is_score)

    def _gap(self, text: str, one: Span, other: Span) -> int:
        """How far apart two places are; an «og» between them counts as far."""
        low, high = min(one[1], other[1]), max(one[0], other[0])
        return max(high - low, 0) + (len(text) if f" {self.words('and')} " in text[low:high] else 0)


def _find(patterns: Mapping[Any, re.Pattern[str]], text: str) -> Found:
    found = [(match.span(), key) for key, pattern in patterns.items() for match in pattern.finditer(text)]
    return sorted(found, key=lambda one: one[0])
