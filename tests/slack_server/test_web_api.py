"""The Web API refuses what Slack's reference of its methods says is refused, and takes what the SDK sends."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server.server import SCOPES, SlackServer

HELLO = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]


async def refused(call: Any) -> Any:
    """The answer of a call that is refused."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


async def raw(slack: SlackServer, method: str, **request: Any) -> Any:
    """One request as any HTTP client could send it, with the bot's token."""
    headers = {"Authorization": f"Bearer {slack.bot_token}"} | request.pop("headers", {})
    async with (
        aiohttp.ClientSession() as session,
        session.post(slack.api_url + method, headers=headers, **request) as answer,
    ):
        return await answer.json()


async def test_methods_and_arguments_that_slack_does_not_know(slack: SlackServer, client: AsyncWebClient) -> None:
    assert (await refused(client.api_call("chat.shout")))["error"] == "unknown_method"
    answer = await refused(client.users_info(user=slack.owner.id, colour="red"))
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] unsupported argument: colour"]
    answer = await refused(client.api_call("users.info"))
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]
    assert slack.violations_of("unknown_method", "invalid_arguments")


@pytest.mark.parametrize(
    "request_",
    [
        {"params": {"channel": "C", "text": "hi"}},
        {"data": {"channel": "C", "text": "hi"}},
        {"json": {"channel": "C", "text": "hi"}},
    ],
    ids=["query", "form", "json"],
)
async def test_arguments_come_in_any_of_slacks_ways(slack: SlackServer, request_: dict[str, Any]) -> None:
    channel = slack.add_channel("general")
    ((kind, fields),) = request_.items()
    answer = await raw(slack, "chat.postMessage", **{kind: fields | {"channel": channel.id}})
    assert answer["ok"]
    assert [one.text for one in slack.posts(channel)] == ["hi"]


async def test_blocks_and_metadata_may_be_texts_of_json(slack: SlackServer) -> None:
    channel = slack.add_channel("general")
    metadata = {"event_type": "parley_card", "event_payload": {"key": "r1/2/0"}}
    form = aiohttp.FormData({"channel": channel.id, "text": "hi", "blocks": json.dumps(HELLO)})
    form.add_field("metadata", json.dumps(metadata), content_type="text/plain")
    answer = await raw(slack, "chat.postMessage", data=form)
    assert answer["message"]["blocks"][0]["block_id"]
    assert slack.posts(channel)[0].metadata == metadata


async def test_reading_methods_take_no_json(slack: SlackServer) -> None:
    answer = await raw(slack, "users.info", json={"user": slack.owner.id})
    assert answer["error"] == "invalid_arguments"


@pytest.mark.parametrize(
    ("token", "error"),
    [(None, "not_authed"), ("xoxb-wrong", "invalid_auth"), ("app", "not_allowed_token_type")],
)
async def test_tokens(slack: SlackServer, token: str | None, error: str) -> None:
    wanted = slack.app_token if token == "app" else token
    client = AsyncWebClient(token=wanted, base_url=slack.api_url)
    assert (await refused(client.auth_test()))["error"] == error


async def test_connections_need_an_app_level_token(slack: SlackServer, client: AsyncWebClient) -> None:
    answer = await client.apps_connections_open(app_token=slack.app_token)
    assert answer["url"].startswith("ws://127.0.0.1:")
    assert (await refused(client.apps_connections_open(app_token=slack.bot_token)))["error"] == "not_allowed_token_type"
    slack.app.app_tokens[slack.app_token] = set()
    assert (await refused(client.apps_connections_open(app_token=slack.app_token)))["needed"] == "connections:write"
    slack.app.app_tokens[slack.app_token] = {"connections:write"}
    slack.app.socket_mode = False
    assert (await refused(client.apps_connections_open(app_token=slack.app_token)))["error"] == "socket_mode_disabled"


async def test_a_missing_scope_is_named(slack: SlackServer, client: AsyncWebClient) -> None:
    channel = slack.add_channel("general")
    answer = await refused(client.conversations_history(channel=channel.id))
    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "channels:history"
    assert set(answer["provided"].split(",")) == SCOPES
    private = slack.add_channel("secret", private=True)
    assert (await refused(client.conversations_history(channel=private.id)))["needed"] == "groups:history"


