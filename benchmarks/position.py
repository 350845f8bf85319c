"""How often the derived position statement is the one people wrote: `python -m benchmarks.position --data DIR`.

DIR holds `questions.jsonl.gz`, itself or in a folder `questions/`: one JSON object a line with `question`,
`affirming_statement`, `negating_statement` and `split` (train, iid_test, ood_test), as made from the questions
released with Tessler et al. 2024 (google-deepmind/habermas_machine). A statement is right when it is the
written one after case and spacing are folded. The rule was tuned on `train` alone. Beside it stands the naive
rule that swaps the first two words and puts "not" after the auxiliary. Intervals are Wilson's, 95%.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.position import PositionStatement, derive

SPLITS = ("train", "iid_test", "ood_test")
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Written:
    """One question with the statements people wrote for it."""

    question: str
    affirming: str
    negating: str
    split: str


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`, the share they are, and its Wilson interval; all shares 0-1."""

    hits: int
    total: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What one rule does on one split."""

    rule: str
    split: str
    answered: Share
    affirming_of_answered: Share
    affirming_of_all: Share
    negating_of_answered: Share
    seconds_per_question: float


def share(hits: int, total: int) -> Share:
    """The share with Wilson's score interval (Wilson 1927); 0 to 1 when nothing was counted."""
    if total == 0:
        return Share(0, 0, 0.0, 0.0, 1.0)
    p, z2 = hits / total, Z_95**2
    centre = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = Z_95 * math.sqrt(p * (1 - p) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    return Share(hits, total, p, max(0.0, centre - half), min(1.0, centre + half))


def read_written(folder: Path) -> list[Written]:
    """The questions of `folder`. Raises FileNotFoundError naming the places looked at."""
    places = [folder / "questions.jsonl.gz", folder / "questions" / "questions.jsonl.gz"]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise FileNotFoundError(f"no questions.jsonl.gz at {' or '.join(map(str, places))}")
    with gzip.open(found, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Written(r["question"], r["affirming_statement"], r["negating_statement"], r["split"]) for r in rows]


def folded(text: str) -> str:
    """`text` with case and spacing folded."""
    return " ".join(text.casefold().split())


def by_rule(question: str) -> PositionStatement | None:
    """The statement Parley derives."""
    return derive(question).statement


def by_swapping(question: str) -> PositionStatement | None:
    """The first two words swapped: "Should we go?" -> "we Should go."; nothing for fewer than three words."""
    words = question.rstrip("? ").split()
    if len(words) < 3:
        return None
    first, second, *rest = words
    return PositionStatement(f"{' '.join([second, first, *rest])}.", f"{' '.join([second, first, 'not', *rest])}.")


def measure(name: str, rule: Callable[[str], PositionStatement | None], split: str, rows: Sequence[Written]) -> Figures:
    """The figures of `rule` on `rows`, each question derived once."""
    started = time.perf_counter()
    pairs = [(row, statement) for row in rows if (statement := rule(row.question)) is not None]
    seconds = time.perf_counter() - started
    affirming = sum(folded(said.affirming) == folded(row.affirming) for row, said in pairs)
    negating = sum(folded(said.negating) == folded(row.negating) for row, said in pairs)
    return Figures(
        name,
        split,
        answered=share(len(pairs), len(rows)),
        affirming_of_answered=share(affirming, len(pairs)),
        affirming_of_all=share(affirming, len(rows)),
        negating_of_answered=share(negating, len(pairs)),
        seconds_per_question=seconds / max(1, len(rows)),
    )


def table(figures: Iterable[Figures]) -> str:
    """The figures as a Markdown table, percentages with their intervals."""

    def cell(value: Share) -> str:
        return f"{100 * value.share:.1f} ({100 * value.low:.1f}-{100 * value.high:.1f})"

    lines = [
        (
            "| split | rule | questions | answered % | affirming right, of answered % | affirming right, of all % "
            "| negation right, of answered % | ms each |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {f.split} | {f.rule} | {f.answered.total} | {cell(f.answered)} | {cell(f.affirming_of_answered)} "
        f"| {cell(f.affirming_of_all)} | {cell(f.negating_of_answered)} | {1000 * f.seconds_per_question:.2f} |"
        for f in figures
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, or with --json the figures; 2 when the data is not there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.position", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with questions.jsonl.gz")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args(arguments)
    try:
        written = read_written(options.data)
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 2
    by_rule("Should we warm up the dictionary?")
    figures = [
        measure(name, rule, split, [row for row in written if row.split == split])
        for split in SPLITS
        for name, rule in (("derived", by_rule), ("swap two words", by_swapping))
    ]
    print(json.dumps([asdict(f) for f in figures], indent=2) if options.json else table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
