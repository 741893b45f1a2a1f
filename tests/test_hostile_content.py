"""Labels, texts and file names from a workspace are only text, all the way from the raw file to what is sent.

The page itself is opened in a browser by the tests in ``tests/browser``, with the same list of texts.
"""

import io
import json
import zipfile

import openpyxl
import pytest
from bs4 import BeautifulSoup
from hostile_strings import HOSTILE
from pypdf import PdfReader
from tiny import make_workspace, write, write_workbook

from forevar.cli import main
from forevar.errors import ParamsError
from forevar.form import make_form
from forevar.params import load_edition, load_params, load_profiles
from forevar.period import Period
from forevar.store import make_tables

UNPRINTABLE = ("Z\u0351", "😀")  # the report's font has no such letters, and a PDF without them is refused in words
LABELS = [
    text for text in HOSTILE
    if text.strip() and "\0" not in text and len(text) < 300 and not text.startswith(UNPRINTABLE)
]  # fmt: skip
EDITION = """
period: 2026-1
chapters: [text/foreword, main_findings, main_table]
headlines: [{substance: s0, dimensions: [use]}]
authors: [AUTHOR]
"""


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def hostile_town(folder):
    """Every hostile text is a drug's name and its alias in the raw file; some name sources, people and places too."""
    town = make_workspace(folder)
    drugs = [
        f"s{n}: {{name: {quoted(text)}, group: g, order: {n + 1}, aliases: [{quoted(f'alias {n}')}]}}"
        for n, text in enumerate(LABELS)
    ]
    write(town.params / "substances.yml", "\n".join(drugs) + "\n")
    sources = (town.params / "sources.yml").read_text(encoding="utf-8")
    for name, text in zip(("Havnepolitiet", "Klinikken", "Lokalavisen"), LABELS, strict=False):
        sources = sources.replace(f"name: {name}", f"name: {quoted(text)}")
    write(town.params / "sources.yml", sources)
    told = (town.params / "town.yml").read_text(encoding="utf-8")
    for word, text in (("Lillevik kommune", LABELS[5]), ("Varsel", LABELS[0])):
        told = told.replace(word, quoted(text))
    write(town.params / "town.yml", told)
    write(town.edition("2026-1") / "edition.yml", EDITION.replace("AUTHOR", quoted(LABELS[1])))
    texts = "\n\n".join(text.replace("$", "$$") for text in LABELS if not text.startswith(("#", "```")))
    write(town.edition("2026-1") / "text" / "foreword.md", f"# Forord\n\n{texts}\n")
    for source, head in (("harbour", "Antall"), ("clinic", "Besøk"), ("paper", "Artikler")):
        family = "media" if source == "paper" else "statistics"
        counts = {f"alias {n}": (20 + n, 30 + n) for n in range(len(LABELS))}
        write_workbook(town.raw / family / f"2026-1-{source}.xlsx", head, counts)
    return town


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    made = hostile_town(tmp_path_factory.mktemp("hostile") / "town")
    assert main(["--workspace", str(made.root), "build", "2026-1"]) == 0
    return made


def test_list_is_long_enough():
    assert len(LABELS) >= 60


