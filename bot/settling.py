"""Questions whose answer is known by now: their cards say so, and lose their buttons."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from bot.cards import notice
from bot.platform import ChatPlatform, MessageRef
from bot.texts import Texts
from engine.errors import PlatformRefused
from engine.ports import RoundStore
from engine.rounds.model import Phase, Round, Standing

NEWEST = 2
"""How many cards of a kind are looked at: more of the same question are hardly ever open at once."""

GOES_ON = (Phase.DRAFTING, Phase.TALLYING, Phase.CANCELLED)
"""What a round enters when whatever it waited for is decided; elsewhere nothing is edited, since ratings are many."""


class Settling:
    """Edits cards that are answered; repeating it is harmless."""

    def __init__(self, store: RoundStore, platforms: Mapping[str, ChatPlatform], texts: Texts) -> None:
        self._store = store
        self._platforms = platforms
        self._texts = texts

    async def second_message(self, round: Round, standing: Standing) -> None:
        """Add or replace was chosen, or the message that waited for it is gone."""
        if standing.pending is None:
            await self._settle(round, "add-or-replace", standing.member, "add-or-replace-settled")

    async def choice(self, round: Round) -> None:
        """The round goes on, or was cancelled: it waits for its moderator no more."""
        if round.phase in GOES_ON:
            await self._settle(round, "moderator-choice", round.moderator, "choice-settled")

    async def _settle(self, round: Round, kind: str, member: str, text: str) -> None:
        card = notice(self._texts(text), about=round, kind=kind)
        for sent in (await self._store.sent(round.id, kind, member=member))[-NEWEST:]:
            with suppress(PlatformRefused):
                await self._platforms[round.platform].edit(MessageRef(sent.channel, sent.message), card)
