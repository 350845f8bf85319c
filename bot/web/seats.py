"""Who sits in which channel: units of work on the seats.

A member id is "web:" and the name of a personal link, case and spacing folded and percent-encoded, so that a
link opened twice, or in two channels, is the same person. A seat taken freely gets a random ending, so that
nobody becomes somebody else by typing a name.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, RowMapping, Select, and_, func, or_, select, update

from bot.web.head import draw, insert_new
from storage.web_tables import CHANNELS, SEATS

PREFIX = "web:"
NAME_LIMIT = 40
CHANNEL_LIMIT = 60


class NameTaken(Exception):
    """Somebody else of the channel has this name."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel; `slug` is its id without the prefix, as it stands in addresses."""

    id: str
    title: str
    open_seats: bool

    @property
    def slug(self) -> str:
        """The id as it stands in an address."""
        return self.id.removeprefix(PREFIX)


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in a channel."""

    channel: str
    member: str
    name: str
    moderator: bool
    zone: str
    locale: str


def folded(name: str) -> str:
    """A name with case, spacing and ways to write a letter folded, and anything unprintable left out."""
    return " ".join("".join(c for c in unicodedata.normalize("NFKC", name) if c.isprintable()).casefold().split())


def shown(name: str) -> str:
    """A name as it is shown: one line, single spaces, at most NAME_LIMIT characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:NAME_LIMIT].strip()


def channel_id(name: str) -> str:
    """The id of the channel that a person calls `name`, "#demo", "demo" or "web:demo"."""
    words = name.removeprefix(PREFIX).lstrip("#").casefold()
    slug = "".join(c if c.isalnum() or c in "-_" else "-" for c in words).strip("-")[:CHANNEL_LIMIT]
    return PREFIX + (slug or "channel")


def member_id(name: str) -> str:
    """The id of the person whom personal links call `name`."""
    return PREFIX + quote(folded(name), safe="")


def create_channel(connection: Connection, name: str, title: str, open_seats: bool, now: float) -> None:
    """Make a channel under the id `name`, or give the one that is there this title and openness."""
    new = {"id": name, "title": title, "open_seats": open_seats, "created_at": now}
    if not insert_new(connection, CHANNELS, new):
        connection.execute(update(CHANNELS).where(CHANNELS.c.id == name).values(title=title, open_seats=open_seats))


def channel(connection: Connection, name: str) -> Channel | None:
    """A channel by its id."""
    row = connection.execute(select(CHANNELS).where(CHANNELS.c.id == name)).mappings().first()
    return Channel(row["id"], row["title"], row["open_seats"]) if row else None


def open_channels(connection: Connection) -> list[Channel]:
    """Channels where anybody may take a seat, by id."""
    rows = connection.execute(select(CHANNELS).where(CHANNELS.c.open_seats.is_(True)).order_by(CHANNELS.c.id))
    return [Channel(row["id"], row["title"], row["open_seats"]) for row in rows.mappings()]


def take(connection: Connection, channel: str, member: str, name: str, moderator: bool, now: float) -> Seat:
    """Seat a member, or bring back one who left. The moderator role follows the newest link.

    Raises NameTaken when another member of the channel has this name.
    """
    changed = draw(connection)
    key = folded(name)
    holder = connection.execute(
        select(SEATS.c.member).where(SEATS.c.channel == channel, SEATS.c.name_key == key)
    ).scalar()
    if holder is not None and holder != member:
        raise NameTaken
    values: dict[str, Any] = {"name": shown(name), "name_key": key, "moderator": moderator, "changed": changed}
    new = values | {
        "channel": channel,
        "member": member,
        "zone": "UTC",
        "locale": "en",
        "joined_at": now,
        "left_at": None,
    }
    here = and_(SEATS.c.channel == channel, SEATS.c.member == member)
    if not insert_new(connection, SEATS, new):
        connection.execute(update(SEATS).where(here).values(**values, left_at=None))
    return _seat(connection.execute(select(SEATS).where(here)).mappings().one())


def take_linked(connection: Connection, channel: str, name: str, moderator: bool, now: float) -> Seat:
    """Seat whom a personal link names; a number is added where a visitor took the name first."""
    for number in range(1, 100):
        try:
            chosen = name if number == 1 else f"{name[: NAME_LIMIT - 5]} ({number})"
            return take(connection, channel, member_id(name), chosen, moderator, now)
        except NameTaken:
            continue
    raise NameTaken


