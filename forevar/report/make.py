"""executed notebooks + authors' texts → ``report.html`` and ``report.pdf``, whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from forevar.blocks import MIME, Bundle, Text
from forevar.bound import NOTHING_FOUND, Bound, check_texts
from forevar.errors import Fault, ReportError
from forevar.files import write_atomic, write_together
from forevar.jobs import cores
from forevar.logo import read_logo
from forevar.params import Params, editions
from forevar.period import Period
from forevar.report.document import Chapter, Document, compose, notices_of, read_notebook, slug, text_chapter
from forevar.report.figures import figure_files, remove_others
from forevar.report.html import render_html
from forevar.report.pdf import render_pdf
from forevar.report.svg import Draughtsman, vega
from forevar.settings import Recipe
from forevar.texts import text_file, title_of
from forevar.words import Words, capital
from forevar.workspace import Workspace

TEXT_ONLY = "text/"
REFERENCES = "text/references"  # titles of works keep their language, so the list stands in every language
MAIN_TABLE = "main_table"
CHANGED = "changed"
Progress = Callable[[str], None]


def make_report(
    workspace: Workspace,
    params: Params,
    recipe: Recipe,
    notebooks: Mapping[str, Path],
    *,
    lang: str | None = None,
    final: bool = False,
    code: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Put the report together and move it into place.

    Args:
        workspace: The town's folder; the report lands in ``reports/<edition>/``.
        params: What the town has decided.
        recipe: The edition.
        notebooks: Chapter's name → its executed notebook, run in the same language.
        lang: ``nb``, ``nn`` or ``en``; the town's own when left out.
        final: Leave out notes to co-authors and cells tagged ``check`` or ``draft-only``.
        code: Only the page for researchers, with the notebooks' code: ``report.code.html``.
        progress: Told each step in a few words.

    Returns:
        The files written: page, PDF, exported figures and, where the recipe has a main table, its workbook.

    Raises:
        ParamsError: An override of the authors' texts covers nothing; or the report is final and a text says what the
            figures do not bear out.
        ReportError: A chapter has no executed notebook, a chart cannot be drawn, or a final report holds what must
            not be sent; nothing is written then.
        ForevarError: A file cannot be written; the former one stands.
    """
    tell = progress or (lambda _: None)
    lang = lang or params.town.lang
    draughtsman = Draughtsman(workspace.processed / "cache" / "svg")
    folder = workspace.reports(recipe.period)
    mark = "" if lang == params.town.lang else f".{lang}"
    beside = ThreadPoolExecutor(cores())  # what charts, pages and pictures take, they take outside Python
    try:
        beside.submit(vega, draughtsman)
        texts = check_texts(workspace, recipe.period)
        texts.refuse(final=final)
        for told in (*texts.told(), *texts.told_kept()):
            tell(str(told))
        document = make_document(workspace, params, recipe, notebooks, lang=lang, final=final, code=code, texts=texts)
        tell("drawing charts and setting pages")
        # Whole before page and PDF, which are then made side by side; faults come up where a drawing is asked for.
        wait(draughtsman.prepare(specs_of(document), beside))
        if code:
            page = render_html(document, draughtsman)
            if final:
                _refuse(workspace, recipe.period, {f"report.code{mark}.html": page})
            return [write_atomic(folder / f"report.code{mark}.html", page)]
        pdf = beside.submit(render_pdf, document, draughtsman)
        files = _main_table(workspace, recipe, lang, folder / f"main_table{mark}.xlsx")
        page = render_html(document, draughtsman)
        pictures = figure_files(document, draughtsman, folder / f"figures{mark}", beside)
        files = {folder / f"report{mark}.html": page, folder / f"report{mark}.pdf": pdf.result(), **pictures, **files}
    finally:
        beside.shutdown(cancel_futures=True)
    if final:
        tell("looking for what must not be sent")
        refuse_given_away(workspace, params, recipe)
        _refuse(workspace, recipe.period, {path.name: content for path, content in files.items()})
    tell("writing")
    written = write_together(files)
    remove_others(folder / f"figures{mark}", written)
    return written


