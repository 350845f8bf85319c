"""Discord's rate limits, on the clock in which the client sleeps: the machine's, where nothing else is said.

Source: Discord's documentation of rate limits: buckets per route and major parameter told by headers, fifty requests a
second over all, a ban after ten thousand invalid requests in ten minutes. The sizes of the buckets are not published;
these are what its headers say.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

REACTIONS = "reactions"
BUCKETS: dict[str, tuple[int, float]] = {
    REACTIONS: (1, 0.25),
    "POST /channels/{channel_id}/messages": (5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": (5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": (5, 1.0),
    "GET /channels/{channel_id}/messages": (5, 5.0),
    "POST /users/@me/channels": (10, 10.0),
    "webhook": (5, 2.0),
}
"""Requests and seconds; routes that are not here share a generous default."""
DEFAULT = (50, 1.0)


@dataclass
class RateLimits:
    """What is allowed. a_second: over all routes of the bot. invalid: answers 401, 403 and 429 in ten minutes."""

    on: bool = True
    a_second: int = 50
    invalid: int = 10_000
    buckets: dict[str, tuple[int, float]] = field(default_factory=lambda: dict(BUCKETS))

    @classmethod
    def none(cls) -> RateLimits:
        """No limits at all."""
        return cls(on=False)


@dataclass(frozen=True)
class Verdict:
    """What a bucket says of one request. scope: "" when it may pass, else "user", "shared" or "global".

    closed: seconds for which the bucket takes nothing more.
    """

    headers: dict[str, str]
    scope: str = ""
    wait: float = 0.0
    closed: float = 0.0


@dataclass
class _Window:
    begun: float
    used: int = 0


class Meter:
    """Counts requests against the limits. now: seconds on the clock in which the client sleeps."""

    def __init__(self, limits: RateLimits, now: Callable[[], float] = time.time) -> None:
        self.limits = limits
        self._now = now
        self._shut: dict[tuple[str, str], tuple[float, str]] = {}
        self.refused = 0
        self.invalid: deque[float] = deque()
        self._windows: dict[tuple[str, str], _Window] = {}
        self._all: deque[float] = deque()

    @property
    def banned(self) -> bool:
        """True while too many requests were invalid: nothing gets through any more."""
        now = self._now()
        while self.invalid and now - self.invalid[0] > 600:
            self.invalid.popleft()
        return self.limits.on and len(self.invalid) >= self.limits.invalid

    def close(self, route: str, major: str, seconds: float, scope: str) -> None:
        """Let nothing through a bucket for so long, or ("global") through any that counts globally."""
        self._shut[("", "") if scope == "global" else (route, major)] = (self._now() + seconds, scope)

    def judge(self, route: str, major: str, *, counts_globally: bool) -> Verdict:
        """Count one request."""
        if not self.limits.on:
            return Verdict({})
        now = self._now()
        for shut in (("", ""), (route, major)) if counts_globally else ((route, major),):
            until, scope = self._shut.get(shut, (0.0, ""))
            if now < until:
                self.refused += 1
                headers = {"X-RateLimit-Scope": scope} | ({"X-RateLimit-Global": "true"} if scope == "global" else {})
                return Verdict(headers, scope, until - now, until - now)
        while self._all and now - self._all[0] >= 1.0:
            self._all.popleft()
        if counts_globally and len(self._all) >= self.limits.a_second:
            self.refused += 1
            wait = max(0.001, 1.0 - (now - self._all[0]))
            return Verdict({"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}, "global", wait, wait)
        size, seconds = self.limits.buckets.get(route, DEFAULT)
        window = self._windows.get((route, major))
        if window is None or now - window.begun >= seconds:
            window = self._windows[(route, major)] = _Window(now)
        left = max(0.001, window.begun + seconds - now)
        passes = window.used < size
        if passes:
            window.used += 1
            if counts_globally:
                self._all.append(now)
        else:
            self.refused += 1
        headers = {
            "X-RateLimit-Limit": str(size),
            "X-RateLimit-Remaining": str(size - window.used),
            "X-RateLimit-Reset": f"{now + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
        }
        if passes:
            return Verdict(headers, closed=left if window.used == size else 0.0)
        return Verdict(headers | {"X-RateLimit-Scope": "user"}, "user", left, left)

    def answered(self, status: int, *, shared: bool = False) -> None:
        """Count an answer toward the ban."""
        if status in (401, 403, 429) and not shared:
            self.invalid.append(self._now())
