"""The front door: HTTP routes of the Web API, uploads, response URLs and Socket Mode."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.slack_server import (
    app_methods,
    chat_methods,
    conversation_methods,
    file_methods,
    people_methods,
    reaction_methods,
    view_methods,
)
from tests.slack_server.app_methods import Code
from tests.slack_server.arguments import Arguments, read
from tests.slack_server.methods import METHODS, Call, Method
from tests.slack_server.refusal import Json, Refusal
from tests.slack_server.responding import Answers
from tests.slack_server.slack import Slack
from tests.slack_server.world import Installation

MODULES = (chat_methods, conversation_methods, file_methods, people_methods, reaction_methods, view_methods)
RETIRED = frozenset({"files.upload", "rtm.start", "channels.history", "im.open", "oauth.access"})


@dataclass(frozen=True)
class Request:
    """One call of the Web API, for tests that look at what was sent. answer: the JSON that went back.

    began, at: when it came and was answered, on the server's clock. retry_after: seconds that a 429 asked to wait.
    """

    method: str
    arguments: Json
    answer: Json
    status: int
    at: float
    seconds: float
    began: float = 0.0
    retry_after: float = 0.0


class Front:
    """Everything an app may reach over HTTP."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.answers = Answers(slack)
        self.codes: dict[str, Code] = {}
        self.requests: list[Request] = []
        self.failing: list[tuple[str, int, Json, dict[str, str]]] = []
        self.garbled: list[tuple[str, web.Response]] = []
        self.lost_answers: list[str] = []
        self.delays: dict[str, float] = {}
        self.open_requests = 0

    @web.middleware
    async def outage(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Nothing answers as long as the outage lasts."""
        kind = self.slack.hub.faults.outage
        if not kind:
            return await handler(request)
        if kind == "unreachable" and request.transport is not None:
            request.transport.close()
        return web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html")

    def routes(self) -> list[web.RouteDef]:
        """The routes of the server."""
        return [
            web.route("*", "/api/{method}", self.call),
            web.post("/upload/v1/{file}", self.upload),
            web.put("/upload/v1/{file}", self.upload),
            web.post("/response/{token}", self.answers.serve),
            web.get("/link/", self.slack.sockets.serve),
        ]

    async def call(self, request: web.Request) -> web.Response:
        """One method call."""
        name = request.match_info["method"]
        for planned in self.garbled:
            if planned[0] == name:
                self.garbled.remove(planned)
                return planned[1]
        begun, began = time.monotonic(), self.slack.now()
        self.open_requests += 1
        given: Json = {}
        headers: dict[str, str] = {}
        status = 200
        try:
            await asyncio.sleep(self.delays.get(name, 0.0))
            found = METHODS.get(name)
            given, token = await read(request, takes_json=found is None or found.takes_json)
            status, body, headers = self._answer(request, name, found, given, token)
        except Refusal as refusal:
            body = refusal.body()
        finally:
            self.open_requests -= 1
        if body.get("error") in {"invalid_arguments", "unknown_method", "invalid_json", "invalid_post_type"}:
            self.slack.violated(str(body["error"]), f"{name}: {body.get('response_metadata', {}).get('messages')}")
        seconds = time.monotonic() - begun
        asked = float(headers.get("Retry-After", 0))
        self.requests.append(Request(name, given, body, status, self.slack.now(), seconds, began, asked))
        self.slack.changed()
        if name in self.lost_answers and body.get("ok"):
            self.lost_answers.remove(name)
            if request.transport is not None:
                request.transport.close()
        said = self.slack.hub.varied(body) if body.get("ok") else body
        return web.json_response(said, status=status, headers=headers)

    def _answer(
        self, request: web.Request, name: str, found: Method | None, given: Json, token: str
    ) -> tuple[int, Json, dict[str, str]]:
        for planned in self.failing:
            if planned[0] == name:
                self.failing.remove(planned)
                return planned[1:]
        if name == "apps.connections.open":
            self._limit(name, 1, token, "")
            return 200, app_methods.open_connection(self.slack, token), {}
        if name == "oauth.v2.access":
            return 200, app_methods.access(self.slack, self.codes, given, _basic(request)), {}
        if found is None:
            raise Refusal("method_deprecated" if name in RETIRED else "unknown_method")
        installation = self._installation(token)
        headers = {
            "X-OAuth-Scopes": ",".join(sorted(installation.scopes)),
            "X-Accepted-OAuth-Scopes": ",".join(found.scopes),
        }
        installation.app.methods_used.add(name)
        try:
            wait = self._limit(name, found.tier, token, str(given.get("channel", "")))
            if wait:
                return 429, {"ok": False, "error": "ratelimited"}, headers | {"Retry-After": str(wait)}
            arguments = Arguments(given, found.required, found.optional)
            call = Call(self.slack, found, installation, arguments)
            for scope in found.scopes:
                call.need(scope)
            return 200, {"ok": True} | found.handle(call), headers
        except Refusal as refusal:
            return 200, refusal.body(), headers

    def _limit(self, name: str, tier: int, token: str, channel: str) -> int:
        refused = self.slack.meter.refusal(name, tier, token, channel)
        if refused is None:
            return 0
        seconds, early = refused
        if early:
            self.slack.violated("retry_after_ignored", f"{name} {channel}".strip())
        return seconds

    def _installation(self, token: str) -> Installation:
        if not token:
            raise Refusal("not_authed")
        found = next((one for one in self.slack.world.installations() if one.token == token), None)
        if found is None:
            apps = any(token in one.app_tokens for one in self.slack.world.apps.values())
            raise Refusal("not_allowed_token_type" if apps else "invalid_auth")
        if found.state != "active":
            raise Refusal(found.state)
        if found.expires_at and self.slack.now() > found.expires_at:
            raise Refusal("token_expired")
        return found

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes of a file, bare or as a form."""
        found = self.slack.world.uploads.get(request.match_info["file"])
        if found is None:
            return web.Response(status=404, text="not found")
        content = await _content(request)
        if len(content) != found.length:
            self.slack.violated("wrong_length", f"{found.name}: {len(content)} bytes, {found.length} announced")
            return web.Response(status=400, text="length mismatch")
        found.content = content
        self.slack.uploaded[found.id] = self.slack.now()
        return web.Response(text=f"OK - {len(content)}")


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    form: Any = await request.post()
    for part in form.values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""


def _basic(request: web.Request) -> tuple[str, str] | None:
    scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return None
    try:
        name, _, secret = base64.b64decode(coded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal("bad_client_secret") from None
    return name, secret
