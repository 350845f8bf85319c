"""What every AgreementPredictor keeps, by the words of its port (engine/ports.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import numpy as np
import pytest

from engine.ports import AgreementPredictor
from engine.records import Revision
from engine.scoring.judge import JudgePredictor
from engine.scoring.lexical import LexicalPredictor
from engine.scoring.ranking_judge import RankingJudgePredictor
from engine.scoring.reward_model import RewardModelPredictor
from tests.openai_server.models import judging, ranking
from tests.openai_server.server import OpenAIServer
from tests.tiny_models.rewarding import make_reward_model

PREDICTORS: dict[str, Callable[[str], AgreementPredictor]] = {
    "lexical": lambda _: LexicalPredictor(),
    "judge:tiny": lambda url: JudgePredictor("tiny", base_url=url),
    "judge-ranking:tiny": lambda url: RankingJudgePredictor("tiny", base_url=url),
}

QUESTION = "Should we move the weekly meeting to Friday?"
OPINIONS = [
    "Friday is fine, and moving the meeting gives us a quiet Monday.",
    "Please do not move the meeting to Friday, I pick up my children.",
    "",
    "Je ne sais pas.",
    "😀" * 50,
    "=HYPERLINK() @everyone \x00",
]
STATEMENTS = [
    "We should move the weekly meeting to Friday.",
    "We should not move the weekly meeting to Friday.",
    "We should keep the meeting short, whatever the day.",
    "???",
]


def rounding(predictor: AgreementPredictor) -> float:
    """How far two computations of the same cell may lie apart: single precision sums in another order."""
    return 1e-9 if predictor.name.partition(":")[0] in {"lexical", "judge", "judge-ranking"} else 1e-4


@pytest.fixture(name="reward_model", scope="module")
def _reward_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgreementPredictor]:
    made = RewardModelPredictor(str(make_reward_model(tmp_path_factory.mktemp("reward"))))
    yield made
    made.close()


@pytest.fixture(params=[*PREDICTORS, pytest.param("reward_model", marks=pytest.mark.slow)], name="predictor")
async def _predictor(request: pytest.FixtureRequest) -> AsyncIterator[AgreementPredictor]:
    if request.param == "reward_model":
        yield request.getfixturevalue("reward_model")
        return
    async with OpenAIServer(model=ranking if "ranking" in request.param else judging) as server:
        yield PREDICTORS[request.param](server.base_url)


def test_its_name_is_the_catalog_name(predictor: AgreementPredictor) -> None:
    assert predictor.name in PREDICTORS or predictor.name.startswith("reward_model:/")


async def test_every_array_is_members_by_candidates_and_in_range(predictor: AgreementPredictor) -> None:
    prediction = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    assert prediction.score.shape == (len(OPINIONS), len(STATEMENTS))
    assert np.isfinite(prediction.score).all()
    assert (prediction.expected_agreement is not None) == predictor.calibrated
    assert (prediction.p_agree is not None) == predictor.calibrated
    if prediction.expected_agreement is not None and prediction.p_agree is not None:
        assert ((prediction.expected_agreement >= 1) & (prediction.expected_agreement <= 7)).all()
        assert ((prediction.p_agree >= 0) & (prediction.p_agree <= 1)).all()
        order = np.argsort(prediction.score, axis=None)
        assert (np.diff(prediction.expected_agreement.ravel()[order]) >= -1e-9).all()
        assert (np.diff(prediction.p_agree.ravel()[order]) >= -1e-9).all()


@pytest.mark.parametrize(("members", "candidates"), [(0, 0), (0, 4), (6, 0), (1, 1)])
async def test_any_length_is_answered(predictor: AgreementPredictor, members: int, candidates: int) -> None:
    prediction = await predictor.predict(QUESTION, OPINIONS[:members], STATEMENTS[:candidates])
    assert prediction.score.shape == (members, candidates)


async def test_the_same_input_gives_the_same_output(predictor: AgreementPredictor) -> None:
    first = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    second = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    np.testing.assert_array_equal(first.score, second.score)


async def test_a_row_depends_on_its_own_opinion_and_a_cell_on_its_own_statement(predictor: AgreementPredictor) -> None:
    whole = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    for row, opinion in enumerate(OPINIONS):
        alone = await predictor.predict(QUESTION, [opinion], STATEMENTS)
        np.testing.assert_allclose(alone.score[0], whole.score[row], atol=rounding(predictor))
        if predictor.comparing:
            continue
        for column, statement in enumerate(STATEMENTS):
            cell = await predictor.predict(QUESTION, [opinion], [statement])
            assert cell.score[0, 0] == pytest.approx(whole.score[row, column], abs=rounding(predictor))


async def test_order_and_company_change_nothing(predictor: AgreementPredictor) -> None:
    whole = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    company = [] if predictor.comparing else ["Something else entirely."]
    turned = await predictor.predict(QUESTION, OPINIONS[::-1], [*STATEMENTS[::-1], *company])
    np.testing.assert_allclose(turned.score[::-1, len(STATEMENTS) - 1 :: -1], whole.score, atol=rounding(predictor))


async def test_a_critique_counts_for_its_own_member_only(predictor: AgreementPredictor) -> None:
    """Tessler et al. 2024: in the critique iteration a member is known by opinion and critique together."""
    plain = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    critiques = ["", "It must say that the meeting stays short, whatever the day.", "", "", "", ""]
    revised = await predictor.predict(
        QUESTION, OPINIONS, STATEMENTS, revision=Revision("We should move the meeting.", tuple(critiques))
    )
    silent = [row for row, critique in enumerate(critiques) if not critique]
    np.testing.assert_allclose(revised.score[silent], plain.score[silent], atol=rounding(predictor))
    assert abs(revised.score[1] - plain.score[1]).max() > rounding(predictor)
