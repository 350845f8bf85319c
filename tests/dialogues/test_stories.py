"""Every story holds on the fake platform, with the real database and the real outbox behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import DatabaseStore
from tests.dialogues.fake_stage import FakeStage
from tests.dialogues.story import play, read_story

STORIES = sorted((Path(__file__).parent / "stories").glob("*.story"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
async def test_story(path: Path, store: DatabaseStore) -> None:
    story = read_story(path)
    async with FakeStage(store, story.cast) as stage:
        await play(story, stage)
