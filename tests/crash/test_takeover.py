"""Two processes on one database: when one is killed, the other takes its rows over once their leases ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import RowMapping, select

from engine.ports import Delivery
from engine.rounds.events import MemberJoined, RoundOpened
from engine.rounds.model import Rules
from engine.service import handle
from storage.database import Database
from storage.store import DatabaseStore
from storage.tables import OUTBOX
from tests.crash.dispatching import JOURNAL
from tests.crash.journal import Journal
from tests.crash.workers import ROOT, Databases

pytestmark = pytest.mark.crash

ROUNDS, MEMBERS = 10, 3


@pytest.mark.parametrize("fatal", [21, 24, 27])
async def test_the_other_process_takes_over_when_leases_end(
    databases: Databases, crash_folder: Path, fatal: int
) -> None:
    url = databases.fresh(crash_folder)
    await _open_rounds(url)
    first = _process(url, crash_folder, "first", fatal)
    assert first.wait(60) == -signal.SIGKILL
    left = [row for row in await _outbox(url) if row["settled"] is None and row["owner"] == "first"]
    ends = {row["key"]: row["lease_until"] for row in left}
    assert len(ends) > 1, "it was killed while it held rows"
    assert max(ends.values()) > time.time(), "these leases last while the other process begins"

    other, third = (_process(url, crash_folder, owner, 0) for owner in ("other", "third"))
    assert [other.wait(60), third.wait(60)] == [0, 0]

    rows = {row["key"]: row for row in await _outbox(url)}
    assert {row["settled"] for row in rows.values() if row["kind"] != "WakeAt"} == {"complete"}
    posts = list(Journal(crash_folder / JOURNAL).of("post"))
    spoken = {key for key, row in rows.items() if row["kind"] in {"Announce", "AskOpinion"}}
    times = Counter(post["key"] for post in posts)
    assert set(times) == spoken
    assert len(spoken) == ROUNDS * (1 + MEMBERS)
    twice = [post for post in posts if times[post["key"]] > 1]
    assert len(twice) in {0, 2}, "at most the message that was being sent is sent again"
    assert all(post["announced"] for post in twice[1:]), "and the platform is told so"
    for post in posts:
        if post["key"] in ends and post not in twice[:1]:
            assert post["at"] >= ends[post["key"]], "nobody touches a row before its lease has ended"
    databases.drop(url)


async def _open_rounds(url: str) -> None:
    store = DatabaseStore(Database.open(url))
    now = time.time()
    for number in range(ROUNDS):
        name = f"round{number}"
        opened = RoundOpened(now, name, "chat:team", "chat:mod", "Should we?", None, None, Rules(reminders=False), 1)
        assert await handle(store, Delivery(f"{name}/open", name, opened))
        for member in range(MEMBERS):
            joined = MemberJoined(now, f"chat:member{member}")
            assert await handle(store, Delivery(f"{name}/join{member}", name, joined))
    await store.close()


async def _outbox(url: str) -> list[RowMapping]:
    database = Database.open(url)
    rows = await database.read(lambda connection: list(connection.execute(select(OUTBOX)).mappings()))
    await database.close()
    return rows


def _process(url: str, folder: Path, owner: str, fatal: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.crash.dispatching", url, str(folder), owner, str(fatal)]
    return subprocess.Popen(command, cwd=ROOT)
