"""How fast free seats are taken: a whole workshop at once, but no flood of names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """burst: how many at once. refill: seconds until one more may."""

    burst: int
    refill: float


PER_ADDRESS = Pace(60, 10.0)
"""People of one office share an address, and so do all behind one proxy."""

PER_CHANNEL = Pace(300, 2.0)

EPSILON = 1e-6
"""Seconds that sums of floating-point times may be off by."""

MOST_KNOWN = 10_000
"""Addresses and channels remembered at once; those that waited long enough to be as good as new are forgotten."""


class Turnstile:
    """Counts who was let in, in this process. A bucket of `burst` tokens that refills, for each address and channel."""

    def __init__(self, per_address: Pace = PER_ADDRESS, per_channel: Pace = PER_CHANNEL) -> None:
        self._paces = {"address": per_address, "channel": per_channel}
        self._full_at: dict[tuple[str, str], float] = {}

    def admit(self, address: str, channel: str, now: float) -> float:
        """0.0 when one more is let in, else the seconds after which to try again; now: seconds, of one clock."""
        keys = (("address", address), ("channel", channel))
        wait = max(self._wait(key, now) for key in keys)
        if wait > EPSILON:
            return wait
        if len(self._full_at) >= MOST_KNOWN:
            self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        for key in keys:
            self._full_at[key] = max(self._full_at.get(key, now), now) + self._paces[key[0]].refill
        return 0.0

    def __len__(self) -> int:
        """How many addresses and channels are remembered."""
        return len(self._full_at)

    def _wait(self, key: tuple[str, str], now: float) -> float:
        """A bucket with k tokens taken is full again in k times `refill`; the next token must leave it so by then."""
        pace = self._paces[key[0]]
        return max(0.0, self._full_at.get(key, now) + pace.refill - now - pace.burst * pace.refill)
