"""What `parley doctor` looks at of Discord: the token, intents, servers, permissions and the clock."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from bot.discord.calls import SENTENCES
from bot.discord.commands import NAME
from bot.discord.inbound import ADMINISTRATOR
from bot.discord.installing import token_of
from bot.discord.threads import PERMISSIONS
from bot.settings import Settings
from engine.errors import SettingsError

DRIFT = 2.0
"""Seconds by which our clock and Discord's may differ before it is said: an interaction waits three."""

MUCH = 60.0
SECONDS = 20.0
MEMBERS_INTENT = (1 << 14) | (1 << 15)
"""Flags of an application that has the Server Members intent, in few servers or in many."""

SERVERS = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was looked at. good: nothing to mend; note: worth knowing although nothing is broken."""

    good: bool
    what: str
    said: str
    note: bool = False


async def examine(settings: Settings) -> AsyncIterator[Seen]:
    """Look at Discord's side of the set-up; ends at the first thing that everything else stands on."""
    import aiohttp

    try:
        token = token_of(settings)
    except SettingsError as problem:
        yield Seen(False, "Discord", str(problem))
        return
    headers = {"Authorization": f"Bot {token}", "User-Agent": "DiscordBot (parley, 1)"}
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            async for seen in _seen(session, settings):
                yield seen
    except (aiohttp.ClientError, TimeoutError, OSError) as problem:
        yield Seen(False, "Discord", f"it cannot be reached ({type(problem).__name__}): check the network.")


async def _seen(session: Any, settings: Settings) -> AsyncIterator[Seen]:
    base = settings.discord_api_url.rstrip("/")

    async def ask(path: str) -> tuple[int, Any, Mapping[str, str]]:
        async with session.get(base + path) as answer:
            body = await answer.json() if answer.content_type == "application/json" else {}
            return answer.status, body, answer.headers

    status, me, headers = await ask("/users/@me")
    if status == 401:
        yield Seen(False, "Discord token", SENTENCES["not_installed"])
        return
    if status != 200:
        yield Seen(False, "Discord", f"it answers {status}: try again later.")
        return
    yield Seen(True, "Discord token", f"taken; the bot is called {me.get('username')}")
    yield _clock(headers)
    _, application, _ = await ask("/applications/@me")
    yield _intents(settings, int(application.get("flags") or 0))
    if application.get("interactions_endpoint_url"):
        yield Seen(
            False,
            "Discord interactions",
            "take the Interactions Endpoint URL out of the developer portal: it takes "
            "commands and buttons away from the gateway.",
        )
    _, guilds, _ = await ask(f"/users/@me/guilds?limit={SERVERS}")
    for seen in _servers(guilds if isinstance(guilds, list) else []):
        yield seen
    _, commands, _ = await ask(f"/applications/{application.get('id')}/commands")
    if not any(one.get("name") == NAME for one in (commands if isinstance(commands, list) else [])):
        yield Seen(True, "Discord commands", f"/{NAME} is registered when `parley serve` starts", note=True)
    else:
        yield Seen(True, "Discord commands", f"/{NAME} is registered")


def _clock(headers: Mapping[str, str]) -> Seen:
    try:
        drift = abs(time.time() - parsedate_to_datetime(headers.get("Date", "")).timestamp())
    except (TypeError, ValueError):
        return Seen(True, "Discord clock", "Discord did not say the time", note=True)
    if drift > MUCH:
        return Seen(
            False, "Discord clock", f"this machine's clock is {drift:.0f} s off: set it, for instance with NTP."
        )
    if drift > DRIFT:
        return Seen(True, "Discord clock", f"{drift:.0f} s off; an interaction lives three", note=True)
    return Seen(True, "Discord clock", "right")


def _intents(settings: Settings, flags: int) -> Seen:
    if not settings.discord_members:
        said = "no privileged one is used; without discord_members people are invited by name, not by role"
        return Seen(True, "Discord intents", said)
    if flags & MEMBERS_INTENT:
        return Seen(True, "Discord intents", "Server Members is on")
    return Seen(
        False,
        "Discord intents",
        "discord_members is set and the bot has no Server Members intent: switch it on in the developer portal under "
        "Bot, or set discord_members to false.",
    )


def _servers(guilds: list[Any]) -> list[Seen]:
    if not guilds:
        return [Seen(False, "Discord servers", "the bot is in none: open the link of `parley discord invite-url`.")]
    found = [Seen(True, "Discord servers", ", ".join(str(one.get("name")) for one in guilds[:10]))]
    for one in guilds:
        held = int(one.get("permissions") or 0)
        lacking = [name for name, bit in PERMISSIONS.items() if not held & (bit | ADMINISTRATOR)]
        if lacking:
            said = f"in {one.get('name')!r} the bot lacks {', '.join(lacking)}: give its role these."
            found.append(Seen(False, "Discord permissions", said))
    if len(found) == 1:
        found.append(Seen(True, "Discord permissions", "complete; a channel may still take some away"))
    return found
