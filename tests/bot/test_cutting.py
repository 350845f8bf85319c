"""A text that is cut is all there, and no part is longer than a platform takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.cutting import cut, pieces, width

TEXTS = st.text(max_size=400) | st.text(st.sampled_from("ab1 \n\\*\U0001f600"), max_size=300)


@given(TEXTS, st.integers(1, 60), st.sampled_from(["", "\\"]))
def test_pieces_are_the_text_and_fit(text: str, limit: int, escape: str) -> None:
    parts = pieces(text, limit, escape)
    assert "".join(parts) == text
    assert all(0 < width(part) <= max(limit, 2) for part in parts)


def test_pieces_end_after_a_line_or_a_word() -> None:
    assert pieces("one two three\nfour", 15) == ["one two three\n", "four"]
    assert pieces("one two three", 9) == ["one two ", "three"]


def test_no_cut_parts_what_escapes_from_what_is_escaped() -> None:
    for start in range(30):
        parts = pieces("x" * start + "\\*" * 40, 20, "\\")
        assert all((len(one) - len(one.rstrip("\\"))) % 2 == 0 for one in parts)


@given(TEXTS, st.integers(2, 60))
def test_what_is_shortened_fits_and_says_so(text: str, limit: int) -> None:
    short = cut(text, limit)
    if width(text) <= limit:
        assert short == text
    else:
        assert short.endswith("…")
        assert text.startswith(short[:-1])
        assert width(short) <= max(limit, 3)
