"""What a Slack holds: workspaces, people, channels, messages, apps. Plain state; the rules are in the methods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]


@dataclass(eq=False)
class Team:
    """A workspace. `enterprise`: the id of the organisation it belongs to, if any."""

    id: str
    name: str
    domain: str
    enterprise: str | None = None


@dataclass(eq=False)
class User:
    """Somebody, or a bot user, with home in `team`.

    guest: "" for a full member, "multi" or "single" for a guest of several or one channel.
    direct_error: what posting to their direct messages answers, for instance "messages_tab_disabled".
    """

    id: str
    name: str
    team: Team
    real_name: str
    admin: bool = False
    owner: bool = False
    guest: str = ""
    bot: bool = False
    bot_id: str = ""
    app: str = ""
    deactivated: bool = False
    zone: str = "Europe/Berlin"
    zone_offset: int = 7200
    locale: str = "en-US"
    direct_error: str = ""


@dataclass(eq=False)
class Message:
    """A message in a channel. `reactions`: emoji name -> user ids, in the order in which they came.

    pings: every mention that it ever made, in text or blocks. links: what can be clicked in it now.
    """

    channel: Channel
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    bot_id: str = ""
    app: str = ""
    thread_ts: str = ""
    metadata: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited: Json | None = None
    files: list[Json] = field(default_factory=list)
    client_msg_id: str = ""
    team: str = ""
    broadcast: bool = False
    pings: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    states: dict[str, Json] = field(default_factory=dict)
    locked: bool = False

    @property
    def reply(self) -> bool:
        """True for an answer in a thread."""
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass(eq=False)
class Channel:
    """A conversation: kind "channel", "group" (private), "im" or "mpim". `bot`/`peer` are the two of an im."""

    id: str
    name: str
    team: Team
    kind: str = "channel"
    members: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    archived: bool = False
    shared: bool = False
    peer: str = ""
    bot: str = ""
    newest: int = 0
    opened: bool = True

    def message(self, ts: str) -> Message | None:
        """The message with this ts."""
        return next((one for one in self.messages if one.ts == ts), None)

    def stamp(self, now: float) -> str:
        """A ts: seconds and six digits, above every earlier one of this channel."""
        self.newest = max(self.newest + 100, round(now * 1_000_000))
        return f"{self.newest // 1_000_000}.{self.newest % 1_000_000:06d}"


@dataclass(eq=False)
class Ephemeral:
    """A message that one person sees until they reload."""

    channel: Channel
    user: str
    ts: str
    text: str
    blocks: list[Json]
    app: str
    thread_ts: str = ""
    pings: list[str] = field(default_factory=list)
    states: dict[str, Json] = field(default_factory=dict)


@dataclass(eq=False)
class Group:
    """A user group."""

    id: str
    handle: str
    name: str
    team: Team
    users: list[str]
    disabled: bool = False


@dataclass(eq=False)
class View:
    """A modal or a Home tab in front of one person. `state`: block id -> action id -> value, as Slack sends it."""

    id: str
    user: User
    app: App
    team: Team
    body: Json
    hash: str
    root: str
    previous: str | None = None
    state: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    open: bool = True

    @property
    def callback(self) -> str:
        """Its callback_id."""
        return str(self.body.get("callback_id") or "")


@dataclass(eq=False)
class Installation:
    """An app in a workspace (`team`) or in a whole organisation (`enterprise` and no team)."""

    app: App
    team: Team | None
    enterprise: str | None
    bot: User
    token: str
    scopes: set[str]
    installer: str = ""
    state: str = "active"
    refresh_token: str = ""
    expires_at: float = 0.0


@dataclass(eq=False)
class App:
    """An app's registration: secrets, scopes, subscriptions, and where requests go unless it uses Socket Mode."""

    id: str
    name: str
    client_id: str
    client_secret: str
    signing_secret: str
    verification_token: str
    app_tokens: dict[str, set[str]]
    scopes: set[str]
    events: set[str]
    commands: dict[str, bool]
    request_urls: tuple[str, ...] = ()
    socket_mode: bool = True
    interactivity: bool = True
    home_tab: bool = True
    messages_tab: bool = True
    messages_read_only: bool = False
    org_deploy: bool = False
    token_rotation: bool = False
    installations: list[Installation] = field(default_factory=list)
    scopes_used: set[str] = field(default_factory=set)
    methods_used: set[str] = field(default_factory=set)

    @property
    def request_url(self) -> str | None:
        """The first of `request_urls`."""
        return self.request_urls[0] if self.request_urls else None


@dataclass(eq=False)
class Upload:
    """A file on its way into a channel."""

    id: str
    installation: Installation
    name: str
    length: int
    alt_text: str
    content: bytes | None = None
    title: str = ""
    shared_in: list[str] = field(default_factory=list)


class World:
    """Everything, by id."""

    def __init__(self) -> None:
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, Group] = {}
        self.apps: dict[str, App] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[tuple[str, str], View] = {}
        self.uploads: dict[str, Upload] = {}
        self.ephemerals: list[Ephemeral] = []
        self._numbers = count(1)

    def id(self, prefix: str) -> str:
        """A new id that looks like Slack's."""
        return f"{prefix}{next(self._numbers) * 7919 % 36**6:09X}0"

    def installations(self) -> Iterator[Installation]:
        """All of them."""
        for app in self.apps.values():
            yield from app.installations

    def direct(self, one: User, other: User) -> Channel:
        """The conversation of two, made when there is none."""
        pair = {one.id, other.id}
        for channel in self.channels.values():
            if channel.kind == "im" and set(channel.members) == pair:
                return channel
        bot, peer = (one, other) if one.bot else (other, one)
        same = bot.team.enterprise is not None and bot.team.enterprise == peer.team.enterprise
        home = peer.team if same else bot.team
        channel = Channel(self.id("D"), "", home, "im", [peer.id, bot.id], peer=peer.id, bot=bot.id)
        self.channels[channel.id] = channel
        return channel
