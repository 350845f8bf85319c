"""The HTTP side: what a bolt app gets at its request URL, and the checks it passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server.server import SlackServer

BUTTON = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}],
}


class Site:
    """A bolt app on aiohttp. statuses: what to answer instead of what bolt says, one each."""

    def __init__(self, slack: SlackServer) -> None:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        self.app = AsyncApp(client=client, signing_secret=slack.app.signing_secret)
        self.statuses: list[int] = []
        self.requests: list[web.Request] = []
        self.heard: list[Any] = []
        self.app.event("message")(self.hear)
        self.app.command("/consensus")(self.command)
        self.app.action("go")(self.go)

    async def hear(self, body: Any) -> None:
        self.heard.append(body)

    async def command(self, ack: Any, body: Any) -> None:
        self.heard.append(body)
        await ack("Understood")

    async def go(self, ack: Any, body: Any) -> None:
        self.heard.append(body)
        await ack()

    async def serve(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        return await to_aiohttp_response(await self.app.async_dispatch(await to_bolt_request(request)))


@asynccontextmanager
async def serving(slack: SlackServer) -> AsyncIterator[Site]:
    site = Site(slack)
    application = web.Application()
    application.router.add_post("/slack/events", site.serve)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield site
    await runner.cleanup()


async def test_events_commands_and_actions_are_signed(slack: SlackServer) -> None:
    alice = slack.add_user("alice")
    channel = slack.add_channel("general", [alice])
    async with serving(slack) as site:
        assert await slack.slack.requests.verify_url(slack.app)
        assert not (await alice.say("hello")).failure
        await slack.until(lambda: site.heard)
        assert not (await alice.command("ask", channel)).failure
        await site.app.client.chat_postMessage(channel=channel.id, text="Card", blocks=[BUTTON])
        assert not (await alice.press("Go")).failure
    assert site.heard[0]["event"]["text"] == "hello"
    assert (site.heard[1]["command"], site.heard[1]["text"]) == ("/consensus", "ask")
    assert site.heard[2]["actions"][0]["action_id"] == "go"
    assert [one.text for one in alice.ephemerals] == ["Understood"]
    kinds = [one.content_type for one in site.requests]
    assert kinds == ["application/json"] * 2 + ["application/x-www-form-urlencoded"] * 2
    assert not slack.violations


async def test_a_failed_event_comes_again_with_its_number(slack: SlackServer) -> None:
    alice = slack.add_user("alice")
    async with serving(slack) as site:
        site.statuses = [500, 403]
        assert (await alice.say("hello")).failure == "http_error"
        await slack.advance(0)
        await slack.advance(60)
        await slack.until(lambda: site.heard)
    numbers = [one.headers.get("X-Slack-Retry-Num") for one in site.requests]
    assert numbers == [None, "1", "2"]
    assert site.requests[1].headers["X-Slack-Retry-Reason"] == "http_error"
    assert len(slack.violations_of("bad_status")) == 2


async def test_bolt_refuses_a_clock_that_is_wrong_and_a_wrong_secret(slack: SlackServer) -> None:
    alice = slack.add_user("alice")
    async with serving(slack) as site:
        slack.slack.requests.skew = -600
        assert (await alice.say("late")).failure == "http_error"
        slack.slack.requests.skew = 0
        slack.app.signing_secret = "another"
        assert (await alice.say("forged")).failure == "http_error"
        assert site.heard == []
