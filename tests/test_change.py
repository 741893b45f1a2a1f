import math

import numpy as np
import pandas as pd
import pytest
from doubt_builders import method, observations, signal, signals
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from forevar.change import add_change, adjusted, compare_answers, compare_counts, compare_shares
from forevar.history import before, consequence_pairs, fit_season, ordinal, series_of

COUNTS = st.integers(0, 500)
EXPOSURES = st.floats(0.5, 400)


@given(COUNTS, COUNTS, EXPOSURES, EXPOSURES)
def test_swapping_the_half_years_inverts_the_ratio_and_its_interval(current, previous, days, days_before):
    forth = compare_counts(current, previous, days, days_before)
    back = compare_counts(previous, current, days_before, days)
    assert forth.p == pytest.approx(back.p, rel=1e-6)
    if current and previous:
        assert 1 / forth.ratio == pytest.approx(back.ratio)
    for one, other in ((forth.low, back.high), (forth.high, back.low)):
        expected = math.inf if one == 0 else 0 if math.isinf(one) else 1 / one
        assert other == pytest.approx(expected, rel=1e-6)


@given(st.integers(1, 500), COUNTS, EXPOSURES, st.floats(1.01, 5))
def test_more_exposure_with_the_same_count_lowers_the_rate(current, previous, days, factor):
    shorter, longer = compare_counts(current, previous, days), compare_counts(current, previous, days * factor)
    assert longer.low < shorter.low
    if previous:
        assert longer.ratio < shorter.ratio
        assert longer.high < shorter.high


@given(COUNTS, COUNTS, EXPOSURES, EXPOSURES)
def test_the_ratio_lies_within_its_interval(current, previous, days, days_before):
    assume(current or previous)
    change = compare_counts(current, previous, days, days_before)
    assert 0 <= change.low <= change.ratio <= change.high
    assert 0 <= change.p <= 1


def test_counts_are_compared_however_few_they_are():
    nothing = compare_counts(0, 0)
    assert math.isnan(nothing.ratio)
    assert (nothing.low, nothing.high, nothing.p) == (0, math.inf, 1)
    assert compare_counts(1, 0).ratio == math.inf


def test_a_missing_count_gives_a_missing_change():
    assert all(math.isnan(number) for number in vars(compare_counts(math.nan, 4)).values())


@pytest.mark.parametrize(("current", "previous", "days"), [(-1, 2, 1), (1.5, 2, 1), (1, 2, 0)])
def test_counts_that_are_none_are_refused(current, previous, days):
    with pytest.raises(ValueError, match=r"counts are whole|exposures must be"):
        compare_counts(current, previous, days)


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
@settings(deadline=None)
def test_the_ratio_of_shares_lies_within_its_interval(positive, negative, positive_before, negative_before):
    assume(positive or positive_before)
    change = compare_shares(positive, positive + negative, positive_before, positive_before + negative_before)
    assert 0 <= change.low <= change.ratio <= change.high
    assert change.difference_low <= change.difference <= change.difference_high


def test_more_positives_than_samples_are_refused():
    with pytest.raises(ValueError, match="positives must lie within samples"):
        compare_shares(5, 4, 1, 9)


def test_nobody_in_the_panel_seeing_a_change_is_no_evidence():
    assert compare_answers(0, 0) == 1


def test_adjusted_p_is_missing_where_nothing_was_tested():
    q = adjusted(np.array([0.01, np.nan, 0.04]))
    assert q[0] == pytest.approx(0.02)
    assert math.isnan(q[1])
    assert q[2] == pytest.approx(0.04)


def test_few_cases_are_not_tested():
    row = add_change(signals(signal(0, previous=1, current=4, flag="few")), observations([1, 4]), method()).iloc[0]
    assert row["test"] == "none"
    assert row[["ratio", "low", "high", "p", "q"]].isna().all()
    assert not row["is_notable"]


def test_amounts_have_a_ratio_and_a_rank_but_no_test():
    table = signals(signal(-1, unit="g", previous=900, current=400))
    row = add_change(table, observations([500, 300, 900, 400], unit="g"), method()).iloc[0]
    assert row["test"] == "none"
    assert row["ratio"] == pytest.approx(400 / 900)
    assert math.isnan(row["p"])
    assert (row["rank_10y"], row["n_10y"]) == (3, 4)


def test_indices_have_a_ratio_but_no_test():
    row = add_change(signals(signal(2, unit="index", previous=60, current=80)), observations([60, 80]), method()).iloc[
        0
    ]
    assert (row["test"], row["ratio"]) == ("none", pytest.approx(80 / 60))


def test_a_source_without_comparison_is_not_tested():
    table = signals(signal(None, current=26, reason="no_comparison"))
    row = add_change(table, observations([26]), method()).iloc[0]
    assert row["test"] == "none"
    assert math.isnan(row["ratio"])


def test_a_half_year_only_partly_observed_is_not_tested():
    table = signals(signal(None, previous=20, current=9, reason="partial"))
    row = add_change(table, observations([20, 9]), method()).iloc[0]
    assert (row["test"], row["n_tests"]) == ("none", 0)


def test_the_panel_is_tested_on_those_who_saw_a_change():
    table = signals(signal(3, source="trend_panel", unit="answers", more=9, same=4, less=3))
    row = add_change(table, observations([]).reindex(columns=observations([1]).columns), method()).iloc[0]
    assert row["test"] == "binomial"
    assert row["p"] == pytest.approx(0.145996, abs=1e-6)
    assert math.isnan(row["ratio"])


