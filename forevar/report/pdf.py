"""The report → one tagged PDF: each chapter through nbconvert to Typst, all of them through Typst to print.

Everything happens in memory: drawings and texts are part of the Typst source, nothing is fetched or left behind.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typst
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from traitlets import default

from forevar.errors import Fault, ReportError
from forevar.params import load_params
from forevar.report import typst_blocks
from forevar.report.document import Chapter, Document, block_of
from forevar.report.svg import Draughtsman, fonts
from forevar.report.typst_blocks import Draw
from forevar.report.typst_text import bind, value
from forevar.words import Words, capital
from forevar.workspace import find_workspace

TEMPLATES = Path(__file__).parent / "templates"
STANDARDS: Any = ["ua-1", "a-2a"]
REGIONS = {"nb": "no", "nn": "no", "en": "gb"}
REFERENCES, FOREWORD = "text/references", "text/foreword"
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')


@dataclass(frozen=True)
class Setting:
    """What a chapter needs to know of the report it stands in.

    Attributes:
        words: Words of the report's language.
        draw: Specification → SVG.
        chapter: The chapter; None for a notebook that is converted alone.
    """

    words: Words
    draw: Draw
    chapter: Chapter | None = None

    def __deepcopy__(self, memo: object) -> Setting:
        """Itself: nbconvert copies its resources, and all drawings would be copied for each chapter."""
        return self


class TypstExporter(TemplateExporter):
    """One executed notebook → Typst source of one chapter: ``jupyter nbconvert --to forevar-typst``."""

    export_from_notebook = "Typst"
    output_mimetype = "text/vnd.typst"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".typ"

    @default("template_extension")
    def _template_extension_default(self) -> str:
        return ".typ.j2"

    @default("default_preprocessors")
    def _default_preprocessors_default(self) -> list[str]:
        return []  # ``compose`` has dropped what is hidden; each of nbconvert's would check the whole notebook anew

    @default("template_name")
    def _template_name_default(self) -> str:
        return "typst"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    def default_filters(self) -> Any:
        """Ours besides nbconvert's."""
        yield from super().default_filters()  # type: ignore[no-untyped-call]
        yield "typst_opening", opening
        yield "typst_output", output_source
        yield "typst_text", text_source


def opening(resources: Mapping[str, Any]) -> str:
    """The named arguments of a chapter: its title, its colour, and whether its paragraphs hang."""
    chapter = _setting(resources).chapter
    if chapter is None:
        return ""
    options = {
        "title": chapter.title,
        "colour": chapter.colour,
        "lang": chapter.lang,
        "hanging": chapter.name == REFERENCES,
    }
    return "".join(f"{name}: {value(option)}, " for name, option in options.items())


def text_source(markdown: str, resources: Mapping[str, Any]) -> str:
    """A Markdown cell as an argument of ``chapter``."""
    return f"\n  {value(typst_blocks.text({'markdown': markdown}, _setting(resources).words))},"


def output_source(output: NotebookNode, resources: Mapping[str, Any]) -> str:
    """One output of a cell as an argument of ``chapter``; empty when print has nothing to show of it."""
    setting = _setting(resources)
    references = setting.chapter is not None and setting.chapter.name == REFERENCES
    item: typst_blocks.Item | None
    match block_of(output) or _plain(output):
        case {"kind": "figure"} as block:
            item = typst_blocks.figure(block, setting.draw)
        case {"kind": "table"} as block:
            item = typst_blocks.table(block, setting.words)
        case {"kind": "findings"} as block:
            item = typst_blocks.findings(block, setting.draw)
        case {"kind": "facts"} as block:
            item = typst_blocks.facts(block)
        case {"kind": "text"} as block:
            item = typst_blocks.text(block, setting.words, bullets=not references)
        case {"kind": "printed", "text": str(text)}:
            item = typst_blocks.printed(text)
        case _:
            return ""
    return f"\n  {value(item)},"


def render_pdf(document: Document, draw: Draw) -> bytes:
    """The report as PDF/UA-1 and PDF/A-2a at once; the same input gives the same bytes.

    Args:
        document: Composed: hidden cells dropped, figures and tables numbered.
        draw: Specification → SVG, as ``Draughtsman`` does it.

    Raises:
        ReportError: A character our font lacks, with its place; or anything else Typst refuses.
    """
    source = typst_source(document, draw)
    end = dt.datetime.combine(document.edition.end, dt.time(12), dt.UTC)
    try:
        pdf = typst.Compiler(source.encode(), font_paths=fonts()).compile(
            format="pdf", pdf_standards=STANDARDS, timestamp=int(end.timestamp())
        )
    except typst.TypstError as error:
        raise ReportError(_faults(error, document)) from None
    assert isinstance(pdf, bytes)
    return pdf


