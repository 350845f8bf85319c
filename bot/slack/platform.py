"""Slack as a chat platform: one workspace, by its tokens, over Socket Mode or signed HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from bot.platform import Abilities, Card, Handler, MessageRef, Target
from bot.slack.answering import Showing
from bot.slack.blocks import PAGE
from bot.slack.calls import PATIENCE, Calls
from bot.slack.directory import Directory
from bot.slack.ids import theirs
from bot.slack.posting import Posting
from bot.slack.serving import Identity, Serving, http, socket_mode
from engine.errors import PlatformRefused, PlatformUnavailable, SettingsError
from engine.ports import Clock

log = logging.getLogger(__name__)

API = "https://slack.com/api/"
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between tries to reach Slack at the start."""


class SlackPlatform:
    """A `ChatPlatform`; any number of processes may serve one workspace.

    bot_token: "xoxb-...". app_token: "xapp-...", for Socket Mode; without it Slack's requests are taken at
    http://host:port/slack/events and verified with signing_secret. moderators: Slack ids of people with the
    moderator role besides the workspace's admins. pace: seconds between messages to one channel. base_url:
    the Web API's. Raises SettingsError when neither an app token nor a signing secret is given.
    """

    name = "slack"
    abilities = Abilities(idempotent=False, removes_reactions=False, text_limit=PAGE)

    def __init__(
        self,
        bot_token: str,
        *,
        clock: Clock,
        app_token: str | None = None,
        signing_secret: str | None = None,
        host: str = "127.0.0.1",
        port: int = 3000,
        moderators: frozenset[str] = frozenset(),
        base_url: str = API,
        pace: float = 1.0,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        grace: float = 5.0,
    ) -> None:
        from slack_sdk.web.async_client import AsyncWebClient

        if not app_token and not signing_secret:
            raise SettingsError(
                "Slack needs slack_app_token (xapp-...) for Socket Mode, or slack_signing_secret for HTTP."
            )
        # The client's own retry would post again when only the answer to a post was lost.
        self._calls = Calls(AsyncWebClient(token=bot_token, base_url=base_url, retry_handlers=[]), pause)
        self._clock = clock
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._host = host
        self._port = port
        self._moderators = moderators
        self._pause = pause
        self._grace = grace
        self._directory = Directory(self._calls, clock)
        self._posting = Posting(self._calls, clock, pace=pace, pause=pause)
        self._identity: Identity | None = None
        self._listening = asyncio.Event()

    @property
    def port(self) -> int:
        """Where Slack's requests are listened for; the one asked for until they are."""
        return self._port

    async def listening(self) -> None:
        """Wait until what people do arrives."""
        await self._listening.wait()

    async def run(self, handler: Handler) -> None:
        """See `ChatPlatform.run`. Raises SettingsError when Slack does not take a token."""
        identity = await self._introduce()
        showing = Showing(self._calls, self._posting)
        serving = Serving(handler, identity, self._calls, self._directory, showing, self._clock, self._moderators)
        try:
            async with self._transport(serving) as port:
                self._port = port or self._port
                self._listening.set()
                log.info("serving Slack", extra={"team": identity.team})
                await asyncio.Event().wait()
        finally:
            self._listening.clear()
            await showing.finish(self._grace)

    async def send(self, key: str, target: Target, card: Card, *, retried_since: float | None = None) -> MessageRef:
        """See `ChatPlatform.send`; see `bot.slack.posting` for how a message is kept from appearing twice."""
        return await self._posting.send(key, target, card, retried_since)

    async def edit(self, ref: MessageRef, card: Card) -> None:
        """See `ChatPlatform.edit`."""
        await self._posting.edit(ref, card)

    async def reactions(self, ref: MessageRef) -> dict[str, tuple[int, ...]]:
        """See `ChatPlatform.reactions`; one person may hold all seven here. Nothing where the message is gone."""
        try:
            return await self._posting.reactions(ref, (await self._known()).bot)
        except PlatformRefused as refusal:
            if refusal.reason == "message_gone":
                return {}
            raise

    async def resolve(
        self, references: tuple[str, ...], *, after: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """See `ChatPlatform.resolve`, and `bot.slack.directory` for what a reference may be."""
        return await self._directory.resolve((await self._known()).team, references, after, limit)

    async def forget(self, member: str) -> None:
        """Delete our messages to this person; what they wrote themselves only they can delete in Slack."""
        user = theirs(member).id
        await self._posting.erase(user)
        self._directory.forget(user)

    async def name_of(self, member: str) -> str:
        """See `ChatPlatform.name_of`."""
        try:
            return (await self._directory.person(theirs(member).id)).name
        except PlatformRefused:
            return member

    def _transport(self, serving: Serving) -> AbstractAsyncContextManager[int | None]:
        if self._app_token:
            return socket_mode(serving.app(None), self._app_token)
        return http(serving.app(self._signing_secret), self._host, self._port)

    async def _introduce(self) -> Identity:
        """Who we are, waiting for Slack to answer."""
        wait = FIRST_WAIT
        while True:
            try:
                return await self._known()
            except PlatformRefused as refusal:
                raise SettingsError(str(refusal)) from refusal
            except PlatformUnavailable as problem:
                log.warning("Slack does not answer yet", extra={"seconds": wait})
                await self._pause(problem.retry_after or wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def _known(self) -> Identity:
        if self._identity is None:
            answer = await self._calls(self._calls.client.auth_test, patience=PATIENCE)
            self._identity = Identity(str(answer["team_id"]), str(answer["user_id"]))
        return self._identity
