"""How many members are within reach of what was posted, and how many opinions no statement was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.choosing import ratings
from engine.outcome import NEUTRAL
from engine.records import Drafting


@dataclass(frozen=True, slots=True)
class Coverage:
    """within: members predicted to agree (above 4) with at least one posted statement; members: with an opinion."""

    within: int
    members: int

    @property
    def share(self) -> float:
        """0 to 1; 1 without members."""
        return self.within / self.members if self.members else 1.0


def coverage(drafting: Drafting, posted: Sequence[int] | None = None) -> Coverage | None:
    """Of the posted statements, or of those given by their places; None where predictions have no scale.

    Members who gave no opinion, or whose predictions were deleted, are not counted.
    """
    if drafting.prediction.expected_agreement is None:
        return None
    matrix = ratings(drafting.prediction)
    silent = drafting.choice.silent if drafting.choice is not None else ()
    matrix = np.delete(matrix, list(silent), axis=0)
    matrix = matrix[~np.isnan(matrix).all(axis=1)]
    shown = matrix[:, list(drafting.posted if posted is None else posted)]
    return Coverage(int((shown > NEUTRAL).any(axis=1).sum()), len(matrix))


def unseen(drafting: Drafting) -> int:
    """How many opinions were given that no candidate was made from; 0 where a log does not tell who gave one."""
    if drafting.choice is None or drafting.choice.groups:
        return 0
    given = set(range(len(drafting.prediction.score))) - set(drafting.choice.silent)
    return len(given.difference(*(one.provenance.opinions_seen for one in drafting.candidates)))