def test_a_series_that_scatters_widely_gets_a_wider_interval_than_chance_alone():
    wild = observations([40, 10, 44, 6, 30, 60, 8, 50, 12, 30, 45, 20])
    calm = observations([20, 22, 19, 21, 20, 23, 18, 22, 20, 21, 45, 20])
    table = signals(signal(-2, previous=45, current=20))
    scattered, steady = (add_change(table, series, method()).iloc[0] for series in (wild, calm))
    assert scattered["test"] == "quasi_poisson"
    assert scattered["low"] < steady["low"] < steady["high"] < scattered["high"]
    assert scattered["p"] > steady["p"]


def test_a_short_series_is_tested_on_chance_alone():
    table = signals(signal(-2, previous=45, current=20))
    row = add_change(table, observations([40, 6, 44, 10, 30, 45, 20]), method()).iloc[0]
    assert (row["test"], row["dispersion"]) == ("poisson", 1)


def test_a_break_hides_the_half_years_before_it():
    wild = observations([40, 10, 44, 6, 30, 60, 8, 50, 12, 30, 45, 20])
    table = signals(signal(-2, previous=45, current=20))
    row = add_change(table, wild, method(), breaks={"mbf": ["2025-1"]}).iloc[0]
    assert (row["test"], row["n_10y"]) == ("poisson", 3)


def test_a_count_and_its_share_that_move_apart_are_flagged():
    samples = {"denominator_previous": 900.0, "denominator_current": 400.0}
    table = signals(signal(-2, previous=60, current=40, **samples))
    row = add_change(table, observations([60, 40]), method()).iloc[0]
    assert row["moves_apart"]
    assert row["activity_fell"]
    assert (row["test"], row["ratio"]) == ("fisher", pytest.approx(1.5))


def test_a_count_and_its_share_that_move_together_are_not_flagged():
    samples = {"denominator_previous": 400.0, "denominator_current": 410.0}
    table = signals(signal(2, previous=40, current=60, **samples))
    row = add_change(table, observations([40, 60]), method()).iloc[0]
    assert not row["moves_apart"]
    assert not row["activity_fell"]


def test_tests_are_counted_within_half_year_and_dimension():
    table = signals(
        signal(1, source="a", previous=20, current=30),
        signal(1, source="b", previous=20, current=40),
        signal(1, source="c", previous=20, current=30, dimension="availability"),
        signal(1, source="d", previous=20, current=30, period="2025-2"),
        signal(0, source="e", previous=1, current=0, flag="few"),
    )
    changed = add_change(table, observations([20]), method())
    assert list(changed["n_tests"]) == [2, 2, 1, 1, 2]
    assert (changed["q"].dropna() >= changed["p"].dropna()).all()


def test_rows_keep_their_order_and_their_columns():
    table = signals(signal(1, source="b", previous=20, current=30), signal(1, source="a", previous=20, current=30))
    changed = add_change(table, observations([20]), method())
    pd.testing.assert_frame_equal(changed[table.columns], table)


def test_hepatitis_c_at_45_and_23_cannot_be_called_stable():
    series = observations([45, 23], source="msis", measure="hepatitis_c", substance="", dimension="consequences")
    row = add_change(consequence_pairs(series, "2026-1", method().few), series, method()).iloc[0]
    assert row["is_notable"]
    assert row["ratio"] == pytest.approx(0.5111, abs=1e-4)
    assert row["p"] == pytest.approx(0.0103377, abs=1e-7)


def test_consequence_pairs_flag_few_cases():
    series = observations([2, 1], source="msis", substance="", dimension="consequences")
    assert list(consequence_pairs(series, "2026-1", method().few)["flag"]) == ["few"]


def test_partly_observed_half_years_are_no_history():
    series = pd.concat([observations([5.0, 6.0], last="2025-1"), observations([9.0], last="2025-2", status="partial")])
    wide = series_of(series)
    assert wide.iloc[0].dropna().tolist() == [5, 6]


def test_what_lies_before_a_half_year_does_not_hold_it():
    past = before(series_of(observations([1.0, 2.0, 3.0])), ordinal("2026-1"), 2)
    assert past.iloc[0].tolist() == [1, 2]


@given(st.lists(st.lists(st.integers(0, 400), min_size=12, max_size=12), min_size=1, max_size=4), st.integers(0, 1))
@settings(deadline=None, max_examples=40)
def test_many_series_at_once_are_fitted_as_statsmodels_fits_one(counts, start):
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    t = np.arange(start, start + 12)
    together = fit_season(np.array(counts, dtype=float), t)
    design = np.column_stack([np.ones(12), t, t % 2])
    for number, series in enumerate(counts):
        halves = np.array(series)[t % 2 == 0].sum(), np.array(series)[t % 2 == 1].sum()
        if min(halves) < 5:
            continue
        alone = GLM(series, design, family=Poisson()).fit()
        assert together.expected[number] == pytest.approx(float(np.exp(alone.params @ [1, t[-1] + 1, (t[-1] + 1) % 2])))
        assert together.dispersion[number] == pytest.approx(max(1, alone.pearson_chi2 / alone.df_resid), rel=1e-5)
