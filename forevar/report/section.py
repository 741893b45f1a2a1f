"""One chapter's blocks and Markdown → HTML in which everything from data is text."""

from __future__ import annotations

import base64
import csv
import functools
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import mistune
from markupsafe import Markup, escape
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from forevar.blocks import Bundle
from forevar.report.document import MARKDOWN_PLUGINS, Block, Chapter, block_of, slug, unique
from forevar.report.specs import SpecPool
from forevar.report.svg import with_ids
from forevar.terms import ChangeCategory
from forevar.words import Words

TEMPLATES = Path(__file__).parent / "templates"
RESERVED = frozenset({"top", "main", "contents", "contents-heading", "colophon", "colophon-heading", "search"})
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_SOURCED = r"\[(?P<sourced_text>[^\[\]\n]+)\]\{(?P<sourced_at>\d{1,4})\}"
_FORMULA = re.compile(r"[=@\t\r]|[-+](?!\d[\d\s.,]*(?:[^\W\d]+ [-+−]?[\d\s.,]*)?$)")


@dataclass
class Sheet:
    """What the chapters of one page share.

    Attributes:
        words: The report's words.
        draw: Vega-Lite specification → SVG.
        code: Whether the cells' code is shown.
        taken: Ids in use.
        notes: Footnotes so far.
        specs: Specifications of the charts that come alive.
    """

    words: Words
    draw: Callable[[Bundle], str]
    code: bool = False
    taken: set[str] = field(default_factory=lambda: set(RESERVED))
    notes: int = 0
    specs: SpecPool = field(default_factory=SpecPool)


