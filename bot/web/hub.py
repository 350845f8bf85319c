"""Brings what changed to the pages that are open: at once within a process, within a second between processes."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any, Protocol

from sqlalchemy import Connection

from bot.web import head, messages, seats
from bot.web.messages import Shown, message_json
from engine.errors import StoreUnavailable
from storage.database import Database

POLL_SECONDS = 1.0
REST_SECONDS = 0.03
"""Between two looks, so that a burst of changes becomes one frame."""

CATCH_UP = 500
"""A page that missed more messages than this starts afresh."""

Frame = dict[str, Any]

log = logging.getLogger(__name__)


class Reader(Protocol):
    """An open page."""

    channel: str
    member: str

    def offer(self, frame: Frame) -> None:
        """Queue a frame for the page, or give the page up when it is too slow."""

    def dismiss(self) -> None:
        """Close the page: its person left the channel."""


class Hub:
    """Every open page of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._readers: set[Reader] = set()
        self._seen = 0
        self._turn = asyncio.Lock()
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """Look for changes now."""
        self._poked.set()

    async def start(self) -> None:
        """Begin at what is committed now."""
        self._seen, _ = await self._database.read(head.current)

    async def run(self) -> None:
        """Forever: look for changes and tell the readers."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):  # wait_for loses a cancellation before Python 3.12
                    await self._poked.wait()
            self._poked.clear()
            try:
                async with self._turn:
                    await self._look()
            except StoreUnavailable as error:
                log.warning("open pages wait for the database", extra={"reason": str(error)})
                await asyncio.sleep(POLL_SECONDS)
            await asyncio.sleep(REST_SECONDS)

    async def join(self, reader: Reader, seen: int, epoch: str) -> None:
        """Bring a reader up to date from the number `seen`, and keep it so.

        A reader that comes from another database, or missed too much, is told to start afresh.
        """
        async with self._turn:
            await self._look()
            welcome = await self._database.read(
                lambda connection: _welcome(connection, reader, seen, epoch, self._seen)
            )
            reader.offer(welcome)
            self._readers.add(reader)

    def leave(self, reader: Reader) -> None:
        """Forget a reader."""
        self._readers.discard(reader)

    async def _look(self) -> None:
        readers = {reader.member for reader in self._readers}
        after = self._seen

        def work(connection: Connection) -> tuple[int, list[Shown], dict[str, Any], set[tuple[str, str]]]:
            now, _ = head.current(connection)
            if now == after or not readers:
                return now, [], {}, set()
            moved = seats.channels_changed(connection, after)
            people = {channel: seats.people(connection, channel) for channel in moved}
            gone = seats.left_since(connection, after) if moved else set()
            return now, messages.changed_since(connection, after, readers), people, gone

        self._seen, shown, people, gone = await self._database.read(work)
        for reader in list(self._readers):
            if (reader.channel, reader.member) in gone:
                reader.dismiss()
                continue
            mine = [one for one in shown if one.is_for(reader.channel, reader.member)]
            if mine or reader.channel in people:
                frame = {
                    "type": "changes",
                    "seen": self._seen,
                    "messages": [message_json(one, reader.member) for one in mine],
                }
                reader.offer(frame | ({"people": people[reader.channel]} if reader.channel in people else {}))


def _welcome(connection: Connection, reader: Reader, seen: int, epoch: str, now: int) -> Frame:
    _, here = head.current(connection)
    channel, member = reader.channel, reader.member
    fresh = (
        seen == 0 or seen > now or epoch != here or messages.count_changed(connection, seen, channel, member) > CATCH_UP
    )
    earlier = {}
    if fresh:
        public = messages.newest(connection, channel, member, False, None)
        private = messages.newest(connection, channel, member, True, None)
        shown = public + private
        earlier = {"channel": len(public) == messages.PAGE, "direct": len(private) == messages.PAGE}
    else:
        shown = messages.changed_since(connection, seen, [member], (channel, member))
    return {
        "type": "welcome",
        "seen": now,
        "epoch": here,
        "fresh": fresh,
        "earlier": earlier,
        "people": seats.people(connection, channel),
        "messages": [message_json(one, member) for one in shown],
    }
