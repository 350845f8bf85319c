"""Nothing is lost and nothing happens twice: repeats, reconnections, failing handlers, several processes."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.platform import Card, DirectMessage, InChannel, Privately, Reacted, Text, Whisper
from bot.web import deliveries
from engine.errors import StoreUnavailable
from tests.bot.web.conftest import Bot, Serve, Served

CANDIDATE = Card("candidate", "We drink tea.", (Text("We drink tea."),), seeds=True)


async def test_a_repeated_action_is_carried_out_once_and_answered_alike(served: Served) -> None:
    alice = await served.page("Alice")
    served.bot.script = [Whisper(Card("notice", "Thank you", ()))]
    first = await alice.do("say", "delivery-0001", place="direct", text="Tea")
    again = await alice.do("say", "delivery-0001", place="direct", text="Tea")
    assert first == again
    assert again["reply"]["card"]["summary"] == "Thank you"
    assert len(served.bot.heard) == 1
    await alice.do("say", place="channel", text="end")
    await alice.until(lambda: alice.texts() == ["end"])
    assert alice.texts("direct") == ["Tea"]


async def test_two_people_may_use_the_same_delivery_id(served: Served) -> None:
    alice, bob = await served.page("Alice"), await served.page("Bob")
    await alice.do("say", "delivery-0001", place="direct", text="Tea")
    await bob.do("say", "delivery-0001", place="direct", text="Coffee")
    assert {item.delivery for item in served.bot.heard} == {"web:alice/delivery-0001", "web:bob/delivery-0001"}


async def test_a_page_that_was_away_gets_what_changed_since_and_nothing_else(served: Served) -> None:
    alice, bob = await served.page("Alice"), await served.page("Bob")
    ref = await served.platform.send("k1", InChannel("web:demo"), CANDIDATE)
    await alice.do("say", place="channel", text="before")
    await bob.until(lambda: bob.texts() == ["We drink tea.", "before"])
    await bob.disconnect()
    await alice.do("say", place="channel", text="meanwhile")
    await alice.do("react", message=ref.message, emoji="7", added=True)
    bob.shown = {}
    await bob.connect()
    assert not bob.fresh
    assert bob.texts() == ["We drink tea.", "meanwhile"], "the changed card and the new message, not the old one"
    assert bob.shown[ref.message]["reactions"] == [{"emoji": "7", "count": 1, "own": False}]


async def test_a_page_of_another_database_starts_afresh(served: Served) -> None:
    alice = await served.page("Alice")
    await alice.do("say", place="channel", text="here")
    await alice.disconnect()
    alice.seen, alice.epoch = 1, "another database"
    await alice.connect()
    assert alice.fresh
    assert alice.texts() == ["here"]


async def test_an_action_is_acknowledged_only_after_the_handler_returned(served: Served) -> None:
    alice = await served.page("Alice")
    served.bot.script = [StoreUnavailable("The database is locked.", retry_after=0.5)]
    answer = await alice.do("say", "delivery-0001", place="direct", text="Tea")
    assert (answer["type"], answer["after"]) == ("again", 0.5)
    assert not served.bot.heard
    answer = await alice.do("say", "delivery-0001", place="direct", text="Tea")
    assert answer["type"] == "ack"
    assert [item.delivery for item in served.bot.heard] == ["web:alice/delivery-0001"]
    await alice.do("say", place="channel", text="end")
    await alice.until(lambda: alice.texts() == ["end"])
    assert alice.texts("direct") == ["Tea"], "one message, however often it was sent"


async def test_a_bug_in_the_handler_closes_the_page_and_the_action_comes_again(served: Served) -> None:
    alice = await served.page("Alice")
    served.bot.script = [ZeroDivisionError("a bug")]
    await alice.send("say", "delivery-0001", place="direct", text="Tea")
    with pytest.raises(ConnectionError, match="1011"):
        await alice.until(lambda: False)
    await alice.disconnect()
    await alice.connect()
    assert (await alice.do("say", "delivery-0001", place="direct", text="Tea"))["type"] == "ack"
    assert len(served.bot.heard) == 1


async def test_the_actions_of_one_person_arrive_in_their_order(served: Served) -> None:
    alice = await served.page("Alice")
    for number in range(20):
        await alice.send("say", place="direct", text=str(number))
    await alice.until(lambda: len(served.bot.heard) == 20)
    assert [item.text for item in served.bot.heard if isinstance(item, DirectMessage)] == [str(n) for n in range(20)]


async def test_an_action_whose_page_never_came_back_is_handed_over_again(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "STALE", 0.2)
    served = await serve()
    alice = await served.page("Alice")
    ref = await served.platform.send("k1", InChannel("web:demo"), CANDIDATE)
    await alice.do("react", message=ref.message, emoji="2", added=True)
    served.bot.script = [StoreUnavailable("The database is locked.")]
    await alice.do("react", "delivery-0001", message=ref.message, emoji="6", added=True)
    await alice.disconnect()
    async with asyncio.timeout(5):
        while len(served.bot.heard) < 3:
            await asyncio.sleep(0.05)
    taken_off, put_on = served.bot.heard[1:]
    assert isinstance(taken_off, Reacted)
    assert isinstance(put_on, Reacted)
    assert (taken_off.emoji, taken_off.added, put_on.emoji, put_on.added) == ("2", False, "6", True)
    assert put_on.delivery == "web:alice/delivery-0001"


async def test_two_processes_on_one_database_show_each_others_messages(serve: Serve) -> None:
    bot = Bot()
    one, other = await serve(bot), await serve(bot)
    alice, bob = await one.page("Alice"), await other.page("Bob")
    await alice.do("say", place="channel", text="from one")
    await bob.until(lambda: bob.texts() == ["from one"])
    await other.platform.send("k1", Privately("web:alice", "web:demo"), Card("receipt", "from the other", ()))
    await alice.until(lambda: alice.texts("direct") == ["from the other"])
    await alice.until(lambda: alice.people == ["Alice", "Bob"])


async def test_an_action_sent_to_two_processes_is_carried_out_once(serve: Serve) -> None:
    bot = Bot()
    one, other = await serve(bot), await serve(bot)
    alice = await one.page("Alice")
    await alice.do("say", "delivery-0001", place="direct", text="Tea")
    elsewhere = await other.page("Alice")
    await elsewhere.do("say", "delivery-0001", place="direct", text="Tea")
    assert len(bot.heard) == 1
    assert elsewhere.texts("direct") == ["Tea"]


async def test_a_card_is_posted_once_under_its_key_and_can_be_replaced(serve: Serve) -> None:
    one, other = await serve(), await serve()
    first = await one.platform.send("k1", InChannel("web:demo"), CANDIDATE)
    again = await other.platform.send("k1", InChannel("web:demo"), CANDIDATE, retried_since=1.0)
    assert first == again
    alice = await one.page("Alice")
    assert alice.texts() == ["We drink tea."]
    await one.platform.edit(first, Card("candidate", "We drink coffee.", ()))
    await alice.until(lambda: alice.texts() == ["We drink coffee."])


async def test_stopping_closes_pages_as_going_away(served: Served) -> None:
    alice = await served.page("Alice")
    stopping = asyncio.create_task(served.stop())
    message = await alice.socket.receive(timeout=5)
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)
    await stopping


async def test_leaving_tells_the_bot_and_closes_every_page_of_the_person(served: Served) -> None:
    alice, bob = await served.page("Alice"), await served.page("Bob")
    assert (await alice.do("leave"))["type"] == "ack"
    with pytest.raises(ConnectionError, match="4001"):
        await alice.until(lambda: False)
    await bob.until(lambda: bob.people == ["Bob"])
    assert [type(item).__name__ for item in served.bot.heard] == ["ChannelLeft"]


async def test_earlier_messages_come_a_page_at_a_time(served: Served) -> None:
    for number in range(70):
        await served.platform.send(f"k{number}", InChannel("web:demo"), Card("notice", f"card {number}", ()))
    alice = await served.page("Alice")
    assert alice.texts() == [f"card {number}" for number in range(10, 70)]
    first = min(message["number"] for message in alice.shown.values())
    address = f"{served.platform.url}/c/demo/earlier?place=channel&before={first}"
    async with alice.session.get(address) as answer:
        page = await answer.json()
    assert [message["card"]["summary"] for message in page["messages"]] == [f"card {n}" for n in range(10)]
    assert page["more"] is False
