"""A clock that stands still until it is moved."""

from __future__ import annotations

from engine.ports import Clock

BEGINNING = 1_790_000_000.0
"""A Monday afternoon in September 2026, UTC."""


class FakeClock(Clock):
    """Starts at BEGINNING and never goes back."""

    def __init__(self, at: float = BEGINNING) -> None:
        self._now = at

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return self._now

    def move(self, to: float) -> None:
        """Set the time; a time in the past is ignored."""
        self._now = max(self._now, to)

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds
