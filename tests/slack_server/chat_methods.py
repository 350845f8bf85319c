"""chat.*: posting, editing and deleting messages."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.slack_server import mentions
from tests.slack_server.blocks import TEXT_IN_MESSAGE, check_blocks, completed, links_of, text_length, texts_of
from tests.slack_server.checking import Check
from tests.slack_server.methods import Call, method
from tests.slack_server.refusal import Json, Refusal
from tests.slack_server.shapes import message_json
from tests.slack_server.world import Channel, Ephemeral, Message, User

LONGEST_TEXT = 40_000
LONGEST_EDIT = 4_000
METADATA_BYTES = 16 * 1024
LOOKS = "as_user icon_emoji icon_url username parse link_names mrkdwn"
POST = f"text blocks attachments thread_ts reply_broadcast unfurl_links unfurl_media metadata markdown_text {LOOKS}"


@method("chat.postMessage", scopes="chat:write", required="channel", optional=POST, tier=0, takes_json=True)
def post_message(call: Call) -> Json:
    """See Slack's reference."""
    channel = _target(call)
    content = _content(call, LONGEST_TEXT)
    if content is None:
        raise Refusal("no_text")
    text, blocks, whole = content
    thread = call.given.ts("thread_ts")
    root = channel.message(thread) if thread else None
    if thread and root is None:
        raise Refusal("cannot_reply_to_message")
    if root is not None and root.locked:
        raise Refusal("restricted_action_thread_locked")
    message = Message(
        channel,
        channel.stamp(call.slack.now()),
        call.bot.id,
        text,
        blocks,
        bot_id=call.bot.bot_id,
        app=call.app.id,
        thread_ts=root.thread_ts or root.ts if root else "",
        metadata=_metadata(call),
        team=call.bot.team.id,
        broadcast=call.given.flag("reply_broadcast"),
    )
    message.pings = _pings(text, blocks, whole=whole)
    message.links = _links(message)
    call.slack.posted(message)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(message, call.world, metadata=True)}


@method(
    "chat.postEphemeral",
    scopes="chat:write",
    required="channel user",
    optional=f"text blocks attachments thread_ts markdown_text {LOOKS}",
    tier=4,
    takes_json=True,
)
def post_ephemeral(call: Call) -> Json:
    """See Slack's reference."""
    channel = call.joined()
    if channel.archived:
        raise Refusal("is_archived")
    user = call.world.users.get(call.given.text("user"))
    if user is None or user.id not in channel.members:
        raise Refusal("user_not_in_channel")
    content = _content(call, LONGEST_TEXT)
    if content is None:
        raise Refusal("no_text")
    text, blocks, whole = content
    shown = Ephemeral(
        channel,
        user.id,
        channel.stamp(call.slack.now()),
        text,
        blocks,
        call.app.id,
        call.given.ts("thread_ts"),
        _pings(text, blocks, whole=whole),
    )
    call.slack.whispered(shown)
    return {"message_ts": shown.ts}


@method(
    "chat.update",
    scopes="chat:write",
    required="channel ts",
    optional="text blocks attachments as_user file_ids link_names parse reply_broadcast metadata markdown_text",
    tier=3,
    takes_json=True,
)
def update(call: Call) -> Json:
    """See Slack's reference."""
    channel = call.channel()
    message = _own(call, channel, "cant_update_message")
    if channel.archived:
        raise Refusal("is_archived")
    content = _content(call, LONGEST_EDIT)
    if content is None and "metadata" not in call.given:
        raise Refusal("no_text")
    before = message_json(message, call.world)
    if content is not None:
        text, blocks, whole = content
        message.text = text or message.text
        if "blocks" in call.given:
            message.blocks = blocks
        message.pings += _pings(text, blocks, whole=whole)
        message.links = _links(message)
    if "metadata" in call.given:
        message.metadata = _metadata(call)
    message.edited = {"user": call.bot.id, "ts": f"{int(call.slack.now())}.000000"}
    call.slack.edited(message, before)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(message, call.world, metadata=True),
    }


