"""A database per story, copied from one that was migrated once."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.migrations import migrate
from storage.store import DatabaseStore, open_store


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with our tables and no rows."""
    path = tmp_path_factory.mktemp("stories") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
async def store(empty_database: Path, tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    """A store of this test's own."""
    path = tmp_path / "parley.db"
    shutil.copy(empty_database, path)
    opened = await open_store(f"sqlite:///{path}", migrate=False)
    yield opened
    await opened.close()
