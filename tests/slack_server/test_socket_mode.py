"""Socket Mode and the Events API's retries, as Slack documents them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.chat_server.clock import SimulatedTime
from tests.slack_server.delivery import Timing
from tests.slack_server.server import SlackServer
from tests.slack_server.sockets import MOST_CONNECTIONS

HASTY = Timing(ack=0.1)


@pytest.fixture
async def hasty() -> AsyncIterator[SlackServer]:
    """A Slack that waits a tenth of a second for acknowledgements."""
    async with SlackServer(time=SimulatedTime(), timing=HASTY) as server:
        yield server


class Line:
    """An open socket, and what came over it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.patience = 2.0

    async def next(self) -> Any:
        """The next message."""
        return json.loads(await self.socket.receive_str(timeout=self.patience))

    async def acknowledge(self, envelope: Any, payload: Any = None) -> None:
        """Take an envelope."""
        answer = {"envelope_id": envelope["envelope_id"]}
        await self.socket.send_json(answer | ({"payload": payload} if payload is not None else {}))


@asynccontextmanager
async def connected(slack: SlackServer) -> AsyncIterator[Line]:
    """A socket that said hello."""
    client = AsyncWebClient(base_url=slack.api_url)
    opened = await client.apps_connections_open(app_token=slack.app_token)
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]) as socket:
        line = Line(socket)
        hello = await line.next()
        assert hello["type"] == "hello"
        assert hello["connection_info"] == {"app_id": slack.app.id}
        yield line


async def test_an_event_comes_in_an_envelope(slack: SlackServer) -> None:
    alice = slack.add_user("alice")
    async with connected(slack) as line:
        saying = asyncio.create_task(alice.say("hello"))
        envelope = await line.next()
        await line.acknowledge(envelope)
        answer = await saying
    assert not answer.failure
    assert envelope["type"] == "events_api"
    assert (envelope["retry_attempt"], envelope["accepts_response_payload"]) == (0, False)
    payload = envelope["payload"]
    assert payload["type"] == "event_callback"
    assert payload["authorizations"][0]["user_id"] == slack.bot.id
    event = payload["event"]
    assert (event["type"], event["channel_type"], event["text"]) == ("message", "im", "hello")
    assert event["ts"] == event["event_ts"] == alice.messages[0].ts


async def test_an_event_nobody_takes_is_repeated_three_times_and_dropped(hasty: SlackServer) -> None:
    alice = hasty.add_user("alice")
    async with connected(hasty) as line:
        assert (await alice.say("hello")).failure == "timeout"
        seen = [await line.next()]
        for seconds in (0, 60, 300, 3_600):
            await hasty.advance(seconds)
            if seconds < 3_600:
                seen.append(await line.next())
        with pytest.raises(TimeoutError):
            await line.socket.receive(timeout=0.05)
    assert [one["retry_attempt"] for one in seen] == [0, 1, 2, 3]
    assert [one["retry_reason"] for one in seen] == ["", "timeout", "timeout", "timeout"]
    assert len({one["payload"]["event_id"] for one in seen}) == 1
    assert len({one["envelope_id"] for one in seen}) == 4
    assert hasty.slack.hub.history[0].outcome == "dropped"
    assert len(hasty.violations_of("not_acknowledged")) == 4


async def test_a_late_acknowledgement_is_a_failure(hasty: SlackServer) -> None:
    alice = hasty.add_user("alice")
    async with connected(hasty) as line:
        await alice.say("hello")
        await line.acknowledge(await line.next())
        await hasty.until(lambda: hasty.violations_of("late_acknowledgement"))


async def test_acknowledging_twice_or_nothing_is_noticed(slack: SlackServer) -> None:
    alice = slack.add_user("alice")
    async with connected(slack) as line:
        saying = asyncio.create_task(alice.say("hello"))
        envelope = await line.next()
        await line.acknowledge(envelope)
        await line.acknowledge(envelope)
        await line.acknowledge({"envelope_id": "made up"})
        await saying
        await slack.until(lambda: slack.violations_of("unknown_envelope"))
    assert slack.violations_of("repeated_acknowledgement") == [envelope["envelope_id"]]


