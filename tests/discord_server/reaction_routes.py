"""Reactions: put on, take off, list."""

from __future__ import annotations

import re
import unicodedata

from tests.discord_server.limits import REACTIONS
from tests.discord_server.refusal import Refusal
from tests.discord_server.rights import ADD_REACTIONS, MANAGE_MESSAGES, READ_MESSAGE_HISTORY, VIEW_CHANNEL
from tests.discord_server.routing import Answer, Call, route, snowflake
from tests.discord_server.shapes import user_json
from tests.discord_server.world import DM, Message

ALL = "/channels/{channel}/messages/{message}/reactions"
ONE = ALL + "/{emoji}"
MOST = 20
CUSTOM = re.compile(r"^\w{2,32}:\d+$")
KEYCAP = re.compile("^[0-9#*]\ufe0f\u20e3$")


def is_emoji(emoji: str) -> bool:
    """True for a character that is an emoji, a keycap in its full form, or name:id of a guild's own."""
    if CUSTOM.match(emoji) or KEYCAP.match(emoji):
        return True
    return bool(emoji) and all(unicodedata.category(one) in {"So", "Sk", "Mn", "Cf", "Sm"} for one in emoji)


def put_on(message: Message, user: str, emoji: str, *, burst: bool = False) -> bool:
    """Write a reaction down, a super one with `burst`; False when it was there. Refuses a twenty-first emoji."""
    shown = message.reactions.keys() | message.supers.keys()
    if emoji not in shown and len(shown) >= MOST:
        raise Refusal(30010)
    there = (message.supers if burst else message.reactions).setdefault(emoji, [])
    if user in there:
        return False
    there.append(user)
    return True


def take_off(message: Message, user: str, emoji: str, *, burst: bool = False) -> bool:
    """Take a reaction off, a super one with `burst`; False when it was not there."""
    every = message.supers if burst else message.reactions
    there = every.get(emoji, [])
    if user not in there:
        return False
    there.remove(user)
    if not there:
        del every[emoji]
    return True


@route("PUT", ONE + "/@me", bucket=REACTIONS)
def add(call: Call) -> Answer:
    """See Discord's reference."""
    message = call.message(READ_MESSAGE_HISTORY)
    emoji = _emoji(call)
    if emoji not in message.reactions and not call.may(message.channel, ADD_REACTIONS):
        raise Refusal(50013)
    if message.channel.thread and message.channel.archived:
        raise Refusal(50083)
    if put_on(message, call.bot.id, emoji):
        call.discord.reacted(message, call.bot, emoji, added=True)
    return None


@route("DELETE", ONE + "/@me", bucket=REACTIONS)
def remove_own(call: Call) -> Answer:
    """See Discord's reference."""
    return _remove(call, call.bot.id)


@route("DELETE", ONE + "/{user}", bucket=REACTIONS)
def remove(call: Call) -> Answer:
    """See Discord's reference: needs MANAGE_MESSAGES, and is not to be had in a conversation of two."""
    message = call.message()
    if message.channel.kind == DM:
        raise Refusal(50003)
    if not call.may(message.channel, MANAGE_MESSAGES):
        raise Refusal(50013)
    return _remove(call, snowflake(call.path["user"], "user_id"))


@route("DELETE", ALL, bucket=REACTIONS)
def clear(call: Call) -> Answer:
    """See Discord's reference."""
    message = call.message(MANAGE_MESSAGES)
    message.reactions.clear()
    message.supers.clear()
    call.discord.reactions_cleared(message)
    return None


@route("DELETE", ONE, bucket=REACTIONS)
def clear_one(call: Call) -> Answer:
    """See Discord's reference."""
    message = call.message(MANAGE_MESSAGES)
    emoji = _emoji(call)
    message.reactions.pop(emoji, None)
    message.supers.pop(emoji, None)
    call.discord.reactions_cleared(message, emoji)
    return None


@route("GET", ONE)
def users(call: Call) -> Answer:
    """See Discord's reference: by user id, a page after the user `after`; super reactions only as type 1."""
    message = call.message(VIEW_CHANNEL, READ_MESSAGE_HISTORY)
    limit = call.whole("limit", 25, 1, 100)
    emoji = _emoji(call)
    every = message.supers if call.whole("type", 0, 0, 1) else message.reactions
    there = sorted(int(one) for one in every.get(emoji, []))
    after = int(call.query.get("after", "0"))
    return [user_json(call.world.users[str(one)]) for one in there if one > after][:limit]


def _emoji(call: Call) -> str:
    emoji = call.path["emoji"]
    if not is_emoji(emoji):
        raise Refusal(10014)
    return emoji


def _remove(call: Call, user: str) -> Answer:
    message = call.message()
    emoji = _emoji(call)
    who = call.world.users.get(user)
    if who is None:
        raise Refusal(10013)
    if message.channel.thread and message.channel.archived:
        raise Refusal(50083)
    if take_off(message, user, emoji):
        call.discord.reacted(message, who, emoji, added=False)
    return None
