"""An OpenAI-compatible server on a loopback port that does what a test scripts, over real HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.openai_server.models import Model, obliging


@dataclass(frozen=True, slots=True)
class Status:
    """Answer with an HTTP error."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = "no"


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answer."""


@dataclass(frozen=True, slots=True)
class Body:
    """Answer 200 with this body, whatever it is. cut: promise more bytes than come, then close the connection."""

    body: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """Answer with these texts, however many were asked for."""

    texts: Sequence[str | None]
    finish_reason: str = "stop"


Step = Status | Hang | Body | Choices


class OpenAIServer:
    """Follows `script` step by step, then lets `model` write; use as an async context manager.

    honours_n: whether it gives as many choices as asked for, or always one. refuses: parameters it answers 400 to.
    context: what its list of models says; a prompt of more words is refused as too long.
    likely: the log-probabilities of the first token of every answer, given where they are asked for.
    counts: how many tokens a text has, for a server that counts them.
    """

    def __init__(
        self,
        *script: Step,
        model: Model = obliging,
        honours_n: bool = True,
        refuses: Sequence[str] = (),
        context: int | None = None,
        forever: Step | None = None,
        likely: Callable[[Sequence[dict[str, Any]]], Mapping[str, float]] | None = None,
        counts: Callable[[str], int] | None = None,
    ) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.counted: list[str] = []
        self.base_url = ""
        self._script = list(script)
        self._forever = forever
        self._model = model
        self._honours_n = honours_n
        self._refuses = refuses
        self._context = context
        self._likely = likely
        self._counts = counts
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_post("/v1/completions", self._continue)
        if self._counts is not None:
            app.router.add_post("/tokenize", self._tokenize)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{port}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Be gone: connections are refused from now on."""
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _models(self, _: web.Request) -> web.Response:
        listed = {"id": "tiny", "object": "model"} | ({"max_model_len": self._context} if self._context else {})
        return web.json_response({"object": "list", "data": [listed]})

    async def _continue(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.requests.append(asked)
        texts = [self._model([{"role": "text", "content": asked["prompt"]}], at) for at in range(asked.get("n", 1))]
        choices = [{"index": at, "text": text, "finish_reason": "stop"} for at, text in enumerate(texts)]
        return web.json_response({"id": "cmpl-1", "object": "text_completion", "choices": choices})

    async def _tokenize(self, request: web.Request) -> web.Response:
        asked = await request.json()
        assert self._counts is not None
        self.counted.append(asked["prompt"])
        return web.json_response({"count": self._counts(asked["prompt"]), "max_model_len": self._context})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        self.requests.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        step = self._script.pop(0) if self._script else self._forever
        if isinstance(step, Status):
            return _error(step.status, step.message, step.headers)
        if isinstance(step, Hang):
            await self._closing.wait()
            return web.Response(status=503)
        if isinstance(step, Body):
            return await _body(request, step)
        for name in self._refuses:
            if name in asked and not (name == "n" and asked["n"] == 1):
                return _error(400, f"Unsupported parameter: {name}", {})
        words = sum(len(one["content"].split()) for one in asked["messages"])
        if self._context and words + asked.get("max_tokens", 0) > self._context:
            return _error(400, f"This model's maximum context length is {self._context} tokens.", {})
        number = asked.get("n", 1) if self._honours_n else 1
        texts: Sequence[str | None] = (
            step.texts
            if isinstance(step, Choices)
            else [self._model(asked["messages"], asked.get("seed", 0) * 31 + at) for at in range(number)]
        )
        reason = step.finish_reason if isinstance(step, Choices) else "stop"
        told = completion(texts, reason)
        if self._likely is not None and asked.get("logprobs"):
            listed = [{"token": token, "logprob": value} for token, value in self._likely(asked["messages"]).items()]
            for choice in told["choices"]:
                choice["logprobs"] = {"content": [{**listed[0], "top_logprobs": listed[: asked["top_logprobs"]]}]}
        return web.json_response(told)


def completion(texts: Sequence[str | None], finish_reason: str = "stop") -> dict[str, Any]:
    """A chat completion with these choices, as the API spells it."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "tiny",
        "choices": [
            {"index": at, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
            for at, text in enumerate(texts)
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


def _error(status: int, message: str, headers: Mapping[str, str]) -> web.Response:
    body = json.dumps({"error": {"message": message, "type": "scripted"}})
    return web.Response(status=status, text=body, content_type="application/json", headers=dict(headers))


async def _body(request: web.Request, step: Body) -> web.StreamResponse:
    data = step.body.encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(data) + (1_000 if step.cut else 0)
    await response.prepare(request)
    await response.write(data)
    if step.cut and request.transport is not None:
        request.transport.close()
    return response
