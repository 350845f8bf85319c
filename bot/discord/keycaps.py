"""Reactions under candidates: what Discord holds, and what is taken off where the bot may.

Somebody's earlier keycap goes when they put another; a reaction that does not count goes at once, and that it went
is not told to the round, which mentions by number those who may not rate. Nobody is written to for reacting: a line
under the statement says why, for a moment.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

from bot.discord.calls import Calls
from bot.discord.ids import ours, theirs
from bot.discord.inbound import KEYCAPS, emoji_name
from bot.discord.messages import render
from bot.discord.posting import MESSAGE, Posting
from bot.platform import Card, MessageRef
from engine.errors import PlatformRefused, PlatformUnavailable

log = logging.getLogger(__name__)

REACTIONS = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}"
ONE = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/{user_id}"
PAGE = 100
ORDINARY, SUPER = 0, 1
"""The types of reactions. Those who put a super reaction are listed apart, under the same emoji."""

REMEMBERED = 50_000
SHOWN_FOR = 20.0
"""Seconds for which a line under a statement says why a reaction did not count."""

Mark = tuple[str, str, str]
"""(message, user, emoji), as Discord has them."""


class Keycaps:
    """Reads and tidies reactions."""

    def __init__(
        self, calls: Calls, posting: Posting, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._calls = calls
        self._posting = posting
        self._pause = pause
        self._held: OrderedDict[tuple[str, str], set[str]] = OrderedDict()
        self._ours: OrderedDict[Mark, None] = OrderedDict()
        self._saying: set[tuple[str, str]] = set()
        self._forbidden: set[str] = set()
        self._came = 0
        self._read: OrderedDict[str, int] = OrderedDict()
        self._since: set[tuple[str, str]] = set()
        self.regained_at = 0.0

    def regained(self, now: float) -> None:
        """A connection is there again: what comes from now on is newer than what was missed."""
        self.regained_at = now
        self._since.clear()

    def came(self, message: str, user: str) -> int:
        """A reaction of somebody's came: its place among all that did."""
        self._since.add((message, user))
        self._came += 1
        return self._came

    def came_since(self, message: str, user: str) -> bool:
        """Whether a reaction of somebody's came since the connection is there again."""
        return (message, user) in self._since

    def taken_by_us(self, mark: Mark) -> bool:
        """Whether the bot itself took this reaction off because it did not count; asked once for each."""
        if mark not in self._ours:
            return False
        del self._ours[mark]
        return True

    def put(self, message: str, user: str, digit: str, place: int) -> list[str]:
        """Note a keycap of somebody's; those they held before.

        Of one that came before the message was last read nothing is known but what was read: what stands there now
        may be newer, and must not be taken for older.
        """
        if place <= self._read.get(message, 0):
            return []
        held = self._held.setdefault((message, user), set())
        before = sorted(held - {digit})
        held.add(digit)
        self._held.move_to_end((message, user))
        while len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        return before

    def took(self, message: str, user: str, digit: str, place: int) -> None:
        """Note that somebody's keycap is gone."""
        if place <= self._read.get(message, 0):
            return
        if held := self._held.get((message, user)):
            held.discard(digit)

    async def remove(self, channel: str, message: str, user: str, emoji: str, *, quietly: bool) -> None:
        """Take somebody's reaction off where the bot may. quietly: the round is not told that it went."""
        if channel in self._forbidden:
            return
        mark = (message, user, emoji)
        if quietly:
            self._ours[mark] = None
            while len(self._ours) > REMEMBERED:
                self._ours.popitem(last=False)
        try:
            await self._calls(
                "DELETE", ONE, channel_id=int(channel), message_id=int(message), emoji=emoji, user_id=int(user)
            )
        except PlatformRefused as refusal:
            self._ours.pop(mark, None)
            if refusal.reason in {"missing_permissions", "not_in_channel"}:
                # Asked once in a process and channel: Discord counts refusals.
                self._forbidden.add(channel)
                log.info("reactions stay: the bot lacks Manage Messages", extra={"channel": channel})
        except PlatformUnavailable as problem:
            self._ours.pop(mark, None)
            log.warning("reaction not removed", extra={"problem": str(problem)})

    async def say(self, channel: str, message: str, card: Card) -> None:
        """Say under a statement why a reaction did not count, to nobody in particular, for a moment."""
        page = render(card).pages[0]
        about = (message, page.content)
        if about in self._saying:
            return
        self._saying.add(about)
        try:
            with suppress(PlatformRefused, PlatformUnavailable):
                line = await self._posting.post(int(channel), page, answers=message)
                await self._pause(SHOWN_FOR)
                await self._posting.delete(int(channel), line)
        finally:
            self._saying.discard(about)

    async def read(self, ref: MessageRef, bot: str, *, seeds: bool = False) -> dict[str, tuple[int, ...]]:
        """See `ChatPlatform.reactions`. seeds: put our own keycaps back where somebody took them off."""
        channel, came = theirs(ref.channel), self._came
        message = await self._calls("GET", MESSAGE, channel_id=channel, message_id=int(ref.message))
        held: dict[str, set[int]] = {}
        for digit, kind in _counted(message):
            for user in await self._people(channel, ref.message, KEYCAPS[digit], kind):
                if user != bot:
                    held.setdefault(user, set()).add(int(digit))
        self._posting.rated_here(ref.message)
        for user, ratings in held.items():
            self._held[ref.message, user] = {str(one) for one in ratings}
        self._read[ref.message] = came
        while len(self._read) > REMEMBERED:
            self._read.popitem(last=False)
        if seeds and (bare := KEYCAPS.keys() - _seeded(message)):
            await self._posting.seed_again(channel, ref.message, sorted(bare))
        return {ours(user): tuple(sorted(ratings)) for user, ratings in held.items()}

    async def _people(self, channel: int, message: str, emoji: str, kind: int) -> list[str]:
        found: list[str] = []
        after = "0"
        while True:
            query = {"limit": PAGE, "after": after} | ({"type": kind} if kind else {})
            ids: dict[str, Any] = {"channel_id": channel, "message_id": int(message)}
            page = await self._calls("GET", REACTIONS, query=query, emoji=emoji, **ids)
            found += [str(one["id"]) for one in page if not one.get("bot")]
            if len(page) < PAGE:
                return found
            after = str(max(int(one["id"]) for one in page))


def _keycaps(message: Any) -> Iterator[tuple[str, Any]]:
    """(digit, reaction) of the keycaps 1 to 7 under a message."""
    for one in message.get("reactions") or ():
        if (digit := emoji_name(one.get("emoji") or {})) in KEYCAPS:
            yield digit, one


def _seeded(message: Any) -> set[str]:
    """The digits whose keycaps the bot itself put under a message."""
    return {digit for digit, one in _keycaps(message) if one.get("me")}


def _counted(message: Any) -> Iterator[tuple[str, int]]:
    """(digit, ORDINARY or SUPER) of the keycaps that somebody besides the bot put under a message."""
    for digit, one in _keycaps(message):
        everybody, supers = int(one.get("count") or 0), int((one.get("count_details") or {}).get("burst") or 0)
        if everybody - supers > int(bool(one.get("me"))):
            yield digit, ORDINARY
        if supers:
            yield digit, SUPER
