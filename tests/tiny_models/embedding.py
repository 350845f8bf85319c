"""A sentence-transformers model with random weights: a BERT of one layer with mean pooling."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.tiny_models.tokenizing import make_tokenizer


def make_embedding_model(folder: Path, texts: Sequence[str]) -> Path:
    """A model that knows the words of `texts`, saved to `folder`."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    torch.manual_seed(2)
    tokenizer = make_tokenizer(texts, vocabulary=500, chat=False)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=128,
        pad_token_id=tokenizer.pad_token_id,
    )
    bare = folder / "bare"
    BertModel(config).save_pretrained(bare)
    tokenizer.save_pretrained(bare)
    encoder = Transformer(str(bare), max_seq_length=128)
    pooling = Pooling(encoder.get_embedding_dimension(), "mean")
    SentenceTransformer(modules=[encoder, pooling]).save(str(folder / "model"))
    return folder / "model"
