"""Counting a vote: distributions, the leading candidate, the heading, agreement between rules.

Sources: Bakker et al. 2022, section 4.1 (divisive, unanimous) and the talk to it (Group Internal Agreement).
"""

from __future__ import annotations

import json
import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.outcome import Basis, Distribution, Heading, Outcome, distribution, tally
from engine.records import Matrix
from engine.welfare import MEDIAN, NAMED_RULES, RAWLSIAN, SCHULZE, UTILITARIAN, WelfareRule

NAN = math.nan
ABC = ("a", "b", "c")

ratings = arrays.arrays(
    np.float64,
    st.tuples(st.integers(0, 9), st.integers(0, 4)),
    elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, NAN]),
)
rules = st.sampled_from([*NAMED_RULES, WelfareRule.parse("alpha=2.5")])
positions = st.none() | st.lists(st.sampled_from([1.0, 4.0, 7.0, NAN]), min_size=5, max_size=5)


def names(matrix: Matrix) -> tuple[str, ...]:
    return tuple("abcd"[: matrix.shape[1]])


def test_a_distribution_counts_everything_once() -> None:
    found = distribution([1, 4, 4, 6, 7, NAN])
    assert found == Distribution(
        counts=(1, 0, 0, 2, 0, 1, 1),
        n=5,
        mean=4.4,
        minimum=1,
        agree=2,
        neutral=2,
        disagree=1,
        group_internal_agreement=-1 / 3,
        divisive=True,
        unanimous=False,
    )


@pytest.mark.parametrize(
    ("given_ratings", "agreement"),
    [([5, 6, 7], -1.0), ([1, 2, 3], 1.0), ([1, 7], 0.0), ([5, 5, 5, 2], -0.5), ([4, 4], None), ([], None)],
)
def test_group_internal_agreement_is_as_printed(given_ratings: list[float], agreement: float | None) -> None:
    # (1/2 - n(r > 4) / (n(r > 4) + n(r < 4))) x 2
    assert distribution(given_ratings).group_internal_agreement == agreement


@given(st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, NAN])))
def test_statistics_hang_together(given_ratings: list[float]) -> None:
    found = distribution(given_ratings)
    assert sum(found.counts) == found.n == found.agree + found.neutral + found.disagree
    assert found.divisive == (found.group_internal_agreement is not None and abs(found.group_internal_agreement) < 1)
    assert found.unanimous == (found.minimum is not None and found.minimum > 4)
    assert not (found.divisive and found.unanimous)


def test_the_leading_candidate_is_the_rules_first_among_complete_voters() -> None:
    matrix = np.array([[7, 5, 3], [7, 5, 3], [1, 4, NAN], [NAN, NAN, 7]])
    outcome = tally(matrix, ABC, UTILITARIAN, seed=1, roster_size=6, outside_reactions=2)
    assert (outcome.leading, outcome.basis, outcome.tied) == ("a", Basis.COMPLETE, ("a",))
    assert (outcome.voters, outcome.complete_voters, outcome.silent, outcome.outside_reactions) == (4, 2, 2, 2)
    assert tally(matrix, ABC, UTILITARIAN, seed=1).silent is None
    # Over everybody b and not a has the greatest least rating; over the two complete voters a has.
    assert tally(matrix, ABC, RAWLSIAN, seed=1).leading == "a"


def test_when_fewer_than_half_rated_everything_majorities_decide_and_the_outcome_says_so() -> None:
    matrix = np.array([[1, 2, 7], [6, 5, NAN], [6, 5, NAN], [NAN, 5, 4], [7, NAN, 3]])
    outcome = tally(matrix, ABC, UTILITARIAN, seed=1)
    assert outcome.complete_voters == 1
    assert (outcome.leading, outcome.basis) == ("a", Basis.PAIRWISE)
    half = np.array([[1, 2, 7], [6, 5, NAN], [7, 7, 7], [NAN, NAN, 7]])
    assert tally(half, ABC, UTILITARIAN, seed=1).basis is Basis.COMPLETE


def test_candidates_that_nobody_compared_are_told_apart_by_the_rounds_rule() -> None:
    matrix = np.array([[7, NAN], [NAN, 1], [7, NAN], [NAN, 2]])
    for seed in range(10):
        outcome = tally(matrix, ("a", "b"), UTILITARIAN, seed=seed)
        assert (outcome.leading, outcome.basis, outcome.tied) == ("a", Basis.PAIRWISE, ("a", "b"))


@pytest.mark.parametrize(
    ("column", "heading"),
    [
        ([5, 5, 4], Heading.AGREEMENT),
        ([5, 4], Heading.CLOSEST),
        ([5, 5, 1, 1], Heading.CLOSEST),
        ([7, 7, 7], Heading.AGREEMENT),
        ([4, 4, 4], Heading.CLOSEST),
    ],
)
def test_agreement_needs_more_than_half_above_four(column: list[float], heading: Heading) -> None:
    assert tally(np.array(column)[:, None], ("a",), UTILITARIAN, seed=0).heading is heading


