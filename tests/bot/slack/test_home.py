"""The Home tab: what it says to whom, its buttons, and Slack's 100 blocks however much there is to say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.forms import BackEnds
from bot.inbound import Inbox
from bot.platform import Button, Person, Text
from bot.slack.home import Entry, Section, home, sections
from bot.slack.ids import ours
from bot.texts import Texts
from engine.ports import Delivery
from engine.rounds.events import MemberJoined, RoundCancelled, RoundOpened
from engine.rounds.model import Phase, Rules
from engine.service import handle
from storage.store import DatabaseStore, open_store
from tests.bot.slack.conftest import Workplace
from tests.bot.slack.reviewing import as_reviewed
from tests.bot.slack.sample_cards import HOSTILE
from tests.slack_server.blocks import check_view, texts_of
from tests.slack_server.checking import Check
from tests.slack_server.person import Person as Somebody
from tests.slack_server.reading import shown
from tests.slack_server.world import Channel

TEXTS = Texts()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 4), st.integers(0, 3)), max_size=6))
def test_whatever_there_is_to_say_it_fits_and_the_rest_is_counted(sizes: list[tuple[int, int, int]]) -> None:
    found = []
    for number, (entries, lines, buttons) in enumerate(sizes):
        one = [
            Entry(
                tuple(Text(f"section {number} entry {at} line {line}") for line in range(lines)),
                tuple(Button("results", "Results", f"r{number}-{at}-{button}") for button in range(buttons)),
                "slack:T1/C1",
            )
            for at in range(entries)
        ]
        found.append(Section(f"heading {number}", tuple(one)))
    view = home(found, TEXTS)
    check = Check("home")
    check_view(check, view)
    assert not check.problems + check.repeated_actions
    said = [text for _, text in texts_of(view["blocks"])]
    for number, (entries, lines, _) in enumerate(sizes):
        assert f"heading {number}" in said
        whole = sum(f"section {number} entry {at} line {lines - 1}" in said for at in range(entries))
        left = entries - whole
        assert left == 0 or ("and one more" if left == 1 else f"and {left} more") in said


def test_a_single_entry_too_many_is_one_more() -> None:
    entries = tuple(Entry((Text(f"line {number}"),)) for number in range(100))
    said = [text for _, text in texts_of(home([Section("All", entries)], TEXTS)["blocks"])]
    assert said[-1] == "and 2 more"
    assert len(said) == 100


async def test_the_tab_looks_as_reviewed(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    for number, member in enumerate(("slack:T1/U1", "slack:T1/U2")):
        name = f"r{number}"
        opened = RoundOpened(
            at=1_790_000_000.0 + number,
            round=name,
            channel="slack:T1/C1",
            moderator=member,
            question=f"Should we? {HOSTILE}",
            affirming=None,
            negating=None,
            rules=Rules(rate_position=False),
            seed=1,
        )
        await handle(store, Delivery(f"{name}/open", name, opened))
    await handle(store, Delivery("r1/end", "r1", RoundCancelled(1_790_000_100.0, "slack:T1/U2", True)))
    await handle(store, Delivery("r0/join", "r0", MemberJoined(1_790_000_100.0, "slack:T1/U1")))
    maria = Person("slack:T1/U1", "Maria", "slack:T1/D1", moderator=True, direct=True)
    found = await sections(maria, ("slack:T1/C1", "slack:T1/C2"), store, TEXTS, rights=True)
    view = home(found, TEXTS)
    await store.close()
    check = Check("home")
    check_view(check, view)
    assert not check.problems
    as_reviewed("home", view)


@dataclass
class Tab:
    """A workplace whose bot answers for real."""

    work: Workplace
    store: DatabaseStore

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """The platform runs with the real handler."""
        inbox = Inbox(self.store, BackEnds(), lambda _: None)
        task = asyncio.create_task(self.work.platform.run(inbox))
        await self.work.platform.listening()
        await self.work.slack.until(lambda: self.work.slack.connections)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def opened(self, name: str, by: Somebody, channel: Channel, phase: Phase = Phase.COLLECTING) -> None:
        """A round in a channel, in this phase."""
        team = self.work.slack.team.id
        moderator = ours(team, by.id)
        event = RoundOpened(
            at=self.work.clock.now(),
            round=name,
            channel=ours(team, channel.id),
            moderator=moderator,
            question=f"Question {name}?",
            affirming=None,
            negating=None,
            rules=Rules(rate_position=False),
            seed=1,
        )
        await handle(self.store, Delivery(f"{name}/open", name, event))
        self.work.clock.pass_(1)
        if phase is Phase.CANCELLED:
            await handle(
                self.store, Delivery(f"{name}/end", name, RoundCancelled(self.work.clock.now(), moderator, True))
            )

    async def reads(self, who: Somebody) -> str:
        """What a person's Home tab says."""
        before = who.home.hash if who.home else ""
        await who.open_home()
        await self.work.slack.until(lambda: who.home is not None and who.home.hash != before)
        assert who.home is not None
        return shown(who.home)


