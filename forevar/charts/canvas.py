"""Layers on a fixed canvas: every position is ours, so that nothing is cut and no renderer decides anything.

The specification is written down as it is: Altair would spend twenty times as long on the same one, most of it on
checking what the tests check once (``tests/test_canvas.py`` holds it against Altair's schema).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forevar.charts.theme import RULE, config
from forevar.words import Words

Record = Mapping[str, Any]
Place = str | float
"""A field of the records (in the axis' unit), or a number: px from the left or the top."""
HAIR = 0.1
"""Px."""


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

    def scale(self) -> dict[str, Any]:
        """As Vega-Lite wants it, with no default left open."""
        kind: dict[str, Any] = {"type": "log", "base": 10} if self.log else {"type": "linear", "zero": False}
        fixed = {"nice": False, "clamp": False, "round": False}
        return {"domain": [self.low, self.high], "range": [self.start, self.end], **fixed, **kind}


class Px(float):
    """A fixed place: px from the left or the top, whatever the scale."""


@dataclass
class Layer:
    """Records drawn with one mark and one look."""

    mark: str
    channels: dict[str, Any]
    look: dict[str, Any]
    z: float = 0
    records: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Canvas:
    """Marks on ``width`` x ``height`` px, drawn in the order they are asked for, texts last.

    Attributes:
        width: Px.
        height: Px; may be set after the drawing.
        x: Scale of ``x`` and ``x2``; px when not given.
        y: The same for ``y`` and ``y2``; px from the top when not given.
    """

    width: float
    height: float = 0
    x: Axis = field(default_factory=lambda: Axis(0, 2000, 0, 2000))
    y: Axis = field(default_factory=lambda: Axis(0, 4000, 0, 4000))
    layers: list[Layer] = field(default_factory=list)

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
        if mark == "line" and order is None:
            raise ValueError("a line needs the field that orders its points")
        if colour is not None and colour.startswith("#"):
            look, colour = {**look, "color": colour}, None
        channels = {"x": x, "y": y, "x2": x2, "y2": y2, "text": text, "color": colour, "detail": detail,
                    "order": order, "tooltip": tip}  # fmt: skip
        channels = {channel: place for channel, place in channels.items() if place is not None}
        fields = sorted({place for place in channels.values() if isinstance(place, str)})
        rows = [{name: plain(record[name]) for name in fields} for record in records]
        if rows:
            self.layers.append(Layer(mark, channels, look, records=rows))

    def put(
        self,
        mark: str,
        *,
        x: float,
        y: float,
        x2: float | None = None,
        y2: float | None = None,
        text: str | None = None,
        tip: str | None = None,
        z: float = 0,
        **look: Any,
    ) -> None:
        r"""Add one mark; marks of the same look share a layer.

        Args:
            mark: As in ``draw``.
            x: Value on the scale, or ``Px``.
            y: The same.
            x2: Other end.
            y2: Other end.
            text: The text; ``\n`` begins a new line.
            tip: Text shown under the pointer.
            z: Layers with a lower number lie further back; texts always lie in front.
            look: As in ``draw``; ``colour`` is the mark's colour.
        """
        if "colour" in look:
            look["color"] = look.pop("colour")
        values = {"x": x, "y": y, "x2": x2, "y2": y2, "text": text, "tooltip": tip}
        values = {channel: value for channel, value in values.items() if value is not None}
        channels = {c: value if isinstance(value, Px) else c for c, value in values.items()}
        record = {c: plain(value) for c, value in values.items() if not isinstance(value, Px)} or {"n": 0}
        for layer in self.layers:
            if (layer.mark, layer.channels, layer.look, layer.z) == (mark, channels, look, z):
                layer.records.append(record)
                return
        self.layers.append(Layer(mark, channels, look, z, [record]))

    def write(self, text: str | Sequence[str], x: float, y: float, **look: Any) -> None:
        """One text at a fixed place; several lines when given as a list. At the right edge it keeps off by a hair.

        Vega adds and subtracts a text's width, and what is left over would make the drawing a pixel wider.
        """
        lines = text if isinstance(text, str) else "\n".join(text)
        on_rows = self.y.low == self.y.start and self.y.high == self.y.end
        self.put("text", x=Px(min(x, self.width - HAIR)), y=y if on_rows else Px(y), text=lines, **look)

    def part(self, y: float) -> None:
        """A thin line from edge to edge, a pixel short of each so that its own width stays inside."""
        self.put("rule", x=Px(1), x2=Px(self.width - 1), y=y, z=1, colour=RULE)

    def chart(self) -> dict[str, Any]:
        """The layers as one Vega-Lite view."""
        ordered = sorted(self.layers, key=lambda layer: (layer.mark == "text", layer.z))
        return {"layer": [self._view(layer) for layer in ordered], "width": self.width, "height": self.height}

    def _view(self, layer: Layer) -> dict[str, Any]:
        encoding: dict[str, Any] = {}
        for channel, place in layer.channels.items():
            if not isinstance(place, str):
                encoding[channel] = {"value": float(place)}
            elif channel in ("x", "y"):
                axis = self.x if channel == "x" else self.y
                stack: dict[str, Any] = {"stack": None} if layer.mark in ("area", "bar") else {}
                encoding[channel] = {
                    "field": place,
                    "type": "quantitative",
                    "scale": axis.scale(),
                    "axis": None,
                    **stack,
                }
            elif channel in ("x2", "y2"):
                encoding[channel] = {"field": place}
            elif channel == "color":
                encoding[channel] = {"field": place, "type": "nominal", "scale": None, "legend": None}
            else:
                encoding[channel] = {"field": place, "type": "quantitative" if channel == "order" else "nominal"}
        mark = {"type": layer.mark, **layer.look}
        return {"data": {"values": layer.records}, "mark": mark, "encoding": encoding}


def plain(value: Any) -> Any:
    """A number, text or list of texts as JSON knows it; not-a-number is null, floats keep four decimals."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    return value


def finish(chart: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The specification every face can draw: same bytes for the same tables.

    Records are named by their content, so that panels with the same ones share them. The schema's address is left
    out, because JupyterLab and the report have different versions and each would warn of the other's.

    Args:
        chart: From ``Canvas.chart``, or several of them under ``concat``.
        words: For number signs.
    """
    views = [layer for view in chart.get("concat", [chart]) for layer in view["layer"]]
    datasets: dict[str, Any] = {}
    for view in views:
        values = view["data"]["values"]
        content = json.dumps(values, sort_keys=True).encode()
        name = f"data-{hashlib.sha256(content).hexdigest()[:32]}"
        datasets[name], view["data"] = values, {"name": name}
    return {
        **chart,
        "datasets": datasets,
        "config": config(words),
        "usermeta": {"embedOptions": {"actions": False, "renderer": "svg"}},
    }


def grid(panels: Sequence[Canvas], columns: int, words: Words, gap: float = 0) -> dict[str, Any]:
    """Panels of equal size in rows of ``columns``, edge to edge."""
    views = [panel.chart() for panel in panels]
    flush = {"columns": columns, "spacing": gap, "bounds": "flush", "align": "none"}
    return finish({"concat": views, **flush}, words)


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
    fitted = _rising(shifted)
    top = high - gap * (len(places) - 1)
    moved = [0.0] * len(places)
    for n, i in enumerate(order):
        moved[i] = round(float(min(max(fitted[n], low), max(top, low))) + n * gap, 2)
    return moved


def _rising(values: Sequence[float]) -> list[float]:
    """The nearest values (least squares) of which none falls: neighbours that would are pooled.

    Written out because scipy.optimize takes half a second to import, in every notebook.
    """
    pools: list[tuple[float, int]] = []
    for value in values:
        pools.append((value, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (last, m), (before, n) = pools.pop(), pools.pop()
            pools.append(((before * n + last * m) / (n + m), n + m))
    return [mean for mean, count in pools for _ in range(count)]
