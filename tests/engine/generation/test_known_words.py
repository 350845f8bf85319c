"""Everyday words that the dictionary of forms lacks are known, and made-up ones are not."""

from __future__ import annotations

import pytest

from engine.generation.known_words import is_known


@pytest.mark.parametrize("word", ["street", "with", "three", "Sunday", "Turkish", "website", "letterbox", "walkable"])
def test_an_everyday_word_is_known(word: str) -> None:
    assert is_known(word)


@pytest.mark.parametrize("word", ["zorblax", "Wibbleton", "Brightmeadow", "qqqable", ""])
def test_a_made_up_word_and_a_name_are_not(word: str) -> None:
    assert not is_known(word)
