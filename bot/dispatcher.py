"""Carries out what rounds want done: leases outbox rows, runs them, and makes failure harmless.

Rows of one round run one after another in the order in which they were wanted; different rounds run side by side, and
so does bringing up to date what stands already, a card or a receipt: a platform may make that wait for long, and no
question to anybody should wait with it (the store hands out nothing meanwhile that has to come after it). A row that
only speaks is marked attempted before the platform is called and complete afterwards; a row that answers (drafting,
counting, timers) completes in the transaction that commits its answer. Leases are renewed while work goes on and given
back at shutdown.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass

from engine.errors import GeneratorMisbehaved, PlatformRefused, StoreUnavailable, Unavailable
from engine.ports import Claim, Clock, RoundStore
from engine.rounds.effects import ShowReceipt, UpdateCard

log = logging.getLogger(__name__)

Execute = Callable[[Claim], Awaitable[None]]
GiveUp = Callable[[Claim, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How the dispatcher works. Times in seconds.

    rounds: how many rounds run side by side. batch: rows claimed at a time. lease: how long a row is ours
    without a heartbeat. tries: attempts before a row is quarantined. backoff, longest: the first wait
    after a failure, doubled each time, and its cap. poll: how often rows of other processes are looked for.
    keep: how long what is done stays known before it is removed. hold: how long a private message waits for its
    writer to say which round it is for. tidy: how often that is looked for.
    """

    rounds: int = 32
    batch: int = 64
    lease: float = 60.0
    tries: int = 12
    backoff: float = 2.0
    longest: float = 600.0
    poll: float = 1.0
    keep: float = 30 * 86_400.0
    hold: float = 86_400.0
    tidy: float = 3_600.0


STANDING = (UpdateCard, ShowReceipt)
"""What mostly edits a message that stands already."""

CARD = " card"
"""Ends the name of the lane in which a round's card and receipts are brought up to date."""

CARDS = 8
"""How many times as many rows as a batch are ours at most, edits that wait for the platform included."""

PRUNED_AT_ONCE = 500
"""Rows removed in one transaction, so that nobody waits for it."""

SETTLED = 60.0
"""Seconds that a process works before it tidies for the first time."""

BREATH = 0.2
"""Seconds between two such transactions."""


