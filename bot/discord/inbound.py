"""Discord's gateway events as inbound items: pure functions, with delivery ids that make repetitions harmless.

Sources: Discord's reference, "Gateway Events" and "Receiving and Responding to Interactions".
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.discord.ids import made_at, ours
from bot.discord.wording import typed
from bot.platform import (
    ButtonPressed,
    ChannelLeft,
    CommandGiven,
    DirectMessage,
    DirectMessageDeleted,
    DirectMessageEdited,
    FormSubmitted,
    Inbound,
    Person,
    PostDeleted,
    Reacted,
)

Payload = Mapping[str, Any]

KEYCAPS = {str(digit): f"{digit}\ufe0f\u20e3" for digit in range(1, 8)}
"""The emoji that rates, by its digit."""

_KEYCAP = re.compile(r"^(\d)\ufe0f?\u20e3$")
_TEN = "\N{KEYCAP TEN}"
_WRITTEN = frozenset({0, 19})
"""The types of messages that are somebody's words: a message, and a reply."""

ADMINISTRATOR, MANAGE_SERVER = 1 << 3, 1 << 5


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did. user, channel, server: Discord's ids, server "" in a direct message.

    speaker: what the payload says of the person, as far as it does.
    """

    user: str
    channel: str
    server: str
    item: Callable[[Person], Inbound]
    speaker: Speaker

    @property
    def direct(self) -> bool:
        """In the conversation with the bot."""
        return not self.server


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody as a payload describes them. roles: Discord's ids. rights: their permissions in this channel."""

    name: str = ""
    locale: str = "en"
    roles: tuple[str, ...] = ()
    rights: int = 0
    bot: bool = False


def speaker(payload: Payload) -> Speaker:
    """Who is behind a payload with a member, a user or an author."""
    member: Payload = payload.get("member") or {}
    user: Payload = member.get("user") or payload.get("user") or payload.get("author") or {}
    name = member.get("nick") or user.get("global_name") or user.get("username") or ""
    return Speaker(
        str(name),
        str(payload.get("locale") or "en"),
        tuple(str(one) for one in member.get("roles") or ()),
        int(member.get("permissions") or 0),
        bool(user.get("bot")),
    )


def user_of(payload: Payload) -> str:
    """Discord's id of whoever is behind an interaction."""
    user: Payload = (payload.get("member") or {}).get("user") or payload.get("user") or {}
    return str(user.get("id") or "")


def command(payload: Payload, word: str, rest: str, part: str = "") -> Act:
    """`/consensus WORD REST`; `part` tells several items of one interaction apart."""
    delivery = f"interaction/{payload['id']}{part}"
    at = made_at(payload["id"])
    return _interaction(payload, lambda person: CommandGiven(delivery, at, person, word, rest))


def pressed(payload: Payload, action: str, round: str, target: str, value: str, part: str = "") -> Act:
    """A button, or a key of a scale."""
    delivery = f"interaction/{payload['id']}{part}"
    at = made_at(payload["id"])
    return _interaction(payload, lambda person: ButtonPressed(delivery, at, person, action, round, target, value))


def submitted(
    payload: Payload, form: str, round: str, target: str, values: Mapping[str, str], message: str = ""
) -> Act:
    """A form. message: the draft that holds it, so that sending it twice is sending it once."""
    given = tuple(values.items())
    delivery = f"form/{message}/{digest(given)}" if message else f"interaction/{payload['id']}"
    at = made_at(payload["id"])
    return _interaction(payload, lambda person: FormSubmitted(delivery, at, person, form, round, target, given))


def _interaction(payload: Payload, item: Callable[[Person], Inbound]) -> Act:
    channel = str(payload.get("channel_id") or (payload.get("channel") or {}).get("id") or "")
    return Act(user_of(payload), channel, str(payload.get("guild_id") or ""), item, speaker(payload))


def digest(values: tuple[tuple[str, str], ...]) -> str:
    """Short and the same for the same values."""
    return hashlib.sha256(json.dumps(sorted(values)).encode()).hexdigest()[:16]


