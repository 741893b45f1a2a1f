"""What must not be sent is found, wherever it hides; and what may be sent is let through."""

# ruff: noqa: E501 - the list of leaks is read a row at a time
import dataclasses
import io
import json
import shutil
import zipfile
import zlib

import nbformat
import pytest
from gate_files import (
    SPEC,
    about,
    alternative,
    attached,
    drawing,
    footer,
    formula,
    hidden_column,
    hidden_row,
    hidden_sheet,
    link,
    named,
    note,
    notebook,
    page,
    paper,
    picture,
    property_of,
    remark,
    shown,
    spec,
    within,
    workbook,
)
from tiny import make_workspace, write

from forevar.cli import main
from forevar.gate.check import gate, pieces_of
from forevar.gate.knowledge import knowledge_of
from forevar.gate.rule import findings_in, is_identity
from forevar.params import load_edition, load_params
from forevar.workspace import Workspace

VEGALITE = "application/vnd.vegalite.v5+json"
SMALL, COLUMN, WORD, FILE = "small count", "column no chart shows", "restricted word", "restricted file"
PHONE, MAIL, IDENTITY, PATH = "phone", "e-mail", "identity number", "path"

# what was planted · the file it was planted in · the file · the rule that must find it
LEAKS = [
    ("count in a sentence", "r.html", page("<p>Brukerrommet (3 mot 12 besøk): nedgang.</p>"), SMALL),
    ("count in a sentence, in English", "r.html", page("<p>Customs (2 against 9 seizures): fall.</p>"), SMALL),
    ("count in letters", "r.html", page("<p>Helse Bergen AFR hadde tre pasienter.</p>"), SMALL),
    ("count in a table", "r.html", page("<table><tr><th>Kilde</th><th>Antall</th></tr><tr><th>OUS</th><td>3</td></tr></table>"), SMALL),
    ("pair in a table", "r.html", page("<table><tr><th>K</th><th>N</th></tr><tr><th>Kripos, beslag</th><td>9 → 4</td></tr></table>"), SMALL),
    ("count under a source's head", "r.html", page("<table><tr><th>Halvår</th><th>Brukerrommet</th></tr><tr><th>vår 2026</th><td>4</td></tr></table>"), SMALL),
    ("persons of a panel", "r.html", page("<p>3 av 34 kjenner til bruk.</p>"), SMALL),
    ("persons of a panel's group in a table", "r.html", page("<table><tr><th>G</th><th>N</th></tr><tr><th>Nattliv</th><td>2 av 12</td></tr></table>"), SMALL),
    ("tooltip of a chart", "r.html", page(charts=spec(text="", tooltip="Kriminalomsorgen, beslag: 6 → 3 −50 %")), SMALL),
    ("texts of a chart on one line", "r.html", page(charts={**SPEC, "datasets": {"rows": [{"y": 5, "text": "OUS, positive prøver"}, {"y": 8, "text": "3 → 4"}]}}), SMALL),
    ("record of a chart", "r.html", page(charts=spec(text="Brukerrommet", count=3)), SMALL),
    ("data.values of a chart", "r.html", page(charts={**SPEC, "data": {"values": [{"text": "prison_tests", "tooltip": "3"}]}}), SMALL),
    ("column that no chart shows", "r.html", page(charts=spec(text="a", informant=7)), COLUMN),
    ("column that no chart shows, in the narrow twin", "r.html", page(charts={"layer": [SPEC, {**SPEC, "data": {"values": [{"x": 1, "note": "b"}]}}]}), COLUMN),
    ("aria-label", "r.html", page('<div role="img" aria-label="Brukerrommet: 3 besøk"></div>'), SMALL),
    ("title of a cell", "r.html", page('<span title="Kripos (3 mot 8 beslag)">:</span>'), SMALL),
    ("alternative text", "r.html", page('<img alt="OUS: 2 prøver" src="data:image/png;base64,">'), SMALL),
    ("text hidden by style", "r.html", page('<p style="display:none">AFR: Helse Bergen AFR, 4 pasienter</p>'), SMALL),
    ("template nobody sees", "r.html", page("<template><p>Brukerrommet: 2 besøk</p></template>"), SMALL),
    ("CSV to download", "r.html", page(link("text/csv", "Kilde;Antall\r\nOUS, positive prøver;3\r\n")), SMALL),
    ("CSV to download, percent-encoded", "r.html", page('<a href="data:text/csv,Kilde;Antall%0AOUS;3">ned</a>'), SMALL),
    ("drawing in a link", "r.html", page(link("image/svg+xml", "<svg><text>OUS: 3 prøver</text></svg>")), SMALL),
    ("comment", "r.html", page(comment="<!-- ring kari.nordmann@helse.example.no -->"), MAIL),
    ("comment with a count", "r.html", page(comment="<!-- Brukerrommet: 3 besøk -->"), SMALL),
    ("script", "r.html", page("<script>const who = 'kari.nordmann@helse.example.no';</script>"), MAIL),
    ("count in a script's text", "r.html", page('<script>show("Brukerrommet: 3 besøk");</script>'), SMALL),
    ("count in a script's list", "r.html", page('<script>const rows = [["OUS, positive prøver", 3]];</script>'), SMALL),
    ("count in a script's record", "r.html", page('<script>const row = {"Kilde": "OUS", "Antall": 3};</script>'), SMALL),
    ("value of a hidden field", "r.html", page('<input type="hidden" value="Kripos (3 mot 8 beslag)">'), SMALL),
    ("page without scripts", "r.html", page("<noscript>Brukerrommet: 3 besøk</noscript>"), SMALL),
    ("path in a script", "r.html", page("<script>load('/home/kari/tall.csv');</script>"), PATH),
    ("property of the page", "r.html", page(head='<meta name="author" content="C:\\Users\\kari">'), PATH),
    ("data attribute", "r.html", page('<p data-origin="data/raw/key_persons/2026-1-key_persons.csv">x</p>'), FILE),
    ("e-mail in text", "r.html", page("<p>Spør kari.nordmann@helse.example.no</p>"), MAIL),
    ("e-mail in a link", "r.html", page('<a href="mailto:kari@example.no">her</a>'), MAIL),
    ("phone in pairs", "r.html", page("<p>Ring 55 97 12 34.</p>"), PHONE),
    ("phone in threes", "r.html", page("<p>Ring 912 34 567 i dag.</p>"), PHONE),
    ("phone with the country's number", "r.html", page("<p>Ring +47 55971234.</p>"), PHONE),
    ("identity number", "r.html", page("<p>Gjelder 018170 00092.</p>"), IDENTITY),
    ("address of a user's folder", "r.html", page("<p>file:///C:/Users/kari/tall.xlsx</p>"), PATH),
    ("address on a shared disk", "r.html", page("<p>\\\\server01\\felles\\tall.xlsx</p>"), PATH),
    ("informant's word", "r.html", page("<p>En informant fortalte om brakkerigg.</p>"), WORD),
    ("informant's name in a chart", "r.html", page(charts=spec(text="Torbjørg", tooltip="")), WORD),
    ("drawing's line", "f.svg", drawing('<g transform="translate(0,40)"><text y="5">OUS, prøver</text><text x="9" y="5">3 → 2</text></g>'), SMALL),
    ("drawing's description", "f.svg", drawing("<desc>Brukerrommet: 3 besøk</desc>"), SMALL),
    ("drawing's metadata", "f.svg", drawing("<metadata>/home/kari/figur.vl.json</metadata>"), PATH),
    ("drawing's label", "f.svg", drawing('<g aria-label="Kripos: 2 beslag"/>'), SMALL),
    ("picture's text", "f.png", picture((b"tEXt", b"Author\0kari@example.no")), MAIL),
    ("picture's packed text", "f.png", picture((b"zTXt", b"c\0\0" + zlib.compress(b"/home/kari/x.png"))), PATH),
    ("picture's language text", "f.png", picture((b"iTXt", b"c\0\0\0nb\0\0Brukerrommet: 3 bes\xc3\xb8k")), SMALL),
    ("after the picture's end", "f.png", picture(after=b"kari@example.no"), MAIL),
    ("page of a PDF", "r.pdf", paper(["Kripos (20 mot 24 beslag).", "Brukerrommet (3 mot 12 besøk)."]), SMALL),
    ("invisible text of a PDF", "r.pdf", paper(["Torbjørg var til stede."]), WORD),
    ("properties of a PDF", "r.pdf", paper(change=about(Author="kari@example.no")), MAIL),
    ("keywords of a PDF", "r.pdf", paper(change=about(Keywords="OUS: 3 prøver")), SMALL),
    ("note on a PDF", "r.pdf", paper(change=note("Ring 55 97 12 34")), PHONE),
    ("attachment of a PDF", "r.pdf", paper(change=attached("tall.csv", b"kari@example.no")), MAIL),
    ("alternative text of a PDF", "r.pdf", paper(change=alternative("Brukerrommet: 3 besøk")), SMALL),
    ("hidden sheet", "t.xlsx", workbook(hidden_sheet("hidden")), SMALL),
    ("very hidden sheet", "t.xlsx", workbook(hidden_sheet("veryHidden")), SMALL),
    ("hidden row", "t.xlsx", workbook(hidden_row), SMALL),
    ("hidden column", "t.xlsx", workbook(hidden_column), SMALL),
    ("comment on a cell", "t.xlsx", workbook(remark("OUS: 3 prøver")), SMALL),
    ("author of a workbook", "t.xlsx", workbook(property_of(creator="kari@example.no")), MAIL),
    ("last hand on a workbook", "t.xlsx", workbook(property_of(lastModifiedBy="Torbjørg")), WORD),
    ("footer of a sheet", "t.xlsx", workbook(footer("Ring 55 97 12 34")), PHONE),
    ("defined name", "t.xlsx", workbook(named), PATH),
    ("formula", "t.xlsx", workbook(formula), MAIL),
    ("picture in a workbook", "t.xlsx", within(workbook(), "xl/media/image1.png", picture((b"tEXt", b"Author\0kari@example.no"))), MAIL),
    ("file in a workbook", "t.xlsx", within(workbook(), "xl/embeddings/tall.bin"), "unreadable"),
    ("notebook's run record", "n.ipynb", notebook(metadata={"papermill": {"input_path": "/home/kari/n.ipynb"}}), PATH),
    ("notebook's chart", "n.ipynb", notebook(shown(**{VEGALITE: spec(text="a", count=3)})), COLUMN),
    ("notebook's table", "n.ipynb", notebook(shown(text__html="<table><tr><th>K</th><th>n</th></tr><tr><th>OUS</th><td>3</td></tr></table>")), SMALL),
    ("notebook's plain twin", "n.ipynb", notebook(shown(text__plain="Brukerrommet: 3 besøk")), SMALL),
    ("notebook's code", "n.ipynb", notebook(source="open('/home/kari/tall.csv')"), PATH),
    ("data file", "d.csv", b"Kilde;Antall\nHelse Bergen AFR;4\n", SMALL),
    ("file in an archive", "d.zip", None, SMALL),
    ("file that is not what its name says", "r.pdf", b"not a PDF", "unreadable"),
]  # fmt: skip


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("tall/d.csv", "Kilde;Antall\nHelse Bergen AFR;4\n")
    return file.getvalue()


