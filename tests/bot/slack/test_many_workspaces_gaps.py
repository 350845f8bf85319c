"""One app in many workspaces finds out in each what happened while no process ran, with that workspace's token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest

from bot.forms import BackEnds
from bot.inbound import Inbox
from bot.slack.ids import ours
from engine.ports import Delivery
from engine.rounds.events import RoundOpened
from engine.rounds.model import Roster, Rules
from engine.service import handle
from tests.bot.slack.test_many_workspaces import Block, block, channel_of, newcomers
from tests.slack_server.person import Person

__all__ = ["block"]
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")


@asynccontextmanager
async def process(block: Block, places: Iterable[str]) -> AsyncIterator[None]:
    """A process of the bot that has caught up in these places."""
    platform = block.made()
    platform.keep_up(block.store)
    running = asyncio.create_task(platform.run(Inbox(block.store, BackEnds(), lambda _: None)))
    try:
        async with asyncio.timeout(10):
            for place in places:
                while await platform.hold(place, 1.0, settling=False) is not None:
                    assert not running.done(), running
                    await asyncio.sleep(0.005)
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await block.slack.until(lambda: not block.slack.connections)


async def opened(block: Block, domain: str) -> tuple[Person, Person, str]:
    """A workspace that installed the app, where a round runs: its boss, a member, and the round's channel."""
    boss, alice = newcomers(block, domain)
    await block.install(boss)
    channel = ours(boss.user.team.id, channel_of(block, boss, alice).id)
    rules = Rules(roster=Roster.OPEN, reminders=False, quorum=None)
    member = ours(boss.user.team.id, boss.id)
    event = RoundOpened(block.clock.now(), f"in-{domain}", channel, member, "Should we go?", None, None, rules, 1)
    assert await handle(block.store, Delivery(f"open-{domain}", f"in-{domain}", event))
    return boss, alice, channel


async def opinions(block: Block, domain: str) -> list[str]:
    """What was given to the workspace's round."""
    return [text for _, text in await block.store.opinions(f"in-{domain}")]


async def two_in_a_gap(block: Block) -> tuple[tuple[Person, Person, str], tuple[Person, Person, str]]:
    """Two workspaces, each as `opened`, that were caught up with an hour ago; no process runs."""
    async with block.serving():
        one, other = await opened(block, "acme"), await opened(block, "beta")
    async with process(block, (one[2], other[2])):
        pass
    block.clock.pass_(3_600)
    return one, other


async def test_each_workspace_catches_up_with_its_own_token(block: Block) -> None:
    (_, alice, here), (_, bob, there) = await two_in_a_gap(block)
    assert (await alice.say("Yes, because it is fun.")).failure
    assert (await bob.say("No, because it is far.")).failure
    for _ in range(2):
        async with process(block, (here, there)):
            assert await opinions(block, "acme") == ["Yes, because it is fun."]
            assert await opinions(block, "beta") == ["No, because it is far."]
        block.clock.pass_(3_600)
    assert not block.slack.violations


async def test_a_workspace_that_took_the_app_out_meanwhile_keeps_no_other_from_catching_up(block: Block) -> None:
    (boss, _, _), (_, bob, there) = await two_in_a_gap(block)
    await bob.say("No, because it is far.")
    await boss.revoke()
    async with process(block, (there,)):
        assert await opinions(block, "beta") == ["No, because it is far."]


async def test_where_slack_fails_while_a_workspace_is_caught_up_it_is_tried_again(block: Block) -> None:
    (_, alice, _), (_, bob, _) = await two_in_a_gap(block)
    await alice.say("Yes, because it is fun.")
    await bob.say("No, because it is far.")
    block.slack.fail_next("conversations.list", "internal_error")
    async with process(block, ()):
        async with asyncio.timeout(10):
            while not (await opinions(block, "acme") and await opinions(block, "beta")):
                await asyncio.sleep(0.01)
