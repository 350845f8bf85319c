"""discord.py's client: the connections, and what came over them, each event once."""

from __future__ import annotations

import hashlib
import json
import logging
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import discord
from discord.backoff import ExponentialBackoff
from yarl import URL

from bot.discord.pace import Pace

if TYPE_CHECKING:
    from bot.discord.serving import Serving

log = logging.getLogger(__name__)

LONGEST_BACKOFF = 60.0
READ_BY_LIBRARY = ("READY", "RESUMED", "USER_UPDATE", "GUILD_", "CHANNEL_", "THREAD_")
"""The events out of which discord.py keeps servers and channels; the others are read here, as they came."""

TOLD = 2_000
"""Events of which is known that they came, so that they happen once when Discord tells of them again."""


class Backoff(ExponentialBackoff[Literal[False]]):
    """How long discord.py waits between tries of a lost connection: by itself up to a quarter of an hour."""

    def delay(self) -> float:
        """Seconds until the next try, a minute at most."""
        return min(super().delay(), random.uniform(LONGEST_BACKOFF / 2, LONGEST_BACKOFF))


class Client(discord.AutoShardedClient):
    """discord.py's client; it keeps the connections and the servers' channels, and hands on what came.

    gone: called with a server that the bot was removed from. paced: keep to Discord's limit over all routes.
    """

    def __init__(
        self,
        *,
        members: bool,
        gone: Callable[[discord.Guild], Awaitable[None]],
        ready_wait: float = 2.0,
        paced: bool = True,
    ) -> None:
        traced: dict[str, Any] = {"http_trace": Pace().trace()} if paced else {}
        # Nothing is ever said aloud here, so that nobody has to read at every start what that would need.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=intents(members=members),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            enable_debug_events=True,
            guild_ready_timeout=ready_wait,
            **traced,
        )
        self.serving: Serving | None = None
        self._gone = gone
        self._told: OrderedDict[bytes, None] = OrderedDict()
        parsers = self._connection.parsers
        for event, parse in list(parsers.items()):
            if not event.startswith(READ_BY_LIBRARY):
                del parsers[event]
            elif event != "READY":
                parsers[event] = _forgiving(event, parse)

    async def launch_shard(self, gateway: URL, shard_id: int, *, initial: bool = False) -> None:
        """See discord.py."""
        await super().launch_shard(gateway, shard_id, initial=initial)
        self.shards[shard_id]._parent._backoff = Backoff()  # noqa: SLF001 - there is no setting for it

    async def on_socket_raw_receive(self, message: str) -> None:
        """Hand on an event as it came over the gateway."""
        if self.serving is None:
            return
        self.serving.silence.heard()
        payload = json.loads(message)
        event, data = str(payload.get("t")), payload.get("d") or {}
        if payload.get("op") == 0 and _concerns_us(event, data) and self._is_new(message, event):
            self.serving.take(event, data)

    def _is_new(self, message: str, event: str) -> bool:
        """Whether an event was not told of in this session, in which it has a number: resuming may repeat some.

        An old keycap that is taken for a new one would take off the newer one.
        """
        if event == "READY":
            self._told.clear()
        told = hashlib.blake2b(message.encode(), digest_size=16).digest()
        if told in self._told:
            return False
        self._told[told] = None
        while len(self._told) > TOLD:
            self._told.popitem(last=False)
        return True

    async def on_shard_connect(self, shard: int) -> None:
        """A new session: what happened before it is not told."""
        self._back(shard)

    async def on_shard_resumed(self, shard: int) -> None:
        """A session goes on: what was missed comes now, as far as Discord kept it."""
        self._back(shard)

    async def on_shard_disconnect(self, shard: int) -> None:
        """Nothing is heard from a part of the servers."""
        if self.serving is not None and self.serving.after_gap is not None:
            self.serving.silence.lost(shard)

    def _back(self, shard: int) -> None:
        if self.serving is not None:
            self.serving.regained(shard)

    async def on_raw_thread_delete(self, thread: discord.RawThreadDeleteEvent) -> None:
        """A thread was deleted, or the channel that it hung on, with which Discord does not name it."""
        if self.serving is not None:
            self.serving.gone(str(thread.thread_id), "")

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a server."""
        await self._gone(guild)


def _forgiving(event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """discord.py's reading of an event, without its end where the event is other than discord.py takes it to be.

    It would end every connection, over a field that Discord calls optional or has left out since.
    """

    def read(data: Any) -> None:
        try:
            parse(data)
        except (AttributeError, LookupError, TypeError, ValueError) as problem:
            log.warning("discord.py could not read an event", extra={"event": event, "problem": repr(problem)})

    return read


def _concerns_us(event: str, data: Mapping[str, Any]) -> bool:
    """Whether an event is worth remembering: what people write in channels is not, and there is much of it."""
    return not (event in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} and data.get("guild_id"))


def intents(*, members: bool) -> discord.Intents:
    """What the gateway is asked to tell: servers, reactions, direct messages, and that a message was deleted; members
    only where that is set. What people write in channels comes without its text.
    """
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_reactions = True
    wanted.guild_messages = True
    wanted.dm_messages = True
    wanted.members = members
    return wanted
