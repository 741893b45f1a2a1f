"""Facts in words → a figure's title and its description for those who can't see it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from forevar.blocks import Credit
from forevar.origins import address
from forevar.words import HARD_SPACE, Words

TITLE_LENGTH = 75
ALT_LENGTH = 350
ROUNDING = 0.02
"""How far rounding may move the change between two shares."""

HIDDEN = ":"
"""Stands where a number exists and may not be printed."""


def shortest_of(*candidates: str) -> str:
    """The first candidate that fits a title; the last one when none does."""
    return next((text for text in candidates if len(text) <= TITLE_LENGTH), candidates[-1])


def description(sentences: Iterable[str], credit: Credit) -> str:
    """Sentences joined, the most important first, as many as 350 characters hold, and the tag last.

    Args:
        sentences: Each with its full stop. The first is always kept.
        credit: Its tag ends the description, so that nobody takes reconstructed data for real.
    """
    tag = f" {credit.tag}." if credit.tag else ""
    text = ""
    for sentence in sentences:
        if sentence and (not text or len(text) + 1 + len(sentence) + len(tag) <= ALT_LENGTH):
            text = f"{text} {sentence}".strip()
    return text + tag


def pair_of(record: Mapping[Any, Any], words: Words) -> str:
    """``120 → 260``, ``1,5 → 1,3 kg``: previous and current in one unit, ``..`` where there is none.

    Args:
        record: ``previous, current, unit``. Where ``test`` is ``fisher``, the shares of the samples
            (``denominator_previous, denominator_current``) are what is compared and shown. ``previous_shown`` and
            ``current_shown`` hold what may be printed instead, where the true numbers may not; both given, they stand
            as they are, a unit they share only once.
        words: The reader's language.
    """
    shown = [record.get(name) for name in ("previous_shown", "current_shown")]
    given = [text if isinstance(text, str) else "" for text in shown]
    if record.get("test") == "fisher" and HIDDEN not in given:
        shares = [100 * record[k] / record[f"denominator_{k}"] for k in ("previous", "current")]
        number = " → ".join(words.number(share, _decimals_of(shares)) for share in shares)
        return words("number.percent", number=number).replace(" ", HARD_SPACE)
    if all(given):
        first, last = (text.replace(" ", HARD_SPACE) for text in given)
        unit = last.rpartition(HARD_SPACE)[2]
        same = unit.isalpha() and first.endswith(f"{HARD_SPACE}{unit}")
        return f"{first.removesuffix(HARD_SPACE + unit) if same else first} → {last}".replace(" ", HARD_SPACE)
    values = [float(record["previous"]), float(record["current"])]
    unit = str(record["unit"])
    is_kilo = unit == "g" and max((abs(v) for v in values if not math.isnan(v)), default=0) >= 1000
    texts = [
        text or words.number(v / 1000 if is_kilo else v, int(is_kilo)) for text, v in zip(given, values, strict=True)
    ]
    key = "charts.unit.kg" if is_kilo else f"charts.unit.{unit}"
    name = f"{HARD_SPACE}{words(key)}" if words.has(key) else ""
    return f"{texts[0]} → {texts[1]}{name}".replace(" ", HARD_SPACE)


def signed_percent(ratio: float, words: Words) -> str:
    """``+15 %`` from 1.15; ``× 12`` from tenfold on; ``fra 0`` where there was none before."""
    if math.isinf(ratio):
        return words("charts.from_zero").replace(" ", HARD_SPACE)
    if ratio >= 10:
        return f"×{HARD_SPACE}{words.number(ratio)}"
    return words("number.percent", number=words.signed(100 * (ratio - 1))).replace(" ", HARD_SPACE)


def _decimals_of(shares: Sequence[float]) -> int:
    """As many decimals, one to three, as the reader needs to find the change between two shares."""
    before, now = shares
    for decimals in (1, 2):
        rounded = round(before, decimals), round(now, decimals)
        if not before or (rounded[0] and abs(rounded[1] / rounded[0] - now / before) < ROUNDING):
            return decimals
    return 3


def origin_of(record: Mapping[Any, Any]) -> str:
    """The source and the two cells a pair was read from; one of them, or nothing, where that is all that is known."""
    return address(str(record.get("short", "")), record.get("origin_previous"), record.get("origin_current"))