async def test_every_connection_gets_its_share(slack: SlackServer) -> None:
    alice = slack.add_user("alice")
    async with connected(slack) as one, connected(slack) as other:

        async def take(line: Line) -> int:
            taken, line.patience = 0, 0.5
            while True:
                try:
                    await line.acknowledge(await line.next())
                except TimeoutError:
                    return taken
                taken += 1

        counts = [asyncio.create_task(take(line)) for line in (one, other)]
        for number in range(12):
            assert not (await alice.say(str(number))).failure
        shares = await asyncio.gather(*counts)
    assert sum(shares) == 12
    assert min(shares) > 0


async def test_a_ticket_opens_one_connection(slack: SlackServer) -> None:
    client = AsyncWebClient(base_url=slack.api_url)
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_the_eleventh_connection_is_sent_away(slack: SlackServer) -> None:
    client = AsyncWebClient(base_url=slack.api_url)
    sockets, first = [], []
    async with aiohttp.ClientSession() as session:
        for _ in range(MOST_CONNECTIONS + 1):
            url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
            sockets.append(await session.ws_connect(url))
            first.append(await sockets[-1].receive_json())
    assert [one["type"] for one in first] == ["hello"] * MOST_CONNECTIONS + ["disconnect"]
    assert first[-1]["reason"] == "too_many_websockets"


async def test_without_a_connection_a_command_fails_at_once(slack: SlackServer) -> None:
    alice = slack.add_user("alice")
    assert (await alice.command("ask")).failure == "dispatch_failed"


async def test_a_command_is_answered_in_its_acknowledgement(slack: SlackServer) -> None:
    alice = slack.add_user("alice")
    channel = slack.add_channel("general", [alice])
    async with connected(slack) as line:
        typing = asyncio.create_task(alice.command("ask <Tea> & coffee?", channel))
        envelope = await line.next()
        await line.acknowledge(envelope, {"text": "*One* moment"})
        await typing
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    fields = envelope["payload"]
    assert fields["text"] == "ask &lt;Tea&gt; &amp; coffee?"
    assert fields["channel_name"] == "general"
    assert fields["user_id"] == alice.id
    assert [one.text for one in alice.ephemerals] == ["*One* moment"]


async def test_events_can_come_twice_and_in_another_order(slack: SlackServer) -> None:
    alice = slack.add_user("alice")
    texts: list[str] = []

    async def hear(event: Any) -> None:
        texts.append(event["text"])

    async with serving(slack, hear):
        slack.slack.hub.hold()
        for text in ("one", "two", "three"):
            assert (await alice.say(text)).failure == "held"
        await slack.slack.hub.release("reversed")
        await slack.until(lambda: len(texts) == 3)
        assert texts == ["three", "two", "one"]
        slack.slack.hub.faults.duplicates = 1.0
        await alice.say("twice")
        await slack.until(lambda: texts.count("twice") == 2)
        await slack.slack.hub.repeat(slack.slack.hub.history[0])
        await slack.until(lambda: texts.count("one") == 2)


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", ""])
async def test_bolt_comes_back_after_a_disconnect(slack: SlackServer, reason: str) -> None:
    alice = slack.add_user("alice")
    texts: list[str] = []

    async def hear(event: Any) -> None:
        texts.append(event["text"])

    async with serving(slack, hear) as handler:
        handler.client.ping_interval = 0.1
        first = slack.connections[0]
        await slack.disconnect(reason)
        await slack.until(lambda: any(one is not first and not one.leaving for one in slack.connections), 12)
        await alice.say("still there?")
        await slack.until(lambda: texts)
    assert not slack.violations


async def test_an_outage_ends_and_what_was_not_dropped_comes_again(slack: SlackServer) -> None:
    alice = slack.add_user("alice")
    texts: list[str] = []

    async def hear(event: Any) -> None:
        texts.append(event["text"])

    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    await slack.begin_outage()
    assert (await alice.say("lost")).failure == "connection_failed"
    with pytest.raises(SlackApiError):
        await client.auth_test()
    await slack.advance(1_800)
    assert (await alice.say("kept")).failure == "connection_failed"
    slack.end_outage()
    async with serving(slack, hear):
        await slack.advance(600)
        await slack.until(lambda: texts)
    assert texts == ["kept"]
    assert [one.text for one in alice.messages] == ["lost", "kept"]


@asynccontextmanager
async def serving(slack: SlackServer, hear: Any) -> AsyncIterator[Any]:
    """A bolt app that hears messages."""
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.app.signing_secret)
    app.event("message")(hear)
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.until(lambda: slack.connections)
    yield handler
    await handler.close_async()  # type: ignore[no-untyped-call]
