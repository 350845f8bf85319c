"""Actions of people, kept from the moment they arrive until they are handled, and answered alike when repeated.

`record` commits what the browser's own chat shows of an action (the message, the reaction) together with
the action; `items` says what the bot is told of it. A process that dies in between leaves the row
unanswered, and any process picks it up again under the same delivery id.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, select, update

from bot.platform import Done
from bot.web import messages, seats, strings
from bot.web.actions import ACTION, KEYCAPS, AnyAction, Press
from bot.web.head import insert_new
from bot.web.seats import Seat
from bot.web.showing import Context, Refusal, show
from bot.web.wire import reply_json
from storage.web_tables import DELIVERIES

STALE = 15.0
"""Seconds after which an action that is not answered counts as left behind; grows with the square of the tries."""

KEPT = 86_400.0
"""Seconds that an answered action is kept, to answer a repeat alike."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An action that is kept. `reply` is what it was answered with, None when it was not yet."""

    seat: Seat
    action: AnyAction
    at: float
    context: Context
    reply: dict[str, Any] | None = None


def record(connection: Connection, seat: Seat, action: AnyAction, now: float) -> Recorded | Refusal:
    """Keep an action and what the chat shows of it; a repeat finds what was kept first."""
    this = _is(seat.member, action.delivery)
    fresh = {
        "member": seat.member,
        "id": action.delivery,
        "channel": seat.channel,
        "at": now,
        "taken_at": now,
        "attempts": 1,
        "answered": False,
        "action": action.model_dump_json(),
        "context": "{}",
        "reply": None,
    }
    if insert_new(connection, DELIVERIES, fresh):
        here = seats.seat(connection, seat.channel, seat.member) is not None
        context = show(connection, seat, action, now) if here else Refusal(strings.NO_SEAT)
        if isinstance(context, Refusal):
            connection.execute(delete(DELIVERIES).where(this))
            return context
        connection.execute(update(DELIVERIES).where(this).values(context=json.dumps(context)))
        return Recorded(seat, action, now, context)
    there = connection.execute(select(DELIVERIES).where(this)).mappings().one()
    if there["answered"]:
        return Recorded(seat, action, there["at"], {}, json.loads(there["reply"]))
    connection.execute(update(DELIVERIES).where(this).values(taken_at=now, attempts=there["attempts"] + 1))
    return _recorded(there, seat)


def answer(connection: Connection, recorded: Recorded, reply: dict[str, Any], *, done: bool) -> None:
    """The handler returned: a repeat gets the same reply. Of the action nothing is kept but that it was.

    done: it was carried out, so that a key of a scale stays pressed on the cards that carry the scale.
    """
    values = {"answered": True, "reply": json.dumps(reply), "action": "", "context": ""}
    seat, action = recorded.seat, recorded.action
    connection.execute(update(DELIVERIES).where(_is(seat.member, action.delivery)).values(**values))
    if done and isinstance(action, Press) and len(action.value) == 1 and action.value in KEYCAPS:
        pressed = (action.action, action.round, action.target)
        messages.mark(connection, seat.channel, seat.member, pressed, int(action.value))


def left_behind(connection: Connection, now: float, limit: int = 20) -> list[Recorded]:
    """Take actions that nobody has answered for long enough, oldest first."""
    patience = STALE * DELIVERIES.c.attempts * DELIVERIES.c.attempts
    stale = and_(DELIVERIES.c.answered.is_(False), DELIVERIES.c.taken_at + patience < now)
    rows = connection.execute(select(DELIVERIES).where(stale).order_by(DELIVERIES.c.at).limit(limit)).mappings().all()
    taken = []
    for row in rows:
        values = {"taken_at": now, "attempts": row["attempts"] + 1}
        connection.execute(update(DELIVERIES).where(_is(row["member"], row["id"])).values(**values))
        seat = seats.seat(connection, row["channel"], row["member"], even_left=True)
        if seat is not None:
            taken.append(_recorded(row, seat))
    return taken


def sweep(connection: Connection, now: float) -> None:
    """Drop the answers that are old enough for nobody to ask again."""
    connection.execute(delete(DELIVERIES).where(DELIVERIES.c.answered.is_(True), DELIVERIES.c.taken_at < now - KEPT))


def forget(connection: Connection, member: str) -> None:
    """Empty every action of a person; that it was answered stays until `sweep`, so that a repeat does nothing."""
    emptied = {"answered": True, "action": "", "context": "", "reply": json.dumps(reply_json(Done()))}
    connection.execute(update(DELIVERIES).where(DELIVERIES.c.member == member).values(**emptied))


def _is(member: str, delivery: str) -> ColumnElement[bool]:
    return and_(DELIVERIES.c.member == member, DELIVERIES.c.id == delivery)


def _recorded(row: RowMapping, seat: Seat) -> Recorded:
    return Recorded(seat, ACTION.validate_json(row["action"]), row["at"], json.loads(row["context"]))
