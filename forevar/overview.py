"""``edition.overview()``: main findings, long-term trends, what the picture rests on, the main table, the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from forevar import doubt, panel, prose
from forevar.blocks import Bundle, Column, Figure, Finding, Findings, Table, Text
from forevar.charts.cover import cover_alt, cover_curves, sparkline
from forevar.charts.coverage import coverage, outcomes
from forevar.charts.long_term import long_term
from forevar.charts.main_table import main_table, scores_table
from forevar.charts.prices import prices
from forevar.charts.robustness import robustness
from forevar.charts.theme import Series
from forevar.coverage import kind_counts
from forevar.explore import made_of
from forevar.rows import records
from forevar.settings import Headline
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS, Dimension, Reason
from forevar.words import capital

if TYPE_CHECKING:
    from forevar.edition import Edition


@dataclass(frozen=True, repr=False)
class Overview:
    """The edition as a whole."""

    edition: Edition

    # --- main findings -------------------------------------------------------------------------------------------

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return self.scores()._repr_mimebundle_()

    @cached_property
    def headlines(self) -> tuple[Headline, ...]:
        """The editor's choice; until there is one, the use of the substances that params mark ``highlight``."""
        substances = self.edition.params.substances
        marked = [key for key, one in substances.items() if one.highlight] or list(substances)[:4]
        return self.edition.recipe.headlines or tuple(
            Headline(substance=key, dimensions=(Dimension.USE,)) for key in marked
        )

    @cached_property
    def series(self) -> tuple[Series, ...]:
        """The substances of the headlines, as params paint them."""
        return tuple(self.edition.paint(headline.substance) for headline in self.headlines)

    @cached_property
    def trends(self) -> pd.DataFrame:
        """Long-term curves of the headlines' substances."""
        tables = [self.edition.rows(f"trends/{headline.substance}") for headline in self.headlines]
        return pd.concat(tables, ignore_index=True) if tables else self.edition.rows("trends/all")

    def title(self) -> Text:
        """The chapter's heading."""
        return self.edition.heading("main_findings", 1)

    def lead(self) -> Text:
        """The findings in a sentence each; substances that share one are named together."""
        names: dict[str, list[str]] = {}
        for headline in self.headlines:
            names.setdefault(self.headline_text(headline), []).append(self._name(headline))
        sentences = [f"{capital(self.edition.words.join(who))}: {text}." for text, who in names.items()]
        return Text(" ".join(sentences), role="lead")

    def findings(self) -> Findings:
        """The main findings, a row each, with the curves for the cover."""
        words = self.edition.words
        rows = tuple(self._finding(headline) for headline in self.headlines)
        credit = self._credit()
        return Findings(
            rows, words("dimension.together"), cover_curves(self.trends, self.series, words=words),
            cover_alt(self.trends, self.series, words=words, credit=credit), credit,
        )  # fmt: skip

    def headline_text(self, headline: Headline) -> str:
        """``stabil bruk og nedgang i tilgjengelighet``; the editor's own words where there are any."""
        if headline.override:
            return self.edition.words.name(headline.override)
        scores = self.edition.scores(headline.substance)
        method = self.edition.params.method.words
        chosen = {str(one): scores.get(one, (float("nan"), ""))[1] for one in headline.dimensions}
        return prose.headline(chosen, self.edition.words, method.headline_drop_small, method.small)

    def long_term(self) -> Figure:
        """The curves since the start."""
        words = self.edition.words
        own = {
            key: {str(period): words.name(text) for period, text in self.edition.params.substances[key].breaks.items()}
            for key in (headline.substance for headline in self.headlines)
        }
        new = [source for source in self.edition.params.sources.values() if source.new == self.edition.period]
        breaks = {str(self.edition.period): words("coverage.new_sources", n=len(new))} if new else {}
        return long_term(self.trends, self.series, words=words, credit=self._credit(), breaks=breaks, own_breaks=own)

    def robustness(self) -> Figure:
        """Whether the words of the findings would hold."""
        certainty = pd.concat([self.edition.now(f"certainty/{one.substance}") for one in self.headlines])
        wanted = [(one.substance, str(dimension)) for one in self.headlines for dimension in one.dimensions]
        return robustness(
            certainty, wanted, {paint.key: paint for paint in self.series}, words=self.edition.words,
            credit=self._period_credit(), cuts=self.edition.params.method.words.sub_score_cuts,
        )  # fmt: skip

    def _finding(self, headline: Headline) -> Finding:
        paint, words = self.edition.paint(headline.substance), self.edition.words
        score = self.edition.scores(headline.substance).get(AGGREGATE, (float("nan"), ""))[0]
        return Finding(
            capital(self._name(headline)), self.headline_text(headline), self._robust(headline), words.signed(score),
            headline.substance, paint.text, sparkline(self.trends, paint, words=words),
            self.edition.substance(headline.substance).made_of(AGGREGATE),
        )  # fmt: skip

    def _robust(self, headline: Headline) -> str:
        """``Ordet holder i 89 % av trekningene``, and what it rests on when that is one source."""
        rows = self.edition.now(f"certainty/{headline.substance}")
        chosen = rows[rows["dimension"].isin([str(one) for one in headline.dimensions])]
        return doubt.short_sentence(chosen, self.edition.params, self.edition.words)

    def _name(self, headline: Headline) -> str:
        names = headline.name or self.edition.params.substances[headline.substance].name
        return self.edition.words.name(names)

    def _credit(self) -> Any:
        words = self.edition.words
        start = self.edition.params.method.trend.start
        span = f"{words.period(start)}–{words.period(self.edition.period)}"
        keys = [
            key for key, source in self.edition.params.sources.items() if source.weights or source.kind == "history"
        ]
        return self.edition.credit(keys, span, words("credit.levels"), who=words("credit.all"))

    # --- what it rests on ----------------------------------------------------------------------------------------

    def coverage(self) -> Figure:
        """A dot per source and person, filled where it counted."""
        words = self.edition.words
        span, who = words.span(self.edition.period), words("credit.register")
        credit = self.edition.credit(self.edition.params.sources, span, who=who)
        return coverage(self.edition.coverage, self._people(), words=words, credit=credit)

    def outcomes(self) -> Figure:
        """What each measure said of the headlines' substances: moved, stood still, few, nothing to compare with."""
        signals = pd.concat([self.edition.now(f"signals/{one.key}") for one in self.series])
        signals = signals[signals["reason"] != Reason.UNWEIGHTED]
        return outcomes(signals, self.series, words=self.edition.words, credit=self._period_credit())

    def prices(self) -> Figure | None:
        """What the panel says the headlines' substances cost; None when it says nothing."""
        source = next((key for key, one in self.edition.params.sources.items() if one.kind == "panel"), "")
        answers, period = self.edition.now(f"answers/{source}"), str(self.edition.period)
        least = self.edition.params.method.panel.min_prices
        tables = [
            panel.prices(answers, source, period, one.key, least).assign(substance=one.key) for one in self.series
        ]
        table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
        if table.empty:
            return None
        words = self.edition.words
        credit = self.edition.credit([source], words.span(self.edition.period))
        return prices(table, self.series, words=words, credit=credit)

    def _people(self) -> dict[str, int]:
        """Kind → persons or interviews behind it this half-year."""
        sources = self.edition.params.sources
        people: dict[str, int] = {sources[key].kind: number for key, number in self.edition.informants.items()}
        groups = self.edition.now("observations/all")
        kinds = {key for key, source in sources.items() if source.kind == "focus_groups"}
        held = groups[groups["source"].isin(kinds)]["value"].sum()
        return people | ({"focus_groups": int(held)} if held else {})

    def coverage_text(self) -> Text:
        """The counts in a sentence, and which sources are new, closed or silent."""
        words, table = self.edition.words, self.edition.coverage
        counts = {**kind_counts(table), **self._people()}
        named = [
            words(f"coverage.{'count_one' if number == 1 else 'count'}.{kind}", n=words.number(number))
            for kind in ("statistics", "media", "panel", "key_persons", "focus_groups") if (number := counts.get(kind))
        ]  # fmt: skip
        sentences = [words("coverage.counts", counts=words.join(named))]
        for state, rows in (("new", table[table["is_new"]]), ("silent", table[table["state"] == "silent"]),
                            ("closed", table[table["state"] == "closed"]),
                            ("invented", table[table["is_invented"]])):  # fmt: skip
            names = [self.edition.words.name(self.edition.params.sources[key].name) for key in rows["source"]]
            if names:
                sentences.append(words(f"coverage.{state}", sources=words.join(names)))
        return Text("\n\n".join((sentences[0], "\n".join(f"- {one}" for one in sentences[1:]))))

    def rules(self) -> Table:
        """Class limits, rule of few and weights as they stand in the method."""
        words, method = self.edition.words, self.edition.params.method
        limits = [words.number(limit) for limit in method.class_limits_percent]
        few = words("rules.few_text", n=method.few.n_min)
        cuts = [words.number(cut) for cut in method.words.sub_score_cuts]
        whole = [words.number(cut) for cut in method.words.aggregate_cuts]
        rows = (
            (words("rules.status"), words(f"rules.{method.status}")),
            (words("rules.base"), words(f"rules.{method.base}")),
            (words("rules.limits"), words("rules.limits_text", limits=" / ".join(limits))),
            (words("rules.panel"), " / ".join(words.number(one, 2) for one in method.panel.limits_balance)),
            (words("rules.few"), few),
            (words("rules.cuts"), words("rules.cuts_text", cuts=" / ".join(cuts), whole=" / ".join(whole))),
        )
        columns = (Column(words("rules.rule")), Column(words("rules.value")))
        return Table("rules", words("rules.title"), columns, rows, self.edition.credit((), who=words("credit.method")))

    def weights(self) -> Table:
        """The weight of every scored source by dimension."""
        words, sources = self.edition.words, self.edition.params.sources
        dimensions = ("use", "availability", "interest")
        rows = tuple(
            (capital(words.name(source.name)),
             *(f"{source.weights[one]:g}" if one in source.weights else "–" for one in dimensions))  # type: ignore[index]
            for source in sources.values() if source.weights
        )  # fmt: skip
        columns = (
            Column(words("limits.source")),
            *(Column(capital(words(f"dimension.{one}")), "right") for one in dimensions),
        )
        return Table(
            "weights", words("rules.weights"), columns, rows,
            self.edition.credit((), note=words("rules.weights_note"), who=words("credit.method")),
        )  # fmt: skip

    # --- the main table ------------------------------------------------------------------------------------------

    def main_table(self) -> Table:
        """Every source's step for every substance."""
        substances = {key: self.edition.paint(key).name for key in self.edition.watched()}
        signals = self.edition.labelled(self.edition.now("signals/all"))
        return main_table(
            signals, substances, words=self.edition.words, credit=self._period_credit(),
            differences=self.edition.now("differences/all"),
        )  # fmt: skip

    def scores(self) -> Table:
        """Every substance's scores and words."""
        names = {key: self.edition.paint(key).name for key in self.edition.watched()}
        differences, words = self.edition.now("differences/all"), self.edition.words
        signals = dict(list(self.edition.labelled(self.edition.now("signals/all")).groupby("substance")))
        scored: dict[str, dict[str, tuple[float, str]]] = {key: {} for key in names}
        for row in records(differences[differences["substance"].isin(list(names))]):
            scored[row["substance"]][row["dimension"]] = row["score"], row["word"]
        origins = tuple(
            ("", *(made_of(str(one), scored[key], signals[key], words) for one in (*SCORED_DIMENSIONS, AGGREGATE)))
            for key in names
        )
        return replace(scores_table(differences, names, words=words, credit=self._period_credit()), origins=origins)

    def _period_credit(self) -> Any:
        keys = [key for key, source in self.edition.params.sources.items() if source.weights]
        return self.edition.credit(keys, who=self.edition.words("credit.all"))
