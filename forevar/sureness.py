"""``edition.sureness()``: how sure we are, the words under other choices, and the warnings against what came after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from forevar import cautions, doubt
from forevar.agreement import agreement_table
from forevar.alerts import bound_table, look_first
from forevar.backtest import WAYS, Backtest, backtest
from forevar.blocks import Column, Credit, Figure, Table, Text
from forevar.change import add_change
from forevar.charts.foretold import foretold
from forevar.disclosure import hide_series
from forevar.history import consequence_pairs
from forevar.prose import score_word
from forevar.score import panel_counts
from forevar.season import add_season, curve_turns
from forevar.sensitivity import CHOICES, all_choices, stands
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS
from forevar.words import capital

if TYPE_CHECKING:
    from forevar.edition import Edition

NONE = "–"
HIDDEN = ":"


@dataclass(frozen=True)
class SureView:
    """What an edition's numbers rest on, and how they would have fared."""

    edition: Edition

    # --- numbers -------------------------------------------------------------------------------------------------

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

    @cached_property
    def tested(self) -> Backtest:
        """The back-test over every half-year up to this one."""
        rows = self.edition.rows
        return backtest(rows("observations/all"), rows("trends/all"), self.edition.params.method, self.breaks)

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
            for row in _records(certainty[certainty["substance"] == key]):
                rests = agencies.get(row["rests_on"], row["rests_on"])
                without = f"{words.signed(row['score_without'])} {self.edition.word(row['word_without'])}".strip()
                rows.append((
                    capital(words(f"dimension.{row['dimension']}")),
                    f"{words.signed(row['score'])} {score_word(row['word'], words, small)}",
                    doubt.interval(row, words), doubt.holds(row["same_word"], words),
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
        rows = rows[rows["value"].notna()]
        return self._changes(f"changes-{substance}", capital(self._name(substance)), rows)

    def consequences(self) -> Table:
        """Each consequence series' change: ratio, interval and p."""
        title = self.edition.words("certainty.sure.consequences")
        table = self.consequence_changes.dropna(subset=["previous", "current"])
        names = [self._label(row) for row in _records(table)]
        return self._changes("consequence-changes", title, table.assign(label=names))

    def season(self) -> Text:
        """What the same half last year, the years before and the long-term curve say of the main findings' changes."""
        words, rules = self.edition.words, self.edition.params.method.certainty
        parts = []
        for key in self.chosen:
            rows = self.changes[(self.changes["substance"] == key) & self.changes["value"].notna()]
            turns = curve_turns(self.edition.rows(f"trends/{key}"), rules)
            sentences = [*cautions.season_sentences(rows, rules, words), cautions.curve_sentence(turns, words)]
            sentences = [one for one in sentences if one]
            if sentences:
                parts.append(f"**{capital(self._name(key))}.** {' '.join(sentences)}")
        return Text("\n\n".join(parts))

    def agreement(self) -> Text:
        """Whether the sources of the main findings agree, and what to be careful about."""
        table = agreement_table(self.edition.rows("signals/all"), str(self.edition.period), self.edition.params.method)
        parts = []
        for key in self.chosen:
            sentences: list[str] = []
            for row in _records(table[table["substance"] == key]):
                sentences += cautions.agreement_sentences(row, self.edition.params, self.edition.words)
            if sentences:
                parts.append(f"**{capital(self._name(key))}.** {' '.join(sentences)}")
        return Text("\n\n".join(parts))

    # --- what to look at first -----------------------------------------------------------------------------------

    def look_first(self) -> Table:
        """What deserves a look before anything else, the most pressing first."""
        words, period = self.edition.words, str(self.edition.period)
        changes = pd.concat([self.edition.now("signals/all"), self.consequence_changes], ignore_index=True)
        alerts = look_first(
            self.observations, self.edition.rows("answers/all"), changes, period,
            self.edition.params.method, self.edition.params.sources, self.breaks,
        )  # fmt: skip
        rows = []
        for rank, part in alerts.groupby("rank", sort=True):
            first = part.iloc[0]
            is_substance = bool(first["substance"])
            subject = self._name(first["substance"]) if is_substance else self._label({**first, "place": ""})
            reasons = []
            for row in _records(part):
                label = cautions.in_brackets(self._label(row)) if is_substance else self._place(row)
                text = cautions.alert_text(row, self._shown(row), words)
                reasons.append(f"{label}: {text}" if label else text)
            rows.append((str(rank), capital(subject), "; ".join(dict.fromkeys(reasons))))
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
            for row in _records(self.stands[self.stands["substance"] == key]):
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
                cautions.sensitivity_sentence(row, self.edition.params, self.edition.words) for row in _records(rows)
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
        for row in _records(self.tested.rises):
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
            for row in _records(self.tested.ways)
        ]  # fmt: skip
        heads = ("way", "found", "lead", "wrong", "judged")
        title = words("certainty.backtest.ways")
        return self._table("ways", heads, rows, self._credit(), title=title, right=heads[1:])

    # --- shared --------------------------------------------------------------------------------------------------

    def heading(self, key: str, level: int = 2) -> Text:
        """A heading from ``certainty.sure``."""
        return Text(f"{'#' * level} {self.edition.words(f'certainty.sure.{key}')}")

    def _changes(self, key: str, title: str, rows: pd.DataFrame) -> Table:
        words = self.edition.words
        cells = []
        for row in _records(rows):
            shown = self._shown(row)
            numbers = (
                cautions.ratio_text(row["ratio"], words), cautions.interval_text(row["low"], row["high"], words),
                cautions.p_text(row["p"], words),
            )  # fmt: skip
            change = (self.edition.word(row["word"]) or NONE,) if "word" in row else ()
            remark = capital(", ".join(cautions.remarks(row, words))) or NONE
            test = words(f"certainty.test.{row['test']}")
            cells.append((capital(row["label"]), *change, *(numbers if shown else (HIDDEN,) * 3), test, remark))
        heads = ("source", *(["word"] if "word" in rows else []), "ratio", "interval", "p", "test", "remark")
        credit = self.edition.credit(rows["source"].unique())
        return self._table(key, heads, cells, credit, title=title, right=("ratio", "interval", "p"))

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

    def _shown(self, row: Mapping[str, Any]) -> bool:
        """Whether a row's figures may be printed; those on consequences were hidden where they may not."""
        return row["dimension"] == "consequences" or self.edition.shown({**row, "period": str(self.edition.period)})

    def _credit(self) -> Credit:
        sources = [key for key, one in self.edition.params.sources.items() if one.weights]
        return self.edition.credit(sources)

    def _name(self, substance: str) -> str:
        entry = self.edition.params.substances.get(substance)
        return self.edition.words.name(entry.name) if entry else substance

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


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
