"""One door to the database: units of synchronous work that are committed or rolled back as a whole.

A unit of work is a function of a `sqlalchemy.Connection`. It does nothing but talk to that connection, since
it runs on another thread (SQLite) or inside a greenlet (PostgreSQL), and may run again after a conflict.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from engine.errors import StoreUnusable

T = TypeVar("T")
Work = Callable[[Connection], T]

LOCK_SECONDS = 10.0
"""How long a write waits for other processes before it gives up."""


class Database(ABC):
    """A SQLite file or a PostgreSQL database; any number of processes may open the same one."""

    dialect: str
    """"sqlite" or "postgresql"."""

    @property
    @abstractmethod
    def conflicts(self) -> int:
        """How often a write found another process in its way and was begun again."""

    @staticmethod
    def open(url: str) -> Database:
        """The database at `url`; nothing is connected, created or migrated yet.

        url: "sqlite:///parley.db", "postgresql://user:password@host/name", or the path of a SQLite file.
        Raises StoreUnusable when it is none of these, or when the driver is not installed.
        """
        parsed = parsed_url(url)
        if parsed.get_backend_name() == "sqlite":
            from storage.sqlite import SqliteDatabase

            return SqliteDatabase(parsed)
        from storage.postgres import PostgresDatabase

        return PostgresDatabase(parsed)

    @abstractmethod
    async def write(self, work: Work[T], *, lock: str | None = None) -> T:
        """Run `work` in one write transaction and return what it returns, once that is committed.

        Whatever `work` raises is raised here and nothing of it is written. Writes with the same `lock` run one
        after the other within this process and are committed in the order they came; on SQLite all writes are.
        Raises StoreUnavailable when the database is locked for LOCK_SECONDS or does not answer, and
        StoreUnusable when it cannot be written as it is.
        """

    @abstractmethod
    async def read(self, work: Work[T]) -> T:
        """Run `work` on one snapshot of what is committed; it must not write. Raises as `write` does."""

    @abstractmethod
    async def scrub(self) -> None:
        """Take what was deleted out of the files as well, as far as others using them allow."""

    @abstractmethod
    async def close(self) -> None:
        """Let what is under way finish and disconnect. Closing twice does nothing."""


def parsed_url(url: str) -> URL:
    """The SQLAlchemy URL of a database URL or of a path to a SQLite file, with the driver we use.

    Raises StoreUnusable.
    """
    if "://" not in url:
        if not url.strip():
            raise StoreUnusable("No database was given: use a path such as parley.db, or a postgresql:// URL.")
        return URL.create("sqlite", database=url)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreUnusable(
            "The database URL cannot be read: use sqlite:///parley.db or postgresql://user:password@host/name."
        ) from None
    backend = parsed.drivername.partition("+")[0]
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StoreUnusable(
            f"Parley keeps its data in SQLite or PostgreSQL, not in {backend!r}: give one of their URLs."
        )
    if parsed.database in (None, "", ":memory:"):
        raise StoreUnusable("Parley's database must outlive the process: give a file, such as sqlite:///parley.db.")
    return parsed.set(drivername="sqlite")


def place(url: URL) -> str:
    """Which database it is, for messages: the file, or "name on host"; never the password."""
    if url.get_backend_name() == "sqlite":
        return repr(str(url.database))
    return f"{str(url.database)!r} on {url.host or url.query.get('host') or 'this machine'}"
