"""What a round survives on Discord: a statement or the whole channel deleted while people rate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.rounds.model import Phase
from storage.store import DatabaseStore, open_store
from tests.dialogues.discord_stage import DiscordStage
from tests.dialogues.stage import Cast


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    """A store of this test's own."""
    opened = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    yield opened
    await opened.close()


CAST = (Cast("maria", moderator=True), Cast("alice"), Cast("bob"), Cast("carol"))


async def voting(stage: DiscordStage) -> None:
    await stage.command("maria", "ask", "Should we close the office on Fridays?")
    await stage.write("alice", "Close it.")
    await stage.write("bob", "Keep it open.")
    await stage.write("carol", "Close it in summer.")
    await stage.command("maria", "close", "")
    await stage.react("alice", "6", "Statement 1 of")
    await stage.react("bob", "7", "Statement 1 of")


async def test_a_deleted_statement_keeps_the_ratings_that_it_had(store: DatabaseStore) -> None:
    async with DiscordStage(store, CAST) as stage:
        await voting(stage)
        first = next(one for one in stage.general.said if "Statement 1 of" in one.content)
        stage.discord.discord.deleted(first)
        await stage.command("maria", "close", "")
        (round,) = await store.rounds_in(stage.channel, running=False)
        assert round.phase is Phase.CLOSED
        outcome = await store.outcome(round.id, round.draft)
        assert outcome is not None
        assert any("Mean rating: 6.5 of 7" in one for one in await stage.shown(None))


async def test_a_deleted_channel_ends_nothing_but_what_is_said_there(store: DatabaseStore) -> None:
    async with DiscordStage(store, CAST) as stage:
        await voting(stage)
        stage.discord.remove_channel(stage.general)
        await stage.wait(30 * 86_400)
        (round,) = await store.rounds_in(stage.channel, running=False)
        assert round.phase is Phase.CLOSED
        tries = [one for one in stage.discord.requests if one.status in (403, 404)]
        assert len({(one.method, one.path, str(one.body)) for one in tries}) == len(tries)