class Dispatcher:
    """Runs outbox rows until cancelled. One per process; any number of processes share a store."""

    def __init__(
        self,
        store: RoundStore,
        execute: Execute,
        give_up: GiveUp,
        clock: Clock,
        owner: str,
        platforms: Collection[str],
        pace: Pace | None = None,
    ) -> None:
        """`execute` carries out one claim; `give_up` is told of a claim that failed too often.

        platforms: whose rounds this process works on; the rows of others are left to processes that serve them.
        """
        self._store = store
        self._execute = execute
        self._give_up = give_up
        self._clock = clock
        self._owner = owner
        self._platforms = frozenset(platforms)
        self._pace = pace or Pace()
        self._lanes: dict[str, deque[Claim]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(self._pace.rounds)
        self._room_of_cards = asyncio.Semaphore(self._pace.rounds)
        self._woken = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something was committed: look for due rows now."""
        self._woken.set()

    async def run(self) -> None:
        """Work until `stop` or cancellation; a bug in carrying out a row ends the process loudly."""
        async with asyncio.TaskGroup() as tasks:
            heartbeat = tasks.create_task(self._heartbeat(), name="outbox heartbeat")
            tidying = tasks.create_task(self._tidy(), name="outbox tidying")
            try:
                while not self._stopping:
                    self._woken.clear()
                    claimed = await self._claim(tasks)
                    if not claimed:
                        await self._sleep()
            finally:
                heartbeat.cancel()
                tidying.cancel()

    async def stop(self, grace: float) -> None:
        """Claim no more, give what is under way `grace` seconds, then give every lease back."""
        self._stopping = True
        self.wake()
        if running := list(self._tasks.values()):
            _, late = await asyncio.wait(running, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._store.release(self._owner)

    async def run_due(self) -> int:
        """Carry out everything that is due now, and what follows from it; how many rows that was."""
        done = 0
        while claims := await self._leased(self._pace.batch):
            for claim in claims:
                await self._one(claim)
            done += len(claims)
        return done

    async def prune(self) -> None:
        """Remove what was done longer ago than it is kept, a few rows at a time, and what was held too long."""
        await self._store.let_go_before(self._clock.now() - self._pace.hold)
        before = self._clock.now() - self._pace.keep
        while True:
            if await self._store.prune(before, PRUNED_AT_ONCE) < PRUNED_AT_ONCE:
                return
            await asyncio.sleep(BREATH)

    async def _claim(self, tasks: asyncio.TaskGroup) -> int:
        edits = sum(len(lane) for name, lane in self._lanes.items() if name.endswith(CARD))
        others = sum(map(len, self._lanes.values())) - edits
        room = min(self._pace.batch - others, CARDS * self._pace.batch - edits)
        if room <= 0 or sum(not name.endswith(CARD) for name in self._tasks) >= self._pace.rounds:
            return 0
        claims = await self._leased(room)
        for claim in claims:
            name = f"{claim.round}{CARD}" if isinstance(claim.effect, STANDING) else claim.round
            self._lanes.setdefault(name, deque()).append(claim)
            if name not in self._tasks:
                self._tasks[name] = tasks.create_task(self._lane(name), name=f"round {name}")
        return len(claims)

    async def _leased(self, limit: int) -> list[Claim]:
        return await self._store.claim(self._owner, self._clock.now(), limit, self._pace.lease, self._platforms)

    async def _lane(self, name: str) -> None:
        lane = self._lanes[name]
        try:
            async with self._room_of_cards if name.endswith(CARD) else self._room:
                while lane and not self._stopping:
                    await self._one(lane[0])
                    lane.popleft()
        finally:
            del self._lanes[name]
            del self._tasks[name]
            self.wake()

    async def _one(self, claim: Claim) -> None:
        name = type(claim.effect).__name__
        if claim.attempts >= self._pace.tries:
            await self._quarantine(claim, "It was tried too often.")
            return
        try:
            await self._execute(claim)
        except PlatformRefused as refusal:
            log.warning("effect refused", extra={"effect": claim.key, "kind": name, "reason": refusal.reason})
            await asyncio.shield(self._store.complete(claim))
        except (Unavailable, GeneratorMisbehaved) as failure:
            if claim.attempts + 1 >= self._pace.tries:
                await self._quarantine(claim, str(failure))
                return
            asked = failure.retry_after if isinstance(failure, Unavailable) else None
            wait = max(asked or 0.0, min(self._pace.backoff * 2**claim.attempts, self._pace.longest))
            log.warning("effect postponed", extra={"effect": claim.key, "kind": name, "seconds": wait})
            await asyncio.shield(self._store.postpone(claim, self._clock.now() + wait, type(failure).__name__))

    async def _quarantine(self, claim: Claim, reason: str) -> None:
        log.error("effect quarantined", extra={"effect": claim.key, "kind": type(claim.effect).__name__})
        await self._give_up(claim, reason)

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self._pace.lease / 3)
            if held := [claim for lane in list(self._lanes.values()) for claim in lane]:
                await self._store.renew(held, self._clock.now(), self._pace.lease)

    async def _tidy(self) -> None:
        await asyncio.sleep(min(SETTLED, self._pace.tidy))
        while True:
            try:
                await self.prune()
            except StoreUnavailable as problem:
                log.warning("nothing tidied", extra={"problem": str(problem)})
            await asyncio.sleep(self._pace.tidy)

    async def _sleep(self) -> None:
        due = await self._store.next_due(self._platforms)
        wait = self._pace.poll if due is None else min(self._pace.poll, max(0.0, due - self._clock.now()))
        with suppress(TimeoutError):
            async with asyncio.timeout(max(wait, 0.01)):  # wait_for loses a cancellation before Python 3.12
                await self._woken.wait()
