from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import ruptures
from doubt_builders import method, observations, signal, signals
from hypothesis import given, settings
from hypothesis import strategies as st

from forevar.history import fit_season, quantile
from forevar.period import Period
from forevar.season import add_season, change_points, curve_turns, segment_squares, share_trend, trend_of

NILE = np.array([  # yearly flow at Aswan, 1871 to 1970
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
    1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
    831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865,
    845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050,
    918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
], dtype=float)  # fmt: skip
SPRING_AND_AUTUMN = [18.0, 12, 20, 13, 22, 15, 19, 14, 24, 16, 21, 17, 25, 30]


def test_the_flow_of_the_nile_falls_once_after_1898():
    assert change_points(NILE, most=3, size=15) == [28]
    squares = segment_squares(NILE)
    assert squares[0, 100] == pytest.approx(2835156.75, abs=1e-2)
    assert squares[0, 28] + squares[28, 100] == pytest.approx(1597457.194, abs=1e-3)


def test_the_trend_of_the_nile_is_that_of_r():
    trend = trend_of(NILE)
    assert trend.tau == pytest.approx(-0.2807413, abs=1e-6)
    assert trend.p == pytest.approx(3.61118e-5, abs=1e-9)
    assert [trend.slope, trend.low, trend.high] == pytest.approx([-2.6, -3.627907, -1.428571], abs=1e-6)


@given(st.lists(st.integers(-20, 20), min_size=12, max_size=30), st.integers(1, 2))
@settings(deadline=None, max_examples=30)
def test_change_points_cost_no_more_than_those_of_ruptures(values, number):
    curve = np.array(values, dtype=float) + np.linspace(0, 0.01, len(values))
    squares = segment_squares(curve)
    edges = [0, *ruptures.Dynp(model="l2", min_size=4, jump=1).fit(curve[:, None]).predict(n_bkps=number)]
    theirs = sum(squares[start, end] for start, end in pairwise(edges))
    found = change_points(curve, most=number, size=4)
    if len(found) == number:
        edges = [0, *found, len(curve)]
        ours = sum(squares[start, end] for start, end in pairwise(edges))
        assert ours == pytest.approx(theirs, abs=1e-6)


def test_a_level_that_stays_has_no_change_point():
    assert change_points(np.array([5.0, 6] * 12), most=3, size=4) == []


def test_a_curve_turns_where_its_differences_change_level():
    labels = [str(Period(2016, 1) + step) for step in range(16)]
    curve = pd.DataFrame(
        {"period": labels, "difference": [np.nan, *[5.0, 6, 5, 4, 6, 5, 5], *[-2.0, -3, -2, -1, -2, -3, -2, -2]]}
    )
    ((period, before, after),) = curve_turns(curve, method().certainty)
    assert period == "2020-1"
    assert (before, after) == (pytest.approx(36 / 7), pytest.approx(-17 / 8))


def test_a_curve_too_short_to_turn_has_no_turn():
    curve = pd.DataFrame({"period": ["2025-1", "2025-2"], "difference": [9.0, -9.0]})
    assert curve_turns(curve, method().certainty) == []


def test_trend_in_shares_of_smokers_is_that_of_r():
    chi_square, p = share_trend(np.array([83.0, 90, 129, 70]), np.array([86.0, 93, 136, 82]))
    assert chi_square == pytest.approx(8.2249223, abs=1e-6)
    assert p == pytest.approx(0.0041319, abs=1e-6)


def test_season_and_slope_expect_what_r_expects():
    fit = fit_season(np.array([SPRING_AND_AUTUMN[:13]]), np.arange(13))
    assert fit.expected[0] == pytest.approx(17.148436, abs=1e-6)
    assert 30 / fit.expected[0] == pytest.approx(1.7494306, abs=1e-6)
    assert fit.slope[0] == pytest.approx(0.0244638, abs=1e-6)
    assert fit.half[0] == pytest.approx(-0.3825930, abs=1e-6)
    assert fit.dispersion[0] == 1


@given(st.lists(st.integers(0, 60), min_size=12, max_size=12))
@settings(deadline=None)
def test_a_wider_interval_reaches_further(counts):
    fit = fit_season(np.array([counts], dtype=float), np.arange(12))
    reach = [quantile(fit, share)[0] for share in (0.025, 0.5, 0.95, 0.99)]
    assert np.isnan(reach).all() or reach == sorted(reach)


def season(values, **columns):
    table = signals(signal(2, previous=values[-2], current=values[-1], **columns))
    return add_season(table, observations(values, **columns), method()).iloc[0]


def test_a_rise_that_comes_every_spring_turns_when_seen_against_last_year():
    row = season([18.0, 12, 20, 13, 22, 15, 21])
    assert (row["year_ago"], row["season_turns"]) == (22, True)


def test_a_rise_beyond_the_season_does_not_turn():
    row = season([*SPRING_AND_AUTUMN[:12], 45.0])
    assert not row["season_turns"]
    assert row["is_unexpected"]


def test_too_short_a_past_expects_nothing():
    row = season([10.0] * 11)
    assert np.isnan(row["expected"])
    assert not row["is_unexpected"]


def test_amounts_are_not_expected_from_counts_rule():
    assert np.isnan(season([500.0] * 14, unit="g")["expected"])


def test_five_same_halves_in_order_are_a_trend():
    row = season([5.0, 50, 6, 40, 7, 30, 8, 20, 9])
    assert row["trend_tau"] == pytest.approx(1)
    assert row["trend_p"] == pytest.approx(2 / 120)


def test_a_missing_same_half_leaves_no_trend():
    assert np.isnan(season([5.0, 50, np.nan, 40, 7, 30, 8, 20, 9])["trend_tau"])


def test_few_cases_have_no_season():
    row = season([3.0, 2, 1, 2, 1, 2], flag="few")
    assert row[["year_ago", "ratio_year_ago", "trend_tau"]].isna().all()


def test_rows_keep_their_order():
    table = signals(
        signal(1, source="b", previous=20, current=30, period="2025-2"), signal(1, source="a", previous=20, current=30)
    )
    done = add_season(table, observations([20.0]), method())
    pd.testing.assert_frame_equal(done[table.columns], table)
