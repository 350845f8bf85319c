"""What the worker process of `embedding:MODEL` runs: a sentence-transformers model."""

from __future__ import annotations

from pathlib import Path

from engine.errors import SettingsError


class Embedder:
    """Answers a list of texts with a list of vectors of length 1."""

    def __init__(self, model: str) -> None:
        """model: a folder, or a name with an optional @REVISION. Raises SettingsError where it cannot be loaded."""
        from sentence_transformers import SentenceTransformer

        name, _, revision = (model, "", "") if Path(model).exists() else model.partition("@")
        try:
            self._model = SentenceTransformer(name, revision=revision or None)
        except (OSError, ValueError) as problem:
            first = str(problem).strip().splitlines()[0].rstrip(".")
            raise SettingsError(f"The embedding model {model!r} cannot be loaded: {first}.") from None

    def __call__(self, texts: list[str]) -> list[list[float]]:
        """One vector per text."""
        vectors = self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        held: list[list[float]] = vectors.tolist()
        return held
