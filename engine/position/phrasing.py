"""A clause whose subject and predicate are known, said declaratively and denied."""

from __future__ import annotations

from collections.abc import Sequence

from engine.position.model import PositionStatement
from engine.position.words import (
    AUXILIARIES,
    BE,
    CONJUNCTIONS,
    DEGREE_ADVERBS,
    DETERMINERS,
    DO,
    HAVE,
    MODALS,
    QUANTIFIERS,
    fold,
    past,
    read_word,
    third_person,
)

_ATTITUDES = frozenset(
    "support want like prefer need favour favor trust plan intend enjoy oppose approve wish hope care know love agree "
    "mind".split()
)
_DUTIES = frozenset("obligation duty responsibility right rights".split())
_FIRST_PERSON = {"your": "my", "yours": "mine", "yourself": "myself"}
_SPEAKER = frozenset("I me my mine myself".split())


def phrase(opening: str, auxiliary: str, subject: Sequence[str], predicate: Sequence[str]) -> PositionStatement | None:
    """The statement and its denial in the order they are read; None where English is not that regular."""
    if auxiliary == "shall":
        auxiliary = "should"  # "Shall we ...?" proposes; "we shall" would predict
    if subject[0] in _SPEAKER:
        return None
    if [fold(token) for token in subject] == ["you"]:
        personal = _first_person(auxiliary, predicate)
        if personal is None:
            return None
        subject, auxiliary, predicate = personal
    predicate = _without_doubt(predicate)
    if predicate is None:
        return None
    head = fold(subject[0])
    if head in {"nobody", "no", "none", "someone", "somebody", "neither"} or (
        head.startswith("any") and auxiliary not in MODALS
    ):
        return None
    sides = _sides(auxiliary, subject, predicate)
    if sides is None:
        return None
    affirming, negating = (_sentence(opening, side) for side in sides)
    return PositionStatement(affirming, negating) if affirming and negating else None


_Sides = tuple[list[str], list[str]]


def _sides(auxiliary: str, subject: Sequence[str], predicate: Sequence[str]) -> _Sides | None:
    if fold(subject[0]) == "there" and len(subject) == 1:
        existence = _existence(auxiliary, predicate)
        if existence is not None:
            return existence
    first = fold(predicate[0])
    if first == "ever":
        return _ever(auxiliary, subject, predicate[1:])
    if first == "not":
        rest = predicate[1:]
        return (_denied(auxiliary, subject, rest), _said(auxiliary, subject, rest)) if rest else None
    if first == "never":
        rest = predicate[1:]
        if not rest:
            return None
        return _said(auxiliary, subject, predicate), _said(auxiliary, subject, ["sometimes", *rest])
    if auxiliary == "will" and [fold(token) for token in predicate[:2]] in (["one", "day"], ["some", "day"]):
        return _said(auxiliary, subject, predicate), _said(auxiliary, subject, ["never", *predicate[2:]])
    affirming = _said(auxiliary, subject, _some(auxiliary, predicate))
    if fold(subject[0]) in {"every", "everyone", "everybody"}:
        return affirming, ["not", *_said(auxiliary, subject, predicate)]
    if fold(subject[0]) in {"anyone", "anybody"}:
        return affirming, ["nobody", *_said(auxiliary, subject[1:], predicate)]
    if fold(subject[0]) == "any":
        return affirming, ["no", *_said(auxiliary, subject[1:], predicate)]
    if auxiliary in BE and first == "still" and len(predicate) > 1:
        predicate = predicate[1:]  # "is not still" is no English
    return affirming, _denied(auxiliary, subject, predicate)


def _said(auxiliary: str, subject: Sequence[str], predicate: Sequence[str]) -> list[str]:
    if auxiliary in DO:
        return [*subject, *_inflected(auxiliary, predicate)]
    return [*subject, auxiliary, *predicate]


def _denied(auxiliary: str, subject: Sequence[str], predicate: Sequence[str]) -> list[str]:
    denial = ["cannot"] if auxiliary == "can" else [auxiliary, "not"]
    return [*subject, *denial, *predicate]


