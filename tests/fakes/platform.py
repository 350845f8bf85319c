"""A chat platform in memory: everything that was posted can be looked at, and failures can be scripted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.platform import (
    Abilities,
    Card,
    ChatPlatform,
    Handler,
    Inbound,
    MessageRef,
    Privately,
    Reply,
    Target,
)
from engine.errors import PlatformRefused, PlatformUnavailable
from engine.ports import Clock

KEYCAPS = frozenset("1234567")


@dataclass
class Posted:
    """A message of ours. `member`: whose private conversation it is in, None in the channel."""

    ref: MessageRef
    member: str | None
    card: Card
    reactions: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Neighbour:
    """Somebody on the platform."""

    member: str
    name: str
    moderator: bool = False


class FakePlatform(ChatPlatform):
    """Channels and private conversations in memory; ids begin with "fake:".

    `news` collects (member or None for the channel, card) of everything posted or edited. `failures` are
    raised by the next sends and edits, one each. `closed` members take no private messages.
    """

    def __init__(self, clock: Clock, channels: dict[str, list[Neighbour]]) -> None:
        self._clock = clock
        self._channels = channels
        self._by_key: dict[str, Posted] = {}
        self._count = 0
        self._handler: Handler | None = None
        self._ready = asyncio.Event()
        self.news: list[tuple[str | None, Card]] = []
        self.failures: list[PlatformUnavailable | PlatformRefused] = []
        self.closed: set[str] = set()
        self._gone: set[str] = set()

    @property
    def name(self) -> str:
        """The prefix of this platform's ids."""
        return "fake"

    @property
    def abilities(self) -> Abilities:
        """It deduplicates by key and has room."""
        return Abilities(idempotent=True, removes_reactions=False, text_limit=100_000)

    @property
    def posted(self) -> list[Posted]:
        """Every message of ours, oldest first."""
        return list(self._by_key.values())

    async def run(self, handler: Handler) -> None:
        """Serve until cancelled; items come through `deliver`."""
        self._handler = handler
        self._ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            self._handler = None
            self._ready.clear()

    async def deliver(self, item: Inbound) -> Reply:
        """Hand an item to the handler, as a person's act would; gives the reply it was acknowledged with."""
        await self._ready.wait()
        if self._handler is None:
            raise RuntimeError("nobody serves this platform")
        return await self._handler(item)

    async def send(self, key: str, target: Target, card: Card, *, retried_since: float | None = None) -> MessageRef:
        """Post a card once per key."""
        self._fail()
        if key in self._by_key:
            return self._by_key[key].ref
        member = target.member if isinstance(target, Privately) else None
        if member is None:
            self._there(target.channel)
        if member is not None and (member in self.closed or not self._knows(member)):
            raise PlatformRefused(f"{member!r} takes no messages.", reason="direct_messages_closed")
        self._count += 1
        posted = Posted(MessageRef(target.channel, f"m{self._count}"), member, card)
        self._by_key[key] = posted
        self.news.append((posted.member, card))
        return posted.ref

    async def edit(self, ref: MessageRef, card: Card) -> None:
        """Replace a message."""
        self._fail()
        self._there(ref.channel)
        posted = self._at(ref)
        if posted is None:
            raise PlatformRefused(f"The message {ref.message!r} is not there any more.", reason="message_gone")
        if posted.card != card:
            posted.card = card
            self.news.append((posted.member, card))

    async def reactions(self, ref: MessageRef) -> dict[str, tuple[int, ...]]:
        """What is held on a message."""
        self._there(ref.channel)
        posted = self._at(ref)
        if posted is None:
            raise PlatformRefused(f"The message {ref.message!r} is not there any more.", reason="message_gone")
        held = posted.reactions
        rated = {member: tuple(int(one) for one in emojis if one in KEYCAPS) for member, emojis in held.items()}
        return {member: ratings for member, ratings in rated.items() if ratings}

    async def resolve(
        self, references: tuple[str, ...], *, after: str | None, limit: int
    ) -> tuple[list[str], str | None]:
        """Members by id, by "CHANNEL@name", and everybody in a channel by its id."""
        found: set[str] = set()
        for reference in references:
            place, _, name = reference.partition("@")
            for channel, people in self._channels.items():
                found |= {
                    one.member
                    for one in people
                    if one.member == reference
                    or (channel == place and (not name or one.name.casefold() == name.casefold()))
                }
        left = sorted(member for member in found if after is None or member > after)
        return left[:limit], left[limit - 1] if len(left) > limit else None

    async def name_of(self, member: str) -> str:
        """The name somebody has in a channel."""
        return next((one.name for people in self._channels.values() for one in people if one.member == member), member)

    async def forget(self, member: str) -> None:
        """Delete a person's conversation and reactions."""
        for key in [key for key, posted in self._by_key.items() if posted.member == member]:
            del self._by_key[key]
        for posted in self._by_key.values():
            posted.reactions.pop(member, None)

    def react(self, member: str, posted: Posted, emoji: str, *, added: bool) -> None:
        """Somebody puts a reaction on a message of ours or takes it off; all seven may stand at once."""
        held = posted.reactions.setdefault(member, [])
        if added and emoji not in held:
            held.append(emoji)
        elif not added and emoji in held:
            held.remove(emoji)

    def remove(self, posted: Posted) -> None:
        """A message of ours disappears, as when somebody with the right deletes it."""
        self._by_key = {key: one for key, one in self._by_key.items() if one is not posted}

    def close_channel(self, channel: str) -> None:
        """A channel disappears with every message in it; its people stay."""
        self._gone.add(channel)
        kept = {key: one for key, one in self._by_key.items() if one.member is not None or one.ref.channel != channel}
        self._by_key = kept

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def _there(self, channel: str) -> None:
        if channel in self._gone:
            raise PlatformRefused(f"The channel {channel!r} is not there any more.", reason="channel_gone")

    def _at(self, ref: MessageRef) -> Posted | None:
        return next((one for one in self._by_key.values() if one.ref == ref), None)

    def _knows(self, member: str) -> bool:
        return any(one.member == member for people in self._channels.values() for one in people)
