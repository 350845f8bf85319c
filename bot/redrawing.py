"""What a hidden statement leaves behind: every message of ours that quotes it says that it was hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.cards import candidate, critique_card, outcome, which_rating
from bot.platform import Card, ChatPlatform, MessageRef, PostsParts
from bot.texts import Texts
from engine.errors import PlatformRefused
from engine.outcome import Outcome
from engine.ports import RoundStore, Sent
from engine.rounds.model import Round, Standing, draft_of

PRIVATE = ("critique-card", "which-rating")
"""Kinds of private messages that quote a statement and stay where they are."""

GONE = frozenset({"message_gone", "channel_gone", "direct_messages_closed"})
"""Why a message cannot be edited that nobody sees any more."""


class Redrawing:
    """Renders again what stands in the chat; repeating it is harmless."""

    def __init__(self, store: RoundStore, platforms: Mapping[str, ChatPlatform], texts: Texts) -> None:
        self._store = store
        self._platforms = platforms
        self._texts = texts

    async def outcome(self, round: Round, draft: int, counted: Outcome) -> Card:
        """The outcome of a draft's vote as it is to be shown now."""
        return await outcome_card(self._store, round, draft, counted, self._texts)

    async def in_channel(self, round: Round, hidden: str) -> list[Sent]:
        """Take a hidden candidate's text out of its message and of the outcomes that quote or count it.

        Returns what was posted anew beside them, to be kept.
        """
        found: list[Sent] = []
        draft = draft_of(hidden)
        posted = [one for one, _ in await self._store.candidates(round.id, draft)]
        card = candidate(replace(round, posted=tuple(posted)), hidden, None, posted.index(hidden) + 1, self._texts)
        for sent in await self._store.sent(round.id, "candidate", draft=draft):
            if sent.candidate == hidden:
                found += await self._edit(round, sent, card)
        for sent in await self._store.sent(round.id, "outcome"):
            told = sent.draft or 0
            counted = await self._store.outcome(round.id, told) if told >= draft else None
            if counted is not None:
                found += await self._edit(round, sent, await self.outcome(round, told, counted))
        return found

    async def for_member(self, round: Round, member: str, hidden: str) -> list[Sent]:
        """Take a hidden candidate's text out of one member's private cards; returns as `in_channel`."""
        found: list[Sent] = []
        posted = [one for one, _ in await self._store.candidates(round.id, draft_of(hidden))]
        number = posted.index(hidden) + 1
        for kind in PRIVATE:
            for sent in await self._store.sent(round.id, kind, member=member):
                if sent.candidate == hidden:
                    if kind == "which-rating":
                        card = which_rating(round, hidden, None, number, self._texts)
                    else:
                        card = critique_card(round, Standing(member), None, None, self._texts)
                    found += await self._edit(round, sent, card)
        return found

    async def if_hidden_meanwhile(self, round: Round, member: str, quoted: str) -> None:
        """What was sent while its candidate was being hidden is not among what was looked for then."""
        now = await self._store.round(round.id)
        if now is not None and quoted in now.hidden:
            await self.for_member(now, member, quoted)

    async def _edit(self, round: Round, sent: Sent, card: Card) -> list[Sent]:
        platform, ref = self._platforms[round.platform], MessageRef(sent.channel, sent.message)
        try:
            if isinstance(platform, PostsParts):
                parts = await self._store.sent(round.id, part_of(sent.kind), member=sent.member)
                known = tuple(one.message for one in parts if one.key == sent.key)
                return with_parts(sent, await platform.rewrite(replace(ref, parts=known), card))[1:]
            await platform.edit(ref, card)
        except PlatformRefused as refusal:
            if refusal.reason not in GONE:
                raise
        return []


async def outcome_card(store: RoundStore, round: Round, draft: int, counted: Outcome, texts: Texts) -> Card:
    """The outcome of a draft's vote as it is to be shown now, to whomever."""
    candidates = dict(await store.candidates(round.id, draft))
    drafting = await store.drafting(round.id, draft)
    earlier = [one for number in range(1, draft) for _, one in await store.candidates(round.id, number)]
    hidden = sum(one is None for one in earlier)
    return outcome(round, counted, candidates, texts, drafting=drafting, hidden_earlier=hidden)


def part_of(kind: str) -> str:
    """The kind of what a message of `kind` consists of besides itself."""
    return f"{kind}-part"


def with_parts(sent: Sent, ref: MessageRef) -> list[Sent]:
    """A posted message and its parts, as they are kept."""
    return [sent, *(replace(sent, kind=part_of(sent.kind), message=part) for part in ref.parts)]
