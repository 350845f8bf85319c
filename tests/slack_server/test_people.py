"""What people do, what of it reaches the app, and what they see. Payloads as in Slack's reference."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server.filling import Incomplete
from tests.slack_server.person import Person
from tests.slack_server.reading import plain, shown
from tests.slack_server.server import SlackServer

Json = dict[str, Any]
SEVEN = [{"text": {"type": "plain_text", "text": str(one)}, "value": str(one)} for one in range(1, 8)]
OPINION = {
    "type": "input",
    "block_id": "opinion",
    "label": {"type": "plain_text", "text": "Opinion"},
    "element": {"type": "plain_text_input", "action_id": "opinion", "multiline": True, "max_length": 10},
}
POSITION = {
    "type": "input",
    "block_id": "position",
    "optional": True,
    "label": {"type": "plain_text", "text": "Position"},
    "element": {"type": "radio_buttons", "action_id": "position", "options": SEVEN},
}
RATING = {
    "type": "actions",
    "block_id": "rating",
    "elements": [
        {"type": "radio_buttons", "action_id": "rate", "options": SEVEN},
        {"type": "button", "action_id": "write", "text": {"type": "plain_text", "text": "Write"}, "value": "r1"},
    ],
}


def form(*blocks: Json, **more: Any) -> Json:
    plain_text = {"type": "plain_text", "text": "Give"}
    return {"type": "modal", "callback_id": "give", "title": plain_text, "submit": plain_text} | {
        "blocks": list(blocks),
        **more,
    }


class Bot:
    """Answers what a test tells it to."""

    def __init__(self, slack: SlackServer) -> None:
        self.client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        self.app = AsyncApp(client=self.client, signing_secret=slack.app.signing_secret)
        self.view = form(OPINION, POSITION)
        self.answer: Json = {}
        self.bodies: list[Json] = []
        self.app.action("write")(self.open)
        self.app.action("rate")(self.keep)
        self.app.options("who")(self.offer)
        self.app.view("give")(self.given)
        self.app.view_closed("give")(self.keep)
        for kind in ("message", "reaction_added", "app_home_opened", "member_joined_channel", "member_left_channel"):
            self.app.event(kind)(self.heard)

    async def open(self, ack: Any, body: Json) -> None:
        self.bodies.append(body)
        await ack()
        await self.client.views_open(trigger_id=body["trigger_id"], view=self.view)

    async def keep(self, ack: Any, body: Json) -> None:
        self.bodies.append(body)
        await ack()

    async def offer(self, ack: Any, payload: Json) -> None:
        await ack(options=[{"text": {"type": "plain_text", "text": payload["value"]}, "value": "w1"}])

    async def given(self, ack: Any, body: Json) -> None:
        self.bodies.append(body)
        await ack(**self.answer)

    async def heard(self, body: Json) -> None:
        self.bodies.append(body)


@pytest.fixture
async def bot(slack: SlackServer) -> AsyncIterator[Bot]:
    made = Bot(slack)
    handler = AsyncSocketModeHandler(made.app, slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.until(lambda: slack.connections)
    yield made
    await handler.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
def alice(slack: SlackServer) -> Person:
    return slack.add_user("alice")


async def ask(bot: Bot, alice: Person) -> None:
    """Send alice the card with the rating and the button."""
    opened = await bot.client.conversations_open(users=alice.id)
    await bot.client.chat_postMessage(channel=opened["channel"]["id"], text="Ask", blocks=[RATING])


async def open_form(slack: SlackServer, bot: Bot, alice: Person) -> None:
    """Bring the form in front of alice."""
    await ask(bot, alice)
    await alice.press("Write")
    await slack.until(lambda: alice.view)


async def test_what_is_chosen_in_a_message_is_in_its_state(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await ask(bot, alice)
    assert not (await alice.choose("rate", "6")).failure
    action = bot.bodies[-1]["actions"][0]
    assert (action["type"], action["selected_option"]["value"]) == ("radio_buttons", "6")
    await alice.press("Write")
    body = bot.bodies[-1]
    assert body["state"]["values"]["rating"]["rate"]["selected_option"]["value"] == "6"
    assert body["container"] == {
        "type": "message",
        "message_ts": alice.messages[0].ts,
        "channel_id": alice.direct.id,
        "is_ephemeral": False,
    }
    assert body["channel"] == {"id": alice.direct.id, "name": "directmessage"}
    assert body["message"]["blocks"][0]["block_id"] == "rating"
    assert body["response_url"].startswith(slack.slack.url)


async def test_a_client_sends_only_complete_forms(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await open_form(slack, bot, alice)
    with pytest.raises(Incomplete, match="'Opinion' is required"):
        await alice.submit()
    with pytest.raises(Incomplete, match="at most 10 characters"):
        await alice.submit({"opinion": "much too long"})
    with pytest.raises(AssertionError, match="not offered"):
        alice.fill({"position": "9"})
    assert not (await alice.submit({"opinion": "Rest.", "position": "6"})).failure
    body = bot.bodies[-1]
    assert body["type"] == "view_submission"
    values = body["view"]["state"]["values"]
    assert values["opinion"]["opinion"] == {"type": "plain_text_input", "value": "Rest."}
    assert values["position"]["position"]["selected_option"]["value"] == "6"
    assert alice.view is None


async def test_errors_keep_the_form_and_what_was_typed(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await open_form(slack, bot, alice)
    bot.answer = {"response_action": "errors", "errors": {"opinion": "Say more"}}
    answer = await alice.submit({"opinion": "Rest."})
    assert answer.errors == alice.errors == {"opinion": "Say more"}
    assert alice.entered() == {"opinion": "Rest.", "position": None}
    bot.answer = {"response_action": "errors", "errors": {"no_such": "Say more"}}
    assert (await alice.submit()).failure == "dispatch_failed"
    assert len(slack.violations_of("bad_view_response")) == 1


async def test_a_form_can_be_replaced_stacked_and_cleared(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await open_form(slack, bot, alice)
    first = alice.view
    bot.answer = {"response_action": "update", "view": form(OPINION, private_metadata="two")}
    await alice.submit({"opinion": "Rest."})
    assert alice.view is first
    assert first is not None
    assert first.body["private_metadata"] == "two"
    assert alice.entered() == {"opinion": "Rest."}
    bot.answer = {"response_action": "push", "view": form(POSITION)}
    await alice.submit()
    assert alice.view is not first
    assert alice.view is not None
    assert alice.view.previous == first.id
    bot.answer = {"response_action": "clear"}
    await alice.submit()
    assert alice.view is None
    assert not first.open


async def test_closing_is_told_when_asked_for(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await open_form(slack, bot, alice)
    await alice.close()
    assert bot.bodies[-1]["type"] == "block_actions"
    bot.view = form(OPINION, notify_on_close=True)
    await open_form(slack, bot, alice)
    await alice.close()
    assert (bot.bodies[-1]["type"], bot.bodies[-1]["is_cleared"]) == ("view_closed", False)


async def test_a_trigger_lives_three_seconds_and_opens_once(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await open_form(slack, bot, alice)
    used = bot.bodies[-1]["trigger_id"]
    await alice.choose("rate", "2", on=alice.messages[0])
    fresh = bot.bodies[-1]["trigger_id"]
    await slack.advance(3.5)
    for trigger, error in ((used, "exchanged_trigger_id"), (fresh, "expired_trigger_id"), ("1.2.3", "invalid_trigger")):
        with pytest.raises(SlackApiError, match=error):
            await bot.client.views_open(trigger_id=trigger, view=form(OPINION))


async def test_updating_views(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await open_form(slack, bot, alice)
    assert alice.view is not None
    before = alice.view.hash
    known = alice.view.id
    await bot.client.views_update(view_id=known, view=form(POSITION), hash=before)
    assert "Position" in shown(alice.view)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await bot.client.views_update(view_id=known, view=form(OPINION), hash=before)
    await alice.close()
    with pytest.raises(SlackApiError, match="not_found"):
        await bot.client.views_update(view_id=known, view=form(OPINION))


async def test_options_that_the_app_offers(slack: SlackServer, bot: Bot, alice: Person) -> None:
    element = {"type": "external_select", "action_id": "who", "min_query_length": 1}
    bot.view = form({"type": "input", "label": {"type": "plain_text", "text": "Who"}, "element": element})
    await open_form(slack, bot, alice)
    offered = await alice.suggest("who", "bo")
    assert [one["text"]["text"] for one in offered] == ["bo"]
    await alice.submit({"who": offered[0]})
    values = bot.bodies[-1]["view"]["state"]["values"]
    assert [one["who"]["selected_option"]["value"] for one in values.values()] == ["w1"]


async def test_home(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await alice.open_home()
    await slack.until(lambda: bot.bodies)
    event = bot.bodies[-1]["event"]
    assert (event["tab"], event["channel"], event["user"]) == ("home", alice.direct.id, alice.id)
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "Nothing open"}}
    await bot.client.views_publish(user_id=alice.id, view={"type": "home", "blocks": [section, RATING]})
    assert alice.home is not None
    assert "Nothing open" in shown(alice.home)
    await alice.choose("rate", "3")
    assert bot.bodies[-1]["container"] == {"type": "view", "view_id": alice.home.id}
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await bot.client.views_publish(user_id=alice.id, view=form(OPINION))


async def test_edited_and_deleted_messages(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await alice.say("one", files=2)
    message = alice.messages[0]
    await alice.edit(message, "two & three")
    await alice.delete(message)
    await slack.until(lambda: len(bot.bodies) == 3)
    said, edited, deleted = (one["event"] for one in bot.bodies)
    assert (said["subtype"], len(said["files"])) == ("file_share", 2)
    assert edited["subtype"] == "message_changed"
    assert (edited["message"]["text"], edited["previous_message"]["text"]) == ("two &amp; three", "one")
    assert edited["message"]["edited"]["user"] == alice.id
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.ts)
    assert deleted["previous_message"]["text"] == "two &amp; three"


async def test_threads(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await ask(bot, alice)
    await alice.say("answer", under=alice.messages[0])
    await slack.until(lambda: bot.bodies)
    event = bot.bodies[-1]["event"]
    assert (event["thread_ts"], event["parent_user_id"]) == (alice.messages[0].ts, slack.bot.id)


async def test_coming_and_going(slack: SlackServer, bot: Bot, alice: Person) -> None:
    channel = slack.add_channel("secret", private=True)
    await alice.join(channel)
    assert alice.reads(channel) == []
    await alice.leave(channel)
    await slack.until(lambda: len(bot.bodies) == 2)
    kinds = [(one["event"]["type"], one["event"]["channel_type"]) for one in bot.bodies]
    assert kinds == [("member_joined_channel", "G"), ("member_left_channel", "G")]


async def test_people_of_other_workspaces_have_no_commands(slack: SlackServer) -> None:
    stranger = slack.add_user("stranger", team=slack.add_team("elsewhere"))
    channel = slack.add_channel("shared", [stranger], shared=True)
    with pytest.raises(AssertionError, match="its own workspace"):
        await stranger.command("ask", channel)


async def test_typed_text_comes_as_slack_writes_it(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await alice.say("👍 for <b> & https://x.org/a?b=1, fine")
    await slack.until(lambda: bot.bodies)
    assert bot.bodies[-1]["event"]["text"] == ":+1: for &lt;b&gt; &amp; <https://x.org/a?b=1>, fine"


async def test_the_journal_keeps_what_was_read_at_the_time(slack: SlackServer, bot: Bot, alice: Person) -> None:
    await open_form(slack, bot, alice)
    channel = slack.add_channel("general", [alice])
    posted = await bot.client.chat_postMessage(channel=channel.id, text="0 opinions")
    await bot.client.chat_update(channel=channel.id, ts=posted["ts"], text="1 opinion")
    seen = [(one.kind, one.user, one.text.partition("\n")[0]) for one in slack.journal]
    assert seen == [
        ("post", alice.id, "(radio_buttons rate:  of 1/2/3/4/5/6/7)"),
        ("view", alice.id, "Give"),
        ("post", "", "0 opinions"),
        ("edit", "", "1 opinion"),
    ]


def test_markup_as_it_reads() -> None:
    text = "&lt;b&gt; <https://x.org|here> <!date^1790000000^{date}|Monday> <@U1> <!channel>"
    assert plain(text) == "<b> here Monday @U1 @channel"
