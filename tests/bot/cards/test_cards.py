"""What cards say, to whom, and what they must never say."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bot.cards import (
    Owed,
    Vote,
    add_or_replace,
    announcement,
    ballot_card,
    candidate,
    critique_card,
    exported,
    history,
    mine,
    moderator_choice,
    opinion_card,
    outcome,
    pick_round,
    receipt,
    reminder,
    status,
    superseded_receipt,
    told,
    undelivered,
    usage,
    which_rating,
)
from bot.cards.statements import as_csv, harmless
from bot.platform import Button, Card, Picture, Scale, Text
from bot.texts import Texts
from engine.outcome import Outcome, tally
from engine.records import Candidate, Provenance
from engine.rounds.model import (
    Ballot,
    Counts,
    Electorate,
    Part,
    Phase,
    Purpose,
    Roster,
    Round,
    Rules,
    Standing,
    candidate_id,
)
from engine.welfare import WelfareRule
from tests.dialogues.rendering import lines

TEXTS = Texts()
HOSTILE = "<!channel> @everyone *bold* {question} =cmd() %s"


def make_round(phase: Phase = Phase.COLLECTING, rules: Rules | None = None, **changes: object) -> Round:
    posted = tuple(candidate_id("r1", 1, index) for index in range(3))
    made = Round(
        id="r1",
        version=1,
        channel="fake:C1",
        moderator="fake:maria",
        question="Should we close on Fridays?",
        affirming="We should close on Fridays.",
        negating="We should not close on Fridays.",
        rules=rules or Rules(),
        phase=phase,
        seed=1,
        opened_at=1_000.0,
        deadline=5_000.0,
        draft=0 if phase is Phase.COLLECTING else 1,
        posted=() if phase is Phase.COLLECTING else posted,
        leading=posted[0] if phase in (Phase.CRITIQUING, Phase.CLOSED) else None,
        roster_known=True,
        counts=Counts(members=4, answered=3, opinions=3, voters=2, critiques=1),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def make_candidate(text: str = "We close at noon.", model: str = "m") -> Candidate:
    return Candidate(text, Provenance("extractive", model, "1", 1, (0, 1)))


CANDIDATES = {candidate_id("r1", 1, index): make_candidate(f"Statement text {index}.") for index in range(3)}


def counted(ratings: list[list[float]], **more: object) -> Outcome:
    rule = WelfareRule.parse("utilitarian")
    return tally(np.array(ratings, dtype=np.float64), list(CANDIDATES), rule, seed=1, **more)  # type: ignore[arg-type]


def actions(card: Card) -> list[str]:
    return [one.action for one in card.buttons]


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("ballot", list(Ballot))
@pytest.mark.parametrize("roster", list(Roster))
def test_every_phase_has_its_cards(phase: Phase, ballot: Ballot, roster: Roster) -> None:
    round = make_round(phase, Rules(ballot=ballot, roster=roster))
    standing = Standing("fake:alice", on_roster=True, opinion=(Part("m1", "Yes."),), critique=(Part("m2", "No."),))
    for card in (
        announcement(round, None, TEXTS),
        opinion_card(round, standing, None, TEXTS),
        receipt(round, standing, {}, TEXTS),
        ballot_card(round, standing, TEXTS),
        reminder(round, standing, TEXTS),
        critique_card(round, standing, "A statement.", None, TEXTS),
        candidate(round, "r1/1/0", make_candidate(), 1, TEXTS),
        status([round], TEXTS),
        mine([Owed(round, False, 1), Owed(round, True)], TEXTS),
        history([round], TEXTS),
    ):
        assert card.blocks
        assert card.summary
        assert all(one.round == "r1" for one in card.buttons)


def test_one_action_per_phase() -> None:
    def offered(phase: Phase, **rules: object) -> list[str]:
        return actions(announcement(make_round(phase, Rules(**rules)), None, TEXTS))  # type: ignore[arg-type]

    assert offered(Phase.COLLECTING) == ["opinion", "join"]
    assert offered(Phase.COLLECTING, roster=Roster.INVITED) == ["opinion"]
    assert offered(Phase.VOTING) == ["join"]
    assert offered(Phase.VOTING, roster=Roster.INVITED) == []
    assert offered(Phase.VOTING, electorate=Electorate.CHANNEL) == []
    assert offered(Phase.VOTING, ballot=Ballot.PRIVATE) == ["ballot", "join"]
    assert offered(Phase.CRITIQUING) == ["critique"]
    for phase in (Phase.DRAFTING, Phase.TALLYING, Phase.CLOSED, Phase.CANCELLED, Phase.FAILED):
        assert offered(phase) == []


@pytest.mark.parametrize(("phase", "scales"), [(Phase.COLLECTING, 3), (Phase.VOTING, 2)])
def test_a_scale_stands_under_the_statement_it_is_about(phase: Phase, scales: int) -> None:
    round, standing = make_round(phase), Standing("fake:alice", on_roster=True)
    asking = ballot_card(round, standing, TEXTS)
    if phase is Phase.COLLECTING:
        asking = opinion_card(round, standing, None, TEXTS)
    cards = (asking, receipt(round, standing, {}, TEXTS), reminder(round, standing, TEXTS))
    scaled = [card for card in cards if any(isinstance(one, Scale) for one in card.buttons)]
    assert len(scaled) == scales
    for card in scaled:
        assert "We should close on Fridays." in lines(card)


def test_a_superseded_receipt_tells_and_offers_nothing() -> None:
    card = superseded_receipt(TEXTS)
    assert lines(card) == "This receipt was replaced by a newer one further down."
    assert card.buttons == ()


def test_the_announcement_says_where_opinions_go_and_who_writes_the_statements() -> None:
    here, away = (lines(announcement(make_round(), service, TEXTS)) for service in (None, "Model Works, Inc."))
    assert "sent to no other service" in here
    assert "sent to Model Works, Inc." in away
    assert "A machine writes the statements" in here


def test_the_opinion_card_says_everything_before_anybody_writes() -> None:
    shown = lines(opinion_card(make_round(), Standing("fake:alice"), "Model Works", TEXTS))
    for sentence in ("moderator included", "may reuse wording", "sent to Model Works", "edit or withdraw", "both off"):
        assert sentence in shown
    assert "left out on purpose" not in shown
    collecting = make_round(rules=Rules(purpose=Purpose.COLLECT))
    assert "left out on purpose" in lines(opinion_card(collecting, Standing("fake:alice"), None, TEXTS))


def test_hidden_results_show_no_counts_before_the_close() -> None:
    rules = Rules(ballot=Ballot.PRIVATE, hidden_results=True)
    round = make_round(Phase.VOTING, rules, counts=Counts(members=4, voters=77, complete=66))
    shown = [
        lines(announcement(round, None, TEXTS)),
        lines(status([round], TEXTS)),
        lines(ballot_card(round, Standing("a"), TEXTS)),
    ]
    for one in shown:
        assert "77" not in one
        assert "66" not in one


def test_only_an_open_ballot_is_seeded_and_only_while_it_lasts() -> None:
    one = make_candidate()
    assert candidate(make_round(Phase.VOTING), "r1/1/0", one, 1, TEXTS).seeds
    assert not candidate(make_round(Phase.CLOSED), "r1/1/0", one, 1, TEXTS).seeds
    private = make_round(Phase.VOTING, Rules(ballot=Ballot.PRIVATE))
    assert not candidate(private, "r1/1/0", one, 1, TEXTS).seeds


@pytest.mark.parametrize(
    ("model", "label"),
    [
        ("", "Machine-written: software put this together from what members said, without a language model."),
        ("extractive", "Machine-written: software put this together from what members said, without a language model."),
        ("llama", "Machine-written by extractive (llama) from what members said."),
    ],
)
def test_every_candidate_is_labelled_machine_written(model: str, label: str) -> None:
    shown = lines(candidate(make_round(Phase.VOTING), "r1/1/0", make_candidate(model=model), 1, TEXTS))
    assert label in shown


def test_the_receipt_shows_what_is_stored_and_offers_what_the_phase_allows() -> None:
    standing = Standing(
        "a", True, opinion=(Part("m", "Close it."), Part("n", "Soon.")), position_before=6, research=True
    )
    card = receipt(make_round(), standing, {}, TEXTS)
    shown = lines(card)
    assert "Close it.\n\nSoon." in shown
    assert "Position before: 6 of 7" in shown
    assert "Use for research: yes" in shown
    assert "Use for training models: no" in shown
    assert actions(card) == ["position", "opinion", "withdraw", "consent"]
    voting = replace(make_round(Phase.VOTING, Rules(ballot=Ballot.PRIVATE)))
    rated = receipt(voting, replace(standing, draft=1), {"r1/1/1": (3, None), "r1/1/2": (None, 5)}, TEXTS)
    assert "Agreement with statement 2: 3 of 7" in lines(rated)
    assert "Writing of statement 3: 5 of 7" in lines(rated)
    assert actions(rated) == ["ballot", "consent"]
    assert actions(receipt(make_round(Phase.CLOSED), standing, {}, TEXTS)) == ["consent"]


def test_a_critique_of_an_earlier_draft_is_not_shown_as_this_one() -> None:
    standing = Standing("a", True, critique=(Part("m", "Old words."),), critique_draft=1)
    assert "Old words." in lines(receipt(make_round(Phase.CRITIQUING), standing, {}, TEXTS))
    assert "Old words." not in lines(receipt(make_round(Phase.CRITIQUING, draft=2), standing, {}, TEXTS))


def test_a_critique_that_made_the_revision_is_still_shown_as_stored() -> None:
    standing = Standing("a", True, critique=(Part("m", "Old words."),), critique_draft=1)
    for phase in (Phase.VOTING, Phase.CLOSED):
        assert "Old words." in lines(receipt(make_round(phase, draft=2), standing, {}, TEXTS))


def test_members_words_come_out_inert() -> None:
    round = make_round(question=HOSTILE, affirming=HOSTILE)
    standing = Standing("a", True, opinion=(Part("m", HOSTILE),), pending=Part("n", HOSTILE))
    cards = [
        announcement(round, None, TEXTS),
        opinion_card(round, standing, None, TEXTS),
        receipt(round, standing, {}, TEXTS),
        add_or_replace(round, standing, TEXTS),
        critique_card(round, standing, HOSTILE, None, TEXTS),
        pick_round("Which?", "take", "m", [round, round], TEXTS),
        history([round], TEXTS),
        mine([Owed(round, False)], TEXTS),
    ]
    for card in cards:
        for block in card.blocks:
            if isinstance(block, Text) and HOSTILE in block.text:
                assert block.untrusted


def test_the_moderators_choices_carry_their_buttons() -> None:
    def choices(message: str, **values: str | int) -> list[str]:
        return actions(moderator_choice(make_round(), message, tuple(values.items()), TEXTS))

    assert choices("too-few-opinions", opinions=1, minimum=3) == ["extend", "cancel"]
    assert choices("enough-opinions", opinions=3) == ["close", "extend"]
    assert choices("draft-failed", reason="No.") == ["retry", "reopen", "cancel"]
    assert choices("tally-failed", reason="No.") == ["retry", "reopen", "cancel"]
    assert actions(undelivered(make_round(), "r1/2/0", "No.", TEXTS)) == ["deliver-again"]


def test_a_told_deadline_is_a_moment_in_the_readers_zone() -> None:
    card = told(make_round(), "extended", (("deadline", 86_400.0),), TEXTS)
    assert "1970-01-02 00:00" in lines(card)


def test_agreement_is_called_so_and_dissent_is_said() -> None:
    card = outcome(make_round(Phase.CLOSED), counted([[6, 2, 2], [5, 2, 2], [2, 3, 3]]), CANDIDATES, TEXTS)
    shown = lines(card)
    assert card.summary == "Agreement Statement text 0."
    assert "2 of the 3 people who rated it agree." in shown
    assert "1 person disagrees with it, so it does not speak for everybody." in shown
    assert "All 3" not in shown
    assert actions(card) == ["where"]


def test_no_agreement_offers_a_critique_iteration_once_closed() -> None:
    result = counted([[6, 2, 2], [2, 2, 2], [2, 3, 3]])
    card = outcome(make_round(Phase.CLOSED), result, CANDIDATES, TEXTS)
    assert "No agreement found; the closest statement" in lines(card)
    assert actions(card) == ["critique-iteration", "where"]
    assert actions(outcome(make_round(Phase.COLLECTING), result, CANDIDATES, TEXTS)) == ["where"]


def test_only_everybody_is_called_everybody() -> None:
    everybody = counted([[6, 2, 2], [5, 2, 2]])
    assert "All 2 people who voted agree." in lines(outcome(make_round(Phase.CLOSED), everybody, CANDIDATES, TEXTS))
    one_left_it_open = counted([[6, 2, 2], [5, 2, 2], [np.nan, 2, 3]])
    assert "All" not in lines(outcome(make_round(Phase.CLOSED), one_left_it_open, CANDIDATES, TEXTS))


def test_the_outcome_says_how_it_was_counted() -> None:
    before, after = np.array([2.0, 5.0, np.nan]), np.array([4.0, 5.0, 7.0])
    ratings = [[6, np.nan, 2], [np.nan, 5, 2], [2, 3, np.nan]]
    result = counted(ratings, roster_size=5, outside_reactions=2, position_before=before, position_after=after)
    shown = lines(outcome(make_round(Phase.CLOSED), result, CANDIDATES, TEXTS))
    for sentence in (
        "Nobody rated every statement",
        "Did not answer: 2",
        "Reactions of 2 people who may not rate here were not counted.",
        "Position before: 3.5 of 7 on average (2 members)",
        "Position after: 5.3 of 7 on average (3 members)",
        "The 2 members who gave both moved by +1.0 on average.",
        "ways of counting put this statement first.",
    ):
        assert sentence in shown


def test_the_outcomes_picture_says_in_words_what_it_shows() -> None:
    card = outcome(make_round(Phase.CLOSED), counted([[6, 2, 2], [5, 2, 4]]), CANDIDATES, TEXTS)
    (picture,) = [block for block in card.blocks if isinstance(block, Picture)]
    assert picture.svg.startswith("<svg")
    assert "Statement 3, “Statement text 2.”: 1 disagree, 1 neither, 0 agree, mean 3.0." in picture.alt


def test_nobody_rated() -> None:
    shown = lines(outcome(make_round(Phase.CLOSED), counted([[np.nan] * 3]), CANDIDATES, TEXTS))
    assert "No outcome: nobody rated a statement" in shown


def test_the_export_is_a_table_without_people_or_formulas() -> None:
    candidates = {one: make_candidate('=HYPERLINK("x")') for one in CANDIDATES}
    votes = [Vote(1, counted([[6, 2, 2], [5, 2, 2]]), candidates)]
    table = as_csv(votes, "hidden").splitlines()
    assert table[0].startswith("draft,number,statement,generator,leading,rated,rated_1")
    assert len(table) == 4
    assert "'=HYPERLINK" in table[1]
    assert "fake:" not in lines(exported(make_round(Phase.CLOSED), votes, TEXTS))


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1"])
def test_formulas_are_neutralised(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_help_has_a_line_for_every_word() -> None:
    shown = lines(usage(TEXTS))
    words = ("ask", "mine", "status", "extend", "close", "cancel", "reopen", "remind", "results", "history")
    for word in (*words, "settings", "export", "forget-me", "help"):
        assert f"/consensus {word}" in shown


def test_lists_number_their_rounds_and_buttons_alike() -> None:
    rounds = [make_round(Phase.CLOSED, question=f"Question {number}?") for number in range(3)]
    labels = [one.label for one in history(rounds, TEXTS).buttons]
    assert labels == ["1. Results", "2. Results", "3. Results"]
    picked = pick_round("Which?", "do-close", "", rounds, TEXTS).buttons
    assert all(one.label != other.label for one, other in pairwise(picked))


def test_which_rating_is_a_scale_for_the_candidate() -> None:
    card = which_rating(make_round(Phase.VOTING), "r1/1/2", make_candidate(), 3, TEXTS)
    (scale,) = card.buttons
    assert isinstance(scale, Scale)
    assert (scale.action, scale.round, scale.target) == ("rate", "r1", "r1/1/2")


def test_electorate_is_announced() -> None:
    rules = Rules(electorate=Electorate.CHANNEL)
    assert "The whole channel may rate" in lines(announcement(make_round(rules=rules), None, TEXTS))


def test_buttons_identify_themselves_without_memory() -> None:
    for card in (announcement(make_round(), None, TEXTS), receipt(make_round(), Standing("a"), {}, TEXTS)):
        for one in card.buttons:
            assert isinstance(one, Button | Scale)
            assert len(f"{one.action}|{one.round}|{one.target}") <= 100
