"""Reads the two public sets of real ratings (one person's own opinion, a statement, that person's rating).

The folder is laid out as its READMEs say: remesh_polarized/ and polis_open/, each with ratings_SPLIT.parquet and
pairs_SPLIT.parquet, and polis_open/groups_SPLIT.jsonl.gz. No text from them is kept in this repository.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
SOURCES = ("remesh_polarized", "polis_open")
KINDS = {
    ("remesh_polarized", "explicit_preference"): "Remesh, explicit preference",
    ("remesh_polarized", "rating_difference"): "Remesh, rating difference",
    ("polis_open", "rating_difference"): "Polis, rating difference",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two statements of which `participant` preferred the first."""

    column: str
    question_id: str
    question: str
    participant: str
    opinion: str
    preferred: str
    other: str


@dataclass(frozen=True, slots=True)
class Rated:
    """A vote known as a range of ratings: disagree 1-3, unsure 4, agree 5-7."""

    source: str
    question: str
    participant: str
    opinion: str
    statement: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Group:
    """Four participants who voted on the same statements; agreement [participants, statements], 1, 4 or 7."""

    question: str
    participants: tuple[str, ...]
    opinions: tuple[str, ...]
    statements: tuple[str, ...]
    agreement: Array


def pairs(data: Path, split: str) -> list[Pair]:
    """Every pair of `split`, the preferred statement first."""
    found = []
    for source in SOURCES:
        for row in _rows(data / source / f"pairs_{split}.parquet"):
            a, b = row["statement_a"], row["statement_b"]
            found.append(
                Pair(
                    KINDS[source, row["pair_kind"]],
                    row["question_id"],
                    row["question"],
                    row["participant_id"],
                    row["opinion"],
                    *((a, b) if row["label"] == 1 else (b, a)),
                )
            )
    return found


def ratings(data: Path, split: str) -> list[Rated]:
    """Every vote of `split`."""
    ranges = {1.0: (1, 3), 4.0: (4, 4), 7.0: (5, 7)}
    return [
        Rated(
            source,
            row["question"],
            row["participant_id"],
            row["opinion"],
            row["statement"],
            *ranges[row["agreement"]],
        )
        for source in SOURCES
        for row in _rows(data / source / f"ratings_{split}.parquet")
    ]


def groups(data: Path, split: str) -> list[Group]:
    """The Polis groups of four of `split`."""
    with gzip.open(_present(data / "polis_open" / f"groups_{split}.jsonl.gz"), "rt", encoding="utf-8") as lines:
        return [
            Group(
                row["question"],
                tuple(person["participant_id"] for person in row["participants"]),
                tuple(person["opinion"] for person in row["participants"]),
                tuple(statement["statement"] for statement in row["statements"]),
                np.array(row["agreement"], dtype=np.float64),
            )
            for row in map(json.loads, lines)
        ]


def for_each_text(
    wanted: Sequence[tuple[str, str, str]], matrix: Callable[[str, Sequence[str], Sequence[str]], Array]
) -> Array:
    """Cells for (question, opinion, statement) triples out of whole matrices, one call per question.

    `matrix(question, opinions, statements)` gives [members, candidates, ...]; the result is [triples, ...].
    """
    by_question: dict[str, list[int]] = defaultdict(list)
    for at, (question, _, _) in enumerate(wanted):
        by_question[question].append(at)
    cells: dict[int, Array] = {}
    for question, places in by_question.items():
        opinions = _index(wanted[at][1] for at in places)
        statements = _index(wanted[at][2] for at in places)
        whole = matrix(question, list(opinions), list(statements))
        for at in places:
            cells[at] = whole[opinions[wanted[at][1]], statements[wanted[at][2]]]
    return np.array([cells[at] for at in range(len(wanted))])


def _index(texts: Iterable[str]) -> dict[str, int]:
    return {text: at for at, text in enumerate(dict.fromkeys(texts))}


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        from pyarrow import parquet
    except ImportError as missing:
        raise SystemExit("Reading the ratings needs pyarrow: .venv/bin/pip install -e '.[research]'.") from missing
    rows: list[dict[str, Any]] = parquet.read_table(_present(path)).to_pylist()
    return rows


def _present(path: Path) -> Path:
    if not path.is_file():
        raise SystemExit(f"{path} is missing: pass --data with the folder that holds {' and '.join(SOURCES)}.")
    return path
