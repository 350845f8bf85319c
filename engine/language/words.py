"""The words of a text: cut, folded and stemmed, each with whether it is negated."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from engine.language.lexicon import lexicon, stemmed

LONGEST = 20_000
"""Characters of a text that are read; what follows is ignored here, whatever the callers' own limits."""

WORD = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W_]+(?:['-][^\W_]+)*")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CONTRACTED = re.compile(r"'(?:s|m|re|ve|ll|d)$")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "“": '"', "”": '"'})
SEGMENT_BREAK = re.compile(
    r"[,;:()\"\n.!?…。！？，、]+(?:\s|$)|\s[-–—]{1,2}\s|[。！？，、]"
    r"|\b(?:but|because|although|though|whereas|while|since|however|so that|unless|if|when|except|which)\b"
    r"|\b(?:and|or)\b(?=\s+(?:i|we|it|they|you|he|she|this|that|there|not|no|never|don't|should|must|will|would|can"
    r"|people|the|stop|oppose|ban|keep|allow|make|also|then)\b)"
)
"""Where a negation stops reaching: at punctuation and at joining words."""


@dataclass(frozen=True, slots=True)
class Term:
    """A content word by its stem; `negated` when an odd number of negators before it in its clause cover it."""

    stem: str
    negated: bool


def terms(text: str) -> list[Term]:
    """The content words of `text` in order, repeats included: stemmed, without stop words and negators."""
    return list(_terms(text[:LONGEST]))


def stems(text: str) -> frozenset[str]:
    """The distinct content stems of `text`; where it has none, the stems of all its words."""
    return _stems(text[:LONGEST])


def folded(text: str) -> str:
    """`text` in lower case, with straight quotes and characters in their plain form."""
    return unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()


def tokens(text: str) -> list[str]:
    """Words in lower case, "n't" and the negating phrases as "not", unspaced scripts as pairs of characters."""
    words = lexicon()
    for phrase in words.not_negating:
        if phrase in text:
            text = re.sub(rf"\b{phrase}\b", " ", text)
    for phrase in words.negator_phrases:
        if phrase in text:
            text = re.sub(rf"\b{phrase}\b", " not ", text)
    found: list[str] = []
    for word in WORD.findall(text):
        if word.endswith("n't") or word in {"dont", "cant", "wont", "shouldnt", "doesnt", "isnt", "cannot", "arent"}:
            found.append("not")
        elif _UNSPACED.search(word):
            found.extend(word[at : at + 2] for at in range(max(1, len(word) - 1)))
        elif word.endswith("-free"):
            found.extend(["not", *word.removesuffix("-free").split("-")])
        else:
            found.extend(_CONTRACTED.sub("", word).split("-"))
    return found


def segments(text: str) -> list[list[str]]:
    """The words of `text`, cut where a negation stops reaching."""
    return [found for piece in SEGMENT_BREAK.split(folded(text)) if (found := tokens(piece))]


@lru_cache(maxsize=4_096)
def _terms(text: str) -> tuple[Term, ...]:
    words = lexicon()
    found: list[Term] = []
    for segment in segments(text):
        negated = False
        for word in segment:
            if word in words.negators:
                negated = not negated
            elif word not in words.stop and (len(word) > 1 or not word.isascii() or word.isdigit()):
                found.append(Term(stemmed(word), negated))
    return tuple(found)


@lru_cache(maxsize=4_096)
def _stems(text: str) -> frozenset[str]:
    content = frozenset(term.stem for term in _terms(text))
    return content or frozenset(stemmed(word) for word in tokens(folded(text)))
