"""Where crash tests keep what they leave behind, and the two kinds of database they run on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.workers import Databases, PostgresDatabases, SqliteDatabases, Zygotes


@pytest.fixture
def crash_folder() -> Iterator[Path]:
    """A folder of its own, in memory where that may be: a killed process has lost nothing that it wrote to the
    system, so that waiting for a disk would make thousands of deaths slower and no surer.
    """
    folder = Path(tempfile.mkdtemp(prefix="parley-crash-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, crash_folder: Path) -> Databases:
    """Fresh databases of one kind."""
    if request.param == "sqlite":
        return SqliteDatabases(crash_folder)
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
    return PostgresDatabases(server, template)


@pytest.fixture(scope="session")
def zygotes() -> Iterator[Zygotes]:
    """The processes from which those that are killed are forked."""
    with Zygotes() as started:
        yield started
