"""The workspace → what the gate must know: guarded sources, restricted words, what is allowed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import openpyxl

from forevar.params import Params, load_series_figures
from forevar.registry import read_sidecar
from forevar.settings import Method, Recipe, Source
from forevar.words import Names
from forevar.workspace import Workspace

WORD = re.compile(r"[^\W\d_]{3,}(?:-[^\W\d_]+)*")


@dataclass(frozen=True)
class Label:
    """A name a source goes by in a report.

    Attributes:
        text: In small letters.
        source: Its key.
        least: Fewest of it that may be printed; 0 when any may.
        is_plain: A word that may mean something else, as a drug's name: it counts only over a column.
    """

    text: str
    source: str
    least: int
    is_plain: bool = False


@dataclass(frozen=True)
class Knowledge:
    """What a file is held against.

    Attributes:
        labels: The longest first.
        nouns: What guarded sources count, in small letters.
        restricted: Words that stand only in restricted files, in small letters → the source.
        closed: Addresses of restricted raw files → the source.
        people: How many answered each panel and each of its groups → fewest of them that may be printed.
        allowed: Texts of the publisher's own, in small letters.
        weights: Source and dimension, in the reader's word → its weight, which stands in a table of weights.
        coverage: What is said behind «3 av 10» where it tells sources and not people: «gir skår».
    """

    labels: tuple[Label, ...] = ()
    nouns: frozenset[str] = frozenset()
    restricted: dict[str, str] = field(default_factory=dict)
    closed: dict[str, str] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    weights: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    coverage: tuple[str, ...] = ()

    @cached_property
    def by_text(self) -> dict[str, Label]:
        """Name → label."""
        return {label.text: label for label in self.labels}

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds every name as a whole word, the longest first."""
        names = "|".join(re.escape(label.text) for label in self.labels) or "(?!)"
        return re.compile(rf"(?<![^\W_])(?:{names})(?![^\W_])")

    @cached_property
    def most(self) -> int:
        """No number from here on is small."""
        return max((label.least for label in self.labels), default=0)


def knowledge_of(params: Params, recipe: Recipe, people: dict[int, int] | None = None) -> Knowledge:
    """What the workspace knows of an edition.

    Args:
        params: Of the workspace.
        recipe: Of the edition.
        people: As in Knowledge.
    """
    workspace = params.workspace
    texts, closed = _restricted(workspace, params, recipe)
    allowed = [*recipe.contact, *recipe.authors, recipe.issn, recipe.isbn]
    return Knowledge(
        _labels(params),
        frozenset(_nouns(params)),
        _only_there(texts, params, recipe),
        closed,
        people or {},
        tuple(text.casefold() for text in allowed if text),
        _weights(params),
        tuple(params.phrases.get("charts.coverage.are_scored", {}).values()),
    )


def least_of(source: Source, method: Method) -> int:
    """Fewest that may be printed, as the register says."""
    rule = source.disclosure
    own = rule.min_n if rule.min_n is not None else method.disclosure.min_n.get(rule.unit)
    return 0 if rule.public or own is None else own


def _all(names: Names) -> set[str]:
    return {text for text in ([names] if isinstance(names, str) else names.values()) if text}


def _labels(params: Params) -> tuple[Label, ...]:
    found: dict[str, Label] = {}
    for key, source in params.sources.items():
        least = least_of(source, params.method)
        for text in {key, *_all(source.name), *_all(source.short)}:
            known = found.get(text.casefold())
            if known is None or known.least < least:
                found[text.casefold()] = Label(text.casefold(), key, least)
    drugs = {text.casefold() for one in params.substances.values() for text in _all(one.name)}
    for figure in load_series_figures(params.workspace).figures:
        for one in figure.series:
            own = params.sources.get(one.parts[0])
            if own is None or not one.of:
                continue
            for text in {name.casefold() for name in _all(one.label) | _all(one.subject)}:
                is_plain = text in drugs or len(text) < 4
                found.setdefault(text, Label(text, one.parts[0], least_of(own, params.method), is_plain))
    return tuple(sorted(found.values(), key=lambda label: -len(label.text)))


def _weights(params: Params) -> dict[tuple[str, str], tuple[str, ...]]:
    return {
        (key, text.casefold()): (f"{weight:g}",)
        for key, source in params.sources.items() for dimension, weight in source.weights.items()
        for text in params.phrases.get(f"dimension.{dimension}", {}).values()
    }  # fmt: skip


def _nouns(params: Params) -> set[str]:
    found = {"personer", "personar", "persons", "people", "pasienter", "patients", "tilfeller", "cases", "informanter"}
    for source in params.sources.values():
        if least_of(source, params.method):
            for measure in source.measures.values():
                found |= {
                    word.casefold() for text in _all(measure.name) | _all(measure.label) for word in WORD.findall(text)
                }
    plain = {"antall", "talet", "number", "ved", "som", "etter", "med", "per", "oppstart", "av", "rusmiddel", "drug"}
    return found - plain


def _restricted(workspace: Workspace, params: Params, recipe: Recipe) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Source → texts in its restricted files of this edition; address of every restricted file → source."""
    texts: dict[str, list[str]] = {}
    closed: dict[str, str] = {}
    for path in sorted(one for one in workspace.raw.rglob("*") if one.is_file() and one.suffix != ".yml"):
        sidecar = read_sidecar(path, workspace)
        keys = [*(sidecar.source if sidecar else ()), path.stem.partition("-")[2].partition("-")[2]]
        key = next((one for one in keys if one in params.sources), "")
        is_closed = bool(sidecar and sidecar.access == "restricted")
        if not is_closed and not (key and params.sources[key].access == "restricted"):
            continue
        closed[workspace.relative(path)] = key or path.stem
        if path.name.startswith(str(recipe.period)):
            texts.setdefault(key or path.stem, []).extend(_texts(path))
    return texts, closed


def _texts(path: Path) -> list[str]:
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        return [str(cell) for sheet in book for line in sheet.iter_rows(values_only=True) for cell in line if cell]
    return re.split(r"[;\t\r\n]+", path.read_text(encoding="utf-8-sig", errors="replace"))


def _only_there(texts: dict[str, list[str]], params: Params, recipe: Recipe) -> dict[str, str]:
    """Words of restricted cells that no decision, text or open file uses, and that only few informants wrote."""
    if not texts:
        return {}
    open_words = set(_words(_decided(params)))
    for path in params.workspace.raw.rglob("*.yml"):
        open_words |= set(_words([path.read_text(encoding="utf-8", errors="replace")]))
    found: dict[str, str] = {}
    for key, cells in texts.items():
        least = max(least_of(params.sources[key], params.method) if key in params.sources else 0, 2)
        counted = Counter(word for cell in cells for word in set(_words([cell])))
        found |= {word: key for word, count in counted.items() if count < least and word not in open_words}
    return found


def _decided(params: Params) -> Iterable[str]:
    folder = params.workspace.params
    for path in (*folder.rglob("*.yml"), *folder.rglob("*.md")):
        yield path.read_text(encoding="utf-8", errors="replace")
    for texts in params.phrases.values():
        yield from texts.values()


def _words(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        for word in WORD.findall(text):
            yield word.casefold()
