"""Slack as a chat platform in every workspace that installs the app: OAuth pages, one door, a token for each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeVar

from bot.platform import Card, Handler, InChannel, MessageRef, Target
from bot.slack.ids import PREFIX, theirs
from bot.slack.install_pages import InstallPages
from bot.slack.installations import Installations
from bot.slack.listening import LOOK_AGAIN, Line
from bot.slack.promises import promised_in
from bot.slack.removals import Removals
from bot.slack.serving import Identity, Serving
from bot.slack.transport import bolt_app, http, socket_mode
from bot.slack.views import opened
from bot.slack.workspace import API, Workspace
from bot.slack.workspaces import NOT_INSTALLED, Workspaces
from engine.errors import PlatformRefused, PlatformUnavailable, SettingsError
from engine.ports import Clock
from storage.hearing import Hearing
from storage.store import DatabaseStore

if TYPE_CHECKING:
    from slack_sdk.oauth.installation_store import Bot

log = logging.getLogger(__name__)

UNTIL_ASKED_AGAIN = 6 * 3600.0
"""Seconds for which what is for a workspace without the app waits; installing it there ends the wait at once."""

T = TypeVar("T")


class _Here:
    """One workspace as it is served now, by one token."""

    def __init__(self, token: str, workspace: Workspace) -> None:
        self.token = token
        self.workspace = workspace
        self.stack = AsyncExitStack()
        self.serving: Serving | None = None
        self.opening = asyncio.Lock()


class ManyWorkspaces:
    """A `ChatPlatform` for all workspaces and organisations that installed the app; any number of processes may serve.

    Which token speaks in a workspace is read from the database each time, so that an installation that another
    process took in or took out counts here too. pages: where people install. app_token: for Socket Mode; without it
    requests are taken at /slack/events beside the pages and verified with signing_secret. more: see `Workspace`.
    Raises SettingsError when neither an app token nor a signing secret is given.
    """

    name = Workspace.name
    abilities = Workspace.abilities

    def __init__(
        self,
        installations: Installations,
        workspaces: Workspaces,
        pages: InstallPages,
        *,
        clock: Clock,
        app_token: str | None = None,
        signing_secret: str | None = None,
        host: str = "127.0.0.1",
        port: int = 3000,
        base_url: str = API,
        **more: Any,
    ) -> None:
        from slack_sdk.web.async_client import AsyncWebClient

        if not app_token and not signing_secret:
            raise SettingsError(
                "Slack needs slack_app_token (xapp-...) for Socket Mode, or slack_signing_secret for HTTP."
            )
        self._client = AsyncWebClient(base_url=base_url, retry_handlers=[])
        self._installations = installations
        self._workspaces = workspaces
        self._pages = pages
        self._clock = clock
        self._app_token = app_token
        self._signing_secret = signing_secret
        self._host = host
        self._port = port
        self._base_url = base_url
        self._line = Line(by_socket=bool(app_token))
        self._more = {**more, "line": self._line}
        self._store: DatabaseStore | None = None
        self._here: dict[str, _Here] = {}
        self._handler: Handler | None = None
        self._listening = asyncio.Event()

    @property
    def port(self) -> int:
        """Where the pages are, and Slack's requests come in; the one asked for until something listens."""
        return self._port

    async def listening(self) -> None:
        """Wait until what people do arrives."""
        await self._listening.wait()

    def keep_up(self, store: DatabaseStore) -> None:
        """From `run` on, find out in each workspace what happened while nobody listened."""
        self._store = self._more["store"] = store

    async def hold(self, channel: str, due: float, *, settling: bool) -> float | None:
        """See `bot.platform.LosesTouch`. Where the app is not installed, nothing is waited for."""
        team = theirs(channel).team
        if self._store is None:
            return None
        enterprise = await self._workspaces.enterprise_of(team)
        bot = await self._installations.of(team, enterprise)
        if bot is None or not bot.bot_token:
            return None
        if self._handler is None:
            return self._clock.now() + LOOK_AGAIN
        try:
            here = await self._attended(team, enterprise)
        except PlatformUnavailable:
            return self._clock.now() + LOOK_AGAIN
        return await here.workspace.hold(channel, due, settling=settling)

    async def run(self, handler: Handler) -> None:
        """See `ChatPlatform.run`. Raises SettingsError when a token or key cannot be used."""
        self._handler = handler
        if renewed := await self._installations.seal_anew():
            log.info("Slack tokens sealed with the first key", extra={"secrets": renewed})
        app = bolt_app(
            self._client,
            self._attendant,
            signing_secret=None if self._app_token else self._signing_secret,
            authorize=self._authorize,
            gone=Removals(self._installations, self._client).gone,
        )
        requests = None if self._app_token else app
        try:
            async with AsyncExitStack() as stack:
                port = await stack.enter_async_context(http(requests, self._host, self._port, self._pages.routes()))
                self._port = port or self._port
                if self._app_token:
                    await stack.enter_async_context(socket_mode(app, self._app_token, self._line))
                self._listening.set()
                await self._attend_rounds()
                log.info("serving Slack in every workspace that installs the app", extra={"port": self._port})
                await asyncio.Event().wait()
        finally:
            self._listening.clear()
            for team in list(self._here):
                await self._leave(team)

    async def send(self, key: str, target: Target, card: Card, *, retried_since: float | None = None) -> MessageRef:
        """See `ChatPlatform.send`. PlatformUnavailable while the app is not installed there."""
        known = target.channel if isinstance(target, InChannel) else target.member
        here = await self._workspace(theirs(known).team)
        return await _spoken(here.send(key, target, card, retried_since=retried_since))

    async def edit(self, ref: MessageRef, card: Card) -> None:
        """See `ChatPlatform.edit`; as `send`."""
        await _spoken((await self._workspace(theirs(ref.channel).team)).edit(ref, card))

    async def rewrite(self, ref: MessageRef, card: Card) -> MessageRef:
        """See `bot.platform.PostsParts`; as `send`."""
        return await _spoken((await self._workspace(theirs(ref.channel).team)).rewrite(ref, card))

    async def reactions(self, ref: MessageRef) -> dict[str, tuple[int, ...]]:
        """See `ChatPlatform.reactions`; as `send`."""
        return await _spoken((await self._workspace(theirs(ref.channel).team)).reactions(ref))

    async def resolve(
        self, references: tuple[str, ...], *, after: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """See `ChatPlatform.resolve`: all references are of one workspace, the one that the first id names."""
        named = next((one for one in references if one.startswith(PREFIX)), None)
        if named is None:
            return [], None
        here = await self._workspace(theirs(named.partition("@")[0]).team)
        return await _spoken(here.resolve(references, after=after, limit=limit))

    async def forget(self, member: str) -> None:
        """See `Workspace.forget`; as `send`."""
        await _spoken((await self._workspace(theirs(member).team)).forget(member))

    async def name_of(self, member: str) -> str:
        """See `ChatPlatform.name_of`; the id where the app is not installed."""
        try:
            return await (await self._workspace(theirs(member).team)).name_of(member)
        except PlatformUnavailable:
            return member

    async def _authorize(self, team_id: str | None, enterprise_id: str | None) -> Any:
        """Bolt's question by which token a request is answered; None where the app is not installed (any more)."""
        from slack_bolt.authorization import AuthorizeResult

        bot = await self._installations.of(team_id, enterprise_id)
        if bot is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_id=bot.bot_id,
            bot_user_id=bot.bot_user_id,
            bot_token=bot.bot_token,
        )

    async def _attendant(self, context: Any, body: dict[str, Any]) -> Serving:
        """Who serves the workspace of a request that was authorized."""
        team, enterprise = team_of(context, body), context.enterprise_id
        await self._workspaces.meet(team, enterprise)
        here = await self._attended(team, enterprise)
        if here.serving is None:
            raise AssertionError("a workspace that is attended is served")
        return here.serving

    async def _attended(self, team: str, enterprise: str | None) -> _Here:
        """A workspace in which somebody is there for what people do."""
        here = await self._found(team, enterprise)
        async with here.opening:
            if here.serving is None:
                if self._handler is None:
                    raise AssertionError("nothing arrives before the platform runs")
                here.serving = await here.stack.enter_async_context(here.workspace.attending(self._handler))
        return here

    async def _attend_rounds(self) -> None:
        """Be there in every workspace in which a round runs or something was promised: more may have happened in it."""
        if self._store is None:
            return
        channels = await Hearing(self._store.database).channels(PREFIX)
        promised = await promised_in(self._store.database)
        for team in sorted({*promised, *(theirs(channel).team for channel in channels)}):
            try:
                await self._attended(team, await self._workspaces.enterprise_of(team))
            except PlatformUnavailable as problem:
                log.warning("workspace not attended", extra={"team": team, "problem": str(problem)})

    async def _workspace(self, team: str) -> Workspace:
        return (await self._found(team, await self._workspaces.enterprise_of(team))).workspace

    async def _found(self, team: str, enterprise: str | None) -> _Here:
        bot = await self._installations.of(team, enterprise)
        if bot is None or not bot.bot_token:
            await self._leave(team)
            raise PlatformUnavailable(NOT_INSTALLED, retry_after=UNTIL_ASKED_AGAIN)
        here = self._here.get(team)
        if here is not None and here.token == bot.bot_token:
            return here
        self._here[team] = fresh = _Here(bot.bot_token, self._made(team, bot))
        if here is not None:
            await here.stack.aclose()
        return fresh

    def _made(self, team: str, bot: Bot) -> Workspace:
        identity = Identity(team, str(bot.bot_user_id))
        return Workspace(bot.bot_token, identity=identity, clock=self._clock, base_url=self._base_url, **self._more)

    async def _leave(self, team: str) -> None:
        if (here := self._here.pop(team, None)) is not None:
            await here.stack.aclose()


def team_of(context: Any, body: dict[str, Any]) -> str:
    """The workspace in which something happened; bolt alone does not tell it for an app of a whole organisation."""
    form = opened(body.get("view") or {})
    said = (form.team if form else "", context.team_id, body.get("team_id"), (body.get("user") or {}).get("team_id"))
    return next((str(one) for one in said if one), "")


async def _spoken(call: Awaitable[T]) -> T:
    """A call; where Slack no longer takes the token it is tried again later, as where the app is not installed."""
    try:
        return await call
    except PlatformRefused as refusal:
        if refusal.reason == "not_installed":
            raise PlatformUnavailable(NOT_INSTALLED, retry_after=UNTIL_ASKED_AGAIN) from refusal
        raise
