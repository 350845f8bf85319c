"""What moves a round from one phase to the next: deadlines, answers of the models, and the moderator."""

from __future__ import annotations

from dataclasses import replace

from engine.rounds.effects import (
    Announce,
    AskCritiques,
    AskModerator,
    AskOpinions,
    AskRatings,
    DraftCandidates,
    Effect,
    InviteMembers,
    PostCandidate,
    PostOutcome,
    RemindMissing,
    RetireCandidates,
    TallyVotes,
    Tell,
    UpdateCard,
)
from engine.rounds.entries import DraftingEntry, OutcomeEntry
from engine.rounds.events import (
    AnnouncementWanted,
    CandidateHidden,
    CandidatesDrafted,
    CritiqueRequested,
    DeadlinePassed,
    DraftFailed,
    GracePassed,
    PhaseAdvanced,
    ReminderDue,
    RoundCancelled,
    RoundExtended,
    RoundOpened,
    RoundReopened,
    TallyFailed,
    VotesTallied,
)
from engine.rounds.model import MIN_OPINIONS, Ballot, Counts, Phase, Roster, Round, candidate_id
from engine.rounds.transition import Standings, Transition, fresh_votes, quorum_met, tell, timers

Moderation = PhaseAdvanced | CandidateHidden | CritiqueRequested | RoundExtended | RoundReopened | RoundCancelled


def opened(event: RoundOpened) -> Transition:
    """A new round, collecting opinions."""
    deadline = event.at + event.rules.opinion_seconds
    round = Round(
        id=event.round,
        version=0,
        channel=event.channel,
        moderator=event.moderator,
        question=event.question,
        affirming=event.affirming,
        negating=event.negating,
        rules=event.rules,
        phase=Phase.COLLECTING,
        seed=event.seed,
        opened_at=event.at,
        deadline=deadline,
        roster_known=event.rules.roster is Roster.OPEN,
        counts=Counts(),
    )
    effects: list[Effect] = [Announce()]
    if event.rules.roster is Roster.INVITED:
        effects.append(InviteMembers(event.invited))
    return Transition(round, effects=(*effects, *timers(round, event.at)))


def not_moderator(round: Round, event: Moderation | AnnouncementWanted | ReminderDue) -> Transition | None:
    """The refusal, when whoever did this may not change the round."""
    by = event.by or round.moderator
    return None if by == round.moderator or event.privileged else tell(round, by, "not-moderator")


def begin_drafting(round: Round) -> Transition:
    """The next draft is written; a draft that is written already is answered in vain."""
    after = replace(
        round,
        phase=Phase.DRAFTING,
        draft=round.draft + 1,
        deadline=None,
        closing_at=None,
        posted=(),
        leading=round.leading if round.iteration else None,
        failed_in=None,
        hidden=(),
        counts=fresh_votes(round.counts),
    )
    return Transition(after, effects=(UpdateCard(), DraftCandidates(after.draft, after.seed + after.draft)))


def _tally(round: Round) -> Transition:
    after = replace(round, phase=Phase.TALLYING, deadline=None, closing_at=None, failed_in=None)
    return Transition(after, effects=(UpdateCard(), TallyVotes(round.draft)))


def closed(round: Round) -> Transition:
    """The round closes, and the channel is told the outcome of its last vote."""
    after = replace(round, phase=Phase.CLOSED, deadline=None, closing_at=None, failed_in=None)
    return Transition(after, effects=(PostOutcome(round.draft), UpdateCard()))


def _critique(round: Round, at: float) -> Transition:
    after = replace(
        round, phase=Phase.CRITIQUING, deadline=at + round.rules.critique_seconds, closing_at=None, failed_in=None
    )
    return Transition(after, effects=(UpdateCard(), AskCritiques(round.draft), *timers(after, at)))


def _revise(round: Round) -> Transition:
    return begin_drafting(replace(round, iteration=round.iteration + 1))


def collecting_over(round: Round, event: DeadlinePassed | GracePassed | PhaseAdvanced, _: Standings) -> Transition:
    """Opinions are in: draft, or with too few of them ask the moderator and keep collecting."""
    if round.counts.opinions < MIN_OPINIONS:
        waiting = replace(
            round, deadline=None if isinstance(event, DeadlinePassed) else round.deadline, closing_at=None
        )
        numbers = (("minimum", MIN_OPINIONS), ("opinions", round.counts.opinions))
        return Transition(waiting, effects=(AskModerator("too-few-opinions", numbers), UpdateCard()))
    return begin_drafting(round)


def voting_over(round: Round, event: DeadlinePassed | GracePassed | PhaseAdvanced, _: Standings) -> Transition:
    """The vote is over: count."""
    return _tally(round)


def critiquing_over(round: Round, event: DeadlinePassed | GracePassed | PhaseAdvanced, _: Standings) -> Transition:
    """Critiques are in: revise; without any there is nothing to revise, and the outcome stands."""
    return _revise(round) if round.counts.critiques else closed(round)


def deadline_passed(round: Round, event: DeadlinePassed, standings: Standings) -> Transition:
    """A timer of a deadline that was moved since says nothing."""
    if event.deadline != round.deadline:
        return Transition(round)
    return OVER[round.phase](round, event, standings)


def grace_passed(round: Round, event: GracePassed, standings: Standings) -> Transition:
    """The grace of an early close ended without an edit."""
    if event.closing_at != round.closing_at or not quorum_met(round):
        return Transition(round)
    return OVER[round.phase](round, event, standings)


def advanced(round: Round, event: PhaseAdvanced, standings: Standings) -> Transition:
    """The moderator ends the phase now."""
    return not_moderator(round, event) or OVER[round.phase](round, event, standings)