async def test_scopes_come_in_a_header(slack: SlackServer, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert set(answer.headers["X-OAuth-Scopes"].split(",")) == SCOPES


@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": "[not json"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [{"type": "poem"}]}, "invalid_blocks"),
        ({"text": "x", "thread_ts": "1790000000.000001"}, "cannot_reply_to_message"),
        ({"text": "x", "metadata": {"event_type": "a b", "event_payload": {}}}, "invalid_metadata_schema"),
        ({"text": "x", "metadata": {"event_type": "a", "event_payload": {"x": "y" * 20_000}}}, "metadata_too_large"),
    ],
)
async def test_posting_refuses(slack: SlackServer, client: AsyncWebClient, given: dict[str, Any], error: str) -> None:
    channel = slack.add_channel("general")
    assert (await refused(client.chat_postMessage(channel=channel.id, **given)))["error"] == error
    assert slack.posts(channel) == []


async def test_where_the_bot_may_post(slack: SlackServer, client: AsyncWebClient) -> None:
    outside = slack.add_channel("outside", bot=False)
    hidden = slack.add_channel("hidden", private=True, bot=False)
    closed = slack.add_channel("closed")
    await slack.archive(closed)
    assert (await refused(client.chat_postMessage(channel=outside.id, text="hi")))["error"] == "not_in_channel"
    assert (await refused(client.chat_postMessage(channel=hidden.id, text="hi")))["error"] == "channel_not_found"
    assert (await refused(client.chat_postMessage(channel=closed.id, text="hi")))["error"] == "is_archived"
    assert (await refused(client.chat_postMessage(channel="C404", text="hi")))["error"] == "channel_not_found"


async def test_whom_the_bot_may_write_to(slack: SlackServer, client: AsyncWebClient) -> None:
    alice = slack.add_user("alice")
    opened = await client.conversations_open(users=[alice.id])
    await client.chat_postMessage(channel=opened["channel"]["id"], text="hello")
    assert [one.text for one in alice.messages] == ["hello"]
    robot = slack.add_user("robot", bot=True)
    gone = slack.add_user("gone", deactivated=True)
    stranger = slack.add_user("stranger", team=slack.add_team("elsewhere"))
    for person, error in ((robot, "cannot_dm_bot"), (gone, "user_disabled"), (stranger, "user_not_visible")):
        assert (await refused(client.conversations_open(users=person.id)))["error"] == error
    assert (await refused(client.conversations_open(users="U404")))["error"] == "user_not_found"
    slack.add_channel("shared", [stranger], shared=True)
    assert (await client.conversations_open(users=stranger.id))["channel"]["id"]
    alice.user.direct_error = "messages_tab_disabled"
    answer = await refused(client.chat_postMessage(channel=opened["channel"]["id"], text="hello"))
    assert answer["error"] == "messages_tab_disabled"


async def test_stamps_of_a_channel_grow_strictly(slack: SlackServer, client: AsyncWebClient) -> None:
    slack.slack.limits.on = False
    channel = slack.add_channel("general")
    stamps = [(await client.chat_postMessage(channel=channel.id, text="hi"))["ts"] for _ in range(5)]
    assert stamps == sorted(set(stamps))
    assert all(len(one.partition(".")[2]) == 6 for one in stamps)


async def test_editing_and_deleting(slack: SlackServer, client: AsyncWebClient) -> None:
    alice = slack.add_user("alice")
    channel = slack.add_channel("general", [alice])
    posted = await client.chat_postMessage(channel=channel.id, text="one", blocks=HELLO)
    await client.chat_update(channel=channel.id, ts=posted["ts"], text="two")
    message = slack.posts(channel)[0]
    assert (message.text, len(message.blocks)) == ("two", 1)
    await client.chat_update(channel=channel.id, ts=posted["ts"], text="three", blocks=[])
    assert message.blocks == []
    too_long = client.chat_update(channel=channel.id, ts=posted["ts"], text="x" * 4_001)
    assert (await refused(too_long))["error"] == "msg_too_long"
    await alice.post("mine", channel)
    ts = slack.posts(channel)[1].ts
    assert (await refused(client.chat_update(channel=channel.id, ts=ts, text="x")))["error"] == "cant_update_message"
    assert (await refused(client.chat_delete(channel=channel.id, ts=ts)))["error"] == "cant_delete_message"
    await client.chat_delete(channel=channel.id, ts=posted["ts"])
    answer = await refused(client.chat_update(channel=channel.id, ts=posted["ts"], text="x"))
    assert answer["error"] == "message_not_found"


