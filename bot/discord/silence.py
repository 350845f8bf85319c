"""Stretches of time in which something may have happened unheard, and the timers that wait because of them."""

from __future__ import annotations

from collections import deque

from engine.ports import Clock

SETTLING = 300.0
"""Seconds after a gap for which people may still do what they could not do in it."""

LOOK_AGAIN = 15.0
"""Seconds after which a timer is looked at again while nothing reaches us."""

GAPS = 50
"""How many gaps are remembered."""


class Silence:
    """Knows which connections are lost, and until when what they missed was found out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._past: deque[tuple[float, float]] = deque(maxlen=GAPS)
        self._since: float | None = None
        self._lost: set[int] = set()
        self.last_heard = clock.now()

    @property
    def lasts(self) -> bool:
        """Whether something may be happening unheard, or is not found out yet."""
        return self._since is not None

    def heard(self) -> None:
        """Something came over the gateway."""
        self.last_heard = self._clock.now()

    def begin(self, since: float) -> None:
        """Nothing is known since then; does nothing while a gap lasts."""
        if self._since is None:
            self._since = since

    def lost(self, shard: int) -> None:
        """A connection is lost."""
        self._lost.add(shard)
        self.begin(self.last_heard)

    def regained(self, shard: int) -> None:
        """A connection is there again; what it missed is not found out yet."""
        self._lost.discard(shard)
        self.begin(self.last_heard)

    def found_out(self) -> None:
        """Everything that happened until now is known, unless a connection is lost."""
        if self._since is not None and not self._lost:
            self._past.append((self._since, self._clock.now()))
            self._since = None

    def hold(self, due: float, *, settling: bool) -> float | None:
        """See `bot.platform.LosesTouch`."""
        now = self._clock.now()
        if self._since is not None:
            return now + LOOK_AGAIN
        ends = [end for since, end in self._past if since <= due <= end]
        until = max(ends, default=now) + (SETTLING if settling and ends else 0.0)
        return until if until > now else None
