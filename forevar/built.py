"""Whether an edition's report is already what a build would make: then there is nothing to do, and it is said at once.

A report is a function of files. Their digests are compared, so neither clock nor git plays a part.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from forevar import stamp
from forevar.files import write_atomic
from forevar.workspace import Workspace, bundled

MADE_BY = ("nbconvert", "typst", "vl-convert-python")


@dataclass(frozen=True)
class Built:
    """What the last build of an edition rested on, and what it made.

    Attributes:
        state: Digest of everything that went in.
        files: Path from the workspace → digest of everything that came out.
    """

    state: str
    files: Mapping[str, str]


def state_of(workspace: Workspace, edition: object, **options: object) -> str:
    """Digest of everything that a build of the edition depends on.

    Args:
        workspace: Its params, raw files and notebooks; recipes and texts of other editions don't count.
        edition: Its label.
        options: Of the command: language, final or draft.
    """
    others = workspace.params / "editions"
    params = (
        path for path in _files(workspace.params)
        if others not in path.parents or workspace.edition(str(edition)) in path.parents or path.stem == "corrections"
    )  # fmt: skip
    parts = stamp.digest_files((*params, *_files(workspace.raw), *_files(workspace.root / "notebooks")), workspace.root)
    package = Path(__file__).resolve().parent
    for folder in (package, bundled("notebooks")):
        parts |= stamp.digest_files(_files(folder), folder) if folder else {}
    versions = {name: version(name) for name in MADE_BY}
    return stamp.digest_all(
        {**parts, **versions, "library": stamp.library_digest(), "options": json.dumps(options, sort_keys=True)}
    )


def unchanged(workspace: Workspace, edition: object, mark: str, state: str) -> list[Path] | None:
    """The files of the last build, when one with this state would make them again; None when it has to be made.

    Args:
        workspace: The town's folder.
        edition: Its label.
        mark: Part of the file names that tells variants apart; empty for the town's own language.
        state: From ``state_of``.
    """
    try:
        last = Built(**json.loads(_path(workspace, edition, mark).read_bytes()))
        files = [workspace.root / name for name in last.files]
        same = last.state == state and stamp.digest_files(files, workspace.root) == last.files
    except (OSError, ValueError, TypeError):
        return None
    return files if same else None


def remember(workspace: Workspace, edition: object, mark: str, state: str, files: Iterable[Path]) -> None:
    """Keep what a build rested on and made."""
    made = Built(state, stamp.digest_files(files, workspace.root))
    write_atomic(_path(workspace, edition, mark), json.dumps(asdict(made), indent=1) + "\n")


def _path(workspace: Workspace, edition: object, mark: str) -> Path:
    return workspace.reports(str(edition)) / f"build{mark}.json"


def _files(folder: Path) -> list[Path]:
    """Every file of a folder that people or programs put there on purpose."""
    aside = {"__pycache__", ".ipynb_checkpoints"}
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "~$")))
    return [path for path in found if not aside.intersection(path.parts)]