@pytest.fixture(scope="module")
def known(bergen_params):
    """The demonstration's rules, and a restricted file with two words of its own."""
    recipe = load_edition(bergen_params.workspace, "2026-1")
    real = knowledge_of(bergen_params, recipe, {34: 5, 12: 5})
    return dataclasses.replace(
        real,
        restricted={"torbjørg": "key_persons", "brakkerigg": "key_persons"},
        closed={"data/raw/key_persons/2026-1-key_persons.csv": "key_persons"},
        allowed=("kontor i lillevik, tlf. 55 30 40 50, post@lillevik.example.no", "issn 2535-4094"),
    )


def findings(raw, name, known):
    return [found for piece in pieces_of(raw, name) for found in findings_in(piece, known)]


@pytest.mark.parametrize(("name", "raw", "rule"), [leak[1:] for leak in LEAKS], ids=[leak[0] for leak in LEAKS])
def test_planted_leak_is_found_with_its_place(name, raw, rule, known):
    found = [one for one in findings(archive() if raw is None else raw, name, known) if one.rule == rule]
    assert found
    assert all(one.where.startswith((name, "tall/d.csv", "d.zip")) and ":" in one.where for one in found)


def test_leaks_are_at_least_forty_and_over_every_carrier():
    assert len(LEAKS) >= 40
    assert {leak[1].rpartition(".")[2] for leak in LEAKS} == {
        "html",
        "svg",
        "png",
        "pdf",
        "xlsx",
        "ipynb",
        "csv",
        "zip",
    }


