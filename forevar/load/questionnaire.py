"""A questionnaire's export → answers by substance and question; text that is not on a list never leaves the file.

Rows are informants and columns are questions, with the question as heading, as Nettskjema, SurveyXact and Microsoft
Forms write them, for instance (made up)::

    Kjenner du til bruk av kokain?   Inntak kokain [Sniffer]   Slang for kokain
    Ja                               1                         snø, kola
    Nei
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from forevar.errors import DataError, Fault, fault
from forevar.load.grid import Cell, Grid, as_text
from forevar.load.label import fill, fits, normal
from forevar.load.number import parse_number
from forevar.load.personal import looks_personal
from forevar.load.timelabel import TimeForm, parse_time
from forevar.period import Period
from forevar.profile import Answers, Profile, Question

OTHER = "other"
UNTICKED = frozenset({"", "0", "nei", "no", "false", "usann", "nein", "non", "ikke valgt", "not selected", "unchecked"})
_PRICE = re.compile(
    r"(?:kr\.?|nok)?\s*(?P<low>\d[\d\s.]*?)(?:\s*-\s*(?P<high>\d[\d\s.]*?))?\s*(?:,-)?\s*(?:kr\.?|nok|kroner|lapper)?\s*"
    r"(?:(?:/|per|pr\.?|for)\s*(?:1|en|et|ett)?\s*)?(?P<unit>[^\W\d][\w ]*)?",
    re.IGNORECASE,
)
_HEADER_ROWS = 30
MAX_PRICE = 1_000_000


@dataclass(frozen=True)
class Answer:
    """One answer of one informant."""

    period: str
    informant: str
    group: str
    substance: str
    question: str
    answer: str
    unit: str
    origin: str


@dataclass
class Answered:
    """What came of reading a questionnaire."""

    answers: list[Answer] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """One column of a questionnaire.

    Attributes:
        choice: The choice the column is a tick for; empty for columns that hold answers.
        unit_column: Where the unit of a price stands.
    """

    index: int
    question: Question
    substance: str
    choice: str = ""
    unit_column: int | None = None


def period_of(profile: Profile, half: Period | None) -> str | None:
    """The half-year of the file's name, or the constant of the profile (a year stays a year)."""
    time = profile.time
    if not time.constant:
        return str(half) if half else None
    span = parse_time(time.constant, TimeForm(time.every, half=half))
    if span is None:
        return None
    return str(span.start.year) if time.every in ("year", "campaign") else str(Period.containing(span.start))


def read_answers(grid: Grid, profile: Profile, substances: Mapping[str, str], half: Period | None) -> Answered:
    """Every answer of one file.

    Args:
        grid: The sheet.
        profile: Its ``answers``.
        substances: Normal label → key.
        half: The half-year in the file's name.

    Returns:
        Answers by row; an unanswered question gives none. A term outside the word lists, or told by fewer than
        ``min_n`` informants, is ``other``, and its address is among the notices. Content is never quoted from
        restricted files, nor from short answers of any.
    """
    answers = profile.answers
    assert answers is not None
    found = Answered()
    period = period_of(profile, half)
    if period is None:
        found.faults.append(fault("no_time", grid.where()))
        return found
    try:
        header, asked, group = _find_columns(grid, answers, substances, found)
    except DataError as error:
        found.faults += error.faults
        return found
    for row in range(header + answers.header, len(grid.rows)):
        if any(grid.cell(row, one.index) != "" for one in asked):
            _read_row(grid, row, asked, group, answers, period, found)
    _set_aside_the_rare(found, answers)
    return found


def _find_columns(
    grid: Grid, answers: Answers, substances: Mapping[str, str], found: Answered
) -> tuple[int, list[Asked], int | None]:
    """Header row, columns of questions, column of the group.

    Raises:
        DataError: A question, or the group's column, is nowhere.
    """
    wanted = [question for question in answers.questions if not question.optional]
    header, heads, missing = 0, _headings(grid, 0, answers.header), [one.column for one in wanted]
    for row in range(min(_HEADER_ROWS, len(grid.rows))):
        paths = _headings(grid, row, answers.header)
        lost = [one.column for one in wanted if all(_matches(path, one) is None for path in paths.values())]
        if len(lost) < len(missing):
            header, heads, missing = row, paths, lost
        if not lost:
            break
    group = None
    if answers.group:
        group = next((i for i, path in heads.items() if fits(path, answers.group.column)), None)
        if group is None:
            missing.append(answers.group.column)
    if missing:
        names = ", ".join(one.column for one in wanted)
        raise DataError(fault("no_header", grid.where(), wanted=names, missing=", ".join(missing)))
    keys = {**substances, **{normal(label): key for label, key in answers.labels.items()}}
    asked = []
    for index, path in heads.items():
        one = _asked(index, path, answers, keys, heads)
        if isinstance(one, Asked):
            asked.append(one)
        elif one:
            where = grid.where(header, index)
            found.faults.append(fault("unknown_label", where, content=grid.shown(one), role="substance"))
    return header, asked, group


def _headings(grid: Grid, row: int, depth: int) -> dict[int, str]:
    """Column → heading, the rows of it joined by `` / ``; an upper one reaches over blanks to its right."""
    paths: dict[int, str] = {}
    upper = [""] * depth
    for column in range(grid.width):
        texts = []
        for level in range(depth):
            text = as_text(grid.label(row + level, column))
            if level < depth - 1:
                text = upper[level] = text or upper[level]
            if text and text not in texts:
                texts.append(text)
        if texts and grid.label(row + depth - 1, column) != "":
            paths[column] = " / ".join(texts)
    return paths


