"""What cards say of a drafting that did not go as it was to: who wrote instead, who predicted, what was not read."""

from __future__ import annotations

import numpy as np
import pytest

from bot.cards import candidate, outcome
from bot.texts import Texts
from engine.choosing import choose
from engine.outcome import Outcome, tally
from engine.records import Candidate, Drafting, Prediction, Provenance
from engine.rounds.model import Phase, Rules
from engine.welfare import WelfareRule
from tests.bot.cards.test_cards import make_round
from tests.dialogues.rendering import lines

TEXTS = Texts()
RULES = Rules(generator="openai:writer", predictor="vllm-server:reward")


def written_by(generator: str, seen: tuple[int, ...] = (0, 1)) -> Candidate:
    model = generator.partition(":")[2] or generator
    return Candidate("We want a quiet street.", Provenance(generator, model, "1", 1, seen))


def drafting(written: Candidate, *, instead: str | None = None, silent: tuple[int, ...] = ()) -> Drafting:
    score = np.full((4, 1), 5.0)
    prediction = Prediction(score, score, score / 7, instead)
    rule = WelfareRule.parse("utilitarian")
    chosen = choose(prediction, [written.text], rule, seed=1, wanted=1, silent=silent)
    return Drafting((written,), prediction, chosen.welfare, chosen.ranking, chosen.posted, (), chosen.choice)


def shown(made: Drafting | None) -> str:
    round = make_round(Phase.CLOSED, RULES)
    leading = round.posted[0]
    counted: Outcome = tally(np.array([[6.0], [5.0]]), (leading,), WelfareRule.parse("utilitarian"), seed=1)
    return lines(outcome(round, counted, {leading: written_by("openai:writer")}, TEXTS, drafting=made))


def test_a_statement_that_another_one_wrote_says_so_in_the_channel_and_the_outcome() -> None:
    round = make_round(Phase.VOTING, RULES)
    own = lines(candidate(round, round.posted[0], written_by("openai:writer"), 1, TEXTS))
    assert "Machine-written by openai:writer (writer)" in own
    assert "was to write" not in own
    instead = lines(candidate(round, round.posted[0], written_by("extractive"), 1, TEXTS))
    assert "openai:writer was to write the statements, and gave none that could be used." in instead


def test_the_outcome_says_who_predicted_instead() -> None:
    assert "vllm-server:reward was to predict who agrees and could not, so lexical did" in shown(
        drafting(written_by("openai:writer"), instead="lexical")
    )
    assert "was to predict" not in shown(drafting(written_by("openai:writer")))


@pytest.mark.parametrize(
    ("silent", "said"),
    [((), "2 opinions were too long, too many"), ((3,), "1 opinion was too long"), ((2, 3), None)],
)
def test_the_outcome_says_how_many_opinions_no_statement_was_made_from(
    silent: tuple[int, ...], said: str | None
) -> None:
    """Who gave none is not counted, and a log that does not tell who gave one says nothing."""
    told = shown(drafting(written_by("openai:writer"), silent=silent))
    assert (said in told) if said is not None else ("no statement was made" not in told)
    assert "no statement was made" not in shown(None)
