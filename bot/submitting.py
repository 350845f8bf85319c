"""Submitted forms: what was typed becomes events, or sentences on the fields while the form stays open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.commands import Hiding, Moderating, Opening
from bot.desk import Desk, late, whisper
from bot.forms import ballot_draft, own_order
from bot.platform import Done, FieldProblems, FormSubmitted, Reply
from bot.texts import Texts
from engine.rounds.events import (
    ConsentGiven,
    CritiqueGiven,
    Event,
    How,
    OpinionGiven,
    PositionRated,
    RatingGiven,
    RatingWithdrawn,
)
from engine.rounds.members import SCALE, text_problem
from engine.rounds.model import MAX_OPINION, Phase, Round, When

Submit = Callable[[FormSubmitted, Round, Texts], Awaitable[Reply]]


class Submitting:
    """Answers forms; a form that cannot stand keeps what was typed."""

    def __init__(self, desk: Desk, opening: Opening, moderating: Moderating, hiding: Hiding) -> None:
        self._desk = desk
        self._opening = opening
        self._submits: dict[str, Submit] = {
            "opinion": self._opinion,
            "critique": self._critique,
            "ballot": self._ballot,
            "quality": self._quality,
            "consent": self._consent,
            "extend": moderating.submitted,
            "reopen": moderating.submitted,
            "hide": hiding.submitted,
        }

    async def submitted(self, item: FormSubmitted, texts: Texts) -> Reply:
        """Find the round the form is about and take in what it says."""
        if item.form == "ask":
            return await self._opening.submitted(item, texts)
        if item.form == "settings":
            return await self._opening.settings_submitted(item, texts)
        round = await self._desk.round_for(item.person, item.round)
        if round is None:
            return whisper(texts, "round-unknown")
        submit = self._submits.get(item.form)
        return whisper(texts, "unknown-action") if submit is None else await submit(item, round, texts)

    async def _opinion(self, item: FormSubmitted, round: Round, texts: Texts) -> Reply:
        values, member = dict(item.values), item.person.member
        text = values.get("opinion", "")
        if round.phase is not Phase.COLLECTING:
            return _problem("opinion", texts(late(round, "late-opinion")))
        problems = _text_problems("opinion", text, texts)
        position, wrong = _rating("position", values, texts)
        if problems or wrong:
            return FieldProblems((*wrong, *problems))
        standing = await self._desk.standing(round, member)
        if position is not None and position != standing.position_before and round.asks_position:
            await self._desk.happen(item, round.id, PositionRated(item.at, member, position, When.BEFORE), "position")
        if text.strip() != standing.opinion_text:
            given = OpinionGiven(item.at, member, text, f"form:{item.delivery}", How.REPLACE)
            await self._desk.happen(item, round.id, given, "opinion")
        await self._consented(item, round)
        return Done()

    async def _consent(self, item: FormSubmitted, round: Round, texts: Texts) -> Reply:
        await self._consented(item, round)
        return Done()

    async def _consented(self, item: FormSubmitted, round: Round) -> None:
        values, member = dict(item.values), item.person.member
        standing = await self._desk.standing(round, member)
        research, training = values.get("research") == "yes", values.get("training") == "yes"
        if (research, training) != (standing.research, standing.training):
            await self._desk.happen(item, round.id, ConsentGiven(item.at, member, research, training), "consent")

    async def _critique(self, item: FormSubmitted, round: Round, texts: Texts) -> Reply:
        text = dict(item.values).get("critique", "")
        if round.phase is not Phase.CRITIQUING:
            return _problem("critique", texts(late(round, "late-critique")))
        if problems := _text_problems("critique", text, texts):
            return FieldProblems(problems)
        event = CritiqueGiven(item.at, item.person.member, text, f"form:{item.delivery}", How.REPLACE)
        await self._desk.happen(item, round.id, event)
        return Done()

    async def _ballot(self, item: FormSubmitted, round: Round, texts: Texts) -> Reply:
        values, member = dict(item.values), item.person.member
        if round.phase is not Phase.VOTING or ballot_draft(item.target) != str(round.draft):
            return whisper(texts, late(round, "late-rating"), about=round)
        held = await self._desk.store.ratings_of(round.id, round.draft, member)
        position, wrong = _rating("position", values, texts)
        problems, events, empty = list(wrong), list[tuple[str, Event]](), True
        for index, candidate in enumerate(round.posted):
            if candidate in round.hidden:
                continue
            agreement, low = _rating(f"agreement-{index}", values, texts)
            quality, poor = _rating(f"quality-{index}", values, texts)
            problems += (*low, *poor)
            empty = empty and agreement is None and quality is None
            before, quality_before = held.get(candidate, (None, None))
            if agreement is None and before is not None:
                events.append((f"withdrawn-{index}", RatingWithdrawn(item.at, member, candidate)))
            new = agreement if agreement != before else None
            new_quality = quality if quality != quality_before else None
            if new is not None or new_quality is not None:
                events.append((f"rating-{index}", RatingGiven(item.at, member, candidate, new, new_quality)))
        if not problems and empty and not events and position is None and round.visible:
            first = next(index for index in own_order(round, member) if round.posted[index] not in round.hidden)
            return _problem(f"agreement-{first}", texts("ballot-empty"))
        if problems:
            return FieldProblems(tuple(problems))
        standing = await self._desk.standing(round, member)
        if position is not None and position != standing.position_after and round.asks_position and standing.active:
            events.append(("position", PositionRated(item.at, member, position, When.AFTER)))
        for part, event in events:
            await self._desk.happen(item, round.id, event, part)
        return Done()

    async def _quality(self, item: FormSubmitted, round: Round, texts: Texts) -> Reply:
        quality, problems = _rating("quality", dict(item.values), texts)
        if problems or quality is None:
            return FieldProblems(problems or (("quality", texts("rating-unclear")),))
        event = RatingGiven(item.at, item.person.member, item.target, None, quality)
        await self._desk.happen(item, round.id, event)
        return Done()


def _problem(field: str, sentence: str) -> FieldProblems:
    return FieldProblems(((field, sentence),))


def _text_problems(field: str, text: str, texts: Texts) -> tuple[tuple[str, str], ...]:
    problem = text_problem(text)
    if problem is None:
        return ()
    return ((field, texts(problem, limit=MAX_OPINION, length=len(text))),)


def _rating(field: str, values: dict[str, str], texts: Texts) -> tuple[int | None, tuple[tuple[str, str], ...]]:
    """A rating field's value, None for "", and what is wrong with it."""
    given = values.get(field, "").strip()
    if not given:
        return None, ()
    if not given.isdecimal():
        return None, ((field, texts("rating-unclear")),)
    rating = int(given[:3])
    return (rating, ()) if rating in SCALE else (None, ((field, texts("rating-range", rating=rating)),))
