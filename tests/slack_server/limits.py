"""Slack's rate limits, as token buckets on the server's clock.

Source: Slack's documentation of rate limits (tiers a minute, one message a second and channel) and the
notice of 2025 that limits conversations.history and .replies of apps outside the Marketplace.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

TIERS = {1: 1.0, 2: 20.0, 3: 50.0, 4: 100.0}
"""Requests a minute and method; 0 stands for a method without a tier."""


@dataclass
class RateLimits:
    """What is allowed. `posts_burst`: messages to one channel at once before one a second holds."""

    on: bool = True
    posts_a_second: float = 1.0
    posts_burst: int = 3
    posts_a_minute_workspace: float = 300.0
    tiers: dict[int, float] = field(default_factory=lambda: dict(TIERS))
    burst_of_tier_one: int = 20
    history_outside_marketplace: bool = False
    methods: dict[str, float] = field(default_factory=dict)

    @classmethod
    def none(cls) -> RateLimits:
        """No limits at all."""
        return cls(on=False)


@dataclass
class _Bucket:
    level: float
    at: float
    barred_until: float = 0.0


class Meter:
    """Counts requests against the limits."""

    def __init__(self, limits: RateLimits, now: Callable[[], float]) -> None:
        self.limits = limits
        self._now = now
        self._buckets: dict[tuple[str, ...], _Bucket] = {}
        self.refused = 0

    def refusal(self, method: str, tier: int, owner: str, channel: str) -> tuple[int, bool] | None:
        """None when the request may pass; else seconds to wait, and whether it came before an earlier wait was over."""
        if not self.limits.on:
            return None
        wanted: list[tuple[tuple[str, ...], float, float]] = [((method, owner), *self._rate(method, tier))]
        if method == "chat.postMessage" and channel:
            wanted = [
                ((method, owner, channel), self.limits.posts_a_second, float(self.limits.posts_burst)),
                (
                    (method, owner),
                    self.limits.posts_a_minute_workspace / 60,
                    self.limits.posts_a_minute_workspace,
                ),
            ]
        counted = [(key, self._wait(key, rate, burst)) for key, rate, burst in wanted if rate]
        longest = max((wait for _, (wait, _) in counted), default=0.0)
        if longest <= 0:
            for key, _ in counted:
                self._buckets[key].level -= 1
            return None
        self.refused += 1
        for key, (wait, _) in counted:
            if wait > 0:
                self._buckets[key].barred_until = self._now() + wait
        return max(1, math.ceil(longest)), any(early for _, (_, early) in counted)

    def _rate(self, method: str, tier: int) -> tuple[float, float]:
        if method in self.limits.methods:
            return self.limits.methods[method] / 60, self.limits.methods[method]
        if self.limits.history_outside_marketplace and method in {"conversations.history", "conversations.replies"}:
            return 1 / 60, 1.0
        if tier == 0:
            return 0.0, 0.0
        rate = self.limits.tiers[tier]
        return rate / 60, max(rate, self.limits.burst_of_tier_one) if tier == 1 else rate

    def _wait(self, key: tuple[str, ...], rate: float, burst: float) -> tuple[float, bool]:
        now = self._now()
        bucket = self._buckets.setdefault(key, _Bucket(burst, now))
        bucket.level = min(burst, bucket.level + (now - bucket.at) * rate)
        bucket.at = now
        early = now < bucket.barred_until - 1e-6
        missing = 0.0 if bucket.level >= 1 - 1e-9 else (1 - bucket.level) / rate
        return max(missing, bucket.barred_until - now if early else 0.0), early
