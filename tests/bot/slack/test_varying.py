"""What Slack may say in another way on any day changes nothing: new fields, fields left out, events nobody asked for.

Source: Slack's documentation of the Web API, the Events API and its object types; see `tests.slack_server.varying`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.forms import BackEnds
from bot.inbound import Inbox
from bot.platform import Card, CommandGiven, InChannel, Note, Privately, Text, Whisper
from engine.errors import PlatformUnavailable
from storage.store import DatabaseStore, open_store
from tests.bot.slack.conftest import Workplace
from tests.slack_server import events
from tests.slack_server.reading import shown
from tests.slack_server.refusal import Json
from tests.slack_server.varying import Variation, without

CARD = Card("told", "Hello", (Text("Hello there."), Note("Small.")))
LONG = Card("receipt", "Yours", tuple(Text(f"{number} " * 1_400) for number in range(8)))


async def sent(work: Workplace, event: Json) -> list[str]:
    """An event reaches the app whether or not it listens for such; gives what went wrong."""
    body = events.callback(work.slack.world, event, work.slack.team, work.slack.installation, work.clock.now(), False)
    return [(await work.slack.slack.hub.event(work.slack.app, body)).failure]


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_an_event_that_nobody_asked_for_is_acknowledged(work: Workplace, transport: str) -> None:
    if transport == "http":
        work.platform = work.made(app_token=None, signing_secret=work.slack.app.signing_secret, port=0)
        work.slack.use_http("pending")
    async with work.serving():
        if transport == "http":
            work.slack.use_http(f"http://127.0.0.1:{work.platform.port}/slack/events")
        for name in ("member_joined_channel", "app_mention", "user_change", "a_kind_of_tomorrow"):
            event = {"type": name, "user": work.people["alice"].id, "channel": work.channel.id, "event_ts": "1.000100"}
            assert await sent(work, event) == [""]
    assert not work.heard


async def test_a_command_by_http_may_say_payload(work: Workplace) -> None:
    work.platform = work.made(app_token=None, signing_secret=work.slack.app.signing_secret, port=0)
    work.slack.use_http("pending")
    async with work.serving():
        url = f"http://127.0.0.1:{work.platform.port}/slack/events"
        work.slack.use_http(url)
        answer = await work.people["alice"].command("ask Should the payload be smaller?", work.channel)
        assert not answer.failure
        form = {"command": "/consensus", "text": "the payload"}
        async with aiohttp.ClientSession() as session, session.post(url, data=form) as unsigned:
            assert unsigned.status == 401
    (heard,) = work.heard
    assert isinstance(heard, CommandGiven)
    assert (heard.word, heard.rest) == ("ask", "Should the payload be smaller?")


@pytest.fixture
async def store(work: Workplace, tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    """Where rounds are kept, with the platform serving them for real."""
    kept = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    work.platform = work.made(store=kept)
    task = asyncio.create_task(work.platform.run(Inbox(kept, BackEnds(), lambda _: None)))
    await work.platform.listening()
    await work.slack.until(lambda: work.slack.connections)
    yield kept
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await kept.close()


async def test_a_round_is_for_a_channel_and_no_group_of_people(work: Workplace, store: DatabaseStore) -> None:
    maria = work.people["maria"]
    work.channel.kind = "mpim"
    answer = await maria.command("ask Should we close at noon?", work.channel)
    assert not answer.failure
    await work.slack.until(lambda: maria.ephemerals)
    assert "ask in a channel" in shown(maria.ephemerals[-1])
    assert not await store.rounds_in(work.id(work.channel), running=True)


async def test_what_slack_refuses_for_a_reason_of_tomorrow_keeps_nobody_from_asking(
    work: Workplace, store: DatabaseStore
) -> None:
    work.slack.fail_next("conversations.info", "not_on_a_saturday", times=9)
    answer = await work.people["maria"].command("ask Should we close at noon?", work.channel)
    assert not answer.failure
    await work.slack.until(lambda: work.people["maria"].ephemerals)
    assert len(await store.rounds_in(work.id(work.channel), running=True)) == 1


async def test_who_is_told_of_a_private_channel_is_in_it(work: Workplace, store: DatabaseStore) -> None:
    maria = work.people["maria"]
    private = work.slack.add_channel("plans", [maria])
    private.kind = "group"
    work.slack.slack.hub.varied = without("is_member")
    await maria.command("ask Should we close at noon?", private)
    await work.slack.until(lambda: maria.ephemerals)
    assert len(await store.rounds_in(work.id(private), running=True)) == 1


async def test_forgetting_deletes_threads_too_and_knows_our_messages_without_the_mark_of_a_bot(work: Workplace) -> None:
    alice = work.people["alice"]
    work.slack.slack.hub.varied = without("bot_id", "app_id", "bot_profile")
    await alice.say("My opinion")
    await work.platform.send("k", Privately(work.id(alice), work.id(work.channel)), LONG)
    assert len(alice.messages) > 2
    await work.platform.forget(work.id(alice))
    assert [one.text for one in alice.messages] == ["My opinion"]


@pytest.mark.parametrize("work", [{"history": True}], indirect=True)
async def test_answers_in_a_thread_are_not_repeated_after_a_crash_though_no_bot_id_tells_of_them(
    work: Workplace,
) -> None:
    began = work.clock.now()
    work.slack.slack.hub.varied = without("bot_id", "app_id", "bot_profile")
    await work.platform.send("k", InChannel(work.id(work.channel)), LONG)
    stands = [one.ts for one in work.slack.posts(work.channel)]
    await work.made().send("k", InChannel(work.id(work.channel)), LONG, retried_since=began)
    assert [one.ts for one in work.slack.posts(work.channel)] == stands


@pytest.mark.parametrize("seed", range(3))
async def test_commands_buttons_forms_and_messages_are_heard_however_they_are_said(work: Workplace, seed: int) -> None:
    work.slack.slack.hub.varied = Variation(seed)
    alice = work.people["alice"]
    work.reply = lambda _: Whisper(CARD)
    async with work.serving():
        for number in range(3):
            await alice.command(f"status {number}", work.channel)
            await alice.say(f"Hello {number}")
        await work.slack.until(lambda: len(alice.ephemerals) == 6)
        ref = await work.platform.send(
            "k", InChannel(work.id(work.channel)), Card("c", "S", (Text("No."),), seeds=True)
        )
        (candidate,) = [one for one in work.slack.posts(work.channel) if one.ts == ref.message]
        for name in ("one", "six"):
            await alice.react(candidate, name)
    assert len(work.heard) == 8
    assert await work.platform.reactions(ref) == {work.id(alice): (1, 6)}
    assert not work.slack.violations


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (500, "application/json", ""),
        (503, "application/json", "<html>Bad gateway</html>"),
        (502, "text/html", "<html>Bad gateway</html>"),
        (503, "text/plain", "upstream connect error"),
        (200, "text/plain", "Log in to this network first"),
        (200, "text/html", "<html>Log in to this network first</html>"),
        (200, "application/json", "[1]"),
        (200, "application/json", ""),
    ],
)
async def test_an_answer_that_is_none_of_slacks_is_tried_again(
    work: Workplace, status: int, kind: str, body: str
) -> None:
    work.slack.garble_next("chat.postMessage", body, status=status, kind=kind)
    with pytest.raises(PlatformUnavailable):
        await work.platform.send("k", InChannel(work.id(work.channel)), CARD)
    await work.platform.send("k", InChannel(work.id(work.channel)), CARD)
    assert len(work.slack.posts(work.channel)) == 1


async def test_a_wait_is_honoured_though_the_answer_that_asks_for_it_is_empty(work: Workplace) -> None:
    work.slack.garble_next("chat.postMessage", "", status=429, kind="application/json", headers={"retry-after": "900"})
    with pytest.raises(PlatformUnavailable) as raised:
        await work.platform.send("k", InChannel(work.id(work.channel)), CARD)
    assert raised.value.retry_after == 900


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_serving_begins_when_slack_answers_with_what_is_its_own(work: Workplace, method: str) -> None:
    work.slack.garble_next(method, "", status=502, kind="application/json")
    async with work.serving():
        await work.people["alice"].say("Hello")
    assert len(work.heard) == 1
