"""The dispatcher: order within a round, leases, and what failures of the world lead to."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.dispatcher import Dispatcher, Pace
from engine.errors import PlatformRefused, PlatformUnavailable
from engine.ports import Claim, Delivery
from engine.rounds.effects import Announce, ShowReceipt, UpdateCard, WakeAt
from engine.rounds.events import MemberJoined, OpinionGiven, RoundOpened
from engine.rounds.model import Rules
from engine.service import handle
from storage.store import DatabaseStore
from storage.tables import OUTBOX

START = 1_000.0


class HandClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> float:
        return self.time


class Hands:
    """Carries out by remembering; fails as scripted, by the name of the effect."""

    def __init__(self, store: DatabaseStore) -> None:
        self.store = store
        self.done: list[str] = []
        self.given_up: list[tuple[str, str]] = []
        self.script: dict[str, list[Exception]] = {}
        self.gate: asyncio.Event | None = None

    async def carry_out(self, claim: Claim) -> None:
        name = type(claim.effect).__name__
        if self.gate is not None:
            await self.gate.wait()
        if waiting := self.script.get(name):
            raise waiting.pop(0)
        self.done.append(f"{claim.round} {name}")
        await self.store.complete(claim)

    async def give_up(self, claim: Claim, reason: str) -> None:
        self.given_up.append((type(claim.effect).__name__, reason))
        await self.store.quarantine(claim, reason)


async def open_round(store: DatabaseStore, name: str) -> None:
    event = RoundOpened(START, name, "web:c", "mod", "Should we?", "We should.", "We should not.", Rules(), 1)
    assert await handle(store, Delivery(f"open {name}", name, event))


def dispatcher_of(store: DatabaseStore, hands: Hands, clock: HandClock, **pace: float) -> Dispatcher:
    return Dispatcher(store, hands.carry_out, hands.give_up, clock, "one", ("web",), Pace(poll=0.01, **pace))  # type: ignore[arg-type]


async def test_what_was_done_long_ago_is_removed_while_it_runs(store: DatabaseStore) -> None:
    hands, clock = Hands(store), HandClock()
    await open_round(store, "r1")
    dispatcher = dispatcher_of(store, hands, clock, keep=600.0, tidy=0.01)
    assert await dispatcher.run_due() == 1
    clock.time = START + 60.0
    running = asyncio.create_task(dispatcher.run())

    async def known() -> set[str]:
        query = select(OUTBOX.c.key).where(OUTBOX.c.settled == "complete")
        return set(await store.database.read(lambda connection: connection.execute(query).scalars().all()))

    await asyncio.sleep(0.05)
    assert await known() == {"r1/1/0"}
    clock.time = START + 700.0
    async with asyncio.timeout(5):
        while await known():
            await asyncio.sleep(0.01)
    await dispatcher.stop(1.0)
    await running


async def test_a_card_that_waits_for_the_platform_keeps_no_private_message_waiting(store: DatabaseStore) -> None:
    class SlowCards(Hands):
        """Brings cards up to date only when told to."""

        may_update = asyncio.Event()

        async def carry_out(self, claim: Claim) -> None:
            if isinstance(claim.effect, UpdateCard):
                await self.may_update.wait()
            await super().carry_out(claim)

    hands, clock = SlowCards(store), HandClock()
    await open_round(store, "r1")
    dispatcher = dispatcher_of(store, hands, clock, rounds=1)
    await dispatcher.run_due()
    assert await handle(store, Delivery("join", "r1", MemberJoined(START, "ada")))
    running = asyncio.create_task(dispatcher.run())
    async with asyncio.timeout(5):
        while "r1 AskOpinion" not in hands.done:
            await asyncio.sleep(0.01)
    assert "r1 UpdateCard" not in hands.done
    hands.may_update.set()
    async with asyncio.timeout(5):
        while "r1 UpdateCard" not in hands.done:
            await asyncio.sleep(0.01)
    await dispatcher.stop(1.0)
    await running


async def test_receipts_that_wait_for_the_platform_keep_no_question_waiting(store: DatabaseStore) -> None:
    """Slack takes about fifty edits a minute, and most receipts are edits of the one before."""

    class SlowReceipts(Hands):
        """Shows receipts only when told to."""

        may_show = asyncio.Event()

        async def carry_out(self, claim: Claim) -> None:
            if isinstance(claim.effect, ShowReceipt):
                await self.may_show.wait()
            await super().carry_out(claim)

    hands, clock = SlowReceipts(store), HandClock()
    await open_round(store, "r1")
    members = [f"member{number}" for number in range(12)]
    for member in members:
        assert await handle(store, Delivery(f"join {member}", "r1", MemberJoined(START, member)))
    dispatcher = dispatcher_of(store, hands, clock, rounds=1, batch=4)
    await dispatcher.run_due()
    for member in members:
        given = OpinionGiven(START, member, "Let us close it.", f"message of {member}")
        assert await handle(store, Delivery(f"opinion {member}", "r1", given))
    assert await handle(store, Delivery("join last", "r1", MemberJoined(START, "last")))
    asked = hands.done.count("r1 AskOpinion")
    running = asyncio.create_task(dispatcher.run())
    async with asyncio.timeout(5):
        while hands.done.count("r1 AskOpinion") == asked:
            await asyncio.sleep(0.01)
    assert "r1 ShowReceipt" not in hands.done
    hands.may_show.set()
    async with asyncio.timeout(5):
        while hands.done.count("r1 ShowReceipt") < len(members):
            await asyncio.sleep(0.01)
    await dispatcher.stop(1.0)
    await running


async def test_due_rows_are_carried_out_and_timers_wait_for_their_time(store: DatabaseStore) -> None:
    hands, clock = Hands(store), HandClock()
    await open_round(store, "r1")
    dispatcher = dispatcher_of(store, hands, clock)
    assert await dispatcher.run_due() == 1
    assert hands.done == [f"r1 {Announce.__name__}"]
    clock.time = START + Rules().opinion_seconds
    await dispatcher.run_due()
    assert hands.done[1:] == [f"r1 {WakeAt.__name__}"] * 2, "the reminder and the deadline"


async def test_an_unavailable_platform_is_tried_again_later_and_not_before_it_asked(store: DatabaseStore) -> None:
    hands, clock = Hands(store), HandClock()
    hands.script["Announce"] = [PlatformUnavailable("busy", retry_after=30.0)]
    await open_round(store, "r1")
    dispatcher = dispatcher_of(store, hands, clock)
    await dispatcher.run_due()
    clock.time += 29.0
    await dispatcher.run_due()
    assert hands.done == []
    clock.time += 1.1
    await dispatcher.run_due()
    assert hands.done == ["r1 Announce"]


async def test_what_fails_too_often_is_given_up_and_can_be_tried_again(store: DatabaseStore) -> None:
    hands, clock = Hands(store), HandClock()
    hands.script["Announce"] = [PlatformUnavailable("away")] * 3
    await open_round(store, "r1")
    dispatcher = dispatcher_of(store, hands, clock, tries=3)
    for _ in range(3):
        await dispatcher.run_due()
        clock.time += 1_000.0
    assert hands.given_up == [("Announce", "away")]
    await dispatcher.run_due()
    assert hands.done == []
    assert await store.retry("r1/1/0", clock.time)
    await dispatcher.run_due()
    assert hands.done == ["r1 Announce"]


async def test_a_refusal_is_never_tried_again(store: DatabaseStore) -> None:
    hands, clock = Hands(store), HandClock()
    hands.script["Announce"] = [PlatformRefused("gone", reason="channel_gone")]
    await open_round(store, "r1")
    dispatcher = dispatcher_of(store, hands, clock)
    await dispatcher.run_due()
    clock.time += 10_000.0
    await dispatcher.run_due()
    assert hands.done == []
    assert hands.given_up == []


async def test_rounds_run_side_by_side_and_a_slow_one_holds_nobody_up(store: DatabaseStore) -> None:
    hands, clock = Hands(store), HandClock()
    hands.gate = asyncio.Event()
    for name in ("r1", "r2", "r3"):
        await open_round(store, name)
    dispatcher = dispatcher_of(store, hands, clock)
    running = asyncio.create_task(dispatcher.run())
    await asyncio.sleep(0.1)
    hands.gate.set()
    async with asyncio.timeout(5):
        while len(hands.done) < 3:
            await asyncio.sleep(0.01)
    await dispatcher.stop(grace=1.0)
    await running
    assert sorted(hands.done) == ["r1 Announce", "r2 Announce", "r3 Announce"]


async def test_stopping_gives_leases_back_at_once(store: DatabaseStore) -> None:
    hands, clock = Hands(store), HandClock()
    hands.gate = asyncio.Event()
    await open_round(store, "r1")
    dispatcher = dispatcher_of(store, hands, clock)
    running = asyncio.create_task(dispatcher.run())
    await asyncio.sleep(0.1)
    assert await store.claim("two", clock.now(), 10, 60.0, ("web",)) == [], "leased by the first"
    await dispatcher.stop(grace=0.01)
    await running
    assert [type(one.effect) for one in await store.claim("two", clock.now(), 10, 60.0, ("web",))] == [Announce]


async def test_a_bug_ends_the_dispatcher_loudly(store: DatabaseStore) -> None:
    hands, clock = Hands(store), HandClock()
    hands.script["Announce"] = [ZeroDivisionError("a bug")]
    await open_round(store, "r1")
    with pytest.raises(ExceptionGroup) as raised:
        async with asyncio.timeout(5):
            await dispatcher_of(store, hands, clock).run()
    assert raised.group_contains(ZeroDivisionError)


async def test_stopping_does_not_lose_a_cancellation_that_meets_a_wake_up(store: DatabaseStore) -> None:
    """Before Python 3.12, asyncio.wait_for swallows a cancellation that comes with the result."""
    hands, clock = Hands(store), HandClock()
    dispatcher = dispatcher_of(store, hands, clock)
    for _ in range(20):
        running = asyncio.create_task(dispatcher.run())
        await asyncio.sleep(0.005)
        dispatcher.wake()
        running.cancel()
        async with asyncio.timeout(2):
            await asyncio.gather(running, return_exceptions=True)
