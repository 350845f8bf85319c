"""Where a real platform is tested: it runs against a chat service of the tests, for a bot that is a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from bot.platform import Done, Handler, Inbound, Reply
from tests.fakes.clock import FakeClock


class Served(Protocol):
    """A platform, and when it is there."""

    async def run(self, handler: Handler) -> None:
        """See ChatPlatform."""
        ...

    async def listening(self) -> object:
        """Wait until what happens reaches it."""
        ...


@dataclass(kw_only=True)
class ScriptedBot:
    """The bot: it notes what it hears and replies by the script.

    reply: the script. failures: raised instead, one for each item. slow: real seconds that it takes. pauses: the
    seconds for which the platform wanted to wait.
    """

    heard: list[Inbound] = field(default_factory=list)
    reply: Callable[[Inbound], Reply] = lambda _: Done()
    failures: list[Exception] = field(default_factory=list)
    slow: float = 0.0
    pauses: list[float] = field(default_factory=list)

    async def handle(self, item: Inbound) -> Reply:
        """The platform's handler."""
        await asyncio.sleep(self.slow)
        if self.failures:
            raise self.failures.pop(0)
        self.heard.append(item)
        return self.reply(item)

    async def wait(self, clock: FakeClock, seconds: float) -> None:
        """How the platform waits: the clock jumps, and it is noted."""
        self.pauses.append(seconds)
        clock.pass_(seconds)
        await asyncio.sleep(0)

    @asynccontextmanager
    async def serves(self, platform: Served) -> AsyncIterator[None]:
        """The platform runs, and is there."""
        task = asyncio.create_task(platform.run(self.handle))
        listening = asyncio.create_task(platform.listening())
        await asyncio.wait([task, listening], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            listening.cancel()
            await task
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
