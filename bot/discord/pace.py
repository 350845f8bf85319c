"""Discord's limit over all routes, kept before Discord has to remind of it; and patience where it did remind.

discord.py keeps to the limit of each route, and hears of the one over all only by being refused. Of those that wait
for a route that refused, it holds back only the one that was refused. Too many refusals in ten minutes are a ban.
Answers to interactions do not count toward the limit over all.
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
EVERY = ""
"""Stands for every bucket."""

REMEMBERED = 1_000
COUNTED = "/api/"
UNCOUNTED = ("/interactions/", "/webhooks/")


class Pace:
    """Lets requests begin in the order in which they come, as many a second as Discord takes.

    A request counts from its beginning until a second after its answer, since Discord may have seen it at any time
    between.
    """

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(A_SECOND)
        self._closed: dict[str, float] = {}

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
        await self._open(bucket_of(request.method, path))
        await self._room.acquire()
        try:
            await self._open(EVERY)
        except asyncio.CancelledError:
            self._room.release()
            raise

    async def _open(self, bucket: str) -> None:
        now = asyncio.get_running_loop().time
        while (wait := self._closed.get(bucket, 0.0) - now()) > 0:  # noqa: ASYNC110 - it may become longer
            await asyncio.sleep(wait)

    async def _ended(self, session: ClientSession, context: SimpleNamespace, request: TraceRequestEndParams) -> None:
        if request.response.status == 429 and context.counted:
            headers, now = request.response.headers, asyncio.get_running_loop().time()
            if len(self._closed) >= REMEMBERED:
                self._closed = {one: until for one, until in self._closed.items() if until > now}
            bucket = EVERY if headers.get("X-RateLimit-Global") else bucket_of(request.method, request.url.path)
            until = now + float(headers.get("Retry-After", WINDOW))
            self._closed[bucket] = max(self._closed.get(bucket, 0.0), until)
        self._over(context)

    async def _failed(
        self, session: ClientSession, context: SimpleNamespace, request: TraceRequestExceptionParams
    ) -> None:
        self._over(context)

    def _over(self, context: SimpleNamespace) -> None:
        if context.counted:
            asyncio.get_running_loop().call_later(WINDOW, self._room.release)


def bucket_of(method: str, path: str) -> str:
    """What shares a limit, as far as it is known: a route with its channel or server; reactions come and go as one."""
    _, _, below = path.partition(COUNTED)
    _, *parts = below.split("/")
    place, rest = parts[:2], parts[2:]
    if "reactions" in rest:
        return "/".join([*place, "reactions", *([method] if method == "GET" else [])])
    return "/".join([method, *place, *("*" if one.isdecimal() else one for one in rest)])
