"""`vllm-server:MODEL`: agreement as a reward model on a vLLM server predicts it, through /classify without activation.

vLLM applies a sigmoid by default and ignores a field it does not know, so before the first prediction a few pairs are
scored with and without activation, and compared with the scores that are known beside the checkpoint. What is sent is
the text that `reward_model:` would tokenise, shortened alike where it is too long by the server's own count of tokens,
and with the end-of-text token written out.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from engine.endpoint.address import Address
from engine.errors import PredictorUnavailable, SettingsError
from engine.ports import AgreementPredictor
from engine.prompts import reward_completion
from engine.records import Matrix, Prediction, Revision
from engine.scoring import checkpoint
from engine.scoring.checkpoint import Checkpoint, defused
from engine.scoring.fitting import POSITIONS, Counting, Room, estimated_tokens, most_tokens
from engine.scoring.pairs import Asked, Shortened, differing, fitting_prompt, fitting_statement
from engine.scoring.reward_model import asked_of, calibrated, log_shortened
from engine.scoring.vllm_connection import Connection, Tokenizing, in_turn

log = logging.getLogger(__name__)

FAR = 0.1
"""How far a score may lie from the known one: half precision moves scores by some hundredths."""

EXACT = 1e-3
"""What single precision keeps; a server that is further off is noted in the log."""

T = TypeVar("T")


class VllmServerPredictor(AgreementPredictor):
    """Agreement as a checkpoint on a vLLM server predicts it; see `engine.ports.AgreementPredictor`.

    Gives the scores of `reward_model:` with the same checkpoint, up to the precision that the server computes in. Where
    the server does not count tokens, a generous estimate tells which texts are shortened; the log says how many.
    """

    def __init__(self, model: str, *, base_url: str | None, api_key: str | None, folder: Path | None) -> None:
        """folder: the checkpoint's folder here, whose weights are not needed; None takes `model` for the folder.

        Raises SettingsError where the address is unusable or `folder` holds no reward model.
        """
        if base_url is None:
            raise SettingsError(
                "The predictor 'vllm-server' does not know where its server is: set PARLEY_VLLM_BASE_URL, such as "
                "http://127.0.0.1:8000."
            )
        if folder is None and not Path(model).is_dir():
            raise SettingsError(
                f"The predictor 'vllm-server' needs {model!r}'s folder here, for its end of text and its calibration: "
                "copy its files without the weights and set PARLEY_VLLM_CHECKPOINT to the folder."
            )
        self._model = model
        self._address = Address.of(base_url.rstrip("/").removesuffix("/v1"), api_key, settings="vllm")
        self._checkpoint: Checkpoint = checkpoint.read(folder or Path(model))
        self._checked = False
        self._tokenizing: Tokenizing | None = None

    @property
    def name(self) -> str:
        """The catalog name."""
        return f"vllm-server:{self._model}"

    @property
    def calibrated(self) -> bool:
        """True where the checkpoint's folder holds a calibration."""
        return self._checkpoint.calibration is not None

    @property
    def service(self) -> str:
        """Where opinions are sent."""
        return f"the reward model {self._model} at {self._address.place}"

    async def predict(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        *,
        revision: Revision | None = None,
    ) -> Prediction:
        """`opinions` [members], `statements` [candidates] -> Prediction of [members, candidates].

        Raises PredictorUnavailable, also where the server's scores are not those of the checkpoint.
        """
        asked = asked_of(question, opinions, revision)
        distinct = list(dict.fromkeys(asked))
        score = np.zeros((len(asked), len(statements)))
        if score.size:
            async with Connection(self._model, self._address) as server:
                await self._check(server)
                prompts, endings, shortened = await self._fitting(server, distinct, statements)
                texts = [prompt + ending for prompt in prompts for ending in endings]
                found = (await server.classify(texts, activated=False)).reshape(len(distinct), len(statements))
            log_shortened(shortened)
            at = {one: row for row, one in enumerate(distinct)}
            score = found[[at[one] for one in asked]]
        return calibrated(score, self._checkpoint.calibration)

    async def check(self) -> None:
        """Ask the server for a few scores and compare. Raises PredictorUnavailable with what is wrong."""
        async with Connection(self._model, self._address) as server:
            await self._check(server)

    async def _fitting(
        self, server: Connection, asked: Sequence[Asked], statements: Sequence[str]
    ) -> tuple[list[str], list[str], Shortened]:
        """[members] prompts, [candidates] what follows them, and how many texts were shortened."""
        told = self._tokenizing or Tokenizing(0, 0, self._checkpoint.positions or POSITIONS)
        positions = min(told.positions, self._checkpoint.positions or told.positions)
        room = Room.of(positions, told.before, told.after + bool(self._checkpoint.end))
        marks = self._checkpoint.marks
        plain = [one.without(marks) for one in asked]
        bare = [defused(statement, marks) for statement in statements]

        async def prompt_of(one: Asked) -> Asked:
            return await self._counted(server, fitting_prompt(one, room.prompt), room.prompt)

        async def statement_of(one: str) -> str:
            return await self._counted(server, fitting_statement(one, room.statement), room.statement)

        try:
            prompts, held = await in_turn(prompt_of, plain), await in_turn(statement_of, bare)
        except SettingsError as problem:
            raise PredictorUnavailable(str(problem)) from None
        endings = [f"{reward_completion(one)}{self._checkpoint.end}" for one in held]
        return [one.prompt for one in prompts], endings, Shortened(differing(plain, prompts), differing(bare, held))

    async def _counted(self, server: Connection, asking: Counting[T], room: int) -> T:
        """What `asking` returns; the server counts only what may not fit."""
        try:
            text = next(asking)
            while True:
                count = most_tokens(text)
                if count > room:
                    count = estimated_tokens(text) if self._tokenizing is None else await server.count_tokens(text)
                text = asking.send(count)
        except StopIteration as found:
            return found.value  # type: ignore[no-any-return]

    async def _check(self, server: Connection) -> None:
        if self._checked:
            return
        self._tokenizing = await server.tokenizing()
        known = np.array([one.score for one in self._checkpoint.known])
        probes = [(one.question, one.opinion, one.statement) for one in self._checkpoint.known] or checkpoint.PROBES
        asked, statements = [Asked(*probe[:2]) for probe in probes], [probe[2] for probe in probes]
        prompts, endings, _ = await self._fitting(server, asked, statements)
        texts = [prompt + ending for prompt, ending in zip(prompts, endings, strict=True)]
        raw = await server.classify(texts, activated=False)
        activated = await server.classify(texts, activated=True)
        problem = unfit(raw, activated, known if len(known) else None)
        if problem:
            raise PredictorUnavailable(f"{server.said} {problem}")
        if len(known) and np.abs(raw - known).max() > EXACT:
            log.warning("the server computes in low precision", extra={"off": float(np.abs(raw - known).max())})
        self._checked = True


def unfit(raw: Matrix, activated: Matrix, known: Matrix | None) -> str | None:
    """Why a server must not be used; None where nothing speaks against it.

    raw, activated: [probes] what it answers without and with activation. known: [probes] what it should answer.
    """
    sigmoids = (
        'answers sigmoids instead of scores because it does not understand "use_activation": false; update vLLM, or '
        "predict with reward_model: on this machine."
    )
    within = bool(np.all((raw > 0) & (raw < 1)))
    if within and np.abs(raw - activated).max() < EXACT:
        return sigmoids
    if known is None:
        return None
    off = np.abs(raw - known).max()
    if within and np.abs(raw - _sigmoid(known)).max() < off:
        return sigmoids
    if off > FAR:
        return (
            f"scores the known pairs up to {off:.2g} off what stands beside the checkpoint; serve the same checkpoint "
            "there, or calibrate this one again."
        )
    return None


def _sigmoid(x: Matrix) -> Matrix:
    return np.asarray(np.exp(-np.logaddexp(0.0, -x)))
