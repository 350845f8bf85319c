"""A predictor that never leaves a round without predictions: where the first one fails, another one predicts."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from engine.errors import PredictorUnavailable
from engine.ports import AgreementPredictor, Checkable, TextEmbedder
from engine.records import Matrix, Prediction, Revision

log = logging.getLogger(__name__)


class FallingBackPredictor(AgreementPredictor):
    """`first`, and `second` where `first` does not answer.

    Its name and service are the first one's. A prediction of the second one names it in `Prediction.instead`, so that
    the drafting's notes tell. `second` is calibrated, so that a rule that `first` allows is allowed still. In one
    drafting of many parts, `first` is asked no more once it did not answer.
    """

    _one_drafting = _away = False

    def __init__(self, first: AgreementPredictor, second: AgreementPredictor) -> None:
        if first.calibrated and not second.calibrated:
            raise ValueError(
                f"{second.name!r} has no calibration and cannot stand in for {first.name!r}, which has one"
            )
        self._first = first
        self._second = second

    @property
    def name(self) -> str:
        """The catalog name of the predictor that is asked first."""
        return self._first.name

    @property
    def calibrated(self) -> bool:
        """Whether the first one is: what a round may rely on."""
        return self._first.calibrated

    @property
    def comparing(self) -> bool:
        """Whether the first one compares."""
        return self._first.comparing

    @property
    def service(self) -> str | None:
        """Where opinions are sent."""
        return self._first.service

    async def embed(self, texts: Sequence[str]) -> Matrix:
        """Where the first predictor places texts. Raises PredictorUnavailable where it is away or places none."""
        if isinstance(self._first, TextEmbedder):
            return await self._first.embed(texts)
        raise PredictorUnavailable(f"The predictor {self._first.name!r} places no texts.")

    def for_drafting(self) -> FallingBackPredictor:
        """See `engine.ports.AgreementPredictor.for_drafting`."""
        made = FallingBackPredictor(self._first.for_drafting(), self._second.for_drafting())
        made._one_drafting = True
        return made

    async def check(self) -> None:
        """Whether the first one predicts what it should, where it can tell. Raises PredictorUnavailable."""
        if isinstance(self._first, Checkable):
            await self._first.check()

    async def predict(
        self, question: str, opinions: Sequence[str], statements: Sequence[str], *, revision: Revision | None = None
    ) -> Prediction:
        """What the first predictor expects, else what the second does; never a mixture."""
        if not self._away:
            try:
                return await self._first.predict(question, opinions, statements, revision=revision)
            except PredictorUnavailable as failure:
                self._away = self._one_drafting
                log.warning(
                    "falling back to another predictor",
                    extra={"failed": self._first.name, "predicting": self._second.name, "reason": str(failure)},
                )
        prediction = await self._second.predict(question, opinions, statements, revision=revision)
        return replace(prediction, instead=self._second.name)
