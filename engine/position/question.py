"""From what a moderator typed to the one clause that is asked, or to the kind of question it is instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.position.model import QuestionKind
from engine.position.words import AUXILIARIES, OPEN_WORDS, PREPOSITIONS, SUBJECT_PRONOUNS, fold

LONGEST_TEXT = 5_000
LONGEST_CLAUSE = 80

_NEGATIVE = {
    contraction: auxiliary
    for auxiliary in AUXILIARIES
    for contraction in (f"{auxiliary}n't", f"{auxiliary}nt")
    if contraction != "cannt"
} | {"can't": "can", "cant": "can", "won't": "will", "wont": "will", "shan't": "shall", "ain't": "is"}

_ABBREVIATIONS = frozenset("e.g i.e vs etc dr mr mrs ms st prof no approx u.k u.s a.m p.m jr sr cf".split())
_CONDITIONAL = frozenset(
    "if when given since because as while although though unless assuming supposing considering for in on at during "
    "after before with without to by under from until once instead rather despite regarding provided".split()
)
_ASIDES = frozenset(
    "so and but ok okay well hi hey hello dear team all everyone everybody folks guys people question quick also now "
    "then just a the one thing please right yes no still hmm um morning afternoon good poll vote topic motion proposal "
    "honestly seriously frankly personally".split()
)
_OPINION = re.compile(
    r"^(in|from) (your|our|my|the group's) (\w+ )?(opinion|view|mind|eyes|perspective)s?\b|^for you\b", re.I
)
_THINKING = frozenset("think believe feel agree reckon say suppose".split())
_TAILS = re.compile(
    r"(,?\s*or not|,?\s*please|,\s*(yes or no|yes/no|y/n|right|ok|okay)|(,\s*|\s+and )why( or why not)?"
    r"|(?<!reason)(?<!nothing)\s+at all"
    r"|,?\s*(and )?if (so|yes|not),?\s*(how|why|when|where|what|which|who|to what)\b[^,]*)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One inverted clause: kept `opening` ("If it rains,"), `auxiliary` in lower case, the `tokens` after it.

    `end` is where the subject ends when the question already said it in declarative order.
    """

    opening: str
    auxiliary: str
    tokens: tuple[str, ...]
    end: int | None = None


def read_question(text: str) -> Asked | QuestionKind:
    """The clause a yes/no question asks; OPEN for an open question; UNSURE for anything else."""
    if len(text) > LONGEST_TEXT:
        return QuestionKind.UNSURE
    sentences = _sentences(_cleaned(text))
    read = [_read_sentence(sentence, alone=len(sentences) == 1) for sentence in sentences]
    asked = [clause for clause in read if isinstance(clause, Asked)]
    opened = [sentence for sentence, clause in zip(sentences, read, strict=True) if clause is QuestionKind.OPEN]
    if len(asked) == 1 and all(_follow_up(sentence) for sentence in opened):
        return asked[0]
    return QuestionKind.OPEN if opened and not asked else QuestionKind.UNSURE


def _cleaned(text: str) -> str:
    """Without control and invisible characters, chat emphasis and quotes around the whole; no shouting."""
    text = "".join(c if c.isprintable() or c.isspace() else "" for c in text).strip()
    while len(text) > 1 and (text[0], text[-1]) in {('"', '"'), ("“", "”"), ("*", "*"), ("_", "_"), ("`", "`")}:
        text = text[1:-1].strip()
    text = re.sub(r"\bNOT\b", "not", text)
    letters = [c for c in text if c.isalpha()]
    if len(letters) > 12 and all(c.isupper() for c in letters):
        text = text.lower()
    return text


