"""Private cards of a phase that is over: they lose the buttons that lead nowhere any more.

Only where the chat is in our own database. On Slack and Discord each card is a call that waits its turn with everything
else we say, so there a late press is answered and nothing is edited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from bot.cards import opinion_card, over, receipt
from bot.platform import Card, ChatPlatform, MessageRef
from bot.texts import Texts
from engine.errors import PlatformRefused
from engine.ports import RoundStore, Sent
from engine.rounds.model import Phase, Round, Rules, Standing

ASKED_IN = {"opinion-card": Phase.COLLECTING, "ballot-card": Phase.VOTING, "critique-card": Phase.CRITIQUING}
"""Kinds of private cards that ask for something, and the phase in which they do."""

BETWEEN = (Phase.DRAFTING, Phase.TALLYING, Phase.CLOSED, Phase.CANCELLED, Phase.FAILED)
"""Phases in which nobody is reminded of anything."""

MOST = 1_000
"""Cards of a kind; of more than these none is edited, so that a large group's phases follow each other at once."""

KEPT = 1_000
"""Rounds of which this process remembers what it brought up to date."""


class Retiring:
    """Brings private cards up to date once in each phase, and when a statement is hidden; repeating it is harmless."""

    def __init__(
        self,
        store: RoundStore,
        platforms: Mapping[str, ChatPlatform],
        service_of: Callable[[Rules], str | None],
        texts: Texts,
    ) -> None:
        self._store = store
        self._platforms = platforms
        self._service_of = service_of
        self._texts = texts
        self._done: dict[str, tuple[Phase, int, tuple[str, ...]]] = {}

    async def private_cards(self, round: Round) -> None:
        """Edit what members were asked in other phases, and show in their receipts what can be changed now."""
        reached = (round.phase, round.draft, round.hidden)
        untouched = round.phase is Phase.COLLECTING and not round.draft
        if untouched or not self._platforms[round.platform].abilities.own_chat or self._done.get(round.id) == reached:
            return
        for kind, phase in ASKED_IN.items():
            if round.phase is not phase:
                await self._over(round, kind)
        if round.phase in BETWEEN:
            await self._over(round, "reminder")
        if round.phase is Phase.COLLECTING:
            await self._ask_again(round)
        await self._receipts(round)
        self._done.pop(round.id, None)
        self._done[round.id] = reached
        while len(self._done) > KEPT:
            del self._done[next(iter(self._done))]

    async def _over(self, round: Round, kind: str) -> None:
        card = over(round, kind, self._texts)
        for sent in await self._sent(round, kind):
            await self._edit(round, sent, card)

    async def _ask_again(self, round: Round) -> None:
        """The round was reopened: whoever was asked before is asked nothing new, so the old card asks again."""
        for member, sent in (await self._newest(round, "opinion-card")).items():
            standing = await self._store.standing(round.id, member) or Standing(member)
            if standing.left:
                continue
            await self._edit(round, sent, opinion_card(round, standing, self._service_of(round.rules), self._texts))

    async def _receipts(self, round: Round) -> None:
        for member, sent in (await self._newest(round, "receipt")).items():
            standing = await self._store.standing(round.id, member) or Standing(member)
            ratings = await self._store.ratings_of(round.id, round.draft, member)
            await self._edit(round, sent, receipt(round, standing, ratings, self._texts))

    async def _newest(self, round: Round, kind: str) -> dict[str, Sent]:
        return {sent.member: sent for sent in await self._sent(round, kind) if sent.member is not None}

    async def _sent(self, round: Round, kind: str) -> list[Sent]:
        found = await self._store.sent(round.id, kind)
        return found if len(found) <= MOST else []

    async def _edit(self, round: Round, sent: Sent, card: Card) -> None:
        with suppress(PlatformRefused):
            await self._platforms[round.platform].edit(MessageRef(sent.channel, sent.message), card)
