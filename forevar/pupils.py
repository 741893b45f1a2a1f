"""``edition.pupils()``: what the key persons in schools say, in every edition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from forevar import panel, prose
from forevar.blocks import Blocks, Bundle, Figure, Text
from forevar.charts.panel import panel_changes
from forevar.disclosure import least_of
from forevar.score import balance_step
from forevar.terms import ChangeCategory
from forevar.words import capital

if TYPE_CHECKING:
    from forevar.edition import Edition


@dataclass(frozen=True, repr=False)
class PupilsView:
    """The page on pupils of concern."""

    edition: Edition

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return self.finding()._repr_mimebundle_()

    @property
    def source(self) -> str | None:
        """The key persons' key; None where the town has none or nobody answered this half-year."""
        for key, source in self.edition.params.sources.items():
            if source.kind == "key_persons" and self.edition.informants.get(key):
                return key
        return None

    def text(self) -> Text:
        """The page's title and the authors' opening."""
        return self.edition.text("pupils")

    def finding(self) -> Text:
        """What the key persons said of each substance, in words."""
        words = self.edition.words
        if self.source is None:
            return Text(words("pupils.silent"))
        people = words.number(self.edition.informants[self.source])
        sentences = [words("pupils.answered", n=people)]
        signals = self.edition.now(f"signals/{self.source}")
        signals = signals.assign(
            step=balance_step(
                signals["change"].to_numpy(float), _answers(signals).to_numpy(float), self.edition.params.method
            )
        )
        for substance in signals["substance"].drop_duplicates():
            rows = signals[(signals["substance"] == substance) & signals["step"].notna()].to_dict("records")
            said = {str(row["dimension"]): ChangeCategory(int(row["step"])).key for row in rows}
            if said:
                name = capital(self.edition.paint(substance).name)
                changes = prose.headline(said, words, drop_small=False, small=self.edition.params.method.words.small)
                sentences.append(words("pupils.substance", substance=name, changes=changes))
        return Text(" ".join(sentences))

    def figure(self) -> Figure | None:
        """How many said more, the same and less, substance by substance; None when nobody answered."""
        if self.source is None:
            return None
        counts = panel.panel_counts(self.edition.now("answers/all"), self.edition.params.sources)
        counts = counts[counts["source"] == self.source]
        series = [self.edition.paint(key) for key in counts["substance"].unique()]
        least = least_of(self.edition.params.sources[self.source], self.edition.params.method)
        credit = self.edition.credit([self.source], self.edition.words.span(self.edition.period))
        return panel_changes(counts, series, words=self.edition.words, credit=credit, min_n=least)

    def page(self) -> Blocks:
        """Sentences and figure."""
        return Blocks(tuple(item for item in (self.finding(), self.figure()) if item is not None))


def _answers(signals: pd.DataFrame) -> pd.Series:
    """How many said more, the same or less."""
    return signals[["more", "same", "less"]].sum(axis=1)
