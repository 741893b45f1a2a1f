"""The folder that files are made in, each with its sidecar."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from forevar.period import Period
from reconstruction import provider_files as files


class Outbox:
    """Writes the files of one run.

    Args:
        folder: Its subfolders are the families of sources.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sidecar(self, path: Path, source: str, period: Period, note: str = "") -> None:
        """The made file's sidecar: producer, date of a delivery, checksum, and that it is reconstructed."""
        origin = {
            "producer": files.PRODUCER,
            "title": f"Slik en fil fra kilden {source} kan se ut",
            "received": period.end + dt.timedelta(days=20),
            "licence": files.LICENCE,
        }
        files.write_sidecar(path, source, origin, "reconstructed", f"{files.NOTE} {note}".strip())

    def book(self, family: str, source: str, period: Period, sheets: dict[str, files.Rows], **more: Any) -> None:
        """A workbook and its sidecar."""
        path = self.folder / family / f"{period}-{source}.xlsx"
        files.write_workbook(path, sheets, more.get("merged"))
        self.sidecar(path, source, period, more.get("note", ""))

    def text(self, family: str, source: str, period: Period, rows: files.Rows, **more: Any) -> None:
        """A delimited text file and its sidecar; ``part`` tells several of one delivery apart."""
        note, part = more.pop("note", ""), more.pop("part", "")
        path = self.folder / family / f"{period}-{source}{part}.csv"
        files.write_text(path, rows, **more)
        self.sidecar(path, source, period, note)
