"""`openai:MODEL`: statements written by a language model behind any OpenAI-compatible endpoint.

The endpoint may be a vLLM server, Ollama, llama.cpp's server or a hosted service.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec

from engine.endpoint.address import Address
from engine.endpoint.asking import Endpoint
from engine.errors import SettingsError
from engine.generation.prompting import Budget, PromptedGenerator
from engine.prompts import Example, Style


class OpenAIGenerator(PromptedGenerator):
    """Statements by a language model behind an endpoint; see `engine.generation.prompting.PromptedGenerator`."""

    longer_context = "serve the model with a longer context and say so in PARLEY_OPENAI_CONTEXT"

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        budget: Budget | None = None,
        style: Style = Style.ZERO_SHOT,
        context: int | None = None,
        structured: bool = True,
        examples: Sequence[Example] | None = None,
    ) -> None:
        """base_url: the endpoint, often ending in /v1; None for the hosted service. context: tokens the model holds.

        structured: hold the model to a form of its answers where the server can. examples: for a few-shot prompt.
        Raises SettingsError where the address is unusable or the extra `openai` is not installed.
        """
        _require_extra()
        super().__init__(
            model, budget=budget or Budget(), style=style, context=context, structured=structured, examples=examples
        )
        self._address = Address.of(base_url, api_key)

    @property
    def name(self) -> str:
        """The catalog name."""
        return f"openai:{self._model}"

    @property
    def service(self) -> str:
        """Where opinions are sent."""
        return f"the language model {self._model} at {self._address.place}"

    @property
    def _said(self) -> str:
        return f"The language model {self._model} at {self._address.place}"

    @asynccontextmanager
    async def _open(self, seed: int) -> AsyncIterator[Endpoint]:
        await asyncio.to_thread(import_module, "openai")
        seconds = min(self._budget.request_seconds, self._budget.seconds)
        async with Endpoint(self._model, self._address, request_seconds=seconds, seed=seed) as endpoint:
            yield endpoint


def _require_extra() -> None:
    if find_spec("openai") is None or find_spec("py3langid") is None:
        raise SettingsError(
            "The generator 'openai' needs two more packages: "
            "run `.venv/bin/pip install -e '.[openai]'` in Parley's folder."
        )
