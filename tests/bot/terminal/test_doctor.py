"""What `parley doctor` finds: each piece of the set-up, broken in turn."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.findings import Finding, Mark
from bot.settings import Settings
from bot.terminal.doctor import examine
from engine.errors import GeneratorUnavailable

PIECES = ("Python", "settings", "disk", "database", "outbox", "clock", "secret", "port", "models", "texts", "picture")


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own and no settings from outside."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PARLEY_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def database(sqlite_file: Path) -> Path:
    """A SQLite database without rounds, where the default settings look."""
    return sqlite_file


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the models and the picture out, which other tests look at."""

    async def nothing(_: Settings) -> AsyncIterator[Finding]:
        yield Finding(Mark.FINE, "models", "left out")

    monkeypatch.setattr("bot.terminal.doctor._models", nothing)
    monkeypatch.setattr("bot.terminal.doctor._picture", nothing)


class Examined:
    """What the doctor printed, by piece: the mark and what was said."""

    def __init__(self, fine: bool, printed: str) -> None:
        self.fine = fine
        self.printed = printed
        lines = [line for line in printed.splitlines() if line[0] in "✓!✗"]
        self.marks: dict[str, str] = {}
        self.said: dict[str, str] = {}
        for line in lines:
            what, _, said = line[2:].partition(": ")
            self.marks.setdefault(what, line[0])
            self.said.setdefault(what, said)


Look = Callable[..., Awaitable[Examined]]


@pytest.fixture
def look(capsys: pytest.CaptureFixture[str]) -> Look:
    """Runs the doctor, on a free port unless one is given."""

    async def run(database: str | None = None, port: int = 0) -> Examined:
        fine = await examine(None, database=database, port=port)
        return Examined(fine, capsys.readouterr().out)

    return run


@pytest.mark.usefixtures("database")
async def test_a_sound_set_up_is_in_order(look: Look) -> None:
    found = await look()
    assert found.fine
    assert set(found.marks.values()) == {"✓"}
    assert set(PIECES) <= set(found.marks)
    assert found.printed.endswith("Everything is in order.\n")


