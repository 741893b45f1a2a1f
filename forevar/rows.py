"""A table's rows one by one, for what is worded, drawn or set row by row."""

from __future__ import annotations

from typing import Any

import pandas as pd


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as mappings, column → value; what ``to_dict("records")`` gives, without its price for every column."""
    names = [str(name) for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.to_numpy(object).tolist()]
