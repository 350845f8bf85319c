"""What is asked of Slack before an event is acknowledged is little, and never waited for until Slack repeats itself.

Source: Slack's documentation of events and interactions: acknowledged within three seconds, or sent again.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.platform import Card, DirectMessage, InChannel, Reacted, Text
from bot.slack.calls import Calls
from bot.slack.directory import Directory
from engine.ports import Delivery
from engine.rounds.events import MemberJoined, RoundOpened
from engine.rounds.model import Rules
from engine.service import handle
from storage.store import open_store
from tests.bot.slack.conftest import Workplace

CARD = Card("candidate", "Statement", (Text("We close at noon."),))


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.serving.BEFORE_ACK", 0.1)


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
