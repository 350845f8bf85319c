"""Until when a platform's places were heard, and where something may have been said meanwhile.

A place is a workspace or a conversation, by an id of ours. What is asked here is asked after a gap in which nobody
listened: which candidates may have been rated, and who may have written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, func, select, update
from sqlmodel import Field, SQLModel

from engine.ports import Sent
from engine.rounds.model import Ballot, Phase, Roster, Round
from storage.database import Database
from storage.prepared import insert_unless_there
from storage.queries import OVER
from storage.rows import round_from, sent_from
from storage.tables import ROUNDS, SENT, STANDINGS, core_table


class HeardRow(SQLModel, table=True):
    """Until when everything that happened in a place reached us, in seconds since the epoch."""

    __tablename__ = "heard"

    place: str = Field(primary_key=True)
    until: float


HEARD = core_table(HeardRow)
_FIRST = insert_unless_there(HEARD)

TAKING_TEXT = (Phase.COLLECTING, Phase.CRITIQUING)
"""The phases in which what a member writes is an opinion or a critique."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a member may have written to the bot. until: up to when it was read after a gap; None for never.

    opened: when the oldest round was opened that takes what is written there.
    """

    channel: str
    member: str
    until: float | None
    opened: float


@dataclass(frozen=True, slots=True)
class KnownReactions:
    """A member's keycaps on one candidate as they reached us. held: those that stand, 1..7.

    state: the same as long as nothing about these keycaps changes.
    """

    held: tuple[int, ...]
    state: str


class Hearing:
    """Until when places were heard; any number of processes may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def until(self, place: str) -> float | None:
        """Until when a place was heard; None where it never was. Raises StoreUnavailable."""
        wanted = select(HEARD.c.until).where(HEARD.c.place == place)
        return await self._database.read(lambda connection: connection.execute(wanted).scalar_one_or_none())

    async def heard(self, place: str, until: float) -> None:
        """A place was heard until then; what was known to be heard for longer stays. Raises StoreUnavailable."""
        longer = update(HEARD).where(HEARD.c.place == place, HEARD.c.until < until).values(until=until)

        def work(connection: Connection) -> None:
            if not _FIRST.run(connection, {"place": place, "until": until}).rowcount:
                connection.execute(longer)

        await self._database.write(work)

    async def channels(self, platform: str) -> list[str]:
        """Channels in which rounds run. platform: what its ids begin with."""
        running = ROUNDS.c.phase.not_in([phase.value for phase in OVER])
        wanted = select(ROUNDS.c.channel).where(_in(platform), running).distinct().order_by(ROUNDS.c.channel)
        return await self._database.read(lambda connection: list(connection.execute(wanted).scalars()))

    async def open_candidates(self, workspace: str) -> list[tuple[Round, str, Sent]]:
        """(round, candidate, message) of what people rate now by reaction. workspace: what its ids begin with."""
        voting = select(ROUNDS).where(_in(workspace), ROUNDS.c.phase == Phase.VOTING.value).order_by(ROUNDS.c.id)

        def work(connection: Connection) -> list[tuple[Round, str, Sent]]:
            found: list[tuple[Round, str, Sent]] = []
            for round in map(round_from, connection.execute(voting).all()):
                if round.rules.ballot is Ballot.OPEN:
                    posted = select(SENT).where(SENT.c.round == round.id, SENT.c.candidate.in_(round.visible))
                    rows = connection.execute(posted.order_by(SENT.c.id)).mappings()
                    found += [(round, row["candidate"], sent_from(row)) for row in rows if row["kind"] == "candidate"]
            return found

        return await self._database.read(work)

    async def reactions(self, round: Round, candidate: str) -> dict[str, KnownReactions]:
        """What is known of everybody's keycaps on a candidate, by member."""
        wanted = select(STANDINGS.c.member, STANDINGS.c.marks).where(
            STANDINGS.c.round == round.id, STANDINGS.c.draft == round.draft, STANDINGS.c.marks.is_not(None)
        )
        rows = await self._database.read(lambda connection: connection.execute(wanted).all())
        found: dict[str, KnownReactions] = {}
        for member, marks in rows:
            mine = sorted(mark for mark in json.loads(marks) if mark[0] == candidate)
            if mine:
                held = tuple(rating for _, rating, _, stands in mine if stands)
                found[member] = KnownReactions(held, json.dumps(mine))
        return found

    async def conversations(self, workspace: str, limit: int) -> list[Conversation]:
        """Where people may have written something that a round takes, those read longest ago first.

        They are the people to whom the bot wrote about a round that takes texts now, and while anybody may join such
        a round, everybody to whom it ever wrote in that workspace. workspace: what its ids begin with.
        """
        taking = select(ROUNDS).where(_in(workspace), ROUNDS.c.phase.in_([phase.value for phase in TAKING_TEXT]))

        def work(connection: Connection) -> list[Conversation]:
            rounds = [round_from(row) for row in connection.execute(taking).all()]
            if not rounds:
                return []
            anybody = any(one.phase is Phase.COLLECTING and one.rules.roster is Roster.OPEN for one in rounds)
            wanted = _written_to(workspace)
            if not anybody:
                wanted = wanted.where(SENT.c.round.in_([one.id for one in rounds]))
            opened = min(one.opened_at for one in rounds)
            rows = connection.execute(wanted.limit(limit)).all()
            return [Conversation(row[0], row[1], row[2], opened) for row in rows]

        return await self._database.read(work)

    async def anybody_since(self, workspace: str) -> float | None:
        """When the oldest round was opened that whoever joins may answer now; None for none. See `conversations`."""
        collecting = select(ROUNDS).where(_in(workspace), ROUNDS.c.phase == Phase.COLLECTING.value)
        rows = await self._database.read(lambda connection: connection.execute(collecting).all())
        rounds = [round_from(row) for row in rows]
        return min((one.opened_at for one in rounds if one.rules.roster is Roster.OPEN), default=None)


def _in(workspace: str) -> ColumnElement[bool]:
    return ROUNDS.c.channel.startswith(workspace, autoescape=True)


def _written_to(workspace: str) -> Select[str, str, float | None]:
    """(channel, member, until) of every private conversation in a workspace, once."""
    return (
        select(SENT.c.channel, func.min(SENT.c.member), HEARD.c.until)
        .outerjoin(HEARD, HEARD.c.place == SENT.c.channel)
        .where(SENT.c.member.is_not(None), SENT.c.channel.startswith(workspace, autoescape=True))
        .group_by(SENT.c.channel, HEARD.c.until)
        .order_by(func.coalesce(HEARD.c.until, 0.0), func.max(SENT.c.id).desc())
    )
