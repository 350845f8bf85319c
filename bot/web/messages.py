"""What stands in a channel and in the private conversations of it: units of work on messages and reactions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, func, insert, or_, select, update

from bot.web.actions import KEYCAPS
from bot.web.head import draw, insert_new
from storage.web_tables import MESSAGES, REACTIONS, SEATS

PAGE = 60
"""Messages of a place that a page loads at once."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as pages show it. `owners`: which of the asked readers put which reactions on it."""

    row: dict[str, Any]
    name: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    owners: dict[str, list[str]] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """The number of its last change."""
        return int(self.row["changed"])

    def is_for(self, channel: str, member: str) -> bool:
        """True when this reader of this channel may see it."""
        return self.row["channel"] == channel and self.row["member"] in (None, member)


def message_id(kind: str, *parts: str) -> str:
    """The id that the same card or action always gets."""
    return kind + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


def post(connection: Connection, key: str, channel: str, member: str | None, card: str, now: float) -> str:
    """Post a card of ours under an idempotency key; the id of the message, new or there already."""
    there = connection.execute(select(MESSAGES.c.id).where(MESSAGES.c.key == key)).scalar()
    if there is not None:
        return str(there)
    number = draw(connection)
    values = _fresh(message_id("c", key), number, channel, member, now) | {"key": key, "card": card}
    insert_new(connection, MESSAGES, values)
    return str(connection.execute(select(MESSAGES.c.id).where(MESSAGES.c.key == key)).scalar_one())


def replace(connection: Connection, message: str, card: str) -> bool:
    """Put another card in the place of one of ours; False when it is not there."""
    changed = draw(connection)
    ours = and_(MESSAGES.c.id == message, MESSAGES.c.author == "", MESSAGES.c.deleted_at.is_(None))
    return connection.execute(update(MESSAGES).where(ours).values(card=card, changed=changed)).rowcount == 1


def write(
    connection: Connection,
    message: str,
    delivery: str,
    channel: str,
    author: str,
    private: bool,
    text: str,
    parent: str,
    attachments: int,
    now: float,
) -> None:
    """Keep what a person wrote."""
    values = _fresh(message, draw(connection), channel, author if private else None, now)
    values |= {"author": author, "delivery": delivery, "text": text, "parent": parent, "attachments": attachments}
    connection.execute(insert(MESSAGES).values(**values))


def own(connection: Connection, message: str, author: str) -> RowMapping | None:
    """A message that this person wrote and that is still there."""
    mine = and_(MESSAGES.c.id == message, MESSAGES.c.author == author, MESSAGES.c.deleted_at.is_(None))
    return connection.execute(select(MESSAGES).where(mine)).mappings().first()


def visible(connection: Connection, message: str, channel: str, member: str) -> RowMapping | None:
    """A message that stands where this reader of this channel sees it."""
    seen = and_(MESSAGES.c.id == message, MESSAGES.c.channel == channel, MESSAGES.c.deleted_at.is_(None))
    row = connection.execute(select(MESSAGES).where(seen)).mappings().first()
    return row if row is not None and row["member"] in (None, member) else None


def rewrite(connection: Connection, message: str, text: str, now: float) -> None:
    """Change the text of a person's message."""
    changed = draw(connection)
    values = {"text": text, "edited_at": now, "changed": changed}
    connection.execute(update(MESSAGES).where(MESSAGES.c.id == message).values(**values))


def erase(connection: Connection, message: str, now: float) -> None:
    """Delete a message: its words go, its place stays, so that every page learns of it."""
    changed = draw(connection)
    values = {"text": "", "card": None, "attachments": 0, "deleted_at": now, "changed": changed}
    connection.execute(update(MESSAGES).where(MESSAGES.c.id == message).values(**values))
    connection.execute(delete(REACTIONS).where(REACTIONS.c.message == message))


def mark(connection: Connection, channel: str, member: str, pressed: tuple[str, str, str], value: int) -> None:
    """Show a scale (action, round, target) as pressed on the newest private cards of a person that carry it."""
    here = and_(MESSAGES.c.channel == channel, MESSAGES.c.member == member, MESSAGES.c.author == "")
    wanted = select(MESSAGES.c.id, MESSAGES.c.card).where(here, MESSAGES.c.card.is_not(None))
    for row in connection.execute(wanted.order_by(MESSAGES.c.number.desc()).limit(PAGE)).all():
        card = json.loads(row.card)
        scales = [one for one in card["buttons"] if one["type"] == "scale" and _identity(one) == pressed]
        if any(one["value"] != value for one in scales):
            for one in scales:
                one["value"] = value
            replace(connection, row.id, json.dumps(card))


def _identity(control: dict[str, Any]) -> tuple[str, str, str]:
    return control["action"], control["round"], control["target"]


def keycaps_of(connection: Connection, message: str, member: str) -> list[str]:
    """The ratings that a member has on a message; one at most, by how they are put on."""
    here = and_(REACTIONS.c.message == message, REACTIONS.c.member == member, REACTIONS.c.emoji.in_(KEYCAPS))
    return list(connection.execute(select(REACTIONS.c.emoji).where(here)).scalars())


def react(connection: Connection, message: str, member: str, emoji: str, added: bool, now: float) -> None:
    """Put a reaction on a message or take it off; a keycap takes the place of another one."""
    changed = draw(connection)
    gone = {emoji} | (KEYCAPS if added and emoji in KEYCAPS else frozenset())
    here = and_(REACTIONS.c.message == message, REACTIONS.c.member == member, REACTIONS.c.emoji.in_(gone))
    connection.execute(delete(REACTIONS).where(here))
    if added:
        connection.execute(insert(REACTIONS).values(message=message, member=member, emoji=emoji, at=now))
    connection.execute(update(MESSAGES).where(MESSAGES.c.id == message).values(changed=changed))


