"""`reward_model:FOLDER`: agreement as a fine-tuned language model with one output predicts it, on this machine.

Source: Bakker et al. 2022, section 3.3 (a reward model of one person's agreement, given the question, their opinion
and a statement). The model runs in a worker process; scores become ratings by the calibration beside the checkpoint.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from engine.errors import PredictorUnavailable, SettingsError
from engine.ports import AgreementPredictor
from engine.records import Matrix, Prediction, Revision
from engine.scoring import checkpoint
from engine.scoring.calibration import Calibration
from engine.scoring.pairs import Asked, Shortened
from engine.worker import Worker, WorkerDied, WorkerFailed

log = logging.getLogger(__name__)

CELLS = 256
"""Pairs per request, so that a request stays short and one that failed is cheap to repeat."""

SECONDS = 600.0
"""How long one request may take, loading included."""


class RewardModelPredictor(AgreementPredictor):
    """Agreement as a checkpoint on this machine predicts it; see `engine.ports.AgreementPredictor`.

    Texts that are longer than the model holds are shortened, which the log says. A worker that dies is started again
    once for the same request.
    """

    def __init__(self, folder: str) -> None:
        """Raises SettingsError where the extra `ml` is not installed or `folder` holds no reward model."""
        if find_spec("torch") is None or find_spec("transformers") is None:
            raise SettingsError(
                "The predictor 'reward_model' needs more packages: "
                "run `.venv/bin/pip install -e '.[ml]'` in Parley's folder."
            )
        self._name = f"reward_model:{folder}"
        self.folder = Path(folder)
        self._calibration = checkpoint.read(self.folder).calibration
        made = {"folder": str(self.folder.absolute())}
        self._worker = Worker("engine.scoring.reward_scorer:RewardScorer", made)

    @property
    def name(self) -> str:
        """The catalog name."""
        return self._name

    @property
    def calibrated(self) -> bool:
        """True where the checkpoint's folder holds a calibration."""
        return self._calibration is not None

    @property
    def service(self) -> None:
        """Opinions stay on this machine."""

    async def predict(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        *,
        revision: Revision | None = None,
    ) -> Prediction:
        """`opinions` [members], `statements` [candidates] -> Prediction of [members, candidates].

        A blank opinion gets what the statements have for anybody. Raises PredictorUnavailable.
        """
        asked = asked_of(question, opinions, revision)
        distinct = list(dict.fromkeys(asked))
        found: dict[Asked, list[float]] = {}
        members = texts = 0
        size = max(1, CELLS // max(1, len(statements)))
        for start in range(0, len(distinct) if statements else 0, size):
            part = distinct[start : start + size]
            scores, shortened = await self._ask(part, statements)
            found.update(zip(part, scores, strict=True))
            members, texts = members + shortened.members, shortened.statements
        log_shortened(Shortened(members, texts))
        score = np.array([found.get(one, []) for one in asked], dtype=np.float64).reshape(
            len(opinions), len(statements)
        )
        return calibrated(score, self._calibration)

    @property
    def process(self) -> int | None:
        """The worker's process id; None when none runs."""
        return self._worker.process

    def close(self) -> None:
        """End the worker process."""
        self._worker.close()

    async def _ask(self, asked: Sequence[Asked], statements: Sequence[str]) -> tuple[list[list[float]], Shortened]:
        fields = [[one.question, one.opinion, one.previous, one.critique] for one in asked]
        request = {"asked": fields, "statements": list(statements)}
        for last in (False, True):
            try:
                answer = await self._worker.ask(request, seconds=SECONDS)
                return answer["scores"], Shortened(*answer["shortened"])
            except WorkerFailed as failure:
                raise PredictorUnavailable(str(failure)) from None
            except TimeoutError:
                raise PredictorUnavailable(
                    f"The reward model in {str(self.folder)!r} did not score {len(fields) * len(statements)} pairs "
                    f"within {SECONDS:g} seconds; use a smaller one, or a machine with a GPU."
                ) from None
            except WorkerDied as death:
                if last:
                    raise PredictorUnavailable(f"The reward model in {str(self.folder)!r} stopped: {death}.") from None
                log.warning("reward model restarted", extra={"reason": str(death)})
        raise AssertionError


def asked_of(question: str, opinions: Sequence[str], revision: Revision | None) -> list[Asked]:
    """[members] what a reward model is asked about each; the previous statement stands beside a critique only."""
    critiques = revision.critiques if revision else [""] * len(opinions)
    previous = revision.previous_statement if revision else ""
    return [
        Asked(question, opinion, previous if critique.strip() else "", critique)
        for opinion, critique in zip(opinions, critiques, strict=True)
    ]


def log_shortened(shortened: Shortened) -> None:
    """Say how many texts were longer than the model holds, if any."""
    if any(shortened):
        log.warning("texts shortened to what the reward model holds", extra=shortened._asdict())


def calibrated(score: Matrix, calibration: Calibration | None) -> Prediction:
    """The prediction that `score` [members, candidates] amounts to."""
    if calibration is None:
        return Prediction(score, None, None)
    return Prediction(score, calibration.expected_agreement(score), calibration.p_agree(score))
