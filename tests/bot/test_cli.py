"""Every bad input on the command line gets one clear sentence on stderr and status 2, and nothing given is lost."""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app

ROOT = Path(__file__).parents[2]
QUESTION = "Should we move the office?"
OPINIONS = "Yes, the old office is too small.\nOnly if it is near a station.\nNo, moving is too expensive.\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of its own, no settings from outside, and logging as it was."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PARLEY_")]:
        monkeypatch.delenv(name)
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def run(*arguments: str | Path, given: str | bytes | None = None) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(one) for one in arguments], input=given)


def refused(result: Result, *said: str) -> None:
    """One sentence on stderr, nothing on stdout, status 2, no traceback."""
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("parley: ")
    for words in said:
        assert words in lines[0]


@pytest.fixture
def database(sqlite_file: Path) -> Path:
    """parley.db in the current folder, which every command finds by itself."""
    return sqlite_file


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.txt", None, "There is no file none.txt"),
        ("picture.txt", PNG, "is a picture"),
        ("binary.txt", b"ab\x00cd", "is a binary file"),
        ("latin.txt", b"na\xefve\n", "is not UTF-8 text (line 1)"),
        ("empty.txt", b"", "is empty"),
        ("blank.txt", b" \n\n", "is empty"),
        ("wrong.csv", b"comment,who\nhello,ada\n", "has no column 'opinion' (its first line names: 'comment', 'who')"),
        ("lines.jsonl", b'{"opinion": "a"}\nnot json\n', "line 2: this is no JSON"),
        ("lines.txt", b'{"opinion": "a"}\n', "rename it"),
        ("huge.txt", b"a" * 5_000, "the limit is 4,000"),
    ],
)
def test_a_file_of_opinions_that_is_not_what_it_says_is_refused(name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    refused(run("deliberate", "-q", QUESTION, "-o", name), name, said)
    assert content is None or Path(name).read_bytes() == content


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-q", "We should move"], "has no question mark"),
        (["-q", "??"], "Give a question"),
        (["-q", QUESTION, "--welfare", "happiness"], "'happiness' is no welfare rule; choose utilitarian"),
        (["-q", QUESTION, "--generator", "extractve"], "no generator called 'extractve'; did you mean 'extractive'?"),
        (["-q", QUESTION, "--predictor", "oracle"], "no predictor called 'oracle'"),
        (["-q", QUESTION, "--config", "none.toml"], "'none.toml' does not exist"),
    ],
)
def test_a_mistaken_option_of_deliberate_is_named(arguments: list[str], said: str) -> None:
    Path("opinions.txt").write_text(OPINIONS, encoding="utf-8")
    refused(run("deliberate", "-o", "opinions.txt", *arguments), said)


@pytest.mark.parametrize(("option", "value", "least"), [("-n", "0", 1), ("--seed", "-1", 0)])
def test_a_number_out_of_range_is_refused(option: str, value: str, least: int) -> None:
    Path("opinions.txt").write_text(OPINIONS, encoding="utf-8")
    result = run("deliberate", "-q", QUESTION, "-o", "opinions.txt", option, value)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"should be greater than or equal to {least}" in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("given", "said"), [(b"", "standard input is empty"), (b"a\x00b", "standard input is a binary file")]
)
def test_bad_standard_input_is_called_that(given: bytes, said: str) -> None:
    refused(run("deliberate", "-q", QUESTION, "-o", "-", given=given), said)


@pytest.mark.parametrize("command", [["deliberate", "-q", QUESTION, "-o", "x"], ["migrate"], ["export", "--out", "x"]])
def test_an_unknown_setting_names_the_nearest_known_one(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_DATABSE", "sqlite:///x.db")
    refused(run(*command), "no setting 'databse' (PARLEY_DATABSE); did you mean 'database'?")


def test_a_broken_settings_file_is_named() -> None:
    Path("parley.toml").write_text("port = ", encoding="utf-8")
    refused(run("migrate"), "The settings file 'parley.toml' is not valid TOML")


@pytest.mark.parametrize("command", [["migrate"], ["export", "--out", "out"]])
def test_a_file_that_is_no_database_is_refused_and_kept(command: list[str]) -> None:
    Path("parley.db").write_text("These are my notes, and no database at all. " * 30, encoding="utf-8")
    before = Path("parley.db").read_bytes()
    refused(run(*command), "is no readable SQLite database: restore it from a backup, or give another path")
    assert Path("parley.db").read_bytes() == before
    assert not Path("out").exists()


@pytest.mark.parametrize("command", [["migrate"], ["export", "--out", "out"]])
def test_a_newer_database_is_refused_and_kept(command: list[str], database: Path) -> None:
    with sqlite3.connect(database) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    refused(run(*command), "made by a newer version of Parley (revision '9999'): update Parley")
    with sqlite3.connect(database) as after:
        assert after.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)
    after.close()


