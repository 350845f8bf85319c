"""Reward models of a test's own: random weights, a tokenizer learnt from the test's texts, saved as training would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.tiny_models.tokenizing import make_tokenizer

TEXTS = (
    "Question: Should we move the weekly meeting to Friday?\n\nOpinion: Yes, Friday is fine for the whole team.",
    "Draft: We should keep it short.\n\nCritique: It must say when.\n\nStatement: We should not move the meeting.",
)
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
KINDS: dict[str, dict[str, Any]] = {
    "llama": {"num_key_value_heads": 4},
    "qwen2": {"num_key_value_heads": 2},
    "mistral": {"num_key_value_heads": 2, "sliding_window": 8, "head_dim": 8},
    "gpt2": {},
    "gemma2": {"num_key_value_heads": 2, "head_dim": 8, "sliding_window": 8},
    "bloom": {},
    "bert": {},
}
"""Kinds of checkpoints: decoders that share a prefix, decoders that do not, and encoders."""

SERVED = {"hidden_size": 64, "num_attention_heads": 2, "num_key_value_heads": 2, "intermediate_size": 128}
"""The size of a Llama that vLLM serves: on a processor it wants heads of 32 at least."""

SHARING = {"llama", "qwen2", "mistral", "gpt2"}


def make_reward_model(
    folder: Path,
    kind: str = "llama",
    *,
    texts: Sequence[str] = TEXTS,
    positions: int = 512,
    pad: str | None = "<|pad|>",
    seed: int = 0,
    size: Mapping[str, int] | None = None,
) -> Path:
    """A classifier with one output; its scores lie about 1 apart, as trained ones do.

    texts: what its tokenizer is learnt from. pad: the padding token. size: what differs from SMALL and the kind's own.
    """
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification

    torch.manual_seed(seed)
    tokenizer = make_tokenizer(texts, vocabulary=400, chat=False)
    tokenizer.pad_token = pad
    config = AutoConfig.for_model(
        kind,
        **{**SMALL, **KINDS[kind], **(size or {})},
        vocab_size=len(tokenizer),
        max_position_embeddings=positions,
        num_labels=1,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        initializer_range=0.3,
    )
    model = AutoModelForSequenceClassification.from_config(config)  # type: ignore[no-untyped-call]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_adapter(folder: Path, base: Path) -> Path:
    """A LoRA adapter with a reward head of its own over the checkpoint `base`, its weights moved off zero."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.manual_seed(1)
    model = AutoModelForSequenceClassification.from_pretrained(str(base), num_labels=1)
    tuned = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=2, target_modules=["q_proj", "v_proj"]))
    with torch.no_grad():
        for name, weight in tuned.named_parameters():
            if "lora_B" in name or "modules_to_save" in name:
                weight.normal_(0.0, 0.3)
    tuned.save_pretrained(str(folder))
    AutoTokenizer.from_pretrained(str(base)).save_pretrained(str(folder))
    return folder
