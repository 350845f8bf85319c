"""What was posted in the channel and is gone: the moderator is told once, and what was given stays and counts."""

from __future__ import annotations

from dataclasses import replace

from engine.rounds.effects import Announce, AskModerator, Tell
from engine.rounds.events import AnnouncementWanted, Post, PostLost
from engine.rounds.model import Ballot, Phase, Round
from engine.rounds.phases import not_moderator
from engine.rounds.transition import Standings, Transition


def post_lost(round: Round, event: PostLost, _: Standings) -> Transition:
    """A message that nobody needs any more is not missed, such as a statement's once its vote is counted."""
    match event.post:
        case Post.CANDIDATE:
            return _candidate_lost(round, event.candidate)
        case Post.ANNOUNCEMENT:
            about = (("message_id", event.message),)
            return Transition(replace(round), effects=(AskModerator("announcement-deleted", about),))
        case Post.CHANNEL:
            return Transition(replace(round), effects=(AskModerator("channel-deleted"),))


def _candidate_lost(round: Round, candidate: str | None) -> Transition:
    if candidate not in round.visible or round.phase not in (Phase.VOTING, Phase.TALLYING):
        return Transition(round)
    private = round.rules.ballot is Ballot.PRIVATE
    numbers = (("number", round.posted.index(candidate) + 1), ("posted", len(round.posted)))
    if round.phase is Phase.VOTING:
        message = "statement-deleted-private" if private else "statement-deleted"
        return Transition(replace(round), effects=(AskModerator(message, numbers),))
    if private:
        return Transition(round)
    return Transition(replace(round), effects=(Tell(round.moderator, "statement-deleted-late", numbers),))


def announcement_wanted(round: Round, event: AnnouncementWanted, _: Standings) -> Transition:
    """Post the announcement once more."""
    return not_moderator(round, event) or Transition(replace(round), effects=(Announce(),))
