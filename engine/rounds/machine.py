"""The round machine: `TABLE` says what every event means in every phase, `step` looks it up.

Rules of this file:
1. `step` is pure and total. It never raises on well-typed input, whatever the order of events.
2. Every pair of phase and event has a row. "late" and "ignored" are rows like any other.
3. A round changes phase only through a row that says so in `leads_to`; the diagram in
   docs/architecture.md is generated from these rows.
4. One event touches the round, the standings of the people it names, and a bounded number of new rows.

    collecting --> drafting --> voting --> tallying --> closed
                      ^ |                   |    |        | critique requested
                      | v                   v    v        v
              retry [ failed ] <------------+   critiquing --> drafting, closed

    closed and failed --> collecting (reopened);  any phase but closed --> cancelled
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.rounds import hiding, losses, members, phases, ratings
from engine.rounds.events import (
    AnnouncementWanted,
    CandidateHidden,
    CandidatesDrafted,
    ConsentGiven,
    CritiqueGiven,
    CritiqueRequested,
    CritiqueWithdrawn,
    DeadlinePassed,
    DraftFailed,
    Event,
    GracePassed,
    MemberForgotten,
    MemberJoined,
    MemberLeft,
    MembersInvited,
    OpinionGiven,
    OpinionSettled,
    OpinionWithdrawn,
    PhaseAdvanced,
    PositionRated,
    PostLost,
    RatingGiven,
    RatingWithdrawn,
    ReactionAdded,
    ReactionRemoved,
    ReactionsReconciled,
    ReminderDue,
    RoundCancelled,
    RoundExtended,
    RoundOpened,
    RoundReopened,
    TallyFailed,
    VotesTallied,
)
from engine.rounds.model import Phase, Round
from engine.rounds.transition import Standings, Transition, tell

Handler = Callable[[Round, Any, Standings], Transition]


@dataclass(frozen=True, slots=True)
class Row:
    """What one event means in one phase. `name` is for the diagram and the docs."""

    name: str
    handle: Handler
    leads_to: frozenset[Phase] = frozenset()


def _row(handle: Handler, *leads_to: Phase) -> Row:
    return Row(handle.__name__, handle, frozenset(leads_to))


def _ignored(round: Round, event: Event, _: Standings) -> Transition:
    return Transition(round)


def _refusing(name: str, message: str) -> Row:
    def refuse(round: Round, event: Any, _: Standings) -> Transition:
        person = event.member if hasattr(event, "member") else event.by
        return tell(round, person, message) if person is not None else Transition(round)

    return Row(name, refuse)


def _guarded(message: str) -> Row:
    """Late for a moderator; somebody else is told that they may not."""

    def refuse(round: Round, event: Any, _: Standings) -> Transition:
        return phases.not_moderator(round, event) or tell(round, event.by, message)

    return Row("late", refuse)


IGNORED = Row("ignored", _ignored)
COLLECTING, DRAFTING, VOTING, TALLYING = Phase.COLLECTING, Phase.DRAFTING, Phase.VOTING, Phase.TALLYING
CRITIQUING, CLOSED, CANCELLED, FAILED = Phase.CRITIQUING, Phase.CLOSED, Phase.CANCELLED, Phase.FAILED
RUNNING = (COLLECTING, DRAFTING, VOTING, TALLYING, CRITIQUING)
AFTER_CRITIQUES = (DRAFTING, CLOSED)


def _rows(event: type[Event], otherwise: Row, rows: Mapping[Phase, Row]) -> dict[tuple[Phase, type[Event]], Row]:
    return {(phase, event): rows.get(phase, otherwise) for phase in Phase}


def _reason(phase_messages: Mapping[Phase, str], otherwise: str) -> dict[Phase, Row]:
    return {phase: _refusing("late", phase_messages.get(phase, otherwise)) for phase in Phase}


LATE_OPINION = _reason({CLOSED: "round-closed", CANCELLED: "round-cancelled", FAILED: "round-failed"}, "late-opinion")
LATE_RATING = _reason({CLOSED: "round-closed", CANCELLED: "round-cancelled", COLLECTING: "early-rating"}, "late-rating")
LATE_CRITIQUE = _reason({CLOSED: "round-closed", CANCELLED: "round-cancelled"}, "late-critique")
LATE_POSITION = _reason({CLOSED: "round-closed", CANCELLED: "round-cancelled"}, "late-position")
LATE_JOIN = _reason({CLOSED: "round-closed", CANCELLED: "round-cancelled"}, "late-join")

JOIN = _row(members.joined)
LEAVE = _row(members.left)
EXTEND = _row(phases.extended)
CANCEL = _row(phases.cancelled, CANCELLED)
REOPEN = _row(phases.reopened, COLLECTING)
REMIND = _row(phases.reminder_due)
HIDE = _row(hiding.candidate_hidden)
FORGET = _row(members.forgotten)
CONSENT = _row(members.consented)
INVITE = _row(members.invited)

TABLE: dict[tuple[Phase, type[Event]], Row] = {
    **_rows(RoundOpened, IGNORED, {}),
    **_rows(MembersInvited, INVITE, {CANCELLED: IGNORED, CLOSED: IGNORED}),
    **_rows(MemberJoined, JOIN, {phase: LATE_JOIN[phase] for phase in (TALLYING, CLOSED, CANCELLED, FAILED)}),
    **_rows(MemberLeft, LEAVE, {CANCELLED: IGNORED, CLOSED: IGNORED}),
    **_rows(ConsentGiven, CONSENT, {}),
    **_rows(MemberForgotten, FORGET, {}),
    **_rows(OpinionGiven, IGNORED, {**LATE_OPINION, COLLECTING: _row(members.opinion_given)}),
    **_rows(OpinionSettled, IGNORED, {**LATE_OPINION, COLLECTING: _row(members.opinion_settled)}),
    **_rows(OpinionWithdrawn, IGNORED, {**LATE_OPINION, COLLECTING: _row(members.opinion_withdrawn)}),
    **_rows(
        PositionRated,
        IGNORED,
        {**LATE_POSITION, COLLECTING: _row(members.position_rated), VOTING: _row(members.position_rated)},
    ),
    **_rows(CandidatesDrafted, IGNORED, {DRAFTING: _row(phases.drafted, VOTING)}),
    **_rows(DraftFailed, IGNORED, {DRAFTING: _row(phases.draft_failed, FAILED)}),
    **_rows(RatingGiven, IGNORED, {**LATE_RATING, VOTING: _row(ratings.rating_given)}),
    **_rows(RatingWithdrawn, IGNORED, {**LATE_RATING, VOTING: _row(ratings.rating_withdrawn)}),
    **_rows(ReactionAdded, _row(ratings.late_reaction), {VOTING: _row(ratings.reaction_added)}),
    **_rows(ReactionRemoved, IGNORED, {VOTING: _row(ratings.reaction_removed)}),
    **_rows(
        ReactionsReconciled,
        IGNORED,
        {VOTING: _row(ratings.reconciled), TALLYING: _row(ratings.reconciled)},
    ),
    **_rows(VotesTallied, IGNORED, {TALLYING: _row(phases.tallied, CRITIQUING, CLOSED)}),
    **_rows(TallyFailed, IGNORED, {TALLYING: _row(phases.tally_failed, FAILED)}),
    **_rows(CritiqueGiven, IGNORED, {**LATE_CRITIQUE, CRITIQUING: _row(members.critique_given)}),
    **_rows(CritiqueWithdrawn, IGNORED, {**LATE_CRITIQUE, CRITIQUING: _row(members.critique_withdrawn)}),
    **_rows(
        DeadlinePassed,
        IGNORED,
        {
            COLLECTING: _row(phases.deadline_passed, DRAFTING),
            VOTING: _row(phases.deadline_passed, TALLYING),
            CRITIQUING: _row(phases.deadline_passed, *AFTER_CRITIQUES),
        },
    ),
    **_rows(
        GracePassed,
        IGNORED,
        {
            COLLECTING: _row(phases.grace_passed, DRAFTING),
            VOTING: _row(phases.grace_passed, TALLYING),
            CRITIQUING: _row(phases.grace_passed, *AFTER_CRITIQUES),
        },
    ),
    **_rows(
        ReminderDue,
        _refusing("late", "nothing-to-remind"),
        {COLLECTING: REMIND, VOTING: REMIND, CRITIQUING: REMIND},
    ),
    **_rows(
        RoundExtended,
        _guarded("nothing-to-extend"),
        {COLLECTING: EXTEND, VOTING: EXTEND, CRITIQUING: EXTEND},
    ),
    **_rows(
        PhaseAdvanced,
        _guarded("nothing-to-close"),
        {
            COLLECTING: _row(phases.advanced, DRAFTING),
            VOTING: _row(phases.advanced, TALLYING),
            CRITIQUING: _row(phases.advanced, *AFTER_CRITIQUES),
            FAILED: _row(phases.retried, DRAFTING, TALLYING),
        },
    ),
    **_rows(CritiqueRequested, _guarded("nothing-to-critique"), {CLOSED: _row(phases.critique_requested, CRITIQUING)}),
    **_rows(
        CandidateHidden,
        HIDE,
        {
            CRITIQUING: _row(hiding.candidate_hidden, CLOSED),
        },
    ),
    **_rows(PostLost, IGNORED, dict.fromkeys(RUNNING, _row(losses.post_lost))),
    **_rows(
        AnnouncementWanted,
        _guarded("nothing-to-announce"),
        dict.fromkeys(RUNNING, _row(losses.announcement_wanted)),
    ),
    **_rows(RoundReopened, _guarded("nothing-to-reopen"), {CLOSED: REOPEN, FAILED: REOPEN}),
    **_rows(
        RoundCancelled,
        _guarded("nothing-to-cancel"),
        {**dict.fromkeys(RUNNING, CANCEL), FAILED: CANCEL},
    ),
}


def step(round: Round | None, event: Event, standings: Standings) -> Transition | None:
    """What the event makes of the round.

    standings: those of the people the event names (`people`), as far as they have one.
    Returns None when there is no round yet and the event opens none; otherwise a Transition whose round
    has a version one higher, or is the same object when nothing changed.
    """
    if round is None:
        return _versioned(phases.opened(event)) if isinstance(event, RoundOpened) else None
    transition = TABLE[round.phase, type(event)].handle(round, event, standings)
    untouched = transition.round is round and not (transition.standings or transition.entries or transition.effects)
    return transition if untouched else _versioned(transition)


def _versioned(transition: Transition) -> Transition:
    return replace(transition, round=replace(transition.round, version=transition.round.version + 1))


def people(event: Event) -> tuple[str, ...]:
    """The people whose standings the event needs."""
    if isinstance(event, MembersInvited):
        return tuple(dict.fromkeys(event.members))
    member = getattr(event, "member", None)
    return () if member is None else (member,)
