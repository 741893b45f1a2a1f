"""The printed report, read back with pypdf and judged by a validator that isn't Typst's own."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import altair as alt
import page
import pandas as pd
import pypdf
import pytest
import typst
from report_builders import cell, chapter, document, figure, findings, full_chapters, recipe, step_table, table, words

from forevar.blocks import Column, Credit, Facts, Table, Text
from forevar.errors import ReportError
from forevar.report import typst_blocks
from forevar.report.pdf import TypstExporter, render_pdf, typst_source
from forevar.report.svg import Draughtsman, fonts
from forevar.report.typst_text import bind, literal, markdown, value

draw = Draughtsman()
MM = 72 / 25.4
HOSTILE = (
    "#panic() $x^2$ @kilde <etikett> \\ `kode` [a] {b} <script>alert(1)</script> *s* _u_ ~ -- ... // k /* k */ "
    '"sitat" \'enkelt\' = - + / #let x = 1; #"slutt"'
)


@cache
def pdf_of_everything() -> bytes:
    return render_pdf(document(), draw)


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    text = " ".join(one.extract_text() for one in read(pdf).pages)
    return " ".join(text.replace("\u00a0", " ").split())


def render(*blocks: Any, **given: Any) -> bytes:
    return render_pdf(document([chapter(cell(*blocks), **given)]), draw)


def elements(pdf: bytes, kind: str) -> list[Any]:
    """Structure elements of one kind, in reading order."""
    found = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, pypdf.generic.ArrayObject):
            for child in node:
                walk(child)
        elif isinstance(node, pypdf.generic.DictionaryObject):
            if node.get("/S") == kind:
                found.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(read(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found


def test_two_printings_of_the_same_report_are_the_same_bytes() -> None:
    assert pdf_of_everything() == render_pdf(document(), Draughtsman())


@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_an_independent_validator_finds_nothing(profile: str) -> None:
    report = page.validate_pdf_bytes(pdf_of_everything(), profile=profile)
    # The validator takes a stream whose last byte happens to be CR for one that is a byte too long.
    found = {fault.rule_id: fault.message for fault in report.failures if "STREAM-LENGTH" not in fault.rule_id}
    assert report.rules.total > 100
    assert found == {}


@pytest.mark.parametrize(("lang", "tag"), [("nb", "nb-NO"), ("nn", "nn-NO"), ("en", "en-GB")])
def test_language_title_and_tags_are_set(lang: str, tag: str) -> None:
    reader = read(render_pdf(document(lang=lang), draw))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == tag
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert "Føre Var 01/26" in (reader.metadata.title or "")
    assert reader.metadata.author == "Demonstrasjon"


def test_creation_date_is_the_periods_last_day() -> None:
    metadata = read(pdf_of_everything()).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date().isoformat() == "2026-03-31"


def test_three_fonts_are_embedded_and_no_other() -> None:
    names = set()
    for one in read(pdf_of_everything()).pages:
        names |= {str(font.get_object()["/BaseFont"])[8:] for font in one["/Resources"].get("/Font", {}).values()}
    assert names <= {"IBMPlexSans", "IBMPlexSans-Bold", "IBMPlexSans-Italic"}
    assert "IBMPlexSans" in names


def test_every_figure_says_what_it_shows() -> None:
    alts = [element.get("/Alt", "") for element in elements(pdf_of_everything(), "/Figure")]
    assert all(alts)
    assert "Linjediagram, vår 2023–vår 2026. Beslagene øker fra 3 til 26. Rekonstruerte data." in alts
    assert "Linjediagram over skårene siden 2002." in alts


def test_table_headings_say_what_they_head() -> None:
    headings = elements(render(table()), "/TH")
    scopes = [item["/Scope"] for one in headings for item in one["/A"] if "/Scope" in item]
    assert len(headings) == 4
    assert scopes == ["/Column"] * 4


def test_steps_are_said_in_words() -> None:
    alts = [element["/Alt"] for element in elements(render(step_table()), "/Figure")]
    assert alts[:2] == ["liten økning", "økning"]
    assert "sterk nedgang" in alts
    assert "få, regnes som 0" in alts
    assert "ikke sammenligningsgrunnlag" in alts


def test_figures_and_tables_bear_number_title_source_and_tag() -> None:
    text = text_of(pdf_of_everything())
    assert "Figur 1 Beslagene av kokain øker fra 8 til 26 Antall beslag per halvår." in text
    assert "Tabell 1 Kokain, skår oktober 2025–mars 2026" in text
    assert "Rekonstruerte data Kilde: Tolletaten." in text


def test_cover_and_every_running_header_say_that_data_are_reconstructed() -> None:
    pages = [one.extract_text() for one in read(pdf_of_everything()).pages]
    assert len(pages) >= 6
    assert all("Rekonstruerte data" in text for text in pages)
    assert all("Utkast. Rekonstruerte data" in text for text in pages[1:])
    assert "Føre Var 01/26" in pages[1]


def test_cover_has_the_headlines_and_no_page_number() -> None:
    cover = " ".join(read(pdf_of_everything()).pages[0].extract_text().split())
    assert "Føre Var · nr. 47 · 01/26" in cover
    assert "Vår 2026: oktober 2025–mars 2026" in cover
    assert "Crack kokain sterk økning i bruk" in cover
    assert not cover.endswith("1")


def test_foreword_stands_before_the_contents_and_contents_name_every_chapter() -> None:
    pages = [" ".join(one.extract_text().split()) for one in read(pdf_of_everything()).pages]
    assert "Takk til alle" in pages[2]
    for title in ("Forord", "Hovedfunn", "Kokain", "Eget"):
        assert title in pages[3]


def test_colophon_leaves_out_what_is_not_given() -> None:
    bare = text_of(pdf_of_everything())
    given = document()
    full = text_of(render_pdf(_with(given, recipe(issn="1234-5678", contact=("Gata 1", "5000 Byen"))), draw))
    assert "ISSN" not in bare
    assert "ISSN 1234-5678" in full
    assert "Gata 1 5000 Byen" in full


def test_final_report_has_no_draft_mark_and_no_notes_to_coauthors() -> None:
    draft, final = text_of(pdf_of_everything()), text_of(render_pdf(document(final=True), draw))
    assert "Til medforfatterne" in draft
    assert "Velg ett ord" in draft
    assert "Til medforfatterne" not in final
    assert "Velg ett ord" not in final
    assert "Utkast" not in final


def test_footnotes_stand_at_the_foot_of_their_page() -> None:
    pages = [" ".join(one.extract_text().split()) for one in read(pdf_of_everything()).pages]
    assert pages[2].index("Takk til alle") < pages[2].index("Særlig panelet")
    assert len(elements(pdf_of_everything(), "/Note")) == 4


def test_hostile_text_is_only_text_in_running_text() -> None:
    shown = text_of(render(Text(f"Før {HOSTILE} etter."))).replace(" ", "")
    for piece in (
        "#panic()",
        "$x^2$",
        "@kilde",
        "<etikett>",
        "[a] {b}",
        "<script>alert(1)</script>",
        "// k /* k */",
        "#let x = 1;",
    ):
        assert piece.replace(" ", "") in shown


@pytest.mark.parametrize(
    "place", ["title", "subtitle", "cell", "column", "source", "alt", "fact", "finding", "chapter"]
)
def test_hostile_text_is_only_text_everywhere_else(place: str) -> None:
    given = {name: HOSTILE if name == place else "Ord" for name in ("title", "cell", "column", "source", "fact")}
    credit = Credit(given["source"], "Rekonstruerte data")
    grid = Table("t", given["title"], (Column(given["column"]), Column("B")), ((given["cell"], "x"),), credit)
    changes = {place: HOSTILE} if place in ("subtitle", "alt") else {}
    blocks = [grid, figure(title=given["title"], **changes), Facts(((given["fact"], given["fact"]),))]
    if place == "finding":
        block = findings()
        object.__setattr__(block.rows[0], "name", HOSTILE)
        blocks.append(block)
    pdf = render(*blocks, title=HOSTILE if place == "chapter" else "Kokain")
    if place == "alt":
        assert HOSTILE in [element["/Alt"] for element in elements(pdf, "/Figure")]
    else:
        assert "<script>alert(1)</script>" in text_of(pdf).replace("\u200b", "")
        assert '#"slutt"' in text_of(pdf)


@pytest.mark.parametrize(
    ("block", "where"),
    [
        (Text("Et tegn: 漢."), "substances/kokain"),
        (figure(title="Tegnet 漢 i en tittel"), "substances/kokain, Figur 1"),
        (table(cell="漢"), "substances/kokain, Tabell 1"),
    ],
)
def test_a_character_the_font_lacks_is_told_with_its_place(block: Any, where: str) -> None:
    with pytest.raises(ReportError) as caught:
        render(block)
    fault = caught.value.faults[0]
    assert fault.where == where
    assert "'漢' (U+6F22)" in fault.what
    assert caught.value.__suppress_context__


def test_a_character_the_font_lacks_is_told_when_it_stands_inside_a_chart() -> None:
    lacking = figure(title="Et diagram")
    lacking.wide["layer"].append({"mark": {"type": "text", "text": "漢"}})
    with pytest.raises(ReportError, match="substances/kokain, Figur 1"):
        render(lacking)


def test_nothing_is_fetched_or_read_but_the_fonts() -> None:
    source = typst_source(document(), draw)
    assert "#import" not in source
    assert "@preview" not in source
    assert "http" not in source.replace("http://www.w3.org/", "").replace("https://example.org", "")


def test_a_notebook_is_converted_alone_with_nbconvert() -> None:
    body, _ = TypstExporter().from_notebook_node(full_chapters()[2].notebook)
    assert body.startswith("#chapter(")
    assert "Beslagene av kokain øker" in body
    assert "Til medforfatterne" in body


def test_exporter_is_known_to_nbconvert_by_its_name() -> None:
    from nbconvert.exporters import get_exporter

    assert get_exporter("forevar-typst") is TypstExporter


def test_what_a_researcher_added_in_markdown_or_pandas_is_printed_too() -> None:
    text = text_of(pdf_of_everything())
    assert "Fra forskeren Vanlig Markdown. bare tekst" in text
    assert "antall navn 0 1 <b>a</b> 1 2 b" in text


def test_code_is_never_printed() -> None:
    assert "view.show()" not in text_of(render_pdf(document(code=True), draw))


def test_two_low_figures_in_a_row_stand_side_by_side_and_a_tall_one_does_not() -> None:
    low = typst_blocks.figure({**_block(figure()), "wide": figure().wide}, draw)
    tall_spec = figure().narrow | {"height": 600}
    tall = typst_blocks.figure({**_block(figure(narrow=tall_spec)), "wide": figure().wide}, draw)
    assert low["half"]
    assert not tall["half"]


def test_a_table_of_two_short_columns_stands_in_the_margin_and_one_of_26_substances_shows_marks_alone() -> None:
    score = Table("s", "Skår", (Column("Dimensjon"), Column("Skår", "right")), (("Bruk", "+26"),), Credit(""))
    columns = (Column("Kilde"), *(Column(f"Stoff {number}", "right", "step") for number in range(26)))
    cells = ({"step": 3, "text": "8→14", "flag": ""},) * 26
    main = Table("m", "Hovedtabell", columns, (("Tolletaten", *cells),), Credit(""))
    small, large = (typst_blocks.table(_block(one), words()) for one in (score, main))
    assert small["place"] == "margin"
    assert large["marks-only"]
    assert large["rows"][0][1] == {"step": 3, "flag": "", "text": "", "alt": "sterk økning: 8→14"}


def pages_of(*blocks: Any) -> list[str]:
    return [" ".join(one.extract_text().split()).replace("\u00a0", " ") for one in read(render(*blocks)).pages]


@pytest.mark.parametrize("paragraphs", [12, 14, 16, 18])
def test_a_heading_is_never_parted_from_the_figure_it_heads(paragraphs: int) -> None:
    filling = Text("\n\n".join(["Et avsnitt som fyller siden. " * 8] * paragraphs))
    pages = pages_of(filling, Text("## Langtidstrend"), figure())
    with_heading = [number for number, text in enumerate(pages) if "Langtidstrend" in text]
    assert with_heading == [number for number, text in enumerate(pages) if "Figur 1" in text]


def test_text_behind_a_figure_that_does_not_fit_fills_the_page_before_it() -> None:
    filling = Text("\n\n".join(["Et avsnitt som fyller siden. " * 8] * 13))
    tall = figure(wide=figure().wide | {"height": 500}, narrow=figure().narrow | {"height": 700})
    pages = pages_of(filling, tall, Text("Dette kommer etter."))
    figures = [number for number, text in enumerate(pages) if "Figur 1" in text]
    after = [number for number, text in enumerate(pages) if "Dette kommer etter." in text]
    assert after == [figures[0] - 1]


def filled(one: pypdf.PageObject) -> float:
    """How far down its type area a page has text, 0 to 1; the page number apart."""
    heights: list[float] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: Any) -> None:
        if text.strip():
            heights.append(tm[4] * cm[1] + tm[5] * cm[3] + cm[5])

    one.extract_text(visitor_text=visit)
    top, foot = float(one.mediabox.height) - 22 * MM, 17 * MM
    return (top - min([height for height in heights if height > foot], default=top)) / (top - foot)


@pytest.mark.parametrize("height", [644, 652, 660])
def test_text_fills_the_page_behind_a_figure_that_only_just_fitted(height: int) -> None:
    """The first figure ends within millimetres of the page's foot; the next one must not leave half a page empty."""
    first = figure(wide=figure().wide | {"height": height})
    second = figure("second", wide=figure().wide | {"height": 520})
    opening, middle, rest = (Text("\n\n".join(["Et avsnitt som fyller siden. " * 8] * n)) for n in (3, 8, 12))
    pages = read(render(opening, first, middle, second, rest)).pages
    assert [round(filled(one), 2) for one in pages[3:-1] if filled(one) < 0.9] == []


