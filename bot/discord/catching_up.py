"""Catching up after a gap: what stands on Discord now, against what reached us.

Reactions on open candidates are read one message at a time, private messages out of each conversation in which a
running round may have been answered, and each running round's own message, in case it was deleted. What is found goes
the way that events go, under the same delivery ids, so that it happens once however often it is found. Not found are a
message from somebody to whom the bot never wrote before, since it may not list its conversations, and that a private
message was deleted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.discord import inbound
from bot.discord.calls import Calls, Json
from bot.discord.ids import PREFIX, made_after, made_at, theirs
from bot.discord.inbound import Act
from bot.discord.keycaps import Keycaps
from bot.discord.posting import MESSAGE, MESSAGES
from bot.losing import found_gone
from bot.platform import MessageRef
from engine.errors import PlatformRefused
from engine.ports import Clock, Delivery, RoundStore, Sent
from engine.rounds.events import ReactionsReconciled
from engine.rounds.model import Round
from engine.service import handle
from storage.hearing import Conversation, Hearing

log = logging.getLogger(__name__)

DRIFT = 60.0
"""Seconds by which our clock may be ahead of Discord's."""

CONVERSATIONS = 2_000
"""How many private conversations are read at most after one gap."""

PAGES = 10
"""How many pages of one conversation are read at most."""

PAGE = 100
ON_ITS_WAY = 2.0
"""Seconds in which the gateway tells of what stands on Discord already."""


class CatchingUp:
    """Finds out what happened unheard.

    hear: lets what somebody wrote happen, and (True) shows the reply. bot: our own user id.
    """

    def __init__(
        self,
        store: RoundStore,
        hearing: Hearing,
        keycaps: Keycaps,
        calls: Calls,
        hear: Callable[[Act | None, bool], Awaitable[None]],
        bot: str,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._hearing = hearing
        self._keycaps = keycaps
        self._calls = calls
        self._hear = hear
        self._bot = bot
        self._clock = clock
        self._pause = pause

    async def __call__(self) -> None:
        """Let happen what happened unheard; doing so again is harmless.

        Raises PlatformUnavailable and StoreUnavailable; what was found by then has happened.
        """
        await self._reactions()
        await self._announcements()
        began = self._clock.now()
        for one in await self._hearing.conversations(PREFIX, CONVERSATIONS):
            if one.until is None or one.until < began:
                await self._conversation(one, (one.opened if one.until is None else one.until) - DRIFT)
                await self._hearing.heard(one.channel, began)

    async def _reactions(self) -> None:
        for round, candidate, sent in await self._hearing.open_candidates(PREFIX):
            if await self._compare(round, candidate, sent, overtaken=False):
                # What they put since may be on its way: it is no reaction that was missed.
                await self._pause(ON_ITS_WAY)
                await self._compare(round, candidate, sent, overtaken=True)

    async def _announcements(self) -> None:
        """Find out which rounds' own messages, or the channels that they stand in, were deleted."""
        for channel in await self._hearing.channels(PREFIX):
            for round in await self._store.rounds_in(channel, running=True):
                if not (posted := await self._store.sent(round.id, "announcement")):
                    continue
                sent, at = posted[-1], self._clock.now()
                try:
                    await self._calls("GET", MESSAGE, channel_id=theirs(sent.channel), message_id=int(sent.message))
                except PlatformRefused as refusal:
                    log.warning("announcement not read", extra={"round": round.id, "reason": refusal.reason})
                    await found_gone(self._store, round, sent, refusal, at)

    async def _compare(self, round: Round, candidate: str, sent: Sent, *, overtaken: bool) -> bool:
        """Let happen what stands under a statement and did not reach us.

        Of those of whom a reaction came since the connection is there again, what was missed is older than that; only
        with `overtaken` it happens. True where there are such.
        """
        known = await self._hearing.reactions(round, candidate)
        at = self._clock.now()
        try:
            held = await self._keycaps.read(MessageRef(sent.channel, sent.message), self._bot, seeds=True)
        except PlatformRefused as refusal:
            log.warning("reactions not read", extra={"round": round.id, "reason": refusal.reason})
            await found_gone(self._store, round, sent, refusal, at)
            return False
        left = False
        for member in sorted(held.keys() | known.keys()):
            mine = known.get(member)
            before, now = (mine.held if mine else ()), held.get(member, ())
            when = at
            if set(now) - set(before) and self._keycaps.came_since(sent.message, str(theirs(member))):
                left, when = True, self._keycaps.regained_at
                if not overtaken:
                    continue
            if set(before) != set(now) and (now or not await self._not_counted(round, member)):
                state = inbound.digest((("known", mine.state if mine else ""), ("held", str(now))))
                event = ReactionsReconciled(when, member, candidate, now, before, quiet=True, newer=True)
                await handle(self._store, Delivery(f"held/{candidate}/{member}/{state}", round.id, event))
            if len(now) > 1:
                await self._leave_the_latest(round, candidate, member, now, sent)
        return left

    async def _leave_the_latest(
        self, round: Round, candidate: str, member: str, held: tuple[int, ...], sent: Sent
    ) -> None:
        """Take off the keycaps that somebody put before another one, as if it had been heard at once."""
        standing = await self._store.standing(round.id, member)
        if standing is None or standing.outside:
            return
        marks = [one for one in standing.marks if one.candidate == candidate and one.held and one.rating in held]
        newest = max((one.at for one in marks), default=0.0)
        if sum(one.at == newest for one in marks) > 1:
            return  # several came unheard, and the person is asked
        channel, user = str(theirs(sent.channel)), str(theirs(member))
        for one in marks:
            if one.at < newest:
                emoji = inbound.KEYCAPS[str(one.rating)]
                await self._keycaps.remove(channel, sent.message, user, emoji, quietly=False)

    async def _not_counted(self, round: Round, member: str) -> bool:
        """Whether somebody's reactions do not count and were taken off for that: they stay mentioned by number."""
        standing = await self._store.standing(round.id, member)
        return standing is not None and standing.outside

    async def _conversation(self, one: Conversation, since: float) -> None:
        """Hear what was written or edited in a conversation since then, in the order in which it was written."""
        try:
            said = await self._read(theirs(one.channel), one.opened - DRIFT)
        except PlatformRefused as refusal:
            log.warning("conversation not read", extra={"channel": one.channel, "reason": refusal.reason})
            return
        ours = [int(message["id"]) for message in said if str(message["author"]["id"]) == self._bot]
        for message in said:
            answered = any(known > int(message["id"]) for known in ours)
            if made_at(message["id"]) > since:
                await self._hear(inbound.written(message), not answered)
            if (stamp := message.get("edited_timestamp")) and _seconds(str(stamp)) > since:
                await self._hear(inbound.edited(message, self._clock.now()), not answered)

    async def _read(self, channel: int, opened: float) -> list[Json]:
        after, found = made_after(opened), list[Json]()
        for _ in range(PAGES):
            query = {"limit": PAGE, "after": str(after)}
            page = await self._calls("GET", MESSAGES, query=query, channel_id=channel)
            found += page
            if len(page) < PAGE:
                break
            after = max(int(one["id"]) for one in page)
        return sorted(found, key=lambda one: int(one["id"]))


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()
