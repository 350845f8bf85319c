"""Discord's limit over all routes: fifty requests a second, answers to interactions not counted.

Source: Discord's documentation of rate limits.
"""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.discord.pace import bucket_of
from bot.platform import Card, InChannel, Text
from tests.bot.discord.conftest import Server

CARD = Card("notice", "Hello", (Text("Hello there."),))
MESSAGES = ("POST", "/channels/{channel}/messages")


@pytest.mark.parametrize("work", [{"limits": True}], indirect=True)
async def test_fifty_requests_a_second_and_answers_beside_them(work: Server) -> None:
    channels = [work.discord.add_channel(f"team{number}") for number in range(70)]
    work.platform = work.made(pace=0.25)
    async with work.serving():
        await asyncio.sleep(1.0)
        begun = time.monotonic()
        sending = [work.platform.send(f"{one.id}", InChannel(work.id(one)), CARD) for one in channels]
        everything = asyncio.ensure_future(asyncio.gather(*sending))
        await work.discord.until(lambda: len(work.discord.asked(*MESSAGES)) > 40)
        assert not everything.done()
        told = await work.people["alice"].command("consensus status", None, work.channel)
        assert not told.failure
        assert not everything.done(), "an answer does not stand in the queue"
        await everything
    assert 1.0 < time.monotonic() - begun < 3.0
    assert work.discord.discord.meter.refused == 0


@pytest.mark.parametrize("work", [{"limits": True}], indirect=True)
async def test_while_every_route_is_closed_nothing_is_asked(work: Server) -> None:
    channels = [work.discord.add_channel(f"team{number}") for number in range(4)]
    work.platform = work.made(pace=0.25)
    async with work.serving():
        work.discord.close_bucket(*MESSAGES, 0.4, scope="global")
        first = asyncio.ensure_future(work.platform.send("first", InChannel(work.id(channels[0])), CARD))
        await work.discord.until(lambda: work.discord.discord.meter.refused)
        await asyncio.gather(*(work.platform.send(one.id, InChannel(work.id(one)), CARD) for one in channels[1:]))
        await first
    assert work.discord.discord.meter.refused == 1


@pytest.mark.parametrize("work", [{"limits": True}], indirect=True)
async def test_who_waits_for_a_route_that_refused_one_does_not_ask_before_it_opens(work: Server) -> None:
    work.platform = work.made(pace=0.25)
    work.discord.discord.meter.limits.buckets["POST /channels/{channel_id}/messages"] = (20, 5.0)
    async with work.serving():
        here = InChannel(work.id(work.channel))
        await work.platform.send("before", here, CARD)
        work.discord.close_bucket(*MESSAGES, 0.4, scope="shared")
        first = asyncio.ensure_future(work.platform.send("first", here, CARD))
        await work.discord.until(lambda: work.discord.discord.meter.refused)
        await asyncio.sleep(0.05)
        await asyncio.gather(*(work.platform.send(f"{number}", here, CARD) for number in range(2)), first)
    assert work.discord.discord.meter.refused == 1


def test_a_bucket_is_a_route_with_its_channel() -> None:
    message = "/api/v10/channels/5/messages/6"
    assert bucket_of("PATCH", message) == bucket_of("PATCH", "/api/v10/channels/5/messages/7")
    assert bucket_of("PATCH", message) != bucket_of("PATCH", "/api/v10/channels/6/messages/7")
    assert bucket_of("PATCH", message) != bucket_of("DELETE", message)
    on, off = f"{message}/reactions/1%EF%B8%8F/@me", f"{message}/reactions/2%EF%B8%8F/99"
    assert bucket_of("PUT", on) == bucket_of("DELETE", off) != bucket_of("GET", off)
