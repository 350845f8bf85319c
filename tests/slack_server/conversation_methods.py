"""conversations.*: what channels there are, who is in them, what was said."""

from __future__ import annotations

from tests.slack_server.methods import HISTORY_SCOPES, READ_SCOPES, Call, method
from tests.slack_server.refusal import Json, Refusal
from tests.slack_server.shapes import channel_json, message_json
from tests.slack_server.world import Channel, Message, User

KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
PERIOD = "cursor inclusive latest limit oldest include_all_metadata"


@method("conversations.open", optional="channel users return_im prevent_creation", takes_json=True)
def open_conversation(call: Call) -> Json:
    """See Slack's reference."""
    if "channel" in call.given:
        found = call.joined()
        return {"no_op": True, "already_open": True, "channel": {"id": found.id}}
    names = call.given.words("users")
    if not names:
        raise Refusal("users_list_not_supplied")
    if len(names) > 8:
        raise Refusal("too_many_users")
    call.need("im:write" if len(names) == 1 else "mpim:write")
    if len(names) > 1:
        raise Refusal("method_not_supported_for_channel_type")
    person = _person(call, names[0])
    existed = any(
        one.kind == "im" and {person.id, call.bot.id} == set(one.members) for one in call.world.channels.values()
    )
    channel = call.world.direct(call.bot, person)
    answer: Json = {"channel": {"id": channel.id}}
    if call.given.flag("return_im"):
        answer["channel"] = _shown(call, channel)
    return answer | ({"no_op": True, "already_open": True} if existed else {})


def _person(call: Call, name: str) -> User:
    person = call.world.users.get(name)
    if person is None:
        raise Refusal("user_not_found")
    if person.bot:
        raise Refusal("cannot_dm_bot")
    if person.deactivated:
        raise Refusal("user_disabled")
    shared = any(one.shared and {person.id, call.bot.id} <= set(one.members) for one in call.world.channels.values())
    if not (call.sees(person.team) or shared) or person.direct_error == "user_not_visible":
        raise Refusal("user_not_visible")
    return person


@method("conversations.members", required="channel", optional="cursor limit", tier=4)
def members(call: Call) -> Json:
    """See Slack's reference."""
    channel = call.channel(scopes=READ_SCOPES)
    page, following = call.page(channel.members, default=100, most=1_000)
    return {"members": page, "response_metadata": following}


@method("conversations.info", required="channel", optional="include_locale include_num_members")
def info(call: Call) -> Json:
    """See Slack's reference."""
    channel = call.channel(scopes=READ_SCOPES)
    shown = _shown(call, channel)
    if call.given.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    if call.given.flag("include_locale"):
        shown["locale"] = "en-US"
    return {"channel": shown}


@method("conversations.list", optional="cursor exclude_archived limit types", tier=2)
def list_all(call: Call) -> Json:
    """See Slack's reference."""
    team = call.team(must_say=True)
    found = [one for one in _wanted(call) if one.team is team and (one.kind == "channel" or call.bot.id in one.members)]
    page, following = call.page(found, default=100, most=1_000)
    return {"channels": [_shown(call, one) for one in page], "response_metadata": following}


@method("users.conversations", optional="cursor exclude_archived limit types user")
def of_user(call: Call) -> Json:
    """See Slack's reference."""
    call.team(must_say=True)
    person = call.user() if "user" in call.given else call.bot
    mine = [one for one in _wanted(call) if person.id in one.members and call.sees(one.team)]
    found = [one for one in mine if one.kind == "channel" or call.bot.id in one.members]
    page, following = call.page(found, default=100, most=1_000)
    return {"channels": [_shown(call, one) for one in page], "response_metadata": following}


def _shown(call: Call, channel: Channel) -> Json:
    peer = call.world.users.get(channel.peer)
    return channel_json(channel, call.bot, gone=peer is not None and peer.deactivated)


def _wanted(call: Call) -> list[Channel]:
    kinds = call.given.words("types") or ["public_channel"]
    if any(one not in KINDS for one in kinds):
        raise Refusal("invalid_types")
    for one in kinds:
        call.need(READ_SCOPES[KINDS[one]])
    hidden = call.given.flag("exclude_archived")
    wanted = {KINDS[one] for one in kinds}
    return [one for one in call.world.channels.values() if one.kind in wanted and not (hidden and one.archived)]


@method("conversations.history", required="channel", optional=PERIOD)
def history(call: Call) -> Json:
    """See Slack's reference: newest first."""
    channel = call.joined(scopes=HISTORY_SCOPES)
    there = [one for one in channel.messages if not one.reply or one.broadcast]
    return _messages(call, list(reversed(_within(call, there))))


@method("conversations.replies", required="channel ts", optional=PERIOD)
def replies(call: Call) -> Json:
    """See Slack's reference: the message that began the thread, then its answers, oldest first."""
    channel = call.joined(scopes=HISTORY_SCOPES)
    wanted = call.given.ts("ts")
    root = channel.message(wanted)
    if root is None:
        raise Refusal("thread_not_found")
    thread = root.thread_ts or root.ts
    answers = [one for one in channel.messages if one.thread_ts == thread and one.ts != thread]
    first = channel.message(thread)
    return _messages(call, ([first] if first else []) + _within(call, answers))


def _within(call: Call, there: list[Message]) -> list[Message]:
    oldest, latest = _bound(call, "oldest", 0.0), _bound(call, "latest", float("inf"))
    if call.given.flag("inclusive"):
        return [one for one in there if oldest <= float(one.ts) <= latest]
    return [one for one in there if oldest < float(one.ts) < latest]


def _bound(call: Call, name: str, default: float) -> float:
    try:
        return float(call.given.text(name) or default)
    except ValueError:
        raise Refusal(f"invalid_ts_{name}") from None


def _messages(call: Call, there: list[Message]) -> Json:
    most = 15 if call.slack.limits.history_outside_marketplace else 999
    page, following = call.page(there, default=min(100, most), most=most)
    metadata = call.given.flag("include_all_metadata")
    answer: Json = {
        "messages": [message_json(one, call.world, metadata=metadata, everything=False) for one in page],
        "has_more": bool(following["next_cursor"]),
        "pin_count": 0,
    }
    return answer | ({"response_metadata": following} if following["next_cursor"] else {})


@method("conversations.join", scopes="channels:join", required="channel", takes_json=True)
def join(call: Call) -> Json:
    """See Slack's reference."""
    channel = call.channel()
    if channel.kind != "channel":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    call.slack.joined(call.bot, channel)
    return {"channel": _shown(call, channel)}
