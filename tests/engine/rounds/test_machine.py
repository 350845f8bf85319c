"""The round machine: what must hold whatever happens, and what each rule of a round means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.outcome import Outcome, tally
from engine.records import Candidate, Drafting, Prediction, Provenance
from engine.rounds import effects as do
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
    How,
    MemberForgotten,
    MemberJoined,
    MemberLeft,
    MembersInvited,
    OpinionGiven,
    OpinionSettled,
    OpinionWithdrawn,
    PhaseAdvanced,
    PositionRated,
    Post,
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
from engine.rounds.machine import TABLE, people, step
from engine.rounds.model import (
    MAX_OPINION,
    Ballot,
    Electorate,
    Phase,
    Roster,
    Round,
    Rules,
    Standing,
    When,
    rule_problems,
)
from engine.welfare import WelfareRule

NAMES = ("ana", "ben", "cleo", "dev", "eve")


def drafting_of(n: int, posted: int) -> Drafting:
    provenance = Provenance("extractive", "extractive", "1", 0, (0, 1, 2))
    numbers = np.ones((3, n))
    return Drafting(
        candidates=tuple(Candidate(f"We should do number {index}.", provenance) for index in range(n)),
        prediction=Prediction(numbers, numbers, numbers),
        welfare=(1.0,) * n,
        ranking=tuple(range(n)),
        posted=tuple(range(min(posted, n))),
    )


def outcome_of(round: Round) -> Outcome:
    ratings = np.full((2, len(round.posted)), 6.0)
    return tally(ratings, round.posted, WelfareRule.parse("utilitarian"), seed=1)


class Table:
    """A round at play: applies events, keeps standings, remembers what was wanted and written."""

    def __init__(self, rules: Rules | None = None, invited: tuple[str, ...] = (), asks_position: bool = True) -> None:
        statement = "We should move." if asks_position else None
        against = "We should not move." if asks_position else None
        opened = RoundOpened(
            0.0, "r", "web:c", "mod", "Should we move?", statement, against, rules or Rules(), 7, invited
        )
        transition = step(None, opened, {})
        assert transition is not None
        self.round = transition.round
        self.standings: dict[str, Standing] = {}
        self.last = transition
        self.entries: list[Any] = []
        if invited:
            self.do(MembersInvited(0.0, invited, last=True))

    def do(self, event: Event) -> tuple[Any, ...]:
        named = {name: self.standings[name] for name in people(event) if name in self.standings}
        transition = step(self.round, event, named)
        assert transition is not None
        self.round, self.last = transition.round, transition
        self.standings |= {one.member: one for one in transition.standings}
        self.entries.extend(transition.entries)
        return transition.effects

    def opinions(self, *names: str, at: float = 10.0) -> None:
        for name in names:
            self.do(OpinionGiven(at, name, f"{name} thinks so", f"m-{name}"))

    def to_voting(self) -> None:
        self.opinions(*NAMES[:3])
        self.do(PhaseAdvanced(20.0, "mod"))
        self.do(CandidatesDrafted(30.0, self.round.draft, drafting_of(16, self.round.rules.posted)))

    def to_closed(self) -> None:
        self.to_voting()
        self.do(PhaseAdvanced(40.0, "mod"))
        self.do(VotesTallied(50.0, self.round.draft, outcome_of(self.round), self.round.posted[0]))


def told(effects: tuple[Any, ...]) -> list[str]:
    return [one.message for one in effects if isinstance(one, do.Tell | do.AskModerator)]


def kinds(effects: tuple[Any, ...]) -> list[type]:
    return [type(one) for one in effects]


def test_every_phase_and_event_has_a_row() -> None:
    assert set(TABLE) == {(phase, kind) for phase in Phase for kind in get_args(Event)}


def test_no_phase_is_without_a_way_out() -> None:
    final = {Phase.CANCELLED}
    for phase in set(Phase) - final:
        assert any(row.leads_to for (there, _), row in TABLE.items() if there is phase), phase


member_names = st.sampled_from((*NAMES, "mod", "stranger"))
times = st.floats(0, 1e6, allow_nan=False)
ratings = st.integers(-1, 9)
texts = st.sampled_from(("We should.", "", "   ", "🎉🎉", "\x00\x01", "x" * (MAX_OPINION + 1), "Wir sollten nicht."))
sources = st.sampled_from(("m1", "m2", "form"))
candidates = st.sampled_from(("r/1/0", "r/1/1", "r/2/0", "r/1/99", "nonsense"))
drafts = st.integers(0, 3)
flags = st.booleans()

happenings = st.one_of(
    st.builds(MembersInvited, times, st.lists(member_names, max_size=4).map(tuple), flags),
    st.builds(MemberJoined, times, member_names),
    st.builds(MemberLeft, times, member_names),
    st.builds(PositionRated, times, member_names, ratings, st.sampled_from(When)),
    st.builds(OpinionGiven, times, member_names, texts, sources, st.sampled_from(How)),
    st.builds(OpinionSettled, times, member_names, st.sampled_from(How)),
    st.builds(OpinionWithdrawn, times, member_names, st.none() | sources),
    st.builds(ConsentGiven, times, member_names, flags, flags),
    st.builds(CandidatesDrafted, times, drafts, st.builds(drafting_of, st.integers(1, 4), st.integers(1, 3))),
    st.builds(DraftFailed, times, drafts, st.just("the model is away")),
    st.builds(RatingGiven, times, member_names, candidates, st.none() | ratings, st.none() | ratings),
    st.builds(RatingWithdrawn, times, member_names, candidates),
    st.builds(ReactionAdded, times, member_names, candidates, ratings),
    st.builds(ReactionRemoved, times, member_names, candidates, ratings),
    st.builds(ReactionsReconciled, times, member_names, candidates, st.lists(ratings, max_size=3).map(tuple)),
    st.builds(CritiqueGiven, times, member_names, texts, sources, st.sampled_from(How)),
    st.builds(CritiqueWithdrawn, times, member_names, st.none() | sources),
    st.builds(
        lambda at, draft, leading: VotesTallied(
            at, draft, tally(np.full((2, 1), 6.0), ["r/1/0"], WelfareRule.parse("utilitarian"), seed=1), leading
        ),
        times,
        drafts,
        st.none() | candidates,
    ),
    st.builds(TallyFailed, times, drafts, st.just("no")),
    st.builds(DeadlinePassed, times, st.sampled_from((86_400.0, 5.0, 86_430.0))),
    st.builds(GracePassed, times, times),
    st.builds(ReminderDue, times, st.none() | times, st.none() | member_names, flags),
    st.builds(RoundExtended, times, member_names, times, flags),
    st.builds(PhaseAdvanced, times, st.just("mod"), flags),
    st.builds(CritiqueRequested, times, st.just("mod"), flags),
    st.builds(CandidateHidden, times, st.sampled_from(("mod", "ana")), candidates, texts, flags),
    st.builds(PostLost, times, st.sampled_from(Post), st.just("m1"), st.none() | candidates),
    st.builds(AnnouncementWanted, times, member_names, flags),
    st.builds(RoundReopened, times, st.just("mod"), times, flags),
    st.builds(RoundCancelled, times, member_names, flags),
    st.builds(MemberForgotten, times, member_names),
)
some_rules = st.builds(
    Rules,
    roster=st.sampled_from(Roster),
    electorate=st.sampled_from(Electorate),
    ballot=st.sampled_from(Ballot),
    critique_iterations=st.integers(0, 2),
    quorum=st.none() | st.just(1.0) | st.just(3.0),
)


def true_counts(table: Table) -> dict[str, Any]:
    """The counts of the round, taken by looking at everybody."""
    here, r = table.standings.values(), table.round
    rated = {one.member: dict(one.rated) if one.draft == r.draft else {} for one in here}
    return {
        "members": sum(one.active for one in here),
        "answered": sum(one.active and bool(one.opinion) for one in here),
        "opinions": sum(bool(one.opinion) for one in here),
        "voters": sum(any(c in rated[one.member] for c in r.visible) for one in here),
        "complete": sum(
            one.active and bool(r.visible) and all(c in rated[one.member] for c in r.visible) for one in here
        ),
        "critiques": sum(bool(one.critique) and one.critique_draft == r.draft for one in here),
        "critiqued": sum(bool(one.critique) and one.critique_draft == r.draft and one.active for one in here),
        "outside": sum(one.outside and one.draft == r.draft for one in here),
        "rated": rated_sets(r, [(rated[one.member].keys(), one.active) for one in here]),
    }


def rated_sets(round: Round, people: list[tuple[Iterable[str], bool]]) -> tuple[tuple[int, int, int], ...]:
    sets: dict[int, tuple[int, int]] = {}
    for rated, active in people:
        which = sum(2 ** round.posted.index(one) for one in rated)
        everybody, members = sets.get(which, (0, 0))
        sets[which] = (everybody + 1, members + active)
    return tuple((which, *sets[which]) for which in sorted(sets) if which)


@settings(max_examples=400, deadline=None)
@given(rules=some_rules, events=st.lists(happenings, max_size=40))
def test_no_sequence_of_events_raises_or_leaves_the_table(rules: Rules, events: list[Event]) -> None:
    table = Table(rules)
    for event in events:
        before = table.round
        table.do(event)
        row = TABLE[before.phase, type(event)]
        assert table.round.phase is before.phase or table.round.phase in row.leads_to
        assert table.round.version in (before.version, before.version + 1)
        if table.round.version == before.version:
            assert table.round is before
            assert not table.last.effects
        names = {field: getattr(table.round.counts, field) for field in true_counts(table)}
        assert names == true_counts(table)


def test_fewer_than_three_opinions_draft_nothing_and_the_moderator_chooses() -> None:
    table = Table()
    table.opinions("ana", "ben")
    effects = table.do(DeadlinePassed(86_400.0, 86_400.0))
    assert table.round.phase is Phase.COLLECTING
    assert told(effects) == ["too-few-opinions"]
    assert do.DraftCandidates not in kinds(effects)
    assert "enough-opinions" in told(table.do(OpinionGiven(86_500.0, "cleo", "Yes, please.", "m9")))
    table.do(PhaseAdvanced(86_600.0, "mod"))
    assert table.round.phase is Phase.DRAFTING


def test_an_open_roster_never_closes_collecting_early_because_everybody_answered() -> None:
    table = Table()
    table.opinions(*NAMES)
    assert table.round.closing_at is None


def test_on_an_open_roster_quorum_is_a_count() -> None:
    table = Table(Rules(quorum=4))
    table.opinions(*NAMES[:3])
    assert table.round.closing_at is None
    table.opinions(NAMES[3], at=100.0)
    assert table.round.closing_at == 160.0


@pytest.mark.parametrize(
    ("quorum", "members", "need"), [(None, 5, 5), (0.5, 5, 3), (0.6, 5, 3), (1.0, 4, 4), (0.01, 5, 1)]
)
def test_on_an_invited_roster_quorum_is_a_fraction_rounded_up(quorum: float | None, members: int, need: int) -> None:
    assert Rules(roster=Roster.INVITED, quorum=quorum).quorum_of(members) == need


def test_early_close_waits_a_grace_of_sixty_seconds_that_an_edit_cancels() -> None:
    table = Table(Rules(roster=Roster.INVITED), invited=NAMES[:3])
    table.opinions(*NAMES[:3], at=100.0)
    assert table.round.closing_at == 160.0
    table.do(OpinionGiven(130.0, "ana", "ana thinks again", "m-ana", How.EDIT))
    table.do(GracePassed(160.0, 160.0))
    assert table.round.phase is Phase.COLLECTING, "the edit cancelled the first grace"
    table.do(OpinionWithdrawn(150.0, "ana"))
    table.do(GracePassed(190.0, 190.0))
    assert table.round.phase is Phase.COLLECTING, "somebody is missing again"
    table.opinions("ana", at=200.0)
    table.do(GracePassed(260.0, 260.0))
    assert table.round.phase is Phase.DRAFTING


def test_a_second_message_is_asked_about_and_kept_until_the_answer() -> None:
    table = Table()
    table.do(OpinionGiven(1.0, "ana", "Move the office.", "m1"))
    assert do.AskAddOrReplace in kinds(table.do(OpinionGiven(2.0, "ana", "But not in winter.", "m2")))
    assert table.standings["ana"].opinion_text == "Move the office."
    table.do(OpinionSettled(3.0, "ana", How.ADD))
    assert table.standings["ana"].opinion_text == "Move the office.\n\nBut not in winter."
    table.do(OpinionGiven(4.0, "ana", "But not in July.", "m2", How.EDIT))
    assert table.standings["ana"].opinion_text == "Move the office.\n\nBut not in July."
    table.do(OpinionWithdrawn(5.0, "ana", "m1"))
    assert table.standings["ana"].opinion_text == "But not in July."
    assert [entry.text for entry in table.entries][-1] == "But not in July."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text-empty"),
        ("  \n", "text-empty"),
        ("x" * 4001, "text-too-long"),
        ("👍👍", "text-without-words"),
        ("a\x00b", "text-binary"),
    ],
)
def test_a_text_that_cannot_stand_is_refused_and_what_was_given_stays(text: str, message: str) -> None:
    table = Table()
    table.opinions("ana")
    assert told(table.do(OpinionGiven(11.0, "ana", text, "m-ana", How.REPLACE))) == [message]
    assert table.standings["ana"].opinion_text == "ana thinks so"


def test_a_receipt_stops_showing_what_was_withdrawn() -> None:
    table = Table()
    table.opinions("ana")
    withdrawn = table.do(OpinionWithdrawn(2.0, "ana"))
    assert [type(one) for one in withdrawn[:2]] == [do.Tell, do.ShowReceipt]
    assert withdrawn[1] == do.ShowReceipt("ana", anew=False)
    assert told(table.do(OpinionWithdrawn(3.0, "ana"))) == ["no-opinion-yet"]


def test_other_languages_are_opinions() -> None:
    table = Table()
    table.do(OpinionGiven(1.0, "ana", "はい、引っ越しましょう。", "m1"))
    assert table.round.counts.opinions == 1


def test_who_is_not_invited_is_told_so() -> None:
    table = Table(Rules(roster=Roster.INVITED), invited=NAMES[:3])
    for event in (OpinionGiven(1.0, "eve", "Hello there", "m"), MemberJoined(1.0, "eve")):
        assert told(table.do(event)) == ["not-invited"]
    assert table.round.counts.opinions == 0


def test_the_last_keycap_by_the_platforms_time_counts_and_removing_it_restores_the_one_before() -> None:
    table = Table()
    table.to_voting()
    first = table.round.posted[0]
    table.do(ReactionAdded(105.0, "ana", first, 6))
    table.do(ReactionAdded(101.0, "ana", first, 2))
    assert dict(table.standings["ana"].rated) == {first: 6}, "an older reaction that arrives late does not win"
    table.do(ReactionRemoved(110.0, "ana", first, 6))
    assert dict(table.standings["ana"].rated) == {first: 2}
    table.do(ReactionRemoved(120.0, "ana", first, 2))
    assert dict(table.standings["ana"].rated) == {}
    assert table.entries[-1].withdrawn


def test_a_removal_that_overtook_its_addition_still_removes() -> None:
    table = Table()
    table.to_voting()
    first = table.round.posted[0]
    table.do(ReactionRemoved(110.0, "ana", first, 6))
    table.do(ReactionAdded(105.0, "ana", first, 6))
    assert dict(table.standings["ana"].rated) == {}


def test_several_keycaps_of_unknown_order_are_asked_about() -> None:
    table = Table()
    table.to_voting()
    first = table.round.posted[0]
    effects = table.do(ReactionsReconciled(200.0, "ana", first, (2, 6)))
    assert do.AskWhichRating in kinds(effects)
    assert do.AskWhichRating not in kinds(table.do(ReactionsReconciled(210.0, "ana", first, (2, 6))))


def test_nobody_is_written_to_for_a_quiet_reaction_but_members_whose_keycaps_have_no_order() -> None:
    table = Table(Rules(electorate=Electorate.CHANNEL))
    table.to_voting()
    first = table.round.posted[0]
    assert not told(table.do(ReactionAdded(101.0, "ana", first, 8, quiet=True)))
    assert do.AskWhichRating in kinds(table.do(ReactionsReconciled(102.0, "ana", first, (2, 6), quiet=True)))
    assert do.AskWhichRating not in kinds(table.do(ReactionsReconciled(103.0, "eve", first, (2, 6), quiet=True)))
    assert do.AskWhichRating in kinds(table.do(ReactionsReconciled(104.0, "dan", first, (2, 6))))
    table.do(PhaseAdvanced(105.0, "mod"))
    assert not told(table.do(ReactionAdded(106.0, "ana", first, 6, quiet=True)))
    assert do.AskWhichRating not in kinds(table.do(ReactionsReconciled(107.0, "ana", first, (3, 5))))


def test_what_came_while_the_platform_was_asked_is_newer_than_its_answer() -> None:
    table = Table()
    table.to_voting()
    first = table.round.posted[0]
    table.do(ReactionAdded(200.0, "ana", first, 6))
    table.do(ReactionsReconciled(199.0, "ana", first, (), known=()))
    assert dict(table.standings["ana"].rated) == {first: 6}
    table.do(ReactionsReconciled(201.0, "ana", first, (2,), known=(6,)))
    assert dict(table.standings["ana"].rated) == {first: 2}


def test_reactions_from_outside_the_electorate_are_counted_by_person_only() -> None:
    table = Table()
    table.to_voting()
    for candidate in table.round.posted:
        table.do(ReactionAdded(101.0, "stranger", candidate, 7))
    assert table.round.counts.outside == 1
    assert table.round.counts.voters == 0
    for candidate in table.round.posted:
        table.do(ReactionRemoved(102.0, "stranger", candidate, 7))
    assert table.round.counts.outside == 0


@pytest.mark.parametrize("invited", [(), NAMES[:3]])
def test_keycaps_put_on_before_joining_count_from_then_on(invited: tuple[str, ...]) -> None:
    table = Table(Rules(roster=Roster.INVITED if invited else Roster.OPEN), invited)
    table.to_voting()
    first, second, third = table.round.posted
    for candidate, rating in ((first, 7), (second, 2), (second, 6)):
        table.do(ReactionAdded(100.0 + rating, "eve", candidate, rating))
    event = MembersInvited(120.0, ("eve",), last=True) if invited else MemberJoined(120.0, "eve")
    table.do(event)
    assert dict(table.standings["eve"].rated) == {first: 7, second: 6}
    assert [(one.candidate, one.agreement) for one in table.entries[-2:]] == [(first, 7), (second, 6)]
    assert (table.round.counts.outside, table.round.counts.voters) == (0, 1)
    table.do(ReactionAdded(130.0, "eve", third, 5))
    assert table.round.counts.complete == 1


def test_with_the_channel_as_electorate_anybody_may_rate() -> None:
    table = Table(Rules(electorate=Electorate.CHANNEL))
    table.to_voting()
    table.do(ReactionAdded(101.0, "stranger", table.round.posted[0], 7))
    assert (table.round.counts.voters, table.round.counts.outside) == (1, 0)


@pytest.mark.parametrize("rating", [0, 8, -3])
def test_a_rating_off_the_scale_is_refused(rating: int) -> None:
    table = Table(Rules(ballot=Ballot.PRIVATE))
    assert told(table.do(PositionRated(1.0, "ana", rating, When.BEFORE))) == ["rating-range"]
    table.to_voting()
    assert told(table.do(RatingGiven(100.0, "ana", table.round.posted[0], rating))) == ["rating-range"]


def test_the_critique_iteration_goes_back_to_voting_and_ends() -> None:
    table = Table(Rules(critique_iterations=1))
    table.to_closed()
    assert table.round.phase is Phase.CRITIQUING
    table.do(CritiqueGiven(60.0, "ana", "It forgets the budget.", "m5"))
    effects = table.do(DeadlinePassed(table.round.deadline or 0, table.round.deadline or 0))
    assert (table.round.phase, table.round.iteration, table.round.draft) == (Phase.DRAFTING, 1, 2)
    assert do.DraftCandidates in kinds(effects)
    assert table.round.leading is not None, "the revision starts from the leading statement"
    table.do(CandidatesDrafted(70.0, 2, drafting_of(16, 3)))
    assert table.round.counts.voters == 0
    table.do(PhaseAdvanced(80.0, "mod"))
    effects = table.do(VotesTallied(90.0, 2, outcome_of(table.round), table.round.posted[0]))
    assert table.round.phase is Phase.CLOSED
    assert do.PostOutcome in kinds(effects)


def test_the_moderator_is_told_when_the_opinions_support_fewer_statements_than_asked() -> None:
    table = Table()
    table.opinions(*NAMES[:3])
    table.do(PhaseAdvanced(20.0, "mod"))
    effects = table.do(CandidatesDrafted(30.0, 1, drafting_of(2, 3)))
    assert told(effects) == ["fewer-candidates"]
    assert len(table.round.posted) == 2


def test_without_critiques_the_outcome_stands() -> None:
    table = Table(Rules(critique_iterations=1))
    table.to_closed()
    effects = table.do(PhaseAdvanced(60.0, "mod"))
    assert table.round.phase is Phase.CLOSED
    assert do.PostOutcome in kinds(effects)


def test_statements_ask_for_no_ratings_once_their_vote_is_over() -> None:
    table = Table()
    table.to_closed()
    assert do.RetireCandidates(1) in table.last.effects
    cancelled = Table()
    cancelled.to_voting()
    assert do.RetireCandidates(1) in cancelled.do(RoundCancelled(60.0, "mod"))


def test_after_an_outcome_the_moderator_may_ask_for_critiques() -> None:
    table = Table()
    table.to_closed()
    assert told(table.do(CritiqueRequested(60.0, "ana"))) == ["not-moderator"]
    table.do(CritiqueRequested(60.0, "mod"))
    assert table.round.phase is Phase.CRITIQUING


def test_a_timer_of_a_moved_deadline_says_nothing() -> None:
    table = Table()
    table.opinions(*NAMES)
    table.do(RoundExtended(50.0, "mod", 100_000.0))
    table.do(DeadlinePassed(86_400.0, 86_400.0))
    assert table.round.phase is Phase.COLLECTING
    table.do(DeadlinePassed(100_000.0, 100_000.0))
    assert table.round.phase is Phase.DRAFTING


def test_an_answer_to_an_earlier_draft_is_ignored() -> None:
    table = Table()
    table.to_voting()
    table.do(PhaseAdvanced(40.0, "mod"))
    table.do(VotesTallied(50.0, 99, outcome_of(table.round), None))
    assert table.round.phase is Phase.TALLYING


@pytest.mark.parametrize(
    "event",
    [
        PhaseAdvanced(9.0, "ana"),
        RoundExtended(9.0, "ana", 1e6),
        RoundCancelled(9.0, "ana"),
        ReminderDue(9.0, None, "ana"),
    ],
)
def test_only_the_moderator_changes_a_round(event: Event) -> None:
    table = Table()
    before = table.round
    assert told(table.do(event)) == ["not-moderator"]
    assert replace(table.round, version=before.version) == before
    privileged = replace(event, privileged=True)  # type: ignore[arg-type]
    assert "not-moderator" not in told(table.do(privileged))


def test_reopening_asks_only_those_without_an_opinion_and_drafts_anew() -> None:
    table = Table()
    table.to_closed()
    old_posted = table.round.posted
    effects = table.do(RoundReopened(60.0, "mod", 1_000.0))
    assert do.AskOpinions in kinds(effects)
    assert table.round.counts.opinions == 3
    table.do(DeadlinePassed(1_000.0, 1_000.0))
    table.do(CandidatesDrafted(1_010.0, table.round.draft, drafting_of(16, 3)))
    assert not set(old_posted) & set(table.round.posted)


def test_a_failed_draft_can_be_tried_again_where_it_failed() -> None:
    table = Table()
    table.opinions(*NAMES[:3])
    table.do(PhaseAdvanced(20.0, "mod"))
    assert told(table.do(DraftFailed(30.0, table.round.draft, "The model is away."))) == ["draft-failed"]
    assert table.round.phase is Phase.FAILED
    assert do.DraftCandidates in kinds(table.do(PhaseAdvanced(40.0, "mod")))


def test_nobody_waits_for_a_member_who_left_but_the_opinion_stays() -> None:
    table = Table(Rules(roster=Roster.INVITED), invited=NAMES[:4])
    table.opinions(*NAMES[:3], at=100.0)
    table.do(MemberLeft(200.0, "dev"))
    assert table.round.closing_at == 260.0
    table.do(MemberLeft(210.0, "ana"))
    assert table.round.counts.opinions == 3


def test_a_late_joiner_may_vote() -> None:
    table = Table()
    table.to_voting()
    assert do.AskRating in kinds(table.do(MemberJoined(100.0, "eve")))
    table.do(ReactionAdded(101.0, "eve", table.round.posted[0], 5))
    assert table.round.counts.voters == 1


def test_forgetting_takes_everything_out_of_the_counts() -> None:
    table = Table()
    table.to_voting()
    table.do(ReactionAdded(101.0, "ana", table.round.posted[0], 5))
    table.do(MemberForgotten(102.0, "ana"))
    assert (table.round.counts.opinions, table.round.counts.voters) == (2, 0)
    assert table.standings["ana"] == Standing("ana", on_roster=True, left=True)


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        (Rules(hidden_results=True), "hidden_results"),
        (Rules(quorum=0.5), "quorum"),
        (Rules(roster=Roster.INVITED, quorum=4), "quorum"),
        (Rules(posted=17), "posted"),
        (Rules(opinion_seconds=1), "opinion_seconds"),
        (Rules(critique_iterations=9), "critique_iterations"),
    ],
)
def test_rules_that_contradict_each_other_are_named_by_field(rules: Rules, field: str) -> None:
    assert [one.field for one in rule_problems(rules)] == [field]
    assert rule_problems(Rules()) == ()
