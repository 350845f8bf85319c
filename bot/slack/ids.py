"""Our ids of people, channels and user groups, and Slack's: "slack:T1/U2" is user U2 of workspace T1."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "slack:"


@dataclass(frozen=True, slots=True)
class Place:
    """What an id of ours names: Slack's ids of a workspace and of something in it."""

    team: str
    id: str


def ours(team: str, theirs: str) -> str:
    """Our id of a user, channel or user group."""
    return f"{PREFIX}{team}/{theirs}"


def theirs(known: str) -> Place:
    """What an id of ours names. Raises ValueError for an id of another platform."""
    team, _, what = known.removeprefix(PREFIX).partition("/")
    if not known.startswith(PREFIX) or not team or not what:
        raise ValueError(f"{known!r} is no id of Slack's: it must read like 'slack:T1/U2'")
    return Place(team, what)
