"""What a Slack and a Discord of the tests have in common: their time, their complaints, and waiting for something."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.chat_server.clock import RealTime, Time


@dataclass(frozen=True)
class Violation:
    """Something the real service refuses, or that its guidelines forbid. `at`: seconds since the epoch, UTC."""

    kind: str
    detail: str
    at: float


class Service:
    """A chat service without its front door. clock: RealTime unless given."""

    def __init__(self, clock: Time | None) -> None:
        self.clock = clock or RealTime()
        self.url = ""
        self.violations: list[Violation] = []
        self._news = asyncio.Event()

    def now(self) -> float:
        """Seconds since the epoch, UTC, on this server's clock."""
        return self.clock.now()

    def violated(self, kind: str, detail: str) -> None:
        """Hold something against the app."""
        self.violations.append(Violation(kind, detail, self.now()))

    def changed(self) -> None:
        """Wake everybody who waits for something to appear."""
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, holds: Callable[[], Any], seconds: float = 5.0) -> None:
        """Wait, in real seconds, until something holds; AssertionError when it does not come."""
        end = time.monotonic() + seconds
        while not holds():
            left = end - time.monotonic()
            assert left > 0, f"it did not come within {seconds} s"
            try:
                await asyncio.wait_for(self._news.wait(), min(left, 0.05))
            except TimeoutError:
                continue