def _inflected(auxiliary: str, predicate: Sequence[str]) -> list[str]:
    """The predicate after the auxiliary is gone: "does help" -> "helps", "did go" -> "went"."""
    if auxiliary == "do":
        return list(predicate)
    inflect = third_person if auxiliary == "does" else past
    words = [read_word(token) for token in predicate]
    verb = next((at for at, word in enumerate(words) if word.base), None)
    if verb is None:
        return list(predicate)
    changed = list(predicate)
    changed[verb] = inflect(words[verb].folded) + predicate[verb][len(words[verb].folded) :]
    for at in range(verb + 1, len(words)):
        if words[at].folded == "to" or words[at].folded in AUXILIARIES and words[at].folded not in {"have", "do"}:
            break
        joined = words[at - 1].folded in CONJUNCTIONS
        if joined and words[at].base and (words[at].only_verb or at == verb + 2):
            changed[at] = inflect(words[at].folded) + predicate[at][len(words[at].folded) :]
    return changed


def _ever(auxiliary: str, subject: Sequence[str], rest: Sequence[str]) -> _Sides | None:
    """ "Is it ever right" -> "sometimes" and "never"; "will we ever" -> "some day" and "never"."""
    if not rest or auxiliary in HAVE:
        return None
    once = ["some", "day"] if auxiliary == "will" else ["sometimes"]
    return _said(auxiliary, subject, [*once, *rest]), _said(auxiliary, subject, ["never", *rest])


def _existence(auxiliary: str, predicate: Sequence[str]) -> _Sides | None:
    """ "There is a case" is denied as "there is no case"; None where plain "not" is the better denial."""
    verb = [auxiliary]
    if auxiliary in MODALS:
        if len(predicate) < 3 or fold(predicate[0]) != "be" or not fold(predicate[1]).startswith("any"):
            return None
        verb, predicate = [auxiliary, predicate[0]], predicate[1:]
    elif auxiliary not in BE:
        return None
    first, rest = fold(predicate[0]), list(predicate[1:])
    if first in {"anything", "something"}:
        return ["there", *verb, "something", *rest], ["there", *verb, "nothing", *rest]
    if first == "any" and rest:
        return ["there", *verb, "some", *rest], ["there", *verb, "no", *rest]
    if first in {"a", "an"} and rest:
        return ["there", *verb, *predicate], ["there", *verb, "no", *rest]
    word = read_word(predicate[0])
    if first in DETERMINERS | QUANTIFIERS | DEGREE_ADVERBS or word.adverb or any(c.isdigit() for c in first):
        return None
    if word.noun or word.adjective:
        return ["there", *verb, *predicate], ["there", *verb, "no", *predicate]
    return None


def _some(auxiliary: str, predicate: Sequence[str]) -> list[str]:
    """ "any" right after the verb of a do-question is "some" when it is affirmed."""
    changed = list(predicate)
    if auxiliary in DO and len(changed) > 1 and fold(changed[1]).startswith("any"):
        changed[1] = changed[1].lower().replace("any", "some", 1)
    return changed


def _without_doubt(predicate: Sequence[str]) -> Sequence[str] | None:
    """Without the "really" of a doubting question; None for "really that X", which says something else."""
    if fold(predicate[0]) != "really" or len(predicate) < 2:
        return predicate
    return None if fold(predicate[1]) == "that" else predicate[1:]


def _first_person(auxiliary: str, predicate: Sequence[str]) -> tuple[list[str], str, list[str]] | None:
    """A question to the reader, as the reader would say it; general "you" stays; None when it could be either."""
    folded = [fold(token) for token in predicate]
    if auxiliary in {"should", "must", "ought"} or folded[0] == "have" and _DUTIES & set(folded[1:5]):
        return ["you"], auxiliary, list(predicate)
    asked = auxiliary in {"are", "were", "would"} or auxiliary in DO and _ATTITUDES & set(folded[:2])
    if not asked or "you" in folded:
        return None
    auxiliary = {"are": "am", "were": "was"}.get(auxiliary, auxiliary)
    return ["I"], auxiliary, [_FIRST_PERSON.get(word, token) for word, token in zip(folded, predicate, strict=True)]


def _sentence(opening: str, words: Sequence[str]) -> str | None:
    """One sentence with a capital and a period; None when it cannot begin with either a capital or a figure."""
    text = " ".join([opening, *words] if opening else words)
    first = next((at for at, c in enumerate(text) if c.isalnum()), None)
    if first is None or first > 2:
        return None
    text = text[:first] + text[first].upper() + text[first + 1 :]
    if not (text[first].isupper() or text[first].isdecimal()):
        return None
    return text.rstrip(" .,;:") + "."
