"""Authors' texts held to the numbers: what the data contradict or do not contain, file by line, and what was kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field

from forevar.claims import Change, Number, Reader, Sentence
from forevar.edition import Edition
from forevar.errors import Fault, ParamsError, fault
from forevar.evidence import Evidence
from forevar.params import load_edition, load_params
from forevar.period import Period
from forevar.scope import CONSEQUENCES, Scope
from forevar.settings import Frozen
from forevar.store import make_tables, read_tables
from forevar.texts import fill
from forevar.words import LANGUAGES, Words
from forevar.workspace import Workspace
from forevar.yaml_file import line_of, read_yaml, validate

REFERENCES = "references"  # a list of works: every line is a reference
Said = Annotated[str, Field(min_length=1)]


class Override(Frozen):
    """One entry of ``params/editions/<edition>/overrides.yml``: words that stand against the numbers on purpose.

    Attributes:
        where: The text file, as the finding names it, without line.
        expect: The words as they stand in the text; they must cover a finding.
        reason: Why they stand.
        initials: Who answers for it.
    """

    where: Said
    expect: Said
    reason: Said
    initials: Said


@dataclass(frozen=True)
class Finding:
    """One place in a text that the numbers do not bear out.

    Attributes:
        kind: ``number``, ``word`` or ``stale``.
        where: ``file:line``.
        name: Chapter: ``substances/kokain``.
        lang: Language of the text.
        values: What its sentence tells: ``said``, ``about``, ``data`` (the words the numbers would bear out).
        overrides: File in which it may be kept.
        write: The ``$names`` that would agree; empty when there is none.
    """

    kind: str
    where: str
    name: str
    lang: str
    values: Mapping[str, str]
    overrides: str
    write: str = ""

    @property
    def fault(self) -> Fault:
        """For the command line."""
        key = f"text_{self.kind}_name" if self.write else f"text_{self.kind}"
        return fault(key, self.where, **self.values, write=self.write, overrides=self.overrides)

    def note(self, words: Words) -> str:
        """For the draft, in the text's language."""
        told = words(f"bound.found.{self.kind}", where=self.where, **self.values)
        return f"{told} {words('bound.instead', write=f'`{self.write}`')}" if self.write else told


@dataclass(frozen=True)
class Bound:
    """What became of an edition's texts.

    Attributes:
        findings: What the numbers do not bear out.
        kept: Overrides with the chapter and the language they stand in.
        faults: Unknown names, and overrides that cover nothing.
    """

    findings: tuple[Finding, ...] = ()
    kept: tuple[tuple[Override, str, str], ...] = ()
    faults: tuple[Fault, ...] = ()

    def told(self) -> list[Fault]:
        """The findings for the command line. No number of the data is in them: some are guarded."""
        return [one.fault for one in self.findings]

    def told_kept(self) -> list[Fault]:
        """The overrides in use, with reason and initials."""
        return [
            fault("text_kept", one.where, said=one.expect, reason=one.reason, initials=one.initials)
            for one, _, _ in self.kept
        ]

    def refuse(self, *, final: bool) -> None:
        """Stop a report that cannot stand.

        Raises:
            ParamsError: Overrides that cover nothing; for a final report every finding too.
        """
        if found := [*self.faults, *(self.told() if final else ())]:
            raise ParamsError(found)

    def note(self, chapter: str, words: Words) -> str:
        """What co-authors must know of a chapter's text, as Markdown; empty when it agrees."""
        told = [one.note(words) for one in self.findings if (one.name, one.lang) == (chapter, words.lang)]
        return "\n".join((words("bound.heading"), "", *(f"- {one}" for one in told))) if told else ""

    def kept_in(self, chapter: str, words: Words) -> list[str]:
        """A sentence for each override of a chapter."""
        return [
            words("bound.kept", said=one.expect, reason=one.reason, initials=one.initials)
            for one, name, lang in self.kept if (name, lang) == (chapter, words.lang)
        ]  # fmt: skip


