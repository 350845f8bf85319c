"""Our ids of people, channels and threads, and Discord's: "discord:80351110224678912" is one snowflake of either.

Discord's ids are unique everywhere, so that somebody is the same member in a server and in a direct message.
"""

from __future__ import annotations

PREFIX = "discord:"
EPOCH = 1_420_070_400.0
"""Seconds since the Unix epoch at which Discord's ids begin to count milliseconds."""


def ours(snowflake: str | int) -> str:
    """Our id of a person, channel or thread."""
    return f"{PREFIX}{snowflake}"


def theirs(known: str) -> int:
    """Discord's id. Raises ValueError for an id of another platform."""
    bare = known.removeprefix(PREFIX)
    if not known.startswith(PREFIX) or not bare.isascii() or not bare.isdecimal():
        raise ValueError(f"{known!r} is no id of Discord's: it must read like 'discord:80351110224678912'")
    return int(bare)


def made_at(snowflake: str | int) -> float:
    """When Discord made an id, in seconds since the epoch."""
    return (int(snowflake) >> 22) / 1_000 + EPOCH


def made_after(at: float) -> int:
    """The smallest id that Discord makes at this time, to read what is newer."""
    return max(0, int((at - EPOCH) * 1_000)) << 22
