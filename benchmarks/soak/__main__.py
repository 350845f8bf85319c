"""python -m benchmarks.soak slack|discord [--json]: hours of a busy group in minutes, on the real bot.

Two hundred members in twenty rounds at once give opinions and rate statements over a platform's own protocol, while
events come twice and out of order, connections end, calls are refused for their rate, and for thirty simulated
minutes nothing gets through at all, though people go on voting. The bot runs as `parley serve` does, in a process of
its own, in simulated time; acknowledgements are timed in real time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.soak import checks, discord, slack
from benchmarks.soak.checks import Latency, Result
from benchmarks.soak.load import Plan, play
from storage.store import open_store

PLATFORMS = {"discord": discord, "slack": slack}


async def soak(platform: str, plan: Plan, folder: Path, *, database: str, speed: float, seed: int) -> Result:
    """Play the plan on a platform, and check what came of it."""
    module = PLATFORMS[platform]
    begun = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {what}", file=sys.stderr)

    async with module.staged(plan, folder, database=database, speed=speed, seed=seed) as (stage, warped):
        first = warped.now()
        memory = {f"{name} at the start": value for name, value in stage.bot.memory().items() if name == "now"}
        try:
            await play(stage, plan, warped, say)
        except* (AssertionError, TimeoutError) as trouble:
            say(f"not played to the end: {trouble.exceptions[0]!r}")
        memory |= {f"{name} at the end": value for name, value in stage.bot.memory().items()}
        seen, posts, acknowledged = stage.seen(), stage.posts(), stage.acknowledged()
        counts, simulated = stage.counts(), warped.now() - first
    store = await open_store(database, migrate=False)
    try:
        counted = await checks.ratings(store, seen)
    finally:
        await store.close()
    latency = Latency.of(acknowledged)
    kinds = sorted({one.kind for one in acknowledged})
    return Result(
        platform,
        plan.members,
        plan.rounds,
        speed,
        simulated / 60,
        time.monotonic() - begun,
        latency,
        {kind: Latency.of([one for one in acknowledged if one.kind == kind]) for kind in kinds},
        counted,
        posts.total,
        posts.busiest,
        seen.doubled,
        seen.impatient,
        counts,
        memory,
        seen.violations,
        checks.claims(module.TITLE, latency, counted, posts, seen),
    )


def report(result: Result) -> str:
    """The tables, in Markdown."""
    size = f"{result.platform}: {result.members} members, {result.rounds} rounds"
    lines = [
        f"{size}, {result.simulated_minutes:.0f} simulated minutes in {result.real_seconds:.0f} s at {result.speed:g}",
        "",
        "| acknowledged | payloads | p50 ms | p99 ms | max ms | late |",
        "|---|---|---|---|---|---|",
    ]
    for kind, one in {**result.by_kind, "all": result.acknowledgements}.items():
        lines.append(
            f"| {kind} | {one.payloads:,} | {one.p50_ms:.1f} | {one.p99_ms:.0f} | {one.max_ms:.0f} | {one.late} |"
        )
    counted = result.ratings
    lines += [
        "",
        "| ratings given | counted | lost | invented | doubled |",
        "|---|---|---|---|---|",
        f"| {counted.given:,} | {counted.counted:,} | {counted.lost} | {counted.invented} | {counted.doubled} |",
        "",
        "| posts | busiest channel, posts/s | messages twice | calls before a wait was over |",
        "|---|---|---|---|",
        f"| {result.posts:,} | {result.busiest_posts_a_second:.2f} | {result.messages_twice} | {result.impatient} |",
        "",
        *(f"{name}: {value:,}" for name, value in result.counts.items()),
        *(f"memory {name}: {value:.0f} MiB" for name, value in result.memory.items()),
        *counted.which[:20],
        *(f"violation: {one}" for one in result.violations[:20]),
        "",
        *(f"{'holds' if held else 'fails'}: {claim}" for claim, held in result.claims.items()),
    ]
    return "\n".join(lines)


def main() -> int:
    """Run it; 1 when a claim does not hold."""
    words = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    words.add_argument("platform", choices=sorted(PLATFORMS))
    words.add_argument("--json", action="store_true", help="print one JSON object")
    words.add_argument("--members", type=int, default=200)
    words.add_argument("--rounds", type=int, default=20)
    words.add_argument("--each", type=int, default=3, help="rounds that a member is in")
    words.add_argument("--speed", type=float, default=10.0, help="simulated seconds in a real one")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--database", help="another database than a SQLite file made for this")
    words.add_argument("--keep", type=Path, help="a folder for the database and the bot's log")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        database = given.database or f"sqlite:///{folder / 'parley.db'}"
        plan = Plan.made(given.members, given.rounds, given.each, given.seed)
        result = asyncio.run(soak(given.platform, plan, folder, database=database, speed=given.speed, seed=given.seed))
    print(json.dumps(result.as_dict()) if given.json else report(result))
    return 0 if all(result.claims.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
