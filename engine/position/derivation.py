"""derive(): from a question as typed to its position statement."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.position.model import Derived, QuestionKind
from engine.position.phrasing import phrase
from engine.position.question import Asked, read_question
from engine.position.subject import split_subject
from engine.position.words import AUXILIARIES, BE, DETERMINERS, PREPOSITIONS, Word, read_word

SURE_MARGIN = 0.5
"""How far the best place to end the subject must lie above the next; tuned on the train split."""
LEAST_SCORE = -2.5
"""A place that scores less is no place to end a subject, even when it is the only one."""

_OPPOSITES = (
    "more less", "more fewer", "increase decrease", "increase reduce", "raise lower", "good bad", "better worse",
    "positive negative", "help harm", "help hurt", "benefit harm", "encourage discourage", "inside outside",
    "keep adopt", "cut increase", "reduce increase", "right wrong", "for against", "public private",
)  # fmt: skip
_PICKING = frozenset("use choose pick take order have get buy meet go prefer want need play eat watch".split())
_OPPOSED = frozenset(frozenset(pair.split()) for pair in _OPPOSITES)


def derive(question: str) -> Derived:
    """The kind of `question` and, for a yes/no question the rule is sure of, its position statement.

    Total: any text gives an answer. An open question gives OPEN; a choice between alternatives, several
    questions at once, another language, or a sentence the rule cannot take apart gives UNSURE. Under a
    millisecond a question; the first call also loads the dictionary, which takes up to a second.
    """
    read = read_question(question)
    if isinstance(read, QuestionKind):
        return Derived(read, None)
    words = [read_word(token) for token in read.tokens]
    if _foreign(words):
        return Derived(QuestionKind.UNSURE, None)
    end = _subject_end(read, words)
    if end is None or _offers_choice(read, words, end):
        return Derived(QuestionKind.UNSURE, None)
    statement = phrase(read.opening, read.auxiliary, read.tokens[:end], read.tokens[end:])
    if statement is None:
        return Derived(QuestionKind.UNSURE, None)
    return Derived(QuestionKind.YES_NO, statement)


def _foreign(words: Sequence[Word]) -> bool:
    """Whether half of the words are in no English dictionary: German "was" and Dutch "is" begin questions too."""
    unknown = sum(word.name and word.text.islower() and not any(c.isdigit() for c in word.text) for word in words)
    return unknown >= 2 and 2 * unknown >= len(words)


def _subject_end(asked: Asked, words: Sequence[Word]) -> int | None:
    if asked.end is not None:
        return asked.end
    split = split_subject(asked.auxiliary, words)
    return split.end if split is not None and split.margin >= SURE_MARGIN and split.score > LEAST_SCORE else None


def _offers_choice(asked: Asked, words: Sequence[Word], end: int) -> bool:
    """Whether the answer is one of two things named: "more or less", "keep it, or move", "a net or a trap"."""
    for at in range(1, len(words) - 1):
        if words[at].folded == "or" and words[at + 1].folded in AUXILIARIES | {"rather"}:
            return True
        if at > end and words[at].folded in {"or", "vs", "versus"} and _chooses(asked, words, end, at):
            return True
    return False


def _chooses(asked: Asked, words: Sequence[Word], end: int, at: int) -> bool:
    before, after = words[at - 1], words[at + 1]
    if words[at].folded != "or":
        return len(words) - at <= 3
    pause = before.text.endswith(",") and sum(word.text.endswith(",") for word in words[:at]) == 1
    if after.folded == "only":
        return True
    if frozenset((before.folded, after.folded)) in _OPPOSED or _compared(before) and _compared(after):
        return True
    if pause and (after.base or after.folded in {"to", "if", "instead", "some", "more", "less"}):
        return True
    if (
        asked.auxiliary not in BE
        and after.base
        and not before.base
        and words[end].base
        and "to" not in _folded(words, end, at)
    ):
        return _begins_object(words, at + 1)
    if asked.auxiliary in BE and _alternative_complement(words, end, at):
        return True
    if _parallel(words, end, at):
        return True
    if words[0].folded != "we" or len(words) - at > 3:
        return False
    return _names_last(words, at) or words[end].folded in _PICKING and at - end <= 3


def _folded(words: Sequence[Word], start: int, end: int) -> list[str]:
    return [word.folded for word in words[start:end]]


def _begins_object(words: Sequence[Word], at: int) -> bool:
    """Whether a verb with an object follows "or": "keep the pound or adopt the euro"."""
    return at + 1 < len(words) and (words[at].only_verb or words[at + 1].folded in DETERMINERS | PREPOSITIONS | {"to"})


def _parallel(words: Sequence[Word], end: int, at: int) -> bool:
    """ "by the state or by a company", "a cat or a dog": the same small word opens both of two short phrases."""
    opener = words[at + 1].folded
    if opener not in DETERMINERS | PREPOSITIONS | {"more", "to"}:
        return False
    return opener in _folded(words, max(end, at - 4), at) and len(words) - at <= 6


def _compared(word: Word) -> bool:
    return word.adjective and word.folded.endswith("er")


def _alternative_complement(words: Sequence[Word], end: int, at: int) -> bool:
    """ "better to reduce or increase", "a good or bad thing": what the subject is said to be, twice."""
    complement = _folded(words, end, at)
    if complement[0] in {"better", "best", "more", "worse", "preferable"} and "than" not in complement:
        return True
    return complement[0] in {"a", "an", "the"} and words[at + 1].folded == complement[0]


def _names_last(words: Sequence[Word], at: int) -> bool:
    """ "in Berlin or Munich", "on the 3rd or the 4th": a choice of names or figures that ends the question."""
    rest = [word for word in words[at + 1 :] if word.folded not in {"the", "in", "on", "at"}]
    before = words[at - 1].text
    return len(rest) <= 2 and all(re.match(r"\W*[A-Z0-9]", text) for text in (before, *(word.text for word in rest)))
