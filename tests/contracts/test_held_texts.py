"""What a round store must hold of messages that wait for their writer to say which round they are for."""

from __future__ import annotations

from engine.ports import RoundStore
from tests.contracts.given_rounds import NOW


async def test_a_message_is_held_until_it_is_let_go(store: RoundStore, second_store: RoundStore) -> None:
    await store.hold("ada", "m1", "Plant \u2018it\u2019\x00 \U0001f33f", NOW)
    await store.hold("ada", "m2", "Another thing", NOW + 1)
    await store.hold("bob", "m1", "Mine", NOW + 2)
    assert await second_store.held("ada", "m1") == "Plant \u2018it\u2019 \U0001f33f", "also after a restart"
    await store.hold("ada", "m1", "Edited", NOW + 3)
    assert await store.held("ada", "m1") == "Edited"
    await store.let_go("ada", "m1")
    await store.let_go("ada", "m1")
    assert (await store.held("ada", "m1"), await store.held("ada", "m2")) == (None, "Another thing")
    await store.let_go("ada")
    assert (await store.held("ada", "m2"), await store.held("bob", "m1")) == (None, "Mine")


async def test_what_nobody_claimed_in_time_is_let_go(store: RoundStore) -> None:
    await store.hold("ada", "old", "Too late", NOW)
    await store.hold("ada", "new", "In time", NOW + 10)
    await store.hold("ada", "edited", "At first", NOW)
    await store.hold("ada", "edited", "Edited since", NOW + 10)
    await store.let_go_before(NOW + 5)
    held = [await store.held("ada", message) for message in ("old", "new", "edited")]
    assert held == [None, "In time", "Edited since"]
