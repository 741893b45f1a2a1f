"""Simulated half-yearly series in the shape of the project's own tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from forevar.period import Period
from forevar.settings import Method
from forevar.yaml_file import read_yaml

LAST = Period(2026, 1)
KEY = {"measure": "m", "dimension": "use", "place": "", "unit": "count"}


def method() -> Method:
    """The method of the workspace this file lies in."""
    return Method.model_validate(read_yaml(Path(__file__).parents[1] / "params" / "method.yml"))


def draw(rng: np.random.Generator, mean: float, dispersion: float, size: tuple[int, ...]) -> np.ndarray:
    """Counts with a mean, and a variance that is so many times the mean."""
    if dispersion == 1:
        return rng.poisson(mean, size).astype(float)
    return rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, size).astype(float)


def observations(values: np.ndarray, substance: str = "") -> pd.DataFrame:
    """Tidy observations of (series, half-years) that end in the last half-year; one source a series."""
    periods = [str(LAST + -back) for back in reversed(range(values.shape[1]))]
    names = [f"s{number}" for number in range(len(values))]
    wide = pd.DataFrame(values, index=names, columns=periods).rename_axis("source").reset_index()
    tidy = wide.melt("source", var_name="period", value_name="value")
    return tidy.assign(**KEY, substance=substance, frequency="half_year", status="ok")


def changes(values: np.ndarray) -> pd.DataFrame:
    """The last two half-years of each series, as ``change.add_change`` takes them."""
    names = [f"s{number}" for number in range(len(values))]
    pairs = pd.DataFrame({"source": names, "previous": values[:, -2], "current": values[:, -1]})
    return pairs.assign(**KEY, substance="", period=str(LAST))
