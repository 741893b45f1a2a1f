"""Builders for tests of change, certainty and what follows from them: a test shows only what matters to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from forevar.period import Period
from forevar.settings import Method
from forevar.yaml_file import read_yaml

METHOD_FILE = Path(__file__).parents[1] / "params" / "method.yml"


def method(**certainty: object) -> Method:
    """The workspace's method, with some rules of certainty replaced."""
    tree = read_yaml(METHOD_FILE)
    tree["certainty"] |= certainty
    return Method.model_validate(tree)


def observations(values: list[float], last: str = "2026-1", **columns: object) -> pd.DataFrame:
    """One half-yearly series that ends in ``last``; NaN where there is no figure."""
    periods = [str(Period.parse(last) + -back) for back in reversed(range(len(values)))]
    row = {
        "source": "mbf", "measure": "positive", "substance": "heroin", "dimension": "use", "place": "",
        "frequency": "half_year", "denominator": np.nan, "unit": "count", "status": "ok", "mark": "", "origin": "",
    }  # fmt: skip
    return pd.DataFrame([row | columns | {"period": p, "value": v} for p, v in zip(periods, values, strict=True)])


def signal(value: float | None, **columns: object) -> dict[str, object]:
    """One scored source."""
    row = {
        "period": "2026-1", "source": "mbf", "measure": "positive", "substance": "heroin", "dimension": "use",
        "agency": columns.get("source", "mbf"), "kind": "statistics", "unit": "count", "previous": np.nan,
        "current": np.nan, "exposure_previous": 183.0, "exposure_current": 182.0, "denominator_previous": np.nan,
        "denominator_current": np.nan, "more": np.nan, "same": np.nan, "less": np.nan, "change": np.nan,
        "value": np.nan if value is None else float(value), "weight": 1.0, "flag": "", "reason": "", "word": "",
        "is_new": False, "origin_previous": "", "origin_current": "",
    } | columns  # fmt: skip
    return row | {"contribution": row["value"] * row["weight"]}


def signals(*rows: dict[str, object]) -> pd.DataFrame:
    """A table of scored sources."""
    return pd.DataFrame(rows)
