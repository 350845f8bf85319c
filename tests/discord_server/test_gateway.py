"""The gateway as discord.py meets it: identifying, dropping, resuming, and which events it hears.

Source: Discord's documentation, "Gateway" and its close codes.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any

import aiohttp
import discord as library
import pytest

from tests.discord_server.playing import Bot, running
from tests.discord_server.server import DiscordServer
from tests.discord_server.sessions import GUILD_MEMBERS, MESSAGE_CONTENT, Timing

INTENTS = library.Intents(guilds=True, guild_messages=True, guild_reactions=True, dm_messages=True)
THUMB = "\U0001f44d"


async def test_a_wrong_token_is_refused(discord: DiscordServer) -> None:
    discord.discord.app.token = "another"
    bot = Bot(INTENTS)
    with pytest.raises(library.LoginFailure):
        await bot.start("not-the-token")
    await bot.http.close()


async def test_a_privileged_intent_that_is_off_closes_with_4014(discord: DiscordServer) -> None:
    with pytest.raises(library.PrivilegedIntentsRequired):
        async with running(discord, Bot(INTENTS | library.Intents(members=True))):
            pass


async def test_what_happens_while_nobody_is_connected_comes_on_resuming(discord: DiscordServer) -> None:
    general, alice = discord.add_channel("general"), discord.add_user("alice")
    message = await alice.post("React to this", general)
    async with running(discord, Bot(INTENTS)) as bot:
        await discord.drop()
        await discord.until(lambda: not discord.connections)
        await alice.react(message, THUMB)
        await discord.until(lambda: bot.reactions)
        assert (discord.discord.gateway.identified, discord.discord.gateway.resumed) == (1, 1)
        assert "resumed" in bot.happened
        assert len(bot.reactions) == 1, "nothing is replayed twice"


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4009])
async def test_a_session_that_discord_closed_is_resumed(discord: DiscordServer, code: int) -> None:
    async with running(discord, Bot(INTENTS)) as bot:
        await discord.drop(code)
        await discord.until(lambda: "resumed" in bot.happened)
        assert discord.discord.gateway.identified == 1


async def test_a_session_that_its_client_left_is_over(discord: DiscordServer) -> None:
    async with running(discord, Bot(INTENTS)):
        assert discord.discord.gateway.sessions
    await discord.until(lambda: not discord.discord.gateway.sessions)


async def test_a_client_that_is_asked_to_reconnect_resumes(discord: DiscordServer) -> None:
    async with running(discord, Bot(INTENTS)) as bot:
        await discord.reconnect()
        await discord.until(lambda: "resumed" in bot.happened)
        assert discord.discord.gateway.identified == 1


async def test_an_invalid_session_is_begun_anew_and_what_happened_is_lost(discord: DiscordServer) -> None:
    general, alice = discord.add_channel("general"), discord.add_user("alice")
    message = await alice.post("React to this", general)
    async with running(discord, Bot(INTENTS)) as bot:
        await discord.invalidate(resumable=False)
        await alice.react(message, THUMB)
        await discord.until(lambda: discord.discord.gateway.identified == 2)
        await discord.until(lambda: bot.happened.count("ready") == 2)
        assert not bot.reactions


async def test_a_forgotten_session_cannot_be_resumed(discord: DiscordServer) -> None:
    async with running(discord, Bot(INTENTS)) as bot:
        discord.forget_sessions()
        await discord.drop()
        await discord.until(lambda: bot.happened.count("ready") == 2)
        assert (discord.discord.gateway.identified, discord.discord.gateway.resumed) == (2, 0)


async def test_heartbeats_are_acknowledged_and_missed_when_absent(discord: DiscordServer) -> None:
    discord.discord.timing.heartbeat = 0.3
    async with running(discord, Bot(INTENTS)) as bot:
        await discord.until(lambda: any(one.heartbeats > 2 for one in discord.connections))
        assert bot.latency < 1
    discord.discord.timing.heartbeat = 0.05
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{discord.gateway_url}?v=10&encoding=json") as ws,
    ):
        assert (await ws.receive_json())["op"] == 10
        assert (await ws.receive()).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        assert ws.close_code == 4009
    assert discord.violations_of("no_heartbeat")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"op": 2, "d": {"token": "wrong", "properties": {}, "intents": 0}}, 4004),
        ({"op": 8, "d": {}}, 4003),
        ({"op": 99, "d": {}}, 4002),
        ({"op": 2, "d": {"intents": 1 << 40}}, 4013),
        ({"op": 2, "d": {"intents": GUILD_MEMBERS}}, 4014),
        ({"op": 2, "d": {"intents": 1, "shard": [3, 2]}}, 4010),
    ],
)
async def test_what_is_sent_wrongly_closes_with_its_code(discord: DiscordServer, sent: Any, code: int) -> None:
    if sent["op"] == 2:
        sent["d"].setdefault("token", discord.token)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{discord.gateway_url}?v=10&encoding=json") as ws,
    ):
        await ws.receive_json()
        await ws.send_json(sent)
        await ws.receive()
        assert ws.close_code == code


async def test_the_whole_connection_is_one_zlib_stream(discord: DiscordServer) -> None:
    url = f"{discord.gateway_url}?v=10&encoding=json&compress=zlib-stream"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
        stream = zlib.decompressobj()
        assert json.loads(stream.decompress(await ws.receive_bytes()))["op"] == 10
        about = {"os": "linux", "browser": "test", "device": "test"}
        await ws.send_json({"op": 2, "d": {"token": discord.token, "properties": about, "intents": 1}})
        kinds = [json.loads(stream.decompress(await ws.receive_bytes()))["t"] for _ in range(2)]
        assert kinds == ["READY", "GUILD_CREATE"]


async def test_members_leave_loudly_only_with_the_intent() -> None:
    for privileged, intents in ((0, INTENTS), (GUILD_MEMBERS, INTENTS | library.Intents(members=True))):
        async with DiscordServer(privileged=privileged) as discord:
            left: list[Any] = []
            bot = Bot(intents, chunk_guilds_at_startup=False)
            bot.event(_keeping("on_raw_member_remove", left))
            alice = discord.add_user("alice")
            with discord.pointed():
                async with running(discord, bot):
                    await alice.leave(discord.guild)
                    await discord.quiet()
            assert len(left) == (1 if privileged else 0)


async def test_with_the_content_intent_a_guild_is_read() -> None:
    async with DiscordServer(privileged=MESSAGE_CONTENT) as discord:
        general, alice = discord.add_channel("general"), discord.add_user("alice")
        with discord.pointed():
            async with running(discord, Bot(INTENTS | library.Intents(message_content=True))) as bot:
                await alice.post("Can you read this?", general)
                await discord.until(lambda: bot.heard)
                assert bot.heard[0].content == "Can you read this?"


async def test_a_mention_lets_the_bot_read_one_message(discord: DiscordServer) -> None:
    general, alice = discord.add_channel("general"), discord.add_user("alice")
    async with running(discord, Bot(INTENTS)) as bot:
        await alice.post(f"<@{discord.bot.id}> hello", general)
        await discord.until(lambda: bot.heard)
        assert bot.heard[0].content.endswith("hello")


async def test_channels_threads_and_guilds_come_and_go(discord: DiscordServer) -> None:
    general = discord.add_channel("general")
    gone: list[Any] = []
    bot = Bot(INTENTS)
    for name in ("on_guild_channel_delete", "on_raw_thread_delete", "on_guild_remove", "on_raw_message_delete"):
        bot.event(_keeping(name, gone))
    alice = discord.add_user("alice")
    async with running(discord, bot):
        place = bot.get_channel(int(general.id))
        assert isinstance(place, library.TextChannel)
        said = await place.send("A round")
        thread = await said.create_thread(name="The round")
        await thread.send("Inside")
        assert thread.id == said.id
        await alice.post("In a thread", discord.world.channels[str(thread.id)])
        await discord.owner.delete(discord.posts(general)[-1])
        await discord.until(lambda: len(gone) == 1)
        discord.remove_channel(general)
        await discord.until(lambda: len(gone) == 3)
        discord.discord.left(discord.guild, discord.bot)
        await discord.until(lambda: len(gone) == 4)
        with pytest.raises(library.NotFound) as refused:
            await place.send("Too late")
        assert refused.value.code == 10003


async def test_two_shards_hear_of_their_own_guilds() -> None:
    async with DiscordServer(shards=2) as discord:
        while len({discord.discord.gateway.shard_of(one) for one in discord.world.guilds}) < 2:
            await asyncio.sleep(0.002)
            discord.add_guild("Another")
        with discord.pointed():
            async with running(discord, Bot(INTENTS)) as bot:
                assert {one.shard_id for one in bot.guilds} == {0, 1}
                assert len(bot.guilds) == len(discord.world.guilds)
                assert discord.ready


async def test_events_can_be_held_back(discord: DiscordServer) -> None:
    alice = discord.add_user("alice")
    async with running(discord, Bot(INTENTS)) as bot:
        discord.hold()
        await alice.say("Held")
        await discord.quiet()
        assert not bot.heard
        discord.release()
        await discord.until(lambda: bot.heard)


async def test_an_outage_ends_and_the_session_is_resumed() -> None:
    async with DiscordServer(timing=Timing()) as discord:
        alice = discord.add_user("alice")
        with discord.pointed():
            async with running(discord, Bot(INTENTS)) as bot:
                await discord.begin_outage("unreachable")
                await alice.say("Anybody there?")
                discord.end_outage()
                await discord.until(lambda: bot.heard, seconds=10)
                assert bot.heard[0].content == "Anybody there?"


def plain(discord: DiscordServer) -> str:
    """The gateway's address without compression."""
    return f"{discord.gateway_url}?v=10&encoding=json"


