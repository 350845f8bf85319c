"""Ranked candidates as a terminal shows them, inert whatever is in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from engine.records import Drafting

NAMED = 12
"""Up to how many members have their predictions printed one by one."""

AGREES = 4
"""A predicted rating above it counts as agreement."""

DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that reverse what follows them."""


def print_candidates(
    drafting: Drafting, members: Sequence[str], question: str, rule: str, remarks: Sequence[str]
) -> None:
    """Print every candidate, best first, with its welfare under `rule` and what members are predicted to say of it.

    members: [members] their names, in the order of the prediction's rows. remarks: lines to end with.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from engine.deliberation import ratings

    console = Console(highlight=False)
    matrix = ratings(drafting.prediction)
    calibrated = drafting.prediction.expected_agreement is not None
    statements = Table.grid(padding=(0, 1))
    statements.add_column(justify="right")
    for rank, at in enumerate(drafting.ranking, 1):
        predicted: list[float] = matrix[:, at].tolist()
        text = Text(inert(drafting.candidates[at].text), style="bold" if rank == 1 else "")
        statements.add_row()
        statements.add_row(f"{rank}.", text)
        summary = _summary(predicted, members, calibrated=calibrated)
        statements.add_row("", Text(f"welfare {_short(drafting.welfare[at])} ({rule}); {summary}", style="dim"))
        if len(members) <= NAMED:
            each = ", ".join(f"{inert(who)} {_short(value)}" for who, value in zip(members, predicted, strict=True))
            statements.add_row("", Text(f"predicted: {each}", style="dim"))
    console.print(Text(inert(question), style="bold"), statements)
    _print_remarks(console, remarks, calibrated=calibrated)


def _print_remarks(console: Console, remarks: Sequence[str], *, calibrated: bool) -> None:
    from rich.text import Text

    scale = (
        "Predictions are ratings from 1 (strongly disagree) to 7 (strongly agree), each from that member's own opinion."
        if calibrated
        else "Predictions are scores without a scale; a higher one agrees more."
    )
    console.print()
    for remark in (scale, *remarks):
        console.print(Text(remark))


def _summary(predictions: Sequence[float], members: Sequence[str], *, calibrated: bool) -> str:
    lowest = min(range(len(members)), key=lambda at: predictions[at])
    said = f"lowest {_short(predictions[lowest])} ({inert(members[lowest])})"
    if not calibrated:
        return said
    agree = sum(value > AGREES for value in predictions)
    return f"{agree} of {len(members)} predicted to agree; {said}"


def _short(value: float) -> str:
    return f"{value:.2f}"


def inert(text: str) -> str:
    """The text on one line, without what a terminal would obey or what turns its direction."""
    return "".join(" " if letter.isspace() else letter for letter in text if letter.isspace() or _shows(letter))


def _shows(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cs") and letter not in DIRECTIONS
