import math

import numpy as np
import pytest
from doubt_builders import method, signal, signals
from hypothesis import given
from hypothesis import strategies as st

from forevar.agreement import agreement_table, ordinal_alpha, sign_concordance

GAP = math.nan
PRINTED = np.array([  # reliability data of four observers and twelve units
    [1, 2, 3, 3, 2, 1, 4, 1, 2, GAP, GAP, GAP],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, GAP, 3],
    [GAP, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, GAP],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, GAP],
])  # fmt: skip


def test_alpha_of_ordered_steps_is_the_printed_one():
    assert ordinal_alpha(PRINTED) == pytest.approx(0.815, abs=5e-4)


def test_alpha_is_missing_when_no_two_sources_spoke_of_the_same():
    assert math.isnan(ordinal_alpha(np.array([[1, GAP], [GAP, 2]])))


def test_alpha_is_missing_when_all_always_say_the_same():
    assert math.isnan(ordinal_alpha(np.zeros((3, 4))))


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=8), st.randoms())
def test_concordance_does_not_care_for_order_or_silence(steps, random):
    shuffled = [*random.sample(steps, len(steps)), math.nan]
    assert sign_concordance(np.array(steps, float)) == sign_concordance(np.array(shuffled, float))


def test_concordance_counts_stable_as_a_direction():
    assert sign_concordance(np.array([0.0, 0, 2])) == (pytest.approx(1 / 3), 3)


def test_one_voice_has_no_concordance():
    share, pairs = sign_concordance(np.array([2.0]))
    assert math.isnan(share)
    assert pairs == 0


def row(*rows):
    return agreement_table(signals(*rows), "2026-1", method()).iloc[0]


def test_customs_and_police_that_move_together_may_have_counted_the_same_seizure():
    both = {"dimension": "availability"}
    found = row(signal(2, source="customs", **both), signal(1, source="kripos", **both))
    assert found["overlap"] == (("customs", "kripos"),)


def test_customs_and_police_that_move_apart_are_not_warned_of():
    both = {"dimension": "availability"}
    assert row(signal(2, source="customs", **both), signal(-1, source="kripos", **both))["overlap"] == ()


def test_a_panel_and_a_laboratory_are_kept_apart():
    found = row(signal(3, source="trend_panel", kind="panel"), signal(-1, source="mbf"), signal(0, source="ambulance"))
    assert (found["perceived"], found["measured"], found["parts_ways"]) == ("strong_rise", "small_fall", True)


def test_a_panel_without_a_laboratory_has_nothing_to_part_from():
    found = row(signal(3, source="trend_panel", kind="panel"))
    assert (found["perceived"], found["measured"], found["parts_ways"]) == ("strong_rise", "", False)


def test_silent_sources_lower_the_share_of_weight_and_unweighted_ones_do_not():
    found = row(
        signal(1, source="mbf", weight=3),
        signal(None, source="afr", weight=1, reason="silent"),
        signal(None, source="pupils", weight=math.nan, reason="unweighted"),
    )
    assert (found["weight_share"], found["n_silent"], found["n_sources"]) == (0.75, 1, 1)


def test_alpha_needs_several_editions_and_concordance_does_not():
    one = [signal(1, source=source) for source in ("mbf", "afr")]
    assert math.isnan(row(*one)["alpha"])
    assert row(*one)["concordance"] == 1
    two = [signal(-1, source=source, period="2025-2") for source in ("mbf", "afr")]
    assert math.isnan(row(*one, *two)["alpha"])
    periods = ["2023-2", "2024-1", "2024-2", "2025-1", "2025-2", "2026-1"]
    several = [
        signal(step, source=source, period=period)
        for source in ("mbf", "afr")
        for period, step in zip(periods, [1, 2, -1, 0, 3, -2], strict=True)
    ]
    assert row(*several)["alpha"] == pytest.approx(1)