CLEAN = [
    ("r.html", page()), ("f.svg", drawing()), ("f.png", picture()), ("r.pdf", paper()), ("t.xlsx", workbook()),
    ("n.ipynb", notebook(shown(**{VEGALITE: SPEC}))), ("d.csv", b"Kilde;Antall\nKripos;24\nBA;3\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw"), CLEAN, ids=[name for name, _ in CLEAN])
def test_clean_file_has_no_finding(name, raw, known):
    assert findings(raw, name, known) == []


def test_cell_id_that_happens_to_be_digits_is_no_telephone_number(known):
    book = nbformat.reads(notebook().decode(), 4)
    book.cells[0].id = "55304051"
    assert findings(nbformat.writes(book).encode(), "n.ipynb", known) == []


ALLOWED = [
    "<p>Mediekilder: 3 av 12 gir skår.</p>",
    "<table><tr><th>K</th><th>N</th></tr><tr><th>Tolletaten, mengde</th><td>14 750 → 15 000 tabletter</td></tr></table>",
    "<table><tr><th></th><th>GHB/GBL</th></tr><tr><th>Skår</th><td>2</td></tr></table>",
    "<table><tr><th>Halvår</th><th>GHB/GBL, skår</th></tr><tr><th>vår 2003</th><td>2</td></tr></table>",
    "<p>Kontakt: Kontor i Lillevik, tlf. 55 30 40 50, post@lillevik.example.no. ISSN 2535-4094.</p>",
    "<p title='data/raw/statistics/2026-1-kripos.csv:B7'>Kripos (20 mot 24 beslag)</p>",
    "<p>1 234 567 kanyler, 50 000 mot 32 110 ark folie. Tall fra 2026-03-31, 20260331.</p>",
    "<p>BA (3 mot 4 treff). Kripos er sikker i 2 av 3 trekninger, p 0,04.</p>",
    "<p>Kripos: −2 = 2 × −1. Tolletaten: få. OUS: ingen.</p>",
    "<p>11122233344 er ikke et gyldig nummer.</p>",
]


