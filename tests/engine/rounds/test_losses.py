"""What is deleted in the channel: the moderator is told what it means in this phase, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.rounds import effects as do
from engine.rounds.events import AnnouncementWanted, CandidateHidden, PhaseAdvanced, Post, PostLost, RoundCancelled
from engine.rounds.model import Ballot, Phase, Rules
from tests.engine.rounds.test_machine import Table, kinds, told


@pytest.mark.parametrize(
    ("ballot", "voting", "tallying"),
    [
        (Ballot.OPEN, "statement-deleted", "statement-deleted-late"),
        (Ballot.PRIVATE, "statement-deleted-private", None),
    ],
)
def test_a_statement_that_is_gone_is_told_while_its_vote_goes_on(
    ballot: Ballot, voting: str, tallying: str | None
) -> None:
    table = Table(Rules(ballot=ballot))
    table.to_voting()
    lost = PostLost(31.0, Post.CANDIDATE, "m1", table.round.posted[1])
    before = table.round
    assert told(table.do(lost)) == [voting]
    assert replace(table.round, version=before.version) == before
    (asked,) = (one for one in table.last.effects if isinstance(one, do.AskModerator))
    assert dict(asked.parameters) == {"number": 2, "posted": 3}
    table.do(PhaseAdvanced(40.0, "mod"))
    assert told(table.do(lost)) == ([] if tallying is None else [tallying])
    table.do(RoundCancelled(50.0, "mod"))
    assert not table.do(lost)


def test_a_statement_of_an_earlier_vote_is_not_missed() -> None:
    table = Table()
    table.to_closed()
    assert not table.do(PostLost(60.0, Post.CANDIDATE, "m1", table.round.posted[0]))
    table = Table()
    table.to_voting()
    assert not table.do(PostLost(60.0, Post.CANDIDATE, "m1", "r/0/0"))


def test_a_hidden_statement_is_not_missed() -> None:
    table = Table()
    table.to_voting()
    hidden = table.round.posted[1]
    table.do(CandidateHidden(31.0, "mod", hidden))
    assert not table.do(PostLost(32.0, Post.CANDIDATE, "m1", hidden))


def test_the_announcement_comes_again_when_the_moderator_wants_it() -> None:
    table = Table()
    assert told(table.do(PostLost(5.0, Post.ANNOUNCEMENT, "m1"))) == ["announcement-deleted"]
    assert do.Announce not in kinds(table.last.effects)
    assert told(table.do(AnnouncementWanted(6.0, "stranger"))) == ["not-moderator"]
    assert kinds(table.do(AnnouncementWanted(7.0, "mod"))) == [do.Announce]
    table.do(RoundCancelled(8.0, "mod"))
    assert told(table.do(AnnouncementWanted(9.0, "mod"))) == ["nothing-to-announce"]


@pytest.mark.parametrize("phase", [Phase.COLLECTING, Phase.VOTING, Phase.TALLYING, Phase.CLOSED])
def test_a_channel_that_is_gone_is_told_as_long_as_the_round_runs(phase: Phase) -> None:
    table = Table()
    if phase is Phase.CLOSED:
        table.to_closed()
    elif phase is not Phase.COLLECTING:
        table.to_voting()
    if phase is Phase.TALLYING:
        table.do(PhaseAdvanced(40.0, "mod"))
    assert table.round.phase is phase
    assert told(table.do(PostLost(60.0, Post.CHANNEL))) == ([] if phase is Phase.CLOSED else ["channel-deleted"])
