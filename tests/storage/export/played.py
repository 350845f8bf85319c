"""Rounds at play with a community, kept in a real database, beside what their channel saw of them.

What the channel saw is generous to an attacker: who pressed Join and when, when the count of opinions grew, every
reaction with its time, who left. What nobody but the database knows is which opinion is whose.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from engine.outcome import tally
from engine.ports import Delivery
from engine.records import Candidate, Drafting, Prediction, Provenance
from engine.rounds.events import (
    CandidatesDrafted,
    ConsentGiven,
    Event,
    How,
    MemberJoined,
    MemberLeft,
    OpinionGiven,
    PhaseAdvanced,
    PositionRated,
    RatingGiven,
    ReactionAdded,
    ReactionRemoved,
    RoundOpened,
    VotesTallied,
)
from engine.rounds.model import Ballot, Rules, When, candidate_id
from engine.service import handle
from engine.welfare import WelfareRule
from storage.store import DatabaseStore

DRAFTED, POSTED = 5, 3
MODERATOR = "web:mona"


@dataclass(slots=True)
class Seen:
    """What the channel saw of a round. Reactions are (member, candidate text, rating, time, added)."""

    question: str
    joins: list[tuple[str, float]] = field(default_factory=list)
    opinion_counts: list[float] = field(default_factory=list)
    reactions: list[tuple[str, str, int, float, bool]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def members(self) -> list[str]:
        """Who joined, in that order."""
        return [member for member, _ in self.joins]

    def ratings(self, member: str) -> dict[str, int]:
        """What a member's reactions say in the end, by candidate text."""
        held: dict[str, int] = {}
        for who, text, rating, _, added in self.reactions:
            if who == member and added:
                held[text] = rating
            elif who == member and held.get(text) == rating:
                del held[text]
        return held


@dataclass(slots=True)
class Played:
    """A round: its id, what the channel saw, and the truth, member by opinion."""

    round: str
    seen: Seen
    truth: dict[str, str]


