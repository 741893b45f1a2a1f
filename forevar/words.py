"""Keys and numbers → words of one language, from ``params/phrases.yml`` and ``params/phrases/*.yml``."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from string import Template
from typing import Any

from forevar.errors import ParamsError
from forevar.period import Period

LANGUAGES = ("nb", "nn", "en")
HARD_SPACE = "\u00a0"
MINUS = "\u2212"
Names = str | Mapping[str, str]


@dataclass(frozen=True)
class Words:
    """The report's words and number forms in one language.

    Attributes:
        lang: ``nb``, ``nn`` or ``en``.
        table: Dotted key → {language: text}. A text may hold ``$names``.
    """

    lang: str
    table: Mapping[str, Mapping[str, str]]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its ``$names`` filled.

        Raises:
            ParamsError: The key, its text in this language or a name in it is missing.
        """
        text = self.table.get(key, {}).get(self.lang)
        if text is None:
            raise ParamsError(
                f"no {self.lang} text for {key!r}", "params/phrases.yml", f"add {key} with a text for {self.lang}"
            )
        try:
            return Template(text).substitute(values)
        except KeyError as missing:
            raise ParamsError(
                f"{key!r} uses ${missing.args[0]}, which is not among: {', '.join(sorted(values)) or 'none'}",
                "params/phrases.yml",
                f"change the text of {key}",
            ) from None

    def has(self, key: str) -> bool:
        """Whether the key has a text in this language."""
        return self.lang in self.table.get(key, {})

    def name(self, names: Names) -> str:
        """The name in this language; bokmål where there is no other."""
        if isinstance(names, str):
            return names
        return names.get(self.lang) or names["nb"]

    def number(self, value: float, decimals: int = 0) -> str:
        """``199 228`` or ``1 234,5``: half rounds up, groups of three from four digits on, missing is ``..``."""
        if value is None or math.isnan(value):
            return ".."
        rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        digits = f"{abs(rounded):,f}"
        digits = digits.translate(
            {ord(","): self("number.thousands").replace(" ", HARD_SPACE), ord("."): self("number.decimal")}
        )
        return f"{MINUS}{digits}" if rounded < 0 else digits

    def signed(self, value: float, decimals: int = 0) -> str:
        """``+26``, ``−13``, ``0``."""
        text = self.number(value, decimals)
        return f"+{text}" if value > 0 and text.strip("0.,") else text.lstrip(MINUS) if not text.strip("0.,−") else text

    def percent(self, share: float, decimals: int = 0) -> str:
        """``12 %`` from 0.12."""
        return self("number.percent", number=self.number(100 * share, decimals)).replace(" ", HARD_SPACE)

    def count_word(self, number: int) -> str:
        """Up to twelve in words, then digits: for running text."""
        key = f"number.words.{number}"
        return self(key) if self.has(key) else self.number(number)

    def count_words(self, *numbers: int) -> list[str]:
        """Numbers that are compared, all in words or all in digits: «åtte av tolv», «8 av 16»."""
        small = all(self.has(f"number.words.{number}") for number in numbers)
        return [self.count_word(number) if small else self.number(number) for number in numbers]

    def period(self, period: Period | str) -> str:
        """``våren 2026``-less form: ``vår 2026``."""
        period = Period.parse(period)
        return self(f"period.{period.season}", year=period.year)

    def span(self, period: Period | str) -> str:
        """``oktober 2025–mars 2026``; ``april–september 2025``."""
        period = Period.parse(period)
        return self(f"period.span_{period.season}", year=period.year, year_before=period.year - 1)

    def date(self, day: dt.date) -> str:
        """``31. mars 2026``."""
        return self("period.date", day=day.day, month=self(f"period.month.{day.month}"), year=day.year)

    def join(self, parts: Iterable[str], key: str = "and") -> str:
        """``a, b og c``."""
        items: Sequence[str] = list(parts)
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {self(key)} {items[-1]}"


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, dict[str, str]]:
    """Nested phrases → dotted keys: a mapping whose keys are all languages is a text.

    Args:
        tree: As read from YAML. A plain string counts for every language.
        prefix: What the dotted keys begin with.
    """
    table: dict[str, dict[str, str]] = {}
    for name, node in tree.items():
        key = f"{prefix}{name}"
        if isinstance(node, Mapping) and not set(node) <= set(LANGUAGES):
            table.update(flatten(node, f"{key}."))
        elif isinstance(node, Mapping):
            table[key] = {lang: str(text) for lang, text in node.items()}
        else:
            table[key] = dict.fromkeys(LANGUAGES, str(node))
    return table


def capital(text: str) -> str:
    """The text with its first letter large and the rest untouched."""
    return text[:1].upper() + text[1:]
