"""Words that change nothing: mine, status, results, history, export, help, and what is not a word."""

from __future__ import annotations

import asyncio
import difflib

from bot.cards import (
    WORDS,
    Explained,
    Owed,
    Vote,
    exported,
    history,
    mine,
    pick_round,
    receipt,
    status,
    usage,
    where_am_i,
)
from bot.commands.moderating import MOST_OFFERED
from bot.desk import Desk, whisper
from bot.forms import Question, read_question
from bot.platform import ButtonPressed, CommandGiven, Person, Reply, Whisper
from bot.redrawing import outcome_card
from bot.texts import Texts
from engine.explaining import explain
from engine.rounds.model import Ballot, Phase, Round, Standing, draft_of


class Reading:
    """Answers what is asked about rounds."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def usage(self, item: CommandGiven, texts: Texts) -> Reply:
        """What can be said to the bot."""
        return Whisper(usage(texts))

    async def unknown(self, item: CommandGiven, texts: Texts) -> Reply:
        """The nearest known word; a question put without `ask` is told where it goes."""
        word = item.word.strip()
        near = difflib.get_close_matches(word.casefold(), WORDS, n=1, cutoff=0.6)
        if near:
            return whisper(texts, "unknown-word", word=word[:40], nearest=near[0])
        read = await asyncio.to_thread(read_question, f"{item.word} {item.rest}")
        if item.rest.strip() and isinstance(read, Question):
            return whisper(texts, "ask-with-ask")
        return whisper(texts, "unknown-word-far", word=word[:40])

    async def mine(self, item: CommandGiven, texts: Texts) -> Reply:
        """What this person owes, and what they gave."""
        member, owed = item.person.member, []
        for round in await self._desk.store.rounds_of(member, running=True):
            standing = await self._desk.standing(round, member)
            if standing.active:
                owed.append(owed_in(round, standing))
        return Whisper(mine(owed, texts))

    async def status(self, item: CommandGiven, texts: Texts) -> Reply:
        """What runs here."""
        rounds = await self._desk.running(item.person)
        return Whisper(status(rounds, texts)) if rounds else whisper(texts, "nothing-runs")

    async def results(self, item: CommandGiven, texts: Texts) -> Reply:
        """The outcome of the round that closed last."""
        for round in await self._closed(item.person):
            if (card := await self._outcome(round, texts)) is not None:
                return card
        return whisper(texts, "no-results-yet")

    async def results_of(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        """The outcome of one closed round."""
        card = await self._outcome(round, texts) if round.phase is Phase.CLOSED else None
        return card or whisper(texts, "no-results-yet")

    async def history(self, item: CommandGiven, texts: Texts) -> Reply:
        """The channel's rounds, newest first."""
        channel = item.person.channel
        running = await self._desk.store.rounds_in(channel, running=True)
        ended = await self._desk.store.rounds_in(channel, running=False)
        rounds = {one.id: one for one in (*running, *ended)}
        ordered = sorted(rounds.values(), key=lambda one: one.opened_at, reverse=True)
        return Whisper(history(ordered[:MOST_LISTED], texts)) if ordered else whisper(texts, "no-history")

    async def export(self, item: CommandGiven, texts: Texts) -> Reply:
        """What the channel could see of a closed round; with several the person chooses."""
        closed = await self._closed(item.person)
        if not closed:
            return whisper(texts, "no-results-yet")
        if len(closed) > 1:
            offered = closed[:MOST_OFFERED]
            return Whisper(pick_round(texts("which-round"), "do-export", "", offered, texts))
        return await self.exported(closed[0], texts)

    async def exported(self, round: Round, texts: Texts) -> Reply:
        """Statements and rating counts of one round."""
        votes: list[Vote] = []
        for draft in range(1, round.draft + 1) if round.phase is Phase.CLOSED else ():
            counted = await self._desk.store.outcome(round.id, draft)
            seen = round.rules.ballot is Ballot.OPEN or draft == round.draft
            if counted is None or not (seen or await self._desk.store.sent(round.id, "outcome", draft=draft)):
                continue
            votes.append(Vote(draft, counted, dict(await self._desk.store.candidates(round.id, draft))))
        return Whisper(exported(round, votes, texts)) if votes else whisper(texts, "no-results-yet", about=round)

    async def receipt(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        """What is stored of this person in a round."""
        standing = await self._desk.standing(round, item.person.member)
        ratings = await self._desk.store.ratings_of(round.id, round.draft, item.person.member)
        return Whisper(receipt(round, standing, ratings, texts))

    async def where_am_i(self, item: ButtonPressed, round: Round, texts: Texts) -> Reply:
        """Where this person's opinion is in one posted statement, or in all of them where the button names none."""
        member, store = item.person.member, self._desk.store
        draft = draft_of(item.target) if item.target else round.draft
        posted = await store.candidates(round.id, draft)
        if not posted:
            return whisper(texts, "where-no-statements", about=round)
        standing = await self._desk.standing(round, member)
        if not standing.opinion:
            return whisper(texts, "where-no-opinion", about=round)
        rated, predicted = (
            await store.ratings_of(round.id, draft, member),
            await store.predicted(round.id, draft, member),
        )
        shown = [
            Explained(
                number,
                drafted.text,
                await asyncio.to_thread(explain, round.question, standing.opinion_text, drafted.text),
                rated.get(one, (None, None))[0],
                predicted.get(one),
            )
            for number, (one, drafted) in enumerate(posted, 1)
            if drafted is not None and item.target in ("", one)
        ]
        return Whisper(where_am_i(round, shown, texts)) if shown else whisper(texts, "where-no-statements", about=round)

    async def _closed(self, person: Person) -> list[Round]:
        ended = await self._desk.store.rounds_in(person.channel, running=False)
        return [one for one in ended if one.phase is Phase.CLOSED]

    async def _outcome(self, round: Round, texts: Texts) -> Whisper | None:
        counted = await self._desk.store.outcome(round.id, round.draft)
        if counted is None:
            return None
        return Whisper(await outcome_card(self._desk.store, round, round.draft, counted, texts))


MOST_LISTED = 10
"""How many rounds a history shows."""


def owed_in(round: Round, standing: Standing) -> Owed:
    """What somebody still has to do in a round."""
    if round.phase is Phase.COLLECTING:
        return Owed(round, bool(standing.opinion))
    if round.phase is Phase.VOTING:
        held = dict(standing.rated) if standing.draft == round.draft else {}
        rated = sum(one in held for one in round.visible)
        return Owed(round, rated == len(round.visible), rated)
    if round.phase is Phase.CRITIQUING:
        return Owed(round, bool(standing.critique) and standing.critique_draft == round.draft)
    return Owed(round, True)
