"""What people do while nobody listens is found out, once, before anything is counted or closed."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack.ids import ours
from bot.slack.listening import SETTLING
from engine.rounds.model import Phase
from storage.migrations import migrate
from storage.store import open_store
from tests.bot.slack.reconciling_stage import DAY, Away
from tests.slack_server.limits import RateLimits
from tests.slack_server.reading import shown


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with our newest schema and no rows."""
    path = tmp_path_factory.mktemp("reconciling") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
async def away(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> AsyncIterator[Away]:
    """A bot that can be away; with Slack's limits where an indirect parameter says so."""
    shutil.copyfile(template, tmp_path / "parley.db")
    store = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=False)
    made = Away(store, limits=getattr(request, "param", None))
    async with made.slack:
        yield made
    await store.close()
    assert not made.slack.violations


async def test_a_reaction_put_on_and_one_taken_off_while_the_process_is_down(away: Away) -> None:
    alice, bob = away.people["alice"], away.people["bob"]
    async with away.process() as process:
        await away.open()
        await process.to_voting()
        first, _ = away.candidates()
        await alice.react(first, "six")
        assert await away.ratings("alice") == [6, None]
    first, second = away.candidates()
    await alice.unreact(first, "six")
    await alice.react(second, "three")
    await bob.react(first, "seven")
    async with away.process() as process:
        assert await away.ratings("alice") == [None, 3]
        assert await away.ratings("bob") == [7, None]
        await process.work()
    assert (await away.events()).count("ReactionsReconciled") == 3


async def test_several_keycaps_of_unknown_order_are_asked_about(away: Away) -> None:
    alice = away.people["alice"]
    async with away.process() as process:
        await away.open()
        await process.to_voting()
    first, _ = away.candidates()
    await alice.react(first, "two")
    await alice.react(first, "six")
    async with away.process() as process:
        await process.work()
        asked = shown(alice.messages[-1])
        assert "2" in asked
        await alice.press("2", on=alice.messages[-1])
        assert await away.ratings("alice") == [2, None]


async def test_an_older_keycap_that_went_unheard_is_not_taken_for_the_newest(away: Away) -> None:
    alice = away.people["alice"]
    async with away.process() as process:
        await away.open()
        await process.to_voting()
    first = away.candidates()[0]
    away.clock.pass_(60.0)
    await alice.react(first, "two")
    away.slack.fail_next("reactions.get", "internal_error", times=100_000)
    async with away.process(caught_up=False) as process:
        await away.slack.until(lambda: "reactions.get" in [one.method for one in away.slack.requests], 15)
        assert not (await alice.react(first, "six")).failure
        assert await away.ratings("alice") == [6, None]
        away.slack.front.failing.clear()
        await process.caught_up()
        await process.work()
        assert "2" in shown(alice.messages[-1])
        await alice.press("6", on=alice.messages[-1])
        assert await away.ratings("alice") == [6, None]


async def test_a_keycap_beside_one_that_was_heard_before_the_gap_is_the_newest(away: Away) -> None:
    alice = away.people["alice"]
    async with away.process() as process:
        await away.open()
        await process.to_voting()
        await alice.react(away.candidates()[0], "six")
        told = len(alice.messages)
    away.clock.pass_(60.0)
    await alice.react(away.candidates()[0], "two")
    async with away.process() as process:
        assert await away.ratings("alice") == [2, None]
        await process.work()
    assert len(alice.messages) == told


async def test_a_message_written_while_the_process_is_down_is_an_opinion(away: Away) -> None:
    alice, bob = away.people["alice"], away.people["bob"]
    async with away.process() as process:
        await away.open(invited=True)
        await process.work()
        await alice.say("Yes, because it is fun.")
    own = next(one for one in alice.messages if one.user == alice.id)
    await alice.edit(own, "Yes, because it is great fun.")
    await bob.say("No, because it is far.", under=bob.messages[0])
    assert await away.opinions() == {"alice": "Yes, because it is fun."}
    async with away.process():
        assert await away.opinions() == {
            "alice": "Yes, because it is great fun.",
            "bob": "No, because it is far.",
        }
    assert (await away.events()).count("OpinionGiven") == 3


