"""Channels, conversations of two, and threads."""

from __future__ import annotations

from tests.discord_server.refusal import Check, Json, Refusal
from tests.discord_server.rights import (
    CREATE_PRIVATE_THREADS,
    CREATE_PUBLIC_THREADS,
    MANAGE_CHANNELS,
    MANAGE_THREADS,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
)
from tests.discord_server.routing import Answer, Call, route, snowflake
from tests.discord_server.shapes import channel_json, message_json, thread_member_json
from tests.discord_server.world import DM, FORUM, NEWS, PRIVATE_THREAD, PUBLIC_THREAD, TEXT, Channel
from tests.discord_server.writing import new_message

ARCHIVED_AFTER = (60, 1440, 4320, 10080)


@route("POST", "/users/@me/channels", bucket="POST /users/@me/channels")
def open_direct(call: Call) -> Answer:
    """See Discord's reference: the conversation comes to be even where nothing may be said in it."""
    wanted = call.world.users.get(snowflake(call.given.get("recipient_id"), "recipient_id"))
    if wanted is None:
        raise Refusal(10013)
    if wanted is call.bot or wanted.bot:
        raise Refusal(50007)
    return channel_json(call.world.direct(call.bot, wanted), call.bot)


@route("GET", "/channels/{channel}")
def get(call: Call) -> Answer:
    """See Discord's reference."""
    return channel_json(call.channel(), call.bot)


@route("PATCH", "/channels/{channel}")
def edit(call: Call) -> Answer:
    """See Discord's reference."""
    channel = call.channel()
    if channel.kind == DM:
        raise Refusal(50003)
    body = call.given
    own = channel.thread and channel.owner == call.bot.id and not body.keys() - {"name", "archived"}
    brings_back = channel.thread and body == {"archived": False} and call.may(channel, SEND_MESSAGES)
    allowed = (own or brings_back) and not channel.locked
    if not allowed and not call.may(channel, MANAGE_THREADS if channel.thread else MANAGE_CHANNELS):
        raise Refusal(50013)
    channel.name = body.get("name", channel.name)
    channel.topic = body.get("topic", channel.topic)
    channel.archived = bool(body.get("archived", channel.archived))
    channel.locked = bool(body.get("locked", channel.locked))
    call.discord.channel_changed(channel, "UPDATE")
    return channel_json(channel, call.bot)


@route("DELETE", "/channels/{channel}")
def delete(call: Call) -> Answer:
    """See Discord's reference."""
    channel = call.channel()
    shown = channel_json(channel, call.bot)
    if channel.kind == DM:
        return shown
    if not call.may(channel, MANAGE_THREADS if channel.thread else MANAGE_CHANNELS):
        raise Refusal(50013)
    remove(call, channel)
    return shown


def remove(call: Call, channel: Channel) -> None:
    """A channel is gone, with its threads."""
    assert channel.guild is not None
    for thread in [one for one in channel.guild.channels.values() if one.parent is channel]:
        remove(call, thread)
    call.discord.channel_changed(channel, "DELETE")
    del channel.guild.channels[channel.id], call.world.channels[channel.id]


@route("POST", "/channels/{channel}/messages/{message}/threads")
def thread_on_message(call: Call) -> Answer:
    """See Discord's reference: the thread has the message's id."""
    message = call.message(CREATE_PUBLIC_THREADS)
    if message.channel.kind not in (TEXT, NEWS):
        raise Refusal(50024)
    if message.thread is not None:
        raise Refusal(160004)
    thread = _begin(call, message.channel, PUBLIC_THREAD, message.id)
    message.thread = thread
    message.flags |= 1 << 5
    call.discord.edited(message)
    return channel_json(thread, call.bot)


@route("POST", "/channels/{channel}/threads")
def thread(call: Call) -> Answer:
    """See Discord's reference; in a forum it begins with a message."""
    channel = call.channel()
    body = call.given
    if channel.kind == FORUM:
        if not call.may(channel, SEND_MESSAGES):
            raise Refusal(50013)
        if not isinstance(body.get("message"), dict):
            check = Check()
            check.required("message")
            check.done()
        made = _begin(call, channel, PUBLIC_THREAD, call.world.id())
        message = new_message(call, made, body["message"])
        message.id = made.id
        call.discord.posted(message)
        shown: Json = {"message": message_json(message, call.world.users, call.bot)}
        return channel_json(made, call.bot) | shown
    if channel.kind not in (TEXT, NEWS):
        raise Refusal(50024)
    kind = body.get("type", PRIVATE_THREAD)
    if not call.may(channel, CREATE_PRIVATE_THREADS if kind == PRIVATE_THREAD else CREATE_PUBLIC_THREADS):
        raise Refusal(50013)
    return channel_json(_begin(call, channel, kind, call.world.id()), call.bot)


@route("PUT", "/channels/{channel}/thread-members/@me")
def join(call: Call) -> Answer:
    """See Discord's reference."""
    return _add(call, call.bot.id)


@route("PUT", "/channels/{channel}/thread-members/{user}")
def add(call: Call) -> Answer:
    """See Discord's reference."""
    channel = call.channel(SEND_MESSAGES_IN_THREADS)
    user = snowflake(call.path["user"], "user_id")
    if channel.guild is None or user not in channel.guild.members:
        raise Refusal(10013)
    return _add(call, user)


@route("GET", "/channels/{channel}/thread-members")
def members(call: Call) -> Answer:
    """See Discord's reference."""
    channel = _thread(call)
    return [thread_member_json(channel, one) for one in channel.members]


def _thread(call: Call) -> Channel:
    channel = call.channel()
    if not channel.thread:
        raise Refusal(50024)
    return channel


def _add(call: Call, user: str) -> Answer:
    channel = _thread(call)
    if channel.archived:
        raise Refusal(50083)
    if user not in channel.members:
        channel.members.append(user)
    return None


def _begin(call: Call, parent: Channel, kind: int, known: str) -> Channel:
    body = call.given
    check = Check()
    check.length("name", body.get("name"), 1, 100, required=True)
    if body.get("auto_archive_duration", 1440) not in ARCHIVED_AFTER:
        check.no("auto_archive_duration", "BASE_TYPE_CHOICES", f"must be one of {ARCHIVED_AFTER}")
    if kind not in (PUBLIC_THREAD, PRIVATE_THREAD):
        check.no("type", "BASE_TYPE_CHOICES", "must be one of (11, 12)")
    check.done()
    made = Channel(
        known,
        kind,
        body["name"],
        parent.guild,
        parent,
        owner=call.bot.id,
        members=[call.bot.id],
        auto_archive=body.get("auto_archive_duration") or 1440,
        born=call.discord.now(),
    )
    assert parent.guild is not None
    call.world.channels[made.id] = parent.guild.channels[made.id] = made
    call.discord.channel_changed(made, "CREATE")
    return made
