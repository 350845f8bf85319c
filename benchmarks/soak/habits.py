"""How people behave on any platform of a soak, and how long what is waited for may take."""

from __future__ import annotations

from benchmarks.soak.load import BEFORE_SECONDS, OUTAGE_SECONDS

STREETS = ("Mill", "Harbour", "Church", "Station", "Garden")
EARLY_VOTE = f"{int(BEFORE_SECONDS + OUTAGE_SECONDS / 2) // 60} minutes"
"""How long a vote lasts whose deadline is to come during the outage."""

OUTAGE_SPEED = 6
"""How many times faster the outage passes than the rest."""

NOTICED = 0.05
"""Real seconds until an answer is read."""

TRIES, AGAIN_AFTER = 20, 10.0
"""How often people do something that did not work, and how many simulated seconds they wait before the next time."""

PATIENCE = 30.0
"""Real seconds in which what the bot opens or posts must appear."""


def question(round: int) -> str:
    """What a round asks."""
    return f"Should we close {STREETS[round % len(STREETS)]} Street {round + 1} to cars?"
