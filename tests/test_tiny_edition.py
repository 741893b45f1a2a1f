"""A made-up edition from raw file to report, by the command a user would type."""

import hashlib

import openpyxl
import pytest
from tiny import COUNTS, SCORES, make_workspace, write

from forevar.cli import main, parser


@pytest.fixture
def town(tmp_path):
    return make_workspace(tmp_path / "town")


def run(town, *words):
    return main(["--workspace", str(town.root), *words])


def scores(capsys):
    lines = capsys.readouterr().out.split()
    assert lines[0] == "substance,dimension,score,word,word_nb"
    rows = [line.split(",") for line in lines[1:] if line.count(",") >= 3]
    return {(row[0], row[1]): row[2] for row in rows}


def test_score_prints_what_the_rule_gives(town, capsys):
    assert run(town, "score", "2026-1", "--format", "csv") == 0
    assert scores(capsys) == {key: str(score) for key, score in SCORES.items()}


def test_score_follows_a_changed_cell(town, capsys):
    path = town.raw / "statistics" / "2026-1-clinic.xlsx"
    book = openpyxl.load_workbook(path)
    assert book["Tall"]["C3"].value == COUNTS["clinic"][3]["kokain"][1]
    book["Tall"]["C3"] = 80
    book.save(path)
    run(town, "score", "2026-1", "--format", "csv")
    assert scores(capsys)[("kokain", "use")] == "9"


def test_list_prints_one_name_a_line(town, capsys):
    assert run(town, "list", "2026-1") == 0
    assert capsys.readouterr().out.split() == ["main_findings", "substances/kokain", "substances/alkohol", "main_table"]


def test_build_makes_page_and_pdf_of_a_town_without_notebooks_of_its_own(town, capsys):
    assert run(town, "build", "2026-1") == 0
    out = capsys.readouterr().out
    assert "reports/2026-1/report.html" in out
    page = (town.reports("2026-1") / "report.html").read_text(encoding="utf-8")
    assert "Rusmiddeltrender i Lillevik" in page
    assert "Skåren for kokain er \u22126." in page
    assert "Bergen" not in page
    assert (town.reports("2026-1") / "report.pdf").read_bytes().startswith(b"%PDF")


def test_second_build_runs_nothing_and_forced_build_gives_the_same_pdf(town, capsys):
    run(town, "build", "2026-1")
    first = digest(town)
    capsys.readouterr()
    run(town, "build", "2026-1")
    assert "nothing has changed since it was built" in capsys.readouterr().err
    run(town, "run", "2026-1")
    assert "0 notebooks run, 4 up to date" in capsys.readouterr().err
    run(town, "build", "2026-1", "--force")
    assert "4 notebooks run" in capsys.readouterr().err
    assert digest(town) == first


def digest(town):
    return hashlib.sha256((town.reports("2026-1") / "report.pdf").read_bytes()).hexdigest()


def test_text_where_a_number_belongs_stops_the_build_and_leaves_the_last_report(town, capsys):
    run(town, "build", "2026-1")
    before = {name: (town.reports("2026-1") / name).read_bytes() for name in ("report.html", "report.pdf")}
    path = town.raw / "statistics" / "2026-1-clinic.xlsx"
    book = openpyxl.load_workbook(path)
    book["Tall"]["C3"] = "ca mange"
    book.save(path)
    capsys.readouterr()
    assert run(town, "build", "2026-1") == 11
    shown = capsys.readouterr()
    assert "data/raw/statistics/2026-1-clinic.xlsx:Tall:C3" in shown.err
    assert "mend" in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""
    assert {name: (town.reports("2026-1") / name).read_bytes() for name in before} == before


def test_unknown_name_in_a_text_stops_the_build_with_its_line(town, capsys):
    write(town.edition("2026-1") / "text" / "foreword.md", "# Forord\n\nSkåren er $kokain_bruk.\n")
    assert run(town, "build", "2026-1") == 10
    shown = capsys.readouterr().err
    assert "params/editions/2026-1/text/foreword.md:3: the name $kokain_bruk is not known" in shown


