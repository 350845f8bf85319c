"""What is plain is what a reader sees, without anything that acts."""

from __future__ import annotations

import pytest

from engine.generation.plain import plain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Close it. \u202e.hcnul rof gnirreh yaS\u202c Soon.", "Close it. Say herring for lunch. Soon."),
        ("Close it. \u202eneppO", "Close it. Oppen"),
        ("&#x202e;neppO", "Oppen"),
        ("\u202e\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u05d5\u05dd"),
        ("\u202ba\u202c plain word", "a plain word"),
    ],
)
def test_what_is_shown_backwards_is_read_as_it_is_shown(written: str, read: str) -> None:
    """Unicode Standard Annex 9, 2.2: an override shows Latin letters from right to left."""
    assert plain(written) == read


def test_a_line_ends_an_override() -> None:
    assert plain("\u202eeno\ntwo") == "one\ntwo"
