"""Look at the database for `parley doctor`: its place, its schema and what it says about the bot's work."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.findings import Finding, Mark
from bot.terminal.database_file import sqlite_file
from engine.errors import ParleyError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.settings import Settings
    from storage.database import Database

MIB = 2**20
ROOM_NEEDED, ROOM_WANTED = 50 * MIB, 500 * MIB
"""Free bytes under which a SQLite database cannot be trusted to grow, and under which to say so."""

OVERDUE = 600.0
"""Seconds after which something that waits to be sent means that nobody sends."""

DRIFT = 120.0
"""Seconds by which two clocks may differ."""

EARLIEST = 1_735_689_600.0
"""The start of 2025: a clock before it was never set."""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """What there is to say about the database; nothing is written."""
    from storage.database import Database, parsed_url, place
    from storage.migrations import current, head, require_current

    try:
        file = sqlite_file(settings.database)
        where = place(parsed_url(settings.database))
        if file is not None:
            yield _room(file)
            if not file.exists():
                yield _place_for(file)
                return
        revision = await asyncio.to_thread(current, settings.database)
        if revision is None or revision < head():
            state = "has no tables yet" if revision is None else f"is at revision {revision} and needs {head()}"
            yield Finding(Mark.NOTE, "database", f"{where} {state}: run `parley migrate` (`parley serve` does it too).")
            return
        require_current(revision)
        database = Database.open(settings.database)
        try:
            await _write_nothing(database)
            yield Finding(Mark.FINE, "database", f"{where} can be written, revision {revision}")
            async for finding in _contents(database):
                yield finding
        finally:
            await database.close()
    except ParleyError as problem:
        yield Finding(Mark.WRONG, "database", str(problem))


def _room(file: Path) -> Finding:
    folder = next(one for one in file.absolute().parents if one.exists())
    free = shutil.disk_usage(folder).free
    said = f"{free // MIB:,} MiB free for the database"
    if free < ROOM_NEEDED:
        return Finding(Mark.WRONG, "disk", f"{said}: free some space, or move the database to another disk.")
    return Finding(Mark.NOTE if free < ROOM_WANTED else Mark.FINE, "disk", said)


def _place_for(file: Path) -> Finding:
    folder = file.absolute().parent
    if not folder.is_dir():
        return Finding(Mark.WRONG, "database", f"there is no folder {str(folder)!r}: create it.")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(Mark.WRONG, "database", f"{str(folder)!r} cannot be written: give Parley's user access to it.")
    return Finding(Mark.FINE, "database", f"{str(file)!r} is not there yet; `parley serve` makes it")


class _Undone(Exception):
    """Rolls a probe back."""


async def _write_nothing(database: Database) -> None:
    """Take the right to write and give it back with nothing written."""

    def probe(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
        raise _Undone

    try:
        await database.write(probe)
    except _Undone:
        return


async def _contents(database: Database) -> AsyncIterator[Finding]:
    """What the database says about the bot's work: rows given up, rows that nobody sends, and the time."""
    from sqlalchemy import func, select

    from storage.tables import AUDIT, OUTBOX

    def read(connection: Connection) -> tuple[list[tuple[str, int]], int, float | None]:
        given_up = select(OUTBOX.c.kind, func.count()).where(OUTBOX.c.settled == "quarantined")
        waiting = select(func.count()).where(OUTBOX.c.settled.is_(None), OUTBOX.c.due > 0, OUTBOX.c.due < now - OVERDUE)
        return (
            [(kind, number) for kind, number in connection.execute(given_up.group_by(OUTBOX.c.kind))],
            connection.execute(waiting).scalar_one(),
            connection.execute(select(AUDIT.c.at).order_by(AUDIT.c.id.desc()).limit(1)).scalar_one_or_none(),
        )

    now = time.time()
    given_up, overdue, latest = await database.read(read)
    if given_up:
        listed = ", ".join(f"{number} {kind}" for kind, number in sorted(given_up))
        said = f"given up after too many tries: {listed}. Their moderators were told and can press Retry."
        yield Finding(Mark.NOTE, "outbox", said)
    elif overdue:
        yield Finding(Mark.NOTE, "outbox", f"{overdue} waiting for over ten minutes: start `parley serve`.")
    else:
        yield Finding(Mark.FINE, "outbox", "nothing given up, nothing overdue")
    if now < EARLIEST or (latest is not None and latest > now + DRIFT):
        said = f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime(now))} UTC is before what already happened"
        yield Finding(Mark.WRONG, "clock", f"{said}: set the machine's clock.")
    else:
        yield Finding(Mark.FINE, "clock", f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime(now))} UTC")
