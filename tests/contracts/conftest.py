"""A database of each kind for the contract of stores."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.migrations import migrate
from storage.store import DatabaseStore, open_store


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our newest schema and no rows."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(str(path))
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with our newest schema: a SQLite file, then PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "parley.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        yield request.getfixturevalue("postgres_url")


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[DatabaseStore]:
    """A store on the fresh database."""
    opened = await open_store(store_url, migrate=False)
    yield opened
    await opened.close()


@pytest.fixture
async def second_store(store_url: str) -> AsyncIterator[DatabaseStore]:
    """Another store on the same database, as another process would have it."""
    opened = await open_store(store_url, migrate=False)
    yield opened
    await opened.close()
