"""``edition.consequences()``: series that are shown and never scored, figure by figure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from forevar.blocks import Blocks, Bundle, Figure, Text
from forevar.change import add_change
from forevar.charts.columns import columns
from forevar.charts.course import Line
from forevar.charts.panels import panels
from forevar.charts.series import lines
from forevar.charts.sites import sites
from forevar.charts.timeline import Break, Span
from forevar.disclosure import hide_series
from forevar.history import consequence_pairs
from forevar.origins import Cite, cited, uncited
from forevar.params import load_series_figures
from forevar.rows import records
from forevar.score import steps_of
from forevar.settings import SeriesFigure, SeriesFigures, SeriesLine
from forevar.terms import ChangeCategory
from forevar.words import capital

if TYPE_CHECKING:
    from forevar.edition import Edition


@dataclass(frozen=True, repr=False)
class ConsequencesView:
    """The chapter on consequences of one edition."""

    edition: Edition

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return self.text()._repr_mimebundle_()

    @cached_property
    def plan(self) -> SeriesFigures:
        """Which series stand in which figure."""
        return load_series_figures(self.edition.workspace)

    @cached_property
    def series(self) -> pd.DataFrame:
        """Tidy rows on consequences, up to this half-year, as they may be shown: small counts hidden.

        ``origin`` is what the reader is told of where a number stands.
        """
        params = self.edition.params
        rows = hide_series(self.edition.rows("observations/consequences"), params.sources, params.method)
        return rows.assign(
            origin=[
                "" if pd.isna(value) else self.edition.address(source, origin)
                for source, value, origin in zip(rows["source"], rows["value"], rows["origin"], strict=True)
            ]
        )

    @cached_property
    def changes(self) -> dict[tuple[str, str, str], dict[Any, Any]]:
        """(source, measure, place) → this half-year against the one before: counts, step, ratio, low, high, p."""
        rows = pd.concat([self.series, *map(self._sum, self.plan.figures)], ignore_index=True)
        pairs = consequence_pairs(rows, str(self.edition.period), self.edition.params.method.few)
        if pairs.empty:
            return {}
        tested = add_change(pairs, rows, self.edition.params.method)
        tested["value"] = steps_of(tested, self.edition.params.method)
        return {(row["source"], row["measure"], row["place"]): row for row in records(tested)}

    def text(self) -> Text:
        """The chapter's title and the authors' opening."""
        return self.edition.text("consequences")

    def figures(self) -> Blocks:
        """Every figure with its heading and a sentence or two; one without any figure in the raw files is left out."""
        blocks: list[Any] = []
        for plan in self.plan.figures:
            if not self._has_numbers(plan):
                continue
            if plan.heading:
                blocks.append(Text(f"## {capital(self.edition.words.name(plan.heading))}"))
                sentences = cited(partial(self._sentences, plan))
                blocks += [sentences] if sentences.markdown else []
            blocks.append(self.figure(plan.key))
        return Blocks(tuple(blocks))

    def figure(self, key: str) -> Figure:
        """One figure by its key in ``params/consequences.yml``."""
        plan = next(figure for figure in self.plan.figures if figure.key == key)
        words = self.edition.words
        rows, named = self._rows(plan), [self._line(one, plan) for one in plan.series]
        period = self._last_period(rows)
        credit = self.edition.credit(
            [one.parts[0] for one in plan.series if one.of], self._span(rows), self._note(plan)
        )
        common: dict[str, Any] = {"what": words.name(plan.what), "test": self._test(plan), "decimals": plan.decimals}
        if plan.kind == "columns":
            return columns(plan.key, rows, named[0], period, words, credit, **common)
        if plan.kind == "panels":
            scales: dict[str, Any] = {"own_scales": plan.own_scales, "none_sign": plan.none_sign}
            return panels(plan.key, rows, named, period, words, credit, **scales, **common)
        if plan.kind == "sites":
            return sites(plan.key, rows, [*named, *self._sites(plan.series[0])], period, words, credit, **common)
        notes = self.plan.notes
        spans = [
            Span(str(notes[name].first), str(notes[name].last), words.name(notes[name].text)) for name in plan.spans
        ]
        breaks = [Break(str(notes[name].first), words.name(notes[name].text)) for name in plan.breaks]
        return lines(plan.key, rows, named, period, words, credit, spans=spans, breaks=breaks, **common)

    def _sentences(self, plan: SeriesFigure, cite: Cite) -> str:
        return " ".join(sentence for one in plan.series if (sentence := self.sentence(one, plan, cite)))

    def sentence(self, one: SeriesLine, plan: SeriesFigure, cite: Cite = uncited) -> str:
        """``Kanylene: 199 228 mot 233 200 halvåret før, liten nedgang.``; empty for yearly series."""
        row = self.changes.get(_total_key(plan) if one.total and not one.of else one.parts[:3])
        words = self.edition.words
        if self._is_hidden(one):
            return words("gate.hidden_series", subject=capital(words.name(one.subject)))
        if row is None or pd.isna(row["current"]):
            return ""
        subject, current = capital(words.name(one.subject)), self._number(row, "current", cite)
        if pd.isna(row["previous"]):
            return words("consequences.first", subject=subject, current=current)
        values = {
            "subject": subject,
            "current": current,
            "previous": self._number(row, "previous", cite),
        }
        if row["flag"] == "few":
            return words("consequences.few", subject=subject)
        key = self.edition.word(_word(row["value"]))
        if row["value"] == 0 and row["is_notable"]:
            return words("consequences.notable", **values)
        uncertain = row["test"] in ("poisson", "quasi_poisson") and not row["is_notable"] and row["value"] != 0
        if uncertain:
            return words("consequences.uncertain", word=key, **values)
        return words("consequences.change" if row["value"] else "consequences.stable", word=key, **values)

    def _is_hidden(self, one: SeriesLine) -> bool:
        """Whether this half-year's number or the one before is too small to be shown."""
        source, measure, place, substance = one.parts
        own = self.series[(self.series["source"] == source) & (self.series["measure"] == measure)]
        own = own[(own["place"] == place) & (own["substance"] == substance) & (own["status"] == "suppressed")]
        return bool(own["period"].isin([str(self.edition.period), str(self.edition.period.previous)]).any())

    def _sum(self, plan: SeriesFigure) -> pd.DataFrame:
        """A figure's sum line as a series of its own: only half-years in which every part has a number."""
        parts = [one for one in plan.series if one.of]
        if len(parts) == len(plan.series):
            return self.series.head(0)
        rows = self._rows(plan)
        whole = rows.groupby("period").filter(lambda group: group["value"].notna().sum() == len(parts))
        source, measure, place = _total_key(plan)
        first = whole.groupby("period", as_index=False).agg({name: "first" for name in rows if name != "period"})
        sums = whole.groupby("period")["value"].sum()
        return first.assign(value=first["period"].map(sums), source=source, measure=measure, place=place, mark="")

    def _number(self, row: dict[Any, Any], column: str, cite: Cite) -> str:
        """The number with its origin; ``ca.`` and three digits for one that was printed as roughly so."""
        words, now = self.edition.words, self.edition.period
        period = now if column == "current" else now.previous
        own = self.series[(self.series["source"] == row["source"]) & (self.series["measure"] == row["measure"])]
        own = own[(own["place"] == row["place"]) & (own["period"] == str(period))]
        origin = str(own["origin"].iloc[0]) if len(own) == 1 else ""
        if "approximate" not in set(own["mark"]):
            return cite(words.number(row[column]), origin)
        return cite(words("consequences.about", number=words.number(float(f"{row[column]:.3g}"))), origin)

    def _has_numbers(self, plan: SeriesFigure) -> bool:
        return bool(self._rows(plan)["value"].notna().any())

    def _rows(self, plan: SeriesFigure) -> pd.DataFrame:
        """The rows a figure rests on: its series, and for sites every place of them."""
        chosen = pd.Series(False, index=self.series.index)
        for one in plan.series:
            if not one.of:
                continue
            source, measure, place, substance = one.parts
            here = (self.series["source"] == source) & (self.series["measure"] == measure)
            if plan.kind != "sites":
                here &= (self.series["place"] == place) & (self.series["substance"] == substance)
            chosen |= here
        return self.series[chosen]

    def _line(self, one: SeriesLine, plan: SeriesFigure) -> Line:
        source, measure, place, substance = one.parts
        words = self.edition.words
        row = self.changes.get((source, measure, place), {})
        step = row.get("value")
        return Line(
            words.name(one.label),
            source,
            measure,
            place,
            substance,
            words.name(one.subject),
            words.name(one.short),
            total=one.total or plan.kind == "sites",
            step=None if step is None or pd.isna(step) or row.get("is_notable") else int(step),
            paint=self.edition.paint(substance) if substance else None,
        )

    def _sites(self, one: SeriesLine) -> list[Line]:
        source, measure, _, _ = one.parts
        entry = self.edition.params.sources[source]
        return [
            Line(
                self.edition.words.name(place.name), source, measure, key,
                closed=str(place.last) if place.last and place.last < self.edition.period else "",
            )
            for key, place in entry.places.items()
        ]  # fmt: skip

    def _last_period(self, rows: pd.DataFrame) -> str:
        """This half-year, or the last year of a yearly series."""
        if (rows["frequency"] == "half_year").any():
            return str(self.edition.period)
        return str(rows[rows["value"].notna()]["period"].max())

    def _span(self, rows: pd.DataFrame) -> str:
        known = rows[rows["value"].notna()]["period"]
        first, last = known.min(), known.max()
        words = self.edition.words
        if "-" not in first:
            return f"{first}–{last}"
        return words.period(first) if first == last else f"{words.period(first)}–{words.period(last)}"

    def _note(self, plan: SeriesFigure) -> str:
        """The reservations the register holds on the sources."""
        keys = dict.fromkeys(one.parts[0] for one in plan.series if one.of)
        entries = [self.edition.params.sources[key] for key in keys]
        notes = [self.edition.words.name(entry.note) for entry in entries if entry.note]
        licences = [self.edition.words("credit.licence", licence=entry.licence) for entry in entries if entry.licence]
        return " ".join((*notes, *licences))

    def _test(self, plan: SeriesFigure) -> str:
        """A sentence on chance, for the series that changed most clearly."""
        tested = [
            (row, one) for one in plan.series
            if (row := self.changes.get(one.parts[:3])) and row["test"] in ("poisson", "quasi_poisson")
            and row["value"] != 0 and pd.notna(row["ratio"])
        ]  # fmt: skip
        if not tested:
            return ""
        row, one = min(tested, key=lambda pair: pair[0]["p"])
        words = self.edition.words
        return words(
            "consequences.test" if row["is_notable"] else "consequences.test_unclear",
            label=words.name(one.label), ratio=words.number(row["ratio"], 2), low=words.number(row["low"], 2),
            high=words.number(row["high"], 2),
        )  # fmt: skip


def _total_key(plan: SeriesFigure) -> tuple[str, str, str]:
    return plan.key, "total", ""


def _word(step: float) -> str:
    return "" if pd.isna(step) else ChangeCategory(int(step)).key
