"""What deliberation produces and the log keeps: candidates, predictions, provenance.

Frozen values with JSON-able fields; no behaviour but shape checks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a candidate came from.

    `opinions_seen` holds the positions (0-based, in the order the caller gave them) of the opinions
    the generator saw, in the order in which it saw them: shuffled against order bias, and a subset
    where opinions were silently left out (purpose `collect`).
    """

    generator: str
    model: str
    prompt_version: str
    seed: int
    opinions_seen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A generated statement, posted or not; the text is never empty."""

    text: str
    provenance: Provenance

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError(f"a candidate needs a text, got {self.text!r}")


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What an agreement predictor expects; every array is [members, candidates].

    score: any real number, higher agrees more; comparable within the matrix.
    expected_agreement: 1-7, higher agrees more; None without a calibration.
    p_agree: probability that the rating is above 4, 0-1; None without a calibration.
    instead: the predictor that made it where the one that was asked could not; None otherwise.
    """

    score: Matrix
    expected_agreement: Matrix | None
    p_agree: Matrix | None
    instead: str | None = None

    def __post_init__(self) -> None:
        if self.score.ndim != 2:
            raise ValueError(f"score is [members, candidates], got shape {self.score.shape}")
        for name in ("expected_agreement", "p_agree"):
            values = getattr(self, name)
            if values is not None and values.shape != self.score.shape:
                raise ValueError(f"{name} is [members, candidates] like score {self.score.shape}, got {values.shape}")


@dataclass(frozen=True, slots=True)
class Revision:
    """What a critique iteration adds: the leading statement and what members said about it.

    `critiques[i]` belongs to the member of `opinions[i]`; "" where that member gave none
    (Tessler et al. 2024, "critique and revision").
    """

    previous_statement: str
    critiques: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a choice rested on beside predictions and texts, and what came of it, so that it can be made again.

    rule: the welfare rule as `WelfareRule` writes it. wanted: how many candidates were to be posted. silent:
    rows of the prediction of members who gave no opinion and count for nothing. groups: purpose `collect`, the
    candidates of each subset of opinions; empty where the rule alone chose. unsupported: candidates that rest on one
    odd opinion alone and are posted after the others (`engine.generation.support`). worth: (rule, [candidates] welfare)
    for the round's rule and every other named rule that the predictions allow. fingerprint: of the candidates' texts.
    instead: as in `Prediction`.
    """

    rule: str
    seed: int
    wanted: int
    silent: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    worth: tuple[tuple[str, tuple[float, ...]], ...]
    fingerprint: str
    unsupported: tuple[int, ...] = ()
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Drafting:
    """Everything one drafting produced, as the log keeps it.

    ranking: indices into `candidates`, best welfare first, every candidate once.
    posted: indices into `candidates`, in the order they are to be posted.
    welfare: one value per candidate under the round's rule, in the order of `candidates`.
    choice: what the choice rested on; None where it was made before this was kept.
    """

    candidates: tuple[Candidate, ...]
    prediction: Prediction
    welfare: tuple[float, ...]
    ranking: tuple[int, ...]
    posted: tuple[int, ...]
    notes: tuple[str, ...] = field(default=())
    choice: Choice | None = None
