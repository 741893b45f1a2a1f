"""A made-up office in a temporary folder: profiles and raw files a test writes in a line or two."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from forevar.params import Params
from forevar.registry import register
from forevar.tidy import Tidy, load_tidy
from forevar.workspace import Workspace

MEASURES = "measures: {seizures: {dimension: availability, unit: count}, amount: {dimension: availability, unit: g}}\n"
SERIES = ["measure", "substance", "place", "period"]


@dataclasses.dataclass
class Office:
    """Profiles and raw files in a folder of their own, over the demonstration's substances and method."""

    root: Path
    params: Params

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.root)

    def profile(self, text: str, key: str = "police", measures: str = MEASURES) -> None:
        path = self.root / "params" / "sources" / f"{key}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(measures + text, encoding="utf-8")

    def text(self, name: str, content: str | bytes, encoding: str = "utf-8", **told: Any) -> Path:
        """A raw text file, registered."""
        data = content if isinstance(content, bytes) else content.encode(encoding)
        return self.raw(name, data, **told)

    def book(self, name: str, sheets: Mapping[str, Sequence[Sequence[object]]], **told: Any) -> Path:
        """A raw workbook, registered."""
        return self.raw(name, workbook(sheets), **told)

    def raw(self, name: str, content: bytes, *, registered: bool = True, **told: Any) -> Path:
        path = self.root / "data" / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if registered:
            register(path, self.workspace, **told)
        return path

    def correct(self, text: str, edition: str = "2026-1") -> None:
        path = self.root / "params" / "editions" / edition / "corrections.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def load(self, edition: str | None = None, **told: Any) -> Tidy:
        params = dataclasses.replace(self.params, workspace=self.workspace, sources=self.params.sources)
        return load_tidy(self.workspace, params, edition, **told)


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def values(tidy: Tidy, by: Sequence[str] = ("substance", "period")) -> dict[Any, Any]:
    """What was read: {(substance, period): value}; faults fail the test."""
    assert not tidy.faults, "\n".join(map(str, tidy.faults))
    rows: pd.DataFrame = tidy.observations
    keys = [tuple(row) if len(by) > 1 else row[0] for row in rows[list(by)].to_numpy()]
    assert len(set(keys)) == len(keys), f"the same key twice: {keys}"
    return dict(zip(keys, rows["value"], strict=True))


def said(tidy: Tidy) -> list[tuple[str, str]]:
    """Faults as (key, address within the file)."""
    return [(one.key, one.where.partition("/raw/")[2] or one.where) for one in tidy.faults]


def noticed(tidy: Tidy) -> list[tuple[str, str]]:
    """Notices as (key, address within the file)."""
    return [(one.key, one.where.partition("/raw/")[2] or one.where) for one in tidy.notices]
