"""Timers wait for what happened unheard, and for people who could not act meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from bot.discord.silence import LOOK_AGAIN, SETTLING, Silence
from bot.platform import LosesTouch
from storage.hearing import Hearing
from storage.store import DatabaseStore
from tests.bot.discord.conftest import Server
from tests.fakes.clock import FakeClock


def test_nothing_waits_while_everything_is_heard() -> None:
    clock = FakeClock()
    silence = Silence(clock)
    assert silence.hold(clock.now(), settling=True) is None


def test_a_timer_waits_while_a_connection_is_lost_and_some_minutes_more() -> None:
    clock = FakeClock()
    silence = Silence(clock)
    silence.heard()
    clock.pass_(10)
    silence.lost(0)
    clock.pass_(100)
    due = clock.now()
    assert silence.hold(due, settling=True) == clock.now() + LOOK_AGAIN
    silence.found_out()
    assert silence.lasts, "what a lost connection misses cannot be known"
    silence.regained(0)
    clock.pass_(5)
    silence.found_out()
    assert silence.hold(due, settling=True) == clock.now() + SETTLING
    assert silence.hold(due, settling=False) is None
    assert silence.hold(clock.now() + 1, settling=True) is None
    clock.pass_(SETTLING + 1)
    assert silence.hold(due, settling=True) is None


def test_two_connections_are_both_waited_for() -> None:
    clock = FakeClock()
    silence = Silence(clock)
    silence.lost(0)
    silence.lost(1)
    silence.regained(0)
    silence.found_out()
    assert silence.lasts
    silence.regained(1)
    silence.found_out()
    assert not silence.lasts


async def test_timers_wait_until_a_process_that_begins_is_connected(work: Server, store: DatabaseStore) -> None:
    hearing, here = Hearing(store.database), work.id(work.channel)
    due = work.clock.now() + 500
    await hearing.heard("discord:", work.clock.now())
    work.clock.pass_(1_000)
    work.platform = work.made(store=store)
    assert await work.platform.hold(here, due, settling=True) == work.clock.now() + LOOK_AGAIN
    running = asyncio.create_task(work.platform.run(work.handle))
    listening = asyncio.create_task(work.platform.listening())
    while not listening.done():
        assert await work.platform.hold(here, due, settling=True) is not None
        await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    assert await work.platform.hold(here, work.clock.now() + 1, settling=True) is None
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_platform_holds_timers_after_it_was_away(work: Server, store: DatabaseStore) -> None:
    hearing, here = Hearing(store.database), work.id(work.channel)
    before = work.clock.now()
    await hearing.heard("discord:", before)
    work.clock.pass_(1_000)
    work.platform = work.made(store=store)
    assert isinstance(work.platform, LosesTouch)
    async with work.serving():
        await asyncio.sleep(0.1)
        now = work.clock.now()
        assert await work.platform.hold(here, before + 500, settling=True) == pytest.approx(now + SETTLING, abs=30)
        assert await work.platform.hold(here, now + 1, settling=True) is None
        await work.discord.drop()
        await asyncio.sleep(0.05)
        assert await work.platform.hold(here, work.clock.now(), settling=True) is not None
