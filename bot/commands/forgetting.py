"""`/consensus forget-me`: everything of one person is deleted, after they confirmed it."""

from __future__ import annotations

from bot.cards import confirm_forget
from bot.desk import Desk, whisper
from bot.platform import ButtonPressed, CommandGiven, Reply, Whisper
from bot.texts import Texts
from engine.rounds.events import MemberForgotten


class Forgetting:
    """Deletes what a person gave, in every round."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def command(self, item: CommandGiven, texts: Texts) -> Reply:
        """Ask before deleting; nothing to delete is said at once."""
        rounds = await self._desk.store.rounds_seen(item.person.member)
        if not rounds:
            return whisper(texts, "nothing-to-forget")
        return Whisper(confirm_forget(len(rounds), texts))

    async def confirmed(self, item: ButtonPressed, texts: Texts) -> Reply:
        """Delete it, round by round, each under a delivery id of its own."""
        await self._desk.store.let_go(item.person.member)
        rounds = await self._desk.store.rounds_seen(item.person.member)
        for round_id in rounds:
            await self._desk.happen(item, round_id, MemberForgotten(item.at, item.person.member), round_id)
        return whisper(texts, "forgotten", rounds=len(rounds)) if rounds else whisper(texts, "nothing-to-forget")
