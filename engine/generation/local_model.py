"""A language model in a worker process, asked like an endpoint. Requests that wait together go as one batch."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from engine.endpoint.answers import Answers, PromptTooLong
from engine.errors import GeneratorUnavailable, ParleyError
from engine.generation.prompting import Budget, LanguageModel, PromptedGenerator
from engine.prompts import Example, Message, Style
from engine.worker import Worker, WorkerDied, WorkerFailed

log = logging.getLogger(__name__)

MOST = 256
"""Requests in one batch."""

GATHERING = 0.02
"""Seconds that the first request waits for others, so that rounds drafted together are one batch."""


class LocalModel(LanguageModel):
    """The model that `worker` holds. said: the model in words that begin a sentence; seconds: per batch."""

    one_choice = False

    chats: bool | None = None
    """Whether it has a chat template; None before it was loaded."""

    def __init__(self, worker: Worker, said: str, seconds: float) -> None:
        self._worker = worker
        self._said = said
        self._seconds = seconds
        self._waiting: list[tuple[dict[str, Any], asyncio.Future[Any]]] = []
        self._carrier: asyncio.Task[None] | None = None

    async def context(self) -> int | None:
        """Tokens that the model holds."""
        held: int = await self._answer({"do": "context"})
        self.chats = await self._answer({"do": "chats"})
        return held

    async def count_tokens(self, texts: Sequence[str]) -> list[int] | None:
        """Tokens of each text by the model's own tokenizer."""
        counts: list[int] = await self._answer({"do": "count", "texts": list(texts)})
        return counts

    async def ask(
        self,
        messages: Sequence[Message],
        n: int,
        *,
        seed: int,
        most_tokens: int,
        form: Mapping[str, Any] | None = None,
    ) -> Answers:
        """`n` answers in free text; a model in a worker process is held to no form."""
        told = [{"role": one.role, "content": one.content} for one in messages]
        found = await self._answer({"do": "write", "messages": told, "n": n, "seed": seed, "most_tokens": most_tokens})
        if found is None:
            raise PromptTooLong
        return Answers(tuple(found["texts"]), frozenset(found["cut"]), found["tokens"])

    async def _answer(self, request: dict[str, Any]) -> Any:
        waiting = (request, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._carrier is None or self._carrier.done():
            self._carrier = asyncio.create_task(self._carry(), name="requests to a local model")
        try:
            return await waiting[1]
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    async def _carry(self) -> None:
        await asyncio.sleep(GATHERING)
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                answers = await self._exchange([request for request, _ in batch])
            except BaseException as failure:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(failure) if isinstance(failure, ParleyError) else future.cancel()
                if not isinstance(failure, ParleyError):
                    raise
            else:
                for (_, future), answer in zip(batch, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)

    async def _exchange(self, requests: list[dict[str, Any]]) -> list[Any]:
        for last in (False, True):
            try:
                answers: list[Any] = await self._worker.ask(requests, seconds=self._seconds)
                return answers
            except WorkerFailed as failure:
                raise GeneratorUnavailable(str(failure)) from None
            except TimeoutError:
                raise GeneratorUnavailable(f"{self._said} wrote nothing within {self._seconds:g} seconds.") from None
            except WorkerDied as death:
                if last:
                    raise GeneratorUnavailable(f"{self._said} stopped: {death}.") from None
                log.warning("language model restarted", extra={"reason": str(death)})
        raise AssertionError


class LocalGenerator(PromptedGenerator):
    """Statements by a model in a worker process; see `engine.generation.prompting.PromptedGenerator`.

    Rounds that are drafted at the same time are one batch for the model.
    """

    def __init__(
        self,
        kind: str,
        model: str,
        worker: Worker,
        *,
        seconds: float,
        style: Style,
        examples: Sequence[Example] | None = None,
    ) -> None:
        """kind: the catalog's name of this kind of generator. seconds: what one drafting may take, waiting included."""
        super().__init__(model, budget=Budget(seconds=seconds), style=style, structured=False, examples=examples)
        self._kind = kind
        self._worker = worker
        self._local = LocalModel(worker, self._said, seconds)

    @property
    def name(self) -> str:
        """The catalog name."""
        return f"{self._kind}:{self._model}"

    @property
    def service(self) -> None:
        """Opinions stay on this machine."""

    @property
    def lacks_chat_template(self) -> bool:
        """Whether it was loaded and turned out to know no conversations, where this style has one with it."""
        return self._local.chats is False and self._style is not Style.TEMPLATE

    @property
    def _said(self) -> str:
        return f"The language model {self._model} on this machine"

    @asynccontextmanager
    async def _open(self, seed: int) -> AsyncIterator[LocalModel]:
        yield self._local

    def close(self) -> None:
        """End the worker process."""
        self._worker.close()
