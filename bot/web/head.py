"""The number that every visible change of the browser's chat draws, in the order of commits."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.web_tables import HEAD


def draw(connection: Connection) -> int:
    """The next number, from 1.

    The row stays locked until the transaction ends, so draw before anything else is written: then no two
    transactions wait for each other.
    """
    new = {"id": 1, "value": 1, "epoch": secrets.token_hex(8)}
    changed = {"value": HEAD.c.value + 1}
    if connection.dialect.name == "sqlite":
        on_file = sqlite.insert(HEAD).values(new).on_conflict_do_update(index_elements=["id"], set_=changed)
        return int(connection.execute(on_file.returning(HEAD.c.value)).scalar_one())
    on_server = postgresql.insert(HEAD).values(new).on_conflict_do_update(index_elements=["id"], set_=changed)
    return int(connection.execute(on_server.returning(HEAD.c.value)).scalar_one())


def current(connection: Connection) -> tuple[int, str]:
    """The last number drawn and the name of this database; (0, "") before the first one."""
    row = connection.execute(select(HEAD.c.value, HEAD.c.epoch).where(HEAD.c.id == 1)).first()
    return (int(row.value), str(row.epoch)) if row else (0, "")


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one of its unique keys is there already; True when it was inserted."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    # RETURNING says it on both; the row count of such an INSERT is not known on PostgreSQL.
    inserted = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(inserted).first() is not None
