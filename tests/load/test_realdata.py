"""Published files of other people, each read by its profile alone; sums are made here by other means."""

from __future__ import annotations

import csv
import dataclasses
import math
from collections import defaultdict
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from forevar.params import Params
from forevar.tidy import Tidy, load_tidy
from forevar.workspace import Workspace

REAL = Path(__file__).parent.parent / "realdata"
RAW = REAL / "data" / "raw"


@pytest.fixture(scope="module")
def real(bergen_params: Params) -> Tidy:
    workspace = Workspace(REAL)
    return load_tidy(workspace, dataclasses.replace(bergen_params, workspace=workspace, sources={}))


def value(tidy: Tidy, **keys: str) -> float:
    rows = tidy.observations
    for name, wanted in keys.items():
        rows = rows[rows[name] == wanted]
    assert len(rows) == 1, rows
    return float(rows["value"].iloc[0])


def status(tidy: Tidy, **keys: str) -> str:
    rows = tidy.observations
    for name, wanted in keys.items():
        rows = rows[rows[name] == wanted]
    return str(rows["status"].item())


def test_every_real_file_loads_without_a_fault(real: Tidy) -> None:
    assert [str(fault) for fault in real.faults] == []
    assert {file.path for file in real.files} == {
        path for path in RAW.rglob("*") if path.is_file() and path.suffix != ".yml"
    }


