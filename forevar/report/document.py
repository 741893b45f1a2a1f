"""executed notebooks + authors' texts → the chapters of one report, numbered, that HTML and PDF both read."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mistune
import nbformat
from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbformat.v4.rwbase import rejoin_lines

from forevar.blocks import MIME, VEGALITE, Text
from forevar.period import Period
from forevar.words import Words

if TYPE_CHECKING:
    from forevar.logo import Logo
    from forevar.settings import Recipe, Town

Block = dict[str, Any]

SET_UP = frozenset({"parameters", "injected-parameters", "setup"})
HIDDEN = SET_UP | {"guide", "remove-cell"}
DRAFT_ONLY = frozenset({"check", "draft-only"})
NUMBERED = ("figure", "table")
_NUMBER = re.compile(r"[-+−]?[\d  .,]+ ?%?|NaN|<NA>|\.\.|:|–|")
_FOREIGN = r"\[(?P<foreign_text>[^\[\]\n]+)\]\{(?P<foreign_lang>nb|nn|en)\}"
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "ae", "Ø": "o", "Å": "a", "ß": "ss"})


def foreign(markdown: mistune.Markdown) -> None:
    """``[Title in English]{en}``: words of another language, for those who have the report read aloud."""
    markdown.inline.register("foreign", _FOREIGN, _parse_foreign, before="link")


def _parse_foreign(inline: mistune.InlineParser, match: re.Match[str], state: mistune.InlineState) -> int:
    inner = state.copy()
    inner.src = match["foreign_text"]
    state.append_token({"type": "foreign", "children": inline.render(inner), "attrs": {"lang": match["foreign_lang"]}})
    return match.end()


MARKDOWN_PLUGINS: tuple[Any, ...] = ("footnotes", "table", "strikethrough", foreign)


@dataclass(frozen=True)
class Chapter:
    """One chapter.

    Attributes:
        name: As ``forevar list`` prints it: ``substances/kokain``; text-only chapters bear their file's name.
        title: The heading the reader sees.
        notebook: Executed; after ``compose`` it holds only what is to be shown, blocks numbered.
        substance: Key, when the chapter is about one substance.
        colour: Text colour of that substance, ``#801650``; empty for ink.
        lang: The language its text is in, when it is another than the report's.
    """

    name: str
    title: str
    notebook: NotebookNode
    substance: str = ""
    colour: str = ""
    lang: str = ""

    @property
    def slug(self) -> str:
        """The chapter's id, ASCII: ``substances-kokain``."""
        return slug(self.name)

    def outputs(self) -> Iterator[NotebookNode]:
        """Every output of every cell, in order."""
        for cell in self.notebook.cells:
            yield from cell.get("outputs", ())

    def blocks(self) -> Iterator[Block]:
        """Every forevar block, in order; what plain pandas or Markdown shows is not among them."""
        for output in self.outputs():
            if block := block_of(output):
                yield block


@dataclass(frozen=True)
class Document:
    """The whole report in one language.

    Attributes:
        edition: The half-year observed.
        lang: ``nb``, ``nn`` or ``en``.
        words: The same language's words.
        town: ``params/town.yml``.
        recipe: The edition's recipe.
        chapters: In the order of the report.
        status: ``draft`` or ``final``.
        remarks: What co-authors must know before they read on: on a draft's first page alone.
        notices: What must stand on the first page and in every running header («Rekonstruerte data»).
        made: When this build began; the only thing in it that two builds of the same input do not share.
        code: Whether the cells' code is shown.
        logo: The town's mark on the cover.
    """

    edition: Period
    lang: str
    words: Words
    town: Town
    recipe: Recipe
    chapters: tuple[Chapter, ...]
    status: str
    notices: tuple[str, ...]
    made: dt.datetime
    remarks: tuple[str, ...] = ()
    code: bool = False
    logo: Logo | None = None

    @property
    def is_draft(self) -> bool:
        """Whether notes to co-authors are shown."""
        return self.status != "final"

    def blocks(self, kind: str = "") -> Iterator[Block]:
        """Every block of the report, or those of one kind."""
        for chapter in self.chapters:
            for block in chapter.blocks():
                if not kind or block["kind"] == kind:
                    yield block

    @property
    def findings(self) -> Block | None:
        """The main findings, whose rows and curves also stand on the cover; None when no chapter shows them."""
        return next(self.blocks("findings"), None)


