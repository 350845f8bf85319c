"""What is asked of Slack before an event is acknowledged is little, and never waited for until Slack repeats itself.

Source: Slack's documentation of events and interactions: acknowledged within three seconds, or sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.platform import (
    Card,
    CommandGiven,
    DirectMessage,
    Done,
    Form,
    FormSubmitted,
    InChannel,
    OpenForm,
    Reacted,
    Text,
    TextField,
    Whisper,
)
from bot.slack.calls import Calls
from bot.slack.directory import Directory
from bot.slack.rights import Right, Rights, Who
from bot.slack.workspaces import Workspaces
from engine.ports import Delivery
from engine.rounds.events import MemberJoined, RoundOpened
from engine.rounds.model import Rules
from engine.service import handle
from storage.store import open_store
from tests.bot.slack.conftest import Workplace
from tests.slack_server.reading import shown

CARD = Card("candidate", "Statement", (Text("We close at noon."),))


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.serving.BEFORE_ACK", 0.1)
    monkeypatch.setattr("bot.slack.serving.BEFORE_ERRORS", 0.4)


async def test_what_somebody_does_is_taken_when_slack_does_not_say_in_time_who_they_are(work: Workplace) -> None:
    work.slack.slow_down("users.info", 0.6)
    alice = work.people["alice"]
    async with work.serving():
        await work.platform.send("k", InChannel(work.id(work.channel)), CARD)
        (message,) = work.slack.posts(work.channel)
        answer = await alice.react(message, "six")
        assert not answer.failure
        assert answer.seconds < 0.5
        (item,) = work.heard
        assert isinstance(item, Reacted)
        assert item.person.name == alice.id
        await work.slack.until(lambda: [one for one in work.slack.requests if one.method == "users.info"])
        await asyncio.sleep(0.05)
        await alice.unreact(message, "six")
        assert work.heard[-1].person.name == "alice", "Slack was asked on meanwhile"
    assert len([one for one in work.slack.requests if one.method == "users.info"]) == 1


async def test_a_message_to_the_bot_is_taken_when_slack_limits_how_often_it_says_who_is_where(work: Workplace) -> None:
    work.slack.fail_next("users.conversations", "ratelimited", times=9, status=429, retry_after=60)
    async with work.serving():
        answer = await work.people["alice"].say("Close it.")
    assert not answer.failure
    assert answer.seconds < 0.5
    (item,) = work.heard
    assert isinstance(item, DirectMessage)
    assert item.person.shared == ()


async def test_nobody_who_has_a_round_to_answer_is_looked_for_in_channels(work: Workplace, tmp_path: Path) -> None:
    alice, bob = work.people["alice"], work.people["bob"]
    store = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    at = work.clock.now()
    opened = RoundOpened(at, "r1", work.id(work.channel), work.id(bob), "Should we?", None, None, Rules(), 1)
    await handle(store, Delivery("open", "r1", opened))
    await handle(store, Delivery("join", "r1", MemberJoined(at, work.id(alice))))
    work.platform = work.made(store=store)

    def looked_for(user: str) -> bool:
        asked = [one.arguments for one in work.slack.requests if one.method == "users.conversations"]
        return any(one.get("user") == user for one in asked)

    async with work.serving():
        await alice.say("Close it.")
        await bob.say("Keep it.")
    await store.close()
    assert not looked_for(alice.id)
    assert looked_for(bob.id)


async def test_what_was_known_of_somebody_serves_while_slack_does_not_answer(work: Workplace) -> None:
    client = AsyncWebClient(token=work.slack.bot_token, base_url=work.slack.api_url, retry_handlers=[])
    directory = Directory(Calls(client), work.clock)
    alice = work.people["alice"].id
    assert (await directory.person_within(alice, 1.0)).name == "alice"
    work.clock.pass_(10_000)
    await work.slack.begin_outage()
    assert (await directory.person_within(alice, 1.0)).name == "alice"


async def test_bolt_asks_nothing_of_slack_before_an_acknowledgement(work: Workplace) -> None:
    async with work.serving():
        await work.slack.quiet()
        asked = len([one for one in work.slack.requests if one.method == "auth.test"])
        work.slack.slow_down("auth.test", 2.0)
        answer = await work.people["alice"].say("Close it.")
        assert answer.seconds < 0.5
    assert len([one for one in work.slack.requests if one.method == "auth.test"]) == asked


async def test_what_follows_does_not_wait_anew_for_the_same_answer(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.serving.BEFORE_ACK", 0.4)
    work.slack.slow_down("users.info", 1.5)
    alice = work.people["alice"]
    async with work.serving():
        await work.platform.send("k", InChannel(work.id(work.channel)), CARD)
        (message,) = work.slack.posts(work.channel)
        answers = await asyncio.gather(*(alice.react(message, name) for name in ("one", "two", "three", "four")))
    assert not any(one.failure for one in answers)
    assert max(one.seconds for one in answers) < 0.8
    assert [one.emoji for one in work.heard if isinstance(one, Reacted)] == ["1", "2", "3", "4"]


@pytest.fixture
async def kept(work: Workplace, tmp_path: Path) -> AsyncIterator[Workspaces]:
    """Where the rights of the workspace stand, with the platform reading them."""
    store = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    work.platform = work.made(store=store)
    yield Workspaces(store.database)
    await store.close()


async def test_a_command_whose_right_slack_is_slow_to_say_is_acknowledged_and_then_carried_out(
    work: Workplace, kept: Workspaces
) -> None:
    alice = work.people["alice"]
    group = work.slack.add_group("leads", [alice])
    await kept.set_rights(work.slack.team.id, Rights(export=Right(Who.NAMED, (), (group.id,))))
    work.slack.slow_down("usergroups.users.list", 0.8)
    work.reply = lambda _: Whisper(CARD)
    async with work.serving():
        answer = await alice.command("export", work.channel)
        assert not answer.failure
        assert answer.seconds < 0.5
        assert not work.heard
        await work.slack.until(lambda: alice.ephemerals)
    assert isinstance(work.heard[0], CommandGiven)
    assert "We close at noon" in shown(alice.ephemerals[-1])


@pytest.mark.parametrize("who", [Right(Who.MEMBERS), Right(Who.NAMED, (), ("S1",))])
async def test_a_command_whose_right_slack_does_not_say_asks_to_try_again(
    work: Workplace, kept: Workspaces, who: Right
) -> None:
    alice = work.people["alice"]
    await kept.set_rights(work.slack.team.id, Rights(export=who))
    for method in ("users.conversations", "usergroups.users.list"):
        work.slack.fail_next(method, "ratelimited", times=9, status=429, retry_after=3_600)
    async with work.serving():
        answer = await alice.command("export", work.channel)
        assert not answer.failure
        assert answer.seconds < 0.5
        await work.slack.until(lambda: alice.ephemerals)
    assert "try once more" in shown(alice.ephemerals[-1])
    assert not work.heard


async def test_a_form_whose_right_slack_does_not_say_in_time_asks_to_try_again_on_it(
    work: Workplace, kept: Workspaces
) -> None:
    alice = work.people["alice"]
    group = work.slack.add_group("leads", [alice])
    form = Form("ask", "Ask", "Open", (TextField("question", "The question"),))
    work.reply = lambda item: OpenForm(form) if isinstance(item, CommandGiven) else Done()
    async with work.serving():
        await alice.command("ask", work.channel)
        await work.slack.until(lambda: alice.view)
        await kept.set_rights(work.slack.team.id, Rights(start=Right(Who.NAMED, (), (group.id,))))
        work.slack.slow_down("usergroups.users.list", 1.5)
        heard = len(work.heard)
        answer = await alice.submit({"question": "Should we?"})
        assert not answer.failure
        assert answer.seconds < 1.0
        assert "try once more" in answer.errors["question"]
        assert len(work.heard) == heard
        work.slack.slow_down("usergroups.users.list", 0.0)
        assert not (await alice.submit({"question": "Should we?"})).errors
        assert isinstance(work.heard[-1], FormSubmitted)


async def test_a_button_of_the_home_tab_is_acknowledged_while_slack_is_slow(work: Workplace, kept: Workspaces) -> None:
    maria = work.people["maria"]
    work.reply = lambda _: Whisper(CARD)
    async with work.serving():
        await maria.open_home()
        await work.slack.until(lambda: maria.home)
        work.clock.pass_(60.0)
        work.slack.slow_down("users.conversations", 0.8)
        answer = await maria.press("Channel settings", on=maria.home)
        assert not answer.failure
        assert answer.seconds < 0.6
        await work.slack.until(lambda: work.heard)
    assert isinstance(work.heard[-1], CommandGiven)


async def test_a_modal_is_not_asked_for_when_its_trigger_is_dead(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.serving.TRIGGER_LIVES", -1.0)
    form = Form("ask", "Ask", "Open", (TextField("question", "The question"),))
    work.reply = lambda _: OpenForm(form)
    alice = work.people["alice"]
    async with work.serving():
        await alice.command("ask", work.channel)
        await work.slack.until(lambda: alice.ephemerals)
    assert "took too long to open" in shown(alice.ephemerals[-1])
    assert "views.open" not in [one.method for one in work.slack.requests]
