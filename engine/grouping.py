"""Many opinions as groups of like ones: small vectors, a tree of clusters, representatives and their error.

For more opinions than a prompt holds. Vectors are hashed words and the sides taken towards them; an embedding model's
vectors serve as well. Clusters are spherical k-means (Dhillon and Modha 2001, "Concept decompositions for large sparse
text data using clustering", section 3) with k-means++ seeding (Arthur and Vassilvitskii 2007), split again while they
are too large. All of it is a few dozen lines of numpy; docs/decisions/large-groups.md says why.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine import language
from engine.records import Matrix
from engine.rounds.model import MIN_OPINIONS

Vectors = npt.NDArray[np.float32]
"""[texts, dimensions], each row of length 1, or 0 for a text without words."""

BUCKETS = 256
"""Into how many numbers words are hashed, once for what is spoken of and once for the side taken."""

FANOUT = 12
"""Into how many clusters one is split at most: as many statements as one deliberation weighs against each other."""

FITTED = 2_000
"""Members that the centres of clusters are fitted on; the others join the nearest."""

ROUNDS = 10
LOPSIDED = 0.8


@dataclass(frozen=True, slots=True)
class Cluster:
    """Members with like opinions. members: positions, ascending. children: what it was split into, () where it fits."""

    members: tuple[int, ...]
    children: tuple[Cluster, ...] = ()

    @property
    def leaves(self) -> tuple[Cluster, ...]:
        """The clusters that were not split, in order."""
        return tuple(leaf for child in self.children for leaf in child.leaves) if self.children else (self,)


def vectors(question: str, texts: Sequence[str]) -> Vectors:
    """[texts, 2 x BUCKETS], rows of length 1: what each text speaks of and on which side, the question's own words by
    their side only. A text without words is a row of zeros.

    Rare words count more (tf-idf); two texts that say the same but for the side are orthogonal, not equal.
    """
    asked = language.stems(question)
    heard = [language.attitudes(text) for text in texts]
    frequency = Counter(stem for attitude in heard for stem in attitude)
    weight = {stem: math.log(1 + len(texts) / times) for stem, times in frequency.items()}
    place = {stem: _bucket(stem) for stem in frequency}
    found = np.zeros((len(texts), 2 * BUCKETS), dtype=np.float32)
    for row, attitude in zip(found, heard, strict=True):
        for stem, side in attitude.items():
            bucket, sign = place[stem]
            row[BUCKETS + bucket] += sign * side * weight[stem]
            if stem not in asked:
                row[bucket] += sign * weight[stem]
    return normalised(found)


def normalised(matrix: Matrix | Vectors) -> Vectors:
    """[rows, dimensions]: the rows at length 1; a row of zeros stays."""
    rows = np.asarray(matrix, dtype=np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def _bucket(stem: str) -> tuple[int, int]:
    digest = zlib.crc32(stem.encode("utf-8", "replace"))
    return digest % BUCKETS, 1 if digest & 0x10000 else -1


def tree(points: Vectors, most: int, seed: int) -> Cluster:
    """All of `points` as one cluster, split until none has more than `most` members nor fewer than MIN_OPINIONS.

    points: [members, dimensions], rows of length 1 (`vectors`, or `normalised` embeddings). A cluster of one or two
    would speak for a member, so it joins the nearest. The same arguments give the same tree. Raises ValueError where
    `most` is under twice MIN_OPINIONS.
    """
    if most < 2 * MIN_OPINIONS:
        raise ValueError(f"clusters must be allowed at least {2 * MIN_OPINIONS} members, got {most!r}")
    return _grown(points, np.arange(len(points)), most, seed)


def _grown(points: Vectors, members: npt.NDArray[np.int64], most: int, seed: int) -> Cluster:
    if len(members) <= most:
        return Cluster(tuple(members.tolist()))
    count = min(FANOUT, math.ceil(len(members) / (most * 0.7)))
    parts = _parts(points[members], count, seed)
    children = [_grown(points, members[part], most, seed + 1) for part in parts]
    return Cluster(tuple(members.tolist()), tuple(children))


def _parts(points: Vectors, count: int, seed: int) -> list[npt.NDArray[np.int64]]:
    """At least two parts of the rows, none below MIN_OPINIONS and none with nearly everybody."""
    labels, centres = _clustered(points, count, seed)
    sizes = np.bincount(labels, minlength=len(centres))
    kept = np.flatnonzero(sizes >= MIN_OPINIONS)
    if len(kept) < 2 or sizes.max() > LOPSIDED * len(points):
        return _sliced(points, count, seed)
    nearest = kept[np.argmax(points @ centres[kept].T, axis=1)]
    labels = np.where(np.isin(labels, kept), labels, nearest)
    return [np.flatnonzero(labels == label) for label in kept]


def _sliced(points: Vectors, count: int, seed: int) -> list[npt.NDArray[np.int64]]:
    """Even parts along one direction, where there are no clusters to be found: repeats of one text, for instance."""
    direction = np.asarray(np.random.default_rng([seed, 3]).standard_normal(points.shape[1]), dtype=np.float32)
    order = np.argsort(points @ direction, kind="stable")
    return [np.sort(part) for part in np.array_split(order, max(2, count))]


def _clustered(points: Vectors, count: int, seed: int) -> tuple[npt.NDArray[np.int64], Vectors]:
    """[rows] labels and [clusters, dimensions] centres, at most `count` of them."""
    dice = np.random.default_rng([seed, len(points)])
    fitted = points if len(points) <= FITTED else points[np.sort(dice.choice(len(points), FITTED, replace=False))]
    centres = _seeds(fitted, count, dice)
    for _ in range(ROUNDS):
        labels = np.argmax(fitted @ centres.T, axis=1)
        moved = np.zeros_like(centres)
        np.add.at(moved, labels, fitted)
        moved = np.where(np.any(moved, axis=1, keepdims=True), normalised(moved), centres)
        if np.array_equal(moved, centres):
            break
        centres = moved
    return np.argmax(points @ centres.T, axis=1), centres


def _seeds(points: Vectors, count: int, dice: np.random.Generator) -> Vectors:
    """k-means++: each further centre is drawn with odds of its squared distance to the nearest one."""
    chosen = [int(dice.integers(len(points)))]
    odds: Matrix = np.full(len(points), 2.0)
    while len(chosen) < count:
        odds = np.minimum(odds, np.maximum(1.0 - points @ points[chosen[-1]], 0.0, dtype=np.float64))
        if odds.sum() <= 1e-6:
            break
        chosen.append(int(dice.choice(len(points), p=odds / odds.sum())))
    return points[chosen]


@dataclass(frozen=True, slots=True, eq=False)
class Representatives:
    """Members whose predictions stand for everybody's.

    members: [representatives] positions, ascending. standing_for: [everybody] index into `members` of who stands for
    each; a representative for itself. twin: [representatives] index of the one nearest to each in its own cluster,
    itself where it is alone there.
    """

    members: npt.NDArray[np.int64]
    standing_for: npt.NDArray[np.int64]
    twin: npt.NDArray[np.int64]

    def spread(self, matrix: Matrix) -> Matrix:
        """[representatives, candidates] -> [everybody, candidates]."""
        return np.asarray(matrix[self.standing_for])

    def error(self, matrix: Matrix) -> float:
        """How far the mean over everybody may be off, in the units of `matrix` [representatives, candidates].

        Each representative is predicted by its twin, as the members without a prediction of their own are; the
        greatest bias of any candidate with its 95% interval, times the share of those members.
        """
        known = self.twin != np.arange(len(self.members))
        if not known.any():
            return math.inf if len(self.members) < len(self.standing_for) else 0.0
        off = matrix[known] - matrix[self.twin[known]]
        share = 1.0 - len(self.members) / len(self.standing_for)
        interval = 1.96 * off.std(axis=0) / math.sqrt(len(off))
        return float(share * (np.abs(off.mean(axis=0)) + interval).max()) if off.size else 0.0


def representatives(points: Vectors, root: Cluster, count: int, seed: int) -> Representatives:
    """About `count` members drawn by lot, from every leaf by its size and at least one; the rest go to the nearest."""
    dice = np.random.default_rng([seed, 4])
    standing_for = np.zeros(len(points), dtype=np.int64)
    drawn: list[int] = []
    twins: list[int] = []
    share = count / max(1, len(points))
    for leaf in root.leaves:
        members = np.array(leaf.members)
        wanted = min(len(members), max(1, round(share * len(members))))
        chosen = np.sort(dice.choice(members, wanted, replace=False))
        alike = points[members] @ points[chosen].T
        nearest = np.argmax(alike, axis=1)
        nearest[np.searchsorted(members, chosen)] = np.arange(wanted)
        standing_for[members] = len(drawn) + nearest
        between = points[chosen] @ points[chosen].T
        np.fill_diagonal(between, -np.inf if wanted > 1 else 0.0)
        twins += (len(drawn) + np.argmax(between, axis=1)).tolist()
        drawn += chosen.tolist()
    order = np.argsort(drawn, kind="stable")
    place = np.empty(len(drawn), dtype=np.int64)
    place[order] = np.arange(len(drawn))
    return Representatives(np.array(drawn)[order], place[standing_for], place[np.array(twins)][order])
