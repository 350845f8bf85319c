"""A PostgreSQL server of our own: started in a temporary folder, gone when the block ends.

For tests and benchmarks. It needs PostgreSQL 15 or newer (Debian's `postgresql` package, or `initdb` and
`postgres` on PATH) and our extra `postgres`; no running service, no password and no free TCP port: it listens on
a Unix socket inside its folder. PostgreSQL refuses to run as root, so for root the server runs as the system
user `postgres`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

DEBIAN_BINARIES = Path("/usr/lib/postgresql")
SYSTEM_USER = "postgres"
START_SECONDS = 30.0
STOP_SECONDS = 20.0


class PostgresMissing(Exception):
    """No PostgreSQL server is installed; the message says what to install."""


class PostgresFailed(Exception):
    """The server did not start or refused a command; the message carries its own words."""


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """The programs of one PostgreSQL installation."""

    initdb: Path
    postgres: Path

    @property
    def version(self) -> str:
        """Such as "postgres (PostgreSQL) 15.14"."""
        return subprocess.run([self.postgres, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def find_binaries() -> PostgresBinaries:
    """The programs on PATH, or the newest under Debian's /usr/lib/postgresql.

    Raises PostgresMissing.
    """
    by_version = sorted(DEBIAN_BINARIES.glob("*/bin"), key=lambda folder: _version(folder.parent.name), reverse=True)
    folders: list[Path | None] = [None, *by_version]
    for folder in folders:
        found = [shutil.which(name, path=None if folder is None else str(folder)) for name in ("initdb", "postgres")]
        if all(found):
            return PostgresBinaries(*(Path(name) for name in found if name))
    raise PostgresMissing("install PostgreSQL 15 or newer: apt-get install postgresql (its service need not run)")


class PostgresServer:
    """A running server with one superuser and trust authentication, as a context manager.

    `durable`: True leaves fsync on, as a real installation has it, for crash tests and benchmarks; False
    turns fsync and full-page writes off, which only makes tests faster. synchronous_commit stays on.
    """

    def __init__(self, *, durable: bool = True, settings: Sequence[str] = ()) -> None:
        """`settings`: further server settings, such as "log_statement=all". Raises PostgresMissing."""
        self.binaries = find_binaries()
        self._durable = durable
        self._settings = list(settings)
        self._base: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PostgresServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Return once the server answers. Raises PostgresFailed with what the server said."""
        base = Path(tempfile.mkdtemp(prefix="parley-pg-"))
        self._base = base
        if _as_root():
            shutil.chown(base, SYSTEM_USER, SYSTEM_USER)
        try:
            self._initialise(base)
            with (base / "server.log").open("wb") as log:
                self._process = self._popen(self._command_line(base), log)
            self._wait_until_ready(base)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Disconnect everybody, stop the server and remove its folder. Calling it twice does nothing."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(STOP_SECONDS)
        base, self._base = self._base, None
        if base is not None:
            shutil.rmtree(base, ignore_errors=True)

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of `database`, for psycopg, which connects both synchronously and asynchronously."""
        return f"postgresql+psycopg:///{database}?host={self._folder()}&user={SYSTEM_USER}"

    def conninfo(self, database: str) -> str:
        """The same place as libpq spells it, for psycopg.connect()."""
        return f"host={self._folder()} user={SYSTEM_USER} dbname={database}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """Create `name`, empty or as a copy of `template`, to which nobody may be connected."""
        source = "" if template is None else f" TEMPLATE {_identifier(template)}"
        self._execute(f"CREATE DATABASE {_identifier(name)}{source} STRATEGY FILE_COPY")

    def drop_database(self, name: str) -> None:
        """Drop `name`, disconnecting whoever is still there; nothing happens when it does not exist."""
        self._execute(f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        import psycopg

        try:
            with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
                connection.execute(statement.encode())
        except psycopg.Error as error:
            raise PostgresFailed(str(error)) from error

    def _initialise(self, base: Path) -> None:
        command = [
            str(self.binaries.initdb), "--auth=trust", f"--username={SYSTEM_USER}", "--encoding=UTF8", "--locale=C",
            "--no-sync", f"--pgdata={base / 'data'}",
        ]  # fmt: skip
        with (base / "initdb.log").open("wb") as log:
            process = self._popen(command, log)
            if process.wait(START_SECONDS):
                raise PostgresFailed(f"initdb failed:\n{(base / 'initdb.log').read_text(errors='replace')}")

    def _command_line(self, base: Path) -> list[str]:
        speed = [] if self._durable else ["fsync=off", "full_page_writes=off"]
        settings = [
            "listen_addresses=", f"unix_socket_directories={base}", "max_connections=200", "shared_buffers=128MB",
            *speed, *self._settings,
        ]  # fmt: skip
        return [str(self.binaries.postgres), "-D", str(base / "data"), *(part for s in settings for part in ("-c", s))]

    def _popen(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        as_user: dict[str, Any] = {}
        if _as_root():
            as_user = {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []}
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self._folder(),
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            start_new_session=True,
            **as_user,
        )

    def _wait_until_ready(self, base: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._execute("SELECT 1")
            except PostgresFailed as error:
                ended = self._process is not None and self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    log = (base / "server.log").read_text(errors="replace")
                    raise PostgresFailed(f"PostgreSQL did not start: {error}\n{log}") from error
            time.sleep(0.05)

    def _folder(self) -> Path:
        if self._base is None:
            raise PostgresFailed("the PostgreSQL server is not running: use it inside its `with` block")
        return self._base


def _as_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _version(folder: str) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.split(".") if part.isdigit())
