import math

import numpy as np
import pandas as pd
import pytest
from doubt_builders import method, observations, signal, signals

from forevar.alerts import bound_table, bounds, look_first, new_slang, new_substances
from forevar.change import add_change
from forevar.settings import Source

RULES = method().signals
HALF_YEARLY = [12.0, 9, 14, 11, 13, 10, 15, 12, 16, 30]
CALM = [12.0, 9, 14, 11, 13, 10, 15, 12, 16, 11, 13, 12, 14]
NO_ANSWERS = pd.DataFrame(columns=["source", "period", "informant", "group", "substance", "question", "answer"])


def c1(counts, alpha):
    rules = RULES.model_copy(update={"alpha": alpha, "baseline": 7})
    ends = range(7, len(counts))
    return [bounds(np.array([counts[end - 7 : end]]), np.arange(7), rules)["c1"][0] for end in ends]


def test_ears_c1_has_the_printed_bounds():
    counts = [1.0, 1, 1, 3, 3, 1, 2, 1, 0, 3, 3]
    assert c1(counts, 0.05) == pytest.approx([3.278854, 3.278854, 3.436517, 3.855617], abs=1e-6)


def test_ears_c1_on_half_years_is_that_of_r_and_alarms_at_thirty_alone():
    found = c1(HALF_YEARLY, 0.001)
    assert found == pytest.approx([18.6757, 18.6757, 19.6757], abs=5e-5)
    assert [count > bound for count, bound in zip(HALF_YEARLY[7:], found, strict=True)] == [False, False, True]


def test_every_bound_alarms_at_a_figure_three_times_its_past():
    found = bounds(np.array([CALM]), np.arange(13), RULES)
    assert all(17 < bound[0] < 36 for bound in found.values())


def test_a_past_too_short_has_no_bound():
    found = bounds(np.array([CALM[:6]]), np.arange(6), RULES)
    assert all(math.isnan(bound[0]) for bound in found.values())


def test_a_past_of_zeros_has_no_bound_from_a_model():
    found = bounds(np.zeros((1, 14)), np.arange(14), RULES)
    assert math.isnan(found["quasi_poisson_nb"][0])


def test_a_count_above_its_bound_is_found():
    row = bound_table(observations([*CALM, 36.0]), "2026-1", method()).iloc[0]
    assert row["is_compared"]
    assert row["is_above"]


def test_a_small_count_is_no_signal_however_far_above():
    row = bound_table(observations([0.0, 0, 0, 0, 1] * 4 + [4]), "2026-1", method()).iloc[0]
    assert row["current"] > row["quasi_poisson_nb"]
    assert not row["is_above"]


def test_a_break_leaves_too_short_a_past_to_compare():
    row = bound_table(observations([*CALM, 36.0]), "2026-1", method(), {"heroin": ["2024-1"]}).iloc[0]
    assert not row["is_compared"]


def seen(*sources, before=0.0):
    values = [before] * 5 + [6.0]
    return pd.concat([observations(values, source=source, substance="nitazener") for source in sources])


def test_first_reports_by_two_agencies_make_a_substance_new():
    assert list(new_substances(seen("mbf", "kripos"), "2026-1", method())["source"]) == ["kripos", "mbf"]


def test_one_first_report_does_not_make_a_substance_new():
    assert new_substances(seen("mbf"), "2026-1", method()).empty


def test_a_substance_that_was_counted_before_is_not_new():
    assert new_substances(seen("mbf", "kripos", before=1.0), "2026-1", method()).empty


def test_a_register_that_has_just_begun_calls_nothing_new():
    short = pd.concat([observations([0.0, 5.0], source=source) for source in ("mbf", "kripos")])
    assert new_substances(short, "2026-1", method()).empty


def slang(*terms):
    rows = [
        ("trend_panel", period, str(who), "risk", "ketamin", "slang", term) for who, (period, term) in enumerate(terms)
    ]
    return pd.DataFrame(rows, columns=NO_ANSWERS.columns)


def test_a_name_nobody_used_before_is_new_slang():
    found = new_slang(slang(("2025-2", "k"), ("2026-1", "k"), ("2026-1", "kitty"), ("2026-1", "kitty")), "2026-1")
    assert found[["term", "informants"]].to_numpy().tolist() == [["kitty", 2]]


def test_the_first_panel_that_tells_its_slang_has_none_that_is_new():
    assert new_slang(slang(("2026-1", "kitty")), "2026-1").empty


def look(*parts, changes=None, answers=NO_ANSWERS):
    table = pd.concat(parts)
    rows = changes if changes is not None else signals(signal(0, previous=12, current=12))
    tested = add_change(rows, table, method())
    sources = {key: Source(name=key, kind="statistics", agency="police" if "police" in key else "") for key in
               ("mbf", "kripos", "police_a", "police_b", "afr")}  # fmt: skip
    return look_first(table, answers, tested, "2026-1", method(), sources)


def test_nothing_remarkable_gives_an_empty_list():
    assert look(observations(CALM)).empty


def test_the_substance_two_agencies_speak_of_comes_first():
    found = look(
        observations([*CALM, 60.0], substance="heroin"),
        observations([*CALM, 36.0], substance="kokain", source="mbf"),
        observations([*CALM, 36.0], substance="kokain", source="afr"),
    )
    assert found["substance"].tolist() == ["kokain", "kokain", "heroin"]
    assert found["rank"].tolist() == [1, 1, 2]
    assert set(found["n_compared"]) == {3}


def test_two_offices_of_one_agency_count_once():
    found = look(
        observations([*CALM, 60.0], substance="heroin"),
        observations([*CALM, 36.0], substance="kokain", source="police_a"),
        observations([*CALM, 36.0], substance="kokain", source="police_b"),
    )
    assert found["substance"].iloc[0] == "heroin"


def test_a_clear_fall_is_listed_too():
    changes = signals(signal(-3, previous=120, current=40), signal(0, source="afr", previous=30, current=31))
    found = look(observations([120.0, 40.0]), changes=changes)
    assert found[["source", "reason", "n_compared"]].to_numpy().tolist() == [["mbf", "clear", 2]]


def test_a_share_that_goes_against_its_count_is_listed():
    samples = {"denominator_previous": 900.0, "denominator_current": 400.0}
    found = look(observations([60.0, 40.0]), changes=signals(signal(-2, previous=60, current=40, **samples)))
    assert "apart" in set(found["reason"])


def test_new_slang_is_listed_with_its_term():
    found = look(observations(CALM), answers=slang(("2025-2", "k"), ("2026-1", "kitty")))
    assert found[["substance", "reason", "detail"]].to_numpy().tolist() == [["ketamin", "slang", "kitty"]]
