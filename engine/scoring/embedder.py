"""What the worker process of `embedding:MODEL` runs: a sentence-transformers model."""

from __future__ import annotations

from engine.errors import SettingsError
from engine.hub import place_of, quieten, reason


class Embedder:
    """Answers a list of texts with a list of vectors of length 1."""

    def __init__(self, model: str) -> None:
        """model: a folder, or a name with an optional @REVISION. Raises SettingsError where it cannot be loaded."""
        from sentence_transformers import SentenceTransformer

        quieten()
        place, revision = place_of(model)
        try:
            self._model = SentenceTransformer(place, revision=revision)
        except (OSError, ValueError, KeyError) as problem:
            raise SettingsError(
                f"The embedding model {model!r} cannot be loaded: {reason(problem)}; give the folder or the name of a "
                "sentence-transformers model."
            ) from None

    def __call__(self, texts: list[str]) -> list[list[float]]:
        """One vector per text."""
        vectors = self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        held: list[list[float]] = vectors.tolist()
        return held
