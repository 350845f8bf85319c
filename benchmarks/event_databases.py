"""Databases for benchmarks.events: a vote under way in a group of a chosen size, and a raw driver to compare with."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, event, insert

from benchmarks.postgres_server import PostgresServer
from engine.ports import Delivery
from engine.rounds.events import RatingGiven, RoundOpened
from engine.rounds.machine import step
from engine.rounds.model import Counts, Part, Phase, Round, Rules, Standing, candidate_id
from storage.migrations import migrate
from storage.prepared import Prepared, Values
from storage.rows import round_values, standing_values
from storage.store import DatabaseStore, open_store
from storage.tables import OPINIONS, RATINGS, ROUNDS, STANDINGS

ROUND = "bench:1"
OPENED = 1_700_000_000.0
POSTED = tuple(candidate_id(ROUND, 1, place) for place in range(3))


def member(number: int) -> str:
    """A member's id."""
    return f"bench:member:{number:05}"


def rating(number: int, group: int, name: str) -> Delivery:
    """The `number`th rating of a vote: members take turns, and rate the candidates in turn."""
    at = OPENED + 10 + number
    event = RatingGiven(at, member(number % group), POSTED[(number // group + number) % 3], agreement=1 + number % 7)
    return Delivery(f"{name}:{number}", ROUND, event)


def _voting(group: int) -> Round:
    opened = RoundOpened(
        OPENED, ROUND, "bench:channel", "bench:moderator", "Should we plant a hedge along the whole path?",
        "We should plant a hedge along the whole path.", "We should not plant a hedge along the whole path.",
        Rules(), 7,
    )  # fmt: skip
    made = step(None, opened, {})
    assert made is not None
    counts = Counts(members=group, answered=group, opinions=group, voters=group)
    return replace(made.round, version=2 * group, phase=Phase.VOTING, draft=1, posted=POSTED, counts=counts)


def _filled(connection: Connection, group: int) -> None:
    """The rows of a group whose members all gave an opinion and rated one candidate."""
    round = _voting(group)
    names = [member(number) for number in range(group)]
    text = "I walk there every day and would like the hedge, if somebody cuts it twice a year."
    standings = [
        Standing(name, on_roster=True, opinion=(Part("form", text),), draft=1, rated=((POSTED[0], 5),))
        for name in names
    ]
    connection.execute(insert(ROUNDS), [round_values(round)])
    connection.execute(insert(STANDINGS), [standing_values(round, one) for one in standings])
    said = {"round": ROUND, "text": text, "at": OPENED}
    connection.execute(insert(OPINIONS), [{**said, "member": name} for name in names])
    rated = {"round": ROUND, "draft": 1, "candidate": POSTED[0], "rating_pass": 1, "agreement": 5, "quality": None}
    connection.execute(insert(RATINGS), [{**rated, "member": name, "withdrawn": False, "at": OPENED} for name in names])


class Databases(Protocol):
    """Makes databases with a vote under way, and connects to them without us in between."""

    kind: str

    def made(self, group: int) -> str:
        """The URL of a fresh database with a group of this size."""
        ...

    def driver(self, url: str) -> Any:
        """A synchronous connection of the database's own driver, with the settings that the store uses."""
        ...

    def settings(self, url: str) -> dict[str, str]:
        """What the database says of itself: version and durability."""
        ...


async def _fill(url: str, group: int) -> None:
    store: DatabaseStore = await open_store(url, migrate=True)
    await store.database.write(lambda connection: _filled(connection, group))
    await store.close()


class SqliteDatabases:
    """SQLite files in a folder."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        """`folder`: on the disk to measure."""
        self._folder = folder
        self._made = 0

    def made(self, group: int) -> str:
        """See `Databases.made`."""
        template = self._folder / f"group-{group}.db"
        if not template.exists():
            asyncio.run(_fill(str(template), group))
        self._made += 1
        copy = self._folder / f"copy-{self._made}.db"
        shutil.copyfile(template, copy)
        return f"sqlite:///{copy}"

    def driver(self, url: str) -> sqlite3.Connection:
        """See `Databases.driver`."""
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        return connection

    def settings(self, url: str) -> dict[str, str]:
        """See `Databases.settings`."""
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        connection.close()
        return {"version": f"SQLite {sqlite3.sqlite_version}", "journal_mode": str(mode), "synchronous": "FULL"}


class PostgresDatabases:
    """Databases of a PostgreSQL server."""

    kind = "postgresql"

    def __init__(self, server: PostgresServer) -> None:
        """`server`: running, and durable."""
        self._server = server
        self._groups: set[int] = set()
        self._made = 0

    def made(self, group: int) -> str:
        """See `Databases.made`."""
        template = f"group_{group}"
        if group not in self._groups:
            self._groups.add(group)
            self._server.create_database(template)
            migrate(self._server.url(template))
            asyncio.run(_fill(self._server.url(template), group))
        self._made += 1
        self._server.create_database(f"copy_{self._made}", template)
        return self._server.url(f"copy_{self._made}")

    def driver(self, url: str) -> Any:
        """See `Databases.driver`."""
        import psycopg

        return psycopg.connect(self._conninfo(url), autocommit=True)

    def settings(self, url: str) -> dict[str, str]:
        """See `Databases.settings`."""
        with self.driver(url) as connection:
            names = ("server_version", "synchronous_commit", "fsync")
            found = {name: str(connection.execute(f"SHOW {name}").fetchone()[0]) for name in names}
        return {"version": f"PostgreSQL {found.pop('server_version')}", **found}

    def _conninfo(self, url: str) -> str:
        return self._server.conninfo(url.split("///")[1].split("?", maxsplit=1)[0])


Statement = tuple[str, Any, bool]
"""Text, parameters, and whether there are many sets of them."""


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Every statement that the store sends meanwhile, with BEGIN and COMMIT where they belong."""
    seen: list[Statement] = []

    def statement(_: object, __: object, text: str, parameters: Any, ___: object, many: bool) -> None:
        seen.append((text, parameters, many))

    def begun(connection: Connection) -> None:
        seen.append(("BEGIN" if connection.dialect.name == "postgresql" else "BEGIN IMMEDIATE", None, False))

    def committed(_: Connection) -> None:
        seen.append(("COMMIT", None, False))

    fetch = Prepared.first

    def fetched(self: Prepared, connection: Connection, values: Values) -> Sequence[Any] | None:
        seen.append((*self.sent(connection, values), False))
        return fetch(self, connection, values)

    listeners = (("before_cursor_execute", statement), ("begin", begun), ("commit", committed))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    Prepared.first = fetched  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        Prepared.first = fetch  # type: ignore[method-assign]
        for name, listener in listeners:
            event.remove(Engine, name, listener)


def replay(connection: Any, statements: Sequence[Statement]) -> None:
    """The recorded statements of one event through the raw driver: the same texts, the same parameters."""
    cursor = connection.cursor()
    for text, parameters, many in statements:
        if many:
            cursor.executemany(text, parameters)
        elif parameters:
            cursor.execute(text, parameters)
        else:
            cursor.execute(text)
        if not many and cursor.description is not None:
            cursor.fetchall()


@dataclass(frozen=True, slots=True)
class Recording:
    """What the store sent for each of a row of events."""

    events: list[list[Statement]]

    @classmethod
    def of(cls, url: str, group: int, events: int) -> Recording:
        """Handle `events` ratings and keep what was sent for each."""
        from engine.service import handle

        async def record() -> list[list[Statement]]:
            store = await open_store(url, migrate=False)
            found = []
            for number in range(events):
                with recorded() as seen:
                    assert await handle(store, rating(number, group, "r")) is not None
                found.append(list(seen))
            await store.close()
            return found

        return cls(asyncio.run(record()))
