"""One Slack workspace in which the app is installed: what can be sent there, and what people do there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.platform import Abilities, Card, Handler, MessageRef, Target
from bot.slack.answering import Showing
from bot.slack.blocks import PAGE
from bot.slack.calls import PATIENCE, Calls
from bot.slack.directory import Directory
from bot.slack.ids import theirs
from bot.slack.listening import BEAT, LOOK_AGAIN, SETTLING, Line, Listening
from bot.slack.permitting import Permitting
from bot.slack.posting import Posting
from bot.slack.promises import Promises
from bot.slack.reconciling import Reconciling
from bot.slack.serving import Identity, Serving
from bot.slack.workspaces import Workspaces
from engine.errors import PlatformRefused, StoreUnavailable
from engine.ports import Clock
from storage.hearing import Hearing
from storage.store import DatabaseStore

log = logging.getLogger(__name__)

API = "https://slack.com/api/"


class Workspace:
    """The part of a `ChatPlatform` that speaks; who listens gives what arrives to what `attending` yields.

    bot_token: "xoxb-...". identity: who we are there, asked of Slack when not given. moderators: Slack ids of people
    with the moderator role besides the workspace's admins. pace: seconds between messages to one channel. grace:
    seconds for what is under way at the end. base_url: the Web API's. store: where rounds are kept, so that what
    happened while nobody listened is found out; without it that is lost. line: the way on which events come.
    """

    name = "slack"
    abilities = Abilities(idempotent=False, removes_reactions=False, text_limit=PAGE)

    def __init__(
        self,
        bot_token: str,
        *,
        clock: Clock,
        identity: Identity | None = None,
        moderators: frozenset[str] = frozenset(),
        base_url: str = API,
        pace: float = 1.0,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        grace: float = 5.0,
        store: DatabaseStore | None = None,
        line: Line | None = None,
    ) -> None:
        from slack_sdk.web.async_client import AsyncWebClient

        # The client's own retry would post again when only the answer to a post was lost.
        self._calls = Calls(AsyncWebClient(token=bot_token, base_url=base_url, retry_handlers=[]), pause)
        self._clock = clock
        self._moderators = moderators
        self._pause = pause
        self._grace = grace
        self._directory = Directory(self._calls, clock, identity.team if identity else None)
        self._posting = Posting(self._calls, clock, pace=pace, pause=pause)
        self._identity = identity
        self._store = store
        self._line = line or Line()
        self._listening_to: Listening | None = None
        self._watching: list[asyncio.Task[None]] = []

    def keep_up(self, store: DatabaseStore) -> None:
        """From the next `attending` on, find out what happened while nobody listened."""
        self._store = store

    @asynccontextmanager
    async def attending(self, handler: Handler) -> AsyncIterator[Serving]:
        """Be there for what people do in this workspace, and find out what they did while nobody was."""
        showing = Showing(self._calls, self._posting)
        identity = await self._known()
        records = None if self._store is None else Workspaces(self._store.database)
        permitting = Permitting(identity.team, self._directory, records)
        people = (self._directory, showing, self._clock, self._moderators)
        promises = None if self._store is None else Promises(self._store.database, identity.team)
        serving = Serving(handler, identity, self._calls, *people, permitting, self._store, promises)
        if self._store is not None:
            hearing = Hearing(self._store.database)
            team, clock = identity.team, self._clock
            found = Reconciling(self._store, hearing, self, self._calls, serving.event, team, clock)
            serving.overhear = found.overhear
            self._listening_to = Listening(self._line, hearing, found.workspace, found.catch_up, clock, self._pause)
            watch, keep = self._listening_to.watch(), _keeping(serving)
            self._watching = [
                asyncio.create_task(watch, name=f"slack: listening to {team}"),
                asyncio.create_task(keep, name=f"slack: promises of {team}"),
            ]
        try:
            yield serving
        finally:
            for task in self._watching:
                task.cancel()
            if self._watching:
                await asyncio.wait(self._watching)
            await showing.finish(self._grace)
            await serving.hand_over()

    async def watched(self) -> None:
        """Wait for ever; raises what ended the watch over this workspace."""
        if not self._watching:
            await asyncio.Event().wait()
        ended, _ = await asyncio.wait(self._watching, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            await task

    async def hold(self, channel: str, due: float, *, settling: bool) -> float | None:
        """See `bot.platform.LosesTouch`."""
        if self._store is None:
            return None
        if self._listening_to is None:
            return self._clock.now() + LOOK_AGAIN
        return await self._listening_to.hold(due, settling=SETTLING if settling else 0.0)

    async def send(self, key: str, target: Target, card: Card, *, retried_since: float | None = None) -> MessageRef:
        """See `ChatPlatform.send`; see `bot.slack.posting` for how a message is kept from appearing twice."""
        return await self._posting.send(key, target, card, retried_since)

    async def edit(self, ref: MessageRef, card: Card) -> None:
        """See `ChatPlatform.edit`."""
        await self._posting.edit(ref, card)

    async def rewrite(self, ref: MessageRef, card: Card) -> MessageRef:
        """See `bot.platform.PostsParts`."""
        return await self._posting.rewrite(ref, card, (await self._known()).bot)

    async def reactions(self, ref: MessageRef, *, can_wait: bool = False) -> dict[str, tuple[int, ...]]:
        """See `ChatPlatform.reactions`; one person may hold all seven here. Nothing where the message is gone.

        can_wait: see `Calls`.
        """
        try:
            return await self._posting.reactions(ref, (await self._known()).bot, can_wait=can_wait)
        except PlatformRefused as refusal:
            if refusal.reason == "message_gone":
                return {}
            raise

    def directs(self) -> AsyncIterator[tuple[str, str]]:
        """See `Directory.directs`."""
        return self._directory.directs()

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

    async def _known(self) -> Identity:
        if self._identity is None:
            answer = await self._calls(self._calls.client.auth_test, patience=PATIENCE)
            self._identity = Identity(str(answer["team_id"]), str(answer["user_id"]))
        return self._identity


async def _keeping(serving: Serving) -> None:
    """Let happen what was promised, now and whenever whoever promised it died."""
    while True:
        try:
            await serving.keep_promises()
        except StoreUnavailable as problem:
            log.warning("not known what was promised", extra={"problem": str(problem)})
        await asyncio.sleep(BEAT)
