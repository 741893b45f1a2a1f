"""Charts: nothing cut, nothing hidden that should show, nothing shown that should hide."""

from __future__ import annotations

import json
from collections.abc import Callable

import chart_frames as frames
import pandas as pd
import pytest
from chart_checks import draw, faults_of, size_of, unencoded_fields, words_in

from forevar.blocks import NARROW, WIDE, Credit, Figure
from forevar.charts.canvas import spread
from forevar.charts.caption import pair_of, signed_percent
from forevar.charts.changes import changes
from forevar.charts.contributions import contributions
from forevar.charts.cover import cover_alt, cover_curves, sparkline
from forevar.charts.coverage import coverage, outcomes
from forevar.charts.dots import People, protected
from forevar.charts.long_term import long_term
from forevar.charts.main_table import main_table, scores_table
from forevar.charts.measure import flow, text_width, wrap
from forevar.charts.panel import panel_changes, panel_known
from forevar.charts.prices import prices
from forevar.charts.robustness import robustness
from forevar.charts.theme import FAINT
from forevar.words import HARD_SPACE, MINUS

SIGNALS = frames.make_signals()
DIFFERENCES = frames.make_differences(SIGNALS)
SERIES = list(frames.SERIES.values())
LANGUAGES = ("nb", "nn", "en")
PANELS = (1, 2, 3, 5, 6, 7, 26, 30)


class Between:
    """An interval."""

    low, high = -4.0, 36.0


def draw_contributions(lang: str, signals: pd.DataFrame, key: str = "kokain") -> Figure:
    scores = frames.of(frames.make_differences(signals), key)
    sure = dict.fromkeys(("use", "availability", "interest"), Between())
    return contributions(signals, scores, frames.SERIES[key], words=frames.words(lang), credit=frames.CREDIT,
                         certainty=sure if key == "kokain" else None)  # fmt: skip


def draw_changes(lang: str, signals: pd.DataFrame, key: str = "kokain") -> Figure:
    return changes(signals, frames.SERIES[key], words=frames.words(lang), credit=frames.CREDIT, stable=0.1)


def draw_many(lang: str, count: int) -> Figure:
    return long_term(frames.many_trends(count), frames.many_series(count), words=frames.words(lang),
                     credit=frames.CREDIT, breaks={"2026-1": "3 nye kilder"})  # fmt: skip


def draw_four(lang: str) -> Figure:
    return long_term(frames.make_trends(), SERIES, words=frames.words(lang), credit=frames.CREDIT,
                     breaks={"2026-1": "3 nye kilder"}, own_breaks={"xanor": {"2012-1": "egne tall"}})  # fmt: skip


def draw_known(lang: str, series: list, min_n: int = 5) -> Figure:
    return panel_known(frames.make_known(), series, frames.GROUPS, words=frames.words(lang), credit=frames.CREDIT,
                       min_n=min_n)  # fmt: skip


def both(lang: str) -> dict[str, object]:
    return {"words": frames.words(lang), "credit": frames.CREDIT}


