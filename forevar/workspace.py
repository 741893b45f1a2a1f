"""Where things are: one folder with ``params/``, ``data/`` and perhaps ``notebooks/``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from forevar.errors import ParamsError
from forevar.period import Period

MARKER = Path("params", "method.yml")


@dataclass(frozen=True)
class Workspace:
    """The folders of one town.

    Attributes:
        root: Absolute folder that holds ``params/method.yml``.
    """

    root: Path

    @property
    def params(self) -> Path:
        """What people decided."""
        return self.root / "params"

    @property
    def raw(self) -> Path:
        """What providers gave; never written."""
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        """What the code derived; rebuilt by one command."""
        return self.root / "data" / "processed"

    def reports(self, edition: Period | str) -> Path:
        """Where an edition's executed notebooks and its report lie."""
        return self.root / "reports" / str(edition)

    def edition(self, edition: Period | str) -> Path:
        """Where an edition's recipe, corrections and texts lie."""
        return self.params / "editions" / str(edition)

    def notebook(self, name: str) -> Path | None:
        """The notebook of that name: the workspace's own, else the one forevar carries, else None."""
        for folder in (self.root / "notebooks", bundled("notebooks")):
            if folder is not None and (folder / f"{name}.ipynb").is_file():
                return folder / f"{name}.ipynb"
        return None

    def relative(self, path: Path) -> str:
        """The path as it is said to people: from the workspace, with forward slashes."""
        if path.is_relative_to(self.root) and ".." not in path.parts:  # resolving asks the disk for every folder
            return path.relative_to(self.root).as_posix()
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return path.name


def bundled(name: str) -> Path | None:
    """A folder that comes with forevar (``notebooks``, ``params``): in a wheel inside the package, else beside it."""
    package = Path(__file__).resolve().parent
    return next((folder for folder in (package / "bundled" / name, package.parent / name) if folder.is_dir()), None)


def find_workspace(given: str | Path | None = None, start: Path | None = None) -> Workspace:
    """The workspace to use.

    Args:
        given: ``--workspace``; else the variable ``FOREVAR_WORKSPACE``; else the nearest folder at or
            above ``start`` that holds ``params/method.yml``.
        start: Where to begin looking; the current folder when left out.

    Raises:
        ParamsError: No such folder.
    """
    named = given or os.environ.get("FOREVAR_WORKSPACE")
    if named:
        root = Path(named).expanduser().resolve()
        if not (root / MARKER).is_file():
            raise ParamsError(
                f"{named} is not a workspace: it has no {MARKER.as_posix()}",
                mend="name a folder that has one, or make one with: forevar init DIR",
            )
        return Workspace(root)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file():
            return Workspace(folder)
    raise ParamsError(
        f"no {MARKER.as_posix()} in this folder or any above it",
        mend="go to the workspace's folder, or say --workspace DIR",
    )
