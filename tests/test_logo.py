"""A town's own mark and colour: on both covers, refused when it does more than draw."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from dataclasses import replace
from typing import Any

import page
import pytest
from bs4 import BeautifulSoup
from report_builders import cell, chapter, document, table
from test_report_pdf import elements, read
from tiny import make_workspace, write

from forevar.errors import ParamsError
from forevar.gate.markup import markup_pieces
from forevar.logo import Logo, read_logo
from forevar.params import load_params
from forevar.report.html import render_html
from forevar.report.pdf import render_pdf
from forevar.report.svg import Draughtsman
from forevar.settings import LEAST_CONTRAST, on_white

SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40">
<linearGradient id="sea"><stop stop-color="#1d6f6a"/><stop offset="1" stop-color="#0b3b4a"/></linearGradient>
<circle cx="20" cy="20" r="18" fill="url(#sea)"/>
<path d="M4 24q8-8 16 0t16 0" fill="none" stroke="#fff" stroke-width="3"/>
<path d="M48 30V10h6l8 13V10h6v20h-6l-8-13v13z" fill="#0b3b4a"/></svg>"""
draw = Draughtsman()


def png() -> bytes:
    """Two red pixels."""

    def part(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = part(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + part(b"IDAT", zlib.compress(b"\0" + b"\xc0\0\0" * 2)) + part(b"IEND", b"")


@pytest.fixture
def town(tmp_path):
    return make_workspace(tmp_path)


def decided(town: Any, lines: str) -> Any:
    path = town.params / "town.yml"
    write(path, path.read_text(encoding="utf-8") + lines)
    return load_params(town)


def refused(town: Any, lines: str) -> str:
    with pytest.raises(ParamsError) as caught:
        decided(town, lines)
    return str(caught.value)


@pytest.mark.parametrize(("name", "data", "kind"), [("logo.svg", SVG.encode(), "svg"), ("mark.png", png(), "png")])
def test_logo_stands_on_both_covers_with_its_words(town, name, data, kind):
    (town.params / name).write_bytes(data)
    logo = read_logo(town, decided(town, f"logo: {name}\n").town.logo)
    assert logo == Logo(data, kind)
    report = replace(document([chapter(cell(table()))]), logo=logo)
    image = BeautifulSoup(render_html(report, draw), "html.parser").select_one(".cover img")
    assert image["alt"] == "Logoen til Demonstrasjon"
    assert base64.b64decode(image["src"].partition(",")[2]) == data
    pdf = render_pdf(report, draw)
    assert "Logoen til Demonstrasjon" in [one.get("/Alt") for one in elements(pdf, "/Figure")]
    failures = (
        page.validate_pdf_bytes(pdf, profile="ua1").failures + page.validate_pdf_bytes(pdf, profile="2a").failures
    )
    assert [fault.message for fault in failures if "STREAM-LENGTH" not in fault.rule_id] == []


def test_very_wide_logo_leaves_room_for_the_name_of_the_report():
    wide = Logo(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 10"><path d="M0 0h900v9H0z"/></svg>', "svg")
    first = read(render_pdf(replace(document([]), logo=wide), draw)).pages[0]
    drawn = re.findall(
        r"([\d.]+) 0 0 (-?[\d.]+) ([\d.]+) ([\d.]+) cm", first.get_contents().get_data().decode("latin-1")
    )
    assert drawn
    assert max(float(x) for _, _, x, _ in drawn) > 595 - 62.5 - 60 / 25.4 * 72 - 1


def test_page_without_logo_has_no_picture():
    assert BeautifulSoup(render_html(document([]), draw), "html.parser").select(".cover img") == []


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("<script>alert(1)</script>", "holds <script>"),
        ('<path onload="alert(1)" d="M0 0"/>', "holds onload="),
        ("<foreignObject><p>hei</p></foreignObject>", "holds <foreignobject>"),
        ('<image href="https://example.org/a.png"/>', "fetches something from outside"),
        ('<image href="file:///etc/passwd"/>', "fetches something from outside"),
        ('<use xmlns:x="http://www.w3.org/1999/xlink" x:href="other.svg#a"/>', "fetches something from outside"),
        ('<rect fill="url(https://example.org/a)"/>', "fetches something from outside"),
        ("<style>@import 'https://example.org/a.css';</style>", "fetches something from outside"),
        ('<a href="javascript:alert(1)"><path d="M0 0"/></a>', "fetches something from outside"),
        ('<set attributeName="href" to="javascript:alert(1)"/>', "holds <set>"),
    ],
)
def test_drawing_that_does_more_than_draw_is_refused_with_its_line(town, inside, told):
    write(town.params / "logo.svg", f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>')
    shown = refused(town, "logo: logo.svg\n")
    lines = (town.params / "town.yml").read_text(encoding="utf-8").splitlines()
    assert shown.startswith(f"params/town.yml:{lines.index('logo: logo.svg') + 1}: logo: params/logo.svg {told}")
    assert "mend: save it as a plain SVG" in shown


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("gone.svg", None, "there is no file params/gone.svg"),
        ("../outside.svg", SVG.encode(), "lies outside params/"),
        ("logo.jpg", b"\xff\xd8\xff\xe0", "is neither SVG nor PNG"),
        ("logo.svg", b"<html/>", "is neither SVG nor PNG"),
        ("logo.svg", b'<!DOCTYPE svg [<!ENTITY a "a">]><svg>&a;</svg>', "defines entities"),
        ("large.png", png() + bytes(500_000), "is larger than 500 kB"),
    ],
)
def test_file_that_is_no_small_drawing_is_refused(town, name, data, told):
    if data is not None:
        (town.params / name).write_bytes(data)
    assert told in refused(town, f"logo: {name}\n")


def test_texts_in_a_logo_are_read_before_the_report_is_sent():
    svg = SVG.replace("</svg>", "<desc>Kari Normann, 90 12 34 56</desc></svg>")
    page = render_html(replace(document([]), logo=Logo(svg.encode(), "svg")), draw)
    assert any("Kari Normann" in piece.text for piece in markup_pieces(page))


def test_accent_colours_links_and_the_name_of_the_report_in_both():
    report = document([chapter(cell(table()))])
    green = replace(report, town=report.town.model_copy(update={"accent": "#1D6F6A"}))
    assert ":root{--link:#1D6F6A}" in render_html(green, draw)
    content = read(render_pdf(green, draw)).pages[0].get_contents().get_data().decode("latin-1")
    colours = [
        [round(float(one) * 255) for one in found] for found in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) scn", content)
    ]
    assert [0x1D, 0x6F, 0x6A] in colours


@pytest.mark.parametrize(
    ("accent", "told"),
    [
        ("#FFCC00", "#FFCC00 is too pale for text on white: 1.5 to 1, and 4.5 is the least"),
        ("red", "'red' is not a colour; write it as #RRGGBB"),
        ("#12436D}</style><script>", "is not a colour"),
    ],
)
def test_accent_that_cannot_be_read_on_white_is_refused_with_its_line(town, accent, told):
    shown = refused(town, f'accent: "{accent}"\n')
    assert re.match(r"params/town\.yml:\d+: accent: ", shown)
    assert told in shown


@pytest.mark.parametrize(
    ("colour", "contrast"), [("#000000", 21), ("#FFFFFF", 1), ("#767676", 4.54), ("#0000FF", 8.59)]
)
def test_contrast_is_that_of_wcag(colour, contrast):
    assert on_white(colour) == pytest.approx(contrast, abs=0.01)


def test_least_contrast_is_that_of_ordinary_text():
    assert LEAST_CONTRAST == 4.5