def test_voters_who_did_not_rate_the_leading_candidate_count_against_agreement_and_unanimity() -> None:
    matrix = np.array([[7, 6], [NAN, 1], [NAN, 1], [NAN, 1]])
    outcome = tally(matrix, ("a", "b"), UTILITARIAN, seed=0)
    assert outcome.leading == "a"
    assert outcome.leading_ratings is not None
    assert outcome.leading_ratings.unanimous
    assert outcome.heading is Heading.CLOSEST
    assert not outcome.unanimous


def test_the_winner_under_each_rule_and_how_many_agree() -> None:
    matrix = np.array([[7, 4, 5], [7, 4, 5], [1, 4, 3]])
    outcome = tally(matrix, ABC, MEDIAN, seed=0)
    assert [(one.rule, one.candidate) for one in outcome.winners] == [
        ("median", "a"),
        ("utilitarian", "a"),
        ("bernoulli-nash", "c"),
        ("rawlsian", "b"),
        ("schulze", "a"),
    ]
    assert outcome.rules_agreeing == 3


def test_a_rule_that_is_not_one_of_the_named_is_compared_too() -> None:
    outcome = tally(np.array([[7, 4], [5, 4]]), ("a", "b"), WelfareRule.parse("2.5"), seed=0)
    assert [one.rule for one in outcome.winners] == [
        "alpha=2.5",
        "utilitarian",
        "bernoulli-nash",
        "rawlsian",
        "median",
        "schulze",
    ]
    assert outcome.rules_agreeing == 6


def test_a_tie_is_told_and_falls_to_the_seed() -> None:
    matrix = np.array([[6, 6], [6, 6]])
    outcomes = [tally(matrix, ("a", "b"), SCHULZE, seed=seed) for seed in range(20)]
    assert {outcome.leading for outcome in outcomes} == {"a", "b"}
    assert all(outcome.tied == ("a", "b") for outcome in outcomes)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (4, 3), (4, 0)])
def test_without_ratings_nothing_leads(shape: tuple[int, int]) -> None:
    outcome = tally(np.full(shape, NAN), ABC[: shape[1]], UTILITARIAN, seed=0, roster_size=4)
    assert (outcome.leading, outcome.basis, outcome.heading) == (None, Basis.NONE, Heading.NO_RATINGS)
    assert (outcome.voters, outcome.silent, outcome.winners, outcome.rules_agreeing) == (0, 4, (), 0)
    assert [one.mean for one in outcome.ratings] == [None] * shape[1]
    assert not outcome.unanimous


def test_the_position_before_and_after() -> None:
    outcome = tally(
        np.array([[5.0]]),
        ("a",),
        UTILITARIAN,
        seed=0,
        position_before=[2, 7, NAN, 4],
        position_after=[5, 6, 7, NAN],
    )
    assert outcome.position_before is not None
    assert outcome.position_after is not None
    assert outcome.position_before.counts == (0, 1, 0, 1, 0, 0, 1)
    assert outcome.position_after.mean == 6
    assert (outcome.position_both, outcome.position_change) == (2, 1.0)


@given(ratings, rules, st.integers(0, 3), positions, positions)
def test_an_outcome_survives_json(
    matrix: Matrix, rule: WelfareRule, seed: int, before: list[float] | None, after: list[float] | None
) -> None:
    outcome = tally(matrix, names(matrix), rule, seed=seed, position_before=before, position_after=after)
    written = json.dumps(outcome.to_dict(), allow_nan=False)
    assert Outcome.from_dict(json.loads(written)) == outcome


@given(ratings, rules, st.integers(0, 3))
def test_the_leading_candidate_is_posted_rated_and_among_the_tied(matrix: Matrix, rule: WelfareRule, seed: int) -> None:
    outcome = tally(matrix, names(matrix), rule, seed=seed)
    assert outcome == tally(matrix, names(matrix), rule, seed=seed)
    if outcome.leading is None:
        assert np.isnan(matrix).all()
        return
    assert outcome.leading in outcome.tied
    assert outcome.leading_ratings is not None
    assert outcome.leading_ratings.n > 0
    if outcome.basis is Basis.COMPLETE:
        assert outcome.winners[0].candidate == outcome.leading
        assert outcome.rules_agreeing >= 1


@given(ratings, st.sampled_from(NAMED_RULES[:-1]), st.integers(0, 3), st.randoms())
def test_silent_rows_change_nothing(matrix: Matrix, rule: WelfareRule, seed: int, order: Random) -> None:
    silent = np.insert(matrix, order.randint(0, len(matrix)), NAN, axis=0)
    assert tally(silent, names(matrix), rule, seed=seed) == tally(matrix, names(matrix), rule, seed=seed)


@pytest.mark.parametrize("wrong", [0, 8, 4.5, math.inf])
def test_a_rating_that_is_none_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="whole numbers from 1 to 7"):
        tally(np.array([[wrong]]), ("a",), UTILITARIAN, seed=0)


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(ValueError, match="posted candidates"):
        tally(np.ones((2, 3)), ("a",), UTILITARIAN, seed=0)
    with pytest.raises(ValueError, match="id of its own"):
        tally(np.ones((2, 2)), ("a", "a"), UTILITARIAN, seed=0)
    with pytest.raises(ValueError, match="same members"):
        tally(np.ones((1, 1)), ("a",), UTILITARIAN, seed=0, position_before=[1], position_after=[1, 2])
