"""What the soak on Discord holds against the bot, and a small soak from end to end on every platform."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from benchmarks.soak.__main__ import PLATFORMS, soak
from benchmarks.soak.checks import Held
from benchmarks.soak.discord_record import Act, Record
from benchmarks.soak.load import Plan
from bot.discord.ids import ours
from bot.discord.inbound import KEYCAPS
from tests.chat_server.clock import SimulatedTime
from tests.chat_server.service import Violation
from tests.discord_server.front import Request
from tests.discord_server.interactions import COMMAND, Interaction
from tests.discord_server.server import DiscordServer
from tests.discord_server.sessions import Connection


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """A Discord to which nobody is connected."""
    discord = DiscordServer(time=SimulatedTime())
    yield discord
    await discord.discord.clock.stop()


def call(began: float, bucket: str = "here", *, closed: float = 0.0, scope: str = "", counted: bool = True) -> Request:
    """A call that was answered a hundredth of a second later."""
    status = 429 if scope else 200
    return Request(
        "GET", "/x", "/x", None, None, status, began + 0.01, 0.01, began, (bucket, ""), scope, closed, counted
    )


def told(server: DiscordServer, *, ended: float = 0.0, answered: float = 0.0) -> None:
    """A command that the bot heard of at once. ended, answered: seconds after which that happened, 0 for never."""
    alice, now = server.add_user("alice"), time.monotonic()
    waiting = asyncio.get_running_loop().create_future()
    made = Interaction("7", "token", COMMAND, alice.user, server.add_channel("team"), 0.0, now, waiting)
    connection = Connection(None, None, "")  # type: ignore[arg-type]
    connection.ended = now + ended if ended else 0.0
    if answered:
        made.answer, made.settled = 4, now + answered
    server.discord.interactions["token"] = made
    server.discord.gateway.told["7"] = [(now + 0.1, connection)]


async def test_latency_counts_from_when_the_bot_was_told(server: DiscordServer) -> None:
    told(server, answered=0.35)
    (one,) = Record(server, [], 10.0).acknowledged()
    assert (one.kind, one.late) == ("commands", False)
    assert one.seconds == pytest.approx(0.25)


@pytest.mark.parametrize(("ended", "late"), [(0.0, True), (3.5, True), (1.0, False)])
async def test_no_answer_is_late_unless_the_connection_ended(server: DiscordServer, ended: float, late: bool) -> None:
    told(server, ended=ended)
    found = Record(server, [], 10.0).acknowledged()
    assert [one.late for one in found] == ([True] if late else [])


async def test_calls_while_a_bucket_is_closed_are_counted(server: DiscordServer) -> None:
    record = Record(server, [], 1.0)
    server.front.requests += [call(1.0, closed=5.0), call(1.02), call(3.0), call(3.0, "elsewhere"), call(6.5)]
    assert record.seen().impatient == 1, "one was on its way, one elsewhere, and one waited"
    server.front.requests += [call(10.0, closed=5.0, scope="global"), call(12.0), call(12.0, counted=False)]
    assert record.seen().impatient == 2


async def test_fifty_requests_a_second_are_kept(server: DiscordServer) -> None:
    record, claim = Record(server, [], 1.0), "at most 50 requests a second over all routes"
    server.front.requests += [call(float(number // 50)) for number in range(500)]
    assert record.seen().kept[claim]
    server.front.requests.append(call(9.0))
    assert not record.seen().kept[claim]


async def test_what_people_wanted_last_is_what_counts(server: DiscordServer) -> None:
    team, alice = server.add_channel("team"), server.add_user("alice")
    message = await server.owner.post("A statement", team)
    for emoji in ("3", "5"):
        await alice.react(message, KEYCAPS[emoji])
    record = Record(server, [team], 1.0)
    record.acts += [Act(10.0, message, alice.id, 5), Act(20.0, message, alice.id, 3)]
    one = Held(ours(team.id), message.id, ours(alice.id))
    assert (record.seen().ratings, record.seen().undecidable) == ({one: 3}, {})
    record.gap(19.0, 21.0)
    assert record.seen().undecidable == {one: frozenset({3, 5})}
    record.acts.append(Act(30.0, message, alice.id, None))
    assert record.seen().ratings == {}


async def test_late_answers_are_judged_by_latency_and_all_else_is_held_against_the_bot(server: DiscordServer) -> None:
    server.violations.extend(Violation(one, "why", 1.0) for one in ("not_answered", "answered_late", "refused"))
    assert Record(server, [], 1.0).seen().violations == ("refused: why",)


@pytest.mark.slow
@pytest.mark.parametrize("platform", sorted(PLATFORMS))
async def test_a_small_soak_keeps_what_does_not_depend_on_the_machine(platform: str, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'parley.db'}"
    result = await soak(platform, Plan.made(6, 2, 1, seed=1), tmp_path, database=database, speed=20.0, seed=1)
    failing = [claim for claim, held in result.claims.items() if not held and "acknowledgement" not in claim]
    assert failing == []
    assert result.ratings.given == result.ratings.counted > 0
