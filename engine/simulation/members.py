"""Simulated members: an opinion, a way of rating, and what they would say about a statement.

For the demo, for rehearsals and for tests. They are no model of people: a member agrees with a statement
as far as it shares their stance and their words, from a starting point of their own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from engine.language import contradicts, similarity, stance


@dataclass(frozen=True, slots=True)
class SimulatedMember:
    """One person of a rehearsal.

    position: 1-7, what they think of the position statement before. critique: what they say about a
    statement that they do not like. leniency: how far they come towards others, 0-1.
    """

    name: str
    opinion: str
    position: int
    critique: str
    leniency: float = 0.5

    def rate(self, question: str, statement: str) -> int:
        """1-7 agreement with a statement: shared stance and words pull up, an opposite stance pulls down."""
        shared = similarity(self.opinion, statement)
        aligned = stance(self.opinion, question) * stance(statement, question)
        value = 3.6 + 1.4 * self.leniency + 2.6 * min(1.0, 2 * shared) + 1.6 * aligned
        if contradicts(self.opinion, statement):
            value -= 1.5 * (1 - 0.5 * self.leniency)
        return max(1, min(7, int(value + _lot(self.name, statement))))

    def position_after(self, leading_rating: int) -> int:
        """1-7 for the position statement with the ballot: who was against comes a step closer to a good statement."""
        return self.position + (self.position < 5 <= leading_rating)


def _lot(name: str, statement: str) -> float:
    """A number in [0, 1) that is always the same for one member and statement."""
    digest = hashlib.sha256(f"{name}\x00{statement}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48
