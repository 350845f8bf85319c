"""Bringing a database's schema up to this version of the code: forward only, safe to run from many processes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from engine.errors import StoreUnusable
from storage.database import LOCK_SECONDS, parsed_url, place
from storage.trouble import NEEDS_MIGRATION, translated

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import URL

T = TypeVar("T")

HERE = Path(__file__).parent
ADVISORY_LOCK = 7_206_041_523
"""The number under which PostgreSQL keeps migrations of one database apart."""


def migrate(url: str) -> str:
    """Create or update the tables of the database at `url`; returns the revision it is at afterwards.

    All of it is one transaction. Processes that call it at once take turns, and all but the first find nothing
    left to do. Raises StoreUnusable (newer than the code, read-only, no database, ...) and StoreUnavailable.
    """
    from alembic import command

    def upgrade(connection: Connection) -> str:
        if not _is_current(_revision(connection)):
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return head()

    return _in_transaction(url, upgrade, writes=True)


def current(url: str) -> str | None:
    """The revision that the database at `url` is at; None when it has no tables of ours. Raises as `migrate`."""
    parsed = parsed_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists():
        return None
    return _in_transaction(url, _revision, writes=False)


def head() -> str:
    """The revision that this version of the code needs."""
    return _revisions()[0]


def require_current(revision: str | None) -> None:
    """Raise StoreUnusable with the remedy unless `revision` is the one that this version of the code needs."""
    if not _is_current(revision):
        raise StoreUnusable(f"The database is not set up for this version of Parley: {NEEDS_MIGRATION}.")


def _is_current(revision: str | None) -> bool:
    """False when migrations are missing. Raises StoreUnusable when the database is ahead of the code."""
    if revision is not None and revision not in _revisions():
        raise StoreUnusable(
            f"The database was made by a newer version of Parley (revision {revision!r}): update Parley, or use the "
            "backup from before that update."
        )
    return revision == head()


@cache
def _revisions() -> tuple[str, ...]:
    """Every revision that the code knows, newest first; read once, since Alembic loads a module for each."""
    from alembic.script import ScriptDirectory

    return tuple(one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    return config


def _revision(connection: Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _in_transaction(url: str, work: Callable[[Connection], T], *, writes: bool) -> T:
    from storage.sqlite import taking_turns

    parsed = parsed_url(url)
    engine = _engine(parsed, writes=writes)

    def attempt() -> T:
        with engine.begin() as connection:
            if writes and connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
            return work(connection)

    try:
        return taking_turns(attempt, LOCK_SECONDS)
    except (SQLAlchemyError, OSError) as error:
        raise translated(error, place(parsed)) from error
    finally:
        engine.dispose()


def _engine(url: URL, *, writes: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        from storage.sqlite import sqlite_engine

        if not writes:
            return sqlite_engine(url, [])
        return sqlite_engine(url, ["PRAGMA journal_mode=WAL"], begin="BEGIN IMMEDIATE")
    from storage.postgres import postgres_engine

    return postgres_engine(url)
