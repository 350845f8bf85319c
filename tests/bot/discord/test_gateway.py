"""What the gateway may do to the bot: tell twice, end a session, and leave it to find the way back.

Source: Discord's documentation, "Gateway": resuming, invalid sessions.
"""

from __future__ import annotations

import asyncio

import pytest
import yarl
from discord.gateway import DiscordWebSocket

from bot.discord.client import Backoff
from bot.discord.inbound import KEYCAPS
from bot.platform import Card, InChannel, MessageRef, Reacted, Text
from tests.bot.discord.conftest import Server
from tests.discord_server.sessions import GUILDS

pytestmark = pytest.mark.usefixtures("identifying_at_once")


async def heard_again(work: Server, begun: int = 1) -> None:
    await work.discord.until(lambda: work.discord.ready and work.discord.discord.gateway.identified == begun)
    await work.discord.quiet()


async def test_after_an_invalid_session_the_bot_finds_the_gateway_of_its_own_address(work: Server) -> None:
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("ws://127.0.0.1:9/")
    async with work.serving():
        await work.discord.invalidate()
        await work.discord.until(lambda: work.discord.discord.gateway.identified == 2, seconds=10)
        await work.discord.until(lambda: work.discord.ready)


def test_after_a_long_outage_the_bot_comes_back_within_a_minute() -> None:
    backoff = Backoff()
    waits = [backoff.delay() for _ in range(40)]
    assert all(0 <= one <= 60 for one in waits)
    assert min(waits[20:]) < max(waits[20:]), "not everybody comes at the same moment"


async def test_an_interaction_that_is_told_twice_is_answered_once(work: Server) -> None:
    async with work.serving():
        assert not (await work.people["alice"].command("consensus status", None, work.channel)).failure
        work.discord.repeat(10)
        await work.discord.drop()
        await work.discord.until(lambda: work.discord.discord.gateway.resumed == 1)
        await heard_again(work)
        await work.discord.invalidate()
        await work.discord.until(lambda: work.discord.discord.gateway.identified == 2, seconds=10)
        await heard_again(work, begun=2)
        assert len(work.heard) == 1
        assert not work.discord.violations


async def test_a_replayed_keycap_is_no_new_one(work: Server) -> None:
    async with work.serving():
        ref = await work.platform.send(
            "key", InChannel(work.id(work.channel)), Card("statement", "x", (Text("x"),), seeds=True)
        )
        message, alice = work.channel.messages[ref.message], work.people["alice"]
        await alice.react(message, KEYCAPS["3"])
        await work.discord.quiet()
        await alice.react(message, KEYCAPS["5"])
        await work.discord.until(lambda: KEYCAPS["3"] not in _held(work, ref, alice.id))
        await work.discord.quiet()
        before = len(work.heard)
        work.discord.repeat(30)
        await work.discord.drop()
        await work.discord.until(lambda: work.discord.discord.gateway.resumed == 1)
        await heard_again(work)
        await asyncio.sleep(0.05)
        assert _held(work, ref, alice.id) == {KEYCAPS["5"]}
        assert [one for one in work.heard[before:] if isinstance(one, Reacted)] == []


def _held(work: Server, ref: MessageRef, user: str) -> set[str]:
    return {emoji for emoji, users in work.channel.messages[ref.message].reactions.items() if user in users}


async def test_an_event_that_the_library_cannot_read_ends_nothing(work: Server) -> None:
    guild, gateway = work.discord.guild, work.discord.discord.gateway
    async with work.serving():
        gateway.publish("THREAD_CREATE", {"id": "1", "guild_id": guild.id}, GUILDS, guild.id)
        gateway.publish("GUILD_UPDATE", {"id": guild.id, "name": None}, GUILDS, guild.id)
        gateway.publish("SOMETHING_NEW", {"of": None}, GUILDS, guild.id)
        await work.discord.quiet()
        assert not (await work.people["alice"].command("consensus status", None, work.channel)).failure
        assert gateway.identified == 1
