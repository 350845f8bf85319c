"""What a round survives on Discord, and what its moderator is told, once: messages, a thread, a channel deleted."""

from __future__ import annotations

import pytest

from bot.discord.ids import ours
from engine.rounds.model import Phase
from storage.store import DatabaseStore
from tests.dialogues.discord_gaps import GappyStage
from tests.dialogues.discord_stage import DiscordStage
from tests.dialogues.fake_stage import FakeStage
from tests.dialogues.stage import Cast
from tests.discord_server.sessions import GUILD_MESSAGES

pytestmark = pytest.mark.usefixtures("identifying_at_once")

CAST = (Cast("maria", moderator=True), Cast("alice"), Cast("bob"), Cast("carol"))


async def voting(stage: DiscordStage) -> None:
    await stage.command("maria", "ask", "Should we close the office on Fridays?")
    await stage.write("alice", "Close it.")
    await stage.write("bob", "Keep it open.")
    await stage.write("carol", "Close it in summer.")
    await stage.command("maria", "close", "")
    await stage.react("alice", "6", "Statement 1 of")
    await stage.react("bob", "7", "Statement 1 of")


async def test_a_deleted_statement_keeps_the_ratings_that_it_had(store: DatabaseStore) -> None:
    async with DiscordStage(store, CAST) as stage:
        await voting(stage)
        first = next(one for one in stage.general.said if "Statement 1 of" in one.content)
        stage.discord.discord.deleted(first)
        await stage.command("maria", "close", "")
        (round,) = await store.rounds_in(stage.channel, running=False)
        assert round.phase is Phase.CLOSED
        outcome = await store.outcome(round.id, round.draft)
        assert outcome is not None
        assert any("Mean rating: 6.5 of 7" in one for one in await stage.shown(None))


async def test_a_deleted_channel_ends_nothing_but_what_is_said_there(store: DatabaseStore) -> None:
    async with DiscordStage(store, CAST) as stage:
        await voting(stage)
        stage.discord.remove_channel(stage.general)
        await stage.wait(30 * 86_400)
        (round,) = await store.rounds_in(stage.channel, running=False)
        assert round.phase is Phase.CLOSED
        tries = [one for one in stage.discord.requests if one.status in (403, 404)]
        assert len({(one.method, one.path, str(one.body)) for one in tries}) == len(tries)


def _told(stage: DiscordStage, what: str) -> int:
    """How many times the moderator was told that something was deleted; a question that is settled reads otherwise."""
    posted = (one for one in stage.discord.journal if one.kind == "post")
    return sum(f"{what} was deleted" in one.text for one in posted)


async def test_a_statement_deleted_while_nobody_listened_is_told_once(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        await stage.to_voting()
        async with stage.process_away():
            await stage.seat("maria").delete(stage.candidates()[1])
        assert _told(stage, "Statement 2 of 3") == 1
        await stage.discord.invalidate(resumable=False)
        await stage.back()
        await stage.command("maria", "close", "")
        assert _told(stage, "Statement 2 of 3") == 1
        assert (await stage.round()).phase is Phase.CLOSED


async def test_a_rounds_own_message_deleted_while_nobody_listened_is_told_once(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        await stage.to_collecting()
        async with stage.process_away():
            await stage.seat("maria").delete(stage.general.said[0])
        assert _told(stage, "The message of this round in the channel") == 1
        await stage.discord.invalidate(resumable=False)
        await stage.back()
        assert _told(stage, "The message of this round in the channel") == 1


async def test_a_channel_deleted_while_nobody_listened_is_told(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        await stage.to_collecting()
        async with stage.process_away():
            stage.discord.remove_channel(stage.general)
        assert _told(stage, "The channel of this round") == 1


async def test_several_messages_deleted_at_once_are_told_each(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        await stage.to_voting()
        gone = stage.candidates()[:2]
        for one in gone:
            del stage.general.messages[one.id]
        guild = stage.discord.guild.id
        data = {"ids": [one.id for one in gone], "channel_id": stage.general.id, "guild_id": guild}
        stage.discord.discord.gateway.publish("MESSAGE_DELETE_BULK", data, GUILD_MESSAGES, guild)
        await stage.back()
        assert [_told(stage, f"Statement {number} of 3") for number in (1, 2, 3)] == [1, 1, 0]


async def test_a_thread_that_goes_with_its_channel_is_told_as_deleted(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        maria = stage.seat("maria")
        await maria.command("consensus ask", {"question": "Should we close?", "thread": True}, stage.general)
        await stage.back()
        (thread,) = stage.discord.world.threads(stage.discord.guild)
        for one in (thread, stage.general):  # Discord names the channel alone
            del stage.discord.guild.channels[one.id], stage.discord.world.channels[one.id]
        stage.discord.discord.channel_changed(stage.general, "DELETE")
        await stage.back()
        assert _told(stage, "The channel of this round") == 1
        (round,) = await store.rounds_in(ours(thread.id), running=True)
        assert round.phase is Phase.COLLECTING


async def test_messages_of_others_are_nobodys_loss(store: DatabaseStore) -> None:
    async with GappyStage(store, CAST) as stage:
        await stage.to_voting()
        before = await stage.shown("maria")
        said = await stage.seat("alice").post("Hello", stage.general)
        await stage.seat("alice").delete(said)
        await stage.back()
        assert await stage.shown("maria") == before


async def test_what_no_platform_tells_is_found_out_when_it_is_needed(store: DatabaseStore) -> None:
    async with FakeStage(store, CAST) as stage:
        platform = stage.platform
        await stage.command("maria", "ask", "Should we close the office on Fridays?")
        platform.remove(platform.posted[0])
        for who in ("alice", "bob", "carol"):
            await stage.write(who, "Close it.")
        assert sum("message of this round in the channel was deleted" in one for one in await stage.shown("maria")) == 1
        await stage.command("maria", "close", "")
        await stage.react("alice", "6", "Statement 1 of 3")
        await stage.react("bob", "7", "Statement 1 of 3")
        platform.remove(next(one for one in platform.posted if "Statement 1 of 3" in one.card.summary))
        await stage.command("maria", "close", "")
        assert any("deleted in the channel before the vote closed" in one for one in await stage.shown("maria"))
        assert any("Mean rating: 6.5 of 7" in one for one in await stage.shown(None))
