"""reactions.*: emoji on messages."""

from __future__ import annotations

import re

from tests.slack_server.methods import Call, method
from tests.slack_server.refusal import Json, Refusal
from tests.slack_server.shapes import message_json
from tests.slack_server.world import Message

DISTINCT = 50
OF_ONE_PERSON = 23
SKIN = r"(?:::skin-tone-[2-6])?"
EMOJI = frozenset(
    "zero one two three four five six seven eight nine keycap_ten +1 -1 thumbsup thumbsdown eyes heart joy tada fire "
    "white_check_mark heavy_check_mark x heavy_plus_sign heavy_minus_sign raised_hands clap wave ok_hand pray smile "
    "grinning thinking_face bulb memo ballot_box_with_ballot hourglass hourglass_flowing_sand star rocket 100 question "
    "exclamation warning no_entry_sign speech_balloon hash asterisk large_green_circle red_circle".split()
)


@method("reactions.add", scopes="reactions:write", required="name", optional="channel timestamp", takes_json=True)
def add(call: Call) -> Json:
    """See Slack's reference."""
    message, name = _message(call), _name(call)
    put_on(message, call.bot.id, name)
    call.slack.reacted(message, call.bot, name, added=True)
    return {}


@method(
    "reactions.remove",
    scopes="reactions:write",
    required="name",
    optional="channel timestamp file file_comment",
    tier=2,
    takes_json=True,
)
def remove(call: Call) -> Json:
    """See Slack's reference."""
    message, name = _message(call), _name(call)
    take_off(message, call.bot.id, name)
    call.slack.reacted(message, call.bot, name, added=False)
    return {}


@method("reactions.get", scopes="reactions:read", optional="channel timestamp file file_comment full")
def get(call: Call) -> Json:
    """See Slack's reference."""
    message = _message(call)
    shown = message_json(message, call.world, everything=call.given.flag("full"))
    return {"type": "message", "channel": message.channel.id, "message": shown}


@method("reactions.list", scopes="reactions:read", optional="count cursor full limit page user", tier=2)
def list_all(call: Call) -> Json:
    """See Slack's reference."""
    person = call.user() if "user" in call.given else call.bot
    there = [
        message
        for channel in call.world.channels.values()
        if call.bot.id in channel.members
        for message in channel.messages
        if any(person.id in users for users in message.reactions.values())
    ]
    there.sort(key=lambda one: one.ts, reverse=True)
    page, following = call.page(there, default=100, most=1_000)
    full = call.given.flag("full")
    items = [
        {
            "type": "message",
            "channel": one.channel.id,
            "message": message_json(one, call.world, everything=full),
        }
        for one in page
    ]
    return {"items": items, "response_metadata": following}


def put_on(message: Message, user: str, name: str) -> None:
    """Add a reaction; refuses as Slack does."""
    users = message.reactions.get(name, [])
    if user in users:
        raise Refusal("already_reacted")
    if name not in message.reactions and len(message.reactions) >= DISTINCT:
        raise Refusal("too_many_emoji")
    if sum(user in one for one in message.reactions.values()) >= OF_ONE_PERSON:
        raise Refusal("too_many_reactions")
    message.reactions.setdefault(name, []).append(user)


def take_off(message: Message, user: str, name: str) -> None:
    """Remove a reaction; refuses as Slack does."""
    users = message.reactions.get(name, [])
    if user not in users:
        raise Refusal("no_reaction")
    users.remove(user)
    if not users:
        del message.reactions[name]


def is_emoji(name: str) -> bool:
    """True for a name that Slack knows."""
    return re.sub(SKIN + "$", "", name) in EMOJI


def _name(call: Call) -> str:
    name = call.given.text("name")
    if not is_emoji(name):
        raise Refusal("invalid_name")
    return name


def _message(call: Call) -> Message:
    if "channel" not in call.given or "timestamp" not in call.given:
        raise Refusal("no_item_specified")
    channel = call.joined()
    stamp = call.given.text("timestamp")
    if not re.fullmatch(r"\d+\.\d{6}", stamp):
        raise Refusal("bad_timestamp")
    message = channel.message(stamp)
    if message is None:
        raise Refusal("message_not_found")
    if channel.archived and call.method.name != "reactions.get":
        raise Refusal("is_archived")
    return message
