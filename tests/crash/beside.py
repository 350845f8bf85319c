"""A chat service as a process of its own, which outlives the bot's: people act there when the script tells them to.

Orders come as JSON lines over a socket in the setting's folder, from the life that plays; one that dies in the
middle of an order leaves what the service had taken in by then.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from tests.fakes.clock import FakeClock

Json = dict[str, Any]


def socket_of(folder: str) -> Path:
    """Where orders are taken."""
    return Path(folder) / "beside.sock"


@contextmanager
def beside(world: Callable[[], World], folder: str) -> Iterator[None]:
    """A process that makes a world and takes orders, while this lasts."""
    process = os.fork()
    if process == 0:
        try:
            asyncio.run(world().serve(socket_of(folder)))
        finally:
            os._exit(1)
    try:
        while not socket_of(folder).exists():
            ended, _ = os.waitpid(process, os.WNOHANG)
            assert not ended, "what is beside the bot did not start"
            time.sleep(0.005)
        yield
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


class Server(AbstractAsyncContextManager[Any], Protocol):
    """A chat service of `tests`."""

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing has been on its way for so many real seconds."""
        ...


class World:
    """A service and its people. An order names one of the methods that begin with "order_", and its arguments."""

    def __init__(self, server: Server, clock: FakeClock) -> None:
        self._server = server
        self._clock = clock
        self._serving: asyncio.Task[None] | None = None

    async def serve(self, path: Path) -> None:
        """Take orders until the process is killed."""
        async with self._server:
            server = await asyncio.start_unix_server(self._orders, path.with_suffix(".part"))
            path.with_suffix(".part").rename(path)
            await server.serve_forever()

    async def _orders(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The orders of one life; what an earlier one had under way is given up."""
        if self._serving is not None:
            self._serving.cancel()
        self._serving = asyncio.current_task()
        with suppress(ConnectionError, asyncio.CancelledError):  # that life is over
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(json.loads(line))).encode() + b"\n")
                await writer.drain()

    async def _answer(self, order: Json) -> Json:
        try:
            answer: Json = await getattr(self, f"order_{order.pop('order')}")(**order)
        except Exception:  # noqa: BLE001 - told to the life, which fails with it
            return {"error": traceback.format_exc()}
        return answer

    async def order_move(self, to: float) -> Json:
        """It is so late now."""
        self._clock.move(to)
        return {}

    async def order_quiet(self) -> Json:
        """Wait until nothing is on its way."""
        await self._server.quiet(0.01)
        return {}
