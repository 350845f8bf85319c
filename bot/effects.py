"""One effect, carried out: those that answer by `Answering`, the others by `Speaking`."""

from __future__ import annotations

import logging

from bot.answering import Answering
from bot.speaking import Speaking
from engine.errors import PlatformRefused, Unavailable
from engine.ports import Claim, RoundStore

log = logging.getLogger(__name__)


class Effects:
    """What the dispatcher calls for a claim, and for one that failed too often."""

    def __init__(self, store: RoundStore, answering: Answering, speaking: Speaking) -> None:
        self._store = store
        self._answering = answering
        self._speaking = speaking

    async def carry_out(self, claim: Claim) -> None:
        """Carry the effect out. Raises what the platform or the model raises."""
        round = await self._store.round(claim.round)
        if round is None:
            await self._store.complete(claim)
        elif not await self._answering.carry_out(claim, round):
            await self._speaking.carry_out(claim, round)

    async def give_up(self, claim: Claim, reason: str) -> None:
        """An answer becomes a failure that the round knows; a message is quarantined and the moderator told."""
        round = await self._store.round(claim.round)
        if round is None:
            await self._store.complete(claim)
            return
        if await self._answering.give_up(claim, reason):
            return
        try:
            await self._speaking.give_up(claim, round, reason)
        except (Unavailable, PlatformRefused):
            log.warning("moderator could not be told", extra={"effect": claim.key})
