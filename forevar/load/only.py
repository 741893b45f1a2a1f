"""Rows a profile keeps with ``only:``, and the labels it keeps that no row has."""

from __future__ import annotations

from collections.abc import Callable

from forevar.errors import Fault, fault
from forevar.load.grid import Cell, Grid
from forevar.load.label import normal
from forevar.load.table import columns_headed
from forevar.profile import Table


class Only:
    """The choice of rows in one table.

    Args:
        grid: The sheet.
        table: What the profile says of the table.
        header: Row of its headings.
        source: Key that ``{source}`` stands for.

    Raises:
        DataError: There is no such heading.
    """

    def __init__(self, grid: Grid, table: Table, header: int, source: str) -> None:
        self._grid, self._header = grid, header
        self._columns = columns_headed(grid, table, header, table.only, "only")
        self._headings = tuple(table.only)
        self._texts = [[text.replace("{source}", source) for text in texts] for texts in table.only.values()]
        self._wanted = [{normal(text) for text in texts} for texts in self._texts]
        self._met: list[set[str]] = [set() for _ in self._texts]
        self._is_form = any("{source}" in text for texts in table.only.values() for text in texts)

    def keeps(self, label: Callable[[int], Cell]) -> bool:
        """Whether a row is kept.

        Args:
            label: Column → the row's label there.
        """
        labels = [normal(label(column)) for column in self._columns]
        for met, one in zip(self._met, labels, strict=True):
            met.add(one)
        return all(one in wanted for one, wanted in zip(labels, self._wanted, strict=True))

    def notices(self) -> list[Fault]:
        """Labels that no row has: misspelt, or changed by the provider. A form holds what it was made for."""
        parts = zip(self._headings, self._columns, self._texts, self._met, strict=True)
        return [
            fault(
                "only_unmet", self._grid.where(self._header, column), column=heading, label=self._grid.shown(text)
            )
            for heading, column, texts, met in parts
            for text in texts
            if normal(text) not in met and not self._is_form
        ]  # fmt: skip
