"""Every story holds on every platform, with the real database and the real outbox behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import DatabaseStore
from tests.dialogues.bot_stage import BotStage
from tests.dialogues.discord_stage import DiscordStage, UntidiedDiscordStage
from tests.dialogues.fake_stage import FakeStage
from tests.dialogues.slack_stage import SlackStage
from tests.dialogues.story import Story, play, read_story
from tests.dialogues.web_stage import WebStage

AnyStage = FakeStage | WebStage | SlackStage | DiscordStage
STAGES: tuple[type[AnyStage], ...] = (FakeStage, WebStage, SlackStage, DiscordStage)
STORIES = {path.stem: read_story(path) for path in sorted((Path(__file__).parent / "stories").glob("*.story"))}
PLAYED = [
    pytest.param(story, stage, id=f"{name}-{stage.__name__}")
    for name, story in STORIES.items()
    for stage in STAGES
    if (stage.keycaps or not story.needs_keycaps) and (stage.deletions or not story.needs_deletions)
]
PLAYED += [
    pytest.param(story, UntidiedDiscordStage, id=f"{name}-UntidiedDiscordStage")
    for name, story in STORIES.items()
    if story.needs_keycaps
]


@pytest.mark.parametrize(("story", "stage"), PLAYED)
async def test_story(story: Story, stage: type[AnyStage], store: DatabaseStore) -> None:
    played: BotStage
    async with stage(store, story.cast) as played:
        await play(story, played)


def test_stories_cover_every_command() -> None:
    told = "\n".join(line.text for story in STORIES.values() for line in story.lines)
    words = ("ask", "mine", "status", "extend", "close", "cancel", "reopen", "remind", "results", "history")
    for word in (*words, "hide", "settings", "export", "forget-me", "help"):
        assert f"/consensus {word}" in told


def test_stories_cover_every_phase() -> None:
    told = {line.text for story in STORIES.values() for line in story.lines}
    for phase in ("collecting", "drafting", "voting", "critiquing", "closed", "cancelled", "failed"):
        assert f"the round is {phase}" in told
