"""The soak's own arithmetic: its time, its plan, and what it holds the bot to."""

from __future__ import annotations

import asyncio
import time

import pytest

from benchmarks.soak.checks import Acknowledged, Latency, Posts, Rate
from benchmarks.soak.load import BEFORE_SECONDS, OUTAGE_SECONDS, POSTED, Plan, Rating
from benchmarks.soak.warped import Warp, WarpedLoop, WarpedTime


def test_two_processes_agree_on_the_time_from_the_latest_bend() -> None:
    begun = time.monotonic()
    one = Warp(begun, 1_000.0, 10.0)
    one.bend(begun + 0.001, 60.0)
    time.sleep(0.01)
    two = Warp(*one.latest)
    assert two.now() == pytest.approx(one.now(), abs=0.1)
    assert one.speed == two.speed == 60.0


def test_a_loop_in_warped_time_sleeps_simulated_seconds() -> None:
    loop = WarpedLoop(Warp(time.monotonic(), 1_000.0, 100.0))
    began = time.monotonic()
    loop.run_until_complete(asyncio.sleep(5.0))
    loop.close()
    assert 0.04 < time.monotonic() - began < 1.0


async def test_a_wait_goes_on_at_the_new_speed() -> None:
    warped = WarpedTime(Warp(time.monotonic(), 1_000.0, 1.0))
    waiting = asyncio.create_task(warped.sleep(60.0))
    await asyncio.sleep(0.01)
    await warped.change(time.monotonic() + 0.01, 10_000.0)
    async with asyncio.timeout(2.0):
        await waiting


def test_a_plan_is_the_same_from_the_same_seed_and_keeps_its_times() -> None:
    plan = Plan.made(40, 8, 3, seed=5)
    assert plan == Plan.made(40, 8, 3, seed=5)
    assert plan != Plan.made(40, 8, 3, seed=6)
    assert {(one.member, one.round) for one in plan.opinions} >= {(one.member, one.round) for one in plan.ratings}
    assert all(0 <= one.candidate < POSTED for one in plan.ratings)
    assert all(one.at < BEFORE_SECONDS + OUTAGE_SECONDS for one in plan.ratings if one.round in plan.early)
    first: dict[tuple[int, int, int], Rating] = {}
    for one in plan.ratings:
        first.setdefault((one.member, one.round, one.candidate), one)
    assert all(one.rating is not None for one in first.values()), "nothing is taken back before it was given"


def test_posts_are_held_to_one_a_second_and_a_burst() -> None:
    rate = Rate(a_second=1.0, burst=3)
    assert Posts({"C1": [float(second) for second in range(100)]}, rate).within
    assert Posts({"C1": [0.0, 0.1, 0.2, *(float(second) for second in range(1, 50))]}, rate).within, "a burst of three"
    assert not Posts({"C1": [second / 2 for second in range(100)], "C2": [5.0]}, rate).within
    assert Posts({f"C{channel}": [5.0] for channel in range(100)}, rate).within, "each channel has its own rate"


def test_a_late_acknowledgement_is_counted() -> None:
    latency = Latency.of([Acknowledged("message", 0.01, late=False)] * 99 + [Acknowledged("message", 3.0, late=True)])
    assert (latency.payloads, latency.late, latency.max_ms) == (100, 1, 3_000.0)
    assert latency.p50_ms == pytest.approx(10.0)