FIGURES: dict[str, Callable[[str], Figure]] = {
    **{f"contributions of {key}": lambda lang, key=key: draw_contributions(lang, frames.of(SIGNALS, key), key)
       for key in frames.SERIES},
    **{f"contributions, {odd}": lambda lang, frame=frame: draw_contributions(lang, frame)
       for odd, frame in frames.odd_signals().items()},
    **{f"changes of {key}": lambda lang, key=key: draw_changes(lang, frames.of(SIGNALS, key), key)
       for key in frames.SERIES},
    **{f"changes, {odd}": lambda lang, frame=frame: draw_changes(lang, frame)
       for odd, frame in frames.odd_signals().items()},
    "long term of four": draw_four,
    **{f"long term of {count}": lambda lang, count=count: draw_many(lang, count) for count in PANELS},
    "panel of four": lambda lang: draw_known(lang, SERIES),
    "panel of one": lambda lang: draw_known(lang, SERIES[1:2]),
    "panel, nothing hidden": lambda lang: draw_known(lang, SERIES, 0),
    "key persons": lambda lang: panel_changes(frames.make_key_persons(), frames.PUPILS, min_n=5, **both(lang)),
    "key persons, nothing hidden": lambda lang: panel_changes(frames.make_key_persons(), frames.PUPILS, min_n=0,
                                                              **both(lang)),
    "prices": lambda lang: prices(frames.make_prices(), SERIES, **both(lang)),
    "prices of one": lambda lang: prices(frames.make_prices(), SERIES[1:2], **both(lang)),
    "coverage": lambda lang: coverage(frames.make_sources(), frames.PEOPLE, closed=["c1"], **both(lang)),
    "coverage without people": lambda lang: coverage(frames.make_sources().head(3), {}, **both(lang)),
    "outcomes": lambda lang: outcomes(SIGNALS, SERIES, **both(lang)),
    "outcomes of one": lambda lang: outcomes(SIGNALS, SERIES[:1], **both(lang)),
    "robustness": lambda lang: robustness(frames.make_certainty(), frames.WANTED, frames.SERIES, cuts=(5, 15),
                                          **both(lang)),
    "robustness, four degrees": lambda lang: robustness(frames.make_certainty(), frames.WANTED, frames.SERIES,
                                                        cuts=(5, 10, 15), **both(lang)),
    "robustness of one": lambda lang: robustness(frames.make_certainty(), frames.WANTED[4:], frames.SERIES,
                                                 cuts=(5, 15), **both(lang)),
}  # fmt: skip
ORDINARY = ["contributions of kokain", "changes of kokain", "long term of four", "panel of four", "key persons",
            "prices", "coverage", "outcomes", "robustness"]  # fmt: skip


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_cut_or_covered_at_either_width(name):
    figure = FIGURES[name]("nb")
    assert faults_of(figure.wide, WIDE) == []
    assert faults_of(figure.narrow, NARROW) == []


@pytest.mark.parametrize("lang", LANGUAGES[1:])
@pytest.mark.parametrize("name", ORDINARY)
def test_nothing_is_cut_in_the_other_languages(name, lang):
    figure = FIGURES[name](lang)
    assert faults_of(figure.wide, WIDE) == []
    assert faults_of(figure.narrow, NARROW) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_figure_is_described_and_its_table_is_whole(name, lang):
    figure = FIGURES[name](lang)
    assert len(figure.alt) <= 350
    assert figure.alt.endswith("Rekonstruerte data.")
    assert figure.title
    assert figure.title[0] == figure.title[0].upper()
    assert not figure.title.endswith(".")
    assert all(len(row) == len(figure.table.columns) for row in figure.table.rows)
    assert figure.key.isascii()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ORDINARY)
def test_description_is_long_enough_to_tell_something(name, lang):
    assert len(FIGURES[name](lang).alt) >= 150


@pytest.mark.parametrize("name", ORDINARY)
def test_title_of_an_ordinary_edition_is_short(name):
    assert len(FIGURES[name]("nb").title) <= 75


@pytest.mark.parametrize("name", FIGURES)
def test_specification_holds_only_what_is_drawn_and_is_the_same_each_time(name):
    first, again = FIGURES[name]("nb"), FIGURES[name]("nb")
    for spec in (first.wide, first.narrow):
        assert unencoded_fields(spec) == set()
        assert spec["config"]["aria"] is False
        assert spec["usermeta"]["embedOptions"]["actions"] is False
        assert "title" not in spec
    is_same = json.dumps([first.as_dict(), first.wide]) == json.dumps([again.as_dict(), again.wide])
    assert is_same


@pytest.mark.parametrize("name", ORDINARY)
def test_older_renderer_draws_the_same(name):
    figure = FIGURES[name]("nb")
    is_same = draw(figure.wide, "5.8") == draw(figure.wide, "6.4")
    assert is_same


@pytest.mark.parametrize("lang", LANGUAGES)
def test_cover_has_a_name_at_the_end_of_each_curve(lang):
    spec = cover_curves(frames.make_trends(), SERIES, words=frames.words(lang))
    assert faults_of(spec, 460) == []
    assert {"Kokain", "Ketamin", "Heroin", "Xanor"} <= {word.text for word in words_in(draw(spec))}
    assert "+49" in cover_alt(frames.make_trends(), SERIES, words=frames.words(lang), credit=frames.CREDIT)


