"""The front door: REST below /api/v10, attachments, and the gateway's address."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.discord_server import (
    application_routes,
    channel_routes,
    guild_routes,
    interaction_routes,
    message_routes,
    reaction_routes,
)
from tests.discord_server.happenings import Discord
from tests.discord_server.limits import Verdict
from tests.discord_server.refusal import UNAUTHORIZED, Refusal
from tests.discord_server.routing import ROUTES, Answer, Call, File, Route

MODULES = (
    application_routes,
    message_routes,
    reaction_routes,
    channel_routes,
    guild_routes,
    interaction_routes,
)
BASE = "/api/v10"


@dataclass(frozen=True)
class Request:
    """One REST call, for tests that look at what was sent. route: as registered, for instance "/channels/{channel}".

    began, at: when it came and was answered, on the server's clock. bucket: its rate limit's, with the major
    parameter. scope: of the limit that refused it, "" where none did. closed: seconds for which its answer says that
    the bucket takes nothing more; 0 where it takes more. counted: it counts toward the limit over all routes.
    """

    method: str
    route: str
    path: str
    body: Any
    answer: Any
    status: int
    at: float
    seconds: float
    began: float
    bucket: tuple[str, str]
    scope: str
    closed: float
    counted: bool


class Front:
    """Everything an app may reach over HTTP."""

    def __init__(self, discord: Discord) -> None:
        self.discord = discord
        self.requests: list[Request] = []
        self.failing: list[tuple[str, str, int, Answer, dict[str, str]]] = []
        self.closing: list[tuple[str, str, float, str]] = []
        self.lost_answers: list[tuple[str, str]] = []
        self.delays: dict[tuple[str, str], float] = {}
        self.open_requests = 0
        self.outage_kind = ""

    @web.middleware
    async def outage(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Nothing answers as long as the outage lasts."""
        if not self.outage_kind:
            return await handler(request)
        if self.outage_kind == "unreachable" and request.transport is not None:
            request.transport.close()
        return web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html")

    def routes(self) -> list[web.RouteDef]:
        """The routes of the server; the fixed parts of a path come before its parameters."""
        ordered = sorted(ROUTES, key=lambda one: one.path.replace("{", "~"))
        return [
            *(web.route(one.method, BASE + one.path, self._served(one)) for one in ordered),
            web.route("*", BASE + "/{tail:.*}", self.unknown),
            web.get("/attachments/{file}/{name}", self.attachment),
            web.get("/gateway", self.discord.gateway.serve),
            web.get("/gateway/", self.discord.gateway.serve),
        ]

    async def unknown(self, request: web.Request) -> web.Response:
        """A route that this server does not have."""
        self.discord.violated("unknown_route", f"{request.method} {request.path}")
        return _json_answer(Refusal(0).body(), 404, {})

    async def attachment(self, request: web.Request) -> web.Response:
        """The bytes of an attachment."""
        found = self.discord.world.files.get(request.match_info["file"])
        return web.Response(status=404) if found is None else web.Response(body=found[1])

    def _served(self, route: Route) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            return await self._serve(route, request)

        return serve

    async def _serve(self, route: Route, request: web.Request) -> web.Response:
        begun, began = time.monotonic(), self.discord.now()
        self.open_requests += 1
        body: Any = None
        headers: dict[str, str] = {}
        known = (route.method, route.path)
        verdict = Verdict({})
        try:
            await asyncio.sleep(self.delays.get(known, 0.0))
            if self.discord.meter.banned:
                return web.Response(status=429, text="<html>error code: 1015</html>", content_type="text/html")
            body, files = await _read(request)
            status, answer, headers, verdict = self._answer(route, request, body, files)
        except Refusal as refusal:
            status, answer = refusal.status, refusal.body()
        finally:
            self.open_requests -= 1
        if status == 400:
            self.discord.violated("refused", f"{route.method} {route.path}: {answer}")
        self.discord.meter.answered(status, shared=verdict.scope == "shared")
        seconds = time.monotonic() - begun
        self.requests.append(
            Request(
                route.method,
                route.path,
                request.path,
                body,
                answer,
                status,
                self.discord.now(),
                seconds,
                began,
                (route.bucket, _major(request)),
                verdict.scope,
                verdict.closed,
                route.token,
            )
        )
        self.discord.changed()
        if known in self.lost_answers and status < 300:
            self.lost_answers.remove(known)
            if request.transport is not None:
                request.transport.close()
        if answer is None:
            return web.Response(status=204, headers=headers)
        return _json_answer(answer, status, headers)

    def _answer(
        self, route: Route, request: web.Request, body: Any, files: tuple[File, ...]
    ) -> tuple[int, Answer, dict[str, str], Verdict]:
        for planned in self.failing:
            if planned[:2] == (route.method, route.path):
                self.failing.remove(planned)
                return *planned[2:], Verdict({})
        if route.token and request.headers.get("Authorization") != f"Bot {self.discord.app.token}":
            raise Refusal(UNAUTHORIZED)
        path, major = dict(request.match_info), _major(request)
        for closing in self.closing:
            if closing[:2] == (route.method, route.path):
                self.closing.remove(closing)
                self.discord.meter.close(route.bucket, major, *closing[2:])
        verdict = self.discord.meter.judge(route.bucket, major, counts_globally=route.token)
        if verdict.scope:
            limited = {"message": "You are being rate limited.", "retry_after": round(verdict.wait, 3)}
            headers = verdict.headers | {"Retry-After": f"{verdict.wait:.3f}", "Via": "1.1 google"}
            return 429, limited | {"global": verdict.scope == "global"}, headers, verdict
        try:
            answer = route.handle(Call(self.discord, path, dict(request.query), body, files))
        except Refusal as refusal:
            return refusal.status, refusal.body(), verdict.headers, verdict
        return 200 if answer is not None else 204, answer, verdict.headers, verdict


def _major(request: web.Request) -> str:
    path = request.match_info
    return path.get("channel") or path.get("guild") or path.get("token") or ""


def _json_answer(answer: Answer, status: int, headers: dict[str, str]) -> web.Response:
    """Discord names no charset, and discord.py reads JSON only from exactly this type."""
    raw = json.dumps(answer).encode()
    return web.Response(body=raw, status=status, headers=headers | {"Content-Type": "application/json"})


async def _read(request: web.Request) -> tuple[Any, tuple[File, ...]]:
    """The body: JSON, or a form whose payload_json is one, with files[n] beside it."""
    if request.content_type == "multipart/form-data":
        form = await request.post()
        files = []
        for name, part in form.items():
            if isinstance(part, web.FileField) and name.startswith("files["):
                files.append(File(int(name[6:-1]), part.filename, part.file.read()))
        payload = form.get("payload_json") or "null"
        return _json(bytes(payload).decode() if isinstance(payload, bytes | bytearray) else str(payload)), tuple(files)
    raw = await request.text()
    if not raw:
        return None, ()
    if request.content_type != "application/json":
        raise Refusal(50035, message="Unsupported content type: send JSON or a form.")
    return _json(raw), ()


def _json(raw: str) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise Refusal(50109) from None
