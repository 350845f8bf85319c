"""How much two texts say with the same words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.language.words import stems


def similarity(a: str, b: str, weights: Mapping[str, float] | None = None) -> float:
    """How much `a` and `b` say with the same words, 0..1, symmetric; 1 for equal wording, 0 when either is blank.

    The Dice coefficient of the sets of stems, each stem counting `weights.get(stem, 1.0)` (>= 0); near-equal
    spellings of the whole (a typing slip) count by their edit ratio. Side taken plays no part: see `contradicts`.
    """
    mine, theirs = stems(a), stems(b)
    if not mine or not theirs:
        return 0.0
    if mine == theirs:
        return 1.0
    weight = (weights or {}).get
    shared = sum(weight(stem, 1.0) for stem in mine & theirs)
    whole = sum(weight(stem, 1.0) for stem in mine) + sum(weight(stem, 1.0) for stem in theirs)
    dice = min(1.0, 2.0 * shared / whole) if whole > 0 else 0.0
    return max(dice, _slip_ratio(" ".join(sorted(mine)), " ".join(sorted(theirs))))


def _slip_ratio(a: str, b: str) -> float:
    """The edit ratio of two short, nearly equal strings; 0 below 0.85, where words rather than letters differ."""
    if min(len(a), len(b)) < 8 or max(len(a), len(b)) > 300:
        return 0.0
    from rapidfuzz import fuzz

    return float(fuzz.ratio(a, b, score_cutoff=85.0)) / 100.0
