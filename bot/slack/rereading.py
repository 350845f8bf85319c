"""What was written, edited and deleted in private while nobody listened, as the events that Slack would have sent.

A conversation's history shows what was written in it and the edits of that; what is answered in threads is read where
a thread goes on. Of what somebody gave to a running round, the rest is asked for one message at a time: an answer in
a thread may have been edited, and what Slack no longer has was deleted. Slack's own retention, which takes the oldest
first, deletes nobody's opinion: something older has to be there still.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from bot.slack.calls import Calls, Json, Method
from bot.slack.history import messages
from bot.slack.ids import theirs
from bot.slack.views import digest
from engine.errors import PlatformRefused
from engine.ports import Clock, RoundStore
from storage.hearing import TAKING_TEXT, Conversation

log = logging.getLogger(__name__)

DRIFT = 60.0
"""Seconds by which our clock may be ahead of Slack's."""

PAGES = 10
"""How many pages of one conversation, or of one thread in it, are read at most."""

ABSENT = frozenset({"thread_not_found", "message_gone"})
"""Why Slack gives no message."""

Hear = Callable[[Json], Awaitable[None]]
"""Takes an event's payload as if Slack had sent it."""

_STAMP = re.compile(r"\d+\.\d+")


class Rereading:
    """Reads private conversations of one workspace again."""

    def __init__(self, store: RoundStore, calls: Calls, hear: Hear, clock: Clock) -> None:
        self._store = store
        self._calls = calls
        self._hear = hear
        self._clock = clock

    async def conversation(self, one: Conversation, since: float) -> None:
        """Hear what was written, edited or deleted in a conversation since then, in the order in which it was written.

        Raises PlatformUnavailable and StoreUnavailable.
        """
        channel = theirs(one.channel).id
        try:
            said = await self._said(channel, one.opened - DRIFT, since)
            gone = [ts async for ts in self._gone(channel, one.member, said)]
        except PlatformRefused as refusal:
            log.warning("conversation not read", extra={"channel": one.channel, "reason": refusal.reason})
            return
        for _, message in sorted(said.items()):
            for payload in _payloads(channel, message, since):
                await self._hear(payload)
        for ts in gone:
            await self._hear(_deletion(channel, theirs(one.member).id, ts, self._clock.now()))

    async def _said(self, channel: str, opened: float, since: float) -> dict[str, Json]:
        """What stands in a conversation, by its time: all of it from `opened` on, and answers in threads since then."""
        client = self._calls.client
        read = self._read(client.conversations_history, channel=channel, oldest=f"{opened:.6f}")
        said = [message async for message in read]
        for root in [one for one in said if float(one.get("latest_reply") or 0.0) > since]:
            read = self._read(client.conversations_replies, channel=channel, ts=root["ts"], oldest=f"{since:.6f}")
            said += [message async for message in read]
        return {str(message["ts"]): message for message in said}

    async def _gone(self, channel: str, member: str, said: dict[str, Json]) -> AsyncIterator[str]:
        """What the member gave to a running round and Slack no longer has; what it still has is added to `said`."""
        for ts in await self._given(member):
            there = said.get(ts)
            if there is None and any(other < ts for other in said):
                there = await self._message(channel, ts)
                if there is None:
                    yield ts
                    continue
                said[ts] = there
            if there is not None and there.get("subtype") == "tombstone":
                yield ts

    async def _given(self, member: str) -> list[str]:
        """The times of the member's messages that stand as an opinion or a critique, or wait to."""
        given: set[str] = set()
        for round in await self._store.rounds_of(member, running=True):
            standing = await self._store.standing(round.id, member) if round.phase in TAKING_TEXT else None
            if standing is not None:
                waiting = () if standing.pending is None else (standing.pending,)
                given.update(part.source for part in (*standing.opinion, *waiting, *standing.critique))
        return sorted(one for one in given if _STAMP.fullmatch(one))

    async def _message(self, channel: str, ts: str) -> Json | None:
        """A message, in a thread or not; None where Slack has none."""
        replies = self._calls.client.conversations_replies
        try:
            read = self._read(replies, channel=channel, ts=ts, oldest=ts, latest=ts, inclusive=True)
            found = [message async for message in read]
        except PlatformRefused as refusal:
            if refusal.reason in ABSENT:
                return None
            raise
        return next((one for one in found if one["ts"] == ts), {"ts": ts})

    def _read(self, method: Method, **arguments: Any) -> AsyncIterator[Json]:
        return messages(self._calls, method, pages=PAGES, can_wait=True, **arguments)


def _payloads(channel: str, message: Json, since: float) -> Iterator[Json]:
    """The events that Slack sent of a message, or would have sent; none for what was written and edited before."""
    ts, edited = str(message["ts"]), str((message.get("edited") or {}).get("ts") or "")
    event = {"type": "message", "channel": channel, "channel_type": "im"}
    if float(ts) > since and message.get("subtype") != "tombstone":
        yield {"event": {**message, **event}, "event_id": f"caught-up/{channel}/{ts}"}
    if edited and float(edited) > since:
        changed = {"subtype": "message_changed", "message": message, "event_ts": edited}
        version = digest((("edited", edited), ("text", str(message.get("text") or ""))))
        yield {"event": {**event, **changed}, "event_id": f"caught-up/{channel}/{ts}/{version}"}


def _deletion(channel: str, user: str, ts: str, at: float) -> Json:
    """The event that Slack sent of a deletion, or would have sent; when that was it does not tell."""
    event = {"type": "message", "subtype": "message_deleted", "channel": channel, "channel_type": "im"}
    before = {"user": user, "ts": ts}
    told = {**event, "deleted_ts": ts, "previous_message": before, "event_ts": f"{at:.6f}"}
    return {"event": told, "event_id": f"caught-up/{channel}/{ts}/deleted"}
