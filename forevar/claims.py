"""Authors' Markdown → what each sentence claims: numbers, words of change, names of half-years. No data here."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from forevar.period import Period
from forevar.words import MINUS, Words

NAME = "¤"  # where a $name stood: its value is the data's
CITED = "†"  # where a footnote or an address stood
DIRECTIONS = {
    "rise": ("small_rise", "rise", "strong_rise"),
    "fall": ("small_fall", "fall", "strong_fall"),
    "stable": ("stable",),
}
_ASIDE = (
    (r"<!--.*?-->", ""), (r"^(```|~~~).*?^\1", ""), (r"`[^`\n]+`", ""), (r"^\[\^[^\]]+\]:.*(?:\n[ \t]+.+)*$", ""),
    (r"\[[^\[\]\n]+\]\{(?:nb|nn|en)\}", ""), (r"\[\^[^\]\s]+\]", CITED), (r"(?<=\])\([^)\n]*\)", CITED),
    (r"\bhttps?://\S+", CITED), (r"\$(?:\w+|\{\w+\})", NAME),
)  # fmt: skip
_BLOCK = re.compile(r"^(#+) +(.+?) *$|^[ \t]*(?:[-*+]|\d+[.)])[ \t]+|^[ \t]*\|.*$|^[ \t]*$", re.M)
_STOP = re.compile(rf"(?<=[.!?:])[»”\"]?{CITED}*\s+(?=[A-ZÆØÅ«“\"*_\[{NAME}{MINUS}\d])")
_SHORT = re.compile(r"(?:^|[\s(])(?:ca|kr|nr|no|s|p|pp|kap|pr|bl\.a|jfr|dr|f\.eks|e\.g|vs)\.$", re.I)
_SPACE = "[ \u00a0\u202f.]"
_DIGITS = {
    "en": r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?",
    "nb": rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:,\d+)?(?!\d)|\d+(?:[,.]\d+)?",
}
_CITATION = re.compile(r"\([^()]*[A-ZÆØÅ][^()]*(?:\b(?:19|20)\d\d[a-z]?\b|u\.å|n\.d)[^()]*\)|\((?:19|20)\d\d[a-z]?\)")
_SITE = re.compile(r"\([^()]*\w\.[a-z]{2,3}\b[^()]*\)", re.I)


@dataclass(frozen=True)
class Sentence:
    """One sentence of an author's text.

    Attributes:
        text: As written; names, code, comments and addresses blanked, so that places stay.
        start: Where it begins in the file, in characters.
        section: Heading it stands under.
        paragraph: Number of its paragraph.
        is_cited: Whether it gives a reference or has a footnote.
    """

    text: str
    start: int
    section: str
    paragraph: int
    is_cited: bool


@dataclass(frozen=True)
class Number:
    """A typed number: ``said`` is how it stands, ``value`` what it means; ``slack`` how far off it may be."""

    span: tuple[int, int]
    said: str
    value: float
    slack: float
    is_signed: bool
    kind: str


@dataclass(frozen=True)
class Change:
    """A word of change: which steps it agrees with, or between which ratios of the two numbers."""

    span: tuple[int, int]
    said: str
    steps: tuple[str, ...]
    ratio: tuple[float, float] | None = None


@dataclass(frozen=True)
class Reader:
    """Reads one language's sentences by the lists in ``params/phrases/bound.yml``."""

    words: Words

    def sentences(self, markdown: str) -> Iterator[Sentence]:
        """Every sentence, in order; headings are none."""
        text = markdown
        for pattern, sign in _ASIDE:
            text = re.sub(pattern, functools.partial(_blank, sign), text, flags=re.M | re.S)
        section, at = "", 0
        for paragraph, match in enumerate([*_BLOCK.finditer(text), None]):
            end = match.start() if match else len(text)
            for start, stop in self._cut(text, at, end):
                part = text[start:stop]
                yield Sentence(part, start, section, paragraph, self._is_cited(part))
            if match is None:
                return
            section = match[2] if match[1] and len(match[1]) > 1 else section
            at = match.start() if "|" in match[0] else match.end()

    def _cut(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        for stop in _STOP.finditer(text, start, end):
            if not _SHORT.search(text[start : stop.start()]):
                yield start, stop.start()
                start = stop.end()
        if text[start:end].strip():
            yield start, end

    def _is_cited(self, text: str) -> bool:
        bare = self._months_and_seasons.sub(lambda match: match[0].lower(), text)
        return CITED in text or bool(_CITATION.search(bare) or _SITE.search(bare))

    def clauses(self, text: str) -> list[tuple[int, int]]:
        """Where the parts of a sentence lie, cut at commas and at words such as «mens»."""
        cuts = [match.span() for match in self._break.finditer(text)]
        ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
        return list(zip(*ends, strict=True))

    def clause(self, text: str, span: tuple[int, int]) -> tuple[int, int]:
        """The part of the sentence in which a place lies."""
        return next(one for one in self.clauses(text) if one[0] <= span[0] <= one[1])

    def changes(self, text: str) -> Iterator[Change]:
        """Words of change that claim something of this half-year."""
        if self.has("elsewhen", text):
            return
        for start, end in self.clauses(text):
            clause = text[start:end]
            if self.has("not", clause) or self.has("other", clause):
                continue
            for key, pattern in self._ratios.items():
                for match in pattern.finditer(clause):
                    steps = DIRECTIONS["fall" if key[1] < 1 else "rise"]
                    yield Change(_moved(match.span(), start), match[0], steps, key)
            for direction, pattern in self._directions.items():
                for match in pattern.finditer(clause):
                    if not re.match(r"\s+\d{4}\b", clause[match.end() :]):  # «fall 2025» is a season
                        yield self._with_strength(clause, match, direction, start)
            for direction, loose in (("rise", "more"), ("fall", "fewer")):
                for match in self.pattern(loose).finditer(clause):
                    if self.has("than", clause):
                        yield Change(_moved(match.span(), start), match[0], DIRECTIONS[direction])

    def _with_strength(self, clause: str, match: re.Match[str], direction: str, offset: int) -> Change:
        """The word with the adverb or adjective next to it, when there is one."""
        steps, (start, end) = DIRECTIONS[direction], match.span()
        before = re.search(r"[\w-]+\s+$", clause[:start])
        after = re.match(r"\s+[\w-]+", clause[end:])
        for strength in ("strong", "small"):
            if direction != "stable" and self.has(strength, match[0]):
                return Change(_moved((start, end), offset), match[0], (f"{strength}_{direction}",))
            near = [(one, shift) for one, shift in ((before, 0), (after, end)) if one]
            for one, shift in near:
                if direction != "stable" and self.pattern(strength).fullmatch(one[0].strip()):
                    at = (one.start(), end) if not shift else (start, end + one.end())
                    return Change(_moved(at, offset), clause[at[0] : at[1]], (f"{strength}_{direction}",))
        return Change(_moved((start, end), offset), match[0], steps)

    def numbers(self, text: str) -> Iterator[Number]:
        """Typed numbers that are not a year, a date, a time, a page or a dose, nor part of a name."""
        taken = [span for _, span, _ in self.half_years(text)]
        for match in self._number.finditer(text):
            start, end = match.span()
            bare = match[0].lstrip("+-" + MINUS)
            if any(low <= start < high for low, high in taken) or re.fullmatch(r"(?:19|20)\d\d", bare):
                continue
            after, before = self._after_range(text[end:]), text[:start]
            if re.match(r"\.\s?[a-zæøå]", after) or self._own_after.match(after) or self._own_before.search(before):
                continue
            yield self._as_number(match, after, before)

    def _as_number(self, match: re.Match[str], after: str, before: str) -> Number:
        bare = match[0].lstrip("+-" + MINUS)
        whole, _, part = self._plain(bare).partition(".")
        scale = next((size for size, pattern in self._scales.items() if pattern.match(after)), 1)
        value = float(f"{whole}.{part or 0}") * scale
        slack = 0.5 * 10 ** -len(part) * scale
        if self._roughly.search(before):
            zeros = len(whole) - len(whole.rstrip("0")) if not part else 0
            slack = max(slack, min(10.0**zeros * scale, value / 10))
        kind = "percent" if self._percent.match(after) else "ratio" if self._fold.match(after) else ""
        is_signed = bare != match[0]
        if is_signed and not match[0].startswith("+"):
            value = -value
        return Number(match.span(), match[0], value, slack, is_signed, kind)

    def _plain(self, digits: str) -> str:
        if self.words.lang == "en":
            return digits.replace(",", "")
        grouped = re.fullmatch(rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:,\d+)?", digits)
        return (re.sub(_SPACE, "", digits) if grouped else digits).replace(",", ".")

    def _after_range(self, after: str) -> str:
        """What follows the number, or the range that it begins."""
        rest = re.match(rf"\s?[–-]\s?(?:{_DIGITS['en' if self.words.lang == 'en' else 'nb']})", after)
        return after[rest.end() :] if rest else after

    def half_years(self, text: str) -> list[tuple[Period | None, tuple[int, int], bool]]:
        """Half-years named: which (None for one that cannot be), where, and whether they are told of as past."""
        found: list[tuple[Period | None, tuple[int, int], bool]] = []
        for match in self._label.finditer(text):
            clause = max((end for _, end in self._cuts(text) if end <= match.start()), default=0)
            before = text[max([clause, *(span[1] for _, span, _ in found)]) : match.start()]
            found.append((self._period_of(match), match.span(), self.has("back", before)))
        return found

    def _cuts(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in self._break.finditer(text)]

    def _period_of(self, match: re.Match[str]) -> Period | None:
        if match["year"]:
            return Period(int(match["year"]), 1 if match["season"].lower() in self._seasons["spring"] else 2)
        if match["half"]:
            year = int(match["printed"])
            return Period(year if year > 100 else 2000 + year, int(match["half"]))
        last, first = int(match["last"]), int(match["first"] or 0)
        spring = match["from"].lower() == self._month(10) and match["until"].lower() == self._month(3)
        autumn = match["from"].lower() == self._month(4) and match["until"].lower() == self._month(9)
        if (not spring and not autumn) or first not in (0, last - int(spring)):
            return None
        return Period(last, 1 if spring else 2)

    # --- lists ---------------------------------------------------------------------------------------------------

    def has(self, key: str, text: str) -> bool:
        """Whether one of a list's words stands in the text."""
        return bool(self.pattern(key).search(text))

    def pattern(self, key: str) -> re.Pattern[str]:
        """A list as a pattern."""
        if key not in self._patterns:
            self._patterns[key] = one_of(self.words(f"bound.{key}").split(","))
        return self._patterns[key]

    def under(self, key: str) -> list[str]:
        """What stands below a key: ``1000`` and ``1000000`` below ``scale``."""
        start = f"bound.{key}."
        return [name.removeprefix(start) for name in self.words.table if name.startswith(start)]

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {}

    @cached_property
    def _directions(self) -> dict[str, re.Pattern[str]]:
        return {direction: self.pattern(direction) for direction in DIRECTIONS}

    @cached_property
    def _ratios(self) -> dict[tuple[float, float], re.Pattern[str]]:
        found = {}
        for name in self.under("times"):
            low, _, high = name.partition(" to ")
            found[float(low), float(high)] = self.pattern(f"times.{name}")
        return found

    @cached_property
    def _scales(self) -> dict[int, re.Pattern[str]]:
        return {int(name): _beside(self.pattern(f"scale.{name}")) for name in self.under("scale")}

    @cached_property
    def _percent(self) -> re.Pattern[str]:
        return _beside(self.pattern("percent"))

    @cached_property
    def _fold(self) -> re.Pattern[str]:
        return _beside(self.pattern("fold"))

    @cached_property
    def _own_after(self) -> re.Pattern[str]:
        months = one_of(self._month(number) for number in range(1, 13))
        return re.compile(rf"\s*\.?\s*(?:{self.pattern('after').pattern}|{months.pattern})", re.I)

    @cached_property
    def _own_before(self) -> re.Pattern[str]:
        months = one_of(self._month(number) for number in range(1, 13))
        number = _DIGITS["nb"]
        ranged = rf"(?:(?:{number})\s?[–-]\s?)?$"
        return re.compile(rf"(?:{self.pattern('before').pattern}|{months.pattern})\s*{ranged}", re.I)

    @cached_property
    def _roughly(self) -> re.Pattern[str]:
        return re.compile(rf"{self.pattern('roughly').pattern}\.?\s*(?:kr\.?\s*)?$", re.I)

    @cached_property
    def _break(self) -> re.Pattern[str]:
        return re.compile(rf",(?=\s)|;|{self.pattern('break').pattern}", re.I)

    @cached_property
    def _number(self) -> re.Pattern[str]:
        digits = _DIGITS["en" if self.words.lang == "en" else "nb"]
        sign = rf"(?:(?<=[\s(])[+{MINUS}-])?"
        return re.compile(rf"(?<![\w/.,{NAME}]){sign}(?:{digits})(?![.,]?\d|/\d|[^\W\d]|-[^\W\d])")

    @cached_property
    def _seasons(self) -> dict[str, list[str]]:
        names = {}
        for season in ("spring", "autumn"):
            told = (self.words(f"period.{season}{form}", year="") for form in ("", "_definite"))
            names[season] = [text.strip().lower() for text in told]
        return names

    def _month(self, number: int) -> str:
        return self.words(f"period.month.{number}").lower()

    @cached_property
    def _months_and_seasons(self) -> re.Pattern[str]:
        seasons = [name for names in self._seasons.values() for name in names]
        return one_of([*seasons, *(self._month(number) for number in range(1, 13))])

    @cached_property
    def _label(self) -> re.Pattern[str]:
        seasons = one_of(name for names in self._seasons.values() for name in names).pattern
        months = one_of(self._month(number) for number in range(1, 13)).pattern
        to = self.pattern("to").pattern
        return re.compile(
            rf"(?P<season>{seasons})\s+(?P<year>20\d\d)\b"
            rf"|(?P<from>{months})(?:\s+(?P<first>20\d\d))?\s*(?:[–-]|{to})\s*(?P<until>{months})\s+(?P<last>20\d\d)\b"
            r"|(?<![\w/.])(?=0\d/|\d/20)0?(?P<half>[12])/(?P<printed>(?:20)?\d\d)(?![\w/])",
            re.I,
        )


def one_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of these words or expressions, whole; ``*`` stands for any ending, ``~`` for a word that may be there."""
    told = sorted({phrase.strip() for phrase in phrases if phrase.strip()}, key=len, reverse=True)
    signs = ((r"\~\ ", r"(?:\w+\s+)?"), (r"\ ", r"\s+"), (r"\*", r"\w*"))
    forms = [functools.reduce(lambda form, sign: form.replace(*sign), signs, re.escape(one)) for one in told]
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.I)


def _beside(pattern: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{pattern.pattern})", re.I)


def _blank(sign: str, match: re.Match[str]) -> str:
    """As long, with the same line breaks; the sign stands for it, or nothing does."""
    if sign == NAME:
        return NAME * len(match[0])
    gone = re.sub(r"\S", " ", match[0])
    return sign + gone[len(sign) :] if sign else gone


def _moved(span: tuple[int, int], by: int) -> tuple[int, int]:
    return span[0] + by, span[1] + by
