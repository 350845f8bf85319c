"""Private messages that wait for their writer to say which round they belong to."""

from __future__ import annotations

from sqlalchemy import Connection, Delete, Index, Text, delete, select
from sqlmodel import Field, SQLModel

from storage.database import Database
from storage.prepared import upsert
from storage.rows import storable
from storage.tables import core_table


class HeldTextRow(SQLModel, table=True):
    """A private message of `member` that belongs to no round yet; `at`: when it was written or edited."""

    __tablename__ = "held_texts"
    __table_args__ = (Index("ix_held_texts_at", "at"), {"sqlite_with_rowid": False})

    member: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    text: str = Field(sa_type=Text)
    at: float


HELD_TEXTS = core_table(HeldTextRow)
_HOLD = upsert(HELD_TEXTS)


class Holding:
    """The part of `RoundStore` that holds such messages."""

    database: Database

    async def hold(self, member: str, message: str, text: str, at: float) -> None:
        """See `RoundStore.hold`."""
        values = {"member": member, "message": message, "text": storable(text), "at": at}
        await self.database.write(lambda connection: _HOLD.run(connection, values))

    async def held(self, member: str, message: str) -> str | None:
        """See `RoundStore.held`."""
        query = select(HELD_TEXTS.c.text).where(HELD_TEXTS.c.member == member, HELD_TEXTS.c.message == message)
        return await self.database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    async def let_go(self, member: str, message: str | None = None) -> None:
        """See `RoundStore.let_go`."""
        these = delete(HELD_TEXTS).where(HELD_TEXTS.c.member == member)
        if message is None:
            await self._scrubbed(these)
        else:
            one = these.where(HELD_TEXTS.c.message == message)
            await self.database.write(lambda connection: connection.execute(one))

    async def let_go_before(self, before: float) -> None:
        """See `RoundStore.let_go_before`."""
        await self._scrubbed(delete(HELD_TEXTS).where(HELD_TEXTS.c.at < before))

    async def _scrubbed(self, statement: Delete) -> None:
        def work(connection: Connection) -> int:
            return connection.execute(statement).rowcount

        if await self.database.write(work):
            await self.database.scrub()
