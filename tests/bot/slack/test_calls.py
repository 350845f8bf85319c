"""Calls of Slack's Web API honour what Slack asks them to wait, together.

Source: Slack's documentation of rate limits: an app that gets 429 makes no further call of that method in that
workspace until Retry-After is over.
"""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from typing import Any

import pytest

from bot.slack.calls import Calls
from engine.errors import PlatformUnavailable


class LimitedClient:
    """A client whose method is refused with 429 as often as told, and otherwise takes one call at a time."""

    def __init__(self, retry_after: float, refusals: int) -> None:
        self.retry_after = retry_after
        self.refusals = refusals
        self.called: list[float] = []
        self.open_until = 0.0
        self.together = self.most_together = 0

    async def chat_update(self, **_: Any) -> Any:
        """Refuse while there are refusals left."""
        from slack_sdk.errors import SlackApiError
        from slack_sdk.web.async_slack_response import AsyncSlackResponse

        self.called.append(time.monotonic())
        refused = self.refusals > 0
        self.refusals -= refused
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        await asyncio.sleep(0.01)
        self.together -= 1
        answer = AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url="chat.update",
            req_args={},
            data={"ok": not refused, **({"error": "ratelimited"} if refused else {})},
            headers={"Retry-After": str(self.retry_after)} if refused else {},
            status_code=429 if refused else 200,
        )
        if refused:
            raise SlackApiError("limited", answer)  # type: ignore[no-untyped-call]
        return answer


@pytest.fixture(autouse=True)
def short_spacing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.calls.SPACING", 0.05)


async def test_what_one_call_is_asked_to_wait_every_call_of_the_method_waits() -> None:
    client = LimitedClient(retry_after=0.2, refusals=1)
    calls = Calls(client)  # type: ignore[arg-type]
    first = asyncio.create_task(calls(client.chat_update, patience=5.0))
    await asyncio.sleep(0.1)
    await asyncio.gather(first, *(calls(client.chat_update, patience=5.0) for _ in range(5)))
    refused, *others = client.called
    assert len(others) == 6
    assert min(others) - refused >= 0.2
    assert all(later - earlier >= 0.05 for earlier, later in pairwise(others)), "and they go on at an even pace"
    assert client.most_together == 1, "no crowd runs into the limit again when the wait is over"


async def test_without_a_wait_calls_are_made_side_by_side() -> None:
    client = LimitedClient(retry_after=0.0, refusals=0)
    calls = Calls(client)  # type: ignore[arg-type]
    await asyncio.gather(*(calls(client.chat_update) for _ in range(5)))
    assert client.most_together == 5


async def test_who_has_no_patience_is_told_how_long_without_a_call() -> None:
    client = LimitedClient(retry_after=30, refusals=1)
    calls = Calls(client)  # type: ignore[arg-type]
    for _ in range(3):
        with pytest.raises(PlatformUnavailable) as raised:
            await calls(client.chat_update, patience=10.0)
        assert raised.value.retry_after == pytest.approx(30, abs=1)
    assert len(client.called) == 1


async def test_who_stands_behind_longer_than_their_patience_is_told_so() -> None:
    client = LimitedClient(retry_after=0.3, refusals=3)
    calls = Calls(client)  # type: ignore[arg-type]
    patient = asyncio.create_task(calls(client.chat_update, patience=60.0))
    await asyncio.sleep(0.05)
    with pytest.raises(PlatformUnavailable):
        await calls(client.chat_update, patience=0.4)
    assert (await patient)["ok"]
    assert (await calls(client.chat_update))["ok"], "and the way is free again"
