"""The page as a reader opens it: from a file, with the network cut."""

from __future__ import annotations

import importlib.util
import io
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hostile_answers import DRUGS, answered_town
from report_builders import CREDIT, cell, chapter, document, figure, full_chapters, hostile_chapters, spec

from forevar.blocks import Column, Table, Text
from forevar.cli import main
from forevar.logo import Logo
from forevar.report.html import render_html
from forevar.report.svg import Draughtsman

CHROMIUM = os.environ.get("CHROME_BIN") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = 360
ACCESSIBLE = Path(__file__).resolve().parents[2] / "benchmarks" / "accessible.py"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install chromium or set CHROME_BIN"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    path = folder / "report.html"
    path.write_text(render_html(document(), Draughtsman(folder / "svg")), encoding="utf-8")
    return path


class Opened:
    """A page and what it complained of or asked for."""

    def __init__(self, browser: Any, path: Path, **given: Any) -> None:
        self.page = browser.new_context(offline=True, **given).new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda told: self.complaints.append(told.text) if told.type != "log" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: self.requests.append(asked.url))
        self.page.goto(path.as_uri())

    @property
    def outside(self) -> list[str]:
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]


def test_every_chart_is_drawn_without_complaint_or_request(browser: Any, report: Path) -> None:
    opened = Opened(browser, report, viewport={"width": 1200, "height": 900})
    drawn = opened.page.evaluate("drawAll()")
    assert drawn == opened.page.locator("figure.live .live-chart svg").count() == 2
    assert opened.complaints == []
    assert opened.outside == []


def test_living_chart_is_as_large_as_the_still_one(browser: Any, tmp_path: Path) -> None:
    """Also one of several views, which vega-embed takes for another language when it has to guess."""
    view = {name: part for name, part in spec(300).items() if name not in ("$schema", "config", "datasets", "data")}
    views = {"data": {"values": [{"x": 1, "y": 2}, {"x": 2, "y": 1}]}, "concat": [view, view], "columns": 1}
    path = tmp_path / "concat.html"
    path.write_text(render_html(document([chapter(cell(figure(wide=views)))]), Draughtsman()), encoding="utf-8")
    page = Opened(browser, path, viewport={"width": 1200, "height": 900}).page
    page.evaluate("drawAll()")
    sizes = [
        [float(page.locator(one).get_attribute(side)) for side in ("width", "height")]
        for one in (".wide svg", ".live-chart svg")
    ]
    assert sizes[0] == pytest.approx(sizes[1], abs=3)


def test_charts_are_drawn_as_the_reader_comes_to_them(browser: Any, report: Path) -> None:
    page = Opened(browser, report, viewport={"width": 1200, "height": 300}).page
    assert page.locator("figure.live").count() == 0
    page.locator("figure").last.scroll_into_view_if_needed()
    page.locator("figure").last.locator(".live-chart svg").wait_for()


def test_still_drawings_stand_without_javascript(browser: Any, report: Path) -> None:
    page = Opened(browser, report, java_script_enabled=False, viewport={"width": 1200, "height": 900}).page
    assert page.locator("figure .static.wide svg:visible").count() == 2
    assert page.locator("figure .static.narrow svg:visible").count() == 0


@pytest.mark.parametrize("width", [PHONE, 320])
def test_page_fits_a_phone_and_four_hundred_per_cent(browser: Any, report: Path, tmp_path: Path, width: int) -> None:
    """A headless window is never below 500 px, so the page stands in a frame."""
    frame = tmp_path / "frame.html"
    frame.write_text(f'<iframe src="{report.as_uri()}" width="{width}" height="800"></iframe>', encoding="utf-8")
    page = Opened(browser, frame, viewport={"width": 700, "height": 900}).page
    inner = page.frames[1]
    inner.evaluate("drawAll()")
    assert inner.evaluate("document.documentElement.scrollWidth") <= width
    assert inner.evaluate("document.querySelector('.live-chart svg').getBoundingClientRect().width") <= 336
    assert not inner.locator("nav").is_visible()
    inner.locator(".open-contents").click()
    assert inner.locator("nav").is_visible()
    inner.locator("nav a").nth(2).click()
    assert not inner.locator("nav").is_visible()


@pytest.mark.parametrize("width", [1200, 700])
def test_wide_table_scrolls_in_its_own_box(browser: Any, tmp_path: Path, width: int) -> None:
    columns = (Column("Kilde"), *(Column(f"Stoff {n}", kind="step") for n in range(40)))
    row = ("Tolletaten", *({"step": n % 4, "text": "12→20", "flag": ""} for n in range(40)))
    path = tmp_path / "wide.html"
    broad = Table("main", "Hovedtabell med mange rusmidler", columns, (row, row), CREDIT)
    path.write_text(render_html(document([chapter(cell(broad))]), Draughtsman()), encoding="utf-8")
    page = Opened(browser, path, viewport={"width": width, "height": 900}).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".scroll")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert box.get_attribute("tabindex") == "0"
    assert page.locator("caption .head").bounding_box()["width"] <= width


