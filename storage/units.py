"""Units of work that wait for a thread, and how a group of them is committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.errors import StoreUnavailable, StoreUnusable

Commit = Callable[[Callable[[Connection], list[Any]]], list[Any]]
"""Runs a function in one transaction and returns what it returns once that is committed, or raises."""


@dataclass(slots=True, eq=False)
class Unit:
    """One unit of work, who waits for it, and what came of it."""

    work: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        """Answer whoever waits, unless they gave up. Only on the event loop of the future."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


def commit_together(units: Sequence[Unit], commit: Commit) -> None:
    """Commit the units in one transaction; where one of them fails, each in a transaction of its own.

    Group commit without a savepoint around every unit: failing is rare, and work may run again by its contract.
    When the database itself is in trouble, nobody's second try would do better.
    """
    try:
        results = commit(lambda connection: [unit.work(connection) for unit in units])
    except BaseException as error:  # noqa: BLE001 - raised again where the unit is awaited
        if len(units) == 1 or isinstance(error, StoreUnavailable | StoreUnusable):
            for unit in units:
                unit.error = error
        else:
            for unit in units:
                commit_together([unit], commit)
        return
    for unit, result in zip(units, results, strict=True):
        unit.result = result


def settle_on_their_loops(units: Sequence[Unit]) -> None:
    """Wake each event loop once for all of its units; from any thread."""
    loops: dict[asyncio.AbstractEventLoop, list[Unit]] = {}
    for unit in units:
        loops.setdefault(unit.future.get_loop(), []).append(unit)
    for loop, settled in loops.items():
        with suppress(RuntimeError):  # that loop ended without waiting for its writes
            loop.call_soon_threadsafe(_settle, settled)


def _settle(units: Sequence[Unit]) -> None:
    for unit in units:
        unit.settle()
