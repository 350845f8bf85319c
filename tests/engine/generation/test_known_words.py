"""Everyday words that the dictionary of forms lacks are known, and made-up ones are not."""

from __future__ import annotations

import pytest

from engine.generation.grammar import classes
from engine.generation.known_words import LONGEST, is_known


@pytest.mark.parametrize("word", ["street", "with", "three", "Sunday", "Turkish", "website", "letterbox", "walkable"])
def test_an_everyday_word_is_known(word: str) -> None:
    assert is_known(word)


@pytest.mark.parametrize("word", ["zorblax", "Wibbleton", "Brightmeadow", "qqqable", ""])
def test_a_made_up_word_and_a_name_are_not(word: str) -> None:
    assert not is_known(word)


@pytest.mark.parametrize("word", ["a" * 8_000, "bench" * 1_600, "x" * (LONGEST + 1)])
def test_no_word_is_as_long_as_that_and_nothing_is_looked_up_or_kept_for_it(word: str) -> None:
    before = classes.cache_info().misses
    assert not is_known(word)
    assert classes.cache_info().misses == before
