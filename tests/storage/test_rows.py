"""Rounds, standings and effects survive the trip through their rows, whatever they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.records import Matrix
from engine.rounds.effects import EFFECTS, Effect
from engine.rounds.model import Round, Standing
from storage.rows import (
    effect_from,
    effect_text,
    matrix_bytes,
    matrix_from,
    round_from,
    round_values,
    standing_from,
    standing_values,
    storable,
)
from storage.tables import ROUNDS, STANDINGS

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
NUMBERS = st.integers(-(2**31), 2**31)
TIMES = st.floats(allow_nan=False, allow_infinity=False)
st.register_type_strategy(str, TEXTS)
st.register_type_strategy(int, NUMBERS)
st.register_type_strategy(float, TIMES)


@given(st.from_type(Round))
def test_a_round_survives(round: Round) -> None:
    values = round_values(round)
    assert list(values) == [column.name for column in ROUNDS.columns]
    assert round_from(list(values.values())) == round


@given(st.from_type(Round), st.from_type(Standing))
def test_a_standing_survives(round: Round, standing: Standing) -> None:
    values = standing_values(round, standing)
    assert list(values) == [column.name for column in STANDINGS.columns]
    assert standing_from(list(values.values())) == standing


@pytest.mark.parametrize("kind", sorted(EFFECTS))
@settings(max_examples=30)
@given(data=st.data())
def test_an_effect_survives(kind: str, data: st.DataObject) -> None:
    effect: Effect = data.draw(st.from_type(EFFECTS[kind]))
    assert effect_from(kind, effect_text(effect)) == effect


@given(st.integers(0, 5), st.integers(0, 5), st.randoms())
def test_a_matrix_survives(rows: int, columns: int, dice: Any) -> None:
    cells = [dice.choice([0.1, -1e300, float("nan"), float("inf")]) for _ in range(rows * columns)]
    matrix: Matrix = np.array(cells, dtype=np.float64).reshape(rows, columns)
    found = matrix_from(matrix_bytes(matrix), rows, columns)
    assert found is not None
    np.testing.assert_array_equal(found, matrix)
    assert matrix_from(matrix_bytes(None), rows, columns) is None


@given(st.text())
def test_any_text_becomes_storable(text: str) -> None:
    kept = storable(text)
    assert kept.encode().decode() == kept
    assert "\x00" not in kept
    if "\x00" not in text and text.isprintable():
        assert kept == text
