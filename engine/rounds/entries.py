"""What an event adds to the log: rows that are appended and never updated in place.

The last entry of its kind counts; the history is data (DESIGN: ratings are append-only). `Forgotten`
is the exception that people have a right to: the store deletes that member's texts and ratings.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.outcome import Outcome
from engine.records import Drafting
from engine.rounds.model import When


@dataclass(frozen=True, slots=True)
class OpinionEntry:
    """A member's opinion as it stands from now on; "" when withdrawn."""

    member: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class PositionEntry:
    """A member's 1-7 rating of the position statement."""

    member: str
    when: When
    rating: int
    at: float


@dataclass(frozen=True, slots=True)
class CritiqueEntry:
    """A member's critique of the leading statement of `draft`; "" when withdrawn."""

    member: str
    draft: int
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class RatingEntry:
    """A member's rating of a candidate from now on.

    agreement, quality: 1-7, None where this entry leaves that scale as it was. withdrawn: the agreement
    was taken back. rating_pass: 1, or 2 where candidates are rated twice.
    """

    member: str
    candidate: str
    agreement: int | None
    quality: int | None
    at: float
    withdrawn: bool = False
    rating_pass: int = 1


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """What a member allows beyond the round."""

    member: str
    research: bool
    training: bool
    at: float


@dataclass(frozen=True, slots=True)
class DraftingEntry:
    """All that one drafting produced. `members`: whose opinions the prediction's rows are of, in order."""

    draft: int
    iteration: int
    members: tuple[str, ...]
    drafting: Drafting
    at: float


@dataclass(frozen=True, slots=True)
class OutcomeEntry:
    """The count of one draft's votes."""

    draft: int
    iteration: int
    outcome: Outcome
    leading: str | None
    at: float


@dataclass(frozen=True, slots=True)
class HidingEntry:
    """A posted candidate hidden by a moderator. reason: in their own words, "" for none."""

    candidate: str
    by: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Delete what this member gave; keep a tombstone so that exports carry the deletion."""

    member: str
    at: float


Entry = (
    OpinionEntry
    | PositionEntry
    | CritiqueEntry
    | RatingEntry
    | ConsentEntry
    | DraftingEntry
    | OutcomeEntry
    | HidingEntry
    | Forgotten
)
