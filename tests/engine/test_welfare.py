"""Isoelastic welfare against mpmath, the rules by name, ranking and choosing.

Source: Bakker et al. 2022, equation 1.
"""

from __future__ import annotations

import math
from random import Random

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.errors import RulesError
from engine.records import Matrix
from engine.welfare import (
    BERNOULLI_NASH,
    MEDIAN,
    NAMED_RULES,
    RAWLSIAN,
    SCHULZE,
    UTILITARIAN,
    WelfareRule,
    best,
    choose,
    draw_alpha,
    isoelastic,
    rank,
    welfare,
)

NAN = math.nan

utilities = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=8)
alphas = st.one_of(
    st.floats(0, 1e6),
    st.sampled_from([0.0, 1.0, math.inf]),
    st.builds(lambda sign, exponent: 1 + sign * 10.0**exponent, st.sampled_from([-1, 1]), st.floats(-16, -0.01)),
)
ratings = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 7), st.integers(1, 5)),
    elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, NAN]),
)


def exact(values: list[float], alpha: float) -> mpmath.mpf:
    """Equation 1 with sixty digits, relative to the least utility so that nothing underflows."""
    with mpmath.workdps(60):
        many = [mpmath.mpf(value) for value in values]
        least = min(many)
        if alpha == math.inf:
            return least
        if alpha == 1:
            return mpmath.exp(mpmath.fsum(mpmath.log(one) for one in many) / len(many))
        power = 1 - mpmath.mpf(alpha)
        return least * (mpmath.fsum((one / least) ** power for one in many) / len(many)) ** (1 / power)


def relative_error(values: list[float], alpha: float) -> float:
    with mpmath.workdps(60):
        return float(abs(mpmath.mpf(float(isoelastic(values, alpha))) / exact(values, alpha) - 1))


@given(utilities, alphas)
def test_welfare_has_twelve_digits(values: list[float], alpha: float) -> None:
    assert relative_error(values, alpha) < 1e-12


@pytest.mark.parametrize("distance", [0.0, 1.2e-16, 2.3e-16, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3])
@pytest.mark.parametrize(
    "values",
    [[1e-6, 1e3], [1.0, 1.0 + 1e-15, 1.0 - 1e-15], [1.0, 4.0, 7.0], [3.0], [1e-6] * 99 + [1e3], [1e3] * 99 + [1e-6]],
)
def test_welfare_is_exact_around_one(distance: float, values: list[float]) -> None:
    assert relative_error(values, 1 + distance) < 1e-12
    assert relative_error(values, 1 - distance) < 1e-12


def test_welfare_has_twelve_digits_for_a_large_group() -> None:
    values = np.random.default_rng(3).uniform(1, 7, 2_000).tolist()
    assert max(relative_error(values, alpha) for alpha in (0.0, 0.5, 1 - 1e-9, 1.0, 1.5, 3.0, 1e3, 1e6)) < 1e-12


@given(utilities, st.floats(1e-16, 1e-9))
def test_welfare_is_continuous_through_one(values: list[float], distance: float) -> None:
    at_one = float(isoelastic(values, 1.0))
    for alpha in (1 - distance, 1 + distance):
        # The slope at 1 is half the variance of log u, at most 54 on this range of utilities.
        assert abs(float(isoelastic(values, alpha)) / at_one - 1) <= 60 * distance + 1e-13


