"""Rounds at a chosen point, for tests of stores: brought there through the one door, event by event."""

from __future__ import annotations

from itertools import count

import numpy as np

from engine.ports import Delivery, RoundStore
from engine.records import Candidate, Drafting, Prediction, Provenance
from engine.rounds.events import CandidatesDrafted, Event, MembersInvited, OpinionGiven, PhaseAdvanced, RoundOpened
from engine.rounds.model import Roster, Round, Rules
from engine.rounds.transition import Transition
from engine.service import handle

ROUND, CHANNEL, MODERATOR = "web:1", "web:garden", "mo"
NOW = 1_000.0
_deliveries = count(1)


def opening(round: str = ROUND, *, channel: str = CHANNEL, at: float = NOW, rules: Rules | None = None) -> RoundOpened:
    """A yes/no question posed by the moderator."""
    return RoundOpened(
        at=at,
        round=round,
        channel=channel,
        moderator=MODERATOR,
        question="Should we plant a hedge?",
        affirming="We should plant a hedge.",
        negating="We should not plant a hedge.",
        rules=rules or Rules(reminders=False),
        seed=7,
    )


async def happen(
    store: RoundStore, event: Event, *, round: str = ROUND, delivery: str | None = None
) -> Transition | None:
    """Let an event happen under a delivery id of its own."""
    return await handle(store, Delivery(delivery or f"delivery {next(_deliveries)}", round, event))


async def open_round(store: RoundStore, round: str = ROUND, rules: Rules | None = None) -> None:
    """A round that collects opinions."""
    await happen(store, opening(round, rules=rules), round=round)


async def invite(store: RoundStore, members: int) -> None:
    """An invited round with `members` on its roster, m0000 and so on."""
    await open_round(store, rules=Rules(roster=Roster.INVITED, reminders=False))
    names = [f"m{number:04}" for number in range(members)]
    for start in range(0, members, 100):
        batch = tuple(names[start : start + 100])
        await happen(store, MembersInvited(NOW, batch, last=start + 100 >= members))


async def opine(store: RoundStore, *members: str) -> None:
    """Each of these gives an opinion."""
    for member in members:
        await happen(store, OpinionGiven(NOW + 1, member, f"I am {member} and want a green hedge", "form"))


def a_drafting(members: int, drafted: int = 4) -> Drafting:
    """A drafting of which candidates 2, 0 and 1 are posted, best first in reverse."""
    candidates = tuple(
        Candidate(f"We want hedge {index}.", Provenance("extractive", "rules", "1", index, (1, 0)))
        for index in range(drafted)
    )
    score = np.arange(members * drafted, dtype=np.float64).reshape(members, drafted) / 7
    prediction = Prediction(score, expected_agreement=1 + score % 6, p_agree=None)
    ranking = tuple(reversed(range(drafted)))
    return Drafting(
        candidates, prediction, tuple(float(score[0, i]) for i in range(drafted)), ranking, (2, 0, 1), ("a note",)
    )


async def vote_on(store: RoundStore, *members: str) -> Round:
    """The open round in its vote: these members gave opinions, and three candidates are posted."""
    await opine(store, *members)
    await happen(store, PhaseAdvanced(NOW + 2, MODERATOR))
    await happen(store, CandidatesDrafted(NOW + 3, 1, a_drafting(len(members)), members))
    round = await store.round(ROUND)
    assert round is not None
    return round
