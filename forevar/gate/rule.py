"""A piece → what in it must not be sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from forevar.gate.knowledge import WORD, Knowledge, Label
from forevar.gate.piece import Piece

SPACE = r"[ \u00a0\u2009\u202f]"
ARROW = r"(?:→|->|–>|mot|against|fra|frå|til|to|from|vs\.?)"
_PAIR = re.compile(
    rf"(?<![\w,.−+\-–×])(\d{{1,3}}){SPACE}*{ARROW}{SPACE}*(\d{{1,3}})(?!\d|[,.]\d|{SPACE}\d{{3}}|{SPACE}?%)"
)
_OF = re.compile(rf"(?<![\w,.−+\-–×])(\d{{1,3}}){SPACE}(?:av|of){SPACE}(\d{{1,3}})(?!\d)")
_COUNT = re.compile(
    rf"(?<![\w,.−+\-–×/])(\d{{1,3}}|en|ett|ein|eit|one|to|two|tre|three|fire|four|fem|five){SPACE}([^\W\d_]{{4,}})"
)
_BARE = re.compile(r"\d{1,3}")
SCORES = ("skår", "score")
_NUMBER_WORDS = {
    "en": 1, "ett": 1, "ein": 1, "eit": 1, "one": 1, "to": 2, "two": 2, "tre": 3, "three": 3, "fire": 4, "four": 4,
    "fem": 5, "five": 5,
}  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-ZÆØÅ])|\n")

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    rf"(?<![\w.,+\-–/:#])(?<!\d{SPACE})(?:(?:\+|00)47{SPACE}?)?"
    rf"(?:[2-9]\d(?:{SPACE}\d\d){{3}}|[489]\d\d{SPACE}\d\d{SPACE}\d\d\d|[2-9]\d{{7}})(?![\w\-–]|[.,]\d|{SPACE}\d)"
)
_TOLD_PHONE = re.compile(
    rf"(?:(?:\+|00)47|tlf\.?|tel\.?|telefon|mobil|phone)[: \u00a0]*(\d(?:{SPACE}?\d){{7}})(?!\d)", re.I
)
_IDENTITY = re.compile(rf"(?<![\w.,\-])(\d{{6}}){SPACE}?(\d{{5}})(?![\w\-]|[.,]\d)")
_PATH = re.compile(
    r"(?:file:///?[^\s\"'<>]+|(?<![\w/.:])/(?:home|Users|root|work|tmp|var|mnt|media|opt|srv|private|Volumes)/[^\s\"'<>]*"
    r"|(?<![A-Za-z])[A-Za-z]:\\{1,2}(?=\w)[^\s\"'<>]+|(?<![\w/.])~/[\w.][^\s\"'<>]*)"
)
_SHARE = re.compile(r"\\\\[\w.-]+\\[^\s\"'<>]+")


@dataclass(frozen=True)
class Finding:
    """One thing that must not be sent.

    Attributes:
        rule: ``small count``, ``column no chart shows``, ``restricted word``, ``restricted file``, ``phone``,
            ``e-mail``, ``identity number``, ``path`` or ``unreadable``.
        where: File and place in it.
        what: What was found; the content itself only where it is not a person's.
        source: Key of the source it comes from; empty when unknown.
    """

    rule: str
    where: str
    what: str
    source: str = ""

    def __str__(self) -> str:
        """One line: place, rule, content and source."""
        source = f" (source: {self.source})" if self.source else ""
        return f"{self.where}: {self.rule}: {self.what}{source}"


def findings_in(piece: Piece, known: Knowledge) -> Iterator[Finding]:
    """Everything in one piece."""
    if piece.kind == "column":
        yield Finding("column no chart shows", piece.where, f"«{piece.text}»")
        return
    if piece.kind == "unread":
        yield Finding("unreadable", piece.where, piece.text)
        return
    yield from _personal(piece, known)
    yield from _closed(piece, known)
    if piece.kind != "code":
        yield from _small(piece, known)


def _personal(piece: Piece, known: Knowledge) -> Iterator[Finding]:
    text = piece.text
    for found in _EMAIL.finditer(text):
        if not _is_allowed(found[0], known):
            yield Finding("e-mail", piece.where, _masked(found[0]))
    for one in _IDENTITY.finditer(text):
        if is_identity(one[1] + one[2]):
            yield Finding("identity number", piece.where, _masked(one[0]))
    if piece.kind != "code":
        numbers = {found[0] for found in _PHONE.finditer(text)} | {found[1] for found in _TOLD_PHONE.finditer(text)}
        for number in sorted(numbers):
            if not _is_allowed(number, known) and not _is_date(number):
                yield Finding("phone", piece.where, _masked(number))
    for found in (*_PATH.finditer(text), *(_SHARE.finditer(text) if piece.kind != "code" else ())):
        yield Finding("path", piece.where, f"«{found[0][:12]}…»")


def _closed(piece: Piece, known: Knowledge) -> Iterator[Finding]:
    for address, source in known.closed.items():
        if address in piece.text:
            yield Finding("restricted file", piece.where, "its address", source)
    if known.restricted:
        for word in dict.fromkeys(match[0].casefold() for match in WORD.finditer(piece.text)):
            if word in known.restricted and not _is_allowed(word, known):
                yield Finding("restricted word", piece.where, _masked(word), known.restricted[word])


def _small(piece: Piece, known: Knowledge) -> Iterator[Finding]:
    if piece.kind == "row":
        yield from _small_in_row(piece, known)
    for sentence in _SENTENCE.split(piece.text):
        yield from _small_in_sentence(sentence, piece.where, known)
    for one in _OF.finditer(piece.text):
        tells_sources = piece.text[one.end() :].lstrip().startswith(known.coverage)
        if 0 < int(one[1]) < known.people.get(int(one[2]), 0) and not tells_sources:
            yield Finding("small count", piece.where, f"«{one[0]}» of a panel")


def _small_in_sentence(text: str, where: str, known: Knowledge) -> Iterator[Finding]:
    """Counts as they are written in words, each held against the label that stands nearest before it."""
    pairs = [one for one in _PAIR.finditer(text) if any(0 < int(number) < known.most for number in one.groups())]
    counts = [one for one in _COUNT.finditer(text) if one[2].casefold() in known.nouns]
    labels = _named_in(text, known) if pairs or counts else []
    if not labels:
        return
    for one in pairs:
        label = _nearest(labels, one.start())
        if any(0 < int(number) < label.least for number in one.groups()):
            yield Finding("small count", where, f"«{one[0]}» beside «{label.text}»", label.source)
    for one in counts:
        label = _nearest(labels, one.start())
        count = _NUMBER_WORDS.get(one[1].casefold()) or (int(one[1]) if one[1].isdigit() else 0)
        if 0 < count < label.least:
            yield Finding("small count", where, f"«{one[0]}» beside «{label.text}»", label.source)


def _small_in_row(piece: Piece, known: Knowledge) -> Iterator[Finding]:
    """Bare numbers and pairs in the cells of a row that a guarded source names, or under a guarded source's head."""
    numbers = [_small_numbers(cell, known.most) for cell in piece.cells]
    if not any(numbers) or piece.cells[0].strip().casefold() in SCORES:
        return
    named = [labels[0][1] for cell in piece.cells if (labels := _named_in(cell, known))]
    own = named[0] if len({label.source for label in named}) == 1 else None
    # in a long row a name belongs to the numbers after it
    first = next((n for n, cell in enumerate(piece.cells) if _named_in(cell, known)), 0) if len(piece.cells) > 4 else 0
    for place, cell in enumerate(piece.cells):
        head = piece.heads[place] if piece.heads else ""
        above = [label for _, label in _labels_in(head, known)] if numbers[place] else []
        label = above[0] if above else own if place >= first else None
        if label is None or not any(one < label.least for one in numbers[place]) or _is_score(head):
            continue
        if cell.strip() not in known.weights.get((label.source, head.casefold()), ()):
            yield Finding("small count", piece.where, f"«{cell.strip()}» beside «{label.text}»", label.source)


