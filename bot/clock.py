"""The clock of the machine this runs on."""

from __future__ import annotations

import time


class SystemClock:
    """Seconds since the epoch, UTC, from the operating system."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.time()
