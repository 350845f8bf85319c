"""A heavy model in a process of its own: what its life and death look like from outside."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.worker import Worker, WorkerDied, WorkerFailed

TARGETS = "tests.engine.worker_targets"
ROOT = Path(__file__).parents[2]


@pytest.fixture(name="make")
def _make(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    made: list[Worker] = []

    def make(name: str = "Adding", growth_mib: float = 1_000, **arguments: Any) -> Worker:
        if name == "Adding":
            arguments = {"start": 0, "mark": str(tmp_path / "mark")} | arguments
        made.append(Worker(f"{TARGETS}:{name}", arguments, growth_mib=growth_mib))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


async def test_one_process_answers_in_order_and_keeps_what_it_made(make: Callable[..., Worker]) -> None:
    worker = make(start=5)
    assert worker.process is None
    assert await asyncio.gather(*(worker.ask(1) for _ in range(4))) == [6, 7, 8, 9]


async def test_what_libraries_print_is_no_answer(make: Callable[..., Worker]) -> None:
    worker = make()
    assert await worker.ask("print") == worker.process


async def test_a_process_that_dies_is_told_and_the_next_request_has_a_fresh_one(make: Callable[..., Worker]) -> None:
    worker = make()
    await worker.ask(3)
    with pytest.raises(WorkerDied, match="SIGKILL, as happens where memory runs out"):
        await worker.ask("die")
    assert await worker.ask(1) == 1


async def test_a_bug_ends_the_process_and_not_ours(make: Callable[..., Worker]) -> None:
    worker = make()
    with pytest.raises(WorkerDied, match="ended with status 1"):
        await worker.ask("crash")
    assert await worker.ask(1) == 1


async def test_what_it_says_on_purpose_comes_back_as_a_sentence(make: Callable[..., Worker]) -> None:
    worker = make()
    with pytest.raises(WorkerFailed, match="It does not want to"):
        await worker.ask("fail")
    assert await worker.ask(2) == 2
    with pytest.raises(WorkerFailed, match="Start at 0 or above"):
        await make(start=-1).ask(1)


async def test_the_loop_goes_on_meanwhile_and_cancelling_ends_the_work(make: Callable[..., Worker]) -> None:
    worker = make()
    await worker.ask(1)
    waiting = asyncio.create_task(worker.ask("wait"))
    start = time.monotonic()
    await asyncio.sleep(0.05)
    assert time.monotonic() - start < 1
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await worker.ask(1) == 1


async def test_a_request_may_take_only_so_long(make: Callable[..., Worker]) -> None:
    worker = make()
    await worker.ask(1)
    with pytest.raises(TimeoutError):
        await worker.ask("wait", seconds=0.1)
    assert await worker.ask(1) == 1


async def test_a_process_that_grew_makes_room_for_a_fresh_one(make: Callable[..., Worker]) -> None:
    worker = make("growing", growth_mib=20, mib=20)
    processes = [await worker.ask(None) for _ in range(12)]
    assert 1 < len(set(processes)) < 12


async def test_closing_ends_the_process_at_once(make: Callable[..., Worker]) -> None:
    worker = make()
    await worker.ask(1)
    process = worker.process
    assert process is not None
    waiting = asyncio.create_task(worker.ask("wait"))
    await asyncio.sleep(0.05)
    await asyncio.to_thread(worker.close)
    with pytest.raises(WorkerDied):
        await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_a_program_that_is_not_there_is_told_in_a_sentence() -> None:
    worker = Worker(f"{TARGETS}:Adding", {}, python="/nowhere/python")
    with pytest.raises(WorkerFailed, match=r"'/nowhere/python' cannot be started: No such file or directory\."):
        await worker.ask(1)
    worker.close()


async def test_whoever_lets_go_of_it_last_may_be_its_own_thread(make: Callable[..., Worker]) -> None:
    """A thread cannot wait for itself; the process ends all the same."""
    worker = make()
    await worker.ask(1)
    process = worker.process
    assert process is not None
    await asyncio.wrap_future(worker._thread.submit(worker.close))  # noqa: SLF001 - what collecting garbage there does
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_it_dies_with_the_process_that_started_it_even_while_computing() -> None:
    program = f"""
import asyncio, os, signal
from engine.worker import Worker
async def main():
    worker = Worker("{TARGETS}:Adding", {{"start": 0}})
    await worker.ask(1)
    print(worker.process, flush=True)
    asyncio.create_task(worker.ask("wait"))
    await asyncio.sleep(0.2)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    child = int(done.stdout)
    deadline = time.monotonic() + 5
    while _runs(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
