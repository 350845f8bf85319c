"""A Slack with three people in a channel, and a bot whose handler is a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.platform import Done, Inbound, Reply
from bot.slack.ids import ours
from bot.slack.platform import SlackPlatform
from tests.chat_server.clock import SimulatedTime
from tests.fakes.clock import FakeClock
from tests.slack_server.limits import RateLimits
from tests.slack_server.person import Person
from tests.slack_server.server import SCOPES, SlackServer
from tests.slack_server.world import Channel


@dataclass
class Workplace:
    """What a test of the platform stands on. pauses: the seconds for which the platform wanted to wait."""

    slack: SlackServer
    clock: FakeClock
    people: dict[str, Person]
    channel: Channel
    platform: SlackPlatform
    heard: list[Inbound] = field(default_factory=list)
    reply: Callable[[Inbound], Reply] = lambda _: Done()
    pauses: list[float] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    async def handle(self, item: Inbound) -> Reply:
        """The platform's handler: notes the item and replies by the script."""
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        self.heard.append(item)
        return self.reply(item)

    def id(self, of: Person | Channel) -> str:
        """Our id of somebody, or of the channel."""
        return ours(self.slack.team.id, of.id)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """The platform runs."""
        task = asyncio.create_task(self.platform.run(self.handle))
        listening = asyncio.create_task(self.platform.listening())
        await asyncio.wait([task, listening], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            listening.cancel()
            await task
        if self.slack.app.request_url is None:
            await self.slack.until(lambda: self.slack.connections)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def made(self, **more: object) -> SlackPlatform:
        """Another process's platform for the same workspace."""

        async def pause(seconds: float) -> None:
            self.pauses.append(seconds)
            self.clock.pass_(seconds)
            await asyncio.sleep(0)

        given = {"app_token": self.slack.app_token, "pace": 0.0, **more}
        token = given.pop("bot_token", self.slack.bot_token)
        return SlackPlatform(
            token,  # type: ignore[arg-type]
            clock=self.clock,
            base_url=self.slack.api_url,
            pause=pause,
            **given,  # type: ignore[arg-type]
        )


@pytest.fixture
async def work(request: pytest.FixtureRequest) -> AsyncIterator[Workplace]:
    """A workplace; mark a test with `limits` or `history` through indirect parameters where it needs them."""
    wanted = getattr(request, "param", {})
    clock = FakeClock()
    scopes = SCOPES | ({"channels:history", "groups:history"} if wanted.get("history") else set())
    limits = RateLimits() if wanted.get("limits") else RateLimits.none()
    async with SlackServer(time=SimulatedTime(clock), limits=limits, scopes=scopes) as slack:
        people = {name: slack.add_user(name) for name in ("alice", "bob")}
        people["maria"] = slack.add_user("maria", admin=True, zone="Europe/Berlin")
        channel = slack.add_channel("general", people.values())
        made = Workplace(slack, clock, people, channel, None)  # type: ignore[arg-type]
        made.platform = made.made()
        yield made
