import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from small_notebooks import CHART, FAULTY, PARAMETERS, SETUP, notebook

from forevar.kernel import kernel

# papermill's own command, with forevar's guard in force.
PAPERMILL = "import forevar; from papermill.__main__ import papermill; papermill()"
CELLS = {
    "result": ("", "1 + 1"),
    "result before": ("", "_ + 1, Out"),
    "no result after a semicolon": ("", "5;"),
    "streams beside a result": ("", "import sys\nprint('a'); print('b', file=sys.stderr); print('c')\n6"),
    "chart": CHART,
    "table": ("", "pd.DataFrame({'a': [1, None]})"),
    "block": (
        "",
        "from forevar.blocks import Credit, Findings, Text\ndisplay(Text('# Kokain'), Text('æ ø å'))\n"
        "Findings((), 'samlet', {'mark': ('bar',)}, 'none', Credit('Kilde: x'))",
    ),
    "display that is updated": (
        "",
        "from IPython.display import display, update_display\nh = display('one', display_id='z')\n"
        "update_display('two', display_id='z')",
    ),
    "output that is cleared": ("", "from IPython.display import clear_output\nprint('x')\nclear_output()\nprint('y')"),
    "command of the system": ("", "!echo hello"),
    "await": ("", "import asyncio\nawait asyncio.sleep(0.01)\nasyncio.get_running_loop().is_running()"),
    "magic": ("", "%%capture kept\nprint('x')"),
    "shell": ("", "get_ipython().__class__, __name__, In[1][:7]"),
    "question to the user": ("raises-exception", "input()"),
    "error that is meant": ("raises-exception", "1 / 0"),
    "syntax error that is meant": ("raises-exception", "1 +"),
    "exit that is meant": ("raises-exception", "import sys\nsys.exit(3)"),
    "error of ours": FAULTY,
    "never reached": ("", "print('not reached')"),
}


def run(folder: Path, engine: str, *cells: tuple[str, str]) -> Any:
    """The notebook as papermill leaves it, whether it failed or not."""
    source, target = folder / "source.ipynb", folder / f"{engine}.ipynb"
    nbformat.write(notebook(*cells), source)
    command = [sys.executable, "-c", PAPERMILL, "--engine", engine, "--no-progress-bar", "-p", "edition", "2025-2"]
    subprocess.run([*command, source, target], cwd=folder, stderr=subprocess.DEVNULL, check=False)
    return json.loads(target.read_text(encoding="utf-8"))


def comparable(executed: Any) -> list[dict[str, Any]]:
    """Cells without time stamps, and without the ids papermill draws by lot."""
    cells = []
    for cell in executed["cells"]:
        meta = dict(cell["metadata"])
        meta.pop("execution", None)
        papermill = meta.pop("papermill", {})
        drawn = {"injected-parameters", "papermill-error-cell-tag"} & set(meta.get("tags", []))
        kept = {key: papermill.get(key) for key in ("exception", "status")}
        cells.append({**cell, "metadata": meta, "papermill": kept, "id": "" if drawn else cell["id"]})
    return cells


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("engines")
    return {engine: run(folder, engine, PARAMETERS, SETUP, *CELLS.values()) for engine in ("inprocess", "nbclient")}


# The note to the failed cell, the three cells before those above, and papermill's headline.
@pytest.mark.parametrize("place", range(len(CELLS) + 5))
def test_cell_is_the_same_as_from_a_real_kernel(executed: dict[str, Any], place: int) -> None:
    ours, real = (comparable(executed[engine])[place] for engine in ("inprocess", "nbclient"))
    assert ours == real


def test_notebook_metadata_is_the_same_as_from_a_real_kernel(executed: dict[str, Any]) -> None:
    ours, real = ({**executed[engine]["metadata"], "papermill": None} for engine in ("inprocess", "nbclient"))
    assert ours == real
    assert len(executed["inprocess"]["cells"]) == len(executed["nbclient"]["cells"]) == len(CELLS) + 5


def test_error_of_ours_is_shown_as_its_own_text(executed: dict[str, Any]) -> None:
    outputs = [output for cell in executed["inprocess"]["cells"] for output in cell.get("outputs", [])]
    error = [output for output in outputs if output["output_type"] == "error"][-1]
    assert error["traceback"] == ["data/raw/a.xlsx:Svar:C7: text for a number\n  mend: mend it"]


def test_kernel_leaves_the_process_as_it_found_it() -> None:
    main, path, out = sys.modules["__main__"], sys.path[:], sys.stdout
    with kernel(lambda message: None):
        sys.path.append("nowhere")
    assert (sys.modules["__main__"], sys.path, sys.stdout) == (main, path, out)


def test_notebook_inside_a_notebook_is_refused() -> None:
    with (
        kernel(lambda message: None),
        pytest.raises(RuntimeError, match="process of its own"),
        kernel(lambda message: None),
    ):
        pass
