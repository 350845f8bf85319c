"""What the worker process of `vllm-offline:MODEL` runs: vLLM, which writes many answers at a time on a GPU.

Imports nothing of ours but errors and prompts' layout, because it may run in an environment that only has vLLM.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from engine.errors import SettingsError
from engine.generation.chat_tokens import prompt_tokens
from engine.hub import place_of, reason

WITHOUT_GPU: dict[str, Any] = {"enforce_eager": True, "enable_chunked_prefill": False}
"""On a processor vLLM 0.32 breaks off where a prompt is read in parts and its request has a seed."""


class VllmWriter:
    """Answers requests of `engine.generation.local_model.LocalModel`; all that come together are one batch."""

    def __init__(self, model: str) -> None:
        """model: a folder, or a name with an optional @REVISION. Raises SettingsError where it cannot be loaded."""
        # One process, so that ending ours ends the engine, and its random numbers are those of the seeds.
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
        try:
            from vllm import LLM
        except ImportError:
            raise SettingsError(
                "The generator 'vllm-offline' needs vLLM: install it in an environment of its own and name that "
                "environment's Python in PARLEY_VLLM_PYTHON; see docs/models.md."
            ) from None
        import torch

        place, revision = place_of(model)
        try:
            self._llm = LLM(
                model=place, revision=revision, seed=0, **({} if torch.cuda.is_available() else WITHOUT_GPU)
            )
        except (OSError, ValueError, RuntimeError) as problem:
            raise SettingsError(f"vLLM cannot serve {model!r}: {reason(problem)}.") from None
        self._tokenizer = self._llm.get_tokenizer()

    def __call__(self, requests: Sequence[dict[str, Any]]) -> list[Any]:
        """One answer per request."""
        answers: list[Any] = [None] * len(requests)
        prompts, wanted, places = [], [], []
        for at, request in enumerate(requests):
            if request["do"] == "context":
                answers[at] = self.context
            elif request["do"] == "chats":
                answers[at] = self._tokenizer.chat_template is not None
            elif request["do"] == "count":
                answers[at] = [len(self._tokenizer.encode(one, add_special_tokens=False)) for one in request["texts"]]
            else:
                ids = prompt_tokens(self._tokenizer, request["messages"])
                if len(ids) + request["most_tokens"] <= self.context:
                    prompts.append({"prompt_token_ids": ids})
                    wanted.append(self._sampling(request))
                    places.append(at)
        for at, output in zip(
            places, self._llm.generate(prompts, wanted, use_tqdm=False) if places else (), strict=True
        ):
            answers[at] = {
                "texts": [one.text for one in output.outputs],
                "cut": [number for number, one in enumerate(output.outputs) if one.finish_reason == "length"],
                "tokens": len(output.prompt_token_ids) + sum(len(one.token_ids) for one in output.outputs),
            }
        return answers

    @property
    def context(self) -> int:
        """Tokens that the model holds."""
        return int(self._llm.llm_engine.model_config.max_model_len)

    def _sampling(self, request: dict[str, Any]) -> Any:
        from vllm import SamplingParams

        return SamplingParams(
            n=request["n"], seed=request["seed"], temperature=1.0, max_tokens=request["most_tokens"], top_p=1.0, top_k=0
        )
