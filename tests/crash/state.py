"""All that a database holds, in a form in which two runs of a script are equal or a bug is found.

Left out is what tells one process from another or one try from the next: row numbers, leases, tries, the
browser's numbers of changes, until when a place was heard, and how many times the announcement was brought up to
date. Times are rounded down to their slot, since a restart takes seconds.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlmodel import SQLModel

from engine.rounds.effects import UpdateCard
from storage import hearing, tables, web_tables
from storage.database import Database
from storage.outbox import COMPLETE
from tests.crash.script import SLOT
from tests.crash.scripts import SCRIPTS

LEFT_OUT: dict[str, set[str]] = {
    tables.OUTBOX.name: {"owner", "lease_until", "attempts", "attempted_at"},
    web_tables.MESSAGES.name: {"number", "changed"},
    web_tables.SEATS.name: {"changed"},
    web_tables.DELIVERIES.name: {"attempts", "reply"},
}
"""Columns, by table, beside the row numbers of all tables."""

UNORDERED = {tables.OUTBOX.name, tables.SENT.name}
"""Numbered tables whose rows are independent of each other; in the others the order is history."""

A_TIME = re.compile(r"\b1[89]\d{8}(?:\.\d+)?\b")
"""A number of these years' seconds since the epoch, wherever it stands."""

TOO_OFTEN = "It was tried too often."

A_COPY = re.compile(r"#\d+\b")
"""The end of a message id that tells which copy of a message it is."""


async def whole_state(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Table -> rows. Numbered tables in the order of their numbers, others by what they hold."""
    return await database.read(_whole_state)


def _whole_state(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    kept = [table for table in SQLModel.metadata.sorted_tables if table not in (web_tables.HEAD, hearing.HEARD)]
    return {table.name: _rows(connection, table) for table in kept}


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    number = table.autoincrement_column
    query = select(table) if number is None else select(table).order_by(number)
    left_out = LEFT_OUT.get(table.name, set()) | ({number.name} if number is not None else set())
    rows = [
        {name: canonical(value) for name, value in row.items() if name not in left_out}
        for row in connection.execute(query).mappings()
    ]
    if table is tables.OUTBOX:
        rows = [row for row in rows if (row["kind"], row["settled"]) != (UpdateCard.__name__, COMPLETE)]
    return sorted(rows, key=repr) if number is None or table.name in UNORDERED else rows


REASON = re.compile(
    "|".join(
        re.escape(reason)
        for reason in sorted(
            {TOO_OFTEN} | {trouble.reason for script in SCRIPTS.values() for trouble in script.troubles}
        )
    )
)
"""Why something was given up: a process that died in the last try cannot know."""


def canonical(value: Any) -> Any:
    """A value, or the values in a list or dict, with times rounded down and bytes written out."""
    match value:
        case bool() | None:
            return value
        case float():
            return value // SLOT * SLOT if value > 1.8e9 else value
        case str():
            return REASON.sub(
                "(the reason)", A_COPY.sub("", A_TIME.sub(lambda found: f"{float(found[0]) // SLOT * SLOT:.0f}", value))
            )
        case bytes() | memoryview():
            return bytes(value).hex()
        case list() | tuple():
            return [canonical(one) for one in value]
        case dict():
            return {name: canonical(one) for name, one in value.items()}
        case _:
            return value
