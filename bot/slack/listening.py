"""Whether what people do reaches us: gaps in which it did not, and the timers that wait because of them."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from engine.errors import PlatformUnavailable, StoreUnavailable
from engine.ports import Clock

log = logging.getLogger(__name__)

SETTLING = 300.0
"""Seconds after a gap for which people may still do what they could not do in it."""

LOOK_AGAIN = 15.0
"""Seconds after which a timer is looked at again while nothing reaches us."""

BEAT = 15.0
"""Seconds between two looks at the connection."""

SLEPT = 4 * BEAT
"""A process that did not look for so many seconds was asleep."""

GAPS = 50
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between tries to catch up."""


class Line:
    """The way on which what people do reaches this process; of one app, whatever number of workspaces.

    made: how many connections were made; a new one follows a gap. connected: whether there is one, asked of the
    transport; requests that Slack sends by HTTP (`by_socket` False) need none.
    """

    def __init__(self, *, by_socket: bool = False) -> None:
        self.made = 0
        self.connected: Callable[[], Awaitable[bool]] = _never if by_socket else _always
        self._changed = asyncio.Event()

    def connect(self) -> None:
        """A connection was made."""
        self.made += 1
        self._changed.set()

    async def change(self, seconds: float) -> None:
        """Wait until a connection is made, or so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()


async def _always() -> bool:
    return True


async def _never() -> bool:
    return False


class Gaps:
    """The newest stretches of time in which something may have happened unheard, and the one that lasts."""

    def __init__(self) -> None:
        self._past: deque[tuple[float, float]] = deque(maxlen=GAPS)
        self._since: float | None = None

    @property
    def open(self) -> bool:
        """Whether a gap lasts."""
        return self._since is not None

    def begin(self, since: float) -> None:
        """Nothing is heard since then; does nothing while a gap lasts."""
        if self._since is None:
            self._since = since

    def end(self, now: float, since: float | None = None) -> None:
        """Everything that happened until now is known. since: when the gap began, where that is known better."""
        if self._since is not None:
            self._past.append((self._since if since is None else since, now))
            self._since = None

    def hold(self, due: float, now: float, settling: float) -> float | None:
        """Until when a timer that came due then has to wait; None when it need not.

        It waits while a gap lasts, and where it came due in one, `settling` seconds beyond its end.
        """
        if self._since is not None:
            return now + LOOK_AGAIN
        ends = [end for since, end in self._past if since <= due <= end]
        until = max(ends, default=now) + settling if ends else now
        return until if until > now else None


class Heard(Protocol):
    """Where it is kept until when a place was heard, such as `storage.hearing.Hearing`."""

    async def until(self, place: str) -> float | None:
        """Until when; None for never."""
        ...

    async def heard(self, place: str, until: float) -> None:
        """Keep it."""
        ...


class Listening:
    """Watches the line for one workspace, catches up after every gap, and keeps until when all was heard."""

    def __init__(
        self,
        line: Line,
        heard: Heard,
        place: str,
        catch_up: Callable[[float], Awaitable[Any]],
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`place`: the workspace, by an id of ours. catch_up: finds out what happened since a time."""
        self.gaps = Gaps()
        self.gaps.begin(0.0)
        self._line = line
        self._heard = heard
        self._place = place
        self._catch_up = catch_up
        self._clock = clock
        self._pause = pause
        self._made = -1
        self._last: float | None = None

    async def watch(self) -> None:
        """Work until cancelled; a database or a Slack that does not answer is tried again."""
        wait = FIRST_WAIT
        while True:
            try:
                await self._look()
            except (PlatformUnavailable, StoreUnavailable) as problem:
                log.warning("not caught up yet", extra={"place": self._place, "problem": str(problem)})
                asked = problem.retry_after if isinstance(problem, PlatformUnavailable) else None
                await self._pause(asked or wait)
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                wait = FIRST_WAIT
                await self._line.change(BEAT)

    async def hold(self, due: float, *, settling: float = SETTLING) -> float | None:
        """Until when a timer that came due then has to wait; None when it need not.

        It waits while something may happen unheard, and where it came due in such a gap, `settling` seconds beyond.
        """
        await self._notice()
        return self.gaps.hold(due, self._clock.now(), settling)

    async def _notice(self) -> bool:
        """Whether there is a connection; begins a gap where there is none, or another one than before."""
        connected = await self._line.connected()
        if self._last is not None and not (connected and self._line.made == self._made):
            self.gaps.begin(self._last)
        return connected

    async def _look(self) -> None:
        now, made = self._clock.now(), self._line.made
        if not await self._notice():
            return
        if self._last is not None and now - self._last > SLEPT:
            self.gaps.begin(self._last)
        if not self.gaps.open:
            await self._heard.heard(self._place, now)
        else:
            since = self._last
            if since is None:  # this process begins; where nobody ever listened, nothing was missed
                since = await self._heard.until(self._place)
                since = now if since is None else since
            await self._catch_up(since)
            if self._line.made != made:
                return
            await self._heard.heard(self._place, now)
            self.gaps.end(self._clock.now(), since)
            log.info("caught up", extra={"place": self._place, "since": since})
        self._made, self._last = made, now
