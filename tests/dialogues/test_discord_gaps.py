"""A gateway that drops in the middle of a vote loses nothing: resumed, begun anew, or with another process.

Source: Discord's documentation, "Gateway": what a resumed session is replayed, and what a new one is not.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from engine.rounds.model import Phase
from storage.store import DatabaseStore
from tests.dialogues.discord_gaps import CAST, GappyStage
from tests.dialogues.discord_stage import EMOJI
from tests.discord_server.person import NO_ANSWER


@pytest.fixture
async def stage(store: DatabaseStore, identifying_at_once: None) -> AsyncIterator[GappyStage]:
    del identifying_at_once
    async with GappyStage(store, CAST) as made:
        yield made


async def test_reactions_while_the_connection_is_lost_come_when_it_is_resumed(stage: GappyStage) -> None:
    await stage.to_voting()
    await stage.react("alice", "6", "Statement 1 of 3")
    await stage.discord.drop()
    await stage.put("bob", 0, 5)
    await stage.take("alice", 0, 6)
    await stage.put("alice", 0, 3)
    await stage.back()
    assert stage.discord.discord.gateway.resumed == 1
    assert await stage.ratings() == {"alice": [3, None, None], "bob": [5, None, None]}


async def test_reactions_that_no_session_heard_are_read_from_the_statements(stage: GappyStage) -> None:
    await stage.to_voting()
    await stage.react("alice", "6", "Statement 1 of 3")
    await stage.discord.invalidate(resumable=False)
    await stage.put("bob", 1, 5)
    await stage.put("carol", 2, 7)
    await stage.take("alice", 0, 6)
    await stage.back()
    assert stage.discord.discord.gateway.identified == 2
    assert await stage.ratings() == {"bob": [None, 5, None], "carol": [None, None, 7]}


@pytest.mark.slow
async def test_a_keycap_put_after_the_gap_is_newer_than_one_that_was_missed_in_it(stage: GappyStage) -> None:
    await stage.to_voting()
    stage.discord.forget_sessions()
    await stage.discord.drop()
    for number in range(3):
        await stage.put("alice", number, 7)
    stage.discord.slow_down("GET", "/channels/{channel}/messages/{message}", 0.3)
    await stage.discord.until(lambda: stage.discord.ready)
    for number in range(3):
        await stage.put("alice", number, 3)
    await stage.back()
    assert await stage.ratings() == {"alice": [3, 3, 3]}
    alice = stage.seats["alice"].id
    for one in stage.candidates():
        assert [emoji for emoji, users in one.reactions.items() if alice in users] == [EMOJI["3"]]


async def test_discord_may_ask_to_reconnect_at_any_time(stage: GappyStage) -> None:
    await stage.to_voting()
    for number, who in enumerate(("alice", "bob", "carol")):
        await stage.discord.reconnect()
        await stage.put(who, number, 5)
        await stage.back()
    assert stage.discord.discord.gateway.identified == 1
    assert await stage.ratings() == {"alice": [5, None, None], "bob": [None, 5, None], "carol": [None, None, 5]}


@pytest.mark.slow
async def test_a_vote_that_ends_while_nobody_is_connected_counts_what_stands(stage: GappyStage) -> None:
    await stage.to_voting()
    stage.discord.forget_sessions()
    stage.discord.hold()
    for who, digit in (("alice", 7), ("bob", 6), ("carol", 5)):
        await stage.put(who, 0, digit)
    await stage.wait(86_400)
    assert (await stage.round()).phase is Phase.CLOSED
    assert any("Rated: 3 people" in one for one in await stage.shown(None))


async def test_another_process_finds_what_happened_while_there_was_none(stage: GappyStage) -> None:
    await stage.to_voting()
    await stage.react("alice", "2", "Statement 1 of 3")
    async with stage.process_away():
        await stage.take("alice", 0, 2)
        await stage.put("alice", 0, 4)
        await stage.put("bob", 1, 7)
    assert await stage.ratings() == {"alice": [4, None, None], "bob": [None, 7, None]}


async def test_a_keycap_put_while_there_was_no_process_takes_the_earlier_one_off(stage: GappyStage) -> None:
    await stage.to_voting()
    await stage.react("alice", "2", "Statement 1 of 3")
    async with stage.process_away():
        stage.clock.pass_(60)
        await stage.put("alice", 0, 5)
    bot, alice = stage.discord.bot.id, stage.seat("alice").id
    under = stage.candidates()[0].reactions
    assert (under[EMOJI["2"]], under[EMOJI["5"]]) == ([bot], [bot, alice])
    assert await stage.ratings() == {"alice": [5, None, None]}


@pytest.mark.slow
async def test_an_outage_in_the_middle_of_a_vote(stage: GappyStage) -> None:
    await stage.to_voting()
    await stage.discord.begin_outage("unreachable")
    await stage.put("alice", 0, 7)
    stage.discord.end_outage()
    await stage.back()
    await stage.react("bob", "6", "Statement 1 of 3")
    assert await stage.ratings() == {"alice": [7, None, None], "bob": [6, None, None]}


@pytest.mark.parametrize("resumed", [True, False])
async def test_what_is_written_while_nobody_listens_is_an_opinion(stage: GappyStage, resumed: bool) -> None:
    await stage.to_collecting()
    if not resumed:
        stage.discord.forget_sessions()
    await stage.discord.drop()
    await stage.seat("alice").say("People need rest.")
    await stage.back()
    await stage.write("bob", "Customers call.")
    assert await stage.opinions() == {"alice": "People need rest.", "bob": "Customers call."}


@pytest.mark.slow
async def test_what_shows_no_answer_while_nobody_listens_can_be_pressed_again(stage: GappyStage) -> None:
    await stage.to_voting()
    async with stage.process_away():
        stage.discord.discord.timing.answer = 0.05
        told = await stage.seat("alice").press("Edit my opinion")
        assert told.failure == NO_ANSWER
        stage.discord.discord.timing.answer = 3.0
    await stage.press("alice", "Edit my opinion")
    assert any("Opinions are closed" in one for one in await stage.news("alice"))
    assert stage.discord.violations_of("not_answered")
    stage.discord.violations.clear()


@pytest.mark.slow
async def test_a_member_who_left_meanwhile_stays_counted_by_what_they_gave(stage: GappyStage) -> None:
    await stage.to_voting()
    await stage.react("carol", "6", "Statement 1 of 3")
    await stage.discord.drop()
    await stage.seat("carol").leave(stage.discord.guild)
    await stage.back()
    assert await stage.ratings() == {"carol": [6, None, None]}


async def test_a_statement_that_a_moderator_deleted_leaves_the_others_to_rate(stage: GappyStage) -> None:
    await stage.to_voting()
    first, *_ = stage.candidates()
    await stage.seat("maria").delete(first)
    await stage.discord.invalidate(resumable=False)
    await stage.put("alice", 0, 6)
    await stage.back()
    assert await stage.ratings() == {"alice": [None, 6, None]}
    await stage.command("maria", "close", "")
    assert (await stage.round()).phase is Phase.CLOSED


async def test_a_second_gap_while_the_first_is_being_made_up_for(stage: GappyStage) -> None:
    await stage.to_voting()
    reading = ("GET", "/channels/{channel}/messages/{message}")
    read = len(stage.discord.asked(*reading))
    stage.discord.slow_down(*reading, 0.1)
    await stage.discord.invalidate(resumable=False)
    await stage.discord.until(lambda: len(stage.discord.asked(*reading)) > read)
    await stage.discord.invalidate(resumable=False)
    await stage.put("alice", 0, 6)
    await stage.back()
    assert stage.discord.discord.gateway.identified == 3
    assert await stage.ratings() == {"alice": [6, None, None]}


async def test_a_keycap_that_is_replayed_does_not_take_off_a_newer_one(stage: GappyStage) -> None:
    await stage.to_voting()
    await stage.discord.drop()
    await stage.put("alice", 0, 2)
    await stage.take("alice", 0, 2)
    await stage.put("alice", 0, 5)
    await stage.back()
    assert stage.candidates()[0].reactions[EMOJI["5"]] == [stage.discord.bot.id, stage.seat("alice").id]
    assert await stage.ratings() == {"alice": [5, None, None]}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
async def test_whatever_the_gateway_does_the_last_keycaps_count(stage: GappyStage, seed: int) -> None:
    await stage.to_voting()
    chance = random.Random(seed)
    server = stage.discord
    faults = (
        server.drop,
        lambda: server.drop(4000),
        lambda: server.drop(1001),
        server.reconnect,
        lambda: server.invalidate(resumable=True),
        lambda: server.invalidate(resumable=False),
    )
    held: dict[tuple[str, int], int] = {}
    for _ in range(25):
        stage.clock.pass_(1.0)
        if chance.random() < 0.3:
            await chance.choice(faults)()
        if chance.random() < 0.3:
            await asyncio.sleep(chance.random() * 0.05)
        who, number = chance.choice(("alice", "bob", "carol")), chance.randrange(3)
        if (who, number) in held:
            await stage.take(who, number, held.pop((who, number)))
        else:
            held[who, number] = chance.randint(1, 7)
            await stage.put(who, number, held[who, number])
    await stage.back()
    expected: dict[str, list[int | None]] = {}
    for (who, number), digit in held.items():
        expected.setdefault(who, [None, None, None])[number] = digit
    assert await stage.ratings() == expected
