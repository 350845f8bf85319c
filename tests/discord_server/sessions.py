"""What stands between the gateway and one client: intents, sessions that can be resumed, and compressed sockets.

Source: Discord's documentation, "Gateway": intents, opcodes, resuming, transport compression.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

GUILDS, GUILD_MEMBERS, GUILD_MESSAGES, GUILD_REACTIONS = 1 << 0, 1 << 1, 1 << 9, 1 << 10
DIRECT_MESSAGES, DIRECT_REACTIONS, MESSAGE_CONTENT, PRESENCES = 1 << 12, 1 << 13, 1 << 15, 1 << 8
PRIVILEGED = GUILD_MEMBERS | PRESENCES | MESSAGE_CONTENT
EVERY_INTENT = (1 << 26) - 1
DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, REQUEST_MEMBERS, INVALID, HELLO, ACK = (
    *range(5),
    *range(6, 12),
)
KEPT = 1_000
"""Events a session remembers for resuming."""


@dataclass(frozen=True)
class Dispatch:
    """A numbered payload. interaction: the id of the one that it carries, "" where it carries another event."""

    number: int
    event: str
    text: str
    interaction: str


@dataclass(eq=False)
class Session:
    """What an identified shard hears. `missed`: numbered payloads that a resume replays."""

    id: str
    shard: int
    shards: int
    intents: int
    sequence: int = 0
    missed: deque[Dispatch] = field(default_factory=lambda: deque(maxlen=KEPT))
    connection: Connection | None = None

    def listens(self, intent: int) -> bool:
        """True when events of this intent reach it; 0 reaches everybody."""
        return not intent or bool(self.intents & intent)


class Connection:
    """An open socket.

    closed_here: Discord ends it, and not the client, whose closing (1000, 1001) ends the session. leaving: it is on
    its way out, because Discord closes it or asked for that. ended: when it ended, real time, 0 while it lasts.
    """

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.BaseTransport | None, compress: str) -> None:
        self.socket = socket
        self.transport = transport
        self.session: Session | None = None
        self.heartbeats = 0
        self.closed_here = False
        self.leaving = False
        self.ended = 0.0
        # One stream for the whole life of the connection.
        self._zlib = zlib.compressobj() if compress == "zlib-stream" else None
        self._order = asyncio.Lock()

    async def send(self, text: str) -> None:
        """Send a payload; one that comes after the end is lost, as on a real socket."""
        async with self._order:
            if self.socket.closed:
                return
            try:
                if self._zlib is None:
                    await self.socket.send_str(text)
                else:
                    whole = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(whole)
            except (ConnectionError, RuntimeError):
                return

    async def op(self, code: int, data: Any = None) -> None:
        """Send what is no event."""
        await self.send(json.dumps({"op": code, "d": data, "s": None, "t": None}))


@dataclass
class Timing:
    """heartbeat: real seconds between a client's heartbeats. answer: real seconds an app has for an interaction.

    follow_up: seconds of the server's clock that an interaction's token lives. nonce: seconds of that clock in
    which the same nonce makes no second message. identify: real seconds between two identifications of a shard.
    """

    heartbeat: float = 41.25
    answer: float = 3.0
    follow_up: float = 900.0
    nonce: float = 300.0
    identify: float = 0.0
