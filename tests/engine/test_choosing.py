"""A choice made again from what the log keeps of it comes out the same, and says so when it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.choosing import Verdict, choose, fingerprint, replay
from engine.deliberation import deliberate
from engine.generation.extractive import ExtractiveGenerator
from engine.records import Candidate, Choice, Drafting, Prediction, Provenance, Revision
from engine.scoring.lexical import LexicalPredictor
from engine.welfare import WelfareRule

QUESTION = "Should we close the street to cars?"
OPINIONS = [
    "Yes, children could play.",
    "No, shops need deliveries.",
    "",
    "Yes, but let buses through.",
    "Try Sundays.",
]
RULES = ["utilitarian", "bernoulli-nash", "rawlsian", "alpha=2.5", "median", "schulze"]
MADE = Provenance("a", "a", "1", 0, (0,))


async def drafted(rule: str, **more: object) -> Drafting:
    """A drafting of the embedded default."""
    return await deliberate(
        QUESTION,
        OPINIONS,
        generator=ExtractiveGenerator(),
        predictor=LexicalPredictor(),
        rule=rule,
        seed=11,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("rule", RULES)
async def test_every_rule_replays(rule: str) -> None:
    drafting = await drafted(rule)
    again = replay(drafting)
    assert (again.verdict, again.reasons) == (Verdict.REPRODUCED, ())
    assert again.again is not None
    assert (again.again.ranking, again.again.posted) == (drafting.ranking, drafting.posted)
    assert drafting.choice is not None
    assert {name for name, _ in drafting.choice.worth} == {
        rule, "utilitarian", "bernoulli-nash", "rawlsian", "median", "schulze"
    }  # fmt: skip


async def test_critiques_and_collecting_replay() -> None:
    said = Revision("We should close the street.", ("Buses must pass.", "", "", "Say when.", ""))
    assert replay(await drafted("rawlsian", revision=said)).verdict is Verdict.REPRODUCED
    collected = await drafted("utilitarian", purpose="collect")
    assert collected.choice is not None
    assert len(collected.choice.groups) == 3
    assert replay(collected).verdict is Verdict.REPRODUCED


async def test_whatever_is_changed_in_a_log_differs() -> None:
    drafting = await drafted("bernoulli-nash")
    choice = drafting.choice
    assert choice is not None
    raised = drafting.prediction.expected_agreement
    assert raised is not None
    raised = raised.copy()
    raised[0, 3] += 1e-6
    other = replace(drafting.candidates[0], text="We should do nothing.")
    tampered = [
        replace(drafting, prediction=replace(drafting.prediction, expected_agreement=raised)),
        replace(drafting, candidates=(other, *drafting.candidates[1:])),
        replace(drafting, welfare=tuple(value + 1e-6 for value in drafting.welfare)),
        replace(drafting, ranking=tuple(reversed(drafting.ranking))),
        replace(drafting, posted=tuple(reversed(drafting.posted))),
        replace(drafting, choice=replace(choice, rule="rawlsian")),
        replace(drafting, choice=replace(choice, worth=choice.worth[:-1])),
        replace(drafting, choice=replace(choice, silent=(99,))),
    ]
    for one in tampered:
        found = replay(one)
        assert found.verdict is Verdict.DIFFERS
        assert found.reasons


async def test_a_row_that_was_deleted_leaves_the_log_incomplete() -> None:
    drafting = await drafted("utilitarian")
    prediction = drafting.prediction
    assert prediction.expected_agreement is not None
    blanked = [prediction.score.copy(), prediction.expected_agreement.copy()]
    for values in blanked:
        values[1] = np.nan
    found = replay(replace(drafting, prediction=Prediction(blanked[0], blanked[1], None)))
    assert found.verdict is Verdict.INCOMPLETE
    assert found.reasons == ("Predictions for 1 member were deleted because they asked to be forgotten.",)
    assert replay(replace(drafting, choice=None)).verdict is Verdict.INCOMPLETE


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 6).flatmap(
        lambda columns: st.lists(st.lists(st.floats(1, 7), min_size=columns, max_size=columns), min_size=1, max_size=6)
    ),
    st.sampled_from(RULES),
    st.integers(0, 2**31),
)
def test_a_choice_depends_on_nothing_but_what_is_logged(rows: list[list[float]], rule: str, seed: int) -> None:
    matrix = np.array(rows)
    prediction = Prediction(matrix, matrix, None)
    texts = [f"Statement number {at} on hedges." for at in range(matrix.shape[1])]
    chosen = choose(prediction, texts, WelfareRule.parse(rule), seed=seed, wanted=3)
    drafting = Drafting(
        tuple(Candidate(text, MADE) for text in texts),
        prediction,
        chosen.welfare,
        chosen.ranking,
        chosen.posted,
        choice=chosen.choice,
    )
    assert replay(drafting).verdict is Verdict.REPRODUCED
    assert isinstance(chosen.choice, Choice)


def test_scores_without_a_scale_leave_out_the_rules_that_need_one() -> None:
    scores = np.array([[-1.0, 2.0], [0.5, -3.0]])
    chosen = choose(Prediction(scores, None, None), ["One.", "Two."], WelfareRule.parse("schulze"), seed=1, wanted=1)
    assert {name for name, _ in chosen.choice.worth} == {"schulze", "utilitarian", "median"}


def test_a_fingerprint_is_of_the_text_as_it_is_kept() -> None:
    assert fingerprint(["a\x00b", "\ud800"]) == fingerprint(["ab", "?"])
    assert fingerprint(["a", "b"]) != fingerprint(["ab"])
