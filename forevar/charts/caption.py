"""Facts in words → a figure's title and its description for those who can't see it."""

from __future__ import annotations

from collections.abc import Iterable

from forevar.blocks import Credit

TITLE_LENGTH = 75
ALT_LENGTH = 350


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
