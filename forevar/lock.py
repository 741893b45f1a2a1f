"""One build at a time in a workspace: who comes second waits, and is told for whom."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from forevar.errors import ForevarError
from forevar.files import BESIDE
from forevar.workspace import Workspace

NAME = "build.lock"
PAUSE = 0.2
"""Seconds between two tries."""


@contextmanager
def building(workspace: Workspace, patience: float = 600, tell: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the workspace while its tables and reports are written.

    The system lets go of the lock when the process ends, however it ends; what is left of the file means nothing.

    Args:
        workspace: Whose tables and reports are written.
        patience: Seconds to wait for another build.
        tell: Told once, in a few words, for whom we wait.

    Raises:
        ForevarError: The other build goes on, or the folder cannot be written to.
    """
    path = workspace.processed / "cache" / NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ForevarError(
            f"the workspace cannot be written to ({error.strerror})", workspace.relative(path),
            "copy the workspace to a folder of your own, or ask for the right to write",
        ) from None  # fmt: skip
    try:
        _wait(handle, path.parent.parent.name, patience, tell)
        holder = {"user": _user(), "machine": platform.node(), "process": os.getpid(), "since": _now()}
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps(holder).encode())
        _sweep(workspace)
        yield
    finally:
        os.close(handle)


def _sweep(workspace: Workspace) -> None:
    """Remove what a build that was killed had begun to write."""
    for folder in (workspace.processed, workspace.root / "reports"):
        for path in folder.rglob(f".*{BESIDE}"):
            with suppress(OSError):
                path.unlink()


def _wait(handle: int, where: str, patience: float, tell: Callable[[str], None] | None) -> None:
    end = time.monotonic() + patience
    is_told = False
    while not _try(handle):
        if not is_told and tell is not None:
            tell(f"waiting for the build of {_holder(handle)}")
        is_told = True
        if time.monotonic() > end:
            raise ForevarError(
                f"another build is at work: {_holder(handle)}", where, "wait for it, or end it, and build again"
            )
        time.sleep(PAUSE)


def _try(handle: int) -> bool:
    """Take the lock if nobody has it."""
    try:
        if os.name == "nt":
            import msvcrt

            # past the end, so that the holder's name can be read
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _holder(handle: int) -> str:
    """``kari on office-3, process 4711, since 14:05``; as much as can be read."""
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        held = json.loads(os.read(handle, 4096))
        return f"{held['user']} on {held['machine']}, process {held['process']}, since {held['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "somebody else"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name
        return "somebody"


def _now() -> str:
    return dt.datetime.now().astimezone().isoformat(timespec="minutes")
