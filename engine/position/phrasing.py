"""A clause whose subject and predicate are known, said declaratively and denied."""

from __future__ import annotations

from collections.abc import Sequence

from engine.position.model import PositionStatement
from engine.position.words import (
    AUXILIARIES,
    BE,
    CLAUSE_OPENERS,
    CONJUNCTIONS,
    DEGREE_ADVERBS,
    DETERMINERS,
    DO,
    HAVE,
    MODALS,
    OBJECT_PRONOUNS,
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
_FREE_CHOICE = frozenset({"should", "must", "can", "may"})
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
    certain = _without_doubt(predicate)
    if certain is None:
        return None
    predicate = certain
    head = fold(subject[0])
    if auxiliary == "would" and fold(predicate[0]) == "rather":
        return None
    if {"no", "nothing", "nobody"} & {fold(token) for token in predicate[:2]}:
        return None  # the denial would be a double negative
    if head in {"nobody", "no", "none", "someone", "somebody", "neither"} or (
        head.startswith("any") and auxiliary not in _FREE_CHOICE
    ):
        return None
    sides = _sides(auxiliary, subject, predicate)
    if sides is None:
        return None
    affirming, negating = (_sentence(opening, side) if side else None for side in sides)
    return PositionStatement(affirming, negating) if affirming and negating else None


_Side = list[str] | None
_Sides = tuple[_Side, _Side]


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
        return affirming, ["not", *affirming] if affirming else None
    if fold(subject[0]) in {"anyone", "anybody"}:
        return affirming, ["nobody", *subject[1:], auxiliary, *predicate]
    if fold(subject[0]) == "any":
        return affirming, ["no", *subject[1:], auxiliary, *predicate]
    if auxiliary in BE and first == "still" and len(predicate) > 1:
        without = _sides(auxiliary, subject, predicate[1:])  # "is not still" is no English
        return (affirming, without[1]) if without else None
    return affirming, _denied(auxiliary, subject, predicate)


def _said(auxiliary: str, subject: Sequence[str], predicate: Sequence[str]) -> list[str] | None:
    if auxiliary in DO:
        inflected = _inflected(auxiliary, predicate)
        return None if inflected is None else [*subject, *inflected]
    return [*subject, auxiliary, *predicate]


def _denied(auxiliary: str, subject: Sequence[str], predicate: Sequence[str]) -> list[str]:
    # "Must not" would forbid; what is denied is that it must be.
    denial = {"can": ["cannot"], "must": ["need", "not"]}.get(auxiliary, [auxiliary, "not"])
    return [*subject, *denial, *predicate]


def _inflected(auxiliary: str, predicate: Sequence[str]) -> list[str] | None:
    """The predicate after the auxiliary is gone: "does help" -> "helps", "did go" -> "went".

    None when a later word may or may not be a second verb of the same subject.
    """
    if auxiliary == "do":
        return list(predicate)
    words = [read_word(token) for token in predicate]
    verb = next((at for at, word in enumerate(words) if word.base), None)
    if verb is None:
        return None
    verbs = {verb}
    for at in range(verb + 1, len(words)):
        after = words[at + 1] if at + 1 < len(words) else None
        if words[at].folded in AUXILIARIES | CLAUSE_OPENERS or words[at].folded == "to" and after and after.base:
            break
        if words[at - 1].folded not in CONJUNCTIONS or not words[at].base:
            continue
        if words[at].only_verb or at == verb + 2 or after and after.folded in DETERMINERS | OBJECT_PRONOUNS:
            verbs.add(at)
        elif after and after.noun:
            return None
    inflect = third_person if auxiliary == "does" else past
    return [_recased(token, inflect(words[at].folded)) if at in verbs else token for at, token in enumerate(predicate)]


def _recased(token: str, form: str) -> str:
    """`form` in place of the word of `token`, its punctuation kept."""
    return form + token[len(token.rstrip(".,;:!?)\"'”’")) :]


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
    if first == "such" and rest and fold(rest[0]) in {"a", "an"}:
        return ["there", *verb, *predicate], ["there", *verb, "no", "such", *rest[1:]]
    if first in {"a", "an"} and rest:
        return ["there", *verb, *predicate], ["there", *verb, "no", *rest]
    word = read_word(predicate[0])
    if (
        first in DETERMINERS | QUANTIFIERS | DEGREE_ADVERBS - {"better", "worse"}
        or word.adverb
        or any(c.isdigit() for c in first)
    ):
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
