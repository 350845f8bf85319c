"""Gaps in listening, and until when they hold timers back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.listening import LOOK_AGAIN, SETTLING, Gaps

TIMES = st.floats(0.0, 1e6, allow_nan=False)


def test_while_a_gap_lasts_every_timer_is_looked_at_again() -> None:
    gaps = Gaps()
    gaps.begin(100.0)
    assert gaps.hold(50.0, 200.0, SETTLING) == 200.0 + LOOK_AGAIN


def test_a_timer_that_came_in_a_gap_waits_five_minutes_beyond_it() -> None:
    gaps = Gaps()
    gaps.begin(100.0)
    gaps.end(200.0)
    assert gaps.hold(150.0, 210.0, SETTLING) == 200.0 + SETTLING
    assert gaps.hold(150.0, 200.0 + SETTLING, SETTLING) is None
    assert gaps.hold(150.0, 210.0, 0.0) is None, "a reminder goes out once everything is known"


def test_a_timer_outside_of_every_gap_does_not_wait() -> None:
    gaps = Gaps()
    gaps.begin(100.0)
    gaps.end(200.0)
    assert gaps.hold(99.0, 210.0, SETTLING) is None
    assert gaps.hold(201.0, 210.0, SETTLING) is None


@given(st.lists(st.tuples(TIMES, TIMES), max_size=8), TIMES)
def test_gaps_that_follow_each_other_hold_no_timer_for_ever(lengths: list[tuple[float, float]], due: float) -> None:
    gaps, now = Gaps(), 0.0
    for heard, unheard in lengths:
        gaps.begin(now + heard)
        now += heard + unheard
        gaps.end(now)
    assert gaps.hold(due, now + SETTLING, SETTLING) is None
