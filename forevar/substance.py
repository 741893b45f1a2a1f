"""``edition.substance("kokain")``: one chapter's numbers as sentences, tables and charts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import pandas as pd

from forevar import doubt, explore, panel, prose
from forevar.blocks import Blocks, Bundle, Column, Credit, Facts, Figure, Table, Text
from forevar.charts.changes import changes
from forevar.charts.contributions import contributions
from forevar.charts.long_term import long_term
from forevar.charts.panel import known_total, panel_known
from forevar.charts.theme import Series
from forevar.disclosure import least_of
from forevar.origins import Cite, cited
from forevar.rows import records
from forevar.settings import Substance
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS, Reason
from forevar.words import capital

if TYPE_CHECKING:
    from forevar.edition import Edition

MOST_TERMS = 6


@dataclass(frozen=True)
class Doubt:
    """Where a score may lie."""

    low: float
    high: float


@dataclass(frozen=True, repr=False)
class SubstanceView:
    """One substance in one edition.

    Attributes:
        edition: The edition it belongs to.
        key: ``kokain``.
    """

    edition: Edition
    key: str

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return self.score_table()._repr_mimebundle_()

    @property
    def substance(self) -> Substance:
        """What is registered of it."""
        return self.edition.params.substances[self.key]

    @property
    def name(self) -> str:
        """Its name as it stands inside a sentence."""
        return self.edition.words.name(self.substance.name)

    @cached_property
    def signals(self) -> pd.DataFrame:
        """Every source's change this half-year, SIGNAL_COLUMNS and the test's; with ``label`` and ``short``."""
        return self.edition.labelled(self.edition.now(f"signals/{self.key}"))

    @cached_property
    def scores(self) -> pd.DataFrame:
        """This half-year's scores, DIFFERENCE_COLUMNS."""
        return self.edition.now(f"differences/{self.key}")

    @cached_property
    def certainty(self) -> pd.DataFrame:
        """How sure each score is, CERTAINTY_COLUMNS."""
        return self.edition.now(f"certainty/{self.key}")

    @cached_property
    def paint(self) -> Series:
        """Its name and colours."""
        return self.edition.paint(self.key)

    def why(self, dimension: str = AGGREGATE) -> Table:
        """What a score is made of, down to file and cell."""
        return explore.why(self, dimension)

    def explore(self, *others: str) -> explore.LinkedChart:
        """One linked chart of every source and half-year, with other substances beside when named."""
        return explore.explore(self, *others)

    # --- charts --------------------------------------------------------------------------------------------------

    def contributions(self) -> Figure:
        """What each source added to the scores."""
        return contributions(
            self.signals, self.scores, self.paint, words=self.edition.words, credit=self.credit(),
            certainty={row["dimension"]: Doubt(row["low"], row["high"]) for row in records(self.certainty)},
            extent=self._extent(),
        )  # fmt: skip

    def changes(self) -> Figure | None:
        """How much each source changed, beside what chance can do; None when nothing can be compared."""
        rows = self.signals[(self.signals["kind"] != "panel") & (self.signals["reason"] != Reason.UNWEIGHTED)]
        if not rows["ratio"].notna().any():
            return None
        words = self.edition.words
        hidden = [not self.edition.shown(row) for row in records(rows)]
        for column in ("previous", "current"):
            texts = [prose.amount(row[column], row["unit"], words) for row in records(rows)]
            rows = rows.assign(
                **{f"{column}_shown": [":" if gone else text for gone, text in zip(hidden, texts, strict=True)]}
            )
        stable = self.edition.params.method.class_limits_percent[0] / 100
        return changes(rows, self.paint, words=words, credit=self.credit(rows["source"].unique()), stable=stable)

    def panel_known(self) -> Figure | None:
        """Who of the panel knows of use, a dot a person; None where there is no panel or every group is hidden."""
        source = self._panel()
        groups = self.known()
        if source is None or groups.empty or not (groups["knows"] >= self.min_n).any():
            return None
        names = {group: self.edition.words(f"prose.group_name.{group}") for group in groups["group"]}
        return panel_known(
            groups.assign(substance=self.key),
            [self.paint],
            names,
            words=self.edition.words,
            credit=self.edition.credit([source], self._now()),
            min_n=self.min_n,
        )

    def long_term(self) -> Figure | None:
        """The curve since the start; None for a drug that has none."""
        trends = self.edition.rows(f"trends/{self.key}")
        if len(trends) < 2:
            return None
        words = self.edition.words
        own = {self.key: {str(one): words.name(text) for one, text in self.substance.breaks.items()}}
        span = f"{words.period(trends['period'].min())}–{words.period(self.edition.period)}"
        keys = [*self.signals["source"].unique(), *self.edition.history]
        credit = self.edition.credit(keys, span, who=words("credit.all"))
        context = [key for key, one in self.edition.params.substances.items() if one.highlight and key != self.key]
        everyone = pd.concat([trends, *(self.edition.rows(f"trends/{key}") for key in context)], ignore_index=True)
        return long_term(
            everyone, [self.paint], words=words, credit=credit, own_breaks=own,
            context=[self.edition.paint(key) for key in context],
        )  # fmt: skip

    def score_table(self) -> Table:
        """The three scores and their sum, each with its word and how sure it is."""
        words = self.edition.words
        known = {row["dimension"]: row for row in records(self.scores)}
        sure = {row["dimension"]: row for row in records(self.certainty)}
        rows = []
        origins = tuple(("", self.made_of(str(dimension))) for dimension in (*SCORED_DIMENSIONS, AGGREGATE))
        for dimension in (*SCORED_DIMENSIONS, AGGREGATE):
            row = known.get(dimension)
            if row is None or not row["word"]:
                rows.append((capital(words(f"dimension.{dimension}")), "–", words("text.no_score"), "–", "–"))
                continue
            rows.append((
                capital(words(f"dimension.{dimension}")), words.signed(row["score"]), self.edition.word(row["word"]),
                doubt.interval(sure[dimension], words), doubt.word_holds(sure[dimension], words),
            ))  # fmt: skip
        columns = (
            Column(words("limits.dimension")), Column(words("score.score"), "right"), Column(words("score.word")),
            Column(words("score.interval")), Column(words("score.holds"), "right"),
        )  # fmt: skip
        title = words("score.title", substance=capital(self.name), period=words.span(self.edition.period))
        return Table(
            f"scores-{self.key}", title, columns, tuple(rows), self.credit(), strong=(len(rows) - 1,), origins=origins
        )

    def made_of(self, dimension: str) -> str:
        """What a score is the sum of, a line each, down to file and cell."""
        return explore.made_of(dimension, self.edition.scores(self.key), self.signals, self.edition.words)

    def how_sure(self) -> Text:
        """What each score rests on, and what would change its word."""
        rows = self.certainty[self.certainty["dimension"] != AGGREGATE]
        return Text(doubt.paragraph(rows, self.edition.params, self.edition.words))

    def _extent(self) -> tuple[float, float]:
        """Largest contributions a source can make, so that every chapter has the same scale."""
        method = self.edition.params.method
        heaviest = max(
            (weight for one in self.edition.params.sources.values() for weight in one.weights.values()), default=1
        )
        return -heaviest * max(method.class_values), heaviest * max(method.class_values)

    def section(self, dimension: str) -> Blocks:
        """Heading, the authors' text and what the sources said."""
        items = [self.edition.heading(dimension), self.authors(dimension), self.sources(dimension)]
        return Blocks(tuple(item for item in items if item is not None))

    def closing(self) -> Blocks:
        """Heading, the authors' text and what the panel says of consequences."""
        items = [self.edition.heading("consequences"), self.authors("consequences"), self.consequences()]
        return Blocks(tuple(item for item in items if item is not None))

    def _now(self) -> str:
        return self.edition.words.span(self.edition.period)

    # --- text ----------------------------------------------------------------------------------------------------

    def title(self) -> Text:
        """The chapter's heading and its finding in a sentence or two."""
        return Text(f"# {capital(self.name)}")

    def lead(self) -> Text:
        """What the three dimensions did, and the aggregated difference."""
        scores, words = self.edition.scores(self.key), self.edition.words
        return cited(lambda cite: prose.lead(scores, words, cite, self.made_of(AGGREGATE)), role="lead")

    def introduction(self) -> Text | None:
        """What the drug is, in the authors' words."""
        return self.authors("")

    def authors(self, section: str) -> Text | None:
        """The authors' text of a section (``use``, ``availability`` …), None when they wrote none."""
        heading = self.edition.words(f"section.{section}") if section else ""
        text = self.edition.parts(f"substances/{self.key}").get(heading)
        return Text(text) if text else None

    def sources(self, dimension: str) -> Text:
        """What each statistical and media source said about a dimension, the panel first."""
        return cited(partial(self._sources, dimension))

    def _sources(self, dimension: str, cite: Cite) -> str:
        rows = self.signals[self.signals["dimension"] == dimension]
        is_panel = rows["kind"] == "panel"
        sentences = [
            prose.panel_sentence(row, self._panel_name(), self.edition.words)
            for row in records(rows[is_panel & (rows["word"] != "")])
        ]
        paragraph = prose.sources_paragraph(
            rows[~is_panel], self.edition.params.sources, self.edition.words, self.edition.shown, cite
        )
        knows = [self._knows(cite)] if dimension == "use" else []
        first = " ".join([*knows, *sentences]).strip()
        if not first:
            return paragraph
        return f"{first}\n\n{paragraph}"

    def _panel_name(self) -> str:
        source = self._panel()
        return capital(self.edition.words.name(self.edition.params.sources[source].name)) if source else ""

    def _panel(self) -> str | None:
        """The panel's key, None when the town has none or it was silent."""
        for key, source in self.edition.params.sources.items():
            if source.kind == "panel":
                return key
        return None

    def _panel_address(self) -> str:
        """File and sheet of the panel's answers about the drug."""
        source, answers = self._panel(), self.edition.now(f"answers/{self.key}")
        own = answers.loc[answers["source"] == source, "origin"]
        return self.edition.address(source, "; ".join(own)) if source else ""

    def _knows(self, cite: Cite) -> str:
        """How many of the panel know of use, and in which groups."""
        source, words = self._panel(), self.edition.words
        if source is None:
            return ""
        groups = self.known()
        people, total = int(groups["knows"].sum()), int(groups["n"].sum())
        least = self.min_n
        if not total:
            return ""
        name = words.name(self.edition.params.sources[source].name)
        if people == 0:
            return words("prose.panel.nobody", panel=words.number(total), source=name)
        if people < least:
            return words("prose.panel.knows_hidden", min_n=least, panel=words.number(total), source=name)
        told = capital(known_total(groups.assign(substance=self.key), self.key, words, least))
        told = cite(told, self._panel_address())
        sentences = [capital(words("prose.panel.knows", knows=told, source=name))]
        most = max(records(groups), key=lambda group: group["knows"])
        if most["knows"] * 2 > people:
            sentences.append(words("prose.panel.most_in", group=words(f"prose.group_name.{most['group']}")))
        elif (groups["knows"] >= least).all():
            sentences.append(words("prose.panel.all_groups"))
        return " ".join(sentences)

    @cached_property
    def min_n(self) -> int:
        """Fewer informants than this are not told."""
        source = self._panel()
        return least_of(self.edition.params.sources[source], self.edition.params.method) if source else 0

    def known(self) -> pd.DataFrame:
        """Panel informants who know of use, by group: group, knows, n (persons)."""
        source = self._panel() or ""
        return panel.knows(self._answers, source, str(self.edition.period), self.key)

    @cached_property
    def _answers(self) -> pd.DataFrame:
        """This drug's answers, and who answered at all."""
        everyone = self.edition.now("answers/informants")
        return pd.concat([self.edition.now(f"answers/{self.key}"), everyone.assign(question="")])

    def _terms(self, question: str) -> list[str]:
        source = self._panel() or ""
        counts = panel.terms(self._answers, source, str(self.edition.period), self.key, question)
        return [self._term(question, str(term)) for term in counts.index[:MOST_TERMS]]

    def _term(self, question: str, term: str) -> str:
        """A term as the reader knows it: a drug's name, a word of ours, or the informants' own."""
        words = self.edition.words
        if term in self.edition.params.substances:
            return words.name(self.edition.params.substances[term].name)
        for key in (f"term.{question}.{term}", f"term.{term}"):
            if words.has(key):
                return words(key)
        return words("quoted", text=term) if question == "slang" else term

    def facts(self) -> Facts | None:
        """Price, way of intake, slang, combinations and where it is bought, as the panel says."""
        words, items = self.edition.words, []
        prices = panel.prices(
            self._answers,
            self._panel() or "",
            str(self.edition.period),
            self.key,
            self.edition.params.method.panel.min_prices,
        )
        origins = []
        texts = [
            words(
                "prose.facts.price_one" if row['low'] == row['high'] else "prose.facts.price_range",
                low=words.number(row["low"]), high=words.number(row["high"]),
                unit=words(f"unit.{row['unit']}") if words.has(f"unit.{row['unit']}") else row['unit'],
            )
            for row in records(prices)
        ]  # fmt: skip
        if texts:
            items.append((words("prose.facts.price"), ", ".join(texts)))
            origins.append(self._panel_address())
        for question in ("intake", "slang", "combination", "bought_where"):
            terms = self._terms(question)
            if terms:
                items.append((words(f"prose.facts.{question}"), ", ".join(terms)))
        return Facts(tuple(items), tuple(origins)) if items else None

    def consequences(self) -> Text:
        """What the panel names as consequences of use."""
        terms = [prose.literally(term) for term in self._terms("consequence")]
        words = self.edition.words
        if self._panel() is None:
            return Text(words("prose.panel.unasked"))
        if not terms:
            return Text(words("prose.panel.consequence_none"))
        key = "consequence" if len(terms) > 1 else "consequence_one"
        return Text(words(f"prose.panel.{key}", terms=words.join(terms)))

    # --- tables --------------------------------------------------------------------------------------------------

    def limits(self) -> Table | None:
        """Sources that could not be scored this half-year, and why; None when all were."""
        words = self.edition.words
        rows = self.signals[(self.signals["reason"] != "") | (self.signals["flag"] == "few")]
        rows = rows[rows["reason"] != Reason.UNWEIGHTED]
        if rows.empty:
            return None
        order = {str(one): number for number, one in enumerate(SCORED_DIMENSIONS)}
        rows = rows.sort_values("dimension", key=lambda one: one.map(order), kind="stable")
        cells = tuple(
            (capital(words(f"dimension.{row['dimension']}")), capital(row["label"]),
             words(f"reason.{row['reason'] or 'few'}"))
            for row in records(rows)
        )  # fmt: skip
        columns = tuple(Column(words(f"limits.{name}")) for name in ("dimension", "source", "reason"))
        return Table(
            f"limits-{self.key}", words("limits.title", substance=self.name), columns, cells,
            self.credit(rows["source"].unique()),
        )  # fmt: skip

    def credit(self, sources: object = None, note: str = "") -> Credit:
        """Source line for what rests on these sources; on all the substance's when left out."""
        keys = list(sources) if sources is not None else list(self.signals["source"].unique())  # type: ignore[call-overload]
        return self.edition.credit(keys, note=note)
