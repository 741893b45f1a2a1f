"""A second town on real open data, from the publishers' own files to the report, by params alone."""

import hashlib
import json
from pathlib import Path

import openpyxl
import pytest
import yaml

from forevar.blocks import MIME
from forevar.check import check_edition
from forevar.cli import main
from forevar.edition import open_edition
from forevar.store import current_tables
from forevar.workspace import Workspace

EXAMPLES = Path(__file__).parent.parent / "examples"
ENGLAND = EXAMPLES / "england"


@pytest.fixture(scope="module")
def england(tmp_path_factory):
    """A copy of the example, so that nothing is written into the repository."""
    root = tmp_path_factory.mktemp("examples") / "england"
    for source in (path for path in ENGLAND.rglob("*") if path.is_file()):
        inside = source.relative_to(ENGLAND)
        if inside.parts[0] == "reports" or inside.parts[:2] == ("data", "processed"):
            continue
        (root / inside).parent.mkdir(parents=True, exist_ok=True)
        (root / inside).write_bytes(source.read_bytes())
    return Workspace(root.resolve())


@pytest.fixture(scope="module")
def edition(england):
    return open_edition("2019-2", workspace=england)


@pytest.fixture(scope="module")
def built(england):
    assert main(["--workspace", str(england.root), "build", "2019-2"]) == 0
    return england.reports("2019-2")


def shown(built, name):
    """The blocks of an executed notebook, as the report reads them."""
    cells = json.loads((built / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]


def test_example_has_params_data_and_no_code():
    given = [path for path in EXAMPLES.rglob("*") if path.is_file() and not {"reports", "processed"} & set(path.parts)]
    endings = {path.suffix for path in given}
    assert endings <= {".yml", ".md", ".csv", ".xlsx"}


def test_raw_files_are_the_bytes_their_sidecars_register_with_an_open_licence():
    sidecars = list((ENGLAND / "data" / "raw").rglob("*.yml"))
    assert len(sidecars) == 4
    for path in sidecars:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert hashlib.sha256(path.with_suffix("").read_bytes()).hexdigest() == told["sha256"]
        assert told["data"] == "published"
        assert told["origin"]["licence"] in ("Open Government Licence v3.0", "CC BY 4.0")


def test_real_files_have_no_fault(england):
    result = check_edition(england, "2019-2", final=True)
    assert result.exit_code == 0, result.as_text("en")


def test_prescriptions_are_added_up_over_months_and_regions(england, edition):
    signal = edition.now("signals/strong_opioids").iloc[0]
    assert (signal["previous"], signal["current"], signal["value"]) == published_sums(england)


def published_sums(england):
    """The two half-years straight from the file, and the step of a change below ten per cent."""
    sums = {"before": 0, "now": 0}
    lines = (england.raw / "prescribing" / "2019-2-prescribing.csv").read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        month, _, items, _ = line.split(",")
        if "2018-10" <= month[:7] <= "2019-03":
            sums["before"] += int(items)
        elif "2019-04" <= month[:7] <= "2019-09":
            sums["now"] += int(items)
    assert abs(sums["now"] / sums["before"] - 1) < 0.1
    return sums["before"], sums["now"], 0


def test_half_years_that_the_file_covers_in_part_are_not_scored(england, edition):
    rows = current_tables(england, edition.params).observations
    first = rows[(rows["source"] == "prescribing") & (rows["period"] == "2015-1")]
    assert set(first["status"]) == {"partial"}


@pytest.mark.parametrize(
    ("measure", "substance", "period", "value"),
    [
        ("seizures", "cocaine", "2008/09", 24659),
        ("seizures", "heroin", "2009/10", 12836),
        ("seizures", "crack", "2008/09", 6623),
    ],
)
def test_seizures_stand_under_the_financial_year_that_ends_in_the_year_of_the_file(
    edition, measure, substance, period, value
):
    rows = edition.rows("observations/seizures")
    chosen = rows[(rows["measure"] == measure) & (rows["substance"] == substance) & (rows["period"] == period)]
    assert chosen["value"].tolist() == [value]


def test_subtotals_are_not_taken_for_drugs(edition):
    rows = edition.rows("observations/seizures")
    assert set(rows["substance"]) <= set(edition.params.substances)
    assert not rows[["measure", "substance", "period"]].duplicated().any()


def test_yearly_series_are_never_scored(edition):
    assert set(edition.rows("signals/all")["source"]) == {"prescribing"}


@pytest.mark.slow
def test_example_builds_page_and_pdf(built):
    page = (built / "report.html").read_text(encoding="utf-8")
    assert "Drug trends in England" in page
    assert "Open Government Licence v3.0" in page
    assert "econstructed data" not in page
    assert (built / "report.pdf").read_bytes().startswith(b"%PDF")
    assert openpyxl.load_workbook(built / "main_table.xlsx").sheetnames


@pytest.mark.slow
def test_dimensions_without_sources_say_so_and_get_no_score(built):
    texts = [block["markdown"] for block in shown(built, "substances/heroin") if block["kind"] == "text"]
    assert texts.count("No register or media source covers this.") == 3
    assert "No panel was asked about consequences of use." in texts
    scores = next(block for block in shown(built, "substances/heroin") if block["kind"] == "table")
    assert {row[1] for row in scores["rows"]} == {"–"}


@pytest.mark.slow
def test_yearly_series_are_shown_with_their_gaps(built):
    figures = {block["key"]: block for block in shown(built, "consequences") if block["kind"] == "figure"}
    assert list(figures) == ["seizures", "quantities", "wastewater-london", "wastewater-bristol"]
    assert "2018/19" in str(figures["seizures"]["table"]["rows"])
    years = [row[0] for row in figures["wastewater-london"]["table"]["rows"]]
    assert years == [str(year) for year in range(int(years[0]), int(years[-1]) + 1)]
