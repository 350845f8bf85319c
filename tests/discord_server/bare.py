"""Requests of the bot without a library, for the tests of the server."""

from __future__ import annotations

from typing import Any

import aiohttp

from tests.discord_server.server import DiscordServer


class Rest:
    """Bare requests of the bot."""

    def __init__(self, discord: DiscordServer, session: aiohttp.ClientSession) -> None:
        self.discord = discord
        self.session = session

    async def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {self.discord.token}"}
        url = self.discord.api_url + path
        async with self.session.request(method, url, json=body, params=query, headers=headers) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def code(self, method: str, path: str, body: Any = None, **query: Any) -> int:
        """The error code of a request that is refused."""
        status, answer = await self(method, path, body, **query)
        assert status >= 400, answer
        return int(answer["code"])
