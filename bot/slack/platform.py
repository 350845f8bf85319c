"""Slack as a chat platform: one workspace, by its tokens, over Socket Mode or signed HTTP."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from typing import Any

from bot.platform import Handler
from bot.slack.listening import Line
from bot.slack.serving import Identity, Serving
from bot.slack.transport import bolt_app, http, socket_mode
from bot.slack.workspace import Workspace
from engine.errors import PlatformRefused, PlatformUnavailable, SettingsError
from engine.ports import Clock

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between tries to reach Slack at the start."""


class SlackPlatform(Workspace):
    """A `ChatPlatform`; any number of processes may serve one workspace.

    app_token: "xapp-...", for Socket Mode; without it Slack's requests are taken at http://host:port/slack/events and
    verified with signing_secret. more: see `Workspace`. Raises SettingsError when neither an app token nor a signing
    secret is given.
    """

    def __init__(
        self,
        bot_token: str,
        *,
        clock: Clock,
        app_token: str | None = None,
        signing_secret: str | None = None,
        host: str = "127.0.0.1",
        port: int = 3000,
        **more: Any,
    ) -> None:
        if not app_token and not signing_secret:
            raise SettingsError(
                "Slack needs slack_app_token (xapp-...) for Socket Mode, or slack_signing_secret for HTTP."
            )
        super().__init__(bot_token, clock=clock, line=Line(by_socket=bool(app_token)), **more)
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._host = host
        self._port = port
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
        async with self.attending(handler) as serving:
            try:
                async with self._transport(serving, identity) as port:
                    self._port = port or self._port
                    self._listening.set()
                    log.info("serving Slack", extra={"team": identity.team})
                    await self.watched()
            finally:
                self._listening.clear()

    def _transport(self, serving: Serving, identity: Identity) -> AbstractAsyncContextManager[int | None]:
        from slack_bolt.authorization import AuthorizeResult
        from slack_sdk.web.async_client import AsyncWebClient

        async def here(*_: Any) -> Serving:
            return serving

        async def ours(team: str | None, enterprise: str | None) -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=enterprise, team_id=team, bot_user_id=identity.bot, bot_token=spoken.token
            )

        # Without `ours` bolt itself asks Slack who we are, while the first that comes waits to be acknowledged.
        spoken, secret = self._calls.client, None if self._app_token else self._signing_secret
        client = AsyncWebClient(base_url=spoken.base_url, retry_handlers=[])
        app = bolt_app(client, here, signing_secret=secret, authorize=ours)
        if self._app_token:
            return socket_mode(app, self._app_token, self._line)
        return http(app, self._host, self._port)

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
