"""The page in Firefox, driven by WebDriver BiDi: opened from a file, with nothing to reach behind the proxy."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from report_builders import document
from tornado.websocket import WebSocketClientConnection, websocket_connect

from forevar.report.html import render_html
from forevar.report.svg import Draughtsman

FIREFOX = os.environ.get("FIREFOX_BIN") or shutil.which("firefox-esr") or shutil.which("firefox")
CLOSED_DOOR = 9
SETTINGS = {
    "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": CLOSED_DOOR,
    "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": CLOSED_DOOR,
}  # fmt: skip
SHOWN = "getComputedStyle(document.querySelector('figure .wide svg')).display !== 'none'"
HOVER = """(() => {
  const number = document.querySelector("[data-origin]");
  number.dispatchEvent(new MouseEvent("mouseover", {bubbles: true}));
  return document.querySelector(".told").innerText;
})()"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(FIREFOX is None, reason="no Firefox here: install firefox-esr or set FIREFOX_BIN"),
]


class Tab:
    """One tab of a browser that speaks BiDi, and what was logged or asked for while it was used."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.socket, self.sent, self.events, self.context = socket, 0, [], ""

    async def call(self, method: str, **given: Any) -> dict[str, Any]:
        self.sent += 1
        await self.socket.write_message(json.dumps({"id": self.sent, "method": method, "params": given}))
        while True:
            answer = json.loads(await self.socket.read_message())
            if answer.get("id") == self.sent:
                assert "result" in answer, answer
                return answer["result"]
            self.events.append(answer)

    async def value(self, expression: str) -> Any:
        target = {"context": self.context}
        told = await self.call("script.evaluate", expression=expression, target=target, awaitPromise=True)
        return told["result"].get("value")


async def visit(address: str, path: Path) -> tuple[list[Any], list[dict[str, Any]]]:
    tab = Tab(await websocket_connect(f"{address}/session", max_message_size=2**28))
    await tab.call("session.new", capabilities={})
    await tab.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
    tab.context = (await tab.call("browsingContext.getTree"))["contexts"][0]["context"]
    await tab.call("browsingContext.setViewport", context=tab.context, viewport={"width": 1200, "height": 900})
    await tab.call("browsingContext.navigate", context=tab.context, url=path.as_uri(), wait="complete")
    asked = (SHOWN, "drawAll()", "document.querySelectorAll('figure.live .live-chart svg').length", HOVER)
    values = [await tab.value(one) for one in asked]
    await tab.call("browser.close")
    tab.socket.close()
    while await tab.socket.read_message() is not None:  # until the other side has closed as well
        pass
    return values, tab.events


def test_page_opens_offline_and_every_chart_comes_alive(tmp_path: Path) -> None:
    page, profile = tmp_path / "report.html", tmp_path / "profile"
    page.write_text(render_html(document(), Draughtsman()), encoding="utf-8")
    profile.mkdir()
    settings = "".join(f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in SETTINGS.items())
    (profile / "user.js").write_text(settings, encoding="utf-8")
    line = [FIREFOX, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"]
    with subprocess.Popen(line, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as firefox:
        try:
            address = next(found[0] for said in firefox.stderr if (found := re.search(r"ws://[\w.:]+", said)))
            values, events = asyncio.run(visit(address, page))
        finally:
            firefox.kill()
    assert values[:3] == [True, 2, 2]
    assert values[3].startswith("data/raw/statistics/2026-1-customs.xlsx:Beslag:C7")
    assert [one["params"]["text"] for one in events if one["method"] == "log.entryAdded"] == []
    asked = [one["params"]["request"]["url"] for one in events if one["method"] == "network.beforeRequestSent"]
    assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
