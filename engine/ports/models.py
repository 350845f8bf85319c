"""Who writes statements, and who predicts what members think of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from engine.records import Candidate, Matrix, Prediction, Revision


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

    def for_drafting(self, opinions: int) -> StatementGenerator:
        """This generator for one drafting out of so many opinions, in however many calls of `generate`.

        What a drafting may cost is spent over all of them; one that costs nothing is itself.
        """
        return self

    async def generate(
        self, question: str, opinions: Sequence[str], n: int, *, seed: int, revision: Revision | None = None
    ) -> list[Candidate]:
        """At most `n` candidates, distinct after case and spacing are folded, best supported first.

        `opinions`: [members] free texts, untrusted, at least one non-empty. Fewer than `n` come back
        when the opinions cannot support more. Provenance names the generator that wrote each, which is
        another one than `name` where this one fell back on it. The same arguments give the same candidates where the
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

    @property
    def service(self) -> str | None:
        """Where opinions are sent, in words a member reads before writing; None when they stay here."""
        return None

    @property
    def instant(self) -> bool:
        """True where ten thousand members cost seconds, so that in any group everybody is predicted one by one."""
        return False

    @property
    def comparing(self) -> bool:
        """True where a statement's predictions depend on which others it is predicted with."""
        return False

    def for_drafting(self) -> AgreementPredictor:
        """This predictor for one drafting, in however many calls of `predict`; itself where nothing is to be kept."""
        return self

    async def predict(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        *,
        revision: Revision | None = None,
    ) -> Prediction:
        """`opinions` [members], `statements` [candidates] -> Prediction of [members, candidates].

        `revision`: in a critique iteration, what each member said about the previous statement, aligned with
        `opinions`; the prediction is made from opinion and critique together. The same input gives the same output
        up to rounding; a row depends on its own opinion and critique only, so that rows may be computed in parts, and
        unless `comparing` a cell on its own statement only. Either sequence may have any length including 0.
        Raises PredictorUnavailable. Runs heavy work off the event loop.
        """
        ...


@runtime_checkable
class TextEmbedder(Protocol):
    """A predictor or generator that can place texts by meaning; large groups are then clustered by its vectors."""

    async def embed(self, texts: Sequence[str]) -> Matrix:
        """[texts, dimensions], close together where texts mean the same; the same text gives the same row."""
        ...


@runtime_checkable
class Checkable(Protocol):
    """A predictor that can tell before the first round whether it predicts what it should."""

    async def check(self) -> None:
        """Raises PredictorUnavailable with what is wrong."""
        ...
