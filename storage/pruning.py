"""What nobody needs any more is removed, a bounded number of rows at a time, beside the work."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, exists, select

from storage.database import Database
from storage.outbox import COMPLETE
from storage.queries import OVER
from storage.tables import INBOX, OUTBOX, ROUNDS

_ROUND_RUNS = exists().where(ROUNDS.c.id == INBOX.c.round, ROUNDS.c.phase.not_in([phase.value for phase in OVER]))
_OLD_DELIVERIES = (
    select(INBOX.c.id)
    .where(INBOX.c.at < bindparam("before_"), ~_ROUND_RUNS)
    .order_by(INBOX.c.at)
    .limit(bindparam("limit_"))
    .with_for_update(of=INBOX, skip_locked=True)
)
_OLD_EFFECTS = (
    select(OUTBOX.c.id)
    .where(OUTBOX.c.settled == COMPLETE, OUTBOX.c.lease_until < bindparam("before_"))
    .order_by(OUTBOX.c.lease_until)
    .limit(bindparam("limit_"))
    .with_for_update(skip_locked=True)
)


class Pruning:
    """The tidying part of `RoundStore`."""

    database: Database

    async def prune(self, before: float, limit: int) -> int:
        """See `RoundStore.prune`. A completed row carries when its last lease would have ended; that time counts."""

        def work(connection: Connection) -> int:
            values = {"before_": before, "limit_": limit}
            deliveries = connection.execute(delete(INBOX).where(INBOX.c.id.in_(_OLD_DELIVERIES)), values)
            effects = connection.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(_OLD_EFFECTS)), values)
            return max(deliveries.rowcount, effects.rowcount)

        return await self.database.write(work)
