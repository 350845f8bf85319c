"""What a candidate is worth to a group: isoelastic welfare, the rules by name, ranking and choosing.

Utilities and predictions, here and below: [members, candidates], higher agrees more, NaN where a member
is missing for a candidate and is left out.

Source: Bakker et al. 2022, section 3.3 (the family, equation 1) and 3.4 (reranking, the log-normal alpha).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine import voting
from engine.errors import RulesError
from engine.records import Matrix

SAMENESS_PENALTY = 0.5
"""What saying exactly the same costs a candidate, as a share of the spread between best and worst welfare."""

TIE = 1e-12
"""Values that differ by less than this, relatively, are equal: rounding must not decide."""


def isoelastic(utilities: npt.ArrayLike, alpha: float) -> Matrix:
    """The isoelastic welfare W_alpha of each candidate (Bakker et al. 2022, equation 1).

    utilities: [members, candidates] or [members], > 0, NaN = missing and left out.
    alpha: aversion to inequality, 0 to inf; 0 is the mean (utilitarian), 1 the geometric mean
        (Bernoulli-Nash), inf the minimum (Rawlsian).
    Returns [candidates], or an array of shape () for [members], on the scale of the utilities and between
    their least and greatest; NaN where every member is missing. The order of members makes no difference,
    not even in the last digit.

    Raises ValueError for other shapes, for alpha outside [0, inf], and for utilities that are not positive.
    """
    values = np.asarray(utilities, dtype=np.float64)
    if values.ndim not in (1, 2):
        raise ValueError(f"utilities must be [members, candidates] or [members], got shape {values.shape}")
    if not alpha >= 0:
        raise ValueError(f"alpha must be from 0 (the mean) to infinity (the minimum), got {alpha!r}")
    present = values[~np.isnan(values)]
    if (present <= 0).any() or np.isinf(present).any():
        raise ValueError(
            f"utilities must be positive and finite, got {float(present.min())!r} to {float(present.max())!r}; "
            "calibrate the scores to 1-7 first, or use a rule that needs no positive scale "
            "(utilitarian, median, schulze)"
        )
    columns = values.T if values.ndim == 2 else values[None, :]
    found = np.array([_isoelastic(_present(column), float(alpha)) for column in columns], dtype=np.float64)
    return found if values.ndim == 2 else found.reshape(())


def _present(column: Matrix) -> Matrix:
    """The values that are there, ascending: summing them in one order makes members interchangeable."""
    return np.sort(column[~np.isnan(column)])


def _mean(values: Matrix) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def _isoelastic(ascending: Matrix, alpha: float) -> float:
    """Welfare of one candidate. `ascending`: [members], > 0, none missing.

    Everything is relative to the least utility, so equal utilities give themselves exactly. With
    b = 1 - alpha, log W = log(mean(exp(b x))) / b of the log-ratios x. For small b the mean is close to 1
    and log1p of a mean of expm1, taken around the mean of x so that the terms' first order cancels, keeps
    the digits that dividing by b would lose; for large b the greatest exponent is factored out instead.
    """
    if not len(ascending):
        return math.nan
    least, greatest = float(ascending[0]), float(ascending[-1])
    if alpha == 0:
        return min(max(_mean(ascending), least), greatest)
    if alpha == math.inf or least == greatest:
        return least
    ratios = np.log(ascending) - math.log(least)
    power = 1.0 - alpha
    centre = float(np.mean(ratios))
    if abs(power) * float(ratios[-1]) < 0.5:
        exponents = power * (ratios - centre)
        log_welfare = centre
        if power:
            log_welfare += math.log1p(float(np.mean(np.expm1(exponents)))) / power
    else:
        with np.errstate(over="ignore"):
            exponents = power * ratios
        top = float(exponents.max())
        log_welfare = (top + math.log(float(np.mean(np.exp(exponents - top))))) / power
    half = math.exp(log_welfare / 2)
    return min(max(least * half * half, least), greatest)


@dataclass(frozen=True, slots=True)
class WelfareRule:
    """A rule that says which candidate is best for a group; made by `parse`, written by `str`.

    name: "isoelastic", "median" or "schulze". alpha: 0 to inf for "isoelastic", else None.
    """

    name: str
    alpha: float | None = None

    def __post_init__(self) -> None:
        if self.name == "isoelastic":
            if self.alpha is None or not self.alpha >= 0:
                raise RulesError(f"alpha must be a number from 0 to inf, got {self.alpha!r}")
        elif self.name not in ("median", "schulze") or self.alpha is not None:
            raise RulesError(f"there is no welfare rule {self.name!r} with alpha {self.alpha!r}")

    @classmethod
    def parse(cls, text: str) -> WelfareRule:
        """The rule that `text` names: "utilitarian", "bernoulli-nash", "rawlsian", "alpha=2.5", "2.5",
        "median" or "schulze", whatever the case. Raises RulesError with what may be said.
        """
        wanted = text.strip().casefold().replace("_", "-").replace(" ", "-")
        if wanted in ("median", "schulze"):
            return cls(wanted)
        if wanted in _ALPHAS:
            return cls("isoelastic", _ALPHAS[wanted])
        try:
            alpha = float(_ALPHA_PREFIX.sub("", text.strip().casefold()))
        except ValueError:
            alpha = math.nan
        if not alpha >= 0:
            raise RulesError(
                f"{text!r} is no welfare rule; choose utilitarian, bernoulli-nash, rawlsian, median, schulze, "
                "or alpha=NUMBER with a number from 0 (the mean counts) to inf (the least content member counts)"
            )
        return cls("isoelastic", alpha)

    def __str__(self) -> str:
        if self.alpha is None:
            return self.name
        named = {alpha: name for name, alpha in _ALPHAS.items()}
        return named.get(self.alpha, f"alpha={self.alpha!r}".removesuffix(".0"))

    @property
    def needs_positive(self) -> bool:
        """True where the rule has a meaning only on a positive scale, as calibrated predictions and ratings are."""
        return self.alpha is not None and self.alpha > 0


_ALPHA_PREFIX = re.compile(r"^alpha\s*=?\s*")
_ALPHAS = {"utilitarian": 0.0, "bernoulli-nash": 1.0, "rawlsian": math.inf}

UTILITARIAN = WelfareRule("isoelastic", 0.0)
BERNOULLI_NASH = WelfareRule("isoelastic", 1.0)
RAWLSIAN = WelfareRule("isoelastic", math.inf)
MEDIAN = WelfareRule("median")
SCHULZE = WelfareRule("schulze")

NAMED_RULES = (UTILITARIAN, BERNOULLI_NASH, RAWLSIAN, MEDIAN, SCHULZE)
"""The rules an outcome compares, in the order in which they break each other's ties."""


