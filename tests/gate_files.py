"""Small finished files of every kind, clean but for what a test plants in them."""

import base64
import io
import json
import struct
import zipfile
import zlib

import nbformat
import openpyxl
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import NameObject, TextStringObject

SPEC = {
    "config": {},
    "layer": [
        {"mark": "point", "data": {"name": "rows"}, "encoding": {
            "x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"},
            "text": {"field": "text"}, "tooltip": {"field": "tooltip"},
        }},
    ],
    "datasets": {"rows": [
        {"x": 1, "y": 10, "text": "Kripos, beslag", "tooltip": "Kripos, beslag: 24 → 20 −17 %"},
        {"x": 60, "y": 10, "text": "24 → 20", "tooltip": "Kripos, beslag: −2 = 2 × −1"},
        {"x": 1, "y": 40, "text": "BA, treff", "tooltip": "BA, treff: 4 → 4"},
        {"x": 60, "y": 40, "text": "4 → 4", "tooltip": "Vekt 1"},
    ]},
}  # fmt: skip


def spec(**record):
    """The chart with one more record."""
    chart = json.loads(json.dumps(SPEC))
    if record:
        chart["datasets"]["rows"].append({"x": 1, "y": 70, **record})
    return chart


def page(body="", head="", charts=None, comment="", attributes=""):
    packed = {"pool": [], "charts": {"kokain": {"wide": charts or SPEC}}}
    return f"""<!DOCTYPE html><html lang="nb"><head><title>Varsel</title>{head}</head><body{attributes}>{comment}
<p>Kripos (20 mot 24 beslag) og BA (4 mot 4 treff): stabilt. Skåren er −3 = 3 × −1.</p>
<table><tr><th>Kilde</th><th>Før → nå</th><th>Vekt</th></tr>
<tr><th>Kripos, beslag</th><td>24 → 20</td><td>2</td></tr>
<tr><th>OUS, positive prøver</th><td>:</td><td>1</td></tr></table>
{body}<script type="application/json" id="charts">{json.dumps(packed, ensure_ascii=False)}</script>
<script>const size = 3; draw("kokain", size);</script></body></html>""".encode()


def link(kind, content):
    return f'<a download="t" href="data:{kind};base64,{base64.b64encode(content.encode()).decode()}">Last ned</a>'


def picture(*chunks, after=b""):
    """A PNG of one pixel with chunks of one's own."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    parts = [(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), *chunks, (b"IDAT", zlib.compress(b"\0\0"))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts) + chunk(b"IEND", b"") + after


def drawing(body=""):
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="640" height="99"><g transform="translate(0,10)">
<text x="0" y="5">Kripos, beslag</text><text x="200" y="5">24 → 20</text></g>{body}</svg>""".encode()


def workbook(change=lambda book: None):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Tall"
    sheet.append(["Kilde", "Før → nå", "Vekt"])
    sheet.append(["Kripos, beslag", "24 → 20", 2])
    sheet.append(["OUS, positive prøver", ":", 1])
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def hidden_sheet(state):
    def change(book):
        sheet = book.create_sheet("Arbeid")
        sheet.append(["Kilde", "Antall"])
        sheet.append(["Helse Bergen AFR", 3])
        sheet.sheet_state = state

    return change


def hidden_row(book):
    book.active.append(["Helse Bergen AFR", "3 → 2", 3])
    book.active.row_dimensions[4].hidden = True


def hidden_column(book):
    book.active["H1"], book.active["H2"] = "Kripos", 3
    book.active.column_dimensions["H"].hidden = True


def remark(text):
    def change(book):
        book.active["A2"].comment = Comment(text, "forevar")

    return change


def property_of(**values):
    def change(book):
        for name, value in values.items():
            setattr(book.properties, name, value)

    return change


def footer(text):
    def change(book):
        book.active.oddFooter.center.text = text

    return change


def named(book):
    book.defined_names["kilde"] = DefinedName("kilde", attr_text="'[C:\\Users\\kari\\tall.xlsx]Ark1'!$A$1")


def formula(book):
    book.active["A9"] = '=HYPERLINK("mailto:kari.nordmann@helse.example.no","skriv")'


def within(raw, name, content=b"x"):
    """A workbook with one more file in it."""
    file = io.BytesIO(raw)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def paper(lines=("Kripos (20 mot 24 beslag) er stabilt.",), change=lambda writer: None):
    """A PDF set by Typst, then changed."""
    import typst

    text = "\n\n".join(f"#text({json.dumps(line, ensure_ascii=False)})" for line in lines)
    raw = typst.compile(f'#set document(title: "Varsel")\n{text}'.encode())
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(raw)))
    change(writer)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def note(text):
    def change(writer):
        writer.add_annotation(0, FreeText(text=text, rect=(50, 50, 200, 90)))

    return change


def about(**values):
    return lambda writer: writer.add_metadata({f"/{name}": value for name, value in values.items()})


def attached(name, content):
    return lambda writer: writer.add_attachment(name, content)


def alternative(text):
    def change(writer):
        writer.root_object[NameObject("/Alt")] = TextStringObject(text)

    return change


def notebook(*outputs, metadata=None, source="view.title()"):
    book = nbformat.v4.new_notebook(metadata=metadata or {})
    book.cells.append(nbformat.v4.new_code_cell(source, outputs=list(outputs)))
    return nbformat.writes(book).encode()


def shown(**data):
    return nbformat.v4.new_output("display_data", data={key.replace("__", "/"): value for key, value in data.items()})