@pytest.mark.slow
def test_page_has_no_script_frame_or_handler_but_its_own(town):
    page = (town.reports("2026-1") / "report.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(page, "html.parser")
    scripts = soup.find_all("script")
    assert len(scripts) == page.count("<script")
    assert not any("window.hacked" in script.get_text() for script in scripts if "json" not in str(script.get("type")))
    assert soup.find_all(["iframe", "object", "embed", "form", "base", "link", "math", "applet"]) == []
    assert not [tag for tag in soup.find_all(True) if any(name.lower().startswith("on") for name in tag.attrs)]
    assert [tag["http-equiv"] for tag in soup.find_all("meta", {"http-equiv": True})] == ["Content-Security-Policy"]
    links = [str(tag.get(name)) for tag in soup.find_all(True) for name in ("href", "src") if tag.get(name)]
    assert not [
        link for link in links if link.casefold().startswith(("javascript:", "vbscript:", "data:text/html", "//"))
    ]
    assert page.rstrip().endswith("</html>")


@pytest.mark.slow
def test_page_may_fetch_nothing(town):
    soup = BeautifulSoup((town.reports("2026-1") / "report.html").read_text(encoding="utf-8"), "html.parser")
    (policy,) = [tag["content"] for tag in soup.find_all("meta", {"http-equiv": "Content-Security-Policy"})]
    rules = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert not any(scheme in policy for scheme in ("http", "*", "'self'", "ws:"))


@pytest.mark.slow
def test_pdf_is_set_and_shows_the_texts(town):
    reader = PdfReader(io.BytesIO((town.reports("2026-1") / "report.pdf").read_bytes()))
    text = "".join(page.extract_text() for page in reader.pages).replace(" ", "").replace("\n", "")
    assert "{{7*7}}" in text
    assert "49" not in [word for word in text.split("{%")[0].split() if word == "49"]
    assert "/etc/passwd" in text
    assert "root:x:0" not in text


@pytest.mark.slow
def test_workbook_has_no_formula_link_or_macro(town):
    raw = (town.reports("2026-1") / "main_table.xlsx").read_bytes()
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(raw)) for line in sheet.iter_rows() for cell in line]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert [cell.coordinate for cell in cells if cell.hyperlink is not None] == []
    assert any(str(cell.value).startswith("=cmd") for cell in cells)
    names = zipfile.ZipFile(io.BytesIO(raw)).namelist()
    assert not [name for name in names if "vba" in name.lower() or "external" in name.lower()]


@pytest.mark.slow
def test_nothing_is_written_outside_the_workspaces_own_folders(town):
    tops = {path.name for path in town.root.iterdir()}
    assert tops == {"data", "params", "reports"}
    assert {path.name for path in town.root.parent.iterdir()} == {"town"}


def test_intake_workbook_has_no_formula_from_a_name(tmp_path):
    town = hostile_town(tmp_path / "town")
    path = town.params / "sources" / "clinic.yml"
    manual = ", ".join(f"s{n}" for n in range(len(LABELS)))
    write(path, path.read_text(encoding="utf-8") + f"manual: {{visits: [{manual}]}}\n")
    params = load_params(town)
    raw = make_form(params, Period.parse("2026-2"), make_tables(town, params).observations)
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(raw)) for line in sheet.iter_rows() for cell in line]
    assert [cell.value for cell in cells if cell.data_type == "f" and "cmd" in str(cell.value)] == []


NAMES = [
    "2026-1-clinic$(touch x).xlsx", "2026-1-=cmd.xlsx", "2026-1-<script>alert(1)<script>.xlsx",
    "2026-1-..%2f..%2fx.xlsx", "2026-1-a;rm -rf .xlsx", "2026-1-{{7*7}}.xlsx", "2026-1-\u202egnp.xlsx", "-rf.xlsx",
    "2026-1- .xlsx", "2026-1-a\nb.xlsx",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_name_of_a_raw_file_is_only_a_name(name, tmp_path, capsys):
    town = make_workspace(tmp_path / "town")
    whole = (town.raw / "statistics" / "2026-1-clinic.xlsx").read_bytes()
    (town.raw / "statistics" / name).write_bytes(whole)
    code = main(["--workspace", str(town.root), "check", "2026-1"])
    shown = capsys.readouterr()
    assert code in (0, 11, 12)
    assert "Traceback" not in shown.err
    assert {path.name for path in tmp_path.iterdir()} == {"town"}


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "text/../../secret", "/etc/passwd", "text/..", "C:\\x", "a//b", "text/.hidden", ""]
)
def test_chapter_whose_name_leaves_the_workspace_is_refused(name, tmp_path):
    town = make_workspace(tmp_path / "town")
    write(town.edition("2026-1") / "edition.yml", f"period: 2026-1\nchapters: [{quoted(name)}]\n")
    with pytest.raises(ParamsError, match="chapters"):
        load_edition(town, "2026-1")


@pytest.mark.parametrize("glob", ["../*.xlsx", "statistics/../../../*.xlsx", "/etc/*", "..\\\\*.xlsx"])
def test_profile_that_reads_outside_the_raw_folder_is_refused(glob, tmp_path):
    town = make_workspace(tmp_path / "town")
    path = town.params / "sources" / "clinic.yml"
    write(path, path.read_text(encoding="utf-8").replace('"statistics/*-clinic.xlsx"', f'"{glob}"'))
    with pytest.raises(ParamsError, match="below data/raw"):
        load_profiles(town)
