"""python -m benchmarks.fit_lexical --data DIR [--out FILE]: fits the lexical predictor on the train splits.

Weights: Bradley-Terry on pairs, penalised, within bounds. Calibration: ordinal regression on ratings. What is
written holds figures only, and names the data, its licence and sizes.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.real_ratings import SOURCES, Array, Pair, Rated, for_each_text, pairs, ratings
from engine.scoring import calibration, lexical

DATA = [
    f"{name}, github.com/{place}, CC BY 4.0, train split"
    for name, place in (
        ("Polarized Issues Dataset (Remesh collective dialogues, 2024)", "akonya/polarized-issues-data"),
        ("Polis conversations (The Computational Democracy Project)", "compdemocracy/openData"),
    )
]
FEATURES = (*lexical.APPEAL, *lexical.PERSONAL)
PENALTY = 100.0
BOUNDS = {
    "length": (0.0, 0.6),
    "directive": (0.0, np.inf),
    "hedges": (-np.inf, 0.0),
    "questions": (-np.inf, 0.0),
    "shouting": (-np.inf, 0.0),
    "common": (0.0, np.inf),
    "sides": (3.0, np.inf),
    "stance": (3.0, np.inf),
}
"""What a weight may be: signs that make sense anywhere, and floors where the data seldom speaks to the matter."""


def features(question: str, opinions: Sequence[str], statements: Sequence[str]) -> Array:
    """[members, candidates, FEATURES]."""
    own = lexical.personal(question, opinions, statements)
    general = np.broadcast_to(lexical.appeal(question, statements), (*own.shape[:2], len(lexical.APPEAL)))
    whole: Array = np.concatenate([general, own], axis=-1)
    return whole


def differences(found: Sequence[Pair]) -> Array:
    """[pairs, FEATURES]: the preferred statement's features less the other's."""
    wanted = [(pair.question, pair.opinion, text) for pair in found for text in (pair.preferred, pair.other)]
    cells = for_each_text(wanted, features)
    return np.asarray(cells[0::2] - cells[1::2])


def evened(owners: Sequence[Hashable]) -> Array:
    """One weight per row, mean 1: an owner's rows count as the square root of their number."""
    count = Counter(owners)
    weight = np.array([count[owner] ** -0.5 for owner in owners])
    return np.asarray(weight / weight.mean())


def preferences(x: Array, weight: Array, bounds: dict[str, tuple[float, float]] = BOUNDS) -> Array:
    """Bradley-Terry weights [FEATURES] of preferred-less-other rows `x`, ridge-penalised, inside `bounds`.

    Newton's method over the free weights; one that leaves its bounds is held there.
    """
    low, high = np.array([bounds.get(name, (-np.inf, np.inf)) for name in FEATURES]).T
    scale = x.std(axis=0) + 1e-9
    at = np.clip(np.zeros(len(FEATURES)), low, high)
    free = np.ones(len(FEATURES), dtype=bool)
    while True:
        for _ in range(50):
            lost = 1 / (1 + np.exp(x @ at))
            gradient = x.T @ (weight * lost) - PENALTY * scale**2 * at
            hessian = (x * (weight * lost * (1 - lost))[:, None]).T @ x + PENALTY * np.diag(scale**2)
            step = np.linalg.solve(hessian[np.ix_(free, free)], gradient[free])
            at[free] += step
            if np.abs(step).max(initial=0.0) < 1e-9:
                break
        outside = free & ((at < low) | (at > high))
        if not outside.any():
            return at
        at, free = np.clip(at, low, high), free & ~outside


def scale_of_ratings(weights: Array, found: Sequence[Rated]) -> calibration.Calibration:
    """The calibration of the weighted sum to the votes, every source counting alike."""
    score = for_each_text([(row.question, row.opinion, row.statement) for row in found], features) @ weights
    weight = evened([(row.source, row.participant) for row in found])
    for source in SOURCES:
        mine = np.array([row.source == source for row in found])
        weight[mine] /= weight[mine].mean() * mine.mean() * len(SOURCES)
    return calibration.fit(score, [row.lowest for row in found], [row.highest for row in found], weights=weight)


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the lexical predictor's weights and calibration on train splits.")
    parser.add_argument("--data", type=Path, required=True, help="folder with remesh_polarized/ and polis_open/")
    parser.add_argument("--out", type=Path, default=lexical.FIGURES, help="where to write the figures")
    arguments = parser.parse_args()
    preferred, rated = pairs(arguments.data, "train"), ratings(arguments.data, "train")
    weights = preferences(differences(preferred), evened([(pair.column, pair.participant) for pair in preferred]))
    scale = scale_of_ratings(weights, rated)
    fields = {
        "weights": {name: round(float(weight), 4) for name, weight in zip(FEATURES, weights, strict=True)},
        "calibration": calibration.Calibration(
            round(scale.slope, 4), tuple(round(threshold, 4) for threshold in scale.thresholds)
        ).fields(),
        "fitted": {
            "on": datetime.now(UTC).date().isoformat(),
            "data": DATA,
            "pairs": dict(sorted(Counter(pair.column for pair in preferred).items())),
            "ratings": dict(sorted(Counter(row.source for row in rated).items())),
            "votes_as_ratings": "disagree 1-3, unsure 4, agree 5-7; thresholds inside a range are spaced evenly",
            "held_by_prior": [
                name for name, weight in zip(FEATURES, weights, strict=True) if weight in BOUNDS.get(name, ())
            ],
            "holds": "figures only; no text of the data",
        },
    }
    arguments.out.write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(fields, indent=2))


if __name__ == "__main__":
    main()
