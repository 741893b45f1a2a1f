"""chapters → one HTML page that opens from an attachment and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from pygments.formatters.html import HtmlFormatter
from traitlets import default

from forevar.report.document import Chapter, Document, compose
from forevar.report.section import TEMPLATES, Section, Sheet, environment
from forevar.report.slim import without_controls
from forevar.report.svg import FONTS, Draughtsman, vega, with_ids
from forevar.words import Words, capital

MANY_SUBSTANCES = 8
MANY_CHAPTERS = 16
_FACES = (("Regular", "normal", 400), ("Italic", "italic", 400), ("Bold", "normal", 700))
# What the «Pi» files of IBM Plex hold: arrows, signs and fractions outside Latin-1.
_SIGNS = (
    "U+2032-2033,U+2070,U+2075-2079,U+2080-2081,U+2083,U+2085-2089,U+2113,U+2116,U+2126,U+212E,U+2150-2151,"
    "U+2153-215E,U+2190-2199,U+21A9-21AA,U+21C4,U+21C6,U+2202,U+2206,U+220F,U+2211,U+221A,U+221E,U+222B,U+2248,"
    "U+2260,U+2264-2265,U+25CA,U+2713"
)


class SectionExporter(TemplateExporter):
    """One executed notebook as one section of the page.

    ``jupyter nbconvert --to forevar-html notebook.ipynb`` gives the section alone, with the workspace's words.
    """

    export_from_notebook = "Section of a report (HTML)"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("default_preprocessors")
    def _default_preprocessors_default(self) -> list[str]:
        return []  # ``compose`` has dropped what is hidden; each of nbconvert's would check the whole notebook anew

    @default("template_name")
    def _template_name_default(self) -> str:
        return "html"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """The section; ``resources["forevar"]`` is its ``Section``, made here when nobody made it."""
        resources = dict(resources or {})
        if "forevar" not in resources:
            nb, resources["forevar"] = _alone(nb, str(resources.get("metadata", {}).get("name", "notebook")))
        self.exclude_input = not resources["forevar"].sheet.code
        result: tuple[str, dict[str, Any]] = super().from_notebook_node(nb, resources, **kwargs)
        return result


def render_html(document: Document, draw: Draughtsman) -> str:
    """The whole report as one page.

    Args:
        document: Composed chapters and all that stands around them.
        draw: Draws and remembers.
    """
    words = document.words
    sheet = Sheet(words, draw, document.code)
    exporter = SectionExporter()  # type: ignore[no-untyped-call]
    sections = [
        exporter.from_notebook_node(chapter.notebook, {"forevar": Section(chapter, sheet)})[0]
        for chapter in document.chapters
    ]
    findings = document.findings
    scripts = [vega(draw), _asset("page.js")] if sheet.specs else [_asset("page.js")]
    town, edition = document.town, document.edition
    season = words.period(edition)
    name = words.name(town.report_name)
    heading = words.name(document.recipe.cover_title or town.title)
    page = environment().get_template("page.html.j2").render(
        document=document, words=words, lang=document.lang, sections=sections, scripts=scripts,
        specs=sheet.specs.as_json() if sheet.specs else "",
        style=_style(document), policy=_policy(scripts),
        title=words("report.document_title", title=heading, name=name, edition=edition.printed),
        brand=words("report.brand", name=name, number=document.recipe.number_in(town), season=season),
        heading=heading, period=capital(words.span(edition)), owner=town.owner,
        strip=document.is_draft or document.notices,
        headlines=findings["rows"] if findings else (),
        art=Markup(with_ids(draw(findings["cover"]), "cover")) if findings and findings["cover"] else "",
        art_alt=findings["cover_alt"] if findings else "",
        logo=document.logo, logo_alt=words("report.logo", owner=town.owner),
        colophon=_colophon(document),
        search=sum(bool(chapter.substance) for chapter in document.chapters) > MANY_SUBSTANCES,
        colour=Section.colour, many=MANY_CHAPTERS,
    )  # fmt: skip
    return without_controls(page)


def _colophon(document: Document) -> list[tuple[str, list[str]]]:
    """Label and values of what the title page says; what the recipe leaves empty is left out."""
    words, town, recipe = document.words, document.town, document.recipe
    edition = words(
        "report.colophon.edition_value",
        name=words.name(town.report_name), edition=document.edition.printed, number=document.recipe.number_in(town),
    )  # fmt: skip
    lines: list[tuple[str, list[str]]] = [
        ("edition", [edition]),
        ("period", [words.span(document.edition)]),
        ("place", [words.name(town.area) or town.place]),
        ("authors", [words.join(recipe.authors)]),
        ("owner", [town.owner]),
        ("contact", list(recipe.contact)),
        ("issn", [recipe.issn]),
        ("isbn", [recipe.isbn]),
        ("published", [words.date(recipe.published)] if recipe.published else []),
        ("status", [words(f"report.status.{document.status}")]),
        ("origins", [words("report.colophon.origins_value")]),
    ]
    kept = ((label, [value for value in values if value]) for label, values in lines)
    return [(words(f"report.colophon.{label}"), values) for label, values in kept if values]


def _style(document: Document) -> str:
    """Fonts, the page's rules, and what print repeats on every sheet of paper."""
    tags = " ".join(document.words("report.notice.running", tag=tag) for tag in document.notices)
    draft = document.words("report.strip.draft") if document.is_draft else ""
    running = " ".join(filter(None, (draft, tags)))
    words = re.sub(r"[^\w\s.,:;()«»–-]", " ", running)
    paper = f'@media print{{@page{{@top-right{{content:"{words}";font:8pt "IBM Plex Sans",sans-serif}}}}}}'
    code = HtmlFormatter(style="bw").get_style_defs(".highlight") if document.code else ""
    accent = f":root{{--link:{document.town.accent}}}"
    return "\n".join((_fonts(), _asset("page.css"), accent, paper, code)).replace("</", "<\\/")


def _policy(scripts: list[str]) -> str:
    """A content security policy: nothing is fetched, and no script runs but ours, known by its hash.

    Vega compiles expressions, hence ``unsafe-eval``; charts carry style attributes, hence ``unsafe-inline`` for style.
    """
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src {allowed} 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _fonts() -> str:
    """IBM Plex Sans as it is published, inside the page."""
    rules = []
    for face, style, weight in _FACES:
        for part, reach in (("Latin1", ""), ("Pi", f"unicode-range:{_SIGNS};")):
            data = base64.b64encode((FONTS / f"IBMPlexSans-{face}-{part}.woff2").read_bytes()).decode()
            rules.append(
                f'@font-face{{font-family:"IBM Plex Sans";font-style:{style};font-weight:{weight};{reach}'
                f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
            )
    return "\n".join(rules)


@cache
def _asset(name: str) -> str:
    return Path(TEMPLATES / "html" / name).read_text(encoding="utf-8").strip()


def _alone(nb: NotebookNode, name: str) -> tuple[NotebookNode, Section]:
    """A notebook outside any report, as a chapter with the workspace's own words."""
    from forevar.params import load_params
    from forevar.workspace import find_workspace

    words: Words = load_params(find_workspace()).words()
    (chapter,) = compose([Chapter(name, name, nb)], words, final=False)
    return chapter.notebook, Section(chapter, Sheet(words, Draughtsman()))
