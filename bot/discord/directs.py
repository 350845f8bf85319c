"""Conversations between people and the bot: which channel each is, and who does not take messages there now."""

from __future__ import annotations

from collections import OrderedDict

from bot.discord.calls import Calls, refused
from engine.errors import PlatformRefused
from engine.ports import Clock

REMEMBERED = 5_000
CLOSED_FOR = 3_600.0
"""Seconds for which somebody who does not take direct messages is not tried again, unless they write or press."""


class Directs:
    """The bot's direct messages, without what stands in them."""

    def __init__(self, calls: Calls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._channels: OrderedDict[int, int] = OrderedDict()
        self._closed: dict[int, float] = {}

    async def open(self, user: int) -> int:
        """Discord's id of the conversation between this person and the bot. Raises PlatformRefused when closed."""
        if self._closed.get(user, 0.0) > self._clock.now():
            raise refused("direct_messages_closed")
        known = self._channels.get(user)
        if known is None:
            made = await self._calls("POST", "/users/@me/channels", json={"recipient_id": str(user)})
            known = int(made["id"])
            self.meet(user, known)
        return known

    def meet(self, user: int, channel: int) -> None:
        """Know somebody's conversation with the bot."""
        self._channels[user] = channel
        while len(self._channels) > REMEMBERED:
            self._channels.popitem(last=False)

    def opens(self, user: int) -> None:
        """Somebody did something, so that writing to them may be tried again."""
        self._closed.pop(user, None)

    def refuses(self, user: int) -> None:
        """Somebody does not take direct messages: Discord counts refusals, and bans who asks for too many."""
        if len(self._closed) > REMEMBERED:
            self._closed.clear()
        self._closed[user] = self._clock.now() + CLOSED_FOR

    async def whose(self, channel: str) -> str:
        """Discord's id of the person in a conversation with the bot, "" where it does not say."""
        for user, known in self._channels.items():
            if known == int(channel):
                return str(user)
        try:
            found = await self._calls("GET", "/channels/{channel_id}", channel_id=int(channel))
        except PlatformRefused:
            return ""
        people = list(found.get("recipients") or ())
        if len(people) != 1:
            return ""
        self.meet(int(people[0]["id"]), int(channel))
        return str(people[0]["id"])
