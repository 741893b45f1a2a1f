import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from doubt_builders import method, signal, signals
from hypothesis import given
from hypothesis import strategies as st

from forevar.certainty import certainty_table, score_certainty
from forevar.score import word_of

CONTRIBUTIONS = st.lists(st.integers(-9, 9), min_size=1, max_size=6)


def numbers(certainty):
    return [certainty.score, certainty.se, certainty.low, certainty.high, certainty.same_word]


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=4))
def test_resamples_are_counted_as_if_each_were_written_out(contributions):
    n = len(contributions)
    sums = np.sort([sum(contributions[i] for i in drawn) for drawn in product(range(n), repeat=n)])
    certainty = score_certainty(contributions)
    word = word_of(sum(contributions), (5, 15))
    assert certainty.se == pytest.approx(sums.std(), abs=1e-9)
    assert certainty.low == sums[math.ceil(0.025 * len(sums)) - 1]
    assert certainty.high == sums[math.ceil(0.975 * len(sums)) - 1]
    assert certainty.same_word == pytest.approx(np.mean([word_of(one, (5, 15)) == word for one in sums]))


@given(CONTRIBUTIONS, st.integers(0, 6))
def test_a_silent_source_changes_nothing(contributions, place):
    heard = score_certainty(contributions)
    with_silent = score_certainty([*contributions[:place], None, *contributions[place:]])
    assert numbers(heard) == numbers(with_silent)
    assert heard.leave_one_out == with_silent.leave_one_out


@given(CONTRIBUTIONS, st.randoms())
def test_the_order_of_sources_is_irrelevant(contributions, random):
    shuffled = random.sample(contributions, len(contributions))
    one, other = score_certainty(contributions), score_certainty(shuffled)
    assert numbers(one) == pytest.approx(numbers(other))
    assert sorted(one.leave_one_out) == sorted(other.leave_one_out)
    assert len(one.would_change_if) == len(other.would_change_if)


@given(CONTRIBUTIONS, st.integers(1, 400).map(lambda quarters: quarters / 4))
def test_scaling_the_weights_scales_score_and_interval_alike(contributions, factor):
    one = score_certainty(contributions)
    scaled = score_certainty([factor * each for each in contributions], (5 * factor, 15 * factor))
    for field in ("score", "se", "low", "high"):
        assert getattr(scaled, field) == pytest.approx(factor * getattr(one, field), abs=1e-9 * factor)
    assert scaled.same_word == pytest.approx(one.same_word)


@given(CONTRIBUTIONS)
def test_turning_rises_into_falls_turns_the_score(contributions):
    one, other = score_certainty(contributions), score_certainty([-each for each in contributions])
    assert other.score == -one.score
    assert other.se == pytest.approx(one.se)
    assert other.same_word == pytest.approx(one.same_word)


@given(CONTRIBUTIONS)
def test_leaving_out_what_would_change_the_word_changes_it(contributions):
    certainty = score_certainty(contributions)
    rest = [each for number, each in enumerate(contributions) if number not in certainty.would_change_if]
    changed = word_of(sum(rest), (5, 15)) != certainty.word
    assert changed == bool(certainty.would_change_if)


def test_one_agencys_measures_are_added_before_resampling():
    apart = score_certainty([6, 3, 2, -1])
    together = score_certainty([6, 3, 2, -1], agency=["customs", "customs", "kripos", "panel"])
    assert numbers(together) == numbers(score_certainty([9, 2, -1]))
    assert together.labels == ["customs", "kripos", "panel"]
    assert together.se > apart.se


def test_more_than_seven_agencies_have_the_closed_form_standard_error():
    contributions = [3, 1, 0, 0, -2, 6, 9, 2, 3, 1, 4, -3]
    certainty = score_certainty(contributions)
    assert certainty.se == pytest.approx(math.sqrt(12) * np.std(contributions))
    assert certainty == score_certainty(contributions)


def test_uneven_weights_above_seven_agencies_are_drawn_the_same_each_time():
    contributions = list(np.random.default_rng(4).uniform(-9, 9, 14))
    certainty = score_certainty(contributions)
    assert certainty.se == pytest.approx(math.sqrt(14) * np.std(contributions), rel=0.03)
    assert numbers(certainty) == numbers(score_certainty(contributions))


def test_a_score_that_nothing_was_heard_about_is_missing():
    certainty = score_certainty([None, math.nan])
    assert math.isnan(certainty.score)
    assert certainty.word == ""
    assert certainty.rests_on is None


