"""How a message of the app comes to be and changes, whatever route it came by."""

from __future__ import annotations

from typing import Any

from tests.discord_server.content import apply, check_body, named, pinged
from tests.discord_server.refusal import Json, Refusal, wrong
from tests.discord_server.rights import MENTION_EVERYONE, in_channel
from tests.discord_server.routing import Call, File
from tests.discord_server.world import Channel, Message

LARGEST = 10 * 1024 * 1024


def new_message(call: Call, channel: Channel, body: Json, *, webhook: bool = False) -> Message:
    """A checked message that nobody sees yet."""
    check_body(body, len(call.files))
    message = Message(call.world.id(), channel, call.bot, "", born=call.discord.now(), webhook=webhook)
    apply(message, body)
    message.attachments = _attached(call, body, [])
    message.nonce = body.get("nonce")
    message.reference = _reference(call, channel, body)
    message.pings = _pinged(call, message, body)
    return message


def change(call: Call, message: Message, body: Json) -> None:
    """Write a checked body into a message."""
    check_body(body, len(call.files), before=message)
    apply(message, body)
    if "attachments" in body or call.files:
        message.attachments = _attached(call, body, message.attachments)
    named(message)


def _pinged(call: Call, message: Message, body: Json) -> list[str]:
    guild = message.channel.guild
    everyone = bool(in_channel(message.channel, call.bot) & MENTION_EVERYONE)
    roles = [] if guild is None else [one.id for one in guild.roles.values() if one.mentionable or everyone]
    return pinged(message, body.get("allowed_mentions"), roles, everyone=everyone and guild is not None)


def _reference(call: Call, channel: Channel, body: Json) -> Json | None:
    wanted: Any = body.get("message_reference")
    if not wanted:
        return None
    if str(wanted.get("message_id")) not in channel.messages:
        if wanted.get("fail_if_not_exists", True):
            raise wrong("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return None
    return {"type": 0, "message_id": str(wanted["message_id"]), "channel_id": channel.id}


def _attached(call: Call, body: Json, before: list[Json]) -> list[Json]:
    """The attachments after a request: those kept of `before`, and the uploaded ones with their descriptions."""
    described = {str(one.get("id")): one for one in body.get("attachments") or []}
    kept = [one | {"description": described[one["id"]].get("description")} for one in before if one["id"] in described]
    if "attachments" not in body:
        kept = list(before)
    return kept + [_stored(call, one, described.get(str(one.number), {})) for one in call.files]


def _stored(call: Call, file: File, described: Json) -> Json:
    if len(file.content) > LARGEST:
        raise Refusal(40005)
    known = call.world.id()
    name = described.get("filename") or file.name
    call.world.files[known] = (name, file.content)
    url = f"{call.discord.url}/attachments/{known}/{name}"
    kind = "image/png" if name.endswith(".png") else "application/octet-stream"
    stored: Json = {"id": known, "filename": name, "size": len(file.content), "url": url, "proxy_url": url}
    stored["content_type"] = kind
    if described.get("description"):
        stored["description"] = described["description"]
    return stored