def welfare(matrix: Matrix, rule: WelfareRule) -> Matrix:
    """[candidates]: what each candidate is worth under `rule`, higher is better, NaN where nobody rated it.

    On the scale of `matrix` for the isoelastic family and the median; for schulze, the number of
    candidates it is above. Raises ValueError where the rule needs a positive scale and gets another.
    """
    array = voting.check_ratings(matrix)
    if rule.alpha is None:
        rated = ~np.isnan(array).all(axis=0)
        values = voting.medians(array) if rule == MEDIAN else voting.schulze_wins(array).astype(np.float64)
        return np.where(rated, values, np.nan)
    if rule.alpha > 0:
        return isoelastic(array, rule.alpha)
    return np.array([_mean(_present(column)) for column in array.T], dtype=np.float64)


def rank(matrix: Matrix, rule: WelfareRule, seed: int) -> tuple[int, ...]:
    """Every candidate once, best welfare first; those nobody rated come last.

    Ties are broken by the other rules in the order of NAMED_RULES (those that need a positive scale only
    where there is one), then by lot from `seed`; under schulze by random ballots from `seed`. The same
    input gives the same ranking, and naming candidates in another order renames the ranking and nothing
    else: the lot depends on what members gave a candidate, not on where it stands.
    """
    array = voting.check_ratings(matrix)
    if rule == SCHULZE:
        return _unrated_last(array, voting.schulze(array, seed))
    positive = not (array <= 0).any()
    others = [one for one in NAMED_RULES if one not in (rule, SCHULZE) and (positive or not one.needs_positive)]
    levels = [_levels(welfare(array, one)) for one in (rule, *others)]
    lots = _lots(array, seed)
    order = sorted(range(array.shape[1]), key=lambda one: (*(-int(level[one]) for level in levels), int(lots[one])))
    return tuple(order)


