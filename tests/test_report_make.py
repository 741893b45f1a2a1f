"""Executed notebooks → files of a report."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from report_builders import cell, figure, recipe, spec, table, town, words

from forevar.blocks import VEGALITE, Text
from forevar.errors import ReportError
from forevar.report import make
from forevar.report.make import make_document, make_report
from forevar.settings import Substance
from forevar.workspace import Workspace

CHAPTERS = ("main_findings", "substances/kokain", "special_focus/2026-1")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What make_report is given: a workspace without data, params, a recipe and executed notebooks."""
    monkeypatch.setattr(make, "_remarks", lambda *_: ())
    notebooks = {}
    for name in CHAPTERS:
        shown = [cell(Text("# Crack kokain\n\nØker."))] if name.endswith("kokain") else []
        path = tmp_path / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=[*shown, cell(figure(), table())]), path)
        notebooks[name] = path
    kokain = Substance(name="kokain", group="central", order=1, colour="#801650")
    params = SimpleNamespace(town=town(), words=words, substances={"kokain": kokain})
    made = recipe(chapters=CHAPTERS, focus="benzodiazepiner")
    return {"workspace": Workspace(tmp_path), "params": params, "recipe": made, "notebooks": notebooks}


def test_report_is_a_page_a_pdf_and_a_picture_of_each_figure(desk: dict[str, Any]) -> None:
    made = make_report(**desk)
    folder = desk["workspace"].reports("2026-1")
    names = [path.relative_to(folder).as_posix() for path in made]
    assert names[:2] == ["report.html", "report.pdf"]
    assert len([name for name in names if name.startswith("figures/") and name.endswith(".svg")]) == 3
    assert made[1].read_bytes().startswith(b"%PDF")


def test_two_builds_give_the_same_bytes_apart_from_the_time(desk: dict[str, Any], monkeypatch: Any) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1770000000")
    first = [path.read_bytes() for path in make_report(**desk)]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    second = [path.read_bytes() for path in make_report(**desk)]
    assert first[1:] == second[1:]
    assert first[0] != second[0]
    assert re.sub(rb"<time .*?</time>", b"", first[0]) == re.sub(rb"<time .*?</time>", b"", second[0])


@pytest.mark.parametrize(
    ("given", "name"), [({"lang": "nn"}, "report.nn.html"), ({"code": True}, "report.code.html"), ({}, "report.html")]
)
def test_file_is_named_after_language_and_variant(desk: dict[str, Any], given: dict[str, Any], name: str) -> None:
    assert make_report(**desk, **given)[0].name == name


def test_titles_come_from_the_notebook_then_from_params(desk: dict[str, Any]) -> None:
    document = make_document(**desk, lang="nb")
    assert [chapter.title for chapter in document.chapters] == [
        "Hovedfunn",
        "Crack kokain",
        "Spesialfokus: benzodiazepiner",
    ]
    assert document.chapters[1].colour == "#801650"


def test_chart_of_plain_altair_is_taken_in(desk: dict[str, Any]) -> None:
    plain = new_output("display_data", data={VEGALITE: {**spec(), "title": "Egen figur"}, "text/plain": ""})
    notebook = new_notebook(cells=[new_code_cell("chart", outputs=[plain])])
    nbformat.write(notebook, desk["notebooks"]["main_findings"])
    page = make_report(**desk)[0].read_text(encoding="utf-8")
    assert ">Egen figur</p>" in page
    assert '<div class="static wide both"><svg' in page


def test_chapter_without_executed_notebook_stops_and_leaves_the_former_report(desk: dict[str, Any]) -> None:
    page = make_report(**desk)[0]
    before = page.read_bytes()
    desk["notebooks"]["main_findings"].unlink()
    with pytest.raises(ReportError, match="main_findings has no executed notebook"):
        make_report(**desk)
    assert page.read_bytes() == before


def test_failure_while_setting_leaves_the_former_report(desk: dict[str, Any], monkeypatch: Any) -> None:
    page = make_report(**desk)[0]
    before = page.read_bytes()

    def fail(*_: object) -> bytes:
        raise ReportError("no paper")

    monkeypatch.setattr("forevar.report.make.render_pdf", fail)
    with pytest.raises(ReportError):
        make_report(**desk, final=True)
    assert page.read_bytes() == before


def test_pictures_of_figures_that_are_gone_are_taken_away(desk: dict[str, Any]) -> None:
    make_report(**desk)
    nbformat.write(new_notebook(cells=[cell(table())]), desk["notebooks"]["main_findings"])
    made = make_report(**desk)
    folder = desk["workspace"].reports("2026-1") / "figures"
    assert sorted(folder.iterdir()) == sorted(path for path in made if path.parent == folder)
