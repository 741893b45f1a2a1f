"""What looks like a person: numbers, addresses and names that must never leave a raw file."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"\S+@\S+\.\w{2,}")
_DIGITS = re.compile(r"\+?\d(?:[ .\-/]?\d){7,}")
_WORD = r"[A-ZÆØÅÄÖÜÉ][a-zæøåäöüé]+"
_NAME = re.compile(rf"\b{_WORD}(?:[ -](?:{_WORD}|[A-ZÆØÅ]\.?))*[ -]{_WORD}\b")


def has_number_or_address(text: str) -> bool:
    """Whether a text holds an e-mail address, or eight digits or more: a telephone or a national identity number."""
    return bool(_EMAIL.search(text) or _DIGITS.search(text))


def looks_personal(text: str) -> bool:
    """Whether a text holds such a number or address, or two capitalised words that could be a name."""
    return has_number_or_address(text) or bool(_NAME.search(text))
