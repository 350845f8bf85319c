"""Which candidates are posted, out of predictions alone: made once when drafting, and again from the log.

Source: Bakker et al. 2022, section 3.4 (reranking by predicted welfare) and 3.1 (collecting data: each candidate
the best under a welfare function of its own).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from engine import welfare
from engine.language import similarity
from engine.records import Choice, Drafting, Matrix, Prediction
from engine.welfare import NAMED_RULES, TIE, WelfareRule

PER_SUBSET = 2
"""Candidates posted of each subset of purpose `collect`, each the best under an alpha of its own."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a choice came to.

    welfare: one value per candidate under the rule. ranking: every candidate once, best first. posted: those to be
    posted, in order. choice: what the log keeps beside the predictions.
    """

    welfare: tuple[float, ...]
    ranking: tuple[int, ...]
    posted: tuple[int, ...]
    choice: Choice


def ratings(prediction: Prediction) -> Matrix:
    """[members, candidates], higher agrees more: 1-7 where the prediction is calibrated, else its scores."""
    return prediction.score if prediction.expected_agreement is None else prediction.expected_agreement


def choose(
    prediction: Prediction,
    texts: Sequence[str],
    rule: WelfareRule,
    *,
    seed: int,
    wanted: int,
    silent: Sequence[int] = (),
    groups: Sequence[Sequence[int]] = (),
    unsupported: Sequence[int] = (),
) -> Chosen:
    """The candidates to post. See `engine.records.Choice` for what is given.

    Same arguments, same choice: everything that is left to chance is drawn from `seed`. Raises ValueError where the
    shapes do not fit, and where the rule needs a positive scale and the prediction has none.
    """
    matrix = np.delete(ratings(prediction), list(silent), axis=0)
    values = welfare.welfare(matrix, rule)
    if groups:
        posted = _collected(matrix, groups, seed)
    else:
        posted = _supported_first(matrix, texts, rule, wanted, seed, frozenset(unsupported))
    choice = Choice(
        rule=str(rule),
        seed=seed,
        wanted=wanted,
        silent=tuple(silent),
        groups=tuple(tuple(group) for group in groups),
        worth=_worth(matrix, rule, values),
        fingerprint=fingerprint(texts),
        unsupported=tuple(unsupported),
        instead=prediction.instead,
    )
    return Chosen(tuple(values.tolist()), welfare.rank(matrix, rule, seed), posted, choice)


def fingerprint(texts: Sequence[str]) -> str:
    """What changes when any of the texts does: SHA-256 in hex, of the texts as a database can keep them."""
    kept = [text.encode("utf-8", "replace").decode().replace("\x00", "") for text in texts]
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()


class Verdict(StrEnum):
    """What making a logged choice again came to."""

    REPRODUCED = "reproduced"
    DIFFERS = "differs"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A logged choice, made again.

    verdict: incomplete where the log lacks what the choice rested on. reasons: one sentence each, empty where it was
    reproduced. again: what the log gives now; None where it gives nothing.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    again: Chosen | None


def replay(drafting: Drafting) -> Replayed:
    """Make a drafting's choice again from what the log kept of it.

    Welfare must be equal but for the last digits, in which processors differ; ranking and posted exactly.
    """
    choice = drafting.choice
    if choice is None:
        return Replayed(Verdict.INCOMPLETE, ("The drafting was made before the log kept what choices rest on.",), None)
    deleted = int(np.isnan(drafting.prediction.score).all(axis=1).sum()) if drafting.candidates else 0
    texts = [candidate.text for candidate in drafting.candidates]
    try:
        again = choose(
            drafting.prediction,
            texts,
            WelfareRule.parse(choice.rule),
            seed=choice.seed,
            wanted=choice.wanted,
            silent=choice.silent,
            groups=choice.groups,
            unsupported=choice.unsupported,
        )
    except (ValueError, IndexError) as problem:
        return Replayed(Verdict.DIFFERS, (f"The log contradicts itself: {problem}.",), None)
    differences = tuple(_differences(drafting, choice, again))
    if deleted:
        predictions = "Predictions for 1 member were" if deleted == 1 else f"Predictions for {deleted} members were"
        return Replayed(Verdict.INCOMPLETE, (f"{predictions} deleted because they asked to be forgotten.",), again)
    return Replayed(Verdict.DIFFERS if differences else Verdict.REPRODUCED, differences, again)


def _differences(drafting: Drafting, choice: Choice, again: Chosen) -> list[str]:
    found: list[str] = []
    if again.choice.fingerprint != choice.fingerprint:
        found.append("The candidates' texts are not those that were chosen from.")
    if not _equal(drafting.welfare, again.welfare):
        found.append(f"The candidates' welfare under {choice.rule} is another one than was logged.")
    logged, now = dict(choice.worth), dict(again.choice.worth)
    others = [name for name in now if name != choice.rule]
    wrong = [name for name in others if not _equal(logged.get(name, ()), now[name])]
    if wrong or logged.keys() != now.keys():
        found.append(f"The table of welfare is another one than was logged: {', '.join(wrong) or 'its rules'}.")
    if again.ranking != drafting.ranking:
        found.append("The ranking is another one than was logged.")
    if again.posted != drafting.posted:
        found.append("The posted candidates are not those that the log leads to.")
    return found


def _equal(logged: Sequence[float], now: Sequence[float]) -> bool:
    return len(logged) == len(now) and all(
        math.isclose(one, other, rel_tol=TIE) or (math.isnan(one) and math.isnan(other))
        for one, other in zip(logged, now, strict=True)
    )


def _worth(matrix: Matrix, rule: WelfareRule, values: Matrix) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Welfare under the rule itself and every other named one that has a meaning on the matrix's scale."""
    positive = not (matrix <= 0).any()
    found = {str(rule): tuple(values.tolist())}
    for one in NAMED_RULES:
        if one != rule and (positive or not one.needs_positive):
            found[str(one)] = tuple(welfare.welfare(matrix, one).tolist())
    return tuple(found.items())


def _collected(matrix: Matrix, groups: Sequence[Sequence[int]], seed: int) -> tuple[int, ...]:
    """Of each group of candidates the best under one drawn alpha, then of what is left the best under another."""
    dice = np.random.default_rng([seed, 2])
    chosen: list[int] = []
    for group in groups:
        left = list(group)
        for _ in range(min(PER_SUBSET, len(left))):
            drawn = WelfareRule("isoelastic", welfare.draw_alpha(dice))
            best = left[welfare.rank(matrix[:, left], drawn, seed)[0]]
            chosen.append(best)
            left.remove(best)
    return tuple(chosen)


def _supported_first(
    matrix: Matrix, texts: Sequence[str], rule: WelfareRule, wanted: int, seed: int, unsupported: frozenset[int]
) -> tuple[int, ...]:
    """The best by welfare that differ, of those with support; then, where these are too few, the best of the others."""
    posted: list[int] = []
    for some in (False, True):
        left = [at for at in range(len(texts)) if (at in unsupported) is some]
        if left and len(posted) < wanted:
            alike = _similarities([texts[at] for at in left])
            posted += [left[at] for at in welfare.choose(matrix[:, left], alike, rule, wanted - len(posted), seed)]
    return tuple(posted)


def _similarities(texts: Sequence[str]) -> Matrix:
    """[candidates, candidates], 0 to 1: how much two statements say with the same words."""
    alike = np.eye(len(texts), dtype=np.float64)
    for at, one in enumerate(texts):
        for other in range(at):
            alike[at, other] = alike[other, at] = min(1.0, max(0.0, similarity(one, texts[other])))
    return alike
