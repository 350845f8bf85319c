"""Accessibility of what a page shows, judged by axe-core."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
from playwright.async_api import Page

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCRIPT = Path(axe_playwright_python.__file__).parent / "axe.min.js"


async def violations(page: Page) -> list[str]:
    """What is wrong with the page as it is now: WCAG 2.2 A and AA, and axe's best practices."""
    await page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found = await page.evaluate("standards => axe.run(document, {runOnly: standards})", STANDARDS)
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]
