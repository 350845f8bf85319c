"""SQLite: one thread owns the only writing connection, and readers see the last commit beside it.

The writer takes everything that waits into one transaction, so that many waiting units cost one fsync (group
commit). BEGIN IMMEDIATE is retried with jitter instead of waiting in SQLite's
own busy timeout, which starves processes under contention.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import Enum
from queue import Empty, SimpleQueue
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import QueuePool

from storage.database import LOCK_SECONDS, Database, Work, place
from storage.trouble import translated
from storage.units import Unit, commit_together, settle_on_their_loops

T = TypeVar("T")

GROUP = 64
"""How many units one transaction takes in at most."""

READERS = 4
SHORTEST_PAUSE, BRIEF_PAUSE, LONG_PAUSE = 0.0002, 0.002, 0.02
BRIEFLY = 1.0
"""While another process writes, a random time passes between tries: at least SHORTEST_PAUSE, at most BRIEF_PAUSE,
and at most LONG_PAUSE once it has lasted longer than other processes of ours would take. Seconds."""


class SqliteDatabase(Database):
    """A SQLite file in WAL mode with synchronous=FULL."""

    dialect = "sqlite"

    def __init__(self, url: URL) -> None:
        """Nothing is opened until the first read or write."""
        self._path = place(url)
        self._engine = sqlite_engine(url, ["PRAGMA query_only=ON", f"PRAGMA busy_timeout={int(LOCK_SECONDS * 1000)}"])
        self._writer = _Writer(url, self._path)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="parley-sqlite-reader")
        self._closed = False

    @property
    def conflicts(self) -> int:
        """See `Database.conflicts`."""
        return self._writer.conflicts

    async def write(self, work: Work[T], *, lock: str | None = None) -> T:
        """See `Database.write`; `lock` adds nothing here, since one thread writes everything in turn."""
        if self._closed:
            raise RuntimeError("the database is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.put(Unit(work, future))
        return await future

    async def read(self, work: Work[T]) -> T:
        """See `Database.read`."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: Work[T]) -> T:
        try:
            with self._engine.begin() as connection:
                return work(connection)
        except (DBAPIError, sqlite3.Error) as error:
            raise translated(error, self._path) from error

    async def scrub(self) -> None:
        """Fold the write-ahead log into the file and empty it, where deleted content would otherwise linger.

        While a reader is in the way the log stays as it is until a later checkpoint.
        """
        self._writer.put(_Order.CHECKPOINT)
        await self.write(_nothing)

    async def close(self) -> None:
        """See `Database.close`."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._writer.stop()
        self._readers.shutdown()
        self._engine.dispose()


class _Order(Enum):
    """What the writer is told beside units of work."""

    CHECKPOINT = "checkpoint"
    STOP = "stop"


class _Writer:
    """The thread that writes. It starts with the first unit and outlives whatever a unit raises."""

    def __init__(self, url: URL, path: str) -> None:
        self._path = path
        self._engine = sqlite_engine(
            url,
            [
                "PRAGMA busy_timeout=0",
                "PRAGMA journal_mode=WAL",
                "PRAGMA synchronous=FULL",
                "PRAGMA foreign_keys=ON",
                "PRAGMA secure_delete=ON",
            ],
            begin=None,
        )
        self._queue: SimpleQueue[Unit | _Order] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._connection: Connection | None = None
        self.conflicts = 0

    def put(self, item: Unit | _Order) -> None:
        self._queue.put(item)
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="parley-sqlite-writer", daemon=True)
                    self._thread.start()

    def stop(self) -> None:
        """Finish what waits and disconnect."""
        if self._thread is not None:
            self._queue.put(_Order.STOP)
            self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        while True:
            units, order = self._next()
            if units:
                commit_together(units, self._commit)
                settle_on_their_loops(units)
            if order is _Order.CHECKPOINT:
                self._checkpoint()
            elif order is _Order.STOP:
                self._disconnect()
                return

    def _next(self) -> tuple[list[Unit], _Order | None]:
        """What waits, up to a full group or the next order; blocks while nothing does."""
        units: list[Unit] = []
        item = self._queue.get()
        while isinstance(item, Unit):
            units.append(item)
            if len(units) == GROUP:
                return units, None
            try:
                item = self._queue.get_nowait()
            except Empty:
                return units, None
        return units, item

    def _commit(self, work: Callable[[Connection], T]) -> T:
        try:
            connection = self._begun()
            result = work(connection)
            connection.commit()
        except BaseException as error:
            self._undo(keep=not isinstance(error, DBAPIError | sqlite3.Error) or isinstance(error, IntegrityError))
            if not isinstance(error, DBAPIError | sqlite3.Error):
                raise
            raise translated(error, self._path) from error
        return result

    def _begun(self) -> Connection:
        """The writing connection inside BEGIN IMMEDIATE, waiting while other processes write.

        BEGIN goes to the driver itself, so that trying often is cheap: a process that has just committed tries
        again at once, and one that paused for long between its tries would rarely find the lock free.
        """
        return taking_turns(self._begin, LOCK_SECONDS, self._lost_a_turn)

    def _begin(self) -> Connection:
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            driver = self._connection.connection.driver_connection
            if driver is None:
                raise AssertionError("a fresh connection has its driver")
            driver.execute("BEGIN IMMEDIATE")
            self._connection.begin()
            return self._connection
        except (DBAPIError, sqlite3.Error):
            self._undo(keep=self._connection is not None)
            raise

    def _lost_a_turn(self) -> None:
        self.conflicts += 1

    def _undo(self, *, keep: bool) -> None:
        """Roll back; a connection that the database itself complained about is not trusted again."""
        if self._connection is None:
            return
        try:
            self._connection.rollback()
        except (DBAPIError, sqlite3.Error):
            keep = False
        if not keep:
            self._disconnect()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError, sqlite3.Error):
                connection.invalidate()
            connection.close()

    def _checkpoint(self) -> None:
        driver = None if self._connection is None else self._connection.connection.driver_connection
        if driver is not None:
            with suppress(sqlite3.Error):
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def taking_turns(attempt: Callable[[], T], seconds: float, lost: Callable[[], None] = lambda: None) -> T:
    """What `attempt` returns, tried again for so many seconds while another connection has the lock.

    `lost` is called after each try in vain. `attempt` leaves nothing behind when it raises. SQLite's own busy
    timeout does not cover everything: a file is refused at once that is being written while it becomes WAL.
    """
    started = time.monotonic()
    while True:
        try:
            return attempt()
        except (DBAPIError, sqlite3.Error) as error:
            waited = time.monotonic() - started
            if not _busy(error) or waited > seconds:
                raise
            lost()
        time.sleep(random.uniform(SHORTEST_PAUSE, BRIEF_PAUSE if waited < BRIEFLY else LONG_PAUSE))


def _busy(error: DBAPIError | sqlite3.Error) -> bool:
    """True when another connection has the lock."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _nothing(connection: Connection) -> None:
    """A unit of work that only waits its turn."""


def sqlite_engine(url: URL, pragmas: list[str], *, begin: str | None = "BEGIN") -> Engine:
    """An engine whose transactions start with `begin`, and not where the sqlite3 module would start them.

    With None whoever uses a connection begins by itself.
    """
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=READERS,
        connect_args={"check_same_thread": False, "timeout": 0.0},
    )

    @event.listens_for(engine, "do_connect")
    def keep_private(*_: object) -> None:
        """A new file, and the log that SQLite writes beside it, is for its owner alone: opinions are private."""
        if url.database and url.database != ":memory:":
            with suppress(OSError):  # SQLite itself says what is wrong with the place
                os.close(os.open(url.database, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))

    @event.listens_for(engine, "connect")
    def prepare(driver: sqlite3.Connection, _: object) -> None:
        driver.isolation_level = None
        try:
            for pragma in pragmas:
                driver.execute(pragma).fetchall()
        except sqlite3.Error:
            driver.close()
            raise

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        if begin is not None:
            connection.exec_driver_sql(begin)

    return engine