@given(utilities, alphas, alphas)
def test_more_aversion_to_inequality_never_gives_more_welfare(values: list[float], one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert isoelastic(values, high) <= isoelastic(values, low) * (1 + 1e-13)


@given(utilities, alphas, st.randoms())
def test_members_are_interchangeable_to_the_last_digit(values: list[float], alpha: float, order: Random) -> None:
    shuffled = list(values)
    order.shuffle(shuffled)
    assert isoelastic(shuffled, alpha) == isoelastic(values, alpha)


@given(st.floats(1e-6, 1e3), st.integers(1, 9), alphas)
def test_equal_utilities_are_their_own_welfare(value: float, members: int, alpha: float) -> None:
    assert isoelastic([value] * members, alpha) == value


@given(utilities, alphas)
def test_missing_members_are_left_out(values: list[float], alpha: float) -> None:
    assert isoelastic([NAN, *values, NAN], alpha) == isoelastic(values, alpha)


def test_the_named_points_of_the_family() -> None:
    values = [1.0, 4.0, 7.0]
    assert isoelastic(values, 0) == 4
    assert isoelastic(values, 1) == pytest.approx(28 ** (1 / 3), rel=1e-15)
    assert isoelastic(values, 2) == pytest.approx(3 / (1 + 1 / 4 + 1 / 7), rel=1e-15)
    assert isoelastic(values, math.inf) == 1


def test_each_candidate_is_a_column() -> None:
    matrix = np.array([[1.0, 7.0, NAN], [4.0, NAN, NAN]])
    found = isoelastic(matrix, 2.5)
    assert found.shape == (3,)
    assert found[0] == isoelastic([1.0, 4.0], 2.5)
    assert found[1] == 7
    assert math.isnan(found[2])


@pytest.mark.parametrize("values", [[0.0, 1.0], [-1.0], [math.inf, 1.0]])
def test_utilities_that_are_not_positive_are_refused_with_the_remedy(values: list[float]) -> None:
    with pytest.raises(ValueError, match="calibrate the scores"):
        isoelastic(values, 1)


@pytest.mark.parametrize("alpha", [-0.1, NAN, -math.inf])
def test_alpha_below_zero_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha must be from 0"):
        isoelastic([1.0], alpha)


def test_a_cube_of_utilities_is_refused() -> None:
    with pytest.raises(ValueError, match="members, candidates"):
        isoelastic(np.ones((2, 2, 2)), 1)


@pytest.mark.parametrize(
    ("text", "written", "needs_positive"),
    [
        ("utilitarian", "utilitarian", False),
        ("alpha=0", "utilitarian", False),
        ("Bernoulli-Nash", "bernoulli-nash", True),
        ("bernoulli_nash", "bernoulli-nash", True),
        ("alpha=1.0", "bernoulli-nash", True),
        ("rawlsian", "rawlsian", True),
        ("alpha=inf", "rawlsian", True),
        ("alpha=2.5", "alpha=2.5", True),
        ("alpha = 2", "alpha=2", True),
        (" 2.5 ", "alpha=2.5", True),
        ("median", "median", False),
        ("SCHULZE", "schulze", False),
    ],
)
def test_a_rule_is_read_and_written(text: str, written: str, needs_positive: bool) -> None:
    rule = WelfareRule.parse(text)
    assert str(rule) == written
    assert WelfareRule.parse(written) == rule
    assert rule.needs_positive is needs_positive


@given(st.floats(0, 1e9))
def test_any_alpha_survives_being_written(alpha: float) -> None:
    rule = WelfareRule("isoelastic", alpha)
    assert WelfareRule.parse(str(rule)) == rule


@pytest.mark.parametrize("text", ["", "best", "alpha=", "alpha=-1", "-1", "alpha=nan", "alpha=two", "borda"])
def test_an_unknown_rule_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(RulesError, match="choose utilitarian, bernoulli-nash, rawlsian, median, schulze"):
        WelfareRule.parse(text)


def test_scores_without_a_calibration_are_ranked_by_rules_that_need_none() -> None:
    scores = np.array([[-10.0, 9.0], [0.0, 3.0]])
    for rule in (UTILITARIAN, MEDIAN, SCHULZE):
        assert rank(scores, rule, 0) == (1, 0)
    with pytest.raises(ValueError, match="calibrate"):
        rank(scores, RAWLSIAN, 0)


def test_rules_disagree_where_they_should() -> None:
    matrix = np.array([[7.0, 4.0, 5.0], [7.0, 4.0, 5.0], [1.0, 4.0, 3.0]])
    assert rank(matrix, UTILITARIAN, 0)[0] == 0
    assert rank(matrix, RAWLSIAN, 0)[0] == 1
    assert rank(matrix, WelfareRule.parse("3"), 0)[0] == 1
    assert rank(matrix, BERNOULLI_NASH, 0)[0] == 2
    assert rank(matrix, MEDIAN, 0)[0] == 0
    assert rank(matrix, SCHULZE, 0)[0] == 0


@given(ratings, st.sampled_from([*NAMED_RULES, WelfareRule.parse("2.5")]), st.integers(0, 3))
def test_a_ranking_holds_every_candidate_and_follows_welfare(matrix: Matrix, rule: WelfareRule, seed: int) -> None:
    ranking = rank(matrix, rule, seed)
    assert sorted(ranking) == list(range(matrix.shape[1]))
    values = welfare(matrix, rule)[list(ranking)]
    rated = ~np.isnan(values)
    assert (np.sort(rated)[::-1] == rated).all()
    if rule != SCHULZE:
        assert (np.diff(values[rated]) <= 1e-11).all()


@given(ratings, st.sampled_from([*NAMED_RULES[:-1], WelfareRule.parse("2.5")]), st.integers(0, 3), st.randoms())
def test_naming_candidates_in_another_order_only_renames_the_ranking(
    matrix: Matrix, rule: WelfareRule, seed: int, order: Random
) -> None:
    renamed = list(range(matrix.shape[1]))
    order.shuffle(renamed)
    straight = matrix[:, list(rank(matrix, rule, seed))]
    shuffled = matrix[:, renamed]
    # Columns, not numbers, are compared: candidates with the very same ratings are interchangeable.
    np.testing.assert_array_equal(shuffled[:, list(rank(shuffled, rule, seed))], straight)


@given(ratings, st.sampled_from(NAMED_RULES), st.integers(0, 3))
def test_the_first_in_the_ranking_is_one_that_the_rule_puts_first(matrix: Matrix, rule: WelfareRule, seed: int) -> None:
    first = best(matrix, rule)
    if np.isnan(matrix).all():
        assert first == ()
    else:
        assert rank(matrix, rule, seed)[0] in first


def test_ties_fall_to_the_next_rule_and_then_to_the_seed() -> None:
    same_mean = np.array([[7.0, 4.0], [1.0, 4.0]])
    assert {rank(same_mean, UTILITARIAN, seed) for seed in range(20)} == {(1, 0)}
    alike = np.array([[5.0, 5.0], [5.0, 5.0]])
    assert {rank(alike, UTILITARIAN, seed) for seed in range(20)} == {(0, 1), (1, 0)}
    # The geometric means of 2, 6 and 3, 4 are both the root of 12; rounding must not tell them apart.
    assert set(best(np.array([[2.0, 3.0], [6.0, 4.0]]), BERNOULLI_NASH)) == {0, 1}


def test_the_best_candidate_is_followed_by_one_that_says_something_else() -> None:
    matrix = np.array([[6.0, 5.9, 5.0, 1.0]])
    nothing_alike = np.eye(4)
    assert choose(matrix, nothing_alike, UTILITARIAN, 3, 0) == (0, 1, 2)
    twins = np.eye(4)
    twins[0, 1] = twins[1, 0] = 1.0
    assert choose(matrix, twins, UTILITARIAN, 3, 0) == (0, 2, 1)
    assert choose(matrix, twins, UTILITARIAN, 9, 0) == (0, 2, 1, 3)
    assert choose(matrix, twins, UTILITARIAN, 0, 0) == ()


@given(ratings, st.sampled_from(NAMED_RULES), st.integers(0, 6), st.integers(0, 3))
def test_choosing_begins_with_the_best_and_repeats_nothing(
    matrix: Matrix, rule: WelfareRule, k: int, seed: int
) -> None:
    candidates = matrix.shape[1]
    likeness = np.random.default_rng(seed).uniform(0, 1, (candidates, candidates))
    chosen = choose(matrix, likeness, rule, k, seed)
    assert len(chosen) == len(set(chosen)) == min(k, candidates)
    assert chosen[:1] == rank(matrix, rule, seed)[: min(k, 1)]


def test_choosing_refuses_a_similarity_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="candidates, candidates"):
        choose(np.ones((2, 3)), np.eye(2), UTILITARIAN, 1, 0)
    with pytest.raises(ValueError, match="from 0"):
        choose(np.ones((2, 2)), 2 * np.eye(2), UTILITARIAN, 1, 0)


def test_drawn_alphas_are_log_normal_and_follow_the_seed() -> None:
    # Bakker et al. 2022, section 3.4.
    draws = np.log([draw_alpha(np.random.default_rng(seed)) for seed in range(2_000)])
    assert abs(draws.mean()) < 0.1
    assert abs(draws.std() - 1) < 0.1
    assert draw_alpha(np.random.default_rng(7)) == draw_alpha(np.random.default_rng(7))