def test_a_locked_database_is_said_to_be_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.migrations.LOCK_SECONDS", 0.1)
    holder = sqlite3.connect("parley.db", isolation_level=None)
    holder.execute("CREATE TABLE mine (kept text)")
    holder.execute("BEGIN EXCLUSIVE")
    refused(run("migrate"), "stayed locked by another program: close whatever else has it open, or wait")
    holder.execute("COMMIT")
    assert [name for (name,) in holder.execute("SELECT name FROM sqlite_master")] == ["mine"]
    holder.close()


def test_a_database_that_is_not_there_is_not_made_by_exporting() -> None:
    refused(run("export", "--out", "out"), "There is no database 'parley.db'", "start `parley serve` first")
    assert list(Path().iterdir()) == []


def test_a_database_without_our_tables_needs_migrating() -> None:
    sqlite3.connect("parley.db").executescript("CREATE TABLE mine (kept text)").close()
    refused(run("export", "--out", "out"), "run `parley migrate`")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://host/name", "SQLite or PostgreSQL, not in 'mysql'"),
        ("sqlite://", "give a file"),
        ("sqlite:///none/parley.db", "create its folder"),
        ("postgresql://me:secret@127.0.0.1:1/name", "does not answer"),
    ],
)
def test_a_database_that_cannot_be_is_refused_without_its_password(url: str, said: str) -> None:
    result = run("migrate", "--database", url)
    refused(result, said)
    assert "secret" not in result.stderr


@pytest.mark.parametrize("form", ["xlsx", "JSON", ""])
def test_an_unknown_format_is_refused_with_the_known_ones(form: str, database: Path) -> None:
    refused(run("export", "--out", "out", "--format", form), f"format {form!r}; choose one of: jsonl, parquet, csv")


def test_a_folder_with_something_in_it_is_kept(database: Path) -> None:
    Path("out").mkdir()
    Path("out/thesis.txt").write_text("years of work", encoding="utf-8")
    refused(run("export", "--out", "out"), "is not empty: give --out a folder that does not exist yet, or is empty")
    assert Path("out/thesis.txt").read_text(encoding="utf-8") == "years of work"


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_named(command: str, database: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(command, "--port", str(port))
        assert (result.exit_code, result.stdout) == (2, "")
        said = result.stderr.strip().splitlines()[-1]
    assert said.startswith("parley: ")
    assert str(port) in said
    assert "Traceback" not in result.stderr


def test_serving_no_platform_is_refused(database: Path) -> None:
    refused(run("serve", "--platform", ","), "No platform is chosen: name web, slack or discord with --platform")


def as_ordinary_user(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as somebody whom file permissions bind, root included."""
    bound = ["setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-dac_override"] if not os.geteuid() else []
    command = [*bound, sys.executable, "-m", "bot.cli", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_read_only_database_is_said_to_be_read_only(database: Path, tmp_path: Path) -> None:
    with sqlite3.connect(database) as older:
        older.execute("UPDATE alembic_version SET version_num = '0002'")
        older.execute("DROP TABLE pseudonym_key")
    older.close()
    before = database.read_bytes()
    database.chmod(stat.S_IRUSR)
    done = as_ordinary_user("migrate", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is read-only: give Parley's user write access to it and its folder" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert database.read_bytes() == before


def test_a_folder_where_nothing_may_be_written_is_named(database: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    done = as_ordinary_user("export", "--out", "locked/out", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written: give --out a folder in a place where you may write" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_unknown_command_gets_status_two() -> None:
    result = run("deliberat")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "deliberat" in result.stderr
