"""Whoever took part in no round is forgotten in the browser's own chat as well."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp

from bot.main import application
from bot.settings import Settings
from tests.bot.web.conftest import Page


async def test_somebody_in_no_round_takes_their_words_out_of_the_chat(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path / 'parley.db'}", port=0)
    async with application(settings) as parley, AsyncExitStack() as stack:
        running = asyncio.create_task(parley.web.run(parley.handler))
        stack.callback(running.cancel)
        await parley.web.listening()
        browser = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))
        async with browser.get(parley.web.link("general", "Alice")) as answer:
            assert answer.status == 200
        alice = await stack.enter_async_context(Page(browser, parley.web, "general"))
        await alice.do("say", place="channel", text="Good morning")
        await alice.do("say", place="direct", text="I wonder what you are")

        asked = (await alice.do("command", place="channel", word="forget-me"))["reply"]["card"]
        assert "You gave nothing in any round." in words(asked)
        assert alice.texts() == ["Good morning"]
        done = (await alice.do("press", place="channel", action=asked["buttons"][0]["action"]))["reply"]["card"]
        assert "What you wrote in this chat is deleted." in words(done)
        await alice.until(lambda: alice.texts() == [] and alice.texts("direct") == [])


def words(card: dict[str, Any]) -> str:
    """Everything that a card says."""
    return " ".join(block.get("text", "") for block in card["blocks"])
