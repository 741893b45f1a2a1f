"""Runs one command in which a write goes wrong: ``python broken_build.py HOW WHEN WORDS…``.

HOW is ``kill`` (the process is gone just before the WHEN-th file is moved into place), ``full`` (no room on the disk
from the WHEN-th write on), ``readonly`` (no file can be made from the WHEN-th on) or ``count`` (nothing goes wrong;
the last line tells how many files were moved).
"""

import errno
import os
import sys
import tempfile

from forevar import files
from forevar.cli import main


def broken(how: str, when: int) -> dict[str, int]:
    """Put the fault in place; how many files were moved so far."""
    seen = {"moved": 0, "synced": 0, "made": 0}
    replace, fsync, mkstemp = os.replace, os.fsync, tempfile.mkstemp

    def moving(*args, **options):
        seen["moved"] += 1
        if how == "kill" and seen["moved"] == when:
            os.kill(os.getpid(), 9)
        return replace(*args, **options)

    def syncing(handle):
        seen["synced"] += 1
        if how == "full" and seen["synced"] >= when:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return fsync(handle)

    def making(*args, **options):
        seen["made"] += 1
        if how == "readonly" and seen["made"] >= when:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return mkstemp(*args, **options)

    files.os.replace, files.os.fsync, files.tempfile.mkstemp = moving, syncing, making
    return seen


if __name__ == "__main__":
    count = broken(sys.argv[1], int(sys.argv[2]))
    code = main(sys.argv[3:])
    if sys.argv[1] == "count":
        print(count["moved"])  # noqa: T201
    sys.exit(code)
