"""The schema that the migrations make is the one that the code declares, and getting there is safe."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

import storage.tables
import storage.web_tables
from engine.errors import StoreUnusable
from storage.migrations import HERE, current, head, migrate, require_current

PROCESSES = 3
OLD_ROUND = """INSERT INTO rounds (id, version, channel, moderator, question, rules, phase, seed, opened_at, iteration,
draft, roster_known, posted, extensions, members, answered, opinions, voters, complete, critiques, critiqued, outside)
VALUES (:id, 1, :channel, 'mo', 'Should we?', '{}', 'collecting', 1, 1.0, 0, 0, FALSE, '[]', 0, 0, 0, 0, 0, 0, 0, 0, 0)
"""
OLD_STANDING = """INSERT INTO standings (round, member, on_roster, "left", outside, critique_draft, draft, rated,
research, training, complete) VALUES ('r', :member, TRUE, :gone, FALSE, 0, :draft, :rated, FALSE, FALSE, 0)"""
OLD_EFFECT = """INSERT INTO outbox (key, round, kind, effect, lane, due, attempts)
VALUES (:key, :round, 'Announce', '{}', 0, 0.0, 0)"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'parley.db'}"
    else:
        yield request.getfixturevalue("postgres_empty_url")


def differences(url: str) -> list[object]:
    """What Alembic's comparison would change to make the database what the models say."""
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, SQLModel.metadata)
    engine.dispose()
    return list(found)


def test_migrations_make_what_the_models_declare(empty_url: str) -> None:
    assert current(empty_url) is None
    assert migrate(empty_url) == head()
    assert current(empty_url) == head()
    assert storage.tables.OUTBOX.metadata is storage.web_tables.HEAD.metadata
    assert differences(empty_url) == []


def test_migrating_again_changes_nothing(empty_url: str) -> None:
    migrate(empty_url)
    assert migrate(empty_url) == head()


def upgrade(url: str, revision: str) -> None:
    """Bring a database to one revision."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_an_effect_that_waited_before_0004_goes_to_the_platform_of_its_round(empty_url: str) -> None:
    upgrade(empty_url, "0003")
    engine = sqlalchemy.create_engine(empty_url)
    with engine.begin() as connection:
        for name, channel in (("r1", "slack:T1/C1"), ("r2", "web:team")):
            connection.execute(sqlalchemy.text(OLD_ROUND), {"id": name, "channel": channel})
            connection.execute(sqlalchemy.text(OLD_EFFECT), {"key": f"{name}/1/0", "round": name})
        connection.execute(sqlalchemy.text(OLD_EFFECT), {"key": "no round/1/0", "round": "no round"})
    upgrade(empty_url, "0004")
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT round, platform FROM outbox ORDER BY round").all()
    engine.dispose()
    assert [tuple(row) for row in found] == [("no round", ""), ("r1", "slack"), ("r2", "web")]


def test_who_rated_what_before_0010_is_known_by_sets(empty_url: str) -> None:
    """Three rated of two posted statements: one both, one only the second, and one who left both."""
    upgrade(empty_url, "0009")
    engine = sqlalchemy.create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(OLD_ROUND), {"id": "r", "channel": "web:c"})
        connection.exec_driver_sql('UPDATE rounds SET draft = 2, posted = \'["r/2/5","r/2/0"]\'')
        for member, draft, rated, left in (
            ("ana", 2, '[["r/2/0",6],["r/2/5",1]]', False),
            ("ben", 2, '[["r/2/0",6]]', False),
            ("cleo", 2, '[["r/2/5",6],["r/2/0",3]]', True),
            ("dev", 1, '[["r/1/0",6]]', False),
            ("eve", 2, None, False),
        ):
            given = {"member": member, "draft": draft, "rated": rated, "gone": left}
            connection.execute(sqlalchemy.text(OLD_STANDING), given)
    upgrade(empty_url, "0010")
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT rated, hidden FROM rounds").one()
    engine.dispose()
    assert tuple(found) == ("[[2,1,1],[3,2,1]]", "[]")


def test_processes_that_migrate_at_once_take_turns(empty_url: str) -> None:
    code = "import sys; from storage.migrations import migrate; print(migrate(sys.argv[1]))"
    command = [sys.executable, "-c", code, empty_url]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(PROCESSES)
    ]
    answers = [process.communicate(timeout=60) for process in running]
    assert [answer.strip() for answer, _ in answers] == [head()] * PROCESSES, answers


def test_a_file_that_another_program_writes_is_waited_for_before_it_becomes_ours(tmp_path: Path) -> None:
    """SQLite refuses the change to WAL at once then, whatever its busy timeout."""
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE mine (kept text)")
        other.execute("BEGIN IMMEDIATE")
        ends = threading.Timer(0.2, other.execute, ["COMMIT"])
        ends.start()
        assert migrate(str(path)) == head()
        ends.join()


def test_a_database_newer_than_the_code_is_refused_with_the_remedy(empty_url: str) -> None:
    migrate(empty_url)
    engine = sqlalchemy.create_engine(empty_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(StoreUnusable, match="newer version of Parley.*update Parley"):
        migrate(empty_url)
    assert current(empty_url) == "9999"
    with pytest.raises(StoreUnusable, match="newer version of Parley"):
        require_current("9999")


def test_a_database_without_tables_is_refused_with_the_remedy() -> None:
    with pytest.raises(StoreUnusable, match="run `parley migrate`"):
        require_current(None)


def test_asking_for_the_revision_makes_no_file(tmp_path: Path) -> None:
    assert current(f"sqlite:///{tmp_path / 'none.db'}") is None
    assert list(tmp_path.iterdir()) == []


def test_a_failing_migration_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    with sqlite3.connect(path) as taken:
        taken.execute("CREATE TABLE web_seats (other int)")
    taken.close()
    with pytest.raises(StoreUnusable, match="a database of its own"):
        migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as after:
        assert [name for (name,) in after.execute("SELECT name FROM sqlite_master WHERE type = 'table'")] == [
            "web_seats"
        ]
    after.close()
