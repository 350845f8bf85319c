"""The commands that need no running bot: deliberating on a file, exporting, migrating."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.progress import progress
from engine.errors import OpinionsFileError, StoreUnusable

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings
    from engine.records import Drafting

STDIN = Path("-")
NAMED = 12
"""Up to how many members have their predictions printed one by one."""

AGREES = 4
"""A predicted rating above it counts as agreement."""

DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that reverse what follows them."""

MACHINE_WRITTEN = "These statements are machine-written, by {generator}; nobody has agreed to any of them yet."
LANGUAGE_MODEL = "A language model writes better statements than the extractive default; docs/performance.md says more."


def deliberate_file(
    settings: Settings, question: str, path: Path, *, as_json: bool, number: int, welfare: str, seed: int
) -> None:
    """Print ranked candidates for a question and a file of opinions ("-": standard input).

    as_json: what `opinions_file.deliberation_json` describes on stdout, remarks on stderr; otherwise text. Raises
    UsageError and its kinds for what was given, and what the models raise.
    """
    from bot import opinions_file

    with _file(path) as file, progress("Deliberating"):
        drafting, members = asyncio.run(
            opinions_file.deliberate_file(
                question,
                file,
                generator=settings.generator,
                predictor=settings.predictor,
                rule=welfare,
                n=number,
                posted=min(3, number),
                seed=seed,
                options=settings.back_ends,
            )
        )
    writers = sorted({candidate.provenance.generator for candidate in drafting.candidates})
    remarks = [*_reach(drafting), *drafting.notes, MACHINE_WRITTEN.format(generator=" and ".join(writers))]
    if settings.generator == "extractive":
        remarks.append(LANGUAGE_MODEL)
    if as_json:
        answer = json.dumps(opinions_file.deliberation_json(drafting, members), ensure_ascii=False, indent=2)
        sys.stdout.write(answer.encode("utf-8", "replace").decode() + "\n")
        sys.stderr.write("".join(f"{remark}\n" for remark in remarks))
    else:
        _print(drafting, members, question, welfare, remarks)


@contextmanager
def _file(path: Path) -> Iterator[Path]:
    """The file itself, or standard input as a file whose ending says what it looks like."""
    if path != STDIN:
        yield path
        return
    if sys.stdin.isatty():
        sys.stderr.write("Write one opinion a line, then press Ctrl-D.\n")
    data = sys.stdin.buffer.read()
    with tempfile.TemporaryDirectory(prefix="parley-") as folder:
        file = Path(folder) / f"opinions{_ending(data)}"
        file.write_bytes(data)
        try:
            yield file
        except OpinionsFileError as problem:
            raise OpinionsFileError(str(problem).replace(str(file), "standard input")) from None


def _ending(data: bytes) -> str:
    lines = data.decode("utf-8", "replace").lstrip("\ufeff").strip().splitlines()
    first = lines[0].strip() if lines else ""
    if first.startswith("["):
        return ".json"
    if first.startswith("{"):
        return ".jsonl"
    header = first.lower().replace(";", ",").replace("\t", ",").split(",")
    return ".csv" if "opinion" in [name.strip(' "') for name in header] else ".txt"


def _print(drafting: Drafting, members: Sequence[str], question: str, rule: str, remarks: Sequence[str]) -> None:
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


def _reach(drafting: Drafting) -> list[str]:
    """How many members the statements that a channel would see are within reach of; empty without a scale."""
    from engine.coverage import coverage

    found = coverage(drafting)
    if found is None:
        return []
    posted = len(drafting.posted)
    which = "the statement that would be posted" if posted == 1 else f"one of the {posted} that would be posted"
    return [f"{found.within:,} of {found.members:,} members are predicted to agree with {which}."]


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


async def export_rounds(settings: Settings, out: Path, form: str, *, linkable: bool) -> None:
    """Write the logged rounds to the new folder `out` and say what it holds.

    Raises UsageError for the folder and the format, and StoreUnusable or StoreUnavailable for the database.
    """
    from importlib.metadata import version

    from bot.clock import SystemClock
    from storage.export import write_export
    from storage.export.manifest import Described
    from storage.export.writers import require_format
    from storage.migrations import head
    from storage.store import open_store

    require_format(form)
    require_database(settings.database)
    store = await open_store(settings.database, migrate=False)
    try:
        described = Described(version("parley"), head(), SystemClock().now(), form, linkable)
        with progress("Exporting rounds") as on_round:
            counts = await write_export(store.database, out, described, on_round)
    finally:
        await store.close()
    _say_exported(out, counts, linkable=linkable)


def _say_exported(out: Path, counts: dict[str, int], *, linkable: bool) -> None:
    held = ", ".join(f"{name} {number:,}" for name, number in counts.items() if number)
    said = [f"Wrote {out} ({held or 'there are no rounds yet'}); its manifest.json says what is what."]
    if counts["deletions"]:
        said.append(
            f"Delete the rows of every pseudonym in deletions ({counts['deletions']:,}) from every earlier export."
        )
    if linkable:
        said.append(
            "This export is linkable: with what the channel saw, it tells who holds which opinion. Keep it as closely "
            "as the database."
        )
    sys.stdout.write("\n".join(said) + "\n")


def calibrate_predictor(settings: Settings, export: Path, out: Path | None) -> None:
    """Fit the predictor's calibration on an export, write it, and say what came of it.

    A reward model on this machine gets its known scores beside it as well. Raises UsageError and PredictorUnavailable.
    """
    from dataclasses import replace

    import numpy as np

    from bot.calibrating import calibrate, know_scores
    from engine import catalog

    calibration, path, found = calibrate(export, settings.predictor, out)
    rounds = "1 round" if found.rounds == 1 else f"{found.rounds:,} rounds"
    said = [
        f"Wrote {path}, fitted on {len(found.ratings):,} ratings from {rounds}; what scores mean now:",
    ]
    for score in np.quantile(found.scores, [0.05, 0.5, 0.95]):
        expected, chance = calibration.expected_agreement(np.array(score)), calibration.p_agree(np.array(score))
        said.append(
            f"  score {score:+.2f}: expected rating {float(expected):.1f}, agrees with probability {float(chance):.2f}"
        )
    if out is None:
        predictor = catalog.predictor(settings.predictor, replace(settings.back_ends, fall_back=False))
        if known := asyncio.run(know_scores(predictor)):
            said.append(f"Wrote {known}, by which vllm-server: checks a server.")
    sys.stdout.write("\n".join(said) + "\n")


def migrate_database(settings: Settings) -> str:
    """Create or update the database's tables; returns a sentence that says what was done.

    Raises StoreUnusable and StoreUnavailable.
    """
    from storage.database import parsed_url, place
    from storage.migrations import current, migrate

    before = current(settings.database)
    after = migrate(settings.database)
    where = place(parsed_url(settings.database))
    if before is None:
        return f"The database {where} is set up, at revision {after}."
    if before == after:
        return f"The database {where} is up to date, at revision {after}."
    return f"The database {where} was brought from revision {before} to {after}."


def require_database(url: str) -> None:
    """Raise StoreUnusable when `url` names a SQLite file that is not there, instead of making an empty one."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise StoreUnusable(f"There is no database {str(file)!r}: check --database, or start `parley serve` first.")


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None when it is in PostgreSQL. Raises StoreUnusable."""
    from storage.database import parsed_url

    parsed = parsed_url(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None
