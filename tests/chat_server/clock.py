"""The time a chat service of the tests lives in: the real one, or one that a test moves."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Protocol

from tests.fakes.clock import FakeClock

Action = Callable[[], Awaitable[None]]


class Time(Protocol):
    """When it is, and what happens later."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...

    def later(self, seconds: float, action: Action) -> None:
        """Do something when so many seconds have passed."""
        ...

    async def stop(self) -> None:
        """Forget what was to happen later."""
        ...


class RealTime(Time):
    """The machine's clock."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def now(self) -> float:
        """See Time."""
        return time.time()

    def later(self, seconds: float, action: Action) -> None:
        """See Time."""
        task = asyncio.create_task(_sleep_then(seconds, action), name="slack server timer")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """See Time."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class SimulatedTime(Time):
    """A clock that stands still until `advance`; the bot under test may read the same FakeClock."""

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self._due: list[tuple[float, int, Action]] = []
        self._numbers = count()

    def now(self) -> float:
        """See Time."""
        return self.clock.now()

    def later(self, seconds: float, action: Action) -> None:
        """See Time."""
        heapq.heappush(self._due, (self.now() + seconds, next(self._numbers), action))

    async def advance(self, seconds: float) -> None:
        """Let time pass; what becomes due happens at its time, in order."""
        until = self.now() + seconds
        while self._due and self._due[0][0] <= until:
            self.clock.move(self._due[0][0])
            await self.settle()
        self.clock.move(until)

    async def settle(self) -> None:
        """Do what is due, after somebody else moved the clock."""
        while self._due and self._due[0][0] <= self.now():
            _, _, action = heapq.heappop(self._due)
            await action()

    async def stop(self) -> None:
        """See Time."""
        self._due.clear()


async def _sleep_then(seconds: float, action: Action) -> None:
    await asyncio.sleep(seconds)
    await action()
