"""Words of the writing that are said of the world: "the police report", "tell the drivers", "before you decide"."""

from __future__ import annotations

from collections.abc import Sequence

from engine.generation.grammar import AUXILIARIES, FUNCTION_WORDS, classes
from engine.generation.order_words import kinds_of

_OURS = ("else's", "group's", "everyone's", "everybody's", "it's", "that's", "let's", "what's")
_FROM = frozenset({"of", "from", "by"})
_WHERE = frozenset({"in", "on", "at", "to"})
_POLITE = frozenset("no yes sorry thank thanks hello goodbye please".split())
"""What one says to people: "say no to the plan" asks nobody to write "no"."""

DETERMINERS = frozenset(
    "the our their a an his her its these those this all every each any some both more no my old new".split()
)
_HERE = frozenset("group team round members member participants us everybody everyone".split())
"""Whoever takes part is not the world: "the statement of the group" is what is written here."""

_OWNED = ("text", "writing", "instruction", "rule", "writer", "device", "before")
"""Families whose words are often said of the world: "the police report", "the instructions of the fire brigade"."""

_WRITTEN = frozenset({"before", "instruction", "rule", "text", "writing", "writer"})
_TOWARDS = frozenset({"to", "with", "for", "at", "about", "from"})
_ALL = frozenset({"above", "everything", "anything"})
_THIRD = frozenset({"it", "he", "she", "who", "which"})
_UNTIL = frozenset({"before", "until", "after", "than", "what", "how", "because", "while", "as"})
_ANYBODY = frozenset({"whoever", "whatever"})
"""Who writes only where a verb of writing follows: "whoever sums this up", and not "close whatever is red"."""

_PERHAPS = frozenset({"if", "when", "where", "whenever"})


def of_the_world(said: Sequence[str], at: int, kinds: frozenset[str]) -> bool:
    """True for a name, and for a word that is somebody's: "the shopkeepers' letter", "the text of the plan"."""
    word, before, after = said[at], said[at - 1] if at else "", said[at + 1 : at + 6]
    if at and word.istitle() and (before.istitle() and at > 1 or after and after[0].istitle()):
        return True
    if word == "word" and (after[:2] == ["for", "word"] or said[max(0, at - 2) : at] == ["word", "for"]):
        return True
    reports = "write" in kinds and word.endswith("s") and "VERB" in classes(word)
    if reports and (before.casefold() in _THIRD or at > 1 and (before.istitle() or _a_thing(before))):
        return True
    if word.casefold() in ("say", "says", "saying", "said") and after and after[0].casefold() in _POLITE:
        return True
    if word.casefold() in _ANYBODY:
        return not after or kinds_of(after[0].casefold()).isdisjoint(("write", "place"))
    if "you" in kinds:
        return before.casefold() == "thank" or _anybody(before.casefold(), after[0].casefold() if after else "")
    if kinds.isdisjoint(_OWNED):
        return False
    if word in _ALL and after and (after[0][0].isdigit() or after[0] in DETERMINERS):
        return word == "above" or _a_thing(_noun(after))
    if before.casefold().endswith(("'s", "s'")) and not before.casefold().endswith(_OURS):
        return True
    if len(after) > 1 and after[0].casefold() in _FROM:
        named = "device" in kinds and after[1].istitle() and not kinds_of(after[1].casefold())
        return named or _a_thing(_noun(after[1:]))
    if len(after) > 1 and after[0].casefold() in _WHERE and after[1].casefold() in DETERMINERS:
        return _a_thing(_noun(after[1:]))
    return _a_thing(before) or (bool(after) and _a_thing(after[0]) and "VERB" not in classes(after[0]))


def _anybody(before: str, after: str) -> bool:
    """True for the "you" that is anybody: "before you decide", "if you live here"."""
    if before in _PERHAPS:
        return not kinds_of(after) and after not in AUXILIARIES
    return before in _UNTIL and not kinds_of(after)


def is_aimed(said: Sequence[str], at: int) -> bool:
    """True where a thing of the world is what somebody shall write to, tell, print, put or leave: no payload."""
    start = at + 1
    if start < len(said) and said[start].casefold() in _TOWARDS:
        start += 1
    while start < len(said) and said[start].casefold() in DETERMINERS:
        start += 1
    for place in range(start, min(start + 2, len(said))):
        word = said[place].casefold()
        kinds = kinds_of(word)
        if _a_thing(said[place]) or not kinds.isdisjoint(_OWNED) and of_the_world(said, place, kinds):
            after = said[place + 1].casefold() if len(said) > place + 1 else ""
            return after not in AUXILIARIES and not ("VERB" in classes(after) and "NOUN" not in classes(after))
        if kinds or "ADJ" not in classes(word):
            return False
    return False


def dismisses(said: Sequence[str], at: int) -> bool:
    """True where what others wrote, or what somebody was told, is to be left out: "forget what the others said"."""
    for place in range(at + 1, min(len(said), at + 6)):
        word = said[place].casefold()
        kinds = kinds_of(word)
        if not kinds.isdisjoint(_WRITTEN) and not of_the_world(said, place, kinds):
            return True
        if not kinds and word not in FUNCTION_WORDS and "ADJ" not in classes(word):
            return False
    return False


def _noun(said: Sequence[str]) -> str:
    """The first word that is no determiner."""
    return next((word for word in said if word.casefold() not in DETERMINERS), "")


def _a_thing(word: str) -> bool:
    """True for a noun in small letters of no family, such as "police" or "exhausts"."""
    word = word.rstrip("'’").removesuffix("'s")
    if not word.islower() or word in _HERE or word in FUNCTION_WORDS or kinds_of(word):
        return False
    found = classes(word)
    return "NOUN" in found and "ADJ" not in found
