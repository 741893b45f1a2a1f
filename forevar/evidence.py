"""An edition's numbers as what an author's sentence may say of them: which words agree, which figures there are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from forevar.charts.panel import known_total
from forevar.claims import Change, Number
from forevar.coverage import kind_counts
from forevar.disclosure import hide_series
from forevar.rows import records
from forevar.scope import CONSEQUENCES, Naming, Scope
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS, ChangeCategory

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Evidence(Naming):
    """One edition in one language."""

    # --- words ---------------------------------------------------------------------------------------------------

    @cached_property
    def _rows(self) -> list[Row]:
        """Every signal of the half-year, and every consequence series with a change."""
        signals = records(self.edition.now("signals/all"))
        first = {plan.key: plan.series[0].parts[0] for plan in self.edition.consequences().plan.figures}
        first |= {
            plan.key: one.parts[0] for plan in self.edition.consequences().plan.figures for one in plan.series if one.of
        }
        series = []
        for row in self.edition.consequences().changes.values():
            step = row["value"]
            word = "" if pd.isna(step) else ChangeCategory(int(step)).key
            source = row["source"] if row["measure"] != "total" else first[row["source"]]
            series.append(
                {
                    **row,
                    "source": source,
                    "word": word,
                    "reason": "" if word else "no_comparison",
                    "dimension": CONSEQUENCES,
                }
            )
        return [*({**row, "is_shown": self.edition.shown(row)} for row in signals),
                *({**row, "is_shown": True} for row in series)]  # fmt: skip

    def _of(self, scope: Scope, sources: Iterable[str] = ()) -> list[Row]:
        """Rows a claim is about; a narrowing that would leave none is not made."""
        keys = set(sources)
        rows = [row for row in self._rows if row["source"] in keys] if keys else self._rows
        if scope.substances:
            rows = [row for row in rows if row["substance"] in scope.substances]
        elif not keys or any(row["dimension"] == CONSEQUENCES for row in rows):
            rows = [row for row in rows if row["dimension"] == CONSEQUENCES]
        fits = [row for row in rows if (row["source"], row["measure"]) in scope.measures]
        rows = (fits or rows) if keys else fits
        return [row for row in rows if row["dimension"] in scope.dimensions] or rows

    def against(self, change: Change, scope: Scope) -> str | None:
        """What the numbers say instead of a word of change; None when they agree or say nothing of it."""
        for keys in scope.sources:
            rows = self._of(scope, keys)
            if not rows and scope.substances and any(row["source"] in keys and row["substance"] for row in self._rows):
                return self.words("bound.no_word")
            if (told := self._rows_against(change, rows)) is not None:
                return told
        if scope.sources:
            return None
        if scope.measures and not scope.is_named and (rows := self._of(scope)):
            return self._rows_against(change, rows)
        if change.ratio:
            rows = [
                row for row in self._rows
                if row["substance"] in scope.substances and row["dimension"] in (scope.dimensions or SCORED_DIMENSIONS)
            ]  # fmt: skip
            return self._rows_against(change, rows) if scope.substances else None
        for substance in scope.substances:
            if (told := self._scores_against(change, substance, scope)) is not None:
                return told
        return None

    def _rows_against(self, change: Change, rows: list[Row]) -> str | None:
        told = [row for row in rows if row["reason"] != "unweighted"]
        if not told or (change.ratio and any(self._has_ratio(row, change) for row in told)):
            return None
        if change.ratio:
            return self.words("bound.no_double")
        keys = dict.fromkeys(row["word"] for row in told)
        if any(key in change.steps for key in keys):
            return None
        return self.words.join([self.edition.word(key) for key in keys if key], "or") or self.words("bound.no_word")

    def _has_ratio(self, row: Row, change: Change) -> bool:
        """Whether the two numbers stand so; of hidden ones only the printed step is known."""
        low, high = change.ratio or (0, 0)
        if not row["is_shown"]:
            return row["word"] in change.steps
        return bool(row["previous"] and low <= row["current"] / row["previous"] <= high)

    def _scores_against(self, change: Change, substance: str, scope: Scope) -> str | None:
        scores = self.edition.scores(substance)
        if not scope.is_named and CONSEQUENCES in scope.dimensions:
            return None
        dimensions = scope.dimensions or (*SCORED_DIMENSIONS, AGGREGATE)
        have = {one: scores.get(one, (math.nan, ""))[1] for one in dimensions}
        if not scope.is_named:
            rows = [
                row["word"] for row in self._rows if row["substance"] == substance and row["dimension"] in dimensions
            ]
            agrees = any(key in change.steps for key in [*have.values(), *(rows if scope.dimensions else ())])
        else:
            agrees = all(key in change.steps for key in have.values())
        if agrees:
            return None
        told = dict.fromkeys(self.edition.word(key) or self.words("text.no_score") for key in have.values())
        return self.words.join(list(told), "or")

    # --- numbers -------------------------------------------------------------------------------------------------

    def holds(self, number: Number, scope: Scope, name: str) -> bool:
        """Whether a typed number is one the edition may print of what the sentence is about."""
        figures = self._scores(scope) if scope.is_score else list(self._figures(scope, name, number.kind))
        return any(
            abs(number.value - one) <= number.slack * 1.0000001 or (not number.is_signed and number.kind and
            abs(number.value - abs(one)) <= number.slack * 1.0000001) for one in figures
        )  # fmt: skip

    def _scores(self, scope: Scope) -> list[float]:
        """The scores a sentence may be about: of the dimensions it names, else of all."""
        dimensions = scope.dimensions if scope.is_named else (*SCORED_DIMENSIONS, AGGREGATE)
        found = [self.edition.scores(key).get(one, (math.nan, ""))[0] for key in scope.substances for one in dimensions]
        return [one for one in found if not math.isnan(one)]

    def _figures(self, scope: Scope, name: str, kind: str) -> Iterator[float]:
        named = frozenset().union(*scope.sources)
        if named:
            rows = self._of(replace(scope, dimensions=(), measures=frozenset()), named)
        elif scope.substances:
            rows = [row for row in self._rows if row["substance"] in scope.substances]
        elif name == CONSEQUENCES:
            rows = [row for row in self._rows if row["dimension"] == CONSEQUENCES]
        else:
            rows = []
        for row in rows:
            if row["is_shown"]:
                yield from _told_by(row, kind)
        if kind:
            return
        yield from self._people(named)
        for substance in scope.substances:
            if not named:
                yield from self._scores(replace(scope, substances=(substance,), is_named=False))
            if not named or any(self._kind(key) == "panel" for key in named):
                yield from self._panel(substance)
        if named or name == CONSEQUENCES:
            yield from self._series(named)
        if not name.startswith("substances/"):
            yield from self._general

    def _kind(self, key: str) -> str:
        return self.edition.params.sources[key].kind if key in self.edition.params.sources else ""

    def _people(self, named: frozenset[str]) -> Iterator[float]:
        yield from (count for key, count in self.edition.informants.items() if not named or key in named)

    def _panel(self, substance: str) -> Iterator[float]:
        """How many know of use and what it costs, as the chapter tells it."""
        view = self.edition.substance(substance)
        groups = view.known()
        texts = [text for _, text in facts.items] if (facts := view.facts()) else []
        if len(groups) and groups["knows"].sum() >= view.min_n:
            texts.append(known_total(groups.assign(substance=substance), substance, self.words, view.min_n))
        for text in texts:
            yield from (one.value for one in self.reader.numbers(text))

    def _series(self, named: frozenset[str]) -> Iterator[float]:
        """Latest figures of series on consequences, and of sources that are not scored, as they may be shown."""
        params = self.edition.params
        rows = self.edition.rows("observations/all")
        unscored = {key for key in named if not any(row["source"] == key for row in self._rows)}
        chosen = rows[rows["source"].isin(unscored) & (rows["period"] == str(self.edition.period))]
        shown = hide_series(chosen, params.sources, params.method) if len(chosen) else chosen
        yield from (float(one) for one in shown["value"].dropna())
        yearly = self.edition.consequences().series
        yearly = yearly[(yearly["frequency"] != "half_year") & yearly["value"].notna()]
        yearly = yearly[yearly["source"].isin(named)] if named else yearly
        last = yearly.sort_values("period").groupby(["source", "measure", "place", "substance"]).tail(2)
        yield from (float(one) for one in last["value"])

    @cached_property
    def _general(self) -> tuple[float, ...]:
        """What the whole edition rests on: its number, its sources by kind, its substances."""
        edition = self.edition
        kinds = kind_counts(edition.coverage)
        told = [edition.recipe.number_in(edition.params.town), *kinds.values(), sum(kinds.values())]
        return (*map(float, told), float(len(edition.params.substances)), float(len(edition.watched())))


def _told_by(row: Row, kind: str) -> Iterator[float]:
    """The two numbers of a row and the difference between them; or their change in per cent; or their ratio."""
    previous, current = row["previous"], row["current"]
    both = bool(pd.notna(previous) and pd.notna(current))
    if kind == "":
        yield from (float(one) for one in (previous, current) if pd.notna(one))
        if both:
            yield abs(current - previous)
    elif both and previous:
        yield current / previous if kind == "ratio" else 100 * (current / previous - 1)
    if kind == "percent":
        for part, whole in ((current, row.get("denominator_current")), (previous, row.get("denominator_previous"))):
            if pd.notna(part) and whole is not None and pd.notna(whole) and whole:
                yield 100 * part / whole
