"""A text cut into its sentences and its points."""

from __future__ import annotations

import re
from itertools import zip_longest

from engine.language.lexicon import lexicon
from engine.language.words import LONGEST, WORD, folded

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+|(?<=[。！？])\s*|\s*[\r\n]+\s*")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.?g|i\.?e|etc|vs|approx|cf)|\b[a-z]|\.[a-z])\.$", re.IGNORECASE)
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St)\.$")
_BULLET = re.compile(r"^\s*(?:[-*•–—·>]+|\(?\d{1,2}[.)])\s+")
_POINT_BREAK = re.compile(
    r"\s*;\s*|\s+[-–—]{1,2}\s+|(?:\s*,)?\s+(?:but|because|although|though|whereas|while|however|and|so|yet|since)\s+",
    re.IGNORECASE,
)
_OPENING = 300


def sentences(text: str) -> list[str]:
    """The sentences of `text` in order, trimmed, without list bullets; [] for a text without words."""
    found: list[str] = []
    for piece in _SENTENCE_END.split(text[:LONGEST]):
        piece = _BULLET.sub("", piece).strip()
        if not piece:
            continue
        if found and (_TITLE.search(found[-1]) or (_ABBREVIATION.search(found[-1]) and not piece[0].isupper())):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return [sentence for sentence in found if WORD.search(sentence)]


def clauses(text: str) -> list[str]:
    """The points of `text` in order: sentences, cut where both sides of a conjunction or semicolon can stand alone.

    A side stands alone when it has a subject and a verb, or is a demand, and does not open with a word that
    points back ("it", "they"). The joining word is dropped; every other word stays as written.
    """
    return [point for sentence in sentences(text) for point in _points(sentence)]


def _points(sentence: str) -> list[str]:
    joints = list(_POINT_BREAK.finditer(sentence))
    points: list[str] = []
    start = 0
    for joint, following in zip_longest(joints, joints[1:]):
        left = sentence[start : joint.start()]
        right = sentence[joint.end() : following.start() if following else None]
        if _stands_alone(left) and _stands_alone(right):
            points.append(left)
            start = joint.end()
    points.append(sentence[start:])
    return [trimmed for point in points if (trimmed := point.strip(" ,;:–—"))]


def _stands_alone(side: str) -> bool:
    words = lexicon()
    said = re.findall(r"[^\W_]+(?:['-][^\W_]+)*", folded(side[:_OPENING]))
    if len(said) < 2 or said[0] in words.anaphora or not any(word not in words.stop for word in said):
        return False
    if said[0] in words.imperatives:
        return True
    if len(said) > 2 and said[0] in words.subjects:
        return True
    return any(word in words.finite for word in said[1:]) and said[0] not in words.finite
