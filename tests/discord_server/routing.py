"""The REST routes by name, and what a handler gets: who asks, what for, and with which body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.discord_server.refusal import Json, Refusal, wrong
from tests.discord_server.rights import in_channel, need
from tests.discord_server.world import DM, Channel, Guild, Message, User, World

if TYPE_CHECKING:
    from tests.discord_server.happenings import Discord

Answer = Json | list[Any] | None
"""None is answered with 204 and no body."""


@dataclass(frozen=True)
class File:
    """An uploaded file; number: the n of files[n]."""

    number: int
    name: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """One request after its token was checked."""

    discord: Discord
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: tuple[File, ...]

    @property
    def world(self) -> World:
        """The state."""
        return self.discord.world

    @property
    def bot(self) -> User:
        """The app's bot user."""
        return self.discord.app.bot

    @property
    def given(self) -> Json:
        """The body as an object."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise wrong("", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return self.body

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of the query."""
        try:
            found = int(self.query.get(name, default))
        except ValueError:
            raise wrong(name, "NUMBER_TYPE_COERCE", f"Value {self.query[name]!r} is not int.") from None
        if not low <= found <= high:
            raise wrong(name, "NUMBER_TYPE_MAX", f"int value should be between {low} and {high}.")
        return found

    def channel(self, *wanted: int) -> Channel:
        """The channel in the path, which the bot sees and where it may do this."""
        found = self.world.channels.get(snowflake(self.path["channel"], "channel_id"))
        if found is None:
            raise Refusal(10003)
        if found.guild is not None and self.bot.id not in found.guild.members:
            raise Refusal(50001)
        if found.kind == DM and self.bot not in found.recipients:
            raise Refusal(10003)
        need(found, self.bot, *wanted)
        return found

    def message(self, *wanted: int) -> Message:
        """The message in the path, in a channel as `channel` finds it."""
        channel = self.channel(*wanted)
        found = channel.messages.get(snowflake(self.path["message"], "message_id"))
        if found is None:
            raise Refusal(10008)
        return found

    def guild(self) -> Guild:
        """The guild in the path, in which the bot is."""
        found = self.world.guilds.get(snowflake(self.path["guild"], "guild_id"))
        if found is None:
            raise Refusal(10004)
        if self.bot.id not in found.members:
            raise Refusal(50001)
        return found

    def may(self, channel: Channel, right: int) -> bool:
        """True when the bot has a right in a channel."""
        return bool(in_channel(channel, self.bot) & right)


@dataclass(frozen=True)
class Route:
    """method, path below /api/v10; bucket: its rate limit's; token: the bot's token is needed."""

    method: str
    path: str
    handle: Callable[[Call], Answer]
    bucket: str
    token: bool


ROUTES: list[Route] = []


def route(
    method: str, path: str, *, bucket: str = "", token: bool = True
) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Register a handler."""

    def register(handle: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        ROUTES.append(Route(method, path, handle, bucket or f"{method} {path}", token))
        return handle

    return register


def snowflake(value: Any, name: str) -> str:
    """An id; refuses what is none."""
    if not str(value).isdecimal() or int(value) >= 1 << 63:
        raise wrong(name, "NUMBER_TYPE_COERCE", f"Value {str(value)!r} is not snowflake.")
    return str(value)
