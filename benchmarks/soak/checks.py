"""What a soak is held to, whatever the platform: acknowledgements, ratings, posts, messages that came twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from sqlalchemy import select

from engine.rounds.model import draft_of
from storage.store import DatabaseStore
from storage.tables import RATINGS, SENT

ACK_LIMIT, ACK_P99_LIMIT = 3.0, 0.3
"""Real seconds: the platform's own limit, and ours for 99 in 100."""

WINDOW = 10.0
"""Simulated seconds over which a channel's posts are averaged."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a platform allows a channel: posts a second in the long run, and at once."""

    a_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A payload and how long its acknowledgement took. late: it came after the platform's limit, or never."""

    kind: str
    seconds: float
    late: bool


@dataclass(frozen=True, slots=True)
class Held:
    """Whose rating of which message the platform holds; our ids of channel and member."""

    channel: str
    message: str
    member: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands on the platform in the end. ratings: the one that counts. doubled: messages posted twice.

    undecidable: who holds several, in an order that the bot could not learn, since not all of it reached it.
    impatient: calls made while the platform asked to wait. violations: what else it holds against the bot. kept: what
    only this platform asks, and whether it was kept.
    """

    ratings: dict[Held, int]
    undecidable: dict[Held, frozenset[int]]
    doubled: int
    impatient: int
    violations: tuple[str, ...]
    kept: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posts:
    """Simulated times of all posts, by channel, and what a channel is allowed."""

    at: dict[str, list[float]]
    rate: Rate

    @property
    def total(self) -> int:
        """All of them."""
        return sum(map(len, self.at.values()))

    @property
    def busiest(self) -> float:
        """Posts per second of the channel that got most, over its fullest window."""
        return max((_fullest(sorted(times)) for times in self.at.values()), default=0.0) / WINDOW

    @property
    def within(self) -> bool:
        """Whether every window of every channel kept to the rate and the burst."""
        return self.busiest * WINDOW <= self.rate.a_second * WINDOW + self.rate.burst


def _fullest(times: Sequence[float]) -> int:
    first = most = 0
    for last, at in enumerate(times):
        while times[first] <= at - WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return most


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of acknowledgements."""

    payloads: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    late: int

    @classmethod
    def of(cls, acknowledged: Sequence[Acknowledged]) -> Latency:
        """Of these; a late one counts as having taken as long as was waited for it."""
        seconds = np.array([one.seconds for one in acknowledged] or [0.0])
        p50, p99 = np.quantile(seconds, (0.5, 0.99))
        late = sum(one.late for one in acknowledged)
        return cls(len(acknowledged), 1e3 * p50, 1e3 * p99, 1e3 * float(seconds.max()), late)


@dataclass(frozen=True, slots=True)
class Ratings:
    """Ratings that people hold in the end, and what became of them.

    lost: held and not counted, or counted otherwise; invented: counted and not held; doubled: logged again without
    having changed. which: the lost and invented ones, to look for them.
    """

    given: int
    counted: int
    lost: int
    invented: int
    doubled: int
    which: tuple[str, ...]


async def ratings(store: DatabaseStore, seen: Seen) -> Ratings:
    """Compare what stands on the platform with what the store counts."""
    query = select(SENT.c.round, SENT.c.channel, SENT.c.message, SENT.c.candidate).where(SENT.c.kind == "candidate")
    sent = await store.database.read(lambda connection: connection.execute(query).all())
    counted: dict[Held, int] = {}
    candidate_of: dict[tuple[str, str], str] = {}
    for round, channel, message, candidate in sent:
        candidate_of[channel, message] = candidate
        ballots = await store.ballots(round, draft_of(candidate))
        column = ballots.posted.index(candidate)
        for voter, agreement in zip(ballots.voters, ballots.agreement[:, column], strict=True):
            if not np.isnan(agreement):
                counted[Held(channel, message, voter)] = int(agreement)
    lost = [
        one
        for one, rating in seen.ratings.items()
        if counted.get(one) != rating and counted.get(one) not in seen.undecidable.get(one, ())
    ]
    invented = sorted(counted.keys() - seen.ratings.keys(), key=str)
    which = tuple(
        f"{one.member} holds {seen.ratings.get(one)} and is counted with {counted.get(one)} for "
        f"{candidate_of.get((one.channel, one.message))}"
        for one in (*lost, *invented)
    )
    return Ratings(len(seen.ratings), len(counted), len(lost), len(invented), await _doubled(store), which)


async def _doubled(store: DatabaseStore) -> int:
    """Log entries that repeat the one before of the same person and candidate."""
    query = select(RATINGS.c.candidate, RATINGS.c.member, RATINGS.c.agreement, RATINGS.c.withdrawn).where(
        RATINGS.c.quality.is_(None)
    )
    rows = await store.database.read(lambda connection: connection.execute(query.order_by(RATINGS.c.id)).all())
    logged: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
    for candidate, member, agreement, withdrawn in rows:
        logged.setdefault((candidate, member), []).append((agreement, withdrawn))
    return sum(one == two for entries in logged.values() for one, two in pairwise(entries))


@dataclass(frozen=True, slots=True)
class Result:
    """A whole soak."""

    platform: str
    members: int
    rounds: int
    speed: float
    simulated_minutes: float
    real_seconds: float
    acknowledgements: Latency
    by_kind: dict[str, Latency]
    ratings: Ratings
    posts: int
    busiest_posts_a_second: float
    messages_twice: int
    impatient: int
    counts: dict[str, int]
    memory: dict[str, float]
    violations: tuple[str, ...]
    claims: dict[str, bool]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def claims(title: str, latency: Latency, counted: Ratings, posts: Posts, seen: Seen) -> dict[str, bool]:
    """Each claim of ours, and whether it holds. title: what people call the platform."""
    return {
        "no acknowledgement over 3 s": not latency.late and latency.max_ms < 1e3 * ACK_LIMIT,
        "p99 acknowledgement under 300 ms": latency.p99_ms < 1e3 * ACK_P99_LIMIT,
        "no rating lost": not counted.lost and not counted.invented,
        "no rating counted twice": not counted.doubled,
        f"posts within {title}'s rate": posts.within and not seen.impatient,
        "no message twice": not seen.doubled,
        **seen.kept,
        "nothing else that the platform refuses": not seen.violations,
    }
