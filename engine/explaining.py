"""Where somebody's opinion is in a statement: which of its points are there, which are contradicted, which are missing.

By words alone, with the pieces of `engine.language`; nothing is asked of a model, and nothing but this one person's
opinion is read. What it finds can be wrong in the ways in which words can; whoever shows it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.language import clauses, contradicts, similarity, stance, stems

MOST = 8
"""Points of an opinion that are looked for; a longer one is read from its beginning."""

SAME = 0.4
"""Similarity from which two points say the same."""

WITHIN = 0.6
"""The share of the shorter point's words, the question's left out, that make it part of the other."""

COMMON_WORD = 0.35
"""What a word of the question counts, where any other counts 1: everybody uses it."""

SIDE = 0.3
"""How plainly an opinion or statement must take a side of the question for the sides to be compared."""


@dataclass(frozen=True, slots=True)
class Match:
    """A point of the opinion and the point of the statement that it was compared with, as both were written."""

    yours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Each of the first MOST points of an opinion is in exactly one of the three, in the order written.

    kept: in the statement. against: the statement takes the other side. left_out: not in it.
    """

    kept: tuple[Match, ...]
    against: tuple[Match, ...]
    left_out: tuple[str, ...]


def explain(question: str, opinion: str, statement: str) -> Explanation:
    """Where `opinion` is in `statement`, an answer to `question`; all empty for an opinion without words."""
    asked = stems(question)
    said = clauses(statement)
    words = asked.union(*(stems(text) for text in said), stems(opinion))
    weights = {stem: COMMON_WORD if stem in asked else 1.0 for stem in words}
    kept: list[Match] = []
    against: list[Match] = []
    left_out: list[str] = []
    for point in clauses(opinion)[:MOST]:
        nearest = max(said, key=lambda other: _alike(point, other, weights), default=None)
        if nearest is None:
            left_out.append(point)
            continue
        opposed = next((one for one in said if _comparable(point, one, weights) and contradicts(point, one)), None)
        if opposed is not None:
            against.append(Match(point, opposed))
        elif _comparable(point, nearest, weights):
            kept.append(Match(point, nearest))
        else:
            side = _side(question, point, said)
            if side is None:
                left_out.append(point)
            else:
                agrees, theirs = side
                (kept if agrees else against).append(Match(point, theirs))
    return Explanation(tuple(kept), tuple(against), tuple(left_out))


def _side(question: str, point: str, said: list[str]) -> tuple[bool, str] | None:
    """For a point that says little but its side, such as "No way": is it the statement's, and where that says so."""
    mine = stance(point, question)
    theirs = next((other for other in said if abs(stance(other, question)) >= SIDE), None)
    if theirs is None or abs(mine) < SIDE or len(stems(point) - stems(question)) > 1:
        return None
    return mine * stance(theirs, question) > 0, theirs


def _comparable(one: str, other: str, weights: Mapping[str, float]) -> bool:
    return _alike(one, other, weights) >= SAME


def _alike(one: str, other: str, weights: Mapping[str, float]) -> float:
    """0 to 1: how much two points say the same, or the shorter one is part of the longer."""
    mine, theirs = stems(one), stems(other)
    shared = sum(weights.get(stem, 1.0) for stem in mine & theirs)
    own = [stem for stem in mine & theirs if weights.get(stem, 1.0) == 1.0]
    shorter = min(sum(weights.get(stem, 1.0) for stem in mine), sum(weights.get(stem, 1.0) for stem in theirs))
    within = shared / shorter if own and shorter else 0.0
    return max(similarity(one, other, weights), SAME if within >= WITHIN else 0.0)
