"""The marks that keep untrusted text apart from what we say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marks:
    """Two tokens that no text of a request holds: the fence is in every mark, the canary in our instructions only."""

    fence: str
    canary: str

    def around(self, kind: str, text: str) -> str:
        """The text between two marks of its kind."""
        return f"[{kind} {self.fence}]\n{text.strip()}\n[/{kind} {self.fence}]"


def marks(seed: int, texts: Sequence[str]) -> Marks:
    """The marks of a request, the same for the same seed and texts; they occur in no text, in whatever case."""
    folded = "\n".join(texts).casefold()
    attempt = 0
    while True:
        fence, canary = drawn("fence", seed, attempt)[:12], f"ref-{drawn('canary', seed, attempt)[:12]}"
        if fence not in folded and canary not in folded:
            return Marks(fence, canary)
        attempt += 1


def drawn(purpose: str, seed: int, number: int) -> str:
    """64 characters from 0-9a-f, told by the arguments alone."""
    return hashlib.sha256(f"parley/{purpose}/{seed}/{number}".encode()).hexdigest()
