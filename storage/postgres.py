"""PostgreSQL: synchronous connections on a few threads, and a lane for every lock in front of them.

Psycopg's synchronous half is written in C and spends half the time that its asynchronous half does, and our work
is synchronous anyway. What waits for the same lock waits in its lane, without a thread or a connection, and is
committed together when its turn comes, so that a hot round costs one commit and one row lock for many events.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool

from engine.errors import StoreUnusable
from storage.database import LOCK_SECONDS, Database, Work, place
from storage.trouble import TRANSIENT, translated
from storage.units import Unit, commit_together

T = TypeVar("T")

CONNECTIONS = 8
GROUP = 16
"""How many units of one lane a transaction takes in at most; other processes wait for its row lock meanwhile."""

TRIES = 5
"""How often work that conflicts with other processes, or meets a connection that died idle, is run."""

MIGRATION_SECONDS = 300.0
"""How long a process waits for another one that migrates."""


class PostgresDatabase(Database):
    """A PostgreSQL database through psycopg; transactions are READ COMMITTED and commits synchronous."""

    dialect = "postgresql"

    def __init__(self, url: URL) -> None:
        """Nothing is connected until the first read or write. Raises StoreUnusable without the driver."""
        self._driver_error = _driver_error()
        self._place = place(url)
        self._engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=LOCK_SECONDS,
            connect_args=_connect_args(LOCK_SECONDS),
        )
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ")
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="parley-postgres")
        self._lanes: dict[str, deque[Unit]] = {}
        self._drains: set[asyncio.Task[None]] = set()
        self._conflicts = 0

    @property
    def conflicts(self) -> int:
        """See `Database.conflicts`."""
        return self._conflicts

    async def write(self, work: Work[T], *, lock: str | None = None) -> T:
        """See `Database.write`."""
        loop = asyncio.get_running_loop()
        if lock is None:
            return await loop.run_in_executor(self._threads, self._run, self._engine, work)
        unit = Unit(work, loop.create_future())
        lane = self._lanes.get(lock)
        if lane is None:
            self._lanes[lock] = deque([unit])
            drain = loop.create_task(self._drain(lock), name=f"writes of {lock}")
            self._drains.add(drain)
            drain.add_done_callback(self._drains.discard)
        else:
            lane.append(unit)
        result: T = await unit.future
        return result

    async def read(self, work: Work[T]) -> T:
        """See `Database.read`."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, self._snapshots, work)

    async def scrub(self) -> None:
        """Nothing to do: PostgreSQL reuses deleted rows' space by itself (autovacuum)."""

    async def close(self) -> None:
        """See `Database.close`."""
        if self._drains:
            await asyncio.wait(self._drains)
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    async def _drain(self, lock: str) -> None:
        """Commit what waits for the lock, group by group, until nothing does."""
        lane, loop = self._lanes[lock], asyncio.get_running_loop()
        try:
            while lane:
                units = [lane.popleft() for _ in range(min(GROUP, len(lane)))]
                await loop.run_in_executor(self._threads, commit_together, units, self._commit)
                for unit in units:
                    unit.settle()
        finally:
            del self._lanes[lock]

    def _commit(self, work: Callable[[Connection], T]) -> T:
        return self._run(self._engine, work)

    def _run(self, engine: Engine, work: Work[T]) -> T:
        for left in reversed(range(TRIES)):
            committing = False
            try:
                with engine.connect() as connection, connection.begin() as transaction:
                    result = work(connection)
                    committing = True
                    transaction.commit()
                    return result
            except (DBAPIError, PoolTimeout, self._driver_error) as error:
                if left and _worth_repeating(error, committing):
                    self._conflicts += 1
                    continue
                raise translated(error, self._place) from error
        raise AssertionError("unreachable")


def _worth_repeating(error: Exception, committing: bool) -> bool:
    """True when the work was certainly not committed and may succeed now."""
    original = error.orig if isinstance(error, DBAPIError) else error
    if getattr(original, "sqlstate", None) in TRANSIENT[:2]:
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated and not committing


def postgres_engine(url: URL) -> Engine:
    """An engine with a connection at a time, for migrations. Raises StoreUnusable without the driver."""
    _driver_error()
    return create_engine(url, hide_parameters=True, poolclass=NullPool, connect_args=_connect_args(MIGRATION_SECONDS))


def _driver_error() -> type[Exception]:
    """What the driver raises, where SQLAlchemy does not stand between. Raises StoreUnusable without the driver."""
    try:
        import psycopg
    except ImportError as error:
        raise StoreUnusable(
            "PostgreSQL needs its driver: run `.venv/bin/pip install -e '.[postgres]'` in Parley's folder."
        ) from error
    return psycopg.Error


def _connect_args(lock_seconds: float) -> dict[str, str | int]:
    return {
        "connect_timeout": int(LOCK_SECONDS),
        "options": f"-c synchronous_commit=on -c lock_timeout={int(lock_seconds)}s -c timezone=UTC",
    }
