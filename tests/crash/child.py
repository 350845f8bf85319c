"""The process that is killed, over and over: `python -m tests.crash.child`, with one JSON order a line on stdin.

It plays the script undisturbed once, which imports and remembers whatever takes time, and then forks a life per
process that is to die; nothing is shared with a life but what was there before it. Answers are JSON lines:

{"play": Setting} -> {"state": ..., "boundaries": {step: [name]}}: the undisturbed run.
{"kill": number, "deaths": n, "setting": Setting} -> {"deaths": [[step, number, name]], "state": ...}: each step
    is killed at its boundary of that number, `deaths` times where recovering reaches as many.

An order that fails is answered {"error": traceback}.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from tests.crash.boundaries import Boundaries, Fate, count_commits
from tests.crash.discord_world import discord_beside
from tests.crash.play import Setting, play
from tests.crash.slack_world import slack_beside

PATIENCE = 60
"""Seconds after which a life that hangs is ended."""


def main() -> None:
    """Carry out orders until stdin ends."""
    count_commits()
    for line in sys.stdin:
        order = json.loads(line)
        try:
            setting = Setting(**order["setting"])
            given = (setting.script, setting.chat, setting.folder)
            with slack_beside(*given), discord_beside(*given):
                answer = _killed(setting, order["kill"], order["deaths"]) if "kill" in order else _undisturbed(setting)
        except Exception:  # noqa: BLE001 - told to the test, which fails with it
            answer = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _undisturbed(setting: Setting) -> dict[str, Any]:
    boundaries = Boundaries()
    state = asyncio.run(play(setting, boundaries, 1))
    gc.collect()
    gc.freeze()
    return {"state": state, "boundaries": boundaries.names}


def _killed(setting: Setting, number: int, most: int) -> dict[str, Any]:
    """Start one life after the other until one of them reaches the end of the script."""
    will, result = Path(setting.folder) / "deaths", Path(setting.folder) / "state"
    will.touch()
    life = 0
    while not result.exists():
        life += 1
        deaths = _deaths(will)
        steps = [step for step, _, _ in deaths]
        last = steps[-1] if steps else -1
        spared = last if steps.count(last) >= most else last - 1
        process = os.fork()
        if process == 0:
            _live(setting, Fate(number, spared, will), life, result)
        _, status = os.waitpid(process, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if not killed and not result.exists():
            raise AssertionError(f"life {life} ended with status {status} after {deaths[-1:]}: {_last_words(setting)}")
    return {"deaths": _deaths(will), "state": json.loads(result.read_text())}


def _live(setting: Setting, fate: Fate, life: int, result: Path) -> None:
    """A life; never returns."""
    try:
        gc.disable()
        signal.alarm(PATIENCE)
        state = asyncio.run(play(setting, Boundaries(fate), life))
        written = result.with_suffix(".part")
        written.write_text(json.dumps(state))
        written.rename(result)
        os._exit(0)
    except BaseException:  # noqa: BLE001 - the parent process reads it
        (Path(setting.folder) / "error").write_text(traceback.format_exc())
        os._exit(1)


def _deaths(will: Path) -> list[tuple[int, int, str]]:
    lines = [line.split(" ", 2) for line in will.read_text().splitlines()]
    return [(int(step), int(number), name) for step, number, name in lines]


def _last_words(setting: Setting) -> str:
    error = Path(setting.folder) / "error"
    return error.read_text() if error.exists() else "it said nothing"


if __name__ == "__main__":
    main()