def _small_numbers(cell: str, most: int) -> list[int]:
    """The numbers of a cell that holds nothing else: one, or a pair."""
    text = cell.strip()
    pair = _PAIR.fullmatch(text)
    numbers = pair.groups() if pair else (text,) if _BARE.fullmatch(text) else ()
    return [int(one) for one in numbers if 0 < int(one) < most]


def _labels_in(text: str, known: Knowledge) -> list[tuple[int, Label]]:
    """Where sources are named, the longest name first, none inside another."""
    return [(one.start(), known.by_text[one[0]]) for one in known.pattern.finditer(text.casefold())]


def _named_in(text: str, known: Knowledge) -> list[tuple[int, Label]]:
    """The same without words that may mean something else."""
    return [one for one in _labels_in(text, known) if not one[1].is_plain]


def _nearest(labels: list[tuple[int, Label]], at: int) -> Label:
    before = [label for place, label in labels if place <= at]
    return before[-1] if before else labels[0][1]


def _is_score(head: str) -> bool:
    """Whether a column holds weights, steps, scores or places on a drawing."""
    words = ("vekt", "weight", "steg", "step", "skår", "score", "bidrag", "contribution", "kilde", "source", "forhold")
    places = ("x", "y", "x2", "y2", "size", "angle", "nr", "nr.", "no.")
    return head.casefold() in places or any(word in head.casefold() for word in words)


def _is_allowed(text: str, known: Knowledge) -> bool:
    bare = re.sub(rf"{SPACE}|^(\+|00)47", "", text).casefold()
    return any(text.casefold() in own or bare in re.sub(SPACE, "", own) for own in known.allowed)


def _is_date(text: str) -> bool:
    """20260331 and the like."""
    return bool(re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", text))


def _masked(text: str) -> str:
    """First letter and length: enough to find it, too little to pass it on."""
    return f"«{text[0]}…» of {len(text)} characters"


def is_identity(digits: str) -> bool:
    """Whether eleven digits are a valid Norwegian national identity number, D-number or synthetic one."""
    first, second = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    number = [int(one) for one in digits]
    day, month = int(digits[:2]), int(digits[2:4])
    day, month = day - 40 if day > 40 else day, month - 80 if month > 80 else month - 40 if month > 40 else month
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return False
    controls = [
        (11 - sum(a * b for a, b in zip(number, weights, strict=False)) % 11) % 11 for weights in (first, second)
    ]
    return controls == number[9:]
