"""Label in a file → key of ours, by exact match."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from forevar.load.grid import as_text
from forevar.load.personal import has_number_or_address

IGNORED = "\0ignored"
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")


def tidied(text: str) -> str:
    """The text with one space for many and dashes alike."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_DASHES).split())


@lru_cache(maxsize=100_000)
def _normal(text: str) -> str:
    return tidied(text).casefold()


def normal(value: object) -> str:
    """The label as it is compared: one space for many, dashes alike, case ignored."""
    return _normal(value if isinstance(value, str) else as_text(value))


@lru_cache(maxsize=10_000)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(normal(one)).replace(r"\*", ".*") for one in text.split("|")), re.DOTALL)


def fits(value: object, pattern: str) -> bool:
    """Whether a heading is one of the alternatives: ``Mengde|Mengde (kg)``; ``*`` stands for anything."""
    return _pattern(pattern).fullmatch(normal(value)) is not None


@lru_cache(maxsize=10_000)
def _template(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", tidied(pattern))
    body = "".join(
        f"(?P<{part}>.+?)" if at % 2 else re.escape(part).replace(r"\*", ".*?") for at, part in enumerate(parts)
    )
    return re.compile(body, re.DOTALL | re.IGNORECASE)


def fill(value: object, pattern: str) -> dict[str, str] | None:
    """The parts of a text that ``{names}`` in the pattern stand for; None when it does not fit."""
    match = _template(pattern).fullmatch(tidied(as_text(value)))
    return {name: part.strip() for name, part in match.groupdict().items()} if match else None


def key_of(label: str) -> str:
    """A label made a key: ``Vestfold og Telemark`` → ``vestfold_og_telemark``."""
    text = normal(label).translate({ord("æ"): "ae", ord("ø"): "o", ord("å"): "a", ord("ß"): "ss"})
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


@dataclass(frozen=True)
class Lexicon:
    """The labels of one role.

    Attributes:
        keys: Normal label → key, as the profile says.
        ignored: Patterns of labels that are left out on purpose.
        known: Normal label → key, known everywhere; the profile may leave such a label out.
        unknown: What becomes of any other label: ``fault``, ``ignore`` or ``keep``.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    unknown: str = "fault"
    known: Mapping[str, str] = field(default_factory=dict)

    def key(self, label: object) -> str | None:
        """The key; ``IGNORED``; or None when nothing is known of the label."""
        text = normal(label)
        if (key := self.keys.get(text)) is not None:
            return key
        if any(fits(text, pattern) for pattern in self.ignored):
            return IGNORED
        if (key := self.known.get(text)) is not None:
            return key
        if self.unknown == "ignore":
            return IGNORED
        return key_of(text) if self.unknown == "keep" and not has_number_or_address(text) else None
