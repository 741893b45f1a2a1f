"""What axe-core finds wrong with whole reports by WCAG 2.1 A and AA, and every text with less contrast than 4.5.

python benchmarks/accessible.py reports/2026-1/report.html reports/2025-2/report.html

Charts are drawn, details are opened and the network is cut. axe does not judge text on a gradient or in a drawing, so
colours are measured again here. Needed: Chromium and axe-playwright-python.
"""

from __future__ import annotations

import argparse
import importlib.resources
import os
import shutil
from pathlib import Path
from typing import Any

CHROMIUM = os.environ.get("CHROME_BIN") or shutil.which("chromium") or shutil.which("chromium-browser")
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations']}"
LEAST = 4.5
# Each visible text against the nearest opaque background below it, by the formula of WCAG 2.1.
CONTRASTS = """() => {
  const part = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
  const numbers = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim(), own = texts.currentNode.parentElement;
    if (!text || own.closest("script, style, .hidden, [hidden]") || !own.getClientRects().length) continue;
    const style = getComputedStyle(own), front = numbers(own instanceof SVGElement ? style.fill : style.color);
    if (front.length < 3) continue;
    let back = [255, 255, 255];
    for (let under = own; under; under = under.parentElement) {
      const colour = numbers(getComputedStyle(under).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) { back = colour; break; }
    }
    const [dark, bright] = [light(front), light(back)].sort((a, b) => a - b);
    found.push([(bright + 0.05) / (dark + 0.05), text]);
  }
  return found;
}"""


def axe() -> str:
    """The script of axe-core.

    Raises:
        ModuleNotFoundError: axe-playwright-python is not installed.
    """
    return (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def opened(browser: Any, path: Path, width: int) -> Any:
    """The page with its charts drawn and its details open; axe itself needs to run a script in it."""
    page = browser.new_context(offline=True, bypass_csp=True, viewport={"width": width, "height": 900}).new_page()
    page.set_default_timeout(600_000)
    page.goto(path.resolve().as_uri())
    page.evaluate("drawAll()")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    return page


def violations(page: Any) -> list[str]:
    """A line for each rule that is broken, with the first element that breaks it."""
    page.evaluate(axe())
    found = page.evaluate(f"axe.run(document, {RULES})")["violations"]
    return [f"{one['id']}: {len(one['nodes'])} x {one['nodes'][0]['html'][:200]}" for one in found]


def pale(page: Any) -> tuple[int, list[str]]:
    """How many texts were measured, and those that are too pale."""
    found = page.evaluate(CONTRASTS)
    return len(found), [f"{ratio:.2f}: {text[:60]}" for ratio, text in found if ratio < LEAST]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, nargs="+")
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for path in given.pages:
            for width in (1200, 360):
                page = opened(browser, path, width)
                wrong, (measured, weak) = violations(page), pale(page)
                print(f"{path}, {width} px: {len(wrong)} violations; {len(weak)} of {measured} texts below {LEAST}")
                print("".join(f"  {one}\n" for one in (*wrong, *weak)), end="", flush=True)
                page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