@pytest.mark.parametrize("in_thread", [False, True])
async def test_what_was_deleted_while_the_process_is_down_no_longer_counts(away: Away, in_thread: bool) -> None:
    alice, bob = away.people["alice"], away.people["bob"]
    async with away.process() as process:
        await away.open(invited=True)
        await process.work()
        for one in (alice, bob):
            await one.say("Yes, because it is fun.", under=one.messages[0] if in_thread else None)
    assert len(await away.opinions()) == 2
    await alice.delete(next(one for one in alice.messages if one.user == alice.id))
    for _ in range(2):
        away.clock.pass_(3_600)
        async with away.process():
            assert list(await away.opinions()) == ["bob"]
    assert (await away.events()).count("OpinionWithdrawn") == 1


async def test_an_edit_of_an_older_answer_in_a_thread_is_found(away: Away) -> None:
    alice = away.people["alice"]
    async with away.process() as process:
        await away.open(invited=True)
        await process.work()
        await alice.say("Yes, because it is fun.", under=alice.messages[0])
    away.clock.pass_(3_600)
    async with away.process():
        pass
    away.clock.pass_(3_600)
    await alice.edit(next(one for one in alice.messages if one.user == alice.id), "No, because it is far.")
    for _ in range(2):
        away.clock.pass_(3_600)
        async with away.process():
            assert await away.opinions() == {"alice": "No, because it is far."}
    assert (await away.events()).count("OpinionGiven") == 2


async def test_what_slacks_retention_takes_stays_an_opinion(away: Away) -> None:
    alice = away.people["alice"]
    async with away.process() as process:
        await away.open(invited=True)
        await process.work()
        await alice.say("Yes, because it is fun.")
    alice.direct.messages.clear()
    away.clock.pass_(3_600)
    async with away.process():
        assert await away.opinions() == {"alice": "Yes, because it is fun."}


@pytest.mark.parametrize("scope", ["im:read", ""])
async def test_a_first_message_is_found_where_the_bot_may_list_its_conversations(away: Away, scope: str) -> None:
    away.slack.installation.scopes |= {scope} - {""}
    async with away.process():
        await away.open()
    away.clock.pass_(60.0)
    await away.people["alice"].say("Yes, because it is fun.")
    async with away.process():
        assert await away.opinions() == ({"alice": "Yes, because it is fun."} if scope else {})


async def test_what_reached_us_is_not_heard_again(away: Away) -> None:
    alice = away.people["alice"]
    async with away.process() as process:
        await away.open()
        await process.to_voting()
        await alice.react(away.candidates()[0], "six")
        await alice.say("Is this one late?")
        await away.slack.until(lambda: alice.ephemerals)
        before, told = await away.events(), len(alice.ephemerals)
    for _ in range(2):
        async with away.process():
            pass
    assert await away.events() == before
    assert len(alice.ephemerals) == told


@pytest.mark.parametrize("reason", ["refresh_requested", ""])
async def test_after_a_lost_connection_the_process_catches_up(away: Away, reason: str) -> None:
    alice = away.people["alice"]
    async with away.process() as process:
        await away.open()
        await process.to_voting()
        first = away.slack.connections[0]
        slack_is_quick = away.slack.slack.hub
        slack_is_quick.faults.outage = "unavailable"
        await away.slack.disconnect(reason)
        assert (await alice.react(away.candidates()[0], "five")).failure
        slack_is_quick.faults.outage = ""
        await away.slack.until(lambda: any(one is not first for one in away.slack.connections), 15)
        await process.caught_up()
        assert await away.ratings("alice") == [5, None]


async def test_a_connection_on_which_slack_has_not_said_hello_is_still_a_gap(away: Away) -> None:
    """What came due in the gap must not happen between the new connection and the catching up that hello begins."""
    async with away.process() as process:
        await away.open()
        sockets, channel = away.slack.slack.sockets, ours(away.slack.team.id, away.channel.id)
        sockets.hello_after = 0.3
        await away.slack.disconnect("")
        waiting: list[bool] = []
        async with asyncio.timeout(15):
            while not sockets.connections:
                waiting.append(await process.platform.hold(channel, 1.0, settling=False) is not None)
                await asyncio.sleep(0.005)
        assert waiting[-1]
        assert all(waiting[waiting.index(True) :])
        await process.caught_up()