def _main_table(workspace: Workspace, recipe: Recipe, lang: str, path: Path) -> dict[Path, bytes | str]:
    """The workbook of the main table, where the recipe has one."""
    if MAIN_TABLE not in recipe.chapters:
        return {}
    from forevar.edition import open_edition  # pulls in the tables and all that makes them
    from forevar.report.main_table_xlsx import main_table_xlsx

    return {path: main_table_xlsx(open_edition(recipe.period, workspace=workspace, lang=lang))}


def specs_of(document: Document) -> Iterator[Bundle]:
    """Every chart a report draws."""
    for block in document.blocks("figure"):
        yield from (one for one in (block["wide"], block["narrow"]) if one)
    if findings := document.findings:
        yield from (one for one in (findings["cover"], *(row["sparkline"] for row in findings["rows"])) if one)


def _refuse(workspace: Workspace, edition: Period, files: Mapping[str, bytes | str]) -> None:
    from forevar.gate.check import refuse  # readers of PDF and Excel, that no draft needs

    refuse(workspace, edition, files)


def refuse_given_away(workspace: Workspace, params: Params, recipe: Recipe) -> None:
    """Stop a final report whose steps, beside the edition before, would narrow down a small count.

    Raises:
        ReportError: Every such source.
    """
    from forevar.disclosure import given_away
    from forevar.store import current_tables

    if recipe.period.previous not in editions(workspace):
        return
    rows = given_away(current_tables(workspace, params).signals, params.sources, params.method)
    found = [
        Fault(
            f"the step of {row['substance']}, beside what edition {recipe.period.previous} and earlier ones printed, "
            "gives a small count away", f"{row['source']}.{row['measure']}",
            "in params/sources.yml: leave the measure unscored, or ask the data owner for a lower min_n or to agree "
            "(disclosure.agreed)",
        )
        for row in rows[rows["period"] == str(recipe.period)].to_dict("records")
    ]  # fmt: skip
    if found:
        raise ReportError(found)


def make_document(
    workspace: Workspace,
    params: Params,
    recipe: Recipe,
    notebooks: Mapping[str, Path],
    *,
    lang: str,
    final: bool = False,
    code: bool = False,
    texts: Bound = NOTHING_FOUND,
) -> Document:
    """Every chapter of the recipe, in its order, numbered through; arguments as in ``make_report``."""
    words = params.words(lang)
    written = _texts(workspace, params, recipe, words)
    read = [
        written[name] if name.startswith(TEXT_ONLY) else _notebook(params, recipe, name, notebooks, words)
        for name in recipe.chapters
    ]
    if not final and CHANGED in recipe.chapters:
        read = [_since_last_draft(one, workspace, recipe, words) if one.name == CHANGED else one for one in read]
    chapters = compose((_annotated(chapter, texts, words) for chapter in read), words, final=final, code=code)
    return Document(
        edition=recipe.period,
        lang=lang,
        words=words,
        town=params.town,
        recipe=recipe,
        chapters=chapters,
        status="final" if final else "draft",
        notices=notices_of(chapters),
        made=_now(),
        remarks=() if final else _remarks(workspace, recipe, words),
        code=code,
        logo=read_logo(workspace, params.town.logo),
    )


def _since_last_draft(chapter: Chapter, workspace: Workspace, recipe: Recipe, words: Words) -> Chapter:
    """The page on what changed, with what changed since the draft before first; as it is when there was none.

    It is put in here and not by the notebook, which rests on tables and params alone: drafts are made by builds.
    """
    from forevar.edition import open_edition  # pulls in the tables and all that makes them

    since = open_edition(recipe.period, workspace, words.lang).changed("draft")
    if since.before is None:
        return chapter
    outputs = [new_output("display_data", data=block._repr_mimebundle_()) for block in since.blocks()]
    cell = new_code_cell("", id="since-draft", metadata={"tags": ["draft-only"]}, outputs=outputs)
    cells = list(chapter.notebook.cells)
    first = next((place for place, one in enumerate(cells, 1) if one.get("outputs")), len(cells))  # the title
    notebook = new_notebook(metadata=chapter.notebook.metadata, cells=[*cells[:first], cell, *cells[first:]])
    return replace(chapter, notebook=notebook)