@pytest.mark.usefixtures("database", "quick")
async def test_what_is_only_to_be_known_is_counted_in_the_last_line(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_LOCALE", "xx")
    found = await look()
    assert found.fine
    assert found.marks["texts"] == "!"
    assert found.printed.endswith("Nothing has to be mended; read what is marked ! (1).\n")


async def test_no_platform_is_to_be_mended(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_PLATFORMS", ",")
    found = await look()
    assert not found.fine
    assert "name web, slack or discord" in found.said["settings"]
    assert "Mend what is marked ✗ (1)" in found.printed


@pytest.mark.usefixtures("quick")
async def test_looking_makes_no_file(tmp_path: Path, look: Look) -> None:
    found = await look()
    assert found.fine
    assert "`parley serve` makes it" in found.said["database"]
    assert "will be made" in found.said["secret"]
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_a_mistaken_setting_ends_the_examination(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_PROT", "1")
    found = await look()
    assert not found.fine
    assert found.marks["settings"] == "✗"
    assert "did you mean 'port'?" in found.said["settings"]


@pytest.mark.usefixtures("quick")
async def test_a_database_that_is_older_is_to_be_migrated_and_no_failure(database: Path, look: Look) -> None:
    with sqlite3.connect(database) as older:
        older.execute("UPDATE alembic_version SET version_num = '0001'")
    older.close()
    found = await look()
    assert found.fine
    assert found.marks["database"] == "!"
    assert "run `parley migrate`" in found.said["database"]


@pytest.mark.usefixtures("quick")
async def test_a_newer_database_and_one_that_is_none_are_wrong(database: Path, look: Look) -> None:
    with sqlite3.connect(database) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    found = await look()
    assert (found.fine, found.marks["database"]) == (False, "✗")
    assert "update Parley" in found.said["database"]
    await asyncio.to_thread(database.write_text, "no database " * 100, encoding="utf-8")
    found = await look()
    assert (found.fine, found.marks["database"]) == (False, "✗")
    assert "is no readable SQLite database" in found.said["database"]


@pytest.mark.usefixtures("quick")
async def test_a_database_of_a_folder_that_is_not_there_is_wrong(look: Look) -> None:
    found = await look("sqlite:///none/parley.db")
    assert (found.fine, found.marks["database"]) == (False, "✗")
    assert "create it" in found.said["database"]


@pytest.mark.usefixtures("quick")
async def test_a_server_that_does_not_answer_is_wrong_and_its_password_stays_secret(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_SECRET", "correct horse battery staple")
    found = await look("postgresql://me:hunter2@127.0.0.1:1/parley")
    assert (found.fine, found.marks["database"]) == (False, "✗")
    assert "does not answer" in found.said["database"]
    assert (found.marks["secret"], found.said["secret"]) == ("✓", "set")
    assert "hunter2" not in found.printed
    assert "horse" not in found.printed


@pytest.mark.usefixtures("quick")
async def test_a_locked_database_is_wrong(database: Path, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.sqlite.LOCK_SECONDS", 0.1)
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    found = await look()
    holder.close()
    assert (found.fine, found.marks["database"]) == (False, "✗")
    assert "stayed locked by another program" in found.said["database"]


@pytest.mark.usefixtures("database", "quick")
async def test_a_disk_almost_full_is_wrong_and_a_fuller_one_is_noted(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, mark in ((10 * 2**20, "✗"), (100 * 2**20, "!"), (2**30, "✓")):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        found = await look()
        assert found.marks["disk"] == mark
        assert found.fine is (mark != "✗")


@pytest.mark.usefixtures("quick")
async def test_what_was_given_up_and_what_nobody_sends_is_noted(database: Path, look: Look) -> None:
    values = ("round", "Announce", "{}", 0, 0)
    columns = (
        "INSERT INTO outbox (key, round, kind, effect, lane, attempts, due, settled) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    )
    with sqlite3.connect(database) as held:
        held.execute(columns, ("overdue", *values, 1_000.0, None))
    held.close()
    found = await look()
    assert (found.fine, found.marks["outbox"]) == (True, "!")
    assert "1 waiting for over ten minutes: start `parley serve`" in found.said["outbox"]
    with sqlite3.connect(database) as held:
        held.execute(columns, ("given up", *values, 1_000.0, "quarantined"))
    held.close()
    found = await look()
    assert (found.fine, found.marks["outbox"]) == (True, "!")
    assert "1 Announce" in found.said["outbox"]
    assert "Retry" in found.said["outbox"]


@pytest.mark.usefixtures("quick")
async def test_a_clock_behind_what_happened_is_wrong(database: Path, look: Look) -> None:
    with sqlite3.connect(database) as held:
        held.execute(
            "INSERT INTO audit (round, version, event, phase, delivery, at) VALUES ('r', 1, 'e', 'closed', 'd', 9e9)"
        )
    held.close()
    found = await look()
    assert (found.fine, found.marks["clock"]) == (False, "✗")
    assert "set the machine's clock" in found.said["clock"]


@pytest.mark.usefixtures("database", "quick")
async def test_a_short_secret_is_wrong_and_one_that_others_read_is_noted(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "parley.secret").write_text("f00d" * 16, encoding="ascii")
    (tmp_path / "parley.secret").chmod(0o644)
    found = await look()
    assert (found.fine, found.marks["secret"]) == (True, "!")
    assert "chmod 600" in found.said["secret"]
    (tmp_path / "parley.secret").chmod(0o600)
    assert (await look()).marks["secret"] == "✓"
    assert "f00d" not in found.printed
    monkeypatch.setenv("PARLEY_SECRET", "short")
    found = await look()
    assert (found.fine, found.marks["secret"]) == (False, "✗")
    assert "at least 16 characters" in found.said["secret"]


@pytest.mark.usefixtures("database", "quick")
async def test_a_port_that_another_program_uses_is_wrong_and_one_of_ours_is_fine(look: Look) -> None:
    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def healthy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b'HTTP/1.0 200 OK\r\n\r\n{"ok": true, "database": "reachable", "pages": 0}')
        writer.close()

    for answer, mark, said in ((silent, "✗", "choose another with --port"), (healthy, "✓", "Parley is serving at")):
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            found = await look(port=server.sockets[0].getsockname()[1])
        assert (found.fine, found.marks["port"]) == (mark == "✓", mark)
        assert said in found.said["port"]


@pytest.mark.usefixtures("database")
async def test_models_that_do_not_load_or_answer_are_wrong(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_PREDICTOR", "lexicon")
    found = await look()
    assert (found.fine, found.marks["models"]) == (False, "✗")
    assert "did you mean 'lexical'?" in found.said["models"]
    monkeypatch.delenv("PARLEY_PREDICTOR")

    async def unavailable(*_: object, **__: object) -> None:
        raise GeneratorUnavailable("The statement model does not answer: check its address.")

    monkeypatch.setattr("engine.deliberation.deliberate", unavailable)
    found = await look()
    assert (found.fine, found.marks["models"]) == (False, "✗")
    assert "check its address" in found.said["models"]


@pytest.mark.usefixtures("database", "quick")
async def test_a_language_that_we_do_not_have_is_noted(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_LOCALE", "tlh")
    found = await look()
    assert (found.fine, found.marks["texts"]) == (True, "!")


@pytest.mark.usefixtures("database")
async def test_a_font_that_was_lost_is_wrong(look: Look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bot.picture.fonts.BOLD", tmp_path / "gone.otf")
    found = await look()
    assert (found.fine, found.marks["picture"]) == (False, "✗")
    assert "the font gone.otf is missing" in found.said["picture"]


@pytest.mark.usefixtures("database")
async def test_a_renderer_that_was_lost_is_wrong(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    found = await look()
    assert (found.fine, found.marks["picture"]) == (False, "✗")
    assert "resvg_py is missing" in found.said["picture"]


@pytest.mark.postgres
@pytest.mark.usefixtures("quick")
async def test_postgresql_is_examined_too(look: Look, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await look(postgres_url)
    assert (found.marks["database"], found.marks["outbox"], found.marks["secret"]) == ("✓", "✓", "✗")
    assert "set PARLEY_SECRET" in found.said["secret"]
    monkeypatch.setenv("PARLEY_SECRET", "correct horse battery staple")
    assert (await look(postgres_url)).fine
