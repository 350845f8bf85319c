"""Buttons and scales: what pressing each of them does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.commands import Forgetting, Moderating, Opening, Reading
from bot.conversation import Conversation
from bot.desk import Desk, late, whisper
from bot.forms import ballot_form, consent_form, critique_form, opinion_form, quality_form
from bot.platform import ButtonPressed, Done, OpenForm, Reply
from bot.texts import Texts
from engine.rounds.events import (
    CritiqueWithdrawn,
    Event,
    How,
    MemberJoined,
    OpinionSettled,
    OpinionWithdrawn,
    PositionRated,
    RatingGiven,
)
from engine.rounds.model import Ballot, Electorate, Phase, Roster, Round, Standing, When

Press = Callable[[ButtonPressed, Round, Texts], Awaitable[Reply]]


class Pressing:
    """Answers buttons; their identity is their data, so that they work after a restart."""

    def __init__(
        self,
        desk: Desk,
        opening: Opening,
        moderating: Moderating,
        reading: Reading,
        forgetting: Forgetting,
        conversation: Conversation,
    ) -> None:
        self._desk = desk
        self._moderating = moderating
        self._reading = reading
        self._forgetting = forgetting
        self._presses: dict[str, Press] = {
            "join": self._join,
            "opinion": self._opinion,
            "position": self._position,
            "withdraw": self._withdraw,
            "withdraw-critique": self._withdraw_critique,
            "only-latest-critique": self._only_latest_critique,
            "consent": self._consent,
            "add": self._settle,
            "replace": self._settle,
            "ballot": self._ballot,
            "quality": self._quality,
            "critique": self._critique,
            "rate": self._rate,
            "take": conversation.taken,
            "receipt": reading.receipt,
            "results": reading.results_of,
            "where": reading.where_am_i,
            "ask-again": opening.again,
            **dict.fromkeys(
                (
                    "extend",
                    "reopen",
                    "cancel",
                    "close",
                    "retry",
                    "hide",
                    "critique-iteration",
                    "deliver-again",
                    "announce-again",
                ),
                moderating.pressed,
            ),
        }

    async def pressed(self, item: ButtonPressed, texts: Texts) -> Reply:
        """Find the round the button is about and do what it says."""
        if item.action == "forget":
            return await self._forgetting.confirmed(item, texts)
        round = await self._desk.round_for(item.person, item.round)
        if round is None:
            return whisper(texts, "round-unknown")
        word = item.action.removeprefix("do-")
        if word != item.action and word in {"extend", "close", "cancel", "remind", "reopen", "hide"}:
            return await self._moderating.carry(item, word, round, item.target, texts)
        if item.action == "do-export":
            return await self._reading.exported(round, texts)
        press = self._presses.get(item.action)
        return whisper(texts, "unknown-action") if press is None else await press(item, round, texts)

    async def _happen(self, item: ButtonPressed, round: Round, event: Event) -> Reply:
        await self._desk.happen(item, round.id, event)
        return Done()

    async def _join(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        return await self._happen(item, round, MemberJoined(item.at, item.person.member))

    async def _position(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        if not item.value.isdecimal():
            return whisper(texts, "rating-unclear", about=round)
        when = When.BEFORE if round.phase is Phase.COLLECTING else When.AFTER
        return await self._happen(item, round, PositionRated(item.at, item.person.member, int(item.value[:3]), when))

    async def _rate(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        if not item.value.isdecimal():
            return whisper(texts, "rating-unclear", about=round)
        event = RatingGiven(item.at, item.person.member, item.target, int(item.value[:3]))
        return await self._happen(item, round, event)

    async def _withdraw(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        return await self._happen(item, round, OpinionWithdrawn(item.at, item.person.member))

    async def _withdraw_critique(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        return await self._happen(item, round, CritiqueWithdrawn(item.at, item.person.member))

    async def _only_latest_critique(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        standing = await self._desk.standing(round, item.person.member)
        for part in standing.critique[:-1]:
            event = CritiqueWithdrawn(item.at, item.person.member, part.source)
            await self._desk.happen(item, round.id, event, part.source)
        return Done()

    async def _settle(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        how = How.ADD if item.action == "add" else How.REPLACE
        return await self._happen(item, round, OpinionSettled(item.at, item.person.member, how))

    async def _opinion(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        if round.phase is not Phase.COLLECTING:
            return whisper(texts, late(round, "late-opinion"), about=round)
        standing = await self._desk.standing(round, item.person.member)
        if round.rules.roster is Roster.INVITED and not standing.active:
            return whisper(texts, "not-invited", about=round)
        return OpenForm(opinion_form(round, standing, self._desk.service(round), texts))

    async def _critique(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        leading = await self._desk.leading(round)
        if round.phase is not Phase.CRITIQUING or leading is None:
            return whisper(texts, late(round, "late-critique"), about=round)
        standing = await self._desk.standing(round, item.person.member)
        if not standing.active:
            return whisper(texts, "not-invited", about=round)
        return OpenForm(critique_form(round, standing, leading, self._desk.service(round), texts))

    async def _consent(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        standing = await self._desk.standing(round, item.person.member)
        return OpenForm(consent_form(round, standing, texts))

    async def _ballot(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        standing = await self._desk.standing(round, item.person.member)
        if refusal := _no_vote(round, standing):
            return whisper(texts, refusal, about=round)
        if round.rules.ballot is not Ballot.PRIVATE:
            return whisper(texts, "ballot-open", about=round, statements=len(round.visible))
        candidates = await self._desk.store.candidates(round.id, round.draft)
        ratings = await self._desk.store.ratings_of(round.id, round.draft, item.person.member)
        return OpenForm(ballot_form(round, standing, candidates, ratings, texts))

    async def _quality(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        standing = await self._desk.standing(round, item.person.member)
        if refusal := _no_vote(round, standing):
            return whisper(texts, refusal, about=round)
        drafted = dict(await self._desk.store.candidates(round.id, round.draft)).get(item.target)
        if drafted is None:
            over = "statement-hidden" if item.target in round.hidden else "late-rating"
            return whisper(texts, over, about=round)
        ratings = await self._desk.store.ratings_of(round.id, round.draft, item.person.member)
        _, given = ratings.get(item.target, (None, None))
        return OpenForm(quality_form(round, item.target, drafted, given, texts))


def _no_vote(round: Round, standing: Standing) -> str | None:
    """The text id of why this person cannot rate in this round now; None when they can."""
    if round.phase is not Phase.VOTING:
        return late(round, "early-rating" if round.phase is Phase.COLLECTING else "late-rating")
    if not standing.active and round.rules.electorate is not Electorate.CHANNEL:
        return "rate-join-first" if round.rules.roster is Roster.OPEN else "not-in-electorate"
    return None
