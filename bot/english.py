"""Whether a text reads as English: a hint for its writer, never a reason to refuse it."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+")

_ENGLISH = frozenset(
    """about after all also and any are as at be because been before but by can could did does for from had has
    have he her him his how i if into is it its just like make many may more most much must my need not of on only
    or other our out over people she should some such than that the their them then there these they this those to
    too up us very we were what when which who why will with would yes you your""".split()
)

_OTHERS = frozenset(
    """aber auch auf dass der das dem den ein eine es finde für haben ich ist mehr mit nicht nur sein sich sie sind
    sollten und von wenn wir zu à au aux avec ce cette dans de des du elle est et il je la le les mais ne nous ont
    par pas plus pour que qui sont sur un une vous como con cuando del el ella en esta este hay lo los las más muy
    nos nosotros para pero por porque se ser sin son su también todo una y anche che ci come con della di gli ho il
    io ma mi molto noi non più per perché questo se si sono uno à ao com da do dos ele eu isso mais mas muito não o
    os ou para pela pelo porque que se sem uma você een het ik maar met niet ook voor wij zijn att det och som är
    jag vi inte bir bu da için ne ve çok nie jest się na że to w z""".split()
) - {"to", "do", "no", "me", "a", "in"}
"""Function words of German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Turkish and Polish."""


def reads_as_english(text: str) -> bool:
    """False for mostly non-Latin letters, and where other languages' function words clearly outnumber English ones.

    A text with few function words of any language ("Ban cars now!") is given the benefit of the doubt.
    """
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(1 for letter in letters if unicodedata.name(letter, "").startswith("LATIN"))
    if letters and latin * 2 < len(letters):
        return False
    words = [word.casefold() for word in _WORD.findall(text)]
    english, other = (sum(word in known for word in words) for known in (_ENGLISH, _OTHERS))
    return other < 2 or other <= 2 * english