@pytest.mark.parametrize("body", ALLOWED)
def test_what_may_be_sent_is_let_through(body, known):
    assert findings(page(body), "r.html", known) == []


def test_finding_never_repeats_what_a_person_wrote_or_a_persons_number(known):
    raw = page("<p>Torbjørg, 018170 00092, 912 34 567, kari.nordmann@helse.example.no</p>")
    told = " ".join(str(one) for one in findings(raw, "r.html", known))
    assert {one.rule for one in findings(raw, "r.html", known)} == {WORD, IDENTITY, PHONE, MAIL}
    assert not any(part in told.casefold() for part in ("torbjørg", "00092", "34 567", "nordmann"))


def test_finding_names_the_source(known):
    (found,) = [one for one in findings(page("<p>Brukerrommet: 3 besøk</p>"), "r.html", known) if one.rule == SMALL]
    assert found.source == "brukerrommet"
    assert "r.html: p" in str(found)


@pytest.mark.parametrize(
    ("digits", "valid"),
    [("01817000092", True), ("01817000093", False), ("13017000092", False), ("99999999999", False), ("0" * 11, False)],
)
def test_identity_number_needs_a_date_and_both_control_digits(digits, valid):
    assert is_identity(digits) is valid


# --- a workspace of its own -------------------------------------------------------------------------------------------


@pytest.fixture
def town(tmp_path):
    workspace = make_workspace(tmp_path / "town")
    text = (workspace.params / "sources.yml").read_text(encoding="utf-8")
    text = text.replace(
        "  name: Klinikken\n", "  name: Klinikken\n  access: restricted\n  disclosure: {unit: persons}\n"
    )
    write(workspace.params / "sources.yml", text)
    write(workspace.raw / "statistics" / "2026-1-clinic.csv", "Nr;Fritekst\n1;Halvard solgte i kjellerboden\n")
    return workspace


def test_words_are_read_from_the_restricted_files_of_the_edition(town):
    params = load_params(town)
    known = knowledge_of(params, load_edition(town, "2026-1"))
    assert {"halvard", "kjellerboden", "solgte"} <= known.restricted.keys()
    assert "kokain" not in known.restricted
    assert set(known.closed) == {"data/raw/statistics/2026-1-clinic.csv", "data/raw/statistics/2026-1-clinic.xlsx"}
    (label,) = [label for label in known.labels if label.text == "klinikken"]
    assert label.least == 5


def test_gate_takes_a_file_from_any_folder(town, tmp_path):
    (town.raw / "statistics" / "2026-1-clinic.csv").unlink()
    sent = tmp_path / "sendt" / "rapport.html"
    write(sent, "<p>Klinikken hadde 3 besøk.</p>")
    (found,) = gate(town, [sent], "2026-1")
    assert (found.rule, found.source) == (SMALL, "clinic")
    write(sent, "<p>Klinikken hadde 30 besøk.</p>")
    assert gate(town, [sent.parent]) == []


def test_spec_without_a_leak_is_json(known):
    assert json.loads(json.dumps(spec())) == SPEC


@pytest.mark.slow
def test_demonstration_report_is_clean(bergen, tmp_path):
    for name in ("params", "data/raw", "notebooks"):
        shutil.copytree(bergen.root / name, tmp_path / name)
    assert main(["--workspace", str(tmp_path), "build", "2026-1"]) == 0
    folder = tmp_path / "reports" / "2026-1"
    sent = [folder / "report.html", folder / "report.pdf", folder / "main_table.xlsx", folder / "figures"]
    assert gate(Workspace(tmp_path), sent, "2026-1") == []
