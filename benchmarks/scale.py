"""python -m benchmarks.scale [--json]: what a deliberation costs and reaches for 10, 100, 1,000 and 10,000 opinions.

The embedded default on the made-up opinions of benchmarks.deliberate, each size in a process of its own: seconds by
stage, peak memory, into how many clusters the opinions were split, coverage (members predicted to agree with at least
one posted statement), and how well representatives do: the same deliberation with a tenth of the members predicted (at
least 100), beside everybody predicted. "Same first" says whether both put the same statement first, tau is Kendall's
rank correlation of the two rankings, "off" the greatest difference of any statement's mean, "stated" what the note
promised (95%).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import re
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np

from benchmarks.deliberate import QUESTION, opinions
from engine.catalog import generator, predictor
from engine.choosing import replay
from engine.coverage import coverage
from engine.deliberation import deliberate
from engine.grouping import tree, vectors
from engine.records import Drafting

SIZES = (10, 100, 1_000, 10_000)
LEAST = 100
"""Representatives; below this many members everybody is predicted."""


def measure(count: int, seed: int = 0) -> dict[str, Any]:
    """Figures of one size, of this very process; loading dictionaries is left out of the seconds."""
    _deliberated(["Yes, it would be nice.", "No, it takes too long.", "We should cook."], 0, None)
    said = opinions(count, seed)
    start = time.perf_counter()
    exact = _deliberated(said, seed, None)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    points = vectors(QUESTION, said)
    leaves = len(tree(points, 100, seed).leaves)
    clustering = time.perf_counter() - start
    reached = coverage(exact)
    assert reached is not None
    return {
        "opinions": count,
        "seconds": seconds,
        "clustering_seconds": clustering,
        "peak_mib": peak,
        "clusters": leaves,
        "candidates": len(exact.candidates),
        "coverage": reached.share,
        "welfare": max(exact.welfare),
        "replay": replay(exact).verdict.value,
        **_agreement(exact, said, seed),
    }


def _deliberated(said: list[str], seed: int, one_by_one: int | None) -> Drafting:
    return asyncio.run(
        deliberate(
            QUESTION,
            said,
            generator=generator("extractive"),
            predictor=predictor("lexical"),
            seed=seed,
            one_by_one=one_by_one,
        )
    )


def _agreement(exact: Drafting, said: list[str], seed: int) -> dict[str, Any]:
    """How the choice by representatives compares with the choice by everybody."""
    asked = max(LEAST, len(said) // 10)
    close = _deliberated(said, seed, asked)
    notes = " ".join(close.notes)
    stated = re.search(r"off by ([\d.]+) ", notes)
    off = np.abs(np.array(close.welfare) - np.array(exact.welfare)).max()
    return {
        "representatives": min(asked, len(said)),
        "same_first": close.ranking[0] == exact.ranking[0],
        "same_posted": len(set(close.posted) & set(exact.posted)) / max(1, len(exact.posted)),
        "tau": _tau(close.ranking, exact.ranking),
        "off": float(off),
        "stated": float(stated.group(1)) if stated else 0.0,
    }


def _tau(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Kendall's tau of two rankings of the same candidates, -1 to 1."""
    place = {candidate: at for at, candidate in enumerate(other)}
    pairs = [(one[a], one[b]) for a in range(len(one)) for b in range(a + 1, len(one))]
    alike = sum(1 if place[a] < place[b] else -1 for a, b in pairs)
    return alike / len(pairs) if pairs else 1.0


def _apart(count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.scale", "--only", str(count), "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rows: list[dict[str, Any]] = json.loads(done.stdout)["rows"]
    return rows[0]


def exponent(rows: list[dict[str, Any]]) -> float:
    """How seconds grow with opinions over the last tenfold step: 1 is linear, 2 quadratic."""
    last, before = rows[-1], rows[-2]
    return math.log(last["seconds"] / before["seconds"]) / math.log(last["opinions"] / before["opinions"])


def _table(rows: list[dict[str, Any]]) -> str:
    head = "opinions|seconds|clustering|peak MiB|clusters|coverage|representatives|same first|tau|off|stated".split("|")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines.extend(
        f"| {row['opinions']:,} | {row['seconds']:.2f} | {row['clustering_seconds']:.2f} | {row['peak_mib']:.0f} "
        f"| {row['clusters']:,} | {row['coverage']:.3f} | {row['representatives']:,} "
        f"| {'yes' if row['same_first'] else 'no'} | {row['tau']:.2f} | {row['off']:.3f} | {row['stated']:.2f} |"
        for row in rows
    )
    if len(rows) > 1:
        lines.append(f"\nSeconds grow with the power {exponent(rows):.2f} of opinions over the last step.")
    return "\n".join(lines)


def main() -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--only", type=int, metavar="N", help="measure N opinions in this process")
    given = parser.parse_args()
    rows = [measure(given.only)] if given.only else [_apart(count) for count in SIZES]
    if given.json:
        print(json.dumps({"rows": rows, **({"exponent": exponent(rows)} if len(rows) > 1 else {})}))
    else:
        print(_table(rows))


if __name__ == "__main__":
    main()
