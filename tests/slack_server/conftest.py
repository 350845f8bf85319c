"""A Slack per test, and a client of its bot."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.chat_server.clock import SimulatedTime
from tests.slack_server.server import SlackServer


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    """On a simulated clock, with Slack's own rate limits."""
    async with SlackServer(time=SimulatedTime()) as server:
        yield server


@pytest.fixture
def client(slack: SlackServer) -> AsyncWebClient:
    """The installed bot."""
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
