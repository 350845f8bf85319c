"""The bot of a soak: `parley serve` with simulated time, in a process of its own.

python -m benchmarks.soak.serving reads one line of JSON, {"settings": ..., "begun": ..., "epoch": ..., "speed": ...},
then lines of {"at": ..., "speed": ...} as the soak changes its speed, and ends when its input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.soak.warped import Warp, WarpedLoop, WarpedTime
from bot.dispatcher import Pace
from bot.logs import set_up
from bot.main import application
from bot.settings import Settings
from engine.position import derive

AHEAD = 0.3
"""Real seconds from now until a new speed holds, so that both processes know of it in time."""


class Bot:
    """The process of a bot, as the soak sees it."""

    def __init__(self, process: asyncio.subprocess.Process, log_file: Path) -> None:
        self._process = process
        self._log_file = log_file

    @classmethod
    async def start(cls, settings: dict[str, Any], warp: Warp, log_file: Path) -> Bot:
        """Start a process that serves with these settings."""
        with log_file.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "benchmarks.soak.serving", stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log
            )
        bot = cls(process, log_file)
        begun, epoch, speed = warp.latest
        bot._tell({"settings": settings, "begun": begun, "epoch": epoch, "speed": speed})
        return bot

    async def change(self, warped: WarpedTime, speed: float) -> None:
        """Let time go `speed` times as fast as the machine's, in its process and here at once."""
        at = time.monotonic() + AHEAD
        self._tell({"at": at, "speed": speed})
        await warped.change(at, speed)

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._process.returncode is not None

    def memory(self) -> dict[str, float]:
        """MiB in use now and at most, as Linux tells; nothing elsewhere."""
        names = {"VmRSS:": "now", "VmHWM:": "peak"}
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return {}
        words = [line.split() for line in status.splitlines()]
        return {names[one[0]]: int(one[1]) / 1024 for one in words if one and one[0] in names}

    async def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end as SIGTERM does. RuntimeError when it ends in any other way than well."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(30):
                await self._process.wait()
        except TimeoutError:
            await self.kill()
        if self._process.returncode:
            raise RuntimeError(f"the bot ended with status {self._process.returncode}; see {self._log_file}")

    def _tell(self, said: dict[str, Any]) -> None:
        """Send one line."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(said).encode() + b"\n")


async def _serve(settings: Settings, warp: Warp, ended: asyncio.Event) -> None:
    pace = Pace(**{**asdict(Pace()), "lease": settings.lease})
    async with application(settings, clock=warp, pace=pace) as parley:
        await asyncio.to_thread(derive, "Should we begin?")
        running = asyncio.create_task(parley.run(), name="parley")
        ending = asyncio.create_task(ended.wait(), name="end of input")
        await asyncio.wait([running, ending], return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def _listen(warp: Warp, loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    for line in sys.stdin:
        said = json.loads(line)
        warp.bend(said["at"], said["speed"])
    loop.call_soon_threadsafe(ended.set)


def main() -> None:
    """Serve until standard input ends."""
    first = json.loads(sys.stdin.readline())
    warp = Warp(first["begun"], first["epoch"], first["speed"])
    set_up("warning", "text")
    loop = WarpedLoop(warp)
    asyncio.set_event_loop(loop)
    ended = asyncio.Event()
    threading.Thread(target=_listen, args=(warp, loop, ended), daemon=True).start()
    try:
        loop.run_until_complete(_serve(Settings(**first["settings"]), warp, ended))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


if __name__ == "__main__":
    main()
