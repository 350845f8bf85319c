"""Calls that can wait keep to Slack's tiers from the first one on, and leave room for those that cannot.

Sources: Slack's documentation of rate limits (tiers a minute and method; 429 with Retry-After), and its notice of May
2025 (one page of history a minute, of 15 messages, for apps outside the Marketplace).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.calls import PATIENCE, Calls
from bot.slack.history import messages
from bot.slack.pacing import RARELY, Bucket
from tests.chat_server.clock import SimulatedTime
from tests.fakes.clock import FakeClock
from tests.slack_server.limits import RateLimits
from tests.slack_server.server import SlackServer
from tests.slack_server.world import Message


@dataclass
class Limited:
    """A Slack with its limits, a message in it, and calls for which time passes only while they wait."""

    slack: SlackServer
    clock: FakeClock
    message: Message
    calls: Calls = field(init=False)

    def __post_init__(self) -> None:
        client = AsyncWebClient(token=self.slack.bot_token, base_url=self.slack.api_url, retry_handlers=[])
        self.calls = Calls(client, self._pass)

    async def _pass(self, seconds: float) -> None:
        self.clock.pass_(seconds)
        await asyncio.sleep(0)

    async def react(self, *, can_wait: bool, patience: float = PATIENCE) -> None:
        """Read who reacted."""
        where = {"channel": self.message.channel.id, "timestamp": self.message.ts}
        await self.calls(self.calls.client.reactions_get, patience=patience, can_wait=can_wait, **where)

    def refused(self) -> int:
        """How many calls Slack asked to wait."""
        return len([one for one in self.slack.requests if one.status == 429])


@pytest.fixture
async def limited(request: pytest.FixtureRequest) -> AsyncIterator[Limited]:
    clock = FakeClock()
    limits = RateLimits(history_outside_marketplace=getattr(request, "param", False))
    async with SlackServer(time=SimulatedTime(clock), limits=limits) as slack:
        alice = slack.add_user("alice")
        await alice.say("Hello.")
        yield Limited(slack, clock, alice.messages[0])


async def test_calls_that_can_wait_are_never_asked_to(limited: Limited) -> None:
    begun = limited.clock.now()
    for _ in range(150):
        await limited.react(can_wait=True)
    assert limited.refused() == 0
    assert limited.clock.now() - begun == pytest.approx(130 / 30 * 60, rel=0.05), "and waste no more than half of it"


async def test_calls_that_somebody_waits_for_go_first_and_find_room(limited: Limited) -> None:
    for _ in range(30):
        await limited.react(can_wait=True)
    begun = limited.clock.now()
    for _ in range(15):
        await limited.react(can_wait=False, patience=0.0)
    assert limited.clock.now() == begun
    for _ in range(30):
        await limited.react(can_wait=True)
    assert limited.refused() == 0


@pytest.mark.parametrize("limited", [True], indirect=True)
async def test_pages_of_history_outside_the_marketplace_are_read_once_a_minute(limited: Limited) -> None:
    channel, history = limited.message.channel.id, limited.calls.client.conversations_history
    begun = limited.clock.now()
    for _ in range(30):
        read = messages(limited.calls, history, can_wait=True, channel=channel)
        assert len([one async for one in read]) == 1
    assert limited.refused() <= 5, "found out, and tried again ever more rarely"
    assert not limited.slack.violations_of("retry_after_ignored")
    assert limited.clock.now() - begun <= 36 * RARELY
    assert len([one for one in limited.slack.requests if one.answer.get("error") == "invalid_limit"]) == 1


async def test_history_that_was_taken_for_rare_by_mistake_is_read_quickly_again(limited: Limited) -> None:
    channel, history = limited.message.channel.id, limited.calls.client.conversations_history
    await limited.calls(history, channel=channel)
    limited.slack.fail_next("conversations.history", "ratelimited", status=429, retry_after=10)
    begun = limited.clock.now()
    for _ in range(40):
        await limited.calls(history, patience=PATIENCE, can_wait=True, channel=channel)
    assert limited.clock.now() - begun < 10 * RARELY
    assert limited.refused() == 1


@given(
    st.lists(st.tuples(st.floats(0.0, 30.0), st.booleans()), max_size=200),
    st.sampled_from([20.0, 50.0, 100.0]),
)
def test_what_can_wait_makes_in_no_minute_more_calls_than_the_tier(
    acts: list[tuple[float, bool]], a_minute: float
) -> None:
    bucket, now = Bucket(a_minute, 0.0), 0.0
    lately: deque[float] = deque()
    for passed, can_wait in acts:
        now += passed
        if can_wait:
            now += bucket.wait(now)
            lately.append(now)
            while lately[0] <= now - 60.0:
                lately.popleft()
            assert len(lately) <= a_minute
        bucket.called(now)
