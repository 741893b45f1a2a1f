"""Text → number, strictly: what is not written as the profile says is no number."""

from __future__ import annotations

import re
from functools import lru_cache

SPACES = "\u0020\u00a0\u2009\u202f\u2007"
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\uff0d": "-"})


@lru_cache(maxsize=64)
def _form(decimal: str, thousands: str) -> re.Pattern[str]:
    marks = f"{SPACES}{thousands}"
    groups = rf"\d{{1,3}}(?:([{re.escape(marks)}])\d{{3}})(?:\1\d{{3}})*"
    return re.compile(rf"[+-]?(?:{groups}|\d+)(?:{re.escape(decimal)}\d+)?(?:[eE][+-]?\d+)?")


def parse_number(text: str, decimal: str = ",", thousands: str = "") -> float | None:
    """The number, or None when the text is not one in this form.

    Args:
        text: ``46 570,00``; spaces of every kind may stand between groups of three.
        decimal: Decimal mark.
        thousands: A mark other than space between groups of three; never the decimal mark.
    """
    text = text.strip(SPACES + "\t").translate(_MINUS)
    if not _form(decimal, thousands if thousands != decimal else "").fullmatch(text):
        return None
    kept = text.replace(thousands, "") if thousands and thousands != decimal else text
    for space in SPACES:
        kept = kept.replace(space, "")
    try:
        return float(kept.replace(decimal, "."))
    except (ValueError, OverflowError):
        return None


def looks_like_number(text: str) -> bool:
    """Whether a text is made of digits and marks alone: a number, if perhaps in another form."""
    return bool(re.fullmatch(rf"[+-]?\d[\d.,'{SPACES}]*", text.strip().translate(_MINUS)))
