"""Models that follow a script: no language work, and failures on demand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.errors import ParleyError
from engine.ports import AgreementPredictor, StatementGenerator
from engine.records import Candidate, Prediction, Provenance, Revision


class FakeGenerator(StatementGenerator):
    """Writes "Statement A of 4 opinions." and so on; `fail_with` raises instead, once per entry."""

    def __init__(self, service: str | None = None) -> None:
        self._service = service
        self.fail_with: list[ParleyError] = []

    @property
    def name(self) -> str:
        """The catalog name."""
        return "extractive"

    @property
    def service(self) -> str | None:
        """Where opinions are sent."""
        return self._service

    async def generate(
        self, question: str, opinions: Sequence[str], n: int, *, seed: int, revision: Revision | None = None
    ) -> list[Candidate]:
        """See StatementGenerator.generate."""
        if self.fail_with:
            raise self.fail_with.pop(0)
        given = [text for text in opinions if text.strip()]
        made = Provenance("extractive", "fake", "1", seed, tuple(range(len(opinions))))
        if revision is not None:
            said = len([text for text in revision.critiques if text.strip()])
            stem = f"of {len(given)} opinions, revised with {said} critiques"
        else:
            stem = f"of {len(given)} opinions"
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        return [Candidate(f"Draft {letters[at % 26]}{at // 26 or ''} {stem}.", made) for at in range(n)]


class FakePredictor(AgreementPredictor):
    """Expects everybody to agree most with the first statement, and a little less with each next one."""

    @property
    def name(self) -> str:
        """The catalog name."""
        return "lexical"

    @property
    def calibrated(self) -> bool:
        """True: expectations are ratings."""
        return True

    async def predict(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        *,
        revision: Revision | None = None,
    ) -> Prediction:
        """See AgreementPredictor.predict."""
        row = np.linspace(6.0, 2.0, max(1, len(statements)))[: len(statements)]
        score = np.tile(row, (len(opinions), 1)).reshape(len(opinions), len(statements))
        return Prediction(score, score, (score - 1.0) / 6.0)
