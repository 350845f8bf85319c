"""Messages: create, change, delete, read."""

from __future__ import annotations

from tests.discord_server.refusal import Json, Refusal
from tests.discord_server.rights import (
    ATTACH_FILES,
    EMBED_LINKS,
    MANAGE_MESSAGES,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
)
from tests.discord_server.routing import Answer, Call, route
from tests.discord_server.shapes import message_json
from tests.discord_server.world import CATEGORY, DM, FORUM, Channel, Message
from tests.discord_server.writing import change, new_message

MESSAGES = "/channels/{channel}/messages"
MESSAGE = "/channels/{channel}/messages/{message}"


@route("POST", MESSAGES, bucket="POST /channels/{channel_id}/messages")
def create(call: Call) -> Answer:
    """See Discord's reference."""
    channel = call.channel()
    body = call.given
    if channel.kind in (CATEGORY, FORUM):
        raise Refusal(50008)
    if channel.kind == DM:
        _reachable(call, channel)
    elif not call.may(channel, SEND_MESSAGES):
        raise Refusal(50013)
    elif (body.get("embeds") and not call.may(channel, EMBED_LINKS)) or (
        call.files and not call.may(channel, ATTACH_FILES)
    ):
        raise Refusal(50013)
    if channel.thread and channel.locked:
        raise Refusal(50083)
    if before := _same_nonce(call, channel, body):
        return _shown(call, before) | {"nonce": body["nonce"]}
    message = new_message(call, channel, body)
    if channel.thread:
        channel.archived = False
    call.discord.posted(message)
    return _shown(call, message) | ({"nonce": message.nonce} if message.nonce is not None else {})


@route("GET", MESSAGES, bucket="GET /channels/{channel_id}/messages")
def history(call: Call) -> Answer:
    """See Discord's reference: the newest first; nothing without the right to read the history."""
    channel = call.channel()
    limit = call.whole("limit", 50, 1, 100)
    if not call.may(channel, READ_MESSAGE_HISTORY):
        return []
    there = sorted(channel.said, key=lambda one: one.key)
    if "before" in call.query:
        there = [one for one in there if one.key < int(call.query["before"])]
    if "after" in call.query:
        there = [one for one in there if one.key > int(call.query["after"])][:limit]
    if "around" in call.query:
        middle = int(call.query["around"])
        older = [one for one in there if one.key < middle][-(limit // 2) :]
        there = older + [one for one in there if one.key >= middle][: limit - len(older)]
    return [_shown(call, one) for one in reversed(there[-limit:])]


@route("GET", MESSAGE)
def get(call: Call) -> Answer:
    """See Discord's reference."""
    return _shown(call, call.message(READ_MESSAGE_HISTORY))


@route("PATCH", MESSAGE, bucket="PATCH /channels/{channel_id}/messages/{message_id}")
def edit(call: Call) -> Answer:
    """See Discord's reference: only one's own."""
    message = call.message()
    if message.author is not call.bot:
        raise Refusal(50005)
    if message.channel.thread and message.channel.archived:
        raise Refusal(50083)
    change(call, message, call.given)
    call.discord.edited(message)
    return _shown(call, message)


@route("DELETE", MESSAGE, bucket="DELETE /channels/{channel_id}/messages/{message_id}")
def delete(call: Call) -> Answer:
    """See Discord's reference: somebody else's need MANAGE_MESSAGES, and stay in a conversation of two."""
    message = call.message()
    if message.channel.thread and message.channel.archived:
        raise Refusal(50083)
    if message.author is not call.bot:
        if message.channel.kind == DM:
            raise Refusal(50003)
        if not call.may(message.channel, MANAGE_MESSAGES):
            raise Refusal(50013)
    call.discord.deleted(message)
    return None


@route("POST", "/channels/{channel}/typing")
def typing(call: Call) -> Answer:
    """See Discord's reference."""
    call.channel(SEND_MESSAGES)
    return None


def _reachable(call: Call, channel: Channel) -> None:
    """Refuse with 50007 where the other one takes no messages or shares no guild with the bot."""
    other = next(one for one in channel.recipients if one is not call.bot)
    shares = any({other.id, call.bot.id} <= one.members.keys() for one in call.world.guilds.values())
    if other.closed or other.bot or not shares:
        raise Refusal(50007)


def _same_nonce(call: Call, channel: Channel, body: Json) -> Message | None:
    nonce = body.get("nonce")
    if nonce is None or not body.get("enforce_nonce"):
        return None
    since = call.discord.now() - call.discord.timing.nonce
    return next(
        (
            one
            for one in channel.said
            if one.author is call.bot and one.nonce is not None and str(one.nonce) == str(nonce) and one.born >= since
        ),
        None,
    )


def _shown(call: Call, message: Message) -> Json:
    content = bool(call.discord.app.privileged & 1 << 15)
    hidden = call.discord.hidden(message, content=content)
    return message_json(message, call.world.users, call.bot, hidden=hidden)
