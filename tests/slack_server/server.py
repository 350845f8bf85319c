"""A Slack on this machine: `async with SlackServer() as slack:`, then people act and apps answer.

A client is AsyncWebClient(token=slack.bot_token, base_url=slack.api_url), and a bolt app with that client is served
by AsyncSocketModeHandler(app, slack.app_token).

Left out: group conversations (mpim), scheduled messages, attachments, user tokens, shortcuts, tombstones of deleted
messages that were answered, and everything about canvases, lists and assistants.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from tests.chat_server.clock import Time
from tests.chat_server.server import ChatServer
from tests.slack_server import app_methods
from tests.slack_server.delivery import Timing
from tests.slack_server.front import Front, Request
from tests.slack_server.limits import RateLimits
from tests.slack_server.manifest import configure
from tests.slack_server.person import Person
from tests.slack_server.refusal import Json
from tests.slack_server.shapes import user_json
from tests.slack_server.slack import News, Slack
from tests.slack_server.sockets import Connection
from tests.slack_server.world import App, Channel, Group, Installation, Message, Team, User, World

SCOPES = frozenset(
    "commands chat:write reactions:read reactions:write im:write im:history users:read channels:read groups:read "
    "usergroups:read files:write".split()
)
EVENTS = frozenset(
    "message.im reaction_added reaction_removed member_joined_channel member_left_channel app_home_opened "
    "app_uninstalled tokens_revoked channel_archive group_archive".split()
)


class SlackServer(ChatServer):
    """A Slack with one workspace and one app that is installed there, to which more can be added.

    time: RealTime (default) or SimulatedTime. limits: Slack's own by default, RateLimits.none() for none.
    timing: how long an app may take to acknowledge, and when events are repeated. seed: of every chance.
    """

    def __init__(
        self,
        *,
        time: Time | None = None,
        limits: RateLimits | None = None,
        timing: Timing | None = None,
        scopes: Iterable[str] = SCOPES,
        seed: int = 1,
    ) -> None:
        self.slack = Slack(time, limits, timing, seed)
        self.front = Front(self.slack)
        super().__init__(self.slack, self.front)
        self.team = self.add_team("acme")
        self.app = self.add_app("Parley", scopes)
        owner = User(self.world.id("U"), "owner", self.team, "The Owner", owner=True)
        self.world.users[owner.id] = owner
        self.owner = Person(self.front, self.app, owner)
        self.installation = app_methods.install(self.slack, self.app, owner, self.app.scopes)

    async def stop(self) -> None:
        """Close everything."""
        await self.slack.hub.stop()
        await self.slack.clock.stop()
        await self.slack.requests.close()
        await self.slack.sockets.cut(self.connections)
        await super().stop()

    @property
    def world(self) -> World:
        """The state: users, channels, messages, by id."""
        return self.slack.world

    @property
    def api_url(self) -> str:
        """For AsyncWebClient(base_url=...)."""
        return f"{self.slack.url}/api/"

    @property
    def bot_token(self) -> str:
        """The first installation's."""
        return self.installation.token

    @property
    def app_token(self) -> str:
        """The first app's, for Socket Mode."""
        return next(iter(self.app.app_tokens))

    @property
    def bot(self) -> User:
        """The first installation's bot user."""
        return self.installation.bot

    @property
    def requests(self) -> list[Request]:
        """Every call of the Web API, oldest first."""
        return self.front.requests

    @property
    def connections(self) -> list[Connection]:
        """The open sockets."""
        return list(self.slack.sockets.connections)

    @property
    def acknowledged_after(self) -> list[float]:
        """Real seconds of every acknowledged payload, oldest first."""
        tries = (attempt for delivery in self.slack.hub.history for attempt in delivery.attempts)
        return [attempt.seconds for attempt in tries if not attempt.failure]

    @property
    def journal(self) -> list[News]:
        """Everything that could be seen to happen, oldest first."""
        return self.slack.journal

    def add_team(self, domain: str, *, enterprise: str | None = None) -> Team:
        """Another workspace, in an organisation or not."""
        team = Team(self.world.id("T"), domain.title(), domain, enterprise)
        self.world.teams[team.id] = team
        return team

    def add_app(self, name: str, scopes: Iterable[str] = SCOPES) -> App:
        """Another app, installed nowhere."""
        known = self.world.id("A")
        app = App(
            known,
            name,
            client_id=f"{len(self.world.apps) + 1}.{known.lower()}",
            client_secret=secrets.token_hex(16),
            signing_secret=secrets.token_hex(16),
            verification_token=secrets.token_hex(12),
            app_tokens={f"xapp-1-{known}-{secrets.token_hex(8)}": {"connections:write"}},
            scopes=set(scopes),
            events=set(EVENTS),
            commands={"/consensus": False},
        )
        self.world.apps[app.id] = app
        return app

    def configure(self, manifest: Json, app: App | None = None, *, optional: bool = True) -> None:
        """Make an app what its manifest says, its installations included; without its optional scopes perhaps."""
        wanted = app or self.app
        left_out = configure(wanted, manifest)
        for one in wanted.installations:
            one.scopes = set(wanted.scopes) if optional else wanted.scopes - left_out

    def install(
        self, installer: Person, app: App | None = None, *, whole_enterprise: bool = False, token: str = ""
    ) -> Installation:
        """Install an app in the installer's workspace, or in its whole organisation."""
        wanted = app or self.app
        return app_methods.install(
            self.slack, wanted, installer.user, wanted.scopes, whole_enterprise=whole_enterprise, token=token
        )

    def add_user(self, name: str, *, team: Team | None = None, app: App | None = None, **about: Any) -> Person:
        """Somebody new; `about` are User's fields: admin, guest, bot, deactivated, zone, direct_error ..."""
        fields = {"real_name": name.title()} | about
        user = User(self.world.id("U"), name, team or self.team, **fields)
        self.world.users[user.id] = user
        return Person(self.front, app or self.app, user)

    def person(self, user: str, app: App | None = None) -> Person:
        """Somebody by id, using another app perhaps."""
        return Person(self.front, app or self.app, self.world.users[user])

    def add_channel(
        self,
        name: str,
        members: Iterable[Person] = (),
        *,
        private: bool = False,
        bot: bool = True,
        team: Team | None = None,
        shared: bool = False,
    ) -> Channel:
        """A channel with these people; without the bot when `bot` is False."""
        inside = [one.id for one in members]
        home = team or self.team
        channel = Channel(self.world.id("C"), name, home, "group" if private else "channel", inside, shared=shared)
        if bot:
            channel.members += [one.bot.id for one in self.app.installations if one.team in (home, None)]
        self.world.channels[channel.id] = channel
        return channel

    def add_group(self, handle: str, users: Iterable[Person]) -> Group:
        """A user group."""
        group = Group(self.world.id("S"), handle, handle.title(), self.team, [one.id for one in users])
        self.world.groups[group.id] = group
        return group

    async def archive(self, channel: Channel) -> None:
        """Archive a channel."""
        channel.archived = True
        kind = "channel_archive" if channel.kind == "channel" else "group_archive"
        event = {"type": kind, "channel": channel.id, "user": self.owner.id, "event_ts": self.slack.stamp()}
        await asyncio.gather(*self.slack.publish(event, channel.team, channel))

    async def deactivate(self, person: Person) -> None:
        """Somebody's account ends; they are in no channel any more."""
        person.user.deactivated = True
        event = {"type": "user_change", "user": user_json(person.user), "event_ts": self.slack.stamp()}
        await asyncio.gather(*self.slack.publish(event, person.user.team))
        for channel in self.world.channels.values():
            if channel.kind != "im":
                await asyncio.gather(*self.slack.left(person.user, channel))

    def posts(self, channel: Channel) -> list[Message]:
        """What stands in a channel, threads included, oldest first."""
        return list(channel.messages)

    def use_http(self, *urls: str, app: App | None = None) -> None:
        """Send signed requests instead of using sockets, each to any of these addresses."""
        wanted = app or self.app
        wanted.request_urls, wanted.socket_mode = urls, False

    @property
    def on_the_way(self) -> bool:
        """See ChatServer."""
        return self.slack.hub.busy

    async def disconnect(self, reason: str = "refresh_requested", *, linger: float = 0.0, most: int = 10) -> None:
        """Slack's end of connections: "refresh_requested", "warning" or "link_disabled", or "" without a word."""
        wanted = self.connections[:most]
        if not reason:
            await self.slack.sockets.cut(wanted)
        else:
            await self.slack.sockets.disconnect(reason, wanted, linger)

    async def begin_outage(self, kind: str = "unavailable") -> None:
        """Nothing gets through until `end_outage`; what people do meanwhile is retried, then lost to the app.

        kind: "unavailable" (HTTP 503) or "unreachable" (connections are cut).
        """
        assert kind in {"unavailable", "unreachable"}, f"there is no outage {kind!r}"
        self.slack.hub.faults.outage = kind
        await self.slack.sockets.cut(self.connections)

    def end_outage(self) -> None:
        """Everything works again; nobody is connected yet."""
        self.slack.hub.faults.outage = ""

    def fail_next(
        self, method: str, error: str, *, times: int = 1, status: int = 200, retry_after: int | None = None
    ) -> None:
        """Let the next calls of a method fail with this error."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        planned = (method, status, {"ok": False, "error": error}, headers)
        self.front.failing += [planned] * times

    def garble_next(
        self, method: str, body: str, *, status: int, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        """Let something else answer the next call of a method, such as a proxy on the way."""
        self.front.garbled.append((method, web.Response(text=body, status=status, headers=headers, content_type=kind)))

    def slow_down(self, method: str, seconds: float) -> None:
        """Let every call of a method take so many real seconds longer; 0 ends it."""
        self.front.delays[method] = seconds

    def lose_answer(self, method: str) -> None:
        """Carry out the next call of a method, and cut the connection before its answer is sent."""
        self.front.lost_answers.append(method)
