from typing import Any

import altair as alt
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.optimize import isotonic_regression

from forevar.charts.canvas import Axis, Canvas, _rising, finish, grid
from forevar.words import Words

WORDS = Words("nb", {key: {"nb": text} for key, text in {
    "number.decimal": ",", "number.thousands": " ", "number.percent": "$number %",
}.items()})  # fmt: skip


def drawing() -> Canvas:
    """Every mark and channel there is."""
    canvas = Canvas(640, 240, x=Axis(2016, 2026, 34, 540), y=Axis(1, 150, 220, 20, log=True))
    rows = [{"x": 2016, "y": 3.0, "n": 2, "low": 1.5, "hue": "#123456", "who": "a", "tip": "tre"}]
    canvas.draw("line", rows, order="n", detail="who", colour="hue", strokeDash=[7, 3])
    canvas.draw("area", rows, y2="low", colour="#EDF0F3")
    canvas.draw("point", rows, x=12, tip="tip", fill="white")
    canvas.put("rule", x=2016, x2=2026, y=3, colour="#8A929B")
    canvas.put("rect", x=2016, x2=2017, y=2, y2=4, text=None)
    canvas.write(["to", "linjer"], 10, 20, fontWeight=700)
    return canvas


def views(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [layer for view in spec.get("concat", [spec]) for layer in view["layer"]]


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        (alt.LayerChart, finish(drawing().chart(), WORDS)),
        (alt.ConcatChart, grid([drawing(), drawing()], 2, WORDS, gap=4)),
    ],
    ids=["one view", "grid"],
)
def test_drawing_is_what_altair_takes_for_a_chart(kind: Any, spec: dict[str, Any]) -> None:
    read = kind.from_dict(spec).to_dict(validate=True)
    added = {"$schema", "config"}  # the schema's address, and what Altair's own theme puts into config
    assert {key: read[key] for key in read if key not in added} == {key: spec[key] for key in spec if key != "config"}


def test_layers_that_show_the_same_records_share_them() -> None:
    spec = grid([drawing(), drawing()], 2, WORDS)
    names = [view["data"]["name"] for view in views(spec)]
    assert len(names) == 2 * len(spec["datasets"]) == 12


def test_areas_are_never_stacked_by_the_renderer() -> None:
    (area,) = [view for view in views(finish(drawing().chart(), WORDS)) if view["mark"]["type"] == "area"]
    assert area["encoding"]["y"]["stack"] is None


@given(some.lists(some.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_labels_move_as_little_as_scipy_would_move_them(values: list[float]) -> None:
    assert _rising(values) == pytest.approx(list(isotonic_regression(values).x), abs=1e-6)
