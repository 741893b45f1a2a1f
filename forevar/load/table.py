"""Where a table stands in a sheet: header rows, columns with their meaning, first and last row."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from forevar.errors import DataError, Fault, fault
from forevar.load.grid import Cell, Grid, as_text, column_of
from forevar.load.label import fill, fits, normal
from forevar.load.timelabel import TimeForm, parse_time
from forevar.profile import Table, Value


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        index: From 0.
        path: Heading; levels joined by `` / ``.
        role: ``time``, ``substance`` … for a column of labels; ``value`` for numbers.
        value: What the profile says of a column of numbers.
        heads: Role → heading cells that are labels of it, top row first.
    """

    index: int
    path: str
    role: str
    value: Value = field(default_factory=Value)
    heads: dict[str, tuple[Cell, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Region:
    """A table found.

    Attributes:
        header: First header row, from 0.
        rows: Body rows, blank ones left out.
        columns: Those the profile gives a meaning.
        notices: Columns it does not.
    """

    header: int
    rows: tuple[int, ...]
    columns: tuple[Column, ...]
    notices: tuple[Fault, ...] = ()

    def of_role(self, role: str) -> list[Column]:
        """The label columns of a role."""
        return [column for column in self.columns if column.role == role]

    @property
    def values(self) -> list[Column]:
        """The columns of numbers."""
        return self.of_role("value")


def is_letter(key: str) -> bool:
    """Whether a column is named by its letter: ``[C]``."""
    return key.startswith("[") and key.endswith("]") and key[1:-1].isalpha() and key[1:-1].isupper()


def find_header(grid: Grid, table: Table, form: TimeForm) -> int | None:
    """The first header row (the first body row when there is no header), or None when it is not there."""
    top, bottom, left, right = _area(grid, table)
    wanted = _required(table)
    if table.below:
        titled = (
            row for row in range(top, bottom) if any(fits(cell, table.below) for cell in grid.rows[row] if cell != "")
        )
        top = next(titled, bottom) + 1
    if wanted and table.header:
        for row in range(top, bottom):
            if not any(cell != "" for cell in grid.rows[row][left:right]):
                continue
            paths = [path for _, path, _ in _headings(grid, table, row, left, right) if path]
            if all(any(fits(path, key) for path in paths) for key in wanted):
                return row
        return None
    letters = [column_of(key[1:-1]) for key, role in table.columns.items() if is_letter(key) and role == "time"]
    for row in range(top, bottom):
        if letters:
            if any(grid.cell(row, column) != "" and parse_time(grid.cell(row, column), form) for column in letters):
                return max(row - table.header, 0)
        elif sum(cell != "" for cell in grid.rows[row][left:right]) > 1:
            return row
    return None


def find_region(grid: Grid, table: Table, header: int, borders: Collection[int] = ()) -> Region:
    """The table whose header row is known.

    Args:
        grid: The sheet.
        table: What the profile says.
        header: From ``find_header``.
        borders: Header rows of the sheet's other tables; this table ends above the next of them.

    Raises:
        DataError: A heading stands twice.
    """
    _, bottom, left, right = _area(grid, table)
    columns, notices = _columns(grid, table, header, left, right)
    first = header + table.header
    bottom = min([bottom, *(border for border in borders if border > header)])
    used = [column.index for column in columns] or list(range(left, right))
    rows: list[int] = []
    for row in range(first, bottom):
        cells = grid.rows[row]
        lead = next((cell for cell in cells[left:right] if cell != ""), "")
        if lead != "" and any(fits(lead, pattern) for pattern in table.stop):
            break
        if lead == "" or not any(index < len(cells) and cells[index] != "" for index in used):
            if (rows and table.blank_rows == "stop" and lead == "") and not _unread(grid, row, used):
                break
            if not _unread(grid, row, used):
                continue
        rows.append(row)
    return Region(header, tuple(rows), tuple(columns), tuple(notices))


def missing_headings(grid: Grid, table: Table) -> tuple[str, str]:
    """The headings wanted, and those the most similar row does not have: for the message."""
    top, bottom, left, right = _area(grid, table)
    wanted = _required(table)
    fewest = wanted
    for row in range(top, min(bottom, top + 2000)):
        paths = [path for _, path, _ in _headings(grid, table, row, left, right) if path]
        missing = [key for key in wanted if not any(fits(path, key) for path in paths)]
        if len(missing) < len(fewest):
            fewest = missing
    title = (table.below,) if table.below else ()
    return ", ".join((*title, *wanted)), ", ".join(fewest or title)


def above(grid: Grid, header: int, pattern: str) -> str | None:
    """What the nearest such cell above the header says: the part ``{…}`` stands for, or the cell to the right."""
    for row in reversed(range(header)):
        for column, cell in enumerate(grid.rows[row]):
            if cell == "":
                continue
            if "{" in pattern:
                if parts := fill(cell, pattern):
                    return next(iter(parts.values()))
            elif fits(cell, pattern):
                right = next((one for one in grid.rows[row][column + 1 :] if one != ""), "")
                return as_text(right) if right != "" else None
    return None


def column_headed(grid: Grid, table: Table, header: int, pattern: str) -> int | None:
    """The column a heading stands over, whether the profile gives it a meaning or not."""
    _, _, left, right = _area(grid, table)
    return next((i for i, path, _ in _headings(grid, table, header, left, right) if path and fits(path, pattern)), None)


def columns_headed(grid: Grid, table: Table, header: int, patterns: Iterable[str], key: str) -> list[int]:
    """Columns of other use, by heading.

    Args:
        grid: The sheet.
        table: What the profile says of the table.
        header: Row of the headings.
        patterns: Headings.
        key: Where the profile names them, for what is said.

    Raises:
        DataError: There is no such heading.
    """
    columns = []
    for pattern in patterns:
        at = column_headed(grid, table, header, pattern)
        if at is None:
            raise DataError(fault("no_column", grid.where(header), header=pattern, key=key))
        columns.append(at)
    return columns


def _required(table: Table) -> list[str]:
    return [
        key
        for key, meaning in table.columns.items()
        if not is_letter(key) and meaning != "skip" and not (isinstance(meaning, Value) and meaning.optional)
    ]


def _area(grid: Grid, table: Table) -> tuple[int, int, int, int]:
    """Rows and columns to look in: top, bottom (not included), left, right (not included)."""
    if not table.area:
        return 0, len(grid.rows), 0, grid.width
    first, last = table.area.split(":")
    left, top = first.rstrip("0123456789"), first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    right, bottom = last.rstrip("0123456789"), last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    rows = len(grid.rows)
    return int(top or 1) - 1, min(int(bottom or rows), rows), column_of(left), column_of(right) + 1


def _headings(grid: Grid, table: Table, row: int, left: int, right: int) -> list[tuple[int, str, tuple[Cell, ...]]]:
    """Column, joined heading and heading cells; upper rows reach to the right over blanks."""
    levels: list[list[Cell]] = []
    lowest = row + table.header - 1
    for level in range(row, row + table.header):
        cells = [grid.label(level, column) for column in range(left, right)]
        if level != lowest:
            for at in range(1, len(cells)):
                if cells[at] == "" and grid.label(lowest, left + at) != "":
                    cells[at] = cells[at - 1]
        levels.append(cells)
    found = []
    for at in range(right - left):
        heads = tuple(cells[at] for cells in levels)
        texts: list[str] = []
        for head in heads:
            text = " ".join(as_text(head).split())
            if text and (not texts or normal(text) != normal(texts[-1])):
                texts.append(text)
        found.append((left + at, " / ".join(texts), heads))
    return found


def _columns(grid: Grid, table: Table, header: int, left: int, right: int) -> tuple[list[Column], list[Fault]]:
    columns: list[Column] = []
    notices: list[Fault] = []
    taken: dict[str, int] = {}
    by_letter = {column_of(key[1:-1]): key for key in table.columns if is_letter(key)}
    texts = [key for key in table.columns if not is_letter(key)]
    denominators = {one.denominator for one in table.columns.values() if isinstance(one, Value) and one.denominator}
    for index, path, heads in _headings(grid, table, header, left, right):
        key = by_letter.get(index) or next((one for one in texts if path and fits(path, one)), None)
        if key is None:
            if table.wide and path and (column := _wide_column(table, index, path, heads)):
                columns.append(column)
            elif path and not any(fits(path, one) for one in denominators):
                notices.append(fault("new_column", grid.where(header, index), header=grid.shown(path)))
            continue
        meaning = table.columns[key]
        if key in taken and "*" not in key and meaning != "skip":
            raise DataError(fault("double_header", grid.where(header, index), header=grid.shown(path)))
        taken[key] = index
        if isinstance(meaning, Value):
            columns.append(Column(index, path, "value", meaning))
        elif meaning != "skip":
            columns.append(Column(index, path, meaning))
        else:
            columns.append(Column(index, path, "skip"))
    return columns, notices


def _wide_column(table: Table, index: int, path: str, heads: tuple[Cell, ...]) -> Column | None:
    for pattern in table.wide_patterns:
        if parts := fill(path, pattern):
            return Column(index, path, "value", heads={role: (part,) for role, part in parts.items()})
    labels: dict[str, tuple[Cell, ...]] = {}
    for role, head in zip(table.wide_roles, heads, strict=False):
        if head == "":
            return None
        labels[role] = (*labels.get(role, ()), head)
    return Column(index, path, "value", heads=labels) if labels else None


def _unread(grid: Grid, row: int, columns: list[int]) -> bool:
    return bool(grid.unread) and any((row, column) in grid.unread for column in columns)
