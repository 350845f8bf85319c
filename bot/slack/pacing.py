"""How often Slack is asked by calls that can wait: a token bucket for each method, of which the others take too.

Sources: Slack's documentation of rate limits (tiers, calls a minute and method); its notice of May 2025, by which apps
that are distributed outside its Marketplace read one page of history a minute.
"""

from __future__ import annotations

from dataclasses import dataclass

TIERS = {
    "conversations_history": 50.0,
    "conversations_list": 20.0,
    "conversations_replies": 50.0,
    "reactions_get": 50.0,
}
"""Calls a minute that Slack takes of the methods with which what was missed is found out."""

BURST, STEADY = 0.4, 0.6
"""Of a minute's calls so many may be made at once, and so many in each minute then: in no minute are they too many."""

RARELY = 61.0
"""Seconds between pages of history for apps outside the Marketplace: a minute, and a little since clocks differ."""

RARE = frozenset({"conversations_history", "conversations_replies"})
FEW = 3
"""Refused after so few calls, a method of `RARE` is one that may be called rarely."""

TRUSTED = 4
"""Calls until it is tried whether that still holds; twice as many each time that it does."""


@dataclass(slots=True)
class Bucket:
    """The calls of one method that may be made now. rare: the method may turn out to be one of `RARE`.

    Times are seconds on any clock. level: calls that may be made at `at`, and below 0 what was called beyond that.
    """

    a_minute: float
    at: float
    rare: bool = False
    level: float = 0.0
    slow: bool = False
    _passed: int = 0
    _slow_left: int = 0
    _trusted: int = TRUSTED

    def __post_init__(self) -> None:
        self.level = self._room

    @property
    def _room(self) -> float:
        return 1.0 if self.slow else max(1.0, BURST * self.a_minute)

    @property
    def _rate(self) -> float:
        return 1.0 / RARELY if self.slow else STEADY * self.a_minute / 60.0

    def wait(self, now: float) -> float:
        """Seconds until a call that can wait may be made; 0 when it may be made now."""
        self._fill(now)
        return max(0.0, (1.0 - self.level) / self._rate)

    def rested(self, seconds: float) -> None:
        """So much time passed that `now` does not show."""
        self.level = min(self._room, self.level + seconds * self._rate)

    def called(self, now: float) -> None:
        """A call is made, whether or not it waited."""
        self._fill(now)
        self.level = max(self.level - 1.0, -self._room)
        self._passed += 1
        if self.slow:
            self._slow_left -= 1
            if self._slow_left < 0:
                self.slow, self._passed = False, 1

    def refused(self, now: float) -> None:
        """The call made last was refused: Slack asks to wait."""
        self._fill(now)
        self.level = min(self.level, 0.0)
        if self.rare and not self.slow and 1 < self._passed <= FEW + 1:
            self.slow, self.level = True, 0.0
            self._slow_left, self._trusted = self._trusted, 2 * self._trusted
        self._passed = 0

    def _fill(self, now: float) -> None:
        self.level = min(self._room, self.level + max(0.0, now - self.at) * self._rate)
        self.at = max(self.at, now)


def bucket_of(method: str, now: float) -> Bucket | None:
    """The full bucket of a method of slack_sdk's client; None for one that is not paced."""
    tier = TIERS.get(method)
    return None if tier is None else Bucket(tier, now, rare=method in RARE)
