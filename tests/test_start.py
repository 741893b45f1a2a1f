"""A new town from nothing: the workspace ``forevar init`` writes, from this folder and from an installed wheel."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from forevar import reads
from forevar.check import check_edition
from forevar.cli import main
from forevar.edition import digests, open_edition
from forevar.errors import ParamsError
from forevar.params import load_params
from forevar.start import STARTER, lay_notebooks, start_workspace

ROOT = Path(__file__).parent.parent


def texts(folder):
    """Every text file of a folder but raw files: path → text."""
    paths = [path for path in folder.rglob("*") if path.is_file() and "raw" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Sandefjord, made and built by the two commands a newcomer types."""
    folder = tmp_path_factory.mktemp("towns") / "sandefjord"
    assert main(["init", str(folder), "--place", "Sandefjord", "--lang", "nb"]) == 0
    assert main(["--workspace", str(folder), "build", "2026-1"]) == 0
    return folder


@pytest.mark.slow
def test_new_town_builds_page_and_pdf_at_once(built):
    page = (built / "reports" / "2026-1" / "report.html").read_text(encoding="utf-8")
    assert "Rusmiddeltrender i Sandefjord" in page
    assert "Rekonstruerte data" in page
    assert (built / "reports" / "2026-1" / "report.pdf").read_bytes().startswith(b"%PDF")


def test_only_the_sentence_that_credits_the_model_names_bergen(tmp_path):
    town = start_workspace(tmp_path / "town", "Sandefjord")
    naming = {name: text.count("Bergen") for name, text in texts(town.root).items() if "Bergen" in text}
    credit = load_params(town).town.model_credit
    assert naming == {"params/town.yml": sum(text.count("Bergen") for text in credit.values())}
    assert [
        name for name in ("KORUS", "Føre Var", "Vestland") if any(name in text for text in texts(town.root).values())
    ] == []


@pytest.mark.slow
def test_report_of_a_new_town_names_bergen_in_the_method_chapter(built):
    page = (built / "reports" / "2026-1" / "report.html").read_text(encoding="utf-8")
    assert "Bergen Earlier Warning System" in page
    assert "KORUS" not in page
    assert "Føre Var" not in page
    notebooks = built / "reports" / "2026-1" / "notebooks"
    assert [name for name, text in texts(notebooks).items() if "Bergen" in text] == ["method.ipynb"]


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_raw_files_of_a_new_town_have_no_fault_in_any_language(tmp_path, lang):
    town = start_workspace(tmp_path / "town", "Sandefjord", lang)
    result = check_edition(town, "2026-1", final=True)
    assert result.exit_code == 0, result.as_text("en")
    assert load_params(town).town.lang == lang


@pytest.mark.parametrize(("lang", "title"), [("nb", "# Metode"), ("nn", "# Metode"), ("en", "# Method")])
def test_texts_lie_where_the_language_of_the_town_is_looked_for(tmp_path, lang, title):
    town = start_workspace(tmp_path / "town", "Sandefjord", lang)
    assert (town.params / "text" / "method.md").read_text(encoding="utf-8").startswith(title + "\n")
    assert not (town.params / "text" / lang).exists()
    for other in {"nb", "nn", "en"} - {lang}:
        opened = open_edition("2026-1", workspace=town, lang=other)
        assert "Sandefjord" in opened.text("foreword").markdown


def test_every_text_of_the_starter_is_there_in_three_languages():
    for folder in (STARTER / "params" / "text", STARTER / "params" / "editions" / "2026-1" / "text"):
        own = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
        for lang in ("nn", "en"):
            assert {name.removeprefix(f"{lang}/") for name in own if name.startswith(f"{lang}/")} == {
                name for name in own if not name.startswith(("nn/", "en/"))
            }


