"""Catching up after a gap: what stands in Slack now, against what reached us.

Reactions on open candidates are asked for one message at a time. Private messages are read from Slack's history of
each conversation in which a running round may have been answered, those read longest ago first, and each conversation
is kept as read when it is done, so that catching up goes on where it was interrupted. What is found goes the way
that events go, under the same delivery ids, so that it happens once however many processes find it.

Slack is asked at a pace that leaves room for what somebody waits for; where it asks to wait all the same, that is
honoured, and what takes longer than is sensible is left to the next try.

A message from somebody to whom the bot never wrote before is found where the optional scope im:read lets it list its
conversations.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Set
from typing import Protocol

from bot.platform import MessageRef
from bot.slack.calls import Calls, Json
from bot.slack.ids import ours
from bot.slack.rereading import Hear, Rereading
from bot.slack.views import digest
from engine.errors import PlatformRefused
from engine.ports import Clock, Delivery, RoundStore
from engine.rounds.events import ReactionsReconciled
from engine.service import handle
from storage.hearing import Conversation, Hearing

log = logging.getLogger(__name__)

REPEATED = 400.0
"""Seconds for which Slack repeats an event that was not taken, and a little more."""

CONVERSATIONS = 2_000
"""How many private conversations are read at most after one gap."""

OVERHEARD = 20_000
"""Of so many reactions it is remembered when they came."""


class Holding(Protocol):
    """Where reactions stand, and with whom the bot may talk."""

    def directs(self) -> AsyncIterator[tuple[str, str]]:
        """See `Directory.directs`."""
        ...

    async def reactions(self, ref: MessageRef, *, can_wait: bool) -> dict[str, tuple[int, ...]]:
        """See `Workspace.reactions`."""
        ...


class Reconciling:
    """Finds out what happened unheard in one workspace."""

    def __init__(
        self, store: RoundStore, hearing: Hearing, holding: Holding, calls: Calls, hear: Hear, team: str, clock: Clock
    ) -> None:
        self._store = store
        self._hearing = hearing
        self._holding = holding
        self._rereading = Rereading(store, calls, hear, clock)
        self._team = team
        self._clock = clock
        self._overheard: dict[tuple[str, str, str], float] = {}

    @property
    def workspace(self) -> str:
        """What the ids of everything in the workspace begin with."""
        return ours(self._team, "")

    def overhear(self, body: Json) -> None:
        """An event comes. Somebody whose reaction comes after a gap may have put another one on before, in the gap."""
        said = body["event"]
        if str(said.get("type")).startswith("reaction_"):
            target = said.get("item") or {}
            place = (target.get("channel"), target.get("ts"), said.get("user"))
            channel, message, user = map(str, place)
            self._overheard[ours(self._team, channel), message, ours(self._team, user)] = self._clock.now()
            while len(self._overheard) > OVERHEARD:
                self._overheard.pop(next(iter(self._overheard)))

    async def catch_up(self, since: float) -> None:
        """Let happen what happened since then; doing so again is harmless.

        Raises PlatformUnavailable and StoreUnavailable; what was found by then has happened.
        """
        await self._reactions(since)
        began = self._clock.now()
        known = await self._hearing.conversations(self.workspace, CONVERSATIONS)
        for one in [*known, *await self._others({one.channel for one in known})]:
            if one.until is None or one.until < began:
                await self._rereading.conversation(one, max(since, one.until or 0.0) - REPEATED)
                await self._hearing.heard(one.channel, began)

    async def _others(self, known: Set[str]) -> list[Conversation]:
        """Conversations with people to whom the bot never wrote, while whoever joins may answer."""
        opened = await self._hearing.anybody_since(self.workspace)
        if opened is None:
            return []
        others: list[Conversation] = []
        async for direct, user in self._holding.directs():
            channel, member = ours(self._team, direct), ours(self._team, user)
            if channel not in known and len(known) + len(others) < CONVERSATIONS:
                others.append(Conversation(channel, member, await self._hearing.until(channel), opened))
        return others

    async def _reactions(self, since: float) -> None:
        for round, candidate, sent in await self._hearing.open_candidates(self.workspace):
            known = await self._hearing.reactions(round, candidate)
            at = self._clock.now()
            try:
                held = await self._holding.reactions(MessageRef(sent.channel, sent.message), can_wait=True)
            except PlatformRefused as refusal:
                log.warning("reactions not read", extra={"round": round.id, "reason": refusal.reason})
                continue
            for member in sorted(held.keys() | known.keys()):
                mine = known.get(member)
                before, now = (mine.held if mine else ()), held.get(member, ())
                if set(before) != set(now):
                    state = digest((("known", mine.state if mine else ""), ("held", str(now))))
                    newer = self._overheard.get((sent.channel, sent.message, member), 0.0) < since
                    event = ReactionsReconciled(at, member, candidate, now, before, newer=newer)
                    await handle(self._store, Delivery(f"held/{candidate}/{member}/{state}", round.id, event))
