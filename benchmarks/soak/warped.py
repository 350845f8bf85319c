"""Time that runs faster than the machine's, the same in several processes of one machine.

Simulated time is what chat platforms, the bot's pauses, leases and deadlines live in; acknowledgements are measured
in real time, so that a soak at speed 10 asks ten times of the bot what the same group would ask.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Awaitable, Callable
from typing import Any

from engine.ports import Clock

LONGEST_SELECT = 0.05
"""Real seconds after which a change of speed is noticed."""


class Warp(Clock):
    """Simulated seconds as a function of the machine's monotonic clock; `now` is the bot's and the platform's clock."""

    def __init__(self, begun: float, epoch: float, speed: float) -> None:
        """At the monotonic time `begun` it is `epoch` (seconds since 1970), going `speed` times as fast."""
        self._bends = [(begun, epoch, speed)]

    def now(self) -> float:
        """See `Clock`."""
        return self._at(time.monotonic())

    @property
    def speed(self) -> float:
        """Simulated seconds in a real one, now."""
        return self._bend(time.monotonic())[2]

    @property
    def latest(self) -> tuple[float, float, float]:
        """The last bend: a monotonic time, what it is then, and the speed since; with these another `Warp` agrees."""
        return self._bends[-1]

    def bend(self, at: float, speed: float) -> None:
        """From the monotonic time `at` on, later than any before, go `speed` times as fast."""
        self._bends = [*self._bends, (at, self._at(at), speed)]

    def _at(self, monotonic: float) -> float:
        begun, simulated, speed = self._bend(monotonic)
        return simulated + (monotonic - begun) * speed

    def _bend(self, monotonic: float) -> tuple[float, float, float]:
        return next((one for one in reversed(self._bends) if one[0] <= monotonic), self._bends[0])


class WarpedTime:
    """The clock of a chat platform's server under test, on an ordinary event loop: what happens later in it."""

    def __init__(self, warp: Warp) -> None:
        self.warp = warp
        self._tasks: set[asyncio.Task[None]] = set()
        self._bent = asyncio.Event()

    def now(self) -> float:
        """Simulated seconds since the epoch, UTC."""
        return self.warp.now()

    async def sleep(self, seconds: float) -> None:
        """Wait for so many simulated seconds, whatever becomes of the speed meanwhile."""
        due = self.now() + seconds
        while (left := due - self.now()) > 0:
            bent = self._bent
            try:
                async with asyncio.timeout(left / self.warp.speed):
                    await bent.wait()
            except TimeoutError:
                continue

    async def change(self, at: float, speed: float) -> None:
        """Bend the warp, and wait until the new speed holds."""
        self.warp.bend(at, speed)
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        bent, self._bent = self._bent, asyncio.Event()
        bent.set()

    def later(self, seconds: float, action: Callable[[], Awaitable[None]]) -> None:
        """Do something when so many simulated seconds have passed."""

        async def wait_then() -> None:
            await self.sleep(seconds)
            await action()

        task = asyncio.create_task(wait_then(), name="warped timer")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Forget what was to happen later."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class _WarpedSelector(selectors.DefaultSelector):
    """Waits for as many simulated seconds as the loop asks."""

    warp: Warp

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        real = LONGEST_SELECT if timeout is None else min(timeout / self.warp.speed, LONGEST_SELECT)
        return super().select(real)


class WarpedLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds are simulated: every sleep, timeout and timer of what runs in it is."""

    def __init__(self, warp: Warp) -> None:
        selector: Any = _WarpedSelector()
        selector.warp = warp
        self._warp = warp
        super().__init__(selector)

    def time(self) -> float:
        """Simulated seconds."""
        return self._warp.now()