def test_sources_that_are_all_stable_carry_no_one():
    certainty = score_certainty([0, 0, 0])
    assert (certainty.rests_on, certainty.same_word, certainty.rests_on_one) == (None, 1, False)


def test_a_score_rests_on_its_heaviest_contribution():
    certainty = score_certainty([-2, -2, -2, -6, -1], agency=list("abcde"))
    assert certainty.rests_on == "d"
    assert certainty.would_change_if == ["d", "a"]


def test_a_stable_word_may_rest_on_one_source_that_holds_the_others_down():
    certainty = score_certainty([4, 4, -6], agency=["mbf", "afr", "panel"])
    assert (certainty.word, certainty.would_change_if, certainty.rests_on_one) == ("stable", ["panel"], True)
    assert certainty.rests_on == "panel"


def test_agencies_and_contributions_must_be_equally_many():
    with pytest.raises(ValueError, match="2 contributions but 1 agencies"):
        score_certainty([1, 2], agency=["a"])


def table(*rows):
    return certainty_table(signals(*rows), method()).set_index("dimension")


def test_every_dimension_and_their_sum_have_a_row():
    rows = table(
        signal(3, source="mbf", weight=3),
        signal(1, source="kripos", dimension="availability", weight=2),
        signal(None, source="bt", dimension="interest"),
    )
    assert list(rows.index) == ["use", "availability", "interest", "aggregate"]
    assert rows["score"].tolist()[:2] == [9, 2]
    assert rows.loc["aggregate", "score"] == 11
    assert math.isnan(rows.loc["interest", "score"])
    assert rows.loc["interest", "word"] == ""


def test_count_and_amount_of_one_agency_are_one_source_of_certainty():
    rows = table(
        signal(3, source="customs", dimension="availability", weight=2),
        signal(3, source="customs", measure="amount", dimension="availability", weight=2),
        signal(0, source="kripos", dimension="availability", weight=2),
    )
    row = rows.loc["availability"]
    assert (row["n_agencies"], row["rests_on"], row["score_without"]) == (2, "customs", 0)
    assert row["would_change_if"] == ("customs",)
    assert row["rests_on_one"]


def test_unweighted_and_unscored_sources_do_not_count():
    lone = table(signal(3, source="mbf", weight=3))
    more = table(
        signal(3, source="mbf", weight=3), signal(None, source="ous"), signal(3, source="pupils", weight=math.nan)
    )
    pd.testing.assert_frame_equal(lone, more)


def test_a_word_that_falls_under_equal_weights_is_marked():
    row = table(signal(3, source="afr", weight=6), signal(-2, source="mbf"), signal(-1, source="ous")).loc["use"]
    assert (row["word"], row["equal_word"], row["flips_equal_weights"]) == ("small_rise", "stable", True)


def test_equal_weights_have_the_mean_of_the_weights_that_reported():
    row = table(signal(3, source="afr", weight=3), signal(1, source="mbf", weight=1)).loc["use"]
    assert row["equal_score"] == 2 * (3 + 1)


def answers(said):
    groups = ["general"] * 4 + ["risk"] * 4
    rows = [
        {"source": "trend_panel", "period": "2026-1", "informant": str(number), "group": group, "substance": "heroin",
         "question": "use_change", "answer": answer, "unit": "", "origin": ""}
        for number, (group, answer) in enumerate(zip(groups, said, strict=True))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def panel(said):
    counts = {step: float(said.count(step)) for step in ("more", "same", "less")}
    balance = (counts["more"] - counts["less"]) / sum(counts.values())
    return signal(3 if balance >= 0.5 else 2, source="trend_panel", unit="answers", weight=3, change=balance, **counts)


def test_informants_who_agree_leave_nothing_to_resample():
    said = ["more"] * 8
    with_answers = certainty_table(signals(panel(said)), method(), answers(said))
    assert with_answers.loc[0, "se"] == pytest.approx(0, abs=1e-9)
    assert with_answers.loc[0, "same_word"] == 1


def test_informants_are_resampled_inside_their_group():
    mixed = ["more", "more", "same", "same", "more", "more", "same", "more"]
    apart = ["more", "more", "more", "more", "more", "same", "same", "same"]
    for said in (mixed, apart):
        assert certainty_table(signals(panel(said)), method()).loc[0, "se"] == 0
    one, other = (
        certainty_table(signals(panel(said)), method(), answers(said)).loc[0, "se"] for said in (mixed, apart)
    )
    assert one > other > 0


def test_resampled_informants_are_the_same_in_every_run():
    said = ["more", "more", "same", "same", "more", "more", "same", "more"]
    first, second = (certainty_table(signals(panel(said)), method(), answers(said)) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
