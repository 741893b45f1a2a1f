"""What the command line says: results to standard output, everything else to standard error."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Progress, advice and errors: to standard error."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - one of the two places that print


def loading(number: int, of: int, key: str) -> None:
    """A line that writes over itself while raw files are read; nothing when nobody is watching."""
    if sys.stderr.isatty():
        end = "\r" if number + 1 < of else "\n"
        print(f"reading {number + 1} of {of}: {key:<30}", end=end, file=sys.stderr, flush=True)  # noqa: T201


def put(text: str) -> None:
    """Results: to standard output."""
    print(text, flush=True)  # noqa: T201 - the other
