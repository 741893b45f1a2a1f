"""From two figures to a step, from steps to a score."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from score_builders import answer, make_method, make_sources, observation, step

from forevar.score import aggregated_differences, panel_counts, score_signals, word_of


@pytest.mark.parametrize(
    ("previous", "current", "expected"),
    [
        (100, 100, 0), (100, 109, 0), (100, 110, 1), (100, 90, -1), (100, 124, 1), (100, 125, 2), (100, 75, -2),
        (100, 149, 2), (100, 150, 3), (100, 50, -3), (100, 0, -3), (30, 33, 1), (10, 11, 1),
    ],
)  # fmt: skip
def test_change_on_a_limit_belongs_to_the_higher_class(previous, current, expected):
    assert step(previous, current)["value"] == expected


@pytest.mark.parametrize(
    ("previous", "current", "expected"), [(1.0, 1.1, 1), (1.0, 0.9, -1), (0.3, 0.33, 1), (2.0, 2.5, 2)]
)
def test_limits_are_met_exactly_in_decimal_amounts(previous, current, expected):
    assert step(previous, current, unit="g")["value"] == expected


def test_few_cases_count_zero_and_are_marked():
    few = step(4, 1)
    assert (few["value"], few["flag"], few["word"]) == (0, "few", "stable")


def test_few_is_judged_by_the_larger_of_the_two():
    assert step(6, 0)["value"] == -3
    assert step(4, 0)["flag"] == "few"


def test_few_is_tested_before_a_base_of_zero():
    assert step(0, 4)["value"] == 0
    assert step(0, 5)["value"] == 3


@pytest.mark.parametrize("unit", ["g", "tablets", "DDD", "index"])
def test_few_is_only_for_counts(unit):
    assert step(4, 1, unit=unit)["value"] == -3


def test_few_can_give_the_sign_where_a_source_is_set_so():
    method = make_method(source_overrides={"customs": {"few": {"rule": "sign", "min_change": 2}}})
    assert step(2, 0, method=method)["value"] == -1
    assert step(1, 0, method=method)["value"] == 0


def test_few_can_be_left_out():
    few = step(4, 1, method=make_method(few={"n_min": 5, "rule": "exclude"}))
    assert (np.isnan(few["value"]), few["reason"]) == (True, "few")


@pytest.mark.parametrize(("previous", "current", "reason"), [(None, 26, "no_comparison"), (26, None, "silent")])
def test_missing_figure_is_never_zero(previous, current, reason):
    row = step(previous, current)
    assert np.isnan(row["value"])
    assert row["reason"] == reason


@pytest.mark.parametrize("status", ["partial", "suppressed"])
def test_figure_that_is_not_whole_is_not_scored(status):
    row = step(100, 200, status=status)
    assert (np.isnan(row["value"]), row["reason"]) == (True, status)


def test_closed_source_is_called_closed_not_silent():
    sources = make_sources(last="2025-2")
    assert step(26, None, sources=sources)["reason"] == "closed"


def test_source_in_its_first_half_year_counts_when_it_has_back_data_unless_the_method_says_otherwise():
    sources = make_sources(new="2026-1")
    assert step(10, 20, sources=sources)["value"] == 3
    assert step(10, 20, sources=sources, method=make_method(first_time="exclude"))["reason"] == "first_time"


def test_source_without_weight_is_shown_and_not_scored():
    assert step(10, 20, sources=make_sources(weights={}))["reason"] == "unweighted"


def test_same_half_last_year_can_be_the_base():
    method = make_method(base="same_half_last_year")
    rows = [observation("2025-1", 10), observation("2025-2", 100), observation("2026-1", 20)]
    signals = score_signals(pd.DataFrame(rows), panel_counts(answer([]), {}), method, make_sources())
    assert signals[signals["period"] == "2026-1"]["previous"].tolist() == [10]


def test_mean_of_several_half_years_can_be_the_base_and_needs_all_of_them():
    method = make_method(base="mean_of_last", mean_of=2)
    rows = [observation("2025-1", 10), observation("2025-2", 30), observation("2026-1", 20)]
    signals = score_signals(pd.DataFrame(rows), panel_counts(answer([]), {}), method, make_sources())
    by_period = signals.set_index("period")
    assert by_period.loc["2026-1", "previous"] == 20
    assert by_period.loc["2025-2", "reason"] == "no_comparison"


@pytest.mark.parametrize(
    ("more", "same", "less", "expected"),
    [
        (1, 9, 0, 1),
        (0, 9, 1, -1),
        (3, 7, 0, 2),
        (5, 5, 0, 3),
        (0, 10, 0, 0),
        (19, 10, 1, 3),
        (10, 5, 1, 3),
        (4, 11, 1, 1),
    ],
)
def test_panel_is_scored_by_the_balance_of_its_answers(more, same, less, expected):
    rows = answer(["more"] * more + ["same"] * same + ["less"] * less)
    sources = make_sources(kind="panel")
    signals = score_signals(pd.DataFrame([observation("2025-2", 1, source="other")]), panel_counts(rows, sources),
                            make_method(), sources)  # fmt: skip
    assert signals[signals["source"] == "customs"]["value"].tolist() == [expected]


def test_those_who_do_not_know_are_not_in_the_balance():
    sources = make_sources(kind="panel")
    counts = panel_counts(answer(["more", "dont_know", "dont_know"]), sources)
    assert counts[["more", "same", "less"]].to_numpy().tolist() == [[1, 0, 0]]


def test_silent_sources_do_not_pull_the_score_towards_zero():
    heard = [observation("2025-2", 10), observation("2026-1", 20)]
    silent = [observation("2025-2", 10, measure="amount")]
    method, sources = make_method(), make_sources()
    empty = panel_counts(answer([]), {})
    alone = aggregated_differences(score_signals(pd.DataFrame(heard), empty, method, sources), method)
    both = aggregated_differences(score_signals(pd.DataFrame(heard + silent), empty, method, sources), method)
    assert alone["score"].tolist() == both["score"].tolist() == [6, 6]


def test_score_is_missing_when_every_source_is_silent():
    rows = pd.DataFrame(
        [observation("2025-2", 10), observation("2025-2", 3, source="other"), observation("2026-1", 3, source="other")]
    )
    table = aggregated_differences(
        score_signals(rows, panel_counts(answer([]), {}), make_method(), make_sources()), make_method()
    )
    customs = table[table["n_sources"] > 0]
    assert customs["score"].isna().all()
    assert (customs["word"] == "").all()


def test_several_measures_can_share_a_weight():
    figures = {"seizures": (10, 20), "amount": (10, 10)}
    rows = [
        observation(period, value, measure=measure)
        for measure, pair in figures.items()
        for period, value in zip(("2025-2", "2026-1"), pair, strict=True)
    ]
    method = make_method(measures="mean")
    table = aggregated_differences(
        score_signals(pd.DataFrame(rows), panel_counts(answer([]), {}), method, make_sources()), method
    )
    assert table["score"].tolist() == [3, 3]


@pytest.mark.parametrize(
    ("score", "word"),
    [(0, "stable"), (5, "stable"), (-5, "stable"), (6, "small_rise"), (-13, "small_fall"), (15, "small_rise"),
     (16, "strong_rise"), (-16, "strong_fall"), (float("nan"), "")],
)  # fmt: skip
def test_word_of_a_sub_score(score, word):
    assert word_of(score, (5, 15)) == word


def test_third_cut_opens_a_middle_degree():
    assert [word_of(score, (5, 15, 25)) for score in (5, 15, 25, 26)] == ["stable", "small_rise", "rise", "strong_rise"]


counts = st.integers(0, 10_000)


@given(counts, counts)
def test_step_of_the_way_back_has_the_other_sign(previous, current):
    there, back = step(previous, current)["value"], step(current, previous)["value"]
    assert np.sign(there) in (0, -np.sign(back), np.sign(current - previous))
    assert there * back <= 0


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(pairs, random):
    rows = [
        observation(period, value, substance=f"s{number}")
        for number, pair in enumerate(pairs) for period, value in zip(("2025-2", "2026-1"), pair, strict=True)
    ]  # fmt: skip
    shuffled = random.sample(rows, len(rows))
    empty = panel_counts(answer([]), {})
    tables = [score_signals(pd.DataFrame(each), empty, make_method(), make_sources()) for each in (rows, shuffled)]
    pd.testing.assert_frame_equal(*tables)