class Table:
    """Plays one round into a store; the same seed plays the same round."""

    def __init__(self, store: DatabaseStore, number: int, ballot: Ballot) -> None:
        self.id = f"web:round-{number}"
        self._store = store
        self._dice = random.Random(number)
        self._number = number
        self._ballot = ballot
        self._deliveries = count()
        self._now = 1_800_000_000.0 + number * 86_400
        self.seen = Seen(f"Should we do thing number {number}?")
        self.truth: dict[str, str] = {}

    async def play(self, people: list[str], researched: set[str]) -> Played:
        """The whole round, from the question to the outcome."""
        await self._open()
        for member in people:
            await self._join(member, member in researched)
        await self._happen(PhaseAdvanced(self._later(600), MODERATOR))
        await self._draft()
        ballots = {member: [self._dice.randint(1, 7) for _ in range(POSTED)] for member in people}
        for member in self._dice.sample(people, len(people)):
            await self._vote(member, ballots[member])
        if self._dice.random() < 0.3:
            await self._leave(self._dice.choice(people))
        await self._happen(PhaseAdvanced(self._later(600), MODERATOR))
        ratings = np.array([ballots[member] for member in people], dtype=np.float64)
        outcome = tally(ratings, self._posted, WelfareRule.parse("utilitarian"), seed=1)
        await self._happen(VotesTallied(self._later(1), 1, outcome, outcome.leading))
        return Played(self.id, self.seen, self.truth)

    @property
    def _posted(self) -> list[str]:
        return [candidate_id(self.id, 1, index) for index in range(POSTED)]

    def text(self, index: int) -> str:
        """A candidate's text, which the channel sees."""
        return f"We agree on part {index} of thing {self._number}."

    def _later(self, within: float) -> float:
        self._now += self._dice.uniform(0.1, within)
        return self._now

    async def _happen(self, event: Event) -> None:
        done = await handle(self._store, Delivery(f"{self.id}/{next(self._deliveries)}", self.id, event))
        assert done is not None

    async def _open(self) -> None:
        rules = Rules(ballot=self._ballot, reminders=False, drafted=DRAFTED, posted=POSTED)
        question, affirming = self.seen.question, f"We should do thing number {self._number}."
        await self._happen(
            RoundOpened(self._now, self.id, "web:garden", MODERATOR, question, affirming, None, rules, self._number)
        )

    async def _join(self, member: str, researched: bool) -> None:
        """Join and answer within a minute, so that who knows the time of an opinion knows the member."""
        self.seen.joins.append((member, self._later(600)))
        await self._happen(MemberJoined(self._now, member))
        text = f"Opinion {self._dice.getrandbits(64):016x}"
        if self._dice.random() < 0.3:
            await self._happen(OpinionGiven(self._later(60), member, f"First {text}", "form", How.REPLACE))
        await self._happen(OpinionGiven(self._later(60), member, text, "form", How.REPLACE))
        self.seen.opinion_counts.append(self._now)
        await self._happen(PositionRated(self._later(20), member, self._dice.randint(1, 7), When.BEFORE))
        if researched:
            await self._happen(ConsentGiven(self._later(20), member, True, self._dice.random() < 0.5))
        self.truth[text] = member

    async def _draft(self) -> None:
        given = sorted(await self._store.opinions(self.id), key=lambda pair: pair[1])
        dice = np.random.default_rng(self._number)
        expected = dice.uniform(1, 7, (len(given), DRAFTED))
        candidates = tuple(
            Candidate(
                self.text(index),
                Provenance("extractive", "extractive", "1", index, tuple(dice.permutation(len(given))[1:].tolist())),
            )
            for index in range(DRAFTED)
        )
        prediction = Prediction(expected, expected, (expected - 1) / 6)
        welfare = tuple(expected.mean(axis=0).tolist())
        order = tuple(range(DRAFTED))
        drafting = Drafting(candidates, prediction, welfare, order, order[:POSTED])
        await self._happen(CandidatesDrafted(self._later(5), 1, drafting, tuple(member for member, _ in given)))

    async def _vote(self, member: str, ballot: list[int]) -> None:
        """Some skip statements or the vote; who skips gives no quality and no position afterwards either."""
        if self._dice.random() < 0.25:
            return
        for index, rating in enumerate(ballot):
            if self._dice.random() < 0.15:
                continue
            if self._ballot is Ballot.PRIVATE:
                await self._happen(RatingGiven(self._later(30), member, self._posted[index], rating, None))
                continue
            if self._dice.random() < 0.3:
                await self._react(member, index, 8 - rating, added=True)
                await self._react(member, index, 8 - rating, added=False)
            await self._react(member, index, rating, added=True)
            await self._happen(
                RatingGiven(self._later(5), member, self._posted[index], quality=self._dice.randint(1, 7))
            )
        await self._happen(PositionRated(self._later(5), member, self._dice.randint(1, 7), When.AFTER))

    async def _react(self, member: str, index: int, rating: int, *, added: bool) -> None:
        at = self._later(30)
        self.seen.reactions.append((member, self.text(index), rating, at, added))
        kind = ReactionAdded if added else ReactionRemoved
        await self._happen(kind(at, member, self._posted[index], rating))

    async def _leave(self, member: str) -> None:
        self.seen.left.append(member)
        await self._happen(MemberLeft(self._later(60), member))


async def play_rounds(store: DatabaseStore, rounds: int, *, ballot: Ballot = Ballot.OPEN) -> list[Played]:
    """Rounds of six to eight out of a community of twelve, half of whom consented to research."""
    dice = random.Random(rounds)
    community = [f"web:{name}" for name in "ada bo chidi dana eli fay gus hana ivo jun kim lea".split()]
    researched = set(community[::2])
    groups = [dice.sample(community, dice.randint(6, 8)) for _ in range(rounds)]
    playing = [Table(store, number, ballot).play(group, researched) for number, group in enumerate(groups, 1)]
    return list(await asyncio.gather(*playing))
