"""A block of a notebook → the data its Typst function draws: which width it takes and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zlib import crc32

from forevar.blocks import NARROW, WIDE, Bundle
from forevar.report.document import Block
from forevar.report.svg import size_of
from forevar.report.typst_text import Markup, bind, markdown, plain, shape
from forevar.words import HARD_SPACE, Words

Draw = Callable[[Bundle], str]
Item = dict[str, Any]
Width = tuple[str, float]

# The printed widths, in millimetres, and the tallest drawing that may stand beside another or on a page.
FULL_MM, HALF_MM, HALF_TALLEST_MM, TALLEST_MM = 166, 79, 72, 220
# A turned page, and columns of one to three marks or of a signed number that can be read.
TURNED_MM, WIDEST_MARKS_MM, NARROWEST_MARKS_MM, MARKS_GAP_MM = 253, 7, 5.6, 0.25
MOST_WORDED_STEPS, LONGEST_LABEL, LABEL_MM = 7, 38, 1.2
# How much text, in characters, a table may have across and still stand in the margin, in the text, on a page upright.
MARGIN_CHARACTERS, TEXT_CHARACTERS, UPRIGHT_COLUMNS = 26, 64, 9
MARGIN_COLUMNS, TEXT_COLUMNS = 2, 5
LONGEST_NARROW = 14
STEPS = ("strong_fall", "fall", "small_fall", "stable", "small_rise", "rise", "strong_rise")


def figure(block: Block, draw: Draw) -> Item:
    """A figure, full width and, when its narrow drawing is low enough, also half.

    Two such figures that follow one another stand side by side.
    """
    item = {"kind": "drawing", **_words(block), "alt": block.get("alt") or block["title"], "half": False}
    item |= _drawing("wide", draw(block["wide"]), FULL_MM / WIDE)
    if block.get("narrow"):
        narrow = draw(block["narrow"])
        item["half"] = size_of(narrow)[1] * HALF_MM / NARROW <= HALF_TALLEST_MM
        if item["half"]:
            item |= _drawing("narrow", narrow, HALF_MM / NARROW)
    return item


def table(block: Block, words: Words) -> Item:
    """A table with the place it gets: ``margin``, ``text``, ``full`` or, with many columns, ``landscape``.

    Sideways there is room for the marks of a step alone; what stands beside them is then said to those who listen.
    """
    columns = [
        {"label": column["label"], "align": column.get("align", "left"), "kind": column.get("kind", "text")}
        for column in block["columns"]
    ]
    longest = [
        max([len(column["label"]), *(_length(row[x]) for row in block["rows"])]) for x, column in enumerate(columns)
    ]
    marks = [column["kind"] == "step" for column in columns]
    marks_only = sum(marks) > MOST_WORDED_STEPS
    if marks_only:
        place, widths = _mark_columns(marks, longest)
    else:
        place = "full" if any(marks) else _place(longest)
        widths = [("fr", 1) if mark else width for mark, width in zip(marks, _widths(longest, marks), strict=True)]
    for column, mark in zip(columns, marks, strict=True):
        column["turned"] = marks_only and mark
    return {
        "kind": "table", **_words(block), "columns": columns, "place": place, "marks-only": marks_only,
        "rows": [[_cell(cell, words, marks_only) for cell in row] for row in block["rows"]],
        "key": _key(block["rows"], words), "widths": widths,
        "groups": dict(block.get("groups", {})), "strong": list(block.get("strong", ())),
    }  # fmt: skip


def findings(block: Block, draw: Draw) -> Item:
    """The main findings with their small curves and the curves of the cover."""
    cover = draw(block["cover"]) if block.get("cover") else ""
    item = {
        "kind": "findings", "score-label": block["score_label"], "source": block.get("source", ""),
        "tag": block.get("tag", ""), "cover-alt": block.get("cover_alt") or block["score_label"],
        "rows": [
            {**{name: row[name] for name in ("name", "text", "robustness", "score", "colour")},
             "sparkline": draw(row["sparkline"]) if row.get("sparkline") else ""}
            for row in block["rows"]
        ],
    }  # fmt: skip
    return item | _drawing("cover", cover, FULL_MM / WIDE)


def text(block: Block, words: Words, *, bullets: bool = True) -> Item:
    """Running text, lead, aside or note to co-authors."""
    item = {"kind": "text", "role": block.get("role", "body")}
    name = block.get("id") or f"text-{crc32(block['markdown'].encode())}"
    item["body"] = markdown(block["markdown"], name, bullets=bullets)
    item["opens"], item["length"] = shape(block["markdown"])
    if item["role"] == "note":
        item["heading"] = words("report.note.heading")
    return item


def facts(block: Block) -> Item:
    """Label and value, in the margin."""
    return {"kind": "facts", "items": [list(pair) for pair in block["items"]]}


def printed(text: str) -> Item:
    """What a cell printed, line by line."""
    lines = (plain(line.replace(" ", HARD_SPACE)) for line in text.rstrip().splitlines())
    return {"kind": "text", "role": "body", "body": Markup("#linebreak();".join(lines))}


def _words(block: Mapping[str, Any]) -> Item:
    texts = {name: block.get(name, "") for name in ("number", "subtitle", "source", "tag")}
    return texts | {"title": bind(block.get("title", ""))}


def _drawing(name: str, svg: str, scale: float) -> Item:
    """A drawing and its printed width; smaller than its scale says only when it would run off the page."""
    if not svg:
        return {name: "", f"{name}-width": 0}
    width, height = size_of(svg)
    return {name: svg, f"{name}-width": round(width * min(scale, TALLEST_MM / height), 3)}


def _cell(cell: object, words: Words, marks_only: bool) -> object:
    """A step cell with what its marks say aloud, and the text beside them when there is room."""
    if not isinstance(cell, Mapping):
        return "" if cell is None else str(cell)
    step, flag, text = cell.get("step"), cell.get("flag") or "", str(cell.get("text") or "")
    word = _word(step, flag, words)
    if not word:
        return {"step": None, "flag": "", "text": text, "alt": ""}
    beside = "" if marks_only or text == word else text
    alt = f"{word}: {text}" if marks_only and text not in ("", word) else word
    return {"step": step, "flag": flag, "text": beside, "alt": alt}


def _word(step: float | None, flag: str, words: Words) -> str:
    """What a mark means; empty when the cell has none."""
    if flag == "few":
        return words("report.step.few")
    if step is not None:
        return words(f"change.{STEPS[round(step) + 3]}")
    return words(f"reason.{flag}") if words.has(f"reason.{flag}") else ""


def _key(rows: Sequence[Sequence[object]], words: Words) -> list[Item]:
    """What each kind of mark in a table means, the strongest rise first; empty when there are none."""
    cells = [cell for row in rows for cell in row if isinstance(cell, Mapping)]
    kinds = {(None if cell.get("flag") == "few" else cell.get("step"), cell.get("flag") or "") for cell in cells}
    ordered = sorted(kinds, key=lambda kind: (kind[0] is None, -(kind[0] or 0), kind[1]))
    return [
        {"step": step, "flag": flag, "alt": word, "text": word}
        for step, flag in ordered
        if (word := _word(step, flag, words))
    ]


def _length(cell: object) -> int:
    return len(str(cell.get("text") or "" if isinstance(cell, Mapping) else cell))


def _place(longest: Sequence[int]) -> str:
    count, across = len(longest), sum(longest)
    if count > UPRIGHT_COLUMNS:
        return "landscape"
    if count <= MARGIN_COLUMNS and across <= MARGIN_CHARACTERS:
        return "margin"
    return "text" if count <= TEXT_COLUMNS and across <= TEXT_CHARACTERS else "full"


def _widths(longest: Sequence[int], marks: Sequence[bool]) -> list[Width]:
    """A share of the width for long columns; short ones take what their text needs."""
    shares: list[Width] = [
        ("auto", 0) if length <= LONGEST_NARROW or any(marks) else ("fr", round(min(length, 60) ** 0.6, 2))
        for length in longest
    ]
    return shares if any(kind == "fr" for kind, _ in shares) or any(marks) else [("fr", 1), *shares[1:]]


def _mark_columns(marks: Sequence[bool], longest: Sequence[int]) -> tuple[str, list[Width]]:
    """Columns of marks alone, equally wide; the page is turned when they get narrower than three marks need."""
    labels = sum(min(length, LONGEST_LABEL) * LABEL_MM for mark, length in zip(marks, longest, strict=True) if not mark)
    place, width = "full", (FULL_MM - labels) / sum(marks)
    if width < NARROWEST_MARKS_MM:
        place, width = "landscape", (TURNED_MM - labels) / sum(marks)
    width = round(min(width - MARKS_GAP_MM, WIDEST_MARKS_MM), 2)
    return place, [("mm", width) if mark else ("fr", length) for mark, length in zip(marks, longest, strict=True)]
