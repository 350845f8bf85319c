"""Where the subject of an inverted clause ends: "should | the UK government | ban cars".

Every place where a predicate could begin after the given auxiliary is scored by how well the words
before it end a noun phrase and how well the words after it begin a predicate. The best place wins; how
far it lies above the second best says how sure that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.position.predicate import WITH_BARE_VERB, nominal, predicate_score
from engine.position.words import (
    ADVERBS,
    AUXILIARIES,
    BE,
    CLAUSE_OPENERS,
    CONJUNCTIONS,
    DEGREE_ADVERBS,
    DETERMINERS,
    DO,
    HAVE,
    INDEFINITES,
    MODALS,
    OBJECT_PRONOUNS,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
    Word,
    read_word,
)


@dataclass(frozen=True, slots=True)
class Split:
    """`words[:end]` is the subject, `words[end:]` the predicate; `margin` is how far the next best scored below."""

    end: int
    score: float
    margin: float


def split_subject(auxiliary: str, words: Sequence[Word]) -> Split | None:
    """The best place to end the subject of `auxiliary` in the words that follow it; None when there is none."""
    if len(words) < 2 or words[0].folded in {"not", "to", "be", "have", "do"} or words[0].only_verb:
        return None
    if words[0].folded in SUBJECT_PRONOUNS and words[1].folded not in CONJUNCTIONS:
        end = _apposition(words)
        return Split(end, 10.0, 10.0) if end < len(words) else None
    scored = sorted(
        ((score, -end) for end, score in _candidates(auxiliary, words)),
        reverse=True,
    )
    if not scored:
        return None
    best, end = scored[0]
    runner_up = scored[1][0] if len(scored) > 1 else -10.0
    return Split(-end, best, 0.0 if auxiliary in BE and _compound_gerund(words) else best - runner_up)


def _compound_gerund(words: Sequence[Word]) -> bool:
    """ "Is pair programming a good idea" and "is rain causing a flood" look the same to a dictionary."""
    if len(words) < 3 or not words[1].gerund or words[0].name or words[0].plural or not words[0].noun:
        return False
    return words[2].folded in {"a", "an", "the", "too", "worth"} or words[2].adjective


def _apposition(words: Sequence[Word]) -> int:
    """Where a pronoun with its apposition ends: "we", "we as a team"; commas around it belong to it."""
    if len(words) > 4 and words[1].folded == "as" and words[2].folded in DETERMINERS:
        closing = next((at for at in range(3, min(len(words), 7)) if words[at].text.endswith(",")), 3)
        return closing + 1 if words[0].text.endswith(",") or closing == 3 else 4
    return 1


def _candidates(auxiliary: str, words: Sequence[Word]) -> list[tuple[int, float]]:
    owed = _owed_verbs(words)
    enclosed = _enclosed(words)
    found: list[tuple[int, float]] = []
    passed = 0.0
    for end in range(1, len(words)):
        head = end
        while head < len(words) - 1 and _adverbial(words, head, auxiliary):
            head += 1
        if enclosed[end] or owed[end] or words[end].text.startswith("("):
            continue
        begins = predicate_score(auxiliary, words, end, head)
        if begins is None:
            continue
        found.append((end, begins + _subject_score(words, end) - passed - 0.1 * end))
        if auxiliary in MODALS | DO and head == end and _certain_verb(words, end):
            passed = 3.0
    return found


def _certain_verb(words: Sequence[Word], at: int) -> bool:
    """Whether a bare verb stands here that a noun phrase would not hold, so that no subject runs past it."""
    verb = words[at]
    certain = verb.only_verb or verb.folded in {"be", "have", "do"} | WITH_BARE_VERB
    if at + 1 < len(words) and words[at + 1].folded in {"be", "have"}:
        return False
    return certain and (words[at - 1].noun or words[at - 1].name)


def _adverbial(words: Sequence[Word], at: int, auxiliary: str) -> bool:
    word = words[at]
    if auxiliary in BE and word.folded in DETERMINERS:
        return False
    if word.folded == "day" and at and words[at - 1].folded in {"one", "some"}:
        return True
    after = words[at + 1]
    if word.folded in {"one", "some"} and after.folded == "day" or word.folded in {"more", "less"} and after.adverb:
        return True
    return word.adverb or word.folded in ADVERBS


def _enclosed(words: Sequence[Word]) -> list[bool]:
    """Whether a place lies inside brackets or double quotes, where no subject ends."""
    inside, depth, quoted = [], 0, False
    for word in words:
        inside.append(depth > 0 or quoted)
        depth += word.text.count("(") - word.text.count(")")
        if "“" in word.text or "”" in word.text:
            quoted = word.text.rfind("“") > word.text.rfind("”")
        elif word.text.count('"') % 2:
            quoted = not quoted
    return inside if depth == 0 and not quoted else [False] * len(words)


def _owed_verbs(words: Sequence[Word]) -> list[bool]:
    """Whether the words before a place hold a clause that still wants its verb: "people who | smoke be"."""
    owed, debt, at = [], 0, 0
    while at < len(words):
        word = words[at]
        owed.append(debt > 0)
        after_noun = at > 0 and (words[at - 1].noun or words[at - 1].name) and not words[at - 1].text.endswith(",")
        if word.folded in CLAUSE_OPENERS and at > 0:
            debt = 1
        elif word.folded in SUBJECT_PRONOUNS and after_noun and not debt:
            debt = 1
        elif debt and (word.finite or word.base) and (word.folded in AUXILIARIES or not _inside_phrase(words, at)):
            debt = 0
            last = at
            while last + 1 < len(words) and words[last + 1].adverb and word.folded not in AUXILIARIES:
                last += 1
            if word.folded in AUXILIARIES or word.base and word.folded in {"have", "be", "do"}:
                while last + 1 < len(words) and _continues_chain(words, last + 1):
                    last += 1
            owed.extend([True] * (last - at))
            at = last
        at += 1
    return owed


def _inside_phrase(words: Sequence[Word], at: int) -> bool:
    """Whether an ambiguous word stands where a noun phrase has just begun: "who the ban hurts"."""
    before = words[at - 1]
    return before.folded in DETERMINERS or (before.adjective and not before.noun)


def _continues_chain(words: Sequence[Word], at: int) -> bool:
    word, before = words[at], words[at - 1]
    if before.folded in AUXILIARIES or before.adverb or before.folded in {"not", "been", "be", "have"}:
        return (
            word.adverb or word.folded in {"not", "been", "be", "have"} or word.base or word.participle or word.gerund
        )
    return False


def _subject_score(words: Sequence[Word], end: int) -> float:
    """How well `words[:end]` reads as a whole noun phrase; 0 is fine, below is doubtful."""
    last = words[end - 1]
    score = 0.0
    if end == 1 and last.folded in {"this", "that", "these", "those"}:
        return 0.0
    if last.folded in CONJUNCTIONS or last.folded in CLAUSE_OPENERS or last.folded == "to":
        return -12.0
    if last.folded in PREPOSITIONS:
        score -= 1.0 if any(w.folded in CLAUSE_OPENERS | SUBJECT_PRONOUNS for w in words[1:end]) else 8.0
    elif last.folded in DETERMINERS and last.folded not in INDEFINITES:
        score -= 2.0 if last.folded in {"this", "that", "these", "those", "all", "both"} else 9.0
    elif last.folded in MODALS or last.folded in DO | HAVE | BE:
        score -= 9.0
    elif last.adjective and not last.noun:
        score -= 3.0
    elif last.adjective and not last.plural and end > 1:
        score -= 1.0 if words[end - 2].folded == "the" else 2.0
    elif last.adverb or last.folded in DEGREE_ADVERBS:
        score -= 3.0
    elif last.base and end > 1 and words[end - 2].folded == "to":
        score -= 4.0 if words[end].folded in DETERMINERS or words[end].adjective else 1.0
    elif last.gerund and not nominal(words, end - 1) and words[end].folded in DETERMINERS:
        score -= 4.0
    elif last.folded in OBJECT_PRONOUNS and words[end - 2].verbal:
        score -= 3.0
    elif last.base and not last.noun and not last.mostly_noun:
        score -= 4.0
    elif last.gerund and end > 1 and not last.name:
        score -= 1.5
    for at in range(1, end):
        if words[at].folded in DETERMINERS and words[at - 1].completes and not words[at - 1].text.endswith(","):
            score -= 4.0 if not words[at - 1].verbal or nominal(words, at - 1) else 0.5
    return score


def finite_auxiliary(tokens: Sequence[str]) -> int | None:
    """Where the auxiliary of a declarative clause stands ("people who can afford it | should"); None without one."""
    words = [read_word(token) for token in tokens]
    owed, enclosed = _owed_verbs(words), _enclosed(words)
    for at in range(1, len(words)):
        if words[at].folded in AUXILIARIES and not owed[at] and not enclosed[at]:
            bare = words[at].folded in HAVE | DO
            helps = at + 1 < len(words) and (words[at + 1].participle or words[at + 1].folded in {"been", "not"})
            return at if helps or not bare else None
        if words[at].finite and words[at - 1].folded in SUBJECT_PRONOUNS:
            return None
    return None
