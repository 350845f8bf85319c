"""python -m benchmarks.events [--json]: how many events a second the store commits, and how long one waits.

An event is a rating that comes through engine.service.handle: eight or nine statements in one durable
transaction. Measured for groups of 10, 1,000 and 10,000, on SQLite (WAL, synchronous=FULL) and on a PostgreSQL
started for it (synchronous_commit=on): one after the other, with 64 waiting, and from four processes on one hot
round. Beside them stand the same statements with the same parameters through the raw driver, synchronously, as
the limit, and how many single inserts the database commits. Ours and the raw driver take turns in short chunks,
and the median chunk counts, so that whatever else the machine does meets both alike; of the waiting crowd and of
the processes, the run with the median p99 of three counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.event_databases import (
    ROUND,
    Databases,
    PostgresDatabases,
    Recording,
    SqliteDatabases,
    rating,
    replay,
)
from benchmarks.postgres_server import PostgresMissing, PostgresServer
from engine.service import handle
from storage.store import DatabaseStore, open_store

T = TypeVar("T")

GROUPS = (10, 1_000, 10_000)
WAITING = 64
PROCESSES = 4
CHUNK = 50
REPEATS = 3

SLOWDOWN_LIMIT = 1.5
SHARE_OF_RAW = {"sqlite": 0.25, "postgresql": 0.35}
SERIAL_P99 = 50.0
PROCESSES_P99 = 150.0
WAITING_P99 = {"sqlite": 100.0, "postgresql": 400.0}


@dataclass(frozen=True, slots=True)
class Measured:
    """Events per second, and milliseconds that half and 99 in 100 of them took at most."""

    per_second: float
    p50_ms: float
    p99_ms: float

    @classmethod
    def of(cls, seconds: Sequence[float], per_second: float) -> Measured:
        """From the seconds each event took."""
        ordered = sorted(seconds)
        return cls(per_second, 1e3 * ordered[len(ordered) // 2], 1e3 * ordered[int(0.99 * (len(ordered) - 1))])


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What one group size on one database gave. conflicts: writes begun again; lost: updates that are missing."""

    database: str
    group: int
    statements: int
    serial: Measured
    raw_per_second: float
    share_of_raw: float
    waiting: Measured
    processes: Measured
    conflicts: int
    lost: int


async def _timed(store: DatabaseStore, group: int, numbers: Iterator[int], name: str) -> list[float]:
    seconds = []
    for number in numbers:
        started = time.perf_counter()
        assert await handle(store, rating(number, group, name)) is not None
        seconds.append(time.perf_counter() - started)
    return seconds


def serial(databases: Databases, groups: Sequence[int], chunks: int) -> dict[int, tuple[Measured, float, int]]:
    """Per group: ours one event after the other, the raw driver's events a second, statements of an event."""
    recordings = {group: Recording.of(databases.made(group), group, CHUNK * (chunks + 1)) for group in groups}
    raw = {group: databases.driver(databases.made(group)) for group in groups}
    seconds: dict[int, list[list[float]]] = {group: [] for group in groups}
    raw_seconds: dict[int, list[float]] = {group: [] for group in groups}

    async def measure() -> None:
        stores = {group: await open_store(databases.made(group), migrate=False) for group in groups}
        for chunk in range(chunks + 1):
            for group in groups:
                numbers = range(chunk * CHUNK, (chunk + 1) * CHUNK)
                ours = await _timed(stores[group], group, iter(numbers), "r")
                started = time.perf_counter()
                for number in numbers:
                    replay(raw[group], recordings[group].events[number])
                taken = time.perf_counter() - started
                if chunk:  # the first one warms caches
                    seconds[group].append(ours)
                    raw_seconds[group].append(taken)
        for store in stores.values():
            await store.close()

    asyncio.run(measure())
    found = {}
    for group in groups:
        raw[group].close()
        rate = CHUNK / statistics.median(sum(chunk) for chunk in seconds[group])
        every = [one for chunk in seconds[group] for one in chunk]
        raw_rate = CHUNK / statistics.median(raw_seconds[group])
        found[group] = Measured.of(every, rate), raw_rate, len(recordings[group].events[-1])
    return found


