"""How days, weeks, months, quarters and years become half-years, or do not."""

# ruff: noqa: E501 - a line of a profile is kept whole
from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from .office import Office, noticed, said, values

PATH = "statistics/2026-1-police.csv"
MONTHS = ["2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]


def series(office: Office, rows: Sequence[tuple[object, object]], time: str) -> None:
    office.profile(
        f"files: statistics/*\ntime: {time}\nwords: {{suppressed: [x], not_available: ['..']}}\n"
        "tables:\n  - {columns: {Tid: time, Antall: {measure: seizures}}, substance: kokain}\n"
    )
    office.text(PATH, "Tid;Antall\n" + "\n".join(f"{label};{number}" for label, number in rows))


def statuses(office: Office) -> dict[str, str]:
    rows = office.load().observations
    return dict(zip(rows["period"], rows["status"], strict=True))


@pytest.mark.parametrize(("rule", "expected"), [("sum", 21), ("mean", 21 / 6), ("last", 6), ("max", 6)])
def test_six_months_become_a_half_year_by_the_rule_of_the_profile(office: Office, rule: str, expected: float) -> None:
    series(office, list(zip(MONTHS, range(1, 7), strict=True)), f"{{every: month, rule: {rule}}}")
    if rule == "mean":  # by the days of each month
        days = [31, 30, 31, 31, 28, 31]
        expected = sum(n * d for n, d in zip(range(1, 7), days, strict=True)) / 182
    assert values(office.load(), ["period"]) == pytest.approx({"2026-1": expected})


def test_five_months_are_partial(office: Office) -> None:
    series(office, [(month, 1) for month in MONTHS[:5]], "{every: month}")
    assert statuses(office) == {"2026-1": "partial"}
    assert [key for key, _ in noticed(office.load())] == ["partial"]
    assert office.load().observations["value"].tolist() == [5]


def test_a_month_that_is_not_available_makes_the_half_year_partial(office: Office) -> None:
    series(office, [*((month, 1) for month in MONTHS[:5]), (MONTHS[5], "..")], "{every: month}")
    assert statuses(office) == {"2026-1": "partial"}


def test_a_suppressed_month_suppresses_the_half_year(office: Office) -> None:
    series(office, [*((month, 1) for month in MONTHS[:5]), (MONTHS[5], "x")], "{every: month}")
    assert statuses(office) == {"2026-1": "suppressed"}
    assert office.load().observations["value"].isna().all()


def test_the_last_month_is_enough_for_a_level(office: Office) -> None:
    series(office, [("2026-02", 40), ("2026-03", 41)], "{every: month, rule: last}")
    assert statuses(office) == {"2026-1": "ok"}
    series(office, [("2026-01", 40), ("2026-02", 41)], "{every: month, rule: last}")
    assert statuses(office) == {"2026-1": "partial"}


def test_quarters_add_up_across_the_new_year(office: Office) -> None:
    series(office, [("4. kvartal 2025", 3), ("Q1 2026", 4), ("2026K2", 5)], "{every: quarter}")
    tidy = office.load()
    assert tidy.observations[["period", "value", "status"]].to_numpy().tolist() == [
        ["2026-1", 7, "ok"], ["2026-2", 5, "partial"],
    ]  # fmt: skip


def test_a_year_is_never_cut_into_halves(office: Office) -> None:
    series(office, [("2024", 30), ("2025", 31)], "{every: year}")
    rows = office.load().observations
    assert rows[["period", "frequency"]].to_numpy().tolist() == [["2024", "year"], ["2025", "year"]]


@pytest.mark.parametrize("month", ["april", "july", "october"])
def test_a_financial_year_may_start_in_any_month(office: Office, month: str) -> None:
    series(office, [("2024", 30), ("2025/26", 31)], f"{{every: year, year_starts: {month}}}")
    assert values(office.load(), ["period"]) == {"2024/25": 30, "2025/26": 31}


def test_a_year_where_a_month_should_stand_is_refused(office: Office) -> None:
    series(office, [("2025-10", 3), ("2025", 40)], "{every: month}")
    assert said(office.load()) == [("not_a_time", f"{PATH}:A3")]


@pytest.mark.parametrize("label", ["1. halvår 2025", "H1 2025", "januar–juni 2025"])
def test_a_calendar_half_year_is_refused(office: Office, label: str) -> None:
    series(office, [(label, 3)], "{every: half_year}")
    assert [key for key, _ in said(office.load())] == ["crosses"]


@pytest.mark.parametrize("label", ["siste 12 måneder", "rullerende 2025", "last 12 months"])
def test_a_rolling_total_is_refused_by_its_label(office: Office, label: str) -> None:
    series(office, [(label, 3)], "{every: month}")
    assert said(office.load()) == [("rolling", f"{PATH}:A2")]


def test_a_rolling_total_is_refused_by_its_overlap(office: Office) -> None:
    rows = [("okt 2024 - mar 2025", 30), ("nov 2024 - apr 2025", 31)]
    series(office, rows, "{every: half_year}")
    assert "crosses" in [key for key, _ in said(office.load())]
    series(office, [("2025-10-01", 30), ("2025-10-05", 31), ("2025-10-12", 3)], "{every: week}")
    assert [key for key, _ in said(office.load())] == ["rolling"]


def test_a_rolling_total_is_refused_by_its_heading(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntime: {every: month}\n"
        "tables:\n  - {columns: {Tid: time, 'Antall*': {measure: seizures}}, substance: kokain}\n"
    )
    office.text(PATH, "Tid;Antall siste 12 måneder\n" + "".join(f"{month};120\n" for month in MONTHS))
    assert said(office.load()) == [("rolling", f"{PATH}:B1")]


def test_rolling_years_are_refused_as_counts(office: Office) -> None:
    rows = [("okt 2024–sep 2025", 30), ("nov 2024–okt 2025", 31), ("des 2024–nov 2025", 32)]
    series(office, rows, "{every: year}")
    assert {key for key, _ in said(office.load())} == {"rolling"}


def test_a_campaign_keeps_its_year(office: Office) -> None:
    series(office, [("2025", 30)], "{every: campaign}")
    assert office.load().observations[["period", "frequency"]].to_numpy().tolist() == [["2025", "campaign"]]


def weeks(first: dt.date, last: dt.date) -> list[tuple[object, object]]:
    days = (last - first).days
    return [((first + dt.timedelta(days=at)).isoformat(), 10) for at in range(0, days + 1, 7)]


def test_weeks_that_cross_the_border_are_shared_by_days_in_a_mean(office: Office) -> None:
    rows = weeks(dt.date(2025, 3, 30), dt.date(2026, 4, 5))
    rows[26] = (rows[26][0], 80)  # 2025-09-28: three days in September, four in October
    assert rows[26][0] == "2025-09-28"
    series(office, rows, "{every: week, rule: mean}")
    found = values(office.load(), ["period"])
    assert found["2025-2"] == pytest.approx((180 * 10 + 3 * 80) / 183)
    assert found["2026-1"] == pytest.approx((178 * 10 + 4 * 80) / 182)
    assert statuses(office)["2026-2"] == "partial"


def test_a_week_counts_whole_where_its_middle_lies(office: Office) -> None:
    series(office, weeks(dt.date(2025, 9, 29), dt.date(2026, 3, 30)), "{every: week, rule: sum}")
    assert values(office.load(), ["period"]) == {"2026-1": 260, "2026-2": 10}
    assert statuses(office) == {"2026-1": "ok", "2026-2": "partial"}


def test_a_missing_week_makes_the_half_year_partial(office: Office) -> None:
    rows = weeks(dt.date(2025, 9, 29), dt.date(2026, 3, 23))
    series(office, rows[:5] + rows[6:], "{every: week, rule: sum}")
    assert statuses(office) == {"2026-1": "partial"}


def test_a_half_year_told_in_months_and_as_a_whole_is_a_fault(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntables:\n"
        "  - {time: {every: month}, columns: {Måned: time, Antall: {measure: seizures}}, substance: kokain}\n"
        "  - {columns: {Halvår: time, Antall: {measure: seizures}}, substance: kokain}\n"
    )
    office.text(PATH, "Måned;Antall\n" + "".join(f"{month};1\n" for month in MONTHS) + "\nHalvår;Antall\n2026-1;6\n")
    assert [key for key, _ in said(office.load())] == ["twice"]


def test_days_add_up(office: Office) -> None:
    days = [(dt.date(2025, 10, 1) + dt.timedelta(days=at)).strftime("%d.%m.%Y") for at in range(182)]
    series(office, [(day, 1) for day in days], "{every: day}")
    assert values(office.load(), ["period"]) == {"2026-1": 182}
    assert statuses(office) == {"2026-1": "ok"}


def test_the_sum_knows_every_cell_it_came_from(office: Office) -> None:
    series(office, [(month, 1) for month in MONTHS], "{every: month}")
    assert office.load().observations["origin"].tolist() == [f"data/raw/{PATH}:B2,B3,B4,B5,B6,B7"]


def test_year_and_month_may_stand_in_two_columns(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntime: {every: month}\n"
        "tables:\n  - {columns: {År: time, Måned: time, Antall: {measure: seizures}}, fill_down: [År], substance: kokain}\n"
    )
    names = ["oktober", "november", "desember", "januar", "februar", "mars"]
    lines = [f"{year};{name};1" for year, name in zip(["2025", "", "", "2026", "", ""], names, strict=True)]
    office.text(PATH, "År;Måned;Antall\n" + "\n".join(lines))
    assert values(office.load(), ["period"]) == {"2026-1": 6}


def test_months_without_a_year_are_those_of_the_files_half_year(office: Office) -> None:
    series(office, [(name, 1) for name in ("okt", "nov", "des", "jan", "feb", "mar")], "{every: month}")
    assert values(office.load(), ["period"]) == {"2026-1": 6}
    assert statuses(office) == {"2026-1": "ok"}


def test_american_dates_are_read_when_the_profile_says_so(office: Office) -> None:
    series(office, [("04/03/2026", 3)], "{every: day, day_first: false}")
    assert office.load().observations["period"].tolist() == ["2026-2"]


def test_a_spelling_of_the_provider_may_be_explained(office: Office) -> None:
    series(office, [("1. periode", 3)], "{every: half_year}")
    office.profile(
        "files: statistics/*\nlabels: {time: {1. periode: 2025-1}}\n"
        "tables:\n  - {columns: {Tid: time, Antall: {measure: seizures}}, substance: kokain}\n"
    )
    assert values(office.load(), ["period"]) == {"2025-1": 3}
