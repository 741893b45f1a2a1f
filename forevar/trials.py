"""The words under other choices, and the warnings against what came after: part of ``edition.sureness()``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from forevar import cautions, doubt
from forevar.backtest import WAYS, Backtest, backtest
from forevar.blocks import Column, Credit, Figure, Table, Text
from forevar.charts.foretold import foretold
from forevar.prose import score_word
from forevar.rows import records
from forevar.score import panel_counts
from forevar.sensitivity import CHOICES, all_choices, stands
from forevar.terms import AGGREGATE
from forevar.words import capital

if TYPE_CHECKING:
    from forevar.edition import Edition

NONE = "–"


@dataclass(frozen=True, repr=False)
class TrialView:
    """How an edition's words and warnings stand trial."""

    edition: Edition

    @cached_property
    def chosen(self) -> tuple[str, ...]:
        """The substances of the main findings; every watched one when the editor has chosen none."""
        named = tuple(dict.fromkeys(headline.substance for headline in self.edition.recipe.headlines))
        return named or self.edition.watched()

    @cached_property
    def breaks(self) -> dict[str, list[str]]:
        """Substance → half-years in which its figures began anew."""
        return {key: [str(one) for one in entry.breaks] for key, entry in self.edition.params.substances.items()}

    @cached_property
    def tested(self) -> Backtest:
        """The back-test over every half-year up to this one."""
        rows = self.edition.rows
        return backtest(rows("observations/all"), rows("trends/all"), self.edition.params.method, self.breaks)

    # --- the words under other choices ---------------------------------------------------------------------------

    @cached_property
    def stands(self) -> pd.DataFrame:
        """For each word of the edition, the share of choices under which it stands."""
        params, rows = self.edition.params, self.edition.rows
        panels = panel_counts(self.edition.now("answers/all"), params.sources)
        period = str(self.edition.period)
        return stands(all_choices(rows("observations/all"), panels, period, params.method, params.sources))

    def choices(self) -> Text:
        """Which choices were tried."""
        words, grid = self.edition.words, self.edition.params.method.sensitivity
        n = {"limits": grid.class_limits_percent, "few": grid.few_n_min, "base": grid.base}
        return Text(
            words("certainty.sensitivity.explain", **{name: words.count_word(len(one)) for name, one in n.items()})
        )

    def sensitivity(self, substances: Iterable[str] = ()) -> Table:
        """Each word and the share of choices under which it stands, all together and one choice at a time."""
        words, small = self.edition.words, self.edition.params.method.words.small
        rows: list[tuple[str, ...]] = []
        groups: dict[int, str] = {}
        for key in substances or self.chosen:
            groups[len(rows)] = capital(self._name(key))
            for row in records(self.stands[self.stands["substance"] == key]):
                rows.append((
                    capital(words(f"dimension.{row['dimension']}")), score_word(row["word"], words, small),
                    doubt.holds(row["share"], words),
                    *(doubt.holds(row[f"share_{choice}"], words) for choice in CHOICES),
                    ", ".join(score_word(other, words, small) for other in row["others"]) or NONE,
                ))  # fmt: skip
        heads = ("dimension", "word", "share", *CHOICES, "others")
        return self._table("sensitivity", heads, rows, self._credit(), groups, right=("share", *CHOICES))

    def sensitivity_text(self) -> Text:
        """For each word of the main findings, when it stands."""
        parts = []
        for key in self.chosen:
            rows = self.stands[(self.stands["substance"] == key) & (self.stands["dimension"] != AGGREGATE)]
            sentences = [
                cautions.sensitivity_sentence(row, self.edition.params, self.edition.words) for row in records(rows)
            ]
            parts.append(f"**{capital(self._name(key))}.** {' '.join(sentences)}")
        return Text("\n\n".join(parts))

    # --- the warnings against what came after --------------------------------------------------------------------

    def backtest_text(self) -> Text:
        """What a real rise is, and how each way of telling did."""
        sentences = cautions.backtest_sentences(self.tested, self.edition.params, self.edition.words)
        return Text("\n\n".join((sentences[0], "\n".join(f"- {one}" for one in sentences[1:]))))

    def rises(self) -> Table:
        """Each rise that proved real, and in which half-year each way first told of it."""
        words = self.edition.words
        rows = []
        for row in records(self.tested.rises.sort_values(["start", "substance"])):
            growth = words("certainty.ratio", ratio=words.number(row["growth"], 1))
            start = words.period(row["start"])
            rows.append((capital(self._name(row["substance"])), start, growth, *cautions.way_texts(row, words)))
        ways = [words(f"certainty.backtest.way.{way}") for way in WAYS]
        columns = (
            Column(words("certainty.column.substance")), Column(words("certainty.column.start")),
            Column(words("certainty.column.growth"), "right"), *(Column(way) for way in ways),
        )  # fmt: skip
        return Table("rises", words("certainty.backtest.title"), columns, tuple(rows), self._credit())

    def timeline(self) -> Figure | None:
        """The same as a chart; None when no rise proved real."""
        if self.tested.rises.empty:
            return None
        rules, substances = self.edition.params.method.backtest, self.tested.rises["substance"]
        return foretold(
            self.tested.rises, {key: self.edition.paint(key) for key in substances}, self.rises(),
            words=self.edition.words, credit=self._credit(), early=rules.early, late=rules.late,
        )  # fmt: skip

    def ways(self) -> Table:
        """How many rises each way found, how early, and how often it was wrong."""
        words = self.edition.words
        rows = [
            (
                words(f"certainty.backtest.way.{row['way']}"), f"{row['n_found']} / {row['n_rises']}",
                NONE if pd.isna(row["median_lead"]) else words.signed(row["median_lead"]),
                words.number(row["n_false"]), words.number(row["n_judged"]),
            )
            for row in records(self.tested.ways)
        ]  # fmt: skip
        heads = ("way", "found", "lead", "wrong", "judged")
        title = words("certainty.backtest.ways")
        return self._table("ways", heads, rows, self._credit(), title=title, right=heads[1:])

    # --- shared --------------------------------------------------------------------------------------------------

    def heading(self, key: str, level: int = 2) -> Text:
        """A heading from ``certainty.sure``."""
        return Text(f"{'#' * level} {self.edition.words(f'certainty.sure.{key}')}")

    def _table(
        self, key: str, heads: Iterable[str], rows: list[Any], credit: Credit, groups: Mapping[int, str] | None = None,
        title: str = "", right: Iterable[str] = (),
    ) -> Table:  # fmt: skip
        words = self.edition.words
        columns = tuple(
            Column(words(f"certainty.column.{head}"), "right" if head in set(right) else "left") for head in heads
        )
        title = title or words(f"certainty.sure.{key}")
        return Table(key, title, columns, tuple(tuple(row) for row in rows), credit, groups=dict(groups or {}))

    def _credit(self) -> Credit:
        sources = [key for key, one in self.edition.params.sources.items() if one.weights]
        return self.edition.credit(sources)

    def _name(self, substance: str) -> str:
        entry = self.edition.params.substances.get(substance)
        return self.edition.words.name(entry.name) if entry else substance
