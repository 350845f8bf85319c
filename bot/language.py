"""Whether a text reads as English: a hint for its writer, never a reason to refuse it."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_FUNCTION_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before but by can could do does done for
    from had has have he her his how i if in into is it its just let like make many may me more most much must my
    need no not of on one only or other our out over people she should so some such than that the their them then
    there these they this those to too up us very was we were what when which who why will with would yes you your
    don't i'm it's can't won't we're isn't i'd we'd let's""".split()
)

ENOUGH_WORDS = 5
"""Shorter texts are not judged: "Ban cars now" has no function word and is English all the same."""

FUNCTION_SHARE = 0.12
"""English prose runs at 40-60% function words; other Latin-script languages share few of these words."""


def reads_as_english(text: str) -> bool:
    """False for mostly non-Latin letters, and for longer texts with hardly any English function word."""
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(1 for letter in letters if unicodedata.name(letter, "").startswith("LATIN"))
    if letters and latin * 2 < len(letters):
        return False
    words = [word.replace("’", "'").casefold() for word in _WORD.findall(text)]
    if len(words) < ENOUGH_WORDS:
        return True
    return sum(word in _FUNCTION_WORDS for word in words) / len(words) >= FUNCTION_SHARE
