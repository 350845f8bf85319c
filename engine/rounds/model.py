"""A round as frozen values: its rules, its phase, its counts, and one member's standing in it.

`Round` is small whatever the size of the group: opinions, candidates, ratings and critiques are rows
of their own, and the round keeps counts of them. `Standing` is the one member's row that an event of
that member touches. Times are seconds since the epoch, UTC.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

MIN_OPINIONS = 3
"""Fewer opinions than this draft nothing: a statement "of the group" would give a member away."""

MAX_OPINION = 4_000
"""Characters in an opinion or critique."""

MAX_QUESTION = 1_000
"""Characters in a question or position statement."""

MAX_REASON = 500
"""Characters in a moderator's reason for hiding a candidate."""

GRACE_SECONDS = 60.0
"""How long an early close waits; any edit cancels it."""


class Phase(StrEnum):
    """Where a round is. Only `machine.step` moves a round from one to another."""

    COLLECTING = "collecting"
    DRAFTING = "drafting"
    VOTING = "voting"
    TALLYING = "tallying"
    CRITIQUING = "critiquing"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Purpose(StrEnum):
    """What a round is for."""

    DECIDE = "decide"
    COLLECT = "collect"
    EVALUATE = "evaluate"


class Roster(StrEnum):
    """Who may answer: named people, or whoever presses Join."""

    INVITED = "invited"
    OPEN = "open"


class Electorate(StrEnum):
    """Who may rate: the roster, or everybody in the channel."""

    ROSTER = "roster"
    CHANNEL = "channel"


class Ballot(StrEnum):
    """How ratings are collected: reactions in the channel, or a private form."""

    OPEN = "open"
    PRIVATE = "private"


class When(StrEnum):
    """When a member rated the position statement: with the opinion, or with the ballot."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the moderator chose when opening the round.

    quorum: on an open roster a count of opinions that closes collecting early (None: only the
        deadline does); on an invited roster a fraction of the members in (0, 1], rounded up
        (None: everybody).
    welfare: "utilitarian", "bernoulli-nash", "rawlsian", "alpha=2.5", "median" or "schulze".
    drafted, posted: how many candidates are written, and how many of them the channel sees.
    """

    purpose: Purpose = Purpose.DECIDE
    roster: Roster = Roster.OPEN
    electorate: Electorate = Electorate.ROSTER
    ballot: Ballot = Ballot.OPEN
    hidden_results: bool = False
    opinion_seconds: float = 86_400.0
    voting_seconds: float = 86_400.0
    critique_seconds: float = 86_400.0
    quorum: float | None = None
    drafted: int = 16
    posted: int = 3
    welfare: str = "utilitarian"
    critique_iterations: int = 0
    rate_position: bool = True
    reminders: bool = True
    generator: str = "extractive"
    predictor: str = "lexical"

    def quorum_of(self, members: int) -> int | None:
        """How many of `members` end a phase early; None when only the deadline does."""
        if self.roster is Roster.OPEN:
            return None if self.quorum is None else math.ceil(self.quorum)
        return max(1, math.ceil(members * (1.0 if self.quorum is None else self.quorum) - 1e-9))


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """Why rules cannot stand: the field to look at, and the text id of the sentence that says so."""

    field: str
    message: str


