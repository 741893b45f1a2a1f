"""Builders for scores: a test shows only what matters."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from forevar.score import panel_counts, score_signals
from forevar.settings import Method, Source
from forevar.terms import ANSWER_COLUMNS
from forevar.yaml_file import read_yaml

METHOD = Path(__file__).parent.parent / "params" / "method.yml"


@cache
def _method_file() -> dict[str, Any]:
    return dict(read_yaml(METHOD))


def make_method(**changed: Any) -> Method:
    """The demonstration's method with some settings changed."""
    return Method.model_validate({**_method_file(), **changed})


def make_sources(kind: str = "statistics", **changed: Any) -> dict[str, Source]:
    """Customs with weight 2 on availability, and another source."""
    measures = {
        "seizures": {"dimension": "availability", "unit": "count"},
        "amount": {"dimension": "availability", "unit": "g"},
        "change": {"dimension": "availability", "unit": "answers"},
    }
    entry = {"name": "Tolletaten", "kind": kind, "measures": measures, "weights": {"availability": 2}, **changed}
    other = {"name": "Andre", "kind": "statistics", "measures": measures}
    return {"customs": Source.model_validate(entry), "other": Source.model_validate(other)}


def observation(period: str, value: float | None, **changed: Any) -> dict[str, Any]:
    """One tidy figure."""
    row = {
        "source": "customs", "measure": "seizures", "substance": "kokain", "dimension": "availability", "place": "",
        "period": period, "frequency": "half_year", "value": float("nan") if value is None else float(value),
        "denominator": float("nan"), "unit": "count", "status": "ok", "mark": "", "origin": f"{period}:A1",
    }  # fmt: skip
    return {**row, **changed}


def answer(said: Sequence[str]) -> pd.DataFrame:
    """Tidy answers of a panel on availability of kokain, one informant each."""
    rows = [
        ("customs", "2026-1", str(number), "risk", "kokain", "availability_change", one, "", f"B{number}")
        for number, one in enumerate(said)
    ]
    return pd.DataFrame(rows, columns=list(ANSWER_COLUMNS))


def step(
    previous: float | None,
    current: float | None,
    *,
    unit: str = "count",
    status: str = "ok",
    method: Method | None = None,
    sources: dict[str, Source] | None = None,
) -> dict[str, Any]:
    """The signal of one source with these two figures; None: there is none."""
    rows = [
        observation(period, value, unit=unit, status=status if period == "2026-1" else "ok")
        for period, value in (("2025-2", previous), ("2026-1", current)) if value is not None
    ]  # fmt: skip
    anchors = [observation(period, 1, source="other") for period in ("2025-2", "2026-1")]
    signals = score_signals(
        pd.DataFrame(rows + anchors), panel_counts(answer([]), {}), method or make_method(), sources or make_sources()
    )
    return dict(signals[signals["source"] == "customs"].iloc[0])
