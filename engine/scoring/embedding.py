"""`embedding:MODEL`: how near a statement is to a member's opinion in a sentence-transformers model; no training.

MODEL is a folder or a name on the hub, NAME@REVISION for one revision of it. score = cosine(opinion, statement), -1..1.
Nearness is no agreement: an opinion against a plan is near a statement for it. On pairs of real ratings this score
is about as good as the statement's length (docs/models.md); it is there for groups whose language the lexical default
does not know, and as a baseline.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

from engine.errors import PredictorUnavailable, SettingsError
from engine.hub import place_of
from engine.ports import AgreementPredictor
from engine.records import Matrix, Prediction, Revision
from engine.scoring.calibration import Calibration
from engine.worker import Worker, WorkerDied, WorkerFailed

log = logging.getLogger(__name__)

AT_ONCE = 512
"""Texts per request to the worker process."""

SECONDS = 600.0
"""How long one request may take, loading included."""


class EmbeddingPredictor(AgreementPredictor):
    """Agreement as nearness of texts; see `engine.ports.AgreementPredictor`. Uncalibrated unless given a calibration.

    The model runs in a worker process; a worker that dies is started again once for the same request.
    """

    def __init__(self, model: str, *, calibration: Calibration | None = None) -> None:
        """Raises SettingsError where the extra `ml` is not installed or `model` is a folder that holds none."""
        if find_spec("sentence_transformers") is None:
            raise SettingsError(
                "The predictor 'embedding' needs more packages: "
                "run `.venv/bin/pip install -e '.[ml]'` in Parley's folder."
            )
        place_of(model)
        self._model = model
        self._calibration = calibration
        self._worker = Worker("engine.scoring.embedder:Embedder", {"model": model})

    @property
    def name(self) -> str:
        """The catalog name."""
        return f"embedding:{self._model}"

    @property
    def calibrated(self) -> bool:
        """True with a calibration that was fitted on ratings."""
        return self._calibration is not None

    @property
    def service(self) -> None:
        """Opinions stay on this machine."""

    async def predict(
        self, question: str, opinions: Sequence[str], statements: Sequence[str], *, revision: Revision | None = None
    ) -> Prediction:
        """`opinions` [members], `statements` [candidates] -> Prediction of [members, candidates].

        In a critique iteration a member's text is the opinion and, under it, the critique. A member who wrote nothing
        has a row of 0. Raises PredictorUnavailable.
        """
        critiques = revision.critiques if revision is not None else ("",) * len(opinions)
        written = [f"{one}\n{two}".strip() for one, two in zip(opinions, critiques, strict=True)]
        score = np.zeros((len(opinions), len(statements)), dtype=np.float64)
        given = [at for at, text in enumerate(written) if text]
        if given and statements:
            distinct = list(dict.fromkeys([*(written[at] for at in given), *statements]))
            places = {text: at for at, text in enumerate(distinct)}
            vectors = await self.embed(distinct)
            rows = vectors[[places[written[at]] for at in given]]
            score[given] = np.clip(rows @ vectors[[places[text] for text in statements]].T, -1.0, 1.0)
        if self._calibration is None:
            return Prediction(score, None, None)
        return Prediction(score, self._calibration.expected_agreement(score), self._calibration.p_agree(score))

    async def embed(self, texts: Sequence[str]) -> Matrix:
        """[texts, dimensions], every row of length 1. Raises PredictorUnavailable."""
        parts = [await self._ask(list(texts[at : at + AT_ONCE])) for at in range(0, len(texts), AT_ONCE)]
        return np.array([vector for part in parts for vector in part], dtype=np.float64)

    def close(self) -> None:
        """End the worker process."""
        self._worker.close()

    async def _ask(self, texts: list[str]) -> list[list[float]]:
        for last in (False, True):
            try:
                vectors: list[list[float]] = await self._worker.ask(texts, seconds=SECONDS)
                return vectors
            except WorkerFailed as failure:
                raise PredictorUnavailable(str(failure)) from None
            except TimeoutError:
                raise PredictorUnavailable(
                    f"The embedding model {self._model} did not embed {len(texts)} texts within {SECONDS:g} seconds."
                ) from None
            except WorkerDied as death:
                if last:
                    raise PredictorUnavailable(f"The embedding model {self._model} stopped: {death}.") from None
                log.warning("embedding model restarted", extra={"reason": str(death)})
        raise AssertionError
