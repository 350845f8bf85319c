"""The gateway: hello, identify, heartbeats, resuming, and what reaches which session.

Source: Discord's documentation, "Gateway", "Gateway Events" and the gateway's close codes.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

from tests.discord_server.refusal import Json
from tests.discord_server.sessions import (
    ACK,
    DISPATCH,
    EVERY_INTENT,
    GUILD_MEMBERS,
    GUILDS,
    HEARTBEAT,
    HELLO,
    IDENTIFY,
    INVALID,
    PRESENCE,
    PRIVILEGED,
    RECONNECT,
    REQUEST_MEMBERS,
    RESUME,
    VOICE,
    Connection,
    Dispatch,
    Session,
    Timing,
)
from tests.discord_server.shapes import app_flags, created_guild, member_json, user_json
from tests.discord_server.world import App, Guild, World

REPEATED = frozenset(
    {
        "INTERACTION_CREATE",
        "MESSAGE_CREATE",
        "MESSAGE_UPDATE",
        "MESSAGE_REACTION_ADD",
        "MESSAGE_REACTION_REMOVE",
    }
)
"""Events that `DiscordServer.repeat` lets come again."""


class Gateway:
    """All sessions of the app. told: interaction -> when (real time) and over which connections the app heard of it."""

    def __init__(
        self,
        world: World,
        app: App,
        timing: Timing,
        violated: Callable[[str, str], None],
        changed: Callable[[], None],
    ) -> None:
        self._world = world
        self._app = app
        self._timing = timing
        self._violated = violated
        self._changed = changed
        self.url = ""
        self.shards = 1
        self.connections: list[Connection] = []
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0
        self.outage = False
        self.held: list[tuple[str, Json, int, str]] | None = None
        self.members_asked: list[Json] = []
        self.repeated = 0
        self.told: dict[str, list[tuple[float, Connection]]] = {}
        self._latest: deque[tuple[str, Json, int, str]] = deque(maxlen=50)
        self._last_identify: dict[int, float] = {}
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> bool:
        """True while payloads are on their way."""
        return bool(self._sending)

    def shard_of(self, guild: str) -> int:
        """The shard of a guild; conversations of two ("") are the first one's."""
        return (int(guild) >> 22) % self.shards if guild else 0

    def publish(self, event: str, data: Json, intent: int = 0, guild: str = "") -> None:
        """Tell every session of the guild's shard that listens."""
        if self.held is not None:
            self.held.append((event, data, intent, guild))
            return
        self._tell(event, data, intent, guild)

    def hold(self) -> None:
        """Keep events back until `release`."""
        self.held = []

    def release(self) -> None:
        """Send what was held, in its order."""
        held, self.held = self.held or [], None
        for one in held:
            self._tell(*one)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket's handler."""
        if request.query.get("v") != "10" or request.query.get("encoding") != "json":
            self._violated("gateway_version", f"asked for {dict(request.query)}")
        if request.query.get("compress", "zlib-stream") != "zlib-stream":
            return web.Response(status=400, text="this server compresses as zlib-stream only")
        socket = web.WebSocketResponse(max_msg_size=4096, autoping=True)
        await socket.prepare(request)
        connection = Connection(socket, request.transport, request.query.get("compress", ""))
        self.connections.append(connection)
        try:
            beat = {"heartbeat_interval": int(self._timing.heartbeat * 1000), "_trace": []}
            await connection.op(HELLO, beat)
            await self._listen(connection)
        finally:
            connection.ended = time.monotonic()
            self.connections.remove(connection)
            if connection.session is not None and connection.session.connection is connection:
                connection.session.connection = None
                if socket.close_code in (1000, 1001) and not connection.closed_here:
                    self.sessions.pop(connection.session.id, None)
            self._changed()
        return socket

    async def reconnect(self) -> None:
        """Ask every client to reconnect and resume (op 7)."""
        for one in list(self.connections):
            one.leaving = True
            await one.op(RECONNECT)

    async def invalidate(self, *, resumable: bool) -> None:
        """End every session (op 9); those that are not resumable are forgotten."""
        for one in list(self.connections):
            if not resumable and one.session is not None:
                self.sessions.pop(one.session.id, None)
                one.session = None
            one.leaving = True
            await one.op(INVALID, resumable)

    async def cut(self, code: int | None = None) -> None:
        """Close every connection: with a code, or (None) without a word, as when the network fails."""
        for one in list(self.connections):
            one.closed_here = one.leaving = True
            if code is not None:
                await one.socket.close(code=code)
            elif one.transport is not None:
                one.transport.close()

    async def stop(self) -> None:
        """Forget what is on its way and close everything."""
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        for one in list(self.connections):
            await one.socket.close(code=1001)

    async def _listen(self, connection: Connection) -> None:
        limit: float | None = self._timing.heartbeat * 1.5
        handlers: dict[int, Callable[[Connection, Any], Awaitable[None]]] = {
            HEARTBEAT: self._heartbeat,
            IDENTIFY: self._identify,
            RESUME: self._resume,
            REQUEST_MEMBERS: self._members,
            PRESENCE: self._ignored,
            VOICE: self._ignored,
        }
        while not connection.socket.closed:
            try:
                message = await connection.socket.receive(timeout=limit)
            except TimeoutError:
                self._violated("no_heartbeat", f"within {limit} s")
                await connection.socket.close(code=4009)
                return
            if message.type is not WSMsgType.TEXT:
                return
            try:
                payload = json.loads(message.data)
                handler = handlers[payload["op"]]
            except (ValueError, KeyError, TypeError):
                self._violated("bad_payload", str(message.data)[:200])
                await connection.socket.close(code=4002)
                return
            if connection.session is None and payload["op"] not in (HEARTBEAT, IDENTIFY, RESUME):
                await connection.socket.close(code=4003)
                return
            await handler(connection, payload.get("d"))

    async def _ignored(self, connection: Connection, data: Any) -> None:
        del connection, data

    async def _heartbeat(self, connection: Connection, data: Any) -> None:
        connection.heartbeats += 1
        await connection.op(ACK)

    async def _identify(self, connection: Connection, data: Json) -> None:
        if connection.session is not None:
            await connection.socket.close(code=4005)
            return
        if data.get("token", "").removeprefix("Bot ") != self._app.token:
            await connection.socket.close(code=4004, message=b"Authentication failed.")
            return
        shard, shards = data.get("shard") or (0, 1)
        intents = data.get("intents")
        if shards != self.shards or not 0 <= shard < shards:
            await connection.socket.close(code=4010, message=b"Invalid shard.")
        elif not isinstance(intents, int) or intents < 0 or intents & ~EVERY_INTENT:
            await connection.socket.close(code=4013, message=b"Invalid intent(s).")
        elif intents & PRIVILEGED & ~self._app.privileged:
            await connection.socket.close(code=4014, message=b"Disallowed intent(s).")
        elif time.monotonic() - self._last_identify.get(shard, 0.0) < self._timing.identify:
            self._violated("identified_too_often", f"shard {shard} within {self._timing.identify} s")
            await connection.op(INVALID, data=False)
        elif not {"os", "browser", "device"} <= set(data.get("properties", {})):
            await connection.socket.close(code=4002)
        else:
            self._last_identify[shard] = time.monotonic()
            await self._begin(connection, Session(secrets.token_hex(16), shard, shards, intents))

    async def _begin(self, connection: Connection, session: Session) -> None:
        self.identified += 1
        self.sessions[session.id] = session
        connection.session, session.connection = session, connection
        mine = [one for one in self._world.guilds.values() if self._bot_in(one) and self._here(one, session)]
        ready = {
            "v": 10,
            "user": user_json(self._app.bot) | {"verified": True, "mfa_enabled": False, "flags": 0, "email": None},
            "guilds": [{"id": one.id, "unavailable": True} for one in mine],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": [session.shard, session.shards],
            "application": {"id": self._app.id, "flags": app_flags(self._app)},
            "private_channels": [],
            "relationships": [],
            "user_settings": {},
            "geo_ordered_rtc_regions": [],
            "_trace": [],
        }
        self._number(session, "READY", ready)
        if session.intents & GUILDS:
            for guild in mine:
                everybody = bool(session.intents & GUILD_MEMBERS)
                if not guild.unavailable:
                    self._number(session, "GUILD_CREATE", created_guild(guild, self._app.bot, everybody=everybody))
        self._tell_again(session)
        self._changed()

    async def _resume(self, connection: Connection, data: Json) -> None:
        if data.get("token", "").removeprefix("Bot ") != self._app.token:
            await connection.socket.close(code=4004, message=b"Authentication failed.")
            return
        session = self.sessions.get(data.get("session_id", ""))
        known = data.get("seq")
        if session is None or not isinstance(known, int):
            await connection.op(INVALID, data=False)
            return
        if known > session.sequence:
            await connection.socket.close(code=4007, message=b"Invalid seq.")
            return
        lost = session.sequence - known > len(session.missed)
        if lost:
            self.sessions.pop(session.id)
            await connection.op(INVALID, data=False)
            return
        if session.connection is not None and session.connection is not connection:
            await session.connection.socket.close(code=4009)
        # Without a pause in between, so that nothing new comes before what was missed, or is left out.
        connection.session, session.connection = session, connection
        for one in session.missed:
            if one.number > known or (one.number > known - self.repeated and one.event in REPEATED):
                self._send(connection, one)
        self.resumed += 1
        self._number(session, "RESUMED", {"_trace": []})
        self._changed()

    async def _members(self, connection: Connection, data: Json) -> None:
        self.members_asked.append(data)
        session = connection.session
        assert session is not None
        guild = self._world.guilds.get(str(data.get("guild_id")))
        if guild is None or not self._bot_in(guild):
            return
        wanted = data.get("user_ids")
        query = data.get("query")
        if query == "" and not data.get("limit") and not session.intents & GUILD_MEMBERS:
            self._violated("members_without_intent", "all members of a guild were asked for without the intent")
            await connection.socket.close(code=4014)
            return
        there = list(guild.members.values())
        if wanted is not None:
            named = {str(one) for one in (wanted if isinstance(wanted, list) else [wanted])}
            there = [one for one in there if one.user.id in named][:100]
        elif query:
            there = [one for one in there if one.user.name.startswith(query)][: min(int(data["limit"]), 100)]
        parts = [there[start : start + 1000] for start in range(0, len(there), 1000)] or [[]]
        for number, part in enumerate(parts):
            chunk: Json = {
                "guild_id": guild.id,
                "members": [member_json(one) for one in part],
                "chunk_index": number,
                "chunk_count": len(parts),
                "nonce": data.get("nonce"),
            }
            self._number(session, "GUILD_MEMBERS_CHUNK", chunk)

    def _tell(self, event: str, data: Json, intent: int, guild: str) -> None:
        self._latest.append((event, data, intent, guild))
        for session in self.sessions.values():
            if session.shard == self.shard_of(guild) and session.listens(intent):
                self._number(session, event, data)

    def _tell_again(self, session: Session) -> None:
        """What Discord told last, to a new session: it does not know what the one before had heard."""
        for event, data, intent, guild in list(self._latest)[-self.repeated :] if self.repeated else ():
            told = session.shard == self.shard_of(guild) and session.listens(intent)
            if told and event in REPEATED and self._stands(event, data):
                self._number(session, event, data)

    def _stands(self, event: str, data: Json) -> bool:
        """Whether a reaction is still there, or still gone; True of any other event."""
        if not event.startswith("MESSAGE_REACTION"):
            return True
        channel = self._world.channels.get(data["channel_id"])
        message = None if channel is None else channel.messages.get(data["message_id"])
        there = [] if message is None else message.reactions.get(data["emoji"]["name"], [])
        return (data["user_id"] in there) is (event == "MESSAGE_REACTION_ADD")

    def _number(self, session: Session, event: str, data: Json) -> None:
        session.sequence += 1
        text = json.dumps({"op": DISPATCH, "t": event, "s": session.sequence, "d": data})
        dispatch = Dispatch(session.sequence, event, text, str(data["id"]) if event == "INTERACTION_CREATE" else "")
        session.missed.append(dispatch)
        if session.connection is not None:
            self._send(session.connection, dispatch)

    def _send(self, connection: Connection, dispatch: Dispatch) -> None:
        if dispatch.interaction:
            self.told.setdefault(dispatch.interaction, []).append((time.monotonic(), connection))
        task = asyncio.create_task(connection.send(dispatch.text), name="discord server dispatch")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def _bot_in(self, guild: Guild) -> bool:
        return self._app.bot.id in guild.members

    def _here(self, guild: Guild, session: Session) -> bool:
        return self.shard_of(guild.id) == session.shard
