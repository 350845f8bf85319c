"""The runner itself: a story that does not hold fails at its line, and no line is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import DatabaseStore
from tests.dialogues.fake_stage import FakeStage
from tests.dialogues.story import Story, play, read_story

HEAD = "Story: A test\nPeople: maria (moderator), alice\n"


def story(tmp_path: Path, lines: str) -> Story:
    path = tmp_path / "test.story"
    path.write_text(HEAD + lines, encoding="utf-8")
    return read_story(path)


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ('maria: /consensus help\nmaria sees "Nothing like this"', 4),
        ('maria: /consensus help\nmaria sees no "How Parley works"', 4),
        ('maria: /consensus help\nalice sees "How Parley works"', 4),
        ('maria: /consensus help\nchannel shows "How Parley works"', 4),
        ("maria: /consensus help\nnobody sees anything", 4),
        ("# a comment\n\nmaria presses [Nothing]", 5),
        ("maria fills in question = Should we?", 3),
        ("maria: /consensus ask\nmaria fills in colour = blue", 4),
        ('maria is asked "Ask"', 3),
        ('maria edits "x": y', 3),
        ('maria reacts 1 to "nothing"', 3),
        ("maria dances", 3),
        ("maria: /consensus ask Should we go?\nthe round is closed", 4),
    ],
)
async def test_a_line_that_does_not_hold_fails(tmp_path: Path, store: DatabaseStore, lines: str, number: int) -> None:
    told = story(tmp_path, lines)
    async with FakeStage(store, told.cast) as stage:
        with pytest.raises(AssertionError, match=f"'A test', line {number}: "):
            await play(told, stage)


def test_a_story_needs_a_title_and_people(tmp_path: Path) -> None:
    path = tmp_path / "bare.story"
    path.write_text("maria: hello\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bare\.story needs a line"):
        read_story(path)
