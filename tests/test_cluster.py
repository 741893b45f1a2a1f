import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_notebooks import PARAMETERS, PARAMS, READS, make_workspace, recipe, write

from forevar import run
from forevar.errors import NotebookError
from forevar.jobs import Outcome
from forevar.workspace import Workspace

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "workspace")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A scheduler and two workers, each a process of its own; the first of the list is the scheduler."""
    file = tmp_path / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    lines = [
        ["scheduler", "--host", "tcp://127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"],
        *2 * [["worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]],
    ]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *line, "--scheduler-file", str(file)],
            env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for line in lines
    ]  # fmt: skip
    try:
        yield processes
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def address(folder: Path) -> str:
    file = folder / "scheduler.json"
    end = time.monotonic() + 60
    while not file.exists() or not file.read_text(encoding="utf-8").endswith("}"):
        assert time.monotonic() < end, "the scheduler did not start"
        time.sleep(0.1)
    return str(json.loads(file.read_text(encoding="utf-8"))["address"])


def test_batch_completes_when_a_worker_is_killed(
    workspace: Workspace, tmp_path: Path, start: list[subprocess.Popen[bytes]]
) -> None:
    write(
        workspace, "substance", ("parameters", "edition = substance = ''"), READS, ("", "import time\ntime.sleep(0.5)")
    )
    names = tuple(f"substances/s{number:02}" for number in range(16))

    def kill_one(outcomes: Iterator[Outcome], total: int, title: str) -> Iterator[Outcome]:
        for number, outcome in enumerate(outcomes):
            if number == 3:
                start[1].kill()
            yield outcome

    with run.cluster(address(tmp_path)) as executor:
        result = run.run_edition(workspace, PARAMS, recipe(*names), executor=executor, progress=kill_one)
    assert start[1].wait() != 0
    assert [(outcome.name, outcome.status) for outcome in result.outcomes] == [(name, "made") for name in names]
    assert all(outcome.path.is_file() for outcome in result.outcomes)


def test_worker_of_another_version_refuses(
    workspace: Workspace, tmp_path: Path, start: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(workspace, "method", PARAMETERS)
    monkeypatch.setattr("forevar.stamp.library_digest", lambda: "another")
    with run.cluster(address(tmp_path)) as executor:
        result = run.run_edition(workspace, PARAMS, recipe("method"), executor=executor)
    with pytest.raises(NotebookError, match="has another forevar, Python, pandas or altair than the machine that asks"):
        result.check()


def test_address_where_nobody_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        pytest.raises(NotebookError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"),
        run.cluster("tcp://127.0.0.1:9"),
    ):
        pass
