"""Texts and data → Typst source in which no text can be markup.

Every text travels as a Typst string literal, so a ``#``, a ``$`` or a bracket in the data is only a character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

import mistune

from forevar.report.document import MARKDOWN_PLUGINS
from forevar.words import HARD_SPACE

Token = Mapping[str, Any]

LINKS = ("https://", "http://", "mailto:")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "", "\t": " "})
_LOOSE = re.compile(r"(?:(?<=\s\w)|(?<=\d)) (?=\w)|(?<=\s\w\w\w) (?=\d)")
_parse = mistune.create_markdown(renderer=None, plugins=list(MARKDOWN_PLUGINS))


class Markup(str):
    """Typst markup that we have written ourselves."""

    __slots__ = ()


def literal(text: str) -> str:
    """A Typst string literal."""
    return f'"{text.translate(_ESCAPES)}"'


def bind(text: str) -> str:
    """A title whose short words and numbers stay on the line of the word behind them."""
    return _LOOSE.sub(HARD_SPACE, text)


def plain(text: str) -> Markup:
    """A text inside markup; the semicolon ends the expression whatever follows."""
    return Markup(f"#{literal(text)};" if text else "")


def value(data: object) -> str:
    """Plain data as a Typst expression: texts as strings, ``Markup`` as content, lists as arrays.

    Raises:
        TypeError: Something else than text, number, truth value, None, list or mapping.
    """
    match data:
        case Markup():
            return f"[{data}]"
        case str():
            return literal(data)
        case None:
            return "none"
        case bool():
            return "true" if data else "false"
        case int() | float():
            return repr(data)
        case Mapping():
            pairs = "".join(f"{literal(str(key))}: {value(item)}, " for key, item in data.items())
            return f"({pairs})" if pairs else "(:)"
        case Iterable():
            return f"({''.join(f'{value(item)}, ' for item in data)})"
        case _:
            raise TypeError(f"a {type(data).__name__} can't be told to Typst")


def markdown(text: str, name: str = "text", *, bullets: bool = True) -> Markup:
    """An author's Markdown as Typst markup.

    Args:
        text: Footnotes, lists, tables and links; raw HTML is shown as the text it is. ``#`` is the chapter's
            title and left out when it comes first; ``##`` becomes a heading of level 2.
        name: Unique in the report; the labels of footnotes that are used twice begin with it.
        bullets: False: the points of a list become paragraphs of their own (a list of references).

    Returns:
        Markup without title; empty when nothing is left.
    """
    tokens = [token for token in _tokens(text) if token["type"] != "blank_line"]
    if tokens and tokens[0]["type"] == "heading" and tokens[0]["attrs"]["level"] == 1:
        tokens = tokens[1:]
    return Markup(_Writer(name, tokens, bullets).write())


def shape(text: str) -> tuple[bool, int]:
    """Whether a text opens a section, and how many characters it has besides its headings."""
    tokens = [token for token in _tokens(text) if token["type"] != "blank_line"]
    length = sum(len(_words_of(token)) for token in tokens if token["type"] != "heading")
    return bool(tokens) and tokens[0]["type"] == "heading" and tokens[0]["attrs"]["level"] > 1, length


def _tokens(text: str) -> list[Token]:
    tokens, _ = _parse.parse(text)
    return [token for token in tokens if isinstance(token, dict)]


def _words_of(token: Token) -> str:
    if "children" in token:
        return "".join(_words_of(child) for child in token["children"])
    return str(token.get("raw", " "))


class _Writer:
    """Writes one text; remembers its footnotes and how deep its headings have gone."""

    def __init__(self, name: str, tokens: list[Token], bullets: bool) -> None:
        self.name = re.sub(r"[^A-Za-z0-9-]+", "-", name)
        self.bullets = bullets
        self.depth = 1
        self.seen: set[int] = set()
        self.body = [token for token in tokens if token["type"] != "footnotes"]
        found = (note for token in tokens if token["type"] == "footnotes" for note in token["children"])
        self.notes = {note["attrs"]["index"]: note for note in found}

    def write(self) -> str:
        return self.each(self.body).strip()

    def each(self, tokens: Iterable[Token]) -> str:
        return "".join(self.one(token) for token in tokens)

    def one(self, token: Token) -> str:
        kind = token["type"]
        writer = getattr(self, f"_{kind}", None)
        if writer is not None:
            return str(writer(token))
        if "children" in token:
            return self.each(token["children"])
        return plain(unescape(token.get("raw", "")) if kind == "text" else token.get("raw", ""))

    def _heading(self, token: Token) -> str:
        # PDF/UA allows no gap between heading levels.
        self.depth = min(max(token["attrs"]["level"], 2), self.depth + 1)
        return f"#heading(level: {self.depth})[{self.each(token['children'])}]\n\n"

    def _paragraph(self, token: Token) -> str:
        return f"{self.each(token['children'])}\n\n"

    def _block_text(self, token: Token) -> str:
        return self.each(token["children"])

    def _blank_line(self, token: Token) -> str:
        return ""

    def _softbreak(self, token: Token) -> str:
        return plain(" ")

    def _linebreak(self, token: Token) -> str:
        return "#linebreak();"

    def _strong(self, token: Token) -> str:
        return f"#strong[{self.each(token['children'])}];"

    def _foreign(self, token: Token) -> str:
        return f"#text(lang: {literal(token['attrs']['lang'])})[{self.each(token['children'])}];"

    def _emphasis(self, token: Token) -> str:
        return f"#emph[{self.each(token['children'])}];"

    def _strikethrough(self, token: Token) -> str:
        return f"#strike[{self.each(token['children'])}];"

    def _codespan(self, token: Token) -> str:
        return f"#raw({literal(token['raw'])});"

    def _block_code(self, token: Token) -> str:
        return f"#raw(block: true, {literal(token['raw'].rstrip())});\n\n"

    def _thematic_break(self, token: Token) -> str:
        return "\n\n"

    def _image(self, token: Token) -> str:
        return self.each(token["children"])

    def _link(self, token: Token) -> str:
        inner = self.each(token["children"])
        url = token["attrs"]["url"]
        return f"#link({literal(url)})[{inner}];" if url.startswith(LINKS) and inner else inner

    def _block_quote(self, token: Token) -> str:
        return f"#quote(block: true)[{self.each(token['children']).strip()}];\n\n"

    def _list(self, token: Token) -> str:
        points = [self.each(point["children"]).strip() for point in token["children"]]
        if not self.bullets:
            return "".join(f"{point}\n\n" for point in points)
        kind = "enum" if token["attrs"].get("ordered") else "list"
        start = f"start: {token['attrs'].get('start', 1)}, " if kind == "enum" else ""
        return f"#{kind}({start}{', '.join(f'[{point}]' for point in points)});\n\n"

    def _footnote_ref(self, token: Token) -> str:
        number = token["attrs"]["index"]
        if number not in self.notes:  # a note that only another note speaks of
            return plain(f"[{token['raw']}]")
        label = f"<{self.name}-note-{number}>"
        if number in self.seen:
            return f"#footnote({label});"
        self.seen.add(number)
        return f"#footnote[{self.each(self.notes[number]['children']).strip()}]{label}"

    def _table(self, token: Token) -> str:
        head, body = token["children"][0]["children"], token["children"][1:]
        align = ", ".join(cell["attrs"].get("align") or "left" for cell in head)
        rows = [row["children"] for part in body for row in part["children"]]
        cells = "".join(f"[{self.each(cell['children'])}], " for row in rows for cell in row)
        heads = "".join(f"[#strong[{self.each(cell['children'])}]], " for cell in head)
        return f"#author-table(({align},), ({heads}), ({cells}));\n\n"
