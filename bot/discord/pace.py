"""Discord's limit over all routes, kept before Discord has to remind of it.

discord.py keeps to the limit of each route, and hears of the one over all only by being refused; too many refusals in
ten minutes are a ban. Answers to interactions do not count toward it.
Source: Discord's documentation of rate limits, "Global Rate Limit" and "Invalid Request Limit".
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import SimpleNamespace

    from aiohttp import (
        ClientSession,
        TraceConfig,
        TraceRequestEndParams,
        TraceRequestExceptionParams,
        TraceRequestStartParams,
    )

A_SECOND = 48
"""Requests in a second; Discord takes fifty."""

WINDOW = 1.0
COUNTED = "/api/"
UNCOUNTED = ("/interactions/", "/webhooks/")


class Pace:
    """Lets requests begin in the order in which they come, as many a second as Discord takes.

    A request counts from its beginning until a second after its answer, since Discord may have seen it at any time
    between.
    """

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(A_SECOND)
        self._closed = 0.0

    def trace(self) -> TraceConfig:
        """What discord.py's session is to be made with."""
        from aiohttp import TraceConfig

        made = TraceConfig()
        made.on_request_start.append(self._begin)
        made.on_request_end.append(self._ended)
        made.on_request_exception.append(self._failed)
        return made

    async def _begin(self, session: ClientSession, context: SimpleNamespace, request: TraceRequestStartParams) -> None:
        path = request.url.path
        context.counted = COUNTED in path and not any(one in path for one in UNCOUNTED)
        if not context.counted:
            return
        now = asyncio.get_running_loop().time
        await self._room.acquire()
        try:
            while (wait := self._closed - now()) > 0:  # noqa: ASYNC110 - another answer may make it longer
                await asyncio.sleep(wait)
        except asyncio.CancelledError:
            self._room.release()
            raise

    async def _ended(self, session: ClientSession, context: SimpleNamespace, request: TraceRequestEndParams) -> None:
        headers = request.response.headers
        if request.response.status == 429 and headers.get("X-RateLimit-Global"):
            until = asyncio.get_running_loop().time() + float(headers.get("Retry-After", WINDOW))
            self._closed = max(self._closed, until)
        self._over(context)

    async def _failed(
        self, session: ClientSession, context: SimpleNamespace, request: TraceRequestExceptionParams
    ) -> None:
        self._over(context)

    def _over(self, context: SimpleNamespace) -> None:
        if context.counted:
            asyncio.get_running_loop().call_later(WINDOW, self._room.release)
