import ast
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from small_notebooks import FAULTY, PARAMETERS, PARAMS, READS, edition_module, make_workspace, recipe, write

import forevar
from forevar import jobs, progress, reads, run, stamp
from forevar.errors import NotebookError
from forevar.jobs import Outcome
from forevar.run import RunResult
from forevar.workspace import Workspace

NAMES = ("main_findings", "substances/alfa", "substances/beta")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    now_reads(monkeypatch, {"signals/kokain": "as it was"})
    return make_workspace(tmp_path / "with {braces}")


def now_reads(monkeypatch: pytest.MonkeyPatch, digests: dict[str, str]) -> None:
    module = edition_module(digests)
    monkeypatch.setitem(sys.modules, "forevar.edition", module)
    monkeypatch.setattr(forevar, "edition", module, raising=False)


def silent(outcomes: Iterator[Outcome], total: int, title: str) -> Iterator[Outcome]:
    return outcomes


def go(workspace: Workspace, *names: str, **options: Any) -> RunResult:
    return run.run_edition(workspace, PARAMS, recipe(*names), **{"progress": silent, **options})


def statuses(result: RunResult) -> dict[str, str]:
    return {outcome.name: outcome.status for outcome in result.outcomes}


def cells(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


class Refusing(Executor):
    """Stands for a pool that must not be asked."""

    def submit(self, *args: Any, **options: Any) -> Future[Any]:
        raise AssertionError("nothing should run")


def test_edition_is_run_and_a_second_time_nothing_is(workspace: Workspace) -> None:
    assert set(statuses(go(workspace, *NAMES)).values()) == {"made"}
    again = go(workspace, *NAMES, executor=Refusing())
    assert statuses(again) == dict.fromkeys(NAMES, "up to date")
    assert not (workspace.reports("2026-1") / "failed").exists()


def test_substance_without_a_notebook_of_its_own_runs_the_generic_one(workspace: Workspace) -> None:
    (outcome,) = go(workspace, "substances/beta").outcomes
    assert outcome.path == workspace.reports("2026-1") / "notebooks" / "substances" / "beta.ipynb"
    assert cells(outcome.path)[-1]["outputs"][0]["data"]["text/plain"] == "'beta'"


def test_force_runs_what_is_up_to_date(workspace: Workspace) -> None:
    go(workspace, "main_findings")
    assert statuses(go(workspace, "main_findings", force=True)) == {"main_findings": "made"}


def test_only_runs_the_named_notebook(workspace: Workspace) -> None:
    assert statuses(go(workspace, *NAMES, only=["substances/beta"])) == {"substances/beta": "made"}


def test_unknown_name_in_only_is_refused_with_the_names_there_are(workspace: Workspace) -> None:
    with pytest.raises(NotebookError, match=r"no such notebook in 2026-1: kokian; there are: main_findings, sub"):
        go(workspace, *NAMES, only=["kokian"])


@pytest.fixture
def made(workspace: Workspace) -> Workspace:
    assert statuses(go(workspace, "main_findings")) == {"main_findings": "made"}
    return workspace


def why(workspace: Workspace) -> tuple[str, ...]:
    (planned,) = run.plan(workspace, PARAMS, recipe("main_findings"))
    return planned.why


def test_nothing_would_run_when_nothing_changed(made: Workspace) -> None:
    assert why(made) == ()


def test_notebook_would_run_when_it_never_did(workspace: Workspace) -> None:
    assert why(workspace) == ("not run yet",)


def test_notebook_would_run_when_its_source_changed(made: Workspace) -> None:
    write(made, "main_findings", PARAMETERS, READS)
    assert why(made) == ("the notebook changed",)


def test_notebook_would_run_when_the_library_changed(made: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamp, "library_digest", lambda: "another")
    assert why(made) == ("forevar, pandas or altair changed",)


def test_notebook_would_run_when_something_it_read_changed(made: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    now_reads(monkeypatch, {"signals/kokain": "otherwise"})
    (made.params / "method.yml").write_text("name: another\n", encoding="utf-8")
    assert why(made) == ("signals/kokain changed",)


def test_notebook_would_run_when_something_it_read_is_gone(made: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    now_reads(monkeypatch, {})
    (made.params / "method.yml").write_text("name: another\n", encoding="utf-8")
    assert why(made) == ("signals/kokain changed",)


def test_file_that_a_notebook_did_not_read_does_not_run_it(made: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (made.params / "method.yml").write_text("name: another\n", encoding="utf-8")
    assert why(made) == ()
    now_reads(monkeypatch, {})  # not asked again: the stamp now knows these files
    assert why(made) == ()


def test_notebook_would_run_when_its_result_was_taken_away(made: Workspace) -> None:
    (made.reports("2026-1") / "notebooks" / "main_findings.ipynb").unlink()
    assert why(made) == ("not run yet",)


def test_another_language_has_a_folder_of_its_own(made: Workspace) -> None:
    (planned,) = run.plan(made, PARAMS, recipe("main_findings"), lang="en")
    assert planned.output == made.reports("2026-1") / "notebooks.en" / "main_findings.ipynb"
    assert planned.why == ("not run yet",)


def test_notebook_is_told_language_and_workspace(workspace: Workspace) -> None:
    write(workspace, "told", PARAMETERS, ("", "import os\nos.environ['FOREVAR_LANG'], os.environ['FOREVAR_WORKSPACE']"))
    (outcome,) = go(workspace, "told", lang="en").outcomes
    text = cells(outcome.path)[-1]["outputs"][0]["data"]["text/plain"]
    assert ast.literal_eval("".join(text)) == ("en", str(workspace.root))


def test_chapter_without_a_notebook_is_refused(workspace: Workspace) -> None:
    with pytest.raises(NotebookError, match=r"edition.yml: there is no notebook for 'special_focus/none'"):
        go(workspace, "special_focus/none")


def test_parameter_that_a_notebook_does_not_take_is_refused(workspace: Workspace) -> None:
    write(workspace, "old", ("parameters", "period: str = '2026-1'"))
    with pytest.raises(NotebookError, match=r"old: its cell tagged parameters has no 'edition'; it has: period"):
        go(workspace, "old")


def test_failed_notebook_does_not_stop_the_others(workspace: Workspace) -> None:
    write(workspace, "faulty", PARAMETERS, FAULTY)
    result = go(workspace, "faulty", *NAMES)
    assert statuses(result) == {"faulty": "failed", **dict.fromkeys(NAMES, "made")}
    with pytest.raises(NotebookError) as caught:
        result.check()
    assert caught.value.exit_code == 13
    assert str(caught.value) == "faulty, cell 2 (show): data/raw/a.xlsx:Svar:C7: text for a number\n  mend: mend it"


def test_failed_notebook_leaves_the_last_good_one(made: Workspace) -> None:
    good = (made.reports("2026-1") / "notebooks" / "main_findings.ipynb").read_bytes()
    write(made, "main_findings", PARAMETERS, ("", "x = 1\nx / 0"))
    (outcome,) = go(made, "main_findings").outcomes
    assert str(outcome.fault) == (
        "main_findings, cell 2: ZeroDivisionError: division by zero\n"
        "  mend: open reports/2026-1/failed/main_findings.ipynb"
    )
    assert outcome.path.read_bytes() == good
    assert (made.reports("2026-1") / "failed" / "main_findings.ipynb").is_file()
    assert why(made) == ("the notebook changed",)


def test_stuck_notebook_is_ended_with_all_it_started(workspace: Workspace) -> None:
    write(
        workspace,
        "stuck",
        PARAMETERS,
        ("", "import subprocess, time\nsubprocess.Popen(['sleep', '61.25'])\ntime.sleep(60)"),
    )
    result = go(workspace, "stuck", "main_findings", timeout=4)
    assert statuses(result) == {"stuck": "failed", "main_findings": "made"}
    assert str(result.outcomes[0].fault).startswith("stuck: not finished after 4 s\n")
    assert not running("61.25")


def test_killed_notebook_is_one_clear_line(workspace: Workspace) -> None:
    write(workspace, "killed", PARAMETERS, ("", "import os\nos.kill(os.getpid(), 9)"))
    result = go(workspace, "killed", "main_findings")
    assert statuses(result) == {"killed": "failed", "main_findings": "made"}
    assert str(result.outcomes[0].fault).startswith("killed: its process was ended from outside (SIGKILL)\n")


@pytest.mark.skipif(sys.platform != "linux", reason="no such limit")
def test_notebook_that_wants_too_much_memory_is_told_so(workspace: Workspace) -> None:
    write(workspace, "greedy", PARAMETERS, ("", "len(bytearray(3 * 1024**3))"))
    (outcome,) = go(workspace, "greedy", memory=2).outcomes
    assert str(outcome.fault).startswith("greedy, cell 2: it needs more than 2 GiB of memory\n")


def test_one_notebook_does_not_see_what_another_did(workspace: Workspace) -> None:
    source = (
        "import pandas\nseen = getattr(pandas, 'left', 0), pandas.get_option('display.max_rows')\n"
        "pandas.left = 1\npandas.set_option('display.max_rows', 7)\nseen"
    )
    for name in ("first", "second"):
        write(workspace, name, PARAMETERS, ("", source))
    go(workspace, "first", jobs=1)
    (outcome,) = go(workspace, "second", jobs=1).outcomes
    assert cells(outcome.path)[-1]["outputs"][0]["data"]["text/plain"] == "(0, 60)"


def test_notebook_starts_from_a_warm_fork_server_of_one_thread(workspace: Workspace) -> None:
    source = "import os, sys\n'forevar.warm' in sys.modules, len(os.listdir(f'/proc/{os.getppid()}/task'))"
    write(workspace, "warm", PARAMETERS, ("", source))
    (outcome,) = go(workspace, "warm").outcomes
    assert cells(outcome.path)[-1]["outputs"][0]["data"]["text/plain"] == "(True, 1)"


def test_real_kernels_give_the_same_and_note_the_same_reads(workspace: Workspace) -> None:
    ours = go(workspace, "main_findings").outcomes[0].path
    outputs, noted = [cell["outputs"] for cell in cells(ours)], stamp.read_stamp(ours)
    real = go(workspace, "main_findings", engine="nbclient", force=True).outcomes[0].path
    assert [cell["outputs"] for cell in cells(real)] == outputs
    assert stamp.read_stamp(real) == noted
    assert noted is not None
    assert noted.reads == {"signals/kokain": "as it was"}


def test_any_executor_will_do(workspace: Workspace) -> None:
    with ProcessPoolExecutor(1) as pool:
        assert set(statuses(go(workspace, *NAMES, executor=pool)).values()) == {"made"}


def test_edition_is_run_from_a_console_too(workspace: Workspace) -> None:
    typed = (
        "from pathlib import Path\nfrom small_notebooks import PARAMS, recipe\nfrom forevar.run import run_edition\n"
        "from forevar.workspace import Workspace\n"
        f"run_edition(Workspace(Path({str(workspace.root)!r})), PARAMS, recipe('substances/beta')).check()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run([sys.executable, "-"], input=typed, env=environment, text=True, capture_output=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_worker_with_another_library_is_refused(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (planned,) = run.plan(workspace, PARAMS, recipe("main_findings"))
    monkeypatch.setattr(stamp, "library_digest", lambda: "another")
    outcome = jobs.run_job(job_for(workspace, planned))
    assert "has another forevar, Python, pandas or altair than the machine that asks" in str(outcome.fault)
    assert not planned.output.exists()


def test_worker_that_sees_other_files_is_refused(workspace: Workspace) -> None:
    (planned,) = run.plan(workspace, PARAMS, recipe("main_findings"))
    job = job_for(workspace, planned)
    (workspace.params / "method.yml").write_text("name: another\n", encoding="utf-8")
    assert "sees another params/method.yml than the machine that asks" in str(jobs.run_job(job).fault)
    assert not planned.output.exists()


def job_for(workspace: Workspace, planned: run.Planned) -> jobs.Job:
    return jobs.Job(
        workspace=workspace.root,
        name=planned.name,
        notebook=planned.notebook,
        output=planned.output,
        failed=planned.output.with_name("failed.ipynb"),
        stamp=planned.stamp,
        engine="inprocess",
        timeout=60,
        memory=4,
        inputs=stamp.input_digests(workspace),
    )


def test_ctrl_c_ends_everything_and_leaves_nothing_running(workspace: Workspace, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    write(workspace, "stuck", PARAMETERS, ("", "import subprocess\nsubprocess.Popen(['sleep', '62.25'])"), hangs(begun))
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\nfrom small_notebooks import PARAMS, recipe\nfrom forevar.run import run_edition\n"
        "from forevar.workspace import Workspace\n"
        f"workspace = Workspace(Path({str(workspace.root)!r}))\n"
        "if __name__ == '__main__':\n    run_edition(workspace, PARAMS, recipe('stuck'))\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    process = subprocess.Popen(
        [sys.executable, script], env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    )
    everyone = []
    try:
        wait_for(begun.exists)
        everyone = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        began = time.monotonic()
        assert process.wait(10) != 0
        assert time.monotonic() - began < 3
    finally:
        process.kill()
    _, alive = psutil.wait_procs(everyone, timeout=5)
    assert (len(everyone) >= 3, alive, running("62.25")) == (True, [], False)


def hangs(begun: Path) -> tuple[str, str]:
    """A cell that leaves a file and then takes a minute."""
    return "", f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(60)"


def wait_for(condition: Any) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def running(argument: str) -> bool:
    return any(argument in (process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))


def test_notebook_ends_when_whoever_asked_for_it_was_killed(workspace: Workspace, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    write(workspace, "stuck", PARAMETERS, hangs(begun))
    with ProcessPoolExecutor(1) as pool:
        (planned,) = run.plan(workspace, PARAMS, recipe("stuck"))
        future = pool.submit(jobs.run_job, job_for(workspace, planned))
        wait_for(begun.exists)
        (asker,) = pool._processes.values()  # type: ignore[union-attr]
        everyone = psutil.Process(asker.pid).children(recursive=True)
        asker.kill()
        with pytest.raises(Exception, match="terminated abruptly"):
            future.result(30)
    _, alive = psutil.wait_procs(everyone, timeout=10)
    assert (len(everyone) >= 2, alive) == (True, [])


def test_lines_are_shown_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [Outcome("method", "made", Path("x"), 0.44)]
    assert list(progress.show(iter(outcomes), 1, "2026-1")) == outcomes
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "[1/1] made  method  0.4 s\n")


def test_bar_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    faulty = Outcome("method", "failed", Path("x"), 1.0, jobs.Fault("it hangs", "method"))
    list(progress.show(iter([faulty]), 1, "2026-1"))
    assert "failed  method: it hangs" in terminal.getvalue()
    assert "0/1 [" in terminal.getvalue()


def test_reads_are_recorded_once_and_only_in_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(reads.VARIABLE, raising=False)
    reads.record("before", "1")
    monkeypatch.setenv(reads.VARIABLE, str(tmp_path / "notes"))
    for name, digest in (("b", "1"), ("a", "2"), ("b", "1")):
        reads.record(name, digest)
    assert list(reads.recorded(tmp_path / "notes").items()) == [("a", "2"), ("b", "1")]
    assert reads.recorded(tmp_path / "nothing") == {}
