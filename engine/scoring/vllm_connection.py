"""An open connection to a vLLM server that scores: pairs by /classify, tokens by /tokenize.

What may pass is tried again; what does not is told in one sentence.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import random
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np

from engine.endpoint.address import Address
from engine.endpoint.answers import seconds_of
from engine.errors import PredictorUnavailable
from engine.records import Matrix
from engine.scoring.fitting import around

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

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Tokenizing:
    """How many tokens a server's tokenizer adds before and after every text, and how many the model holds there."""

    before: int
    after: int
    positions: int


class Connection:
    """To one server; use as an async context manager."""

    def __init__(self, model: str, address: Address) -> None:
        import aiohttp

        self.said = f"The vLLM server with {model} at {address.place}"
        """Whom a sentence is about."""

        self._model = model
        self._url = address.base_url
        headers = {} if address.key == "none" else {"Authorization": f"Bearer {address.key}"}
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        self._session = aiohttp.ClientSession(headers=headers, timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def classify(self, texts: Sequence[str], *, activated: bool) -> Matrix:
        """[texts] what the server answers. Raises PredictorUnavailable."""
        parts = [list(texts[start : start + TEXTS]) for start in range(0, len(texts), TEXTS)]

        async def answered(part: list[str]) -> Matrix:
            body = {"input": part, "use_activation": activated}
            try:
                return self._scores(await self._post("/classify", body), len(part))
            except _Refused as refusal:
                if refusal.status == 404:
                    raise PredictorUnavailable(
                        f"{self.said} has no such model or no /classify (HTTP 404); serve the reward model there and "
                        "check the name under which it is served."
                    ) from None
                reason = "refuses what it is asked"
                if re.search(r"context|maximum.{0,20}(?:length|token)|too long", refusal.told[:2_000].lower()):
                    reason = "holds shorter texts than the checkpoint here; start it with a larger --max-model-len"
                raise PredictorUnavailable(f"{self.said} {reason} (HTTP {refusal.status}).") from None

        return np.concatenate(await in_turn(answered, parts))

    async def tokenizing(self) -> Tokenizing | None:
        """How the server's tokenizer treats a text; None where it does not say. Raises PredictorUnavailable."""
        try:
            content, wrapped = [await self._tokenized("a", special=special) for special in (False, True)]
            before, after = around(content["tokens"], wrapped["tokens"])
            return Tokenizing(len(before), len(after), int(content["max_model_len"]))
        except (_Refused, ValueError, KeyError, TypeError):
            return None

    async def count_tokens(self, text: str) -> int:
        """How many tokens the model makes of a text alone. Raises PredictorUnavailable."""
        try:
            return int((await self._tokenized(text, special=False))["count"])
        except (_Refused, ValueError, KeyError, TypeError):
            raise PredictorUnavailable(f"{self.said} stopped counting tokens.") from None

    async def _tokenized(self, text: str, *, special: bool) -> dict[str, Any]:
        body = {"prompt": text, "add_special_tokens": special}
        found = json.loads(await self._post("/tokenize", body))
        if not isinstance(found, dict):
            raise TypeError
        return found

    async def _post(self, path: str, body: dict[str, Any]) -> str:
        """The body of the answer; tries again where that may help."""
        dice = random.Random(len(body))
        failure: PredictorUnavailable | None = None
        for trial in range(TRIES):
            if failure is not None:
                wait = failure.retry_after or FIRST_WAIT * 2 ** (trial - 1) * dice.uniform(0.75, 1.25)
                if wait > LONGEST_WAIT:
                    break
                await asyncio.sleep(wait)
            found = await self._once(path, {"model": self._model, **body})
            if not isinstance(found, PredictorUnavailable):
                return found
            log.info("model request failed", extra={"model": self._model, "reason": str(found)})
            failure = found
        raise failure or AssertionError

    async def _once(self, path: str, body: dict[str, Any]) -> str | PredictorUnavailable:
        """The answer, or a failure that may pass; raises one that does not."""
        import aiohttp

        try:
            async with self._session.post(f"{self._url}{path}", json=body) as response:
                told = await response.text()
                status = response.status
                after = seconds_of(response.headers.get("Retry-After", ""), now=response.headers.get("Date", ""))
        except TimeoutError:
            return PredictorUnavailable(f"{self.said} took too long to answer.")
        except (aiohttp.ClientError, UnicodeDecodeError):
            return PredictorUnavailable(f"{self.said} cannot be reached; check vllm_base_url and the server.")
        if status == 200:
            return told
        if status in (408, 409, 429) or (status >= 500 and status != 501):
            return PredictorUnavailable(f"{self.said} is not ready (HTTP {status}).", retry_after=after)
        if status in (401, 403):
            raise PredictorUnavailable(f"{self.said} refuses the key (HTTP {status}); check PARLEY_VLLM_API_KEY.")
        raise _Refused(status, told)

    def _scores(self, told: str, count: int) -> Matrix:
        try:
            data = sorted(json.loads(told)["data"], key=lambda one: int(one["index"]))
            outputs = [[float(value) for value in one["probs"]] for one in data]
        except (ValueError, KeyError, TypeError):
            raise PredictorUnavailable(f"{self.said} answers what is no classification.") from None
        if len(outputs) != count or any(len(one) != 1 or not math.isfinite(one[0]) for one in outputs):
            raise PredictorUnavailable(
                f"{self.said} does not answer one number for each pair; serve a checkpoint with one output there."
            )
        return np.array(outputs, dtype=np.float64)[:, 0]


async def in_turn(ask: Callable[[T], Awaitable[U]], parts: Sequence[T]) -> list[U]:
    """What `ask` gives for each part, AT_ONCE at a time; one that fails ends the others."""
    found: dict[int, U] = {}
    left = iter(enumerate(parts))

    async def work() -> None:
        for at, part in left:
            found[at] = await ask(part)

    working = [asyncio.create_task(work()) for _ in range(min(AT_ONCE, len(parts)))]
    try:
        await asyncio.gather(*working)
    finally:
        for one in working:
            one.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    return [found[at] for at in range(len(parts))]


class _Refused(Exception):
    """An HTTP status that does not pass, and what came with it."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(status)
        self.status = status
        self.told = told
