"""python -m benchmarks.deliberate [--json]: what one deliberation costs for 5, 100 and 1,000 opinions.

Seconds by stage (loading dictionaries and figures once, generate, predict, rank) and the peak memory of a process
that does nothing else. The opinions are made of the templates below: five proposals and reasons for and against, in
several wordings, so that points repeat as they do in a group. Ratios to the smallest size stand beside the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Sequence

from engine.catalog import generator, predictor
from engine.deliberation import deliberate
from engine.ports import AgreementPredictor, StatementGenerator
from engine.records import Candidate, Prediction, Revision

SIZES = (5, 100, 1_000)
QUESTION = "Should we close the main street to cars?"
STAGES = ("loading", "generate", "predict", "rank")

_SIDES = {
    "for": ("Yes.", "I think we should close the main street to cars.", "I'm in favour.", "Absolutely, close it!"),
    "against": ("No.", "I don't think we should close the main street to cars.", "I'm against it.", "Bad idea."),
    "between": ("I'm not sure.", "It depends.", "", "Hmm, hard to say."),
}
_REASONS = {
    "for": (
        ("the air would be cleaner", "It would make the air {w} cleaner.", "Cleaner air is {w} worth it."),
        ("children could walk to school", "Children could walk to school {w} safely.", "It is safer for children."),
        ("cafes could put tables outside", "The cafes could {w} put tables outside.", "Tables outside would be nice."),
        ("traffic noise keeps people awake", "The traffic noise {w} keeps people awake.", "It would be quieter."),
    ),
    "against": (
        ("shops need deliveries", "The shops {w} need deliveries in the morning.", "Deliveries would be a problem."),
        ("older people need the parking spaces", "Older people {w} need the parking spaces.", "Parking is scarce."),
        ("traffic would move to the side streets", "Traffic would {w} move to the side streets.", "Cars go elsewhere."),
    ),
    "between": (
        ("buses should still be allowed", "Buses should {w} still be allowed.", "Keep the buses running {w}."),
        ("we should try it on weekends first", "We should {w} try it on weekends first.", "Start with Sundays."),
        ("residents need permits", "Residents {w} need permits.", "Give residents permits."),
    ),
}
_ADVERBS = ("really", "also", "at least", "certainly", "still", "now", "then", "simply", "in my opinion", "probably")


def opinions(count: int, seed: int = 0) -> list[str]:
    """[count] made-up opinions on QUESTION, one to three sentences each; the same for the same seed."""
    dice = random.Random(seed)
    made = []
    for _ in range(count):
        side = dice.choices(list(_SIDES), weights=(5, 3, 2))[0]
        said = [dice.choice(_SIDES[side])]
        for _ in range(dice.randint(1, 2)):
            kind = side if dice.random() < 0.8 else "between"
            short, *wordings = dice.choice(_REASONS[kind])
            wording = dice.choice([f"I think {short}.", *wordings])
            said.append(wording.replace("{w}", dice.choice(_ADVERBS)))
        made.append(" ".join(one for one in said if one))
    return made


class _TimedGenerator(StatementGenerator):
    def __init__(self, inner: StatementGenerator, spent: dict[str, float]) -> None:
        self._inner, self._spent = inner, spent

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def service(self) -> str | None:
        return self._inner.service

    async def generate(
        self, question: str, opinions: Sequence[str], n: int, *, seed: int, revision: Revision | None = None
    ) -> list[Candidate]:
        start = time.perf_counter()
        found = await self._inner.generate(question, opinions, n, seed=seed, revision=revision)
        self._spent["generate"] = self._spent.get("generate", 0.0) + time.perf_counter() - start
        return found


class _TimedPredictor(AgreementPredictor):
    def __init__(self, inner: AgreementPredictor, spent: dict[str, float]) -> None:
        self._inner, self._spent = inner, spent

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def calibrated(self) -> bool:
        return self._inner.calibrated

    async def predict(
        self,
        question: str,
        opinions: Sequence[str],
        statements: Sequence[str],
        *,
        revision: Revision | None = None,
    ) -> Prediction:
        start = time.perf_counter()
        found = await self._inner.predict(question, opinions, statements, revision=revision)
        self._spent["predict"] = self._spent.get("predict", 0.0) + time.perf_counter() - start
        return found


def measure(count: int) -> dict[str, float]:
    """Seconds by stage, their total without loading, candidates, and peak memory in MiB, of this very process."""
    spent: dict[str, float] = {}
    start = time.perf_counter()
    asyncio.run(
        deliberate(
            "Should we have lunch together?",
            ["Yes, it would be nice.", "No, it takes too long.", "We should cook."],
            generator=generator("extractive"),
            predictor=predictor("lexical"),
        )
    )
    loading = time.perf_counter() - start
    said = opinions(count)
    start = time.perf_counter()
    drafting = asyncio.run(
        deliberate(
            QUESTION,
            said,
            generator=_TimedGenerator(generator("extractive"), spent),
            predictor=_TimedPredictor(predictor("lexical"), spent),
        )
    )
    total = time.perf_counter() - start
    return {
        "opinions": count,
        "loading": loading,
        "generate": spent["generate"],
        "predict": spent["predict"],
        "rank": total - spent["generate"] - spent["predict"],
        "total": total,
        "candidates": len(drafting.candidates),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _apart(count: int) -> dict[str, float]:
    """`measure` in a process of its own, so that memory is that of one size only."""
    command = [sys.executable, "-m", "benchmarks.deliberate", "--only", str(count), "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rows: list[dict[str, float]] = json.loads(done.stdout)["rows"]
    return rows[0]


def _table(rows: Sequence[dict[str, float]]) -> str:
    columns = (*STAGES, "total")
    lines = [f"{'opinions':>9}" + "".join(f"{name:>11}" for name in columns) + f"{'peak MiB':>11}{'candidates':>12}"]
    for row in rows:
        times = "".join(f"{row[name]:>10.3f}s" for name in columns)
        lines.append(f"{row['opinions']:>9,.0f}{times}{row['peak_mib']:>11.0f}{row['candidates']:>12.0f}")
    first = rows[0]
    for row in rows[1:]:
        ratios = "".join(f"{row[name] / max(first[name], 1e-9):>10.1f}x" for name in columns)
        size = f"{row['opinions'] / first['opinions']:.0f}x"
        lines.append(f"{size:>9}{ratios}{row['peak_mib'] / first['peak_mib']:>10.1f}x")
    return "\n".join(lines)


def main() -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deliberate", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--only", type=int, metavar="N", help="measure N opinions in this process")
    given = parser.parse_args()
    rows = [measure(given.only)] if given.only else [_apart(count) for count in SIZES]
    print(json.dumps({"question": QUESTION, "rows": rows}) if given.json else _table(rows))


if __name__ == "__main__":
    main()
