"""Texts that are longer than a reward model holds, cut at their end until they fit.

What is left depends on the texts, the room and the numbers of tokens alone, so that a member's scores do not change
with the company, and a checkpoint here and the same one on a server shorten alike. Who counts tokens is asked for one
text after another by a generator, because a server is waited for and a tokenizer here is not.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from engine.errors import SettingsError

STATEMENT_ROOM = 512
"""Tokens kept free for a statement and what follows it, or half of what the model holds where that is less."""

POSITIONS = 4_096
"""Tokens that a model is taken to hold when nobody says."""

SEAM = 4
"""Tokens kept free for a tokenizer that parts prompt and statement otherwise than each alone."""

T = TypeVar("T")
Counting = Generator[str, int, T]
"""Gives texts, is sent how many tokens each has, and returns a T."""


@dataclass(frozen=True, slots=True)
class Room:
    """Tokens that a prompt and a statement may have."""

    prompt: int
    statement: int

    @classmethod
    def of(cls, positions: int, before: int, after: int) -> Self:
        """What a model of `positions` tokens holds beside those before every prompt and after every statement."""
        statement = min(STATEMENT_ROOM, positions // 2)
        return cls(positions - statement - before - SEAM, statement - after)


def first_fitting(
    whole: T, shortenings: Callable[[T], Sequence[T]], text_of: Callable[[T], str], room: int
) -> Counting[T]:
    """`whole` where its text takes at most `room` tokens, else the first that does of what is left of it.

    shortenings: `whole` and what is left of it, ever shorter; the first that fits is looked for by halving. Raises
    SettingsError where not even the last one fits.
    """
    if (yield text_of(whole)) <= room:
        return whole
    shorter = shortenings(whole)
    too_long, fits = 0, len(shorter) - 1
    if (yield text_of(shorter[fits])) > room:
        raise SettingsError(
            f"The reward model has room for {room} tokens, which is too little; use one that holds longer texts."
        )
    while fits - too_long > 1:
        middle = (too_long + fits) // 2
        if (yield text_of(shorter[middle])) <= room:
            fits = middle
        else:
            too_long = middle
    return shorter[fits]


def counted_by(count_tokens: Callable[[str], int], asking: Counting[T]) -> T:
    """What `asking` returns when every text is counted at once."""
    try:
        text = next(asking)
        while True:
            text = asking.send(count_tokens(text))
    except StopIteration as found:
        return found.value  # type: ignore[no-any-return]


def cut(text: str) -> str:
    """`text` without its last tenth, and without the word that is broken by that."""
    kept = text[: len(text) * 9 // 10]
    return kept.rsplit(None, 1)[0] if " " in kept.strip() else kept


def shorter_statements(statement: str) -> list[str]:
    """The statement and what is left of it when it is cut again and again, down to nothing."""
    found = [statement]
    while found[-1]:
        found.append(cut(found[-1]))
    return found


def most_tokens(text: str) -> int:
    """What no tokenizer exceeds: the bytes of the text, also where it rewrites compatibility characters, and one."""
    return 1 + max(len(text.encode()), len(unicodedata.normalize("NFKC", text).encode()))


def estimated_tokens(text: str) -> int:
    """At least as many tokens as a usual tokenizer makes: an ASCII letter counts a third, any other sign one."""
    ascii_letters = sum(letter.isascii() for letter in text)
    return math.ceil(ascii_letters / 3) + len(text) - ascii_letters


def around(content: Sequence[int], wrapped: Sequence[int]) -> tuple[list[int], list[int]]:
    """The tokens before and after `content` in `wrapped`. Raises ValueError where it is not in it."""
    for at in range(len(wrapped) - len(content) + 1):
        if list(wrapped[at : at + len(content)]) == list(content):
            return list(wrapped[:at]), list(wrapped[at + len(content) :])
    raise ValueError(f"{list(content)} is not part of {list(wrapped)}")
