"""The table of Web API methods, and what a method gets to work with."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tests.slack_server.arguments import Arguments
from tests.slack_server.refusal import Json, Refusal
from tests.slack_server.world import App, Channel, Installation, Team, User, World

if TYPE_CHECKING:
    from tests.slack_server.slack import Slack

Item = TypeVar("Item")
READ_SCOPES = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}
HISTORY_SCOPES = {kind: scope.replace(":read", ":history") for kind, scope in READ_SCOPES.items()}


@dataclass(frozen=True)
class Call:
    """One call of a method by an installed app."""

    slack: Slack
    method: Method
    installation: Installation
    given: Arguments

    @property
    def world(self) -> World:
        """The state behind everything."""
        return self.slack.world

    @property
    def app(self) -> App:
        """Who calls."""
        return self.installation.app

    @property
    def bot(self) -> User:
        """The calling app's bot user."""
        return self.installation.bot

    def team(self, *, must_say: bool = False) -> Team:
        """The workspace it is about. must_say: an org-wide token has to name it."""
        if self.installation.team is not None:
            return self.installation.team
        teams = [one for one in self.world.teams.values() if one.enterprise == self.installation.enterprise]
        named = self.given.text("team_id")
        if named:
            found = next((one for one in teams if one.id == named), None)
            if found is None:
                raise Refusal("team_access_not_granted")
            return found
        if must_say:
            raise Refusal("missing_argument", "missing required field: team_id")
        return teams[0]

    def need(self, scope: str) -> None:
        """Refuse unless the token has this scope."""
        if scope not in self.installation.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self.installation.scopes)))
        self.app.scopes_used.add(scope)

    def sees(self, team: Team) -> bool:
        """True when the token works in this workspace."""
        mine = self.installation
        return mine.team is team or (mine.team is None and team.enterprise == mine.enterprise)

    def channel(self, name: str = "channel", *, scopes: dict[str, str] | None = None) -> Channel:
        """The channel an argument names, when this app may know of it."""
        found = self.world.channels.get(self.given.text(name))
        inside = found is not None and self.bot.id in found.members
        if found is None or not (inside or (self.sees(found.team) and found.kind == "channel")):
            raise Refusal("channel_not_found")
        if scopes:
            self.need(scopes[found.kind])
        return found

    def joined(self, name: str = "channel", *, scopes: dict[str, str] | None = None) -> Channel:
        """As `channel`, and the bot must be in it."""
        found = self.channel(name, scopes=scopes)
        if self.bot.id not in found.members:
            raise Refusal("not_in_channel")
        return found

    def user(self, name: str = "user", error: str = "user_not_found") -> User:
        """The person an argument names, when this app may know of them."""
        found = self.world.users.get(self.given.text(name))
        if found is None:
            raise Refusal(error)
        shared = any(
            found.id in one.members and self.bot.id in one.members for one in self.world.channels.values() if one.shared
        )
        if not (self.sees(found.team) or shared):
            raise Refusal("user_not_visible")
        return found

    def page(self, items: list[Item], *, default: int, most: int) -> tuple[list[Item], Json]:
        """One page of items and the response_metadata that leads to the next."""
        limit = self.given.whole("limit", default) or default
        if not 0 < limit <= most:
            raise Refusal("invalid_limit")
        start = _position(self.given.text("cursor"))
        end = start + limit
        following = _cursor(end) if end < len(items) else ""
        return items[start:end], {"next_cursor": following}


Handle = Callable[[Call], Json]


@dataclass(frozen=True)
class Method:
    """A Web API method. tier: of the rate limits, 0 for none. scopes: all of them are needed."""

    name: str
    handle: Handle
    scopes: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]
    tier: int
    takes_json: bool


METHODS: dict[str, Method] = {}


def method(
    name: str, *, scopes: str = "", required: str = "", optional: str = "", tier: int = 3, takes_json: bool = False
) -> Callable[[Handle], Handle]:
    """Register a function as a method; lists are written with spaces between."""

    def register(handle: Handle) -> Handle:
        parts = (tuple(scopes.split()), tuple(required.split()), tuple(optional.split()))
        METHODS[name] = Method(name, handle, *parts, tier, takes_json)
        return handle

    return register


def _cursor(position: int) -> str:
    return base64.b64encode(f"next_from:{position}".encode()).decode()


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word != "next_from":
            raise Refusal("invalid_cursor")
        return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Refusal("invalid_cursor") from None