class Section:
    """One chapter on its way into the page; the nbconvert template asks it for every piece.

    Args:
        chapter: Composed: its blocks have ids and numbers.
        sheet: What it shares with the other chapters.
    """

    def __init__(self, chapter: Chapter, sheet: Sheet) -> None:
        self.chapter, self.sheet, self.words = chapter, sheet, sheet.words
        self.slug = unique(chapter.slug, sheet.taken)
        self.level = 2
        self.begun = False
        self.notes: list[str] = []
        self._macros: Any = environment().get_template("blocks.html.j2").module

    def __deepcopy__(self, memo: object) -> Section:
        """Itself: nbconvert copies its resources, but footnotes and ids must be counted in one place."""
        return self

    def opening(self) -> Markup:
        """The section's start and heading."""
        body = f'<div lang="{escape(self.chapter.lang)}">\n' if self.chapter.lang else ""
        heading = unique(f"{self.slug}-heading", self.sheet.taken)
        return Markup(
            f'<section id="{self.slug}" aria-labelledby="{heading}">\n'
            f'<h2 id="{heading}"{self.colour(self.chapter.colour)}>{escape(self.chapter.title)}</h2>\n{body}'
        )

    def closing(self) -> Markup:
        """The chapter's footnotes and the section's end."""
        body = "</div>" if self.chapter.lang else ""
        if not self.notes:
            return Markup(f"{body}</section>")
        first = self.sheet.notes - len(self.notes) + 1
        return Markup(
            f'{body}<div class="footnotes"><h3>{escape(self.words("report.footnotes"))}</h3>'
            f'<ol start="{first}">{"".join(self.notes)}</ol></div></section>'
        )

    def input(self, source: str) -> Markup:
        """A cell's code, folded away."""
        if not source.strip():
            return Markup()
        code = highlight(source, PythonLexer(), HtmlFormatter(style="bw"))
        return Markup(f'<details class="code"><summary>{escape(self.words("report.code"))}</summary>{code}</details>\n')

    def output(self, output: NotebookNode) -> Markup:
        """Whatever a cell showed: a block, Markdown, or else plain text."""
        if block := block_of(output):
            return Markup(getattr(self._macros, block["kind"])(block, self))
        if output.output_type == "stream":
            return Markup(f"<pre>{escape(output.text)}</pre>")
        if output.output_type == "error":
            return Markup(f"<pre>{escape(output.ename)}: {escape(output.evalue)}</pre>")
        data = output.get("data", {})
        if "text/markdown" in data:
            return self.markdown(data["text/markdown"])
        return Markup(f"<pre>{escape(data['text/plain'])}</pre>") if "text/plain" in data else Markup()

    def markdown(self, text: str, origins: Sequence[str] = ()) -> Markup:
        """A text; raw HTML in it is shown as it is written, and ``[14]{0}`` is 14 with the first of the origins."""
        renderer = _Renderer(self, self.sheet.notes, origins)
        html = str(mistune.create_markdown(renderer=renderer, plugins=_PLUGINS)(text))
        self.begun = self.begun or bool(html.strip())
        return Markup(html)

    def drawing(self, spec: Bundle, prefix: str) -> Markup:
        """The still drawing of a chart."""
        return Markup(with_ids(self.sheet.draw(spec), prefix))

    def keep(self, block: Block) -> str:
        """Put a figure's specifications among those of the page; nothing is written here."""
        self.sheet.specs.add(block["id"], {name: block[name] for name in ("wide", "narrow") if block[name]})
        return ""

    def csv(self, block: Block) -> str:
        """A table's cells as a CSV to download: semicolons, UTF-8 with a mark so that Excel sees it."""
        file = io.StringIO()
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow([_plain(column["label"]) for column in block["columns"]])
        for row in block["rows"]:
            writer.writerow([_plain(self._spoken(cell)) for cell in row])
        return "data:text/csv;charset=utf-8;base64," + base64.b64encode(file.getvalue().encode("utf-8-sig")).decode()

    def file_name(self, block: Block) -> str:
        """What the download is called: number first."""
        return slug(f"{block.get('number', '')} {block.get('id') or block['key']}")

    def name_of(self, block: Block) -> str:
        """«Figur 3», or what an unnumbered one is called in a sentence."""
        return str(block.get("number") or block.get("title") or self.words(f"report.{block['kind']}.unnumbered"))

    @staticmethod
    def colour(colour: str) -> Markup:
        """A style attribute, when the colour is one."""
        return Markup(f' style="color:{colour}"' if _COLOUR.fullmatch(colour or "") else "")

    def step(self, cell: Block) -> Markup:
        """The triangles of a step, its word for those who can't see them, and the cell's own text."""
        word, sign = self._word(cell), _sign(cell)
        shown = "" if cell.get("text", "") == word else str(cell.get("text", ""))
        return Markup(
            f'<span class="sign" aria-hidden="true">{sign}</span><span class="hidden">{escape(word)} </span>'
            f'<span class="value">{escape(shown)}</span>'
        )

    def tint(self, cell: Any) -> str:
        """Class of a cell's tint; a second sign, never the only one."""
        if not isinstance(cell, dict):
            return ""
        step = cell.get("step")
        if step is None:
            return " s0" if cell.get("flag") or cell.get("text") else ""
        return " s0" if step == 0 else f" {'up' if step > 0 else 'down'}{min(abs(step), 3)}"

    def legend(self) -> Markup:
        """What the signs of a table of steps mean."""
        cells: list[Block] = [{"step": step} for step in (1, 2, 3, -1, -2, -3, 0)] + [{"step": None, "flag": "few"}]
        items = (f'<span class="sign">{_sign(cell)}</span> {escape(self._word(cell))}' for cell in cells)
        none = escape(self.words("reason.no_comparison"))
        return Markup(f'<ul class="legend">{"".join(f"<li>{item}</li>" for item in items)}<li>? {none}</li></ul>')

    def _word(self, cell: Block) -> str:
        if cell.get("flag") == "few":
            return self.words("report.step.few")
        step = cell.get("step")
        if step is None:
            return self.words("reason.no_comparison") if cell.get("flag") or cell.get("text") else ""
        return self.words(f"change.{ChangeCategory(max(-3, min(3, int(step)))).key}")

    def _spoken(self, cell: Any) -> str:
        """A cell in words: ``sterk økning 120→260``."""
        if not isinstance(cell, dict):
            return str(cell)
        word, text = self._word(cell), str(cell.get("text", ""))
        return word if text == word else " ".join(filter(None, (word, text)))


