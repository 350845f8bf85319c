"""What the browser's own chat keeps and shows of an action, before the bot is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from bot.web import messages, seats, strings
from bot.web.actions import (
    KEYCAPS,
    TEXT_LIMIT,
    AnyAction,
    Command,
    Delete,
    Edit,
    Leave,
    Press,
    React,
    Say,
    Submit,
    longest_text,
)
from bot.web.seats import Seat

Context = dict[str, str]
"""What an action found when it came: its message, the place, the message it answers, the rating it replaced."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The action can never be carried out; `sentence` is a message id, filled in with `values`."""

    sentence: str
    values: tuple[tuple[str, object], ...] = ()


def show(connection: Connection, seat: Seat, action: AnyAction, now: float) -> Context | Refusal:
    """Carry an action out as far as the chat itself goes; nothing is written when it is refused."""
    length = longest_text(action)
    if length > TEXT_LIMIT:
        return Refusal(strings.TOO_LONG, (("count", length), ("limit", TEXT_LIMIT)))
    match action:
        case Say():
            return _say(connection, seat, action, now)
        case Edit(message=message, text=text):
            row = messages.own(connection, message, seat.member)
            if row is None:
                return Refusal(strings.NOT_YOURS)
            if not text.strip():
                return Refusal(strings.NOTHING_WRITTEN)
            messages.rewrite(connection, message, text, now)
            return {"message": message, "place": _place(row), "parent": row["parent"]}
        case Delete(message=message):
            row = messages.own(connection, message, seat.member)
            if row is None:
                return Refusal(strings.NOT_YOURS)
            messages.erase(connection, message, now)
            return {"message": message, "place": _place(row), "parent": row["parent"]}
        case React(message=message, emoji=emoji, added=added):
            row = messages.visible(connection, message, seat.channel, seat.member)
            if row is None:
                return Refusal(strings.MESSAGE_GONE)
            held = messages.keycaps_of(connection, message, seat.member) if emoji in KEYCAPS and added else []
            messages.react(connection, message, seat.member, emoji, added, now)
            former = next((other for other in held if other != emoji), "")
            ours = "yes" if row["author"] == "" else ""
            return {"message": message, "place": _place(row), "former": former, "ours": ours}
        case Leave():
            seats.leave(connection, seat.channel, seat.member, now)
            return {}
        case Command() | Press() | Submit():
            return {}


def _say(connection: Connection, seat: Seat, action: Say, now: float) -> Context | Refusal:
    private = action.place == "direct"
    if not action.text.strip() and not (private and action.attachments):
        return Refusal(strings.NOTHING_WRITTEN)
    if action.attachments and not private:
        return Refusal(strings.ATTACHMENTS_HERE)
    if action.parent and messages.visible(connection, action.parent, seat.channel, seat.member) is None:
        return Refusal(strings.MESSAGE_GONE)
    message = messages.message_id("m", seat.member, action.delivery)
    messages.write(
        connection,
        message,
        action.delivery,
        seat.channel,
        seat.member,
        private,
        action.text,
        action.parent,
        action.attachments,
        now,
    )
    return {"message": message}


def _place(row: Any) -> str:
    return "channel" if row["member"] is None else "direct"
