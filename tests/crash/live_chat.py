"""A real platform in a life that is killed: an unmodified client library against a service in another process."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass
from typing import Any

from bot.platform import Handler, Inbound, Reply
from engine.ports import Clock
from storage.store import DatabaseStore
from tests.crash.beside import socket_of
from tests.crash.boundaries import Boundaries
from tests.crash.chats import Chat

LINE = 1 << 22
FOREVER = 1e9


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a platform lives in. folder: where its service listens. settings: the channel's, so that a command opens
    the round that the script wants.
    """

    folder: str
    settings: dict[str, str]
    boundaries: Boundaries
    clock: Clock
    handler: Handler
    store: DatabaseStore


class LiveChat(Chat):
    """What such platforms have in common."""

    def __init__(self, around: Surroundings) -> None:
        self._folder = around.folder
        self._settings = around.settings
        self._boundaries = around.boundaries
        self._handler = around.handler
        self._store = around.store
        self._happened = 0
        self._shown: dict[str, Any] = {}
        self._running: asyncio.Task[None] | None = None
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._known = self._hello()

    def own_message(self, who: str, delivery: str) -> str:
        """See Chat: the service itself knows which message it was."""
        return delivery

    async def begin(self, at: float) -> None:
        """See Chat: the service's clock goes with ours."""
        if self._line is None:
            self._line = await asyncio.open_unix_connection(socket_of(self._folder), limit=LINE)
        await self._order(order="move", to=at)

    async def end(self) -> None:
        """See Chat."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self._line is not None:
            self._line[1].close()

    def duplicates(self) -> list[str]:
        """See Chat; after `messages`."""
        duplicates: list[str] = self._shown["duplicates"]
        return duplicates

    async def _happens(self, item: Inbound) -> Reply:
        reply = await self._handler(item)
        self._boundaries.reach("item: committed")
        self._happened += 1
        return reply

    def _hello(self) -> dict[str, Any]:
        """Where the service is; at once, since everything is built from it."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(socket_of(self._folder)))
            line.sendall(b'{"order": "hello"}\n')
            answer: dict[str, Any] = json.loads(line.makefile().readline())
            return answer

    async def _order(self, **order: Any) -> dict[str, Any]:
        assert self._line is not None
        reader, writer = self._line
        writer.write(json.dumps(order).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await reader.readline())
        assert "error" not in answer, answer["error"]
        return answer