@pytest.mark.parametrize("place", ["Sandefjord", 'Øst "x": $y', "Bø # i Telemark", "São\\Tomé"])
def test_name_of_the_town_may_hold_any_sign(tmp_path, place):
    town = start_workspace(tmp_path / "town", place)
    params = load_params(town)
    assert params.town.place == place
    assert params.town.title["nb"] == f"Rusmiddeltrender i {place}"


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_folder_with_files_in_it_is_left_alone(tmp_path, lang):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ParamsError, match="not empty"):
        start_workspace(tmp_path, "Sandefjord", lang)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_workspace_is_never_written_over(tmp_path, capsys):
    town = start_workspace(tmp_path / "town", "Sandefjord")
    (town.params / "town.yml").write_text("mine", encoding="utf-8")
    assert main(["init", str(town.root), "--place", "Horten"]) == 10
    assert "is a workspace already" in capsys.readouterr().err
    assert (town.params / "town.yml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(("place", "lang", "words"), [(" ", "nb", "no name"), ("Sandefjord", "sv", "not a language")])
def test_place_and_language_are_checked(tmp_path, place, lang, words):
    with pytest.raises(ParamsError, match=words):
        start_workspace(tmp_path / "town", place, lang)
    assert not (tmp_path / "town").exists()


def test_notebook_of_the_workspace_takes_the_place_of_the_one_forevar_carries(tmp_path):
    town = start_workspace(tmp_path / "town", "Sandefjord")
    carried = town.notebook("method")
    own = town.root / "notebooks" / "method.ipynb"
    own.parent.mkdir()
    own.write_bytes(carried.read_bytes())
    assert town.notebook("method") == own
    assert town.notebook("main_table") == carried.parent / "main_table.ipynb"


def test_lab_opens_on_notebooks_of_the_workspace_and_never_on_those_forevar_carries(tmp_path, monkeypatch, capsys):
    town = start_workspace(tmp_path / "town", "Sandefjord")
    own = town.root / "notebooks" / "method.ipynb"
    own.parent.mkdir()
    own.write_text("{}", encoding="utf-8")
    called = []
    monkeypatch.setattr(subprocess, "call", lambda words, **given: called.append((words, given)) or 0)
    assert main(["--workspace", str(town.root), "lab"]) == 0
    assert called[0][0][3:] == [str(own.with_name("start.ipynb")), f"--ServerApp.root_dir={town.root}"]
    assert called[0][1]["env"]["FOREVAR_WORKSPACE"] == str(town.root)
    assert own.read_text(encoding="utf-8") == "{}"
    names = {path.relative_to(own.parent).as_posix() for path in own.parent.rglob("*.ipynb")}
    assert {"start.ipynb", "substance.ipynb", "substances/kokain.ipynb"} < names
    assert not any(name.startswith("special_focus") for name in names)
    assert f"{len(names) - 1} notebooks copied" in capsys.readouterr().err
    assert main(["--workspace", str(town.root), "lab"]) == 0
    assert "copied" not in capsys.readouterr().err


def test_lab_of_this_repository_copies_nothing(bergen):
    assert lay_notebooks(bergen) == []


@pytest.mark.slow
def test_installed_wheel_makes_and_scores_a_town_without_this_repository(tmp_path):
    made = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", str(ROOT), "--wheel-dir", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    wheels = list(tmp_path.glob("forevar-*.whl"))
    if not wheels and "onnect" in made.stderr:
        pytest.skip("the wheel's build tool cannot be fetched here (no network)")
    assert wheels, made.stderr
    site = tmp_path / "site"
    with zipfile.ZipFile(wheels[0]) as wheel:
        wheel.extractall(site)

    def forevar(*words):
        environment = {**os.environ, "PYTHONPATH": str(site)}
        environment.pop("FOREVAR_WORKSPACE", None)
        command = [sys.executable, "-c", WHERE_THEN_RUN, str(site), *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    forevar("init", "horten", "--place", "Horten", "--lang", "nb")
    assert "kokain,aggregate,30" in forevar("--workspace", "horten", "score", "2026-1", "--format", "csv").stdout
    forevar("--workspace", "horten", "run", "2026-1", "--only", "substances/kokain", "--only", "method")
    assert (tmp_path / "horten" / "reports" / "2026-1" / "notebooks" / "substances" / "kokain.ipynb").is_file()


WHERE_THEN_RUN = """
import sys
import forevar
from forevar.cli import main
from forevar.workspace import bundled
assert forevar.__file__.startswith(sys.argv[1]), forevar.__file__
assert all(str(bundled(name)).startswith(sys.argv[1]) for name in ("notebooks", "params"))
sys.exit(main(sys.argv[2:]))
"""


def test_words_that_forevar_carries_are_read_again_by_their_own_name(tmp_path, monkeypatch):
    town, notes = start_workspace(tmp_path / "storvik", "Storvik"), tmp_path / "reads"
    monkeypatch.setenv(reads.VARIABLE, str(notes))
    open_edition("2026-1", town)
    monkeypatch.delenv(reads.VARIABLE)
    read = reads.recorded(notes)
    assert "carried/phrases/charts.yml" in read
    assert digests(town, "2026-1", read) == read
