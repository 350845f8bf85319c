"""A database of each kind for the contract of stores."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage.store import DatabaseStore, open_store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database with our newest schema: a SQLite file, then PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('sqlite_file')}"
    return str(request.getfixturevalue("postgres_url"))


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