def test_two_short_sections_with_low_figures_share_the_width() -> None:
    one, two = (Text(f"## {name}\n\nEn setning om {name.lower()}.") for name in ("Kanyler", "Folie"))
    side_by_side = pages_of(one, figure(), two, figure("second"))
    apart = pages_of(one, figure(), Text(f"## Folie\n\n{'En lang setning om folie. ' * 30}"), figure("second"))
    assert "Figur 1" in side_by_side[-1]
    assert "Figur 2" in side_by_side[-1]
    widths = [element["/A"] for element in elements(render(one, figure(), two, figure("second")), "/Figure")]
    boxes = [next(part["/BBox"] for part in found if "/BBox" in part) for found in widths]
    assert boxes[0][2] < boxes[1][0]
    assert len(apart) >= len(side_by_side)


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_typst_has_no_warning(lang: str) -> None:
    source = typst_source(document(lang=lang), draw).encode()
    _, warnings = typst.Compiler(source, font_paths=fonts()).compile_with_warnings(format="pdf")
    assert [warning.message for warning in warnings] == []


def test_a_drawing_taller_than_the_page_is_made_smaller_and_an_ordinary_one_is_not() -> None:
    tall = figure(wide=figure().wide | {"height": 3000})
    small, large = (typst_blocks.figure({**_block(one), "wide": one.wide}, draw) for one in (figure(), tall))
    assert small["wide-width"] > 150
    assert large["wide-width"] < 60
    assert "Rekonstruerte data Kilde: Tolletaten." in pages_of(tall)[-1]


