"""What a busy group does in a soak, on any platform: who is in which rounds, who says and rates what, and when.

Times are simulated seconds. The same plan is made from the same numbers and seed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

POSTED = 3
"""Candidates that a round posts by default."""

OPINION_SECONDS = 480.0
BEFORE_SECONDS, OUTAGE_SECONDS, AFTER_SECONDS = 300.0, 1_800.0, 300.0
EARLY_SECONDS = 120.0
"""Before the end of the outage nobody rates any more in the rounds whose deadline passed during it."""

LATE_SECONDS = 240.0
"""Between the end of the outage and the first act after it: the bot comes back and looks what it missed."""

RATED_BEFORE, RATED_IN_OUTAGE = 0.5, 0.85
"""Shares of all ratings that are first given by the outage's beginning and end."""

WRITTEN = 0.4
"""Share of opinions that are private messages."""

LEFT_OUT, CHANGED, TAKEN_BACK, BESIDE = 0.03, 0.15, 0.04, 0.4
"""Shares: never given; changed later; taken back for good; changes that leave the old keycap standing."""

WANTS = (
    "pedestrians in the old town",
    "more trees along the river",
    "a quieter market square",
    "buses that run until midnight",
    "safe ways to school",
    "lower rents for small shops",
)
REASONS = (
    "because children live here",
    "because it costs little",
    "since the summers are hot",
    "if the shops agree",
    "as long as deliveries get through",
    "because we asked for it years ago",
)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one member says in one round, and when (since the rounds opened). position: 1-7.

    written: as a private message to the bot, in answer to its question, and not in a form.
    """

    at: float
    member: int
    round: int
    text: str
    position: int
    written: bool


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating of the `candidate`th posted statement, or (None) taking it back; `at` since the vote began.

    beside: the old one is left standing where the platform lets one person hold several.
    """

    at: float
    member: int
    round: int
    candidate: int
    rating: int | None
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A soak's whole load. early: rounds whose vote is to end during the outage, by its deadline."""

    members: int
    rounds: int
    opinions: tuple[Opinion, ...]
    ratings: tuple[Rating, ...]
    early: frozenset[int]

    @classmethod
    def made(cls, members: int, rounds: int, each: int, seed: int) -> Plan:
        """`each`: how many rounds a member is in."""
        chance = random.Random(seed)
        opinions: list[Opinion] = []
        ratings: list[Rating] = []
        early = frozenset(range(3, rounds, 4))
        for member in range(members):
            for round in sorted({(member + step * (1 + member % 3)) % rounds for step in range(each)}):
                text = f"I want {chance.choice(WANTS)} {chance.choice(REASONS)}."
                at = chance.uniform(0, OPINION_SECONDS)
                written = chance.random() < WRITTEN
                opinions.append(Opinion(at, member, round, text, chance.randint(1, 7), written))
                for candidate in range(POSTED):
                    if chance.random() >= LEFT_OUT:
                        ratings += _ratings(chance, member, round, candidate, over_early=round in early)
        return cls(members, rounds, tuple(sorted(opinions, key=_at)), tuple(sorted(ratings, key=_at)), early)


def _at(one: Opinion | Rating) -> float:
    return one.at


def _ratings(chance: random.Random, member: int, round: int, candidate: int, *, over_early: bool) -> Iterable[Rating]:
    resumed = BEFORE_SECONDS + OUTAGE_SECONDS + LATE_SECONDS
    when = chance.random() * (RATED_IN_OUTAGE if over_early else 1.0)
    outage = OUTAGE_SECONDS - (EARLY_SECONDS if over_early else 0.0)
    if when < RATED_BEFORE:
        at = BEFORE_SECONDS * when / RATED_BEFORE
    elif when < RATED_IN_OUTAGE:
        share = (when - RATED_BEFORE) / (RATED_IN_OUTAGE - RATED_BEFORE)
        at = BEFORE_SECONDS + outage * share
    else:
        at = resumed + AFTER_SECONDS * chance.random()
    rating = chance.randint(1, 7)
    yield Rating(at, member, round, candidate, rating)
    later = chance.uniform(at + 5.0, BEFORE_SECONDS + outage if over_early else resumed + AFTER_SECONDS + 10.0)
    if BEFORE_SECONDS + OUTAGE_SECONDS <= later < resumed:
        later = resumed
    if chance.random() < TAKEN_BACK:
        yield Rating(later, member, round, candidate, None)
    elif chance.random() < CHANGED:
        live = not BEFORE_SECONDS - 30 <= later <= resumed and not BEFORE_SECONDS - 30 <= at <= resumed
        other = chance.choice([one for one in range(1, 8) if one != rating])
        yield Rating(later, member, round, candidate, other, beside=live and chance.random() < BESIDE)


