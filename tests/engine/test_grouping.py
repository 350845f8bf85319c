"""Clusters hold everybody once, within their limits; representatives stand for those most like them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.deliberate import QUESTION, opinions
from engine.grouping import Cluster, normalised, representatives, tree, vectors
from engine.rounds.model import MIN_OPINIONS


def everybody(cluster: Cluster) -> list[int]:
    """The members of all leaves."""
    return sorted(member for leaf in cluster.leaves for member in leaf.members)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.integers(1, 60), st.integers(6, 40), st.integers(0, 1_000))
def test_every_member_is_in_one_leaf_that_is_neither_too_large_nor_tiny(
    members: int, distinct: int, most: int, seed: int
) -> None:
    dice = np.random.default_rng(seed)
    kinds = normalised(dice.standard_normal((distinct, 8)))
    points = kinds[dice.integers(distinct, size=members)]
    grown = tree(points, most, seed)
    assert everybody(grown) == list(range(members))
    for leaf in grown.leaves:
        assert len(leaf.members) <= most
        assert len(leaf.members) >= min(MIN_OPINIONS, members)


def test_repeats_of_one_text_are_split_evenly() -> None:
    points = vectors(QUESTION, ["Ban all cars now."] * 1_000)
    sizes = [len(leaf.members) for leaf in tree(points, 100, 0).leaves]
    assert max(sizes) <= 100
    assert min(sizes) > 30


def test_texts_of_no_words_stand_nowhere_and_are_still_grouped() -> None:
    points = vectors(QUESTION, ["", "!!!", "🙂"] * 50)
    assert not points.any()
    assert len(everybody(tree(points, 40, 0))) == 150


def test_like_opinions_come_together_and_opposite_sides_apart() -> None:
    said = [
        "Children could play there.",
        "Playing children would be safe.",
        "Shops need deliveries.",
        "Deliveries to shops must go on.",
        "We should keep the old trees.",
        "We should not keep the old trees.",
    ]
    alike = vectors(QUESTION, said) @ vectors(QUESTION, said).T
    assert alike[0, 1] > 0.3 > alike[0, 2]
    assert alike[2, 3] > 0.3
    assert alike[4, 5] < 0.1


def test_the_same_opinions_give_the_same_tree() -> None:
    points = vectors(QUESTION, opinions(500))
    assert tree(points, 50, 3) == tree(points, 50, 3)


def test_a_limit_below_two_groups_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 6"):
        tree(np.zeros((10, 2), dtype=np.float32), 5, 0)


def test_every_leaf_has_a_representative_and_a_representative_stands_for_itself() -> None:
    points = vectors(QUESTION, opinions(600))
    grown = tree(points, 50, 0)
    standing = representatives(points, grown, 100, 0)
    chosen = set(standing.members.tolist())
    assert 90 <= len(chosen) <= 115
    assert all(chosen & set(leaf.members) for leaf in grown.leaves)
    assert (standing.members[standing.standing_for[standing.members]] == standing.members).all()
    where = {member: at for at, leaf in enumerate(grown.leaves) for member in leaf.members}
    for member, by in enumerate(standing.members[standing.standing_for].tolist()):
        assert where[member] == where[by]


def test_the_stated_error_bounds_the_real_one_in_at_least_nine_draws_of_ten() -> None:
    dice = np.random.default_rng(1)
    points = normalised(dice.standard_normal((2_000, 6)))
    exact = 4 + 2 * np.asarray(points[:, :4], dtype=np.float64) + dice.standard_normal((2_000, 4)) * 0.5
    grown = tree(points, 100, 0)
    kept = 0
    for seed in range(30):
        standing = representatives(points, grown, 200, seed)
        known = exact[standing.members]
        off = np.abs(standing.spread(known).mean(axis=0) - exact.mean(axis=0)).max()
        kept += off <= standing.error(known)
    assert kept >= 27


def test_everybody_as_representative_leaves_no_error() -> None:
    points = vectors(QUESTION, opinions(60))
    standing = representatives(points, tree(points, 30, 0), 60, 0)
    assert standing.error(np.random.default_rng(0).random((60, 3))) == 0.0
