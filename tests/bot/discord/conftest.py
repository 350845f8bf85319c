"""A Discord with three people in a channel, and a bot whose handler is a script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from bot.discord.ids import ours
from bot.discord.platform import DiscordPlatform
from tests.chat_server.clock import SimulatedTime
from tests.chat_server.workplace import ScriptedBot
from tests.discord_server.limits import RateLimits
from tests.discord_server.person import Person
from tests.discord_server.server import BOT_RIGHTS, DiscordServer
from tests.discord_server.sessions import GUILD_MEMBERS
from tests.discord_server.world import Channel
from tests.fakes.clock import FakeClock


@dataclass
class Server(ScriptedBot):
    """What a test of the platform stands on."""

    discord: DiscordServer
    clock: FakeClock
    people: dict[str, Person]
    channel: Channel
    platform: DiscordPlatform
    gone: list[tuple[str, ...]] = field(default_factory=list)
    others: list[DiscordPlatform] = field(default_factory=list)

    def id(self, of: Person | Channel) -> str:
        """Our id of somebody, or of a channel."""
        return ours(of.id)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """The platform runs."""
        async with self.serves(self.platform):
            yield

    def made(self, **more: Any) -> DiscordPlatform:
        """Another process's platform of the same bot."""

        async def gone(channels: tuple[str, ...]) -> None:
            self.gone.append(channels)

        given: dict[str, Any] = {
            "pace": 0.0,
            "pause": partial(self.wait, self.clock),
            "gone": gone,
            "ready_wait": 0.02,
            **more,
        }
        token = given.pop("token", self.discord.token)
        platform = DiscordPlatform(token, clock=self.clock, api_url=self.discord.api_url, **given)
        self.others.append(platform)
        return platform


@pytest.fixture
async def work(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """A server; `limits`, `members` and `rights` through indirect parameters where a test needs them."""
    wanted = getattr(request, "param", {})
    clock = FakeClock()
    limits = RateLimits() if wanted.get("limits") else RateLimits.none()
    privileged = GUILD_MEMBERS if wanted.get("members") else 0
    rights = wanted.get("rights", BOT_RIGHTS)
    async with DiscordServer(
        time=SimulatedTime(clock), limits=limits, privileged=privileged, bot_rights=rights
    ) as discord:
        people = {name: discord.add_user(name) for name in ("alice", "bob")}
        moderators = discord.add_role("Moderators")
        people["maria"] = discord.add_user("maria", roles=[moderators])
        channel = discord.add_channel("general")
        made = Server(discord, clock, people, channel, None)  # type: ignore[arg-type]
        with discord.pointed():
            made.platform = made.made(moderators=frozenset({"moderators"}), members=bool(wanted.get("members")))
            yield made
            for one in made.others:
                await one.close()