def _keeping(name: str, kept: list[Any]) -> Any:
    async def keep(*given: Any) -> None:
        kept.append(given)

    keep.__name__ = name
    return keep


async def test_events_come_again_after_resuming_under_their_numbers(discord: DiscordServer) -> None:
    general, alice = discord.add_channel("general"), discord.add_user("alice")
    message = await alice.post("React to this", general)
    async with running(discord, Bot(INTENTS)) as bot:
        await alice.react(message, THUMB)
        await discord.until(lambda: bot.reactions)
        discord.repeat(1)
        await discord.drop()
        await discord.until(lambda: "resumed" in bot.happened)
        await discord.until(lambda: len(bot.reactions) == 2)


async def test_a_new_session_is_told_again_what_still_stands(discord: DiscordServer) -> None:
    general, alice = discord.add_channel("general"), discord.add_user("alice")
    message = await alice.post("React to this", general)
    async with running(discord, Bot(INTENTS)) as bot:
        for emoji in (THUMB, "\U0001f389"):
            await alice.react(message, emoji)
        await alice.unreact(message, THUMB)
        await discord.until(lambda: len(bot.reactions) == 2)
        discord.repeat(10)
        await discord.invalidate()
        await discord.until(lambda: len(bot.reactions) == 3)
        assert str(bot.reactions[-1].emoji) == "\U0001f389", "the other one is gone"
        assert discord.discord.gateway.identified == 2
