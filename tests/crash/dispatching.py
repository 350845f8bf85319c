"""A bot process that only carries out: `python -m tests.crash.dispatching URL FOLDER OWNER FATAL`.

It works with the system's clock and short leases, beside any number of others, until nothing waits but timers;
with FATAL above 0 it dies at its boundary of that number.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from sqlalchemy import func, select

from bot.answering import Answering, Models
from bot.clock import SystemClock
from bot.dispatcher import Dispatcher, Pace
from bot.effects import Effects
from bot.platform import Done, Inbound, Reply
from bot.speaking import Speaking
from bot.texts import Texts
from engine import catalog
from storage.database import Database
from storage.store import DatabaseStore
from storage.tables import OUTBOX
from tests.crash.boundaries import Boundaries, CountedDatabase, Fate, count_commits
from tests.crash.chats import JournalChat
from tests.crash.journal import Journal

LEASE = 2.0
JOURNAL = "journal"


async def carry_out(url: str, folder: Path, owner: str, fatal: int) -> None:
    """Work until nothing waits but timers."""
    boundaries = Boundaries(Fate(fatal, -1, folder / "deaths") if fatal else None)
    database = CountedDatabase(Database.open(url), boundaries)
    boundaries.begin(0)
    store, clock = DatabaseStore(database), SystemClock()
    chat = JournalChat(Journal(folder / JOURNAL), boundaries, clock, _nothing, idempotent=False, troubles=())
    models = Models(catalog.generator, catalog.predictor)
    answering = Answering(store, {chat.name: chat}, models, clock)
    effects = Effects(store, answering, Speaking(store, {chat.name: chat}, lambda _: None, Texts(), clock))
    pace = Pace(lease=LEASE, batch=8, rounds=4, poll=0.05)
    dispatcher = Dispatcher(store, effects.carry_out, effects.give_up, clock, owner, (chat.name,), pace)
    running = asyncio.create_task(dispatcher.run())
    waiting = select(func.count()).where(OUTBOX.c.settled.is_(None), OUTBOX.c.kind != "WakeAt")
    while await database.read(lambda connection: connection.execute(waiting).scalar_one()):
        await asyncio.sleep(0.05)
    await dispatcher.stop(1.0)
    await running
    await database.close()


async def _nothing(item: Inbound) -> Reply:
    return Done()


if __name__ == "__main__":
    count_commits()
    asyncio.run(carry_out(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