def waiting(databases: Databases, group: int, events: int) -> Measured:
    """With WAITING events under way at any time in one process, all of one round."""

    async def measure() -> tuple[list[float], float]:
        store = await open_store(databases.made(group), migrate=False)
        await _timed(store, group, iter(range(10)), "warm")
        numbers = iter(range(events))
        started = time.perf_counter()
        lanes = await asyncio.gather(*(_timed(store, group, numbers, "w") for _ in range(WAITING)))
        taken = time.perf_counter() - started
        await store.close()
        return [one for lane in lanes for one in lane], taken

    seconds, taken = asyncio.run(measure())
    return Measured.of(seconds, events / taken)


def processes(databases: Databases, group: int, events: int) -> tuple[Measured, int, int]:
    """From PROCESSES processes on one round, each one event after the other; conflicts and lost updates."""
    url = databases.made(group)
    each = events // PROCESSES
    command = [sys.executable, "-m", "benchmarks.events", "--worker", url, "--group", str(group), "--events", str(each)]
    workers = [
        subprocess.Popen([*command, "--name", f"p{place}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for place in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    started = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = [json.loads(worker.communicate()[0]) for worker in workers]
    taken = time.perf_counter() - started
    seconds = [one for answer in answers for one in answer["seconds"]]
    lost = 2 * group + PROCESSES * (each + WARM) - asyncio.run(_version(url))
    return Measured.of(seconds, len(seconds) / taken), sum(answer["conflicts"] for answer in answers), lost


WARM = 5


async def _version(url: str) -> int:
    store = await open_store(url, migrate=False)
    round = await store.round(ROUND)
    await store.close()
    assert round is not None
    return round.version


async def _work(url: str, group: int, events: int, name: str) -> None:
    store = await open_store(url, migrate=False)
    await _timed(store, group, iter(range(WARM)), f"{name}-warm")
    before = store.database.conflicts
    print("ready", flush=True)
    sys.stdin.readline()
    seconds = await _timed(store, group, iter(range(events)), name)
    print(json.dumps({"seconds": seconds, "conflicts": store.database.conflicts - before}))
    await store.close()


def _middle(runs: list[T], by: Callable[[T], float]) -> T:
    """The run whose figure is the median."""
    return sorted(runs, key=by)[len(runs) // 2]


def single_inserts(databases: Databases, count: int) -> float:
    """Bare commits of one insert a second, through the raw driver: what the disk allows."""
    connection = databases.driver(databases.made(GROUPS[0]))
    started = time.perf_counter()
    for number in range(count):
        connection.execute(f"INSERT INTO inbox (id, round, at) VALUES ('bare {number}', 'r', 1.0)")
    taken = time.perf_counter() - started
    connection.close()
    return count / taken


def measure(databases: Databases, groups: Sequence[int], chunks: int) -> dict[str, Any]:
    """Everything about one kind of database."""
    one_by_one = serial(databases, groups, chunks)
    results = []
    for group in groups:
        measured, raw, statements = one_by_one[group]
        crowd = _middle([waiting(databases, group, CHUNK * chunks) for _ in range(REPEATS)], lambda one: one.p99_ms)
        runs = [processes(databases, group, CHUNK * chunks) for _ in range(REPEATS)]
        several, conflicts, _ = _middle(runs, lambda run: run[0].p99_ms)
        lost = sum(run[2] for run in runs)
        results.append(
            GroupResult(
                databases.kind,
                group,
                statements,
                measured,
                raw,
                measured.per_second / raw,
                crowd,
                several,
                conflicts,
                lost,
            )
        )
    return {
        "database": databases.kind,
        **databases.settings(databases.made(groups[0])),
        "single_inserts_per_second": single_inserts(databases, CHUNK * chunks),
        "groups": [asdict(result) for result in results],
    }


def requirements(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Each requirement of one database's report: what was measured, the limit, and whether it holds."""
    kind, groups = report["database"], report["groups"]
    slowdown = groups[0]["serial"]["per_second"] / groups[-1]["serial"]["per_second"]
    worst = {name: max(group[name]["p99_ms"] for group in groups) for name in ("serial", "waiting", "processes")}
    rows = [
        ("largest group: times slower than the smallest", slowdown, SLOWDOWN_LIMIT, slowdown <= SLOWDOWN_LIMIT),
        ("serial p99, ms", worst["serial"], SERIAL_P99, worst["serial"] < SERIAL_P99),
        (f"{PROCESSES} processes p99, ms", worst["processes"], PROCESSES_P99, worst["processes"] < PROCESSES_P99),
        (f"{WAITING} waiting p99, ms", worst["waiting"], WAITING_P99[kind], worst["waiting"] < WAITING_P99[kind]),
    ]
    share = min(group["share_of_raw"] for group in groups)
    rows.append(("serial share of the raw driver, at least", share, SHARE_OF_RAW[kind], share >= SHARE_OF_RAW[kind]))
    lost = sum(group["lost"] for group in groups)
    rows.append(("updates lost", lost, 0, lost == 0))
    return [
        {"requirement": name, "measured": value, "limit": limit, "holds": holds} for name, value, limit, holds in rows
    ]


def machine() -> dict[str, str | int | None]:
    """What it was measured on."""
    return {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}


def print_report(report: dict[str, Any]) -> None:
    """The tables of one database."""
    about = ", ".join(str(report[name]) for name in report if name in ("version",))
    settings = ", ".join(
        f"{name}={report[name]}"
        for name in ("journal_mode", "synchronous", "synchronous_commit", "fsync")
        if name in report
    )
    print(f"\n{about} ({settings}); single inserts: {report['single_inserts_per_second']:.0f}/s")
    header = (
        "group",
        "serial/s",
        "p99 ms",
        "raw/s",
        "share",
        "64 wait/s",
        "p99 ms",
        "4 proc/s",
        "p99 ms",
        "conflicts",
        "lost",
    )
    print("  ".join(f"{name:>9}" for name in header))
    for group in report["groups"]:
        cells = (
            f"{group['group']:,}", f"{group['serial']['per_second']:.0f}", f"{group['serial']['p99_ms']:.1f}",
            f"{group['raw_per_second']:.0f}", f"{group['share_of_raw']:.2f}", f"{group['waiting']['per_second']:.0f}",
            f"{group['waiting']['p99_ms']:.1f}", f"{group['processes']['per_second']:.0f}",
            f"{group['processes']['p99_ms']:.1f}", str(group["conflicts"]), str(group["lost"]),
        )  # fmt: skip
        print("  ".join(f"{cell:>9}" for cell in cells))
    for row in report["requirements"]:
        verdict = "holds" if row["holds"] else "FAILS"
        print(f"  {verdict}  {row['requirement']}: {row['measured']:.2f} (limit {row['limit']})")


@contextmanager
def _sqlite(folder: Path | None) -> Iterator[Databases]:
    with tempfile.TemporaryDirectory(dir=folder, prefix="parley-events-") as made:
        yield SqliteDatabases(Path(made))


@contextmanager
def _postgres() -> Iterator[Databases]:
    with PostgresServer(durable=True) as server:
        yield PostgresDatabases(server)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.events", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="measure one of the databases")
    parser.add_argument("--chunks", type=int, default=20, help=f"chunks of {CHUNK} events per measurement")
    parser.add_argument("--folder", type=Path, help="where SQLite files are made; on the disk to measure")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--group", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--events", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--name", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        asyncio.run(_work(chosen.worker, chosen.group, chosen.events, chosen.name))
        return
    reports = []
    for kind, opened in (("sqlite", _sqlite(chosen.folder)), ("postgresql", _postgres())):
        if chosen.only in (None, kind):
            try:
                with opened as databases:
                    report = measure(databases, GROUPS, chosen.chunks)
            except PostgresMissing as missing:
                print(f"PostgreSQL was not measured: {missing}", file=sys.stderr)
                continue
            report["requirements"] = requirements(report)
            reports.append(report)
            if not chosen.json:
                print_report(report)
    if chosen.json:
        print(json.dumps({"machine": machine(), "reports": reports}, indent=2))


if __name__ == "__main__":
    main()