def test_a_table_with_few_but_very_tall_rows_breaks_and_a_short_one_does_not() -> None:
    columns = (Column("Utdelingssted"), Column("Merknad"))
    filling = Text("\n\n".join(["Et avsnitt som fyller siden. " * 8] * 10))
    tall = Table(
        "t", "Kanyler", columns, tuple((f"Sted {n}", "en lang merknad " * 60) for n in range(20)), Credit("K.")
    )
    short = Table(
        "t", "Kanyler", columns, tuple((f"Sted {n}", "en merknad som er lang nok") for n in range(20)), Credit("K.")
    )
    assert sum("Utdelingssted" in text for text in pages_of(tall)) >= 3
    assert sum("Utdelingssted" in text for text in pages_of(filling, short)) == 1


WIDE_TABLE = Table(
    "t", "Alt", (Column("Kilde"), *(Column(f"Et langt navn på stoff {n}", "right", "step") for n in range(45))),
    tuple((f"Kilde {row}", *({"step": n % 7 - 3, "text": "8→9", "flag": ""} for n in range(45))) for row in range(50)),
    Credit("K."),
)  # fmt: skip
ODD = {
    "no chapter": [],
    "only facts": [Facts((("Pris", "100 kr"),))],
    "empty text": [Text("")],
    "a table without rows": [Table("t", "Tom", (Column("A"), Column("B", "right", "step")), (), Credit(""))],
    "a chart from plain Altair": [
        alt.Chart(pd.DataFrame({"x": [1, 2]})).mark_bar().encode(x="x:Q").properties(title="Mitt diagram")
    ],
    "a wide pandas table": [pd.DataFrame({f"kolonne {n}": range(40) for n in range(15)})],
    "a table wider than the page": [WIDE_TABLE],
    "every kind of Markdown": [
        Text(
            "#### Dypt\n\n![bilde](x.png)\n\n---\n\n> sitat\n\n```\nkode # $\n```\n\n`x` ~~y~~\n\n"
            "1. a\n   - b\n\n     c\n2. d\n\n"
            "<div>html</div>\n\n| a |\n|---|\n\n[^z]: ubrukt"
        )
    ],
    "a note that speaks of a note": [Text("A[^1]\n\n[^1]: Se [^2].\n\n[^2]: To."), Text("B[^1]\n\n[^1]: Igjen.")],
    "words without end": [Text(f"{'x' * 400} https://example.org/{'a' * 200}")],
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_printed_and_valid_all_the_same(name: str) -> None:
    pdf = render(*ODD[name]) if ODD[name] else render_pdf(document([]), draw)
    assert page.validate_pdf_bytes(pdf, profile="ua1").is_compliant


def test_a_table_wider_than_the_page_lies_and_leaves_no_empty_page() -> None:
    reader = read(render(WIDE_TABLE))
    lying = [one.mediabox.width > one.mediabox.height for one in reader.pages]
    assert any(lying)
    assert lying[-1]


def test_long_table_repeats_its_heading_on_each_page() -> None:
    rows = tuple((f"Sted {number}", "1 200", "en lang beskrivelse " * 6) for number in range(60))
    columns = (Column("Utdelingssted"), Column("Antall", "right"), Column("Merknad"))
    pages = [
        one.extract_text() for one in read(render(Table("t", "Kanyler", columns, rows, Credit("Kilde: X.")))).pages
    ]
    assert sum("Utdelingssted" in text for text in pages) >= 2


def test_references_hang_and_have_no_bullets() -> None:
    source = markdown("- Forfatter, A. (2024). *Tittel*.\n- Bforfatter, B. (2023).", bullets=False)
    assert "#list" not in source
    assert source.count("\n\n") == 1


def test_markdown_becomes_typst_that_holds_text_as_literals() -> None:
    source = markdown('# Tittel\n\n## Bruk\n\nEn **sterk** "økning" &amp; #mer[^1].\n\n[^1]: Note.\n', "a b")
    assert source == (
        '#heading(level: 2)[#"Bruk";]\n\n#"En ";#strong[#"sterk";];#" \\"økning\\" & #mer";'
        '#footnote[#"Note.";]<a-b-note-1>#".";'
    )


def test_heading_levels_have_no_gaps() -> None:
    assert "level: 2)" in markdown("#### Dypt")
    assert "level: 3)" in markdown("## To\n\n##### Fem")


def test_links_to_anything_but_the_web_are_only_text() -> None:
    assert "#link" not in markdown("[x](javascript:alert(1)) [y](file.ipynb)")
    assert '#link("https://a.no")' in markdown("[x](https://a.no)")


def test_a_footnote_used_twice_has_one_text() -> None:
    source = markdown("A[^1] og B[^1].\n\n[^1]: Note.", "k")
    assert source.count('#"Note.";') == 1
    assert "#footnote(<k-note-1>);" in source


def test_values_are_literals() -> None:
    assert literal('a"\\#\n') == '"a\\"\\\\#\\n"'
    assert value({"a": ["x", None, True, 2.5], "b": {}}) == '("a": ("x", none, true, 2.5, ), "b": (:), )'
    with pytest.raises(TypeError, match="object"):
        value(object())


def test_titles_bind_short_words_and_numbers() -> None:
    assert bind("Rusmiddeltrender i Bergen") == "Rusmiddeltrender i\u00a0Bergen"
    assert bind("halvert: 23 mot 45") == "halvert: 23\u00a0mot\u00a045"


def _with(given: Any, changed: Any) -> Any:
    from dataclasses import replace

    return replace(given, recipe=changed)


def _block(block: Any) -> dict[str, Any]:
    return dict(block.as_dict())
