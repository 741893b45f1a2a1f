"""How sure the demonstration is: the view's tables and texts, on tables made from the raw files."""

import pytest
from chart_checks import faults_of

from forevar.blocks import NARROW, WIDE
from forevar.edition import Edition
from forevar.params import load_edition
from forevar.sureness import SureView


@pytest.fixture(scope="module")
def view(bergen, bergen_params, bergen_tables):
    recipe = load_edition(bergen, "2026-1")
    return SureView(Edition(bergen_params, recipe, bergen_tables, bergen_params.words("nb")))


@pytest.fixture(scope="module", params=["nn", "en"])
def other(request, bergen, bergen_params, bergen_tables):
    recipe = load_edition(bergen, "2026-1")
    return SureView(Edition(bergen_params, recipe, bergen_tables, bergen_params.words(request.param)))


def test_use_of_cocaine_holds_in_nine_of_ten_resamples_and_rests_on_treatment(view):
    certainty = view.edition.now("certainty/kokain").set_index("dimension").loc["use"]
    assert (certainty["score"], certainty["word"], certainty["score_without"]) == (26, "strong_rise", 17)
    assert 0.85 < certainty["same_word"] < 0.92
    assert certainty["rests_on"] == "afr"


def test_scores_have_a_row_for_each_dimension_of_each_finding(view):
    table = view.scores()
    assert list(table.groups.values()) == ["Heroin", "Kokain", "Ketamin", "Xanor"]
    assert len(table.rows) == 12


def test_hepatitis_c_is_in_the_table_with_its_interval_and_p(view):
    row = next(row for row in view.consequences().rows if "Hepatitt C" in row[0] and "Vestland" in row[0])
    assert row[1:4] == ("0,51 ganger", "0,30–0,86", "0,010")


def test_the_tests_made_are_counted_for_every_dimension(view):
    lines = view.tests().markdown.splitlines()
    assert [line.split()[2] for line in lines[:4]] == ["bruk", "tilgjengelighet", "interesse", "konsekvenser"]


def test_hidden_counts_have_no_ratio_in_the_table_of_changes(view):
    hidden = [not view._shown(row) for row in view.changes.to_dict("records")]
    assert any(hidden)
    rows = view.changes.assign(hidden=hidden)
    for key in view.chosen:
        labels = set(rows.loc[rows["hidden"] & rows["value"].notna() & (rows["substance"] == key), "label"])
        cells = [row for row in view.change_table(key).rows if row[0] in labels]
        assert all(row[2:5] == (":", ":", ":") for row in cells)


def test_customs_and_police_are_warned_of_where_both_fell(view):
    table = view.agreement()
    assert any("Tolletaten og Kripos kan ha telt de samme beslagene" in row[-1] for row in table.rows)


def test_what_to_look_at_first_is_ranked_and_tells_why(view):
    rows = view.look_first().rows
    assert [row[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    assert all(row[2] for row in rows)
    assert any(row[1] == "Kokain" for row in rows)


def test_sensitivity_has_a_row_for_each_word_and_a_share_of_its_choices(view):
    table = view.sensitivity()
    assert len(table.rows) == 16
    assert all(row[2].endswith("%") for row in table.rows)


def test_backtest_shows_the_same_rises_in_table_and_chart(view):
    assert view.timeline().table == view.rises()
    assert len(view.rises().rows) == view.ways().rows[0][1].count("/") * len(view.tested.rises)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_nothing_is_cut_in_the_chart_of_the_backtest(view, width):
    figure = view.timeline()
    assert faults_of(figure.wide if width == WIDE else figure.narrow, width) == []
    assert len(figure.title) <= 75
    assert 150 <= len(figure.alt) <= 350


def test_everything_can_be_said_in_the_other_languages(other):
    blocks = (
        other.heading("title"), other.robust(), other.scores(), other.substances(), other.tests(), other.season(),
        other.agreement(), other.agreement_note(), other.look_first(), other.look_note(), other.choices(),
        other.backtest_text(), other.rises(), other.ways(), other.consequences(), other.change_table("kokain"),
    )  # fmt: skip
    assert all(block is not None for block in blocks)
