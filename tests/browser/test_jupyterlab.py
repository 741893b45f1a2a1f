"""Notebooks as a researcher opens them: JupyterLab on loopback, Run All, in a real browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from forevar.params import load_params
from forevar.store import make_tables, write_tables
from forevar.workspace import Workspace

CHROMIUM = os.environ.get("CHROME_BIN") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
TOKEN = "only-on-this-machine"
ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(
    path.relative_to(ROOT / "notebooks").with_suffix("").as_posix() for path in (ROOT / "notebooks").rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)  # fmt: skip
OPEN = """async path => {
    const panel = await window.jupyterapp.commands.execute('docmanager:open', {path});
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    window.jupyterapp.shell.activateById(panel.id);
    return panel.id;
}"""
RUN_ALL = """async () => {
    const app = window.jupyterapp;
    await app.commands.execute('notebook:run-all-cells');
    return app.shell.currentWidget.content.model.toJSON().cells.flatMap(cell => cell.outputs || []);
}"""
CLOSE = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.sessionContext.shutdown();
    panel.context.model.dirty = false;
    panel.close();
}"""
MADE = {
    "broken": "view.no_such_thing()",
    "broken_chart": (
        "from IPython.display import display\n"
        "display({'application/vnd.vegalite.v5+json': {'mark': 'nonsense', 'data': {'values': [1]}}}, raw=True)"
    ),
    "explore": 'open_edition(edition).substance("kokain").explore("ketamin")',
    "complete": "",
}
"""Notebooks of the test's own: name → what their last cell says."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install chromium or set CHROME_BIN"),
]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of this repository's workspace, so that nothing a browser saves lands in it."""
    town = Workspace(tmp_path_factory.mktemp("lab") / "town")
    for name in ("params", "notebooks", "data/raw"):
        shutil.copytree(ROOT / name, town.root / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    start_tables(town)
    for name, source in MADE.items():
        made = json.loads((town.root / "notebooks" / "method.ipynb").read_text(encoding="utf-8"))
        made["cells"] = [*made["cells"][:3], {**made["cells"][-1], "source": source}]
        (town.root / "notebooks" / f"{name}.ipynb").write_text(json.dumps(made), encoding="utf-8")
    return town


def start_tables(town: Workspace) -> None:
    """Score once, so that no notebook waits for it."""
    params = load_params(town)
    write_tables(town, params, make_tables(town, params))


@pytest.fixture(scope="module")
def server(town: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab on a free port of loopback, with no settings of the machine's user."""
    home = tmp_path_factory.mktemp("jupyter")
    settings = home / "settings" / "@jupyterlab"
    for name, values in {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "notebook-extension/tracker": {"windowingMode": "none"},
        "completer-extension/manager": {"providerTimeout": 60_000},  # not what is tested: how fast the machine is
    }.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ, "JUPYTER_CONFIG_DIR": str(home / "config"), "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "FOREVAR_WORKSPACE": str(town.root),
    }  # fmt: skip
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={town.root}",
        "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    with (home / "log").open("wb") as log, subprocess.Popen(
        command, cwd=town.root, env=environment, stdout=log, stderr=log
    ) as process:  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(240):
                if process.poll() is not None or _answers(url):
                    break
                time.sleep(0.25)
            assert process.poll() is None, (home / "log").read_text(encoding="utf-8")
            yield url
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api?token={TOKEN}", timeout=2):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def lab(browser: Any, server: str) -> Lab:
    """JupyterLab opened once, for every notebook in turn."""
    return Lab(browser, server)


class Lab:
    """JupyterLab in a browser, with one notebook open at a time."""

    def __init__(self, browser: Any, server: str) -> None:
        self.page = browser.new_context(viewport={"width": 1400, "height": 2400}).new_page()
        self.outside: list[str] = []
        self.page.on("request", lambda asked: self._note(asked.url, server))
        self.page.set_default_timeout(120_000)
        self.page.goto(f"{server}/lab?token={TOKEN}")
        self.page.wait_for_function("window.jupyterapp?.shell !== undefined")
        self.page.evaluate("window.jupyterapp.restored")

    def _note(self, url: str, server: str) -> None:
        if not url.startswith((server, server.replace("http", "ws"), "data:", "blob:")):
            self.outside.append(url)

    @contextmanager
    def run(self, name: str) -> Iterator[Ran]:
        """A notebook run from top to bottom; its kernel is stopped afterwards, and nothing is saved."""
        panel = self.page.locator(f"[id='{self.page.evaluate(OPEN, f'notebooks/{name}.ipynb')}']")
        yield Ran(panel, self.page.evaluate(RUN_ALL))
        self.page.evaluate(CLOSE)


