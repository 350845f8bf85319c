"""The lexical predictor and its calibration: sides count, silence is neutral, a channel's size is instant."""

from __future__ import annotations

import json
import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.scoring.calibration import Calibration, fit
from engine.scoring.lexical import APPEAL, FIGURES, PERSONAL, LexicalModel, LexicalPredictor, shipped

FOR, AGAINST = "We should ban cars in the centre.", "We should not ban cars in the centre."


def expected(question: str, opinion: str, statement: str) -> float:
    agreement = LexicalPredictor().predict_now(question, [opinion], [statement]).expected_agreement
    assert agreement is not None
    return float(agreement[0, 0])


@pytest.mark.parametrize(
    "question",
    [
        "Should we ban cars in the centre?",
        "What do you think about banning cars?",
        "What should we do about the centre?",
        "Where is the problem?",
        "We should ban cars in the centre",
    ],
)
def test_opposite_sides_predict_disagreement_and_the_same_side_agreement(question: str) -> None:
    assert expected(question, "Please do not ban cars in the centre", FOR) < 4
    assert expected(question, "Please do not ban cars in the centre", AGAINST) > 5
    assert expected(question, "Ban cars in the centre, please", AGAINST) < 4.7
    assert expected(question, "Ban cars in the centre, please", FOR) > 5


@pytest.mark.parametrize(
    ("opinion", "side"),
    [
        ("Banning cars would be a disaster for the shops.", -1),
        ("I am strongly against this.", -1),
        ("No way.", -1),
        ("Yes, it would make the air cleaner.", +1),
        ("The centre would be safer without cars.", +1),
    ],
)
def test_sides_are_seen_without_shared_wording(opinion: str, side: int) -> None:
    question = "Should we ban cars in the centre?"
    assert side * (expected(question, opinion, FOR) - expected(question, opinion, AGAINST)) > 1.5
    assert side * (expected(question, opinion, FOR) - 4) > 0


@pytest.mark.parametrize("opinion", ["", "  ", "自動車を禁止するべきだ", "😀😀😀", "I like pizza."])
def test_an_opinion_that_says_nothing_on_the_matter_is_neutral(opinion: str) -> None:
    prediction = LexicalPredictor().predict_now("Should we ban cars?", ["", opinion], [FOR, AGAINST])
    np.testing.assert_array_equal(prediction.score[0], prediction.score[1])
    assert prediction.expected_agreement is not None
    assert ((prediction.expected_agreement > 3.5) & (prediction.expected_agreement < 5.5)).all()


def test_a_thousand_members_and_sixteen_candidates_take_under_a_second() -> None:
    rng = random.Random(0)
    words = [f"topic{number}" for number in range(2000)] + "we should not ban cars because they harm the centre".split()
    opinions = [" ".join(rng.choices(words, k=60)) for _ in range(1000)]
    statements = [" ".join(rng.choices(words, k=30)) for _ in range(16)]
    before = time.process_time()
    LexicalPredictor().predict_now("Should we ban cars?", opinions, statements)
    assert time.process_time() - before < 1.0


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3), st.lists(st.text(max_size=80), max_size=3))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_finite_predictions(question: str, opinions: list[str], statements: list[str]) -> None:
    prediction = LexicalPredictor().predict_now(question, opinions, statements)
    assert prediction.score.shape == (len(opinions), len(statements))
    assert np.isfinite(prediction.score).all()


def test_the_shipped_figures_name_their_data_and_hold_figures_only() -> None:
    fields = json.loads(FIGURES.read_text(encoding="utf-8"))
    assert set(fields["weights"]) == {*APPEAL, *PERSONAL}
    assert all(isinstance(weight, float) for weight in fields["weights"].values())
    assert all("CC BY 4.0, train split" in name for name in fields["fitted"]["data"])
    assert sum(fields["fitted"]["ratings"].values()) > 0
    assert all(fields["weights"][name] > 0 for name in PERSONAL)
    assert shipped() == LexicalModel.from_fields(fields)


