"""Who is who on Discord's servers: names, the moderator role, and which members a reference stands for.

Without the privileged intent for members Discord tells about one person at a time and finds people by name; it lists
a role or a channel only to bots that have it.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bot.discord.calls import Calls
from bot.discord.ids import PREFIX, ours, theirs
from bot.discord.inbound import ADMINISTRATOR, MANAGE_SERVER, Act
from bot.platform import Person
from engine.errors import PlatformRefused, PlatformUnavailable
from engine.ports import Clock

if TYPE_CHECKING:
    import discord

KEPT = 600.0
"""Seconds for which what Discord said of a server's members is taken as true."""

SHARED_KEPT = 30.0
"""The same for the channels that somebody and the bot are both in."""

MOST_KEPT = 20_000
MOST_SERVERS = 50
"""Servers that are asked whether somebody who writes to the bot is there."""

MOST_SHARED = 200
FOUND = 100

_MENTION = re.compile(r"^<(?:@!?(?P<user>\d+)|@&(?P<role>\d+)|#(?P<channel>\d+))>$")


class Directory:
    """Looks people up in all servers of one bot."""

    def __init__(
        self, client: discord.Client, calls: Calls, clock: Clock, *, moderators: frozenset[str], lists_members: bool
    ) -> None:
        """`moderators`: names (any case) or ids of roles whose holders moderate. lists_members: the intent is set."""
        self._client = client
        self._calls = calls
        self._clock = clock
        self._moderators = frozenset(one.casefold().lstrip("@") for one in moderators)
        self._lists_members = lists_members
        self._names: OrderedDict[str, str] = OrderedDict()
        self._servers_of: OrderedDict[str, set[int]] = OrderedDict()
        self._shared: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._members: dict[int, tuple[float, list[discord.Member]]] = {}

    async def person(self, act: Act) -> Person:
        """Who acted, where: what an inbound item carries."""
        who = act.speaker
        if who.name:
            self._names[act.user] = who.name
            while len(self._names) > MOST_KEPT:
                self._names.popitem(last=False)
        if act.server:
            self._servers_of.setdefault(act.user, set()).add(int(act.server))
            while len(self._servers_of) > MOST_KEPT:
                self._servers_of.popitem(last=False)
        return Person(
            ours(act.user),
            who.name or self._names.get(act.user, ours(act.user)),
            ours(act.channel),
            locale=who.locale,
            moderator=bool(who.rights & (ADMINISTRATOR | MANAGE_SERVER)) or self._moderates(act.server, who.roles),
            direct=act.direct,
            shared=await self.shared(act.user) if act.direct else (),
        )

    def _moderates(self, server: str, roles: Iterable[str]) -> bool:
        held = set(roles)
        if self._moderators & held:
            return True
        guild = self._client.get_guild(int(server)) if server and self._moderators else None
        return guild is not None and any(
            str(role.id) in held and role.name.casefold() in self._moderators for role in guild.roles
        )

    async def name_of(self, user: str) -> str | None:
        """How somebody is called, None where Discord does not say."""
        if user not in self._names:
            try:
                found = await self._calls("GET", "/users/{user_id}", user_id=int(user))
            except PlatformRefused:
                return None
            self._names[user] = str(found.get("global_name") or found.get("username") or "")
        return self._names[user] or None

    def forget(self, user: str) -> None:
        """Ask Discord anew when this person is met again."""
        for kept in (self._names, self._servers_of, self._shared):
            kept.pop(user, None)

    def channels_of(self, server: int) -> list[str]:
        """Discord's ids of a server's channels and threads that can hold messages, as far as the bot sees them."""
        guild = self._client.get_guild(server)
        return [] if guild is None else [str(one.id) for one in _places(guild)]

    async def shared(self, user: str) -> tuple[str, ...]:
        """Our ids of the channels that this person and the bot both see.

        Raises PlatformUnavailable where Discord does not say now. A server in an outage of its own is left out.
        """
        kept = self._shared.get(user)
        if kept is not None and kept[0] > self._clock.now():
            return kept[1]
        known = self._servers_of.get(user, set())
        servers = sorted(self._client.guilds, key=lambda one: one.id not in known)[:MOST_SERVERS]
        found: list[str] = []
        for guild in servers:
            member = None if guild.unavailable else await self._member(guild, int(user))
            if member is not None:
                found += [ours(one.id) for one in _places(guild) if one.permissions_for(member).view_channel]
        if len(self._shared) > MOST_KEPT:
            self._shared.clear()
        self._shared[user] = (self._clock.now() + SHARED_KEPT, tuple(found[:MOST_SHARED]))
        return self._shared[user][1]

    async def _member(self, guild: discord.Guild, user: int) -> discord.Member | None:
        """Somebody in a server; None who is not there. Raises PlatformUnavailable where Discord does not say now."""
        import aiohttp
        import discord

        try:
            return await guild.fetch_member(user)
        # discord.py raises KeyError for a 429 that does not say how long to wait.
        except (discord.DiscordServerError, aiohttp.ClientError, OSError, RuntimeError, KeyError) as problem:
            raise PlatformUnavailable(f"Discord does not say who is where ({type(problem).__name__}).") from problem
        except discord.HTTPException as problem:
            if problem.status == 429:
                raise PlatformUnavailable("Discord asks to wait before it says who is where.") from problem
            return None

    def cannot_list(self, references: Iterable[str]) -> bool:
        """Whether one of these stands for everybody in a channel or role, and Discord does not list members to us."""
        return not self._lists_members and any(self._is_many(one) for one in references)

    def _is_many(self, reference: str) -> bool:
        if mention := _MENTION.match(reference):
            return mention["user"] is None
        place, at, name = reference.partition("@")
        if at:
            guild = self._guild_of(place)
            return name.startswith("#") or (guild is not None and _role_named(guild, name) is not None)
        return self._channel(place) is not None

    async def resolve(self, references: tuple[str, ...], after: str | None, limit: int) -> tuple[list[str], str | None]:
        """See `ChatPlatform.resolve`: people, roles and channels, by mention, id or "CHANNEL@name".

        Bots are left out, and so is what stands for nobody.
        """
        found: set[int] = set()
        for reference in references:
            found.update(await self._users(reference))
        everybody = sorted((ours(one) for one in found), key=lambda one: int(one.removeprefix(PREFIX)))
        number = int(after.removeprefix(PREFIX)) if after else -1
        left = [one for one in everybody if int(one.removeprefix(PREFIX)) > number]
        return left[:limit], left[limit - 1] if len(left) > limit else None

    async def _users(self, reference: str) -> list[int]:
        if mention := _MENTION.match(reference):
            if mention["user"]:
                return await self._alone(int(mention["user"]))
            return await self._many(int(mention["role"] or mention["channel"]))
        place, at, name = reference.partition("@")
        try:
            known = theirs(place)
        except ValueError:
            return []
        if at:
            return await self._named(place, name)
        return await (self._many(known) if self._channel(place) is not None else self._alone(known))

    async def _alone(self, user: int) -> list[int]:
        """A person by id; nobody where Discord knows none, or a bot."""
        try:
            found = await self._calls("GET", "/users/{user_id}", user_id=user)
        except PlatformRefused:
            return []
        return [] if found.get("bot") else [user]

    async def _named(self, place: str, name: str) -> list[int]:
        """People of the channel's server with this name, else a role, else a channel ("#name")."""
        guild, wanted = self._guild_of(place), name.strip().casefold()
        if guild is None or not wanted:
            return []
        if wanted.startswith("#"):
            channel = next((one for one in _places(guild) if one.name.casefold() == wanted[1:]), None)
            return [] if channel is None else await self._many(channel.id)
        query = {"query": name.strip()[:100], "limit": FOUND}
        try:
            found = await self._calls("GET", "/guilds/{guild_id}/members/search", query=query, guild_id=guild.id)
        except PlatformRefused:
            found = []
        people = [int(one["user"]["id"]) for one in found if wanted in _called(one) and not one["user"].get("bot")]
        role = None if people else _role_named(guild, name)
        return people if role is None else await self._many(role.id)

    async def _many(self, known: int) -> list[int]:
        """Everybody in a role, or who sees a channel; nobody without the intent."""
        if not self._lists_members:
            return []
        for guild in self._client.guilds:
            if (role := guild.get_role(known)) is not None:
                everyone = role.is_default()
                return [one.id for one in await self._all(guild) if everyone or one.get_role(known) is not None]
            channel = guild.get_channel_or_thread(known)
            if channel is not None:
                return [one.id for one in await self._all(guild) if channel.permissions_for(one).view_channel]
        return []

    async def _all(self, guild: discord.Guild) -> list[discord.Member]:
        """A server's members without bots: a thousand to a call."""
        import discord

        kept = self._members.get(guild.id)
        if kept is None or kept[0] <= self._clock.now():
            try:
                members = [one async for one in guild.fetch_members(limit=None) if not one.bot]
            except (discord.HTTPException, discord.ClientException, OSError) as problem:
                raise PlatformUnavailable(f"Discord does not list the members ({type(problem).__name__}).") from problem
            kept = (self._clock.now() + KEPT, members)
            self._members[guild.id] = kept
        return kept[1]

    def _guild_of(self, place: str) -> discord.Guild | None:
        channel = self._channel(place)
        return None if channel is None else channel.guild

    def is_away(self, place: str) -> bool:
        """Whether the server of a channel has an outage, in which nothing from it reaches us."""
        found = self._channel(place)
        return found is not None and bool(found.guild.unavailable)

    def _channel(self, place: str) -> Any:
        """A channel or thread of a server by our id, None where it is none."""
        try:
            known = theirs(place)
        except ValueError:
            return None
        return next((one for guild in self._client.guilds if (one := guild.get_channel_or_thread(known))), None)


def _places(guild: discord.Guild) -> list[Any]:
    """The channels and threads of a server that the bot sees and that can hold a round."""
    every: list[Any] = [*guild.text_channels, *guild.voice_channels, *guild.threads]
    mine = _me(guild)
    return [one for one in every if mine is None or one.permissions_for(mine).view_channel]


def _me(guild: discord.Guild) -> discord.Member | None:
    """The bot in a server; None where the server was told of without its members."""
    return guild.me


def _role_named(guild: discord.Guild, name: str) -> discord.Role | None:
    wanted = name.strip().casefold()
    return next((one for one in guild.roles if one.name.casefold().lstrip("@") == wanted), None)


def _called(member: Any) -> set[str]:
    user = member["user"]
    given = (member.get("nick"), user.get("global_name"), user.get("username"))
    return {str(one).casefold() for one in given if one}