def _annotated(chapter: Chapter, texts: Bound, words: Words) -> Chapter:
    """The chapter with what its text was kept against, and in a draft what the numbers do not bear out."""
    name = chapter.name.removeprefix(TEXT_ONLY)
    added = [Text(line) for line in texts.kept_in(name, words)]
    if note := texts.note(name, words):
        added.append(Text(note, role="note"))
    for number, block in enumerate(added):
        cell = new_code_cell("", outputs=[new_output("display_data", data=block._repr_mimebundle_())])
        cell.id = f"texts-{number}"
        chapter.notebook.cells.append(cell)
    return chapter


def _remarks(workspace: Workspace, recipe: Recipe, words: Words) -> tuple[str, ...]:
    """Raw files whose numbers are used though they are not the ones registered."""
    from forevar.edition import open_edition  # pulls in the tables and all that makes them

    files = open_edition(recipe.period, workspace, words.lang).unregistered
    return (words("report.remark.unregistered", files=words.join(files)),) if files else ()


def _notebook(params: Params, recipe: Recipe, name: str, notebooks: Mapping[str, Path], words: Words) -> Chapter:
    if name not in notebooks or not notebooks[name].is_file():
        raise ReportError(
            f"the chapter {name} has no executed notebook",
            mend=f"run it with: forevar run {recipe.period} --only {name}",
        )
    notebook = read_notebook(notebooks[name])
    key = name.rpartition("/")[2]
    substance = params.substances.get(key) if name.startswith("substances/") else None
    return Chapter(
        name,
        _title_in(notebook, name)
        or (capital(words.name(substance.name)) if substance else _title_by_name(recipe, name, words)),
        notebook,
        substance=key if substance else "",
        colour=(substance.text_colour or substance.colour) if substance else "",
    )


def _texts(workspace: Workspace, params: Params, recipe: Recipe, words: Words) -> dict[str, Chapter]:
    """Authors' texts with their names filled; one line in place of what is not translated."""
    names = [name for name in recipe.chapters if name.startswith(TEXT_ONLY)]
    if not names:
        return {}
    from forevar.edition import open_edition  # pulls in the tables and all that makes them

    own = params.town.lang
    edition = open_edition(recipe.period, workspace=workspace, lang=words.lang)
    chapters = {}
    for name in names:
        short = name.removeprefix(TEXT_ONLY)
        title = _title_by_name(recipe, name, words)
        if text_file(workspace, recipe.period, short, words.lang, own):
            markdown = edition.text(short).markdown
            chapters[name] = text_chapter(name, title_of(markdown) or title, markdown)
        elif name == REFERENCES and text_file(workspace, recipe.period, short, own, own):
            markdown = open_edition(recipe.period, workspace=workspace, lang=own).text(short).markdown
            chapters[name] = text_chapter(name, title, markdown, lang=own)
        else:
            chapters[name] = text_chapter(name, title, words("report.missing_text"))
    return chapters


def _title_in(notebook: NotebookNode, name: str) -> str:
    """The ``# heading`` among what the cells show; a text that is missing is headed by its file's name."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            block = output.get("data", {}).get(MIME, {})
            if block.get("kind") == "text" and (title := title_of(block["markdown"])):
                return "" if title == name else title
    return ""


def _title_by_name(recipe: Recipe, name: str, words: Words) -> str:
    key = f"report.chapter.{slug(name)}"
    if words.has(key):
        return words(key)
    if name.startswith("special_focus"):
        focus = words.name(recipe.focus)
        return (
            words("report.chapter.special-focus-about", focus=focus) if focus else words("report.chapter.special-focus")
        )
    return name.rpartition("/")[2].replace("_", " ").capitalize()


def _now() -> dt.datetime:
    """The time of this build; ``SOURCE_DATE_EPOCH`` sets it for whoever must have the same bytes."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    moment = dt.datetime.fromtimestamp(int(fixed), dt.UTC) if fixed else dt.datetime.now(dt.UTC)
    return moment.astimezone().replace(microsecond=0)
