"""`parley replay`: make a round's choices again from its log, and say whether they come out the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.terminal.database_file import require_database
from bot.terminal.printing import inert
from engine.choosing import Replayed, Verdict, replay
from engine.errors import UsageError

if TYPE_CHECKING:
    from bot.settings import Settings
    from engine.records import Drafting
    from engine.rounds.model import Round
    from storage.store import DatabaseStore

STATUS = {Verdict.REPRODUCED: 0, Verdict.DIFFERS: 1, Verdict.INCOMPLETE: 3}
"""The exit code for each verdict; 2 is kept for what was asked wrongly."""

LEAST_WIDTH = 24
"""Characters of a statement that the table shows at least, however narrow the terminal is."""


@dataclass(frozen=True, slots=True)
class DraftReplayed:
    """One drafting of a round and what making its choice again came to."""

    draft: int
    drafting: Drafting
    replayed: Replayed


async def replay_round(settings: Settings, round_id: str, *, as_json: bool) -> int:
    """Print every choice of a round made again, then the verdict; returns the exit code of STATUS.

    Needs no model: the log alone is read. Raises UsageError where there is no such round or nothing was drafted yet,
    StoreUnusable and StoreUnavailable.
    """
    from storage.store import open_store

    require_database(settings.database)
    store = await open_store(settings.database, migrate=False)
    try:
        round = await _round(store, round_id)
        drafts = await replayed(store, round)
    finally:
        await store.close()
    if not drafts:
        raise UsageError(f"Nothing was drafted in the round {round_id!r} yet, so there is no choice to make again.")
    verdict = overall([one.replayed.verdict for one in drafts])
    if as_json:
        answer = json.dumps(_json(round, drafts, verdict), ensure_ascii=False, indent=2)
        sys.stdout.write(answer.encode("utf-8", "replace").decode() + "\n")
    else:
        _print(round, drafts, verdict)
    return STATUS[verdict]


async def replayed(store: DatabaseStore, round: Round) -> list[DraftReplayed]:
    """Every drafting of a round, in order, its choice made again."""
    found: list[DraftReplayed] = []
    for draft in range(1, round.draft + 1):
        drafting = await store.drafting(round.id, draft)
        if drafting is not None:
            found.append(DraftReplayed(draft, drafting, replay(drafting)))
    return found


def overall(verdicts: Sequence[Verdict]) -> Verdict:
    """What is to be said of a whole round: the gravest, a difference before something missing."""
    for grave in (Verdict.DIFFERS, Verdict.INCOMPLETE):
        if grave in verdicts:
            return grave
    return Verdict.REPRODUCED


async def _round(store: DatabaseStore, round_id: str) -> Round:
    found = await store.round(round_id)
    if found is None:
        newest = await store.newest_rounds(5)
        listed = f"the newest are {', '.join(newest)}" if newest else "there are none yet"
        raise UsageError(f"There is no round {round_id!r} in this database; {listed}.")
    return found


def _json(round: Round, drafts: Sequence[DraftReplayed], verdict: Verdict) -> dict[str, Any]:
    return {
        "round": round.id,
        "verdict": verdict.value,
        "drafts": [
            {
                "draft": one.draft,
                "verdict": one.replayed.verdict.value,
                "reasons": list(one.replayed.reasons),
                "rule": None if one.drafting.choice is None else one.drafting.choice.rule,
                "seed": None if one.drafting.choice is None else one.drafting.choice.seed,
                "candidates": [candidate.text for candidate in one.drafting.candidates],
                "welfare": _worth(one),
                "ranking": list(_ranking(one)),
                "posted": list(_posted(one)),
            }
            for one in drafts
        ],
    }


def _worth(one: DraftReplayed) -> dict[str, list[float]]:
    """By rule, [candidates] welfare as it comes out now; as it was logged where nothing comes out."""
    again, choice = one.replayed.again, one.drafting.choice
    table = again.choice.worth if again is not None else choice.worth if choice is not None else ()
    return {name: list(values) for name, values in table}


def _ranking(one: DraftReplayed) -> tuple[int, ...]:
    return one.drafting.ranking if one.replayed.again is None else one.replayed.again.ranking


def _posted(one: DraftReplayed) -> tuple[int, ...]:
    return one.drafting.posted if one.replayed.again is None else one.replayed.again.posted


def _print(round: Round, drafts: Sequence[DraftReplayed], verdict: Verdict) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(inert(round.question), style="bold"))
    for one in drafts:
        choice = one.drafting.choice
        how = "" if choice is None else f", chosen by {choice.rule} with seed {choice.seed}"
        console.print()
        console.print(Text(f"Draft {one.draft}{how}: {one.replayed.verdict.value}", style="bold"))
        worth = _worth(one)
        table = Table(box=None, padding=(0, 1), header_style="dim")
        table.add_column("rank", justify="right", min_width=len("rank"), no_wrap=True)
        table.add_column("posted", justify="right", min_width=len("posted"), no_wrap=True)
        for name in worth:
            table.add_column(name, justify="right", min_width=max(5, len(name)), no_wrap=True)
        taken = sum(max(5, len(name)) + 2 for name in worth) + len("rank") + len("posted") + 6
        table.add_column("statement", overflow="ellipsis", no_wrap=True, width=max(LEAST_WIDTH, console.width - taken))
        posted = _posted(one)
        for rank, at in enumerate(_ranking(one), 1):
            place = str(posted.index(at) + 1) if at in posted else ""
            values = [f"{column[at]:.3f}" for column in worth.values()]
            table.add_row(str(rank), place, *values, Text(inert(one.drafting.candidates[at].text)))
        console.print(table, crop=False, no_wrap=True, width=max(console.width, taken + LEAST_WIDTH))
        for reason in one.replayed.reasons:
            console.print(Text(reason))
    console.print()
    console.print(Text(verdict.value, style="bold"))
