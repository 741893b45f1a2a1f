"""Notebooks ask and show; they define nothing, and are committed without results."""

import ast
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(ROOT.rglob("*.ipynb"))
SUBSTANCES = sorted((ROOT / "substances").glob("*.ipynb"))
TAGS = {"guide", "parameters", "setup", "show", "check", "draft-only"}
FORBIDDEN = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.ListComp, ast.DictComp,
    ast.SetComp, ast.GeneratorExp, ast.With, ast.Try,
)  # fmt: skip


def read(path):
    return nbformat.read(path, 4)


def name(path):
    return path.relative_to(ROOT).with_suffix("").as_posix()


@pytest.fixture(params=NOTEBOOKS, ids=name)
def notebook(request):
    return read(request.param)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_notebook_is_committed_without_results(notebook):
    assert all(not cell.outputs and cell.execution_count is None for cell in code(notebook))


def test_every_cell_has_one_tag(notebook):
    tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
    assert all(len(each) == 1 and set(each) <= TAGS for each in tags), tags


def test_notebook_begins_with_guide_parameters_and_setup(notebook):
    assert [cell.metadata["tags"][0] for cell in notebook.cells][:3] == ["guide", "parameters", "setup"]


def test_parameters_are_the_edition_and_at_most_the_substance(notebook):
    tree = ast.parse(notebook.cells[1].source)
    names = [target.id for statement in tree.body for target in statement.targets]
    assert names in (["edition"], ["edition", "substance"])


def test_setup_has_the_one_import(notebook):
    imports = [
        node for node in ast.walk(ast.parse(notebook.cells[2].source)) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert [ast.unparse(node) for node in imports] == ["from forevar import open_edition"]


def test_notebook_defines_and_loops_over_nothing(notebook):
    for cell in code(notebook):
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, FORBIDDEN)], cell.source


def test_show_cell_is_one_expression(notebook):
    for cell in code(notebook):
        if cell.metadata["tags"] == ["show"]:
            body = ast.parse(cell.source).body
            assert len(body) == 1, cell.source
            assert isinstance(body[0], ast.Expr), cell.source


@pytest.mark.parametrize("path", SUBSTANCES, ids=name)
def test_substance_notebook_keeps_the_skeleton_in_its_order(path):
    skeleton = [cell.source for cell in read(ROOT / "substance.ipynb").cells[3:]]
    own = [cell.source for cell in read(path).cells[3:]]
    kept = [source for source in own if source in skeleton]
    assert kept == skeleton, "a substance may add cells, never leave out or move one of the skeleton's"


@pytest.mark.parametrize("path", SUBSTANCES, ids=name)
def test_substance_notebook_opens_its_own_substance(path):
    assert f'.substance("{path.stem}")' in read(path).cells[2].source
