"""What the worker process of `transformers:MODEL` runs: a Hugging Face model that writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.errors import SettingsError
from engine.generation.chat_tokens import prompt_tokens
from engine.hub import place_of, quieten, reason

CONTEXT = 4_096
"""Tokens that a model is taken to hold when its configuration does not say."""


class TransformersWriter:
    """Answers requests of `engine.generation.local_model.LocalModel`, one after another."""

    def __init__(self, model: str) -> None:
        """model: a folder, or a name with an optional @REVISION. Raises SettingsError where it cannot be loaded."""
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        quieten()
        place, revision = place_of(model)
        on_gpu = torch.cuda.is_available()
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(place, revision=revision)
            loaded: Any = AutoModelForCausalLM.from_pretrained(
                place, revision=revision, dtype="auto" if on_gpu else torch.float32, output_loading_info=True
            )
        except (OSError, ValueError, KeyError) as problem:
            raise SettingsError(
                f"The model {model!r} cannot be loaded: {reason(problem)}; give a folder that holds a causal language "
                "model and its tokenizer."
            ) from None
        model_held, told = loaded
        if told["missing_keys"]:  # they would be random
            raise SettingsError(
                f"{model!r} holds no language model that writes, because the weights {min(told['missing_keys'])!r} are "
                "missing; give a causal language model and its tokenizer."
            )
        self._model: Any = model_held.to("cuda" if on_gpu else "cpu").eval()
        held = self._model.generation_config.eos_token_id
        ends = held if isinstance(held, list) else [held]
        self._ends = {int(one) for one in [*ends, self._tokenizer.eos_token_id] if one is not None}

    def __call__(self, requests: Sequence[dict[str, Any]]) -> list[Any]:
        """One answer per request."""
        return [self._answer(request) for request in requests]

    @property
    def context(self) -> int:
        """Tokens that the model holds."""
        return int(getattr(self._model.config, "max_position_embeddings", None) or CONTEXT)

    def _answer(self, request: dict[str, Any]) -> Any:
        if request["do"] == "context":
            return self.context
        if request["do"] == "chats":
            return self._tokenizer.chat_template is not None
        if request["do"] == "count":
            return [len(self._tokenizer(text, add_special_tokens=False)["input_ids"]) for text in request["texts"]]
        return self._write(**{name: value for name, value in request.items() if name != "do"})

    def _write(self, messages: list[dict[str, str]], n: int, seed: int, most_tokens: int) -> dict[str, Any] | None:
        """As many answers as `n`, sampled at temperature 1 from all words; None for a prompt that is too long."""
        import torch

        ids = prompt_tokens(self._tokenizer, messages)
        if len(ids) + most_tokens > self.context:
            return None
        torch.manual_seed(seed)
        given = torch.tensor([ids], device=self._model.device)
        pad = self._tokenizer.pad_token_id
        with torch.inference_mode():
            written = self._model.generate(
                given,
                attention_mask=torch.ones_like(given),
                do_sample=True,
                temperature=1.0,
                top_k=0,
                top_p=1.0,
                num_return_sequences=n,
                max_new_tokens=most_tokens,
                eos_token_id=sorted(self._ends) or None,
                pad_token_id=next(iter(sorted(self._ends)), 0) if pad is None else pad,
            )
        rows = [row[len(ids) :] for row in written.tolist()]
        kept = [next((row[:at] for at, token in enumerate(row) if token in self._ends), None) for row in rows]
        return {
            "texts": [
                self._tokenizer.decode(row if whole is None else whole, skip_special_tokens=True)
                for row, whole in zip(rows, kept, strict=True)
            ],
            "cut": [at for at, whole in enumerate(kept) if whole is None],
            "tokens": len(ids)
            + sum(len(row if whole is None else whole) for row, whole in zip(rows, kept, strict=True)),
        }
