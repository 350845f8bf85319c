"""In which language a text is, well enough to notice a statement that is in another one than the opinions."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

LEAST_LETTERS = 25
"""A shorter text is in no language that could be told."""

SURE = 3.0
"""How much likelier another language must be, in nats per square root of a byte; long texts add up evidence."""

SHARE = 1 / 3
"""A language in which at least this share of the opinions is written counts as the group's."""

READ = 2_000
"""Characters of a text that are looked at."""


def languages_of(opinions: Sequence[str]) -> frozenset[str]:
    """The languages (ISO 639 codes) in which the group writes; empty where nothing is long enough to tell.

    A group that writes in two languages has both; a single foreign opinion among many does not count, and a
    long one counts no more than a short one.
    """
    written = Counter(_ranked(opinion)[0][0] for opinion in opinions if _letters(opinion) >= LEAST_LETTERS)
    least = SHARE * written.total()
    return frozenset(language for language, number in written.items() if number >= least)


def foreign(text: str, languages: frozenset[str]) -> bool:
    """True when `text` is clearly in none of `languages`; never for a short text or without languages."""
    if not languages or _letters(text) < LEAST_LETTERS:
        return False
    ranked = _ranked(text)
    best = ranked[0][1]
    ours = max((score for language, score in ranked if language in languages), default=-math.inf)
    return best - ours > SURE * math.sqrt(len(text.encode("utf-8", "ignore")))


def _letters(text: str) -> int:
    """Letters, those of scripts without spaces counted three times: each says as much as a syllable."""
    return sum(3 if letter > "\u3040" else 1 for letter in text if letter.isalpha())


def _ranked(text: str) -> list[tuple[str, float]]:
    import py3langid

    shown = re.sub(r"\s+", " ", text[:READ].encode("utf-8", "ignore").decode()).strip()
    return [(str(language), float(score)) for language, score in py3langid.rank(shown)]