def test_cover_of_many_names_four():
    spec = cover_curves(frames.many_trends(12), frames.many_series(12), words=frames.words())
    assert faults_of(spec, 460) == []
    assert len(words_in(draw(spec))) == 6


def test_edition_without_curves_has_a_bare_cover():
    nothing = frames.make_trends().head(0)
    assert cover_curves(nothing, SERIES, words=frames.words()) == {}
    assert cover_alt(nothing, SERIES, words=frames.words(), credit=frames.CREDIT) == ""
    assert size_of(draw(sparkline(nothing, SERIES[0], words=frames.words())))[0] == 150


def test_first_edition_of_all_draws_a_single_point():
    first = frames.make_trends()[lambda rows: rows["period"] == "2026-1"]
    figure = long_term(first, SERIES, **both("nb"))
    assert faults_of(figure.wide, WIDE) == []
    assert faults_of(figure.narrow, NARROW) == []


def test_sparkline_has_no_words_and_its_own_size():
    svg = draw(sparkline(frames.make_trends(), SERIES[0], words=frames.words()))
    assert words_in(svg) == []
    assert size_of(svg) == (150, 34)


def texts(figure: Figure) -> list[str]:
    return [word.text for word in words_in(draw(figure.wide))]


def test_blocks_are_as_many_as_the_weight_and_as_long_as_the_step():
    spec = FIGURES["contributions of kokain"]("nb").wide
    blocks = [row for rows in spec["datasets"].values() for row in rows if row.get("tooltip", "").startswith("AFR")]
    assert [(row["x"], row["x2"]) for row in blocks] == [(0, 3), (3, 6), (6, 9)]


def test_unscored_source_shows_its_reason_and_never_a_zero():
    figure = FIGURES["contributions of ketamin"]("nb")
    assert "ikke sammenligningsgrunnlag" in texts(figure)
    assert "Ingen tall: AFR, pasienter." in texts(figure)
    [row] = [row for row in figure.table.rows if row[0] == "Kripos, beslag"]
    assert row == ("Kripos, beslag", "", "", "", "", "ikke sammenligningsgrunnlag")


def test_each_source_tells_the_score_without_its_whole_agency():
    figure = FIGURES["contributions of kokain"]("nb")
    without = {row[0]: row[4] for row in figure.table.rows}
    assert without["AFR, pasienter"] == "+17"
    assert without["Tolletaten, beslag"] == without["Tolletaten, mengde"] == "+4"
    assert without["OUS, positive prøver"] == ""


def test_score_that_is_no_plain_sum_is_not_taken_apart():
    signals = frames.of(SIGNALS, "kokain")
    scores = frames.of(DIFFERENCES, "kokain").assign(score=61.5)
    figure = contributions(signals, scores, frames.SERIES["kokain"], **both("nb"))
    assert [column.label for column in figure.table.columns] == ["Kilde", "Vekt", "Trinn", "Bidrag", "Merknad"]


def test_title_of_contributions_counts_what_pulls_each_way():
    assert FIGURES["contributions of kokain"]("nb").title == "12 av 17 målinger trekker opp for kokain, 1 ned; mest AFR"
    assert FIGURES["contributions of heroin"]("nb").title.startswith("8 av 16 målinger trekker ned for heroin")
    assert FIGURES["contributions, all still"]("nb").title == "Ingen av 17 målinger gir utslag for kokain"
    assert FIGURES["contributions, all silent"]("nb").title == "Ingen kilder kan skåres for kokain dette halvåret"


def test_few_keeps_its_counts_to_itself_in_chart_table_and_description():
    figure = FIGURES["changes of kokain"]("nb")
    [row] = [row for row in figure.table.rows if row[0] == "Kriminalomsorgen, prøver"]
    assert row == ("Kriminalomsorgen, prøver", "", "", "", "", "", "få")
    assert "2 → 2".replace(" ", HARD_SPACE) not in json.dumps(
        figure.as_dict() | {"wide": figure.wide}, ensure_ascii=False
    )