@dataclass
class Ran:
    """What a notebook shows once all its cells have run.

    Attributes:
        panel: Where it stands on the page.
        outputs: Of all its cells, as notebooks keep them.
    """

    panel: Any
    outputs: list[dict[str, Any]]

    @property
    def errors(self) -> list[str]:
        return [str(output["evalue"]) for output in self.outputs if output["output_type"] == "error"]

    @property
    def charts(self) -> int:
        return sum(any("vegalite" in kind for kind in output.get("data", {})) for output in self.outputs)

    def drawn(self, seconds: float = 30) -> int:
        """Charts on the page that are drawn, once as many are as should be or the time is up."""
        charts = self.panel.locator(".vega-embed:has(svg, canvas)")
        until = time.monotonic() + seconds
        while charts.count() < self.charts and time.monotonic() < until:
            self.panel.page.wait_for_timeout(200)
        return int(charts.count())

    @property
    def complaints(self) -> list[str]:
        """What stands in red: printed warnings, and JupyterLab's own words where a chart should be."""
        red = "[data-mime-type='application/vnd.jupyter.stderr'], .jp-RenderedJavaScript-error, .vega-embed .error"
        return list(self.panel.locator(red).all_inner_texts())


@pytest.mark.parametrize("name", NAMES)
def test_run_all_draws_every_chart_and_shows_no_error(lab: Lab, name: str) -> None:
    with lab.run(name) as ran:
        assert ran.errors == []
        assert ran.outputs
        assert ran.drawn() == ran.charts
        assert ran.complaints == []
    assert lab.outside == []


def test_every_notebook_of_the_repository_is_opened() -> None:
    assert {"start", "substance", "special_focus/2026-1", "substances/kokain"} < set(NAMES)


def test_chapter_on_a_drug_has_charts_to_draw(lab: Lab) -> None:
    with lab.run("substances/kokain") as ran:
        assert ran.charts >= 4


def test_error_in_a_notebook_is_seen_by_this_test(lab: Lab) -> None:
    with lab.run("broken") as ran:
        assert any("no_such_thing" in error for error in ran.errors)


def test_chart_that_cannot_be_drawn_is_seen_by_this_test(lab: Lab) -> None:
    with lab.run("broken_chart") as ran:
        assert ran.drawn(seconds=5) < ran.charts
        assert ran.complaints


def test_start_leads_to_the_chapters(lab: Lab) -> None:
    with lab.run("start") as ran:
        links = ran.panel.locator(".jp-OutputArea-output a[href*='.ipynb']")
        links.filter(has_text="Kokain").click()
        assert links.count() >= 10
        lab.page.wait_for_function(
            "window.jupyterapp.shell.currentWidget?.context?.path === 'notebooks/substances/kokain.ipynb'"
        )
        lab.page.evaluate(CLOSE)
        lab.page.evaluate("id => window.jupyterapp.shell.activateById(id)", ran.panel.get_attribute("id"))


def test_linked_chart_is_drawn_and_answers_to_what_is_picked(lab: Lab) -> None:
    with lab.run("explore") as ran:
        assert ran.drawn() == 1
        assert ran.complaints == []
        chart = ran.panel.locator(".vega-embed")
        drawing, tip = chart.locator("canvas"), lab.page.locator("#vg-tooltip-element.visible")
        box = drawing.bounding_box()
        for up in range(20, int(box["height"]), 12):  # from below to the first step there is
            drawing.hover(position={"x": box["width"] * 0.35, "y": box["height"] - up})
            if tip.count():
                break
        assert "Vekt" in tip.inner_text()
        lab.page.mouse.down()
        lab.page.mouse.up()
        picked = chart.locator("select[name^=source]").evaluate("one => one.selectedOptions[0].text")
        assert picked in tip.inner_text()
        for list_, name in (("source", "alle"), ("dimension", "Interesse"), ("period", "vår 2026")):
            before = drawing.evaluate("one => one.toDataURL()")
            chart.locator(f"select[name^={list_}]").select_option(label=name)
            lab.page.wait_for_function(
                "([one, before]) => one.toDataURL() !== before", arg=[drawing.element_handle(), before]
            )


def test_tab_completes_a_view(lab: Lab) -> None:
    with lab.run("complete") as ran:
        editor = ran.panel.locator(".jp-CodeCell .cm-content").last
        editor.click()
        lab.page.keyboard.type('open_edition("2026-1").substance("kokain").')
        lab.page.keyboard.press("Tab")
        names = lab.page.locator(".jp-Completer-item .jp-Completer-match")
        names.first.wait_for()
        told = names.all_inner_texts()
        assert {"contributions", "explore", "score_table", "signals", "why"} <= set(told)
        assert not any(name.startswith("_") for name in told)
        lab.page.keyboard.press("Escape")
