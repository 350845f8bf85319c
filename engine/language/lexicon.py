"""The words that are known, and what each says: a negation, a reversal, praise, nothing of its own."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word lists of lexicon.toml, by surface (stop, negators ...) or by stem (reversers ...)."""

    stop: frozenset[str]
    negators: frozenset[str]
    reversers: frozenset[str]
    affirmers: frozenset[str]
    directives: frozenset[str]
    good: frozenset[str]
    bad: frozenset[str]
    anaphora: frozenset[str]
    finite: frozenset[str]
    imperatives: frozenset[str]
    subjects: frozenset[str]
    negator_phrases: tuple[str, ...]
    not_negating: tuple[str, ...]
    for_it: re.Pattern[str]
    against_it: re.Pattern[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lists that Parley brings."""
    lists = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))

    def surface(name: str) -> frozenset[str]:
        return frozenset(lists[name].split())

    def by_stem(name: str) -> frozenset[str]:
        return frozenset(stemmed(word) for word in lists[name].split())

    def opening(name: str) -> re.Pattern[str]:
        return re.compile(r"^(?:" + "|".join(re.escape(phrase) for phrase in lists[name]) + r")(?![\w'])")

    return Lexicon(
        stop=surface("stop"),
        negators=surface("negators"),
        reversers=by_stem("reversers"),
        affirmers=by_stem("affirmers"),
        directives=surface("directives"),
        good=by_stem("good"),
        bad=by_stem("bad"),
        anaphora=surface("anaphora"),
        finite=surface("finite"),
        imperatives=surface("imperatives"),
        subjects=surface("subjects"),
        negator_phrases=tuple(lists["negator_phrases"]),
        not_negating=tuple(lists["not_negating"]),
        for_it=opening("for_it"),
        against_it=opening("against_it"),
    )


@lru_cache(maxsize=50_000)
def stemmed(word: str) -> str:
    """The stem of an English word in lower case; another word comes back as it is, or nearly."""
    import snowballstemmer

    # A stemmer keeps the word it works on, so each call has its own: threads share this function.
    stem: str = snowballstemmer.stemmer("english").stemWord(word)
    return stem
