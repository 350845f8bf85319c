"""Where rounds are kept, and what goes into the store and comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from engine.outcome import Outcome
from engine.records import Candidate, Drafting, Matrix
from engine.rounds.effects import Effect
from engine.rounds.events import Event
from engine.rounds.model import Round, Standing
from engine.rounds.transition import Standings, Transition


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way into a round. `id` is the platform's delivery id: seen once, handled once."""

    id: str
    round: str
    event: Event


@dataclass(frozen=True, slots=True)
class Claim:
    """An outbox row leased to one worker.

    key: the effect id, the idempotency key everywhere. attempts: tries begun before this one.
    attempted_at: when a try that was never marked complete began, so that its message may be out there;
    None when no try was begun. cursor: how far a fan-out got. lease_until: when others may take it.
    """

    key: str
    round: str
    effect: Effect
    owner: str
    attempts: int
    attempted_at: float | None
    cursor: str | None
    lease_until: float


@dataclass(frozen=True, slots=True)
class Sent:
    """A message we posted: what it was for and where it stands on its platform.

    kind: what the message is ("announcement", "candidate", "outcome", "opinion-card", ...).
    channel, message: the platform's ids; a direct message's channel is the conversation with `member`.
    """

    key: str
    round: str
    kind: str
    channel: str
    message: str
    member: str | None = None
    draft: int | None = None
    candidate: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """The ratings that count: agreement and quality are [voters, posted], 1-7, NaN where not rated."""

    voters: tuple[str, ...]
    posted: tuple[str, ...]
    agreement: Matrix
    quality: Matrix

    def of(self, candidates: Sequence[str]) -> Ballots:
        """Only the ratings of these candidates, in their order; voters who rated none of them are left out."""
        columns = [self.posted.index(one) for one in candidates]
        agreement, quality = self.agreement[:, columns], self.quality[:, columns]
        voted = [bool((~np.isnan(row)).any()) for row in np.hstack((agreement, quality))]
        voters = tuple(who for who, has in zip(self.voters, voted, strict=True) if has)
        return Ballots(voters, tuple(candidates), agreement[voted], quality[voted])


class Missing(StrEnum):
    """Which members a fan-out is for."""

    NOBODY_LEFT_OUT = "all"
    OPINION = "opinion"
    RATING = "rating"
    CRITIQUE = "critique"


Decide = Callable[[Round | None, Event, Standings], Transition | None]


