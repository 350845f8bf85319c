"""`/consensus forget-me`: everything of one person is deleted, after they confirmed it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.cards import confirm_forget
from bot.desk import Desk, whisper
from bot.platform import ButtonPressed, CommandGiven, Inbound, Reply, Whisper
from bot.texts import Texts
from engine.rounds.events import MemberForgotten

Forget = Callable[[str], Awaitable[None]]
"""Takes everything of a member out of a chat."""


class Forgetting:
    """Deletes what a person gave, in every round; in a chat of our own also what they wrote outside of rounds."""

    def __init__(self, desk: Desk, own_chats: Mapping[str, Forget]) -> None:
        """`own_chats`: platform name -> how somebody is taken out of a chat that is in our own database."""
        self._desk = desk
        self._own_chats = own_chats

    async def command(self, item: CommandGiven, texts: Texts) -> Reply:
        """Ask before deleting; nothing to delete is said at once."""
        rounds = await self._desk.store.rounds_seen(item.person.member)
        if not rounds and self._own_chat(item) is None:
            return whisper(texts, "nothing-to-forget")
        return Whisper(confirm_forget(len(rounds), texts))

    async def confirmed(self, item: ButtonPressed, texts: Texts) -> Reply:
        """Delete it, round by round, each under a delivery id of its own."""
        await self._desk.store.let_go(item.person.member)
        rounds = await self._desk.store.rounds_seen(item.person.member)
        for round_id in rounds:
            await self._desk.happen(item, round_id, MemberForgotten(item.at, item.person.member), round_id)
        if (forget := self._own_chat(item)) is not None:
            await forget(item.person.member)
        if rounds:
            return whisper(texts, "forgotten", rounds=len(rounds))
        return whisper(texts, "nothing-to-forget" if forget is None else "forgotten-chat")

    def _own_chat(self, item: Inbound) -> Forget | None:
        return self._own_chats.get(item.person.member.partition(":")[0])
