"""``edition.sureness()``: how sure we are, the words under other choices, and the warnings against what came after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from forevar import cautions, doubt
from forevar.agreement import agreement_table
from forevar.alerts import bound_table, look_first
from forevar.blocks import Blocks, Bundle, Table, Text
from forevar.change import add_change
from forevar.disclosure import has_small_past, hide_series
from forevar.history import consequence_pairs
from forevar.prose import score_word
from forevar.rows import records
from forevar.season import add_season, curve_turns
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS
from forevar.trials import NONE, TrialView
from forevar.words import capital

HIDDEN = ":"
REASONS = 3
"""Shown of one subject in the list of what to look at first."""


@dataclass(frozen=True, repr=False)
class SureView(TrialView):
    """What an edition's numbers rest on, and how they stand trial."""

    # --- numbers -------------------------------------------------------------------------------------------------

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return self.scores()._repr_mimebundle_()

    @cached_property
    def changes(self) -> pd.DataFrame:
        """This half-year's signals with season, for the chosen substances, labelled."""
        signals = self.edition.now("signals/all")
        signals = signals[signals["substance"].isin(self.chosen)]
        observations = self.edition.rows("observations/all")
        return self.edition.labelled(add_season(signals, observations, self.edition.params.method, self.breaks))

    @cached_property
    def consequence_series(self) -> pd.DataFrame:
        """Consequence series as they may be shown, small counts hidden; focus groups are no series."""
        params = self.edition.params
        groups = [key for key, one in params.sources.items() if one.kind == "focus_groups"]
        rows = self.edition.rows("observations/consequences")
        return hide_series(rows[~rows["source"].isin(groups)], params.sources, params.method)

    @cached_property
    def consequence_changes(self) -> pd.DataFrame:
        """This half-year's consequence series, tested."""
        method, rows = self.edition.params.method, self.consequence_series
        return add_change(consequence_pairs(rows, str(self.edition.period), method.few), rows, method, self.breaks)

    @cached_property
    def observations(self) -> pd.DataFrame:
        """All tidy observations, those on consequences as they may be shown."""
        rows = self.edition.rows("observations/all")
        return pd.concat([rows[rows["dimension"] != "consequences"], self.consequence_series], ignore_index=True)

    # --- how sure are we -----------------------------------------------------------------------------------------

    def robust(self) -> Text:
        """What resampling is, and how the edition's words fared in it."""
        words = self.edition.words
        certainty = self.edition.now("certainty/all")
        limit = self.edition.params.method.certainty.holds_well
        return Text(f"{words('certainty.robust.explain')} {cautions.robust_sentence(certainty, limit, words)}")

    def scores(self) -> Table:
        """Each score of the main findings: interval, share of resamples with the same word, what it rests on."""
        words, small = self.edition.words, self.edition.params.method.words.small
        agencies = doubt.agency_names(self.edition.params, words)
        certainty = self.edition.now("certainty/all")
        certainty = certainty[(certainty["word"] != "") & (certainty["dimension"] != AGGREGATE)]
        rows: list[tuple[str, ...]] = []
        groups: dict[int, str] = {}
        for key in self.chosen:
            groups[len(rows)] = capital(self._name(key))
            for row in records(certainty[certainty["substance"] == key]):
                rests = agencies.get(row["rests_on"], row["rests_on"])
                without = f"{words.signed(row['score_without'])} {self.edition.word(row['word_without'])}".strip()
                rows.append((
                    capital(words(f"dimension.{row['dimension']}")),
                    f"{words.signed(row['score'])} {score_word(row['word'], words, small)}",
                    doubt.interval(row, words), doubt.word_holds(row, words),
                    rests or NONE, without if rests else NONE,
                ))  # fmt: skip
        heads = ("dimension", "score", "interval", "holds", "rests_on", "without")
        return self._table("scores", heads, rows, self._credit(), groups, right=("holds",))

    def substances(self) -> Text:
        """What each score of the main findings rests on, and what would change its word."""
        certainty = self.edition.now("certainty/all")
        parts = []
        for key in self.chosen:
            rows = certainty[(certainty["substance"] == key) & (certainty["dimension"] != AGGREGATE)]
            text = doubt.paragraph(rows, self.edition.params, self.edition.words)
            parts.append(f"**{capital(self._name(key))}.** {text}")
        return Text("\n\n".join(parts))

    def tests(self) -> Text:
        """How many changes were tested and how many are clear, by dimension."""
        signals, words = self.edition.now("signals/all"), self.edition.words
        sentences = [cautions.tests_sentence(signals, str(one), words) for one in SCORED_DIMENSIONS]
        sentences.append(cautions.tests_sentence(self.consequence_changes, "consequences", words))
        panels = [key for key, one in self.edition.params.sources.items() if one.kind == "panel"]
        people = sum(self.edition.informants.get(key, 0) for key in panels)
        if people:
            sentences.append(words("certainty.tests.panel", n=words.number(people)))
        return Text("\n".join(f"- {one}" for one in sentences))

    def change_table(self, substance: str) -> Table:
        """Each source's change for one substance: ratio, interval, p and what to know of it."""
        rows = self.changes[self.changes["substance"] == substance]
        order = {str(one): number for number, one in enumerate(SCORED_DIMENSIONS)}
        rows = rows[rows["value"].notna()].sort_values("dimension", key=lambda one: one.map(order), kind="stable")
        return self._changes(f"changes-{substance}", capital(self._name(substance)), rows)

    def change_tables(self) -> Blocks:
        """The same for every substance of the main findings."""
        return Blocks(tuple(self.change_table(key) for key in self.chosen))

    def consequences(self) -> Table:
        """Each consequence series' change: ratio, interval and p."""
        title = self.edition.words("certainty.sure.consequences")
        table = self.consequence_changes.dropna(subset=["previous", "current"])
        names = [capital(self._label(row)) for row in records(table)]
        return self._changes("consequence-changes", title, table.assign(label=names))

    def season(self) -> Text:
        """What the same half last year, the years before and the long-term curve say of the main findings' changes."""
        words, rules = self.edition.words, self.edition.params.method.certainty
        parts = []
        for key in self.chosen:
            rows = self.changes[(self.changes["substance"] == key) & self.changes["value"].notna()]
            rows = rows[[self._shown(row) for row in records(rows)]]
            turns = curve_turns(self.edition.rows(f"trends/{key}"), rules)
            sentences = [*cautions.season_sentences(rows, rules, words), cautions.curve_sentence(turns, words)]
            sentences = [one for one in sentences if one]
            if sentences:
                parts.append(f"**{capital(self._name(key))}.** {' '.join(sentences)}")
        return Text("\n\n".join(parts))

    def agreement(self) -> Table:
        """Whether the sources of the main findings agree, and what to be careful about."""
        words, params = self.edition.words, self.edition.params
        table = agreement_table(self.edition.rows("signals/all"), str(self.edition.period), params.method)
        rows: list[tuple[str, ...]] = []
        groups: dict[int, str] = {}
        for key in self.chosen:
            groups[len(rows)] = capital(self._name(key))
            for row in records(table[table["substance"] == key]):
                agree, alpha, share = row["concordance"], row["alpha"], row["weight_share"]
                rows.append((
                    capital(words(f"dimension.{row['dimension']}")),
                    NONE if pd.isna(agree) else words.percent(agree),
                    NONE if pd.isna(alpha) else words.number(alpha, 2),
                    NONE if pd.isna(share) else words.percent(share),
                    capital(", ".join(cautions.agreement_remarks(row, params, words))) or NONE,
                ))  # fmt: skip
        heads = ("dimension", "agree", "alpha", "reported", "remark")
        return self._table("agreement", heads, rows, self._credit(), groups, right=("agree", "alpha", "reported"))

    def agreement_note(self) -> Text:
        """What alpha is."""
        rules = self.edition.params.method.agreement
        numbers = {"n": rules.editions, "least": rules.min_editions}
        told = {name: self.edition.words.number(number) for name, number in numbers.items()}
        return Text(self.edition.words("certainty.agreement.explain", **told))

    # --- what to look at first -----------------------------------------------------------------------------------

    def look_first(self) -> Table:
        """What deserves a look before anything else, the most pressing first."""
        words, period = self.edition.words, str(self.edition.period)
        changes = pd.concat([self.edition.now("signals/all"), self.consequence_changes], ignore_index=True)
        alerts = look_first(
            self.observations, self.edition.rows("answers/all"), changes, period,
            self.edition.params.method, self.edition.params.sources, self.breaks,
        )  # fmt: skip
        rules = (self.edition.params.sources, self.edition.params.method)
        alerts["has_small_past"] = has_small_past(alerts, self.observations, *rules)
        rows = []
        for rank, part in alerts.groupby("rank", sort=True):
            first = part.iloc[0]
            is_substance = bool(first["substance"])
            subject = self._name(first["substance"]) if is_substance else self._label({**first, "place": ""})
            reasons = []
            for row in records(part):
                place = self._place(row) or words("certainty.look.whole")
                label = capital(cautions.in_brackets(self._label(row)) if is_substance else place)
                shown = self._shown(row) and not (row["reason"] == "above" and row["has_small_past"])
                text = cautions.alert_text(row, shown, words)
                reasons.append(f"{label}: {text}" if label else text)
            reasons = list(dict.fromkeys(reasons))
            more = [words("certainty.look.more", n=len(reasons) - REASONS)] if len(reasons) > REASONS else []
            rows.append((str(rank), capital(subject), "; ".join(reasons[:REASONS] + more)))
        rows = rows or [(NONE, NONE, words("certainty.look.nothing"))]
        title = words("certainty.look.title")
        return self._table("look-first", ("rank", "subject", "reason"), rows, self._credit(), title=title)

    def look_note(self) -> Text:
        """How many comparisons the list rests on, and its measured rate of false alarms."""
        method, period = self.edition.params.method, str(self.edition.period)
        bounds = bound_table(self.observations, period, method, self.breaks)
        tests = int(self.edition.now("signals/all")["p"].notna().sum() + self.consequence_changes["p"].notna().sum())
        series = int(bounds["is_compared"].sum())
        return Text(" ".join(cautions.look_sentences(series, tests, method.signals, self.edition.words)))

    # --- shared --------------------------------------------------------------------------------------------------

    def _changes(self, key: str, title: str, rows: pd.DataFrame) -> Table:
        words = self.edition.words
        cells: list[tuple[str, ...]] = []
        groups: dict[int, str] = {}
        for row in records(rows):
            if "word" in row and (name := capital(words(f"dimension.{row['dimension']}"))) not in groups.values():
                groups[len(cells)] = name
            shown = self._shown(row)
            numbers = (
                cautions.ratio_text(row["ratio"], words), cautions.interval_text(row["low"], row["high"], words),
                cautions.p_text(row["p"], words),
            )  # fmt: skip
            change = (self.edition.word(row["word"]) or NONE,) if "word" in row else ()
            remark = capital(", ".join(cautions.remarks(row, words) if shown else [])) or NONE
            test = words(f"certainty.test.{row['test']}")
            cells.append((capital(row["label"]), *change, *(numbers if shown else (HIDDEN,) * 3), test, remark))
        heads = ("source", *(["word"] if "word" in rows else []), "ratio", "interval", "p", "test", "remark")
        credit = self.edition.credit(rows["source"].unique())
        return self._table(key, heads, cells, credit, groups, title=title, right=("ratio", "interval", "p"))

    def _shown(self, row: Mapping[str, Any]) -> bool:
        """Whether a row's figures may be printed; those on consequences were hidden where they may not."""
        return row["dimension"] == "consequences" or self.edition.shown({**row, "period": str(self.edition.period)})

    def _label(self, row: Mapping[str, Any] | pd.Series) -> str:
        """The indicator's name with its site, or the substance's where only that is known."""
        if not row["measure"]:
            return self._name(row["substance"])
        label, place = self.edition.label(row["source"], row["measure"]), self._place(row)
        return f"{label}, {place}" if place else label

    def _place(self, row: Mapping[str, Any] | pd.Series) -> str:
        """The site's name; empty for the whole."""
        place = self.edition.params.sources[row["source"]].places.get(row["place"])
        return self.edition.words.name(place.name) if place else ""
