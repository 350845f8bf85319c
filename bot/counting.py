"""Counts what models cost and how often they fail, out of the engine's own log records, for /metrics."""

from __future__ import annotations

import logging
from collections import Counter

ENGINE = "engine"

_DRAFTED, _JUDGED = "candidates judged", "statements judged"
_FAILURES = {
    "falling back to another generator": "generator_fallbacks",
    "falling back to another predictor": "predictor_fallbacks",
    "language model restarted": "model_restarts",
    "reward model restarted": "model_restarts",
    "embedding model restarted": "model_restarts",
    "model request failed": "failures",
}

HELP = {
    "drafts": "Drafts that a language model wrote statements for.",
    "requests": "Requests to language models.",
    "tokens": "Tokens sent to language models and written by them.",
    "failures": "Requests to language and reward models that failed, each try counted.",
    "candidates": "Statements of language models that passed every guard.",
    "candidates_dropped": "Statements of language models that a guard dropped.",
    "judgements": "Pairs of a member and a statement that a language model judged.",
    "generator_fallbacks": "Times that the extractive default wrote instead.",
    "predictor_fallbacks": "Times that the lexical default predicted instead.",
    "model_restarts": "Times that a model's process died and was started again.",
}
"""Every figure, and what it counts since the process began."""


class ModelCounts(logging.Handler):
    """Adds up what engine's records say; holds numbers only, never a text. Safe from any thread."""

    def __init__(self) -> None:
        """Begins to count at once, whatever level is logged."""
        super().__init__(logging.INFO)
        self._counts = Counter[str](dict.fromkeys(HELP, 0))
        self._logger = logging.getLogger(ENGINE)
        self._level = self._logger.level
        self._logger.setLevel(min(self._logger.getEffectiveLevel(), logging.INFO))
        self._logger.addHandler(self)

    def close(self) -> None:
        """Stop counting; repeating it is harmless."""
        if self in self._logger.handlers:
            self._logger.removeHandler(self)
            self._logger.setLevel(self._level)
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """Count one record; a record of another kind counts nothing."""
        told = vars(record)
        message = record.getMessage()
        if message == _DRAFTED:
            self._counts["drafts"] += told["kept"] > 0
            self._counts["candidates"] += told["kept"]
            self._counts["candidates_dropped"] += sum(told["dropped"].values())
        elif message == _JUDGED:
            self._counts["judgements"] += told["cells"]
        elif message in _FAILURES:
            self._counts[_FAILURES[message]] += 1
        if message in (_DRAFTED, _JUDGED):
            self._counts["requests"] += told["requests"]
            self._counts["tokens"] += told["tokens"]

    def __getitem__(self, name: str) -> int:
        """One figure of HELP."""
        return self._counts[name]

    def page(self) -> str:
        """Every figure as Prometheus reads it."""
        lines: list[str] = []
        for name, said in HELP.items():
            full = f"parley_model_{name}_total"
            lines += [f"# HELP {full} {said}", f"# TYPE {full} counter", f"{full} {self._counts[name]}"]
        return "\n".join(lines) + "\n"
