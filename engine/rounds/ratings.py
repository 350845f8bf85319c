"""How ratings of candidates come in: forms and buttons, keycaps, and keycaps found after a gap."""

from __future__ import annotations

from dataclasses import replace

from engine.rounds.effects import AskWhichRating, ShowReceipt, Tell, UpdateCard
from engine.rounds.entries import RatingEntry
from engine.rounds.events import RatingGiven, RatingWithdrawn, ReactionAdded, ReactionRemoved, ReactionsReconciled
from engine.rounds.members import SCALE
from engine.rounds.model import Ballot, Electorate, Mark, Phase, Round, Standing, draft_of
from engine.rounds.transition import Standings, Transition, edited, recount, standing_of, tell


def rating_given(round: Round, event: RatingGiven, standings: Standings) -> Transition:
    """A rating from the private ballot, or a quality rating from the candidate's button."""
    before = standing_of(standings, event.member)
    old = _in_draft(round, before)
    if event.candidate in round.hidden:
        return Transition(round)
    if event.candidate not in round.posted:
        return tell(round, event.member, "late-rating")
    if not _may_rate(round, old):
        return tell(round, event.member, "not-in-electorate")
    for rating in (event.agreement, event.quality):
        if rating is not None and rating not in SCALE:
            return tell(round, event.member, "rating-range", rating=rating)
    new = old if event.agreement is None else _rated(old, event.candidate, event.agreement)
    entry = RatingEntry(event.member, event.candidate, event.agreement, event.quality, event.at)
    written = Transition(recount(round, before, new), (new,), (entry,), (ShowReceipt(event.member), UpdateCard()))
    return edited(written, event.at)


def rating_withdrawn(round: Round, event: RatingWithdrawn, standings: Standings) -> Transition:
    """A rating from the private ballot is taken back."""
    before = standing_of(standings, event.member)
    old = _in_draft(round, before)
    if event.candidate not in dict(old.rated):
        return tell(round, event.member, "no-rating-yet")
    marks = tuple(replace(one, held=False) if one.candidate == event.candidate else one for one in old.marks)
    new = replace(_unrated(old, event.candidate), marks=marks)
    entry = RatingEntry(event.member, event.candidate, None, None, event.at, withdrawn=True)
    written = Transition(recount(round, before, new), (new,), (entry,), (ShowReceipt(event.member), UpdateCard()))
    return edited(written, event.at)


def reaction_added(round: Round, event: ReactionAdded, standings: Standings) -> Transition:
    """A keycap: the latest one by the platform's time is the member's rating."""
    if event.rating not in SCALE:
        return Transition(round) if event.quiet else tell(round, event.member, "rating-range", rating=event.rating)
    return _reacted(round, event.member, Mark(event.candidate, event.rating, event.at, True), standings)


def reaction_removed(round: Round, event: ReactionRemoved, standings: Standings) -> Transition:
    """A keycap taken off: the one before it counts again, or the rating is withdrawn."""
    return _reacted(round, event.member, Mark(event.candidate, event.rating, event.at, False), standings)


def _reacted(round: Round, member: str, mark: Mark, standings: Standings) -> Transition:
    before = standing_of(standings, member)
    old = _in_draft(round, before)
    if mark.candidate not in round.visible or round.rules.ballot is Ballot.PRIVATE:
        return Transition(round)
    same = [one for one in old.marks if (one.candidate, one.rating) == (mark.candidate, mark.rating)]
    if same and same[0].at > mark.at:
        return Transition(round)
    others = tuple(one for one in old.marks if one not in same)
    marks = tuple(sorted((*others, mark), key=lambda one: one.at))
    return _settled(round, before, replace(old, marks=marks), mark.candidate, mark.at)


def reconciled(round: Round, event: ReactionsReconciled, standings: Standings) -> Transition:
    """What the platform holds after a gap wins; we ask which counts while it helps, where the order is not known.

    It is not among several new keycaps, nor between a new one and one that reached us, which may have been overtaken.
    """
    before = standing_of(standings, event.member)
    old = _in_draft(round, before)
    if event.candidate not in round.visible or round.rules.ballot is Ballot.PRIVATE:
        return Transition(round)
    held = frozenset(event.held) & frozenset(SCALE)
    mine = {one.rating: one for one in old.marks if one.candidate == event.candidate}
    known = {rating for rating, one in mine.items() if one.held}
    if held == known or (event.known is not None and known != frozenset(event.known)):
        return Transition(round)
    kept = [one for one in old.marks if one.candidate != event.candidate]
    for rating in sorted(held | mine.keys()):
        one = mine.get(rating)
        if one is not None and one.held == (rating in held):
            kept.append(one)
        else:
            kept.append(Mark(event.candidate, rating, event.at, rating in held))
    marks = tuple(sorted(kept, key=lambda one: one.at))
    written = _settled(round, before, replace(old, marks=marks), event.candidate, event.at)
    may_ask = old.active or (_may_rate(round, old) and not event.quiet)
    ordered = event.newer and len(held - known) == 1
    if held - known and len(held) > 1 and not ordered and may_ask and round.phase is Phase.VOTING:
        written = written.plus(AskWhichRating(event.member, event.candidate))
    return written


def _settled(round: Round, before: Standing, standing: Standing, candidate: str, at: float) -> Transition:
    """Make the latest held keycap the rating; outside the electorate only the person is counted."""
    held = [one for one in standing.marks if one.candidate == candidate and one.held]
    if not _may_rate(round, standing):
        outside = any(one.held for one in standing.marks)
        new = replace(standing, outside=outside)
        return Transition(recount(round, before, new), (new,), effects=(UpdateCard(),))
    rating = held[-1].rating if held else None
    old_rating = dict(standing.rated).get(candidate)
    if rating == old_rating:
        return Transition(recount(round, before, standing), (standing,))
    if rating is None:
        new = _unrated(standing, candidate)
        entry = RatingEntry(standing.member, candidate, None, None, at, withdrawn=True)
    else:
        new = _rated(standing, candidate, rating)
        entry = RatingEntry(standing.member, candidate, rating, None, at)
    return edited(Transition(recount(round, before, new), (new,), (entry,), (UpdateCard(),)), at)


def late_reaction(round: Round, event: ReactionAdded, standings: Standings) -> Transition:
    """A keycap on a statement whose vote is over: members are told, others are left in peace."""
    standing = standing_of(standings, event.member)
    hidden = event.candidate in round.hidden
    if hidden or event.quiet or not standing.active or draft_of(event.candidate) < 0:
        return Transition(round)
    return Transition(replace(round), effects=(Tell(event.member, "late-rating"),))


def _may_rate(round: Round, standing: Standing) -> bool:
    return standing.active or round.rules.electorate is Electorate.CHANNEL


def _in_draft(round: Round, standing: Standing) -> Standing:
    """The standing with what it held of an earlier draft's vote laid aside."""
    if standing.draft == round.draft:
        return standing
    return replace(standing, draft=round.draft, rated=(), marks=(), outside=False)


def _rated(standing: Standing, candidate: str, rating: int) -> Standing:
    others = tuple(one for one in standing.rated if one[0] != candidate)
    return replace(standing, rated=(*others, (candidate, rating)), outside=False)


def _unrated(standing: Standing, candidate: str) -> Standing:
    return replace(standing, rated=tuple(one for one in standing.rated if one[0] != candidate))