class Kept(NotebookNode):
    """What an output shows, once it is settled: nbconvert copies every notebook three times, and charts are heavy."""

    def __deepcopy__(self, memo: object) -> Kept:
        """Itself."""
        return self


def text_chapter(name: str, title: str, markdown: str, lang: str = "") -> Chapter:
    """A chapter that is only an author's text; ``lang`` when it is in another language than the report."""
    bundle = Text(markdown)._repr_mimebundle_()
    cell = new_code_cell("", outputs=[new_output("display_data", data=bundle)])
    cell.id = "text"
    return Chapter(name, title, new_notebook(cells=[cell]), lang=lang)


def compose(chapters: Iterable[Chapter], words: Words, *, final: bool, code: bool = False) -> tuple[Chapter, ...]:
    """Drop what the reader shall not see, and number figures and tables through the whole report.

    Args:
        chapters: In the order of the report; their notebooks are not changed.
        words: ``report.figure.number`` and ``report.table.number`` give «Figur 3» and «Tabell 2».
        final: Leave out cells tagged ``check`` or ``draft-only`` and notes to co-authors.
        code: Keep the cells of parameters and set-up, for the variant that shows code.

    Returns:
        Chapters whose every block has ``id`` (ASCII, unique in the report), and whose figures and tables have
        ``number`` («Figur 3»). A plain Vega-Lite output has become a figure block without table, a plain
        pandas table a table block; neither of them is numbered. A chapter of which a final keeps nothing is left out.
    """
    hidden = HIDDEN - SET_UP if code else HIDDEN
    hidden = hidden | DRAFT_ONLY if final else hidden
    counts = dict.fromkeys(NUMBERED, 0)
    taken: set[str] = set()
    composed = []
    for chapter in chapters:
        notebook = NotebookNode(chapter.notebook)
        shown = (cell for cell in notebook.cells if not hidden & set(cell.metadata.get("tags", ())))
        notebook.cells = [NotebookNode(cell) for cell in shown]
        if final and not [cell for cell in notebook.cells if not SET_UP & set(cell.metadata.get("tags", ()))]:
            continue  # a chapter for co-authors alone
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            cell.outputs = [_own(output) for output in cell.outputs if _is_shown(output, final)]
            for output in cell.outputs:
                _adopt(output)
                block = output.get("data", {}).get(MIME)
                if block is None:
                    continue
                block["id"] = unique(slug(f"{chapter.name}-{block.get('key') or block['kind']}"), taken)
                if block["kind"] in NUMBERED and not block.get("plain"):
                    counts[block["kind"]] += 1
                    block["number"] = words(f"report.{block['kind']}.number", number=counts[block["kind"]])
        composed.append(replace(chapter, notebook=notebook))
    return tuple(composed)


def block_of(output: NotebookNode) -> Block | None:
    """The forevar block behind an output; None when it is plain pandas, Markdown or text.

    A figure's block gets ``wide``: the Vega-Lite specification for 640 px without the title it has in JupyterLab.
    """
    data = output.get("data", {})
    block: Block | None = data.get(MIME)
    if block is None:
        return None
    if block["kind"] == "figure":
        return {**block, "wide": {key: value for key, value in data[VEGALITE].items() if key != "title"}}
    return block


def slug(text: str) -> str:
    """ASCII letters, digits and single hyphens: fit for an id and for a file name."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "x"


def unique(name: str, taken: set[str]) -> str:
    """The name, with a number behind it when it is taken; adds it to ``taken``."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found)
    return found


