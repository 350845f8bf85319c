"""Durations as people write them: "30m", "2h", "1 day", "1d 12h", "1.5 hours"."""

from __future__ import annotations

import math
import re

MINUTE, HOUR, DAY, WEEK = 60, 3_600, 86_400, 604_800

_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("w", "week", "weeks"), WEEK),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
}
_PIECE = re.compile(
    r"(?P<number>\d{1,9}(?:[.,]\d{1,3})?|an?)\s*(?P<unit>[a-z]+)(?:\s*(?:,|and)\s*|\s+|$)?", re.IGNORECASE
)


def parse_duration(text: str) -> float | None:
    """Seconds, above zero; None for anything that is no duration, such as "soon" or "0h".

    A number without a unit is none: "2" may mean hours or days, and nobody should have to guess.
    """
    rest, total = text.strip().removeprefix("in ").strip(), 0.0
    while rest:
        piece = _PIECE.match(rest)
        unit = _UNITS.get(piece["unit"].lower()) if piece else None
        if piece is None or unit is None:
            return None
        number = piece["number"].lower()
        total += unit * (1.0 if number in {"a", "an"} else float(number.replace(",", ".")))
        rest = rest[piece.end() :]
    return total if total > 0 else None


def write_duration(seconds: float) -> str:
    """A duration that `parse_duration` reads back, in the largest unit that divides it: "1 day", "36 hours"."""
    whole = max(1, math.floor(seconds + 0.5))
    for unit, name in ((WEEK, "week"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second")):
        if whole % unit == 0:
            number = whole // unit
            return f"{number} {name}" if number == 1 else f"{number} {name}s"
    raise AssertionError("every whole number of seconds is divisible by one")
