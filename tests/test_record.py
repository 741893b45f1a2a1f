"""A report, what it rests on, and whether both are still the same; and one build at a time."""

import json
import os
import subprocess
import sys
import threading
import time

import openpyxl
import pytest
from tiny import make_workspace, write

from forevar.errors import ForevarError, ReportError
from forevar.lock import building
from forevar.params import load_edition, load_params
from forevar.record import record_path, verify, write_record
from forevar.report.make import refuse_given_away
from forevar.store import make_tables


@pytest.fixture
def town(tmp_path):
    return make_workspace(tmp_path / "town")


@pytest.fixture
def recorded(town):
    params = load_params(town)
    page = town.reports("2026-1") / "report.html"
    write(page, "<p>rapport</p>")
    write_record(town, "2026-1", make_tables(town, params), [page], lang="nb", status="draft", gate=["a finding"])
    return town


def faults(town, **options):
    return {(one.where, one.what) for one in verify(town, load_params(town), "2026-1", **options)}


def test_record_tells_versions_inputs_who_when_and_what_the_gate_found(recorded):
    record = json.loads(record_path(recorded, "2026-1").read_text(encoding="utf-8"))
    assert record["versions"].keys() >= {"python", "pandas", "typst", "system"}
    assert {"params/method.yml", "data/raw/statistics/2026-1-clinic.xlsx"} <= record["inputs"].keys()
    assert (record["lang"], record["status"], record["gate"]) == ("nb", "draft", ["a finding"])
    assert record["who"]
    assert record["made"][:2] == "20"
    assert record["files"].keys() == {"reports/2026-1/report.html"}


def test_same_inputs_give_the_same_numbers(recorded):
    assert faults(recorded) == set()


def test_changed_report_is_found(recorded):
    write(recorded.reports("2026-1") / "report.html", "<p>en annen</p>")
    assert faults(recorded) == {
        ("reports/2026-1/report.html", "the report's file has changed since the report was made")
    }


def test_missing_report_is_found(recorded):
    (recorded.reports("2026-1") / "report.html").unlink()
    assert ("reports/2026-1/report.html", "the report's file is gone") in faults(recorded)


def test_sent_copy_is_known_by_its_content_and_not_by_its_name(recorded, tmp_path):
    copy = tmp_path / "sendt.html"
    write(copy, "<p>rapport</p>")
    assert faults(recorded, sent=[copy]) == set()
    write(copy, "<p>rapport!</p>")
    assert faults(recorded, sent=[copy]) == {("sendt.html", "this is not a file that the recorded build made")}


def test_changed_new_and_missing_inputs_are_named(recorded):
    write(recorded.params / "editions" / "2026-1" / "text" / "comment.md", "# Kommentar\n")
    (recorded.params / "editions" / "2026-1" / "text" / "foreword.md").unlink()
    write(recorded.params / "town.yml", (recorded.params / "town.yml").read_text(encoding="utf-8") + "\n")
    said = faults(recorded)
    assert ("params/editions/2026-1/text/comment.md", "this input is new since the report was made") in said
    assert ("params/editions/2026-1/text/foreword.md", "this input is gone") in said
    assert ("params/town.yml", "this input has changed since the report was made") in said
    assert not any("numbers" in what for _, what in said)


def test_other_weight_gives_other_numbers_and_says_which(recorded):
    path = recorded.params / "sources.yml"
    write(path, path.read_text(encoding="utf-8").replace("weights: {use: 3}", "weights: {use: 2}"))
    assert {where for where, what in faults(recorded) if "numbers" in what} >= {"signals", "differences"}


def test_report_without_a_record_says_so(town):
    with pytest.raises(ReportError, match="no readable record"):
        verify(town, load_params(town), "2026-1")


# --- lock -------------------------------------------------------------------------------------------------------------


def test_second_build_waits_for_the_first_and_says_for_whom(town):
    told, order = [], []
    with building(town):

        def second():
            with building(town, patience=30, tell=told.append):
                order.append("second")

        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.5)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert told[0].startswith("waiting for the build of ")
    assert f"process {os.getpid()}" in told[0]


def test_second_build_gives_up_and_says_who_is_at_work(town):
    with building(town), pytest.raises(ForevarError, match=f"process {os.getpid()}"), building(town, patience=0.1):
        pass


def test_lock_of_a_killed_build_is_free(town):
    code = (
        "import sys, time; from pathlib import Path; from forevar.lock import building;"
        "from forevar.workspace import Workspace\n"
        "with building(Workspace(Path(sys.argv[1]))): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(town.root)], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(ForevarError), building(town, patience=0.1):
            pass
        other.kill()
        other.wait()
    with building(town, patience=5):
        pass


def test_error_inside_lets_go_of_the_lock(town):
    with pytest.raises(ZeroDivisionError), building(town):
        1 / 0  # noqa: B018
    with building(town, patience=0.1):
        pass


# --- final -----------------------------------------------------------------------------------------------------------


def guarded(town, before, now):
    """The clinic's counts are persons; two editions print them."""
    path = town.params / "sources.yml"
    name = "  name: Klinikken\n"
    write(path, path.read_text(encoding="utf-8").replace(name, f"{name}  disclosure: {{unit: persons}}\n"))
    method = town.params / "method.yml"
    write(method, method.read_text(encoding="utf-8").replace("scored_from: 2026-1", "scored_from: 2025-2"))
    write(town.edition("2025-2") / "edition.yml", "period: 2025-2\nchapters: [main_table]\n")
    book = openpyxl.Workbook()
    book.active.title = "Tall"
    book.active.append(["Periode", "Stoff", "Besøk"])
    for period, count in (("2025-1", 20), ("2025-2", before), ("2026-1", now)):
        book.active.append([period, "Kokain", count])
    book.save(town.raw / "statistics" / "2026-1-clinic.xlsx")
    return load_params(town), load_edition(town, "2026-1")


def test_final_whose_step_gives_a_small_count_away_is_refused(town):
    params, recipe = guarded(town, 6, 4)
    with pytest.raises(ReportError, match=r"(?s)clinic\.visits.*kokain, beside what edition 2025-2"):
        refuse_given_away(town, params, recipe)


def test_final_whose_step_leaves_a_small_count_open_is_made(town):
    params, recipe = guarded(town, 30, 4)
    refuse_given_away(town, params, recipe)