def quarters(file: str, sheet: str, label: str) -> dict[tuple[int, int], object]:
    """(year, quarter) → cell, read with openpyxl by hand."""
    rows = list(openpyxl.load_workbook(RAW / "scotland" / file)[sheet].iter_rows(values_only=True))
    row = next(one for one in rows if str(one[0]).strip() == label)
    return {(2017 + at // 4, at % 4 + 1): cell for at, cell in enumerate(row[1:]) if cell is not None}


@pytest.mark.parametrize("year", range(2018, 2024))
def test_scottish_half_years_are_sums_of_quarters(real: Tidy, year: int) -> None:
    cells = quarters("SuspectedDRDs_OctDec2023.xlsx", "A - Police Division", "Total")
    spring, autumn = cells[year - 1, 4] + cells[year, 1], cells[year, 2] + cells[year, 3]  # type: ignore[operator]
    for period, expected in ((f"{year}-1", spring), (f"{year}-2", autumn)):
        assert value(real, source="scotland_deaths", measure="deaths", place="", period=period) == expected


def test_three_deliveries_of_the_same_history_do_not_triple_it(real: Tidy) -> None:
    rows = real.observations[real.observations["source"] == "scotland_deaths"]
    assert not rows.duplicated(["measure", "place", "period"]).any()
    cells = quarters("SuspectedDRDs_AprJun2021.xlsx", "A - Police Division", "Total")
    expected = cells[2020, 2] + cells[2020, 3]  # type: ignore[operator]
    assert value(real, source="scotland_deaths", measure="deaths", place="", period="2020-2") == expected


def test_a_suppressed_quarter_suppresses_the_half_year(real: Tidy) -> None:
    cells = quarters("SuspectedDRDs_OctDec2023.xlsx", "A - Police Division", "V: Dumfries & Galloway")
    assert cells[2017, 4] == "x"
    keys = {"source": "scotland_deaths", "place": "v_dumfries_galloway", "period": "2018-1"}
    assert status(real, **keys) == "suppressed"
    assert math.isnan(value(real, **keys))


def test_the_first_and_the_last_half_year_of_a_series_are_partial(real: Tidy) -> None:
    keys = {"source": "scotland_deaths", "measure": "deaths", "place": ""}
    assert status(real, **keys, period="2017-1") == "partial"
    assert status(real, **keys, period="2024-1") == "partial"


def test_a_label_that_drifts_stays_one_series(real: Tidy) -> None:
    rows = real.observations[real.observations["measure"] == "deaths_25_34"]
    assert len(rows) == 15
    places = set(real.observations.loc[real.observations["measure"] == "deaths", "place"])
    assert len([place for place in places if "dunbarton" in place or "dumbarton" in place]) == 1


def test_lar_patients_stay_years(real: Tidy) -> None:
    rows = real.observations[real.observations["source"] == "lar_patients"]
    assert set(rows["frequency"]) == {"year"}
    with (RAW / "fhi" / "persons_in_LAR.csv").open() as file:
        expected = {row["year"]: float(row["persons_in_LAR"]) for row in csv.DictReader(file)}
    assert dict(zip(rows["period"], rows["value"], strict=True)) == expected


def test_a_survey_without_antibodies_is_not_available(real: Tidy) -> None:
    keys = {"source": "hcv_surveys", "measure": "antibody_share", "place": "bergen_and_stavanger", "period": "2017"}
    assert status(real, **keys) == "not_available"
    assert value(real, source="hcv_surveys", measure="positive_share", place="bergen", period="2015") == 0.56


def test_two_cities_of_one_year_are_two_rows(real: Tidy) -> None:
    rows = real.observations.query("source == 'hcv_surveys' and measure == 'positive_share' and period == '2015'")
    assert dict(zip(rows["place"], rows["denominator"], strict=True)) == {"oslo": 255, "bergen": 109}


@pytest.mark.parametrize("year", ["2012", "2013", "2014", "2015"])
def test_city_budget_adds_up_to_the_column(real: Tidy, year: str) -> None:
    with (RAW / "bergen_kommune" / "driftsbudsjett-2012.original.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    expected = sum(int(row[year].replace(" ", "")) for row in rows)
    assert value(real, source="city_budget", measure="budget", period=year) == expected
    if year == "2012":
        assert expected == -110


def test_city_budget_of_drug_treatment_is_the_rows_of_that_service(real: Tidy) -> None:
    with (RAW / "bergen_kommune" / "driftsbudsjett-2012.original.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if row["tjeneste"] == "24310"]
    expected = sum(int(row["2013"].replace(" ", "")) for row in rows)
    assert value(real, source="city_budget", measure="drug_treatment", period="2013") == expected


@pytest.mark.parametrize(
    ("measure", "substance", "period", "expected"),
    [
        ("seizures", "kokain", "2009/10", 24659),
        ("seizures", "heroin", "2019/20", 8444),
        ("seizures", "ghb", "2012/13", 45),
        ("amount", "kokain", "2019/20", 9644552.35),
        ("amount", "mdma", "2009/10", 579250.86),
    ],
)
def test_uk_seizures_are_read_with_their_units(
    real: Tidy, measure: str, substance: str, period: str, expected: float
) -> None:
    found = value(real, source="uk_seizures", measure=measure, substance=substance, period=period)
    assert found == pytest.approx(expected)


def test_subtotals_among_the_substances_add_nothing(real: Tidy) -> None:
    rows = real.observations.query("source == 'uk_seizures' and measure == 'seizures' and period == '2009/10'")
    assert rows["value"].sum() == 24659 + 5218 + 13302 + 132 + 1069 + 145353 + 7760 + 1269 + 805 + 4038 + 47


def test_powders_are_grams_and_tablets_are_doses(real: Tidy) -> None:
    rows = real.observations.query("source == 'uk_seizures' and measure == 'amount' and period == '2019/20'")
    units = dict(zip(rows["substance"], rows["unit"], strict=True))
    assert (units["kokain"], units["lsd"]) == ("g", "doses")


def test_size_bands_are_labels_and_two_dots_are_not_available(real: Tidy) -> None:
    assert value(real, source="uk_seizure_sizes", measure="under_1_g", substance="kokain") == 10446.91
    assert value(real, source="uk_seizure_sizes", measure="over_100_kg", substance="heroin") == 1
    assert status(real, source="uk_seizure_sizes", measure="mean_doses", substance="metadon") == "not_available"


def tobacco(sheet: str, column: int) -> dict[str, list[float]]:
    """Half-year → monthly cells of the third table, read with openpyxl by hand."""
    rows = openpyxl.load_workbook(RAW / "hmrc" / "2021_JUL_Tobacco_Tables.xlsx")[sheet].iter_rows(values_only=True)
    months: dict[str, list[float]] = defaultdict(list)
    in_table, year, month = False, 1991, 0
    for row in rows:
        if in_table and (row[0] is None or str(row[0]).startswith("End")):
            break
        if in_table:
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            half = f"{year + (month >= 10)}-{1 if month >= 10 or month <= 3 else 2}"
            if isinstance(row[column], int | float):
                months[half].append(float(row[column]))
        in_table = in_table or (str(row[0]).startswith("Table ") and str(row[0]).endswith("by month"))
    return months


@pytest.mark.parametrize(
    ("measure", "sheet", "column", "factor"),
    [
        ("receipts", "Table_1_receipts", 5, 1e6),
        ("cigarettes", "Table_2_clearances", 1, 1e6),
        ("rolling_tobacco", "Table_2_clearances", 3, 1e6),
    ],
)
def test_tobacco_half_years_are_sums_of_six_months(
    real: Tidy, measure: str, sheet: str, column: int, factor: float
) -> None:
    rows = real.observations.query(
        "source == 'tobacco_duty' and measure == @measure and frequency == 'half_year' and status == 'ok'"
    )
    expected = {half: sum(cells) * factor for half, cells in tobacco(sheet, column).items() if len(cells) == 6}
    assert dict(zip(rows["period"], rows["value"], strict=True)) == pytest.approx(expected)


def test_text_months_at_the_end_count_as_months(real: Tidy) -> None:
    keys = {"source": "tobacco_duty", "measure": "receipts", "frequency": "half_year", "period": "2021-2"}
    assert status(real, **keys) == "partial"
    assert value(real, **keys) == pytest.approx(sum(tobacco("Table_1_receipts", 5)["2021-2"]) * 1e6)


def test_three_tables_in_a_sheet_are_kept_apart(real: Tidy) -> None:
    rows = real.observations.query("source == 'tobacco_duty' and measure == 'receipts' and frequency == 'year'")
    assert rows["period"].str.contains("/").sum() == 30
    assert value(real, source="tobacco_duty", measure="receipts", period="1992") == pytest.approx(6418e6)
    assert value(real, source="tobacco_duty", measure="receipts", period="1992/93") == pytest.approx(6041e6)
    assert status(real, source="tobacco_duty", measure="receipts", period="1991") == "not_available"


def test_prescribing_half_years_agree_with_pandas(real: Tidy) -> None:
    raw = pd.read_csv(RAW / "nhs" / "opioidper1000_ccg_monthly.csv", parse_dates=["month"])
    raw["start"] = (raw["month"] - pd.DateOffset(months=3)).dt.to_period("2Q").dt.year
    month, year = raw["month"].dt.month, raw["month"].dt.year
    raw["period"] = [f"{y + (m >= 10)}-{1 if m >= 10 or m <= 3 else 2}" for y, m in zip(year, month, strict=True)]
    sums = raw.groupby([raw["code"].str.lower(), "period"])["numerator"].agg(["sum", "size"])
    rows = real.observations.query("source == 'opioid_prescribing'").set_index(["place", "period"])
    assert rows["value"].to_dict() == pytest.approx(sums["sum"].to_dict())
    assert (rows["status"] == "ok").to_dict() == (sums["size"] == 6).to_dict()


def test_prescribing_keeps_the_population_as_denominator(real: Tidy) -> None:
    raw = pd.read_csv(RAW / "nhs" / "opioidper1000_ccg_monthly.csv")
    mine = raw[(raw["code"] == "07P") & raw["month"].between("2015-04-01", "2015-09-01")]
    rows = real.observations.query("source == 'opioid_prescribing' and place == '07p' and period == '2015-2'")
    assert rows["denominator"].item() == pytest.approx(mine["denominator"].sum())


def test_empty_cells_of_detected_breaks_stay_silent(real: Tidy) -> None:
    rows = real.observations.query("source == 'opioid_breaks'")
    assert (rows["measure"] == "breaks").sum() == 191
    assert "00k" not in set(rows.loc[rows["measure"] == "slope", "place"])


def test_norwegian_deaths_fill_the_year_down(bergen_tables_raw: Tidy) -> None:
    rows = bergen_tables_raw.observations.query("source == 'overdose_deaths'")
    path = Path(__file__).parents[2] / "data" / "raw" / "real" / "2026-1-overdose_deaths.csv"
    expected, year = {}, ""
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            year = row["Dødsår"] or year
            if row["Bofylke"] == "Vestland" and row["Antall"] != "-":
                expected[year] = float(row["Antall"])
    mine = rows[(rows["place"] == "vestland") & (rows["status"] == "ok")]
    assert dict(zip(mine["period"], mine["value"], strict=True)) == expected


def test_a_hyphen_among_deaths_is_not_zero(bergen_tables_raw: Tidy) -> None:
    rows = bergen_tables_raw.observations.query("source == 'overdose_deaths'")
    assert (rows["status"] != "ok").sum() > 0
    assert rows.loc[rows["status"] != "ok", "value"].isna().all()


def test_wastewater_campaigns_are_shown_by_year(bergen_tables_raw: Tidy) -> None:
    rows = bergen_tables_raw.observations.query("source == 'wastewater' and substance == 'kokain' and place == 'oslo'")
    assert set(rows["frequency"]) == {"campaign"}
    path = Path(__file__).parents[2] / "data" / "raw" / "real" / "2026-1-wastewater.csv"
    raw = pd.read_csv(path).query("City == 'Oslo' and Metabolite == 'cocaine'").dropna(subset=["Daily mean"])
    expected = dict(zip(raw["Year"].astype(str), raw["Daily mean"], strict=True))
    assert dict(zip(rows["period"], rows["value"], strict=True)) == pytest.approx(expected)


@pytest.fixture(scope="module")
def bergen_tables_raw(bergen: Workspace, bergen_params: Params) -> Tidy:
    return load_tidy(bergen, bergen_params)
