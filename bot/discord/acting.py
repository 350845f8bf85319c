"""Acts handed to the handler: those of one person in their order, and again while the database does not answer.

Discord repeats no event, so what the database did not take is tried again here, and so is what cannot be told without
asking Discord.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.discord.directory import Directory
from bot.discord.inbound import Act
from bot.platform import Handler, Inbound, Reply
from bot.turns import Turns
from engine.errors import PlatformUnavailable, StoreUnavailable
from engine.ports import Clock

log = logging.getLogger(__name__)

PATIENCE = 600.0
"""Seconds for which something is tried again that the database did not take, or that Discord did not say."""

LONGEST_WAIT = 20.0

T = TypeVar("T")


class Acting:
    """Lets happen what people do on Discord. turns: one is held while a person's act happens and is answered."""

    def __init__(
        self, handler: Handler, directory: Directory, clock: Clock, pause: Callable[[float], Awaitable[None]]
    ) -> None:
        self._handler = handler
        self._directory = directory
        self._clock = clock
        self._pause = pause
        self.turns = Turns()

    async def happen(self, act: Act) -> Reply:
        """Let an act happen; its person's turn is the caller's.

        Raises StoreUnavailable when the database does not answer for long, and PlatformUnavailable when Discord does
        not say for long where somebody who wrote to the bot is.
        """
        return await self.take_in(act.item(await self.patiently(lambda: self._directory.person(act), "person")))

    async def take_in(self, item: Inbound) -> Reply:
        """Hand an item on. Raises StoreUnavailable when the database does not answer for long."""
        return await self.patiently(lambda: self._handler(item), type(item).__name__)

    async def patiently(self, work: Callable[[], Awaitable[T]], what: str) -> T:
        """Do something until the database and Discord let it be done; what: how the log calls it."""
        wait, until = 0.2, self._clock.now() + PATIENCE
        while True:
            try:
                return await work()
            except (StoreUnavailable, PlatformUnavailable) as problem:
                if self._clock.now() > until:
                    raise
                log.warning("not taken yet", extra={"item": what, "problem": str(problem)})
                await self._pause(problem.retry_after or wait)
                wait = min(wait * 2, LONGEST_WAIT)
