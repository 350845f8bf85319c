"""The door to the database: whole units of work, and one clear sentence when it cannot be used."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import time
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError

import storage.postgres
import storage.sqlite
from benchmarks.postgres_server import PostgresServer
from engine.errors import StoreUnavailable, StoreUnusable
from storage.database import Database, parsed_url
from storage.migrations import migrate
from storage.store import open_store
from storage.trouble import translated

INSERT = "INSERT INTO seen VALUES ({})"
SECRET = "xylophone"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'parley.db'}"
    return str(request.getfixturevalue("postgres_empty_url"))


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """An open database with one table of numbers."""
    opened = Database.open(url)
    await create(opened)
    yield opened
    await opened.close()


async def put(database: Database, number: int, lock: str | None = None) -> None:
    await database.write(lambda connection: connection.exec_driver_sql(INSERT.format(number)), lock=lock)


async def create(database: Database) -> None:
    await database.write(lambda connection: connection.exec_driver_sql("CREATE TABLE seen (n int PRIMARY KEY)"))


async def numbers(database: Database) -> list[int]:
    return await database.read(
        lambda connection: list(connection.exec_driver_sql("SELECT n FROM seen ORDER BY n").scalars())
    )


async def test_a_unit_is_committed_when_write_returns(database: Database, url: str) -> None:
    assert await database.write(lambda connection: connection.exec_driver_sql(INSERT.format(1)).rowcount) == 1
    other = Database.open(url)
    assert await numbers(other) == [1]
    await other.close()


@pytest.mark.parametrize("lock", [None, "same"])
async def test_a_failed_unit_is_undone_alone(database: Database, lock: str | None) -> None:
    def half(connection: Connection) -> None:
        connection.exec_driver_sql(INSERT.format(100))
        raise ZeroDivisionError

    def twice(connection: Connection) -> None:
        connection.exec_driver_sql(INSERT.format(200))
        connection.exec_driver_sql(INSERT.format(200))

    results = await asyncio.gather(
        put(database, 1, lock),
        database.write(half, lock=lock),
        put(database, 2, lock),
        database.write(twice, lock=lock),
        put(database, 3, lock),
        return_exceptions=True,
    )
    assert [type(one) for one in results if isinstance(one, Exception)] == [ZeroDivisionError, IntegrityError]
    assert await numbers(database) == [1, 2, 3]


@pytest.mark.parametrize(
    "insert",
    ["INSERT INTO said VALUES (1, :words, NULL)", "INSERT INTO said VALUES (2, :words, 'y'), (3, :words, 'z')"],
)
async def test_what_the_database_refuses_is_told_without_the_row_that_it_was(database: Database, insert: str) -> None:
    """PostgreSQL shows a refused row in the DETAIL of its message, and a row may hold what somebody wrote."""
    table = "CREATE TABLE said (n int PRIMARY KEY, words text UNIQUE, other text NOT NULL)"
    await database.write(lambda connection: connection.exec_driver_sql(table))
    values = {"words": SECRET}
    with pytest.raises(IntegrityError) as refused:
        await database.write(lambda connection: connection.execute(text(insert), values))
    told = "".join(traceback.format_exception(refused.value))
    assert "constraint" in told
    assert SECRET not in told


async def test_writes_under_one_lock_happen_in_the_order_they_came(database: Database) -> None:
    order: list[int] = []

    async def note(number: int) -> None:
        await database.write(lambda _: order.append(number), lock="same")

    await asyncio.gather(*(note(number) for number in range(100)))
    assert order == list(range(100))


async def test_a_write_that_nobody_awaits_any_more_still_happens(database: Database) -> None:
    def slow(connection: Connection) -> None:
        time.sleep(0.05)
        connection.exec_driver_sql(INSERT.format(1))

    task = asyncio.create_task(database.write(slow, lock="same"))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await put(database, 2, "same")
    assert await numbers(database) == [1, 2]


async def test_close_waits_for_what_is_under_way(url: str) -> None:
    first = Database.open(url)
    await create(first)

    def slow(connection: Connection) -> None:
        time.sleep(0.05)
        connection.exec_driver_sql(INSERT.format(1))

    task = asyncio.create_task(first.write(slow, lock="x"))
    await asyncio.sleep(0)
    await first.close()
    await task
    await first.close()
    second = Database.open(url)
    assert await numbers(second) == [1]
    await second.close()


async def test_a_read_sees_one_snapshot(database: Database, url: str) -> None:
    await put(database, 1)
    loop = asyncio.get_running_loop()
    other = Database.open(url)

    def count_twice(connection: Connection) -> tuple[int, int]:
        query = "SELECT count(*) FROM seen"
        before = connection.exec_driver_sql(query).scalar_one()
        asyncio.run_coroutine_threadsafe(put(other, 2), loop).result(10)
        return before, connection.exec_driver_sql(query).scalar_one()

    assert await database.read(count_twice) == (1, 1)
    assert await numbers(database) == [1, 2]
    await other.close()


def test_one_database_serves_one_event_loop_after_another(url: str) -> None:
    database = Database.open(url)
    asyncio.run(create(database))
    for number in range(3):
        asyncio.run(put(database, number, "x"))
    assert asyncio.run(numbers(database)) == [0, 1, 2]
    asyncio.run(database.close())


def test_urls_and_paths_name_the_two_databases() -> None:
    assert str(parsed_url("parley.db")) == "sqlite:///parley.db"
    assert parsed_url("sqlite+aiosqlite:////var/parley.db").drivername == "sqlite"
    assert parsed_url("postgres://u:p@h/d").drivername == "postgresql+psycopg"
    assert parsed_url("postgresql+asyncpg://u:p@h/d").drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "No database was given"),
        ("mysql://user:hush@host/name", "SQLite or PostgreSQL, not in 'mysql'"),
        ("sqlite://", "must outlive the process"),
        ("sqlite:///:memory:", "must outlive the process"),
        ("postgresql://user:hush@host:port/name", "cannot be read"),
    ],
)
def test_other_urls_are_refused_without_showing_a_password(text: str, sentence: str) -> None:
    with pytest.raises(StoreUnusable, match=sentence) as refusal:
        Database.open(text)
    assert "hush" not in str(refusal.value)


def test_without_its_driver_postgresql_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreUnusable, match=r"pip install -e '\.\[postgres\]'"):
        Database.open("postgresql:///parley")


async def refusal(url: str, error: type[Exception], sentence: str) -> None:
    """Opening says the sentence, whether it migrates or not."""
    for migrating in (True, False):
        with pytest.raises(error, match=sentence):
            await open_store(url, migrate=migrating)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    path.write_text("Dear diary, " * 1_000)
    await refusal(str(path), StoreUnusable, "no readable SQLite database: restore it from a backup")
    assert path.read_text().startswith("Dear diary"), "it is left as it was"


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="create its folder"):
        await open_store(str(tmp_path / "nowhere" / "parley.db"), migrate=True)


async def test_a_corrupt_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    migrate(str(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    await refusal(str(path), StoreUnusable, "no readable SQLite database: restore it from a backup")


async def test_a_database_newer_than_the_code_is_refused(url: str) -> None:
    migrate(url)
    database = Database.open(url)
    await database.write(lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num='9999'"))
    await database.close()
    await refusal(url, StoreUnusable, "newer version of Parley")


async def test_a_database_without_tables_says_how_to_make_them(url: str) -> None:
    with pytest.raises(StoreUnusable, match="parley migrate"):
        await open_store(url, migrate=False)
    database = Database.open(url)
    with pytest.raises(StoreUnusable, match="parley migrate"):
        await database.read(lambda connection: connection.exec_driver_sql("SELECT * FROM rounds"))
    await database.close()


async def test_a_read_only_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    migrate(str(path))
    database = Database.open(f"sqlite:///file:{path}?mode=ro&uri=true")
    for _ in range(2):
        with pytest.raises(StoreUnusable, match="read-only: give Parley's user write access"):
            await database.write(lambda connection: connection.exec_driver_sql("DELETE FROM rounds"))
    await database.close()


async def test_a_locked_file_is_waited_for_and_then_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.sqlite, "LOCK_SECONDS", 0.2)
    path = tmp_path / "parley.db"
    database = Database.open(str(path))
    await create(database)
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        writes = (put(database, number, "x") for number in range(5))
        answers = await asyncio.gather(*writes, return_exceptions=True)
        assert time.monotonic() - started < 2, "nobody waits for everybody's turn"
        assert {type(one) for one in answers} == {StoreUnavailable}
        assert "stayed locked by another program" in str(answers[0])
        waiting = asyncio.create_task(put(database, 9))
        await asyncio.sleep(0.05)
        other.execute("COMMIT")
        await waiting
    assert await numbers(database) == [9]
    await database.close()


@pytest.fixture
def small_disk() -> Iterator[list[int]]:
    """Every SQLite connection made meanwhile may use so many pages; the list holds the limit."""
    pages = [0]

    def limit(driver: object, _: object) -> None:
        if isinstance(driver, sqlite3.Connection):
            driver.execute(f"PRAGMA max_page_count={pages[0]}").fetchall()

    event.listen(Engine, "connect", limit)
    yield pages
    event.remove(Engine, "connect", limit)


async def test_a_full_disk_loses_nothing_and_says_so(tmp_path: Path, small_disk: list[int]) -> None:
    small_disk[0] = 20
    database = Database.open(str(tmp_path / "parley.db"))
    await database.write(lambda connection: connection.exec_driver_sql("CREATE TABLE seen (n int, content text)"))
    stored: list[int] = []

    async def put_much(number: int) -> None:
        row = (number, "x" * 9_000)
        await database.write(lambda connection: connection.exec_driver_sql("INSERT INTO seen VALUES (?, ?)", row))
        stored.append(number)

    async def until_full() -> None:
        for number in range(100):
            await put_much(number)

    with pytest.raises(StoreUnusable, match=r"disk that holds the database .* is full: free some space"):
        await until_full()
    both = await asyncio.gather(put_much(200), put_much(201), return_exceptions=True)
    assert all(isinstance(one, StoreUnusable) for one in both)
    assert stored
    assert await numbers(database) == stored
    small_disk[0] = 1_000
    await put_much(300)
    assert await numbers(database) == stored, "with space again it goes on"
    await database.close()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"database": "nowhere"}, "has no database 'nowhere'.*createdb"),
        ({"username": "stranger"}, "does not know this user"),
    ],
)
async def test_postgresql_says_what_is_wrong_with_the_url(
    postgres_empty_url: str, change: dict[str, str], sentence: str
) -> None:
    url = parsed_url(postgres_empty_url)
    query = {**url.query, **({"user": change["username"]} if "username" in change else {})}
    wrong = url.set(query=query, database=change.get("database", url.database))
    with pytest.raises(StoreUnusable, match=sentence):
        await open_store(wrong.render_as_string(hide_password=False), migrate=True)


def test_a_wrong_password_is_a_sentence_of_its_own() -> None:
    said = psycopg.OperationalError('connection failed: FATAL:  password authentication failed for user "parley"')
    found = translated(OperationalError("SELECT 1", {}, said), "'parley' on db.example")
    assert isinstance(found, StoreUnusable)
    assert str(found) == (
        "PostgreSQL at 'parley' on db.example refused the user or password: check both in the database URL."
    )


@pytest.mark.postgres
async def test_an_unreachable_postgresql_is_unavailable(postgres_server: PostgresServer, tmp_path: Path) -> None:
    for host in (str(tmp_path), "127.0.0.1:1"):
        address = f"postgresql:///parley?host={host}" if host.startswith("/") else f"postgresql://u:hush@{host}/parley"
        with pytest.raises(StoreUnavailable, match="does not answer: check that it runs") as found:
            await open_store(address, migrate=True)
        assert "hush" not in str(found.value)


@pytest.mark.postgres
async def test_connections_that_died_idle_are_replaced(postgres_empty_url: str) -> None:
    database = Database.open(postgres_empty_url)
    await create(database)
    killer = Database.open(postgres_empty_url)
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await killer.write(lambda connection: connection.exec_driver_sql(kill))
    await put(database, 1)
    assert await numbers(database) == [1]
    assert database.conflicts == 1
    await killer.close()
    await database.close()


@pytest.mark.postgres
async def test_a_row_locked_too_long_is_unavailable(postgres_empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.postgres, "LOCK_SECONDS", 1)
    database = Database.open(postgres_empty_url)
    await create(database)
    await put(database, 1)
    dsn = parsed_url(postgres_empty_url)
    with psycopg.connect(dbname=dsn.database, host=str(dsn.query["host"]), user=str(dsn.query["user"])) as other:
        other.execute("UPDATE seen SET n = 2")
        with pytest.raises(StoreUnavailable, match="stayed locked by another program"):
            await database.write(lambda connection: connection.exec_driver_sql("UPDATE seen SET n = 3"))
    await database.close()


@pytest.mark.postgres
async def test_a_read_only_postgresql_is_refused(postgres_empty_url: str) -> None:
    migrate(postgres_empty_url)
    database = Database.open(postgres_empty_url)
    await database.write(
        lambda connection: connection.exec_driver_sql(
            f'ALTER DATABASE "{parsed_url(postgres_empty_url).database}" SET default_transaction_read_only = on'
        )
    )
    await database.close()
    again = Database.open(postgres_empty_url)
    with pytest.raises(StoreUnusable, match="read-only: connect to the primary"):
        await again.write(lambda connection: connection.exec_driver_sql("DELETE FROM rounds"))
    await again.close()
