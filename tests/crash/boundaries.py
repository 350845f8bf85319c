"""Counting what a process does to the world outside it, and dying at one of these points.

A boundary stands before a write transaction, inside it just before COMMIT, just after COMMIT, and after the
call returned; before and after a call of the chat platform; before and after an item is handled, and after it
is acknowledged. Reads have none: a process killed around a read leaves what one leaves that was killed after
its last write.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.interfaces import DBAPIConnection

from storage.database import Database, Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a process dies: at the boundary `number` (from 1) of the first step after `spared` that has so many.

    will: a file to which the step, the number and the name of the boundary are written before dying.
    """

    number: int
    spared: int
    will: Path


class Boundaries:
    """The boundaries reached so far, step by step."""

    def __init__(self, fate: Fate | None = None) -> None:
        self.names: dict[int, list[str]] = {}
        self._fate = fate
        self._step = -1
        self._counting = True

    def begin(self, step: int) -> None:
        """From now on boundaries belong to this step of the script."""
        self._step = step
        self.names[step] = []

    def reach(self, name: str) -> None:
        """Note a boundary, and die there by SIGKILL if that is our fate."""
        if not self._counting or self._step < 0:
            return
        names = self.names[self._step]
        names.append(name)
        if self._fate is not None and self._step > self._fate.spared and len(names) == self._fate.number:
            with self._fate.will.open("a") as will:
                will.write(f"{self._step} {len(names)} {name}\n")
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """What is done meanwhile belongs to the scenery."""
        self._counting = False
        try:
            yield
        finally:
            self._counting = True


class CountedDatabase(Database):
    """A database whose write transactions are boundaries."""

    def __init__(self, database: Database, boundaries: Boundaries) -> None:
        self.dialect = database.dialect
        self._database = database
        self._boundaries = boundaries

    @property
    def conflicts(self) -> int:
        """As the database itself."""
        return self._database.conflicts

    async def write(self, work: Work[T], *, lock: str | None = None) -> T:
        """As the database itself, with a boundary before, inside and after."""
        name = work.__qualname__.removesuffix(".<locals>.work").removesuffix(".<locals>.<lambda>")

        def counted(connection: Connection) -> T:
            result = work(connection)
            self._boundaries.reach(f"{name}: before COMMIT")
            _awaits_commit[id(connection.connection)] = (self._boundaries, name)
            return result

        self._boundaries.reach(f"{name}: before")
        result = await self._database.write(counted, lock=lock)
        self._boundaries.reach(f"{name}: after")
        return result

    async def read(self, work: Work[T]) -> T:
        """As the database itself."""
        return await self._database.read(work)

    async def scrub(self) -> None:
        """As the database itself."""
        self._boundaries.reach("scrub: before")
        await self._database.scrub()
        self._boundaries.reach("scrub: after")

    async def close(self) -> None:
        """As the database itself."""
        await self._database.close()


_awaits_commit: dict[int, tuple[Boundaries, str]] = {}
"""By pooled connection: the counted transaction that is about to be committed on it."""


def count_commits() -> None:
    """From now on, a boundary follows each COMMIT of a counted transaction, before anybody hears of it."""
    commit = DefaultDialect.do_commit

    def committing(dialect: DefaultDialect, connection: DBAPIConnection) -> None:
        awaited = _awaits_commit.pop(id(connection), None)
        commit(dialect, connection)  # type: ignore[no-untyped-call]
        if awaited is not None:
            boundaries, name = awaited
            boundaries.reach(f"{name}: after COMMIT")

    DefaultDialect.do_commit = committing  # type: ignore[method-assign]
