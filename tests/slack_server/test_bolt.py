"""Unmodified slack-bolt and slack_sdk speak with this server, over sockets and over signed requests."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server.filling import Incomplete
from tests.slack_server.reading import shown
from tests.slack_server.server import SlackServer

logging.getLogger("slack_bolt").setLevel(logging.ERROR)

FORM = {
    "type": "modal",
    "callback_id": "ask",
    "title": {"type": "plain_text", "text": "Ask a question"},
    "submit": {"type": "plain_text", "text": "Ask"},
    "blocks": [
        {
            "type": "input",
            "block_id": "question",
            "label": {"type": "plain_text", "text": "Question"},
            "element": {"type": "plain_text_input", "action_id": "question", "max_length": 1000},
        },
        {
            "type": "input",
            "block_id": "ballot",
            "optional": True,
            "label": {"type": "plain_text", "text": "Ballot"},
            "element": {
                "type": "static_select",
                "action_id": "ballot",
                "options": [
                    {"text": {"type": "plain_text", "text": "Open"}, "value": "open"},
                    {"text": {"type": "plain_text", "text": "Private"}, "value": "private"},
                ],
            },
        },
    ],
}
CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Tea &lt;or&gt; coffee?"}},
    {
        "type": "actions",
        "block_id": "work",
        "elements": [
            {
                "type": "button",
                "action_id": "write",
                "value": "r1",
                "text": {"type": "plain_text", "text": "Write"},
            }
        ],
    },
]


class Bot:
    """A small app with one of everything."""

    def __init__(self, slack: SlackServer) -> None:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        self.app = AsyncApp(client=client, signing_secret=slack.app.signing_secret)
        self.client = client
        self.heard: list[tuple[str, Any]] = []
        self.headers: list[Any] = []
        self.app.command("/consensus")(self.command)
        self.app.view("ask")(self.asked)
        self.app.action("write")(self.write)
        for kind in ("message", "reaction_added", "reaction_removed", "member_left_channel", "app_home_opened"):
            self.app.event(kind)(self.event)

    async def command(self, ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM | {"private_metadata": body["channel_id"]})

    async def asked(self, ack: Any, view: Any, client: Any) -> None:
        values = view["state"]["values"]
        self.heard.append(("form", values))
        question = values["question"]["question"]["value"]
        if not question.endswith("?"):
            await ack(response_action="errors", errors={"question": "Ends with no question mark"})
            return
        await ack()
        await client.chat_postMessage(channel=view["private_metadata"], text=question, blocks=CARD)

    async def write(self, ack: Any, body: Any, respond: Any) -> None:
        self.heard.append(("action", body))
        await ack()
        await respond(text="Noted", replace_original=False, response_type="ephemeral")

    async def event(self, event: Any, request: Any) -> None:
        self.headers.append(request.headers)
        self.heard.append((event["type"], event))


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


@pytest.fixture
async def bot(slack: SlackServer) -> AsyncIterator[Bot]:
    made = Bot(slack)
    handler = AsyncSocketModeHandler(made.app, slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.until(lambda: slack.connections)
    yield made
    await handler.close_async()  # type: ignore[no-untyped-call]


async def test_from_the_command_to_the_card_and_back(slack: SlackServer, bot: Bot) -> None:
    maria = slack.add_user("maria")
    channel = slack.add_channel("general", [maria])

    answer = await maria.command("ask", channel)
    assert not answer.failure
    await slack.until(lambda: maria.view)
    assert maria.view is not None
    assert "Ask a question" in shown(maria.view)

    with pytest.raises(Incomplete, match="'Question' is required"):
        await maria.submit()
    assert (await maria.submit({"question": "Tea"})).errors == {"question": "Ends with no question mark"}
    assert maria.view is not None
    answer = await maria.submit({"question": "Tea or coffee?", "ballot": "private"})
    assert not answer.errors
    assert maria.view is None
    assert bot.heard[-1][1]["ballot"]["ballot"]["selected_option"]["value"] == "private"

    await slack.until(lambda: slack.posts(channel))
    assert shown(slack.posts(channel)[0]) == "Tea <or> coffee?\n[Write]"
    await maria.press("Write")
    await slack.until(lambda: maria.ephemerals)
    assert maria.ephemerals[0].text == "Noted"
    kind, body = bot.heard[-1]
    assert kind == "action"
    assert body["actions"][0]["value"] == "r1"
    assert body["container"]["message_ts"] == slack.posts(channel)[0].ts
    assert slack.violations == []


async def test_events_of_messages_and_reactions(slack: SlackServer, bot: Bot) -> None:
    alice = slack.add_user("alice")
    channel = slack.add_channel("general", [alice])
    await alice.say("We should <close> & rest")
    await slack.until(lambda: bot.heard)
    assert bot.heard[-1][1]["text"] == "We should &lt;close&gt; &amp; rest"
    assert bot.heard[-1][1]["channel_type"] == "im"

    posted = await bot.client.chat_postMessage(channel=channel.id, text="Statement 1")
    message = channel.message(posted["ts"])
    assert message is not None
    await alice.react(message, "six")
    await slack.until(lambda: bot.heard[-1][0] == "reaction_added")
    event = bot.heard[-1][1]
    assert event["item"] == {"type": "message", "channel": channel.id, "ts": message.ts}
    assert event["item_user"] == slack.bot.id
    got = await bot.client.reactions_get(channel=channel.id, timestamp=message.ts, full=True)
    assert got["message"]["reactions"] == [{"name": "six", "users": [alice.id], "count": 1}]
    await alice.unreact(message, "six")
    await slack.until(lambda: bot.heard[-1][0] == "reaction_removed")
    await alice.leave(channel)
    await slack.until(lambda: bot.heard[-1][0] == "member_left_channel")
    assert slack.violations == []
