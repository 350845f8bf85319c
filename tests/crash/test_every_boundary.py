"""A process killed at any boundary leaves nothing lost and nothing twice (docs/architecture.md, "Nothing is lost").

In one run every step of a script is killed at its boundary of one number; over all numbers each boundary of the
round is fatal exactly once, and every run is compared at its very end with one in which nobody was killed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.crash.difference import assert_same
from tests.crash.workers import Databases, Play, SqliteDatabases, Survived, Undisturbed, Zygotes

pytestmark = pytest.mark.crash

EVERY = 7
"""The quick tests take every boundary number that has this distance from the one before."""

PATIENCE = 1_200
"""Seconds that an exhaustive test may take on a busy machine."""


def test_a_sample_of_deaths_leaves_no_trace(databases: Databases, crash_folder: Path, zygotes: Zygotes) -> None:
    play = Play("open", "unkeyed", databases, crash_folder, zygotes)
    _assert_tells_a_whole_round(_sample(play))


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
def test_no_boundary_of_a_round_is_fatal(databases: Databases, crash_folder: Path, zygotes: Zygotes) -> None:
    _exhaust(Play("open", "unkeyed", databases, crash_folder, zygotes))


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize(("script", "chat"), [("private", "keyed"), ("trouble", "unkeyed")])
def test_no_boundary_of_less_common_events_is_fatal(
    crash_folder: Path, zygotes: Zygotes, script: str, chat: str
) -> None:
    _exhaust(Play(script, chat, SqliteDatabases(crash_folder), crash_folder, zygotes))


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize(("script", "chat"), [("open", "browser"), ("private", "browser"), ("trouble", "keyed")])
def test_a_sample_of_deaths_leaves_no_trace_elsewhere(
    databases: Databases, crash_folder: Path, zygotes: Zygotes, script: str, chat: str
) -> None:
    _sample(Play(script, chat, databases, crash_folder, zygotes))


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
def test_dying_again_while_recovering_leaves_no_trace(
    databases: Databases, crash_folder: Path, zygotes: Zygotes
) -> None:
    play = Play("open", "keyed", databases, crash_folder, zygotes)
    undisturbed = play.undisturbed()
    numbers = range(2, _most(undisturbed) + 1, 3 * EVERY)
    survived = play.killed(numbers, deaths=3)
    _assert_unharmed(undisturbed, numbers, survived)
    assert any(len(one.deaths) > len({step for step, _, _ in one.deaths}) for one in survived)


def _exhaust(play: Play) -> None:
    undisturbed = play.undisturbed()
    numbers = range(1, _most(undisturbed) + 1)
    survived = play.killed(numbers)
    _assert_unharmed(undisturbed, numbers, survived)
    died = Counter((step, number) for one in survived for step, number, _ in one.deaths)
    every = {(step, at + 1) for step, names in undisturbed.boundaries.items() for at in range(len(names))}
    assert died == Counter(every)


def _sample(play: Play) -> Undisturbed:
    undisturbed = play.undisturbed()
    numbers = range(1, _most(undisturbed) + 1, EVERY)
    _assert_unharmed(undisturbed, numbers, play.killed(numbers))
    return undisturbed


def _most(undisturbed: Undisturbed) -> int:
    """The number of boundaries of the step that has most of them."""
    return max(len(names) for names in undisturbed.boundaries.values())


def _assert_tells_a_whole_round(undisturbed: Undisturbed) -> None:
    """The script does what it says: otherwise there would be little to lose."""
    tables = undisturbed.state["tables"]
    assert [(row["phase"], row["iteration"]) for row in tables["rounds"]] == [("closed", 1)]
    assert len(tables["outcomes"]) == len(tables["draftings"]) == 2
    assert {row["settled"] for row in tables["outbox"]} == {"complete"}
    assert {row["event"] for row in tables["audit"]} >= {
        "OpinionGiven", "OpinionSettled", "OpinionWithdrawn", "PositionRated", "ConsentGiven", "CandidatesDrafted",
        "ReactionAdded", "ReactionRemoved", "ReactionsReconciled", "ReminderDue", "RoundExtended", "PhaseAdvanced",
        "DeadlinePassed", "VotesTallied", "CritiqueGiven", "CritiqueWithdrawn", "MemberJoined", "MemberLeft",
    }  # fmt: skip
    names = {name for names in undisturbed.boundaries.values() for name in names}
    for work in ("DatabaseStore.transact", "Outbox.claim", "Outbox.attempt", "Outbox.complete", "Outbox.expand"):
        assert {f"{work}: {when}" for when in ("before", "before COMMIT", "after COMMIT", "after")} <= names


def _assert_unharmed(undisturbed: Undisturbed, numbers: Sequence[int], survived: Sequence[Survived]) -> None:
    """State and messages are those of the undisturbed run, and at most one message per death was posted twice."""
    for number, one in zip(numbers, survived, strict=True):
        assert one.deaths, f"no step has a boundary {number}"
        assert len(one.state["duplicates"]) <= len(one.deaths)
        replies = one.state["replies"]
        wanted = {reply: undisturbed.state["replies"][reply] for reply in replies}
        assert_same({**undisturbed.state, "replies": wanted, "duplicates": []}, {**one.state, "duplicates": []}, one)
