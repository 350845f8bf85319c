"""What a workspace says of its people and channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Someone:
    """What the workspace says of a user. reachable: a person whose account is in use, a guest included.

    admin: of their own workspace, `team`, which for members of a connected one is not ours.
    """

    id: str
    name: str
    names: frozenset[str]
    zone: str
    locale: str
    admin: bool
    reachable: bool
    team: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What the workspace says of a channel that the bot may know of. inside: the bot is in it."""

    inside: bool
    archived: bool
    members: int


def someone(user: dict[str, Any]) -> Someone:
    """A user object of Slack's."""
    profile: dict[str, Any] = user.get("profile") or {}
    given = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    names = [str(one) for one in given if one]
    bot = bool(user.get("is_bot")) or user.get("id") == SLACKBOT
    return Someone(
        str(user["id"]),
        names[0] if names else str(user["id"]),
        frozenset(one.casefold() for one in names),
        str(user.get("tz") or "UTC"),
        str(user.get("locale") or "en"),
        bool(user.get("is_admin") or user.get("is_owner")) and not user.get("is_stranger"),
        not bot and not user.get("deleted"),
        str(user.get("team_id") or ""),
    )
