"""The examples that a few-shot prompt shows."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from engine.prompts.model import Example


@lru_cache(maxsize=1)
def built_in_examples() -> tuple[Example, ...]:
    """The three simulated examples that Parley brings, with 3, 4 and 5 opinions."""
    held = tomllib.loads(Path(__file__).with_name("examples.toml").read_text(encoding="utf-8"))
    return tuple(Example(one["question"], tuple(one["opinions"]), one["statement"]) for one in held["example"])
