"""The demonstration's raw files: made again they are the same, and they say what they must."""

import csv
import importlib
from pathlib import Path

import pytest
import yaml
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).resolve().parents[1]
RAW = ROOT / "data" / "raw"
PUBLISHED = ROOT / "tests" / "published" / "2026-1"
FOLDERS = ("statistics", "media", "panel", "key_persons", "focus_groups", "consequences", "main_tables")
MADE = sorted(path for folder in FOLDERS for path in (RAW / folder).iterdir() if path.suffix != ".yml")


def published(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sidecar(path: Path) -> dict:
    return yaml.safe_load(path.with_name(path.name + ".yml").read_text(encoding="utf-8"))


def cells(path: Path) -> object:
    """Every cell of every sheet, or the file's bytes."""
    if path.suffix == ".csv":
        return path.read_bytes()
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture(scope="module")
def made_again(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(RAW))
        importlib.import_module("reconstruct").make(folder)
    return folder


def test_making_again_gives_the_same_files(made_again):
    again = {path.relative_to(made_again) for path in made_again.rglob("*") if path.suffix in (".xlsx", ".csv")}
    assert again == {path.relative_to(RAW) for path in MADE}


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_making_again_gives_the_same_cells(path, made_again):
    assert cells(made_again / path.relative_to(RAW)) == cells(path)


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_making_again_gives_the_same_sidecar(path, made_again):
    again, committed = sidecar(made_again / path.relative_to(RAW)), sidecar(path)
    if path.suffix == ".xlsx":  # how well an archive is packed depends on the machine
        for one in (again, committed):
            one.pop("sha256"), one.pop("bytes")
    assert again == committed


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_made_file_says_it_is_reconstructed(path):
    said = sidecar(path)
    assert said["data"] == "reconstructed"
    assert said["note"].startswith("Reconstructed, not KORUS Bergen's data")
    assert said["origin"]["producer"].startswith("forevar")


@pytest.mark.parametrize("path", sorted((RAW / "real").glob("*.csv")), ids=lambda path: path.name)
def test_real_file_names_publisher_licence_and_date(path):
    said = sidecar(path)
    assert said["data"] == "published"
    assert said["origin"]["producer"]
    assert said["origin"]["licence"] in ("NLOD", "CC BY 4.0")
    assert said["origin"]["received"]
    assert said["bytes"] == path.stat().st_size


def test_invented_sources_are_silent_about_the_four_drugs():
    register = yaml.safe_load((ROOT / "params" / "sources.yml").read_text(encoding="utf-8"))
    invented = {key for key, source in register.items() if source.get("invented")}
    with (RAW / "changes" / "counts.csv").open(encoding="utf-8", newline="") as file:
        about = {row["substance"] for row in csv.DictReader(file) if row["source"] in invented}
    assert about
    assert not about & {"heroin", "kokain", "ketamin", "xanor"}


def test_earlier_main_tables_follow_the_words_of_their_editions():
    """A few of the words known from the press and old covers, by the same cut points as today."""
    with (RAW / "changes" / "main_tables.csv").open(encoding="utf-8", newline="") as file:
        scores = {(row["period"], row["substance"]): row for row in csv.DictReader(file)}
    assert int(scores["2014-1", "heroin"]["use"]) < -5
    assert int(scores["2014-2", "heroin"]["use"]) > 5
    assert -15 <= int(scores["2020-1", "heroin"]["availability"]) < -5
    assert int(scores["2020-1", "cannabis"]["availability"]) < -15
    assert int(scores["2020-1", "amfetamin"]["availability"]) > 15
    assert int(scores["2023-2", "kokain"]["use"]) > 5


def test_long_lines_of_earlier_main_tables_are_as_the_report_describes_them():
    with (RAW / "changes" / "main_tables.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def level(substance: str, until: str) -> int:
        mine = [row for row in rows if row["substance"] == substance and row["period"] <= until]
        return sum(int(row[one]) for row in mine for one in ("use", "availability", "interest"))

    assert level("heroin", "2010-1") > 2 * level("heroin", "2023-2") > 0
    assert abs(level("kokain", "2014-2") - level("kokain", "2008-1")) < 10
    assert level("kokain", "2023-2") > 2 * level("kokain", "2014-2")
    assert max(abs(level("xanor", row["period"])) for row in rows) <= 10
    assert min(row["period"] for row in rows if row["substance"] == "ketamin") == "2020-1"
