# ruff: noqa: E501
"""What was written is what is read: numbers and times in Norwegian, English, German and French."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forevar.load.grid import column_of, letters
from forevar.load.label import key_of, normal
from forevar.load.number import parse_number
from forevar.load.timelabel import Span, TimeForm, half_span, month_span, parse_time
from forevar.period import Period

# language: (decimal mark, mark between groups of three)
FORMS = {
    "nb": (",", "\u00a0"),
    "nn": (",", " "),
    "en": (".", ","),
    "de": (",", "."),
    "fr": (",", "\u202f"),
    "ch": (".", "'"),
}
MONTHS = {
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
SHORT = {
    "nb": "jan. feb. mars april mai juni juli aug. sep. okt. nov. des.",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
}
numbers = st.decimals(-10_000_000, 10_000_000, places=3, allow_nan=False)
years = st.integers(1970, 2069)
months = st.integers(1, 12)
languages = st.sampled_from(sorted(MONTHS))
periods = st.builds(Period, st.integers(1990, 2060), st.sampled_from((1, 2)))
days = st.dates(dt.date(1970, 1, 1), dt.date(2069, 12, 31))


def written(number: Decimal, decimal: str, thousands: str) -> str:
    text = f"{number:,}"
    return text.translate({ord(","): thousands, ord("."): decimal})


@given(numbers, st.sampled_from(sorted(FORMS)))
def test_numbers_are_read_as_they_are_written(number: Decimal, form: str) -> None:
    decimal, thousands = FORMS[form]
    assert parse_number(written(number, decimal, thousands), decimal, thousands) == float(number)


@given(numbers, st.sampled_from(sorted(FORMS)))
def test_a_minus_sign_may_be_a_real_one(number: Decimal, form: str) -> None:
    decimal, thousands = FORMS[form]
    text = written(number, decimal, thousands).replace("-", "\u2212")
    assert parse_number(text, decimal, thousands) == float(number)


@given(st.decimals(1000, 10_000_000, places=2, allow_nan=False))
def test_a_number_in_the_other_form_is_refused_and_not_misread(number: Decimal) -> None:
    assert parse_number(written(number, ".", ","), ",", ".") is None


@given(st.integers(1000, 999_999_999))
def test_groups_that_are_not_of_three_are_no_number(number: int) -> None:
    text = f"{number:,}".replace(",", " ")
    assert parse_number(text[:-1], ",") is None or " " not in text[:-1]


@given(st.text(alphabet="0123456789.,' -x", max_size=12))
def test_whatever_is_read_can_be_written_back(text: str) -> None:
    found = parse_number(text, ",", ".")
    if found is not None:
        assert found == float(text.strip().replace(".", "").replace(" ", "").replace(",", "."))


@given(years, months, languages, st.booleans())
def test_months_by_name_are_read_in_four_languages(year: int, month: int, language: str, short: bool) -> None:
    name = (SHORT if short else MONTHS)[language].split()[month - 1]
    expected = month_span(year, month)
    for text in (f"{name} {year}", f"{year} {name}", f"{name.upper()} {year}", f"{name}-{year % 100:02}"):
        assert parse_time(text, TimeForm("month")) == expected, text


@given(years, months)
def test_months_in_figures_are_read(year: int, month: int) -> None:
    expected = month_span(year, month)
    forms = ("{y}M{m:02}", "{y}-{m:02}", "{m:02}.{y}", "{m:02}/{y}", "{y}{m:02}", "{y}/{m}", "M{m} {y}")
    for form in forms:
        assert parse_time(form.format(y=year, m=month), TimeForm("month")) == expected, form
    assert parse_time(dt.date(year, month, 1), TimeForm("month")) == expected


@given(years, st.integers(1, 4))
def test_quarters_are_read(year: int, quarter: int) -> None:
    expected = month_span(year, 3 * quarter - 2, year, 3 * quarter)
    forms = (
        "Q{q} {y}",
        "{y}Q{q}",
        "{y}K{q}",
        "{q}. kvartal {y}",
        "{y}-Q{q}",
        "{q}. Quartal {y}",
        "T{q} {y}",
        "{q}e trimestre {y}",
        "{y} {q}",
        "{q} {y}",
        "{q}Q{y}",
    )
    for form in forms:
        assert parse_time(form.format(y=year, q=quarter), TimeForm("quarter")) == expected, form


@given(years, st.integers(1, 4), languages)
def test_quarters_by_months_are_read(year: int, quarter: int, language: str) -> None:
    names = MONTHS[language].split()
    first, last = names[3 * quarter - 3], names[3 * quarter - 1]
    for mark in ("–", " - ", " to ", " til ", " bis ", " à "):
        assert parse_time(f"{first}{mark}{last} {year}", TimeForm("quarter")) == month_span(
            year, 3 * quarter - 2, year, 3 * quarter
        )


@given(periods, languages)
def test_half_years_are_read(period: Period, language: str) -> None:
    names = MONTHS[language].split()
    first, last = names[period.start.month - 1], names[period.end.month - 1]
    season = {1: "vår", 2: "høst"}[period.half]
    for text in (
        str(period), f"{season} {period.year}", f"{season.title()}en {period.year}" if period.half == 1 else f"Høsten {period.year}",
        f"{first} {period.start.year}–{last} {period.end.year}", f"{period.start:%d.%m.%Y}-{period.end:%d.%m.%Y}",
        f"{period.start:%Y-%m} til {period.end:%Y-%m}",
    ):  # fmt: skip
        assert parse_time(text, TimeForm("half_year")) == half_span(period), text
    if period.year >= 2000:
        assert parse_time(period.printed, TimeForm("half_year")) == half_span(period)


@given(
    days,
    st.sampled_from(
        [
            "%d.%m.%Y",
            "%d/%m/%Y",
            "%Y-%m-%d",
            "%Y-%m-%dT%H:%M:%S",
            "%d.%m.%y",
            "%Y-%m-%d %H:%M",
            "%Y%m%d",
            "%d/%m/%Y %I:%M:%S %p",
        ]
    ),
)
def test_days_are_read(day: dt.date, form: str) -> None:
    text = dt.datetime.combine(day, dt.time(0)).strftime(form)
    assert parse_time(text, TimeForm("day")) == Span(day, day)


@given(days)
def test_american_days_are_read_when_asked_for(day: dt.date) -> None:
    assert parse_time(f"{day:%m/%d/%Y}", TimeForm("day", day_first=False)) == Span(day, day)


@given(days)
def test_weeks_are_read(day: dt.date) -> None:
    year, week, weekday = day.isocalendar()
    monday = day - dt.timedelta(days=weekday - 1)
    for text in (
        f"{year}-W{week:02}",
        f"uke {week} {year}",
        f"{year} uke {week}",
        f"{year} {week}",
        f"{week} {year}",
        f"Week {week}, {year}",
        f"KW {week}/{year}",
    ):
        assert parse_time(text, TimeForm("week")) == Span(monday, monday + dt.timedelta(days=6)), text


@given(years, st.integers(2, 12))
def test_financial_years_are_read(year: int, month: int) -> None:
    form = TimeForm("year", year_starts=month)
    expected = month_span(year, month, year + 1, month - 1)
    for text in (f"{year}/{(year + 1) % 100:02}", f"{year}-{year + 1}", f"{year} to {year + 1}", str(year)):
        assert parse_time(text, form) == expected, text


@given(years, st.integers(1, 4))
def test_quarters_of_financial_years_are_read(year: int, quarter: int) -> None:
    form = TimeForm("quarter", year_starts=4)
    month = [4, 7, 10, 1][quarter - 1]
    expected = month_span(year + (quarter == 4), month, year + (quarter == 4), month + 2)
    for text in (f"{year}/{(year + 1) % 100:02} Q{quarter}", f"Q{quarter} {year}-{year + 1}"):
        assert parse_time(text, form) == expected, text
    assert parse_time(f"{year}/{(year + 1) % 100:02} Q{quarter}", TimeForm("quarter")) is None


@given(years, st.integers(1, 2))
def test_halves_of_a_year_from_april_are_ours(year: int, half: int) -> None:
    form = TimeForm("half_year", year_starts=4)
    period = Period(year, 2) if half == 1 else Period(year + 1, 1)
    assert parse_time(f"H{half} {year}/{(year + 1) % 100:02}", form) == half_span(period)


@given(years, months, st.sampled_from(["[provisional]", "(foreløpig)", "*", "¹", "(p)"]))
def test_notes_after_a_time_are_dropped(year: int, month: int, note: str) -> None:
    name = MONTHS["nb"].split()[month - 1]
    assert parse_time(f"{name} {year} {note} ", TimeForm("month")) == month_span(year, month)


@given(st.text(max_size=20), st.sampled_from(["half_year", "quarter", "month", "week", "day", "year", "campaign"]))
def test_no_text_breaks_the_reader_of_times(text: str, every: str) -> None:
    span = parse_time(text, TimeForm(every))
    assert span is None or span.start <= span.end


@given(years, months)
def test_months_have_their_own_days(year: int, month: int) -> None:
    span = month_span(year, month)
    assert span is not None
    assert span.days == calendar.monthrange(year, month)[1]


@given(st.integers(0, 16_383))
def test_column_letters_go_both_ways(column: int) -> None:
    assert column_of(letters(column)) == column


@given(st.text(max_size=30))
def test_a_label_is_the_same_however_it_is_spaced(text: str) -> None:
    assert normal(f" {text.replace(' ', chr(0xA0))}  ") == normal(text)


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Vestfold og Telemark", "vestfold_og_telemark"),
        ("Møre & Romsdal", "more_romsdal"),
        ("Årstad", "arstad"),
        ("Sør-Øst", "sor_ost"),
    ],
)
def test_labels_become_keys(label: str, key: str) -> None:
    assert key_of(label) == key
