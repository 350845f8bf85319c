"""Verbatim leaks: six or more consecutive words that exactly one member wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

RUN = 6
"""Words in a row that give one member's text away. In scripts without spaces two characters count as a word."""

_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*")
_UNSPACED_TOKEN = re.compile(rf"[{_UNSPACED}]")


class Leaks:
    """Knows who wrote which run of words. written: [members] all that each wrote; public: texts anybody may quote."""

    def __init__(self, written: Sequence[str], public: Sequence[str]) -> None:
        self._owners: dict[tuple[str, ...], int | None] = {}
        quotable = {run for text in public for run in _runs(text)}
        for member, text in enumerate(written):
            for run in set(_runs(text)) - quotable:
                known = self._owners.setdefault(run, member)
                if known != member:
                    self._owners[run] = None

    def in_text(self, text: str) -> bool:
        """True when `text` holds a run of words that is in exactly one member's writing and not public."""
        return any(self._owners.get(run) is not None for run in _runs(text))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every shortest run of tokens that weighs RUN words, case, punctuation and spacing folded."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    tokens = [token for token in _TOKEN.findall(folded) if token]
    weights = [1 if _UNSPACED_TOKEN.match(token) else 2 for token in tokens]
    end = weight = 0
    for start in range(len(tokens)):
        while end < len(tokens) and weight < 2 * RUN:
            weight += weights[end]
            end += 1
        if weight < 2 * RUN:
            return
        yield tuple(tokens[start:end])
        weight -= weights[start]
