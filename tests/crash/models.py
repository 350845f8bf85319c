"""The embedded generator and predictor, remembering what they answered: the same question gets the same answer,
so that hundreds of processes forked from one that asked before need not think again.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from engine import catalog
from engine.errors import GeneratorUnavailable
from engine.ports import AgreementPredictor, Clock, StatementGenerator
from engine.records import Candidate, Prediction, Revision
from tests.crash.script import Trouble

_answers: dict[Hashable, Any] = {}


class RememberedGenerator(StatementGenerator):
    """The extractive generator; it does not answer while a trouble with it lasts."""

    def __init__(self, troubles: Sequence[Trouble], clock: Clock) -> None:
        self._generator = catalog.generator("extractive")
        self._troubles = [trouble for trouble in troubles if trouble.what == "generator"]
        self._clock = clock

    @property
    def name(self) -> str:
        """See StatementGenerator."""
        return self._generator.name

    @property
    def service(self) -> str | None:
        """See StatementGenerator."""
        return self._generator.service

    async def generate(
        self, question: str, opinions: Sequence[str], n: int, *, seed: int, revision: Revision | None = None
    ) -> list[Candidate]:
        """See StatementGenerator."""
        for trouble in self._troubles:
            if trouble.lasts(self._clock.now()):
                raise GeneratorUnavailable(trouble.reason)
        asked = (question, tuple(opinions), n, seed, revision)
        if asked not in _answers:
            _answers[asked] = await self._generator.generate(question, opinions, n, seed=seed, revision=revision)
        return list(_answers[asked])


class RememberedPredictor(AgreementPredictor):
    """The lexical predictor."""

    def __init__(self) -> None:
        self._predictor = catalog.predictor("lexical")

    @property
    def name(self) -> str:
        """See AgreementPredictor."""
        return self._predictor.name

    @property
    def calibrated(self) -> bool:
        """See AgreementPredictor."""
        return self._predictor.calibrated

    async def predict(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        *,
        revision: Revision | None = None,
    ) -> Prediction:
        """See AgreementPredictor."""
        asked = (question, tuple(opinions), tuple(statements), revision)
        if asked not in _answers:
            _answers[asked] = await self._predictor.predict(question, opinions, statements, revision=revision)
        answer: Prediction = _answers[asked]
        return answer
