"""A Discord on this machine: `async with DiscordServer() as discord:`, then people act and the app answers.

discord.py runs against it unmodified but for its addresses:

    with discord.pointed():      # Route.BASE and DiscordWebSocket.DEFAULT_GATEWAY, put back afterwards
        client = AutoShardedClient(intents=..., guild_ready_timeout=0.05)
        await client.start(discord.token)

What a client can rely on, and what it must not do (each as on Discord):

- addresses: `discord.api_url` is Route.BASE ("http://127.0.0.1:P/api/v10"), `discord.gateway_url` the gateway
  ("ws://127.0.0.1:P/gateway"), which GET /gateway/bot and READY's resume_gateway_url name, too.
- intents: no privileged one is on (`privileged=` switches some on); identifying with another closes with 4014, a
  wrong token with 4004 (REST: 401). Without them a guild's messages come with empty content unless they mention the
  bot, members are not listed (GET members: 403 50001) and no GUILD_MEMBER_REMOVE comes.
- an interaction is answered once within three real seconds (then 404 10062, twice 400 40060) and its token lives
  fifteen minutes of the server's clock (then 401 50027). The first follow-up after "thinking" takes its place.
- a message is made once per nonce (at most 25 characters) with enforce_nonce, for five minutes of that clock.
- rate limits are in real seconds, because discord.py sleeps in real seconds (`client_now` names another clock where
  its event loop lives in one); RateLimits.none() switches them off.
- every 400 is written down in `violations`, as is an act that got no answer in time.
- an emoji is sent in full: a keycap is digit, U+FE0F, U+20E3; more than twenty on a message are 30010.
- discord.py waits `guild_ready_timeout` (2 s by default) after the last GUILD_CREATE before on_ready, and 5 s before
  a new IDENTIFY that is not the first (override `before_identify_hook`).

Left out: voice, webhooks of channels, polls, stickers, automatic moderation, audit logs, system messages, message
search, zstd-stream, HTTP interactions, user-installed apps, and people with other numbers of shards than asked for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.chat_server.clock import Time
from tests.chat_server.server import ChatServer
from tests.discord_server import rights
from tests.discord_server.front import BASE, Front, Request
from tests.discord_server.happenings import Discord, News
from tests.discord_server.limits import RateLimits
from tests.discord_server.person import Person
from tests.discord_server.sessions import Connection, Timing
from tests.discord_server.world import TEXT, App, Channel, Guild, Member, Message, Overwrite, Role, User, World

BOT_RIGHTS = rights.EVERYBODY | rights.MANAGE_MESSAGES
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.G00000.a-token-for-tests-only"


class DiscordServer(ChatServer):
    """A Discord with one guild and one app whose bot is in it.

    time: RealTime (default) or SimulatedTime. limits: Discord's own by default, RateLimits.none() for none.
    timing: what takes how long. privileged: bits of the privileged intents that are on for the app. rights: what the
    bot's own role allows it in the guild. shards: how many GET /gateway/bot recommends. client_now: the clock in which
    the client sleeps, seconds.
    """

    def __init__(
        self,
        *,
        time: Time | None = None,
        limits: RateLimits | None = None,
        timing: Timing | None = None,
        privileged: int = 0,
        bot_rights: int = BOT_RIGHTS,
        shards: int = 1,
        client_now: Callable[[], float] | None = None,
    ) -> None:
        self.discord = Discord(time, limits, timing, TOKEN, client_now)
        self.discord.app.privileged = privileged
        self.discord.gateway.shards = shards
        self.front = Front(self.discord)
        super().__init__(self.discord, self.front)
        self.owner = Person(self.discord, self.app.owner)
        self.guild = self.add_guild("Acme", bot_rights=bot_rights)

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1."""
        await super().start(port)
        self.discord.gateway.url = self.gateway_url

    async def stop(self) -> None:
        """Close everything."""
        await self.discord.gateway.stop()
        await self.discord.clock.stop()
        await super().stop()

    @contextlib.contextmanager
    def pointed(self) -> Iterator[None]:
        """Point discord.py here, for as long as the block lasts."""
        import yarl
        from discord.gateway import DiscordWebSocket
        from discord.http import Route

        before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = self.api_url, yarl.URL(self.gateway_url)
        try:
            yield
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before

    @property
    def world(self) -> World:
        """The state: users, guilds, channels, by id."""
        return self.discord.world

    @property
    def app(self) -> App:
        """The app."""
        return self.discord.app

    @property
    def bot(self) -> User:
        """The app's bot user."""
        return self.discord.app.bot

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.discord.app.token

    @property
    def api_url(self) -> str:
        """For Route.BASE."""
        return f"{self.discord.url}{BASE}"

    @property
    def gateway_url(self) -> str:
        """For DiscordWebSocket.DEFAULT_GATEWAY."""
        return f"{self.discord.url.replace('http://', 'ws://')}/gateway"

    @property
    def requests(self) -> list[Request]:
        """Every REST call, oldest first."""
        return self.front.requests

    @property
    def connections(self) -> list[Connection]:
        """The open gateway sockets."""
        return list(self.discord.gateway.connections)

    @property
    def ready(self) -> bool:
        """True when every shard is identified, connected, and not about to lose its connection."""
        sessions = self.discord.gateway.sessions.values()
        there = {one.shard for one in sessions if one.connection is not None and not one.connection.leaving}
        return len(there) == self.discord.gateway.shards

    @property
    def journal(self) -> list[News]:
        """Everything that could be seen to happen, oldest first."""
        return self.discord.journal

    def asked(self, method: str, route: str = "") -> list[Request]:
        """The requests of a method to a route such as "/channels/{channel}/messages"."""
        return [one for one in self.requests if one.method == method and route in ("", one.route)]

    def add_guild(self, name: str, *, bot: bool = True, bot_rights: int = BOT_RIGHTS) -> Guild:
        """Another guild, with the owner and, unless `bot` is False, the bot and its role."""
        guild = Guild(self.world.id(), name, self.app.owner.id)
        guild.roles[guild.id] = Role(guild.id, "@everyone", rights.EVERYBODY, position=0)
        guild.members[self.app.owner.id] = Member(self.app.owner, joined=self.discord.now())
        self.world.guilds[guild.id] = guild
        if bot:
            self.add_bot(guild, bot_rights)
        return guild

    def add_bot(self, guild: Guild, bot_rights: int = BOT_RIGHTS) -> None:
        """Bring the bot into a guild, with its own role."""
        role = Role(self.world.id(), "Parley", bot_rights, managed=True)
        guild.roles[role.id] = role
        self.discord.joined(guild, self.bot, [role.id])

    def add_role(self, name: str, permissions: int = 0, *, guild: Guild | None = None, **about: Any) -> Role:
        """A role; `about` are Role's fields."""
        home = guild or self.guild
        role = Role(self.world.id(), name, permissions, position=len(home.roles), **about)
        home.roles[role.id] = role
        return role

    def add_user(
        self, name: str, *, guild: Guild | None = None, roles: Iterable[Role] = (), inside: bool = True, **about: Any
    ) -> Person:
        """Somebody new, in the guild unless `inside` is False; `about` are User's fields: closed, bot, locale."""
        user = User(self.world.id(), name, about.pop("shown", name.title()), **about)
        self.world.users[user.id] = user
        if inside:
            self.discord.joined(guild or self.guild, user, [one.id for one in roles])
        return Person(self.discord, user)

    def person(self, user: str) -> Person:
        """Somebody by id."""
        return Person(self.discord, self.world.users[user])

    def add_channel(
        self,
        name: str,
        *,
        kind: int = TEXT,
        guild: Guild | None = None,
        overwrites: dict[str, Overwrite] | None = None,
        parent: Channel | None = None,
    ) -> Channel:
        """A channel of a guild, or a thread that somebody began in the channel `parent`."""
        home, born = guild or self.guild, self.discord.now()
        channel = Channel(self.world.id(), kind, name, home, parent, overwrites=overwrites or {}, born=born)
        self.world.channels[channel.id] = home.channels[channel.id] = channel
        self.discord.channel_changed(channel, "CREATE")
        return channel

    def remove_channel(self, channel: Channel) -> None:
        """Delete a channel or thread, as a moderator does, with the threads that hang on it."""
        assert channel.guild is not None
        for thread in [one for one in channel.guild.channels.values() if one.parent is channel]:
            self.remove_channel(thread)
        self.discord.channel_changed(channel, "DELETE")
        del channel.guild.channels[channel.id], self.world.channels[channel.id]

    def overwrite(self, channel: Channel, whom: Role | Person | User, *, allow: int = 0, deny: int = 0) -> None:
        """What a channel allows or denies somebody, from now on."""
        known = whom.id
        channel.overwrites[known] = Overwrite(0 if isinstance(whom, Role) else 1, allow, deny)
        self.discord.channel_changed(channel, "UPDATE")

    def posts(self, channel: Channel) -> list[Message]:
        """What stands in a channel, oldest first."""
        return channel.said

    @property
    def on_the_way(self) -> bool:
        """See ChatServer."""
        return self.discord.gateway.busy

    async def reconnect(self) -> None:
        """Ask every client to reconnect (op 7)."""
        await self.discord.gateway.reconnect()

    async def invalidate(self, *, resumable: bool = False) -> None:
        """End every session (op 9)."""
        await self.discord.gateway.invalidate(resumable=resumable)

    async def drop(self, code: int | None = None) -> None:
        """Close every gateway socket, with a code or without a word; sessions can be resumed."""
        await self.discord.gateway.cut(code)

    def repeat(self, events: int) -> None:
        """From now on so many of the last events come again: after RESUME under their numbers, after IDENTIFY anew.

        Reactions come anew only as far as they still stand, or are still gone.
        """
        self.discord.gateway.repeated = events

    def forget_sessions(self) -> None:
        """No session can be resumed any more: the next RESUME is answered with op 9."""
        self.discord.gateway.sessions.clear()

    def hold(self) -> None:
        """Keep events back until `release`."""
        self.discord.gateway.hold()

    def release(self) -> None:
        """Send what was held."""
        self.discord.gateway.release()

    async def begin_outage(self, kind: str = "unavailable") -> None:
        """Nothing gets through until `end_outage`.

        kind: "unavailable" (HTTP 503) or "unreachable" (connections are cut).
        """
        assert kind in {"unavailable", "unreachable"}, f"there is no outage {kind!r}"
        self.front.outage_kind = kind
        await self.discord.gateway.cut()

    def end_outage(self) -> None:
        """Everything works again; nobody is connected yet."""
        self.front.outage_kind = ""

    def fail_next(
        self, method: str, route: str, status: int, *, code: int = 0, message: str = "", times: int = 1
    ) -> None:
        """Let the next calls of a route such as ("POST", "/channels/{channel}/messages") fail."""
        body = {"message": message or f"{status}", "code": code}
        self.front.failing += [(method, route, status, body, {"Via": "1.1 google"})] * times

    def close_bucket(self, method: str, route: str, seconds: float, *, scope: str = "user") -> None:
        """Let the next call of a route find its bucket closed for so long (429), and those that come meanwhile.

        scope: "user", "shared" (no fault of the app's), or "global" (every route is closed).
        """
        assert scope in {"user", "shared", "global"}, f"there is no scope {scope!r}"
        self.front.closing.append((method, route, seconds, scope))

    def slow_down(self, method: str, route: str, seconds: float) -> None:
        """Let every call of a route take so many real seconds longer; 0 ends it."""
        self.front.delays[(method, route)] = seconds

    def lose_answer(self, method: str, route: str) -> None:
        """Carry out the next call of a route, and cut the connection before its answer is sent."""
        self.front.lost_answers.append((method, route))
