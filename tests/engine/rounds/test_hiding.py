"""A moderator hides a posted candidate: who may, which, and what it does to the vote, the count and the critiques."""

from __future__ import annotations

from typing import Any

import pytest

from engine.rounds import effects as do
from engine.rounds.entries import HidingEntry
from engine.rounds.events import (
    CandidateHidden,
    CandidatesDrafted,
    CritiqueGiven,
    CritiqueRequested,
    DraftFailed,
    GracePassed,
    MemberForgotten,
    MemberJoined,
    PhaseAdvanced,
    RatingGiven,
    ReactionAdded,
    ReactionRemoved,
    ReactionsReconciled,
    RoundCancelled,
    RoundReopened,
    VotesTallied,
)
from engine.rounds.model import Ballot, Electorate, Phase, Roster, Rules
from tests.engine.rounds.test_machine import NAMES, Table, drafting_of, kinds, outcome_of, told


def voting(rules: Rules | None = None, invited: tuple[str, ...] = ()) -> Table:
    table = Table(rules, invited)
    table.to_voting()
    return table


def hide(table: Table, number: int, at: float = 100.0, by: str = "mod", **more: Any) -> tuple[Any, ...]:
    return table.do(CandidateHidden(at, by, table.round.posted[number - 1], **more))


def test_a_hidden_candidate_is_logged_redrawn_and_told_to_whoever_hid_it() -> None:
    table = voting()
    effects = hide(table, 2, reason=" It is unkind. ")
    second = table.round.posted[1]
    assert table.entries[-1] == HidingEntry(second, "mod", "It is unkind.", 100.0)
    assert effects[:2] == (do.RedrawCandidate(second), do.RedrawPrivateCards(second))
    assert do.UpdateCard in kinds(effects)
    assert told(effects) == ["hidden"]
    assert table.round.visible == (table.round.posted[0], table.round.posted[2])


def test_only_whoever_may_close_a_round_hides_in_it() -> None:
    table = voting()
    assert told(hide(table, 2, by="ana")) == ["not-moderator"]
    assert table.round.hidden == ()
    assert told(hide(table, 2, by="ana", privileged=True)) == ["hidden"]


def test_before_anything_is_posted_there_is_nothing_to_hide() -> None:
    table = Table()
    assert told(table.do(CandidateHidden(5.0, "mod", "r/1/0"))) == ["nothing-to-hide"]
    assert told(table.do(CandidateHidden(5.0, "ana", "r/1/0"))) == ["not-moderator"]
    table.do(RoundCancelled(6.0, "mod"))
    assert told(table.do(CandidateHidden(7.0, "mod", "r/1/0"))) == ["nothing-to-hide"]


def test_what_was_not_posted_or_is_hidden_already_changes_nothing() -> None:
    table = voting()
    assert told(table.do(CandidateHidden(5.0, "mod", "r/1/9"))) == ["hide-not-posted"]
    hide(table, 2)
    before = len(table.entries)
    assert told(hide(table, 2)) == ["hidden-already"]
    assert len(table.entries) == before


def test_the_last_one_that_can_be_rated_stays_until_the_round_is_cancelled() -> None:
    table = voting()
    hide(table, 1)
    hide(table, 2)
    assert told(hide(table, 3)) == ["hide-last"]
    table.do(RoundCancelled(120.0, "mod"))
    assert told(hide(table, 3)) == ["hidden"]


def test_nothing_that_is_done_to_a_hidden_candidate_counts_and_nobody_is_told() -> None:
    table = voting(Rules(electorate=Electorate.CHANNEL))
    second = table.round.posted[1]
    table.do(ReactionAdded(90.0, "ana", second, 6))
    hide(table, 2)
    for event in (
        ReactionAdded(101.0, "ana", second, 2),
        ReactionAdded(101.0, "ben", second, 2),
        ReactionRemoved(102.0, "ana", second, 6),
        ReactionsReconciled(103.0, "ben", second, (2, 3)),
        RatingGiven(104.0, "ben", second, 5, 5),
    ):
        before = table.round
        assert table.do(event) == ()
        assert table.round is before
    assert dict(table.standings["ana"].rated) == {second: 6}, "its ratings stay in the log"
    table.do(PhaseAdvanced(110.0, "mod"))
    assert table.do(ReactionAdded(111.0, "ana", second, 2)) == ()


def test_voters_and_complete_members_are_counted_over_what_is_visible() -> None:
    table = voting(Rules(electorate=Electorate.CHANNEL))
    first, second, third = table.round.posted
    for name, candidates in (
        ("ana", (first, second)),
        ("ben", (first, third)),
        ("cleo", (second,)),
        ("zoe", (second,)),
    ):
        for candidate in candidates:
            table.do(ReactionAdded(50.0, name, candidate, 6))
    assert (table.round.counts.voters, table.round.counts.complete) == (4, 0)
    hide(table, 2)
    assert (table.round.counts.voters, table.round.counts.complete) == (2, 1)
    hide(table, 3)
    assert (table.round.counts.voters, table.round.counts.complete) == (2, 2)
    table.do(MemberForgotten(120.0, "ana"))
    assert (table.round.counts.voters, table.round.counts.complete) == (1, 1)


