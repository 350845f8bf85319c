"""From a score to a rating: ordinal proportional-odds regression.

P(rating <= k | score) = sigmoid(threshold_k - slope * score), one slope for every k (McCullagh 1980, "Regression
models for ordinal data", section 2). Deviation: a rating may be known only as a range (an "agree" vote is 5 to 7);
its likelihood is that of the range, and thresholds the data cannot tell apart are spaced evenly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import SettingsError

Array = npt.NDArray[np.float64]

RATINGS = np.arange(1.0, 8.0)
_NEWTON_STEPS = 200


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a score means in ratings; made by `fit`, or read back by `from_fields`.

    slope: above 0, so that a higher score never means a lower rating.
    thresholds: six rising values; at score thresholds[k-1] / slope the odds of a rating up to k are even.
    """

    slope: float
    thresholds: tuple[float, ...]

    def __post_init__(self) -> None:
        if not (np.isfinite(self.slope) and self.slope > 0):
            raise ValueError(f"the slope must be above 0, got {self.slope!r}")
        if len(self.thresholds) != 6 or not np.all(np.diff(self.thresholds) > 0):
            raise ValueError(f"six rising thresholds separate seven ratings, got {self.thresholds!r}")

    def probabilities(self, score: Array) -> Array:
        """`score` of any shape -> [..., 7], the probability of each rating 1..7; sums to 1."""
        up_to = _sigmoid(np.asarray(self.thresholds) - self.slope * np.asarray(score, dtype=np.float64)[..., None])
        ends = (*up_to.shape[:-1], 1)
        return np.diff(np.concatenate([np.zeros(ends), up_to, np.ones(ends)], axis=-1), axis=-1)

    def expected_agreement(self, score: Array) -> Array:
        """The mean rating, 1-7, in the shape of `score`; rises with it."""
        return np.clip(self.probabilities(score) @ RATINGS, 1.0, 7.0)

    def p_agree(self, score: Array) -> Array:
        """The probability that the rating is above 4, 0-1, in the shape of `score`."""
        return np.asarray(_sigmoid(self.slope * np.asarray(score, dtype=np.float64) - self.thresholds[3]))

    def fields(self) -> dict[str, Any]:
        """JSON-able; `from_fields` reads it back."""
        return {"slope": self.slope, "thresholds": list(self.thresholds)}

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Calibration:
        """Raises KeyError, TypeError or ValueError where `fields` is not what `Calibration.fields` writes."""
        return cls(float(fields["slope"]), tuple(float(value) for value in fields["thresholds"]))


def from_file(path: Path) -> Calibration:
    """The calibration in a JSON file of `Calibration.fields`. Raises SettingsError."""
    try:
        return Calibration.from_fields(json.loads(path.read_text(encoding="utf-8")))
    except OSError as problem:
        raise SettingsError(f"The calibration {str(path)!r} cannot be read: {problem.strerror}.") from None
    except (KeyError, TypeError, ValueError) as problem:
        raise SettingsError(f"The file {str(path)!r} holds no calibration: {problem}.") from None


def fit(
    scores: Sequence[float] | Array,
    lowest: Sequence[float] | Array,
    highest: Sequence[float] | Array | None = None,
    *,
    weights: Sequence[float] | Array | None = None,
    evenness: float = 5.0,
) -> Calibration:
    """The most likely calibration of `scores` [ratings] to ratings known to lie in `lowest`..`highest` [ratings].

    `highest` None: the ratings are exact. `weights` [ratings], above 0: how often each counts; `evenness`: how
    strongly, in observations, neighbouring gaps between thresholds are drawn together. The likelihood is concave
    (Pratt 1981), so Newton's method with step halving finds its only maximum.

    Raises ValueError where there is nothing to fit, a rating is outside 1..7, or scores do not rise with ratings.
    """
    score = np.asarray(scores, dtype=np.float64)
    low = np.asarray(lowest, dtype=np.int64)
    high = low if highest is None else np.asarray(highest, dtype=np.int64)
    weight = np.ones_like(score) if weights is None else np.asarray(weights, dtype=np.float64)
    if score.ndim != 1 or not len(score) or not (score.shape == low.shape == high.shape == weight.shape):
        raise ValueError(f"scores, ratings and weights are equally long and not empty, got {score.shape}, {low.shape}")
    if low.min() < 1 or high.max() > 7 or np.any(low > high) or not np.all(np.isfinite(score)):
        raise ValueError("ratings lie in 1..7, lowest first, and scores are finite")
    likelihood = _Likelihood(score, low, high, weight, evenness)
    at = np.append(np.linspace(-2.5, 2.5, 6), 0.0)
    value, gradient, hessian = likelihood(at)
    for _ in range(_NEWTON_STEPS):
        step = np.linalg.solve(-hessian, gradient)
        if gradient @ step < 1e-12 * max(1.0, abs(value)):
            break
        while not likelihood(at + step)[0] > value and np.abs(step).max() > 1e-12:
            step /= 2.0
        at = at + step
        value, gradient, hessian = likelihood(at)
    if at[6] <= 0:
        raise ValueError(f"higher scores do not go with higher ratings (slope {at[6]:.3g}); nothing can be calibrated")
    return Calibration(float(at[6]), tuple(float(threshold) for threshold in at[:6]))


class _Likelihood:
    """The penalised log-likelihood of [6 thresholds, slope] with its gradient and Hessian."""

    def __init__(
        self, score: Array, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64], weight: Array, evenness: float
    ) -> None:
        rows = np.eye(8, 6, k=-1)  # row k picks threshold k; rows 0 and 7 (below 1, up to 7) pick none
        self._upper = np.column_stack([rows[high], -score])
        self._lower = np.column_stack([rows[low - 1], -score])
        self._top, self._bottom = high == 7, low == 1
        self._weight = weight
        bends = np.diff(np.eye(6), n=2, axis=0)
        self._penalty = 1e-3 * np.eye(7)
        self._penalty[:6, :6] += evenness * bends.T @ bends

    def __call__(self, at: Array) -> tuple[float, Array, Array]:
        if np.any(np.diff(at[:6]) <= 0):
            return -np.inf, np.zeros(7), np.zeros((7, 7))
        upper, lower = _sigmoid(self._upper @ at), _sigmoid(self._lower @ at)
        upper[self._top], lower[self._bottom] = 1.0, 0.0
        chance = np.maximum(upper - lower, 1e-300)
        slope_up, slope_low = upper * (1 - upper) / chance, lower * (1 - lower) / chance
        bend_up, bend_low = slope_up * (1 - 2 * upper), slope_low * (1 - 2 * lower)
        w = self._weight
        value = float(w @ np.log(chance) - 0.5 * at @ self._penalty @ at)
        gradient = self._upper.T @ (w * slope_up) - self._lower.T @ (w * slope_low) - self._penalty @ at
        cross = (self._upper * (w * slope_up * slope_low)[:, None]).T @ self._lower
        hessian = (
            (self._upper * (w * (bend_up - slope_up**2))[:, None]).T @ self._upper
            - (self._lower * (w * (bend_low + slope_low**2))[:, None]).T @ self._lower
            + cross
            + cross.T
            - self._penalty
        )
        return value, gradient, hessian


def _sigmoid(x: Array) -> Array:
    return np.exp(-np.logaddexp(0.0, -x))
