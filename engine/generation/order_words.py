"""Families of words in which somebody speaks about the writing of the statement; order_words.toml lists them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0900-\u097f]")


@dataclass(frozen=True, slots=True)
class Family:
    """Words as they stand, beginnings of words, and what is looked for inside scripts without spaces."""

    whole: frozenset[str]
    starts: tuple[str, ...]
    inside: tuple[str, ...]

    def counts(self, word: str) -> bool:
        """True for a lower-case word of this family."""
        return word in self.whole or word.startswith(self.starts)


@lru_cache(maxsize=1)
def families() -> Mapping[str, Family]:
    """The families of words by name; see order_words.toml."""
    lists = tomllib.loads(Path(__file__).with_name("order_words.toml").read_text(encoding="utf-8"))
    found = {}
    for name, text in lists.items():
        inside = tuple(word for word in text.split() if _UNSPACED.search(word))
        spaced = [word for word in text.split() if word not in inside]
        found[name] = Family(
            frozenset(word for word in spaced if not word.endswith("*")),
            tuple(word[:-1] for word in spaced if word.endswith("*")),
            inside,
        )
    return found


@lru_cache(maxsize=65_536)
def kinds_of(word: str) -> frozenset[str]:
    """The families of a lower-case word."""
    return frozenset(name for name, family in families().items() if family.counts(word))
