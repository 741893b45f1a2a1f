"""Builders: a workspace of a few notebooks, without data."""

import types
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from forevar.workspace import Workspace

PARAMETERS = ("parameters", 'edition = "2026-1"')
SETUP = ("setup", "import altair as alt\nimport pandas as pd\n\nimport forevar")
CHART = (
    "show",
    "table = pd.DataFrame({'x': [1, 2], 'y': [3, 4]})\nalt.Chart(table).mark_bar().encode(x='x:Q').to_dict()",
)
READS = ("", "from forevar import reads\nreads.record('signals/kokain', 'as it was')")
FAULTY = (
    "show",
    "from forevar.errors import DataError\nraise DataError('text for a number', 'data/raw/a.xlsx:Svar:C7', 'mend it')",
)


def notebook(*cells: tuple[str, str]) -> Any:
    """A notebook of (tag, source) cells."""
    made = [new_code_cell(source, metadata={"tags": [tag] if tag else []}) for tag, source in cells]
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=made, metadata={"kernelspec": kernel})


def write(workspace: Workspace, name: str, *cells: tuple[str, str]) -> Path:
    """Put a notebook into a workspace."""
    path = workspace.root / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(*cells), path)
    return path


def make_workspace(root: Path) -> Workspace:
    """One notebook of its own, one generic, and a file to read."""
    workspace = Workspace(root.resolve())
    (root / "params" / "editions" / "2026-1").mkdir(parents=True)
    (root / "params" / "method.yml").write_text("name: none\n", encoding="utf-8")
    write(workspace, "main_findings", PARAMETERS, SETUP, CHART, READS)
    write(workspace, "substance", ("parameters", 'edition = "2026-1"\nsubstance = "alkohol"'), ("", "substance"))
    return workspace


def recipe(*names: str) -> Any:
    """An edition of these chapters."""
    return SimpleNamespace(period="2026-1", notebooks=names)


PARAMS: Any = SimpleNamespace(town=SimpleNamespace(lang="nb"))


def edition_module(digests: dict[str, str]) -> types.ModuleType:
    """Stands in for ``forevar.edition``: what has been read has these digests now."""
    module = types.ModuleType("forevar.edition")
    module.digests = lambda workspace, edition, names: {name: digests.get(name, "") for name in names}  # type: ignore[attr-defined]
    return module
