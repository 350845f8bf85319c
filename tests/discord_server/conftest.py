"""A Discord per test, and discord.py's client of its bot."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.chat_server.clock import SimulatedTime
from tests.discord_server.server import DiscordServer


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    """On a simulated clock, with Discord's own rate limits; discord.py is pointed at it."""
    async with DiscordServer(time=SimulatedTime()) as server:
        with server.pointed():
            yield server
