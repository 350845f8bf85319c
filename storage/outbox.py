"""The outbox: effects written with the event that wants them, leased by one worker at a time, settled once.

Order. Rows that speak to the same target in the same round (the channel, or one member) are carried out one
after the other: a row is not leased while an earlier one to its target waits, is leased, or was postponed. A
quarantined row lets those behind it pass. What was expanded from a fan-out has no order and stands in lane 1,
behind everything else that is due, so that ten thousand invitations delay nobody's receipt.

`storage.effects` puts them there; this module leases and settles them. A completed row keeps the end of its last
lease, by which it is removed in the end (storage.pruning).

Platforms. A row belongs to the platform of its round, also when it speaks to nobody: who serves a platform has
the settings its rounds were opened under. One index holds what waits, by platform first, so that another
platform's thousand rows are not stepped over one by one.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.sql.base import Executable

from engine.ports import Claim, Sent
from engine.rounds.effects import Effect
from storage.database import Database
from storage.effects import FANNED_OUT, ORDINARY, write_expanded
from storage.prepared import Prepared, insert_unless_there
from storage.rows import claim_from, sent_values, storable
from storage.tables import AUDIT, OUTBOX, ROUNDS, SENT

log = logging.getLogger(__name__)

POSTED_AGAIN = "PossiblyPostedTwice"
"""What the audit calls a message that was posted although an earlier try may have posted it too."""

COMPLETE, QUARANTINED = "complete", "quarantined"

_WAITING = OUTBOX.c.settled.is_(None)
_ITS_KEY = OUTBOX.c.key == bindparam("key_")
_STILL_LEASED = (_ITS_KEY, OUTBOX.c.owner == bindparam("owner_"), _WAITING)
_NO_LEASE = {"owner": null(), "lease_until": null()}

_INSERT_SENT = insert_unless_there(SENT)


def _blocked() -> ColumnElement[bool]:
    earlier = OUTBOX.alias("earlier")
    return exists().where(
        earlier.c.round == OUTBOX.c.round,
        earlier.c.target == OUTBOX.c.target,
        earlier.c.id < OUTBOX.c.id,
        earlier.c.settled.is_(None),
    )


def _due_on(platform: int) -> Select[int, float]:
    """The first due rows of the platform whose parameter has this number."""
    return (
        select(OUTBOX.c.id, OUTBOX.c.due)
        .where(
            _WAITING,
            OUTBOX.c.platform == bindparam(f"platform{platform}_"),
            OUTBOX.c.lane == bindparam("lane_"),
            OUTBOX.c.due <= bindparam("now_"),
            or_(OUTBOX.c.owner.is_(None), OUTBOX.c.lease_until <= bindparam("now_")),
            ~_blocked(),
        )
        .order_by(OUTBOX.c.due, OUTBOX.c.id)
        .limit(bindparam("limit_"))
        .with_for_update(skip_locked=True)
    )


def _lease_due(platforms: int) -> Executable:
    firsts = [_due_on(number) for number in range(platforms)]
    if platforms == 1:
        oldest: Select[int, float] = firsts[0]
    else:
        found = union_all(*(select(*first.subquery().c) for first in firsts)).subquery()
        oldest = select(found.c.id, found.c.due).order_by(found.c.due, found.c.id).limit(bindparam("limit_"))
    due = oldest.cte("due").prefix_with("MATERIALIZED")
    return (
        update(OUTBOX)
        .where(OUTBOX.c.id.in_(select(due.c.id)))
        .values(owner=bindparam("owner_"), lease_until=bindparam("until_"))
        .returning(*OUTBOX.c)
    )


@cache
def _leasing(platforms: int) -> Prepared:
    return Prepared(lambda _: _lease_due(platforms))


_RENEW = Prepared(lambda _: update(OUTBOX).where(*_STILL_LEASED).values(lease_until=bindparam("until_")))
_ATTEMPT = Prepared(
    lambda _: (
        update(OUTBOX)
        .where(*_STILL_LEASED, OUTBOX.c.lease_until > bindparam("now_"))
        .values(attempts=bindparam("attempts_"), attempted_at=func.coalesce(OUTBOX.c.attempted_at, bindparam("now_")))
    )
)
_COMPLETE = Prepared(
    lambda _: (
        update(OUTBOX)
        .where(_ITS_KEY, func.coalesce(OUTBOX.c.settled, "") != COMPLETE)
        .values(
            settled=COMPLETE,
            problem=null(),
            owner=null(),
            lease_until=func.coalesce(OUTBOX.c.lease_until, bindparam("until_")),
        )
    )
)
_COMPLETE_LEASED = Prepared(lambda _: update(OUTBOX).where(*_STILL_LEASED).values(settled=COMPLETE, owner=null()))
_MOVE_CURSOR = Prepared(lambda _: update(OUTBOX).where(*_STILL_LEASED).values(cursor=bindparam("cursor_")))
_POSTPONE = Prepared(
    lambda _: (
        update(OUTBOX)
        .where(*_STILL_LEASED)
        .values(due=bindparam("due_"), attempts=bindparam("attempts_"), problem=bindparam("problem_"), **_NO_LEASE)
    )
)
_QUARANTINE = Prepared(
    lambda _: (
        update(OUTBOX).where(*_STILL_LEASED).values(settled=QUARANTINED, problem=bindparam("problem_"), **_NO_LEASE)
    )
)
_RETRY = Prepared(
    lambda _: (
        update(OUTBOX)
        .where(_ITS_KEY, OUTBOX.c.settled == QUARANTINED)
        .values(settled=null(), due=bindparam("due_"), attempts=0, problem=null(), **_NO_LEASE)
    )
)
_RELEASE = Prepared(lambda _: update(OUTBOX).where(_WAITING, OUTBOX.c.owner == bindparam("owner_")).values(**_NO_LEASE))
_ITS_PLATFORM = OUTBOX.c.platform == bindparam("platform_")
_NEXT_UNLEASED = Prepared(
    lambda _: (
        select(OUTBOX.c.due)
        .where(_WAITING, _ITS_PLATFORM, OUTBOX.c.lane == bindparam("lane_"), OUTBOX.c.owner.is_(None), ~_blocked())
        .order_by(OUTBOX.c.due, OUTBOX.c.id)
        .limit(1)
    )
)
_NEXT_LEASE_END = Prepared(
    lambda _: select(func.min(OUTBOX.c.lease_until)).where(_WAITING, _ITS_PLATFORM, OUTBOX.c.owner.is_not(None))
)
_PLATFORM = Prepared(lambda _: select(OUTBOX.c.platform).where(_ITS_KEY))


def complete_leased(connection: Connection, claim: Claim) -> bool:
    """Mark a row complete if it is still leased to the claim's owner."""
    return _COMPLETE_LEASED.run(connection, _lease_of(claim)).rowcount == 1


