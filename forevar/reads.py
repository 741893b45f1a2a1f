"""What a notebook read, written down while it reads, so that it runs again when any of it has changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

# Names the file to write to. A variable rather than an object, since the notebook may run in a kernel of its own.
VARIABLE = "FOREVAR_READS"
_seen: set[tuple[str, str]] = set()


def record(name: str, digest: str) -> None:
    """Write down that ``name`` was read with this content; nothing happens outside a run.

    Args:
        name: What was read: ``signals/kokain``, ``params/phrases.yml``, ``text/substances/kokain.md``.
        digest: Of its content; ``""`` when it was looked for and is not there.
    """
    file = os.environ.get(VARIABLE)
    if not file or (file, name) in _seen:
        return
    _seen.add((file, name))
    with open(file, "a", encoding="utf-8") as notes:
        notes.write(json.dumps([name, digest]) + "\n")


def recorded(file: Path) -> dict[str, str]:
    """Name → digest of everything recorded in a file, sorted by name; empty when there is no file."""
    if not file.is_file():
        return {}
    return dict(sorted(json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()))
