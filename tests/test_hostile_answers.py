"""What a panel answers is only text, from the questionnaire to the page, the PDF and the workbook.

The page is opened in a browser by the tests in ``tests/browser``.
"""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from bs4 import BeautifulSoup
from hostile_answers import ANSWERS, DRUGS, QUESTIONS, answered_town, terms_of
from pypdf import PdfReader

from forevar.cli import main
from forevar.prose import literally

# pypdf reads a soft hyphen, a change of direction and a doubled exclamation mark in another way than they are set
READ_OTHERWISE = ("\u202e", "\ufeff", "</style><style>*")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    town = answered_town(tmp_path_factory.mktemp("answered") / "town")
    assert main(["--workspace", str(town.root), "build", "2026-1"]) == 0
    return town.reports("2026-1")


def unspaced(text: str) -> str:
    return "".join(text.split())


@pytest.mark.slow
def test_every_answer_stands_on_the_page_as_it_was_given(folder: Path) -> None:
    assert len(ANSWERS) >= 60
    soup = BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "html.parser")
    shown = unspaced(soup.get_text())
    said = {term for drug in DRUGS for question in QUESTIONS for term in terms_of(drug, question)}
    assert said == set(ANSWERS)
    assert [term for term in said if unspaced(term) not in shown] == []
    assert "unlisted" not in soup.get_text()


@pytest.mark.slow
def test_answers_are_no_tag_script_handler_or_link(folder: Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(page, "html.parser")
    assert len(soup.find_all("script")) == page.count("<script")
    assert soup.find_all(["iframe", "object", "embed", "form", "base", "link", "math", "img"]) == []
    assert not [tag for tag in soup.find_all(True) if any(name.lower().startswith("on") for name in tag.attrs)]
    links = [str(tag.get(name)) for tag in soup.find_all(True) for name in ("href", "src") if tag.get(name)]
    assert [link for link in links if not link.startswith(("#", "data:text/csv"))] == []
    assert [heading.get_text() for heading in soup.find_all(["h2", "h3"]) if "overskrift" in heading.get_text()] == []
    assert len(soup.select("main > section")) == len(DRUGS) + 3  # main findings, main table, colophon


@pytest.mark.slow
def test_answers_are_set_in_the_pdf_as_they_were_given(folder: Path) -> None:
    reader = PdfReader(io.BytesIO((folder / "report.pdf").read_bytes()))
    shown = unspaced("".join(page.extract_text() for page in reader.pages))
    expected = [term for term in ANSWERS if not term.startswith(READ_OTHERWISE)]
    assert [term for term in expected if unspaced(term) not in shown] == []


@pytest.mark.slow
def test_workbook_has_no_formula(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "main_table.xlsx")
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert len(cells) > 50
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []


@pytest.mark.parametrize(
    ("given", "written"), [("a\n\n# b", r"a \# b"), ("[x](y)", r"\[x\](y)"), ("GHB/GBL", "GHB/GBL"), ("a_b", r"a\_b")]
)
def test_words_of_others_are_written_so_that_markdown_leaves_them_alone(given: str, written: str) -> None:
    assert literally(given) == written
