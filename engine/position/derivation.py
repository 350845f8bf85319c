"""derive(): from a question as typed to its position statement."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.position.model import Derived, QuestionKind
from engine.position.phrasing import phrase
from engine.position.question import Asked, read_question
from engine.position.subject import split_subject
from engine.position.words import AUXILIARIES, BE, Word, read_word

SURE_MARGIN = 0.5
"""How far the best place to end the subject must lie above the next; tuned on the train split."""

_OPPOSITES = (
    "more less", "more fewer", "increase decrease", "increase reduce", "raise lower", "good bad", "better worse",
    "positive negative", "help harm", "help hurt", "benefit harm", "encourage discourage", "inside outside",
    "keep adopt", "cut increase", "reduce increase", "right wrong", "for against", "public private",
)  # fmt: skip
_OPPOSED = frozenset(frozenset(pair.split()) for pair in _OPPOSITES)


def derive(question: str) -> Derived:
    """The kind of `question` and, for a yes/no question the rule is sure of, its position statement.

    Total: any text gives an answer. An open question gives OPEN; a choice between alternatives, several
    questions at once, another language, or a sentence the rule cannot take apart gives UNSURE.
    """
    read = read_question(question)
    if isinstance(read, QuestionKind):
        return Derived(read, None)
    words = [read_word(token) for token in read.tokens]
    end = _subject_end(read, words)
    if end is None or _offers_choice(read, words, end):
        return Derived(QuestionKind.UNSURE, None)
    statement = phrase(read.opening, read.auxiliary, read.tokens[:end], read.tokens[end:])
    if statement is None:
        return Derived(QuestionKind.UNSURE, None)
    return Derived(QuestionKind.YES_NO, statement)


def _subject_end(asked: Asked, words: Sequence[Word]) -> int | None:
    if asked.end is not None:
        return asked.end
    split = split_subject(asked.auxiliary, words)
    return split.end if split is not None and split.margin >= SURE_MARGIN and split.score > 0 else None


def _offers_choice(asked: Asked, words: Sequence[Word], end: int) -> bool:
    """Whether the answer is one of two things named: "more or less", "keep it, or move", "a net or a trap"."""
    for at in range(1, len(words) - 1):
        if words[at].folded not in {"or", "vs", "versus"}:
            continue
        before, after = words[at - 1], words[at + 1]
        if after.folded in AUXILIARIES or after.folded == "rather" or words[at].folded != "or":
            return True
        if frozenset((before.folded, after.folded)) in _OPPOSED or _compared(before) and _compared(after):
            return True
        if before.text.endswith(",") and after.only_verb and sum(w.text.endswith(",") for w in words[:at]) == 1:
            return True
        if before.text.endswith(",") and after.folded in {"to", "is", "if", "instead"}:
            return True
        if asked.auxiliary in BE and at > end and _alternative_complement(words, end, at):
            return True
        if asked.tokens[0].lower() == "we" and _names_last(words, at):
            return True
    return False


def _compared(word: Word) -> bool:
    return word.adjective and word.folded.endswith("er")


def _alternative_complement(words: Sequence[Word], end: int, at: int) -> bool:
    """ "a safety net or a trap", "better to reduce or increase": what the subject is said to be, twice."""
    complement = [word.folded for word in words[end:at]]
    if complement[0] in {"better", "best", "more", "worse", "preferable"} and "than" not in complement:
        return True
    return complement[0] in {"a", "an", "the"} and words[at + 1].folded == complement[0]


def _names_last(words: Sequence[Word], at: int) -> bool:
    """ "in Berlin or Munich", "on the 3rd or the 4th": a choice of names or figures that ends the question."""
    rest = [word for word in words[at + 1 :] if word.folded not in {"the", "in", "on", "at"}]
    before = words[at - 1].text
    return len(rest) <= 2 and all(re.match(r"\W*[A-Z0-9]", text) for text in (before, *(word.text for word in rest)))