def take_freely(connection: Connection, channel: str, name: str, now: float) -> Seat:
    """Seat a visitor of a channel with open seats. Raises NameTaken."""
    return take(connection, channel, f"{member_id(name)}+{secrets.token_hex(4)}", name, False, now)


def seat(connection: Connection, channel: str, member: str, *, even_left: bool = False) -> Seat | None:
    """A member's seat in a channel; None when there is none or, unless `even_left`, they left."""
    wanted = (select(SEATS) if even_left else _seated()).where(SEATS.c.channel == channel, SEATS.c.member == member)
    row = connection.execute(wanted).mappings().first()
    return _seat(row) if row else None


def any_seat(connection: Connection, member: str) -> Seat | None:
    """The newest seat that a member has anywhere."""
    newest = _seated().where(SEATS.c.member == member).order_by(SEATS.c.joined_at.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    return _seat(row) if row else None


def note_reader(connection: Connection, channel: str, member: str, zone: str, locale: str) -> None:
    """Remember a reader's time zone and language."""
    here = and_(SEATS.c.channel == channel, SEATS.c.member == member)
    connection.execute(update(SEATS).where(here).values(zone=zone, locale=locale))


def leave(connection: Connection, channel: str, member: str, now: float) -> None:
    """Take a member out of a channel."""
    changed = draw(connection)
    here = and_(SEATS.c.channel == channel, SEATS.c.member == member, SEATS.c.left_at.is_(None))
    connection.execute(update(SEATS).where(here).values(left_at=now, changed=changed))


def people(connection: Connection, channel: str, limit: int = 200) -> dict[str, Any]:
    """Who sits in a channel, as a page shows it: how many, and the first `limit` by name."""
    rows = connection.execute(_seated().where(SEATS.c.channel == channel).order_by(SEATS.c.name_key).limit(limit))
    here = and_(SEATS.c.channel == channel, SEATS.c.left_at.is_(None))
    count = connection.execute(select(func.count()).select_from(SEATS).where(here)).scalar_one()
    listed = [{"id": row["member"], "name": row["name"], "moderator": row["moderator"]} for row in rows.mappings()]
    return {"count": count, "listed": listed}


def channels_changed(connection: Connection, after: int) -> set[str]:
    """Channels where somebody came or left since the number `after`."""
    rows = connection.execute(select(SEATS.c.channel).where(SEATS.c.changed > after).distinct())
    return set(rows.scalars())


def left_since(connection: Connection, after: int) -> set[tuple[str, str]]:
    """(channel, member) of those who left since the number `after`."""
    gone = select(SEATS.c.channel, SEATS.c.member).where(SEATS.c.changed > after, SEATS.c.left_at.is_not(None))
    return {(row.channel, row.member) for row in connection.execute(gone)}


def resolve(
    connection: Connection, references: tuple[str, ...], after: str | None, limit: int
) -> tuple[list[str], str | None]:
    """A page of seated members, in the order of their ids, and the cursor of the next page.

    A reference is a member id, a channel id ("web:demo": everybody seated there), "@name" or "name" (whoever
    is called so, in any channel), "web:demo@name" (in that channel), or "channel" where there is one only.
    """
    conditions = []
    for reference in references:
        place, at, name = reference.strip().partition("@")
        if at and place:
            conditions.append(and_(SEATS.c.channel == channel_id(place), SEATS.c.name_key == folded(name)))
        elif at:
            conditions.append(SEATS.c.name_key == folded(name))
        elif place.casefold() == "channel":
            ids = connection.execute(select(CHANNELS.c.id).limit(2)).scalars().all()
            conditions.extend([SEATS.c.channel == ids[0]] if len(ids) == 1 else [])
        else:
            conditions.extend([SEATS.c.member == place, SEATS.c.channel == place, SEATS.c.name_key == folded(place)])
    if not conditions:
        return [], None
    page = select(SEATS.c.member).where(SEATS.c.left_at.is_(None), or_(*conditions)).distinct()
    if after is not None:
        page = page.where(SEATS.c.member > after)
    found = list(connection.execute(page.order_by(SEATS.c.member).limit(limit + 1)).scalars())
    return found[:limit], (found[limit - 1] if len(found) > limit else None)


def _seated() -> Select[Any]:
    return select(SEATS).where(SEATS.c.left_at.is_(None))


def _seat(row: RowMapping) -> Seat:
    return Seat(row["channel"], row["member"], row["name"], row["moderator"], row["zone"], row["locale"])
