"""A round over Discord, its process killed at any boundary: nothing is lost, and nothing said twice.

Discord and the people in it are another process, which goes on; discord.py runs unmodified. In one run every step of
a script is killed at its boundary of one number, as in `test_every_boundary`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.crash.difference import assert_same
from tests.crash.workers import Databases, Play, SqliteDatabases, Survived, Undisturbed, Zygotes

pytestmark = pytest.mark.crash

EVERY = 41
"""The quick tests take every boundary number that has this distance from the one before."""

AT = 7
"""The boundary at which the quick test kills in a private ballot."""

PRIVATELY, THREADED, BEREFT = "discord, privately", "discord, in a thread", "discord, bereft"

MESSAGE = "/channels/{channel_id}/messages/{message_id}"
CALLS = frozenset(
    {
        "POST /channels/{channel_id}/messages",
        "POST /interactions/{webhook_id}/{webhook_token}/callback",
        f"PATCH {MESSAGE}",
    }
)
"""The calls that every round makes."""

SEED, REMOVAL = f"PUT {MESSAGE}/reactions/{{emoji}}/@me", f"DELETE {MESSAGE}/reactions/{{emoji}}/{{user_id}}"
THREAD = "POST /channels/{channel_id}/threads"

SCRIPTS = {
    "discord": CALLS | {SEED, REMOVAL},
    PRIVATELY: CALLS,
    THREADED: CALLS | {SEED, THREAD},
    BEREFT: CALLS | {SEED},
}
"""By script: the calls around which the process is killed."""

PATIENCE = 1_800
"""Seconds that an exhaustive test may take on a busy machine."""


def test_a_sample_of_deaths_leaves_no_trace(databases: Databases, crash_folder: Path, zygotes: Zygotes) -> None:
    play = Play("discord", "discord", databases, crash_folder, zygotes)
    undisturbed = play.undisturbed()
    _assert_tells_a_whole_round(undisturbed)
    assert SCRIPTS["discord"] <= _called(undisturbed)
    _assert_unharmed(undisturbed, play.killed(range(3, _most(undisturbed) + 1, EVERY)))


def test_deaths_in_the_middle_of_a_ballot_leave_no_trace(crash_folder: Path, zygotes: Zygotes) -> None:
    play = Play(PRIVATELY, "discord", SqliteDatabases(crash_folder), crash_folder, zygotes)
    undisturbed = play.undisturbed()
    _assert_tells_a_whole_round(undisturbed)
    assert _called(undisturbed) >= CALLS
    _assert_unharmed(undisturbed, play.killed([AT]))


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("script", SCRIPTS)
def test_no_boundary_is_fatal(crash_folder: Path, zygotes: Zygotes, script: str) -> None:
    play = Play(script, "discord", SqliteDatabases(crash_folder), crash_folder, zygotes)
    undisturbed = play.undisturbed()
    _assert_tells_a_whole_round(undisturbed)
    assert SCRIPTS[script] <= _called(undisturbed)
    survived = play.killed(range(1, _most(undisturbed) + 1))
    _assert_unharmed(undisturbed, survived)
    died = Counter((step, number) for one in survived for step, number, _ in one.deaths)
    every = {(step, at + 1) for step, names in undisturbed.boundaries.items() for at in range(len(names))}
    # A process that begins in the middle asks once more where somebody's conversation is: it has more boundaries.
    assert Counter(every) <= died


@pytest.mark.slow
@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("script", SCRIPTS)
def test_dying_again_while_catching_up_leaves_no_trace(crash_folder: Path, zygotes: Zygotes, script: str) -> None:
    play = Play(script, "discord", SqliteDatabases(crash_folder), crash_folder, zygotes)
    undisturbed = play.undisturbed()
    survived = play.killed(range(2, _most(undisturbed) + 1, EVERY), deaths=3)
    _assert_unharmed(undisturbed, survived)
    assert any(len(one.deaths) > len({step for step, _, _ in one.deaths}) for one in survived)


def _most(undisturbed: Undisturbed) -> int:
    """The number of boundaries of the step that has most of them."""
    return max(len(names) for names in undisturbed.boundaries.values())


def _assert_tells_a_whole_round(undisturbed: Undisturbed) -> None:
    tables = undisturbed.state["tables"]
    assert [row["phase"] for row in tables["rounds"]] == ["closed"]
    assert tables["ratings"]
    assert len(tables["opinions"]) == 3
    assert tables["outcomes"]
    assert {settled for _, settled in tables["outbox"]} == {"complete"}


def _called(undisturbed: Undisturbed) -> set[str]:
    """The calls around which the process is killed."""
    names = {name for names in undisturbed.boundaries.values() for name in names}
    return {name.removesuffix(": before") for name in names if name.replace(": before", ": after") in names}


def _assert_unharmed(undisturbed: Undisturbed, survived: Sequence[Survived]) -> None:
    for one in survived:
        assert one.deaths
        assert one.state["duplicates"] == []
        assert one.state["tables"]["recorded"] == 0
        _assert_same(undisturbed, one)


def _assert_same(undisturbed: Undisturbed, survived: Survived) -> None:
    wanted, got = (
        {part: state[part] for part in ("tables", "messages")} for state in (undisturbed.state, survived.state)
    )
    assert_same(wanted, got, survived)
