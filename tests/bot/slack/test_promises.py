"""What is acknowledged before it happened happens all the same, once, though the process dies in between.

Source: Slack repeats an event that is not acknowledged, and neither a command nor a button.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.platform import Button, ButtonPressed, Card, CommandGiven, Form, InChannel, OpenForm, Text, TextField, Whisper
from bot.slack.promises import KEPT_AT_MOST, LEASE, MOST_TRIES, OLDEST, Promise, Promises, promised_in
from bot.slack.rights import Right, Rights, Who
from bot.slack.workspaces import Workspaces
from engine.errors import StoreUnavailable
from storage.store import DatabaseStore, open_store
from tests.bot.slack.conftest import Workplace
from tests.slack_server.reading import shown

CARD = Card("told", "Hello", (Text("We close at noon."),))


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.serving.BEFORE_ACK", 0.1)
    monkeypatch.setattr("bot.slack.workspace.BEAT", 0.1)


@pytest.fixture
async def store(work: Workplace, tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    """Where promises stand; exporting depends on a group of which Slack is slow to say who is in it."""
    kept = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    group = work.slack.add_group("leads", [work.people["alice"]])
    rights = Rights(export=Right(Who.NAMED, (), (group.id,)), close=Right(Who.NAMED, (), (group.id,)))
    await Workspaces(kept.database).set_rights(work.slack.team.id, rights)
    work.platform = work.made(store=kept, grace=0.0)
    work.reply = lambda _: Whisper(CARD)
    yield kept
    await kept.close()


async def nothing(*_: object) -> None:
    """What a killed process does at its end."""


async def promised_and_died(work: Workplace, *, button: bool = False, killed: bool = True) -> None:
    """Alice commands or presses, that is acknowledged, and the process dies before it happens; or it is told to end."""
    alice = work.people["alice"]
    async with AsyncExitStack() as ending:
        if killed:
            patched = ending.enter_context(pytest.MonkeyPatch.context())
            patched.setattr("bot.slack.serving.Serving.hand_over", nothing)
        await ending.enter_async_context(work.serving())
        if button:
            card = Card("c", "S", (Text("?"),), buttons=(Button("do-close", "Close now", "r1"),))
            await work.platform.send("k", InChannel(work.id(work.channel)), card)
        work.slack.slow_down("usergroups.users.list", 0.6)
        if button:
            answer = await alice.press("Close now", on=work.slack.posts(work.channel)[0])
        else:
            answer = await alice.command("export 1", work.channel)
        assert not answer.failure
        assert answer.seconds < 1.0
    assert not work.heard
    work.slack.slow_down("usergroups.users.list", 0.0)


@pytest.mark.parametrize("button", [False, True])
async def test_it_happens_once_when_somebody_is_there_again(
    work: Workplace, store: DatabaseStore, button: bool
) -> None:
    alice, came = work.people["alice"], work.clock.now()
    await promised_and_died(work, button=button)
    assert await promised_in(store.database) == [work.slack.team.id]
    work.platform = work.made(store=store)
    async with work.serving():
        await asyncio.sleep(0.3)
        assert not work.heard, "who promised it may still be at it"
        work.clock.pass_(31.0)
        await work.slack.until(lambda: alice.ephemerals)
        await work.slack.quiet()
        assert not await promised_in(store.database)
        work.clock.pass_(31.0)
        await asyncio.sleep(0.3)
    (item,) = work.heard
    assert isinstance(item, ButtonPressed if button else CommandGiven)
    assert item.person.member == work.id(alice)
    assert item.at == pytest.approx(came, abs=30.0), "when she did it, not when it was found"
    assert [shown(one) for one in alice.ephemerals] == ["We close at noon."]
    assert not work.slack.violations


async def test_a_process_that_is_told_to_end_hands_over_at_once(work: Workplace, store: DatabaseStore) -> None:
    """Otherwise what she does meanwhile would be undone by what she had done before."""
    await promised_and_died(work, killed=False)
    work.platform = work.made(store=store)
    async with work.serving():
        await work.slack.until(lambda: work.people["alice"].ephemerals)
    assert len(work.heard) == 1


async def test_what_is_old_is_told_and_not_done(work: Workplace, store: DatabaseStore) -> None:
    await promised_and_died(work)
    work.clock.pass_(OLDEST + 1.0)
    work.platform = work.made(store=store)
    async with work.serving():
        await work.slack.until(lambda: work.people["alice"].ephemerals)
        await work.slack.quiet()
    assert not work.heard
    assert "try once more" in shown(work.people["alice"].ephemerals[-1])
    assert not await promised_in(store.database)


async def test_what_nobody_understands_or_ever_took_over_is_deleted(work: Workplace, store: DatabaseStore) -> None:
    now = work.clock.now()
    mine = Promises(store.database, work.slack.team.id)
    await mine.make(Promise("action/x", "action", {"actions": [{"action_id": "unknown"}]}, now), now - LEASE - 1.0)
    removed = Promises(store.database, "T-REMOVED")
    await removed.make(Promise("command/y", "command", {"text": "ask Why?"}, now - KEPT_AT_MOST - 1.0), now)
    async with work.serving():
        async with asyncio.timeout(5):
            while await promised_in(store.database):
                await asyncio.sleep(0.02)
    assert not work.heard


async def test_of_two_processes_one_takes_it_over(work: Workplace, store: DatabaseStore) -> None:
    await promised_and_died(work)
    work.clock.pass_(31.0)
    first, second = work.made(store=store), work.made(store=store)
    async with work.serves(first), work.serves(second):
        await work.slack.until(lambda: work.people["alice"].ephemerals)
        await work.slack.quiet()
        await asyncio.sleep(0.3)
    assert len(work.heard) == 1


async def test_what_needs_a_form_that_can_no_longer_open_says_so(work: Workplace, store: DatabaseStore) -> None:
    alice = work.people["alice"]
    form = Form("ask", "Ask", "Open", (TextField("question", "The question"),))
    work.reply = lambda _: OpenForm(form)
    await promised_and_died(work)
    work.clock.pass_(31.0)
    work.platform = work.made(store=store)
    async with work.serving():
        await work.slack.until(lambda: alice.ephemerals)
    assert "took too long to open" in shown(alice.ephemerals[-1])
    assert "views.open" not in [one.method for one in work.slack.requests]


async def test_it_happens_when_the_database_answers_again(work: Workplace, store: DatabaseStore) -> None:
    alice = work.people["alice"]
    work.failures.append(StoreUnavailable("The database does not answer."))
    async with work.serving():
        work.slack.slow_down("usergroups.users.list", 0.4)
        assert not (await alice.command("export", work.channel)).failure
        await work.slack.until(lambda: not work.failures)
        work.clock.pass_(31.0)
        await work.slack.until(lambda: alice.ephemerals)
    assert len(work.heard) == 1
    assert shown(alice.ephemerals[-1]) == "We close at noon."


async def test_what_fails_every_time_is_told_in_the_end(work: Workplace, store: DatabaseStore) -> None:
    alice = work.people["alice"]
    work.failures += [StoreUnavailable("Never.")] * 99
    async with work.serving():
        work.slack.slow_down("usergroups.users.list", 0.3)
        await alice.command("export", work.channel)
        for _ in range(MOST_TRIES + 1):
            left = len(work.failures)
            await work.slack.until(lambda left=left: len(work.failures) < left)  # type: ignore[misc]
            await asyncio.sleep(0.05)
            work.clock.pass_(31.0)
        await work.slack.until(lambda: alice.ephemerals)
        await work.slack.quiet()
        assert not await promised_in(store.database)
    assert "try once more" in shown(alice.ephemerals[-1])
    assert len(work.failures) == 99 - MOST_TRIES - 1


async def test_nothing_is_promised_when_slack_answers_in_time(
    work: Workplace, store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.serving.BEFORE_ACK", 2.0)

    async def unexpected(*_: object) -> None:
        raise AssertionError("nothing has to be promised")

    monkeypatch.setattr("bot.slack.promises.Promises.make", unexpected)
    async with work.serving():
        assert not (await work.people["alice"].command("export", work.channel)).failure
    assert len(work.heard) == 1


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_processes_that_look_at_once_share_what_is_forsaken(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'parley.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_empty_url")
    first, second = await open_store(url, migrate=True), await open_store(url, migrate=True)
    mine, theirs = Promises(first.database, "T1"), Promises(second.database, "T1")
    made = [
        Promise(f"command/{number}", "command", {"text": "status", "token": "x"}, float(-number)) for number in range(9)
    ]
    for one in (*made, made[0]):
        await mine.make(one, 0.0)
    assert not await theirs.forsaken(LEASE - 1.0)
    assert not await Promises(second.database, "T2").forsaken(LEASE + 1.0)
    found = await asyncio.gather(*(one.forsaken(LEASE + 1.0) for one in (mine, theirs, mine, theirs)))
    taken = [promise for some in found for promise in some]
    assert sorted(one.id for one in taken) == [one.id for one in made]
    assert all(some == sorted(some, key=lambda one: one.at) for some in found), "the oldest first"
    assert {(one.tries, *one.body) for one in taken} == {(1, "text")}, "and nothing is kept that nobody needs"
    await theirs.kept(made[0])
    assert len(await mine.forsaken(3 * LEASE)) == 8
    await first.close()
    await second.close()
