"""Reactions as they come: given to the handler, and what does not count or was replaced is taken off again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from bot.discord import inbound
from bot.discord.acting import Acting
from bot.discord.inbound import KEYCAPS, Act
from bot.discord.keycaps import Keycaps
from bot.discord.posting import Posting
from bot.platform import Done, Reply, Whisper
from engine.ports import Clock

Payload = Mapping[str, Any]


class Reacting:
    """Hears reactions. bot: our own user id. reply: says in a conversation with the bot what is to be said at once."""

    def __init__(
        self,
        acting: Acting,
        keycaps: Keycaps,
        posting: Posting,
        clock: Clock,
        reply: Callable[[Act, Reply], Awaitable[None]],
        *,
        bot: str,
    ) -> None:
        self._acting = acting
        self._keycaps = keycaps
        self._posting = posting
        self._clock = clock
        self._reply = reply
        self._latest = 0.0
        self._unheard: set[asyncio.Event] = set()
        self._bot = bot

    def came(self, data: Payload, *, added: bool) -> Coroutine[Any, Any, None] | None:
        """What is to be done about a reaction; None for one that is none of a person's.

        Reactions are ordered by when the gateway told of them: Discord gives them no time of their own.
        """
        self._latest = max(self._clock.now(), self._latest + 1e-4)
        act = inbound.reacted(data, self._bot, self._latest, added=added)
        if act is None:
            return None
        emoji = str((data.get("emoji") or {}).get("name"))
        mark = (str(data["message_id"]), act.user, emoji)
        if not added and self._keycaps.taken_by_us(mark):
            return None
        return self._reacted(act, data, self._keycaps.came(mark[0], act.user), added=added)

    def regained(self) -> None:
        """A connection is there again, and what it missed is not found out yet."""
        self._keycaps.regained(self._clock.now())

    async def heard(self) -> None:
        """Wait until what came so far has happened."""
        for one in list(self._unheard):
            await one.wait()

    async def _reacted(self, act: Act, data: Payload, place: int, *, added: bool) -> None:
        message, heard = str(data["message_id"]), asyncio.Event()
        self._unheard.add(heard)
        try:
            async with self._acting.turns.of(act.user):
                reply = await self._acting.happen(act)
        finally:
            heard.set()
            self._unheard.discard(heard)
        digit = inbound.emoji_name(data.get("emoji") or {})
        if not added:
            self._keycaps.took(message, act.user, digit, place)
        elif isinstance(reply, Whisper):
            await self._not_counted(act, data, reply)
        elif isinstance(reply, Done) and digit in KEYCAPS and message in self._posting.seeded:
            for before in self._keycaps.put(message, act.user, digit, place):
                await self._keycaps.remove(act.channel, message, act.user, KEYCAPS[before], quietly=False)
                self._keycaps.took(message, act.user, before, place)

    async def _not_counted(self, act: Act, data: Payload, reply: Whisper) -> None:
        message, emoji = str(data["message_id"]), data.get("emoji") or {}
        if act.direct:
            await self._reply(act, reply)
            return
        written = f"{emoji.get('name')}:{emoji['id']}" if emoji.get("id") else str(emoji.get("name"))
        removed = asyncio.create_task(
            self._keycaps.remove(act.channel, message, act.user, written, quietly=True), name="discord: reaction off"
        )
        await self._keycaps.say(act.channel, message, reply.card)
        await removed