def test_panel_has_no_ratio_and_is_left_out_of_changes():
    assert not any("Trendpanelet" in text for text in texts(FIGURES["changes of kokain"]("nb")))


def test_hidden_count_hides_ratio_and_mark_too():
    signals = frames.of(SIGNALS, "kokain").assign(previous_shown="", current_shown="")
    afr = signals["source"] == "afr"
    signals.loc[afr, ["previous_shown", "current_shown"]] = ":"
    figure = changes(signals, frames.SERIES["kokain"], stable=0.1, **both("nb"))
    everything = json.dumps([figure.wide, figure.narrow, figure.as_dict()], ensure_ascii=False)
    assert "+60" not in everything
    assert "1.6" not in everything
    assert next(row for row in figure.table.rows if row[0].startswith("AFR"))[-1] == "skjult tall"


def test_shares_stand_where_shares_were_compared():
    record = {"previous": 30, "current": 36, "unit": "count", "test": "fisher", "denominator_previous": 300,
              "denominator_current": 240}  # fmt: skip
    assert pair_of(record, frames.words()) == "10,0 → 15,0 %".replace(" ", HARD_SPACE)
    nearly_none = record | {"previous": 15, "current": 20, "denominator_previous": 3100, "denominator_current": 3050}
    assert pair_of(nearly_none, frames.words()) == "0,48 → 0,66 %".replace(" ", HARD_SPACE)


def test_unit_that_two_ready_texts_share_stands_once():
    record = {"previous": 1200, "current": 3100, "unit": "g", "previous_shown": "1,2 kg", "current_shown": "3,1 kg"}
    assert pair_of(record, frames.words()) == "1,2 → 3,1 kg".replace(" ", HARD_SPACE)
    assert pair_of(record | {"current_shown": ":"}, frames.words()) == "1,2 kg → :".replace(" ", HARD_SPACE)


@pytest.mark.parametrize(
    ("previous", "current", "unit", "text"),
    [(1500, 1250, "g", "1,5 → 1,3 kg"), (600, 500, "g", "600 → 500 g"), (120, 260, "count", "120 → 260"),
     (float("nan"), 26, "count", ".. → 26"), (12000, 11800, "DDD", "12 000 → 11 800 DDD")],
)  # fmt: skip
def test_pair_is_written_in_one_unit_and_half_rounds_up(previous, current, unit, text):
    record = {"previous": previous, "current": current, "unit": unit}
    assert pair_of(record, frames.words()) == text.replace(" ", HARD_SPACE)


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1.15, "+15 %"), (0.84, f"{MINUS}16 %"), (0, f"{MINUS}100 %"), (1, "0 %"), (12, "× 12"), (float("inf"), "fra 0")],
)
def test_change_is_signed_and_large_ones_are_times(ratio, text):
    assert signed_percent(ratio, frames.words()) == text.replace(" ", HARD_SPACE)


def test_long_term_title_names_who_rose_and_who_fell():
    assert (
        FIGURES["long term of four"]("nb").title == f"Kokain steg mest siste halvår (+49); heroin falt mest ({MINUS}21)"
    )


def test_half_year_nobody_scored_ends_with_a_sign_and_not_a_zero():
    trends = frames.make_trends()
    trends.loc[(trends["substance"] == "xanor") & (trends["x"] == 2026), "difference"] = float("nan")
    figure = long_term(trends, SERIES, words=frames.words(), credit=frames.CREDIT)
    assert ".." in texts(figure)


def test_substance_that_came_later_is_marked_with_its_start():
    assert "måles fra våren 2020" in texts(FIGURES["long term of four"]("nb"))


def test_chapter_s_curve_keeps_the_scale_of_the_others_and_names_them():
    xanor, *others = reversed(SERIES)
    figure = long_term(frames.make_trends(), [xanor], context=others, **both("nb"))
    assert faults_of(figure.wide, WIDE) == []
    assert "200" in texts(figure)
    assert figure.subtitle.endswith("Grå: ketamin, kokain og heroin.")
    assert figure.title == f"Endringen for Xanor siste halvår er {MINUS}4 poeng"
    assert len(figure.table.columns) == 2


