from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import openpyxl
import pandas as pd
import pytest
from load.office import Office, said

from forevar.errors import ParamsError
from forevar.form import make_form
from forevar.params import Params
from forevar.registry import register
from forevar.settings import Source
from forevar.terms import OBSERVATION_COLUMNS

MANUAL = """
manual:
  contacts: [kokain, ketamin]
  new_users: []
  amount: [cannabis]
"""
MEASURES = """
measures:
  contacts: {dimension: use, unit: count}
  new_users: {dimension: use, unit: count}
  amount: {dimension: availability, unit: g}
"""
NAME = "intake/2026-2-intake.xlsx"
FIRST = 6


@pytest.fixture
def service(office: Office) -> Office:
    office.profile(MANUAL, "outreach", MEASURES)
    return office


def before(**values: float) -> pd.DataFrame:
    rows = [
        {"source": "outreach", "measure": "contacts", "substance": key, "place": "", "period": "2026-1",
         "frequency": "half_year", "value": value, "status": "ok"} for key, value in values.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))


def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).active


def filled(office: Office, content: bytes, cells: dict[str, object]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for cell, value in cells.items():
        book.active[cell] = value
    path = office.workspace.raw / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    register(path, office.workspace)


def form(office: Office, bergen_params: Params, observations: pd.DataFrame | None = None, **told: Any) -> bytes:
    params = replace(bergen_params, workspace=office.workspace, sources=office.params.sources)
    params.__dict__["phrases"] = bergen_params.phrases  # the office has no words of its own
    return make_form(params, "2026-2", before() if observations is None else observations, **told)


def test_every_manual_indicator_has_a_row_with_last_periods_figure(service: Office, bergen_params: Params) -> None:
    sheet = sheet_of(form(service, bergen_params, before(kokain=14)))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST)]
    assert [row[:4] for row in rows] == [
        ["outreach", "contacts", "kokain", "-"], ["outreach", "contacts", "ketamin", "-"],
        ["outreach", "new_users", "-", "-"], ["outreach", "amount", "cannabis", "-"],
    ]  # fmt: skip
    assert [row[6] for row in rows] == [14, None, None, None]
    assert all(row[7] is None for row in rows)
    assert "oktober 2025–mars 2026" in sheet["G5"].value
    assert "april–september 2026" in sheet["H5"].value


def test_only_the_cells_to_fill_in_are_open(service: Office, bergen_params: Params) -> None:
    sheet = sheet_of(form(service, bergen_params))
    assert sheet.protection.sheet
    unlocked = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert {f"{column}{row}" for column in "HJK" for row in range(6, 10)} | {"I9"} == unlocked
    assert all(sheet.column_dimensions[letter].hidden for letter in "ABCD")


def test_cells_have_lists_to_choose_from_and_take_numbers_only(service: Office, bergen_params: Params) -> None:
    rules = {str(one.sqref): one for one in sheet_of(form(service, bergen_params)).data_validations.dataValidation}
    assert rules["H6:H9"].type == "decimal"
    assert rules["J6:J9"].formula1 == '"for få til å si,finnes ikke"'
    assert rules["I9"].formula1 == '"g,kg,mg"'


def test_what_is_filled_in_is_read_back(service: Office, bergen_params: Params) -> None:
    filled(service, form(service, bergen_params), {"H6": 12, "H7": 0, "H9": 1.5, "I9": "kg"})
    tidy = service.load()
    assert not tidy.faults
    rows = tidy.observations.set_index(["measure", "substance"])
    assert rows.loc[("contacts", "kokain"), ["value", "period"]].tolist() == [12, "2026-2"]
    assert rows.loc[("contacts", "ketamin"), ["value", "status"]].tolist() == [0, "ok"]
    assert rows.loc[("amount", "cannabis"), ["value", "unit"]].tolist() == [1500, "g"]


def test_a_blank_stays_silent_and_a_reason_is_kept(service: Office, bergen_params: Params) -> None:
    filled(service, form(service, bergen_params), {"J6": "for få til å si", "J8": "finnes ikke"})
    tidy = service.load()
    assert not tidy.faults
    rows = tidy.observations.set_index(["measure", "substance"])["status"]
    assert rows.to_dict() == {("contacts", "kokain"): "suppressed", ("new_users", ""): "not_available"}


def test_text_where_a_number_belongs_names_the_cell(service: Office, bergen_params: Params) -> None:
    filled(service, form(service, bergen_params), {"H6": "ca 12"})
    assert said(service.load()) == [("not_a_number", f"{NAME}:Tall:H6")]


@pytest.mark.parametrize(("lang", "few"), [("nb", "for få til å si"), ("nn", "for få til å si"), ("en", "too few")])
def test_the_workbook_speaks_three_languages_and_all_are_read(
    service: Office, bergen_params: Params, lang: str, few: str
) -> None:
    filled(service, form(service, bergen_params, lang=lang), {"H6": 3, "J7": few})
    tidy = service.load()
    assert not tidy.faults
    assert sorted(tidy.observations["status"]) == ["ok", "suppressed"]


def test_two_services_share_a_workbook_and_each_reads_its_own(service: Office, bergen_params: Params) -> None:
    service.profile("manual: {visits: [heroin]}\n", "clinic", "measures: {visits: {dimension: use, unit: count}}\n")
    content = form(service, bergen_params)
    assert sheet_of(content)["A6"].value == "clinic"
    filled(service, content, {"H6": 5, "H7": 12})
    rows = service.load().observations
    assert rows[["source", "value"]].to_numpy().tolist() == [["clinic", 5], ["outreach", 12]]


def test_a_workbook_can_be_for_one_service(service: Office, bergen_params: Params) -> None:
    service.profile("manual: {visits: [heroin]}\n", "clinic", "measures: {visits: {dimension: use, unit: count}}\n")
    sheet = sheet_of(form(service, bergen_params, sources=["outreach"]))
    assert {row[0].value for row in sheet.iter_rows(min_row=FIRST)} == {"outreach"}


def test_figures_of_a_restricted_service_are_not_shown_to_others(service: Office, bergen_params: Params) -> None:
    service.profile("manual: {visits: [heroin]}\n", "clinic", "measures: {visits: {dimension: use, unit: count}}\n")
    entry = {"name": "Utekontakten", "kind": "statistics", "access": "restricted"}
    service.params = replace(service.params, sources={"outreach": Source.model_validate(entry)})
    assert sheet_of(form(service, bergen_params, before(kokain=14)))["G7"].value == "vises ikke"
    alone = form(service, bergen_params, before(kokain=14), sources=["outreach"])
    assert sheet_of(alone)["G6"].value == 14


def test_closed_services_are_not_asked(service: Office, bergen_params: Params) -> None:
    entry = {"name": "Utekontakten", "kind": "statistics", "last": "2026-1"}
    service.params = replace(service.params, sources={"outreach": Source.model_validate(entry)})
    with pytest.raises(ParamsError, match="no source is manual"):
        form(service, bergen_params)


@pytest.mark.parametrize("manual", ["{visitz: [heroin]}", "{visits: [heroinn]}"])
def test_a_question_about_what_is_not_registered_is_refused(
    service: Office, bergen_params: Params, manual: str
) -> None:
    service.profile(f"manual: {manual}\n", "clinic", "measures: {visits: {dimension: use, unit: count}}\n")
    with pytest.raises(ParamsError, match="not registered"):
        form(service, bergen_params)
