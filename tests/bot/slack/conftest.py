"""A Slack with three people in a channel, and a bot whose handler is a script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest

from bot.slack.ids import ours
from bot.slack.platform import SlackPlatform
from tests.chat_server.clock import SimulatedTime
from tests.chat_server.workplace import ScriptedBot
from tests.fakes.clock import FakeClock
from tests.slack_server.limits import RateLimits
from tests.slack_server.person import Person
from tests.slack_server.server import SCOPES, SlackServer
from tests.slack_server.world import Channel


@dataclass
class Workplace(ScriptedBot):
    """What a test of the platform stands on."""

    slack: SlackServer
    clock: FakeClock
    people: dict[str, Person]
    channel: Channel
    platform: SlackPlatform

    def id(self, of: Person | Channel) -> str:
        """Our id of somebody, or of the channel."""
        return ours(self.slack.team.id, of.id)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """The platform runs."""
        async with self.serves(self.platform):
            if self.slack.app.request_url is None:
                await self.slack.until(lambda: self.slack.connections)
            yield

    def made(self, **more: object) -> SlackPlatform:
        """Another process's platform for the same workspace."""
        given = {"app_token": self.slack.app_token, "pace": 0.0, **more}
        token = given.pop("bot_token", self.slack.bot_token)
        return SlackPlatform(
            token,  # type: ignore[arg-type]
            clock=self.clock,
            base_url=self.slack.api_url,
            pause=partial(self.wait, self.clock),
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
