"""Rate limits as Discord tells them, and as discord.py keeps to them.

Source: Discord's documentation of rate limits; reactions are added about once in 250 ms.
"""

from __future__ import annotations

import asyncio
import time

import aiohttp
import discord as library
import pytest

from tests.discord_server.limits import RateLimits
from tests.discord_server.playing import Bot, running
from tests.discord_server.server import DiscordServer


async def test_discord_py_adds_seven_reactions_within_the_limit(discord: DiscordServer) -> None:
    general = discord.add_channel("general")
    async with running(discord, Bot(library.Intents(guilds=True))) as bot:
        place = bot.get_channel(int(general.id))
        assert isinstance(place, library.TextChannel)
        said = await place.send("Statement")
        begun = time.monotonic()
        for digit in range(1, 5):
            await said.add_reaction(f"{digit}\ufe0f\u20e3")
        assert time.monotonic() - begun > 3 * 0.24
        assert discord.discord.meter.refused == 0, "the headers told it when to go on"


async def test_too_many_at_once_are_told_to_wait_and_through_whom(discord: DiscordServer) -> None:
    general = discord.add_channel("general")
    headers = {"Authorization": f"Bot {discord.token}"}
    url = f"{discord.api_url}/channels/{general.id}/messages"
    async with aiohttp.ClientSession(headers=headers) as session:
        for number in range(5):
            async with session.post(url, json={"content": str(number)}) as answer:
                assert answer.status == 200
                assert answer.headers["X-RateLimit-Limit"] == "5"
                assert answer.headers["X-RateLimit-Bucket"]
        async with session.post(url, json={"content": "6"}) as answer:
            assert answer.status == 429
            assert answer.headers["Via"]
            assert answer.headers["X-RateLimit-Remaining"] == "0"
            told = await answer.json()
            assert 0 < told["retry_after"] <= 5
            assert told["global"] is False
        async with session.get(url) as answer:
            assert answer.status == 200, "another route has another bucket"


async def test_the_global_limit_is_fifty_a_second(discord: DiscordServer) -> None:
    headers = {"Authorization": f"Bot {discord.token}"}
    discord.discord.meter.limits.buckets["GET /users/@me"] = (1_000, 1.0)
    statuses, scope = [], None
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(52):
            async with session.get(f"{discord.api_url}/users/@me") as answer:
                statuses.append(answer.status)
                scope = answer.headers.get("X-RateLimit-Scope")
    assert statuses.count(200) == 50
    assert scope == "global"


async def test_too_many_invalid_requests_are_cut_off_without_via() -> None:
    async with DiscordServer(limits=RateLimits(invalid=3)) as discord, aiohttp.ClientSession() as session:
        for _ in range(3):
            async with session.get(f"{discord.api_url}/users/@me") as answer:
                assert answer.status == 401
        async with session.get(f"{discord.api_url}/users/@me") as answer:
            assert answer.status == 429
            assert "Via" not in answer.headers


@pytest.mark.parametrize("on", [True, False])
async def test_limits_can_be_switched_off(on: bool) -> None:
    limits = RateLimits() if on else RateLimits.none()
    async with DiscordServer(limits=limits) as discord:
        general = discord.add_channel("general")
        headers = {"Authorization": f"Bot {discord.token}"}
        url = f"{discord.api_url}/channels/{general.id}/messages"
        statuses = []
        async with aiohttp.ClientSession(headers=headers) as session:
            for number in range(6):
                async with session.post(url, json={"content": str(number)}) as answer:
                    statuses.append(answer.status)
        assert statuses[-1] == (429 if on else 200)


async def test_a_closed_bucket_takes_nothing_and_a_shared_one_is_no_fault_of_the_app(discord: DiscordServer) -> None:
    general = discord.add_channel("general")
    headers = {"Authorization": f"Bot {discord.token}"}
    url = f"{discord.api_url}/channels/{general.id}/messages"
    discord.close_bucket("POST", "/channels/{channel}/messages", 0.2, scope="shared")
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(2):
            async with session.post(url, json={"content": "too early"}) as answer:
                assert (answer.status, answer.headers["X-RateLimit-Scope"]) == (429, "shared")
                assert 0 < (await answer.json())["retry_after"] <= 0.2
        async with session.get(url) as answer:
            assert answer.status == 200, "another bucket is open"
        discord.close_bucket("GET", "/channels/{channel}/messages", 0.2, scope="global")
        async with session.get(url) as answer:
            assert (answer.status, answer.headers["X-RateLimit-Global"]) == (429, "true")
        async with session.get(f"{discord.api_url}/users/@me") as answer:
            assert answer.status == 429, "every route is closed"
        await asyncio.sleep(0.25)
        async with session.post(url, json={"content": "now"}) as answer:
            assert answer.status == 200
    assert len(discord.discord.meter.invalid) == 2, "the shared ones do not count"
    assert [one.closed > 0 for one in discord.requests] == [True, True, False, True, True, False]