def test_the_vote_may_end_once_everybody_rated_what_is_left() -> None:
    table = voting(Rules(roster=Roster.INVITED), NAMES[:3])
    first, second, _ = table.round.posted
    for name in NAMES[:3]:
        table.do(ReactionAdded(50.0, name, first, 6))
        table.do(ReactionAdded(51.0, name, second, 6))
    assert table.round.closing_at is None
    hide(table, 3)
    assert table.round.closing_at == 160.0
    table.do(GracePassed(160.0, 160.0))
    assert table.round.phase is Phase.TALLYING


def test_keycaps_that_stood_on_a_hidden_candidate_count_for_nobody_who_joins_later() -> None:
    table = voting()
    first, second, _ = table.round.posted
    for candidate in (first, second):
        table.do(ReactionAdded(90.0, "eve", candidate, 6))
    hide(table, 2)
    table.do(MemberJoined(110.0, "eve"))
    assert dict(table.standings["eve"].rated) == {first: 6}


def test_a_count_that_did_not_know_it_was_hidden_is_made_again() -> None:
    table = voting()
    table.do(PhaseAdvanced(60.0, "mod"))
    stale = outcome_of(table.round)
    hide(table, 1)
    effects = table.do(VotesTallied(110.0, 1, stale, table.round.posted[0]))
    assert effects == (do.TallyVotes(1),)
    assert table.round.phase is Phase.TALLYING
    assert not any(type(one).__name__ == "OutcomeEntry" for one in table.entries)


def test_without_its_leading_statement_a_round_that_collects_critiques_closes() -> None:
    table = Table(Rules(critique_iterations=1))
    table.to_closed()
    assert table.round.phase is Phase.CRITIQUING
    hide(table, 2)
    assert table.round.phase is Phase.CRITIQUING
    effects = hide(table, 1)
    assert table.round.phase is Phase.CLOSED
    assert do.PostOutcome in kinds(effects)
    assert told(table.do(CritiqueRequested(120.0, "mod"))) == ["leading-hidden"]


def test_after_the_close_any_statement_may_go() -> None:
    table = Table()
    table.to_closed()
    assert [told(hide(table, number)) for number in (1, 2, 3)] == [["hidden"]] * 3
    assert table.round.leading == table.round.posted[0], "the count stands"


def test_what_an_earlier_draft_left_in_the_channel_may_go_at_any_time() -> None:
    table = Table(Rules(critique_iterations=1))
    table.to_closed()
    earlier = table.round.posted
    table.do(CritiqueGiven(115.0, "ana", "Say when.", "dm1"))
    table.do(PhaseAdvanced(120.0, "mod"))
    assert (table.round.phase, table.round.posted) == (Phase.DRAFTING, ())
    for number, phase in ((1, Phase.DRAFTING), (2, Phase.VOTING), (0, Phase.TALLYING)):
        assert table.round.phase is phase
        before = table.round
        event = CandidateHidden(125.0, "mod", earlier[number], " Unkind. ")
        assert table.do(event) == (
            do.RedrawCandidate(earlier[number]),
            do.RedrawPrivateCards(earlier[number]),
            do.Tell("mod", "hidden-superseded"),
        )
        assert table.entries[-1] == HidingEntry(earlier[number], "mod", "Unkind.", 125.0)
        assert (table.round.hidden, table.round.counts) == (before.hidden, before.counts)
        if phase is Phase.DRAFTING:
            table.do(CandidatesDrafted(130.0, table.round.draft, drafting_of(16, 3)))
        elif phase is Phase.VOTING:
            table.do(PhaseAdvanced(140.0, "mod"))
    assert told(table.do(CandidateHidden(150.0, "ana", earlier[0]))) == ["not-moderator"]
    assert told(table.do(CandidateHidden(150.0, "mod", "r/9/0"))) == ["hide-not-posted"]


@pytest.mark.parametrize("failed", [False, True])
def test_a_statement_that_is_hidden_while_it_is_revised_is_not_revised(failed: bool) -> None:
    """A revision would say in other words what the moderator took out of the channel."""
    table = Table(Rules(critique_iterations=1))
    table.to_closed()
    leading = table.round.leading
    assert leading is not None
    table.do(CritiqueGiven(115.0, "ana", "Say when.", "dm1"))
    table.do(PhaseAdvanced(120.0, "mod"))
    begun = table.round.draft
    if failed:
        table.do(DraftFailed(121.0, begun, "The model is down."))
    effects = table.do(CandidateHidden(125.0, "mod", leading))
    assert table.round.leading is None
    assert do.RedrawCandidate(leading) in effects
    if failed:
        assert table.round.phase is Phase.FAILED
        return
    assert (table.round.phase, table.round.draft) == (Phase.DRAFTING, begun + 1)
    assert do.DraftCandidates in kinds(effects)
    table.do(CandidatesDrafted(130.0, begun, drafting_of(16, 3)))
    assert table.round.phase is Phase.DRAFTING, "what was being written is not posted"


@pytest.mark.parametrize("ballot", list(Ballot))
def test_the_next_draft_begins_with_nothing_hidden(ballot: Ballot) -> None:
    table = Table(Rules(ballot=ballot))
    table.to_closed()
    hide(table, 2)
    table.do(RoundReopened(120.0, "mod", 1_000.0))
    assert table.round.hidden == ()
    table.do(PhaseAdvanced(130.0, "mod"))
    table.do(CandidatesDrafted(140.0, table.round.draft, drafting_of(16, 3)))
    assert table.round.visible == table.round.posted
    assert table.round.counts.rated == ()