def test_contents_follow_the_reader(browser: Any, report: Path) -> None:
    page = Opened(browser, report, viewport={"width": 1200, "height": 900}).page
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    page.locator("#substances-kokain").evaluate("section => section.scrollIntoView()")
    page.locator("nav a[aria-current]", has_text="Kokain").wait_for()


def test_charts_and_links_are_reached_with_the_keyboard(browser: Any, report: Path) -> None:
    page = Opened(browser, report, viewport={"width": 1200, "height": 900}).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('role') || document.activeElement.tagName"))
    assert {"img", "SUMMARY", "A"} <= reached


def test_contents_lead_to_the_chapter(browser: Any, report: Path) -> None:
    page = Opened(browser, report, viewport={"width": 1200, "height": 900}).page
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    page.locator("nav a", has_text="Kokain").click()
    page.wait_for_function("Math.abs(document.querySelector('#substances-kokain').getBoundingClientRect().top) < 120")


def test_table_of_a_figure_opens_and_closes_with_the_keyboard(browser: Any, report: Path) -> None:
    page = Opened(browser, report, viewport={"width": 1200, "height": 900}).page
    table = page.locator("figure details table").first
    assert not table.is_visible()
    page.locator("figure summary").first.focus()
    page.keyboard.press("Enter")
    assert table.is_visible()
    page.keyboard.press("Enter")
    assert not table.is_visible()


def test_paper_has_the_still_drawings_every_chapter_and_no_tools(browser: Any, report: Path) -> None:
    page = Opened(browser, report, viewport={"width": 1200, "height": 900}).page
    page.evaluate("drawAll()")
    page.emulate_media(media="print")
    assert page.locator("nav:visible, a.csv:visible, .skip:visible").count() == 0
    assert page.locator("figure .static.wide svg:visible").count() == 2
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
    printed = " ".join(" ".join(sheet.extract_text() for sheet in paper.pages).split())
    assert all(title in printed for title in page.locator("main > section h2").all_text_contents())