def test_small_groups_are_hidden_and_the_total_is_said_in_words():
    figure = FIGURES["panel of four"]("nb")
    [row] = [row for row in figure.table.rows if row[0] == "Ketamin"]
    assert row == ("Ketamin", "rundt halvparten", "10 av 12", ":", ":")
    [row] = [row for row in figure.table.rows if row[0] == "Kokain"]
    assert row == ("Kokain", "30 av 34", "11 av 12", "10 av 11", "9 av 11")


@pytest.mark.parametrize("counts", [(5, 6, 1), (8, 4, 0), (2, 9, 1), (12, 0, 0), (4, 4, 4), (6, 6, 0)])
def test_hidden_answer_cannot_be_worked_out_from_those_shown(counts):
    people = {str(n): People.shown(count, 12, 5) for n, count in enumerate(counts)}
    safe = protected(people, 5)
    hidden = [one for one in safe.values() if one.count is None]
    rest = 12 - sum(one.count or 0 for one in safe.values())
    assert all(one.count is None or one.count >= 5 for one in safe.values())
    if hidden and len(hidden) < 3:
        assert rest >= 4
        assert len(hidden) > 1


def points(figure: Figure, **look: str) -> int:
    """How many points of a look the wide drawing holds."""
    layers = [
        one for one in figure.wide["layer"] if one["mark"]["type"] == "point" and look.items() <= one["mark"].items()
    ]
    return sum(len(figure.wide["datasets"][layer["data"]["name"]]) for layer in layers)


def test_dots_are_as_many_as_the_people_and_filled_for_those_who_know():
    figure = FIGURES["panel of one"]("nb")
    assert points(figure, color=frames.SERIES["kokain"].colour) == 30
    assert points(figure, fill="white") == 4


def test_closed_source_has_a_cross_only_when_it_is_worth_one():
    assert points(FIGURES["coverage"]("nb"), stroke=FAINT) == 2  # one source, one in the key
    assert points(coverage(frames.make_sources(), frames.PEOPLE, **both("nb")), stroke=FAINT) == 0


def test_specifications_stay_small():
    assert max(len(FIGURES[name]("nb").wide["layer"]) for name in ORDINARY if name != "long term of four") < 60


def test_what_cannot_share_an_axis_stands_apart():
    figure = FIGURES["prices"]("nb")
    assert {"Per gram", "Per inhalasjon", "Per «stolpe»"} <= set(texts(figure))
    assert figure.title == f"Dyrest per gram er kokain: 1{HARD_SPACE}000–2{HARD_SPACE}000{HARD_SPACE}kr"


def test_no_price_is_refused():
    with pytest.raises(ValueError, match="no price for: heroin"):
        prices(frames.make_prices().head(0), SERIES[:1], **both("nb"))


def test_coverage_is_counted_and_closed_sources_are_not_in_it():
    figure = FIGURES["coverage"]("nb")
    assert figure.title == "Skårene hviler på 14 av 45 register- og mediekilder og 34 i panelet"
    assert figure.table.rows[0] == ("Statistiske kilder", "35", "11", "20", "4", "2", "3")


def test_outcomes_part_few_from_stable():
    rows = {row[0]: row[1:] for row in FIGURES["outcomes"]("nb").table.rows}
    assert rows["Ketamin"] == ("11", "0", "3", "1")
    assert rows["Xanor"] == ("2", "7", "4", "0")


def test_share_that_holds_is_rounded_down_and_no_variation_is_no_certainty():
    figure = FIGURES["robustness"]("nb")
    holds = {(row[0], row[2]): row[5] for row in figure.table.rows}
    assert holds["Kokain, bruk", "sterk økning"] == f"89{HARD_SPACE}%"
    assert holds["Xanor, bruk", "stabil"] == "ingen utslag"
    assert "100" not in json.dumps(figure.table.as_dict())