async def test_duplicates_and_late_events_after_catching_up_change_nothing(away: Away) -> None:
    alice = away.people["alice"]
    async with away.process() as process:
        await away.open()
        await process.to_voting()
    hub, first = away.slack.slack.hub, away.candidates()[0]
    begun = len(hub.history)
    for name, added in (("two", True), ("two", False), ("six", True)):
        away.clock.pass_(1.0)
        await (alice.react(first, name) if added else alice.unreact(first, name))
    await alice.say("Too late for an opinion.")
    away.clock.pass_(1.0)
    async with away.process() as process:
        assert await away.ratings("alice") == [6, None]
        for delivery in reversed(hub.history[begun:]):
            await hub.repeat(delivery)
            await hub.repeat(delivery)
        assert await away.ratings("alice") == [6, None]


async def test_a_deadline_in_the_gap_comes_after_catching_up_and_five_minutes(away: Away) -> None:
    bob = away.people["bob"]
    async with away.process() as process:
        await away.open()
        for one in away.people.values():
            await one.say("No, because it is far.")
        await process.work()
    deadline = (await away.round()).deadline
    assert deadline is not None
    away.clock.move(deadline - 60)
    await bob.say("And it is dear, too.")
    away.clock.move(deadline + 3_600)
    async with away.process() as process:
        back = away.clock.now()
        await process.work()
        assert (await away.round()).phase is Phase.COLLECTING
        await bob.press("Add")
        away.clock.move(back + SETTLING - 1)
        await process.work()
        assert (await away.round()).phase is Phase.COLLECTING
        away.clock.move(back + SETTLING + 1)
        await process.work()
        assert (await away.round()).phase is Phase.VOTING
        assert "And it is dear, too." in (await away.opinions())["bob"]


@pytest.mark.slow
async def test_a_deadline_does_not_come_while_nothing_is_heard(away: Away) -> None:
    async with away.process() as process:
        await away.open()
        await process.to_voting()
        deadline = (await away.round()).deadline
        assert deadline is not None
        await away.slack.begin_outage()
        for minutes in range(60):
            away.clock.move(deadline + minutes * 60)
            await process.dispatcher.run_due()
        assert (await away.round()).phase is Phase.VOTING
        for candidate in away.candidates():
            await away.people["bob"].react(candidate, "six")
        away.slack.end_outage()
        await process.caught_up()
        away.clock.pass_(SETTLING - 30)
        await process.work()
        assert (await away.round()).phase is Phase.VOTING
        away.clock.pass_(60)
        await process.work()
        assert (await away.round()).phase is Phase.CLOSED
        assert (await away.round()).counts.voters == 1


async def test_a_deadline_outside_of_every_gap_comes_in_time(away: Away) -> None:
    async with away.process() as process:
        await away.open()
        await process.to_voting()
    away.clock.pass_(DAY / 2)
    async with away.process() as process:
        deadline = (await away.round()).deadline
        assert deadline is not None
        away.clock.move(deadline)
        await process.work()
        assert (await away.round()).phase is Phase.CLOSED


async def test_two_processes_that_catch_up_at_once_do_it_once(away: Away) -> None:
    alice = away.people["alice"]
    async with away.process() as process:
        await away.open()
        await process.to_voting()
    await alice.react(away.candidates()[0], "six")
    async with away.process(), away.process():
        assert await away.ratings("alice") == [6, None]
    assert (await away.events()).count("ReactionsReconciled") == 1


@pytest.mark.parametrize("away", [RateLimits(history_outside_marketplace=True)], indirect=True)
async def test_catching_up_keeps_to_slacks_limits(away: Away) -> None:
    async with away.process() as process:
        await away.open(invited=True)
        await process.work()
    for name, one in away.people.items():
        await one.say(f"Yes, says {name}.")
    async with away.process():
        assert await away.opinions() == {name: f"Yes, says {name}." for name in away.people}
    assert sum(away.pauses) >= 60, "one page of history a minute"
    assert not away.slack.violations_of("retry_after_ignored")


async def test_catching_up_goes_on_where_it_was_interrupted(away: Away) -> None:
    async with away.process() as process:
        await away.open(invited=True)
        await process.work()
    away.clock.pass_(3_600)
    for name, one in away.people.items():
        await one.say(f"Yes, says {name}.")
    away.slack.fail_next("conversations.history", "internal_error", times=1)
    async with away.process():
        assert len(await away.opinions()) == 3
    assert (await away.events()).count("OpinionGiven") == 3
