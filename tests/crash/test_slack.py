"""A round over Slack, its process killed at any boundary: nothing lost, and posted twice only where nobody can tell.

Slack and the people in it are another process, which goes on; slack-bolt and slack_sdk run unmodified. In one run
every step of a script is killed at its boundary of one number, as in `test_every_boundary`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.crash.difference import assert_same
from tests.crash.workers import Databases, Play, SqliteDatabases, Survived, Undisturbed, Zygotes

pytestmark = pytest.mark.crash

EVERY = 37
"""The quick tests take every boundary number that has this distance from the one before."""

PATIENCE = 900
"""Seconds that an exhaustive test may take on a busy machine."""


@pytest.mark.parametrize(("script", "chat"), [("slack", "slack, history"), ("slack, privately", "slack")])
def test_a_sample_of_deaths_loses_nothing(
    databases: Databases, crash_folder: Path, zygotes: Zygotes, script: str, chat: str
) -> None:
    play = Play(script, chat, databases, crash_folder, zygotes)
    undisturbed = play.undisturbed()
    _assert_tells_a_whole_round(undisturbed)
    _assert_unharmed(undisturbed, play.killed(range(3, _most(undisturbed) + 1, EVERY)), chat)


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize(("script", "chat"), [("slack", "slack"), ("slack, privately", "slack, history")])
def test_no_boundary_is_fatal(crash_folder: Path, zygotes: Zygotes, script: str, chat: str) -> None:
    play = Play(script, chat, SqliteDatabases(crash_folder), crash_folder, zygotes)
    undisturbed = play.undisturbed()
    survived = play.killed(range(1, _most(undisturbed) + 1))
    _assert_unharmed(undisturbed, survived, chat)
    died = Counter((step, number) for one in survived for step, number, _ in one.deaths)
    every = {(step, at + 1) for step, names in undisturbed.boundaries.items() for at in range(len(names))}
    assert died == Counter(every)


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
def test_dying_again_while_catching_up_loses_nothing(crash_folder: Path, zygotes: Zygotes) -> None:
    play = Play("slack", "slack, history", SqliteDatabases(crash_folder), crash_folder, zygotes)
    undisturbed = play.undisturbed()
    survived = play.killed(range(2, _most(undisturbed) + 1, EVERY), deaths=3)
    _assert_unharmed(undisturbed, survived, "slack, history")
    assert any(len(one.deaths) > len({step for step, _, _ in one.deaths}) for one in survived)


def _most(undisturbed: Undisturbed) -> int:
    """The number of boundaries of the step that has most of them."""
    return max(len(names) for names in undisturbed.boundaries.values())


def _assert_tells_a_whole_round(undisturbed: Undisturbed) -> None:
    tables = undisturbed.state["tables"]
    assert [row["phase"] for row in tables["rounds"]] == ["closed"]
    assert tables["ratings"]
    assert tables["outcomes"]
    assert len(tables["opinions"]) == 3
    assert {settled for _, settled in tables["outbox"]} == {"complete"}
    names = {name for names in undisturbed.boundaries.values() for name in names}
    for call in ("chat_postMessage", "chat_update", "files_upload_v2"):
        assert {f"{call}: before", f"{call}: after"} <= names


def _assert_unharmed(undisturbed: Undisturbed, survived: Sequence[Survived], chat: str) -> None:
    for one in survived:
        assert one.deaths
        duplicates, recorded = one.state["duplicates"], one.state["tables"]["recorded"]
        if "history" in chat:
            assert (duplicates, recorded) == ([], 0), one.deaths
        assert len(duplicates) <= recorded <= len(one.deaths), one.deaths
        _assert_same(undisturbed.state, one)


def _assert_same(wanted: dict[str, Any], survived: Survived) -> None:
    ours = [
        {"tables": {**state["tables"], "recorded": 0}, "messages": state["messages"]}
        for state in (wanted, survived.state)
    ]
    assert_same(ours[0], ours[1], survived)
