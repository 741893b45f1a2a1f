"""Numbers that R, printed tables and documentation give for the methods we use; R is not needed to run them.

Left out, because we have no such function: mid-p values and intervals, doubled p and Wald intervals of the first
rate examples, the E-test, CUSUM, Bayes and Farrington's bounds and weights, Pettitt's statistic and the interval of
a change point, and the bootstrap of a ratio. Suppression, rounding and printed number forms are tested where they
are made.
"""

import numpy as np
import pytest

from forevar.certainty import fixed, resampled_sum, score_certainty
from forevar.change import adjusted, compare_answers, compare_counts, compare_shares, count_interval

SIX = {"abs": 1e-6, "rel": 0}


def test_rate_ratio_of_two_counts_with_their_exposures_is_that_of_r():
    change = compare_counts(11, 6 + 8 + 7, 800, 1083 + 1050 + 878)
    assert change.p == pytest.approx(0.079669, **SIX)
    assert [change.ratio, change.low, change.high] == pytest.approx([1.9714881, 0.8584264, 4.2772659], **SIX)


def test_rate_ratio_of_rothmans_fluoroscopy_study_is_that_of_r():
    change = compare_counts(41, 15, 28_010, 19_017)
    assert change.p == pytest.approx(0.0408520, **SIX)
    assert [change.ratio, change.low, change.high] == pytest.approx([1.8557587, 1.0056841, 3.6093003], **SIX)


@pytest.mark.parametrize(
    ("counts", "exposures", "printed"),
    [
        ((17, 3), (100_025, 122_268), (6.927, 2.004, 36.89)),
        ((8, 1), (78_531, 77_932), (7.939, 1.064, 352.3)),
        ((25, 4), (178_556, 200_200), (7.008, 2.42, 27.71)),
    ],
)
def test_exact_intervals_are_those_of_openepi(counts, exposures, printed):
    change = compare_counts(*counts, *exposures)
    for number, expected in zip((change.ratio, change.low, change.high), printed, strict=True):
        assert number == pytest.approx(expected, abs=0.5 * 10 ** -len(str(expected).partition(".")[2]))


def test_p_with_unequal_exposures_is_that_of_r_and_not_a_doubled_tail():
    assert compare_counts(17, 3, 100_025, 122_268).p == pytest.approx(0.000388, abs=5e-7)


@pytest.mark.parametrize(
    ("current", "previous", "p"),
    [
        (23, 45, 0.0103377), (10, 5, 0.3017578), (20, 10, 0.0987371), (26, 10, 0.0113310), (4, 1, 0.375),
        (0, 6, 0.03125), (0, 5, 0.0625), (8, 9, 1),
    ],
)  # fmt: skip
def test_p_of_two_counts_in_equal_half_years(current, previous, p):
    assert compare_counts(current, previous).p == pytest.approx(p, **SIX)


@pytest.mark.parametrize(
    ("current", "previous", "low", "high"),
    [(23, 45, 0.2951586, 0.8627907), (26, 10, 1.2130692, 6.0421322), (0, 6, 0, 0.8493112)],
)
def test_interval_of_two_counts_in_equal_half_years(current, previous, low, high):
    change = compare_counts(current, previous)
    assert (change.low, change.high) == pytest.approx((low, high), **SIX)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [
        (0, 0, 3.6889), (1, 0.0253, 5.5716), (2, 0.2422, 7.2247), (3, 0.6187, 8.7673), (4, 1.0899, 10.2416),
        (5, 1.6235, 11.6683), (10, 4.7954, 18.3904), (20, 12.2165, 30.8884), (100, 81.3640, 121.6268),
    ],
)  # fmt: skip
def test_interval_of_one_count_is_that_of_the_standard_table(count, low, high):
    assert count_interval(count) == pytest.approx((low, high), abs=5e-5, rel=0)


def test_positives_and_their_share_can_move_apart():
    change = compare_shares(40, 400, 60, 900)
    assert change.p == pytest.approx(0.0423218, **SIX)
    assert change.ratio == pytest.approx(1.5)
    assert change.moves_apart
    count_alone = compare_counts(40, 60)
    assert count_alone.p == pytest.approx(0.0568879, **SIX)
    assert count_alone.ratio < 1


@pytest.mark.parametrize(("more", "less", "p"), [(9, 3, 0.1459961), (5, 1, 0.21875)])
def test_p_of_a_panels_answers(more, less, p):
    assert compare_answers(more, less) == pytest.approx(p, **SIX)


def test_adjusted_p_is_that_of_benjamini_and_hochberg():
    p = [
        .0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1,
    ]  # fmt: skip
    printed = [
        .0015, .003, .0095, .035625, .0603, .063857, .063857, .0645, .0765, .486, .581182, .714875, .753231, .813214, 1,
    ]  # fmt: skip
    q = adjusted(np.array(p))
    assert q == pytest.approx(printed, **SIX)
    assert (q <= 0.05).sum() == 4


@pytest.mark.parametrize(
    ("contributions", "se", "low", "high"),
    [
        ([6, 9, 3, 2, 6], 5.549775, 15, 36),
        ([-2, -2, -2, -6, -1], 3.898718, -22, -7),
        ([2, -1, 3, 3, 0], 3.633180, 0, 14),
        ([0, 0, 6, -4, -1, 2], 7.449832, -11, 18),
    ],
)
def test_exact_bootstrap_of_a_sum(contributions, se, low, high):
    certainty = score_certainty(contributions)
    assert certainty.se == pytest.approx(se, **SIX)
    assert (certainty.low, certainty.high) == (low, high)


@pytest.mark.parametrize(
    ("contributions", "left"),
    [([6, 9, 3, 2, 6], [20, 17, 23, 24, 20]), ([-2, -2, -2, -6, -1], [-11, -11, -11, -7, -12])],
)
def test_score_without_each_source(contributions, left):
    assert score_certainty(contributions).leave_one_out == left


@pytest.mark.parametrize(
    ("contributions", "holds", "share"),
    [
        ([6, 9, 3, 2, 6], lambda s: s >= 16, 0.97376),
        ([2, -1, 3, 3, 0], lambda s: abs(s) <= 5, 0.33344),
        ([0, 0, 6, -4, -1, 2], lambda s: s > 0, 0.614326),
    ],
)
def test_share_of_resamples_in_a_range(contributions, holds, share):
    parts = [fixed(number, contribution) for number, contribution in enumerate(contributions)]
    sums, chances = resampled_sum(parts, seed=0, draws=1)
    assert chances[holds(np.round(sums, 9))].sum() == pytest.approx(share, **SIX)


@pytest.mark.parametrize(
    ("parts", "total"), [((-3, -13, -5), -21), ((26, 16, 7), 49), ((27, -3, 3), 27), ((0, -4, 0), -4)]
)
def test_printed_aggregates_are_the_sums_of_their_parts(parts, total):
    assert score_certainty(parts, (5, 25)).score == total
