"""Where am I in this? One member's opinion beside statements: private, and of nobody else's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.pieces import heading, question
from bot.platform import Block, Card, Fact, Note, Quote, Text
from bot.texts import Texts
from engine.explaining import Explanation, Match
from engine.rounds.model import Round


@dataclass(frozen=True, slots=True)
class Explained:
    """A posted statement and where its reader is in it.

    number: its place in the post, from 1. rated: the reader's 1-7, None while they have not rated it. predicted: the
    rating from 1 to 7 that was expected of them before the vote, None where nobody knows.
    """

    number: int
    text: str
    explanation: Explanation
    rated: int | None = None
    predicted: float | None = None


def where_am_i(round: Round, statements: Sequence[Explained], texts: Texts) -> Card:
    """What of a member's opinion is in each statement, what is not, and after they rated it what was expected."""
    title = texts("where-heading")
    blocks: list[Block] = [heading(title), question(round)]
    for one in statements:
        blocks += (Text(texts("where-statement", number=one.number)), Quote(one.text))
        blocks += _found(one.explanation, texts)
        if one.rated is not None and one.predicted is not None:
            value = texts("where-predicted-value", predicted=one.predicted, rated=one.rated)
            blocks.append(Fact(texts("where-predicted"), value))
    blocks.append(Note(texts("where-how")))
    return Card("where-am-i", title, tuple(blocks))


def _found(explanation: Explanation, texts: Texts) -> list[Block]:
    blocks: list[Block] = []
    if explanation.kept:
        blocks += (Text(texts("where-kept")), *(_beside(match, texts) for match in explanation.kept))
    if explanation.against:
        blocks += (Text(texts("where-against")), *(_beside(match, texts) for match in explanation.against))
    if explanation.left_out:
        points = "\n".join(texts("where-point", yours=point) for point in explanation.left_out)
        blocks += (Text(texts("where-left-out")), Text(points, untrusted=True))
    if not blocks:
        blocks.append(Text(texts("where-no-words")))
    return blocks


def _beside(match: Match, texts: Texts) -> Text:
    return Text(texts("where-match", yours=match.yours, theirs=match.theirs), untrusted=True)