def _posted_again(claim: Claim, at: float) -> Executable:
    values: dict[str, ColumnElement[Any]] = {
        "round": ROUNDS.c.id,
        "version": ROUNDS.c.version,
        "phase": ROUNDS.c.phase,
        "event": literal(POSTED_AGAIN),
        "delivery": literal(claim.key),
        "at": literal(at),
    }
    return insert(AUDIT).from_select(list(values), select(*values.values()).where(ROUNDS.c.id == claim.round))


def _lease_of(claim: Claim) -> dict[str, str]:
    return {"key_": claim.key, "owner_": claim.owner}


class Outbox:
    """The outbox's half of `RoundStore`."""

    database: Database

    async def claim(
        self, owner: str, now: float, limit: int, lease_seconds: float, platforms: Collection[str]
    ) -> list[Claim]:
        """See `RoundStore.claim`. Oldest first within a lane; see this module for the order of rows."""
        if not platforms:
            return []
        served = {f"platform{number}_": name for number, name in enumerate(platforms)}
        values = {"owner_": owner, "now_": now, "until_": now + lease_seconds, **served}
        lease_due = _leasing(len(served))

        def work(connection: Connection) -> list[Claim]:
            claimed: list[Claim] = []
            for lane in (ORDINARY, FANNED_OUT):
                if len(claimed) < limit:
                    wanted = {**values, "lane_": lane, "limit_": limit - len(claimed)}
                    rows = lease_due.run(connection, wanted).mappings().all()
                    claimed += [claim_from(row) for row in sorted(rows, key=lambda row: (row["due"], row["id"]))]
            return claimed

        return await self.database.write(work)

    async def renew(self, claims: Sequence[Claim], now: float, lease_seconds: float) -> None:
        """See `RoundStore.renew`."""
        rows = [
            {**_lease_of(claim), "until_": now + lease_seconds} for claim in sorted(claims, key=lambda one: one.key)
        ]
        if rows:
            await self.database.write(lambda connection: _RENEW.run_many(connection, rows))

    async def attempt(self, claim: Claim, now: float) -> bool:
        """See `RoundStore.attempt`."""
        values = {**_lease_of(claim), "now_": now, "attempts_": claim.attempts + 1}
        return await self.database.write(lambda connection: _ATTEMPT.run(connection, values).rowcount == 1)

    async def complete(self, claim: Claim, sent: Sequence[Sent] = (), *, again_at: float | None = None) -> None:
        """See `RoundStore.complete`. Also after the lease was lost: what was carried out must not be again."""

        def work(connection: Connection) -> None:
            completed = _COMPLETE.run(connection, {"key_": claim.key, "until_": claim.lease_until}).rowcount
            if completed and again_at is not None:
                connection.execute(_posted_again(claim, again_at))
            _INSERT_SENT.run_many(connection, [sent_values(one) for one in sent])

        await self.database.write(work)

    async def expand(self, claim: Claim, effects: Sequence[Effect], cursor: str | None) -> None:
        """See `RoundStore.expand`. Nothing happens when the lease was lost: its new owner expands."""

        def work(connection: Connection) -> None:
            moved = (
                complete_leased(connection, claim)
                if cursor is None
                else _MOVE_CURSOR.run(connection, {**_lease_of(claim), "cursor_": cursor}).rowcount == 1
            )
            found = _PLATFORM.first(connection, {"key_": claim.key}) if moved else None
            if found is not None:
                write_expanded(connection, claim, effects, found[0])

        await self.database.write(work)

    async def postpone(self, claim: Claim, due: float, reason: str) -> None:
        """See `RoundStore.postpone`."""
        values = {**_lease_of(claim), "due_": due, "attempts_": claim.attempts + 1, "problem_": storable(reason)}
        await self.database.write(lambda connection: _POSTPONE.run(connection, values))
        log.warning("postponed", extra={"key": claim.key, "due": due, "reason": reason})

    async def quarantine(self, claim: Claim, reason: str) -> None:
        """See `RoundStore.quarantine`."""
        values = {**_lease_of(claim), "problem_": storable(reason)}
        await self.database.write(lambda connection: _QUARANTINE.run(connection, values))
        log.error("quarantined", extra={"key": claim.key, "reason": reason})

    async def retry(self, key: str, now: float) -> bool:
        """See `RoundStore.retry`. Its failures are counted anew."""
        values = {"key_": key, "due_": now}
        return await self.database.write(lambda connection: _RETRY.run(connection, values).rowcount == 1)

    async def release(self, owner: str) -> None:
        """See `RoundStore.release`."""
        await self.database.write(lambda connection: _RELEASE.run(connection, {"owner_": owner}))

    async def next_due(self, platforms: Collection[str]) -> float | None:
        """See `RoundStore.next_due`. 0 for what is due at once; a leased row is due when its lease ends."""

        def work(connection: Connection) -> float | None:
            found: list[Sequence[Any] | None] = []
            for platform in platforms:
                values = {"platform_": platform}
                found += [
                    _NEXT_UNLEASED.first(connection, {**values, "lane_": lane}) for lane in (ORDINARY, FANNED_OUT)
                ]
                found.append(_NEXT_LEASE_END.first(connection, values))
            return min((row[0] for row in found if row is not None and row[0] is not None), default=None)

        return await self.database.read(work)
