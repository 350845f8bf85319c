"""What one person does happens in order, and nobody waits for somebody else."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from bot.turns import Turns


@pytest.fixture(autouse=True)
def collecting_is_cheap() -> Iterator[None]:
    """Whatever was there before a test is left out of its collections."""
    gc.freeze()
    yield
    gc.unfreeze()


async def test_one_persons_acts_happen_in_the_order_in_which_they_came_and_others_do_not_wait() -> None:
    turns, done = Turns(), list[str]()

    async def act(who: str, what: str, turns_of_the_loop: int) -> None:
        async with turns.of(who):
            for _ in range(turns_of_the_loop):
                await asyncio.sleep(0)
                gc.collect()
            done.append(f"{who} {what}")

    await asyncio.gather(
        act("ann", "first", 6), act("ann", "second", 1), act("ben", "first", 2), act("ann", "third", 0)
    )
    assert done == ["ben first", "ann first", "ann second", "ann third"]


async def test_nothing_is_kept_of_who_does_not_act() -> None:
    turns = Turns()
    async with turns.of("ann"):
        held = ref(turns.of("ann"))
        gc.collect()
        assert held() is turns.of("ann")
    gc.collect()
    assert held() is None