def test_findings_that_hold_equally_often_share_the_title():
    certainty = pd.DataFrame(
        [
            {"substance": key, "dimension": "use", "score": 20.0, "word": "strong_rise", "low": 10.0, "high": 30.0,
             "same_word": share, "n_sources": 5, "n_agencies": 5, "score_without": 15.0}
            for key, share in (("kokain", 0.951), ("ketamin", 0.957), ("heroin", 0.52))
        ]
    )  # fmt: skip
    wanted = [(key, "use") for key in ("kokain", "ketamin", "heroin")]
    title = robustness(certainty, wanted, {one.key: one for one in SERIES}, cuts=(5, 15), **both("nb")).title
    assert (
        title.replace(HARD_SPACE, " ")
        == "Ordet holder oftest for kokain og ketamin (95 %), sjeldnest for heroin (52 %)"
    )


def test_main_table_says_few_missing_and_not_covered_each_in_its_way():
    names = {one.key: one.name for one in SERIES}
    table = main_table(SIGNALS, names, differences=DIFFERENCES, **both("nb"))
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Kripos, beslag"][2] == {"step": None, "flag": "no_comparison", "text": "..→26"}
    assert rows["Kriminalomsorgen, prøver"] == (
        {"step": 0, "flag": "few", "text": "få"}, {"step": 0, "flag": "few", "text": "få"}, "", "",
    )  # fmt: skip
    assert rows["AFR, pasienter"] == ("", {"step": 3, "flag": "", "text": "20→32"}, "..", "")
    assert rows["Sum av skårene"] == (f"{MINUS}21", "+49", "+27", f"{MINUS}4")
    assert list(table.groups.values()) == ["Bruk", "Tilgjengelighet", "Interesse", "Samlet"]


def test_tables_tell_which_cells_a_number_was_read_from():
    names = {one.key: one.name for one in SERIES}
    signals = SIGNALS.assign(origin_previous="a.xlsx:Ark:B2", origin_current="b.xlsx:Ark:B2")
    table = main_table(signals, names, **both("nb"))
    row = [row[0] for row in table.rows].index("AFR, pasienter")
    told = "AFR: a.xlsx:Ark:B2 → b.xlsx:Ark:B2"
    assert table.origins[row] == ("", "", told, told, "")
    figure = changes(frames.of(signals, "kokain"), frames.SERIES["kokain"], stable=0.1, **both("nb"))
    assert figure.table.origins[0][1].endswith(": a.xlsx:Ark:B2 → b.xlsx:Ark:B2")
    few = [row[0] for row in figure.table.rows].index("Kriminalomsorgen, prøver")
    assert figure.table.origins[few] == ("", "")


def test_main_table_of_many_shows_marks_without_counts():
    signals = pd.concat(
        [frames.of(SIGNALS, "kokain").assign(substance=one.key) for one in frames.many_series(26)], ignore_index=True
    )
    names = {one.key: one.name for one in frames.many_series(26)}
    table = main_table(signals, names, **both("nb"))
    assert len(table.columns) == 27
    assert all(cell == "" or cell["text"] in ("", "få") for row in table.rows for cell in row[1:])


def test_scores_table_gives_a_dash_where_nothing_was_scored():
    names = {one.key: one.name for one in SERIES} | {"lsd": "LSD"}
    rows = {row[0]: row for row in scores_table(DIFFERENCES, names, **both("nb")).rows}
    assert rows["LSD"] == ("LSD", "–", "–", "–", "–")
    assert rows["Kokain"][1] == f"+26{HARD_SPACE} sterk økning"


def test_labels_are_spread_as_little_as_needed():
    assert spread([10, 12, 50], 10, 0, 100) == [6, 16, 50]
    assert spread([99, 99], 10, 0, 100) == [90, 100]
    assert spread([], 10, 0, 100) == []


def test_text_is_measured_and_wrapped_in_the_report_s_own_font():
    assert text_width("00", 10) == 12
    assert wrap("Risikomiljø/etablerte rusmiljø", 95, bold=True) == ["Risikomiljø/", "etablerte", "rusmiljø"]
    assert flow(["a" * 10, "b" * 10], 100, 20) == [(0.0, 0), (0.0, 1)]


def test_credit_without_tag_leaves_the_description_bare():
    figure = outcomes(SIGNALS, SERIES, words=frames.words(), credit=Credit("Kilde"))
    assert not figure.alt.endswith("Rekonstruerte data.")