def best(matrix: Matrix, rule: WelfareRule) -> tuple[int, ...]:
    """The candidates that `rule` alone puts first, in the order of the columns: more than one where they tie.

    Greatest welfare, but for schulze: those that no candidate is above. Empty where nobody rated anything.
    """
    array = voting.check_ratings(matrix)
    levels = _levels(welfare(array, rule))
    if rule == SCHULZE:
        first = (levels > 0) & ~voting.schulze_relation(array).any(axis=0)
    else:
        first = (levels > 0) & (levels == levels.max(initial=0))
    return tuple(int(one) for one in np.flatnonzero(first))


def choose(matrix: Matrix, similarity: Matrix, rule: WelfareRule, k: int, seed: int) -> tuple[int, ...]:
    """The candidates to post, in order: the best by `rule`, then the next best that says something else.

    similarity: [candidates, candidates], 0 (nothing in common) to 1 (the same). Each further candidate is
    the one whose welfare, as a share of the spread from worst (0) to best (1), less SAMENESS_PENALTY times
    its similarity to the nearest candidate already chosen, is greatest; ties by `rank`. At most `k` come
    back, fewer when there are fewer. Raises ValueError where the shapes or ranges do not fit.
    """
    array = voting.check_ratings(matrix)
    candidates = array.shape[1]
    if similarity.shape != (candidates, candidates):
        raise ValueError(
            f"similarity must be [candidates, candidates] = {(candidates, candidates)}, got {similarity.shape}"
        )
    if candidates and not ((similarity >= 0) & (similarity <= 1)).all():
        raise ValueError("similarity must be from 0 (nothing in common) to 1 (the same); clip it first")
    ranking = rank(array, rule, seed)
    worth = _shares(welfare(array, rule))
    chosen = list(ranking[: min(k, 1)])
    while len(chosen) < min(k, candidates):
        value = worth - SAMENESS_PENALTY * similarity[:, chosen].max(axis=1)
        levels = _levels(value)
        chosen.append(max((one for one in ranking if one not in chosen), key=lambda one: int(levels[one])))
    return tuple(chosen)


def draw_alpha(generator: np.random.Generator, *, median: float = 1.0, spread: float = 1.0) -> float:
    """An alpha from a log-normal distribution, so that collected data spans utilitarian to Rawlsian.

    median: where half of the draws lie below. spread: the standard deviation of log alpha. The paper
    (section 3.4) names the distribution and not its parameters; with ours, nine draws in ten lie between
    0.19 and 5.2.
    """
    return float(generator.lognormal(mean=math.log(median), sigma=spread))


def _levels(values: Matrix) -> npt.NDArray[np.int64]:
    """[candidates]: 1 for the least value and one more for each greater one; 0 where there is none.

    Neighbours within TIE of the greatest magnitude share a level.
    """
    levels = np.zeros(len(values), dtype=np.int64)
    present = np.flatnonzero(np.isfinite(values))
    if len(present):
        order = present[np.argsort(values[present], kind="stable")]
        steps = np.diff(values[order]) > TIE * np.abs(values[order]).max()
        levels[order] = 1 + np.concatenate(([0], np.cumsum(steps)))
    return levels


def _lots(array: Matrix, seed: int) -> npt.NDArray[np.int64]:
    """[candidates]: a lot for each. They are dealt in an order of contents, so that position decides nothing."""
    contents = [(tuple(_present(column).tolist()), tuple(np.nan_to_num(column, nan=-np.inf))) for column in array.T]
    order = sorted(range(len(contents)), key=contents.__getitem__)
    lots = np.empty(len(contents), dtype=np.int64)
    lots[order] = np.random.default_rng(seed).permutation(len(contents))
    return lots


def _unrated_last(array: Matrix, ranking: tuple[int, ...]) -> tuple[int, ...]:
    unrated = [bool(np.isnan(column).all()) for column in array.T]
    return tuple(one for last in (False, True) for one in ranking if unrated[one] is last)


def _shares(values: Matrix) -> Matrix:
    """`values` from 0 (least) to 1 (greatest); all 1 when they are equal; -inf for NaN."""
    if not len(values) or np.isnan(values).all():
        return np.full(len(values), -np.inf)
    least, greatest = np.nanmin(values), np.nanmax(values)
    if greatest - least <= TIE * max(abs(greatest), abs(least)):
        return np.where(np.isnan(values), -np.inf, 1.0)
    return np.where(np.isnan(values), -np.inf, (values - least) / (greatest - least))
