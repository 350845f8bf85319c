"""One login at Discord: who the bot is, what stands on it, and the connection that it keeps."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.discord.calls import NOT_CONNECTED, SENTENCES, Calls
from bot.discord.directory import Directory
from bot.discord.keycaps import Keycaps
from bot.discord.posting import Posting
from engine.errors import PlatformRefused, PlatformUnavailable
from engine.ports import Clock

if TYPE_CHECKING:
    import discord

    from bot.discord.client import Client
    from bot.discord.serving import Serving

log = logging.getLogger(__name__)

API = "https://discord.com/api/v10"
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between tries to reach Discord at the start."""

Pause = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Session:
    """What stands on one login. bot: the bot's user id. serving: what listens, once something does."""

    client: Client
    bot: str
    application: int
    calls: Calls
    posting: Posting
    directory: Directory
    keycaps: Keycaps
    serving: Serving | None = None


async def log_in(
    token: str,
    api_url: str,
    clock: Clock,
    gone: Callable[[discord.Guild], Awaitable[None]],
    *,
    moderators: frozenset[str],
    members: bool,
    pace: float,
    pause: Pause,
    ready_wait: float,
) -> Session:
    """A session, not yet connected; for what is given see `DiscordPlatform`.

    Raises PlatformRefused when Discord does not take the token, and PlatformUnavailable when it does not answer.
    """
    import discord
    from aiohttp import ClientError
    from discord.http import Route

    from bot.discord.client import Client

    if api_url != API:
        Route.BASE = api_url
    client = Client(members=members, gone=gone, ready_wait=ready_wait, paced=pace > 0)
    try:
        await client.login(token)
    except discord.LoginFailure:
        await client.close()
        raise PlatformRefused(SENTENCES["not_installed"], reason="not_installed") from None
    except (discord.HTTPException, ClientError, TimeoutError, OSError) as problem:
        await client.close()
        raise PlatformUnavailable(
            f"Discord did not answer the login ({type(problem).__name__}).", retry_after=NOT_CONNECTED
        ) from problem
    user, application = client.user, client.application_id
    if user is None or application is None:
        raise PlatformUnavailable("Discord did not say who the bot is.", retry_after=NOT_CONNECTED)
    calls = Calls(client.http)
    posting = Posting(calls, clock, pace=pace, pause=pause)
    directory = Directory(client, calls, clock, moderators=moderators, lists_members=members)
    return Session(client, str(user.id), application, calls, posting, directory, Keycaps(calls, posting, pause))


async def stay_connected(client: discord.Client, api_url: str, pause: Pause) -> None:
    """Stay connected; where Discord does not even say which gateway to use, it is asked again."""
    import discord
    from aiohttp import ClientError
    from discord.gateway import DiscordWebSocket
    from yarl import URL

    wait = FIRST_WAIT
    while not client.is_closed():
        try:
            if api_url != API:
                # discord.py begins a session anew at discord.com's own gateway, wherever the one before was.
                _, gateway, _ = await client.http.get_bot_gateway()
                DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
            await client.connect()
        except (discord.GatewayNotFound, discord.DiscordServerError, ClientError, TimeoutError, OSError):
            log.warning("Discord's gateway does not answer yet", extra={"seconds": wait})
            await pause(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        else:
            return