def _sentences(text: str) -> list[list[str]]:
    """The sentences of `text` as tokens. A line break ends one when the next line begins like a sentence."""
    sentences: list[list[str]] = []
    current: list[str] = []
    for line in text.splitlines():
        tokens = line.split()
        if current and tokens and (tokens[0][:1].isupper() or _auxiliary(tokens[0]) or fold(tokens[0]) in OPEN_WORDS):
            sentences.append(current)
            current = []
        for at, token in enumerate(tokens):
            current.append(token)
            following = tokens[at + 1] if at + 1 < len(tokens) else ""
            if _ends_sentence(token, following):
                sentences.append(current)
                current = []
    return [*sentences, current] if current else sentences


def _ends_sentence(token: str, following: str) -> bool:
    bare = token.rstrip("\"'”’)")
    if bare.endswith(("?", "!", "…")):
        return True
    if not bare.endswith(".") or bare[:-1].lower().lstrip("(") in _ABBREVIATIONS or re.fullmatch(r"\w\.", bare):
        return False
    return following[:1].isupper() or _auxiliary(following) is not None or fold(following) in OPEN_WORDS


def _auxiliary(token: str) -> str | None:
    """The auxiliary a token is; a contracted negative counts, for "shouldn't we" asks what "should we" asks."""
    folded = fold(token)
    if folded in AUXILIARIES:
        return folded
    return _NEGATIVE.get(folded)


def _follow_up(sentence: Sequence[str]) -> bool:
    """Whether an open question only asks for reasons: "Why?", "What do you think?"."""
    return len(sentence) <= 4 or fold(sentence[0]) == "why"


def _read_sentence(tokens: list[str], *, alone: bool) -> Asked | QuestionKind:
    while len(tokens) > 1 and (tokens[0][0] in "@<#" or not fold(tokens[0])):
        tokens = tokens[1:]
    folded = [fold(token) for token in tokens]
    at = next((i for i in range(len(tokens)) if _auxiliary(tokens[i]) and _begins_clause(tokens, i)), None)
    if at is None and folded[0] in _CONDITIONAL:
        at = next((i for i in range(2, len(tokens) - 1) if _auxiliary(tokens[i]) and _inverted(folded, i)), None)
        tokens = tokens if at is None else [*tokens[: at - 1], tokens[at - 1] + ",", *tokens[at:]]
    asides = next((i for i, word in enumerate(folded) if word not in _ASIDES), len(folded))
    if _is_open(folded[asides:]):
        waiting = folded[asides] == "when" and at is not None and at > asides + 2
        if not waiting:
            return QuestionKind.OPEN
    if at is None:
        if alone and len(tokens) > 2 and folded[0] in SUBJECT_PRONOUNS and folded[1] in AUXILIARIES:
            return _asked("", folded[1], [tokens[0], *tokens[2:]], end=1)
        return QuestionKind.UNSURE
    auxiliary = _auxiliary(tokens[at])
    if auxiliary is None or at + 1 >= len(tokens):
        return QuestionKind.UNSURE
    opening = _kept_opening(tokens[:at])
    if opening is None:
        return QuestionKind.UNSURE
    return _asked(opening, auxiliary, tokens[at + 1 :])


def _is_open(folded: Sequence[str]) -> bool:
    if not folded:
        return False
    if folded[0] in OPEN_WORDS or folded[0].removesuffix("'s") in OPEN_WORDS:
        return True
    return len(folded) > 1 and folded[0] in PREPOSITIONS | {"to"} and folded[1] in OPEN_WORDS


def _begins_clause(tokens: Sequence[str], at: int) -> bool:
    """Whether the auxiliary at `at` opens the question: first, after an aside, or after a comma, colon or dash."""
    if at == 0:
        return True
    before = tokens[at - 1]
    if before.endswith((",", ":", ";", "–", "—", ")", "...")) or before == "-":
        return True
    return all(fold(token) in _ASIDES for token in tokens[:at])


def _inverted(folded: Sequence[str], at: int) -> bool:
    """Whether a pronoun follows the auxiliary and none precedes it: "if it rains should we stay"."""
    return folded[at + 1] in SUBJECT_PRONOUNS and folded[at - 1] not in SUBJECT_PRONOUNS | OPEN_WORDS