async def test_ephemeral_messages_reach_one_person_in_the_channel(slack: SlackServer, client: AsyncWebClient) -> None:
    alice, bob = slack.add_user("alice"), slack.add_user("bob")
    channel = slack.add_channel("general", [alice])
    await client.chat_postEphemeral(channel=channel.id, user=alice.id, text="psst")
    assert [one.text for one in alice.reads(channel)] == ["psst"]
    assert bob.reads(channel) == []
    answer = await refused(client.chat_postEphemeral(channel=channel.id, user=bob.id, text="psst"))
    assert answer["error"] == "user_not_in_channel"


async def test_reactions(slack: SlackServer, client: AsyncWebClient) -> None:
    channel = slack.add_channel("general")
    ts = (await client.chat_postMessage(channel=channel.id, text="Statement"))["ts"]
    where = {"channel": channel.id, "timestamp": ts}
    for name in ("one", "two"):
        await client.reactions_add(name=name, **where)
    assert (await refused(client.reactions_add(name="one", **where)))["error"] == "already_reacted"
    assert (await refused(client.reactions_add(name="no_such", **where)))["error"] == "invalid_name"
    assert (await refused(client.reactions_remove(name="three", **where)))["error"] == "no_reaction"
    gone = client.reactions_add(name="one", channel=channel.id, timestamp="1.000000")
    assert (await refused(gone))["error"] == "message_not_found"
    got = await client.reactions_get(**where)
    assert [one["name"] for one in got["message"]["reactions"]] == ["one", "two"]


async def test_long_lists_of_reactions_are_whole_only_when_asked_for(
    slack: SlackServer, client: AsyncWebClient
) -> None:
    people = [slack.add_user(f"p{number}") for number in range(30)]
    channel = slack.add_channel("general", people)
    ts = (await client.chat_postMessage(channel=channel.id, text="Statement"))["ts"]
    for one in people:
        await one.react(slack.posts(channel)[0], "one")
    short = (await client.reactions_get(channel=channel.id, timestamp=ts))["message"]["reactions"][0]
    whole = (await client.reactions_get(channel=channel.id, timestamp=ts, full=True))["message"]["reactions"][0]
    assert short["count"] == whole["count"] == len(whole["users"]) == 30
    assert len(short["users"]) < 30


async def test_members_come_in_pages(slack: SlackServer, client: AsyncWebClient) -> None:
    people = [slack.add_user(f"p{number}") for number in range(250)]
    channel = slack.add_channel("general", people)
    found: list[str] = []
    async for page in await client.conversations_members(channel=channel.id, limit=100):
        assert len(page["members"]) <= 100
        found += page["members"]
    assert found == channel.members
    assert (await refused(client.conversations_members(channel=channel.id, cursor="?")))["error"] == "invalid_cursor"
    assert (await refused(client.conversations_members(channel=channel.id, limit=2_000)))["error"] == "invalid_limit"


async def test_history_within_bounds(slack: SlackServer, client: AsyncWebClient) -> None:
    slack.installation.scopes |= {"channels:history"}
    slack.slack.limits.on = False
    channel = slack.add_channel("general")
    metadata = Metadata("parley_card", {"key": "r1"})
    stamps = [
        (await client.chat_postMessage(channel=channel.id, text=f"m{number}", metadata=metadata))["ts"]
        for number in range(4)
    ]
    await client.chat_postMessage(channel=channel.id, text="answer", thread_ts=stamps[0])
    got = await client.conversations_history(channel=channel.id, oldest=stamps[1], limit=2)
    assert [one["text"] for one in got["messages"]] == ["m3", "m2"]
    assert "metadata" not in got["messages"][0]
    got = await client.conversations_history(
        channel=channel.id, oldest=stamps[1], inclusive=True, include_all_metadata=True
    )
    assert [one["text"] for one in got["messages"]] == ["m3", "m2", "m1"]
    assert got["messages"][0]["metadata"]["event_payload"] == {"key": "r1"}
    thread = await client.conversations_replies(channel=channel.id, ts=stamps[0])
    assert [one["text"] for one in thread["messages"]] == ["m0", "answer"]
    assert thread["messages"][0]["reply_count"] == 1


