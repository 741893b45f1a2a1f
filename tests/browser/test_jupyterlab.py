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
from typing import Any

import pytest

from forevar.start import start_workspace
from forevar.workspace import Workspace, bundled

CHROMIUM = os.environ.get("CHROME_BIN") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
TOKEN = "only-on-this-machine"
NAMES = [
    "start", "main_findings", "substance", "substances/kokain", "consequences", "main_table", "method", "how_sure",
    "compare_workspaces",
]  # fmt: skip
RUN_ALL = """async () => {
    const app = window.jupyterapp, panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    await app.commands.execute('notebook:run-all-cells');
    return panel.content.model.toJSON().cells.flatMap(cell => cell.outputs || []);
}"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install chromium or set CHROME_BIN"),
]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A new town with the notebooks forevar carries copied in, as one does to change them."""
    town = start_workspace(tmp_path_factory.mktemp("lab") / "town", "Storvik")
    folder = bundled("notebooks")
    assert folder is not None
    shutil.copytree(folder, town.root / "notebooks")
    broken = json.loads((town.root / "notebooks" / "method.ipynb").read_text(encoding="utf-8"))
    broken["cells"][-1]["source"] = "view.no_such_thing()"
    (town.root / "notebooks" / "broken.ipynb").write_text(json.dumps(broken), encoding="utf-8")
    broken["cells"][-1]["source"] = (
        "from IPython.display import display\n"
        "display({'application/vnd.vegalite.v5+json': {'mark': 'nonsense', 'data': {'values': [1]}}}, raw=True)"
    )
    (town.root / "notebooks" / "broken_chart.ipynb").write_text(json.dumps(broken), encoding="utf-8")
    return town


@pytest.fixture(scope="module")
def server(town: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab on a free port of loopback, with no settings of the machine's user."""
    home = tmp_path_factory.mktemp("jupyter")
    settings = home / "settings" / "@jupyterlab"
    for name, values in {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "notebook-extension/tracker": {"windowingMode": "none"},
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


class Opened:
    """A notebook opened and run from top to bottom."""

    def __init__(self, browser: Any, server: str, name: str) -> None:
        self.page = browser.new_context(viewport={"width": 1400, "height": 2400}).new_page()
        self.outside: list[str] = []
        self.page.on("request", lambda asked: self._note(asked.url, server))
        self.page.set_default_timeout(120_000)
        self.page.goto(f"{server}/lab/workspaces/{name.replace('/', '-')}/tree/notebooks/{name}.ipynb?token={TOKEN}")
        self.page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext !== undefined")
        self.outputs: list[dict[str, Any]] = self.page.evaluate(RUN_ALL)

    def _note(self, url: str, server: str) -> None:
        if not url.startswith((server, server.replace("http", "ws"), "data:", "blob:")):
            self.outside.append(url)

    @property
    def errors(self) -> list[str]:
        return [str(output["evalue"]) for output in self.outputs if output["output_type"] == "error"]

    @property
    def charts(self) -> int:
        return sum(any("vegalite" in kind for kind in output.get("data", {})) for output in self.outputs)

    def drawn(self, seconds: float = 30) -> int:
        """Charts on the page that are drawn, once as many are as should be or the time is up."""
        script = (
            "() => [...document.querySelectorAll('.vega-embed')].filter(e => e.querySelector('svg, canvas')).length"
        )
        until = time.monotonic() + seconds
        while (drawn := int(self.page.evaluate(script))) < self.charts and time.monotonic() < until:
            self.page.wait_for_timeout(200)
        return drawn


@pytest.mark.parametrize("name", NAMES)
def test_run_all_draws_every_chart_and_shows_no_error(browser: Any, server: str, name: str) -> None:
    opened = Opened(browser, server, name)
    assert opened.errors == []
    assert opened.outputs
    assert opened.drawn() == opened.charts
    assert opened.page.locator(".jp-OutputArea-output .vega-embed .error, .jp-RenderedJavaScript-error").count() == 0
    assert opened.outside == []
    opened.page.context.close()


def test_chapter_on_a_drug_has_charts_to_draw(browser: Any, server: str) -> None:
    opened = Opened(browser, server, "substances/kokain")
    assert opened.charts >= 4
    opened.page.context.close()


def test_error_in_a_notebook_is_seen_by_this_test(browser: Any, server: str) -> None:
    opened = Opened(browser, server, "broken")
    assert any("no_such_thing" in error for error in opened.errors)
    opened.page.context.close()


def test_chart_that_cannot_be_drawn_is_seen_by_this_test(browser: Any, server: str) -> None:
    opened = Opened(browser, server, "broken_chart")
    assert opened.drawn(seconds=5) < opened.charts
    opened.page.context.close()
