"""Effects that speak: each is rendered from the round as it is now, and posted under its key.

The try is committed before the platform is called and completion after it, so that a crash in between is
known; what happens then is the platform's business (`retried_since`). Whoever must not be addressed any
more, because the phase is over, is left in peace.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from bot.cards import (
    add_or_replace,
    announcement,
    ballot_card,
    candidate,
    critique_card,
    moderator_choice,
    opinion_card,
    receipt,
    reminder,
    superseded_receipt,
    told,
    undelivered,
    which_rating,
)
from bot.losing import found_gone
from bot.platform import Card, ChatPlatform, InChannel, MessageRef, Privately, Target
from bot.redrawing import Redrawing, with_parts
from bot.retiring import Retiring
from bot.settling import Settling
from bot.texts import Texts
from engine.errors import PlatformRefused, Unavailable
from engine.ports import Claim, Clock, RoundStore, Sent
from engine.rounds.effects import (
    Announce,
    AskAddOrReplace,
    AskCritique,
    AskModerator,
    AskOpinion,
    AskRating,
    AskWhichRating,
    EraseConversation,
    PostCandidate,
    PostOutcome,
    RedrawCandidate,
    RedrawPrivateCard,
    Remind,
    RetireCandidates,
    ShowReceipt,
    Tell,
    UpdateCard,
)
from engine.rounds.model import Phase, Round, Rules, Standing, draft_of

log = logging.getLogger(__name__)


class Speaking:
    """Carries out the effects that are messages."""

    def __init__(
        self,
        store: RoundStore,
        platforms: Mapping[str, ChatPlatform],
        service_of: Callable[[Rules], str | None],
        texts: Texts,
        clock: Clock,
    ) -> None:
        """`service_of`: what a member reads about where a round's models send opinions, None when nowhere."""
        self._store = store
        self._platforms = platforms
        self._service_of = service_of
        self._texts = texts
        self._clock = clock
        self._redrawing = Redrawing(store, platforms, texts)
        self._settling = Settling(store, platforms, texts)
        self._retiring = Retiring(store, platforms, service_of, texts)

    async def carry_out(self, claim: Claim, round: Round) -> None:
        """Post, edit or tell what the effect asks for."""
        effect = claim.effect
        match effect:
            case Announce():
                await self._post(claim, round, InChannel(round.channel), await self._announcement(round))
            case UpdateCard():
                await self._update(claim, round)
            case PostCandidate() if effect.draft == round.draft:
                await self._candidate(claim, round, effect)
            case PostOutcome() if effect.draft == round.draft:
                await self._outcome(claim, round, effect)
            case RetireCandidates(draft=draft):
                await self._retire(claim, round, draft)
            case ShowReceipt(member=member):
                await self._receipt(claim, round, member, anew=effect.anew)
            case AskModerator(message=message, parameters=parameters):
                card = moderator_choice(round, message, parameters, self._texts)
                await self._whisper(claim, round, round.moderator, card)
            case Tell(member=member, message=message, parameters=parameters):
                await self._whisper(claim, round, member, told(round, message, parameters, self._texts))
            case AskWhichRating(member=member, candidate=chosen) if chosen in round.posted:
                drafted = dict(await self._store.candidates(round.id, draft_of(chosen)))[chosen]
                number = round.posted.index(chosen) + 1
                card = which_rating(round, chosen, drafted, number, self._texts)
                await self._whisper(claim, round, member, card, about=chosen)
                await self._redrawing.if_hidden_meanwhile(round, member, chosen)
            case RedrawCandidate(candidate=hidden):
                anew = await self._redrawing.in_channel(round, hidden)
                await asyncio.shield(self._store.complete(claim, anew))
            case RedrawPrivateCard(member=member, candidate=hidden):
                anew = await self._redrawing.for_member(round, member, hidden)
                await asyncio.shield(self._store.complete(claim, anew))
            case EraseConversation(member=member):
                await self._platform(round).forget(member)
                await asyncio.shield(self._store.complete(claim))
            case AskOpinion() | AskRating() | AskCritique() | AskAddOrReplace() | Remind():
                await self._ask(claim, round, effect)
            case _:
                await self._store.complete(claim)

    async def give_up(self, claim: Claim, round: Round, reason: str) -> None:
        """Offer the moderator to try a message again that will not go out, and take it from circulation.

        In this order, since after a crash in between the moderator is told once more, and not never.
        """
        card = undelivered(round, claim.key, reason, self._texts)
        target, since = Privately(round.moderator, round.channel), claim.attempted_at or 0.0
        try:
            await self._platform(round).send(f"{claim.key}/gave-up", target, card, retried_since=since)
        except (Unavailable, PlatformRefused):
            log.warning("moderator could not be told", extra={"effect": claim.key})
        await self._store.quarantine(claim, reason)

    async def _ask(
        self, claim: Claim, round: Round, effect: AskOpinion | AskRating | AskCritique | AskAddOrReplace | Remind
    ) -> None:
        standing = await self._store.standing(round.id, effect.member) or Standing(effect.member)
        card = await self._question(round, standing, effect)
        if card is None:
            await self._store.complete(claim)
            return
        about = round.leading if isinstance(effect, AskCritique) else None
        await self._whisper(claim, round, effect.member, card, about=about)
        if about is not None:
            await self._redrawing.if_hidden_meanwhile(round, effect.member, about)

    async def _question(
        self,
        round: Round,
        standing: Standing,
        effect: AskOpinion | AskRating | AskCritique | AskAddOrReplace | Remind,
    ) -> Card | None:
        """The card for one member; None when it has been answered or the time for it is over."""
        phase = round.phase
        match effect:
            case AskOpinion() if phase is Phase.COLLECTING:
                return opinion_card(round, standing, self._service_of(round.rules), self._texts)
            case AskAddOrReplace() if phase is Phase.COLLECTING and standing.pending is not None:
                return add_or_replace(round, standing, self._texts)
            case AskRating(draft=draft) if phase is Phase.VOTING and draft == round.draft:
                return ballot_card(round, standing, self._texts)
            case AskCritique(draft=draft) if phase is Phase.CRITIQUING and draft == round.draft and round.leading:
                leading = dict(await self._store.candidates(round.id, draft))[round.leading]
                text = None if leading is None else leading.text
                return critique_card(round, standing, text, self._service_of(round.rules), self._texts)
            case Remind(phase=about, draft=draft) if phase == about and draft == round.draft and standing.active:
                return reminder(round, standing, self._texts)
            case _:
                return None

    async def _announcement(self, round: Round) -> Card:
        return announcement(round, self._service_of(round.rules), self._texts)

    async def _update(self, claim: Claim, round: Round) -> None:
        if posted := await self._store.sent(round.id, "announcement"):
            card = await self._announcement(round)
            try:
                await self._platform(round).edit(MessageRef(posted[-1].channel, posted[-1].message), card)
            except PlatformRefused as refusal:
                await found_gone(self._store, round, posted[-1], refusal, self._clock.now())
                raise
        await self._settling.choice(round)
        await self._retiring.private_cards(round)
        await asyncio.shield(self._store.complete(claim))

    async def _candidate(self, claim: Claim, round: Round, effect: PostCandidate) -> None:
        drafted = dict(await self._store.candidates(round.id, effect.draft))[effect.candidate]
        number = round.posted.index(effect.candidate) + 1
        card = candidate(round, effect.candidate, drafted, number, self._texts)
        await self._post(
            claim, round, InChannel(round.channel), card, draft=effect.draft, candidate_id=effect.candidate
        )

    async def _retire(self, claim: Claim, round: Round, draft: int) -> None:
        drafted = dict(await self._store.candidates(round.id, draft))
        posted = [one for one in await self._store.sent(round.id, "candidate", draft=draft) if one.candidate in drafted]
        over = replace(round, phase=Phase.TALLYING, posted=tuple(one.candidate or "" for one in posted))
        for number, (sent, candidate_id) in enumerate(zip(posted, over.posted, strict=True), 1):
            card = candidate(over, candidate_id, drafted[candidate_id], number, self._texts)
            with suppress(PlatformRefused):
                await self._platform(round).edit(MessageRef(sent.channel, sent.message), card)
        await asyncio.shield(self._store.complete(claim))

    async def _outcome(self, claim: Claim, round: Round, effect: PostOutcome) -> None:
        counted = await self._store.outcome(round.id, effect.draft)
        if counted is None:
            await self._store.complete(claim)
            return
        card = await self._redrawing.outcome(round, effect.draft, counted)
        try:
            await self._post(claim, round, InChannel(round.channel), card, draft=effect.draft)
        except PlatformRefused as refusal:
            log.warning("outcome goes to the moderator", extra={"round": round.id, "reason": refusal.reason})
            target = Privately(round.moderator, round.channel)
            await self._post(claim, round, target, card, member=round.moderator, draft=effect.draft)

    async def _receipt(self, claim: Claim, round: Round, member: str, *, anew: bool) -> None:
        standing = await self._store.standing(round.id, member) or Standing(member)
        await self._settling.second_message(round, standing)
        ratings = await self._store.ratings_of(round.id, round.draft, member)
        card = receipt(round, standing, ratings, self._texts)
        shown = await self._store.sent(round.id, "receipt", member=member)
        if shown and not anew:
            try:
                await self._platform(round).edit(MessageRef(shown[-1].channel, shown[-1].message), card)
            except PlatformRefused as refusal:
                if refusal.reason != "message_gone":
                    raise
            else:
                await asyncio.shield(self._store.complete(claim))
                return
        elif shown:
            # Before the new one is posted: completing that ends this row, and a repeat does both again.
            with suppress(PlatformRefused):
                ref = MessageRef(shown[-1].channel, shown[-1].message)
                await self._platform(round).edit(ref, superseded_receipt(self._texts))
        await self._whisper(claim, round, member, card)

    async def _whisper(self, claim: Claim, round: Round, member: str, card: Card, *, about: str | None = None) -> None:
        """`about`: the candidate that the card quotes."""
        target = Privately(member, round.channel)
        await self._post(claim, round, target, card, member=member, candidate_id=about)

    async def _post(
        self,
        claim: Claim,
        round: Round,
        target: Target,
        card: Card,
        *,
        member: str | None = None,
        draft: int | None = None,
        candidate_id: str | None = None,
    ) -> None:
        if not await self._store.attempt(claim, self._clock.now()):
            return
        ref = await self._platform(round).send(claim.key, target, card, retried_since=claim.attempted_at)
        sent = Sent(claim.key, round.id, card.kind, ref.channel, ref.message, member, draft, candidate_id)
        again_at = self._clock.now() if ref.again else None
        await asyncio.shield(self._store.complete(claim, with_parts(sent, ref), again_at=again_at))

    def _platform(self, round: Round) -> ChatPlatform:
        return self._platforms[round.platform]