class RoundStore(Protocol):
    """Keeps rounds, their rows, the inbox and the outbox; any number of processes may share one.

    Every method raises StoreUnavailable when the database does not answer (trying again may help) and
    StoreUnusable when it cannot be used as it is.
    """

    async def transact(self, delivery: Delivery, decide: Decide, completes: Claim | None = None) -> Transition | None:
        """Load, decide and commit in one transaction; None when there was nothing to do.

        Loads the round and the standings of the people the event names, calls `decide`, and writes the
        delivery id, the round, the standings, the entries, one audit entry and the effects: all or
        nothing. Nothing is written and None is returned when the delivery id was seen before, when
        `decide` returns None, or when `completes` is no longer leased to its owner. `completes` is
        marked complete in the same transaction, so that an answer is committed exactly once.

        The events of one round are serialised, whichever process they come to; `decide` is pure and may
        be called on any thread. Reads and writes a number of rows that does not grow with the group.
        An UpdateCard is dropped while another one of the same round waits unclaimed.
        """
        ...

    async def claim(
        self, owner: str, now: float, limit: int, lease_seconds: float, platforms: Collection[str]
    ) -> list[Claim]:
        """Lease up to `limit` due rows to `owner`, oldest first; rows of others are never waited for.

        A row is due when its time came, it is not complete or quarantined, and nobody else's lease on it
        lasts. A WakeAt is due at its `due`. platforms: those that `owner` serves, such as "slack"; a row of
        a round that takes place elsewhere waits untouched, whether it speaks, drafts, counts or wakes.
        """
        ...

    async def renew(self, claims: Sequence[Claim], now: float, lease_seconds: float) -> None:
        """Heartbeat: lease these rows for longer. Rows lost meanwhile are left alone."""
        ...

    async def attempt(self, claim: Claim, now: float) -> bool:
        """Commit that a try begins, before the platform is called. False when the lease is lost."""
        ...

    async def complete(self, claim: Claim, sent: Sequence[Sent] = (), *, again_at: float | None = None) -> None:
        """Commit that the effect was carried out, and the messages it posted. Repeating it is harmless.

        again_at: when they were posted although an earlier try may have posted them too; the audit says so.
        """
        ...

    async def expand(self, claim: Claim, effects: Sequence[Effect], cursor: str | None) -> None:
        """Insert one row per effect (keys derive from the claim's key and the member) and move the cursor.

        A cursor of None completes the fan-out. One transaction; repeating a batch inserts nothing twice.
        """
        ...

    async def postpone(self, claim: Claim, due: float, reason: str) -> None:
        """Give the row back until `due`, with the reason in the log; counts as an attempt."""
        ...

    async def quarantine(self, claim: Claim, reason: str) -> None:
        """Take the row out of circulation until `retry`."""
        ...

    async def retry(self, key: str, now: float) -> bool:
        """Put a quarantined row back; False when there is none under this key."""
        ...

    async def release(self, owner: str) -> None:
        """Give back every lease of `owner` at once (graceful shutdown)."""
        ...

    async def next_due(self, platforms: Collection[str]) -> float | None:
        """When the earliest waiting row of these platforms' rounds is due; None when nothing waits."""
        ...

    async def hold(self, member: str, message: str, text: str, at: float) -> None:
        """Keep a private message until its writer says which round it is for; again replaces its text."""
        ...

    async def held(self, member: str, message: str) -> str | None:
        """The text of such a message; None when it is not held."""
        ...

    async def let_go(self, member: str, message: str | None = None) -> None:
        """Hold a message no longer, or (None) nothing of this person."""
        ...

    async def let_go_before(self, before: float) -> None:
        """Hold nothing any longer that was written or edited before then."""
        ...

    async def prune(self, before: float, limit: int) -> int:
        """Remove what nobody needs any more, at most `limit` rows of a kind; the most that were removed of one.

        Those are delivery ids handled before then, of rounds that are over (a delivery of a running round counts
        as seen for as long as it runs), and rows completed before then. Quarantined and waiting rows stay, and
        so does everything that says what was given, sent or decided.
        """
        ...

    async def round(self, round: str) -> Round | None:
        """The round as committed last."""
        ...

    async def standing(self, round: str, member: str) -> Standing | None:
        """One person's standing in a round."""
        ...

    async def rounds_in(self, channel: str, *, running: bool, limit: int = 20) -> list[Round]:
        """The channel's rounds, newest first; `running` leaves out closed, cancelled and failed ones."""
        ...

    async def rounds_of(self, member: str, *, running: bool, limit: int = 50) -> list[Round]:
        """Rounds whose roster the member is on, newest first."""
        ...

    async def rounds_seen(self, member: str) -> list[str]:
        """Ids of every round that holds anything of this person, for forget-me."""
        ...

    async def members(self, round: str, missing: Missing, *, after: str | None, limit: int) -> list[str]:
        """A page of active members, in the order of their ids, of those for whom `missing` holds."""
        ...

    async def quoted_to(self, round: str, candidate: str, *, after: str | None, limit: int) -> list[str]:
        """A page of those to whom a private message about this candidate was sent, in the order of their ids."""
        ...

    async def opinions(self, round: str) -> list[tuple[str, str]]:
        """(member, opinion) of every opinion held, in the order first given."""
        ...

    async def critiques(self, round: str, draft: int) -> list[tuple[str, str]]:
        """(member, critique) of every critique held of a draft's leading statement."""
        ...

    async def positions(self, round: str) -> list[tuple[int | None, int | None]]:
        """(before, after) ratings of the position statement, 1-7, one pair per member who gave either."""
        ...

    async def drafting(self, round: str, draft: int) -> Drafting | None:
        """All that a drafting produced."""
        ...

    async def predicted(self, round: str, draft: int, member: str) -> dict[str, float]:
        """The rating from 1 to 7 that was expected of one member for each posted candidate of a draft.

        Empty where the member gave no opinion, was forgotten, or the predictor had no scale.
        """
        ...

    async def candidates(self, round: str, draft: int) -> list[tuple[str, Candidate | None]]:
        """(candidate id, candidate) of the posted candidates of a draft, in the order posted; None for a hidden one."""
        ...

    async def ballots(self, round: str, draft: int) -> Ballots:
        """The ratings that count of a draft's posted candidates."""
        ...

    async def ratings_of(self, round: str, draft: int, member: str) -> dict[str, tuple[int | None, int | None]]:
        """One member's (agreement, quality) per posted candidate."""
        ...

    async def outcome(self, round: str, draft: int) -> Outcome | None:
        """The outcome of a draft's vote, once tallied."""
        ...

    async def sent(self, round: str, kind: str, *, draft: int | None = None, member: str | None = None) -> list[Sent]:
        """Messages of one kind, oldest first."""
        ...

    async def sent_as(self, channel: str, message: str) -> Sent | None:
        """What a message of ours was for; None when it is not ours."""
        ...

    async def channel_settings(self, channel: str) -> dict[str, str]:
        """A channel's defaults, as `/consensus settings` wrote them."""
        ...

    async def set_channel_settings(self, channel: str, settings: Mapping[str, str]) -> None:
        """Replace a channel's defaults."""
        ...

    async def close(self) -> None:
        """Let go of the database; waits for what is under way."""
        ...