@pytest.fixture
async def tab(work: Workplace, tmp_path: Path) -> AsyncIterator[Tab]:
    """Kept in a database of its own."""
    store = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    work.platform = work.made(store=store)
    yield Tab(work, store)
    await store.close()


async def test_everybody_reads_their_own_rounds_and_what_was(tab: Tab) -> None:
    alice, bob, maria = (tab.work.people[name] for name in ("alice", "bob", "maria"))
    secret = tab.work.slack.add_channel("secret", [maria], private=True)
    await tab.opened("r1", alice, tab.work.channel)
    await tab.opened("r2", maria, secret)
    await tab.opened("r3", alice, tab.work.channel, Phase.CANCELLED)
    async with tab.serving():
        said = {name: await tab.reads(tab.work.people[name]) for name in ("alice", "bob", "maria")}
    for name in said:
        assert "Question r3?" in said[name].partition("What was")[2], name
        assert "Question r1?" not in said[name].partition("What was")[2], name
    assert "Question r1?" in said["alice"].partition("Rounds you moderate")[2].partition("What was")[0]
    assert "Question r1?" in said["bob"].partition("Other rounds in your channels")[2]
    assert "Question r2?" in said["maria"]
    assert "Question r2?" not in said["alice"] + said["bob"]
    assert "Channel settings" in said["maria"]
    assert "Channel settings" not in said["alice"] + said["bob"]
    assert bob.home is not None
    assert not tab.work.slack.violations


async def test_a_moderator_ends_a_round_there_and_the_tab_is_up_to_date_after_each_press(tab: Tab) -> None:
    alice = tab.work.people["alice"]
    await tab.opened("r1", alice, tab.work.channel)
    async with tab.serving():
        await tab.reads(alice)
        assert alice.home is not None
        before = alice.home.hash
        await alice.press("Cancel the round")
        await tab.work.slack.until(lambda: any("cannot be undone" in shown(one) for one in alice.messages))
        await tab.work.slack.until(lambda: alice.home is not None and alice.home.hash != before)
        await alice.press("Cancel the round")
        said = await tab.reads(alice)
    round = await tab.store.round("r1")
    assert round is not None
    assert round.phase is Phase.CANCELLED
    assert "Question r1?" in said.partition("What was")[2]


async def test_a_moderator_sets_a_channel_from_there(tab: Tab) -> None:
    maria = tab.work.people["maria"]
    here = ours(tab.work.slack.team.id, tab.work.channel.id)
    async with tab.serving():
        await tab.reads(maria)
        await maria.press("Channel settings")
        await tab.work.slack.until(lambda: maria.view)
        await maria.submit({"drafted": "7"})
        await tab.work.slack.quiet()
    assert (await tab.store.channel_settings(here))["drafted"] == "7"
    assert not tab.work.slack.violations


async def test_somebody_with_nothing_to_do_reads_what_can_be_said(tab: Tab) -> None:
    async with tab.serving():
        said = await tab.reads(tab.work.people["bob"])
    assert "Nothing is waiting for you." in said
    assert "/consensus ask" in said


async def test_more_rounds_than_slack_has_room_for_are_counted(tab: Tab) -> None:
    alice, maria = tab.work.people["alice"], tab.work.people["maria"]
    for number in range(19):
        await tab.opened(f"r{number}", alice, tab.work.channel)
        await tab.opened(f"e{number}", alice, tab.work.channel, Phase.CANCELLED)
    async with tab.serving():
        said = await tab.reads(maria)
    assert "more" in said
    assert maria.home is not None
    assert len(maria.home.body["blocks"]) <= 100
    assert not tab.work.slack.violations