def typst_source(document: Document, draw: Draw) -> str:
    """The whole report as one Typst source that needs no other file but the fonts."""
    meta = _meta(document)
    found = document.findings
    findings = typst_blocks.findings(found, draw) if found else None
    exporter = TypstExporter()  # type: ignore[no-untyped-call]
    parts = [
        (TEMPLATES / "typst" / "report.typ").read_text(encoding="utf-8"),
        f"#let meta = {value(meta)}",
        "#show: report.with(meta)",
        f"#cover(meta, {value(findings)})",
        "#colophon(meta)",
    ]
    chapters = []
    for chapter in document.chapters:
        setting = Setting(document.words, draw, chapter)
        body, _ = exporter.from_notebook_node(chapter.notebook, resources={"forevar": setting})
        chapters.append(body)
    # The foreword stands before the contents, as in a book.
    before = 1 if document.chapters and document.chapters[0].name == FOREWORD else 0
    contents = f"#contents({value(document.words('report.contents'))})"
    parts += [*chapters[:before], contents, *chapters[before:]]
    return "\n".join(parts)


def _setting(resources: Mapping[str, Any]) -> Setting:
    setting = resources.get("forevar")
    return setting if isinstance(setting, Setting) else _alone()


@cache
def _alone() -> Setting:
    """For a notebook that nbconvert converts by itself: the words of the workspace we stand in."""
    return Setting(load_params(find_workspace()).words(), Draughtsman())


def _plain(output: NotebookNode) -> dict[str, Any]:
    """A block for what is no forevar block: Markdown, printed text."""
    if output.output_type == "stream":
        return {"kind": "printed", "text": output.text}
    if output.output_type == "error":
        return {"kind": "printed", "text": f"{output.ename}: {output.evalue}"}
    data = output.get("data", {})
    if "text/markdown" in data:
        return {"kind": "text", "markdown": data["text/markdown"]}
    return {"kind": "printed", "text": data.get("text/plain", "")}


def _meta(document: Document) -> dict[str, Any]:
    """What the cover, the colophon, the running header and the file's own properties say."""
    words, town, recipe, edition = document.words, document.town, document.recipe, document.edition
    name = words.name(town.report_name)
    cover_title = words.name(recipe.cover_title) or words.name(town.title)
    number = recipe.number_in(town)
    period = f"{capital(words.period(edition))}: {words.span(edition)}"
    draft = words("report.status.draft") if document.is_draft else ""
    colophon = {
        "edition": [words("report.colophon.edition_value", name=name, edition=edition.printed, number=number), period],
        "authors": recipe.authors,
        "owner": [town.owner],
        "contact": recipe.contact,
        "issn": [recipe.issn],
        "isbn": [recipe.isbn],
        "published": [words.date(recipe.published) if recipe.published else ""],
        "status": [draft, *(words("report.notice.long", tag=notice) for notice in document.notices)],
    }
    return {
        "title": words("report.document_title", title=cover_title, name=name, edition=edition.printed),
        "cover-title": bind(cover_title),
        "brand": words("report.brand", name=name, number=number, season=edition.printed),
        "period": period,
        "description": words("pdf.description", title=cover_title, span=words.span(edition)),
        "keywords": [name, town.place, str(edition)],
        "authors": list(recipe.authors) or [town.owner],
        "owner": town.owner,
        "accent": town.accent,
        "logo": {"data": [*document.logo.data], "format": document.logo.format} if document.logo else None,
        "logo-alt": words("report.logo", owner=town.owner),
        "lang": document.lang,
        "region": REGIONS[document.lang],
        "date": [edition.end.year, edition.end.month, edition.end.day],
        "draft": draft,
        "notices": list(document.notices),
        "remarks": list(document.remarks),
        "header-left": f"{name} {edition.printed}",
        "header-right": ". ".join(filter(None, (draft, *document.notices))),
        "colophon": [
            [words(f"report.colophon.{key}"), given]
            for key, lines in colophon.items()
            if (given := [line for line in lines if line])
        ],
    }


def _faults(error: typst.TypstError, document: Document) -> list[Fault]:
    """What Typst refused, in our words: every missing character with the block it stands in."""
    missing = dict.fromkeys(_NO_GLYPH.findall(error.diagnostic))
    if not missing:
        message = " ".join(error.diagnostic.split())[:400]
        return [Fault(f"the PDF could not be made: {message}", mend="look at the last figure or text that was changed")]
    return [
        Fault(
            f"the font has no character for {character!r} (U+{ord(character[0]):04X})",
            _where(character, document),
            "write another character there",
        )
        for character in missing
    ]


def _where(character: str, document: Document) -> str:
    for chapter in document.chapters:
        for output in chapter.outputs():
            if character in json.dumps(output.get("data", output), ensure_ascii=False):
                block = block_of(output) or {}
                return ", ".join(filter(None, (chapter.name, block.get("number") or block.get("title"))))
        if character in chapter.title or any(character in cell.source for cell in chapter.notebook.cells):
            return chapter.name
    return "params/town.yml, edition.yml or phrases"