def _matches(path: str, question: Question) -> dict[str, str] | None:
    if "{" not in question.column:
        return {} if fits(path, question.column) else None
    return next((parts for one in question.column.split("|") if (parts := fill(path, one)) is not None), None)


def _asked(
    index: int, path: str, answers: Answers, keys: Mapping[str, str], heads: Mapping[int, str]
) -> Asked | str | None:
    """What a column asks; the substance's label when it is not known; None for columns that are not read."""
    unknown = None
    for question in answers.questions:
        parts = _matches(path, question)
        if parts is None:
            continue
        label = parts.get("substance", "")
        substance = keys.get(normal(label)) if label else question.substance
        if substance is None:
            unknown = label
            continue
        if answers.substances and substance not in answers.substances:
            return None
        unit_column = None
        if question.unit_column:
            wanted = question.unit_column.replace("{substance}", label)
            unit_column = next((i for i, head in heads.items() if fits(head, wanted)), None)
        return Asked(index, question, substance, parts.get("answer", ""), unit_column)
    return unknown


def _read_row(
    grid: Grid, row: int, asked: list[Asked], group: int | None, answers: Answers, period: str, found: Answered
) -> None:
    blank = Answer(period, str(row + 1), "", "", "", "", "", "")
    if group is not None and answers.group and (cell := grid.label(row, group)) != "":
        names = {normal(label): key for label, key in answers.group.labels.items()}
        key = names.get(normal(cell))
        if key is None:
            where = grid.where(row, group)
            found.faults.append(fault("unknown_answer", where, content=_shown(grid, cell), scale="group"))
        else:
            blank = replace(blank, group=key)
    for one in asked:
        cell = grid.cell(row, one.index)
        if cell == "":
            continue
        where = grid.where(row, one.index)
        base = replace(blank, substance=one.substance, question=one.question.ask, origin=where)
        if one.question.ask == "price":
            found.answers += _price(grid, row, one, cell, base, found)
            continue
        for answer in dict.fromkeys(_worded(grid, one, cell, answers, where, found)):
            found.answers.append(replace(base, answer=answer))


def _worded(grid: Grid, one: Asked, cell: Cell, answers: Answers, where: str, found: Answered) -> Iterator[str]:
    """The keys of what a cell answers; several when the cell holds several."""
    question = one.question
    if question.scale:
        scale = {normal(label): key for label, key in answers.scales[question.scale].items()}
    else:
        scale = _spellings(answers.terms[question.terms])
    if one.choice:
        if normal(cell) not in UNTICKED:
            yield scale.get(normal(one.choice), OTHER)
        return
    if (key := scale.get(normal(cell))) is not None:
        yield key
        return
    parts = re.split(f"[{re.escape(question.split)}]", as_text(cell)) if question.split else [as_text(cell)]
    for part in (part for part in parts if part.strip()):
        key = scale.get(normal(part))
        if key is not None:
            yield key
        elif question.scale and not question.split:
            content = _shown(grid, part)
            found.faults.append(fault("unknown_answer", where, content=content, scale=question.scale))
        elif looks_personal(part):
            found.notices.append(fault("personal", where))
        else:
            terms = question.terms or question.scale
            found.notices.append(fault("unknown_term", where, ask=question.ask, terms=terms))
            yield OTHER


def _spellings(terms: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {normal(spelling): term for term, spellings in terms.items() for spelling in (term, *spellings)}


def _price(grid: Grid, row: int, one: Asked, cell: Cell, base: Answer, found: Answered) -> list[Answer]:
    """The price, or both ends of a span of prices; nothing that is not a plain price with a known unit."""
    match = _PRICE.fullmatch(as_text(cell).replace("\u2013", "-").strip())
    if match is None:
        found.notices.append(fault("not_a_price", base.origin))
        return []
    prices = [parse_number(text.strip(), ",", ".") for text in (match["low"], match["high"]) if text]
    told = as_text(grid.cell(row, one.unit_column)) if one.unit_column is not None else (match["unit"] or "")
    unit = _spellings(one.question.units).get(normal(told)) if one.question.units or told else ""
    if any(price is None or price >= MAX_PRICE for price in prices):
        found.notices.append(fault("not_a_price", base.origin))
        return []
    if unit is None:
        found.notices.append(fault("unknown_unit", base.origin))
        return []
    return [replace(base, answer=as_text(price), unit=unit) for price in prices]


def _set_aside_the_rare(found: Answered, answers: Answers) -> None:
    """Terms and priced units that fewer than ``min_n`` informants gave: other, or left out when a price."""
    listed = {one.ask for one in answers.questions if one.terms or one.ask == "price"}
    informants: dict[tuple[str, str, str], set[str]] = {}

    def term(one: Answer) -> tuple[str, str, str]:
        return one.question, one.substance, one.unit if one.question == "price" else one.answer

    for one in found.answers:
        informants.setdefault(term(one), set()).add(one.informant)
    kept: list[Answer] = []
    for one in found.answers:
        is_rare = one.question in listed and one.answer != OTHER and len(informants[term(one)]) < answers.min_n
        if not is_rare:
            kept.append(one)
            continue
        found.notices.append(fault("rare_term", one.origin, ask=one.question, min_n=answers.min_n))
        if one.question != "price":
            kept.append(replace(one, answer=OTHER))
    found.answers = list(dict.fromkeys(kept))


def _shown(grid: Grid, cell: Cell) -> str | None:
    return None if looks_personal(as_text(cell)) else grid.shown(cell)
