"""The outcome of a vote: how each candidate was rated, which one leads, and how sure that is.

Pure arithmetic over ratings of 1 (strongly disagree) to 7 (strongly agree); 4 is neither. The values are
frozen and JSON-able: `to_dict` and `from_dict` are inverse, through JSON too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.records import Matrix
from engine.welfare import NAMED_RULES, SCHULZE, WelfareRule, best, rank

NEUTRAL = 4
"""Above it is agreement, below it disagreement (Bakker et al. 2022, appendix D.6)."""


class Heading(StrEnum):
    """What the outcome may be called."""

    AGREEMENT = "agreement"
    CLOSEST = "closest"
    NO_RATINGS = "no_ratings"


class Basis(StrEnum):
    """Whose ratings made the leading candidate.

    complete: the round's rule over the members who rated every posted candidate. pairwise: fewer than
    half of the voters did that, so candidates were compared two at a time by the majority of those who
    rated both. none: there were no ratings.
    """

    COMPLETE = "complete"
    PAIRWISE = "pairwise"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Distribution:
    """How one statement was rated.

    counts: how many gave 1, 2, ... 7. n: how many rated. mean, minimum: 1-7, None without ratings.
    agree, neutral, disagree: how many rated above, at and below 4.
    group_internal_agreement: (1/2 - agree / (agree + disagree)) x 2 as printed in the talk to Bakker et
    al. 2022: -1 when everybody with a side agrees, 1 when they all disagree, 0 when they are split evenly;
    its magnitude is what is compared. None when nobody took a side.
    divisive: somebody agrees and somebody disagrees. unanimous: there are ratings and all are above 4.
    """

    counts: tuple[int, ...]
    n: int
    mean: float | None
    minimum: int | None
    agree: int
    neutral: int
    disagree: int
    group_internal_agreement: float | None
    divisive: bool
    unanimous: bool


@dataclass(frozen=True, slots=True)
class RuleWinner:
    """The candidate that comes first under one rule.

    rule: the rule's name. candidate: its winner after ties are broken. tied: every candidate that the
    rule alone puts first, the winner included, in the order posted.
    """

    rule: str
    candidate: str
    tied: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the channel is told when a vote closes.

    posted: the candidates' ids in the order posted; ratings: how each was rated, in that order.
    voters: members with at least one rating; complete_voters: those of them who rated every posted
    candidate. roster_size: how many could have rated, None when nobody knows; silent: how many of them
    did not, None likewise. outside_reactions: reactions from outside the electorate, not counted.
    rule: the round's rule. leading: the leading candidate's id, None without ratings. basis: whose
    ratings made it lead. tied: the candidates the deciding rule alone could not tell from it, itself
    included, in the order posted. heading: what it may be called; `agreement` only when more than half of the
    voters rate it above 4. winners: the first candidate under each rule, the round's rule first;
    rules_agreeing: how many of them are the leading candidate.
    position_before, position_after: ratings of the position statement, None when it was not asked.
    position_change: the mean change, after less before, of the position_both members who gave both.
    """

    posted: tuple[str, ...]
    ratings: tuple[Distribution, ...]
    voters: int
    complete_voters: int
    roster_size: int | None
    silent: int | None
    outside_reactions: int
    rule: str
    leading: str | None
    basis: Basis
    tied: tuple[str, ...]
    heading: Heading
    winners: tuple[RuleWinner, ...]
    rules_agreeing: int
    position_before: Distribution | None = None
    position_after: Distribution | None = None
    position_both: int = 0
    position_change: float | None = None

    @property
    def leading_ratings(self) -> Distribution | None:
        """How the leading candidate was rated; None when there is none."""
        return None if self.leading is None else self.ratings[self.posted.index(self.leading)]

    @property
    def unanimous(self) -> bool:
        """True only when every voter rated the leading candidate, and above 4."""
        leading = self.leading_ratings
        return leading is not None and leading.unanimous and leading.n == self.voters

    def to_dict(self) -> dict[str, Any]:
        """The outcome as JSON-able values, every field by its name."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Outcome:
        """The outcome that `to_dict` wrote, also after a trip through JSON. TypeError on unknown fields."""
        fields = dict(values)
        fields["posted"] = tuple(fields["posted"])
        fields["tied"] = tuple(fields["tied"])
        fields["ratings"] = tuple(_distribution_from(one) for one in fields["ratings"])
        fields["winners"] = tuple(RuleWinner(**{**one, "tied": tuple(one["tied"])}) for one in fields["winners"])
        fields["basis"] = Basis(fields["basis"])
        fields["heading"] = Heading(fields["heading"])
        for name in ("position_before", "position_after"):
            if fields.get(name) is not None:
                fields[name] = _distribution_from(fields[name])
        return cls(**fields)


def _distribution_from(values: Mapping[str, Any]) -> Distribution:
    return Distribution(**{**values, "counts": tuple(values["counts"])})


def distribution(ratings: npt.ArrayLike) -> Distribution:
    """How one statement was rated. `ratings`: [members], 1-7 in whole numbers, NaN where not rated.

    Raises ValueError on anything else.
    """
    values = _likert(ratings)
    if values.ndim != 1:
        raise ValueError(f"ratings of one statement must be [members], got shape {values.shape}")
    given = values[~np.isnan(values)].astype(np.int64)
    counts = np.bincount(given, minlength=8)[1:]
    agree, neutral, disagree = int(counts[NEUTRAL:].sum()), int(counts[NEUTRAL - 1]), int(counts[: NEUTRAL - 1].sum())
    return Distribution(
        counts=tuple(int(count) for count in counts),
        n=len(given),
        mean=float(given.mean()) if len(given) else None,
        minimum=int(given.min()) if len(given) else None,
        agree=agree,
        neutral=neutral,
        disagree=disagree,
        group_internal_agreement=(disagree - agree) / (agree + disagree) if agree + disagree else None,
        divisive=agree > 0 and disagree > 0,
        unanimous=agree > 0 and agree == len(given),
    )


def tally(
    ratings: Matrix,
    posted: Sequence[str],
    rule: WelfareRule,
    *,
    seed: int,
    roster_size: int | None = None,
    outside_reactions: int = 0,
    position_before: npt.ArrayLike | None = None,
    position_after: npt.ArrayLike | None = None,
) -> Outcome:
    """Count a vote.

    ratings: [members, candidates], 1-7 in whole numbers, NaN where a member did not rate a candidate; the
        columns are `posted`. Rows without any rating are no voters. Give members in a stable order: with
        random ballots their order and `seed` decide ties.
    posted: candidate ids, each once.
    roster_size: how many may rate, or None when that is not known (a whole channel).
    position_before, position_after: [members] ratings of the position statement in one order of members
        (not necessarily that of `ratings`), NaN where not given; None when it was not asked.

    Raises ValueError when shapes or values do not fit.
    """
    array = _likert(ratings)
    if array.ndim != 2 or array.shape[1] != len(posted):
        raise ValueError(f"ratings must be [members, {len(posted)} posted candidates], got shape {array.shape}")
    if len(set(posted)) != len(posted):
        raise ValueError(f"every posted candidate must have an id of its own, got {list(posted)!r}")
    rated = ~np.isnan(array)
    voters = array[rated.any(axis=1)]
    complete = array[rated.all(axis=1)] if len(posted) else voters
    basis = _basis(len(voters), len(complete))
    deciding = complete if basis is Basis.COMPLETE else voters
    distributions = tuple(distribution(column) for column in array.T)
    winners = tuple(_winner(deciding, one, posted, seed) for one in _compared(rule)) if len(voters) else ()
    leading, tied = _leading(deciding, basis, rule, seed)
    before, after, both, change = _positions(position_before, position_after)
    return Outcome(
        posted=tuple(posted),
        ratings=distributions,
        voters=len(voters),
        complete_voters=len(complete),
        roster_size=roster_size,
        silent=None if roster_size is None else max(0, roster_size - len(voters)),
        outside_reactions=outside_reactions,
        rule=str(rule),
        leading=None if leading is None else posted[leading],
        basis=basis,
        tied=tuple(posted[one] for one in tied),
        heading=_heading(None if leading is None else distributions[leading], len(voters)),
        winners=winners,
        rules_agreeing=sum(leading is not None and one.candidate == posted[leading] for one in winners),
        position_before=before,
        position_after=after,
        position_both=both,
        position_change=change,
    )


def _likert(ratings: npt.ArrayLike) -> Matrix:
    values = np.asarray(ratings, dtype=np.float64)
    given = values[~np.isnan(values)]
    if not np.isin(given, np.arange(1, 8)).all():
        wrong = given[~np.isin(given, np.arange(1, 8))][0]
        raise ValueError(f"ratings must be whole numbers from 1 to 7, or NaN where there is none, got {float(wrong)!r}")
    return values


def _basis(voters: int, complete: int) -> Basis:
    if not voters:
        return Basis.NONE
    return Basis.PAIRWISE if 2 * complete < voters else Basis.COMPLETE


def _leading(ratings: Matrix, basis: Basis, rule: WelfareRule, seed: int) -> tuple[int | None, tuple[int, ...]]:
    """The leading candidate's column, and the columns that the deciding rule alone puts first.

    Pairwise, those that no other candidate beats by Schulze's method over majorities of members who rated
    both (so the one that beats every other, where there is one), ties by the round's rule.
    """
    if basis is Basis.NONE:
        return None, ()
    first = best(ratings, rule if basis is Basis.COMPLETE else SCHULZE)
    return next(one for one in rank(ratings, rule, seed) if one in first), first


def _heading(leading: Distribution | None, voters: int) -> Heading:
    if leading is None:
        return Heading.NO_RATINGS
    return Heading.AGREEMENT if 2 * leading.agree > voters else Heading.CLOSEST


def _compared(rule: WelfareRule) -> tuple[WelfareRule, ...]:
    """The round's rule, then the named ones."""
    return (rule, *(one for one in NAMED_RULES if one != rule))


def _winner(ratings: Matrix, rule: WelfareRule, posted: Sequence[str], seed: int) -> RuleWinner:
    first = rank(ratings, rule, seed)[0]
    return RuleWinner(str(rule), posted[first], tuple(posted[one] for one in best(ratings, rule)))


def _positions(
    before: npt.ArrayLike | None, after: npt.ArrayLike | None
) -> tuple[Distribution | None, Distribution | None, int, float | None]:
    """Both distributions, how many members gave both, and their mean change."""
    first = None if before is None else distribution(before)
    second = None if after is None else distribution(after)
    if before is None or after is None:
        return first, second, 0, None
    early, late = _likert(before), _likert(after)
    if early.shape != late.shape:
        raise ValueError(f"position ratings before {early.shape} and after {late.shape} must be of the same members")
    changes = (late - early)[~np.isnan(late - early)]
    return first, second, len(changes), float(changes.mean()) if len(changes) else None
