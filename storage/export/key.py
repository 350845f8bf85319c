"""The key of an installation's pseudonyms: drawn once, kept in its database, never exported."""

from __future__ import annotations

import secrets

from sqlalchemy import Column, Connection, LargeBinary, select
from sqlmodel import Field, SQLModel

from storage.database import Database
from storage.prepared import insert_unless_there
from storage.tables import core_table

KEY_BYTES = 32


class PseudonymKeyRow(SQLModel, table=True):
    """One row. Whoever has the key can tell whether a pseudonym is a given person's."""

    __tablename__ = "pseudonym_key"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


KEYS = core_table(PseudonymKeyRow)
_KEY = select(KEYS.c.key).where(KEYS.c.id == 1)
_KEEP = insert_unless_there(KEYS)


async def pseudonym_key(database: Database) -> bytes:
    """The key of the database's pseudonyms, 32 bytes; the first call draws it. Raises as the database does."""
    found = await database.read(lambda connection: connection.execute(_KEY).scalar_one_or_none())
    return bytes(found) if found is not None else await database.write(_drawn)


def _drawn(connection: Connection) -> bytes:
    _KEEP.run(connection, {"id": 1, "key": secrets.token_bytes(KEY_BYTES)})
    return bytes(connection.execute(_KEY).scalar_one())
