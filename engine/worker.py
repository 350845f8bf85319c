"""A process of its own for a heavy model: the bot's event loop never waits for it, and its death takes nobody along.

Requests and answers are lines of JSON over the process's own pipes. The process ends by itself when ours does: its
input closes, and a thread that reads nothing else sees that even in the middle of a computation.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from engine.errors import ParleyError

STOP_SECONDS = 5.0
"""How long a process may take to end by itself before it is killed."""

GROWTH_MIB = 2_048
"""See `Worker`."""


class WorkerDied(Exception):
    """The process ended before it answered; the message says how."""


class WorkerFailed(Exception):
    """The process answered with one sentence about what went wrong; asking again gives the same."""


class Worker:
    """Answers requests one after another in a process that is started with the first one and again after it died.

    make: "module:name" of what the process calls once, with `arguments`, to get a callable that answers requests; a
    ParleyError out of either comes back as WorkerFailed, anything else ends the process with a traceback on stderr.
    Arguments, requests and answers are JSON-able. A process that grew by more than `growth_mib` beyond twice what it
    held when it was ready ends after its answer. May be used from any event loop, several at a time.
    """

    def __init__(
        self, make: str, arguments: Mapping[str, Any], *, growth_mib: float = GROWTH_MIB, python: str | None = None
    ) -> None:
        """python: another interpreter than ours, where the model has an environment of its own."""
        self._python = python or sys.executable
        self._made_by = [make, dict(arguments), growth_mib]
        self._held: list[subprocess.Popen[bytes]] = []
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")
        self._finalizer = weakref.finalize(self, _end, self._held, self._thread)

    async def ask(self, request: Any, *, seconds: float | None = None) -> Any:
        """The answer to `request`. A call that is cancelled, or takes over `seconds`, ends the process.

        Raises WorkerDied, WorkerFailed, and TimeoutError.
        """
        asked = self._thread.submit(self._exchange, json.dumps(request))
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(asked)
        except (asyncio.CancelledError, TimeoutError):
            if asked.running():
                for process in self._held:
                    process.kill()
            raise

    @property
    def process(self) -> int | None:
        """The id of the process that runs now; None when none does."""
        return next((process.pid for process in self._held if process.poll() is None), None)

    def close(self) -> None:
        """End the process and wait for it; whoever waits for an answer gets WorkerDied. Nothing can be asked later."""
        self._finalizer()

    def _exchange(self, line: str) -> Any:
        if not self._held or self._held[0].poll() is not None:
            _stop(self._held)
            self._start()
        return self._say(line)

    def _start(self) -> None:
        root = str(Path(__file__).parents[1])
        path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
        try:
            process = subprocess.Popen(  # noqa: S603 - our own module, by an interpreter that the operator names
                [self._python, "-m", "engine.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
            )
        except OSError as problem:
            raise WorkerFailed(f"The program {self._python!r} cannot be started: {problem.strerror}.") from None
        self._held.append(process)
        try:
            self._say(json.dumps(self._made_by))
        except WorkerFailed:
            _stop(self._held)
            raise

    def _say(self, line: str) -> Any:
        process = self._held[0]
        if process.stdin is None or process.stdout is None:
            raise ValueError("a worker speaks over pipes")
        try:
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except (OSError, ValueError):  # the pipe is broken, or closed by `close`
            answer = b""
        if not answer.endswith(b"\n"):
            _stop(self._held)
            raise WorkerDied(f"its process {_ending(process.returncode)}")
        told = json.loads(answer)
        if told.get("last"):
            _stop(self._held)
        if "failed" in told:
            raise WorkerFailed(told["failed"])
        return told["answer"]


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    name = signal.Signals(-status).name
    memory = ", as happens where memory runs out" if name == "SIGKILL" else ""
    return f"was ended by {name}{memory}"


def _stop(held: list[subprocess.Popen[bytes]]) -> None:
    """End the processes, at once where they do not end by themselves."""
    while held:
        process = held.pop()
        if process.stdin is not None:
            try:
                process.stdin.close()
            except OSError:  # what was still to be written has nobody to read it
                process.kill()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _end(held: list[subprocess.Popen[bytes]], thread: ThreadPoolExecutor) -> None:
    for process in held:
        process.kill()
    with suppress(RuntimeError):  # the thread itself may be the last that knew the worker, and cannot wait for itself
        thread.shutdown(wait=True, cancel_futures=True)
    _stop(held)


def main() -> None:
    """What the process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; whoever started us decides
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    make, arguments, growth_mib = json.loads(lines.get())
    module, _, name = make.partition(":")

    def tell(told: Mapping[str, Any]) -> None:
        answers.write(json.dumps(told).encode() + b"\n")
        answers.flush()

    try:
        target: Callable[[Any], Any] = getattr(import_module(module), name)(**arguments)
    except ParleyError as failure:
        tell({"failed": str(failure)})
        return
    tell({"answer": None})
    most = 2 * _mib() + growth_mib
    last = False
    while not last:
        try:
            told = {"answer": target(json.loads(lines.get()))}
        except ParleyError as failure:
            told = {"failed": str(failure)}
        last = _mib() > most
        tell({**told, "last": last})


def _listen(lines: queue.SimpleQueue[bytes]) -> None:
    begun = b""
    while read := os.read(0, 2**16):
        *whole, begun = (begun + read).split(b"\n")
        for line in whole:
            lines.put(line)
    os._exit(0)


def _mib() -> float:
    """Memory of this process, in MiB; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
