"""What becomes of the rounds of a server that the bot was removed from, where the operator wants nothing kept.

Running rounds are cancelled; then everything that anybody gave is deleted as if each had asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from engine.ports import Clock, Delivery
from engine.rounds.events import MemberForgotten, RoundCancelled
from engine.service import handle
from storage.store import DatabaseStore
from storage.tables import ROUNDS, STANDINGS

AT_ONCE = 200
"""Channels asked for in one query."""

PAGE = 500


class Removal:
    """Deletes what members gave in some channels; doing so again goes on where it was interrupted."""

    def __init__(self, store: DatabaseStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, channels: tuple[str, ...]) -> None:
        """Delete it. channels: our ids. Raises StoreUnavailable."""
        for part in _parts(channels):
            for known, moderator in await self._rounds(part):
                cancelled = RoundCancelled(self._clock.now(), moderator, True)
                await handle(self._store, Delivery(f"removed/{known}", known, cancelled))
                await self._forget_members(known)
            for channel in part:
                await self._store.set_channel_settings(channel, {})

    async def _rounds(self, channels: tuple[str, ...]) -> list[tuple[str, str]]:
        wanted = select(ROUNDS.c.id, ROUNDS.c.moderator).where(ROUNDS.c.channel.in_(channels)).order_by(ROUNDS.c.id)

        def work(connection: Connection) -> list[tuple[str, str]]:
            return [(str(row[0]), str(row[1])) for row in connection.execute(wanted)]

        return await self._store.database.read(work)

    async def _forget_members(self, round: str) -> None:
        after = ""
        while True:
            page = await self._members(round, after)
            for member in page:
                event = MemberForgotten(self._clock.now(), member)
                await handle(self._store, Delivery(f"removed/{round}/{member}", round, event))
            if len(page) < PAGE:
                return
            after = page[-1]

    async def _members(self, round: str, after: str) -> list[str]:
        wanted = select(STANDINGS.c.member).where(STANDINGS.c.round == round, STANDINGS.c.member > after)
        wanted = wanted.order_by(STANDINGS.c.member).limit(PAGE)

        def work(connection: Connection) -> list[str]:
            return [str(one) for one in connection.execute(wanted).scalars()]

        return await self._store.database.read(work)


def _parts(channels: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for at in range(0, len(channels), AT_ONCE):
        yield channels[at : at + AT_ONCE]
