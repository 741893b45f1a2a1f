"""Figures on consequences and on the special focus: sentences that stay true, drawings that hold together."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pandas as pd
import pytest
import vl_convert
from chart_frames import CREDIT, words
from consequence_frames import (
    FIGURES,
    HALVES,
    NOW,
    OVERDOSE_LINES,
    PREPARATIONS,
    SITES,
    YEARS,
    levels,
    line_figure,
    make_rows,
    needles,
    overdoses,
    samples,
    slope,
)

from forevar.blocks import NARROW, WIDE, Credit
from forevar.charts import theme
from forevar.charts.canvas import Axis
from forevar.charts.columns import columns
from forevar.charts.course import Line, courses
from forevar.charts.headline import about, change_title, direction, in_a_row, lines_title, run_title
from forevar.charts.measured import measured
from forevar.charts.panels import panels
from forevar.charts.ranks import ranking, ranks
from forevar.charts.series import dots
from forevar.charts.sites import sites
from forevar.charts.timeline import labelled_years, ticks
from forevar.errors import DataError

NB = words("nb")


@pytest.fixture(scope="module", autouse=True)
def _fonts():
    vl_convert.register_font_directory(str(theme.FONT_FOLDER))


@cache
def drawn(name, lang="nb"):
    """One of the figures, made once a language."""
    return FIGURES[name](words(lang))


def one_course(values, line=None, **rest):
    return courses(make_rows(values, **rest), [line or Line("Hepatitt C")], NOW, NB)[0]


def texts_of(spec):
    """Every text the drawing shows or holds."""
    rows = [row for rows in spec.get("datasets", {}).values() for row in rows]
    return [value for row in rows for value in row.values() if isinstance(value, str)]


def keys_in(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from keys_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys_in(value)


# What a title says


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (45, 23, "Hepatitt C er nær halvert: 23 mot 45 halvåret før"),
        (46, 23, "Hepatitt C er halvert: 23 mot 46 halvåret før"),
        (48, 23, "Hepatitt C er mer enn halvert: 23 mot 48 halvåret før"),
        (36, 23, "Hepatitt C går ned: 23 mot 36 halvåret før"),
        (23, 36, "Hepatitt C går opp: 36 mot 23 halvåret før"),
        (23, 45, "Hepatitt C er nær doblet: 45 mot 23 halvåret før"),
        (23, 46, "Hepatitt C er doblet: 46 mot 23 halvåret før"),
        (23, 70, "Hepatitt C er mer enn doblet: 70 mot 23 halvåret før"),
        (23, 23, "Hepatitt C står stille: 23, som halvåret før"),
        (0, 9, "Hepatitt C går opp: 9 mot 0 halvåret før"),
    ],
)
def test_title_follows_the_numbers(before, now, said):
    assert change_title(one_course([before, now]), NB) == said


def test_title_says_nearly_unchanged_only_when_the_method_does():
    assert direction(one_course([230, 227])) == "fall"
    assert direction(one_course([230, 227], Line("x", step=0))) == "steady"


def test_title_never_says_nearly_unchanged_when_a_test_finds_a_change():
    assert direction(one_course([230000, 211000], Line("x", step=0, is_notable=True))) == "fall"


def test_steady_title_tells_of_a_halving_within_two_years():
    course = one_course([446, 454, 222, 231, 227], Line("Nalokson", subject="naloksonutdelingen", step=0))
    assert change_title(course, NB) == "Naloksonutdelingen er nær uendret, men halvert siden høsten 2024"


def test_title_of_a_new_series_says_it_is_the_first_time():
    assert change_title(one_course([412], Line("Saker")), NB) == "Saker er med for første gang: 412"


def test_title_of_a_silent_series_says_so_and_does_not_say_stable():
    said = change_title(one_course([45, None]), NB)
    assert said == "Hepatitt C har ikke tall for våren 2026; det siste er 45, fra høsten 2025"


def test_title_names_the_period_when_the_one_before_is_missing():
    assert change_title(one_course([45, None, 23]), NB).endswith("23 mot 45 våren 2025")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (33972, "nær 34\u00a0000"), (34010, "vel 34\u00a0000"), (34000, "34\u00a0000"), (1249, "vel 1\u00a0200"),
        (1250, "nær 1\u00a0300"), (999, "999"), (3, "3"),
    ],
)  # fmt: skip
def test_differences_are_told_in_two_digits(value, said):
    assert about(value, NB) == said


def test_difference_of_a_rounded_number_is_rounded_itself():
    title = sites("n", needles(), SITES, NOW, NB, CREDIT, what="Kanyler").title
    assert title == "Kanylene går ned: 199\u00a0228, nær 34\u00a0000 færre enn halvåret før"
    rough = make_rows([233200, 199228], marks={"2025-2": "approximate", NOW: "printed"})
    course = courses(rough, [Line("I alt", subject="kanylene")], NOW, NB)[0]
    assert (
        change_title(course, NB, with_difference=True).split(", ")[1] == "ca.\u00a034\u00a0000 færre enn halvåret før"
    )


def test_title_of_parts_names_the_largest_and_its_share():
    assert lines_title(courses(overdoses(), OVERDOSE_LINES, NOW, NB), NB) == (
        "Ukjent rusmiddel er nå den største gruppen, med 91 av 200"
    )


def test_sum_is_added_up_only_where_every_part_has_a_number():
    hidden, rough = {"2025-2": "suppressed"}, {"2025-2": "approximate"}
    rows = pd.concat([make_rows([5, 6, 7], "a", marks=rough), make_rows([1, 2, 3], "b", status=hidden)])
    series = [Line("I alt", total=True), Line("A", measure="a"), Line("B", measure="b")]
    assert [point.text for point in courses(rows, series, NOW, NB)[0].points] == ["6", "..", "10"]


def test_title_of_parts_says_still_when_the_largest_was_so_before():
    rows = pd.concat([make_rows([9, 8], "a"), make_rows([3, 4], "b"), make_rows([12, 12], "sum")])
    series = [Line("A", measure="a"), Line("B", measure="b"), Line("I alt", measure="sum", total=True)]
    assert lines_title(courses(rows, series, NOW, NB), NB) == "A er fortsatt den største gruppen, med 8 av 12"


def test_title_of_two_lines_tells_where_the_long_run_goes_the_other_way():
    rows = pd.concat([make_rows([250, 431, 406], "a"), make_rows([400, 239, 176], "b")])
    pair = courses(rows, [Line("Anmeldelser", measure="a", subject="saker"), Line("Arrest", measure="b")], NOW, NB)
    assert lines_title(pair, NB) == "Saker og Arrest går ned siste halvår, men flere saker enn våren 2025"


def test_title_of_two_lines_that_part_says_both():
    rows = pd.concat([make_rows([300, 406], "a"), make_rows([239, 176], "b")])
    pair = courses(rows, [Line("A", measure="a"), Line("B", measure="b")], NOW, NB)
    assert lines_title(pair, NB) == "A går opp og B ned siste halvår"


def test_title_of_several_lines_is_about_the_one_chance_explains_least():
    rows = pd.concat([make_rows([45, 23], "c"), make_rows([2, 1], "h"), make_rows([300, 290], "a")])
    three = [Line("Aids", measure="a"), Line("Hiv", measure="h"), Line("Hepatitt C", measure="c")]
    assert lines_title(courses(rows, three, NOW, NB), NB).startswith("Hepatitt C er nær halvert")


def test_run_title_counts_half_years_on_end():
    assert run_title(one_course([9, 7, 8, 9], Line("Folie")), NB) == (
        "Folie har gått opp to halvår på rad: 9 mot 8 halvåret før"
    )
    assert in_a_row(one_course([9, 8, 8, 6])) == 1
    assert run_title(one_course([9, 7, 8, 6], Line("Folie")), NB) == "Folie går ned: 6 mot 8 halvåret før"


def test_yearly_title_names_its_year_so_that_old_numbers_do_not_look_new():
    figure = drawn("county and country")
    assert figure.title == "Dødsfall i fylket går ned: 38 i 2022 mot 46 året før"


@pytest.mark.parametrize("name", FIGURES)
def test_titles_never_call_a_level_low_or_stable(name):
    assert not re.search("lav|stabil", drawn(name).title)


# What is shown when a number is missing


def test_two_rows_of_one_period_are_refused_with_the_period_named():
    with pytest.raises(DataError, match="Hepatitt C: more than one number for 2025-2"):
        courses(pd.concat([make_rows([1, 2])] * 2), [Line("Hepatitt C")], NOW, NB)


def test_series_without_any_number_are_refused():
    with pytest.raises(DataError, match="none of the series Aids has a number up to 2026-1"):
        courses(make_rows([None, None]), [Line("Aids")], NOW, NB)


def test_series_that_begins_later_has_no_numbers_yet():
    with pytest.raises(DataError, match="up to 2024-1"):
        courses(make_rows([1, 2]), [Line("x")], "2024-1", NB)


def test_printed_numbers_and_the_last_have_dots():
    course = one_course(slope(40, 90), marks={"2019-2": "printed", "2020-1": "printed"})
    assert [point.period for point in dots(course)] == ["2019-2", "2020-1", NOW]


def test_year_labels_stand_clear_of_each_other_and_end_with_the_last():
    years = list(range(1996, 2023))
    assert labelled_years(years, Axis(1996, 2022, 0, 640)) == list(range(1996, 2023, 2))
    assert labelled_years(years, Axis(1996, 2022, 0, 250)) == [1997, 2002, 2007, 2012, 2017, 2022]


def test_later_periods_are_left_out():
    assert courses(make_rows([1, 2, 3]), [Line("x")], "2025-2", NB)[0].now.text == "2"


def test_suppressed_number_is_nowhere_in_the_figure_even_when_the_table_holds_it():
    rows = make_rows([31, 47, 29, 3, 52], status={"2025-2": "suppressed"})
    figure = line_figure(rows, [Line("Aids")], NB)
    held = [row for spec in (figure.wide, figure.narrow) for rows in spec["datasets"].values() for row in rows]
    assert 3 not in [value for row in held for value in row.values()]
    assert [row[1] for row in figure.table.rows] == ["31", "47", "29", ":", "52"]
    assert "skjult" in figure.subtitle


def test_line_is_broken_where_a_number_is_missing():
    course = one_course([1, 2, None, 4, 5])
    assert [[point.text for point in stretch] for stretch in course.segments()] == [["1", "2"], ["4", "5"]]
    assert course.points[2].text == ".."


def test_missing_year_shows_a_dash_and_not_zero_when_the_publisher_does():
    figure = drawn("county and country")
    assert dict(row[:2] for row in figure.table.rows)["1998"] == "–"
    assert "–" in texts_of(figure.wide)


def test_closed_site_shows_a_dash_a_cross_and_when_it_closed():
    figure = sites("n", needles(), SITES, NOW, NB, CREDIT, what="Kanyler")
    assert [row[-1] for row in figure.table.rows][-1] == "–"
    assert "nedlagt etter vår 2019" in texts_of(figure.wide)
    assert '"cross"' in json.dumps(figure.wide)
    assert "Basen etter våren 2019" in figure.alt


def test_sites_stand_by_falling_number_with_the_total_on_top_and_closed_ones_last():
    head = sites("n", needles(), SITES, NOW, NB, CREDIT, what="Kanyler").table.columns
    assert [column.label for column in head[1:]] == [
        "I alt", "Det store senteret", "Det andre", "Gatetjenesten, oppsøkende virksomhet", "Aldri i bruk",
        "Senteret som ble borte", "Basen",
    ]  # fmt: skip


def test_numbers_known_roughly_are_printed_so():
    figure = drawn("columns")
    assert "ca.\u00a050\u00a0000" in texts_of(figure.wide)


def test_printed_numbers_have_dots_and_say_so_in_the_table():
    figure = drawn("overdoses")
    assert "Punkt er trykte tall" in figure.subtitle
    assert figure.table.rows[-1] == ("vår 2026", *(f"{n} (trykt)" for n in ("200", "77", "32", "91")))


def test_single_number_is_written_large_and_not_drawn_in_an_empty_plot():
    spec = drawn("one period").wide
    assert texts_of(spec) == ["412", "Saker", "vår 2026, første tall"]


def test_description_speaks_of_missing_numbers_in_words_and_not_in_signs():
    assert "kokain uten tall" in drawn("wastewater").alt
    assert "ny" not in drawn("gaps").alt.split()
    table = samples().assign(positive=float("nan"))
    assert "funnet" not in measured("m", table, PREPARATIONS, NB, CREDIT, laboratories="Prøver").alt.split(".", 1)[1]


def test_panel_without_numbers_says_so():
    assert "ingen tall" in texts_of(drawn("wastewater").wide)


def test_hidden_panel_number_gives_no_dots():
    figure = measured("m", samples(), PREPARATIONS, NB, CREDIT, laboratories="Prøver")
    shown = [row for rows in figure.wide["datasets"].values() for row in rows if "colour" in row and "top" not in row]
    assert len(shown) == 10 + 7 + 11 + 9 + 14
    hollow = next(layer for layer in figure.wide["layer"] if layer["mark"].get("fill") == "white")
    assert len(figure.wide["datasets"][hollow["data"]["name"]]) == 5 * 34 - len(shown)


# Panel against laboratories, and places


def test_measured_title_names_both_when_they_differ():
    figure = measured("m", samples(), PREPARATIONS, NB, CREDIT, laboratories="Prøver")
    assert figure.title == "Panelet kjenner best til Rivotril, men laboratoriene finner oftest Valium"


def test_measured_title_says_when_they_agree():
    table = samples().assign(knows=[10, 7, 11, 19, 14, float("nan")])
    figure = measured("m", table, PREPARATIONS, NB, CREDIT, laboratories="Prøver")
    assert figure.title == "Panelet og laboratoriene peker begge på Valium"


def test_ranks_title_tells_who_took_over_and_that_the_sum_stands_still():
    assert drawn("ranks").title == "Ksalol har overtatt for Rivotril, mens summen står stille"


def test_ranks_title_says_when_the_sum_has_moved():
    figure = ranks("r", levels(ksalol=200), PREPARATIONS, NOW, NB, CREDIT, limit=0.1)
    assert figure.title == "Ksalol har overtatt for Rivotril, og summen har gått opp"


def test_ranks_title_says_when_the_same_still_leads():
    kept = levels().query("substance != 'ksalol' and substance != 'rivotril' and substance != 'uspesifisert'")
    figure = ranks("r", kept.replace({"level": {26: 20}}), PREPARATIONS, NOW, NB, CREDIT, limit=0.1)
    assert figure.title.startswith("Valium ligger fortsatt øverst")


def test_equal_levels_keep_the_order_of_the_half_year_before():
    rows = pd.DataFrame(
        [("xanor", "2025-1", 5), ("valium", "2025-1", 4), ("xanor", "2025-2", 4), ("valium", "2025-2", 4)],
        columns=["substance", "period", "level"],
    )
    assert ranking(rows, PREPARATIONS, NOW, 0.1).places == {"valium": (2, 2), "xanor": (1, 1)}


def test_preparation_not_yet_followed_has_no_place():
    order = ranking(levels(), PREPARATIONS, NOW, 0.1)
    assert order.places["ksalol"][:10] == (0,) * 10
    assert {places[0] for places in order.places.values()} == {0, 1, 2, 3, 4, 5}


# The drawings


@pytest.mark.parametrize("high", [1, 3, 91, 99, 100, 101, 447, 52_000, 9_876_543])
def test_grid_lines_are_few_and_end_at_or_below_the_highest_number(high):
    levels_ = ticks(high)
    step = levels_[1] - levels_[0]
    assert 2 <= len(levels_) <= 5
    assert levels_[-1] <= high < levels_[-1] + step


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_cut_at_640_and_328_px(name):
    figure = drawn(name)
    for spec, width in ((figure.wide, WIDE), (figure.narrow, NARROW)):
        svg = vl_convert.vegalite_to_svg(json.dumps(spec))
        needs = float(re.search(r'<svg[^>]* width="([\d.]+)"', svg)[1])
        assert width - 3 <= needs <= width + 2


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_figures_read_well_in_every_language(name, lang):
    figure = drawn(name, lang)
    assert 0 < len(figure.title) <= 82
    assert 100 <= len(figure.alt) <= 350
    assert figure.alt.endswith("Rekonstruerte data.")
    assert not re.search(r"\$|nan|None|\d{4}\.0", " ".join((figure.title, figure.subtitle, figure.alt)))


@pytest.mark.parametrize("name", FIGURES)
def test_specifications_are_the_same_each_time_and_leave_nothing_to_the_renderer(name):
    figures = (drawn(name), FIGURES[name](NB))
    first, second = (figure.as_dict() | {"wide": figure.wide} for figure in figures)
    assert json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
    assert first["wide"]["config"]["aria"] is False
    assert first["wide"]["usermeta"]["embedOptions"]["actions"] is False
    for layer in first["wide"].get("layer", []):
        if layer["mark"]["type"] == "area":
            assert layer["encoding"]["y"]["stack"] is None


@pytest.mark.parametrize("name", FIGURES)
def test_specifications_hold_only_fields_that_are_drawn(name):
    spec = drawn(name).wide
    fields = set(re.findall(r'"field": "(\w+)"', json.dumps(spec)))
    held = {key for rows in spec["datasets"].values() for row in rows for key in row}
    assert held <= fields | {"n"}


@pytest.mark.parametrize("name", FIGURES)
def test_every_character_is_in_the_font(name):
    from forevar.charts.measure import advances

    shown = texts_of(drawn(name).wide) + texts_of(drawn(name).narrow)
    assert {character for text in shown for character in text if ord(character) not in advances()} == set()


def test_years_have_no_thousands_mark():
    figure = line_figure(make_rows(slope(16, 38, 27), periods=YEARS, frequency="year"), [Line("x")], NB, period="2022")
    assert "2022" in texts_of(figure.wide)
    assert not [text for text in texts_of(figure.wide) if re.fullmatch(r"[12]\D\d{3}", text)]


def test_names_at_the_end_of_lines_never_meet():
    spec = drawn("same place").wide
    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    found = re.findall(r'transform="translate\(([\d.]+),([\d.]+)\)"[^>]*font-weight="700"[^>]*>([^<]+)', svg)
    places = sorted(float(y) for x, y, _ in found if float(x) > 400)
    assert len(places) == 3
    assert all(later - earlier >= 15 for earlier, later in pairwise(places))


@pytest.mark.parametrize("name", FIGURES)
def test_an_older_vega_lite_draws_the_same(name):
    """JupyterLab's is older than the report's."""
    older, newer = (
        vl_convert.vegalite_to_svg(json.dumps(drawn(name).wide), vl_version=version) for version in ("5.8", "6.4")
    )
    assert re.sub(r"clip\d+", "", older) == re.sub(r"clip\d+", "", newer)


def test_long_source_lines_do_not_widen_the_chart_in_jupyterlab():
    figure = drawn("sites")
    titled = replace(figure, credit=Credit("Kilde: " + "et langt navn på et tiltak, " * 9, "Rekonstruerte data"))
    spec = titled._repr_mimebundle_()["application/vnd.vegalite.v5+json"]
    svg = vl_convert.vegalite_to_svg(json.dumps(spec))
    assert float(re.search(r'<svg[^>]* width="([\d.]+)"', svg)[1]) <= WIDE + 10


def test_second_dark_line_is_dashed():
    drawn_lines = [layer["mark"] for layer in drawn("two lines").wide["layer"] if layer["mark"]["type"] == "line"]
    assert [mark.get("strokeDash") for mark in drawn_lines] == [None, [7, 3]]


def test_table_holds_exactly_the_half_years_drawn():
    figure = drawn("overdoses")
    assert [row[0] for row in figure.table.rows] == [NB.period(period) for period in HALVES]


def test_columns_and_panels_take_an_optional_test_sentence():
    rows = make_rows(slope(9, 30))
    assert columns("c", rows, Line("x"), NOW, NB, CREDIT, what="Ark", test="Klar endring.").subtitle.endswith(
        "Klar endring."
    )
    assert panels("p", rows, [Line("x")], NOW, NB, CREDIT, what="Ark", test="Klar endring.").subtitle.endswith(
        "Klar endring."
    )
