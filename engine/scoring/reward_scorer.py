"""A reward model in memory: loads a checkpoint and scores [members, candidates]. Runs in the worker process.

How the prefix is shared is decided by trying: scores of a few pairs, one sequence at a time, must come out the same.
Otherwise (encoders, recurrent layers, attention of another kind) pairs of equal length are computed together.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.errors import SettingsError
from engine.hub import quieten, reason
from engine.scoring import checkpoint
from engine.scoring.fitting import POSITIONS
from engine.scoring.pairs import Asked, Ids, Row, Shortened, Tokens
from engine.scoring.shared_prefix import SharedPrefix, Unshareable

SEQUENCE_TOKENS = {"cpu": 1_024, "cuda": 16_384}
"""Tokens computed at a time: what a processor's cache holds, or what keeps a GPU busy."""

CLOSE = {"float32": 1e-4, "float16": 2e-2, "bfloat16": 1e-1}
"""How far two computations of one score may lie apart, by the precision of the weights."""

_PROBES = (
    Asked("Should the library open on Sundays?", "Yes. Many people work on weekdays, and children need a quiet place."),
    Asked("What should the town do about noise?", "", "We should have quiet hours.", "Name the hours."),
)
_PROBE_STATEMENTS = (
    "We should open it on Sundays.",
    "We should leave things as they are, for now and for long.",
    "No.",
)


class RewardScorer:
    """Scores of a checkpoint; a lone pair and a pair among many come out the same up to rounding."""

    def __init__(self, folder: str, *, share: bool = True) -> None:
        """share: False computes every pair's whole sequence. Raises SettingsError where the folder cannot be loaded."""
        import torch

        self._checkpoint = checkpoint.read(Path(folder))
        if "OMP_NUM_THREADS" not in os.environ:
            torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))  # one is left for the bot
        self.model, tokenizer = _load(Path(folder))
        self.tokens = Tokens(tokenizer, _positions(self.model, tokenizer))
        self._most_tokens = SEQUENCE_TOKENS.get(self.model.device.type, SEQUENCE_TOKENS["cuda"])
        self._shared = self._sharing() if share else None

    @property
    def shares(self) -> bool:
        """Whether prefixes are computed once."""
        return self._shared is not None

    def __call__(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answers {"asked": [members] fields of Asked, "statements": [candidates]} with `score`."""
        scores, shortened = self.score([Asked(*one) for one in request["asked"]], request["statements"])
        return {"scores": scores, "shortened": shortened}

    def score(self, asked: Sequence[Asked], statements: Sequence[str]) -> tuple[list[list[float]], Shortened]:
        """[members, candidates], any real number, higher agrees more; and how many texts were shortened."""
        rows, shortened = self.rows(asked, statements)
        return self.score_rows(rows), shortened

    def rows(self, asked: Sequence[Asked], statements: Sequence[str]) -> tuple[list[Row], Shortened]:
        """What `score_rows` takes, and how many texts were shortened."""
        marks = self._checkpoint.marks
        plain = [checkpoint.defused(statement, marks) for statement in statements]
        return self.tokens.rows([one.without(marks) for one in asked], plain)

    def score_rows(self, rows: Sequence[Row]) -> list[list[float]]:
        """[members, candidates]."""
        import torch

        with torch.inference_mode():
            if self._shared is not None:
                return self._shared.scores(rows)
            return by_length(self.model, rows, self._most_tokens)

    def _sharing(self) -> SharedPrefix | None:
        import torch

        rows, _ = self.rows(_PROBES, _PROBE_STATEMENTS)
        with torch.inference_mode():
            alone = one_at_a_time(self.model, rows)
            before = self.model.config._attn_implementation  # noqa: SLF001 - there is no public way to read it
            try:
                shared = SharedPrefix(self.model, most_tokens=sum(map(len, rows[0].suffixes)) + 1)
                found = shared.scores(rows)
                apart = max(
                    abs(a - b) for one, two in zip(alone, found, strict=True) for a, b in zip(one, two, strict=True)
                )
                close = CLOSE[str(self.model.dtype).removeprefix("torch.")]
                if apart <= close:
                    return SharedPrefix(self.model, self._most_tokens)
            except (Unshareable, TypeError, AttributeError):  # other models take other arguments
                pass
            self.model.set_attn_implementation(before)
        return None


def one_at_a_time(model: Any, rows: Sequence[Row]) -> list[list[float]]:
    """[members, candidates]: the model called with each pair's whole sequence, alone."""
    import torch

    def score(ids: Ids) -> float:
        return float(model(input_ids=torch.tensor([ids], device=model.device)).logits[0, 0])

    with torch.inference_mode():
        return [[score(row.whole(column)) for column in range(len(row.suffixes))] for row in rows]


def by_length(model: Any, rows: Sequence[Row], most_tokens: int) -> list[list[float]]:
    """[members, candidates]: whole sequences of equal length together, so that nothing is padded."""
    import torch

    cells: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for at, row in enumerate(rows):
        for column, suffix in enumerate(row.suffixes):
            cells[len(row.prefix) + len(suffix)].append((at, column))
    found = [[float("nan")] * len(row.suffixes) for row in rows]
    padded = model.config.get_text_config().pad_token_id is not None
    for length, same in cells.items():
        size = max(1, most_tokens // max(1, length)) if padded else 1  # without a padding token one sequence is read
        for start in range(0, len(same), size):
            batch = same[start : start + size]
            ids = torch.tensor([rows[at].whole(column) for at, column in batch], device=model.device)
            values = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[:, 0].float().tolist()
            for (at, column), value in zip(batch, values, strict=True):
                found[at][column] = value
    return found


def _load(folder: Path) -> tuple[Any, Any]:
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    quieten()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options: dict[str, Any] = {"dtype": torch.float32 if device == "cpu" else "auto", "use_safetensors": True}
    try:
        if (folder / "adapter_config.json").exists():
            from peft import AutoPeftModelForSequenceClassification

            tuned = AutoPeftModelForSequenceClassification.from_pretrained(str(folder), num_labels=1, **options)
            model = tuned.merge_and_unload()
        else:
            model = AutoModelForSequenceClassification.from_pretrained(str(folder), **options)
        tokenizer = AutoTokenizer.from_pretrained(str(folder))
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as problem:
        raise SettingsError(f"The reward model in {str(folder)!r} cannot be loaded: {reason(problem)}.") from None
    if model.config.num_labels != 1:
        raise SettingsError(
            f"The model in {str(folder)!r} has {model.config.num_labels} outputs, and a reward model one."
        )
    return model.to(device).eval(), tokenizer


def _positions(model: Any, tokenizer: Any) -> int:
    config = model.config.get_text_config()
    told = config.to_dict() | {"max_position_embeddings": getattr(config, "max_position_embeddings", None)}
    return checkpoint.held_tokens(told, {"model_max_length": tokenizer.model_max_length}) or POSITIONS