def read_notebook(path: Path) -> NotebookNode:
    """An executed notebook from disk. Whoever ran it has checked its form; what its charts are made of stays plain."""
    content = json.loads(path.read_bytes())
    shown = [[output.pop("data", None) for output in cell.get("outputs", ())] for cell in content["cells"]]
    notebook = nbformat.from_dict(content)
    for cell, parts in zip(notebook.cells, shown, strict=True):
        for output, data in zip(cell.get("outputs", ()), parts, strict=True):
            if data is not None:
                output.data = NotebookNode(data)
    joined: NotebookNode = rejoin_lines(notebook)
    return joined


def notices_of(chapters: Sequence[Chapter]) -> tuple[str, ...]:
    """The tags that figures and tables bear, each once: what the whole report must say on its first page."""
    tags = (str(block.get("tag", "")) for chapter in chapters for block in chapter.blocks())
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _is_shown(output: NotebookNode, final: bool) -> bool:
    """Standard error never; notes to co-authors only in a draft."""
    if output.output_type == "stream":
        return str(output.name) != "stderr"
    block = output.get("data", {}).get(MIME, {})
    return not (final and block.get("kind") == "text" and block.get("role") == "note")


def _own(output: NotebookNode) -> NotebookNode:
    """A copy to be numbered; what its charts are made of is shared with the notebook."""
    own = NotebookNode(output)
    if "data" in own:
        own.data = NotebookNode(own.data)
        for mime, part in own.data.items():
            if isinstance(part, dict):
                own.data[mime] = Kept(part)  # type: ignore[no-untyped-call]
    return own


def _adopt(output: NotebookNode) -> None:
    """Make a chart of plain Altair, or a table of plain pandas, a block like the others."""
    data = output.get("data", {})
    if MIME in data:
        return
    if mime := next((key for key in data if key.startswith("application/vnd.vegalite.")), None):
        data[VEGALITE] = data[mime]
        data[MIME] = _plain_figure(data[mime])
    elif "<table" in data.get("text/html", ""):
        data[MIME] = _plain_table(data["text/html"])


def _plain_figure(spec: Block) -> Block:
    title = spec.get("title", "")
    if isinstance(title, dict):
        title = title.get("text", "")
    title = " ".join(title) if isinstance(title, list) else str(title)
    return {
        "kind": "figure", "key": "chart", "plain": True, "number": "", "title": title, "subtitle": "",
        "alt": spec.get("description", title), "narrow": None, "table": None, "source": "", "tag": "",
    }  # fmt: skip


def _plain_table(html: str) -> Block:
    """The first table of what pandas wrote, as text: its markup, styles and scripts stay behind."""
    table = BeautifulSoup(html, "html.parser").find("table")
    rows = [] if table is None else [[*_cells(row)] for row in table.find_all("tr")]
    heads = [row for row in rows if row and all(is_head for _, is_head, _ in row)]
    body = [[text for text, _, _ in row] for row in rows if row and row not in heads]
    width = max(map(len, body), default=0)
    labels = [" ".join(filter(None, (row[at][0] if at < len(row) else "" for row in heads))) for at in range(width)]
    right = [all(_NUMBER.fullmatch(row[at]) for row in body if at < len(row)) for at in range(width)]
    caption = table.find("caption") if table is not None else None
    return {
        "kind": "table", "key": "table", "plain": True, "number": "",
        "title": caption.get_text(" ", strip=True) if caption is not None else "", "subtitle": "",
        "columns": [
            {"label": label, "align": "right" if numeric else "left", "kind": "text"}
            for label, numeric in zip(labels, right, strict=True)
        ],
        "rows": [row + [""] * (width - len(row)) for row in body],
        "groups": {}, "strong": [], "origins": [], "source": "", "tag": "",
    }  # fmt: skip


def _cells(row: Tag) -> Iterator[tuple[str, bool, int]]:
    """Text of each cell, whether it is a heading, and its place; one that spans columns stands in each."""
    for cell in row.find_all(["th", "td"]):
        span = str(cell.get("colspan", "1"))
        for place in range(int(span) if span.isdigit() and int(span) < 100 else 1):
            yield cell.get_text(" ", strip=True), cell.name == "th", place
