"""The browser as a chat platform: channels, private messages, reactions and forms on pages we serve ourselves."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import quote

from aiohttp import web
from sqlalchemy import Connection

from bot.platform import Abilities, Card, Handler, InChannel, MessageRef, Privately, Target
from bot.web import deliveries, messages, seats
from bot.web.actions import TEXT_LIMIT, AnyAction
from bot.web.hub import Hub
from bot.web.intake import Intake
from bot.web.links import Invitation, Signer
from bot.web.seats import PREFIX, Seat
from bot.web.security import Gate, is_unspecified
from bot.web.server import Server
from bot.web.showing import Refusal
from bot.web.strings import Translate
from bot.web.wire import card_json
from engine.errors import PlatformRefused, PlatformUnavailable, SettingsError, StoreUnavailable
from engine.ports import Clock
from storage.database import Database, Work

T = TypeVar("T")


class WebPlatform:
    """A `ChatPlatform` that keeps everything in the database; any number of processes may serve it.

    secret: signs links and cookies, at least 16 characters. port: 0 for any free one. public_url: how people
    reach the server when that is not http://host:port. translate: gives the words of the pages. link_days:
    how long a personal link and a seat last. grace: seconds that shutting down waits for what is under way.
    figures: what /metrics answers.
    Raises SettingsError when the secret is too short.
    """

    name = "web"
    abilities = Abilities(idempotent=True, removes_reactions=True, text_limit=TEXT_LIMIT, own_chat=True)

    def __init__(
        self,
        database: Database,
        secret: str,
        host: str,
        port: int,
        public_url: str | None = None,
        *,
        clock: Clock,
        translate: Translate = str,
        link_days: float = 30,
        grace: float = 5.0,
        figures: Callable[[], str] = str,
    ) -> None:
        self._database = database
        self._signer = Signer(secret, days=link_days)
        self._host = host
        self._port = port
        self._public_url = public_url.rstrip("/") if public_url else None
        self._clock = clock
        self._translate = translate
        self._figures = figures
        self._grace = grace
        self._hub = Hub(database)
        self._intake: Intake | None = None
        self._listening = asyncio.Event()

    @property
    def url(self) -> str:
        """Where people reach the server; the port is known once it listens."""
        shown = self._host if self._host and not is_unspecified(self._host) else "127.0.0.1"
        return self._public_url or f"http://{f'[{shown}]' if ':' in shown else shown}:{self._port}"

    @property
    def port(self) -> int:
        """Where the server listens; the one asked for until it does."""
        return self._port

    async def listening(self) -> None:
        """Wait until pages are served."""
        await self._listening.wait()

    async def run(self, handler: Handler) -> None:
        """Serve until cancelled; see `ChatPlatform.run`. Raises SettingsError when the port cannot be had."""
        await self._hub.start()
        self._intake = Intake(self._database, handler, self._clock, self._hub.poke, self._translate)
        gate = Gate(self._host, self._public_url, self._translate)
        server = Server(
            self._database, self._signer, gate, self._hub, self._intake, self._clock, self._translate, self._figures
        )
        runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=self._grace)
        await runner.setup()
        try:
            await self._listen(runner)
            self._listening.set()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hub.run(), name="browser: changes to pages")
                tasks.create_task(self._intake.pick_up(), name="browser: actions left behind")
        finally:
            self._listening.clear()
            await runner.cleanup()

    async def send(self, key: str, target: Target, card: Card, *, retried_since: float | None = None) -> MessageRef:
        """See `ChatPlatform.send`; the key alone keeps a message from appearing twice."""
        body, now = json.dumps(card_json(card)), self._clock.now()

        def work(connection: Connection) -> MessageRef | None:
            match target:
                case InChannel(channel):
                    if seats.channel(connection, channel) is None:
                        return None
                    return MessageRef(channel, messages.post(connection, key, channel, None, body, now))
                case Privately(member, channel):
                    seat = seats.seat(connection, channel, member) or seats.any_seat(connection, member)
                    if seat is None:
                        return None
                    posted = messages.post(connection, key, seat.channel, member, body, now)
                    return MessageRef(seat.channel, posted)

        ref = await self._write(work)
        if ref is None:
            gone = isinstance(target, InChannel)
            raise PlatformRefused(
                f"The browser has no {'channel' if gone else 'member'} {target.channel if gone else target!r}.",
                reason="channel_gone" if gone else "direct_messages_closed",
            )
        self._hub.poke()
        return ref

    async def edit(self, ref: MessageRef, card: Card) -> None:
        """See `ChatPlatform.edit`."""
        body = json.dumps(card_json(card))
        if not await self._write(lambda connection: messages.replace(connection, ref.message, body)):
            raise PlatformRefused(f"The message {ref.message!r} is not there any more.", reason="message_gone")
        self._hub.poke()

    async def reactions(self, ref: MessageRef) -> dict[str, tuple[int, ...]]:
        """See `ChatPlatform.reactions`; a person has at most one rating here."""
        return await self._read(lambda connection: messages.ratings(connection, ref.message))

    async def resolve(
        self, references: tuple[str, ...], *, after: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """See `ChatPlatform.resolve`, and `bot.web.seats.resolve` for what a reference may be."""
        return await self._read(lambda connection: seats.resolve(connection, references, after, limit))

    async def name_of(self, member: str) -> str:
        """See `ChatPlatform.name_of`."""
        seat = await self._read(lambda connection: seats.any_seat(connection, member))
        return seat.name if seat else member

    async def open_channel(self, name: str, *, open_seats: bool = False) -> str:
        """Make the channel that people call `name` when it is not there; its id."""
        channel, now = seats.channel_id(name), self._clock.now()
        title = name.removeprefix(PREFIX).lstrip("#")
        await self._write(lambda connection: seats.create_channel(connection, channel, title, open_seats, now))
        return channel

    def link(self, channel: str, member_name: str, moderator: bool = False) -> str:
        """A signed personal link: whoever opens it sits in the channel under this name."""
        invitation = Invitation(seats.channel_id(channel), seats.shown(member_name), moderator)
        if not seats.folded(invitation.name):
            raise SettingsError("A personal link needs a name.")
        slug = quote(invitation.channel.removeprefix(PREFIX))
        return f"{self.url}/c/{slug}?seat={self._signer.link_token(invitation)}"

    def visit_url(self, channel: str) -> str:
        """The address of a channel, where a visitor takes a seat if it has open ones."""
        return f"{self.url}/c/{quote(seats.channel_id(channel).removeprefix(PREFIX))}"

    async def seat(self, channel: str, name: str, *, moderator: bool = False) -> Seat:
        """Seat somebody as their personal link would, such as a simulated member."""
        place, now = seats.channel_id(channel), self._clock.now()
        seat = await self._write(
            lambda connection: seats.take_linked(connection, place, seats.shown(name), moderator, now)
        )
        self._hub.poke()
        return seat

    async def act(self, seat: Seat, action: AnyAction) -> dict[str, object] | Refusal:
        """Do what a page of this seat would ask for, such as a simulated member's reaction.

        Gives the reply as a page gets it. Raises what the handler raises, and RuntimeError when not running.
        """
        if self._intake is None:
            raise RuntimeError("the browser platform is not running")
        return await self._intake.take(seat, action)

    async def forget(self, member: str) -> None:
        """Take everything that a person wrote, was told in private or reacted with out of the chat."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            deliveries.forget(connection, member)
            messages.forget(connection, member, now)

        await self._write(work)
        self._hub.poke()

    async def _write(self, work: Work[T]) -> T:
        with _as_platform():
            return await self._database.write(work)

    async def _read(self, work: Work[T]) -> T:
        with _as_platform():
            return await self._database.read(work)

    async def _listen(self, runner: web.AppRunner) -> None:
        site = web.TCPSite(runner, self._host, self._port)
        try:
            await site.start()
        except OSError as error:
            raise SettingsError(_port_problem(error, self._host, self._port)) from error
        self._port = runner.addresses[0][1]


@contextmanager
def _as_platform() -> Iterator[None]:
    """Our database is what Slack's or Discord's servers are to them: when it does not answer, the platform does not."""
    try:
        yield
    except StoreUnavailable as error:
        raise PlatformUnavailable(str(error), retry_after=error.retry_after) from error


def _port_problem(error: OSError, host: str, port: int) -> str:
    how = "with --port or the setting 'port'"
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program: stop it, or choose another {how}."
    if error.errno == errno.EACCES:
        return f"Port {port} needs rights that this user lacks: choose one above 1023 {how}."
    return f"Nothing can listen on {host!r}, port {port} ({error.strerror}): choose another with --host and --port."
