"""Durations as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.durations import parse_duration, write_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1_800),
        ("2h", 7_200),
        ("1 day", 86_400),
        ("1d 12h", 129_600),
        ("1d12h", 129_600),
        ("1.5 hours", 5_400),
        ("1,5 hours", 5_400),
        ("90 min", 5_400),
        ("an hour", 3_600),
        ("a week", 604_800),
        ("2 hours and 30 minutes", 9_000),
        ("2 hours, 30 minutes", 9_000),
        ("in 2 Hours", 7_200),
        ("45 seconds", 45),
    ],
)
def test_reads(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["soon", "", "  ", "2", "0h", "h", "-2h", "2 fortnights", "2h soon", "1 year", "½h"])
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@given(st.integers(1, 10**8))
def test_what_is_written_reads_back(seconds: int) -> None:
    assert parse_duration(write_duration(seconds)) == seconds


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    seconds = parse_duration(text)
    assert seconds is None or seconds > 0