Planned = TypeVar("Planned", Opinion, Rating)


class Time(Protocol):
    """Simulated time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for so many simulated seconds."""
        ...


class Stage(Protocol):
    """A platform with the members on it. Acts end when the platform has told the bot, or tried to."""

    async def open(self, round: int, *, ends_early: bool) -> None:
        """The moderator opens a round, and its announcement stands. ends_early: see `Plan`."""
        ...

    async def opine(self, opinion: Opinion) -> None:
        """A member gives an opinion."""
        ...

    async def close(self, round: int) -> None:
        """The moderator ends the running phase."""
        ...

    async def rate(self, rating: Rating) -> None:
        """A member rates or takes back."""
        ...

    def voting(self, round: int) -> bool:
        """Whether all candidates stand there, ready to be rated."""
        ...

    def closed(self, round: int) -> bool:
        """Whether the outcome stands there."""
        ...

    async def disturb(self) -> None:
        """Duplicates, lost connections, held back and reordered events, refused calls: until cancelled."""
        ...

    async def crash(self) -> None:
        """The bot's process is killed, and another one begins."""
        ...

    async def begin_outage(self) -> None:
        """From now on nothing reaches the bot, and it reaches nothing."""
        ...

    async def end_outage(self) -> None:
        """Everything works again."""
        ...


async def play(stage: Stage, plan: Plan, time: Time, say: Callable[[str], None]) -> None:
    """Let everything of a plan happen."""
    say(f"{plan.rounds} rounds are opened")
    await asyncio.gather(*(_opened(stage, plan, round, time) for round in range(plan.rounds)))
    disturbing = asyncio.create_task(stage.disturb(), name="disturbances")
    say(f"{len(plan.opinions)} opinions of {plan.members} members")
    await _in_time(plan.opinions, stage.opine, time)
    say("drafting")
    await asyncio.gather(*(stage.close(round) for round in range(plan.rounds)))
    await _until(lambda: all(stage.voting(round) for round in range(plan.rounds)), time, 1_800.0)
    say(f"{len(plan.ratings)} ratings, changes and withdrawals; the outage begins after {BEFORE_SECONDS:.0f} s")
    voting = asyncio.create_task(_in_time(plan.ratings, stage.rate, time), name="voting")
    await time.sleep(BEFORE_SECONDS)
    disturbing.cancel()
    await asyncio.gather(disturbing, return_exceptions=True)
    await stage.begin_outage()
    await time.sleep(OUTAGE_SECONDS)
    await stage.end_outage()
    say("the outage is over")
    await time.sleep(LATE_SECONDS + AFTER_SECONDS / 2)
    await stage.crash()
    say("the bot was killed, and begins again")
    disturbing = asyncio.create_task(stage.disturb(), name="disturbances")
    await voting
    disturbing.cancel()
    await asyncio.gather(disturbing, return_exceptions=True)
    await time.sleep(60.0)
    say("closing")
    running = [round for round in range(plan.rounds) if not stage.closed(round)]
    await asyncio.gather(*(stage.close(round) for round in running if round not in plan.early))
    await _until(lambda: all(stage.closed(round) for round in range(plan.rounds)), time, 3_600.0)


async def _opened(stage: Stage, plan: Plan, round: int, time: Time) -> None:
    await time.sleep(5.0 * round)
    await stage.open(round, ends_early=round in plan.early)


async def _in_time(planned: Iterable[Planned], act: Callable[[Planned], Awaitable[None]], time: Time) -> None:
    begun = time.now()

    async def acted(one: Planned) -> None:
        await act(one)

    async with asyncio.TaskGroup() as tasks:
        for one in planned:
            if (wait := begun + one.at - time.now()) > 0:
                await time.sleep(wait)
            tasks.create_task(acted(one))


async def _until(holds: Callable[[], bool], time: Time, seconds: float) -> None:
    end = time.now() + seconds
    while not holds():
        if time.now() > end:
            raise TimeoutError(f"it did not come within {seconds:.0f} simulated seconds")
        await time.sleep(2.0)
