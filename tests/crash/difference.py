"""Failing with what a run that was killed left otherwise than the undisturbed one."""

from __future__ import annotations

import difflib
import json
from typing import Any

import pytest

from tests.crash.workers import Survived

LINES, WIDTH = 80, 300
"""How much of a difference is shown: lines, and characters of each from a little before where two of them part."""

BEFORE = 100


def assert_same(wanted: dict[str, Any], got: dict[str, Any], survived: Survived) -> None:
    """Fail with where the process was killed and what differs, unless the two states are equal."""
    if got == wanted:
        return
    before, after = (json.dumps(state, indent=1, sort_keys=True).splitlines() for state in (wanted, got))
    difference = shown(list(difflib.unified_diff(before, after, "undisturbed", "killed", lineterm="")))
    deaths = "\n".join(f"step {step}, boundary {number}: {name}" for step, number, name in survived.deaths)
    pytest.fail("\n".join([f"killed at\n{deaths}", *difference[:LINES]]), pytrace=False)


def shown(difference: list[str]) -> list[str]:
    """The lines of a unified difference, long ones from shortly before where a changed one parts from its successor."""
    lines = []
    for number, line in enumerate(difference):
        beside = number + 1 if line.startswith("-") else number - 1
        other = difference[beside] if 0 <= beside < len(difference) else ""
        replaced = line[:1] + other[:1] in ("-+", "+-")
        start = max(0, parting(line[1:], other[1:]) - BEFORE) if replaced else 0
        lines.append(line[:1] + line[1 + start : start + WIDTH])
    return lines


def parting(one: str, other: str) -> int:
    """The place of the first character in which two lines differ."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
