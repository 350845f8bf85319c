"""Texts are cut at their end, no further than they must be, and alike wherever tokens are counted."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SettingsError
from engine.scoring.fitting import Room, around, counted_by, estimated_tokens, most_tokens
from engine.scoring.pairs import Asked, fitting_prompt, fitting_statement
from tests.tiny_models.tokenizing import make_tokenizer

TEXT = st.text(max_size=400)


@given(opinion=TEXT, critique=TEXT, room=st.integers(60, 900))
def test_a_prompt_fits_and_is_left_alone_where_it_did(opinion: str, critique: str, room: int) -> None:
    asked = Asked("Should we?", opinion, "We should.", critique)
    found = counted_by(len, fitting_prompt(asked, room))
    assert len(found.prompt) <= room
    assert (found == asked) == (len(asked.prompt) <= room)
    for text, whole in ((found.opinion, opinion), (found.critique, critique)):
        assert whole.startswith(text)


@given(words=st.lists(st.text("abcé", min_size=1, max_size=8), min_size=1, max_size=100), room=st.integers(1, 300))
def test_a_statement_is_cut_by_a_tenth_and_a_word_too_much_at_most(words: list[str], room: int) -> None:
    statement = " ".join(words)
    found = counted_by(len, fitting_statement(statement, room))
    assert statement.startswith(found)
    assert len(found) < room
    assert found == statement or len(found) >= (room - 2) * 9 // 10 - 9


def test_only_texts_that_may_not_fit_are_counted_and_few_of_those() -> None:
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return len(text)

    counted_by(count, fitting_prompt(Asked("Why?", "Because."), 500))
    assert len(counted) == 1
    counted_by(count, fitting_prompt(Asked("Why?", "word " * 10_000), 500))
    assert len(counted) < 12


def test_a_room_for_nothing_is_told() -> None:
    with pytest.raises(SettingsError, match="has room for 3 tokens, which is too little"):
        counted_by(len, fitting_prompt(Asked("Why?", "Because."), 3))


def test_prompt_and_statement_share_what_the_model_holds() -> None:
    room = Room.of(4_096, before=1, after=2)
    assert (room.prompt, room.statement) == (4_096 - 512 - 1 - 4, 512 - 2)
    small = Room.of(100, before=0, after=1)
    assert small.prompt + small.statement < 100


@cache
def bytewise() -> Any:
    """A tokenizer without a word of its own, which is the worst case."""
    return make_tokenizer([], vocabulary=0, chat=False)


@given(text=st.one_of(TEXT, st.text("ﷺ㎯½ﬃĳａ。 ", max_size=40)))
@settings(deadline=None)
def test_no_tokenizer_makes_more_tokens_than_the_bound(text: str) -> None:
    assert len(bytewise()(text, add_special_tokens=False)["input_ids"]) <= most_tokens(text)
    assert estimated_tokens(text) <= most_tokens(text)


def test_what_a_tokenizer_adds_stands_around_a_text() -> None:
    assert around([5, 6], [1, 5, 6, 2, 2]) == ([1], [2, 2])
    assert around([5], [5]) == ([], [])
    with pytest.raises(ValueError, match="is not part of"):
        around([5, 6], [5])
