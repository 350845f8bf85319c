"""Commands and buttons that were acknowledged before they happened, kept until they have.

While Slack is slow to say what has to be known first, an act is acknowledged early: Slack repeats no command and no
button. What is needed of its payload is committed before, so that it happens though this process dies in between.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, delete, select, update

from storage.database import Database
from storage.prepared import insert_unless_there
from storage.slack_tables import SLACK_PROMISES

LEASE = 30.0
"""Seconds for which a process is at an act before another one takes it over."""

MOST_TRIES = 3
"""So often it is tried again before somebody is told that it did not happen."""

OLDEST = 900.0
"""What is older is not done any more: whoever wanted it has done something else since. They are told."""

KEPT_AT_MOST = 86_400.0
"""What is older is deleted unseen, as where the app was removed meanwhile."""

NEEDED = ("text", "channel_id", "user_id", "trigger_id", "response_url", "actions", "user", "container", "channel")
"""The parts of a payload out of which the act is made again."""

_MAKE = insert_unless_there(SLACK_PROMISES)

Kind = Literal["command", "action"]


@dataclass(frozen=True, slots=True)
class Promise:
    """An act that will happen. id: its delivery. body: see `NEEDED`. at: when it came, in seconds since the epoch.

    tries: how often it was taken over from somebody who did not keep it.
    """

    id: str
    kind: Kind
    body: Mapping[str, Any]
    at: float
    tries: int = 0

    def is_void(self, now: float) -> bool:
        """Whether it is tried no more: somebody is told that it did not happen."""
        return self.tries > MOST_TRIES or now - self.at > OLDEST


class Promises:
    """The promises of one workspace; any number of processes may share them."""

    def __init__(self, database: Database, team: str) -> None:
        self._database = database
        self._team = team

    async def make(self, promise: Promise, now: float) -> None:
        """From its return on, the act happens. Raises StoreUnavailable."""
        body = json.dumps({name: promise.body[name] for name in NEEDED if name in promise.body})
        values: dict[str, Any] = {"id": promise.id, "team": self._team, "kind": promise.kind, "body": body}
        values |= {"at": promise.at, "lease_until": now + LEASE, "tries": 0}
        await self._database.write(lambda connection: _MAKE.run(connection, values))

    async def kept(self, promise: Promise) -> None:
        """The act has happened, or somebody was told that it did not. Raises StoreUnavailable."""
        gone = delete(SLACK_PROMISES).where(SLACK_PROMISES.c.id == promise.id)
        await self._database.write(lambda connection: connection.execute(gone))

    async def hand_over(self, known: Sequence[str]) -> None:
        """This process ends before it kept them: another one need not wait for that. Raises StoreUnavailable."""
        ours = update(SLACK_PROMISES).where(SLACK_PROMISES.c.id.in_(known)).values(lease_until=0.0)
        await self._database.write(lambda connection: connection.execute(ours))

    async def forsaken(self, now: float) -> list[Promise]:
        """Take over what nobody is at any more, the oldest first. Raises StoreUnavailable."""
        table = SLACK_PROMISES.c
        over = delete(SLACK_PROMISES).where(table.at < now - KEPT_AT_MOST)
        mine = update(SLACK_PROMISES).where(table.team == self._team, table.lease_until < now)
        taken = mine.values(lease_until=now + LEASE, tries=table.tries + 1).returning(
            table.id, table.kind, table.body, table.at, table.tries
        )

        def take(connection: Connection) -> Sequence[Any]:
            connection.execute(over)
            return connection.execute(taken).all()

        rows = await self._database.write(take)
        found = [Promise(row.id, row.kind, json.loads(row.body), row.at, row.tries) for row in rows]
        return sorted(found, key=lambda one: one.at)


async def promised_in(database: Database) -> list[str]:
    """The workspaces in which something was promised. Raises StoreUnavailable."""
    wanted = select(SLACK_PROMISES.c.team).distinct()
    return await database.read(lambda connection: list(connection.execute(wanted).scalars()))
