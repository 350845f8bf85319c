"""A picture in words, for who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.picture.model import Bar, Labels
from bot.picture.sheet import printable

LENGTHS = (60, 40, 20)
"""How many characters of a statement are said, the first with which the text keeps to its limit."""


def alt_text(bars: Sequence[Bar], *, title: str, labels: Labels, limit: int = 1_000) -> str:
    """The picture in words, a line for each statement, at most `limit` characters.

    Of a statement only the beginning is said, since all of it stands in a message of its own.
    """
    text = ""
    for length in LENGTHS:
        text = "\n".join([_sentence(title), *(_in_words(bar, labels, length) for bar in bars)]).strip()
        if len(text) <= limit:
            return text
    return text[: limit - 1].rstrip() + "…"


def _in_words(bar: Bar, labels: Labels, length: int) -> str:
    statement = " ".join(printable(bar.statement).split())
    short = statement if len(statement) <= length else statement[: max(1, length - 1)].rstrip() + "…"
    return labels.filled(labels.alt if bar.n else labels.alt_nothing, bar, short)


def _sentence(title: str) -> str:
    title = printable(title).strip()
    return title if not title or title[-1] in ".?!…" else title + "."
