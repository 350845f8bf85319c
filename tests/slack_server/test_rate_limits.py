"""Slack's rate limits: one post a second and channel, tiers a minute, 429 with Retry-After."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server.server import SlackServer


async def test_one_post_a_second_and_channel(slack: SlackServer, client: AsyncWebClient) -> None:
    channel, other = slack.add_channel("general"), slack.add_channel("other")
    for number in range(slack.slack.limits.posts_burst):
        await client.chat_postMessage(channel=channel.id, text=str(number))
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=channel.id, text="too soon")
    answer = caught.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")
    await client.chat_postMessage(channel=other.id, text="elsewhere")
    assert not slack.violations
    await slack.advance(1)
    await client.chat_postMessage(channel=channel.id, text="in time")


async def test_not_waiting_is_held_against_the_app(slack: SlackServer, client: AsyncWebClient) -> None:
    channel = slack.add_channel("general")
    for number in range(slack.slack.limits.posts_burst):
        await client.chat_postMessage(channel=channel.id, text=str(number))
    for _ in range(2):
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel=channel.id, text="again")
    assert slack.violations_of("retry_after_ignored") == [f"chat.postMessage {channel.id}"]


async def test_a_tier_is_counted_by_the_minute(slack: SlackServer, client: AsyncWebClient) -> None:
    for _ in range(20):
        await client.users_list()
    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.users_list()
    await slack.advance(3)
    await client.users_list()


async def test_history_outside_the_marketplace(slack: SlackServer, client: AsyncWebClient) -> None:
    slack.slack.limits.history_outside_marketplace = True
    slack.installation.scopes |= {"channels:history"}
    channel = slack.add_channel("general")
    await client.conversations_history(channel=channel.id)
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(channel=channel.id)
    assert caught.value.response.headers["Retry-After"] == "60"
    await slack.advance(60)
    with pytest.raises(SlackApiError, match="invalid_limit"):
        await client.conversations_history(channel=channel.id, limit=16)
