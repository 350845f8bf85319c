"""Slack's payloads as inbound items: pure functions, with the delivery ids that make repetitions harmless.

Sources: Slack's reference of slash commands, interactivity payloads and events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
    Reacted,
)
from bot.slack.blocks import read_value
from bot.slack.views import digest, opened, values_of
from bot.slack.wording import mentioned, spoken, typed

Payload = Mapping[str, Any]
Names = Mapping[str, str]
"""How people are called, by Slack's user id."""

KEYCAPS = {
    **dict(zip("zero one two three four five six seven eight nine".split(), "0123456789", strict=True)),
    "keycap_ten": "10",
}
"""Slack's names of the emoji that are numbers, and the numbers."""

EMOJI = {digit: name for name, digit in KEYCAPS.items() if digit in "1234567"}
"""The emoji that rates, by its digit."""

_WRITTEN = frozenset({"", "file_share", "me_message", "thread_broadcast"})
"""The subtypes of messages that are somebody's words."""


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did. user, channel: Slack's ids.

    direct: in the conversation with the bot. mentions: people whose names `item` wants. item: the inbound
    item, given who it was and those names. delivery: the item's, of a command or a button.
    """

    user: str
    channel: str
    direct: bool
    item: Callable[[Person, Names], Inbound]
    mentions: tuple[str, ...] = ()
    delivery: str = ""


def is_direct(channel: str) -> bool:
    """Whether a channel id is of a conversation of two."""
    return channel.startswith("D")


def command(body: Payload, now: float) -> Act:
    """`/consensus WORD REST`."""
    given = str(body.get("text") or "")
    channel, user = str(body["channel_id"]), str(body["user_id"])
    delivery = f"command/{body.get('trigger_id') or digest((('text', given), ('at', str(now))))}"

    def item(person: Person, names: Names) -> Inbound:
        word, _, rest = typed(given, names).strip().partition(" ")
        return CommandGiven(delivery, now, person, word, rest.strip())

    return Act(user, channel, is_direct(channel), item, mentioned(given), delivery)


def pressed(body: Payload, now: float) -> Act | None:
    """A press of one of our buttons; None for any other element."""
    actions = body.get("actions") or []
    action: Payload = actions[0] if actions else {}
    read = read_value(str(action.get("value") or ""))
    if action.get("type") != "button" or read is None:
        return None
    user = str(body["user"]["id"])
    container: Payload = body.get("container") or {}
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    at = _seconds(action.get("action_ts"), now)
    where = container.get("message_ts") or container.get("view_id") or ""
    stamp = action.get("action_ts") or body.get("trigger_id") or str(now)
    delivery = f"press/{user}/{channel}/{where}/{action.get('action_id')}/{stamp}"

    def item(person: Person, names: Names) -> Inbound:
        return ButtonPressed(delivery, at, person, read.action, read.round, read.target, read.value)

    return Act(user, channel, is_direct(channel) or not channel, item, delivery=delivery)


def rates(body: Payload) -> bool:
    """Whether a press is of a key that rates a statement."""
    read = read_value(str(body["actions"][0].get("value") or ""))
    return read is not None and read.action == "rate"


def submitted(body: Payload, now: float) -> Act | None:
    """A modal came back; None for one that is not ours."""
    view: Payload = body["view"]
    form = opened(view)
    if form is None:
        return None
    user, values = str(body["user"]["id"]), values_of(view)
    delivery = f"view/{view['id']}/{digest(values)}"

    def item(person: Person, names: Names) -> Inbound:
        return FormSubmitted(delivery, now, person, form.form, form.round, form.target, values)

    return Act(user, form.channel, form.direct, item)


def event(body: Payload, bot: str, now: float) -> Act | None:
    """An event's item; None for what nobody did or what is no business of ours. bot: our own user id."""
    said: Payload = body["event"]
    match said.get("type"):
        case "message":
            return _message(body, said, bot, now)
        case "reaction_added" | "reaction_removed":
            return _reaction(said, bot, now)
        case "member_left_channel" if said.get("user") != bot:
            at = _seconds(said.get("event_ts"), float(body.get("event_time") or now))
            delivery = _event_id(body)
            return Act(
                str(said["user"]), str(said["channel"]), False, lambda person, _: ChannelLeft(delivery, at, person)
            )
        case _:
            return None


