"""What `parley doctor` looks at of Discord: the token, intents, servers, permissions and the clock."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from bot.discord.calls import SENTENCES
from bot.discord.commands import NAME
from bot.discord.inbound import ADMINISTRATOR
from bot.discord.installing import token_of
from bot.discord.threads import PERMISSIONS
from bot.findings import Finding, Mark
from bot.settings import Settings
from engine.errors import SettingsError

DRIFT = 2.0
"""Seconds by which our clock and Discord's may differ before it is said: an interaction waits three."""

MUCH = 60.0
SECONDS = 20.0
MEMBERS_INTENT = (1 << 14) | (1 << 15)
"""Flags of an application that has the Server Members intent, in few servers or in many."""

SERVERS = 200


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at Discord's side of the set-up; ends at the first thing that everything else stands on."""
    import aiohttp

    try:
        token = token_of(settings)
    except SettingsError as problem:
        yield Finding(Mark.WRONG, "Discord", str(problem))
        return
    headers = {"Authorization": f"Bot {token}", "User-Agent": "DiscordBot (parley, 1)"}
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            async for seen in _seen(session, settings):
                yield seen
    except (aiohttp.ClientError, TimeoutError, OSError) as problem:
        yield Finding(Mark.WRONG, "Discord", f"it cannot be reached ({type(problem).__name__}): check the network.")


async def _seen(session: Any, settings: Settings) -> AsyncIterator[Finding]:
    base = settings.discord_api_url.rstrip("/")

    async def ask(path: str) -> tuple[int, Any, Mapping[str, str]]:
        async with session.get(base + path) as answer:
            body = await answer.json() if answer.content_type == "application/json" else {}
            return answer.status, body, answer.headers

    status, me, headers = await ask("/users/@me")
    if status == 401:
        yield Finding(Mark.WRONG, "Discord token", SENTENCES["not_installed"])
        return
    if status != 200:
        yield Finding(Mark.WRONG, "Discord", f"it answers {status}: try again later.")
        return
    yield Finding(Mark.FINE, "Discord token", f"taken; the bot is called {me.get('username')}")
    yield _clock(headers)
    _, application, _ = await ask("/applications/@me")
    yield _intents(settings, int(application.get("flags") or 0))
    if application.get("interactions_endpoint_url"):
        yield Finding(
            Mark.WRONG,
            "Discord interactions",
            "take the Interactions Endpoint URL out of the developer portal: it takes "
            "commands and buttons away from the gateway.",
        )
    _, guilds, _ = await ask(f"/users/@me/guilds?limit={SERVERS}")
    for seen in _servers(guilds if isinstance(guilds, list) else []):
        yield seen
    _, commands, _ = await ask(f"/applications/{application.get('id')}/commands")
    if not any(one.get("name") == NAME for one in (commands if isinstance(commands, list) else [])):
        yield Finding(Mark.NOTE, "Discord commands", f"/{NAME} is registered when `parley serve` starts")
    else:
        yield Finding(Mark.FINE, "Discord commands", f"/{NAME} is registered")


def _clock(headers: Mapping[str, str]) -> Finding:
    try:
        drift = abs(time.time() - parsedate_to_datetime(headers.get("Date", "")).timestamp())
    except (TypeError, ValueError):
        return Finding(Mark.NOTE, "Discord clock", "Discord did not say the time")
    if drift > MUCH:
        return Finding(
            Mark.WRONG, "Discord clock", f"this machine's clock is {drift:.0f} s off: set it, for instance with NTP."
        )
    if drift > DRIFT:
        return Finding(Mark.NOTE, "Discord clock", f"{drift:.0f} s off; an interaction lives three")
    return Finding(Mark.FINE, "Discord clock", "right")


def _intents(settings: Settings, flags: int) -> Finding:
    if not settings.discord_members:
        said = "no privileged one is used; without discord_members people are invited by name, not by role"
        return Finding(Mark.FINE, "Discord intents", said)
    if flags & MEMBERS_INTENT:
        return Finding(Mark.FINE, "Discord intents", "Server Members is on")
    return Finding(
        Mark.WRONG,
        "Discord intents",
        "discord_members is set and the bot has no Server Members intent: switch it on in the developer portal under "
        "Bot, or set discord_members to false.",
    )


def _servers(guilds: list[Any]) -> list[Finding]:
    if not guilds:
        return [
            Finding(Mark.WRONG, "Discord servers", "the bot is in none: open the link of `parley discord invite-url`.")
        ]
    found = [Finding(Mark.FINE, "Discord servers", ", ".join(str(one.get("name")) for one in guilds[:10]))]
    for one in guilds:
        held = int(one.get("permissions") or 0)
        lacking = [name for name, bit in PERMISSIONS.items() if not held & (bit | ADMINISTRATOR)]
        if lacking:
            said = f"in {one.get('name')!r} the bot lacks {', '.join(lacking)}: give its role these."
            found.append(Finding(Mark.WRONG, "Discord permissions", said))
    if len(found) == 1:
        found.append(Finding(Mark.FINE, "Discord permissions", "complete; a channel may still take some away"))
    return found
