"""The embedding predictor with a tiny model that the test makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine import catalog
from engine.catalog import BackEndOptions
from engine.errors import PredictorUnavailable
from engine.records import Revision
from engine.scoring.calibration import Calibration
from engine.scoring.embedding import EmbeddingPredictor
from tests.tiny_models.embedding import make_embedding_model

pytestmark = pytest.mark.slow

QUESTION = "Should we close the street to cars?"
OPINIONS = ["Yes, children could play there.", "", "No. Shops need deliveries in the morning.", "😀 مرحبا"]
STATEMENTS = ["Children could play there.", "Shops need deliveries in the morning.", "Ждём."]


@pytest.fixture(scope="module", name="model")
def _model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_embedding_model(tmp_path_factory.mktemp("embedding"), [QUESTION, *OPINIONS, *STATEMENTS])


@pytest.fixture(scope="module", name="predictor")
def _predictor(model: Path) -> Iterator[EmbeddingPredictor]:
    predictor = EmbeddingPredictor(str(model))
    yield predictor
    predictor.close()


async def test_the_score_is_the_cosine_of_sentence_transformers_own_vectors(
    predictor: EmbeddingPredictor, model: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    prediction = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    apart = SentenceTransformer(str(model))
    written = [text for text in OPINIONS if text]
    own, said = (np.asarray(apart.encode(texts), dtype=np.float64) for texts in (written, STATEMENTS))
    expected = own @ said.T / np.linalg.norm(own, axis=1)[:, None] / np.linalg.norm(said, axis=1)
    np.testing.assert_allclose(prediction.score[[0, 2, 3]], expected, atol=1e-5)
    assert (prediction.score[1] == 0).all()
    assert prediction.expected_agreement is None
    assert predictor.service is None
    assert predictor.name == f"embedding:{model}"


async def test_a_statement_is_nearest_to_the_opinion_with_its_words(predictor: EmbeddingPredictor) -> None:
    score = (await predictor.predict(QUESTION, OPINIONS, STATEMENTS)).score
    assert score[0, 0] > score[2, 0]
    assert score[2, 1] > score[0, 1]


@pytest.mark.parametrize(("members", "candidates"), [(0, 0), (0, 3), (4, 0), (1, 1)])
async def test_any_length_is_answered(predictor: EmbeddingPredictor, members: int, candidates: int) -> None:
    prediction = await predictor.predict(QUESTION, OPINIONS[:members], STATEMENTS[:candidates])
    assert prediction.score.shape == (members, candidates)


async def test_a_cell_depends_on_its_own_texts_only(predictor: EmbeddingPredictor) -> None:
    whole = (await predictor.predict(QUESTION, OPINIONS, STATEMENTS)).score
    for row, opinion in enumerate(OPINIONS):
        for column, statement in enumerate(STATEMENTS):
            cell = (await predictor.predict(QUESTION, [opinion], [statement])).score
            assert cell[0, 0] == pytest.approx(whole[row, column], abs=1e-5)


async def test_a_critique_moves_its_own_row_only(predictor: EmbeddingPredictor) -> None:
    before = (await predictor.predict(QUESTION, OPINIONS, STATEMENTS)).score
    revision = Revision("We close it.", ("Shops come first.", "", "", ""))
    after = (await predictor.predict(QUESTION, OPINIONS, STATEMENTS, revision=revision)).score
    assert abs(after[0] - before[0]).max() > 1e-3
    np.testing.assert_allclose(after[1:], before[1:], atol=1e-5)


async def test_a_calibration_makes_ratings_of_scores(model: Path) -> None:
    calibration = Calibration(4.0, (-2.0, -1.0, 0.0, 1.0, 2.0, 3.0))
    predictor = EmbeddingPredictor(str(model), calibration=calibration)
    prediction = await predictor.predict(QUESTION, OPINIONS, STATEMENTS)
    predictor.close()
    assert prediction.p_agree is not None
    np.testing.assert_allclose(prediction.p_agree, calibration.p_agree(prediction.score))


@pytest.mark.slow
async def test_a_model_that_does_not_load_is_unavailable_and_the_default_predicts(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    spec = f"embedding:{tmp_path}"
    with pytest.raises(PredictorUnavailable, match="cannot be loaded"):
        await catalog.predictor(spec, BackEndOptions(fall_back=False)).predict(QUESTION, OPINIONS, STATEMENTS)
    prediction = await catalog.predictor(spec).predict(QUESTION, OPINIONS, STATEMENTS)
    assert prediction.instead == "lexical"