def test_logo_runs_nothing_whatever_it_holds(browser: Any, tmp_path: Path) -> None:
    """Such a file is refused when params are read; here it has got past that."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="parent.hacked = 1">'
        '<script>parent.hacked = 1</script><image href="https://example.org/a.png"/><path d="M0 0h9v9z"/></svg>'
    )
    path = tmp_path / "logo.html"
    path.write_text(render_html(replace(document(), logo=Logo(svg.encode(), "svg")), Draughtsman()), encoding="utf-8")
    opened = Opened(browser, path, viewport={"width": 1200, "height": 900})
    assert opened.page.locator(".cover img").evaluate("image => image.complete && image.naturalHeight > 0")
    assert opened.page.evaluate("window.hacked") is None
    assert opened.outside == []


def test_numbers_are_downloaded_offline(browser: Any, report: Path) -> None:
    page = Opened(browser, report, viewport={"width": 1200, "height": 900}).page
    page.locator("figure summary").first.click()
    with page.expect_download() as waiting:
        page.locator("figure a.csv").first.click()
    assert waiting.value.suggested_filename == "figur-1-substances-kokain-course.csv"
    assert "Bruk;+26" in Path(waiting.value.path()).read_text(encoding="utf-8-sig")


def test_hostile_text_runs_nothing_and_leaves_the_page_whole(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    chapters = hostile_chapters()
    path.write_text(render_html(document(chapters), Draughtsman()), encoding="utf-8")
    opened = Opened(browser, path, viewport={"width": 1200, "height": 900})
    assert opened.page.evaluate("drawAll()") == len(chapters)
    opened.page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    for number in (0, 3, 30, len(chapters) - 1):
        opened.page.locator(f"#substances-h{number} .live-chart .mark-symbol path").first.hover()
    assert opened.page.evaluate("window.hacked") is None
    assert opened.complaints == []
    assert opened.outside == []
    assert opened.page.locator("main > section").count() == len(chapters) + 1
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 1200


def test_hostile_answers_of_a_panel_run_nothing_and_leave_the_page_whole(browser: Any, tmp_path: Path) -> None:
    town = answered_town(tmp_path / "town")
    assert main(["--workspace", str(town.root), "build", "2026-1"]) == 0
    opened = Opened(browser, town.reports("2026-1") / "report.html", viewport={"width": 1200, "height": 900})
    assert opened.page.evaluate("drawAll()") > 2 * len(DRUGS)
    opened.page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    opened.page.locator(".live-chart").first.hover()
    assert opened.page.evaluate("window.hacked") is None
    assert opened.complaints == []
    assert opened.outside == []
    assert opened.page.locator("main > section").count() == len(DRUGS) + 3
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 1200


def test_long_contents_keep_the_readers_place_in_sight(browser: Any, tmp_path: Path) -> None:
    many = [chapter(cell(Text("Tekst.\n\n" * 30)), name=f"substances/s{n}", title=f"Stoff {n}") for n in range(40)]
    path = tmp_path / "long.html"
    path.write_text(render_html(document(many), Draughtsman()), encoding="utf-8")
    page = Opened(browser, path, viewport={"width": 1200, "height": 500}).page
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    page.locator("#substances-s35").evaluate("section => section.scrollIntoView()")
    here = page.locator("nav a[aria-current]", has_text="Stoff 35")
    here.wait_for()
    assert 0 <= here.bounding_box()["y"] <= 500


def test_search_narrows_the_contents_to_substances(browser: Any, tmp_path: Path) -> None:
    many = [chapter(name=f"substances/s{n}", title=f"Stoff {n}", substance=f"s{n}") for n in range(9)]
    path = tmp_path / "many.html"
    path.write_text(render_html(document([*full_chapters(), *many]), Draughtsman()), encoding="utf-8")
    page = Opened(browser, path, viewport={"width": 1200, "height": 900}).page
    page.get_by_label("Finn et rusmiddel").fill("stoff 3")
    assert page.locator("nav li:visible").all_inner_texts() == ["Stoff 3"]
    assert page.locator("nav [role=status]").inner_text() == "1 treff"


SOURCED = Text(
    "AFR 8 mot 14.\n\nTolletaten 3.", "body", "AFR [8]{0} mot [14]{1}.\n\nTolletaten [3]{2}.",
    ("AFR: a.csv:B2", "AFR: a.csv:B3", "Tolletaten: b.csv:C1"),
)  # fmt: skip


@pytest.fixture(scope="module")
def sourced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sourced") / "report.html"
    path.write_text(render_html(document([chapter(cell(SOURCED))]), Draughtsman()), encoding="utf-8")
    return path


def test_pointer_on_a_number_shows_where_it_stands_until_it_leaves_or_escape(browser: Any, sourced: Path) -> None:
    page = Opened(browser, sourced, viewport={"width": 1200, "height": 900}).page
    told = page.locator(".told")
    assert not told.is_visible()
    page.get_by_text("14", exact=True).hover()
    assert told.inner_text() == "AFR\na.csv:B3"
    told.hover()
    page.wait_for_timeout(600)
    assert told.is_visible()
    page.keyboard.press("Escape")
    assert not told.is_visible()
    page.get_by_text("8", exact=True).hover()
    page.mouse.move(5, 5)
    told.wait_for(state="hidden")


def test_keyboard_stops_once_a_paragraph_and_arrows_lead_on(browser: Any, sourced: Path) -> None:
    page = Opened(browser, sourced, viewport={"width": 1200, "height": 900}).page
    assert page.locator('.sourced[tabindex="0"]').all_inner_texts() == ["8", "3"]
    page.get_by_text("8", exact=True).focus()
    assert page.locator(".told").inner_text() == "AFR\na.csv:B2"
    page.keyboard.press("ArrowRight")
    assert page.locator(".told").inner_text() == "AFR\na.csv:B3"
    page.keyboard.press("Tab")
    assert page.locator(".told").inner_text() == "Tolletaten\nb.csv:C1"


def test_finger_on_a_number_shows_where_it_stands_within_the_screen(browser: Any, sourced: Path) -> None:
    page = Opened(browser, sourced, viewport={"width": 320, "height": 600}, has_touch=True).page
    page.get_by_text("14", exact=True).tap()
    box = page.locator(".told").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    page.locator("main h2").first.tap()
    assert not page.locator(".told").is_visible()


@pytest.mark.parametrize("width", [1200, PHONE])
def test_axe_finds_no_fault_and_no_text_is_pale(browser: Any, report: Path, width: int) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    spec = importlib.util.spec_from_file_location("accessible", ACCESSIBLE)
    accessible = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(accessible)
    page = accessible.opened(browser, report, width)
    page.locator("[data-origin]").first.focus()
    assert accessible.violations(page) == []
    measured, weak = accessible.pale(page)
    assert measured > 100
    assert weak == []
