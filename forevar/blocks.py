"""What a notebook cell shows: figure, table, text, findings or facts, for JupyterLab and for the report alike.

Each block is one IPython object. JupyterLab draws its Vega-Lite, HTML or Markdown twin; the report reads
``application/vnd.forevar+json``, which holds everything (title, source line, description, data table).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from textwrap import wrap
from typing import Any

MIME = "application/vnd.forevar+json"
VEGALITE = "application/vnd.vegalite.v5+json"
WIDE, NARROW = 640, 328
SUBTITLE_LENGTH = 96
"""Characters of a subtitle line that fit 640 px."""
Bundle = dict[str, Any]


@dataclass(frozen=True)
class Credit:
    """What stands below a figure or table.

    Attributes:
        source: ``Kilde: Tolletaten. Periode: oktober 2025–mars 2026.`` and one reservation.
        tag: ``Rekonstruerte data`` when a file behind it is reconstructed, else empty.
    """

    source: str
    tag: str = ""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        label: Heading the reader sees.
        align: ``left`` or ``right``.
        kind: ``text``, or ``step`` for cells ``{"step": -3..3 or None, "text": words, "flag": "few" ...}``.
    """

    label: str
    align: str = "left"
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """Rows already worded and already suppressed.

    Attributes:
        key: Unique in the notebook; ASCII.
        title: What is seen, as a sentence or a name.
        columns: First column heads the row.
        rows: One list of cells per row; a text, or a mapping for ``step`` columns.
        groups: Row number → heading that stands above that row.
        strong: Row numbers in bold (totals).
        origins: Row by row where each cell's number stands; empty where that is not known or not told.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    credit: Credit
    subtitle: str = ""
    groups: dict[int, str] = field(default_factory=dict)
    strong: tuple[int, ...] = ()
    origins: tuple[tuple[str, ...], ...] = ()

    def as_dict(self) -> Bundle:
        """The table as plain JSON."""
        return {
            "kind": "table", "key": self.key, "title": self.title, "subtitle": self.subtitle,
            "columns": [vars(column) for column in self.columns], "rows": [list(row) for row in self.rows],
            "groups": {str(row): text for row, text in self.groups.items()}, "strong": list(self.strong),
            "origins": [list(row) for row in self.origins],
            "source": self.credit.source, "tag": self.credit.tag,
        }  # fmt: skip

    def _html(self) -> str:
        head = "".join(f"<th scope='col' style='text-align:{c.align}'>{escape(c.label)}</th>" for c in self.columns)
        body = ""
        for number, row in enumerate(self.rows):
            if number in self.groups:
                body += f"<tr><th colspan='{len(row)}' style='text-align:left'>{escape(self.groups[number])}</th></tr>"
            cells = (cell["text"] if isinstance(cell, dict) else cell for cell in row)
            body += "<tr>" + "".join(
                f"<td style='text-align:{column.align}'>{escape(str(cell))}</td>"
                for column, cell in zip(self.columns, cells, strict=True)
            )
        return (
            f"<table><caption>{escape(self.title)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<p><small>{escape(' '.join((self.credit.tag, self.credit.source)).strip())}</small></p>"
        )

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return {MIME: self.as_dict(), "text/html": self._html(), "text/plain": self.title}


@dataclass(frozen=True)
class Figure:
    """One chart drawn twice (640 and 328 px), with its words and the table of exactly what it shows.

    Attributes:
        key: Unique in the notebook; ASCII.
        title: The answer, a sentence made from the data.
        subtitle: Measure, unit, what a mark means.
        wide: Vega-Lite specification, 640 px, without title.
        narrow: The same for 328 px.
        alt: Description for those who can't see it, 150 to 350 characters.
        table: What the chart shows, nothing more.
    """

    key: str
    title: str
    subtitle: str
    wide: Bundle
    narrow: Bundle
    alt: str
    table: Table
    credit: Credit

    def as_dict(self) -> Bundle:
        """The figure as plain JSON; the wide drawing stands apart, under Vega-Lite's own key."""
        return {
            "kind": "figure", "key": self.key, "title": self.title, "subtitle": self.subtitle, "alt": self.alt,
            "narrow": self.narrow, "table": self.table.as_dict(),
            "source": self.credit.source, "tag": self.credit.tag,
        }  # fmt: skip

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        below = (self.subtitle, f"{self.credit.tag} {self.credit.source}".strip())
        lines = [line for text in below for line in wrap(text, SUBTITLE_LENGTH, break_on_hyphens=False)]
        titled = {**self.wide, "title": {"text": self.title, "subtitle": lines, "anchor": "start"}}
        return {MIME: self.as_dict(), VEGALITE: titled, "text/plain": f"{self.title}\n{self.alt}"}


