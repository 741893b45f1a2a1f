"""Layers on a fixed canvas: every position is ours, so that nothing is cut and no renderer decides anything."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt
from scipy.optimize import isotonic_regression

from forevar.charts.theme import config
from forevar.words import Words

Record = Mapping[str, Any]
Place = str | float
"""A field of the records (in the axis' unit), or a number: px from the left or the top."""


@dataclass(frozen=True)
class Axis:
    """A scale from values to px, fixed on both sides.

    Attributes:
        low: Value at ``start``.
        high: Value at ``end``.
        start: Px.
        end: Px.
        log: Whether equal ratios are equally far apart.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """Px of a value."""
        low, high, value = (math.log(v) if self.log else v for v in (self.low, self.high, value))
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def value(self, px: float) -> float:
        """Value at a px."""
        share = (px - self.start) / (self.end - self.start)
        if self.log:
            return math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        return self.low + share * (self.high - self.low)

    def scale(self) -> alt.Scale:
        """As Vega-Lite wants it, with no default left open."""
        kind: dict[str, Any] = {"type": "log", "base": 10} if self.log else {"type": "linear", "zero": False}
        return alt.Scale(
            domain=[self.low, self.high], range=[self.start, self.end], nice=False, clamp=False, round=False, **kind
        )


def pixels(length: float) -> Axis:
    """An axis whose values are px already."""
    return Axis(0, length, 0, length)


@dataclass
class Canvas:
    """Marks on ``width`` x ``height`` px, drawn in the order they are asked for.

    Attributes:
        width: Px.
        height: Px.
        x: Scale of the fields given as ``x`` and ``x2``; px when not given.
        y: The same for ``y`` and ``y2``; px from the top when not given.
    """

    width: float
    height: float
    x: Axis | None = None
    y: Axis | None = None
    layers: list[alt.Chart] = field(default_factory=list)

    def draw(
        self,
        mark: str,
        records: Iterable[Record],
        *,
        x: Place = "x",
        y: Place = "y",
        x2: Place | None = None,
        y2: Place | None = None,
        text: str | None = None,
        colour: str | None = None,
        detail: str | None = None,
        order: str | None = None,
        tip: str | None = None,
        **look: Any,
    ) -> None:
        """Add one layer; nothing when there are no records.

        Args:
            mark: Vega-Lite's mark: ``text``, ``rule``, ``rect``, ``point``, ``line``, ``area``.
            records: Mappings; only the fields named here are kept. NaN becomes null.
            x: A field, or px.
            y: A field, or px.
            x2: Other end of a rule, rect or area.
            y2: Other end of a rule, rect or area.
            text: Field with the text.
            colour: ``#RRGGBB``, or the field that holds one.
            detail: Field that parts lines.
            order: Field that orders a line's points.
            tip: Field with the text shown under the pointer.
            look: Properties of the mark, as in Vega-Lite (``fontSize``, ``strokeWidth``, ``dx`` …).
        """
        channels: dict[str, Any] = {}
        fields: set[str] = set()
        for channel, place, maker, axis in (
            ("x", x, alt.X, self.x or pixels(self.width)),
            ("y", y, alt.Y, self.y or pixels(self.height)),
        ):
            if isinstance(place, str):
                stack: dict[str, Any] = {"stack": None} if mark in ("area", "bar") else {}
                channels[channel] = maker(f"{place}:Q", scale=axis.scale(), axis=None, **stack)
                fields.add(place)
            else:
                channels[channel] = alt.value(place)
        for channel, other, second in (("x2", x2, alt.X2), ("y2", y2, alt.Y2)):
            if isinstance(other, str):
                channels[channel] = second(other)
                fields.add(other)
            elif other is not None:
                channels[channel] = alt.value(other)
        for channel, name, encode in (
            ("text", text, alt.Text),
            ("detail", detail, alt.Detail),
            ("tooltip", tip, alt.Tooltip),
        ):
            if name is not None:
                channels[channel] = encode(f"{name}:N")
                fields.add(name)
        if order is not None:
            channels["order"] = alt.Order(f"{order}:Q")
            fields.add(order)
        if colour is not None and colour.startswith("#"):
            look["color"] = colour
        elif colour is not None:
            channels["color"] = alt.Color(f"{colour}:N", scale=None, legend=None)
            fields.add(colour)
        rows = [{name: plain(record[name]) for name in sorted(fields)} for record in records]
        if not rows:
            return
        if mark == "line" and order is None:
            raise ValueError("a line needs the field that orders its points")
        self.layers.append(
            alt.Chart(alt.InlineData(values=rows), mark=alt.MarkDef(type=mark, **look)).encode(**channels)  # type: ignore[arg-type]
        )

    def write(self, text: str | Sequence[str], x: float, y: float, **look: Any) -> None:
        """One text at a fixed place; several lines when given as a list."""
        self.draw("text", [{"text": text if isinstance(text, str) else "\n".join(text)}], x=x, y=y, text="text", **look)

    def chart(self) -> Any:
        """The layers as one Altair chart."""
        return alt.layer(*self.layers).properties(width=self.width, height=self.height)


def plain(value: Any) -> Any:
    """A number, text or list of texts as JSON knows it; not-a-number is null, floats keep four decimals."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    return value


def finish(chart: Any, words: Words) -> dict[str, Any]:
    """The specification every face can draw: same bytes for the same tables.

    The schema's address is left out, because JupyterLab and the report have different versions and each would warn of
    the other's.
    """
    spec: dict[str, Any] = chart.to_dict(validate=True)
    spec.pop("$schema", None)
    spec["config"] = config(words)
    spec["usermeta"] = {"embedOptions": {"actions": False, "renderer": "svg"}}
    return spec


def grid(panels: Sequence[Canvas], columns: int, words: Words, gap: float = 0) -> dict[str, Any]:
    """Panels of equal size in rows of ``columns``, edge to edge."""
    charts = [panel.chart() for panel in panels]
    return finish(alt.concat(*charts, columns=columns, spacing=gap, bounds="flush", align="none"), words)


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places moved as little as possible (least squares) so that neighbours are ``gap`` apart, within low and high.

    Args:
        places: Px, in any order.
        gap: Px.
        low: Least px.
        high: Largest px.
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    shifted = [min(max(places[i], low), high) - n * gap for n, i in enumerate(order)]
    fitted: Sequence[float] = list(isotonic_regression(shifted).x) if shifted else []
    top = high - gap * (len(places) - 1)
    moved = [0.0] * len(places)
    for n, i in enumerate(order):
        moved[i] = round(float(min(max(fitted[n], low), max(top, low))) + n * gap, 2)
    return moved