def rule_problems(rules: Rules) -> tuple[RuleProblem, ...]:
    """Every contradiction in the rules, in the order of the form's fields; empty when they can stand."""
    found = [
        RuleProblem(name, "rules-duration-range")
        for name in ("opinion_seconds", "voting_seconds", "critique_seconds")
        if not 60 <= getattr(rules, name) <= 366 * 86_400
    ]
    if rules.hidden_results and rules.ballot is Ballot.OPEN:
        found.append(RuleProblem("hidden_results", "rules-hidden-needs-private"))
    if rules.quorum is not None:
        if rules.roster is Roster.OPEN and (rules.quorum < MIN_OPINIONS or rules.quorum != int(rules.quorum)):
            found.append(RuleProblem("quorum", "rules-quorum-count"))
        if rules.roster is Roster.INVITED and not 0 < rules.quorum <= 1:
            found.append(RuleProblem("quorum", "rules-quorum-fraction"))
    if not 1 <= rules.drafted <= 64:
        found.append(RuleProblem("drafted", "rules-drafted-range"))
    if not 1 <= rules.posted <= min(rules.drafted, 10):
        found.append(RuleProblem("posted", "rules-posted-range"))
    if not 0 <= rules.critique_iterations <= 5:
        found.append(RuleProblem("critique_iterations", "rules-critiques-range"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many, so that no event has to look at a whole group.

    members: on the roster and not left; answered: of these, with an opinion; opinions: opinions held,
    those of members who left included; voters: people who rated a visible candidate of this draft;
    complete: members (roster, not left) who rated every visible one; critiques: critiques held,
    of which `critiqued` by members not left; outside: people whose reactions are not counted.
    rated: (which, people, members) for every set of posted candidates that somebody rated exactly, hidden ones
    included: the set as bits, the first posted being the lowest; how many people, and of these how many members.
    There are no more sets than 2 to the number posted, however large the group; `voters` and `complete` follow from
    them when a candidate is hidden.
    """

    members: int = 0
    answered: int = 0
    opinions: int = 0
    voters: int = 0
    complete: int = 0
    critiques: int = 0
    critiqued: int = 0
    outside: int = 0
    rated: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """One question deliberated by one group.

    version: how many events changed it, the first being 1. draft: how many draftings were begun;
    candidates belong to a draft. iteration: 0 from opinions, 1.. from critiques. closing_at: when the
    grace of an early close ends. roster_known: every invited member has been added. posted:
    the candidates of this draft that the channel sees, in the order posted. leading: the leading
    candidate's id once votes were tallied. failed_in: the phase that failed, for a retry. hidden: those of
    `posted` that the moderator hid, in the order hidden.
    """

    id: str
    version: int
    channel: str
    moderator: str
    question: str
    affirming: str | None
    negating: str | None
    rules: Rules
    phase: Phase
    seed: int
    opened_at: float
    deadline: float | None
    iteration: int = 0
    draft: int = 0
    closing_at: float | None = None
    roster_known: bool = False
    posted: tuple[str, ...] = ()
    leading: str | None = None
    failed_in: Phase | None = None
    extensions: int = 0
    counts: Counts = field(default_factory=Counts)
    hidden: tuple[str, ...] = ()

    @property
    def visible(self) -> tuple[str, ...]:
        """The posted candidates that the moderator did not hide: those that are rated, counted and shown."""
        return tuple(one for one in self.posted if one not in self.hidden) if self.hidden else self.posted

    @property
    def platform(self) -> str:
        """The chat platform it takes place on, as its channel's id begins: "web", "slack"."""
        return self.channel.partition(":")[0]

    @property
    def asks_position(self) -> bool:
        """Whether members rate a position statement."""
        return self.rules.rate_position and self.affirming is not None


def candidate_id(round_id: str, draft: int, index: int) -> str:
    """The id of the `index`th candidate (0-based, in drafting order) of a draft."""
    return f"{round_id}/{draft}/{index}"


def place_of(candidate: str) -> int:
    """The 0-based place of a candidate in drafting order."""
    return int(candidate.rsplit("/", 1)[1])


def draft_of(candidate: str) -> int:
    """The draft a candidate id belongs to; -1 when it is no candidate id."""
    parts = candidate.rsplit("/", 2)
    return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else -1


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of an opinion: the message (or form) it came from, and its text."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of one keycap of one member on one candidate: held or taken off, and since when.

    A keycap taken off is remembered, so that an addition that arrives after its own removal loses.
    """

    candidate: str
    rating: int
    at: float
    held: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One person's place in one round: the single row their events read and write.

    on_roster: may answer. left: was on the roster and is not any more. outside: reacted without being
    in the electorate. opinion: the parts it was given in. pending: a second message waiting for Add or
    Replace. rated: posted candidates of the current draft this person has a rating for, with the rating.
    marks: their keycaps by the platform's time. draft: the draft that `rated` and `marks` are about;
    critique_draft: the draft whose leading statement `critique` is about. research,
    training: the two consents, off unless given.
    """

    member: str
    on_roster: bool = False
    left: bool = False
    outside: bool = False
    opinion: tuple[Part, ...] = ()
    pending: Part | None = None
    position_before: int | None = None
    position_after: int | None = None
    critique: tuple[Part, ...] = ()
    critique_draft: int = 0
    draft: int = 0
    rated: tuple[tuple[str, int], ...] = ()
    marks: tuple[Mark, ...] = ()
    research: bool = False
    training: bool = False

    @property
    def active(self) -> bool:
        """On the roster and still here."""
        return self.on_roster and not self.left

    @property
    def opinion_text(self) -> str:
        """The opinion as one text; "" when there is none."""
        return "\n\n".join(part.text for part in self.opinion)

    @property
    def critique_text(self) -> str:
        """The critique as one text; "" when there is none."""
        return "\n\n".join(part.text for part in self.critique)
