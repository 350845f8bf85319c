"""A terminal is told nothing by what members wrote."""

from __future__ import annotations

from bot.terminal.printing import inert


def test_what_turns_or_steers_text_is_taken_out_and_the_rest_stays() -> None:
    assert inert("a\x1b[1mb\u202ec\nd\ud800") == "a[1mbc d"
    assert inert("naïve — 日本語 می‌خواهم 👩‍👧") == "naïve — 日本語 می‌خواهم 👩‍👧"