def _message(body: Payload, said: Payload, bot: str, now: float) -> Act | None:
    channel = str(said.get("channel") or "")
    if said.get("channel_type", "im") != "im" or not is_direct(channel):
        return None
    subtype = str(said.get("subtype") or "")
    if subtype == "message_changed":
        return _changed(body, said, bot, now)
    if subtype == "message_deleted":
        before: Payload = said.get("previous_message") or {}
        return _deleted(body, said, before, str(said.get("deleted_ts") or before.get("ts")), bot, now)
    user, stamp = str(said.get("user") or ""), str(said.get("ts"))
    if subtype not in _WRITTEN or _is_bot(said, bot):
        return None
    text, files = str(said.get("text") or ""), len(said.get("files") or ())
    # Not the event's id: the same message is found in the history after a gap.
    parent, delivery = _parent(said), f"said/{channel}/{stamp}"

    def item(person: Person, names: Names) -> Inbound:
        return DirectMessage(delivery, _seconds(stamp, now), person, stamp, _words(said, names), parent, files)

    return Act(user, channel, True, item, mentioned(text))


def _changed(body: Payload, said: Payload, bot: str, now: float) -> Act | None:
    """An edit. Slack also calls it a change when a link is unfurled, and when a thread's first message goes."""
    message: Payload = said.get("message") or {}
    before: Payload = said.get("previous_message") or {}
    stamp = str(message.get("ts"))
    if message.get("subtype") == "tombstone":
        return _deleted(body, said, before, stamp, bot, now)
    if _is_bot(message, bot) or message.get("text") == before.get("text"):
        return None
    text, parent, delivery = str(message.get("text") or ""), _parent(message), _event_id(body)
    at = _seconds(said.get("event_ts") or (message.get("edited") or {}).get("ts"), now)

    def item(person: Person, names: Names) -> Inbound:
        return DirectMessageEdited(delivery, at, person, stamp, _words(message, names), parent)

    return Act(str(message.get("user") or ""), str(said["channel"]), True, item, mentioned(text))


def _deleted(body: Payload, said: Payload, before: Payload, stamp: str, bot: str, now: float) -> Act | None:
    if _is_bot(before, bot):
        return None
    at, parent, delivery = _seconds(said.get("event_ts"), now), _parent(before), _event_id(body)

    def item(person: Person, names: Names) -> Inbound:
        return DirectMessageDeleted(delivery, at, person, stamp, parent)

    return Act(str(before.get("user") or ""), str(said["channel"]), True, item)


def _reaction(said: Payload, bot: str, now: float) -> Act | None:
    target: Payload = said.get("item") or {}
    user, emoji = str(said.get("user") or ""), str(said.get("reaction") or "")
    if target.get("type") != "message" or user in {"", bot} or said.get("item_user", bot) != bot:
        return None
    added = said["type"] == "reaction_added"
    channel, stamp = str(target["channel"]), str(target["ts"])
    name = KEYCAPS.get(emoji, f":{emoji}:")
    delivery = f"react/{channel}/{stamp}/{user}/{name}/{'on' if added else 'off'}/{said.get('event_ts')}"
    at = _seconds(said.get("event_ts"), now)

    def item(person: Person, names: Names) -> Inbound:
        return Reacted(delivery, at, person, stamp, name, added)

    return Act(user, channel, is_direct(channel), item)


def _words(message: Payload, names: Names) -> str:
    """What a message says. Without its rich text, emoji stay names, since Slack's text has no characters for them."""
    read = spoken(message.get("blocks") or (), names)
    return typed(str(message.get("text") or ""), names) if read is None else read


def _is_bot(message: Payload, bot: str) -> bool:
    return bool(message.get("bot_id")) or message.get("user") in {None, "", bot, "USLACKBOT"}


def _parent(message: Payload) -> str:
    thread = str(message.get("thread_ts") or "")
    return "" if thread == message.get("ts") else thread


def _event_id(body: Payload) -> str:
    return f"event/{body['event_id']}"


def _seconds(stamp: object, otherwise: float) -> float:
    try:
        return float(str(stamp))
    except ValueError:
        return otherwise
