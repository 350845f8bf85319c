"""The ranking judge against a scripted server over real HTTP: scores, position bias, what it costs, how it fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import catalog
from engine.catalog import BackEndOptions
from engine.deliberation import deliberate
from engine.endpoint import asking
from engine.endpoint.answers import Answers
from engine.errors import PredictorUnavailable, RulesError
from engine.generation.extractive import ExtractiveGenerator
from engine.records import Revision
from engine.scoring.judging import Budget
from engine.scoring.ranking_judge import RankingJudgePredictor, read_ranking
from tests.openai_server.models import fenced, ranking
from tests.openai_server.server import Choices, Hang, OpenAIServer, Status

QUESTION = "Should we close the street to cars?"
OPINIONS = ["Yes, children could play there.", "", "No. Shops need deliveries in the morning."]
STATEMENTS = ["Children could play there.", "Shops need deliveries in the morning.", "Let us ask the council."]


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)


def judge(server: OpenAIServer, **options: Any) -> RankingJudgePredictor:
    return RankingJudgePredictor("tiny", base_url=server.base_url, **options)


async def test_each_member_has_their_own_statement_first_and_whoever_wrote_nothing_no_preference() -> None:
    async with OpenAIServer(model=ranking) as server:
        prediction = await judge(server).predict(QUESTION, OPINIONS, STATEMENTS)
    assert prediction.score[0].argmax() == 0
    assert prediction.score[2].argmax() == 1
    assert prediction.score[0, 0] == prediction.score[2, 1] == 1.0
    assert (prediction.score[1] == 0.5).all()
    assert prediction.expected_agreement is None
    assert len(server.requests) == 4, "two requests for each of two members"
    assert server.requests[0]["response_format"]["type"] == "json_schema"


def by_place(messages: Sequence[dict[str, Any]], _: int) -> str:
    return " > ".join(str(at + 1) for at in range(len(fenced(messages, "statement"))))


async def test_a_judge_that_ranks_by_place_says_nothing() -> None:
    """Shown in both orders, a preference for a place evens out (Zheng et al. 2023, section 3.4)."""
    async with OpenAIServer(model=by_place) as server:
        prediction = await judge(server).predict(QUESTION, OPINIONS, [*STATEMENTS, "Wait a year."])
    np.testing.assert_allclose(prediction.score, 0.5)
    one, other = (fenced(asked["messages"], "statement") for asked in server.requests[:2])
    assert {*one, *other} == {*STATEMENTS, "Wait a year."}
    shown = {tuple(fenced(asked["messages"], "statement")) for asked in server.requests}
    assert {tuple(reversed(order)) for order in shown} == shown


async def test_a_critique_counts_beside_the_opinion() -> None:
    revised = Revision("We should wait.", ("I would ask the council first.", "", ""))
    async with OpenAIServer(model=ranking) as server:
        prediction = await judge(server).predict(QUESTION, ["Hm.", "", "Hm."], STATEMENTS, revision=revised)
    assert prediction.score[0].argmax() == 2
    assert sum("ask the council first" in asked["messages"][1]["content"] for asked in server.requests) == 2


async def test_a_round_is_chosen_by_rankings_and_one_that_needs_ratings_is_refused() -> None:
    async with OpenAIServer(model=ranking) as server:
        options = BackEndOptions(openai_base_url=server.base_url)
        predictor = catalog.predictor("judge-ranking:tiny", options)
        said = [one for one in OPINIONS if one]
        drafting = await deliberate(
            QUESTION, said, generator=ExtractiveGenerator(), predictor=predictor, rule="schulze"
        )
        assert drafting.prediction.instead is None
        assert predictor.comparing
        with pytest.raises(RulesError, match="has no calibration; choose utilitarian, median or schulze, or predict"):
            await deliberate(QUESTION, said, generator=ExtractiveGenerator(), predictor=predictor, rule="rawlsian")


@pytest.mark.parametrize(
    ("answer", "first"),
    [
        ('{"ranking": [2, 3, 1]}', 1),
        ('```json\n{"ranking": [2, 3, 1]}\n```', 1),
        ("2 > 3 > 1", 1),
        ("2\n3\n1", 1),
        ("Of the 3 statements they would choose:\n2, 3, 1", 1),
        ("<think>1, 2, 3 or 3, 2, 1?</think>2, 3", 1),
        ("2, 2, 9, 3", 1),
        ("2, 1.", 1),
    ],
)
def test_a_ranking_is_read_out_of_what_models_write(answer: str, first: int) -> None:
    found = read_ranking(Answers((answer,), frozenset(), None), 3)
    assert found is not None
    assert found.argmax() == first


@pytest.mark.parametrize(
    "answer",
    [
        "1. Statement 3\n2. Statement 1\n3. Statement 2",
        "Statement 3\nStatement 1\nStatement 2",
        "1. 3\n2. 1\n3. 2",
        "- **Statement 3**\n- **Statement 1**\n- **Statement 2**",
        "Of the 3 statements, best first:\n\n1) **Statement 3**\n\n2) statement 1\n\n3) statement 2.",
        "1 - Statement 3\n2 - Statement 1",
    ],
)
def test_a_list_with_a_statement_on_each_line_is_read_as_statements_and_not_as_places(answer: str) -> None:
    found = read_ranking(Answers((answer,), frozenset(), None), 3)
    assert found is not None
    assert found.tolist() == [0.5, 0, 1]


@pytest.mark.parametrize(
    "answer",
    [
        "1. Statement 3: a bench\n2. Statement 1: a lamp\n3. Statement 2: a well",
        "1. Statement 3, by far\n2. Statement 1\n3. Statement 2",
        "Statement 3 first.\nThen statement 1 or 2.",
    ],
)
def test_half_of_what_an_answer_names_is_no_ranking(answer: str) -> None:
    """One line of several would pass for a ranking of what stands in it, whatever place the other lines give it."""
    assert read_ranking(Answers((answer,), frozenset(), None), 3) is None


@pytest.mark.parametrize("answer", ["", "I cannot.", "<think>2, 3, 1", '{"ranking": []}', "2", "{" * 5_000, "٢ > ٣"])
def test_what_ranks_fewer_than_half_is_no_ranking(answer: str) -> None:
    assert read_ranking(Answers((answer,), frozenset(), None), 3) is None


@given(st.text(max_size=60), st.integers(2, 9))
def test_shares_lie_in_0_to_1_and_average_a_half(text: str, count: int) -> None:
    found = read_ranking(Answers((text,), frozenset(), None), count)
    if found is not None:
        assert ((found >= 0) & (found <= 1)).all()
        assert found.mean() == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("server", "budget", "said"),
    [
        ({"model": lambda *_: "I would rather not."}, Budget(), "answered without a ranking of the statements"),
        ({"forever": Status(401)}, Budget(), "refuses the key"),
        ({"forever": Hang()}, Budget(seconds=0.2), "was not done within 0.2 seconds; raise judge_seconds"),
        ({"forever": Choices(["1, 2, 3"])}, Budget(tokens=100), "would take more than 100 tokens"),
    ],
)
async def test_a_judge_that_does_not_rank_is_unavailable(server: dict[str, Any], budget: Budget, said: str) -> None:
    async with OpenAIServer(**server) as served:
        with pytest.raises(PredictorUnavailable, match=said):
            await judge(served, budget=budget).predict(QUESTION, OPINIONS * 12, STATEMENTS)


async def test_one_statement_needs_no_ranking() -> None:
    async with OpenAIServer(model=ranking) as server:
        prediction = await judge(server).predict(QUESTION, OPINIONS, STATEMENTS[:1])
    assert prediction.score.tolist() == [[0.5]] * 3
    assert server.requests == []
