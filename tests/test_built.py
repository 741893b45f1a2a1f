from pathlib import Path

import pytest
from small_notebooks import PARAMETERS, make_workspace, write

from forevar import built
from forevar.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "town")
    report = workspace.reports("2026-1") / "report.html"
    report.parent.mkdir(parents=True)
    report.write_text("<p>report</p>", encoding="utf-8")
    built.remember(workspace, "2026-1", "", built.state_of(workspace, "2026-1", final=False), [report])
    return workspace


def is_unchanged(workspace: Workspace, **options: object) -> bool:
    state = built.state_of(workspace, "2026-1", **(options or {"final": False}))
    return built.unchanged(workspace, "2026-1", "", state) is not None


def put(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("new", encoding="utf-8")


def test_edition_that_was_built_is_known_with_its_files(workspace: Workspace) -> None:
    state = built.state_of(workspace, "2026-1", final=False)
    files = built.unchanged(workspace, "2026-1", "", state)
    assert files == [workspace.reports("2026-1") / "report.html"]


@pytest.mark.parametrize(
    "file",
    [
        "params/method.yml",
        "params/editions/2026-1/text/foreword.md",
        "params/editions/2025-2/corrections.yml",
        "data/raw/kripos/2026-1.xlsx",
        "reports/2026-1/report.html",
    ],
)
def test_edition_is_built_again_when_a_file_it_rests_on_changed(workspace: Workspace, file: str) -> None:
    put(workspace.root / file)
    assert not is_unchanged(workspace)


@pytest.mark.parametrize(
    "file", ["params/editions/2025-2/edition.yml", "data/raw/.hidden", "data/raw/~$open.xlsx", "data/processed/a.csv"]
)
def test_edition_is_not_built_again_for_a_file_it_does_not_rest_on(workspace: Workspace, file: str) -> None:
    put(workspace.root / file)
    assert is_unchanged(workspace)


def test_edition_is_built_again_when_a_notebook_changed(workspace: Workspace) -> None:
    write(workspace, "main_findings", PARAMETERS)
    assert not is_unchanged(workspace)


def test_edition_is_built_again_when_its_report_is_gone(workspace: Workspace) -> None:
    (workspace.reports("2026-1") / "report.html").unlink()
    assert not is_unchanged(workspace)


def test_edition_is_built_again_with_another_option(workspace: Workspace) -> None:
    assert not is_unchanged(workspace, final=True)


def test_edition_is_built_again_when_the_library_changed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forevar.stamp.library_digest", lambda: "another")
    assert not is_unchanged(workspace)