def ratings(connection: Connection, message: str) -> dict[str, tuple[int, ...]]:
    """Member -> ratings 1..7 on a message."""
    here = and_(REACTIONS.c.message == message, REACTIONS.c.emoji.in_(KEYCAPS))
    held: dict[str, tuple[int, ...]] = {}
    for row in connection.execute(select(REACTIONS.c.member, REACTIONS.c.emoji).where(here).order_by(REACTIONS.c.at)):
        held[row.member] = (*held.get(row.member, ()), int(row.emoji))
    return held


def changed_since(
    connection: Connection, after: int, readers: Collection[str], place: tuple[str, str] | None = None
) -> list[Shown]:
    """Messages changed after the number `after`, oldest change first, with the reactions of `readers`.

    place: (channel, member) for what one reader may see; None for everything.
    """
    wanted = select(MESSAGES).where(MESSAGES.c.changed > after)
    if place is not None:
        wanted = wanted.where(_visible_to(*place))
    rows = connection.execute(wanted.order_by(MESSAGES.c.changed)).mappings().all()
    return _shown(connection, rows, readers)


def count_changed(connection: Connection, after: int, channel: str, member: str) -> int:
    """How many messages that a reader may see were changed after the number `after`."""
    newer = and_(MESSAGES.c.changed > after, _visible_to(channel, member))
    return int(connection.execute(select(func.count()).select_from(MESSAGES).where(newer)).scalar_one())


def newest(connection: Connection, channel: str, member: str, private: bool, before: int | None) -> list[Shown]:
    """The newest messages of a place, oldest first, at most PAGE, older than the number `before`."""
    here = and_(MESSAGES.c.channel == channel, MESSAGES.c.member == member if private else MESSAGES.c.member.is_(None))
    wanted = select(MESSAGES).where(here, MESSAGES.c.deleted_at.is_(None))
    if before is not None:
        wanted = wanted.where(MESSAGES.c.number < before)
    rows = connection.execute(wanted.order_by(MESSAGES.c.number.desc()).limit(PAGE)).mappings().all()
    return _shown(connection, rows[::-1], [member])


def forget(connection: Connection, member: str, now: float) -> None:
    """Take everything a person wrote, was told in private and reacted with out of the chat."""
    changed = draw(connection)
    theirs = or_(MESSAGES.c.author == member, MESSAGES.c.member == member)
    touched = select(REACTIONS.c.message).where(REACTIONS.c.member == member)
    connection.execute(update(MESSAGES).where(MESSAGES.c.id.in_(touched)).values(changed=changed))
    connection.execute(delete(REACTIONS).where(REACTIONS.c.member == member))
    values = {"text": "", "card": None, "attachments": 0, "deleted_at": now, "changed": changed}
    connection.execute(update(MESSAGES).where(theirs).values(**values))


def message_json(shown: Shown, member: str) -> dict[str, Any]:
    """A message as one reader's page gets it."""
    row = shown.row
    mine = row["author"] == member
    own = set(shown.owners.get(member, ()))
    made: dict[str, Any] = {
        "id": row["id"],
        "number": row["number"],
        "place": "channel" if row["member"] is None else "direct",
        "at": row["at"],
        "author": row["author"],
        "name": shown.name,
        "mine": mine,
        "text": row["text"],
        "parent": row["parent"],
        "attachments": row["attachments"],
        "edited": row["edited_at"] is not None,
        "deleted": row["deleted_at"] is not None,
        "card": json.loads(row["card"]) if row["card"] else None,
        "reactions": [
            {"emoji": emoji, "count": count, "own": emoji in own} for emoji, count in sorted(shown.counts.items())
        ],
    }
    return made | ({"delivery": row["delivery"]} if mine and row["delivery"] else {})


def _fresh(message: str, number: int, channel: str, member: str | None, now: float) -> dict[str, Any]:
    return {
        "id": message,
        "number": number,
        "changed": number,
        "channel": channel,
        "member": member,
        "author": "",
        "key": None,
        "delivery": None,
        "card": None,
        "text": "",
        "parent": "",
        "attachments": 0,
        "at": now,
        "edited_at": None,
        "deleted_at": None,
    }


def _visible_to(channel: str, member: str) -> Any:
    return and_(MESSAGES.c.channel == channel, or_(MESSAGES.c.member.is_(None), MESSAGES.c.member == member))


def _shown(connection: Connection, rows: Iterable[RowMapping], readers: Collection[str]) -> list[Shown]:
    kept = [dict(row) for row in rows]
    authors = select(SEATS.c.channel, SEATS.c.member, SEATS.c.name).where(
        SEATS.c.channel.in_({row["channel"] for row in kept}), SEATS.c.member.in_({row["author"] for row in kept})
    )
    names = {(row.channel, row.member): row.name for row in connection.execute(authors)}
    found = [Shown(row, names.get((row["channel"], row["author"]), "")) for row in kept]
    by_id = {shown.row["id"]: shown for shown in found}
    here = REACTIONS.c.message.in_(by_id)
    counted = select(REACTIONS.c.message, REACTIONS.c.emoji, func.count().label("held")).where(here)
    for row in connection.execute(counted.group_by(REACTIONS.c.message, REACTIONS.c.emoji)):
        by_id[row.message].counts[row.emoji] = row.held
    theirs = select(REACTIONS.c.message, REACTIONS.c.member, REACTIONS.c.emoji)
    for row in connection.execute(theirs.where(here, REACTIONS.c.member.in_(readers))):
        by_id[row.message].owners.setdefault(row.member, []).append(row.emoji)
    return found
