"""``edition.focus("benzodiazepines")``: a group of substances side by side, in total and one by one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from forevar import panel
from forevar.blocks import Bundle, Column, Credit, Figure, Table, Text
from forevar.charts.measured import measured
from forevar.charts.ranks import ranks
from forevar.charts.theme import Series
from forevar.disclosure import least_of, middle_for_hidden
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS
from forevar.words import capital

if TYPE_CHECKING:
    from forevar.edition import Edition


@dataclass(frozen=True, repr=False)
class FocusView:
    """A special focus on one group of substances.

    Attributes:
        edition: The edition it belongs to.
        group: As in ``params/substances.yml``.
    """

    edition: Edition
    group: str

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return self.scores()._repr_mimebundle_()

    @property
    def substances(self) -> tuple[str, ...]:
        """The group's substances, in their order."""
        return tuple(key for key, one in self.edition.params.substances.items() if one.group == self.group)

    @property
    def series(self) -> tuple[Series, ...]:
        """The same, as params paint them."""
        return tuple(self.edition.paint(key) for key in self.substances)

    def text(self) -> Text:
        """The authors' text, headings and all."""
        return self.edition.text(f"special_focus/{self.edition.period}")

    @cached_property
    def found(self) -> pd.DataFrame:
        """Positive samples of the measuring sources: period, substance, count, tested (samples analysed)."""
        rule = self.edition.params.method.agreement.measured
        tables = [self.edition.rows(f"observations/{key}") for key in rule if key in self.edition.params.sources]
        rows = pd.concat(tables) if tables else self.edition.rows("observations/all").head(0)
        rows = rows[rows["substance"].isin(self.substances) & (rows["frequency"] == "half_year")]
        whole = rows.groupby(["period", "substance"], as_index=False)
        return whole.agg(count=("value", lambda values: values.sum(min_count=1)), tested=("denominator", "sum"))

    @cached_property
    def levels(self) -> pd.DataFrame:
        """How much each preparation is met, smoothed: substance, period, level (sum of the recipe's sources).

        Made from what may be shown: a hidden count is the middle of what its sign stands for.
        """
        rule, params = self.edition.recipe.focus_levels, self.edition.params
        tables = [self.edition.rows(f"observations/{key}") for key in rule.sources]
        rows = pd.concat(tables, ignore_index=True) if tables else self.edition.rows("observations/all").head(0)
        rows = rows[(rows["measure"] == rule.measure) & rows["substance"].isin(self.substances)]
        if tables:
            signals = pd.concat([self.edition.rows(f"signals/{key}") for key in rule.sources], ignore_index=True)
            rows = rows.assign(value=middle_for_hidden(rows, signals, params.sources, params.method))
        wide = rows.pivot_table(index="period", columns="substance", values="value", aggfunc="sum").sort_index()
        smooth = wide.rolling(self.edition.params.method.trend.smooth, min_periods=1).mean().where(wide.notna())
        levels: pd.Series = smooth.stack()  # type: ignore[assignment]
        return levels.rename("level").reset_index()

    def ranks(self) -> Figure:
        """Preparations changing places, under their total."""
        limit = self.edition.params.method.class_limits_percent[0] / 100
        return ranks(
            f"ranks-{self.group}", self.levels, self.series, str(self.edition.period), self.edition.words,
            self._credit(self.levels["period"].min()), limit=limit,
        )  # fmt: skip

    def measured(self) -> Figure:
        """What the panel thinks people take, beside what laboratories find."""
        now = self.found[self.found["period"] == str(self.edition.period)].set_index("substance")
        source = next((key for key, one in self.edition.params.sources.items() if one.kind == "panel"), "")
        answers = self.edition.now("answers/all")
        sources = self.edition.params.sources
        least = least_of(sources[source], self.edition.params.method) if source else 0
        rows = []
        for key in self.substances:
            known = panel.knows(answers, source, str(self.edition.period), key)
            positive, analysed = (now[column].get(key, float("nan")) for column in ("count", "tested"))
            people = int(known["knows"].sum())
            hidden, gone = people < least, self._tells_of_few(key)
            rows.append((
                key, float("nan") if hidden else people, int(known["n"].sum()),
                float("nan") if gone else positive, analysed or float("nan"),
                ":" if hidden else "", ":" if gone else "",
            ))  # fmt: skip
        columns = ["substance", "knows", "asked", "positive", "analysed", "knows_sign", "positive_sign"]
        table = pd.DataFrame(rows, columns=columns)
        keys = [source, *self.edition.params.method.agreement.measured]
        credit = self.edition.credit(keys, self.edition.words.span(self.edition.period))
        names = [self.edition.params.sources[key] for key in self.edition.params.method.agreement.measured]
        laboratories = self.edition.words.join(self.edition.words.name(one.short or one.name) for one in names)
        head = self.edition.words("focus.laboratories", laboratories=laboratories)
        return measured(f"measured-{self.group}", table, self.series, self.edition.words, credit, laboratories=head)

    def _tells_of_few(self, substance: str) -> bool:
        """Whether a count behind the laboratories' sum is hidden: the sum, less the others, would tell of it."""
        rows = self.edition.now(f"signals/{substance}")
        rows = rows[rows["source"].isin(self.edition.params.method.agreement.measured) & rows["current"].notna()]
        return not all(self.edition.shown(row) for row in rows.to_dict("records"))

    def scores(self) -> Table:
        """Scores of every preparation."""
        words = self.edition.words
        dimensions = (*SCORED_DIMENSIONS, AGGREGATE)
        rows = []
        for key in self.substances:
            known = self.edition.scores(key)
            cells = [
                f"{words.signed(known[one][0])} {self.edition.word(known[one][1])}" if one in known and known[one][1]
                else words("text.no_score") for one in dimensions
            ]  # fmt: skip
            rows.append((capital(self.edition.paint(key).name), *cells))
        columns = (
            Column(words("focus.preparation")),
            *(Column(capital(words(f"dimension.{one}"))) for one in dimensions),
        )
        title = words("focus.scores", period=words.span(self.edition.period))
        keys = [key for key, source in self.edition.params.sources.items() if source.weights]
        credit = self.edition.credit(keys, who=words("credit.all"))
        return Table(f"scores-{self.group}", title, columns, tuple(rows), credit)

    def _credit(self, first: str) -> Credit:
        words = self.edition.words
        span = f"{words.period(first)}–{words.period(self.edition.period)}"
        return self.edition.credit(self.edition.recipe.focus_levels.sources, span, words("focus.smoothed"))
