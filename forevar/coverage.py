"""What the picture rests on: every registered source, and what it said this half-year."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from forevar.period import Period
from forevar.settings import Source

COVERAGE_COLUMNS = ("source", "kind", "state", "is_new", "is_invented", "n_substances")


def source_coverage(
    sources: Mapping[str, Source],
    observations: pd.DataFrame,
    answers: pd.DataFrame,
    signals: pd.DataFrame,
    period: Period,
) -> pd.DataFrame:
    """One row per registered source that has opened by the half-year.

    Args:
        sources: The register.
        observations: Tidy figures of every half-year.
        answers: Tidy questionnaires of every half-year.
        signals: Scored changes of every half-year.
        period: The half-year.

    Returns:
        COVERAGE_COLUMNS. ``state`` is ``scored`` (at least one change counted), ``shown`` (figures, none of them
        scored), ``silent`` (nothing came) or ``closed`` (before this half-year). Earlier main tables are no source.
    """
    label = str(period)
    # yearly and campaign series come late; they are heard as long as the report shows them
    now = observations[(observations["period"] == label) | (observations["frequency"] != "half_year")]
    heard = set(now[now["value"].notna()]["source"]) | set(answers[answers["period"] == label]["source"])
    current = signals[signals["period"] == label]
    scored = current[current["value"].notna()]
    reach = scored.groupby("source")["substance"].nunique()
    rows = []
    for key, source in sources.items():
        if source.kind == "history" or (source.first and source.first > period):
            continue
        state = "scored" if key in reach.index else "shown" if key in heard else "silent"
        if source.last and source.last < period:
            state = "closed"
        rows.append((key, source.kind, state, source.new == period, source.invented, int(reach.get(key, 0))))
    return pd.DataFrame(rows, columns=list(COVERAGE_COLUMNS))


def kind_counts(coverage: pd.DataFrame) -> dict[str, int]:
    """How many open sources there are of each kind."""
    counts = coverage[coverage["state"] != "closed"].groupby("kind")["source"].size()
    return {str(kind): int(number) for kind, number in counts.items()}
