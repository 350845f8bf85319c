"""Schulze's method, pairwise majority and medians.

Worked examples: M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and
Condorcet-consistent single-winner election method", Social Choice and Welfare 36 (2011), 267-303,
section 3 and the examples its author gives in the encyclopedia articles on the method.
"""

from __future__ import annotations

import math
import time
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.records import Matrix
from engine.voting import (
    condorcet_winner,
    majorities,
    medians,
    preferences,
    random_ballot,
    schulze,
    schulze_relation,
    schulze_wins,
    strongest_paths,
)

NAN = math.nan

full = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 9), st.integers(1, 5)),
    elements=st.integers(1, 7).map(float),
)
partial = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 9), st.integers(1, 5)),
    elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, NAN]),
)


def election(ballots: str) -> Matrix:
    """Ballots such as "5 ACB, 2 BCA" as ratings [members, candidates A B C], the first rated highest."""
    rows: list[list[float]] = []
    for ballot in ballots.split(","):
        times, order = ballot.split()
        rating = {letter: float(len(order) - place) for place, letter in enumerate(order)}
        rows.extend([[rating[letter] for letter in sorted(order)]] * int(times))
    return np.array(rows)


FORTY_FIVE = "5 ACBED, 5 ADECB, 8 BEDAC, 3 CABED, 7 CAEBD, 2 CBADE, 7 DCEBA, 8 EBADC"


@pytest.mark.parametrize(
    ("ballots", "ranking"),
    [
        (FORTY_FIVE, "EACBD"),
        ("8 ACDB, 2 BADC, 4 CDBA, 4 DBAC, 3 DCBA", "DACB"),
        ("5 ACBD, 2 ACDB, 3 ADCB, 4 BACD, 3 CBDA, 3 CDBA, 1 DACB, 5 DBAC, 4 DCBA", "DACB"),
        ("3 ABDEC, 5 ADEBC, 1 ADECB, 2 BADEC, 2 BDECA, 4 CABDE, 6 CBADE, 2 DBECA, 5 DECAB", "BADEC"),
    ],
)
def test_published_rankings(ballots: str, ranking: str) -> None:
    for seed in range(5):
        assert "".join("ABCDE"[one] for one in schulze(election(ballots), seed)) == ranking


def test_published_pairwise_counts_and_paths_of_the_election_of_45() -> None:
    counts = preferences(election(FORTY_FIVE))
    assert counts.tolist() == [
        [0, 20, 26, 30, 22],
        [25, 0, 16, 33, 18],
        [19, 29, 0, 17, 24],
        [15, 12, 28, 0, 14],
        [23, 27, 21, 31, 0],
    ]
    assert strongest_paths(counts).tolist() == [
        [0, 28, 28, 30, 24],
        [25, 0, 28, 33, 24],
        [25, 29, 0, 29, 24],
        [25, 28, 28, 0, 24],
        [25, 28, 28, 31, 0],
    ]


def test_published_election_without_a_unique_winner() -> None:
    # B is above C and D above A, and nothing else is decided: B and D are the potential winners.
    ratings = election("3 ABCD, 2 DABC, 2 DBCA, 2 CBDA")
    assert np.argwhere(schulze_relation(ratings)).tolist() == [[1, 2], [3, 0]]
    winners = [schulze(ratings, seed)[0] for seed in range(200)]
    assert set(winners) == {1, 3}
    # Of the nine ballots that may be drawn, four put D before B and five B before D.
    assert winners.count(1) / 200 == pytest.approx(5 / 9, abs=0.1)


def test_a_random_ballot_decides_between_two_equal_halves() -> None:
    ratings = election("10 AB, 10 BA")
    assert {schulze(ratings, seed) for seed in range(30)} == {(0, 1), (1, 0)}


def test_candidates_are_compared_by_those_who_rated_both() -> None:
    ratings = np.array([[7.0, 1.0], [NAN, 7.0], [NAN, 7.0]])
    assert preferences(ratings).tolist() == [[0, 1], [0, 0]]
    assert condorcet_winner(ratings) == 0


@given(partial, st.integers(0, 5))
def test_the_ranking_holds_everybody_and_agrees_with_the_relation(ratings: Matrix, seed: int) -> None:
    ranking = schulze(ratings, seed)
    assert sorted(ranking) == list(range(ratings.shape[1]))
    above = schulze_relation(ratings)
    assert not any(above[late, early] for place, early in enumerate(ranking) for late in ranking[place:])