NOTHING_FOUND = Bound()


def check_texts(workspace: Workspace, edition: Period, opened: Edition | None = None) -> Bound:
    """Every text of an edition, in every language, held to its numbers.

    Args:
        workspace: Whose texts.
        edition: Whose numbers.
        opened: The edition, when it is open already.

    Raises:
        ParamsError: ``overrides.yml`` holds something else than overrides with reason and initials.
    """
    overrides = load_overrides(workspace, edition)
    folders = (workspace.params / "text", workspace.edition(edition) / "text")
    files = [path for folder in folders for path in sorted(folder.rglob("*.md"))]
    if not files and not overrides:
        return Bound()
    opened = opened or _open(workspace, edition)
    by_lang: dict[str, Evidence] = {}
    findings: list[Finding] = []
    kept: dict[int, tuple[Override, str, str]] = {}
    faults: list[Fault] = []
    for path in files:
        folder = next(one for one in folders if one in path.parents)
        lang, name = _language(path.relative_to(folder), opened.params.town.lang)
        evidence = by_lang.setdefault(lang, Evidence(replace(opened, words=opened.params.words(lang))))
        markdown, where = path.read_text(encoding="utf-8-sig"), workspace.relative(path)
        try:
            fill(markdown, opened.values, where)
        except ParamsError as error:
            faults += error.faults
        if name == REFERENCES:
            continue
        for start, end, found in read_text(evidence, name, where, markdown):
            number = next((n for n, (one, _) in enumerate(overrides) if _covers(one, where, markdown, start, end)), -1)
            if number < 0:
                findings.append(found)
            else:
                kept[number] = (overrides[number][0], name, lang)
    faults += [
        fault("override_unused", place, text=one.where)
        for number, (one, place) in enumerate(overrides) if number not in kept
    ]  # fmt: skip
    return Bound(tuple(findings), tuple(kept[number] for number in sorted(kept)), tuple(faults))


def read_text(evidence: Evidence, name: str, where: str, markdown: str) -> Iterator[tuple[int, int, Finding]]:
    """Each finding of one text, with the characters it is about."""
    held = _Held(evidence, name)
    edition = evidence.edition
    overrides = edition.workspace.relative(_overrides_file(edition.workspace, edition.period))
    for sentence in held.reader.sentences(markdown):
        for (start, end), kind, values, write in held.disagreements(sentence):
            line = markdown.count("\n", 0, sentence.start + start) + 1
            found = Finding(kind, f"{where}:{line}", name, evidence.words.lang, values, overrides, write)
            yield sentence.start + start, sentence.start + end, found


def load_overrides(workspace: Workspace, edition: Period) -> list[tuple[Override, str]]:
    """The overrides of an edition, each with ``file:line``.

    Raises:
        ParamsError: The file is no list of overrides; every fault at once.
    """
    path = _overrides_file(workspace, edition)
    if not path.is_file():
        return []
    where = workspace.relative(path)
    data = read_yaml(path, where) or []
    if not isinstance(data, list):
        raise ParamsError("overrides are a list", where, "begin each with: - where:")
    found: list[tuple[Override, str]] = []
    faults: list[Fault] = []
    for number, entry in enumerate(data):
        try:
            found.append((validate(Override, entry, path, where, (number,)), f"{where}:{line_of(path, (number,))}"))
        except ParamsError as error:
            faults += error.faults
    if faults:
        raise ParamsError(faults)
    return found


def _open(workspace: Workspace, edition: Period) -> Edition:
    """The edition without a trace: ``forevar check`` writes no table."""
    params = load_params(workspace)
    tables = read_tables(workspace) or make_tables(workspace, params)
    return Edition(params, load_edition(workspace, edition), tables, params.words())


def _overrides_file(workspace: Workspace, edition: Period) -> Path:
    return workspace.edition(edition) / "overrides.yml"


