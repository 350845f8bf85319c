"""What `/consensus export` hands out: statements and rating counts, which the channel could see anyway."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.outcome import Candidates
from bot.cards.pieces import heading, question
from bot.platform import Block, Card, Note, Quote
from bot.texts import Texts
from engine.outcome import Outcome
from engine.rounds.model import Round

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Vote:
    """One draft's vote: the draft's number from 1, its outcome, and its posted candidates."""

    draft: int
    outcome: Outcome
    candidates: Candidates


def exported(round: Round, votes: Sequence[Vote], texts: Texts) -> Card:
    """The statements of a round with their rating counts as CSV, safe to open in a spreadsheet."""
    blocks: tuple[Block, ...] = (
        heading(texts("export-heading")),
        question(round),
        Quote(as_csv(votes, texts("statement-hidden"))),
        Note(texts("export-note")),
    )
    return Card("export", texts("export-heading"), blocks)


def as_csv(votes: Sequence[Vote], hidden: str) -> str:
    """Columns: draft, number, statement, generator, leading, rated, rated_1 ... rated_7, mean.

    hidden: what stands for a statement that the moderator hid; one hidden before the count has no counts.
    """
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    counts = [f"rated_{rating}" for rating in range(1, 8)]
    table.writerow(["draft", "number", "statement", "generator", "leading", "rated", *counts, "mean"])
    for vote in votes:
        counted = vote.outcome
        rated = dict(zip(counted.posted, counted.ratings, strict=True))
        for number, (one, drafted) in enumerate(vote.candidates.items(), 1):
            shown = [hidden, ""] if drafted is None else [drafted.text, drafted.provenance.generator]
            row = [vote.draft, number, *map(harmless, shown), "yes" if one == counted.leading else "no"]
            ratings = rated.get(one)
            if ratings is None:
                table.writerow([*row, *[""] * (len(counts) + 2)])
                continue
            mean = "" if ratings.mean is None else f"{ratings.mean:.3f}"
            table.writerow([*row, ratings.n, *ratings.counts, mean])
    return file.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA_STARTS) else cell
