"""One effect, carried out: those that answer by `Answering`, the others by `Speaking`."""

from __future__ import annotations

from bot.answering import Answering
from bot.speaking import Speaking
from engine.ports import Claim, RoundStore


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
        if not await self._answering.give_up(claim, reason):
            await self._speaking.give_up(claim, round, reason)
