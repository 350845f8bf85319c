"""Which English words are known: the dictionary's, and those that it lacks or that are plainly built of its own."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.generation.grammar import FUNCTION_WORDS, classes

_UNLISTED = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fifteen twenty thirty forty fifty sixty "
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september "
    "october november december christmas easter halloween ramadan diwali america american asian africa african europe "
    "european england english britain british ireland irish scotland scottish wales welsh france french germany german "
    "spain spanish italy italian portugal portuguese netherlands dutch belgium belgian poland polish russia russian "
    "ukraine ukrainian turkey turkish greece greek arabic arab hebrew hindi urdu bengali tamil punjabi india indian "
    "china chinese japan japanese korea korean vietnamese somali kurdish romanian danish swedish norwegian finnish "
    "northern southern eastern western app apps website online email wifi smartphone laptop bollard bollards letterbox "
    "signage tech cafe cafes dont doesnt cant wont thats theres cannot gonna wanna alot versus thru skatepark "
    "accessible pedestrianise pedestrianised parklet parklets stakeholder stakeholders".split()
)
"""Words that everybody knows and the dictionary of verb and noun forms does not: numbers, days, peoples, new things."""

_BUILT = re.compile(
    r"^(?:un|re|non|anti|over|under|mis|pre)?(?P<stem>\w{3,}?)(?:able|ably|ability|ness|less|ful|wide|like)?$"
)


LONGEST = 40
"""Letters of the longest word that is looked up; every way to part a word is tried, and English has none longer."""


def is_known(word: str) -> bool:
    """True for a word that a dictionary has, or that is plainly built of such words, as "letterbox" and "walkable"."""
    return len(word) <= LONGEST and _found(word)


@lru_cache(maxsize=16_384)
def _found(word: str) -> bool:
    low = word.casefold()
    if classes(low) or low in FUNCTION_WORDS or low in _UNLISTED or low.removesuffix("s") in _UNLISTED:
        return True
    if not word.islower():
        return False
    built = _BUILT.match(low)
    if built is not None and any(classes(form) for form in (built["stem"], re.sub("i$", "y", built["stem"]))):
        return True
    return any(_plain(low[:at]) and _plain(low[at:]) for at in range(3, len(low) - 2))


def _plain(part: str) -> bool:
    return "NOUN" in classes(part) or part in FUNCTION_WORDS
