"""One card of every kind, as a round makes them."""

from __future__ import annotations

import numpy as np

from bot.cards import (
    Owed,
    Vote,
    add_or_replace,
    announcement,
    asked,
    ballot_card,
    candidate,
    confirm_cancel,
    confirm_forget,
    critique_card,
    exported,
    history,
    mine,
    moderator_choice,
    notice,
    opinion_card,
    outcome,
    pick_round,
    receipt,
    reminder,
    status,
    told,
    undelivered,
    usage,
    which_rating,
)
from bot.forms import ask_form, ballot_form, consent_form, critique_form, opinion_form, quality_form, settings_form
from bot.forms.answers import duration_form
from bot.forms.rules import BackEnds, write_rules
from bot.platform import Card, Form
from bot.slack.rights import Right, Rights, Who
from bot.slack.rights_form import rights_form
from bot.texts import Texts
from engine.outcome import tally
from engine.records import Candidate, Provenance
from engine.rounds.model import Ballot, Counts, Part, Phase, Round, Rules, Standing, candidate_id
from engine.welfare import WelfareRule

TEXTS = Texts()
HOSTILE = "<!channel> <@U123> *bold* _x_ `code` <https://example.org|here> &amp; :tada:"
POSTED = tuple(candidate_id("r1", 1, index) for index in range(3))


def round_in(phase: Phase, words: str, ballot: Ballot = Ballot.OPEN) -> Round:
    """A round in this phase, `words` in its question and position statement."""
    begun = phase is not Phase.COLLECTING
    return Round(
        id="r1",
        version=1,
        channel="slack:T1/C1",
        moderator="slack:T1/U1",
        question=f"Should we close on Fridays? {words}".strip(),
        affirming=f"We should close on Fridays. {words}".strip(),
        negating="We should not close on Fridays.",
        rules=Rules(ballot=ballot),
        phase=phase,
        seed=1,
        opened_at=1_790_000_000.0,
        deadline=1_790_086_400.0,
        draft=1 if begun else 0,
        posted=POSTED if begun else (),
        leading=POSTED[0] if phase in (Phase.CRITIQUING, Phase.CLOSED) else None,
        roster_known=True,
        counts=Counts(members=4, answered=3, opinions=3, voters=2, critiques=1),
    )


def cards(words: str = "") -> dict[str, Card]:
    """Every kind by a name of its own; `words` stand wherever people and models write."""
    collecting, voting = round_in(Phase.COLLECTING, words), round_in(Phase.VOTING, words)
    private = round_in(Phase.VOTING, words, Ballot.PRIVATE)
    critiquing, closed = round_in(Phase.CRITIQUING, words), round_in(Phase.CLOSED, words)
    parts = (Part("1.0", f"Close it, people need rest. {words}"), Part("2.0", "And heating costs."))
    standing = Standing(
        "slack:T1/U2", on_roster=True, opinion=parts, critique=parts, critique_draft=1, position_before=6,
        pending=Part("3.0", f"Another thought. {words}"),
    )  # fmt: skip
    drafted = {
        one: Candidate(f"Statement text {number}. {words}", Provenance("extractive", "m", "1", 1, (0, 1)))
        for number, one in enumerate(POSTED)
    }
    first = drafted[POSTED[0]]
    rule = WelfareRule.parse("utilitarian")
    counted = tally(np.array([[6.0, 4, 1], [2, 2, 1], [5, np.nan, 7]]), list(POSTED), rule, seed=1, roster_size=4)
    return {
        "add-or-replace": add_or_replace(collecting, standing, TEXTS),
        "announcement": announcement(collecting, None, TEXTS),
        "announcement-closed": announcement(closed, "a service", TEXTS),
        "asked": asked(collecting, True, TEXTS),
        "ballot-open": ballot_card(voting, standing, TEXTS),
        "ballot-private": ballot_card(private, standing, TEXTS),
        "candidate": candidate(voting, POSTED[0], first, 1, TEXTS),
        "confirm-cancel": confirm_cancel(collecting, TEXTS),
        "confirm-forget": confirm_forget(2, TEXTS),
        "critique-card": critique_card(critiquing, standing, first.text, None, TEXTS),
        "export": exported(closed, [Vote(1, counted, drafted)], TEXTS),
        "history": history([closed, collecting], TEXTS),
        "mine": mine([Owed(voting, False, 1), Owed(collecting, True)], TEXTS),
        "moderator-choice": moderator_choice(collecting, "too-few-opinions", (("opinions", 2), ("minimum", 3)), TEXTS),
        "notice": notice("One sentence.", about=collecting),
        "opinion-card": opinion_card(collecting, standing, "a service", TEXTS),
        "outcome": outcome(closed, counted, drafted, TEXTS),
        "pick-round": pick_round("Which one?", "take", "1.0", [collecting, voting], TEXTS),
        "receipt": receipt(voting, standing, {POSTED[0]: (6, 5), POSTED[1]: (None, None)}, TEXTS),
        "reminder": reminder(collecting, standing, TEXTS),
        "status": status([collecting, private], TEXTS),
        "told": told(collecting, "extended", (("deadline", 1_790_086_400.0),), TEXTS),
        "undelivered": undelivered(collecting, "r1/2/0", "It was tried too often.", TEXTS),
        "usage": usage(TEXTS),
        "which-rating": which_rating(voting, POSTED[0], first, 1, TEXTS),
    }


def forms(words: str = "") -> dict[str, Form]:
    """Every form; `words` stand wherever people and models write."""
    collecting, voting = round_in(Phase.COLLECTING, words), round_in(Phase.VOTING, words, Ballot.PRIVATE)
    standing = Standing("slack:T1/U2", on_roster=True, opinion=(Part("1.0", f"Close it. {words}"),), position_before=6)
    drafted = [
        (one, Candidate(f"Statement text {number}. {words}", Provenance("extractive", "m", "1", 1, (0, 1))))
        for number, one in enumerate(POSTED)
    ]
    values = {**write_rules(Rules()), "question": words, "invited": ""}
    return {
        "ask": ask_form(values, BackEnds(), TEXTS, unsure=True),
        "settings": settings_form(values, BackEnds(), TEXTS),
        "opinion": opinion_form(collecting, standing, None, TEXTS),
        "consent": consent_form(collecting, standing, TEXTS),
        "critique": critique_form(voting, standing, drafted[0][1].text, None, TEXTS, missing=True),
        "ballot": ballot_form(voting, standing, drafted, {POSTED[0]: (6, None)}, TEXTS),
        "quality": quality_form(voting, POSTED[0], drafted[0][1], 3, TEXTS),
        "extend": duration_form("extend", collecting, TEXTS),
        "rights": rights_form(Rights(start=Right(Who.NAMED, ("U1",), ("S7",))), "T1", TEXTS),
    }
