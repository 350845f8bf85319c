"""A reward model with random weights: a Llama with one output."""

from __future__ import annotations

from pathlib import Path

from tests.tiny_models.tokenizing import make_tokenizer


def make_reward_model(folder: Path, *, context: int = 2_048) -> Path:
    """A sequence classification of one output, with its tokenizer, saved to `folder`."""
    import torch
    from transformers import LlamaConfig, LlamaForSequenceClassification

    from tests.tiny_models.writing import OPINIONS, QUESTION, SENTENCES

    torch.manual_seed(1)
    tokenizer = make_tokenizer([QUESTION, *OPINIONS, *SENTENCES], vocabulary=600, chat=False)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=context,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.3,
    )
    config.num_labels = 1
    LlamaForSequenceClassification(config).save_pretrained(folder)  # type: ignore[no-untyped-call]
    tokenizer.save_pretrained(folder)
    return folder
