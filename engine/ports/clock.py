"""What time it is."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Where the time comes from, so that tests and simulations bring their own."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...