def test_figures_without_a_weight_are_refused() -> None:
    fields = json.loads(FIGURES.read_text(encoding="utf-8"))
    del fields["weights"]["stance"]
    with pytest.raises(KeyError, match="stance"):
        LexicalModel.from_fields(fields)


TRUE = Calibration(0.8, (-2.0, -1.2, -0.3, 0.4, 1.3, 2.2))


def drawn(n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    score = rng.normal(0.0, 2.0, n)
    ratings = (rng.random(n)[:, None] > TRUE.probabilities(score).cumsum(axis=1)[:, :-1]).sum(axis=1) + 1
    return score, ratings


def test_ordinal_regression_recovers_the_model_that_made_the_ratings() -> None:
    """McCullagh 1980, section 2: the maximum likelihood estimate is consistent."""
    found = fit(*drawn(40_000))
    assert found.slope == pytest.approx(TRUE.slope, rel=0.03)
    np.testing.assert_allclose(found.thresholds, TRUE.thresholds, atol=0.06)


def test_a_fit_is_at_its_maximum() -> None:
    """The likelihood is concave (Pratt 1981): no nearby calibration explains the ratings better."""
    score, ratings = drawn(500)
    best = fit(score, ratings, evenness=0.0)

    def likelihood(calibration: Calibration) -> float:
        return float(np.log(calibration.probabilities(score)[np.arange(len(score)), ratings - 1]).sum())

    for at in range(6):
        for by in (-0.05, 0.05):
            moved = tuple(value + by * (place == at) for place, value in enumerate(best.thresholds))
            assert likelihood(Calibration(best.slope, moved)) < likelihood(best)
    for factor in (0.95, 1.05):
        assert likelihood(Calibration(best.slope * factor, best.thresholds)) < likelihood(best)


def test_ratings_known_as_ranges_give_the_same_shares_and_even_gaps_between() -> None:
    score, ratings = drawn(20_000)
    lowest = np.select([ratings < 4, ratings == 4], [1, 4], 5)
    highest = np.select([ratings < 4, ratings == 4], [3, 4], 7)
    found = fit(score, lowest, highest)
    assert found.slope == pytest.approx(TRUE.slope, rel=0.05)
    np.testing.assert_allclose(found.p_agree(score).mean(), (ratings > 4).mean(), atol=0.01)
    gaps = np.diff(found.thresholds)
    np.testing.assert_allclose(gaps, gaps.mean(), rtol=0.05)


@given(st.floats(-50, 50), st.floats(0.0, 20))
def test_probabilities_sum_to_one_and_a_higher_score_never_means_less(score: float, more: float) -> None:
    both = np.array([score, score + more])
    chances = TRUE.probabilities(both)
    np.testing.assert_allclose(chances.sum(axis=-1), 1.0)
    assert (chances >= -1e-12).all()
    low, high = TRUE.expected_agreement(both)
    assert 1 <= low <= high + 1e-12 <= 7 + 1e-9
    np.testing.assert_allclose(TRUE.p_agree(both), chances[:, 4:].sum(axis=-1), atol=1e-12)


def test_a_calibration_survives_its_fields() -> None:
    assert Calibration.from_fields(json.loads(json.dumps(TRUE.fields()))) == TRUE


@pytest.mark.parametrize(
    ("scores", "ratings", "message"),
    [
        ([], [], "not empty"),
        ([1.0, 2.0], [1], "equally long"),
        ([1.0, 2.0], [0, 7], "1..7"),
        ([1.0, float("nan")], [1, 7], "finite"),
        ([1.0, 2.0, 3.0, 4.0], [7, 6, 2, 1], "do not go with"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(scores: list[float], ratings: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(scores, ratings)


@pytest.mark.parametrize(
    ("slope", "thresholds"),
    [(0.0, TRUE.thresholds), (float("nan"), TRUE.thresholds), (1.0, (1, 2, 3)), (1.0, (0, 0, 1, 2, 3, 4))],
)
def test_a_calibration_out_of_order_is_refused(slope: float, thresholds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="slope|thresholds"):
        Calibration(slope, thresholds)
