"""The application's one door: an event goes in, the round is changed, effects are in the outbox."""

from __future__ import annotations

from engine.ports import Claim, Delivery, RoundStore
from engine.rounds.machine import step
from engine.rounds.transition import Transition


async def handle(store: RoundStore, delivery: Delivery, *, completes: Claim | None = None) -> Transition | None:
    """Let one event happen to its round, exactly once.

    When this returns, the event is committed: acknowledge only then. None means that it was handled
    before, that there is no such round, or that `completes` was lost to another worker.
    """
    return await store.transact(delivery, step, completes)
