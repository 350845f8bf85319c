"""Takes the pictures of docs/images: `python docs/take_screenshots.py [FOLDER]` plays the demo and photographs it.

Needs Chromium (PARLEY_CHROMIUM, or the first one on PATH) and the development dependencies.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright
from rich.console import Console

from bot.dispatcher import Pace
from bot.main import application
from bot.settings import Settings
from bot.terminal.demo import CHANNEL, Stage
from engine.simulation.rehearsal import FOUR_DAYS

IMAGES = Path(__file__).parent / "images"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
READER = "Ada"
"""Whose page is shown: a member's, with her private conversation beside the channel."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture. width, height: of the window, in CSS pixels. scale: picture pixels for each of them."""

    name: str
    width: int
    height: int
    scale: float
    dark: bool = False
    phone: bool = False


SHOTS = (
    Shot("round.png", 1280, 1275, 1),
    Shot("phone.png", 390, 844, 1.5, dark=True, phone=True),
)


async def main(folder: Path) -> None:
    """Play the rehearsed round as fast as it goes, and take every picture into `folder`."""
    with tempfile.TemporaryDirectory(prefix="parley-pictures-") as home:
        settings = Settings(database=f"sqlite:///{Path(home) / 'demo.db'}", port=0, channels=(CHANNEL,))
        async with application(settings, pace=Pace(poll=0.1)) as parley:
            running = asyncio.create_task(parley.run())
            await Stage(parley, FOUR_DAYS, 0.0, Console(quiet=True)).play(leave=True)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
                for shot in SHOTS:
                    await _take(browser, shot, parley.web.link(CHANNEL, READER), folder)
                await browser.close()
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def _take(browser: Browser, shot: Shot, link: str, folder: Path) -> None:
    context = await browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        device_scale_factor=shot.scale,
        color_scheme="dark" if shot.dark else "light",
        is_mobile=shot.phone,
        has_touch=shot.phone,
        reduced_motion="reduce",
        locale="en-GB",
    )
    page = await context.new_page()
    await page.goto(link)
    await page.locator(".status[data-state=connected]").wait_for(state="attached")
    await _settle(page)
    await page.screenshot(path=folder / shot.name)
    await context.close()


async def _settle(page: Page) -> None:
    """Scroll to where the newest outcome begins, and the private side to what the reader wrote last; no focus."""
    outcome = page.locator(".pane-channel article[data-kind=outcome]").last
    await outcome.wait_for()
    await page.evaluate("document.activeElement?.blur()")
    await outcome.evaluate("outcome => outcome.scrollIntoView()")
    await page.locator(".pane-direct article[data-kind=text]").last.evaluate("said => said.scrollIntoView()")
    await page.evaluate("document.fonts.ready")
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await page.evaluate("document.querySelectorAll('.jump').forEach((button) => (button.hidden = true))")


def _chromium() -> str:
    names = (os.environ["PARLEY_CHROMIUM"],) if os.environ.get("PARLEY_CHROMIUM") else CHROMIUM_NAMES
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("Chromium is missing: apt-get install chromium, or set PARLEY_CHROMIUM to its path.")
    return found


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(chosen))
