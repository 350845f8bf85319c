"""What a round store must hold of its outbox (engine.ports.RoundStore), over SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import fields, replace
from typing import Any, get_type_hints

from sqlalchemy import select

from engine.ports import Claim, Delivery, RoundStore, Sent
from engine.rounds.effects import (
    EFFECTS,
    Announce,
    AskModerator,
    AskOpinion,
    AskOpinions,
    DraftCandidates,
    Effect,
    InviteMembers,
    ShowReceipt,
    Tell,
    UpdateCard,
    WakeAt,
)
from engine.rounds.events import Event, GracePassed, MemberJoined
from engine.rounds.machine import step
from engine.rounds.model import Round
from engine.rounds.transition import Standings, Transition
from storage.outbox import POSTED_AGAIN
from storage.store import DatabaseStore
from storage.tables import AUDIT, OUTBOX, SENT
from tests.contracts.given_rounds import CHANNEL, NOW, ROUND, happen, open_round, opening

LEASE = 30.0
LATER = NOW + 1_000_000
SERVED = ("web",)


async def wanting(store: RoundStore, *effects: Effect, round: str = ROUND) -> None:
    """An event of the round whose only effects are these."""

    def decide(before: Round | None, event: Event, _: Standings) -> Transition | None:
        assert before is not None
        return Transition(replace(before, version=before.version + 1), effects=effects)

    version = getattr(await store.round(round), "version", 0)
    assert await store.transact(Delivery(f"{round} wants {version}", round, MemberJoined(NOW, "x")), decide) is not None


async def quiet_round(store: RoundStore, round: str = ROUND) -> None:
    """An open round whose opening is carried out already, but for its deadline."""
    await open_round(store, round)
    for claim in await store.claim("opener", NOW, 99, LEASE, SERVED):
        await store.complete(claim)


def effects_of(claims: list[Claim]) -> list[Effect]:
    return [claim.effect for claim in claims]


async def test_a_claim_says_all_that_carrying_out_needs(store: RoundStore) -> None:
    await open_round(store)
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    assert claim == Claim(f"{ROUND}/1/0", ROUND, Announce(), "one", 0, None, None, NOW + LEASE)


async def test_every_effect_comes_back_as_it_was(store: RoundStore) -> None:
    await quiet_round(store)
    wanted: list[Effect] = [
        InviteMembers(("group:a", "ada")),
        AskModerator("too-few-opinions", (("minimum", 3), ("share", 0.5), ("word", "caf\u00e9"))),
        ShowReceipt("ada", anew=True),
        WakeAt(NOW + 1, "grace", NOW + 1),
    ]
    await wanting(store, *wanted)
    assert effects_of(await store.claim("one", NOW + 2, 9, LEASE, SERVED)) == wanted


async def test_there_is_room_for_every_kind_of_effect(store: RoundStore) -> None:
    sample: dict[object, Any] = {str: "ada", int: 1, float: NOW, bool: False}
    await quiet_round(store)
    wanted = []
    for kind in EFFECTS.values():
        hints = get_type_hints(kind)
        wanted.append(kind(**{one.name: sample.get(hints[one.name], ()) for one in fields(kind)}))
        await wanting(store, wanted[-1])
    found: list[Effect] = []
    while claims := await store.claim("one", NOW, 99, LEASE, SERVED):
        found += effects_of(claims)
        for claim in claims:
            await store.complete(claim)
    assert sorted(map(repr, found)) == sorted(map(repr, wanted))


async def test_what_is_claimed_is_nobody_elses(store: RoundStore, second_store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, *(Tell(f"m{number}", "hello") for number in range(40)))
    stores = {"one": store, "two": second_store}
    claimed: dict[str, list[str]] = {"one": [], "two": []}

    async def work(owner: str) -> None:
        while claims := await stores[owner].claim(owner, NOW, 3, LEASE, SERVED):
            claimed[owner] += [claim.key for claim in claims]

    await asyncio.gather(work("one"), work("two"), work("one"))
    everything = claimed["one"] + claimed["two"]
    assert len(everything) == len(set(everything)) == 40


async def test_a_lease_that_ended_is_free_again(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, Tell("ada", "hello"))
    (first,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    assert await store.attempt(first, NOW + 1)
    assert await store.claim("two", NOW + LEASE - 1, 9, LEASE, SERVED) == []
    assert await store.next_due(SERVED) == NOW + LEASE
    (again,) = await store.claim("two", NOW + LEASE, 9, LEASE, SERVED)
    assert (again.key, again.owner, again.attempts, again.attempted_at) == (first.key, "two", 1, NOW + 1)
    assert not await store.attempt(first, NOW + LEASE), "the first owner lost it"


async def test_a_heartbeat_keeps_a_lease_and_takes_none_back(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, Tell("ada", "hello"), Tell("bob", "hello"))
    ada, bob = await store.claim("one", NOW, 9, LEASE, SERVED)
    await store.renew([ada], NOW + 20, LEASE)
    (taken,) = await store.claim("two", NOW + LEASE, 9, LEASE, SERVED)
    assert taken.key == bob.key
    await store.renew([ada, bob], NOW + LEASE, LEASE)
    assert await store.attempt(taken, NOW + LEASE)
    assert await store.attempt(ada, NOW + LEASE)


async def test_an_attempt_without_a_lease_is_none(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, Tell("ada", "hello"))
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    assert not await store.attempt(claim, NOW + LEASE), "the lease ended"


async def test_complete_is_for_good_and_harmless_twice(store: DatabaseStore) -> None:
    await quiet_round(store)
    await wanting(store, Announce())
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    sent = Sent(claim.key, ROUND, "announcement", CHANNEL, "message 1")
    await store.complete(claim, [sent])
    await store.complete(claim, [sent])
    assert await store.claim("two", NOW + LEASE, 9, LEASE, SERVED) == []
    assert await store.sent(ROUND, "announcement") == [sent]
    assert not await store.attempt(claim, NOW)


async def test_a_message_that_may_have_been_posted_twice_is_in_the_audit_once(store: DatabaseStore) -> None:
    await quiet_round(store)
    await wanting(store, Announce())
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    sent = Sent(claim.key, ROUND, "announcement", CHANNEL, "message 2")
    await store.complete(claim, [sent], again_at=NOW + 1)
    await store.complete(claim, [sent], again_at=NOW + 2)
    wanted = select(AUDIT.c.delivery, AUDIT.c.at, AUDIT.c.person).where(AUDIT.c.event == POSTED_AGAIN)
    rows = await store.database.read(lambda connection: connection.execute(wanted).all())
    assert [tuple(row) for row in rows] == [(claim.key, NOW + 1, None)]


async def test_messages_are_found_by_kind_and_by_where_they_stand(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, Announce())
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    cards = [
        Sent(claim.key, ROUND, "candidate", CHANNEL, f"message {draft}{place}", None, draft, f"{ROUND}/{draft}/{place}")
        for draft in (1, 2)
        for place in (0, 1)
    ]
    private = Sent(claim.key, ROUND, "receipt", "dm:ada", "message 10", "ada")
    await store.complete(claim, [*cards, private])
    assert await store.sent(ROUND, "candidate") == cards
    assert await store.sent(ROUND, "candidate", draft=2) == cards[2:]
    assert await store.sent(ROUND, "receipt", member="ada") == [private]
    assert await store.sent(ROUND, "receipt", member="bob") == []
    assert await store.sent_as(CHANNEL, "message 10") == cards[0]
    assert await store.sent_as("dm:ada", "message 10") == private
    assert await store.sent_as("dm:ada", "other") is None


async def test_an_answer_completes_its_row_and_is_committed_once(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, WakeAt(NOW, "grace", NOW))
    (mine,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    (theirs,) = await store.claim("two", NOW + LEASE, 9, LEASE, SERVED)
    answer = Delivery("the answer", ROUND, GracePassed(NOW, NOW))
    assert await store.transact(answer, step, mine) is None, "the lease was lost"
    assert await store.transact(answer, step, theirs) is not None, "so the delivery is unseen"
    assert await store.claim("three", NOW + 9 * LEASE, 9, LEASE, SERVED) == []
    assert await store.transact(replace(answer, id="again"), step, theirs) is None


async def test_an_answer_that_decides_nothing_leaves_its_row(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, WakeAt(NOW, "grace", NOW))
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    assert await store.transact(Delivery("d", ROUND, GracePassed(NOW, NOW)), lambda *_: None, claim) is None
    assert await store.attempt(claim, NOW), "still leased"


async def test_a_timer_is_due_at_its_time(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, WakeAt(NOW + 60, "deadline", NOW + 60))
    assert await store.next_due(SERVED) == NOW + 60
    assert await store.claim("one", NOW + 59, 9, LEASE, SERVED) == []
    assert len(await store.claim("one", NOW + 60, 9, LEASE, SERVED)) == 1


async def test_nothing_waits_in_an_empty_store(store: RoundStore) -> None:
    assert await store.next_due(SERVED) is None
    assert await store.claim("one", LATER, 9, LEASE, SERVED) == []


async def test_a_postponed_row_comes_back_when_it_is_due_and_counts_a_try(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, Tell("ada", "hello"))
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    await store.attempt(claim, NOW)
    await store.postpone(claim, NOW + 5, "the platform is away")
    assert await store.next_due(SERVED) == NOW + 5
    assert await store.claim("one", NOW + 4, 9, LEASE, SERVED) == []
    (again,) = await store.claim("one", NOW + 5, 9, LEASE, SERVED)
    assert (again.attempts, again.attempted_at) == (1, NOW)
    await store.postpone(again, NOW + 6, "the model is away, before any try")
    (third,) = await store.claim("one", NOW + 6, 9, LEASE, SERVED)
    assert third.attempts == 2
    await store.postpone(replace(third, owner="somebody"), NOW + 9, "a worker that does not have it")
    assert await store.attempt(third, NOW + 6)


async def test_quarantine_lasts_until_retry(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, Tell("ada", "hello"))
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    assert not await store.retry(claim.key, NOW), "it is not quarantined"
    await store.postpone(claim, NOW, "once")
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    await store.quarantine(claim, "too often")
    assert await store.claim("one", NOW + 6, 9, LEASE, SERVED) == []
    assert not await store.attempt(claim, NOW)
    assert await store.retry(claim.key, NOW + 7)
    assert not await store.retry("no such key", NOW)
    assert await store.claim("one", NOW + 6, 9, LEASE, SERVED) == []
    (back,) = await store.claim("one", NOW + 7, 9, LEASE, SERVED)
    assert (back.key, back.attempts) == (claim.key, 0)


async def test_release_gives_back_all_of_an_owner_and_no_more(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, *(Tell(f"m{number}", "hello") for number in range(4)))
    mine = await store.claim("one", NOW, 2, LEASE, SERVED)
    theirs = await store.claim("two", NOW, 2, LEASE, SERVED)
    await store.release("one")
    assert [claim.key for claim in await store.claim("three", NOW, 9, LEASE, SERVED)] == [claim.key for claim in mine]
    assert await store.attempt(theirs[0], NOW)


async def test_a_card_update_is_dropped_while_another_waits(store: RoundStore) -> None:
    await quiet_round(store)
    await open_round(store, "web:2")
    await wanting(store, UpdateCard())
    await wanting(store, UpdateCard(), Tell("ada", "hello"), UpdateCard())
    await wanting(store, UpdateCard(), round="web:2")
    claims = [claim for claim in await store.claim("one", NOW, 9, LEASE, SERVED) if claim.round == ROUND]
    assert effects_of(claims) == [UpdateCard(), Tell("ada", "hello")]
    await wanting(store, UpdateCard())
    await store.complete(claims[0])
    assert effects_of(await store.claim("one", NOW, 9, LEASE, SERVED)) == [UpdateCard()], (
        "the claimed one may be too old"
    )


async def test_one_target_is_spoken_to_in_order(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, Tell("ada", "first"), Announce(), Tell("ada", "second"), Tell("bob", "first"), UpdateCard())
    first = await store.claim("one", NOW, 9, LEASE, SERVED)
    assert effects_of(first) == [Tell("ada", "first"), Announce(), Tell("bob", "first")]
    assert await store.claim("two", NOW, 9, LEASE, SERVED) == [], "neither overtakes what is under way"
    await store.complete(first[1])
    await store.complete(first[2])
    (card,) = await store.claim("two", NOW, 9, LEASE, SERVED)
    assert card.effect == UpdateCard()
    await store.complete(card)
    await store.postpone(first[0], NOW + 60, "away")
    assert await store.claim("two", NOW + 1, 9, LEASE, SERVED) == [], "nor what was postponed"
    (again,) = await store.claim("two", NOW + 60, 9, 2 * LEASE, SERVED)
    await store.quarantine(again, "too often")
    assert [Tell("ada", "second")] == effects_of(await store.claim("two", NOW + 60, 9, LEASE, SERVED)), (
        "quarantine lets it by"
    )


async def test_next_due_does_not_count_what_must_wait_its_turn(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, Tell("ada", "first"), Tell("ada", "second"))
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    assert await store.next_due(SERVED) == NOW + LEASE
    await store.postpone(claim, NOW + 5, "away")
    assert await store.next_due(SERVED) == NOW + 5


async def test_claims_are_oldest_first_and_limited(store: RoundStore) -> None:
    await quiet_round(store)
    await wanting(store, WakeAt(NOW - 1, "deadline", NOW), *(Tell(f"m{n}", "hello") for n in range(3)))
    await wanting(store, WakeAt(NOW - 2, "deadline", NOW))
    order = [effect for _ in range(3) for effect in effects_of(await store.claim("one", NOW, 2, LEASE, SERVED))]
    assert order == [
        *(Tell(f"m{n}", "hello") for n in range(3)),
        WakeAt(NOW - 2, "deadline", NOW),
        WakeAt(NOW - 1, "deadline", NOW),
    ]


async def elsewhere(store: RoundStore, channel: str) -> str:
    """A round on another platform, with its announcement waiting."""
    round = f"in {channel}"
    await happen(store, opening(round, channel=channel), round=round)
    return round


async def test_a_process_is_handed_rows_of_the_platforms_it_serves_and_no_others(
    store: RoundStore, second_store: RoundStore
) -> None:
    slack, discord = await elsewhere(store, "slack:T1/C1"), await elsewhere(store, "discord:1/2")
    await wanting(store, DraftCandidates(1, 7), round=slack)
    await wanting(store, WakeAt(NOW, "deadline", NOW), round=discord)
    assert await store.claim("a web process", LATER, 99, LEASE, ("web",)) == []
    claims = await store.claim("a Slack process", NOW, 99, LEASE, ("slack",))
    assert effects_of(claims) == [Announce(), DraftCandidates(1, 7)]
    claims = await second_store.claim("a Discord process", NOW, 99, LEASE, ("web", "discord"))
    assert effects_of(claims) == [Announce(), WakeAt(NOW, "deadline", NOW)]
    assert await store.claim("a process that serves nothing", LATER, 99, LEASE, ()) == []


async def test_one_process_serves_several_platforms_oldest_first(store: RoundStore) -> None:
    rounds = {name: await elsewhere(store, f"{name}:1") for name in ("slack", "discord", "web")}
    every = tuple(rounds)
    for claim in await store.claim("opener", NOW, 99, LEASE, every):
        await store.complete(claim)
    for number, name in ((3, "slack"), (1, "discord"), (2, "web"), (4, "discord"), (0, "slack")):
        await wanting(store, WakeAt(NOW + number, "deadline", NOW), round=rounds[name])
    found: list[Claim] = []
    while claims := await store.claim("one", NOW + 9, 2, LEASE, every):
        assert len(claims) <= 2
        found += claims
    assert [claim.effect.due - NOW for claim in found if isinstance(claim.effect, WakeAt)] == [0, 1, 2, 3, 4]


async def test_what_waits_for_another_platform_wakes_nobody_here(store: RoundStore) -> None:
    round = await elsewhere(store, "slack:T1/C1")
    assert await store.next_due(("web",)) is None
    assert await store.next_due(("web", "slack")) is not None
    await store.claim("one that dies", NOW, 99, LEASE, ("slack",))
    assert await store.next_due(("web",)) is None, "nor when its lease ends"
    assert await store.next_due(("slack",)) == NOW + LEASE
    await wanting(store, WakeAt(NOW + 5, "deadline", NOW), round=round)
    assert await store.next_due(("slack",)) == NOW + 5
    assert await store.next_due(()) is None


async def test_what_a_fan_out_expands_to_stays_on_its_platform(store: RoundStore) -> None:
    round = await elsewhere(store, "slack:T1/C1")
    await wanting(store, AskOpinions(), round=round)
    fan = next(
        claim for claim in await store.claim("one", NOW, 99, LEASE, ("slack",)) if isinstance(claim.effect, AskOpinions)
    )
    await store.expand(fan, [AskOpinion("ada")], None)
    assert await store.claim("two", NOW, 99, LEASE, ("web",)) == []
    assert effects_of(await store.claim("two", NOW, 99, LEASE, ("slack",))) == [AskOpinion("ada")]


async def fan_out(store: RoundStore) -> Claim:
    await quiet_round(store)
    await wanting(store, AskOpinions())
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    return claim


async def test_a_fan_out_moves_its_cursor_and_repeats_nothing(store: DatabaseStore) -> None:
    claim = await fan_out(store)
    batch = [AskOpinion("ada"), AskOpinion("bob")]
    await store.expand(claim, batch, "bob")
    await store.expand(claim, batch, "bob")
    await store.release("one")
    again, *asked = await store.claim("two", NOW, 9, LEASE, SERVED)
    assert (again.key, again.cursor) == (claim.key, "bob")
    assert [(one.key, one.effect) for one in asked] == [
        (f"{claim.key}/ada", AskOpinion("ada")),
        (f"{claim.key}/bob", AskOpinion("bob")),
    ]
    await store.expand(again, [AskOpinion("cyd")], None)
    await store.expand(again, [AskOpinion("cyd")], None)
    assert effects_of(await store.claim("two", NOW, 9, LEASE, SERVED)) == [AskOpinion("cyd")]
    rows = await store.database.read(lambda connection: connection.execute(select(OUTBOX.c.key)).scalars().all())
    assert len([key for key in rows if key.startswith(claim.key)]) == 4


async def test_a_lost_fan_out_expands_nothing(store: RoundStore) -> None:
    claim = await fan_out(store)
    await store.claim("two", NOW + LEASE, 9, LEASE, SERVED)
    await store.expand(claim, [AskOpinion("ada")], None)
    assert await store.claim("three", NOW + LEASE, 9, LEASE, SERVED) == []


async def test_a_fan_out_delays_nobody_else(store: RoundStore) -> None:
    claim = await fan_out(store)
    await store.expand(claim, [AskOpinion(f"m{number}") for number in range(50)], None)
    await wanting(store, Tell("m7", "hello"))
    assert effects_of(await store.claim("one", NOW, 1, LEASE, SERVED)) == [Tell("m7", "hello")]
    assert len(await store.claim("one", NOW, 99, LEASE, SERVED)) == 50


async def test_work_is_not_lost_while_claims_and_events_meet(store: RoundStore, second_store: RoundStore) -> None:
    """After a crowd of events, the card is updated at least once after the last of them."""
    await quiet_round(store)
    last_update = 0
    running = True

    async def update() -> None:
        nonlocal last_update
        while True:
            claims = await second_store.claim("two", LATER, 5, LEASE, SERVED)
            for claim in claims:
                round = await second_store.round(ROUND)
                assert round is not None
                if isinstance(claim.effect, UpdateCard):
                    last_update = round.version
                await second_store.complete(claim)
            if not running and not claims:
                return

    updating = asyncio.create_task(update())
    for number in range(40):
        await happen(store, MemberJoined(NOW, f"m{number}"))
    running = False
    await updating
    final = await store.round(ROUND)
    assert final is not None
    assert last_update == final.version == 41


async def test_what_was_sent_stays_when_a_row_is_completed_late(store: DatabaseStore) -> None:
    await quiet_round(store)
    await wanting(store, Announce())
    (claim,) = await store.claim("one", NOW, 9, LEASE, SERVED)
    await store.claim("two", NOW + LEASE, 9, LEASE, SERVED)
    await store.complete(claim, [Sent(claim.key, ROUND, "announcement", CHANNEL, "1")])
    assert await store.claim("three", NOW + 9 * LEASE, 9, LEASE, SERVED) == [], "what is out there must not be repeated"
    assert len(await store.database.read(lambda connection: connection.execute(select(SENT)).all())) == 1
