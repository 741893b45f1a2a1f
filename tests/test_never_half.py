"""Whatever happens to a build, the last good report and tables stay whole, and the next build mends itself."""

import io
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader
from tiny import make_workspace, write

from forevar.lock import building
from forevar.params import load_params
from forevar.store import read_tables
from forevar.workspace import Workspace

BROKEN = Path(__file__).with_name("broken_build.py")
SHORT = """
period: 2026-1
chapters: [text/foreword, main_findings, main_table]
headlines: [{substance: kokain, dimensions: [use]}]
authors: [Lillevik kommune]
"""


def command(town, how, when, *words):
    return [sys.executable, str(BROKEN), how, str(when), "--workspace", str(town.root), *words]


def run(town, how="count", when=0, *words):
    words = words or ("build", "2026-1")
    return subprocess.run(command(town, how, when, *words), capture_output=True, text=True, timeout=1200, check=False)


def change(town, number):
    """A new figure, so that the build has something to do."""
    path = town.raw / "statistics" / "2026-1-clinic.xlsx"
    book = openpyxl.load_workbook(path)
    book["Tall"]["C3"] = 30 + number
    book.save(path)


def is_whole(town):
    """Every file that a reader could open now is whole; tables are those of some build, or known to be stale."""
    folder = town.reports("2026-1")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert len(PdfReader(io.BytesIO((folder / "report.pdf").read_bytes())).pages) > 1
    read_tables(town)  # None or whole; never an error
    for path in (town.processed / "scored").glob("*.csv"):
        rows = path.read_text(encoding="utf-8").splitlines()
        assert len({row.count(",") >= rows[0].count(",") for row in rows}) == 1


def mends(town):
    done = run(town)
    assert done.returncode == 0, done.stderr
    is_whole(town)
    with building(town):
        pass
    left = [path for folder in (town.processed, town.root / "reports") for path in folder.rglob(".*.part")]
    assert left == []


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    made = make_workspace(tmp_path_factory.mktemp("never") / "town")
    write(made.edition("2026-1") / "edition.yml", SHORT)
    done = run(made)
    assert done.returncode == 0, done.stderr
    return made


SCORE, REPORT = ("score", "2026-1"), ("report", "2026-1")


@pytest.mark.slow
@pytest.mark.parametrize("words", [SCORE, REPORT], ids=["score", "report"])
def test_command_killed_before_each_move_leaves_what_was_there_whole(town, words):
    change(town, 1 + len(words[0]))
    moves = int(run(town, "count", 0, *words).stdout.split()[-1])
    for when in range(1, moves + 1):
        change(town, 100 + when)
        done = run(town, "kill", when, *words)
        assert done.returncode in (-signal.SIGKILL, 0)  # 0: fewer files changed than before
        is_whole(town)
    mends(town)


@pytest.mark.slow
def test_build_killed_at_random_moments_leaves_the_last_report_whole(town):
    kill_at_random(town, 4, 2026)
    mends(town)


def kill_at_random(town, times, seed):
    """Builds killed up to the time a build takes."""
    chance = random.Random(seed)
    for number in range(times):
        change(town, 200 + number)
        with subprocess.Popen(command(town, "count", 0, "build", "2026-1"), stderr=-3, stdout=-3) as process:
            time.sleep(chance.uniform(0.1, 12))
            process.kill()
            process.wait()
        is_whole(town)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["full", "readonly"])
@pytest.mark.parametrize(("words", "when"), [(SCORE, 5), (REPORT, 3)])
def test_disk_that_takes_no_more_stops_the_command_with_a_way_out(town, how, words, when):
    change(town, 300 + 10 * when + len(how))
    before = (town.reports("2026-1") / "report.pdf").read_bytes()
    done = run(town, how, when, *words)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "mend: " in done.stderr
    is_whole(town)
    assert (town.reports("2026-1") / "report.pdf").read_bytes() == before


# --- a small disk of its own ------------------------------------------------------------------------------------------


def mount(*words):
    return subprocess.run(["mount", *words], capture_output=True, text=True, check=False)


@pytest.fixture
def disk(town, tmp_path):
    """A disk of 64 MB with a built town on it; the tests above do the same with failing calls, on every machine."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)).returncode:
        pytest.skip("this user may not mount a disk")
    try:
        shutil.copytree(town.root, place / "town")
        made = Workspace(place / "town")
        mends(made)
        yield made
    finally:
        subprocess.run(["umount", str(place)], check=True)


def stops_and_mends(made, words, repair):
    """The command ends in words, the last report stands, and with the disk as it was the next build is good."""
    before = (made.reports("2026-1") / "report.pdf").read_bytes()
    done = run(made, "count", 0, *words)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "mend: " in done.stderr
    is_whole(made)
    assert (made.reports("2026-1") / "report.pdf").read_bytes() == before
    repair()
    mends(made)


@pytest.mark.slow
@pytest.mark.parametrize("left", [0, 20_000, 300_000])
def test_full_disk_stops_the_build_with_a_way_out(disk, left):
    change(disk, 700 + left % 7)
    filler = disk.root.parent / "filler"
    with filler.open("wb") as file:
        file.write(bytes(max(shutil.disk_usage(disk.root).free - left, 0)))
    stops_and_mends(disk, ("build", "2026-1"), filler.unlink)


@pytest.mark.slow
def test_readonly_disk_stops_the_build_with_a_way_out(disk):
    change(disk, 750)
    place = str(disk.root.parent)
    assert mount("-o", "remount,ro", place).returncode == 0
    stops_and_mends(disk, ("build", "2026-1"), lambda: mount("-o", "remount,rw", place))


def test_scored_tables_of_a_killed_score_are_made_anew(town):
    change(town, 500)
    assert run(town, "kill", 4, "score", "2026-1").returncode == -signal.SIGKILL
    assert read_tables(town) is None
    assert run(town, "count", 0, "score", "2026-1").returncode == 0
    assert read_tables(town) is not None
    assert load_params(town).sources


def test_two_builds_at_once_both_end_well(town):
    change(town, 600)
    both = [subprocess.Popen(command(town, "count", 0, "score", "2026-1"), stdout=-1, stderr=-1) for _ in range(2)]
    assert [process.communicate() and process.returncode for process in both] == [0, 0]
    assert read_tables(town) is not None