OVER = {
    Phase.COLLECTING: collecting_over,
    Phase.VOTING: voting_over,
    Phase.CRITIQUING: critiquing_over,
}


def drafted(round: Round, event: CandidatesDrafted, _: Standings) -> Transition:
    """Candidates are there: post the best of them and let the electorate rate."""
    if event.draft != round.draft:
        return Transition(round)
    after = replace(
        round,
        phase=Phase.VOTING,
        deadline=event.at + round.rules.voting_seconds,
        posted=tuple(candidate_id(round.id, round.draft, index) for index in event.drafting.posted),
    )
    entry = DraftingEntry(round.draft, round.iteration, event.members, event.drafting, event.at)
    effects: list[Effect] = [PostCandidate(round.draft, candidate) for candidate in after.posted]
    effects.append(UpdateCard())
    if round.rules.ballot is Ballot.PRIVATE or round.asks_position:
        effects.append(AskRatings(round.draft))
    if len(after.posted) < round.rules.posted:
        numbers = (("asked", round.rules.posted), ("posted", len(after.posted)))
        effects.append(Tell(round.moderator, "fewer-candidates", numbers))
    return Transition(after, (), (entry,), (*effects, *timers(after, event.at)))


def draft_failed(round: Round, event: DraftFailed, _: Standings) -> Transition:
    """Drafting was given up; the moderator may try again, reopen or cancel."""
    if event.draft != round.draft:
        return Transition(round)
    after = replace(round, phase=Phase.FAILED, failed_in=Phase.DRAFTING)
    return Transition(after, effects=(AskModerator("draft-failed", (("reason", event.reason),)), UpdateCard()))


def tallied(round: Round, event: VotesTallied, _: Standings) -> Transition:
    """The count is there: go on to critiques while the rules ask for them, else close."""
    if event.draft != round.draft:
        return Transition(round)
    if any(one in round.hidden for one in event.outcome.posted):
        # Hidden while the votes were being counted: count again without it.
        return Transition(replace(round), effects=(TallyVotes(round.draft),))
    counted = replace(round, leading=event.leading)
    entry = OutcomeEntry(round.draft, round.iteration, event.outcome, event.leading, event.at)
    wants_critique = round.iteration < round.rules.critique_iterations and event.leading is not None
    after = _critique(counted, event.at) if wants_critique else closed(counted)
    return after.plus(RetireCandidates(round.draft), entries=(entry,))


def tally_failed(round: Round, event: TallyFailed, _: Standings) -> Transition:
    """Counting was given up; the moderator may try again, reopen or cancel."""
    if event.draft != round.draft:
        return Transition(round)
    after = replace(round, phase=Phase.FAILED, failed_in=Phase.TALLYING)
    return Transition(after, effects=(AskModerator("tally-failed", (("reason", event.reason),)), UpdateCard()))


def retried(round: Round, event: PhaseAdvanced, _: Standings) -> Transition:
    """The moderator asks a failed round to try again where it failed."""
    if refusal := not_moderator(round, event):
        return refusal
    return _tally(round) if round.failed_in is Phase.TALLYING else begin_drafting(round)


def reminder_due(round: Round, event: ReminderDue, _: Standings) -> Transition:
    """Remind those missing: by the timer of this deadline, or because the moderator asked."""
    if event.by is None:
        if event.deadline != round.deadline:
            return Transition(round)
        return Transition(replace(round), effects=(RemindMissing(round.phase, round.draft),))
    if refusal := not_moderator(round, event):
        return refusal
    return Transition(replace(round), effects=(RemindMissing(round.phase, round.draft), Tell(event.by, "reminded")))


def extended(round: Round, event: RoundExtended, _: Standings) -> Transition:
    """The moderator moves the deadline of the phase."""
    if refusal := not_moderator(round, event):
        return refusal
    if event.deadline <= event.at:
        return tell(round, event.by, "deadline-in-past")
    after = replace(round, deadline=event.deadline, closing_at=None, extensions=round.extensions + 1)
    said = Tell(event.by, "extended", (("deadline", event.deadline),))
    return Transition(after, effects=(UpdateCard(), said, *timers(after, event.at)))


def critique_requested(round: Round, event: CritiqueRequested, _: Standings) -> Transition:
    """After an outcome without agreement the moderator asks for another iteration."""
    if refusal := not_moderator(round, event):
        return refusal
    if round.leading is None:
        return tell(round, event.by, "nothing-to-critique")
    if round.leading in round.hidden:
        return tell(round, event.by, "leading-hidden")
    return _critique(round, event.at)


def reopened(round: Round, event: RoundReopened, _: Standings) -> Transition:
    """Opinions may be given, edited and withdrawn again; only those without one are asked."""
    if refusal := not_moderator(round, event):
        return refusal
    if event.deadline <= event.at:
        return tell(round, event.by, "deadline-in-past")
    after = replace(
        round,
        phase=Phase.COLLECTING,
        iteration=0,
        deadline=event.deadline,
        closing_at=None,
        posted=(),
        leading=None,
        failed_in=None,
        hidden=(),
        counts=fresh_votes(round.counts),
        draft=round.draft + 1,
    )
    return Transition(after, effects=(Announce(), AskOpinions(), UpdateCard(), *timers(after, event.at)))


def cancelled(round: Round, event: RoundCancelled, _: Standings) -> Transition:
    """The moderator ends the round without an outcome."""
    if refusal := not_moderator(round, event):
        return refusal
    after = replace(round, phase=Phase.CANCELLED, deadline=None, closing_at=None, failed_in=None)
    voted_on = (RetireCandidates(round.draft),) if round.posted else ()
    return Transition(after, effects=(UpdateCard(), *voted_on, Tell(event.by, "cancelled")))
