"""Socket Mode: tickets, connections, envelopes and their acknowledgements."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.slack_server.delivery import EVENTS, Delivery, Hub, Response
from tests.slack_server.refusal import Json
from tests.slack_server.world import App

MOST_CONNECTIONS = 10


@dataclass(eq=False)
class Connection:
    """An app's open socket."""

    id: str
    app: App
    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Response]] = field(default_factory=dict)
    sent: int = 0
    leaving: bool = False


class Sockets:
    """All connections of all apps."""

    def __init__(self, violated: Callable[[str, str], None], changed: Callable[[], None]) -> None:
        self.hub: Hub | None = None
        self.connections: list[Connection] = []
        self.hello_after = 0.0
        self._tickets: dict[str, App] = {}
        self._violated = violated
        self._changed = changed
        self._late: dict[str, float] = {}
        self._acknowledged: set[str] = set()

    def ticket(self, app: App) -> str:
        """The path that opens one connection."""
        known = uuid.uuid4().hex
        self._tickets[known] = app
        return f"/link/?ticket={known}&app_id={app.id}"

    def of(self, app: App) -> list[Connection]:
        """The connections through which payloads may go."""
        return [one for one in self.connections if one.app is app and not one.leaving and not one.socket.closed]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket's handler."""
        app = self._tickets.pop(request.query.get("ticket", ""), None)
        if app is None:
            self._violated("bad_ticket", "a Socket Mode address was used twice or made up")
            return web.Response(status=404, text="invalid ticket")
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        if len(self.of(app)) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": _debug()})
            await socket.close()
            return socket
        connection = Connection(uuid.uuid4().hex[:8], app, socket)
        await asyncio.sleep(self.hello_after)
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.of(app)) + 1,
                "debug_info": _debug(),
                "connection_info": {"app_id": app.id},
            }
        )
        self.connections.append(connection)
        self._changed()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(connection, message.data)
        finally:
            self.connections.remove(connection)
            for waiting in connection.waiting.values():
                if not waiting.done():
                    waiting.set_result(Response("connection_failed"))
            self._changed()
        return socket

    async def attempt(self, delivery: Delivery, number: int, reason: str, limit: float) -> Response:
        """Send an envelope over any connection and wait for its acknowledgement."""
        open_ones = self.of(delivery.app)
        if not open_ones or self.hub is None:
            return Response("connection_failed")
        connection = self.hub.chance.choice(open_ones)
        known = str(uuid.uuid4())
        envelope: Json = {
            "envelope_id": known,
            "payload": delivery.payload,
            "type": delivery.kind,
            "accepts_response_payload": delivery.kind != EVENTS,
        }
        if delivery.kind == EVENTS:
            envelope |= {"retry_attempt": number, "retry_reason": reason}
        waiting: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        connection.waiting[known] = waiting
        begun = time.monotonic()
        try:
            await connection.socket.send_json(envelope)
            connection.sent += 1
            return await asyncio.wait_for(waiting, limit)
        except TimeoutError:
            self._late[known] = begun
            self._violated("not_acknowledged", f"{delivery.kind} within {limit} s: {_name(delivery)}")
            return Response("timeout")
        except ConnectionError:
            return Response("connection_failed")
        finally:
            del connection.waiting[known]

    async def disconnect(self, reason: str, connections: list[Connection], linger: float) -> None:
        """Announce the end of connections; "warning" only announces, anything else closes after `linger` seconds."""
        for one in connections:
            if reason != "warning":
                one.leaving = True
            await one.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": _debug()})
        if reason == "warning":
            return
        await asyncio.sleep(linger)
        await self.cut(connections)

    async def cut(self, connections: list[Connection]) -> None:
        """Close connections without a word."""
        for one in list(connections):
            await one.socket.close(code=1000)

    def _acknowledge(self, connection: Connection, raw: str) -> None:
        try:
            answer = json.loads(raw)
            known = answer["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self._violated("bad_acknowledgement", f"the socket got {raw[:200]!r}")
            return
        waiting = connection.waiting.get(known)
        if waiting is not None and not waiting.done():
            self._acknowledged.add(known)
            waiting.set_result(Response(body=answer.get("payload")))
        elif known in self._late:
            late = time.monotonic() - self._late.pop(known)
            self._violated("late_acknowledgement", f"after {late:.1f} s")
        elif known in self._acknowledged:
            self._violated("repeated_acknowledgement", known)
        else:
            self._violated("unknown_envelope", known)


def _debug() -> Json:
    return {"host": "applink-1", "build_number": 1, "approximate_connection_time": 18_060}


def _name(delivery: Delivery) -> str:
    payload = delivery.payload
    event = payload.get("event") or {}
    return str(event.get("type") or payload.get("type") or payload.get("command"))
