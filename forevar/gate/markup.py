"""HTML, SVG and JSON → pieces: what is seen, and what lies in attributes, comments, scripts and data links."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, Doctype

from forevar.gate.chart import chart_pieces, is_chart
from forevar.gate.piece import Piece, row

BLOCKS = frozenset({
    "p", "li", "td", "th", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "caption", "div", "section",
    "summary", "label", "title", "desc", "metadata", "text", "blockquote", "pre", "a", "option", "header", "footer",
})  # fmt: skip
DRAWN = frozenset({"d", "points", "transform", "viewbox", "class", "id", "style", "x", "y", "width", "height", "for"})
_DATA = re.compile(r"data:([\w/+.-]*)((?:;[\w=-]+)*),([^\"')\s>]*)")
_MOVE = re.compile(r"translate\(\s*(-?[\d.]+)[ ,]+(-?[\d.]+)")
LINE = 6.0
_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.){6,}"|[\[{][^\[\]{}]{6,400}[\]}]')


def markup_pieces(source: str, where: str = "") -> Iterator[Piece]:
    """Every piece of an HTML or SVG text."""
    soup = BeautifulSoup(source, "html.parser")
    at = f"{where} > " if where else ""
    for node in soup.find_all(string=lambda text: isinstance(text, Comment)):
        yield Piece(f"{at}comment", str(node))
        yield from _nested(str(node), f"{at}comment")
    for tag in soup.find_all(["script", "style"]):
        yield from _script(tag, at)
    for tag in soup.find_all(["script", "style"]):
        tag.decompose()
    for table in soup.find_all("table"):
        yield from _table(table, at)
    for drawing in soup.find_all("svg"):
        yield from _lines(drawing, f"{at}{_name(drawing)}")
    for tag in soup.find_all(True):
        place = f"{at}{_name(tag)}" if tag.attrs else at
        for name, value in tag.attrs.items():
            text = " ".join(value) if isinstance(value, list) else str(value)
            yield from _nested(text, f"{place} @{name}")
            if not text.startswith("data:"):
                yield Piece(f"{place} @{name}", text, kind="code" if name.lower() in DRAWN else "text")
    yield from _texts(soup, at)


def json_pieces(value: Any, where: str) -> Iterator[Piece]:
    """Every text and number in a JSON value; charts by their records."""
    if is_chart(value):
        yield from chart_pieces(value, where)
        value = {key: part for key, part in value.items() if key not in ("datasets", "data")}
    if isinstance(value, dict):
        flat = {str(key): part for key, part in value.items() if not isinstance(part, dict | list)}
        if len(flat) > 1:
            yield row(where, [str(part) for part in flat.values()], list(flat))
        for key, part in value.items():
            yield Piece(f"{where} > {key}", str(key), kind="code")
            yield from json_pieces(part, f"{where} > {key}")
    elif isinstance(value, list):
        if value and not any(isinstance(part, dict | list) for part in value):
            yield row(where, [str(part) for part in value])
        for number, part in enumerate(value):
            yield from json_pieces(part, f"{where} > {number + 1}")
    elif value is not None and not isinstance(value, bool):
        text = str(value)
        if "<" in text and ">" in text:
            yield from markup_pieces(text, where)
        else:
            yield Piece(where, text)
            yield from _nested(text, where)


def csv_pieces(source: str, where: str) -> Iterator[Piece]:
    """Every row of a CSV, with the heads of its first row."""
    dialect = ";" if source.partition("\n")[0].count(";") >= source.partition("\n")[0].count(",") else ","
    heads: list[str] = []
    for number, cells in enumerate(csv.reader(io.StringIO(source), delimiter=dialect)):
        if any(cells):
            yield row(f"{where}, row {number + 1}", cells, heads)
        heads = heads or cells


def unpacked(charts: dict[str, Any]) -> dict[str, Any]:
    """Charts of a page whose common parts stand once in ``pool``: every ``{"$": n}`` replaced by part n."""
    pool = charts["pool"]

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            return fill(pool[value["$"]]) if value.keys() == {"$"} else {key: fill(part) for key, part in value.items()}
        return [fill(part) for part in value] if isinstance(value, list) else value

    return {key: fill(part) for key, part in charts["charts"].items()}


def _script(tag: Tag, at: str) -> Iterator[Piece]:
    text, where = tag.get_text(), f"{at}{_name(tag)}"
    if "json" in str(tag.get("type", "")):
        try:
            value = json.loads(text)
        except ValueError:
            yield Piece(where, text)
            return
        if isinstance(value, dict) and value.keys() == {"pool", "charts"}:
            value = unpacked(value)
        yield from json_pieces(value, where)
    else:
        yield Piece(where, text, kind="code")
        yield from _nested(text, where)
        yield from _literals(text, where)


def _literals(code: str, where: str) -> Iterator[Piece]:
    """Texts, lists and records that stand in a script as they would in JSON; what is not JSON is only code."""
    for found in _LITERAL.finditer(code):
        try:
            value = json.loads(found[0])
        except ValueError:
            continue
        yield from json_pieces(value, f"{where} > literal")


def _table(table: Tag, at: str) -> Iterator[Piece]:
    rows = [one for one in table.find_all("tr") if one.find_parent("table") is table]
    heads: list[str] = []
    for number, line in enumerate(rows):
        cells = [one.get_text(" ", strip=True) for one in line.find_all(["td", "th"])]
        if len(cells) > 1:
            yield row(f"{at}{_name(table)}, row {number + 1}", cells, heads)
        heads = heads or cells


def _lines(drawing: Tag, where: str) -> Iterator[Piece]:
    """Texts of a drawing that stand on one line, joined."""
    found = []
    for text in drawing.find_all("text"):
        y = float(str(text.get("y") or 0) if re.fullmatch(r"-?[\d.]+", str(text.get("y") or 0)) else 0)
        for tag in (text, *text.parents):
            if move := _MOVE.search(str(tag.get("transform", "") if isinstance(tag, Tag) else "")):
                y += float(move[2])
            if tag is drawing:
                break
        found.append((y, text.get_text(" ", strip=True)))
    found.sort(key=lambda one: one[0])
    while found:
        near = [one for one in found if one[0] - found[0][0] <= LINE]
        found = found[len(near) :]
        if len(near) > 1:
            words = [text for _, text in near]
            yield row(f"{where}, line at y {near[0][0]:g}", words, ["text"] * len(words))


def _nested(text: str, where: str) -> Iterator[Piece]:
    """What a data link carries, opened."""
    for kind, options, body in _DATA.findall(text):
        if kind.startswith("font") or "font" in kind:
            continue
        try:
            raw = base64.b64decode(body + "=" * (-len(body) % 4)) if "base64" in options else _unquoted(body)
        except (binascii.Error, ValueError):
            continue
        if kind.startswith("image/") and "svg" not in kind:
            from forevar.gate.picture import picture_pieces

            yield from picture_pieces(raw, f"{where} > picture")
            continue
        inner = raw.decode("utf-8-sig", errors="replace")
        name = f"{where} > {kind or 'data'}"
        if "csv" in kind:
            yield from csv_pieces(inner, name)
        elif "json" in kind:
            yield from json_pieces(json.loads(inner), name)
        else:
            yield from markup_pieces(inner, name)


def _unquoted(body: str) -> bytes:
    return urllib.parse.unquote_to_bytes(body)


def _texts(soup: BeautifulSoup, at: str) -> Iterator[Piece]:
    """The text of every block, without that of blocks inside it."""
    held: dict[int, tuple[Tag, list[str]]] = {}
    for node in soup.find_all(string=True):
        if not isinstance(node, Comment | Doctype):
            block = next((one for one in node.parents if one.name in BLOCKS), soup)
            held.setdefault(id(block), (block, []))[1].append(str(node))
    for block, parts in held.values():
        if text := " ".join("".join(parts).split()):
            yield Piece(f"{at}{_name(block)}", text)


def _name(tag: Tag) -> str:
    """``table in #kokain``: enough to find it."""
    near = tag if tag.get("id") else tag.find_parent(id=True)
    place = f" in #{near['id']}" if near is not None and near is not tag else ""
    own = f"#{tag['id']}" if tag.get("id") else ""
    return f"{tag.name}{own}{place}"
