"""A client of discord.py that keeps what it hears, for the tests of the server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import discord as library
from discord import app_commands

from tests.discord_server.server import DiscordServer


class Bot(library.AutoShardedClient):
    """Keeps messages, reactions and interactions; waits nowhere."""

    def __init__(self, intents: library.Intents, **options: Any) -> None:
        quiet = library.AllowedMentions.none()
        super().__init__(intents=intents, guild_ready_timeout=0.05, allowed_mentions=quiet, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[library.Message] = []
        self.reactions: list[library.RawReactionActionEvent] = []
        self.seen: list[library.Interaction] = []
        self.happened: list[str] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord's five seconds between two identifications are not this server's."""

    async def on_message(self, message: library.Message) -> None:
        """Keep it."""
        self.heard.append(message)

    async def on_raw_reaction_add(self, event: library.RawReactionActionEvent) -> None:
        """Keep it."""
        self.reactions.append(event)

    async def on_resumed(self) -> None:
        """Keep it."""
        self.happened.append("resumed")

    async def on_ready(self) -> None:
        """Keep it."""
        self.happened.append("ready")


@contextlib.asynccontextmanager
async def running(discord: DiscordServer, bot: Bot) -> AsyncIterator[Bot]:
    """The bot, logged in and ready; closed afterwards."""
    serving = asyncio.create_task(bot.start(discord.token), name="bot under test")
    ready = asyncio.create_task(bot_ready(bot), name="bot is ready")
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        ready.cancel()
        serving.result()
    try:
        yield bot
    finally:
        await bot.close()
        await asyncio.gather(serving, return_exceptions=True)


async def bot_ready(bot: Bot) -> None:
    """Wait until the client says that it is ready."""
    while "ready" not in bot.happened:
        await asyncio.sleep(0.01)
