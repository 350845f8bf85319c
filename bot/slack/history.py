"""Reading messages that stand in Slack, in pages as long as Slack allows this app.

Apps that are distributed outside Slack's Marketplace get 15 messages a page, once a minute.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from bot.slack.calls import PATIENCE, Calls, Json, Method
from engine.errors import PlatformRefused

PAGE, SHORT_PAGE = 200, 15


async def messages(
    calls: Calls, method: Method, *, pages: int | None = None, can_wait: bool = False, **arguments: Any
) -> AsyncIterator[Json]:
    """What conversations.history (newest first) or .replies holds; `pages` at most. Raises what `Calls` raises.

    can_wait: see `Calls`.
    """
    limit, cursor, read = SHORT_PAGE if calls.short_pages else PAGE, None, 0
    while pages is None or read < pages:
        try:
            answer = await calls(method, limit=limit, cursor=cursor, patience=PATIENCE, can_wait=can_wait, **arguments)
        except PlatformRefused as refusal:
            if refusal.reason != "invalid_limit" or limit == SHORT_PAGE:
                raise
            limit, calls.short_pages = SHORT_PAGE, True
            continue
        for one in answer.get("messages") or ():
            yield one
        read += 1
        cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "") or None
        if cursor is None:
            return