class _Renderer(mistune.HTMLRenderer):
    """Markdown inside a chapter: headings below the chapter's own, footnotes counted through the page."""

    def __init__(self, section: Section, notes_before: int, origins: Sequence[str]) -> None:
        super().__init__(escape=True)
        self.section, self.before, self.origins = section, notes_before, origins
        self.referred: set[int] = set()

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """The first heading of level 1 is the chapter's title, which stands there already."""
        section = self.section
        if level == 1 and not section.begun:
            section.begun = True
            return ""
        section.begun = True
        section.level = min(max(3, level + 1), section.level + 1, 6)
        name = unique(f"{section.slug}-{slug(re.sub('<[^>]*>', '', text))}", section.sheet.taken)
        return f'<h{section.level} id="{name}">{text}</h{section.level}>\n'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """The words for it: the page fetches nothing."""
        return f"<em>{text}</em>"

    def foreign(self, text: str, lang: str) -> str:
        """Words of another language."""
        return f'<span lang="{lang}">{text}</span>'

    def sourced(self, text: str, at: int) -> str:
        """A number that can be asked where it stands; as it is written where nothing is told of it."""
        if at >= len(self.origins):
            return f"[{text}]{{{at}}}"
        return f'<span class="sourced" title="{escape(self.origins[at])}">{text}</span>'

    def footnote_ref(self, key: str, index: int) -> str:
        """The mark in the text; the way back goes to the first one."""
        number = self.before + index
        name = "" if index in self.referred else f' id="{self.section.slug}-ref-{number}"'
        self.referred.add(index)
        return f'<sup{name}><a href="#{self.section.slug}-note-{number}" role="doc-noteref">{number}</a></sup>'

    def footnote_item(self, text: str, key: str, index: int) -> str:
        """Kept for the end of the chapter."""
        number = self.before + index
        back = escape(self.section.words("report.footnote_back", number=number))
        link = f' <a href="#{self.section.slug}-ref-{number}" role="doc-backlink" aria-label="{back}">↑</a>'
        text = text.rstrip()
        text = f"{text[:-4]}{link}</p>" if text.endswith("</p>") else text + link
        self.section.notes.append(f'<li id="{self.section.slug}-note-{number}">{text}</li>')
        self.section.sheet.notes += 1
        return ""

    def footnotes(self, text: str) -> str:
        """Nothing here: they stand at the end of the chapter."""
        return ""


def _sourced(markdown: mistune.Markdown) -> None:
    """``[14]{0}``: a number and which of the text's origins is its own."""
    markdown.inline.register("sourced", _SOURCED, _parse_sourced, before="link")


def _parse_sourced(inline: mistune.InlineParser, match: re.Match[str], state: mistune.InlineState) -> int:
    inner = state.copy()
    inner.src = match["sourced_text"]
    at = int(match["sourced_at"])
    state.append_token({"type": "sourced", "children": inline.render(inner), "attrs": {"at": at}})
    return match.end()


_PLUGINS: list[Any] = [*MARKDOWN_PLUGINS, _sourced]


def _sign(cell: Block) -> Markup:
    step = cell.get("step")
    if cell.get("flag") == "few":
        return _use("few")
    if step is None:
        return Markup("?") if cell.get("flag") or cell.get("text") else Markup()
    return _use("up" if step > 0 else "down") * min(abs(step), 3) if step else _use("stable")


def _use(name: str) -> Markup:
    return Markup(f'<svg viewBox="0 0 10 10" aria-hidden="true"><use href="#step-{name}"/></svg>')


def _plain(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


@functools.cache
def environment() -> jinja2.Environment:
    """The templates, compiled once; whatever they are given is escaped unless it is ``Markup``."""
    loader = jinja2.FileSystemLoader(TEMPLATES / "html")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.globals["dict"] = dict
    return environment
