"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from forevar.errors import ForevarError

BESIDE = ".part"
"""Ending of a file that is not whole yet; its name begins with a point."""
MAKING = "FOREVAR_MAKING"
"""Variable that names a file which is locked while tables are made."""
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
MAKE_ROOM = "make room on the disk, or close the file where it is open, and build again"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file; read anew only when its place, size or times on the disk have changed."""
    found = path.stat()
    return _sha256(path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@functools.lru_cache(maxsize=4_096)
def _sha256(path: Path, *_state: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomic(path: Path, content: bytes | str, *, private: bool = False) -> Path:
    """Write beside and move into place, so that whoever looks sees the old file or the new one.

    Args:
        path: Where the file ends up; its folder is made when missing.
        content: Text is written as UTF-8 with line feeds on every system.
        private: Readable by the owner alone.

    Returns:
        ``path``.

    Raises:
        ForevarError: The folder cannot be written to or the disk is full; the old file is untouched.
    """
    (written,) = write_together({path: content}, private=private)
    return written


def write_together(files: Mapping[Path, bytes | str], *, private: bool = False) -> list[Path]:
    """Write files that belong together: all of them beside first, and only then each into place.

    Arguments and errors as in ``write_atomic``; when one of them has no room, none is moved.
    """
    beside: dict[Path, str] = {}
    path = Path()
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, beside[path] = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=BESIDE, dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode("utf-8") if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(beside[path], 0o600 if private else 0o644)
        for path in files:
            os.replace(beside[path], path)
            del beside[path]
    except OSError as error:
        raise ForevarError(
            f"the file could not be written ({error.strerror or 'no reason given'}); what stood there is untouched",
            f"{path.parent.name}/{path.name}",
            MAKE_ROOM,
        ) from None
    finally:
        for leftover in beside.values():
            with contextlib.suppress(OSError):
                os.unlink(leftover)
    return list(files)
