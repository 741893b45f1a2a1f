"""The page: what stands in it, what does not, and that nothing from data becomes more than text."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hostile_strings import HOSTILE
from report_builders import cell, chapter, document, figure, full_chapters, hostile_chapters, spec, table, words

from forevar.blocks import Text
from forevar.errors import ForevarError, ReportError
from forevar.files import write_atomic, write_together
from forevar.report import html, slim, svg
from forevar.report.document import compose, slug
from forevar.report.figures import figure_files
from forevar.report.html import SectionExporter, render_html
from forevar.report.section import Section, Sheet
from forevar.report.slim import without_controls
from forevar.report.specs import SpecPool
from forevar.report.svg import Draughtsman


@pytest.fixture(scope="session")
def draw(tmp_path_factory: pytest.TempPathFactory) -> Draughtsman:
    return Draughtsman(tmp_path_factory.mktemp("svg"))


@pytest.fixture(scope="session")
def page(draw: Draughtsman) -> str:
    return render_html(document(), draw)


@pytest.fixture(scope="session")
def soup(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def render(draw: Draughtsman, *cells: Any, **given: Any) -> BeautifulSoup:
    return BeautifulSoup(render_html(document([chapter(*cells, **given)]), draw), "html.parser")


def text_of(node: Any) -> str:
    return " ".join(node.get_text(" ").split())


# --- what stands in the page


def test_page_has_one_h1_landmarks_and_a_way_past_the_contents(soup: BeautifulSoup) -> None:
    assert [text_of(one) for one in soup.find_all("h1")] == ["Rusmiddeltrender i Bergen"]
    assert soup.html["lang"] == "nb"
    assert all(soup.find(name) for name in ("header", "nav", "main"))
    assert soup.find("a", class_="skip")["href"] == "#main"


def test_contents_lead_to_every_chapter_in_order(soup: BeautifulSoup) -> None:
    links = [link["href"][1:] for link in soup.select("nav li a")]
    assert links == ["text-foreword", "main-findings", "substances-kokain", "own", "colophon"]
    assert all(soup.find(id=name) for name in links)


def test_headings_do_not_jump(soup: BeautifulSoup) -> None:
    levels = [int(one.name[1]) for one in soup.select("main h2, main h3, main h4, main h5")]
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


def test_ids_are_ascii_and_stand_once(soup: BeautifulSoup) -> None:
    ids = [one["id"] for one in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", one) for one in ids)


def test_every_link_inside_the_page_leads_somewhere(soup: BeautifulSoup) -> None:
    inside = [link["href"][1:] for link in soup.find_all("a", href=re.compile("^#"))]
    assert inside
    assert not [name for name in inside if not soup.find(id=name)]


def test_figures_and_tables_are_numbered_through_the_report(soup: BeautifulSoup) -> None:
    assert [text_of(one.find(class_="number")).rstrip(" #") for one in soup.find_all("figure")] == [
        "Figur 1",
        "Figur 2",
    ]
    assert [text_of(one) for one in soup.select("caption .number")] == ["Tabell 1", "Tabell 2"]


def test_figure_carries_title_subtitle_source_tag_description_and_table(soup: BeautifulSoup) -> None:
    shown = soup.find("figure")
    assert text_of(shown.find(class_="title")) == "Beslagene av kokain øker fra 8 til 26"
    assert text_of(shown.find(class_="subtitle")) == "Antall beslag per halvår."
    assert text_of(shown.find(class_="credit")).startswith("Rekonstruerte data Kilde: Tolletaten.")
    assert shown.find(role="img")["aria-label"].startswith("Linjediagram")
    assert text_of(shown.find("details").find(class_="description")).startswith("Linjediagram")
    assert shown.select("details table tbody tr")
    assert len(shown.select(".static svg")) == 2


def test_download_holds_what_the_table_shows(soup: BeautifulSoup) -> None:
    link = soup.select_one("figure details a.csv")
    content = base64.b64decode(link["href"].partition("base64,")[2]).decode("utf-8-sig")
    rows = [line.split(";") for line in content.split("\r\n") if line]
    shown = [[text_of(one) for one in row.find_all(["td", "th"])] for row in soup.select("figure details table tr")][:4]
    assert rows == shown
    assert link["download"] == "figur-1-substances-kokain-course.csv"


def test_tables_have_caption_and_scope(soup: BeautifulSoup) -> None:
    for one in soup.find_all("table"):
        assert one.find("caption")
        assert all(head.get("scope") for head in one.find_all("th"))


def test_steps_are_counted_triangles_with_their_words(soup: BeautifulSoup) -> None:
    rows = {text_of(row.find("th")): row for row in soup.select("table.steps tbody tr")}
    assert len(rows["Kilde 2"].find("td").select('use[href="#step-up"]')) == 3
    assert len(rows["Kilde 4"].find("td").select('use[href="#step-down"]')) == 1
    assert text_of(rows["Kilde 0"].find("td")) == "liten økning 12→20"
    assert text_of(rows["Kilde 7"].find("td")) == "få, regnes som 0 få"
    assert text_of(rows["Kilde 9"].find("td")) == ""


def test_origin_of_a_number_is_shown_on_hover(soup: BeautifulSoup) -> None:
    assert soup.find("td", title=re.compile("customs.xlsx:Beslag:C7")).get_text() == "+26"


def test_origin_of_a_number_in_a_sentence_is_shown_on_hover(draw: Draughtsman) -> None:
    hostile = '"><script>alert(1)</script>'
    shown = render(draw, cell(Text("8 mot 14.", "body", "[8]{0} mot [14]{1}.", (hostile, "Tolletaten: a.csv:B2"))))
    eight, fourteen = shown.select("#substances-kokain .sourced")
    assert (eight.get_text(), eight["title"]) == ("8", hostile)
    assert (fourteen.get_text(), fourteen["title"]) == ("14", "Tolletaten: a.csv:B2")
    assert text_of(eight.find_parent("p")) == "8 mot 14 ."


def test_author_who_writes_like_an_origin_is_shown_what_was_written(draw: Draughtsman) -> None:
    shown = render(draw, cell(Text("Se [14]{0}.")))
    assert not shown.select(".sourced")
    assert "Se [14]{0}." in shown.get_text()


def test_footnotes_stand_at_the_end_of_their_chapter_with_numbers_through_the_page(soup: BeautifulSoup) -> None:
    marks = [text_of(one) for one in soup.select("sup")]
    notes = [one["id"] for one in soup.select(".footnotes li")]
    assert marks == ["1", "2", "3", "4"]
    assert notes == ["text-foreword-note-1", *(f"substances-kokain-note-{n}" for n in (2, 3, 4))]
    assert soup.find(id="substances-kokain").find(class_="footnotes").find("ol")["start"] == "2"


def test_plain_pandas_and_markdown_are_taken_in_unnumbered(soup: BeautifulSoup) -> None:
    frame = soup.select("#substances-kokain .block.table")[-1]
    assert [[text_of(one) for one in row.find_all(["td", "th"])] for row in frame.select("tbody tr")] == [
        ["0", "1", "<b>a</b>"],
        ["1", "2", "b"],
    ]
    assert frame.find(class_="number") is None
    assert text_of(soup.select_one("#own em")) == "Markdown"


def test_findings_stand_as_rows_and_on_the_cover(soup: BeautifulSoup) -> None:
    assert [text_of(one) for one in soup.select(".headlines li")] == [
        "Heroin – sterk økning i bruk",
        "Crack kokain – sterk økning i bruk",
    ]
    rows = soup.select(".findings li")
    assert len(rows) == 2
    assert rows[1].select(".sparkline svg")
    assert text_of(rows[1].find(class_="score")) == "+49 samlet"


def test_reconstructed_data_are_said_on_the_first_page_in_the_strip_and_in_print(soup: BeautifulSoup) -> None:
    assert "Rekonstruerte data" in text_of(soup.find(class_="strip"))
    assert "Rekonstruerte data" in text_of(soup.find(class_="cover"))
    assert '@top-right{content:"Utkast til medforfattere. Rekonstruerte data.' in soup.find("style").get_text()


def test_search_appears_when_there_are_many_substances(draw: Draughtsman, soup: BeautifulSoup) -> None:
    many = [chapter(name=f"substances/s{n}", title=f"S{n}", substance=f"s{n}") for n in range(9)]
    assert soup.find(class_="search") is None
    assert BeautifulSoup(render_html(document(many), draw), "html.parser").find(class_="search")


# --- what does not


@pytest.mark.parametrize("what", ["SKJULT", "Hjelp i JupyterLab", "view.show()", "2026-1&quot;", "papermill"])
def test_hidden_cells_and_code_do_not_reach_the_page(page: str, what: str) -> None:
    assert what not in page


@pytest.mark.parametrize("what", ["Til medforfatterne", "Velg ett ord", "Sjekk dette", "Utkast"])
def test_final_page_leaves_out_what_is_between_co_authors(draw: Draughtsman, what: str) -> None:
    chapters = full_chapters()
    assert what in render_html(document(chapters), draw)
    assert what not in render_html(document(chapters, final=True), draw)


def test_variant_with_code_shows_the_cells_code(draw: Draughtsman) -> None:
    shown = BeautifulSoup(render_html(document(code=True), draw), "html.parser")
    assert "view.show()" in "".join(one.get_text() for one in shown.select("details.code pre")).replace(" ", "")
    assert "SKJULT" in shown.get_text()


def test_page_fetches_nothing_and_runs_only_its_own_scripts(soup: BeautifulSoup) -> None:
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    scripts = [one.string for one in soup.find_all("script") if not one.get("type")]
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not soup.find_all(["link", "iframe", "object", "embed", "img"])
    assert not soup.find_all(src=True)


def test_two_pages_of_the_same_chapters_differ_in_one_time_stamp_only(draw: Draughtsman, page: str) -> None:
    stamp = re.compile(r"<time .*?</time>")
    assert len(stamp.findall(page)) == 1
    assert render_html(document(), draw) == page


@pytest.mark.parametrize("lang", ["nn", "en"])
def test_frame_is_worded_in_the_language_asked_for(draw: Draughtsman, lang: str) -> None:
    shown = BeautifulSoup(render_html(document([chapter(cell(figure()))], lang=lang), draw), "html.parser")
    assert shown.html["lang"] == lang
    said = text_of(shown.find("summary")), text_of(shown.find(id="contents-heading"))
    assert said == (words(lang)("report.figure.details"), words(lang)("report.contents"))


# --- only text


@pytest.fixture(scope="module")
def hostile(draw: Draughtsman) -> BeautifulSoup:
    return BeautifulSoup(render_html(document(hostile_chapters()), draw), "html.parser")


def test_hostile_text_adds_no_element_and_no_handler(hostile: BeautifulSoup) -> None:
    assert len(HOSTILE) >= 60
    assert len(hostile.find_all("script", type=None)) == 2
    assert [len(hostile.find_all(name)) for name in ("style", "title", "main", "body")] == [1, 1, 1, 1]
    assert not hostile.find_all(["img", "iframe", "object", "embed", "link", "base", "form", "textarea", "button"])
    assert [one.get("http-equiv") for one in hostile.find_all("meta")].count("refresh") == 0
    assert not [one for one in hostile.find_all(True) if any(name.startswith("on") for name in one.attrs)]
    schemes = {str(one["href"]).partition(":")[0] for one in hostile.find_all(href=True) if ":" in one["href"]}
    assert schemes <= {"data", "https"}


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_is_shown_as_it_is_written(hostile: BeautifulSoup, number: int) -> None:
    shown = hostile.find(id=f"substances-h{number}")
    clean = " ".join(without_controls(HOSTILE[number]).split())
    assert text_of(shown.find("h2")) == clean
    assert text_of(shown.select_one(".block.table caption .title")) == clean
    assert text_of(shown.select(".block.table td")[1]) == clean
    assert text_of(shown.find("dd")) == clean
    assert f"substances-h{number}-f" in json.loads(hostile.find("script", id="charts").string)["charts"]


def test_markdown_links_run_no_script_and_pictures_are_not_fetched(draw: Draughtsman) -> None:
    shown = render(draw, cell(Text("[her](javascript:alert(1)) ![et bilde](https://example.org/x.png)")))
    assert [link["href"] for link in shown.select("#substances-kokain p a")] == ["#harmful-link"]
    assert not shown.find("img")
    assert "et bilde" in shown.get_text()


def test_words_of_another_language_say_so(draw: Draughtsman) -> None:
    shown = render(draw, cell(Text("EUDA. [Wastewater *analysis*]{en}. [x]{de}")))
    assert str(shown.find("span", lang="en")) == '<span lang="en">Wastewater <em>analysis</em></span>'
    assert "[x]{de}" in shown.get_text()


def test_chapter_in_another_language_says_so_below_its_heading(draw: Draughtsman) -> None:
    shown = render(draw, cell(Text("Kildene.[^1]\n\n[^1]: Note.")), title="References", lang="nb")
    section = shown.find(id="substances-kokain")
    assert section.get("lang") is None
    assert text_of(section.find("div", lang="nb")) == "Kildene. 1"


@pytest.mark.parametrize("text", ["=1+1", "@x", "+cmd|' /C calc'!A0", "-2+3", "\tx"])
def test_download_holds_no_formula(draw: Draughtsman, text: str) -> None:
    shown = render(draw, cell(table(cell=text)))
    content = base64.b64decode(shown.select_one("a.csv")["href"].partition("base64,")[2]).decode("utf-8-sig")
    assert f"'{text}" in content


def test_numbers_with_a_sign_are_downloaded_as_they_are(draw: Draughtsman) -> None:
    shown = render(draw, cell(table()))
    content = base64.b64decode(shown.select_one("a.csv")["href"].partition("base64,")[2]).decode("utf-8-sig")
    assert "Bruk;+26;sterk økning;+10 til +42" in content


# --- drawings and files


def test_drawing_is_made_once_and_read_from_disk_after_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Draughtsman(tmp_path)(spec())
    monkeypatch.setattr(svg, "_draw", lambda _: pytest.fail("drawn again"))
    assert Draughtsman(tmp_path)(spec()) == first
    assert len(list(tmp_path.iterdir())) == 1


def test_slim_drawing_is_the_same_picture_without_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    fat = svg._draw(json.dumps(spec()))
    monkeypatch.setattr(slim, "_LONG_NUMBER", re.compile("never"))
    monkeypatch.setattr(slim, "_number", lambda value: f"{value:g}")
    thin = slim.slim(fat)
    assert svg.to_png(thin, 96) == svg.to_png(fat, 96)
    assert len(thin) < 0.5 * len(fat)
    assert "aria-" not in thin


def shrunk(inside: str) -> str:
    root = slim.slim(f'<svg xmlns="{slim.SVG}" width="1" height="1">{inside}</svg>')
    return root.partition(">")[2].removesuffix("</svg>")


@pytest.mark.parametrize(
    ("fat", "thin"),
    [
        ('<path fill="red" d="M0.1234,-3.456h7"/>', '<path fill="red" d="M.1,-3.5h7"/>'),
        ('<path stroke="red" d="M1,2L3.04,4L5,3"/>', '<path stroke="red" d="M1 2l2 2 2-1"/>'),
        ('<path fill="red" transform="translate(5,6)" d="M2,0A2,2,0,1,1,-2,0A2,2,0,1,1,2,0"/>',
         '<circle fill="red" cx="5" cy="6" r="2"/>'),
        ('<line stroke="red" transform="translate(1,2)" x2="0" y2="6"/><line stroke="red" x2="4"/>',
         '<path d="M1 2v6M0 0h4" stroke="red"/>'),
        ('<text transform="translate(1,2)" font-size="12px" fill="red">a</text>',
         '<text fill="red" x="1" y="2">a</text>'),
        ('<path fill="red" opacity="0" d="M0,0h7"/><g><g/></g><path d="M0,0h7"/>', ""),
    ],
)  # fmt: skip
def test_slim_drawing_says_the_same_in_fewer_letters(fat: str, thin: str) -> None:
    assert shrunk(fat) == thin


def test_shared_parts_of_specifications_are_written_once_and_come_back_whole() -> None:
    data = [{"x": n, "name": "et langt navn som går igjen"} for n in range(3)]
    specs = {"wide": {"data": data, "width": 640}, "narrow": {"data": data, "width": 328}}
    pool = SpecPool()
    pool.add("a", specs)
    pool.add("b", {"wide": {"data": data[:2], "x": True, "y": 1, "z": 1.0, "t": "</script>"}})
    text = pool.as_json()
    stored = json.loads(text)

    def whole(part: Any) -> Any:
        if isinstance(part, list):
            return [whole(one) for one in part]
        if isinstance(part, dict):
            return whole(stored["pool"][part["$"]]) if "$" in part else {name: whole(one) for name, one in part.items()}
        return part

    assert whole(stored["charts"]["a"]) == specs
    assert repr(whole(stored["charts"]["b"]["wide"])).startswith("{'data': [{'x': 0")
    assert [type(whole(stored["charts"]["b"]["wide"])[name]) for name in "xyz"] == [bool, int, float]
    assert text.count("et langt navn") == 3
    assert "<" not in text


def test_chart_that_asks_for_data_from_outside_is_refused() -> None:
    with pytest.raises(ReportError, match="could not be drawn"):
        Draughtsman()({"data": {"url": "https://example.org/x.json"}, "mark": "point"})


@pytest.mark.parametrize("text", ["a\x00b", "a\x07b", "a\x0cb", "a\uffffb", "a\ud800b"])
def test_control_characters_do_not_stop_a_drawing(text: str) -> None:
    """vl-convert refuses some of them."""
    picture = Draughtsman()(spec(name=text))
    assert ">ab<" in picture
    assert svg.to_png(picture, 96).startswith(b"\x89PNG")


def test_ids_are_made_unique_in_marks_but_not_in_text() -> None:
    drawn = '<g id="a" clip-path="url(#b)"><text>id="a" url(#b)</text></g>'
    assert svg.with_ids(drawn, "x") == '<g id="x-a" clip-path="url(#x-b)"><text>id="a" url(#b)</text></g>'


def test_exported_figure_says_title_source_and_tag_inside(tmp_path: Path, draw: Draughtsman) -> None:
    with ThreadPoolExecutor(1) as pool:
        draft, final = (figure_files(document(final=one), draw, tmp_path, pool) for one in (False, True))
    name = "01-substances-kokain-course"
    picture = draft[tmp_path / f"{name}.svg"]
    assert not any(path.suffix == ".png" for path in draft)
    assert final == {**draft, **{path: final[path] for path in final if path.suffix == ".png"}}
    assert final[tmp_path / f"{name}.png"][:4] == b"\x89PNG"
    assert len(final) == 2 * len(draft)
    assert all(f">{text}<" in picture for text in ("Rekonstruerte data", "Figur 1"))
    assert ">Beslagene av kokain øker fra 8 til 26<" in picture
    assert "Kilde: Tolletaten." in picture


def test_file_that_cannot_be_written_leaves_the_former_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_atomic(tmp_path / "report.html", "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ForevarError, match="No space left"):
        write_atomic(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_files_that_belong_together_are_moved_only_when_all_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = write_atomic(tmp_path / "report.html", "old")
    room = iter([True, False])

    def sync(_: int) -> None:
        if not next(room):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", sync)
    with pytest.raises(ForevarError, match=r"report\.pdf"):
        write_together({page: "new", tmp_path / "report.pdf": b"new"})
    assert page.read_text() == "old"
    assert list(tmp_path.iterdir()) == [page]


def test_slug_is_ascii() -> None:
    assert slug("Spesialfokus: æøå «Ø» 1/26") == "spesialfokus-aeoa-o-1-26"


def test_same_key_in_two_chapters_gets_two_ids() -> None:
    twice = [chapter(cell(figure()), name="a"), chapter(cell(figure(), figure()), name="b")]
    ids = [block["id"] for one in compose(twice, words(), final=False) for block in one.blocks()]
    assert ids == ["a-course", "b-course", "b-course-2"]


def test_exporter_gives_a_section_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_alone", lambda nb, name: (nb, Section(chapter(), Sheet(words(), Draughtsman()))))
    section, _ = SectionExporter().from_notebook_node(document().chapters[-1].notebook)
    assert section.startswith("<section id=")
