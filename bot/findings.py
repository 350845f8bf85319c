"""What was found of a set-up: one line for each thing that was looked at."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """How bad a finding is: nothing to do, something to know, something to mend."""

    FINE = "✓"
    NOTE = "!"
    WRONG = "✗"


PLAIN = {Mark.FINE: "ok", Mark.NOTE: "note", Mark.WRONG: "WRONG"}
"""Marks for a terminal that cannot show them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `said` ends with what to do where something is."""

    mark: Mark
    what: str
    said: str


def shown(mark: Mark) -> str:
    """The mark as this terminal can show it."""
    try:
        mark.value.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return f"{PLAIN[mark]:5}"
    return mark.value
