"""The PostgreSQL that tests and benchmarks start for themselves."""

from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks import postgres_server as module
from benchmarks.postgres_server import PostgresFailed, PostgresMissing, PostgresServer, find_binaries

pytestmark = pytest.mark.postgres


async def test_the_same_url_serves_synchronous_and_asynchronous_engines(postgres_empty_url: str) -> None:
    synchronous = sqlalchemy.create_engine(postgres_empty_url)
    with synchronous.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE seen (n int)")
        connection.exec_driver_sql("INSERT INTO seen VALUES (7)")
    synchronous.dispose()
    asynchronous = create_async_engine(postgres_empty_url)
    async with asynchronous.connect() as opened:
        assert (await opened.exec_driver_sql("SELECT n FROM seen")).scalar_one() == 7
    await asynchronous.dispose()


def test_a_database_made_from_a_template_holds_its_rows(postgres_server: PostgresServer) -> None:
    postgres_server.create_database("original")
    engine = sqlalchemy.create_engine(postgres_server.url("original"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE kept AS SELECT 'yes' AS answer")
    engine.dispose()
    postgres_server.create_database("made from it", "original")
    copy = sqlalchemy.create_engine(postgres_server.url("made from it"))
    with copy.connect() as connection:
        assert connection.exec_driver_sql("SELECT answer FROM kept").scalar_one() == "yes"
    postgres_server.drop_database("made from it")
    postgres_server.drop_database("original")
    copy.dispose()


def test_dropping_what_is_not_there_is_quiet_and_using_it_is_not(postgres_server: PostgresServer) -> None:
    postgres_server.drop_database("never made")
    with pytest.raises(PostgresFailed, match="does not exist"):
        postgres_server.create_database("copy", "never made")


def test_a_stopped_server_leaves_nothing_and_says_so(postgres_server: PostgresServer) -> None:
    with PostgresServer(durable=True) as second:
        folder = Path(second.conninfo("postgres").split()[0].removeprefix("host="))
        assert (folder / "data").is_dir()
    assert not folder.exists()
    with pytest.raises(PostgresFailed, match="is not running"):
        second.url("postgres")


def test_a_machine_without_postgresql_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(module, "DEBIAN_BINARIES", tmp_path)
    with pytest.raises(PostgresMissing, match="apt-get install postgresql"):
        find_binaries()
