"""Modules import only downwards: each from those on its left, or in a shelf above it in this list."""

import ast
from pathlib import Path

import pytest

import forevar

PACKAGE = Path(forevar.__file__).parent
SHELVES = {
    "words": [
        "errors", "period", "reads", "terms", "files", "workspace", "words", "blocks", "origins", "yaml_file", "start",
    ],
    "decisions": ["rules", "profile_parts", "profile", "settings", "logo", "params", "registry"],
    "numbers": [
        "rows", "corrections", "load", "tidy", "score", "trend", "history", "change", "certainty", "season",
        "agreement", "sensitivity", "alerts", "backtest", "panel", "coverage", "cells", "disclosure", "store",
        "drafts",
    ],
    "faces": [
        "prose", "scores", "doubt", "cautions", "texts", "form", "claims", "charts", "consequences", "focus", "pupils",
        "explore", "substance", "trials", "sureness", "overview", "glance", "side_by_side", "changed",
        "scope", "evidence", "edition", "bound", "check",
    ],
    "machine": [
        "next_edition", "kernel", "engine", "warm", "stamp", "built", "jobs", "progress", "run", "gate",
        "report", "lock", "record", "main_table_import", "console", "commands", "cli", "__main__",
    ],
}  # fmt: skip
ORDER = [name for shelf in SHELVES.values() for name in shelf]
# Two that are one: a correction is addressed by cell, so it is applied where cells are read.
TOGETHER = {frozenset({"corrections", "load"})}
MODULES = sorted(PACKAGE.rglob("*.py"))


def unit(path: Path) -> str:
    """Module or folder directly below the package."""
    inside = path.relative_to(PACKAGE)
    return inside.parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """What a module imports from the package, imports for the type checker aside."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ignored = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in ignored or not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("forevar"):
            continue
        parts = (node.module or "").split(".")
        found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return {name for name in found if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_imports_only_downwards(path):
    name = unit(path)
    if name == "__init__":
        return
    assert name in ORDER, f"{name} has no place in the order: put it on a shelf of this test"
    for other in imports(path) - {name}:
        if frozenset({name, other}) not in TOGETHER:
            assert ORDER.index(other) < ORDER.index(name), f"{name} imports {other}: move the shared part down"


def test_every_module_of_the_order_is_there():
    assert [name for name in ORDER if not ((PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file())] == []


def test_scores_touch_no_file():
    for name in ("score", "trend", "change", "certainty", "panel", "coverage"):
        source = (PACKAGE / f"{name}.py").read_text(encoding="utf-8")
        assert not any(word in source for word in (" open(", "read_csv", "read_text", "write_", "Path(")), name
