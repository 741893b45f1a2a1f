"""Size of a report of 40 notebooks and 160 charts, and how soon its first chart is seen with the network cut.

python benchmarks/page_size.py [--rounds 3] [--chapters 40] [--html report.html]
"""

from __future__ import annotations

import os
import shutil
import statistics
import time
import zlib
from pathlib import Path

from bench import EDITION, FOREVAR, arguments, bench_workspace, machine, timed
from bs4 import BeautifulSoup

MIB = 2**20
CHROMIUM = os.environ.get("CHROME_BIN") or shutil.which("chromium") or shutil.which("chromium-browser")


def show_size(path: Path) -> None:
    """A line each: bytes, bytes zipped, charts and their still drawings."""
    raw = path.read_bytes()
    soup = BeautifulSoup(raw, "html.parser")
    charts = soup.select("figure.chart")
    still = [one for one in charts if one.select_one(".static svg")]
    print(f"page          {len(raw) / MIB:6.2f} MiB   target under 8 for 160 charts, under 4 for a spring edition")
    print(f"page, zipped  {len(zlib.compress(raw, 6)) / MIB:6.2f} MiB   target under 2.5 for 160 charts")
    print(f"charts        {len(charts):6}       {len(still)} with a still drawing   target every one", flush=True)


def show_opening(path: Path, rounds: int) -> None:
    """Seconds from the page's address to its first chart in sight, in a fresh browser with the network cut."""
    from playwright.sync_api import sync_playwright

    first, painted = [], []
    with sync_playwright() as playwright:
        for _ in range(rounds):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_context(offline=True, viewport={"width": 1200, "height": 900}).new_page()
            began = time.perf_counter()
            page.goto(path.resolve().as_uri(), wait_until="commit")
            page.locator(".art svg:visible, figure .drawing svg:visible").first.wait_for()
            first.append(time.perf_counter() - began)
            page.wait_for_load_state()
            paint = "performance.getEntriesByName('first-contentful-paint')[0]"
            page.wait_for_function(paint)
            painted.append(page.evaluate(f"{paint}.startTime") / 1000)
            browser.close()
    for words, took in (("first chart", first), ("first paint", painted)):
        print(f"{words}   {statistics.median(took):6.2f} s  ({min(took):.2f}-{max(took):.2f})   target under 2")


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--chapters", type=int, default=40)
    parser.add_argument("--html", type=Path, help="a report that is built already")
    given = parser.parse_args()
    print(machine())
    if given.html:
        show_size(given.html)
        show_opening(given.html, given.rounds)
        return
    with bench_workspace(given.workspace, given.chapters) as root:
        timed([[*FOREVAR, "--workspace", root, "build", EDITION]], root)
        report = root / "reports" / EDITION / "report.html"
        show_size(report)
        show_opening(report, given.rounds)


if __name__ == "__main__":
    main()