def written(message: Payload) -> Act | None:
    """A direct message; None for what is none, or none of a person's."""
    author: Payload = message.get("author") or {}
    if message.get("guild_id") or author.get("bot") or int(message.get("type") or 0) not in _WRITTEN:
        return None
    known, text = str(message["id"]), _words(message)
    parent = _parent(message)
    files = len(message.get("attachments") or ()) + len(message.get("sticker_items") or ())
    at = made_at(known)

    def item(person: Person) -> Inbound:
        return DirectMessage(f"message/{known}", at, person, known, text, parent, files)

    return Act(str(author.get("id") or ""), str(message["channel_id"]), "", item, speaker(message))


def edited(message: Payload, now: float) -> Act | None:
    """An edit. Discord also sends one when a link's preview comes; that has no time of editing."""
    author: Payload = message.get("author") or {}
    stamp = message.get("edited_timestamp")
    if message.get("guild_id") or author.get("bot") or not stamp or "content" not in message:
        return None
    known, text, parent = str(message["id"]), _words(message), _parent(message)
    delivery = f"edit/{known}/{stamp}/{digest((('text', text),))}"

    def item(person: Person) -> Inbound:
        return DirectMessageEdited(delivery, now, person, known, text, parent)

    return Act(str(author.get("id") or ""), str(message["channel_id"]), "", item, speaker(message))


def deleted(event: Payload, user: str, now: float) -> Act | None:
    """A direct message was deleted. user: whose conversation it was in, since Discord does not say."""
    if event.get("guild_id") or not user:
        return None
    known = str(event["id"])

    def item(person: Person) -> Inbound:
        return DirectMessageDeleted(f"delete/{known}", now, person, known)

    return Act(user, str(event["channel_id"]), "", item, Speaker())


def reacted(event: Payload, bot: str, at: float, *, added: bool) -> Act | None:
    """A reaction. `at`: when it came, since Discord does not say when it was made."""
    user = str(event.get("user_id") or "")
    if user in {"", bot} or ((event.get("member") or {}).get("user") or {}).get("bot"):
        return None
    name, message = emoji_name(event.get("emoji") or {}), str(event["message_id"])
    delivery = f"react/{message}/{user}/{name}/{'on' if added else 'off'}/{at:.6f}"

    def item(person: Person) -> Inbound:
        return Reacted(delivery, at, person, message, name, added, quiet=True)

    server = str(event.get("guild_id") or "")
    return Act(user, str(event["channel_id"]), server, item, speaker(event))


def left(event: Payload, channel: str, now: float) -> Act:
    """Somebody left the server, and with it this channel."""
    user: Payload = event.get("user") or {}
    known, server = str(user.get("id") or ""), str(event.get("guild_id") or "")
    delivery = f"left/{channel}/{known}/{now:.3f}"
    return Act(known, channel, server, lambda person: ChannelLeft(delivery, now, person), speaker(event))


def gone(channel: str, message: str, now: float) -> PostDeleted:
    """A message in a server was deleted, or ("") a channel or thread."""
    return PostDeleted(f"gone/{channel}/{message}", now, Person("", "", ours(channel)), message)


def emoji_name(emoji: Payload) -> str:
    """An emoji's digits where it is a number, else its name."""
    name = str(emoji.get("name") or "")
    if emoji.get("id"):
        return f":{name}:"
    found = _KEYCAP.match(name)
    return found[1] if found else "10" if name == _TEN else f":{name}:"


def _words(message: Payload) -> str:
    people = {
        str(one["id"]): str(one.get("global_name") or one.get("username")) for one in message.get("mentions") or ()
    }
    return typed(str(message.get("content") or ""), people)


def _parent(message: Payload) -> str:
    """The message of ours that this one answers: of a long one, its first page."""
    answered: Payload = message.get("referenced_message") or {}
    before: Payload = answered.get("message_reference") or {}
    if (answered.get("author") or {}).get("bot") and before.get("message_id"):
        return str(before["message_id"])
    return str((message.get("message_reference") or {}).get("message_id") or "")
