"""The routes of the browser platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import ceil

from aiohttp import WSCloseCode, web
from sqlalchemy import Connection, select

from bot.web import messages, seats, strings
from bot.web.actions import FRAME_LIMIT, TEXT_LIMIT
from bot.web.connection import PageConnection
from bot.web.hub import Hub
from bot.web.intake import Intake
from bot.web.links import LinkExpired, LinkTampered, Session, Signer
from bot.web.messages import message_json
from bot.web.pages import STATIC, Pages, address
from bot.web.seats import Channel, NameTaken, Seat
from bot.web.security import Gate, Respond, add_headers
from bot.web.strings import Translate
from bot.web.turnstile import Turnstile
from engine.errors import StoreUnavailable, StoreUnusable
from engine.ports import Clock
from storage.database import Database

COOKIE = "parley_seat"
PING_SECONDS = 30.0
CLOSE_SECONDS = 2.0
JOIN_BYTES = 4_096

Figures = Callable[[], str]
"""What /metrics answers, as Prometheus reads it."""


class Server:
    """Answers requests; everything it knows is in the database."""

    def __init__(
        self,
        database: Database,
        signer: Signer,
        gate: Gate,
        hub: Hub,
        intake: Intake,
        clock: Clock,
        translate: Translate,
        figures: Figures,
    ) -> None:
        self._figures = figures
        self._database = database
        self._signer = signer
        self._gate = gate
        self._hub = hub
        self._intake = intake
        self._clock = clock
        self._translate = translate
        self._pages = Pages(translate)
        self._turnstile = Turnstile()
        self._sockets: set[web.WebSocketResponse] = set()

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(middlewares=[self._gate.middleware, self._friendly], client_max_size=JOIN_BYTES)
        app.on_response_prepare.append(add_headers)
        app.on_shutdown.append(self._say_goodbye)
        app.router.add_get("/", self._front)
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/c/{slug}", self._channel)
        app.router.add_get("/c/{slug}/session", self._session)
        app.router.add_get("/c/{slug}/earlier", self._earlier)
        app.router.add_get("/c/{slug}/join", self._join)
        app.router.add_post("/c/{slug}/join", self._take_seat)
        app.router.add_get("/c/{slug}/socket", self._socket)
        app.router.add_static("/static/", STATIC)
        return app

    @web.middleware
    async def _friendly(self, request: web.Request, handler: Respond) -> web.StreamResponse:
        try:
            response: web.StreamResponse = await handler(request)
        except web.HTTPNotFound:
            return self._pages.notice(strings.NO_SUCH_PAGE, status=404)
        if request.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-cache"
        return response

    async def _front(self, request: web.Request) -> web.Response:
        return self._pages.welcome(await self._database.read(seats.open_channels))

    async def _health(self, request: web.Request) -> web.Response:
        try:
            await self._database.read(lambda connection: connection.execute(select(1)).scalar_one())
        except (StoreUnavailable, StoreUnusable) as error:
            return web.json_response({"ok": False, "database": str(error)}, status=503)
        return web.json_response({"ok": True, "database": "reachable", "pages": len(self._sockets)})

    async def _metrics(self, request: web.Request) -> web.Response:
        return web.Response(text=self._figures(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _channel(self, request: web.Request) -> web.Response:
        channel = await self._known_channel(request)
        if channel is None:
            return self._pages.notice(strings.NO_SUCH_CHANNEL, status=404)
        token = request.query.get("seat")
        return self._pages.shell(channel) if token is None else await self._open_link(request, channel, token)

    async def _open_link(self, request: web.Request, channel: Channel, token: str) -> web.Response:
        try:
            invitation = self._signer.invitation(token)
        except LinkExpired:
            return self._pages.notice(strings.LINK_EXPIRED, status=403)
        except LinkTampered:
            return self._pages.notice(strings.LINK_TAMPERED, status=403)
        if invitation.channel != channel.id:
            return self._pages.notice(strings.LINK_TAMPERED, status=403)
        now = self._clock.now()

        def work(connection: Connection) -> Seat:
            return seats.take_linked(connection, channel.id, invitation.name, invitation.moderator, now)

        return self._let_in(channel, await self._database.write(work))

    async def _join(self, request: web.Request) -> web.Response:
        channel = await self._known_channel(request)
        if channel is None:
            return self._pages.notice(strings.NO_SUCH_CHANNEL, status=404)
        if not channel.open_seats:
            return self._pages.notice(strings.NO_SEAT, status=403)
        return self._pages.join(channel)

    async def _take_seat(self, request: web.Request) -> web.Response:
        if not self._gate.is_own_page(request):
            return self._pages.notice(strings.FOREIGN_ORIGIN, status=403)
        channel = await self._known_channel(request)
        if channel is None:
            return self._pages.notice(strings.NO_SUCH_CHANNEL, status=404)
        if not channel.open_seats:
            return self._pages.notice(strings.NO_SEAT, status=403)
        given = str((await request.post()).get("name", ""))
        name = seats.shown(given)
        if not seats.folded(name):
            return self._pages.join(channel, strings.NAME_NEEDED, given, 400)
        now = self._clock.now()
        wait = self._turnstile.admit(request.remote or "", channel.id, now)
        if wait:
            answer = self._pages.join(channel, strings.CROWDED, given, 429)
            answer.headers["Retry-After"] = str(ceil(wait))
            return answer
        try:
            seat = await self._database.write(lambda connection: seats.take_freely(connection, channel.id, name, now))
        except NameTaken:
            return self._pages.join(channel, strings.NAME_TAKEN, given, 409)
        return self._let_in(channel, seat)

    def _let_in(self, channel: Channel, seat: Seat) -> web.Response:
        self._hub.poke()
        answer = web.Response(status=303, headers={"Location": address(channel)})
        answer.set_cookie(
            COOKIE,
            self._signer.session_token(Session(channel.id, seat.member)),
            path=address(channel),
            max_age=self._signer.seconds,
            httponly=True,
            samesite="Strict",
            secure=self._gate.secure,
        )
        return answer

    async def _session(self, request: web.Request) -> web.Response:
        channel = await self._known_channel(request)
        seat = await self._seat(request, channel)
        if channel is None or seat is None:
            return web.json_response({"sentence": self._translate(strings.NO_SEAT)}, status=401)
        return web.json_response(
            {
                "me": {"id": seat.member, "name": seat.name, "moderator": seat.moderator},
                "channel": {"id": channel.id, "slug": channel.slug, "title": channel.title},
                "text_limit": TEXT_LIMIT,
            }
            | strings.interface(self._translate)
        )

    async def _earlier(self, request: web.Request) -> web.Response:
        channel = await self._known_channel(request)
        seat = await self._seat(request, channel)
        before = request.query.get("before", "")
        if channel is None or seat is None:
            return web.json_response({"sentence": self._translate(strings.NO_SEAT)}, status=401)
        if not (before.isascii() and before.isdecimal() and len(before) < 19):
            return web.json_response({"sentence": self._translate(strings.MALFORMED)}, status=400)
        private = request.query.get("place") == "direct"
        shown = await self._database.read(
            lambda connection: messages.newest(connection, channel.id, seat.member, private, int(before))
        )
        drawn = [message_json(one, seat.member) for one in shown]
        return web.json_response({"messages": drawn, "more": len(shown) == messages.PAGE})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self._gate.require_own_page(request)
        seat = await self._seat(request, await self._known_channel(request))
        if seat is None:
            raise web.HTTPUnauthorized(text=self._translate(strings.NO_SEAT))
        socket = web.WebSocketResponse(heartbeat=PING_SECONDS, timeout=CLOSE_SECONDS, max_msg_size=FRAME_LIMIT)
        await socket.prepare(request)
        self._sockets.add(socket)
        page = PageConnection(socket, seat, self._intake, self._translate)
        try:
            await self._talk(socket, page, seat)
        finally:
            self._hub.leave(page)
            self._sockets.discard(socket)
        return socket

    async def _talk(self, socket: web.WebSocketResponse, page: PageConnection, seat: Seat) -> None:
        hello = await page.hello()
        if hello is None:
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return
        zone, locale = hello.known_zone, hello.locale
        if (zone, locale) != (seat.zone, seat.locale):
            await self._database.write(
                lambda connection: seats.note_reader(connection, seat.channel, seat.member, zone, locale)
            )
            page.seated(Seat(seat.channel, seat.member, seat.name, seat.moderator, zone, locale))
        await self._hub.join(page, hello.seen, hello.epoch)
        await page.serve()

    async def _say_goodbye(self, app: web.Application) -> None:
        goodbyes = [socket.close(code=WSCloseCode.GOING_AWAY, message=b"restarting") for socket in self._sockets]
        await asyncio.gather(*goodbyes)

    async def _known_channel(self, request: web.Request) -> Channel | None:
        name = seats.PREFIX + request.match_info["slug"]
        return await self._database.read(lambda connection: seats.channel(connection, name))

    async def _seat(self, request: web.Request, channel: Channel | None) -> Seat | None:
        session = self._signer.session(request.cookies.get(COOKIE, ""))
        if channel is None or session is None or session.channel != channel.id:
            return None
        return await self._database.read(lambda connection: seats.seat(connection, session.channel, session.member))
