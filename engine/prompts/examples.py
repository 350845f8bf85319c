"""The examples that a few-shot prompt shows: Parley's own, or an operator's."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.prompts.model import Example

MOST = 8
"""Examples that a prompt shows at most: more leave too little room for the opinions that are asked about."""


@lru_cache(maxsize=1)
def built_in_examples() -> tuple[Example, ...]:
    """The three simulated examples that Parley brings, with 3, 4 and 5 opinions."""
    return read_examples(Path(__file__).with_name("examples.toml").read_text(encoding="utf-8"), toml=True)


def read_examples(text: str, *, toml: bool) -> tuple[Example, ...]:
    """The examples in a file: TOML with `[[example]]` tables, or one JSON object a line.

    Each has a `question`, a list of `opinions` and a `statement`; other fields are ignored. Raises ValueError with what
    is wrong and where.
    """
    told = tomllib.loads(text).get("example", []) if toml else [_row(line, at) for at, line in _lines(text)]
    if not isinstance(told, list) or not 1 <= len(told) <= MOST:
        held = len(told) if isinstance(told, list) else "no list of"
        raise ValueError(f"it holds {held} examples, and 1 to {MOST} are shown")
    return tuple(_example(one, number) for number, one in enumerate(told, 1))


def told_apart(examples: Sequence[Example]) -> str:
    """Eight characters from 0-9a-f that are others for other examples."""
    held = [[one.question, *one.opinions, one.statement] for one in examples]
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:8]


def _lines(text: str) -> list[tuple[int, str]]:
    return [(at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip()]


def _row(line: str, at: int) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        raise ValueError(f"line {at} is no JSON object") from None


def _example(told: Any, number: int) -> Example:
    held = told if isinstance(told, Mapping) else {}
    question, opinions, statement = (held.get(name) for name in ("question", "opinions", "statement"))
    if not isinstance(opinions, list) or not opinions:
        raise ValueError(f"example {number} has no list of opinions")
    for name, text in (("question", question), ("statement", statement), *(("opinion", one) for one in opinions)):
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"example {number} lacks the text of its {name}")
    return Example(str(question), tuple(opinions), str(statement))
