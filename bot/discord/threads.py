"""Rounds in threads of their own, and what a channel lacks for a round to live in it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.cutting import cut
from bot.discord.calls import Calls
from bot.discord.ids import ours
from bot.discord.inbound import ADMINISTRATOR
from bot.texts import Texts
from engine.errors import PlatformRefused, PlatformUnavailable
from engine.ports import RoundStore

if TYPE_CHECKING:
    import discord

log = logging.getLogger(__name__)

PUBLIC_THREAD = 11
THREADS = frozenset({10, 11, 12})
FORUMS = frozenset({15, 16})
NAME = 100
WEEK = 10_080
"""Minutes without a message after which Discord hides a thread: the longest that there is."""

UNDER_WAY = 60.0
"""Seconds in which a round begins in the thread that was made for it."""

VIEW, SEND, HISTORY, REACT = 1 << 10, 1 << 11, 1 << 16, 1 << 6
ATTACH, MANAGE_MESSAGES, SEND_IN_THREADS, CREATE_THREADS = 1 << 15, 1 << 13, 1 << 38, 1 << 35
NEEDED = {
    "View Channel": VIEW,
    "Send Messages": SEND,
    "Read Message History": HISTORY,
    "Add Reactions": REACT,
}
PERMISSIONS = {
    **NEEDED,
    "Attach Files": ATTACH,
    "Manage Messages": MANAGE_MESSAGES,
    "Send Messages in Threads": SEND_IN_THREADS,
    "Create Public Threads": CREATE_THREADS,
}
"""Every permission the bot uses. Without Attach Files the outcome has no picture; without Manage Messages reactions
that do not count stay; the last two are for rounds in threads."""


def missing_rights(payload: Mapping[str, Any], texts: Texts, *, thread: bool) -> str:
    """Why no round can live in the channel of a command, in one sentence; "" where it can."""
    channel: Mapping[str, Any] = payload.get("channel") or {}
    kind = int(channel.get("type") or 0)
    if not payload.get("guild_id"):
        return texts("ask-in-a-channel")
    if kind in FORUMS:
        return texts("ask-in-a-post")
    held = int(payload.get("app_permissions") or 0)
    if held & ADMINISTRATOR:
        return ""
    needed = dict(NEEDED)
    if kind in THREADS or thread:
        needed["Send Messages in Threads"] = SEND_IN_THREADS
    if kind in THREADS:
        del needed["Send Messages"]
    elif thread:
        needed["Create Public Threads"] = CREATE_THREADS
    lacking = [name for name, bit in needed.items() if not held & bit]
    return texts("rights-missing", rights=", ".join(lacking)) if lacking else ""


class Threads:
    """Begins threads for rounds. made: the ids of those that this process made; beginning: how many it makes now."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.made: set[str] = set()
        self.beginning = 0

    async def begin(self, payload: Mapping[str, Any], question: str) -> str | None:
        """A thread for a question in the channel of a payload; its id, None where that is a thread already."""
        channel: Mapping[str, Any] = payload.get("channel") or {}
        if int(channel.get("type") or 0) in THREADS or not payload.get("guild_id"):
            return None
        self.beginning += 1
        try:
            made = await self._calls(
                "POST",
                "/channels/{channel_id}/threads",
                json={
                    "name": cut(" ".join(question.split()), NAME),
                    "type": PUBLIC_THREAD,
                    "auto_archive_duration": WEEK,
                },
                channel_id=int(payload["channel_id"]),
            )
            self.made.add(str(made["id"]))
        finally:
            self.beginning -= 1
        return str(made["id"])

    async def undo(self, thread: str) -> None:
        """Close a thread in which no round began."""
        with suppress(PlatformRefused, PlatformUnavailable):
            await self._calls("PATCH", "/channels/{channel_id}", json={"archived": True}, channel_id=int(thread))


async def close_empty(
    client: discord.Client, store: RoundStore, threads: Threads, pause: Callable[[float], Awaitable[None]]
) -> None:
    """Close the threads that an earlier process made for rounds and ended before they began.

    They are the bot's own, without a message or a round. Raises StoreUnavailable.
    """
    empty = [
        str(one.id)
        for guild in client.guilds
        for one in guild.threads
        if client.user is not None and one.owner_id == client.user.id and not one.message_count
    ]
    if not empty:
        return
    await pause(UNDER_WAY)
    for thread in empty:
        place = ours(thread)
        if thread in threads.made or threads.beginning:  # this process begins a round in it
            continue
        if await store.rounds_in(place, running=True) or await store.rounds_in(place, running=False):
            continue
        log.info("closing a thread in which no round began", extra={"channel": thread})
        await threads.undo(thread)
