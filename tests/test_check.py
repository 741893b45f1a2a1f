from __future__ import annotations

import json
import string
import tomllib
from pathlib import Path

import pytest
from load.office import Office

import forevar
from forevar.check import check_edition
from forevar.errors import ParamsError, fault
from forevar.workspace import Workspace

PROFILE = "files: statistics/*\ntables:\n  - columns: {Stoff: substance, Antall: {measure: seizures}}\n"
METHOD = Path(forevar.__file__).parent.parent / "params"
FAULTS = tomllib.loads((Path(forevar.__file__).parent / "faults.toml").read_text(encoding="utf-8"))


@pytest.fixture
def town(office: Office) -> Office:
    """An office with all its params, its register and an edition."""
    folder = office.workspace.params
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("method.yml", "town.yml", "substances.yml"):
        (folder / name).write_text((METHOD / name).read_text(encoding="utf-8"), encoding="utf-8")
    register(office, "")
    office.correct("[]")
    (folder / "editions" / "2026-1" / "edition.yml").write_text("period: 2026-1\nchapters: [main_findings]\n")
    office.profile(PROFILE, measures="")
    return office


def register(office: Office, more: str, key: str = "police") -> None:
    entry = (
        f"{key}:\n  name: Politiet\n  kind: statistics\n  weights: {{availability: 2}}\n"
        "  measures: {seizures: {dimension: availability, unit: count}}\n"
    )
    path = office.workspace.params / "sources.yml"
    before = path.read_text() if path.exists() else ""
    path.write_text(before + entry + "".join(f"  {line}\n" for line in more.splitlines()))


def figures(office: Office, period: str, *rows: tuple[str, object]) -> Path:
    lines = "".join(f"{label};{number}\n" for label, number in rows)
    return office.text(f"statistics/{period}-police.csv", "Stoff;Antall\n" + lines)


def kinds(office: Office, edition: str = "2026-1") -> dict[str, list[str]]:
    check = check_edition(office.workspace, edition)
    assert not check.faults, check.as_text("en")
    return {kind: [one.where.rpartition("/")[2] for one in found] for kind, found in check.notices.items()}


def test_nothing_wrong_is_exit_code_zero(town: Office) -> None:
    figures(town, "2026-1", ("Kokain", 8))
    check = check_edition(town.workspace, "2026-1")
    assert check.exit_code == 0
    assert check.as_text("nb").splitlines()[0] == "2026-1: ingen feil; 1 filer lest, 1 tall, 0 svar"


def test_check_writes_nothing(town: Office) -> None:
    figures(town, "2026-1", ("Kokain", "mange"))
    before = {path: path.stat().st_mtime_ns for path in town.root.rglob("*")}
    check_edition(town.workspace, "2026-1")
    assert {path: path.stat().st_mtime_ns for path in town.root.rglob("*")} == before


def test_every_fault_is_listed_by_file_with_the_worst_first(town: Office) -> None:
    figures(town, "2026-1", ("Kokain", "mange"), ("Hasjj", 3))
    figures(town, "2025-2", ("Kokain", -2))
    town.text("statistics/2025-1-police.csv", "Stoff;Antall\nKokain;1\n", source="customs")
    town.profile(PROFILE + "labels: {substance: {Snø: snow}}\n", measures="")
    check = check_edition(town.workspace, "2026-1")
    assert [file.rpartition("/")[2] for file in check.faults] == [
        "police.yml", "2026-1-police.csv", "2025-2-police.csv", "2025-1-police.csv.yml",
    ]  # fmt: skip
    assert [len(group) for group in check.faults.values()] == [1, 2, 1, 1]
    assert check.exit_code == 10


@pytest.mark.parametrize(
    ("content", "source", "code"),
    [
        ("Stoff;Antall\nKokain;mange\n", "police", 11),
        ("Stoff;Antall\nKokain;8\n", "customs", 12),
        ("", "customs", 11),
        ("Stoff;Antall\nKokain;8\n", "police", 0),
    ],
)
def test_the_exit_code_is_that_of_the_worst_kind(town: Office, content: str, source: str, code: int) -> None:
    town.raw("statistics/2026-1-police.csv", content.encode(), source=source)
    assert check_edition(town.workspace, "2026-1").exit_code == code


def test_faults_of_params_are_listed_too(town: Office) -> None:
    (town.workspace.params / "method.yml").write_text("name: R1\n")
    check = check_edition(town.workspace, "2026-1")
    assert check.exit_code == 10
    assert "params/method.yml" in check.faults


def test_a_profile_with_an_unknown_key_names_the_line(town: Office) -> None:
    town.profile(PROFILE + "colums: {}\n", measures="")
    check = check_edition(town.workspace, "2026-1")
    assert check.exit_code == 10
    assert "4: colums" in check.as_text("en")


def test_what_is_no_half_year_is_refused(town: Office) -> None:
    with pytest.raises(ParamsError, match="2026-3"):
        check_edition(town.workspace, "2026-3")


def test_faults_are_told_in_norwegian_and_english_with_a_way_out(town: Office) -> None:
    figures(town, "2026-1", ("Kokain", "mange"))
    check = check_edition(town.workspace, "2026-1")
    nb, en = check.as_text("nb"), check.as_text("en")
    assert "  B2: 'mange' står der det skal være et tall\n    → spør leverandøren" in nb
    assert "  B2: 'mange' stands where a number belongs\n    → ask the provider" in en
    assert check.as_text("nn") == nb


