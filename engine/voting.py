"""Social-choice rules over ratings: pairwise majority, Schulze's method, the median.

Ratings, here and in every function below: [members, candidates], any real scale on which higher is
preferred (a 1-7 rating, or a predictor's score), NaN where a member did not rate a candidate. Only the
order within a member's row matters, but for `medians`.

Two candidates are compared by the members who rated both, so not rating a candidate is no vote against
it. Schulze (2011) instead puts unrated candidates last, which is right for a ballot that was read to its
end and wrong for a rating that is missing or a reaction nobody got round to.

Source: M. Schulze, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent
single-winner election method", Social Choice and Welfare 36 (2011), 267-303.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.records import Matrix

Counts = npt.NDArray[np.int64]
Relation = npt.NDArray[np.bool_]


def check_ratings(ratings: Matrix) -> Matrix:
    """`ratings` as a float array; ValueError unless it is [members, candidates] of numbers and NaN."""
    array = np.asarray(ratings, dtype=np.float64)
    if array.ndim != 2:
        raise ValueError(f"ratings must be [members, candidates], got shape {array.shape}")
    if np.isinf(array).any():
        raise ValueError("ratings must be finite, or NaN where a member did not rate; replace the infinite ones")
    return array


def preferences(ratings: Matrix) -> Counts:
    """[candidates, candidates]: how many members rated the row's candidate above the column's."""
    by_candidate = np.ascontiguousarray(check_ratings(ratings).T)
    candidates = len(by_candidate)
    counts = np.zeros((candidates, candidates), dtype=np.int64)
    for row in range(candidates):
        counts[row] = np.count_nonzero(by_candidate[row] > by_candidate, axis=1)
    return counts


def majorities(ratings: Matrix) -> Relation:
    """[candidates, candidates]: True where more members rated the row above the column than below it."""
    counts = preferences(ratings)
    return counts > counts.T


def condorcet_winner(ratings: Matrix) -> int | None:
    """The candidate with a majority over every other one, or None when there is none."""
    wins = majorities(ratings).sum(axis=1)
    (winners,) = np.nonzero(wins == len(wins) - 1)
    return int(winners[0]) if len(winners) else None


def strongest_paths(counts: Counts) -> Counts:
    """[candidates, candidates]: the strength of the strongest path from the row to the column, 0 for none.

    `counts` is what `preferences` gives. A link exists where the row has a majority over the column, and
    is as strong as the number of members who voted that way (Schulze 2011, section 2.2, "winning votes").
    """
    paths = np.where(counts > counts.T, counts, 0)
    for middle in range(len(paths)):
        paths = np.maximum(paths, np.minimum(paths[:, middle, None], paths[None, middle, :]))
    np.fill_diagonal(paths, 0)
    return paths


def schulze_relation(ratings: Matrix) -> Relation:
    """[candidates, candidates]: True where Schulze's method puts the row above the column.

    A strict partial order: irreflexive and transitive, with at least one candidate that nobody is above.
    """
    paths = strongest_paths(preferences(ratings))
    return paths > paths.T


def schulze_wins(ratings: Matrix) -> Counts:
    """[candidates]: how many others each candidate is above; whoever is above another has more wins."""
    return np.asarray(schulze_relation(ratings).sum(axis=1), dtype=np.int64)


def schulze(ratings: Matrix, seed: int) -> tuple[int, ...]:
    """All candidates, best first, by Schulze's method, ties broken by random ballots.

    The order agrees with `schulze_relation`; wherever that leaves a choice, the tie-breaking ranking of
    `random_ballot` decides (Schulze 2011, section 5). Raising a candidate on a ballot never lowers it in
    the result for the same seed.
    """
    above = schulze_relation(ratings)
    waiting = list(random_ballot(ratings, seed))
    ranking: list[int] = []
    while waiting:
        best = next(one for one in waiting if not above[waiting, one].any())
        ranking.append(best)
        waiting.remove(best)
    return tuple(ranking)


def random_ballot(ratings: Matrix, seed: int) -> tuple[int, ...]:
    """All candidates, best first, as ballots drawn one after the other decide.

    Ballots are drawn without replacement in an order that depends on `seed` and the number of members
    alone; give the members in a stable order for the same result. The first ballot that rated all of
    some tied candidates, and not all alike, splits them; what no ballot splits falls to the seed.
    """
    array = check_ratings(ratings)
    members, candidates = array.shape
    draw = np.random.default_rng(seed)
    lots = draw.permutation(candidates)
    drawn = array[draw.permutation(members)]
    groups = [list(range(candidates))] if candidates else []
    ranking: list[int] = []
    while groups:
        group = groups.pop(0)
        split = _first_split(drawn[:, group]) if len(group) > 1 else None
        if split is None:
            ranking.extend(sorted(group, key=lambda candidate: int(lots[candidate])))
            continue
        levels = sorted(set(split.tolist()), reverse=True)
        groups[:0] = [[one for one, rating in zip(group, split, strict=True) if rating == level] for level in levels]
    return tuple(ranking)


def _first_split(drawn: Matrix) -> Matrix | None:
    """The first row of [members, tied candidates] without NaN and with two different ratings."""
    telling = drawn.min(axis=1) < drawn.max(axis=1)  # False where there is a NaN
    return drawn[int(telling.argmax())] if telling.any() else None


def medians(ratings: Matrix) -> Matrix:
    """[candidates]: the median over the members who rated it, halfway between the middle two; NaN for none."""
    by_candidate = check_ratings(ratings).T
    found = np.full(len(by_candidate), np.nan)
    for candidate, values in enumerate(by_candidate):
        rated = values[~np.isnan(values)]
        if len(rated):
            found[candidate] = np.median(rated)
    return found
