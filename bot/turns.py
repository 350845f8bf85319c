"""Who acts waits for their own turn: what one person does happens in the order in which it came."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """A lock for each person who acts at the moment, in one process."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, person: str) -> asyncio.Lock:
        """This person's lock; whoever waits for it or holds it keeps it."""
        return self._locks.setdefault(person, asyncio.Lock())
