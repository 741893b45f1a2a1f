"""Files that repeat history: nothing doubles, and what changed is told."""

# ruff: noqa: E501 - a line of a profile is kept whole
from __future__ import annotations

import pytest

from .office import Office, noticed, said, values

OLD, NEW = "statistics/2025-2-police.csv", "statistics/2026-1-police.csv"


def two(office: Office, old: str, new: str, deliveries: str = "cumulative", **told: str) -> None:
    office.profile(
        f"files: statistics/*\ndeliveries: {deliveries}\nwords: {{suppressed: [x]}}\n"
        "tables:\n  - {columns: {Halvår: time, Kokain: {measure: seizures}}, substance: kokain}\n"
    )
    office.text(OLD, "Halvår;Kokain\n" + old, **told)
    office.text(NEW, "Halvår;Kokain\n" + new, **told)


def test_history_that_is_repeated_counts_once(office: Office) -> None:
    two(office, "2025-1;7\n2025-2;8\n", "2025-1;7\n2025-2;8\n2026-1;14\n")
    tidy = office.load()
    assert values(tidy, ["period"]) == {"2025-1": 7, "2025-2": 8, "2026-1": 14}
    assert not tidy.notices


def test_a_revised_figure_is_told_with_old_new_and_where(office: Office) -> None:
    two(office, "2025-2;8\n", "2025-2;9\n2026-1;14\n")
    tidy = office.load()
    assert values(tidy, ["period"]) == {"2025-2": 9, "2026-1": 14}
    assert noticed(tidy) == [("revised", f"{NEW}:B2")]
    told = dict(tidy.notices[0].values)
    assert (told["before"], told["after"], told["other"]) == ("8", "9", f"data/raw/{OLD}:B2")
    assert told["series"].endswith(", 2025-2")


def test_a_figure_that_becomes_suppressed_is_told(office: Office) -> None:
    two(office, "2025-2;8\n", "2025-2;x\n")
    tidy = office.load()
    assert noticed(tidy) == [("newly_suppressed", f"{NEW}:B2")]
    assert tidy.observations["status"].tolist() == ["suppressed"]


@pytest.mark.parametrize(("before", "after"), [(31, 310), (310, 31), (8, 800)])
def test_a_tenfold_revision_is_warned_of(office: Office, before: int, after: int) -> None:
    two(office, f"2025-2;{before}\n", f"2025-2;{after}\n")
    assert [key for key, _ in noticed(office.load())] == ["revised", "tenfold"]


def test_a_tenfold_jump_from_one_half_year_to_the_next_is_warned_of(office: Office) -> None:
    two(office, "2025-2;31\n", "2026-1;310\n", "separate")
    assert noticed(office.load("2026-1")) == [("tenfold", f"{NEW}:B2")]
    assert noticed(office.load("2025-2")) == []


def test_two_files_that_disagree_are_a_fault_with_both_addresses(office: Office) -> None:
    two(office, "2025-2;8\n", "2025-2;9\n", "separate")
    tidy = office.load()
    assert said(tidy) == [("disagrees", f"{NEW}:B2")]
    assert f"data/raw/{OLD}:B2" in tidy.faults[0].what


def test_two_files_that_agree_are_no_fault(office: Office) -> None:
    two(office, "2025-2;8\n", "2025-2;8\n", "separate")
    assert values(office.load(), ["period"]) == {"2025-2": 8}


def test_two_files_of_the_same_delivery_must_agree(office: Office) -> None:
    two(office, "2025-2;8\n", "2025-2;8\n")
    office.text("statistics/2026-1-police-copy.csv", "Halvår;Kokain\n2025-2;9\n")
    assert [key for key, _ in said(office.load())] == ["disagrees"]


def test_only_the_newest_delivery_is_read_when_each_stands_alone(office: Office) -> None:
    two(office, "2025-1;70\n2025-2;80\n", "2025-2;40\n2026-1;50\n", "newest")
    tidy = office.load()
    assert values(tidy, ["period"]) == {"2025-2": 40, "2026-1": 50}
    assert not tidy.notices


def test_deliveries_without_a_half_year_in_their_name_are_ordered_by_receipt(office: Office) -> None:
    office.profile(
        "files: statistics/*\ndeliveries: cumulative\n"
        "tables:\n  - {columns: {Halvår: time, Kokain: {measure: seizures}}, substance: kokain}\n"
    )
    office.text("statistics/b.csv", "Halvår;Kokain\n2025-2;8\n", received="2025-10-14")
    office.text("statistics/a.csv", "Halvår;Kokain\n2025-2;9\n", received="2026-04-14")
    assert values(office.load(), ["period"]) == {"2025-2": 9}


