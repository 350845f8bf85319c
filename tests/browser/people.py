"""People at their browsers: what they see and press, in the words that stand on the page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.dispatcher import Pace
from bot.main import Application, application
from bot.settings import Settings
from bot.web.actions import ACTION
from bot.web.showing import Refusal

PATIENCE = 15_000
"""Milliseconds that a page may take to show what it should, on a machine with other things to do."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

CHANNEL = "garden"
MOST_TABS = 120

expect.set_options(timeout=PATIENCE)


@asynccontextmanager
async def chromium(path: Path) -> AsyncIterator[Browser]:
    """A real Chromium without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        await browser.close()


class House:
    """Parley as an operator runs it, over one database and, from the first start on, one port."""

    def __init__(self, folder: Path) -> None:
        self._settings = Settings(database=f"sqlite:///{folder / 'parley.db'}", port=0, channels=(CHANNEL,))
        self._running: Application | None = None
        self._leave = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def parley(self) -> Application:
        """The application that is up."""
        assert self._running is not None, "nothing is served"
        return self._running

    async def start(self) -> None:
        """Serve; returns when pages are."""
        up = asyncio.Event()
        self._leave.clear()
        self._task = asyncio.create_task(self._serve(up))
        waiting = asyncio.create_task(up.wait())
        await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()

    async def stop(self) -> None:
        """Shut down as an operator's stop does, database and all; open pages lose their connection."""
        assert self._task is not None, "nothing is served"
        self._leave.set()
        await self._task
        self._running = None

    async def _serve(self, up: asyncio.Event) -> None:
        async with application(self._settings, pace=Pace(poll=0.1)) as parley:
            running = asyncio.create_task(parley.run())
            leaving = asyncio.create_task(self._leave.wait())
            listening = asyncio.create_task(parley.web.listening())
            await asyncio.wait({running, listening}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                self._running = parley
                port = urlsplit(parley.web.url).port
                self._settings = self._settings.model_copy(update={"port": port})
                up.set()
            await asyncio.wait({running, leaving}, return_when=asyncio.FIRST_COMPLETED)
            for task in (leaving, listening):
                task.cancel()
            if running.done():
                running.result()
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


class Line:
    """A telephone line between one browser and the server, which can be cut and mended."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def mend(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End every connection without a goodbye and take no new ones."""
        assert self._server is not None, "the line is cut already"
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        self._server = None

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ours = {writer}
        try:
            there, onwards = await asyncio.open_connection("127.0.0.1", self._port)
            ours.add(onwards)
            self._open |= ours
            await asyncio.gather(_pour(reader, onwards), _pour(there, writer))
        except OSError:
            pass
        finally:
            self._open -= ours
            for one in ours:
                one.transport.abort()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


class Person:
    """Somebody in front of an open page."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def message(self, kind: str, place: str = "channel") -> Locator:
        """Every message of a kind in a place, oldest first: "candidate", "opinion-card", "text" ..."""
        return self.page.locator(f".pane-{place} article.message[data-kind={kind}]")

    def latest(self, kind: str, place: str = "channel") -> Locator:
        """The newest message of a kind."""
        return self.message(kind, place).last

    async def write(self, text: str, place: str = "channel") -> None:
        """Type into the message box and send."""
        box = self.page.locator(f"#{place}-composer")
        await box.fill(text)
        if text.startswith("/"):
            await box.press("Escape")
        await box.press("Enter")
        await expect(box).to_have_value("")

    async def press(self, label: str, kind: str, place: str = "channel") -> None:
        """Press a button under the newest message of a kind."""
        await self.latest(kind, place).get_by_role("button", name=label, exact=True).click()

    async def reply(self, text: str, kind: str) -> None:
        """Answer a card of Parley's in one's own words."""
        card = self.latest(kind, "direct")
        await card.hover()
        await card.get_by_role("button", name="Reply", exact=True).click()
        await self.write(text, "direct")

    async def rate_position(self, rating: int, kind: str = "opinion-card") -> None:
        """Press a key of the scale under a private card."""
        key = self.latest(kind, "direct").locator(".scale .key").nth(rating - 1)
        await key.click()
        await expect(key).to_have_attribute("aria-pressed", "true")

    def statement(self, number: int, of: int) -> Locator:
        """A posted candidate by its number; of a revision the newest."""
        title = re.compile(rf"^Statement {number} of {of}$")
        heading = self.page.get_by_role("heading", name=title)
        return self.message("candidate").filter(has=heading).last

    def key(self, number: int, rating: int, of: int = 3) -> Locator:
        """The keycap of a rating under a statement."""
        return self.statement(number, of).get_by_role("button", name=re.compile(rf"^Rate {rating}: "))

    async def rate(self, *ratings: int) -> None:
        """Rate each statement in the channel, in order."""
        for number, rating in enumerate(ratings, 1):
            key = self.key(number, rating, len(ratings))
            await key.click()
            await expect(key).to_have_attribute("aria-pressed", "true")

    async def tab_to(self, target: Locator) -> None:
        """Reach something with the Tab key alone."""
        await expect(target).to_be_visible()
        for _ in range(MOST_TABS):
            if await target.evaluate("node => node === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{MOST_TABS} tabs do not reach {target}")

    async def press_key(self, target: Locator, key: str = "Enter") -> None:
        """Reach something with the Tab key and press a key on it."""
        await self.tab_to(target)
        await self.page.keyboard.press(key)

    async def sees(self, text: str | re.Pattern[str], kind: str, place: str = "channel") -> None:
        """Wait until the newest message of a kind says this."""
        await expect(self.latest(kind, place)).to_contain_text(text)

    @property
    def form(self) -> Locator:
        """The open dialog."""
        return self.page.get_by_role("dialog")

    async def submit(self, label: str) -> None:
        """Press the form's own button, and see it accepted."""
        await self.form.get_by_role("button", name=label, exact=True).click()
        await expect(self.form).to_have_count(0)


async def sit_down(browser: Browser, link: str, name: str, **options: Any) -> Person:
    """Open somebody's personal link in a browser of their own; returns when their page is live."""
    context = await browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
    context.set_default_timeout(PATIENCE)
    person = Person(await context.new_page(), name)
    await person.page.goto(link)
    await expect(person.page.locator(".status")).to_have_attribute("data-state", "connected")
    return person


class Regular:
    """A member whose page nobody looks at; acts as that page would."""

    def __init__(self, house: House, name: str, *, moderator: bool = False) -> None:
        self._house = house
        self._name = name
        self._moderator = moderator
        self._number = 0

    async def act(self, **action: Any) -> None:
        """Ask for one action of the page."""
        self._number += 1
        web = self._house.parley.web
        seat = await web.seat(CHANNEL, self._name, moderator=self._moderator)
        delivery = f"{self._name}-act-{self._number:04d}"
        done = await web.act(seat, ACTION.validate_python({"delivery": delivery, **action}))
        assert not isinstance(done, Refusal), done

    async def command(self, word: str, rest: str = "") -> None:
        """`/consensus WORD REST` in the channel."""
        await self.act(do="command", place="channel", word=word, rest=rest)

    async def answer(self, round: str, text: str, position: int) -> None:
        """Join a round, rate the position statement and say what one thinks."""
        await self.act(do="press", place="channel", action="join", round=round)
        await self.act(do="press", place="direct", action="position", round=round, value=str(position))
        await self.act(do="say", place="direct", text=text)

    async def rate(self, round: str, *ratings: int) -> None:
        """Rate the posted statements in order."""
        store = self._house.parley.store
        found = await store.round(round)
        assert found is not None
        posted = {sent.candidate: sent.message for sent in await store.sent(round, "candidate", draft=found.draft)}
        for candidate, rating in zip(found.posted, ratings, strict=True):
            await self.act(do="react", message=posted[candidate], emoji=str(rating), added=True)

    async def vote(self, round: str, *ratings: int) -> None:
        """Fill in the private ballot: the posted statements in order."""
        found = await self._house.parley.store.round(round)
        assert found is not None
        values = {f"agreement-{index}": str(rating) for index, rating in enumerate(ratings)}
        ballot = {"form": "ballot", "round": round, "target": str(found.draft), "values": values}
        await self.act(do="submit", place="direct", **ballot)