async def test_people_and_groups(slack: SlackServer, client: AsyncWebClient) -> None:
    guest = slack.add_user("guest", guest="multi")
    group = slack.add_group("design", [guest])
    shown = (await client.users_info(user=guest.id, include_locale=True))["user"]
    assert (shown["is_restricted"], shown["is_ultra_restricted"], shown["locale"]) == (True, False, "en-US")
    assert (await client.users_info(user=slack.bot.id))["user"]["is_bot"]
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    assert [(one["handle"], one["users"]) for one in groups] == [("design", [guest.id])]
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == [guest.id]
    assert (await refused(client.usergroups_users_list(usergroup="S404")))["error"] == "no_such_subteam"


async def test_a_file_goes_up_in_three_steps(slack: SlackServer, client: AsyncWebClient) -> None:
    channel = slack.add_channel("general")
    root = (await client.chat_postMessage(channel=channel.id, text="Outcome"))["ts"]
    await client.files_upload_v2(
        content=b"\x89PNG...", filename="outcome.png", alt_txt="Three bars", channel=channel.id, thread_ts=root
    )
    message = slack.posts(channel)[1]
    assert message.thread_ts == root
    assert message.files[0]["alt_txt"] == "Three bars"
    assert slack.world.uploads[message.files[0]["id"]].content == b"\x89PNG..."
    outside = slack.add_channel("outside", bot=False)
    call = client.files_upload_v2(content=b"x", filename="x.png", channel=outside.id)
    assert (await refused(call))["error"] == "not_in_channel"


async def test_what_would_ping_is_recorded(slack: SlackServer, client: AsyncWebClient) -> None:
    slack.slack.limits.on = False
    channel = slack.add_channel("general")
    loud = "<!channel> and <@U123|maria> and <!subteam^S1>"
    await client.chat_postMessage(channel=channel.id, text="quiet &lt;!channel&gt; @channel")
    await client.chat_postMessage(channel=channel.id, text=loud)
    section = [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}]
    await client.chat_postMessage(channel=channel.id, text="x", blocks=section)
    await client.chat_postMessage(channel=channel.id, text="@channel", link_names=True)
    assert [one.pings for one in slack.posts(channel)] == [
        [],
        ["!channel", "@U123", "!subteam^S1"],
        ["!here"],
        ["!channel"],
    ]


async def test_a_failure_can_be_planned_and_an_answer_lost(slack: SlackServer, client: AsyncWebClient) -> None:
    channel = slack.add_channel("general")
    slack.fail_next("chat.postMessage", "fatal_error", status=500)
    assert (await refused(client.chat_postMessage(channel=channel.id, text="one")))["error"] == "fatal_error"
    client.retry_handlers.clear()
    slack.lose_answer("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel.id, text="two")
    assert [one.text for one in slack.posts(channel)] == ["two"]


async def test_what_can_be_clicked_is_recorded(slack: SlackServer, client: AsyncWebClient) -> None:
    channel = slack.add_channel("general")
    texts = ["&lt;https://x.org|here&gt;", "<https://y.org|here> https://z.org"]
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}} for text in texts]
    await client.chat_postMessage(channel=channel.id, text="see https://a.org")
    await client.chat_postMessage(channel=channel.id, text="see https://a.org", blocks=blocks)
    assert [one.links for one in slack.posts(channel)] == [["https://a.org"], ["https://y.org"]]


async def test_all_blocks_of_a_message_together_have_a_limit(slack: SlackServer, client: AsyncWebClient) -> None:
    channel = slack.add_channel("general")
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_000}}
    await client.chat_postMessage(channel=channel.id, text="long", blocks=[section] * 4)
    answer = await refused(client.chat_postMessage(channel=channel.id, text="long", blocks=[section] * 5))
    assert answer["error"] == "msg_blocks_too_long"
