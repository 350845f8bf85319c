"""What every test stands on: no network, one thread, and services that are present, absent aloud, or required.

A test asks for a service by its fixture: `postgres_url`, `postgres_empty_url`, `postgres_server`, `chromium_path`,
`shared_data`. Where the service is missing the test is skipped and the closing summary says what to install;
with CI=true it fails, and so does a run that skipped anything at all.
"""

import os

# Before numpy or a model library loads: small matrices are slower on many threads, and no test downloads a model.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["HF_HUB_OFFLINE"] = "1"

import gc
import ipaddress
import logging
import shutil
import socket
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import hypothesis
import pytest

from benchmarks.postgres_server import PostgresMissing, PostgresServer

if TYPE_CHECKING:
    from storage.store import DatabaseStore

ROOT = Path(__file__).parent.parent
# Taken away, because a process that a test starts would refuse them as unknown settings.
CHOSEN_DATA = os.environ.pop("PARLEY_DATA", None)
CHOSEN_CHROMIUM = os.environ.pop("PARLEY_CHROMIUM", None)
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost", socket.gethostname()}

MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 3 * 2**30


def memory_holds_files() -> bool:
    """True where temporary files may lie in memory: there is room, and programs may be started from there."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK | os.X_OK):
        return False
    started = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    return started and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED


# Hundreds of databases are written durably, and a disk makes each commit wait. Whoever chose TMPDIR is obeyed.
if "TMPDIR" not in os.environ and memory_holds_files():
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

hypothesis.settings.register_profile("parley", deadline=None, derandomize=IN_CI)
hypothesis.settings.load_profile("parley")


class NetworkForbidden(AssertionError):
    """A test tried to leave this machine."""


def absent(service: str, remedy: str) -> NoReturn:
    """Skip the test that asked, or fail it with CI=true, naming the remedy."""
    reason = f"{service} is missing: {remedy}"
    if IN_CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def is_local(host: object) -> bool:
    """True for this machine's own names and for loopback and unspecified addresses, IPv4 and IPv6."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name.lower() in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse_unless_local(family: int, address: Any) -> None:
    if family in {socket.AF_INET, socket.AF_INET6} and not is_local(address[0]):
        raise NetworkForbidden(f"tests stay on this machine, and this one tried to reach {address!r}: fake that server")


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """A command that a test runs here sends its log where that test's output went, which is closed with it."""
    root = logging.getLogger()
    before = root.handlers[:]
    yield
    for handler in root.handlers[:]:
        if type(handler) is logging.StreamHandler and handler not in before:
            root.removeHandler(handler)


@pytest.fixture(autouse=True, scope="session")
def network_is_forbidden() -> Iterator[None]:
    """Connecting, sending a datagram or looking up a name works for this machine only."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, sendto = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto
    getaddrinfo = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_unless_local(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_unless_local(self.family, address)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, data: Any, *arguments: Any) -> int:
        _refuse_unless_local(self.family, arguments[-1])
        return sendto(self, data, *arguments)

    def guarded_getaddrinfo(host: bytes | str | None, *arguments: Any, **options: Any) -> Any:
        if not is_local(host):
            raise NetworkForbidden(f"tests stay on this machine, and this one looked up {host!r}: fake that server")
        return getaddrinfo(host, *arguments, **options)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket.socket, "sendto", guarded_sendto)
    patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL of this session's own; fsync is off, so use it where no machine crash is tested."""
    server, remedy = None, ""
    try:
        server = PostgresServer(durable=False)
    except PostgresMissing as missing:
        remedy = str(missing)
    if server is None:
        absent("PostgreSQL", remedy)
    with server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a database with our newest schema and no rows, to which nobody is connected."""
    from storage.migrations import migrate

    postgres_server.create_database("parley_template")
    migrate(postgres_server.url("parley_template"))
    return "parley_template"


@pytest.fixture(scope="session")
def new_postgres_name() -> Callable[[], str]:
    """Makes database names that no other test of this session has."""
    numbers = count(1)
    return lambda: f"parley_{next(numbers)}"


@pytest.fixture
def postgres_url(
    postgres_server: PostgresServer, postgres_template: str, new_postgres_name: Callable[[], str]
) -> Iterator[str]:
    """The URL of a fresh database with our newest schema, gone after the test."""
    yield from _database(postgres_server, new_postgres_name(), postgres_template)


@pytest.fixture
def postgres_empty_url(postgres_server: PostgresServer, new_postgres_name: Callable[[], str]) -> Iterator[str]:
    """The URL of a fresh database without any table, gone after the test."""
    yield from _database(postgres_server, new_postgres_name(), None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with our newest schema and no rows, to be copied."""
    from storage.migrations import migrate

    path = tmp_path_factory.mktemp("template") / "parley.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_file(sqlite_template: Path, tmp_path: Path) -> Path:
    """A copy of it: parley.db in the test's own folder."""
    return Path(shutil.copyfile(sqlite_template, tmp_path / "parley.db"))


@pytest.fixture
async def store(sqlite_file: Path) -> "AsyncIterator[DatabaseStore]":
    """A store over that copy."""
    from storage.store import open_store

    opened = await open_store(f"sqlite:///{sqlite_file}", migrate=False)
    yield opened
    await opened.close()


@pytest.fixture
def identifying_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord's five seconds between two identifications are not those of the server that the tests start."""
    import discord

    async def at_once(client: discord.Client, shard_id: int | None, *, initial: bool = False) -> None:
        del client, shard_id, initial

    monkeypatch.setattr(discord.Client, "before_identify_hook", at_once)


def _database(server: PostgresServer, name: str, template: str | None) -> Iterator[str]:
    server.create_database(name, template)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The Chromium that browser tests drive: PARLEY_CHROMIUM, or the first one on PATH."""
    for name in (CHOSEN_CHROMIUM,) if CHOSEN_CHROMIUM else CHROMIUM_NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    absent("Chromium", "apt-get install chromium, or set PARLEY_CHROMIUM to its path")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of research data that is not part of this repository: PARLEY_DATA, or ../shared/data."""
    folder = Path(CHOSEN_DATA) if CHOSEN_DATA else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        absent("The research data", f"there is no folder {str(folder)!r}; set PARLEY_DATA to where it lies")
    return folder


def pytest_collection_finish() -> None:
    """What is loaded by now stays, so that no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what did not run, and why, once per reason."""
    for reason, number in _skip_reasons(terminalreporter).most_common():
        terminalreporter.write_line(f"NOT RUN: {number} test(s). {reason}", yellow=True)
    if IN_CI and _skip_reasons(terminalreporter):
        terminalreporter.write_line("With CI=true a skipped test is a failure.", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI=true nothing may be skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and isinstance(reporter, pytest.TerminalReporter) and _skip_reasons(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _skip_reasons(reporter: pytest.TerminalReporter) -> Counter[str]:
    reasons: Counter[str] = Counter()
    for report in reporter.stats.get("skipped", []):
        where = report.longrepr
        reasons[str(where[2] if isinstance(where, tuple) else where).removeprefix("Skipped: ")] += 1
    return reasons