def _language(inside: Path, own: str) -> tuple[str, str]:
    first, *rest = inside.with_suffix("").parts
    return (first, "/".join(rest)) if rest and first in LANGUAGES else (own, inside.with_suffix("").as_posix())


def _covers(override: Override, where: str, markdown: str, start: int, end: int) -> bool:
    if override.where != where:
        return False
    words = r"\s+".join(map(re.escape, override.expect.split()))
    return any(match.start() <= start and end <= match.end() for match in re.finditer(words, markdown))


Disagreement = tuple[tuple[int, int], str, Mapping[str, str], str]


@dataclass
class _Held:
    """One text, read sentence by sentence; remembers what the paragraph is about."""

    evidence: Evidence
    name: str
    _paragraph: int = -1
    _carried: list[str] = field(default_factory=list)
    _last: Scope | None = None

    @property
    def reader(self) -> Reader:
        return self.evidence.reader

    @property
    def _chapter(self) -> str:
        kind, _, key = self.name.rpartition("/")
        return key if kind == "substances" and key in self.evidence.substances else ""

    def disagreements(self, sentence: Sentence) -> Iterator[Disagreement]:
        """What in a sentence the numbers do not bear out; nothing of one that cites."""
        if sentence.paragraph != self._paragraph:
            self._paragraph, self._carried, self._last = sentence.paragraph, [], None
        named = [key for _, key in self.evidence.substances_in(sentence.text)]
        self._carried = list(dict.fromkeys(named)) or self._carried
        if sentence.is_cited:
            return
        periods = (self.evidence.edition.period, self.evidence.edition.period.previous)
        labels = self.reader.half_years(sentence.text)
        for period, span, is_past in labels:
            if period not in periods and not is_past:
                yield span, "stale", {"said": _said(sentence, span)}, "$season, $period"
        text, clause = sentence.text, self.reader.clause
        past = [clause(text, span) for period, span, is_past in labels if is_past and period not in periods]
        changes = [one for one in self.reader.changes(text) if clause(text, one.span) not in past]
        for change in changes:
            yield from self._word(sentence, change, changes)
        for number in self.reader.numbers(sentence.text):
            yield from self._number(sentence, number)

    def _word(self, sentence: Sentence, change: Change, changes: list[Change]) -> Iterator[Disagreement]:
        scope = self._scope(sentence, change, changes)
        data = self.evidence.against(change, scope)
        if data is None:
            return
        write = " / ".join(f"${key}_{dimension}" for key, dimension in scope.scored) if not scope.sources else ""
        values = {"said": _said(sentence, change.span), "about": self._about(scope), "data": data}
        yield change.span, "word", values, write

    def _number(self, sentence: Sentence, number: Number) -> Iterator[Disagreement]:
        scope = self._scope(sentence)
        if self.evidence.holds(number, scope, self.name):
            return
        write = " / ".join(f"${key}_{dimension}_score" for key, dimension in scope.scored) if number.is_signed else ""
        yield number.span, "number", {"said": number.said, "about": self._about(scope)}, write

    def _scope(self, sentence: Sentence, change: Change | None = None, changes: Sequence[Change] = ()) -> Scope:
        """What a claim is about; among consequences, what the sentence before was about when it names nothing."""
        found = self.evidence.scope(sentence, change, changes, self._carried, self._chapter, self.name)
        if self._last and not (found.substances or found.sources or found.measures):
            return self._last
        self._last = found if self.name == CONSEQUENCES else None
        return found

    def _about(self, scope: Scope) -> str:
        words, params = self.evidence.words, self.evidence.edition.params
        names = [words.name(params.substances[key].name) for key in scope.substances]
        names += [words.name(params.sources[key].short or params.sources[key].name) for key in scope.source_keys]
        if not scope.source_keys:
            names += [words(f"dimension.{one}") for one in scope.dimensions]
        return ", ".join(dict.fromkeys(names)) or words("bound.general")


def _said(sentence: Sentence, span: tuple[int, int]) -> str:
    return " ".join(sentence.text[slice(*span)].split())
