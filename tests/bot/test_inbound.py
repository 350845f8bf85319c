"""The door: who may act from where, what a repeated delivery does, and where a reply goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.desk import round_id_of, seed_of
from bot.forms import BackEnds, own_order
from bot.inbound import Inbox
from bot.platform import (
    ButtonPressed,
    CommandGiven,
    DirectMessage,
    Done,
    FieldProblems,
    FormSubmitted,
    OpenForm,
    Person,
    Reacted,
    Whisper,
)
from engine.rounds.model import Phase, Round, Rules
from storage.store import DatabaseStore
from tests.dialogues.rendering import lines

HERE, ELSEWHERE = "fake:C1", "fake:C2"
MARIA = Person("fake:maria", "maria", HERE, moderator=True)
ALICE = Person("fake:alice", "alice", HERE)
ZOE = Person("fake:zoe", "zoe", ELSEWHERE)


@pytest.fixture
def inbox(store: DatabaseStore) -> Inbox:
    return Inbox(store, BackEnds(), lambda _: None)


async def open_round(inbox: Inbox, store: DatabaseStore, delivery: str = "d1") -> Round:
    reply = await inbox(CommandGiven(delivery, 10.0, MARIA, "ask", "Should we close on Fridays?"))
    assert isinstance(reply, Whisper)
    round = await store.round(round_id_of(delivery))
    assert round is not None
    return round


def text_of(reply: object) -> str:
    assert isinstance(reply, Whisper), reply
    return lines(reply.card)


async def test_a_repeated_delivery_opens_one_round(inbox: Inbox, store: DatabaseStore) -> None:
    first = await open_round(inbox, store)
    assert await open_round(inbox, store) == first
    assert len(await store.rounds_in(HERE, running=True)) == 1


def test_the_rounds_id_and_seed_come_from_the_delivery() -> None:
    assert round_id_of("a") == round_id_of("a") != round_id_of("b")
    assert seed_of("a") == seed_of("a") != seed_of("b")
    assert 0 <= seed_of("a") < 2**31
    assert round_id_of("a").isalnum()
    assert len(round_id_of("a")) == 12


async def test_nobody_acts_in_a_round_of_another_channel(inbox: Inbox, store: DatabaseStore) -> None:
    round = await open_round(inbox, store)
    for action in ("join", "opinion", "withdraw", "close", "receipt", "results", "ask-again"):
        reply = await inbox(ButtonPressed(f"z-{action}", 20.0, ZOE, action, round.id))
        assert "I do not know this round" in text_of(reply)
    moderator_elsewhere = replace(ZOE, moderator=True)
    reply = await inbox(ButtonPressed("z-cancel", 20.0, moderator_elsewhere, "cancel", round.id))
    assert "I do not know this round" in text_of(reply)
    form = FormSubmitted("z-form", 20.0, ZOE, "opinion", round.id, "", (("opinion", "Mine."),))
    assert "I do not know this round" in text_of(await inbox(form))
    assert await store.round(round.id) == round


async def test_a_private_conversation_outside_the_channel_serves_those_with_a_part(
    inbox: Inbox, store: DatabaseStore
) -> None:
    round = await open_round(inbox, store)
    private = Person("fake:alice", "alice", "fake:D1", direct=True)
    assert "I do not know" in text_of(await inbox(ButtonPressed("p1", 20.0, private, "opinion", round.id)))
    assert isinstance(await inbox(ButtonPressed("p2", 21.0, ALICE, "join", round.id)), Done)
    assert isinstance(await inbox(ButtonPressed("p3", 22.0, private, "opinion", round.id)), OpenForm)
    assert isinstance(await inbox(DirectMessage("p4", 23.0, private, "m1", "Close it.")), Done)
    standing = await store.standing(round.id, "fake:alice")
    assert standing is not None
    assert standing.opinion_text == "Close it."
    boss = Person("fake:maria", "maria", "fake:D2", direct=True)
    assert isinstance(await inbox(ButtonPressed("p5", 24.0, boss, "extend", round.id)), OpenForm)


async def test_unknown_buttons_forms_and_rounds_are_answered(inbox: Inbox, store: DatabaseStore) -> None:
    round = await open_round(inbox, store)
    assert "older version" in text_of(await inbox(ButtonPressed("u1", 20.0, ALICE, "explode", round.id)))
    assert "older version" in text_of(await inbox(FormSubmitted("u2", 20.0, ALICE, "explode", round.id, "", ())))
    assert "I do not know" in text_of(await inbox(ButtonPressed("u3", 20.0, ALICE, "join", "nowhere")))
    assert "nothing is left to do" in text_of(
        await inbox(ButtonPressed("u4", 20.0, MARIA, "deliver-again", round.id, "other/1/0"))
    )
    assert "nothing is left to do" in text_of(
        await inbox(ButtonPressed("u5", 20.0, MARIA, "deliver-again", round.id, f"{round.id}/1/99"))
    )


async def test_reactions_on_other_messages_are_left_alone(inbox: Inbox) -> None:
    assert await inbox(Reacted("r1", 20.0, ALICE, "m99", "7", added=True)) == Done()


async def test_a_form_that_was_sent_twice_gives_one_opinion(inbox: Inbox, store: DatabaseStore) -> None:
    round = await open_round(inbox, store)
    form = FormSubmitted("f1", 20.0, ALICE, "opinion", round.id, "", (("opinion", "Close it."), ("research", "yes")))
    assert await inbox(form) == Done()
    before = await store.round(round.id)
    assert await inbox(form) == Done()
    assert await store.round(round.id) == before
    assert before is not None
    assert before.counts.opinions == 1


async def test_forms_keep_what_was_typed_when_it_comes_too_late(inbox: Inbox, store: DatabaseStore) -> None:
    round = await open_round(inbox, store)
    for number in range(3):
        person = Person(f"fake:p{number}", "p", HERE, direct=True)
        await inbox(DirectMessage(f"o{number}", 20.0 + number, person, f"m{number}", f"Opinion number {number}."))
    await inbox(CommandGiven("c1", 30.0, MARIA, "close", ""))
    closed = await store.round(round.id)
    assert closed is not None
    assert closed.phase is Phase.DRAFTING
    form = FormSubmitted("f1", 40.0, ALICE, "opinion", round.id, "", (("opinion", "Close it."),))
    reply = await inbox(form)
    assert isinstance(reply, FieldProblems)
    assert reply.problems[0][0] == "opinion"


async def test_every_commit_wakes_the_outbox(store: DatabaseStore) -> None:
    woken: list[bool] = []
    inbox = Inbox(store, BackEnds(), lambda _: None, lambda: woken.append(True))
    await open_round(inbox, store)
    assert woken


def test_each_member_sees_the_ballot_in_an_order_of_their_own() -> None:
    posted = tuple(f"r1/1/{index}" for index in range(5))
    round = Round(
        "r1",
        1,
        HERE,
        "fake:maria",
        "Should we?",
        None,
        None,
        Rules(),
        Phase.VOTING,
        7,
        0.0,
        1.0,
        draft=1,
        posted=posted,
    )
    orders = [tuple(own_order(round, f"fake:{member}")) for member in range(200)]
    assert all(sorted(order) == [0, 1, 2, 3, 4] for order in orders)
    assert own_order(round, "fake:1") == own_order(round, "fake:1")
    assert len(set(orders)) > 50
    assert {order[0] for order in orders} == {0, 1, 2, 3, 4}
