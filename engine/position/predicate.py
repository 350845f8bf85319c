"""How well the words after a subject read as the predicate of a given auxiliary."""

from __future__ import annotations

from collections.abc import Sequence

from engine.position.words import (
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
    QUANTIFIERS,
    SUBJECT_PRONOUNS,
    Word,
)

# A verb after these and their object is part of the same predicate: "help people quit".
WITH_BARE_VERB = frozenset("help let make have see watch hear".split())
_WITH_CLAUSE = frozenset(
    "require demand insist ensure say think believe mandate recommend suggest request feel know hope mean".split()
)


def predicate_score(auxiliary: str, words: Sequence[Word], end: int, head: int) -> float | None:
    """How well `words[end:]` reads as what follows `auxiliary` and a subject; about 5 is plain, None cannot be.

    `head` is the first word after leading adverbs.
    """
    if auxiliary in MODALS or auxiliary in DO:
        return _bare_verb_score(words, end, head)
    if auxiliary in HAVE:
        return _participle_score(words, end, head)
    return _complement_score(words, end, head)


def _following(words: Sequence[Word], at: int) -> Word | None:
    return words[at + 1] if at + 1 < len(words) else None


def _bare_verb_score(words: Sequence[Word], end: int, head: int) -> float | None:
    verb, before, after = words[head], words[head - 1], _following(words, head)
    if not verb.base or before.folded in {"to"} | CONJUNCTIONS | MODALS | DO:
        return None
    if verb.folded in {"be", "have", "do"}:
        score = 5.0
    elif verb.only_verb or verb.folded in WITH_BARE_VERB:
        score = 4.0
    elif verb.mostly_noun:
        score = 1.0
    else:
        score = 2.5
    if head > end:
        score += 0.5
    if after is None:
        score -= 0.5
    elif after.folded in DETERMINERS | QUANTIFIERS | OBJECT_PRONOUNS | SUBJECT_PRONOUNS | INDEFINITES:
        score += 2.0
    elif after.folded == "to" or after.adverb or after.participle and verb.folded == "be":
        score += 0.5
    elif after.folded in {"be", "have", "do"} | AUXILIARIES and verb.noun:
        score -= 4.0
    elif after.folded in {"of"}:
        score -= 2.0
    elif after.only_verb and verb.folded != "help":
        score -= 3.0
    if before.plural or before.folded in INDEFINITES or before.completes and not (before.verbal or before.adjective):
        score += 1.0
    return score - _later_verbs(words, head)


def _later_verbs(words: Sequence[Word], head: int) -> float:
    """How much the rest suggests that the true verb is still to come: a bare verb nothing in it explains."""
    licensed = words[head].folded in WITH_BARE_VERB | _WITH_CLAUSE
    for at in range(head + 1, len(words)):
        word, before = words[at], words[at - 1]
        if (
            word.folded in CLAUSE_OPENERS | SUBJECT_PRONOUNS | MODALS | DO | {"than"}
            or word.folded in WITH_BARE_VERB | _WITH_CLAUSE
        ):
            return 0.0
        if licensed or before.folded in {"to"} | CONJUNCTIONS or before.adverb or before.text.endswith((",", ";")):
            continue
        if word.folded == "be" or word.only_verb:
            return 3.0
    return 0.0


def _participle_score(words: Sequence[Word], end: int, head: int) -> float | None:
    verb, before = words[head], words[head - 1]
    if not (verb.participle or verb.folded in {"been", "had", "done"}) or before.folded in BE | HAVE | {"been", "to"}:
        return None
    score = 5.0 if verb.folded in {"been", "had"} else 3.0
    if before.folded in CONJUNCTIONS:
        return None
    return score + (0.5 if head > end else 0.0)


def _complement_score(words: Sequence[Word], end: int, head: int) -> float | None:
    first, after = words[head], _following(words, head)
    if first.folded in CONJUNCTIONS or first.folded in MODALS or first.folded in OBJECT_PRONOUNS:
        return None
    score = _complement_start(first, after)
    if score is None:
        return None
    if _compares(first) and any(word.folded == "than" for word in words[head + 1 :]):
        score = max(score, 3.0)
    return score + (1.0 if head > end else 0.0) - _clauses_passed(words, end)


def _compares(word: Word) -> bool:
    return word.folded in {"more", "less", "better", "worse"} or word.adjective and word.folded.endswith("er")


def _complement_start(first: Word, after: Word | None) -> float | None:
    if first.folded in {"a", "an"}:
        return 4.0
    if first.folded in DETERMINERS:
        return 1.5 if first.folded in {"my", "our", "your", "his", "her", "its", "their"} else 3.0
    if first.folded in INDEFINITES:
        return 3.0
    if first.folded in DEGREE_ADVERBS and after is not None and (after.adjective or after.adverb or after.participle):
        return 3.5
    if first.folded.endswith(("'s", "s'")):
        return 0.5
    if first.folded in {"worth", "like"} and after is not None:
        return 3.5
    if first.adjective and first.folded not in QUANTIFIERS:
        if after is None or after.folded not in DETERMINERS:
            attributive = after is not None and after.completes and not after.adjective and not after.adverb
            return 1.0 if attributive else 3.5
        return 0.5
    if first.gerund:
        return 2.0
    if first.participle:
        return 1.8
    if first.folded in PREPOSITIONS:
        return -1.0 if first.folded == "of" else 1.0
    if first.folded == "to":
        return -0.5
    if first.noun:
        return 0.3 if after is None or after.folded not in DETERMINERS else -3.0
    return None


def _clauses_passed(words: Sequence[Word], end: int) -> float:
    """What it costs that the subject would run over a likely predicate: "the government | doing enough"."""
    cost = 0.0
    for at in range(1, end):
        word, after = words[at], words[at + 1]
        if word.adjective and words[at - 1].completes and (after.folded in PREPOSITIONS - {"of"}) and not word.plural:
            cost = max(cost, 1.0)
        if not (word.gerund or word.participle) or word.adjective and not word.gerund or nominal(words, at):
            continue
        if words[at - 1].completes and after.folded not in PREPOSITIONS:
            cost = max(cost, 1.5)
    return cost


def nominal(words: Sequence[Word], at: int) -> bool:
    """Whether a gerund is plainly a noun: "global warming"."""
    return at > 0 and (words[at - 1].adjective or words[at - 1].folded in DETERMINERS)
