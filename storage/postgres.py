"""PostgreSQL: pooled connections, and a task lock that is taken before a connection is.

Many events of one hot round would otherwise each hold a connection while they wait for the same row lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from engine.errors import StoreUnusable
from storage.database import LOCK_SECONDS, Database, Work, place
from storage.trouble import TRANSIENT, translated

T = TypeVar("T")

CONNECTIONS = 8
MIGRATION_SECONDS = 300.0
"""How long a process waits for another one that migrates."""

TRIES = 5
"""How often work that conflicts with other processes, or meets a connection that died idle, is run."""


class PostgresDatabase(Database):
    """A PostgreSQL database through psycopg; transactions are READ COMMITTED and commits synchronous."""

    dialect = "postgresql"

    def __init__(self, url: URL) -> None:
        """Nothing is connected until the first read or write. Raises StoreUnusable without the driver."""
        _require_driver()
        self._place = place(url)
        self._engine = create_async_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=LOCK_SECONDS,
            connect_args=_connect_args(LOCK_SECONDS),
        )
        self._locks: dict[str, _TaskLock] = {}

    async def write(self, work: Work[T], *, lock: str | None = None) -> T:
        """See `Database.write`."""
        if lock is None:
            return await self._run(work)
        async with self._turn(lock):
            return await self._run(work)

    async def read(self, work: Work[T]) -> T:
        """See `Database.read`."""
        return await self._run(work, isolation="REPEATABLE READ")

    async def scrub(self) -> None:
        """Nothing to do: PostgreSQL reuses deleted rows' space by itself (autovacuum)."""

    async def close(self) -> None:
        """See `Database.close`."""
        await self._engine.dispose()

    async def _run(self, work: Work[T], isolation: str | None = None) -> T:
        for left in reversed(range(TRIES)):
            try:
                return await self._once(work, isolation)
            except (DBAPIError, PoolTimeout, OSError) as error:
                if left and _worth_repeating(error):
                    continue
                raise translated(error, self._place) from error
        raise AssertionError("unreachable")

    async def _once(self, work: Work[T], isolation: str | None) -> T:
        async with self._engine.connect() as connection:
            if isolation is not None:
                await connection.execution_options(isolation_level=isolation)
            result = await connection.run_sync(work)
            await _commit(connection)
            return result

    @asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(name, _TaskLock())
        lock.users += 1
        try:
            async with lock.lock:
                yield
        finally:
            lock.users -= 1
            if not lock.users:
                self._locks.pop(name, None)


class _TaskLock:
    """An asyncio lock that knows when nobody wants it any more."""

    __slots__ = ("lock", "users")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0


async def _commit(connection: AsyncConnection) -> None:
    try:
        await connection.commit()
    except DBAPIError as error:
        error.add_detail("while committing")
        raise


def _worth_repeating(error: Exception) -> bool:
    """True when the work was certainly not committed and may succeed now."""
    if not isinstance(error, DBAPIError):
        return False
    if getattr(error.orig, "sqlstate", None) in TRANSIENT[:2]:
        return True
    return error.connection_invalidated and "while committing" not in error.detail


def postgres_engine(url: URL) -> Engine:
    """A synchronous engine with a connection at a time, for migrations. Raises StoreUnusable without the driver."""
    _require_driver()
    return create_engine(url, poolclass=NullPool, connect_args=_connect_args(MIGRATION_SECONDS))


def _require_driver() -> None:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise StoreUnusable("PostgreSQL needs its driver: run pip install 'parley[postgres]'.") from error


def _connect_args(lock_seconds: float) -> dict[str, str | int]:
    return {
        "connect_timeout": int(LOCK_SECONDS),
        "options": f"-c synchronous_commit=on -c lock_timeout={int(lock_seconds)}s -c timezone=UTC",
    }
