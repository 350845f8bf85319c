"""`parley demo --exit`: a round from the members' private opinions to a revised outcome, as lines of text."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.settings import Settings
from bot.terminal.demo import play
from engine.simulation.rehearsal import FOUR_DAYS


async def test_the_transcript_shows_the_finished_channel_and_no_wall_of_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    await play(Settings(port=0, log_level="warning"), keep=False, leave=True, pace=0.0)
    printed = capsys.readouterr().out
    for member in FOUR_DAYS.members:
        assert f"    {member.name}: {member.opinion[:30]}" in printed
    assert printed.count("Parley (outcome)") == 2
    assert "This round is closed" in printed
    assert "React from 1" not in printed, "statements of a vote that is over ask for no ratings"
    assert max(map(len, printed.splitlines())) <= 90
    joined = " ".join(printed.split())
    rated = re.findall(r"Statement \d, “[^”]{1,60}”: \d disagree, \d neither, \d agree", joined)
    assert len(rated) == 6


async def test_ending_it_early_leaves_nothing_running(capsys: pytest.CaptureFixture[str]) -> None:
    """As Ctrl-C does: the tasks end before the database is closed, and without a complaint."""
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said))
    playing = asyncio.create_task(play(Settings(port=0, log_level="warning"), keep=False, leave=False, pace=0.05))
    while "The round plays at" not in capsys.readouterr().out:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert {task.get_name() for task in asyncio.all_tasks() - {asyncio.current_task()}} == set()
    assert complaints == []
