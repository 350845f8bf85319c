"""What the engine asks of the outside. An implementation can be written from a docstring alone.

Every port has one contract suite in tests/contracts/ that each implementation, fakes included, passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.records import Candidate, Prediction, Revision


class StatementGenerator(Protocol):
    """Writes candidate consensus statements out of a question and opinions."""

    @property
    def name(self) -> str:
        """The catalog name that makes this generator, such as "extractive" or "openai:llama-3"."""
        ...

    @property
    def service(self) -> str | None:
        """Where opinions are sent, in words a member reads before writing; None when they stay here."""
        ...

    async def generate(
        self, question: str, opinions: Sequence[str], n: int, *, seed: int, revision: Revision | None = None
    ) -> list[Candidate]:
        """At most `n` candidates, distinct after case and spacing are folded, best supported first.

        `opinions`: [members] free texts, untrusted, at least one non-empty. Fewer than `n` come back
        when the opinions cannot support more. The same arguments give the same candidates where the
        model allows; a deterministic generator always does. Never returns an empty list.

        Raises GeneratorUnavailable when the model does not answer (carrying retry_after) and
        GeneratorMisbehaved when it answers nonsense. Runs heavy work off the event loop.
        """
        ...


class AgreementPredictor(Protocol):
    """Predicts how much each member would agree with each statement, from that member's own opinion."""

    @property
    def name(self) -> str:
        """The catalog name that makes this predictor, such as "lexical"."""
        ...

    @property
    def calibrated(self) -> bool:
        """True when predictions carry expected_agreement and p_agree."""
        ...

    async def predict(self, question: str, opinions: Sequence[str], statements: Sequence[str]) -> Prediction:
        """`opinions` [members], `statements` [candidates] -> Prediction of [members, candidates].

        The same input gives the same output; a row depends on its own opinion only, and a cell on its
        own statement only, so that a matrix may be computed in parts. Either sequence may have any
        length including 0. Raises PredictorUnavailable. Runs heavy work off the event loop.
        """
        ...
