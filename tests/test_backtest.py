import math

import numpy as np
import pandas as pd
import pytest
from doubt_builders import method, observations

from forevar.backtest import backtest, level_growth
from forevar.history import series_of
from forevar.period import Period

STEADY, HIGHER = [20.0] * 14, [40.0] * 6
LAST = Period(2026, 1)


def periods(n):
    return [str(LAST + -back) for back in reversed(range(n))]


def trend(said):
    """A long-term curve whose differences are 20 in the named half-years and 0 in the others."""
    labels = periods(20)
    return pd.DataFrame(
        {"substance": "kokain", "period": labels, "difference": [20.0 if label in said else 0.0 for label in labels]}
    )


def run(*parts, said=(), **rules):
    table = pd.concat(parts)
    asked = method()
    asked = asked.model_copy(update={"backtest": asked.backtest.model_copy(update=rules)})
    return backtest(table, trend(said), asked)


def two(values):
    return [observations(values, substance="kokain", source=source) for source in ("mbf", "brukerrommet")]


def test_a_level_that_doubles_in_two_sources_is_one_rise_that_starts_where_it_doubled():
    found = run(*two(STEADY + HIGHER))
    assert found.rises["start"].tolist() == [periods(20)[14]]
    assert found.rises["growth"].tolist() == [2]
    assert found.rises["sources"].tolist() == [("brukerrommet", "mbf")]


def test_one_source_alone_does_not_make_a_rise_real():
    assert run(observations(STEADY + HIGHER, substance="kokain")).rises.empty


def test_a_single_high_half_year_is_no_rise():
    assert run(*two([*STEADY, 40, 20, 20, 20, 20, 20])).rises.empty


def test_the_first_statement_near_the_start_counts():
    labels = periods(20)
    row = run(*two(STEADY + HIGHER), said={labels[13], labels[15]}).rises.iloc[0]
    assert (row["score"], row["lead_score"]) == (labels[13], 1)


def test_a_statement_long_before_the_start_does_not_foretell_it():
    labels = periods(20)
    found = run(*two(STEADY + HIGHER), said={labels[9]})
    assert found.rises.iloc[0]["score"] == ""
    assert math.isnan(found.rises.iloc[0]["lead_score"])
    score = found.ways.set_index("way").loc["score"]
    assert (score["n_found"], score["n_said"], score["n_false"]) == (0, 1, 1)


def test_the_share_of_false_alarms_is_of_the_half_years_judged():
    labels = periods(20)
    score = run(*two(STEADY + HIGHER), said={labels[9], labels[14]}).ways.set_index("way").loc["score"]
    assert score["false_share"] == pytest.approx(1 / score["n_judged"])


def test_the_signals_see_a_level_that_doubles():
    assert run(*two([20.0, 22, 19, 21] * 3 + [20.0, 21] + [60.0] * 6)).rises.iloc[0]["lead_signals"] == 0


def test_the_tests_see_a_level_that_trebles():
    rows = two([20.0, 22, 19, 21] * 3 + [20.0, 21] + [60.0] * 6)
    assert run(*rows).rises.iloc[0]["lead_tests"] == 0


def test_the_last_half_years_are_not_judged():
    found = run(*two(STEADY + HIGHER))
    assert found.judged == (periods(20)[4], periods(20)[16])


def test_too_short_a_past_has_nothing_to_judge():
    found = run(*two([20.0, 40.0]))
    assert found.rises.empty
    assert found.ways.empty


def test_growth_is_missing_where_a_figure_is():
    series = series_of(observations([20.0, 20, 20, 20, np.nan, 40, 40, 40, 40]))
    assert level_growth(series, method().backtest).isna().all(axis=None)
