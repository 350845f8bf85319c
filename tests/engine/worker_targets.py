"""What the processes of test_worker.py run."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import PredictorUnavailable, SettingsError


class Adding:
    """Adds up numbers from where the last request left off, and does as it is told by words."""

    def __init__(self, start: int, mark: str = "") -> None:
        if start < 0:
            raise SettingsError("Start at 0 or above.")
        self._total = start
        self._mark = mark

    def __call__(self, request: Any) -> Any:
        """The total; "die" kills the process, "die once" does so the first time, "wait" waits for long."""
        if request == "die" or (request == "die once" and not Path(self._mark).exists()):
            Path(self._mark).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if request == "wait":
            time.sleep(60)
        if request == "fail":
            raise PredictorUnavailable("It does not want to.")
        if request == "crash":
            raise ZeroDivisionError
        if request == "print":
            print("no answer")  # noqa: T201
            return os.getpid()
        if isinstance(request, int):
            self._total += request
        return self._total


def growing(mib: int) -> Callable[[Any], int]:
    """Answers with the process's id and keeps `mib` MiB more each time."""
    held: list[bytearray] = []

    def answer(_: Any) -> int:
        held.append(bytearray(b"x") * (mib * 2**20))
        return os.getpid()

    return answer
