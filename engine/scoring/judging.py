"""What prompted judges have in common: an endpoint, a budget for one prediction, and errors by whose fault."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

from engine.endpoint.address import Address
from engine.endpoint.answers import Answers, PromptTooLong
from engine.endpoint.asking import Endpoint
from engine.errors import GeneratorMisbehaved, GeneratorUnavailable, PredictorUnavailable, SettingsError
from engine.ports import AgreementPredictor
from engine.prompts import Message

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Requests under way at the same time."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Budget:
    """What one prediction may cost. seconds: in all; request_seconds: per request; tokens: sent and written in all."""

    seconds: float = 300.0
    request_seconds: float = 60.0
    tokens: int = 2_000_000


class Judging:
    """One prediction: its requests, and what they cost."""

    def __init__(self, service: str, endpoint: Endpoint, most_tokens: int) -> None:
        self.requests = 0
        self.tokens = 0
        self.from_likely = 0
        self.service = service
        self._endpoint = endpoint
        self._most_tokens = most_tokens

    async def ask(
        self,
        messages: Sequence[Message],
        *,
        most_tokens: int,
        likeliest: int = 0,
        form: Mapping[str, Any] | None = None,
    ) -> Answers:
        """One answer, as repeatable as the server makes it. Raises PredictorUnavailable once the tokens are spent."""
        if self.tokens >= self._most_tokens:
            raise PredictorUnavailable(
                f"Judging by {self.service} would take more than {self._most_tokens:,} tokens; raise judge_tokens or "
                "draft fewer candidates."
            )
        answers = await self._endpoint.ask(
            messages, 1, seed=0, most_tokens=most_tokens, temperature=0.0, likeliest=likeliest, form=form
        )
        self.requests += 1
        self.tokens += answers.tokens or sum(len(one.content) for one in messages) // 3
        self.from_likely += bool(answers.likely)
        return answers

    def without(self, wanted: str) -> PredictorUnavailable:
        """The error for an answer that does not hold what was asked for."""
        return PredictorUnavailable(f"{self.service[0].upper()}{self.service[1:]} answered without {wanted}.")


class PromptedJudge(AgreementPredictor):
    """A language model behind an endpoint that is asked what members would think."""

    def __init__(
        self, kind: str, model: str, *, base_url: str | None, api_key: str | None, budget: Budget | None
    ) -> None:
        """kind: the catalog's name of this kind of judge. Raises SettingsError as `Address.of` does.

        It is raised as well where the extra `openai` is not installed.
        """
        if find_spec("openai") is None:
            raise SettingsError(
                f"The predictor '{kind}' needs one more package: "
                "run `.venv/bin/pip install -e '.[openai]'` in Parley's folder."
            )
        self._kind = kind
        self._model = model
        self._address = Address.of(base_url, api_key, who=f"predictor '{kind}'", settings="judge")
        self._budget = budget or Budget()

    @property
    def name(self) -> str:
        """The catalog name."""
        return f"{self._kind}:{self._model}"

    @property
    def service(self) -> str:
        """Where opinions are sent."""
        return f"the language model {self._model} at {self._address.place}"

    @asynccontextmanager
    async def _judging(self, cells: int) -> AsyncIterator[Judging]:
        """A prediction of so many cells; raises PredictorUnavailable for whatever stops it."""
        await asyncio.to_thread(import_module, "openai")
        seconds = min(self._budget.request_seconds, self._budget.seconds)
        async with Endpoint(self._model, self._address, request_seconds=seconds, seed=0) as endpoint:
            judging = Judging(self.service, endpoint, self._budget.tokens)
            done = False
            try:
                async with asyncio.timeout(self._budget.seconds):
                    yield judging
                done = True
            except TimeoutError:
                raise PredictorUnavailable(
                    f"Judging by {self.service} was not done within {self._budget.seconds:g} seconds; raise "
                    "judge_seconds or draft fewer candidates."
                ) from None
            except GeneratorUnavailable as failure:
                raise PredictorUnavailable(str(failure), retry_after=failure.retry_after) from None
            except GeneratorMisbehaved as failure:
                raise PredictorUnavailable(str(failure)) from None
            except PromptTooLong:
                raise PredictorUnavailable(
                    f"What is to be judged does not fit into the context of {self.service}; serve it with a longer one."
                ) from None
            finally:
                figures = {"cells": cells if done else 0, "requests": judging.requests, "tokens": judging.tokens}
                log.info(
                    "statements judged",
                    extra={"model": self._model, **figures, "from_log_probabilities": judging.from_likely},
                )


async def side_by_side(work: Callable[[T], Awaitable[None]], items: Iterable[T]) -> None:
    """Do the work for each item, in order, AT_ONCE at a time; one that fails ends the others."""
    left = iter(items)

    async def worker() -> None:
        for item in left:
            await work(item)

    workers = [asyncio.create_task(worker()) for _ in range(AT_ONCE)]
    try:
        await asyncio.gather(*workers)
    finally:
        for one in workers:
            one.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
