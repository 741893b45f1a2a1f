"""What an executed notebook rests on, kept beside it: it runs again when any of this has changed."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from forevar.files import write_atomic
from forevar.workspace import Workspace

# A chart or a rounded number may change with these; the rest of the environment does not reach an output.
DRAWN_BY = ("altair", "pandas")


@dataclass(frozen=True)
class Stamp:
    """The state of everything that went into one executed notebook.

    Attributes:
        source: Digest of the notebook file.
        parameters: As given to it.
        lang: Language of its text.
        library: Digest of forevar's own code and the versions of Python, pandas and altair.
        inputs: Digest of all files a notebook can read; when it is unchanged, so is every read.
        reads: Name → digest of what it did read.
    """

    source: str
    parameters: Mapping[str, str]
    lang: str
    library: str
    inputs: str
    reads: Mapping[str, str]

    def write(self, notebook: Path) -> None:
        """Keep the stamp beside an executed notebook."""
        write_atomic(stamp_path(notebook), json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")


def stamp_path(notebook: Path) -> Path:
    """Where the stamp of an executed notebook lies."""
    return notebook.with_suffix(".run.json")


def read_stamp(notebook: Path) -> Stamp | None:
    """The stamp of an executed notebook; None when either is missing or the stamp is of an older form."""
    try:
        return Stamp(**json.loads(stamp_path(notebook).read_bytes())) if notebook.is_file() else None
    except (OSError, ValueError, TypeError):
        return None


def changes(old: Stamp | None, new: Stamp, now: Mapping[str, str] | None) -> tuple[str, ...]:
    """Why a notebook would run; nothing when it is up to date.

    Args:
        old: Its stamp.
        new: What holds now, but for ``reads``.
        now: Name → digest of what it read last time, as it is now; None when no file has changed.
    """
    if old is None:
        return ("not run yet",)
    words = {
        "source": "the notebook changed", "parameters": "its parameters changed",
        "lang": "the language changed", "library": "forevar, pandas or altair changed",
    }  # fmt: skip
    why = [text for field, text in words.items() if getattr(old, field) != getattr(new, field)]
    if now is not None:
        why += [f"{name} changed" for name, digest in old.reads.items() if now.get(name, "") != digest]
    return tuple(why)


def digest(content: bytes) -> str:
    """Short name of a content: 32 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def digest_files(files: Iterable[Path], root: Path) -> dict[str, str]:
    """Path from ``root`` → digest, sorted."""
    return {path.relative_to(root).as_posix(): digest(path.read_bytes()) for path in sorted(files)}


def digest_all(parts: Mapping[str, str]) -> str:
    """One digest of many."""
    return digest(json.dumps(sorted(parts.items())).encode())


@functools.cache
def library_digest() -> str:
    """Of forevar's code as it stands on this machine, and of what draws its charts."""
    package = Path(__file__).resolve().parent
    versions = {name: version(name) for name in DRAWN_BY}
    return digest_all({**digest_files(package.rglob("*.py"), package), **versions, "python": platform.python_version()})


def input_digests(workspace: Workspace) -> dict[str, str]:
    """Every file a notebook can read → digest: ``params/``, tidy and scored tables, sidecars of raw files."""
    folders = (
        workspace.params.rglob("*"),
        (workspace.processed / "tidy").rglob("*"),
        (workspace.processed / "scored").rglob("*"),
        workspace.raw.rglob("*.yml"),
    )
    files = (path for found in folders for path in found if path.is_file() and not path.name.startswith("."))
    return digest_files(files, workspace.root)