def test_deliveries_can_be_ordered_by_a_label_in_their_name(office: Office) -> None:
    office.profile(
        "files: statistics/*\ndeliveries: cumulative\ntables:\n"
        "  - {file_is: 'Beslag_{delivery}.csv', columns: {Halvår: time, Kokain: {measure: seizures}}, substance: kokain}\n"
    )
    office.text("statistics/Beslag_OktDes2025.csv", "Halvår;Kokain\n2025-2;9\n", received="2026-01-01")
    office.text("statistics/Beslag_AprSep2025.csv", "Halvår;Kokain\n2025-2;8\n", received="2026-01-01")
    assert values(office.load(), ["period"]) == {"2025-2": 9}


def test_a_label_that_is_gone_from_the_newest_delivery_is_told(office: Office) -> None:
    office.profile(
        "files: statistics/*\ndeliveries: cumulative\nunknown: {place: keep}\n"
        "tables:\n  - {columns: {Distrikt: place}, wide: time, measure: seizures}\n"
    )
    office.text(OLD, "Distrikt;2025-1\nVest;7\nØst;3\n")
    office.text(NEW, "Distrikt;2025-1;2026-1\nVest;7;9\nØst (ny);3;4\n")
    assert noticed(office.load()) == [("gone", f"{OLD}:B3")]


def test_the_same_number_twice_in_a_file_is_a_fault(office: Office) -> None:
    two(office, "2025-1;8\n", "2026-1;14\n2026-1;15\n")
    assert said(office.load()) == [("twice", f"{NEW}:B3")]


def test_revised_figures_of_restricted_files_are_told_without_the_figures(office: Office) -> None:
    two(office, "2025-2;8123\n", "2025-2;9456\n", access="restricted")
    told = str(office.load().notices[0])
    assert "8123" not in told
    assert "9456" not in told


def test_months_are_revised_before_they_are_summed(office: Office) -> None:
    office.profile(
        "files: statistics/*\ndeliveries: cumulative\ntime: {every: month}\n"
        "tables:\n  - {columns: {Tid: time, Kokain: {measure: seizures}}, substance: kokain}\n"
    )
    months = ["2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09"]
    office.text(OLD, "Tid;Kokain\n" + "".join(f"{month};1\n" for month in months))
    office.text(NEW, "Tid;Kokain\n" + "".join(f"{month};{1 + (month == '2025-06')}\n" for month in months))
    tidy = office.load()
    assert values(tidy, ["period"]) == {"2025-2": 7}
    assert noticed(tidy) == [("revised", f"{NEW}:B4")]


def test_two_columns_with_one_key_are_told_once_with_both_labels_and_the_key(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntime: {every: year, year_starts: april}\n"
        "labels: {substance: {Cocaine: kokain, Crack: kokain}}\n"
        "tables: [{columns: {Year: time}, wide: substance, measure: seizures}]\n"
    )
    office.text("statistics/uk.csv", "Year;Cocaine;Crack\n2009;24659;6623\n2010;1;2\n2011;3;4\n")
    (fault,) = office.load().faults
    assert fault.where.endswith("uk.csv:C2")
    assert fault.what == "C2 (Crack) and B2 (Cocaine) are both seizures, kokain, availability, 2009/10"
    assert "if nothing is counted in both" in fault.mend


@pytest.mark.parametrize("combine", ["", "    combine: sum\n"])
@pytest.mark.parametrize(("second", "finer"), [("2015-08-01", "month"), ("2015-07-02", "day")])
def test_dates_in_one_half_year_ask_for_months_or_days_and_never_to_be_added(
    office: Office, combine: str, second: str, finer: str
) -> None:
    office.profile(
        "files: statistics/*\ntables:\n"
        "  - columns: {Tid: time, Kokain: {measure: seizures}}\n    substance: kokain\n" + combine
    )
    office.text("statistics/months.csv", f"Tid;Kokain\n2015-07-01;1\n{second};2\n2015-09-01;3\n")
    (fault,) = office.load().faults
    assert (fault.key, fault.where.rpartition("/")[2]) == ("same_half_year", "months.csv:B3")
    assert f"'2015-07-01' and '{second}' fall in the same half-year" in fault.what
    assert fault.mend == f"say time: {{every: {finer}}} in the profile"


def test_the_same_date_twice_is_the_same_number_twice(office: Office) -> None:
    two(office, "2025-1;8\n", "2026-01-31;14\n2026-01-31;15\n")
    assert said(office.load()) == [("twice", f"{NEW}:B3")]


def test_dates_the_profile_gives_a_half_year_are_taken_at_its_word(office: Office) -> None:
    office.profile(
        "files: statistics/*\nlabels: {time: {2015-07-01: 2015-2, 2015-08-01: 2015-2}}\ntables:\n"
        "  - {columns: {Tid: time, Kokain: {measure: seizures}}, substance: kokain, combine: sum}\n"
    )
    office.text("statistics/months.csv", "Tid;Kokain\n2015-07-01;1\n2015-08-01;2\n")
    assert values(office.load(), ["period"]) == {"2015-2": 3}
