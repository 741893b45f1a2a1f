"""A folder and a place → a new town's workspace with a small made-up edition that builds at once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from string import Template

from forevar.errors import ParamsError
from forevar.files import write_atomic
from forevar.words import LANGUAGES
from forevar.workspace import MARKER, Workspace, bundled

STARTER = Path(__file__).resolve().parent / "starter"
STARTER_LANG = "nb"
"""The language whose texts lie directly in a ``text/`` folder of the starter."""
_FILLED = ("README.md", "params/town.yml", "params/editions/2026-1/edition.yml")
_RENAMED = {"gitignore": ".gitignore"}


def start_workspace(folder: Path, place: str, lang: str = STARTER_LANG) -> Workspace:
    """Write a new workspace.

    Args:
        folder: Where; made when it is not there. What lies in it is left alone.
        place: The town's name: ``Sandefjord``.
        lang: ``nb``, ``nn`` or ``en``: the language of the report; texts of the other two lie beside.

    Returns:
        The workspace, with one edition, ``2026-1``, of invented sources.

    Raises:
        ParamsError: The place has no name, the language is not one of ours, or the folder holds files already.
    """
    root = folder.expanduser().resolve()
    if lang not in LANGUAGES:
        raise ParamsError(f"{lang!r} is not a language forevar writes", mend=f"use one of: {', '.join(LANGUAGES)}")
    if not place.strip():
        raise ParamsError("the town has no name", mend='for instance: forevar init DIR --place "Sandefjord"')
    if (root / MARKER).exists():
        raise ParamsError(f"{folder} is a workspace already", mend="name another folder, or work on in this one")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ParamsError(f"{folder} is not empty", mend="name a folder that is empty or not there yet")
    for source in sorted(path for path in STARTER.rglob("*") if path.is_file()):
        name = source.relative_to(STARTER).as_posix()
        target = root / _own_language(_RENAMED.get(name, name), lang)
        target.parent.mkdir(parents=True, exist_ok=True)
        if name in _FILLED:
            target.write_text(_filled(source, place.strip(), lang), encoding="utf-8", newline="\n")
        else:
            shutil.copyfile(source, target)
    return Workspace(root)


def lay_notebooks(workspace: Workspace) -> list[Path]:
    """Copy the notebooks that forevar carries and the workspace lacks into it; those of one edition stay behind.

    Where forevar is installed nobody may write, and what JupyterLab saved there would change every town's report.

    Returns:
        The copies, sorted.
    """
    carried, own = bundled("notebooks"), workspace.root / "notebooks"
    if carried is None or carried == own:
        return []
    laid = []
    for source in sorted(carried.rglob("*.ipynb")):
        name = source.relative_to(carried)
        if name.parts[0] != "special_focus" and ".ipynb_checkpoints" not in name.parts and not (own / name).exists():
            write_atomic(own / name, source.read_bytes())
            laid.append(own / name)
    return laid


def _filled(source: Path, place: str, lang: str) -> str:
    """The file with the town's name; inside YAML as it stands between double quotes."""
    quoted = json.dumps(place, ensure_ascii=False)[1:-1] if source.suffix == ".yml" else place
    return Template(source.read_text(encoding="utf-8")).substitute(place=quoted, lang=lang)


def _own_language(name: str, lang: str) -> str:
    """Where a text lies in a town of that language: its own directly in ``text/``, the others in a folder each."""
    before, text, after = name.partition("/text/")
    if not text:
        return name
    first, _, rest = after.partition("/")
    written, rest = (first, rest) if first in LANGUAGES else (STARTER_LANG, after)
    return f"{before}/text/{rest}" if written == lang else f"{before}/text/{written}/{rest}"
