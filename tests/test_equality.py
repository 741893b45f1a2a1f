"""Every notebook of an edition, our engine against real kernels, cell by cell."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from forevar.params import load_edition, load_params
from forevar.run import run_edition
from forevar.store import current_tables
from forevar.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
EDITION = "2026-1"
# Each notebook there is, the generic one for one substance.
NAMES = sorted(
    path.relative_to(ROOT / "notebooks").with_suffix("").as_posix()
    for path in (ROOT / "notebooks").rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts and path.stem != "substance" and not path.stem.startswith("_")
)
CHAPTERS = (*NAMES, "substances/alkohol")


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Engine → folder of its executed notebooks."""
    root = tmp_path_factory.mktemp("equality")
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
    workspace = Workspace(root)
    params = load_params(workspace)
    current_tables(workspace, params)
    recipe = load_edition(workspace, EDITION).model_copy(update={"chapters": CHAPTERS})
    folders = {}
    for engine in ("inprocess", "nbclient"):
        run_edition(workspace, params, recipe, engine=engine, force=True, progress=lambda *given: given[0]).check()
        folders[engine] = root / engine
        (workspace.reports(EDITION) / "notebooks").rename(folders[engine])
    return folders


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
def test_notebook_is_the_same_as_from_a_real_kernel(executed: dict[str, Path], name: str) -> None:
    ours, real = (comparable(folder / f"{name}.ipynb") for folder in executed.values())
    assert len(ours) > 3
    assert ours == real


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
def test_the_same_reads_are_recorded(executed: dict[str, Path], name: str) -> None:
    ours, real = (json.loads((folder / f"{name}.run.json").read_bytes())["reads"] for folder in executed.values())
    assert ours
    assert ours == real


def comparable(path: Path) -> list[dict[str, Any]]:
    """Cells without time stamps, and without the id that papermill draws by lot for the cell it puts in."""
    cells = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        meta = {key: value for key, value in cell["metadata"].items() if key not in ("execution", "papermill")}
        drawn = "injected-parameters" in meta.get("tags", [])
        status = cell["metadata"]["papermill"]["status"]
        cells.append({**cell, "metadata": meta, "status": status, "id": "" if drawn else cell["id"]})
    return cells