@dataclass(frozen=True)
class Text:
    """A piece of running text.

    Attributes:
        markdown: Footnotes as ``[^1]`` allowed; raw HTML is shown as text.
        role: ``body``, ``lead``, ``note`` (to co-authors, draft only) or ``aside`` (small print beside the text).
        sourced: The same text, with numbers as ``[14]{0}``: the first of ``origins`` is where 14 stands.
        origins: Source, file and cell.
    """

    markdown: str
    role: str = "body"
    sourced: str = ""
    origins: tuple[str, ...] = ()

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        known = {"sourced": self.sourced, "origins": list(self.origins)} if self.origins else {}
        return {
            MIME: {"kind": "text", "role": self.role, "markdown": self.markdown, **known},
            "text/markdown": self.markdown,
            "text/plain": self.markdown,
        }


@dataclass(frozen=True)
class Facts:
    """Short facts beside the text: price, way of intake, slang.

    Attributes:
        items: (label, value) pairs.
        origins: Where each value's numbers stand, as in a table; empty when none is told.
    """

    items: tuple[tuple[str, str], ...]
    origins: tuple[str, ...] = ()

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        markdown = "\n\n".join(f"**{label}**: {value}" for label, value in self.items)
        return {
            MIME: {"kind": "facts", "items": [list(item) for item in self.items], "origins": list(self.origins)},
            "text/markdown": markdown,
            "text/plain": markdown,
        }


@dataclass(frozen=True)
class Finding:
    """One main finding.

    Attributes:
        name: ``Crack kokain``.
        text: ``sterk økning i bruk``.
        robustness: Small print: whether the word holds.
        score: Signed aggregate as text.
        substance: Key.
        colour: Text colour of the name.
        sparkline: Vega-Lite specification of the long-term curve, 150 x 34 px.
        origin: What the score is the sum of.
    """

    name: str
    text: str
    robustness: str
    score: str
    substance: str
    colour: str
    sparkline: Bundle
    origin: str = ""


@dataclass(frozen=True)
class Findings:
    """The main findings, a row each.

    Attributes:
        rows: In the order of the report.
        score_label: Word under the score (``samlet``).
        cover: Vega-Lite specification of the curves on the cover.
        cover_alt: Its description.
    """

    rows: tuple[Finding, ...]
    score_label: str
    cover: Bundle
    cover_alt: str
    credit: Credit

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        lines = [f"- **{row.name}** – {row.text} ({row.score}). {row.robustness}" for row in self.rows]
        return {
            MIME: {
                "kind": "findings", "rows": [vars(row) for row in self.rows], "score_label": self.score_label,
                "cover": self.cover, "cover_alt": self.cover_alt,
                "source": self.credit.source, "tag": self.credit.tag,
            },
            "text/markdown": "\n".join(lines),
            "text/plain": "\n".join(lines),
        }  # fmt: skip


@dataclass(frozen=True)
class Blocks:
    """Several blocks that one cell shows, one after another."""

    items: tuple[Any, ...]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for item in self.items:
            display(item)