def test_machines_get_json(town: Office) -> None:
    figures(town, "2026-1", ("Kokain", "mange"), ("Heroin", 2))
    told = json.loads(check_edition(town.workspace, "2026-1").as_json("en"))
    (fault_,) = told["faults"]["data/raw/statistics/2026-1-police.csv"]
    assert told["exit_code"] == 11
    assert fault_["key"] == "not_a_number"
    assert fault_["where"].endswith(":B2")
    assert set(fault_) == {"key", "where", "what", "mend"}


def test_a_source_without_a_figure_is_silent(town: Office) -> None:
    figures(town, "2025-2", ("Kokain", 80))
    assert kinds(town) == {"silent": ["police"]}


def test_a_series_that_stops_is_told_when_its_source_speaks(town: Office) -> None:
    figures(town, "2025-2", ("Kokain", 80), ("Heroin", 70))
    figures(town, "2026-1", ("Kokain", 81))
    assert kinds(town) == {"silent_series": ["police"]}


def test_new_and_closed_sources_are_told(town: Office) -> None:
    register(town, "last: 2025-1", "lensmann")
    register(town, "first: 2026-1", "ambulanse")
    register(town, "first: 2026-2", "framtid")
    figures(town, "2026-1", ("Kokain", 81))
    assert kinds(town) == {"closed": ["lensmann"], "new": ["ambulanse"], "silent": ["ambulanse"]}


def test_few_cases_are_told(town: Office) -> None:
    figures(town, "2025-2", ("Kokain", 3), ("Heroin", 80))
    figures(town, "2026-1", ("Kokain", 4), ("Heroin", 81))
    assert kinds(town) == {"few": ["2026-1-police.csv:B2"]}


def test_suppressed_and_partial_figures_are_told_for_their_half_year_only(town: Office) -> None:
    town.profile(PROFILE + "words: {suppressed: [x]}\n", measures="")
    figures(town, "2025-2", ("Kokain", "x"))
    figures(town, "2026-1", ("Kokain", "x"))
    assert kinds(town) == {"suppressed": ["2026-1-police.csv:B2"]}
    town.profile(
        "files: statistics/*\ntime: {every: month}\ntables:\n"
        "  - {columns: {Tid: time, Antall: {measure: seizures}}, substance: kokain}\n", measures="",
    )  # fmt: skip
    (town.workspace.raw / "statistics" / "2025-2-police.csv").unlink()
    town.text("statistics/2026-1-police.csv", "Tid;Antall\nmars 2024;1\nmars 2026;2\n")
    assert [kind for kind in kinds(town) if kind != "other"] == ["partial"]


def test_revised_and_changed_files_are_told(town: Office) -> None:
    town.profile(
        "files: statistics/*\ndeliveries: cumulative\ntables:\n"
        "  - {columns: {Tid: time, Antall: {measure: seizures}}, substance: kokain}\n", measures="",
    )  # fmt: skip
    town.text("statistics/2025-2-police.csv", "Tid;Antall\n2025-2;80\n")
    path = town.text("statistics/2026-1-police.csv", "Tid;Antall\n2025-2;81\n2026-1;90\n")
    path.write_text("Tid;Antall\n2025-2;82\n2026-1;90\n")
    assert kinds(town) == {"changed": ["2026-1-police.csv"], "revised": ["2026-1-police.csv:B2"]}


def test_the_demonstration_checks_clean_in_seconds(bergen: Workspace) -> None:
    check = check_edition(bergen, "2026-1")
    assert check.as_text("en").splitlines()[0].startswith("2026-1: no faults")
    assert check.exit_code == 0


def test_a_file_that_is_not_registered_is_told_with_the_command_that_registers_it(town: Office) -> None:
    town.raw("statistics/2026-1-police.csv", b"Stoff;Antall\nKokain;80\n", registered=False)
    told = check_edition(town.workspace, "2026-1").as_text("en")
    assert "it comes from\n    → type: forevar register data/raw/statistics/2026-1-police.csv" in told


def test_the_long_list_of_few_cases_stands_last(town: Office) -> None:
    figures(town, "2025-2", ("Kokain", 3))
    figures(town, "2026-1", ("Kokain", 4))
    town.text("stray/notes.csv", "a;b\n1;2\n")
    told = check_edition(town.workspace, "2026-1").as_text("en")
    assert 0 < told.index("Other things to know") < told.index("Few (")


def test_a_file_without_profile_and_without_sidecar_is_told_of_wherever_it_lies(town: Office) -> None:
    figures(town, "2026-1", ("Kokain", 80))
    town.raw("stray/notes.csv", b"a;b\n1;2\n", registered=False)
    assert kinds(town) == {"other": ["notes.csv"]}
    town.raw("stray/more.csv", b"a;b\n1;2\n", registered=False)
    assert kinds(town) == {"other": ["stray"]}


@pytest.mark.parametrize("key", sorted(FAULTS))
def test_every_fault_is_worded_in_both_languages_with_the_same_names(key: str) -> None:
    entry = FAULTS[key]
    names = {
        lang: {one[1] for text in (entry[lang], entry.get(f"{lang}_mend", "")) for one in fields(text)}
        for lang in ("en", "nb")
    }
    assert names["en"] == names["nb"]
    assert ("en_mend" in entry) == ("nb_mend" in entry)
    assert not entry.get("exit") or entry["en_mend"]


def fields(text: str) -> list[tuple[str, str]]:
    return [("", match["named"]) for match in string.Template.pattern.finditer(text) if match["named"]]


def test_withheld_content_is_worded_and_not_blank() -> None:
    assert "(innholdet vises ikke)" in str(fault("not_a_number", "x", content=None).in_language("nb"))
