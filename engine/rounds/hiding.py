"""How a moderator hides a posted candidate: it is shown, rated and counted no more, and stays hidden."""

from __future__ import annotations

from dataclasses import replace

from engine.rounds.effects import Effect, RedrawCandidate, RedrawPrivateCards, Tell, UpdateCard
from engine.rounds.entries import HidingEntry
from engine.rounds.events import CandidateHidden
from engine.rounds.model import Phase, Round, draft_of
from engine.rounds.phases import begin_drafting, closed, not_moderator
from engine.rounds.transition import Standings, Transition, edited, recount_visible, tell

VOTE_DECIDED = (Phase.CLOSED, Phase.CANCELLED)
"""Phases in which nothing depends any more on a candidate that can be rated, so that the last one may go too."""

UNREVISED = (Phase.DRAFTING, Phase.FAILED)
"""Phases in which the statement that critiques speak of has no revision yet."""


def candidate_hidden(round: Round, event: CandidateHidden, _: Standings) -> Transition:
    """A posted candidate is hidden; its ratings stay in the log.

    While the vote runs it is as if everybody had rated only the others, so that an early close may begin. When the
    leading candidate goes while members write critiques of it, there is nothing left to critique: the round closes.
    A candidate of an earlier draft still stands in the channel and may go at any time; nobody rates it any more.
    """
    if refusal := not_moderator(round, event):
        return refusal
    if 0 < draft_of(event.candidate) < round.draft:
        return _superseded_hidden(round, event)
    if not round.posted:
        return tell(round, event.by, "nothing-to-hide")
    if event.candidate not in round.posted:
        return tell(round, event.by, "hide-not-posted")
    number = round.posted.index(event.candidate) + 1
    if event.candidate in round.hidden:
        return tell(round, event.by, "hidden-already", number=number)
    if len(round.visible) == 1 and round.phase not in VOTE_DECIDED:
        return tell(round, event.by, "hide-last")
    after = recount_visible(replace(round, hidden=(*round.hidden, event.candidate)))
    entry = HidingEntry(event.candidate, event.by, event.reason.strip(), event.at)
    effects: tuple[Effect, ...] = (
        RedrawCandidate(event.candidate),
        RedrawPrivateCards(event.candidate),
        UpdateCard(),
        Tell(event.by, "hidden", (("number", number),)),
    )
    written = Transition(after, entries=(entry,), effects=effects)
    if round.phase is Phase.VOTING:
        return edited(written, event.at)
    if round.phase is Phase.CRITIQUING and event.candidate == round.leading:
        over = closed(after)
        return replace(over, entries=written.entries, effects=(*effects, *over.effects))
    return written


def _superseded_hidden(round: Round, event: CandidateHidden) -> Transition:
    """Whoever sends the event knows that the candidate was posted; hiding it again changes nothing."""
    effects = (
        RedrawCandidate(event.candidate),
        RedrawPrivateCards(event.candidate),
        Tell(event.by, "hidden-superseded"),
    )
    entry = HidingEntry(event.candidate, event.by, event.reason.strip(), event.at)
    written = Transition(replace(round), entries=(entry,), effects=effects)
    if event.candidate != round.leading or round.phase not in UNREVISED:
        return written
    # What is written now would be a revision of it, in other words; so it is written from the opinions alone.
    after = replace(round, leading=None)
    if round.phase is Phase.FAILED:
        return replace(written, round=after)
    anew = begin_drafting(after)
    return replace(anew, entries=written.entries, effects=(*effects, *anew.effects))
