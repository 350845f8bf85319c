"""What happened to a round, in the past tense. Times, ids and seeds arrive inside.

`at` is the platform's own time of what happened, in seconds since the epoch. Fields hold nothing but what JSON can.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.outcome import Outcome
from engine.records import Drafting
from engine.rounds.model import Rules, When


class How(StrEnum):
    """How a new text meets an opinion or critique that is there already."""

    ASK = "ask"
    ADD = "add"
    REPLACE = "replace"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class RoundOpened:
    """A moderator posed a question. `negating` and `affirming` are None for an open question."""

    at: float
    round: str
    channel: str
    moderator: str
    question: str
    affirming: str | None
    negating: str | None
    rules: Rules
    seed: int
    invited: tuple[str, ...] = ()
    """Who to invite, as the platform's references (members, groups, the channel); expanded by an effect."""


@dataclass(frozen=True, slots=True)
class MembersInvited:
    """A batch (at most 100) of the invited roster was resolved by the platform; `last` ends it."""

    at: float
    members: tuple[str, ...]
    last: bool


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """Somebody pressed Join, or came to a channel whose members are the roster."""

    at: float
    member: str


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """A member left the roster or the channel."""

    at: float
    member: str


@dataclass(frozen=True, slots=True)
class PositionRated:
    """A member rated the position statement, 1 (disagree) to 7 (agree)."""

    at: float
    member: str
    rating: int
    when: When


@dataclass(frozen=True, slots=True)
class OpinionGiven:
    """A member gave an opinion. `source` names the message or form, so that editing it edits this part."""

    at: float
    member: str
    text: str
    source: str
    how: How = How.ASK


@dataclass(frozen=True, slots=True)
class OpinionSettled:
    """A member chose Add or Replace for the message that was waiting."""

    at: float
    member: str
    how: How


@dataclass(frozen=True, slots=True)
class OpinionWithdrawn:
    """A member took the opinion back; with `source`, only the part that came from that message."""

    at: float
    member: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A member chose what else their words may be used for."""

    at: float
    member: str
    research: bool
    training: bool


@dataclass(frozen=True, slots=True)
class CandidatesDrafted:
    """The models wrote, predicted and reranked. `members`: whose opinions the prediction's rows are of."""

    at: float
    draft: int
    drafting: Drafting
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftFailed:
    """Drafting was given up; `reason` is one sentence without any opinion's words."""

    at: float
    draft: int
    reason: str


@dataclass(frozen=True, slots=True)
class RatingGiven:
    """A member rated a candidate 1 to 7 in a form or by a button; None leaves that scale as it is."""

    at: float
    member: str
    candidate: str
    agreement: int | None = None
    quality: int | None = None


@dataclass(frozen=True, slots=True)
class RatingWithdrawn:
    """A member took a rating back."""

    at: float
    member: str
    candidate: str


@dataclass(frozen=True, slots=True)
class ReactionAdded:
    """Somebody put a keycap on a candidate's message. quiet: nobody is written to for it."""

    at: float
    member: str
    candidate: str
    rating: int
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class ReactionRemoved:
    """Somebody took a keycap off a candidate's message."""

    at: float
    member: str
    candidate: str
    rating: int


@dataclass(frozen=True, slots=True)
class ReactionsReconciled:
    """What the platform holds for one member and candidate, after a gap; `held` has no order.

    known: which keycaps were known to be held when the platform was asked; where that changed meanwhile, something
    newer came and nothing happens. None: what the platform holds wins. quiet: nobody but a member is written to for it.
    newer: what was not known was put on after what was.
    """

    at: float
    member: str
    candidate: str
    held: tuple[int, ...]
    known: tuple[int, ...] | None = None
    quiet: bool = False
    newer: bool = False


class Post(StrEnum):
    """What of a round stands where everybody sees it."""

    ANNOUNCEMENT = "announcement"
    CANDIDATE = "candidate"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class PostLost:
    """Somebody deleted what a round had posted. candidate: the one whose message it was. message: the platform's id."""

    at: float
    post: Post
    message: str = ""
    candidate: str | None = None


@dataclass(frozen=True, slots=True)
class CritiqueGiven:
    """A member said what is wrong with the leading statement."""

    at: float
    member: str
    text: str
    source: str
    how: How = How.REPLACE


@dataclass(frozen=True, slots=True)
class CritiqueWithdrawn:
    """A member took the critique back."""

    at: float
    member: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class VotesTallied:
    """The ratings of a draft were counted."""

    at: float
    draft: int
    outcome: Outcome
    leading: str | None


@dataclass(frozen=True, slots=True)
class TallyFailed:
    """Counting was given up."""

    at: float
    draft: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """The deadline `deadline` came; stale when the round has another one by now."""

    at: float
    deadline: float


@dataclass(frozen=True, slots=True)
class GracePassed:
    """The grace of an early close ended; stale when an edit cancelled it."""

    at: float
    closing_at: float


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """Time to remind those missing; `by` is the moderator who asked, or None for the timer."""

    at: float
    deadline: float | None
    by: str | None = None
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class RoundExtended:
    """A moderator moved the deadline. `privileged`: has the moderator role in this channel."""

    at: float
    by: str
    deadline: float
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class PhaseAdvanced:
    """A moderator closed the phase now, or asked a failed round to try again."""

    at: float
    by: str
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class CritiqueRequested:
    """A moderator asked for a critique iteration after the outcome."""

    at: float
    by: str
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class AnnouncementWanted:
    """A moderator asked for the announcement once more, in the place of one that was deleted."""

    at: float
    by: str
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class CandidateHidden:
    """A moderator hid a posted candidate. `reason`: in their own words for the log, "" for none."""

    at: float
    by: str
    candidate: str
    reason: str = ""
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class RoundReopened:
    """A moderator reopened the round for opinions until `deadline`."""

    at: float
    by: str
    deadline: float
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class RoundCancelled:
    """A moderator cancelled the round."""

    at: float
    by: str
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class MemberForgotten:
    """A member asked for everything of theirs in this round to be deleted."""

    at: float
    member: str


Event = (
    RoundOpened
    | MembersInvited
    | MemberJoined
    | MemberLeft
    | PositionRated
    | OpinionGiven
    | OpinionSettled
    | OpinionWithdrawn
    | ConsentGiven
    | CandidatesDrafted
    | DraftFailed
    | RatingGiven
    | RatingWithdrawn
    | ReactionAdded
    | ReactionRemoved
    | ReactionsReconciled
    | PostLost
    | CritiqueGiven
    | CritiqueWithdrawn
    | VotesTallied
    | TallyFailed
    | DeadlinePassed
    | GracePassed
    | ReminderDue
    | RoundExtended
    | PhaseAdvanced
    | CritiqueRequested
    | AnnouncementWanted
    | CandidateHidden
    | RoundReopened
    | RoundCancelled
    | MemberForgotten
)
