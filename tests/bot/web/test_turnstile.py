"""Free seats are taken at a bounded rate, however requests are spread over time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.web.turnstile import MOST_KNOWN, Pace, Turnstile

PACE = Pace(burst=3, refill=10.0)
LOOSE = Pace(burst=10**6, refill=0.001)


@given(st.lists(st.floats(0, 30), max_size=60))
def test_no_stretch_of_time_lets_more_in_than_a_burst_and_its_refill(gaps: list[float]) -> None:
    turnstile, now, admitted = Turnstile(PACE, LOOSE), 1_000.0, []
    for gap in gaps:
        now += gap
        if turnstile.admit("a", "c", now) == 0:
            admitted.append(now)
    for first, begin in enumerate(admitted):
        for last in range(first, len(admitted)):
            assert last - first + 1 <= PACE.burst + (admitted[last] - begin) / PACE.refill + 1e-6


def test_whoever_waits_as_long_as_told_gets_in() -> None:
    turnstile = Turnstile(PACE, LOOSE)
    assert [turnstile.admit("a", "c", 0.0) for _ in range(3)] == [0.0] * 3
    wait = turnstile.admit("a", "c", 4.0)
    assert wait == 6.0
    assert turnstile.admit("a", "c", 4.0 + wait) == 0.0


def test_one_address_keeps_no_other_out_but_a_full_channel_does() -> None:
    turnstile = Turnstile(Pace(1, 60.0), Pace(2, 60.0))
    assert turnstile.admit("a", "c", 0.0) == 0.0
    assert turnstile.admit("a", "c", 0.0) > 0
    assert turnstile.admit("b", "c", 0.0) == 0.0
    assert turnstile.admit("d", "c", 0.0) > 0
    assert turnstile.admit("d", "another", 0.0) == 0.0


def test_what_is_remembered_of_addresses_does_not_grow_for_ever() -> None:
    turnstile = Turnstile(PACE, LOOSE)
    for number in range(3 * MOST_KNOWN):
        assert turnstile.admit(f"address {number}", "c", number * 60.0) == 0.0
    assert len(turnstile) <= MOST_KNOWN + 2