@method("chat.delete", scopes="chat:write", required="channel ts", optional="as_user", tier=3, takes_json=True)
def delete(call: Call) -> Json:
    """See Slack's reference."""
    channel = call.channel()
    message = _own(call, channel, "cant_delete_message")
    call.slack.deleted(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink", required="channel message_ts", tier=0)
def permalink(call: Call) -> Json:
    """See Slack's reference."""
    channel = call.channel()
    message = channel.message(call.given.ts("message_ts"))
    if message is None:
        raise Refusal("message_not_found")
    link = f"https://{channel.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link + (f"?thread_ts={message.thread_ts}" if message.reply else "")}


def _target(call: Call) -> Channel:
    """The channel, or the conversation with a person named instead."""
    wanted = call.given.text("channel")
    user = call.world.users.get(wanted)
    if user is not None:
        if user.bot:
            raise Refusal("cannot_dm_bot" if user.id != call.bot.id else "channel_not_found")
        channel = call.world.direct(call.bot, call.user("channel", "channel_not_found"))
    else:
        channel = call.joined()
    if channel.archived:
        raise Refusal("is_archived")
    if channel.kind == "im":
        _reachable(call, call.world.users[channel.peer])
    return channel


def _reachable(call: Call, person: User) -> None:
    if not call.app.messages_tab and call.app.home_tab:
        raise Refusal("messages_tab_disabled")
    if person.deactivated:
        raise Refusal("is_archived")
    if person.direct_error:
        raise Refusal(person.direct_error)


def _own(call: Call, channel: Channel, error: str) -> Message:
    message = channel.message(call.given.ts("ts"))
    if message is None:
        raise Refusal("message_not_found")
    if message.user != call.bot.id:
        raise Refusal(error)
    return message


def _content(call: Call, longest: int) -> tuple[str, list[Json], bool] | None:
    """Text, blocks and whether loose names are linked; None when the message would be empty."""
    if "markdown_text" in call.given and ("text" in call.given or "blocks" in call.given):
        raise Refusal("markdown_text_conflict")
    text = call.given.text("text") or call.given.text("markdown_text")
    if len(text) > longest:
        raise Refusal("msg_too_long")
    raw = call.given.json("blocks", "invalid_blocks_format")
    attachments = call.given.json("attachments", "invalid_attachments")
    if raw is not None and not (isinstance(raw, list) and all(isinstance(one, dict) for one in raw)):
        raise Refusal("invalid_blocks_format")
    check = Check("message", call.slack.file_ready)
    check_blocks(check, raw or [], "/blocks")
    if check.problems:
        call.slack.violated("invalid_blocks", "; ".join(check.problems))
        raise Refusal("invalid_blocks", *check.problems)
    if call.method.name != "chat.postEphemeral" and text_length(raw or []) > TEXT_IN_MESSAGE:
        raise Refusal("msg_blocks_too_long")
    for action in check.repeated_actions:
        call.slack.violated("repeated_action_id", f"{call.method.name}: {action!r}")
    if not text.strip() and not raw and not attachments:
        return None
    if raw and not text.strip():
        call.slack.violated("no_fallback_text", f"{call.method.name} with blocks and without text")
    whole = call.given.flag("link_names") or call.given.text("parse") == "full"
    return text, completed(raw or []), whole


def _metadata(call: Call) -> Json | None:
    value: Any = call.given.json("metadata", "invalid_metadata_format")
    if not value:
        return None
    if not isinstance(value, dict):
        raise Refusal("invalid_metadata_format")
    kind, payload = value.get("event_type"), value.get("event_payload")
    good = isinstance(kind, str) and re.fullmatch(r"\w{1,255}", kind) and isinstance(payload, dict)
    if not good or value.keys() - {"event_type", "event_payload"}:
        raise Refusal("invalid_metadata_schema")
    if len(json.dumps(value).encode()) > METADATA_BYTES:
        raise Refusal("metadata_too_large")
    return dict(value)


def _links(message: Message) -> list[str]:
    return links_of(message.blocks) if message.blocks else mentions.links(message.text)


def _pings(text: str, blocks: list[Json], *, whole: bool) -> list[str]:
    found = mentions.pings(text, whole=whole)
    for kind, part in texts_of(blocks):
        if kind in {"mrkdwn", "markdown"}:
            found += mentions.pings(part)
    return found
