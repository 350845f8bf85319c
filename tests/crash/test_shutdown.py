"""Shutting down in order: what is under way is finished if it can be, and leases are given back at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.dispatcher import Dispatcher, Pace
from bot.main import Application
from bot.platform import ChatPlatform, Inbound, Reply
from bot.settings import Settings
from bot.web.platform import WebPlatform
from engine.ports import Claim, Delivery
from engine.rounds.events import RoundOpened
from engine.rounds.model import Rules
from engine.service import handle
from storage.store import DatabaseStore, open_store
from storage.tables import OUTBOX
from tests.fakes.clock import BEGINNING, FakeClock

SLOW = 0.3
"""Seconds that carrying out an effect takes."""
PLATFORMS = ("web",)


class SlowHands:
    """Carries out by waiting; remembers what was begun, finished and interrupted."""

    def __init__(self, store: DatabaseStore) -> None:
        self._store = store
        self.begun: list[str] = []
        self.finished: list[str] = []
        self.first = asyncio.Event()

    async def carry_out(self, claim: Claim) -> None:
        """Take a while."""
        assert await self._store.attempt(claim, BEGINNING)
        self.begun.append(claim.key)
        self.first.set()
        await asyncio.sleep(SLOW)
        self.finished.append(claim.key)
        await self._store.complete(claim)

    async def give_up(self, claim: Claim, reason: str) -> None:
        """Nothing fails here."""
        raise AssertionError(reason)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    """Three rounds, each with an announcement to post."""
    opened = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    for name in ("one", "two", "three"):
        event = RoundOpened(BEGINNING, name, "web:team", "web:mod", "Should we?", None, None, Rules(), 1)
        assert await handle(opened, Delivery(name, name, event))
    yield opened
    await opened.close()


async def _leased(store: DatabaseStore) -> list[str]:
    leased = select(OUTBOX.c.key).where(OUTBOX.c.owner.is_not(None), OUTBOX.c.settled.is_(None))
    return list(await store.database.read(lambda connection: list(connection.execute(leased).scalars())))


def _application(store: DatabaseStore, hands: SlowHands, grace: float) -> Application:
    clock = FakeClock()
    dispatcher = Dispatcher(
        store, hands.carry_out, hands.give_up, clock, "one process", PLATFORMS, Pace(rounds=1, poll=0.01)
    )
    web = WebPlatform(store.database, "a secret of this test", "127.0.0.1", 0, clock=clock)
    platforms: dict[str, ChatPlatform] = {}
    settings = Settings(shutdown_grace=grace, platforms=())
    return Application(settings, store, web, platforms, _nobody, dispatcher)


async def _nobody(item: Inbound) -> Reply:
    raise AssertionError("nobody does anything here")


async def test_what_is_under_way_is_finished_and_the_rest_left_to_others_at_once(store: DatabaseStore) -> None:
    hands = SlowHands(store)
    running = asyncio.create_task(_application(store, hands, grace=10.0).run())
    await hands.first.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert hands.finished == hands.begun, "nothing was interrupted"
    assert len(hands.begun) == 1, "one round at a time, and nothing new once it stops"
    assert await _leased(store) == []
    others = await store.claim("another process", BEGINNING, 10, 60.0, PLATFORMS)
    assert len(others) == 3 - len(hands.finished)
    assert not {claim.key for claim in others} & set(hands.finished)


async def test_what_takes_longer_than_the_grace_is_cut_short_and_known_to_have_been_tried(store: DatabaseStore) -> None:
    hands = SlowHands(store)
    running = asyncio.create_task(_application(store, hands, grace=0.01).run())
    await hands.first.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert hands.finished == []
    assert await _leased(store) == []
    others = await store.claim("another process", BEGINNING, 10, 60.0, PLATFORMS)
    assert {claim.key for claim in others if claim.attempted_at is not None} == set(hands.begun)
    assert len(others) == 3
