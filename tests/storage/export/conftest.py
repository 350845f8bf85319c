"""Databases for exports, whose pseudonyms are the same in every run."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.rounds.model import Ballot
from storage.export.key import KEYS
from storage.store import DatabaseStore, open_store
from tests.storage.export.played import Played, play_rounds

ROUNDS = 20


async def fresh(path: Path) -> DatabaseStore:
    """A store on a new SQLite database with a fixed pseudonym key."""
    opened = await open_store(f"sqlite:///{path}", migrate=True)
    await opened.database.write(lambda connection: connection.execute(KEYS.insert().values(id=1, key=b"k" * 32)))
    return opened


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    """A store without rounds."""
    opened = await fresh(tmp_path / "parley.db")
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[Ballot, tuple[Path, list[Played]]]:
    """Twenty rounds of one community with each kind of ballot: the database, and what happened."""
    folder = tmp_path_factory.mktemp("played")

    async def play(ballot: Ballot) -> tuple[Path, list[Played]]:
        opened = await fresh(folder / f"{ballot}.db")
        rounds = await play_rounds(opened, ROUNDS, ballot=ballot)
        await opened.close()
        return folder / f"{ballot}.db", rounds

    return {ballot: asyncio.run(play(ballot)) for ballot in Ballot}


@pytest.fixture
async def community(
    request: pytest.FixtureRequest, played: dict[Ballot, tuple[Path, list[Played]]], tmp_path: Path
) -> AsyncIterator[tuple[DatabaseStore, list[Played]]]:
    """A copy of those rounds, of the ballot that the test's parameter names (open unless it does)."""
    path, rounds = played[getattr(request, "param", Ballot.OPEN)]
    shutil.copyfile(path, tmp_path / "community.db")
    opened = await open_store(f"sqlite:///{tmp_path / 'community.db'}", migrate=False)
    yield opened, rounds
    await opened.close()
