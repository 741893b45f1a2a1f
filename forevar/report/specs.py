"""Many chart specifications → one JSON in which what they share (data, scales, theme) is written once."""

from __future__ import annotations

import json
from typing import Any

LEAST = 40  # letters; a shorter part costs more to point at than to repeat
POINTER = "$"


class SpecPool:
    """The specifications of a page.

    Equal parts become one node; a node that two others hold is written to the pool, and ``{"$": 3}`` points at it.
    """

    def __init__(self) -> None:
        self._ids: dict[Any, int] = {}
        self._nodes: list[Any] = []
        self._sizes: list[int] = []
        self._holders: list[int] = []
        self._charts: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._charts)

    def add(self, chart: str, specs: dict[str, Any]) -> None:
        """Take in the drawings of a chart, by its id."""
        self._charts[chart] = self._take(specs)

    def as_json(self) -> str:
        """``{"pool": [...], "charts": {id: {"wide": ..., "narrow": ...}}}``, safe inside a script element."""
        shared = [at for at, node in enumerate(self._nodes) if self._is_shared(at, node)]
        places = {at: place for place, at in enumerate(shared)}
        pool = [self._write(self._nodes[at], places) for at in shared]
        charts = {chart: self._write(self._nodes[at], places) for chart, at in self._charts.items()}
        text = json.dumps({"pool": pool, "charts": charts}, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

    def _is_shared(self, at: int, node: Any) -> bool:
        return isinstance(node, (dict, list)) and self._holders[at] > 1 and self._sizes[at] >= LEAST

    def _take(self, value: Any) -> int:
        """The node of a value: a dict or list of other nodes, or the value itself."""
        node: Any = value
        key: tuple[Any, ...]
        if isinstance(value, dict):
            node = {str(name): self._take(part) for name, part in value.items()}
            key = ("dict", *node.items())
        elif isinstance(value, (list, tuple)):
            node = [self._take(part) for part in value]
            key = ("list", *node)
        else:
            key = (type(value), value)
        if key not in self._ids:
            self._ids[key] = len(self._nodes)
            self._nodes.append(node)
            self._sizes.append(self._size(node))
            self._holders.append(0)
            for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
                self._holders[part] += 1
        return self._ids[key]

    def _size(self, node: Any) -> int:
        """Letters of a node, about."""
        if isinstance(node, dict):
            return 1 + sum(len(name) + 4 + self._sizes[at] for name, at in node.items())
        if isinstance(node, list):
            return 1 + sum(1 + self._sizes[at] for at in node)
        return len(str(node))

    def _write(self, node: Any, places: dict[int, int]) -> Any:
        """The node as JSON, with pointers to what stands in the pool."""
        if isinstance(node, dict):
            return {name: self._part(at, places) for name, at in node.items()}
        if isinstance(node, list):
            return [self._part(at, places) for at in node]
        return node

    def _part(self, at: int, places: dict[int, int]) -> Any:
        return {POINTER: places[at]} if at in places else self._write(self._nodes[at], places)
