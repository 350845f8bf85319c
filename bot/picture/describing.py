"""A picture in words, for who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.picture.model import Bar, Labels
from bot.picture.sheet import printable


def alt_text(bars: Sequence[Bar], *, title: str, labels: Labels, limit: int = 1_000) -> str:
    """The picture in words, at most `limit` characters; statements are shortened to make it fit."""
    longest = max((len(bar.statement) for bar in bars), default=0)
    text = ""
    for length in (longest, 160, 80, 40, 20):
        text = " ".join([_sentence(title), *(_in_words(bar, labels, min(length, longest)) for bar in bars)]).strip()
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
