"""Commands are told from noun phrases that open with the same word."""

from __future__ import annotations

import pytest

from engine.generation.grammar import is_imperative


@pytest.mark.parametrize("demand", ["Plant trees along the road", "Treat cyclists well", "Copy good plans"])
def test_a_demand_that_opens_with_a_word_that_is_also_a_noun_is_one(demand: str) -> None:
    assert is_imperative(demand)


@pytest.mark.parametrize("said", ["Support is needed", "Plant trees are expensive", "Respect for students"])
def test_a_noun_phrase_is_none(said: str) -> None:
    assert not is_imperative(said)
