"""One OpenAI-compatible chat endpoint: asked with retries, answered with plain values or an error by whose fault.

Servers differ: what one refuses (several choices, a seed, `max_tokens`, a form of the answer, log-probabilities) is
remembered and not sent again.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from engine.endpoint.address import Address
from engine.endpoint.answers import Answers, PromptTooLong, read, seconds_of
from engine.errors import GeneratorMisbehaved, GeneratorUnavailable
from engine.prompts import Message

if TYPE_CHECKING:
    from openai import APIStatusError

log = logging.getLogger(__name__)

TRIES = 3
"""Times one request is sent before its failure counts."""

FIRST_WAIT = 0.5
"""Seconds before the second try, doubled for each further one, with jitter of a half either way."""

LONGEST_KEPT_WAIT = 20.0
"""A longer Retry-After is passed on to whoever asked instead of being waited for."""

COUNTED_AT_ONCE = 16
"""Texts that are sent to be counted at the same time."""


class Endpoint:
    """An open connection to the endpoint, for one drafting: use as an async context manager."""

    def __init__(self, model: str, address: Address, *, request_seconds: float, seed: int) -> None:
        from openai import AsyncOpenAI

        self.one_choice = False
        """True once the server has shown that it gives one choice whatever is asked."""

        self._model = model
        self._said = f"The language model {model} at {address.place}"
        self._settings = address.settings
        self._client = AsyncOpenAI(
            base_url=address.base_url, api_key=address.key, max_retries=0, timeout=request_seconds
        )
        self._tokenize = f"{address.base_url.removesuffix('/v1')}/tokenize"
        self._refused: set[str] = set()
        self._dice = random.Random(seed)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def context(self) -> int | None:
        """How many tokens the model holds, where the server says so in its list of models (vLLM does)."""
        from openai import APIError

        try:
            raw = await self._client.models.with_raw_response.list(timeout=5.0)
            listed = json.loads(raw.http_response.text)["data"]
            found = [one["max_model_len"] for one in listed if one.get("id") == self._model and "max_model_len" in one]
        except (APIError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return found[0] if found and isinstance(found[0], int) and found[0] > 0 else None

    async def count_tokens(self, texts: Sequence[str]) -> list[int] | None:
        """How many tokens the model makes of each text, where the server counts (vLLM and llama.cpp do)."""
        from openai import APIError

        turn = asyncio.Semaphore(COUNTED_AT_ONCE)

        async def counted(text: str) -> int:
            async with turn:
                told: Any = await self._client.post(
                    self._tokenize,
                    body={"model": self._model, "prompt": text, "content": text, "add_special_tokens": False},
                    cast_to=object,
                    options={"timeout": 10.0},
                )
                number = told["count"] if "count" in told else len(told["tokens"])
                if not isinstance(number, int) or (text and number < 1):
                    raise ValueError
                return number

        try:
            first = [await counted(one) for one in texts[:1]]  # alone, so that a server without it is asked once
            return first + list(await asyncio.gather(*(counted(one) for one in texts[1:])))
        except (APIError, ValueError, KeyError, TypeError, AttributeError):
            return None

    async def ask(
        self,
        messages: Sequence[Message],
        n: int,
        *,
        seed: int,
        most_tokens: int,
        temperature: float = 1.0,
        likeliest: int = 0,
        form: Mapping[str, Any] | None = None,
    ) -> Answers:
        """The model's answers to one prompt, at least one and often fewer than `n`.

        form: a JSON schema that answers are to follow; a server that knows none answers in free text.
        likeliest: how many log-probabilities to ask for at each token; a server that has none gives none.
        Tries again where that may help. Raises PromptTooLong, GeneratorUnavailable (with retry_after where
        the server gave it) and GeneratorMisbehaved.
        """
        tries = 0
        while True:
            wanted: dict[str, Any] = {
                "n": 1 if self.one_choice else n,
                "seed": seed,
                "temperature": temperature,
                "max_tokens": most_tokens,
            }
            if likeliest:
                wanted |= {"logprobs": True, "top_logprobs": likeliest}
            if form is not None:
                schema = {"name": "answer", "strict": True, "schema": form}
                wanted["response_format"] = {"type": "json_schema", "json_schema": schema}
            failure = await self._try(messages, wanted)
            if isinstance(failure, Answers):
                self.one_choice = self.one_choice or (wanted["n"] > 1 and len(failure.texts) == 1)
                return failure
            if failure is None:  # the server refused a parameter, which is not sent again
                continue
            tries += 1
            log.info("model request failed", extra={"model": self._model, "reason": str(failure)})
            wait = FIRST_WAIT * 2 ** (tries - 1) * self._dice.uniform(0.5, 1.5)
            if isinstance(failure, GeneratorUnavailable) and failure.retry_after is not None:
                if failure.retry_after > LONGEST_KEPT_WAIT:
                    raise failure
                wait = failure.retry_after + wait / 2
            if tries >= TRIES:
                raise failure
            await asyncio.sleep(wait)

    async def _try(
        self, messages: Sequence[Message], wanted: Mapping[str, Any]
    ) -> Answers | GeneratorUnavailable | GeneratorMisbehaved | None:
        from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

        sent = {
            ("max_completion_tokens" if name == "max_tokens" and "max_tokens" in self._refused else name): value
            for name, value in wanted.items()
            if name not in self._refused or name == "max_tokens"
        }
        if sent.get("n") == 1:
            del sent["n"]
        try:
            answers = read(await self._send(messages, sent))
        except APITimeoutError:
            return GeneratorUnavailable(f"{self._said} took too long to answer.")
        except APIConnectionError:
            return GeneratorUnavailable(
                f"{self._said} cannot be reached; check {self._settings}_base_url and the server."
            )
        except APIStatusError as problem:
            return self._refusal(problem, sent)
        except APIError:
            return GeneratorMisbehaved(f"{self._said} answered with something that is no chat completion.")
        if answers is None:
            return GeneratorMisbehaved(f"{self._said} answered with something that is no chat completion.")
        return answers

    async def _send(self, messages: Sequence[Message], sent: Mapping[str, Any]) -> str:
        """The body of the server's answer; a prompt of one text is continued, any other is a chat."""
        if messages[0].role == "text":
            text = await self._client.completions.with_raw_response.create(
                model=self._model, prompt=messages[0].content, **sent
            )
            return str(text.http_response.text)
        chat = await self._client.chat.completions.with_raw_response.create(
            model=self._model,
            messages=[{"role": one.role, "content": one.content} for one in messages],  # type: ignore[misc]
            **sent,
        )
        return str(chat.http_response.text)

    def _refusal(self, problem: APIStatusError, sent: Mapping[str, Any]) -> GeneratorUnavailable | None:
        """What an HTTP status means; None where the request can be repaired by leaving a parameter out."""
        status = problem.status_code
        if status in (408, 409, 429) or status >= 500:
            return GeneratorUnavailable(f"{self._said} is not ready (HTTP {status}).", retry_after=_wait(problem))
        if status in (401, 403):
            raise GeneratorUnavailable(
                f"{self._said} refuses the key (HTTP {status}); check PARLEY_{self._settings.upper()}_API_KEY."
            )
        if status == 404:
            raise GeneratorUnavailable(
                f"{self._said} is not there (HTTP 404); check the model's name and that {self._settings}_base_url ends "
                "as the server wants it, often in /v1."
            )
        told = problem.response.text[:2_000].lower()
        if status in (400, 422) and "chat template" in told:
            raise GeneratorUnavailable(
                f"{self._said} has no chat template (HTTP {status}); serve a model that is tuned to follow "
                "instructions, or start the server with --chat-template."
            )
        if status in (400, 413, 422):
            if status == 413 or re.search(r"context|maximum.{0,20}(?:length|token)|too (?:long|many tokens)", told):
                raise PromptTooLong
            if "n" in sent and (re.search(r"\bn\b|choice", told)):
                self.one_choice = True
                return None
            if "response_format" in sent and re.search(r"response.?format|schema|structured|grammar|guided", told):
                self._refused.add("response_format")
                return None
            if "logprobs" in sent and "logprobs" in told:
                self._refused |= {"logprobs", "top_logprobs"}
                return None
            for name in ("max_tokens", "seed", "temperature"):
                if name in sent and re.search(rf"\b{name}\b", told):
                    self._refused.add(name)
                    return None
            if "response_format" in sent:  # the youngest of the parameters, so the likeliest reason
                self._refused.add("response_format")
                return None
        raise GeneratorUnavailable(f"{self._said} refuses the request (HTTP {status}).")


def _wait(problem: APIStatusError) -> float | None:
    headers = problem.response.headers
    for header, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        told = seconds_of(headers.get(header, ""), now=headers.get("date", ""))
        if told is not None:
            return told * scale
    return None
