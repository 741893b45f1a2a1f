from __future__ import annotations

import time

import pytest
from load.office import Office, noticed, said

from forevar.errors import DataError, RegistryError
from forevar.params import Params
from forevar.terms import ANSWER_COLUMNS, OBSERVATION_COLUMNS
from forevar.tidy import Tidy, load_tidy
from forevar.workspace import Workspace

PROFILE = "files: statistics/*\ntables:\n  - columns: {Stoff: substance, Antall: {measure: seizures}}\n"
NAME = "statistics/2026-1-police.csv"
GOOD = "Stoff;Antall\nKokain;8\n"


@pytest.fixture(scope="module")
def demonstration(bergen: Workspace, bergen_params: Params) -> Tidy:
    return load_tidy(bergen, bergen_params, "2026-1")


def test_the_demonstration_loads_without_a_fault(demonstration: Tidy) -> None:
    assert [str(one) for one in demonstration.faults] == []
    assert tuple(demonstration.observations) == OBSERVATION_COLUMNS
    assert tuple(demonstration.answers) == ANSWER_COLUMNS


def test_no_figure_stands_twice(demonstration: Tidy) -> None:
    keys = ["source", "measure", "substance", "dimension", "place", "period", "frequency"]
    assert not demonstration.observations.duplicated(keys).any()


def test_only_an_ok_or_partial_figure_has_a_value(demonstration: Tidy) -> None:
    rows = demonstration.observations
    has_value = rows["status"].isin(["ok", "partial"])
    assert rows.loc[has_value, "value"].notna().all()
    assert rows.loc[~has_value, "value"].isna().all()


def test_every_figure_knows_its_cell(demonstration: Tidy) -> None:
    assert demonstration.observations["origin"].str.match(r"data/raw/[^:]+(:[^:]+)?:[A-Z]+\d+").all()


def test_every_file_of_the_demonstration_is_as_registered(demonstration: Tidy) -> None:
    assert [one.file for one in demonstration.files if not one.is_as_registered] == []


def test_reconstructed_data_is_known_by_source(demonstration: Tidy) -> None:
    assert demonstration.reconstructed()
    assert demonstration.reconstructed(["customs"])
    assert not demonstration.reconstructed(["overdose_deaths", "wastewater"])


def test_loading_takes_seconds(bergen: Workspace, bergen_params: Params) -> None:
    began = time.monotonic()
    load_tidy(bergen, bergen_params)
    assert time.monotonic() - began < 20


def test_a_changed_file_is_told_of_and_its_numbers_are_used(office: Office) -> None:
    office.profile(PROFILE)
    path = office.text(NAME, GOOD)
    path.write_text("Stoff;Antall\nKokain;9\n")
    tidy = office.load()
    assert noticed(tidy) == [("changed", NAME)]
    assert tidy.observations["value"].tolist() == [9]
    tidy.raise_faults()


def test_a_final_report_refuses_a_changed_file(office: Office) -> None:
    office.profile(PROFILE)
    office.text(NAME, GOOD).write_text("Stoff;Antall\nKokain;9\n")
    with pytest.raises(RegistryError, match="forevar register"):
        office.load(final=True).raise_faults()


def test_a_file_that_was_never_registered_is_told_of_and_refused_at_last(office: Office) -> None:
    office.profile(PROFILE)
    office.raw(NAME, GOOD.encode(), registered=False)
    tidy = office.load()
    assert noticed(tidy) == [("no_sidecar", NAME)]
    assert tidy.observations["value"].tolist() == [8]
    with pytest.raises(RegistryError, match="forevar register"):
        office.load(final=True).raise_faults()


def test_a_sidecar_of_another_source_is_a_fault(office: Office) -> None:
    office.profile(PROFILE)
    office.text(NAME, GOOD, source="customs")
    assert said(office.load()) == [("wrong_source", f"{NAME}.yml")]


def test_a_file_no_profile_reads_is_told_of(office: Office) -> None:
    office.profile(PROFILE.replace("statistics/*", "statistics/*-police.csv"))
    office.text(NAME, GOOD)
    office.text("statistics/2026-1-polise.csv", GOOD)
    assert noticed(office.load()) == [("unread", "statistics/2026-1-polise.csv")]


def test_a_profile_without_files_is_told_of(office: Office) -> None:
    office.profile(PROFILE)
    assert [one.key for one in office.load().notices] == ["no_files"]


def test_a_sidecar_alone_is_told_of(office: Office) -> None:
    office.profile(PROFILE)
    office.text(NAME, GOOD).unlink()
    assert ("sidecar_without_file", f"{NAME}.yml") in noticed(office.load())


def test_faults_raise_the_error_of_the_worst_kind(office: Office) -> None:
    office.profile(PROFILE)
    office.raw(NAME, b"Stoff;Antall\nKokain;mange\n", source="customs")
    with pytest.raises(DataError) as caught:
        office.load().raise_faults()
    assert caught.value.exit_code == 11
    assert len(caught.value.faults) == 2
    assert caught.value.__suppress_context__


def test_progress_is_told_source_by_source(office: Office) -> None:
    office.profile(PROFILE)
    office.profile(PROFILE, "kripos")
    told: list[tuple[int, int, str]] = []
    office.load(progress=lambda *step: told.append(step))
    assert told == [(0, 2, "kripos"), (1, 2, "police")]
