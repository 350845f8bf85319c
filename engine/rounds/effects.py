"""What a round wants done, in the imperative. JSON-able; a store keeps them in its outbox.

An effect that speaks names no text, only what is to be said: `bot` renders it when it is sent, from
the round as it is then. `EFFECTS` maps a name to its type, so that a row becomes an effect again.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.rounds.model import Round

Parameters = tuple[tuple[str, str | int | float], ...]


@dataclass(frozen=True, slots=True)
class Announce:
    """Post the round's announcement in the channel."""


@dataclass(frozen=True, slots=True)
class UpdateCard:
    """Bring the announcement up to date. At most one waits per round: a waiting one says it all."""


@dataclass(frozen=True, slots=True)
class InviteMembers:
    """Resolve whom the moderator invited into MembersInvited events, in batches."""

    invited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskOpinions:
    """Ask every member who has no opinion yet and was not asked before; expanded in batches."""


@dataclass(frozen=True, slots=True)
class AskOpinion:
    """Ask one member for an opinion."""

    member: str


@dataclass(frozen=True, slots=True)
class ShowReceipt:
    """Show a member privately what is stored of theirs; `anew` as a new message, else in the last one."""

    member: str
    anew: bool = False


@dataclass(frozen=True, slots=True)
class AskAddOrReplace:
    """Ask a member whether the second message adds to the opinion or replaces it."""

    member: str


@dataclass(frozen=True, slots=True)
class DraftCandidates:
    """Write, predict and rerank; answered by CandidatesDrafted or DraftFailed."""

    draft: int
    seed: int


@dataclass(frozen=True, slots=True)
class PostCandidate:
    """Post one of a draft's chosen candidates as a message of its own."""

    draft: int
    candidate: str


@dataclass(frozen=True, slots=True)
class AskRatings:
    """Tell every member that voting is open, with the private ballot or the position; in batches."""

    draft: int


@dataclass(frozen=True, slots=True)
class AskRating:
    """Tell one member that voting is open."""

    member: str
    draft: int


@dataclass(frozen=True, slots=True)
class RemindMissing:
    """Remind those who have not answered, rated or critiqued in this phase; expanded in batches."""

    phase: str
    draft: int


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind one member."""

    member: str
    phase: str
    draft: int


@dataclass(frozen=True, slots=True)
class TallyVotes:
    """Reconcile with the platform and count; answered by VotesTallied or TallyFailed."""

    draft: int


@dataclass(frozen=True, slots=True)
class AskCritiques:
    """Show every member the leading statement and ask what is wrong with it; in batches."""

    draft: int


@dataclass(frozen=True, slots=True)
class AskCritique:
    """Ask one member for a critique of the leading statement."""

    member: str
    draft: int


@dataclass(frozen=True, slots=True)
class PostOutcome:
    """Tell the channel the outcome of a draft's vote."""

    draft: int


@dataclass(frozen=True, slots=True)
class RetireCandidates:
    """The vote on a draft is over: its posted candidates ask for ratings no more."""

    draft: int


@dataclass(frozen=True, slots=True)
class RedrawCandidate:
    """A posted candidate was hidden: its message, and whatever outcome quotes it, are to show that instead."""

    candidate: str


@dataclass(frozen=True, slots=True)
class RedrawPrivateCards:
    """Take a hidden candidate's text out of the private cards that quote it; expanded in batches."""

    candidate: str


@dataclass(frozen=True, slots=True)
class RedrawPrivateCard:
    """Take a hidden candidate's text out of the private cards of one member that quote it."""

    member: str
    candidate: str


@dataclass(frozen=True, slots=True)
class AskModerator:
    """Put a choice to the moderator privately: text id `message`, with the buttons that belong to it."""

    message: str
    parameters: Parameters = ()


@dataclass(frozen=True, slots=True)
class AskWhichRating:
    """Several keycaps of unknown order were found after a gap: ask the member which one counts."""

    member: str
    candidate: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell one person one sentence, privately: text id `message`."""

    member: str
    message: str
    parameters: Parameters = ()


@dataclass(frozen=True, slots=True)
class EraseConversation:
    """Have the platform delete what it keeps of somebody's conversation with the bot."""

    member: str


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send the round a DeadlinePassed, GracePassed or ReminderDue at `due` (`timer` says which)."""

    due: float
    timer: str
    about: float


Effect = (
    Announce
    | UpdateCard
    | InviteMembers
    | AskOpinions
    | AskOpinion
    | ShowReceipt
    | AskAddOrReplace
    | DraftCandidates
    | PostCandidate
    | AskRatings
    | AskRating
    | RemindMissing
    | Remind
    | TallyVotes
    | AskCritiques
    | AskCritique
    | PostOutcome
    | RetireCandidates
    | RedrawCandidate
    | RedrawPrivateCards
    | RedrawPrivateCard
    | AskModerator
    | AskWhichRating
    | Tell
    | EraseConversation
    | WakeAt
)

EFFECTS: dict[str, type[Effect]] = {kind.__name__: kind for kind in Effect.__args__}


def effect_id(after: Round, ordinal: int) -> str:
    """The idempotency key of the `ordinal`th effect of the event that made `after`."""
    return f"{after.id}/{after.version}/{ordinal}"
