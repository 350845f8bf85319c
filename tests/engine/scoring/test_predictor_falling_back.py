"""A round goes on when its predictor does not, and its notes say who predicted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.deliberate import opinions
from engine import catalog
from engine.catalog import BackEndOptions
from engine.deliberation import deliberate
from engine.endpoint import asking
from engine.errors import PredictorUnavailable
from engine.generation.extractive import ExtractiveGenerator
from engine.scoring.falling_back import FallingBackPredictor
from engine.scoring.judge import JudgePredictor
from engine.scoring.lexical import LexicalPredictor
from tests.openai_server.models import judging
from tests.openai_server.server import OpenAIServer, Status

QUESTION = "Should we close the street to cars?"
OPINIONS = ["Yes, children could play there.", "No. Shops need deliveries in the morning.", "Only on Sundays first."]


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)


async def test_the_lexical_default_predicts_where_the_judge_is_gone_and_a_note_says_so() -> None:
    async with OpenAIServer(model=judging) as server:
        predictor = catalog.predictor("judge:tiny", BackEndOptions(openai_base_url=server.base_url))
        before = await deliberate(QUESTION, OPINIONS, generator=ExtractiveGenerator(), predictor=predictor, n=4)
        await server.stop()
        after = await deliberate(QUESTION, OPINIONS, generator=ExtractiveGenerator(), predictor=predictor, n=4)
    note = "The predictor judge:tiny could not predict agreement, so lexical did."
    assert note not in before.notes
    assert before.prediction.expected_agreement is None
    assert note in after.notes
    expected = await LexicalPredictor().predict(QUESTION, OPINIONS, [one.text for one in after.candidates])
    np.testing.assert_array_equal(after.prediction.score, expected.score)


async def test_who_wants_no_falling_back_gets_the_error() -> None:
    async with OpenAIServer(forever=Status(503)) as server:
        options = replace(BackEndOptions(), openai_base_url=server.base_url, fall_back=False)
        with pytest.raises(PredictorUnavailable):
            await catalog.predictor("judge:tiny", options).predict(QUESTION, OPINIONS, ["We close it."])


def test_an_uncalibrated_predictor_does_not_stand_in_for_a_calibrated_one() -> None:
    judge = JudgePredictor("tiny", api_key="k")
    assert not FallingBackPredictor(judge, LexicalPredictor()).calibrated
    with pytest.raises(ValueError, match="no calibration"):
        FallingBackPredictor(LexicalPredictor(), judge)


async def test_in_a_large_group_a_judge_that_is_away_is_not_asked_for_every_part() -> None:
    said = opinions(130)
    async with OpenAIServer(forever=Status(503)) as server:
        predictor = catalog.predictor("judge:tiny", BackEndOptions(openai_base_url=server.base_url))
        drafting = await deliberate(
            QUESTION, said, generator=ExtractiveGenerator(), predictor=predictor, n=4, at_once=10
        )
        asked = len(server.requests)
        assert "The predictor judge:tiny could not predict agreement, so lexical did." in drafting.notes
        assert drafting.choice is not None
        assert drafting.choice.instead == "lexical"
        await predictor.predict(QUESTION, said[:1], ["We close it."])
    assert len(server.requests) > asked, "another drafting asks again"
    assert asked <= 8 * 16 * 3, "as many parts as are worked on at once, each with the requests that were under way"
