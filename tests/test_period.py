"""Half-years: calendar, labels, order."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forevar import Period
from forevar.period import period_range

periods = st.builds(Period, st.integers(1001, 2998), st.sampled_from([1, 2]))


def test_period_of_spring_edition_begins_in_october():
    spring = Period.parse("2026-1")
    assert (spring.start, spring.end) == (dt.date(2025, 10, 1), dt.date(2026, 3, 31))
    assert spring.season == "spring"
    assert spring.printed == "01/26"


def test_period_of_autumn_edition_begins_in_april():
    autumn = Period.parse("02/25")
    assert autumn == Period(2025, 2)
    assert (autumn.start, autumn.end) == (dt.date(2025, 4, 1), dt.date(2025, 9, 30))
    assert autumn.season == "autumn"


def test_period_knows_its_neighbours_and_last_year():
    spring = Period.parse("2026-1")
    assert [str(one) for one in (spring.previous, spring.next, spring.same_half_last_year)] == [
        "2025-2", "2026-2", "2025-1",
    ]  # fmt: skip
    assert spring - Period.parse("2002-2") == 47


@pytest.mark.parametrize("text", ["2026", "2026-3", "26-1", "03/26", "2026_1", "", "våren 2026"])
def test_period_refuses_what_is_no_period_and_shows_how_to_write_one(text):
    with pytest.raises(ValueError, match="2026-1"):
        Period.parse(text)


@given(periods)
def test_periods_touch_without_gap(period):
    assert period.next.start - period.end == dt.timedelta(days=1)
    assert period.next.previous == period
    assert Period.parse(str(period)) == period


@given(st.dates(dt.date(1100, 1, 1), dt.date(2900, 1, 1)))
def test_every_day_lies_in_the_period_that_contains_it(day):
    period = Period.containing(day)
    assert period.start <= day <= period.end


@given(periods, periods)
def test_order_of_labels_is_order_of_time(one, other):
    assert (one < other) == (str(one) < str(other)) == (one.start < other.start)


@given(st.builds(Period, st.integers(1001, 2900), st.sampled_from([1, 2])), st.integers(0, 60))
def test_range_holds_both_ends_and_every_half_year_between(first, length):
    last = first + length
    assert [period - first for period in period_range(first, last)] == list(range(length + 1))
