"""`parley deliberate`: ranked candidates for a question and a file of opinions."""

from __future__ import annotations

import asyncio
import json
import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.terminal.opinions_file import read_opinions
from bot.terminal.printing import print_candidates
from bot.terminal.progress import progress
from engine.errors import OpinionsFileError, UsageError
from engine.rounds.model import MAX_QUESTION

if TYPE_CHECKING:
    from bot.settings import Settings
    from engine.catalog import BackEndOptions
    from engine.records import Drafting

STDIN = Path("-")
MACHINE_WRITTEN = "These statements are machine-written, by {generator}; nobody has agreed to any of them yet."
LANGUAGE_MODEL = "A language model writes better statements than the extractive default; docs/performance.md says more."


def deliberate_file(
    settings: Settings, question: str, path: Path, *, as_json: bool, number: int, welfare: str, seed: int
) -> None:
    """Print ranked candidates for a question and a file of opinions ("-": standard input).

    as_json: what `deliberation_json` describes on stdout, remarks on stderr; otherwise text. Raises
    UsageError and its kinds for what was given, and what the models raise.
    """
    with _file(path) as file, progress("Deliberating"):
        drafting, members = asyncio.run(
            deliberated(
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
        answer = json.dumps(deliberation_json(drafting, members), ensure_ascii=False, indent=2)
        sys.stdout.write(answer.encode("utf-8", "replace").decode() + "\n")
        sys.stderr.write("".join(f"{remark}\n" for remark in remarks))
    else:
        print_candidates(drafting, members, question, welfare, remarks)


async def deliberated(
    question: str,
    path: str | Path,
    *,
    generator: str = "extractive",
    predictor: str = "lexical",
    rule: str = "utilitarian",
    n: int = 16,
    posted: int = 3,
    seed: int = 0,
    purpose: str = "decide",
    options: BackEndOptions | None = None,
) -> tuple[Drafting, tuple[str, ...]]:
    """The drafting for a question and a file of opinions, notes included, and the members in its rows' order.

    Raises UsageError for a question that is none, OpinionsFileError, SettingsError and RulesError for what was asked
    for, and Unavailable or GeneratorMisbehaved where a model fails.
    """
    from engine import catalog
    from engine.deliberation import deliberate

    asked = _question(question)
    found = read_opinions(path)
    drafting = await deliberate(
        asked,
        found.opinions,
        generator=catalog.generator(generator, options),
        predictor=catalog.predictor(predictor, options),
        rule=rule,
        n=n,
        posted=posted,
        seed=seed,
        purpose=purpose,
    )
    return drafting, found.members


def deliberation_json(drafting: Drafting, members: Sequence[str]) -> dict[str, Any]:
    """{"candidates": [{"text", "provenance", "welfare", "rank"}], "predictions": [[member x candidate]], "members"}.

    Candidates stand best first, rank 1 the best; the columns of "predictions" are in the same order, its rows
    in that of "members". Predictions are ratings, 1-7, or scores where the predictor has no calibration.
    """
    from engine.deliberation import ratings

    order = list(drafting.ranking)
    matrix = ratings(drafting.prediction)[:, order]
    return {
        "candidates": [
            {
                "text": drafting.candidates[at].text,
                "provenance": asdict(drafting.candidates[at].provenance),
                "welfare": _number(drafting.welfare[at]),
                "rank": rank,
            }
            for rank, at in enumerate(order, start=1)
        ],
        "predictions": [[_number(value) for value in row] for row in matrix.tolist()],
        "members": list(members),
    }


def _number(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def _question(question: str) -> str:
    asked = " ".join(question.split())
    if not any(letter.isalpha() for letter in asked):
        raise UsageError('Give a question to deliberate on, such as "Should we ...?".')
    if len(asked) > MAX_QUESTION:
        raise UsageError(f"The question has {len(asked):,} characters; the limit is {MAX_QUESTION:,}.")
    if not asked.endswith(("?", "？", "؟")):
        raise UsageError(f'The question {asked!r} has no question mark; end it with one, as in "Should we ...?".')
    return asked


def _reach(drafting: Drafting) -> list[str]:
    """How many members the statements that a channel would see are within reach of; empty without a scale."""
    from engine.coverage import coverage

    found = coverage(drafting)
    if found is None:
        return []
    posted = len(drafting.posted)
    which = "the statement that would be posted" if posted == 1 else f"one of the {posted} that would be posted"
    return [f"{found.within:,} of {found.members:,} members are predicted to agree with {which}."]


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
