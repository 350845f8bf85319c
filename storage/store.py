"""The round store: one event, one transaction."""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection, bindparam, select, update

from engine.ports import Claim, Decide, Delivery
from engine.rounds.entries import Forgotten
from engine.rounds.events import Event
from engine.rounds.machine import people
from engine.rounds.model import Round, Standing
from engine.rounds.transition import Transition
from storage.database import Database
from storage.drafts import Drafts
from storage.effects import write_effects
from storage.entries import write_entry
from storage.held import Holding
from storage.outbox import Outbox, complete_leased
from storage.prepared import Prepared, insert_unless_there, parameters, plain_insert, upsert
from storage.pruning import Pruning
from storage.queries import Queries
from storage.rows import round_from, round_values, standing_from, standing_values
from storage.tables import AUDIT, INBOX, ROUNDS, STANDINGS

_SEEN = insert_unless_there(INBOX)
_ROUND = Prepared(lambda _: select(ROUNDS).where(ROUNDS.c.id == bindparam("id_")).with_for_update())
_STANDING = Prepared(
    lambda _: select(STANDINGS).where(
        STANDINGS.c.round == bindparam("round_"), STANDINGS.c.member == bindparam("member_")
    )
)
_NEW_ROUND = insert_unless_there(ROUNDS)
_CHANGED_ROUND = Prepared(
    lambda _: (
        update(ROUNDS)
        .where(ROUNDS.c.id == bindparam("id_"), ROUNDS.c.version == bindparam("version_"))
        .values({name: bind for name, bind in parameters(ROUNDS).items() if name != "id"})
    )
)
_WRITE_STANDING = upsert(STANDINGS)
_WRITE_AUDIT = plain_insert(AUDIT)


class _NothingToDo(Exception):
    """Undoes the transaction; the delivery counts as unseen."""


class _AnotherWasFirst(Exception):
    """Another process opened the same round meanwhile; PostgreSQL has no row to lock before there is one."""


class DatabaseStore(Outbox, Queries, Drafts, Holding, Pruning):
    """A `RoundStore` in SQLite or PostgreSQL; any number of processes may each have one on the same database."""

    def __init__(self, database: Database) -> None:
        """`database`: whose tables are up to date; the store closes it."""
        self.database = database

    async def transact(self, delivery: Delivery, decide: Decide, completes: Claim | None = None) -> Transition | None:
        """See `RoundStore.transact`."""

        def work(connection: Connection) -> Transition | None:
            return _transact(connection, delivery, decide, completes)

        while True:
            try:
                transition = await self.database.write(work, lock=delivery.round)
            except _NothingToDo:
                return None
            except _AnotherWasFirst:
                continue
            if transition is not None and any(isinstance(entry, Forgotten) for entry in transition.entries):
                await self.database.scrub()
            return transition

    async def close(self) -> None:
        """See `RoundStore.close`."""
        await self.database.close()


async def open_store(url: str, *, migrate: bool) -> DatabaseStore:
    """A store on the database at `url` (see `Database.open`).

    migrate: create or update its tables first; otherwise StoreUnusable says to run `parley migrate` when they
    are not those of this version. Raises StoreUnusable and StoreUnavailable.
    """
    from storage import migrations

    if migrate:
        await asyncio.to_thread(migrations.migrate, url)
    else:
        migrations.require_current(await asyncio.to_thread(migrations.current, url))
    return DatabaseStore(Database.open(url))


def _transact(connection: Connection, delivery: Delivery, decide: Decide, completes: Claim | None) -> Transition | None:
    event = delivery.event
    seen = _SEEN.run(connection, {"id": delivery.id, "round": delivery.round, "at": event.at})
    if not seen.rowcount:
        return None
    if completes is not None and not complete_leased(connection, completes):
        raise _NothingToDo
    row = _ROUND.first(connection, {"id_": delivery.round})
    before = None if row is None else round_from(row)
    transition = decide(before, event, _standings(connection, delivery.round, event))
    if transition is None:
        raise _NothingToDo
    after = transition.round
    if after is not before:
        _write_round(connection, before, after)
    _WRITE_STANDING.run_many(connection, [standing_values(after, one) for one in transition.standings])
    for entry in transition.entries:
        write_entry(connection, after, entry)
    _WRITE_AUDIT.run(
        connection,
        {
            "round": after.id,
            "version": after.version,
            "event": type(event).__name__,
            "person": getattr(event, "member", None) or getattr(event, "by", None) or getattr(event, "moderator", None),
            "phase": after.phase.value,
            "delivery": delivery.id,
            "at": event.at,
        },
    )
    write_effects(connection, after, transition.effects)
    return transition


def _standings(connection: Connection, round: str, event: Event) -> dict[str, Standing]:
    members = people(event)
    if len(members) == 1:
        row = _STANDING.first(connection, {"round_": round, "member_": members[0]})
        return {} if row is None else {members[0]: standing_from(row)}
    if not members:
        return {}
    query = select(STANDINGS).where(STANDINGS.c.round == round, STANDINGS.c.member.in_(members))
    return {standing.member: standing for standing in map(standing_from, connection.execute(query))}


def _write_round(connection: Connection, before: Round | None, after: Round) -> None:
    values = round_values(after)
    if before is None:
        if not _NEW_ROUND.run(connection, values).rowcount:
            raise _AnotherWasFirst
    else:
        changed = _CHANGED_ROUND.run(connection, {**values, "id_": before.id, "version_": before.version})
        if changed.rowcount != 1:
            raise AssertionError(f"round {before.id!r} changed while it was locked")