@given(partial)
def test_the_relation_is_a_strict_partial_order(ratings: Matrix) -> None:
    # Schulze 2011, section 4.1.
    above = schulze_relation(ratings)
    assert not above.diagonal().any()
    assert not (above & above.T).any()
    through = (above.astype(int) @ above.astype(int)) > 0
    assert not (through & ~above).any()
    wins = schulze_wins(ratings)
    assert all(wins[one] > wins[other] for one, other in np.argwhere(above))


@given(partial, st.randoms())
def test_anonymity(ratings: Matrix, order: Random) -> None:
    rows = list(range(len(ratings)))
    order.shuffle(rows)
    np.testing.assert_array_equal(schulze_relation(ratings[rows]), schulze_relation(ratings))


@given(partial, st.randoms())
def test_neutrality(ratings: Matrix, order: Random) -> None:
    names = list(range(ratings.shape[1]))
    order.shuffle(names)
    np.testing.assert_array_equal(schulze_relation(ratings[:, names]), schulze_relation(ratings)[np.ix_(names, names)])


@given(full, st.integers(0, 5), st.data())
def test_raising_a_candidate_never_lowers_it(ratings: Matrix, seed: int, data: st.DataObject) -> None:
    # Monotonicity, Schulze 2011, section 4.5, the random ballots included.
    member = data.draw(st.integers(0, len(ratings) - 1))
    candidate = data.draw(st.integers(0, ratings.shape[1] - 1))
    raised = ratings.copy()
    raised[member, candidate] += data.draw(st.integers(1, 6))
    others = set(range(ratings.shape[1])) - {candidate}
    before, after = schulze_relation(ratings), schulze_relation(raised)
    assert all(after[candidate, other] for other in others if before[candidate, other])
    assert not any(after[other, candidate] for other in others if not before[other, candidate])
    if schulze(ratings, seed)[0] == candidate:
        assert schulze(raised, seed)[0] == candidate


@given(partial, st.integers(0, 5))
def test_a_condorcet_winner_is_first(ratings: Matrix, seed: int) -> None:
    winner = condorcet_winner(ratings)
    assume(winner is not None)
    assert schulze(ratings, seed)[0] == winner


@given(full, st.integers(0, 5))
def test_the_winner_is_in_the_smith_set(ratings: Matrix, seed: int) -> None:
    # The least set whose members each have a majority over everybody outside it (Schulze 2011, section 4.7).
    wins = majorities(ratings)
    everybody = range(len(wins))
    smith = next(
        group
        for size in range(1, len(wins) + 1)
        for group in combinations(everybody, size)
        if all(wins[inside, outside] for inside in group for outside in everybody if outside not in group)
    )
    assert schulze(ratings, seed)[0] in smith


@given(partial)
def test_turning_every_ballot_round_turns_the_relation_round(ratings: Matrix) -> None:
    # Reversal symmetry, Schulze 2011, section 4.4.
    np.testing.assert_array_equal(schulze_relation(-ratings), schulze_relation(ratings).T)


@given(partial, st.integers(0, 5))
def test_random_ballots_follow_the_seed(ratings: Matrix, seed: int) -> None:
    assert random_ballot(ratings, seed) == random_ballot(ratings, seed)
    assert sorted(random_ballot(ratings, seed)) == list(range(ratings.shape[1]))


def test_a_ballot_that_left_out_a_tied_candidate_decides_nothing_about_it() -> None:
    ratings = np.array([[7.0, NAN], [2.0, 5.0]])
    assert {random_ballot(ratings, seed) for seed in range(20)} == {(1, 0)}


def test_medians() -> None:
    ratings = np.array([[1.0, 7.0, NAN], [2.0, NAN, NAN], [6.0, 4.0, NAN]])
    np.testing.assert_array_equal(medians(ratings), [2.0, 5.5, NAN])


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_no_members_or_no_candidates(shape: tuple[int, int]) -> None:
    nothing = np.zeros(shape)
    assert sorted(schulze(nothing, 1)) == list(range(shape[1]))
    assert condorcet_winner(nothing) is None
    assert len(medians(nothing)) == shape[1]


@pytest.mark.parametrize("ratings", [np.ones(3), np.array([[math.inf]])])
def test_what_is_no_matrix_of_ratings_is_refused(ratings: Matrix) -> None:
    with pytest.raises(ValueError, match="ratings must be"):
        schulze(ratings, 0)


def test_sixteen_candidates_and_ten_thousand_members_are_quick() -> None:
    ratings = np.random.default_rng(0).integers(1, 8, (10_000, 16)).astype(float)
    started = time.perf_counter()
    schulze(ratings, 0)
    assert time.perf_counter() - started < 0.5
