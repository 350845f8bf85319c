"""What a database's complaint means to an operator: one sentence that says what to do.

SQLite is told apart by its result codes (sqlite.org/rescode.html), PostgreSQL by SQLSTATE (appendix A of its
manual), and by libpq's words where a connection fails before there is a SQLSTATE.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.errors import ParleyError, StoreUnavailable, StoreUnusable

RETRY_AFTER = 5.0
"""Seconds after which trying again makes sense."""

NEEDS_MIGRATION = "run `parley migrate` to create or update its tables"
OTHER_DATABASE = "give Parley a database of its own"


def sqlite_problem(error: sqlite3.Error, place: str) -> ParleyError | None:
    """Our error for what SQLite says of the file at `place`; None when it is a bug of ours."""
    name = getattr(error, "sqlite_errorname", None) or ""
    message = str(error)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or message == "database is locked":
        return StoreUnavailable(
            f"The database {place} stayed locked by another program: close whatever else has it open, or wait.",
            retry_after=RETRY_AFTER,
        )
    if name.startswith("SQLITE_READONLY"):
        return StoreUnusable(
            f"The database {place} is read-only: give Parley's user write access to it and its folder."
        )
    if name.startswith("SQLITE_FULL"):
        return StoreUnusable(f"The disk that holds the database {place} is full: free some space, then start again.")
    if name.startswith("SQLITE_CANTOPEN"):
        return StoreUnusable(
            f"The database {place} cannot be opened: create its folder and give Parley's user access to it."
        )
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_FORMAT")):
        return StoreUnusable(
            f"The file {place} is no readable SQLite database: restore it from a backup, or give another path."
        )
    if name.startswith(("SQLITE_IOERR", "SQLITE_PERM", "SQLITE_NOLFS", "SQLITE_TOOBIG")):
        return StoreUnusable(
            f"Reading or writing the database {place} failed ({name}): check the disk for free space and errors."
        )
    if message.endswith("already exists"):
        return StoreUnusable(f"The database {place} holds tables of another program: {OTHER_DATABASE}.")
    if message.startswith(("no such table", "no such column")):
        return StoreUnusable(f"The database {place} is not set up for this version: {NEEDS_MIGRATION}.")
    return None


def postgres_problem(error: Exception, place: str) -> ParleyError | None:
    """Our error for what PostgreSQL says of the database at `place`; None when it is a bug of ours."""
    state = getattr(error, "sqlstate", None) or ""
    message = str(error)
    if state in ("28P01", "28000") or "authentication failed" in message or "no password supplied" in message:
        return StoreUnusable(f"PostgreSQL at {place} refused the user or password: check both in the database URL.")
    if state == "3D000" or ('database "' in message and "does not exist" in message):
        return StoreUnusable(f"PostgreSQL has no database {place}: create it with `createdb`, or correct the URL.")
    if 'role "' in message and "does not exist" in message:
        return StoreUnusable(f"PostgreSQL at {place} does not know this user: create it, or correct the URL.")
    if state == "42501":
        return StoreUnusable(f"The user may not use the tables of {place}: grant it all rights on that database.")
    if state in ("25006", "25P02") and "read-only" in message:
        return StoreUnusable(f"The PostgreSQL database {place} is read-only: connect to the primary server.")
    if state in ("53100", "53200"):
        return StoreUnusable(
            f"The PostgreSQL server of {place} has no disk or memory left: free some, then start again."
        )
    if state in ("42P01", "42703", "3F000"):
        return StoreUnusable(f"The database {place} is not set up for this version: {NEEDS_MIGRATION}.")
    if state == "42P07":
        return StoreUnusable(f"The database {place} holds tables of another program: {OTHER_DATABASE}.")
    if state == "55P03":
        return StoreUnavailable(
            f"A row of {place} stayed locked by another program: close whatever holds it, or wait.",
            retry_after=RETRY_AFTER,
        )
    if state.startswith(("08", "57P", "53")) or (not state and type(error).__name__ in CONNECTION_ERRORS):
        return StoreUnavailable(
            f"PostgreSQL at {place} does not answer: check that it runs and that host and port are right.",
            retry_after=RETRY_AFTER,
        )
    if state in TRANSIENT:
        return StoreUnavailable(f"PostgreSQL at {place} is too busy for this: try again.", retry_after=RETRY_AFTER)
    return None


CONNECTION_ERRORS = ("OperationalError", "InterfaceError", "ConnectionTimeout")
TRANSIENT = ("40001", "40P01", "57014")
"""Serialization failure, deadlock, statement timeout: the same work may succeed when it runs again."""


def translated(error: Exception, place: str) -> Exception:
    """The error to raise for `error`: ours where there is one, else `error` itself, which then quotes no row."""
    if isinstance(error, PoolTimeout):
        return StoreUnavailable(
            f"Every connection to {place} is busy: start fewer processes, or wait.", retry_after=RETRY_AFTER
        )
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        return sqlite_problem(original, place) or error
    if isinstance(original, Exception) and type(original).__module__.startswith("psycopg"):
        ours = postgres_problem(original, place)
        if ours is None:
            _quote_no_row(error, original)
        return ours or error
    return error


def _quote_no_row(error: Exception, original: Exception) -> None:
    """Keep the first line of what PostgreSQL says; its DETAIL shows the row, with what somebody wrote in it."""
    first = str(original).partition("\n")[0]
    original.args = (first,)
    if error is not original:
        error.args = (f"({type(original).__name__}) {first}",)
