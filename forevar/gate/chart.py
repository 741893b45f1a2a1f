"""A Vega-Lite specification → its records, and the columns it carries without showing them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from forevar.gate.piece import Piece, row

NEAR = 9.0
"""Records whose y lies this close, in px, stand on one line."""


def is_chart(value: object) -> bool:
    """Whether a JSON value looks like a specification."""
    return isinstance(value, dict) and (
        "vega" in str(value.get("$schema", "")) or bool({"datasets", "layer", "mark", "encoding"} & value.keys())
    )


def chart_pieces(spec: dict[str, Any], where: str) -> Iterator[Piece]:
    """Every record of every dataset, records of one line joined; then columns nothing refers to."""
    used = {text for part in _without_data(spec) for text in _strings(part)}
    lines: list[tuple[float, list[str], list[str]]] = []
    for name, records in _datasets(spec):
        columns = dict.fromkeys(key for record in records for key in record)
        for column in columns:
            if not any(column == text or f"datum.{column}" in text or f"'{column}'" in text for text in used):
                yield Piece(f"{where} > {name}", column, kind="column")
        for number, record in enumerate(records):
            cells, heads = [_text(value) for value in record.values()], list(record)
            if cells:
                yield row(f"{where} > {name}, record {number + 1}", cells, heads)
            words = [_text(value) for key, value in record.items() if isinstance(value, str) and key != "tooltip"]
            if words and isinstance(record.get("y"), int | float):
                lines.append((float(record["y"]), words, ["text"] * len(words)))
    yield from _joined(lines, where)


def _joined(lines: list[tuple[float, list[str], list[str]]], where: str) -> Iterator[Piece]:
    lines.sort(key=lambda line: line[0])
    while lines:
        y = lines[0][0]
        near = [line for line in lines if line[0] - y <= NEAR]
        lines = lines[len(near) :]
        if len(near) > 1:
            words = [word for line in near for word in line[1]]
            yield row(f"{where}, line at y {y:g}", words, ["text"] * len(words))


def _datasets(spec: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for name, records in (spec.get("datasets") or {}).items():
        yield f"datasets {name}", [one for one in records if isinstance(one, dict)]
    for number, values in enumerate(_inline(spec)):
        yield f"data.values {number + 1}", values


def _inline(value: Any) -> Iterator[list[dict[str, Any]]]:
    """Every ``data.values`` at any depth."""
    if isinstance(value, dict):
        data = value.get("data")
        if isinstance(data, dict) and isinstance(data.get("values"), list):
            yield [one if isinstance(one, dict) else {"data": one} for one in data["values"]]
        for key, part in value.items():
            if key != "datasets":
                yield from _inline(part)
    elif isinstance(value, list):
        for part in value:
            yield from _inline(part)


def _without_data(value: Any) -> Iterator[Any]:
    yield {key: part for key, part in value.items() if key not in ("datasets", "data", "usermeta", "description")}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in ("data", "datasets"):
                yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
