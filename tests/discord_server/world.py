"""What a Discord holds: guilds, people, channels, messages, the app. Plain state; the rules are in the routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

EPOCH = 1_420_070_400.0
"""2015-01-01 UTC, where snowflakes begin."""
TEXT, DM, VOICE, CATEGORY, NEWS, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 0, 1, 2, 4, 5, 11, 12, 15
THREADS = frozenset({10, PUBLIC_THREAD, PRIVATE_THREAD})
EPHEMERAL, LOADING, COMPONENTS_V2, SUPPRESS_EMBEDS = 1 << 6, 1 << 7, 1 << 15, 1 << 2


@dataclass(eq=False)
class User:
    """Somebody, or a bot user. closed: takes no direct messages from this app (50007)."""

    id: str
    name: str
    shown: str
    bot: bool = False
    closed: bool = False
    locale: str = "en-US"


@dataclass(eq=False)
class Role:
    """A role; the one with the guild's id is everybody's."""

    id: str
    name: str
    permissions: int
    position: int = 1
    managed: bool = False
    mentionable: bool = False


@dataclass(eq=False)
class Member:
    """A user in a guild. joined: seconds since the epoch, UTC."""

    user: User
    roles: list[str] = field(default_factory=list)
    nick: str = ""
    joined: float = 0.0


@dataclass(frozen=True)
class Overwrite:
    """What a channel allows or denies a role (kind 0) or a member (kind 1)."""

    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(eq=False)
class Message:
    """A message. `reactions`, `supers`: emoji -> user ids, in the order in which they came, by the reaction's type.

    pings: whom it notified: user ids, role ids, "everyone". only: the user who alone sees an ephemeral one.
    mentions: whom its text names, notified or not.
    """

    id: str
    channel: Channel
    author: User
    content: str
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    supers: dict[str, list[str]] = field(default_factory=dict)
    mentions: list[str] = field(default_factory=list)
    pings: list[str] = field(default_factory=list)
    flags: int = 0
    kind: int = 0
    reference: Json | None = None
    nonce: str | int | None = None
    born: float = 0.0
    edited: float | None = None
    only: str = ""
    interaction: Json | None = None
    webhook: bool = False
    thread: Channel | None = None
    deleted: bool = False

    @property
    def key(self) -> int:
        """Its place in time."""
        return int(self.id)


@dataclass(eq=False)
class Channel:
    """A channel, a thread (then `parent` is where it hangs) or the conversation of two (`recipients`)."""

    id: str
    kind: int
    name: str = ""
    guild: Guild | None = None
    parent: Channel | None = None
    topic: str | None = None
    position: int = 0
    overwrites: dict[str, Overwrite] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    recipients: list[User] = field(default_factory=list)
    owner: str = ""
    members: list[str] = field(default_factory=list)
    archived: bool = False
    locked: bool = False
    auto_archive: int = 1440
    born: float = 0.0

    @property
    def thread(self) -> bool:
        """True for a thread."""
        return self.kind in THREADS

    @property
    def said(self) -> list[Message]:
        """Its messages, oldest first."""
        return list(self.messages.values())


@dataclass(eq=False)
class Guild:
    """A server, as people call it."""

    id: str
    name: str
    owner: str
    roles: dict[str, Role] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    locale: str = "en-US"
    unavailable: bool = False

    @property
    def everyone(self) -> Role:
        """The role that everybody has."""
        return self.roles[self.id]


@dataclass(eq=False)
class App:
    """The app's registration. privileged: bits of the privileged intents that are switched on for it."""

    id: str
    bot: User
    token: str
    owner: User
    privileged: int = 0
    commands: dict[str, Json] = field(default_factory=dict)
    guild_commands: dict[str, dict[str, Json]] = field(default_factory=dict)
    public: bool = True


class World:
    """Everything, by id."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._newest = 0
        self.users: dict[str, User] = {}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: list[Message] = []
        self.files: dict[str, tuple[str, bytes]] = {}

    def id(self) -> str:
        """A snowflake: milliseconds since 2015, then a number; above every earlier one."""
        stamp = int((self._now() - EPOCH) * 1000) << 22
        self._newest = max(self._newest + 1, stamp)
        return str(self._newest)

    def direct(self, one: User, other: User) -> Channel:
        """The conversation of two, made when there is none."""
        for channel in self.channels.values():
            if channel.kind == DM and {person.id for person in channel.recipients} == {one.id, other.id}:
                return channel
        channel = Channel(self.id(), DM, recipients=[one, other], born=self._now())
        self.channels[channel.id] = channel
        return channel

    def message(self, known: str) -> Message | None:
        """The message with this id, ephemeral ones included."""
        for channel in self.channels.values():
            if known in channel.messages:
                return channel.messages[known]
        return next((one for one in self.ephemerals if one.id == known), None)

    def threads(self, guild: Guild) -> Iterator[Channel]:
        """The threads of a guild."""
        return (one for one in guild.channels.values() if one.thread)