def test_unknown_parameter_in_params_names_file_line_and_key(town, capsys):
    write(
        town.params / "town.yml",
        "place: Lillevik\nplaec: x\nreport_name: V\ntitle: T\nowner: O\nnumbering: {edition: 2025-2, number: 1}\n",
    )
    assert run(town, "score", "2026-1") == 10
    assert "params/town.yml:2: plaec: this key is not known here" in capsys.readouterr().err


def test_missing_edition_tells_which_there_are(town, capsys):
    assert run(town, "build", "2027-1") == 10
    shown = capsys.readouterr().err
    assert "there is no recipe for 2027-1; editions here: 2026-1" in shown


def test_edition_that_is_no_period_shows_how_to_write_one(town, capsys):
    assert run(town, "score", "vår26") == 10
    assert "2026-1" in capsys.readouterr().err


def test_only_refuses_a_name_that_is_not_in_the_recipe(town, capsys):
    assert run(town, "build", "2026-1", "--only", "substances/heroin") == 13
    assert "substances/heroin" in capsys.readouterr().err


def test_only_one_chapter_of_a_new_edition_makes_a_draft_that_says_what_it_lacks(town, capsys):
    assert run(town, "build", "2026-1", "--only", "substances/kokain") == 0
    shown = capsys.readouterr()
    assert "left out, since they were never run: main_findings, substances/alkohol, main_table" in shown.err
    assert "reports/2026-1/report.html" in shown.out


def test_draft_names_files_that_are_not_registered_on_its_first_page(town):
    run(town, "build", "2026-1")
    page = (town.reports("2026-1") / "report.html").read_text(encoding="utf-8")
    cover = page[: page.index("<main")]
    assert "Disse råfilene er ikke de som er registrert" in cover
    assert "data/raw/statistics/2026-1-clinic.xlsx" in cover


def test_damaged_table_on_disk_is_made_anew(town, capsys):
    run(town, "score", "2026-1")
    path = town.processed / "scored" / "differences.csv"
    path.write_text("period,score\n2026-1,99\n", encoding="utf-8")
    run(town, "build", "2026-1")
    page = (town.reports("2026-1") / "report.html").read_text(encoding="utf-8")
    assert "Skåren for kokain er \u22126." in page
    assert "substance" in path.read_text(encoding="utf-8").splitlines()[0]


def test_tidy_tables_are_readable_by_their_owner_alone(town):
    run(town, "score", "2026-1")
    modes = {path.stat().st_mode & 0o777 for path in (town.processed / "tidy").glob("*.csv")}
    assert modes == {0o600}


def test_figures_of_restricted_sources_stay_out_of_the_scored_tables(town):
    text = (town.params / "sources.yml").read_text(encoding="utf-8")
    write(town.params / "sources.yml", text.replace("  name: Klinikken\n", "  name: Klinikken\n  access: restricted\n"))
    run(town, "score", "2026-1")
    rows = (town.processed / "scored" / "signals.csv").read_text(encoding="utf-8").splitlines()
    head = rows[0].split(",")
    clinic = [dict(zip(head, row.split(","), strict=True)) for row in rows[1:] if "clinic" in row]
    assert clinic
    assert {row[name] for row in clinic for name in ("previous", "current", "ratio", "low", "p")} == {""}
    assert {row["value"] for row in clinic} == {"-2", "1"}


def test_what_nobody_foresaw_is_one_line_without_the_words_of_the_error(town, capsys, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("the cell said 4711")

    monkeypatch.setattr("forevar.store.make_tables", fail)
    assert run(town, "score", "2026-1") == 1
    shown = capsys.readouterr().err
    assert "ZeroDivisionError" in shown
    assert "4711" not in shown
    assert "Traceback" not in shown


def test_workspace_is_found_from_a_folder_inside_it(town, monkeypatch, capsys):
    monkeypatch.chdir(town.raw / "statistics")
    assert main(["list", "2026-1"]) == 0
    assert "substances/kokain" in capsys.readouterr().out


def test_folder_that_is_no_workspace_is_refused(tmp_path, capsys):
    assert main(["--workspace", str(tmp_path), "list", "2026-1"]) == 10
    assert "forevar init" in capsys.readouterr().err


def test_memory_of_a_notebook_is_said_on_the_command_line():
    assert parser().parse_args(["build", "2026-1", "--memory", "2"]).memory == 2
