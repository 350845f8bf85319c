"""What a round store removes after a while, and what it keeps for good, over SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from sqlalchemy import select

from engine.ports import Delivery, RoundStore, Sent
from engine.rounds.effects import Announce, Effect, Tell
from engine.rounds.events import Event, MemberJoined, OpinionGiven, RoundCancelled
from engine.rounds.machine import step
from engine.rounds.model import Round
from engine.rounds.transition import Standings, Transition
from storage.store import DatabaseStore
from storage.tables import INBOX, OUTBOX
from tests.contracts.given_rounds import CHANNEL, MODERATOR, NOW, ROUND, happen, open_round

LEASE = 30.0
SERVED = ("web",)
DAY = 86_400.0


async def inbox(store: DatabaseStore) -> set[str]:
    return set(await store.database.read(lambda connection: connection.execute(select(INBOX.c.id)).scalars().all()))


async def outbox(store: DatabaseStore) -> dict[str, str | None]:
    rows = await store.database.read(
        lambda connection: connection.execute(select(OUTBOX.c.key, OUTBOX.c.settled)).all()
    )
    return {row[0]: row[1] for row in rows}


async def ended(store: RoundStore, round: str) -> None:
    """A round with two deliveries that is over, nothing of it carried out."""
    await open_round(store, round)
    await happen(store, OpinionGiven(NOW + 1, "ada", "We want it.", "m"), round=round, delivery=f"{round} opinion")
    await happen(store, RoundCancelled(NOW + 2, MODERATOR, False), round=round, delivery=f"{round} cancelled")


async def test_deliveries_of_ended_rounds_go_and_those_of_running_ones_stay_seen(store: DatabaseStore) -> None:
    await ended(store, "web:over")
    await open_round(store)
    await happen(store, MemberJoined(NOW + 1, "ada"), delivery="joined")
    await store.prune(NOW + 1.5, 100)
    assert "web:over opinion" not in await inbox(store)
    assert "web:over cancelled" in await inbox(store), "it is younger"
    await store.prune(NOW + DAY, 100)
    assert await store.transact(Delivery("joined", ROUND, MemberJoined(NOW + DAY, "bob")), step) is None
    assert await store.standing(ROUND, "bob") is None


async def test_a_pruned_delivery_that_comes_again_changes_nothing_in_a_round_that_is_over(store: DatabaseStore) -> None:
    await ended(store, "web:over")
    before = await store.opinions("web:over")
    await store.prune(NOW + DAY, 100)
    assert await inbox(store) == set()
    await happen(store, OpinionGiven(NOW + 1, "ada", "Twice.", "m"), round="web:over", delivery="web:over opinion")
    assert await store.opinions("web:over") == before


async def test_completed_rows_go_and_quarantined_and_waiting_ones_stay(store: DatabaseStore) -> None:
    await open_round(store)

    def decide(before: Round | None, event: Event, _: Standings) -> Transition | None:
        assert before is not None
        wanted: tuple[Effect, ...] = (Tell("ada", "hello"), Tell("bob", "hello"), Tell("cyd", "hello"))
        return Transition(replace(before, version=before.version + 1), effects=wanted)

    await store.transact(Delivery("wants", ROUND, MemberJoined(NOW, "x")), decide)
    announced, ada, bob, _ = await store.claim("one", NOW, 9, LEASE, SERVED)
    assert announced.effect == Announce()
    sent = Sent(ada.key, ROUND, "told", CHANNEL, "1", "ada")
    await store.complete(announced)
    await store.complete(ada, [sent])
    await store.quarantine(bob, "too often")
    rows = await outbox(store)
    assert await store.prune(NOW + LEASE, 100) == 0, "none is older"
    assert await outbox(store) == rows
    assert await store.prune(NOW + LEASE + 1, 100) == 2
    kept = await outbox(store)
    assert kept.keys() == rows.keys() - {announced.key, ada.key}
    assert await store.sent(ROUND, "told") == [sent], "what was sent stays known"
    assert await store.retry(bob.key, NOW)
    await store.complete(ada, [sent])
    assert await outbox(store) == {**kept, bob.key: None}, "completing what is gone already does nothing"


async def test_a_row_completed_after_its_lease_was_given_back_is_pruned_too(store: DatabaseStore) -> None:
    await open_round(store)
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    await store.release("one")
    await store.complete(claim)
    assert await store.prune(NOW + LEASE + 1, 100) == 1


async def test_an_answer_that_completed_its_row_is_pruned_too(store: DatabaseStore) -> None:
    await open_round(store)
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    assert await store.transact(Delivery("answer", ROUND, MemberJoined(NOW, "ada")), step, claim) is not None
    assert await store.prune(NOW + LEASE + 1, 100) == 1
    assert claim.key not in await outbox(store)


async def test_at_most_so_many_rows_go_at_once_and_two_processes_share_them(
    store: DatabaseStore, second_store: RoundStore
) -> None:
    for number in range(6):
        await ended(store, f"web:{number}")
    assert len(await inbox(store)) == 18
    assert await store.prune(NOW + DAY, 5) == 5
    assert len(await inbox(store)) == 13
    await asyncio.gather(store.prune(NOW + DAY, 5), second_store.prune(NOW + DAY, 5))
    while await store.prune(NOW + DAY, 5):
        continue
    assert await inbox(store) == set()
