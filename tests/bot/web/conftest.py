"""A served browser platform over a real database, and people at real sockets."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.platform import Done, Inbound, Reply
from bot.web.platform import WebPlatform
from storage.database import Database

SECRET = "a secret for tests only"
WAIT_SECONDS = 5.0


class Bot:
    """A handler that remembers what it heard and answers from a script."""

    def __init__(self) -> None:
        self.heard: list[Inbound] = []
        self.script: list[Reply | Exception] = []

    async def __call__(self, item: Inbound) -> Reply:
        """The next reply of the script, else Done; an exception is raised and the item not remembered."""
        said = self.script.pop(0) if self.script else Done()
        if isinstance(said, Exception):
            raise said
        self.heard.append(item)
        return said


class Page:
    """What a person's open page does, frame by frame. `shown` is what stands on it: message id -> message."""

    def __init__(self, session: aiohttp.ClientSession, platform: WebPlatform, slug: str) -> None:
        self.session = session
        self.platform = platform
        self.slug = slug
        self.shown: dict[str, dict[str, Any]] = {}
        self.people: list[str] = []
        self.seen = 0
        self.epoch = ""
        self.fresh = True
        self._numbers = itertools.count(1)
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._answers: dict[str, dict[str, Any]] = {}

    @property
    def socket(self) -> aiohttp.ClientWebSocketResponse:
        """The open connection."""
        assert self._socket is not None, "the page is not connected"
        return self._socket

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.disconnect()

    async def connect(self, zone: str = "UTC") -> None:
        """Open the socket and say what was seen; returns when the page is up to date."""
        address = f"{self.platform.url}/c/{self.slug}/socket"
        self._socket = await self.session.ws_connect(address, headers={"Origin": self.platform.url})
        await self.socket.send_json({"seen": self.seen, "epoch": self.epoch, "zone": zone, "locale": "en-GB"})
        await self.until(lambda: self._up_to_date)

    async def disconnect(self) -> None:
        """Close the socket; what is shown stays."""
        self._up_to_date = False
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    _up_to_date = False

    async def send(self, do: str, delivery: str = "", **fields: Any) -> str:
        """Ask for an action; its delivery id."""
        delivery = delivery or f"delivery-{next(self._numbers)}"
        await self.socket.send_json({"do": do, "delivery": delivery, **fields})
        return delivery

    async def do(self, do: str, delivery: str = "", **fields: Any) -> dict[str, Any]:
        """Ask for an action and wait for its answer: the frame "ack", "again" or "refused"."""
        name = await self.send(do, delivery, **fields)
        self._answers.pop(name, None)
        await self.until(lambda: name in self._answers)
        return self._answers[name]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Read frames until the condition holds."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not condition():
                message = await self.socket.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    raise ConnectionError(f"the page was closed with {self.socket.close_code}")
                self._take(json.loads(message.data))

    def texts(self, place: str = "channel") -> list[str]:
        """What a place shows, oldest first: the text of people, the summary of cards."""
        here = sorted((m for m in self.shown.values() if m["place"] == place), key=lambda m: m["number"])
        return [m["card"]["summary"] if m["card"] else m["text"] for m in here if not m["deleted"]]

    def _take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "welcome":
                self.fresh = frame["fresh"]
                if self.fresh:
                    self.shown = {}
                self.epoch = frame["epoch"]
                self._up_to_date = True
            case "ack" | "again" | "refused":
                self._answers[frame["delivery"]] = frame
        if "messages" in frame:
            self.seen = frame["seen"]
            self.shown |= {message["id"]: message for message in frame["messages"]}
        if "people" in frame:
            self.people = [person["name"] for person in frame["people"]["listed"]]


@dataclass
class Served:
    """A platform that is being served, and the bot behind it."""

    platform: WebPlatform
    bot: Bot
    stack: AsyncExitStack
    task: asyncio.Task[None] = field(repr=False)

    async def browser(self) -> aiohttp.ClientSession:
        """Somebody's browser, with its own cookies."""
        jar = aiohttp.CookieJar(unsafe=True)
        return await self.stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))

    async def page(self, name: str, *, channel: str = "demo", moderator: bool = False) -> Page:
        """The connected page of somebody who opened a personal link."""
        browser = await self.browser()
        async with browser.get(self.platform.link(channel, name, moderator)) as answer:
            assert answer.status == 200, await answer.text()
        return await self.stack.enter_async_context(Page(browser, self.platform, channel))

    async def stop(self) -> None:
        """Stop serving, as a process does that is told to."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
def database_url(sqlite_file: Path) -> str:
    """A database of this test's own."""
    return f"sqlite:///{sqlite_file}"


@asynccontextmanager
async def serving(url: str, bot: Bot, **options: Any) -> AsyncIterator[Served]:
    """Serve the browser over a database until the block ends."""
    async with AsyncExitStack() as stack:
        database = Database.open(url)
        stack.push_async_callback(database.close)
        settings: dict[str, Any] = {"secret": SECRET, "host": "127.0.0.1", "port": 0, "clock": SystemClock()} | options
        platform = WebPlatform(database, **settings)
        await platform.open_channel("demo", open_seats=True)
        await platform.open_channel("closed")
        task = asyncio.create_task(platform.run(bot))
        served = Served(platform, bot, stack, task)
        stack.push_async_callback(served.stop)
        await asyncio.wait({task, asyncio.ensure_future(platform.listening())}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield served


@pytest.fixture
async def serve(database_url: str) -> AsyncIterator[Serve]:
    """Starts a platform on this test's database; called twice it is two processes' worth."""
    async with AsyncExitStack() as stack:

        async def start(bot: Bot | None = None, **options: Any) -> Served:
            return await stack.enter_async_context(serving(database_url, bot or Bot(), **options))

        yield start


@pytest.fixture
async def served(serve: Serve) -> Served:
    """A platform on this test's database."""
    return await serve()
