"""How far a run has come: one bar on a terminal, one line per notebook elsewhere; always on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from forevar.jobs import Outcome


def show(outcomes: Iterator[Outcome], total: int, title: str) -> Iterator[Outcome]:
    """Pass outcomes on as they come, and show them.

    Args:
        outcomes: In the order they end.
        total: How many there will be.
        title: Before the bar: the edition.
    """
    return _bar(outcomes, total, title) if sys.stderr.isatty() else _lines(outcomes, total)


def _lines(outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    for number, outcome in enumerate(outcomes, 1):
        print(f"[{number}/{total}] {line(outcome)}", file=sys.stderr, flush=True)  # noqa: T201
        yield outcome


def _bar(outcomes: Iterator[Outcome], total: int, title: str) -> Iterator[Outcome]:
    from tqdm import tqdm

    failed = 0
    with tqdm(total=total, desc=title, unit="notebook", leave=False, file=sys.stderr, dynamic_ncols=True) as bar:
        for outcome in outcomes:
            if outcome.fault:
                failed += 1
                bar.write(line(outcome), file=sys.stderr)
            bar.set_postfix_str(f"{outcome.name}{f', {failed} failed' if failed else ''}", refresh=False)
            bar.update()
            yield outcome


def line(outcome: Outcome) -> str:
    """One outcome in one line; the way out is said at the end, with all the others."""
    if outcome.fault:
        return f"failed  {outcome.fault.where}: {outcome.fault.what.splitlines()[0]}"
    return f"{outcome.status}  {outcome.name}  {outcome.seconds:.1f} s"
