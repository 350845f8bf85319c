"""Private messages and reactions: opinions and critiques in a member's own words, ratings as keycaps."""

from __future__ import annotations

from bot.cards import pick_round
from bot.desk import Desk, late, whisper
from bot.forms import critique_form, opinion_form
from bot.platform import (
    ButtonPressed,
    ChannelLeft,
    DirectMessage,
    DirectMessageDeleted,
    DirectMessageEdited,
    Done,
    OpenForm,
    Person,
    Reacted,
    Reply,
    Whisper,
)
from bot.texts import Texts
from engine.rounds.events import (
    CritiqueGiven,
    CritiqueWithdrawn,
    Event,
    How,
    MemberLeft,
    OpinionGiven,
    OpinionWithdrawn,
    ReactionAdded,
    ReactionRemoved,
)
from engine.rounds.members import SCALE
from engine.rounds.model import Ballot, Phase, Roster, Round, Standing

TAKING_TEXT = (Phase.COLLECTING, Phase.CRITIQUING)
"""The phases in which a message is an opinion or a critique."""


class Conversation:
    """Turns what somebody writes privately into opinions and critiques, and keycaps into ratings."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def written(self, item: DirectMessage, texts: Texts) -> Reply:
        """A message: under a card it belongs to its round, else to the only open one, else the bot asks."""
        if not item.text.strip() and item.attachments:
            return whisper(texts, "attachment-only")
        round = await self._round_of_parent(item.person, item.parent)
        if round is None:
            rounds = await self._open_for(item.person)
            if not rounds:
                return await self._nowhere(item.person, texts)
            if len(rounds) > 1:
                if await self._given_by(item.person.member, item.message) is not None:
                    return Done()
                await self._desk.store.hold(item.person.member, item.message, item.text, item.at)
                prompt = texts("which-round-text")
                return Whisper(pick_round(prompt, "take", item.message, rounds, texts))
            round = rounds[0]
        await self._desk.happen(item, round.id, _given(item, round, item.message, item.text))
        if item.attachments:
            return whisper(texts, "attachment-ignored", about=round, attachments=item.attachments)
        return Done()

    async def taken(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        """The writer said which question the message answers."""
        member, store = item.person.member, self._desk.store
        text = await store.held(member, item.target)
        if text is not None:
            await self._desk.happen(item, round.id, _given(item, round, item.target, text))
            await store.let_go(member, item.target)
            return whisper(texts, "text-taken", about=round)
        found = await self._given_by(member, item.target)
        if found is not None and found[0].id == round.id:
            return whisper(texts, "text-taken", about=round)
        standing = await self._desk.standing(round, item.person.member)
        service = self._desk.service(round)
        if round.phase is Phase.COLLECTING:
            return OpenForm(opinion_form(round, standing, service, texts, missing=True))
        leading = await self._desk.leading(round)
        if round.phase is Phase.CRITIQUING and leading is not None:
            return OpenForm(critique_form(round, standing, leading, service, texts, missing=True))
        return whisper(texts, late(round, "late-opinion"), about=round)

    async def edited(self, item: DirectMessageEdited, texts: Texts) -> Reply:
        """An edited message edits the opinion or critique it gave; one that gave none is read anew."""
        member = item.person.member
        if await self._desk.store.held(member, item.message) is not None:
            await self._desk.store.hold(member, item.message, item.text, item.at)
            return Done()
        found = await self._given_by(member, item.message)
        if found is None:
            if await self._round_of_parent(item.person, item.parent) is None and not await self._open_for(item.person):
                return Done()
            anew = DirectMessage(item.delivery, item.at, item.person, item.message, item.text, item.parent)
            return await self.written(anew, texts)
        round, is_critique = found
        if is_critique:
            event: Event = CritiqueGiven(item.at, member, item.text, item.message, How.EDIT)
        else:
            event = OpinionGiven(item.at, member, item.text, item.message, How.EDIT)
        await self._desk.happen(item, round.id, event)
        return Done()

    async def deleted(self, item: DirectMessageDeleted, texts: Texts) -> Reply:
        """A deleted message takes back what it gave."""
        member = item.person.member
        await self._desk.store.let_go(member, item.message)
        found = await self._given_by(member, item.message)
        if found is not None:
            round, is_critique = found
            event: Event = (
                CritiqueWithdrawn(item.at, member, item.message)
                if is_critique
                else OpinionWithdrawn(item.at, member, item.message)
            )
            await self._desk.happen(item, round.id, event)
        return Done()

    async def reacted(self, item: Reacted, texts: Texts) -> Reply:
        """A keycap on a candidate rates it; other reactions on it are explained once, elsewhere ignored."""
        sent = await self._desk.store.sent_as(item.person.channel, item.message)
        if sent is None or sent.kind != "candidate" or sent.candidate is None:
            return Done()
        round = await self._desk.store.round(sent.round)
        if round is None or sent.candidate in round.hidden:
            return Done()
        if round.rules.ballot is Ballot.PRIVATE:
            return whisper(texts, "rate-in-ballot", about=round) if item.added else Done()
        if not item.emoji.isdecimal():
            return whisper(texts, "reaction-no-digit", about=round) if item.added else Done()
        member, rating = item.person.member, int(item.emoji[:3])
        if not item.added:
            await self._desk.happen(item, round.id, ReactionRemoved(item.at, member, sent.candidate, rating))
            return Done()
        event = ReactionAdded(item.at, member, sent.candidate, rating, item.quiet)
        transition = await self._desk.happen(item, round.id, event)
        if transition is not None and any(one.outside and one.member == member for one in transition.standings):
            outside = "rate-join-first" if round.rules.roster is Roster.OPEN else "not-in-electorate"
            return whisper(texts, outside, about=round)
        if item.quiet and transition is not None:
            return await self._unwritten(transition.round, event, texts)
        return Done()

    async def _unwritten(self, round: Round, event: ReactionAdded, texts: Texts) -> Reply:
        """What the round itself would write to whoever put a keycap that does not count."""
        if event.rating not in SCALE and round.phase is Phase.VOTING:
            return whisper(texts, "rating-range", about=round, rating=event.rating)
        if round.phase is not Phase.VOTING and (await self._desk.standing(round, event.member)).active:
            return whisper(texts, "late-rating", about=round)
        return Done()

    async def left(self, item: ChannelLeft, texts: Texts) -> Reply:
        """Nobody waits any more for somebody who left the channel."""
        member = item.person.member
        for round in await self._desk.store.rounds_of(member, running=True):
            if round.channel == item.person.channel:
                await self._desk.happen(item, round.id, MemberLeft(item.at, member), round.id)
        return Done()

    async def _round_of_parent(self, person: Person, parent: str) -> Round | None:
        sent = await self._desk.store.sent_as(person.channel, parent) if parent else None
        return None if sent is None else await self._desk.store.round(sent.round)

    async def _open_for(self, person: Person) -> list[Round]:
        """The rounds that a message of this person may answer: their own, else those anybody here may join."""
        own = await self._desk.store.rounds_of(person.member, running=True)
        found = [one for one in own if one.phase in TAKING_TEXT]
        if found:
            return found
        places = (person.channel, *person.shared)
        here = [one for place in places for one in await self._desk.store.rounds_in(place, running=True)]
        return [one for one in here if one.phase is Phase.COLLECTING and one.rules.roster is Roster.OPEN]

    async def _nowhere(self, person: Person, texts: Texts) -> Reply:
        own = await self._desk.store.rounds_of(person.member, running=True)
        if own:
            return whisper(texts, "late-opinion", about=own[0])
        return whisper(texts, "no-open-round")

    async def _given_by(self, member: str, message: str) -> tuple[Round, bool] | None:
        """The round that holds this message, and whether as a critique."""
        running = await self._desk.store.rounds_of(member, running=True)
        known = {one.id for one in running}
        ended = [one for one in await self._desk.store.rounds_of(member, running=False) if one.id not in known]
        for round in (*running, *ended):
            standing = await self._desk.standing(round, member)
            if _holds(standing, message):
                return round, False
            if any(part.source == message for part in standing.critique):
                return round, True
        return None


def _holds(standing: Standing, message: str) -> bool:
    pending = standing.pending is not None and standing.pending.source == message
    return pending or any(part.source == message for part in standing.opinion)


def _given(item: DirectMessage | ButtonPressed, round: Round, message: str, text: str) -> Event:
    """What a text is in this phase. A second critique is added, so that nothing is lost by writing more."""
    if round.phase is Phase.CRITIQUING:
        return CritiqueGiven(item.at, item.person.member, text, message, How.ADD)
    return OpinionGiven(item.at, item.person.member, text, message, How.ASK)
