"""The same chat on PostgreSQL, where transactions of several processes really overlap."""

from __future__ import annotations

import asyncio

import pytest

from bot.platform import Card, InChannel, MessageRef
from engine.errors import PlatformRefused
from tests.bot.web.conftest import Bot, serving

MESSAGES = 25


@pytest.mark.postgres
async def test_pages_of_two_busy_processes_miss_nothing(postgres_url: str) -> None:
    """Numbers are drawn in commit order: a page that has seen n has seen everything up to n."""
    bot = Bot()
    async with serving(postgres_url, bot) as one, serving(postgres_url, bot) as other:
        alice, bob = await one.page("Alice"), await other.page("Bob")
        for number in range(MESSAGES):
            await alice.send("say", place="channel", text=f"a{number}")
            await bob.send("say", place="channel", text=f"b{number}")
        for page in (alice, bob):
            await page.until(lambda page=page: len(page.texts()) == 2 * MESSAGES)  # type: ignore[misc]
        assert alice.texts() == bob.texts()
        assert [text for text in alice.texts() if text[0] == "a"] == [f"a{number}" for number in range(MESSAGES)]


@pytest.mark.postgres
async def test_cards_are_posted_once_and_replaced(postgres_url: str) -> None:
    async with serving(postgres_url, Bot()) as one, serving(postgres_url, Bot()) as other:
        alice = await one.page("Alice")
        both = await asyncio.gather(
            *(served.platform.send("k1", InChannel("web:demo"), Card("notice", "old", ())) for served in (one, other))
        )
        assert both[0] == both[1]
        await other.platform.edit(both[0], Card("notice", "new", ()))
        await alice.until(lambda: alice.texts() == ["new"])
        with pytest.raises(PlatformRefused):
            await other.platform.edit(MessageRef("web:demo", "nothing"), Card("notice", "new", ()))


@pytest.mark.postgres
async def test_one_action_sent_to_two_processes_at_once_is_shown_once(postgres_url: str) -> None:
    bot = Bot()
    async with serving(postgres_url, bot) as one, serving(postgres_url, bot) as other:
        pages = [await one.page("Alice"), await other.page("Alice")]
        answers = await asyncio.gather(*(p.do("say", "delivery-0001", place="direct", text="Tea") for p in pages))
        assert [answer["type"] for answer in answers] == ["ack", "ack"]
        assert {item.delivery for item in bot.heard} == {"web:alice/delivery-0001"}
        for page in pages:
            await page.until(lambda page=page: page.texts("direct") == ["Tea"])  # type: ignore[misc]
