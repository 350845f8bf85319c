"""Discord as a chat platform: one bot on all its servers, by its token."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from bot.discord.calls import SENTENCES, wrong_token
from bot.discord.commands import changed, definition
from bot.discord.ids import PREFIX, ours, theirs
from bot.discord.messages import CONTENT
from bot.discord.posting import target_of
from bot.discord.session import API, FIRST_WAIT, LONGEST_WAIT, Session, log_in, stay_connected
from bot.discord.silence import LOOK_AGAIN
from bot.discord.threads import close_empty
from bot.platform import Abilities, Card, Handler, MessageRef, Target
from bot.texts import Texts
from engine.errors import PlatformRefused, PlatformUnavailable, SettingsError, StoreUnavailable
from engine.ports import Clock

if TYPE_CHECKING:
    import discord

    from bot.discord.serving import Serving
    from storage.hearing import Hearing
    from storage.store import DatabaseStore

log = logging.getLogger(__name__)

BEAT = 15.0
"""Seconds between two notes that everything was heard until now."""

COMMANDS = "/applications/{application_id}/commands"

T = TypeVar("T")
Gone = Callable[[tuple[str, ...]], Awaitable[None]]


async def keep(_: tuple[str, ...]) -> None:
    """What to do with the rounds of a server that the bot was removed from: nothing."""


class DiscordPlatform:
    """A `ChatPlatform`; one process serves one bot.

    token: the bot's. moderators: names or ids of roles whose holders moderate, besides people who may manage the
    server. members: ask for the privileged intent that lets roles and channels be invited and tells who left. pace:
    seconds between two seeds; 0 where Discord has no limits, the one over all routes included. ready_wait: seconds
    after the last server's news at which all are there. store: where rounds are, so that what happened unheard is
    found out at the start and after a gap; its maker closes it. gone: called with our ids of the channels of a server
    that the bot was removed from. api_url: where Discord is. Raises SettingsError without a token.
    """

    name = "discord"
    abilities = Abilities(idempotent=True, removes_reactions=True, text_limit=CONTENT)

    def __init__(
        self,
        token: str,
        *,
        clock: Clock,
        moderators: frozenset[str] = frozenset(),
        members: bool = False,
        pace: float = 0.26,
        store: DatabaseStore | None = None,
        gone: Gone = keep,
        api_url: str = API,
        texts: Texts | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        grace: float = 5.0,
        defer_after: float | None = None,
        ready_wait: float = 2.0,
    ) -> None:
        if not token.strip():
            raise SettingsError("Discord needs discord_token: see docs/discord.md.")
        self._token = token.strip()
        self._clock = clock
        self._moderators = moderators
        self._members = members
        self._pace = pace
        self._store = store
        self._gone = gone
        self._api_url = api_url.rstrip("/")
        self._texts = texts or Texts()
        self._pause = pause
        self._grace = grace
        self._defer_after = defer_after
        self._ready_wait = ready_wait
        self._logging_in = asyncio.Lock()
        self._listening = asyncio.Event()
        self._made: Session | None = None

    async def listening(self) -> None:
        """Wait until what people do arrives."""
        await self._listening.wait()

    async def run(self, handler: Handler) -> None:
        """See `ChatPlatform.run`. Raises SettingsError when Discord does not take the token or an intent."""
        import discord

        from bot.discord.catching_up import CatchingUp
        from bot.discord.interacting import DEFER_AFTER
        from bot.discord.serving import Serving
        from storage.hearing import Hearing

        made = await self._introduced()
        serving = Serving(
            handler,
            made.calls,
            made.posting,
            made.directory,
            made.keycaps,
            self._clock,
            bot=made.bot,
            pause=self._pause,
            defer_after=DEFER_AFTER if self._defer_after is None else self._defer_after,
        )
        made.client.serving, made.serving = serving, serving
        beating: asyncio.Task[None] | None = None
        if self._store is not None:
            hearing = Hearing(self._store.database)
            serving.after_gap = CatchingUp(
                self._store, hearing, made.keycaps, made.calls, serving.hear, made.bot, self._clock, self._pause
            )
            if (until := await hearing.until(PREFIX)) is not None:
                serving.silence.begin(until)
            beating = asyncio.create_task(self._keep_heard(serving, hearing), name="discord: heard")
        await self._sync(made)
        ready = asyncio.create_task(self._tell_when_ready(made), name="discord: ready")
        try:
            await stay_connected(made.client, self._api_url, self._pause)
        except discord.PrivilegedIntentsRequired:
            raise SettingsError(
                "Discord does not give this bot the Server Members intent: switch it on in the developer portal under "
                "Bot, or set discord_members to false."
            ) from None
        except discord.LoginFailure:
            raise wrong_token() from None
        except discord.ConnectionClosed as closed:
            if closed.code == 4004:
                raise wrong_token() from None
            raise SettingsError(f"Discord closed the connection for good ({closed.code}).") from closed
        finally:
            ready.cancel()
            if beating is not None:
                beating.cancel()
            self._listening.clear()
            await serving.finish(self._grace)
            self._made = None
            await made.client.close()

    async def hold(self, channel: str, due: float, *, settling: bool) -> float | None:
        """See `bot.platform.LosesTouch`; before the first connection nothing of what happened is known."""
        made = self._made
        if self._store is None:
            return None
        if made is None or made.serving is None or not self._listening.is_set():
            return self._clock.now() + LOOK_AGAIN
        if made.directory.is_away(channel):
            return self._clock.now() + LOOK_AGAIN
        return made.serving.silence.hold(due, settling=settling)

    async def _keep_heard(self, serving: Serving, hearing: Hearing) -> None:
        """Keep until when everything was heard, so that the next process knows what it missed."""
        while True:
            if not serving.silence.lasts and self._listening.is_set():
                with suppress(StoreUnavailable):
                    await hearing.heard(PREFIX, self._clock.now())
            await asyncio.sleep(BEAT)

    async def close(self) -> None:
        """End the connection of a platform that was used without being run."""
        if self._made is not None:
            made, self._made = self._made, None
            await made.client.close()

    async def send(self, key: str, target: Target, card: Card, *, retried_since: float | None = None) -> MessageRef:
        """See `ChatPlatform.send`; see `bot.discord.posting` for how a message is kept from appearing twice.

        Who takes no direct messages is shown the card where they last pressed a button, as long as Discord lets it.
        """
        made = await self._connected()
        user, channel = target_of(target)
        if user is None:
            return await made.posting.send(key, channel, card, retried_since)
        try:
            return await made.posting.send(key, await made.posting.directs.open(user), card, retried_since)
        except PlatformRefused as refusal:
            if refusal.reason not in {"direct_messages_closed", "missing_permissions", "not_in_channel"}:
                raise
            made.posting.directs.refuses(user)
            shown = await made.serving.fall_back(user, card) if made.serving is not None else None
            if shown is None:
                raise PlatformRefused(SENTENCES["direct_messages_closed"], reason="direct_messages_closed") from refusal
            return MessageRef(target.channel, shown)

    async def edit(self, ref: MessageRef, card: Card) -> None:
        """See `ChatPlatform.edit`."""
        await (await self._connected()).posting.edit(ref, card)

    async def reactions(self, ref: MessageRef) -> dict[str, tuple[int, ...]]:
        """See `ChatPlatform.reactions`; of a message that is gone nobody can know."""
        made = await self._connected()
        return await made.keycaps.read(ref, made.bot)

    async def resolve(
        self, references: tuple[str, ...], *, after: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """See `ChatPlatform.resolve`, and `bot.discord.directory` for what a reference may be."""
        return await (await self._connected()).directory.resolve(references, after, limit)

    async def forget(self, member: str) -> None:
        """Delete our messages to this person; what they wrote themselves only they can delete on Discord."""
        made, user = await self._connected(), theirs(member)
        try:
            await made.posting.erase(user, made.bot)
        except PlatformRefused as refusal:
            if refusal.reason != "direct_messages_closed":
                raise
        made.directory.forget(str(user))

    async def name_of(self, member: str) -> str:
        """See `ChatPlatform.name_of`."""
        return await (await self._connected()).directory.name_of(str(theirs(member))) or member

    async def _sync(self, made: Session) -> None:
        """Tell Discord of the command, only where it knows another one."""
        wanted = definition(self._texts)
        known = await self._patiently(lambda: made.calls("GET", COMMANDS, application_id=made.application))
        if changed(wanted, known):
            await self._patiently(lambda: made.calls("PUT", COMMANDS, json=[wanted], application_id=made.application))
            log.info("commands registered")

    async def _introduced(self) -> Session:
        """Who we are, waiting for Discord to answer."""
        return await self._patiently(self._connected)

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        wait = FIRST_WAIT
        while True:
            try:
                return await call()
            except PlatformRefused as refusal:
                raise SettingsError(str(refusal)) from refusal
            except PlatformUnavailable as problem:
                log.warning("Discord does not answer yet", extra={"seconds": wait})
                await self._pause(problem.retry_after or wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def _connected(self) -> Session:
        """The session, opened when it is first needed."""
        async with self._logging_in:
            if self._made is None:
                self._made = await log_in(
                    self._token,
                    self._api_url,
                    self._clock,
                    self._removed,
                    moderators=self._moderators,
                    members=self._members,
                    pace=self._pace,
                    pause=self._pause,
                    ready_wait=self._ready_wait,
                )
            return self._made

    async def _tell_when_ready(self, made: Session) -> None:
        await made.client.wait_until_ready()
        log.info("serving Discord", extra={"servers": len(made.client.guilds)})
        self._listening.set()
        if self._store is not None and made.serving is not None:
            with suppress(StoreUnavailable):
                await close_empty(made.client, self._store, made.serving.threads, self._pause)

    async def _removed(self, guild: discord.Guild) -> None:
        log.warning("removed from a server", extra={"server": guild.id})
        channels = (*guild.channels, *guild.threads)
        await self._gone(tuple(ours(one.id) for one in channels))