def _kept_opening(tokens: Sequence[str]) -> str | None:
    """The words before the auxiliary as the statement keeps them; "" drops them, None cannot tell."""
    if not tokens:
        return ""
    opening = " ".join(tokens)
    if _OPINION.match(opening) or all(fold(token) in _ASIDES for token in tokens):
        return ""
    if tokens[-1].endswith((":", ";")) or tokens[-1] in {"-", "–", "—"}:
        return ""
    while fold(tokens[0]) in {"so", "and", "but", "ok", "okay"}:
        tokens = tokens[1:]
    if tokens and fold(tokens[0]) in _CONDITIONAL and tokens[-1].endswith(","):
        return " ".join(tokens)
    return None


def _asked(opening: str, auxiliary: str, tokens: Sequence[str], end: int | None = None) -> Asked | QuestionKind:
    if len(tokens) > LONGEST_CLAUSE:
        return QuestionKind.UNSURE
    text = " ".join(tokens).rstrip('?!. …"”' if tokens[-1].count('"') + tokens[-1].count("”") == 0 else "?!. …")
    while True:
        text = text.rstrip("?!.,;: …-–—")
        text = re.sub(r"[,;]?\s+and$", "", text, flags=re.I)
        shorter = _TAILS.sub("", text)
        if shorter == text or fold(shorter.rpartition(" ")[2]) in OPEN_WORDS:
            break
        text = shorter
    if re.search(r"[,;] (and )?if (so|yes|not|no)\b", text, re.I):
        return QuestionKind.UNSURE
    kept = [_respelled(token) for token in text.split()]
    kept = [token for i, token in enumerate(kept) if i == 0 or not _slip(kept[i - 1], token)]
    if len(kept) < 2:
        return QuestionKind.UNSURE
    opening = " ".join(_respelled(token) for token in opening.split())
    clause = Asked(opening, auxiliary, tuple(kept), end)
    return _without_thinking(clause)


def _slip(before: str, token: str) -> bool:
    """Whether a short word was typed twice."""
    return before.lower() == token.lower() and len(token) <= 4 and token.lower() not in {"that", "had", "very"}


def _respelled(token: str) -> str:
    return re.sub(r"^(\W*)i(?=$|[^\w.])", r"\1I", token)


def _without_thinking(clause: Asked) -> Asked | QuestionKind:
    """ "Do you think (that) we should X" asks what "should we X" asks."""
    folded = [fold(token) for token in clause.tokens]
    if clause.auxiliary not in {"do", "would"} or folded[0] not in {"you", "we"}:
        return clause
    at = 1
    while at < len(folded) and folded[at] in {"all", "really", "also", "honestly", "personally", "not"}:
        at += 1
    if at >= len(folded) or folded[at] not in _THINKING:
        return clause
    inner = list(clause.tokens[at + 1 :])
    if inner and fold(inner[0]) == "that" and len(inner) > 2:
        inner = inner[1:]
    return _from_declarative(clause.opening, _uncontracted(inner))


def _uncontracted(tokens: Sequence[str]) -> list[str]:
    """ "it's fair" as "it is fair", "we've grown" as "we have grown"."""
    if not tokens:
        return []
    word, _, ending = fold(tokens[0]).partition("'")
    verb = {"s": "is", "re": "are", "ve": "have", "ll": "will", "d": "would"}.get(ending)
    if verb is None or word not in SUBJECT_PRONOUNS | {"that", "this"}:
        return list(tokens)
    if verb == "is" and len(tokens) > 1 and fold(tokens[1]) in {"been", "got", "become"}:
        verb = "has"
    return [tokens[0][: len(word)], verb, *tokens[1:]]


def _from_declarative(opening: str, tokens: Sequence[str]) -> Asked | QuestionKind:
    from engine.position.subject import finite_auxiliary

    at = finite_auxiliary(tokens)
    if at is None or at + 1 >= len(tokens):
        return QuestionKind.UNSURE
    return Asked(opening, fold(tokens[at]), (*tokens[:at], *tokens[at + 1 :]), at)
