"""Whom a moderator invited in vain: names that nobody here has, and groups with nobody in them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands.opening import invited_by
from bot.platform import CommandGiven, FormSubmitted, Inbound
from bot.slack.directory import Directory
from bot.slack.ids import ours, theirs
from engine.errors import PlatformRefused
from engine.ports import RoundStore

MOST_NAMED = 10


async def strangers(item: Inbound, store: RoundStore | None, directory: Directory, team: str) -> list[str]:
    """How those are called who were invited to the round that the item opened and stand for nobody."""
    channel = item.person.channel
    if isinstance(item, FormSubmitted):
        values: Mapping[str, str] = dict(item.values)
    elif isinstance(item, CommandGiven) and store is not None:
        values = await store.channel_settings(channel)
    else:
        return []
    if values.get("roster") != "invited":
        return []
    unknown: list[str] = []
    for reference in invited_by(values.get("invited", ""), channel):
        found, _ = await directory.resolve(team, (reference,), None, 1)
        if not found:
            unknown.append(await _called(reference, channel, directory, team))
    return unknown[:MOST_NAMED]


async def _called(reference: str, channel: str, directory: Directory, team: str) -> str:
    typed = reference.removeprefix(f"{channel}@")
    if typed != reference or not reference.startswith(ours(team, "")):
        return typed
    known = theirs(reference).id
    if known[0] in "UW":
        try:
            return (await directory.person(known)).name
        except PlatformRefused:
            return known
    return dict(await directory.groups()).get(known, known)
