"""A chat service that listens on this machine."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from aiohttp import web
from aiohttp.typedefs import Middleware

from tests.chat_server.clock import SimulatedTime
from tests.chat_server.service import Service, Violation

LOOKS = 8


class Front(Protocol):
    """What an app reaches over HTTP. open_requests: how many are being answered."""

    open_requests: int

    @property
    def requests(self) -> Sequence[object]:
        """Those answered so far."""
        ...

    @property
    def outage(self) -> Middleware:
        """What answers instead while there is an outage."""
        ...

    def routes(self) -> Sequence[web.RouteDef]:
        """The addresses."""
        ...


class ChatServer(ABC):
    """`async with` it: it listens on a free port of 127.0.0.1, and its service's url is where."""

    def __init__(self, service: Service, front: Front) -> None:
        self._service = service
        self._door = front
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Listen on a free port of 127.0.0.1."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close everything."""
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1."""
        application = web.Application(client_max_size=64 * 1024 * 1024, middlewares=[self._door.outage])
        application.add_routes(self._door.routes())
        self._runner = web.AppRunner(application, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self._service.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close everything."""
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def violations(self) -> list[Violation]:
        """What the real service refuses or its guidelines forbid, oldest first."""
        return self._service.violations

    def violations_of(self, *kinds: str) -> list[str]:
        """The details of some kinds of violations."""
        return [one.detail for one in self.violations if one.kind in kinds]

    async def until(self, holds: Callable[[], Any], seconds: float = 5.0) -> None:
        """Wait, in real seconds, until something holds; AssertionError when it does not come."""
        await self._service.until(holds, seconds)

    @property
    @abstractmethod
    def on_the_way(self) -> bool:
        """Whether anything is on its way to an app."""

    async def quiet(
        self, seconds: float = 0.05, *, within: float = 10.0, busy: Callable[[], bool] = lambda: False
    ) -> None:
        """Wait until nothing has been on its way, and nothing asked of the server, for so many real seconds.

        busy: what else counts as being on its way. Looked at LOOKS times at least, so that a slow machine has had
        its turns.
        """
        clock = asyncio.get_running_loop()
        end, since, seen, looks = clock.time() + within, clock.time(), -1, 0
        while clock.time() - since < seconds or looks < LOOKS:
            assert clock.time() < end, f"it did not become quiet within {within} s"
            now, looks = len(self._door.requests), looks + 1
            if self.on_the_way or self._door.open_requests or now != seen or busy():
                since, seen, looks = clock.time(), now, 0
            await asyncio.sleep(0.002)

    async def advance(self, seconds: float) -> None:
        """Let simulated time pass, with what was to happen in it."""
        clock = self._service.clock
        assert isinstance(clock, SimulatedTime), "real time passes by itself"
        await clock.advance(seconds)
