"""`vllm-server:MODEL`: agreement as a reward model on a vLLM server predicts it, through /classify without activation.

vLLM applies a sigmoid by default and ignores a field it does not know, so before the first prediction a few pairs are
scored with and without activation, and compared with the scores that are known beside the checkpoint. What is sent is
the text that `reward_model:` would tokenise, with the end-of-text token written out.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.endpoint import Address
from engine.errors import PredictorUnavailable, SettingsError
from engine.ports import AgreementPredictor
from engine.prompts import reward_completion
from engine.records import Matrix, Prediction, Revision
from engine.scoring import checkpoint
from engine.scoring.checkpoint import Checkpoint, defused
from engine.scoring.pairs import POSITIONS, STATEMENT_ROOM, Asked, shortened
from engine.scoring.reward_model import asked_of, calibrated

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger(__name__)

TEXTS = 128
"""Pairs per request."""

AT_ONCE = 4
"""Requests under way at the same time."""

TRIES = 4
FIRST_WAIT = 0.5
"""Seconds before the second try; doubled for each further one, unless the server says when."""

LONGEST_WAIT = 30.0
REQUEST_SECONDS = 60.0

FAR = 0.1
"""How far a score may lie from the known one: half precision moves scores by some hundredths."""

EXACT = 1e-3
"""What single precision keeps; a server that is further off is noted in the log."""


class VllmServerPredictor(AgreementPredictor):
    """Agreement as a checkpoint on a vLLM server predicts it; see `engine.ports.AgreementPredictor`.

    Gives the scores of `reward_model:` with the same checkpoint, up to the precision that the server computes in; but
    texts whose tokens, by a generous estimate, are more than the model holds are shortened, which the log says.
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
        self._said = f"The vLLM server with {model} at {self._address.place}"

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
            async with self._session() as session:
                await self._check(session)
                prompts = await asyncio.to_thread(self._prompts, distinct)
                texts = [self._text(prompt, statement) for prompt in prompts for statement in statements]
                found = (await self._scores(session, texts)).reshape(len(distinct), len(statements))
            at = {one: row for row, one in enumerate(distinct)}
            score = found[[at[one] for one in asked]]
        return calibrated(score, self._checkpoint.calibration)

    async def check(self) -> None:
        """Ask the server for a few scores and compare. Raises PredictorUnavailable with what is wrong."""
        async with self._session() as session:
            await self._check(session)

    def _session(self) -> aiohttp.ClientSession:
        import aiohttp

        headers = {} if self._address.key == "none" else {"Authorization": f"Bearer {self._address.key}"}
        return aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS))

    def _prompts(self, asked: Sequence[Asked]) -> list[str]:
        positions = self._checkpoint.positions or POSITIONS
        room = positions - min(STATEMENT_ROOM, positions // 2)
        plain = [one.without(self._checkpoint.marks) for one in asked]
        fitting = [shortened(one, room, _estimated_tokens) for one in plain]
        cut = sum(one != other for one, other in zip(plain, fitting, strict=True))
        if cut:
            log.warning("texts shortened to what the reward model holds", extra={"members": cut})
        return [one.prompt for one in fitting]

    def _text(self, prompt: str, statement: str) -> str:
        plain = defused(statement, self._checkpoint.marks)
        return f"{prompt}{reward_completion(plain)}{self._checkpoint.end}"

    async def _check(self, session: aiohttp.ClientSession) -> None:
        if self._checked:
            return
        known = np.array([one.score for one in self._checkpoint.known])
        probes = [(one.question, one.opinion, one.statement) for one in self._checkpoint.known] or checkpoint.PROBES
        prompts = self._prompts([Asked(question, opinion) for question, opinion, _ in probes])
        texts = [self._text(prompt, statement) for prompt, (_, _, statement) in zip(prompts, probes, strict=True)]
        raw = await self._classify(session, texts, activated=False)
        activated = await self._classify(session, texts, activated=True)
        problem = unfit(raw, activated, known if len(known) else None)
        if problem:
            raise PredictorUnavailable(f"{self._said} {problem}")
        if len(known) and np.abs(raw - known).max() > EXACT:
            log.warning("the server computes in low precision", extra={"off": float(np.abs(raw - known).max())})
        self._checked = True

    async def _scores(self, session: aiohttp.ClientSession, texts: Sequence[str]) -> Matrix:
        """[texts]; a request that fails ends the others."""
        parts = [texts[start : start + TEXTS] for start in range(0, len(texts), TEXTS)]
        found: dict[int, Matrix] = {}
        left = iter(enumerate(parts))

        async def work() -> None:
            for at, part in left:
                found[at] = await self._classify(session, part, activated=False)

        working = [asyncio.create_task(work()) for _ in range(min(AT_ONCE, len(parts)))]
        try:
            await asyncio.gather(*working)
        finally:
            for one in working:
                one.cancel()
            await asyncio.gather(*working, return_exceptions=True)
        return np.concatenate([found[at] for at in range(len(parts))])

    async def _classify(self, session: aiohttp.ClientSession, texts: Sequence[str], *, activated: bool) -> Matrix:
        """[texts] what the server answers; tries again where that may help."""
        body = {"model": self._model, "input": list(texts), "use_activation": activated}
        dice = random.Random(len(texts))
        failure: PredictorUnavailable | None = None
        for trial in range(TRIES):
            if failure is not None:
                wait = failure.retry_after or FIRST_WAIT * 2 ** (trial - 1) * dice.uniform(0.75, 1.25)
                if wait > LONGEST_WAIT:
                    break
                await asyncio.sleep(wait)
            found = await self._once(session, body)
            if not isinstance(found, PredictorUnavailable):
                return found
            failure = found
        raise failure or AssertionError

    async def _once(self, session: aiohttp.ClientSession, body: dict[str, Any]) -> Matrix | PredictorUnavailable:
        """The answer, or a failure that may pass; raises one that does not."""
        import aiohttp

        try:
            async with session.post(f"{self._address.base_url}/classify", json=body) as response:
                told = await response.text()
                if response.status == 200:
                    return self._read(told, len(body["input"]))
                status, after = response.status, response.headers.get("Retry-After", "")
        except TimeoutError:
            return PredictorUnavailable(f"{self._said} took too long to answer.")
        except (aiohttp.ClientError, UnicodeDecodeError):
            return PredictorUnavailable(f"{self._said} cannot be reached; check vllm_base_url and the server.")
        if status in (408, 409, 429) or status >= 500:
            seconds = float(after) if after.isdecimal() else None
            return PredictorUnavailable(f"{self._said} is not ready (HTTP {status}).", retry_after=seconds)
        if status in (401, 403):
            raise PredictorUnavailable(f"{self._said} refuses the key (HTTP {status}); check PARLEY_VLLM_API_KEY.")
        if status == 404:
            raise PredictorUnavailable(
                f"{self._said} has no such model or no /classify (HTTP 404); serve the reward model there and check "
                "the name under which it is served."
            )
        raise PredictorUnavailable(f"{self._said} refuses what it is asked (HTTP {status}): {told[:200]!r}.")

    def _read(self, told: str, count: int) -> Matrix:
        try:
            data = sorted(json.loads(told)["data"], key=lambda one: int(one["index"]))
            outputs = [[float(value) for value in one["probs"]] for one in data]
        except (ValueError, KeyError, TypeError):
            raise PredictorUnavailable(f"{self._said} answers what is no classification.") from None
        if len(outputs) != count or any(len(one) != 1 or not math.isfinite(one[0]) for one in outputs):
            raise PredictorUnavailable(
                f"{self._said} does not answer one number for each pair; serve a checkpoint with one output there."
            )
        return np.array(outputs, dtype=np.float64)[:, 0]


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


def _estimated_tokens(text: str) -> int:
    """At least as many tokens as a usual tokenizer makes: an ASCII letter counts a third, any other sign one."""
    ascii_letters = sum(letter.isascii() for letter in text)
    return math.ceil(ascii_letters / 3) + len(text) - ascii_letters
