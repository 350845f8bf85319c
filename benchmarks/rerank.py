"""python -m benchmarks.rerank [--parts K] [--json]: members x 16 candidates scored by a reward model, four ways.

One pair at a time is transformers' own forward pass over each pair's sequence. Padded batches are the 16 candidates of
a member; length-sorted batches are 16 pairs of like length of all members. Ours is what `reward_model:` runs. All four
get the same token sequences, the same weights in fp32, inference mode and transformers' default attention (SDPA). They
take turns every few members, five times over all, and the median counts. On a CPU the processor time of the one thread
is measured, which other work on the machine lengthens less than it does the time on the wall. Question and opinion have
60 to 140 tokens and a statement as well, 100 on average; weights are random, because their values cost nothing.

The whole takes about a day on one thread: 8,000 pairs on a model of 113 million weights. --members and --sizes leave
out the longest. --parts K lets every way score at most K parts of a group, evenly spread over it in the way's own
order; a part is the pairs of five members. The table then says how many of the pairs were scored, and all figures are
of those.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import time
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

CANDIDATES = 16
SHORTEST, LONGEST = 60, 140
BATCH = 16
SIZES = {"384x5": (384, 5), "768x12": (768, 12)}
VOCABULARY = 8_000
HEAD = 64
WAYS = ("one pair at a time", "padded batches", "length-sorted batches", "ours")

PART = 5
"""Members whose pairs one way scores before the next way takes its turn, so that all meet the same disturbances."""

Cell = tuple[int, int]
"""(member, candidate)."""


def make_model(size: str, device: str) -> Any:
    """A Llama with one output, random weights, in evaluation mode."""
    import torch
    from transformers import LlamaConfig, LlamaForSequenceClassification

    hidden, layers = SIZES[size]
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=hidden,
        intermediate_size=4 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=hidden // HEAD,
        max_position_embeddings=512,
        pad_token_id=0,
    )
    config.num_labels = 1
    model: Any = LlamaForSequenceClassification(config)  # type: ignore[no-untyped-call]
    return model.to(device).eval()


def make_rows(members: int) -> list[Any]:
    """[members] `engine.scoring.pairs.Row`, with lengths spread evenly so that both means are 100 tokens."""
    from engine.scoring.pairs import Row

    dice = random.Random(members)

    def texts(count: int) -> list[list[int]]:
        lengths = [round(SHORTEST + (LONGEST - SHORTEST) * (at + 0.5) / count) for at in range(count)]
        dice.shuffle(lengths)
        return [[dice.randrange(1, VOCABULARY) for _ in range(length)] for length in lengths]

    statements = texts(CANDIDATES)
    return [Row(prefix, statements) for prefix in texts(members)]


def padded(model: Any, rows: Sequence[Any], cells: Sequence[Cell]) -> list[float]:
    """[cells], by batches of BATCH pairs in the order of `cells`, filled up to their longest."""
    import torch

    found: list[float] = []
    for start in range(0, len(cells), BATCH):
        held = [rows[row].whole(column) for row, column in cells[start : start + BATCH]]
        width = max(map(len, held))
        ids = torch.tensor([one + [0] * (width - len(one)) for one in held], device=model.device)
        mask = torch.tensor([[1] * len(one) + [0] * (width - len(one)) for one in held], device=model.device)
        found += model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, 0].tolist()
    return found


def alone(model: Any, rows: Sequence[Any], cells: Sequence[Cell]) -> list[float]:
    """[cells], one forward pass per pair."""
    import torch

    return [
        float(model(input_ids=torch.tensor([rows[row].whole(at)], device=model.device), use_cache=False).logits[0, 0])
        for row, at in cells
    ]


def spread(count: int, most: int) -> list[int]:
    """At most `most` of 0 to count - 1, in order and evenly spread: the middles of as many equal stretches."""
    held = min(count, most)
    return [(2 * at + 1) * count // (2 * held) for at in range(held)]


class Ways:
    """The four ways with the weights of one model; ours has its own copy, since it replaces the attention."""

    def __init__(self, size: str, device: str, rows: Sequence[Any], most_parts: int | None = None) -> None:
        from engine.scoring.reward_scorer import SEQUENCE_TOKENS
        from engine.scoring.shared_prefix import SharedPrefix

        self._model = make_model(size, device)
        self._shared = SharedPrefix(make_model(size, device), SEQUENCE_TOKENS[device])
        self._rows = rows
        in_order = [(row, column) for row in range(len(rows)) for column in range(CANDIDATES)]
        by_length = sorted(in_order, key=lambda cell: len(rows[cell[0]].whole(cell[1])))
        self._cells = {name: by_length if name == WAYS[2] else in_order for name in WAYS}
        every = range(0, len(in_order), PART * CANDIDATES)
        self.parts = [every[at] for at in spread(len(every), most_parts or len(every))]
        """Where the parts begin that the ways take turns with."""
        self.scored = [row for part in self.parts for row in rows[part // CANDIDATES :][:PART]]
        """The rows of those parts, in the order in which all ways but the length-sorted one see them."""

    def __call__(self, name: str, part: int) -> dict[Cell, float]:
        """The scores of one part."""
        cells = self._cells[name][part : part + PART * CANDIDATES]
        if name == WAYS[0]:
            values = alone(self._model, self._rows, cells)
        elif name == WAYS[3]:
            rows = self._rows[part // CANDIDATES : part // CANDIDATES + PART]
            values = [value for row in self._shared.scores(rows) for value in row]
        else:
            values = padded(self._model, self._rows, cells)
        return dict(zip(cells, values, strict=True))


def measure(size: str, members: int, repeats: int, device: str, most_parts: int | None = None) -> dict[str, Any]:
    """Median seconds of each way, pairs a second of ours, and how far scores lie apart from one pair at a time.

    most_parts: how many parts of the group each way scores; None is all. Of parts that two ways do not have in common,
    as the length-sorted ones seldom are, only the pairs that both scored can be compared.
    """
    import torch

    rows = make_rows(members)
    clock = time.process_time if device == "cpu" else time.perf_counter
    spent: dict[str, list[float]] = {name: [0.0] * repeats for name in WAYS}
    found: dict[str, dict[Cell, float]] = {name: {} for name in WAYS}
    with torch.inference_mode():
        warming = Ways(size, device, rows[:1])
        for name in WAYS:
            warming(name, 0)
        ways = Ways(size, device, rows, most_parts)
        for repeat in range(repeats):
            for part in ways.parts:
                for name in WAYS:
                    start = clock()
                    scores = ways(name, part)
                    spent[name][repeat] += clock() - start
                    found[name] |= scores
    seconds = {name: median(times) for name, times in spent.items()}
    with torch.inference_mode():
        work = flops(make_model(size, device), ways.scored)
        share = work / seconds["ours"] / achievable(device)
    pairs = len(ways.scored) * CANDIDATES
    apart = {name: farthest(found[WAYS[0]], found[name]) for name in WAYS}
    return {
        "pairs": pairs,
        "pairs_of_the_group": members * CANDIDATES,
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
        "speedup": round(seconds[WAYS[0]] / seconds["ours"], 3),
        "pairs_per_second": round(pairs / seconds["ours"], 1),
        "share_of_achievable_flops": round(share, 3),
        "max_abs_diff": apart["ours"],
        "max_abs_diff_of_batches": max(apart[name] for name in WAYS[1:3]),
        "bound": round(bound(ways.scored), 3),
    }


def farthest(known: Mapping[Cell, float], found: Mapping[Cell, float]) -> float:
    """The largest difference between scores of the same pair; 0 where no pair is in both."""
    return max((abs(found[cell] - known[cell]) for cell in found.keys() & known.keys()), default=0.0)


def flops(model: Any, rows: Sequence[Any]) -> float:
    """Floating-point operations of the layers' matrix products over every token once; attention is left out."""
    weights: int = sum(weight.numel() for weight in model.base_model.layers.parameters() if weight.ndim == 2)
    return 2.0 * weights * sum(len(row.prefix) + sum(map(len, row.suffixes)) for row in rows)


def achievable(device: str) -> float:
    """Floating-point operations a second of large matrix products in single precision, the best of five."""
    import torch

    size = 1_024 if device == "cpu" else 8_192
    one, other = torch.randn(size, size, device=device), torch.randn(size, size, device=device)
    best = float("inf")
    clock = time.process_time if device == "cpu" else time.perf_counter
    for _ in range(5):
        start = clock()
        product = one @ other
        float(product[0, 0])  # waits for a GPU
        best = min(best, clock() - start)
    return 2.0 * size**3 / best


def bound(rows: Sequence[Any]) -> float:
    """Tokens that one pair at a time computes over those that a shared prefix leaves."""
    apart = sum(len(row.prefix) + len(suffix) for row in rows for suffix in row.suffixes)
    together = sum(len(row.prefix) + sum(map(len, row.suffixes)) for row in rows)
    return apart / together


def printed(result: dict[str, Any]) -> str:
    """The table in Markdown."""
    lines = [f"{result['repeats']} repeats, {result['machine']}", ""]
    lines += ["| model | members | pairs | " + " | ".join(WAYS) + " | speed-up | bound | FLOP/s | max. difference |"]
    lines += ["|---" * (len(WAYS) + 7) + "|"]
    for size, by_members in result["sizes"].items():
        for members, row in by_members.items():
            cells = " | ".join(f"{row['seconds'][name]:.2f} s" for name in WAYS)
            faster = f"{row['speedup']:.2f} | {row['bound']:.2f} | {row['share_of_achievable_flops']:.0%}"
            pairs = f"{row['pairs']:,} of {row['pairs_of_the_group']:,} pairs"
            lines.append(f"| {size} | {members} | {pairs} | {cells} | {faster} | {row['max_abs_diff']:.1e} |")
    return "\n".join(lines)


def at_least_one(text: str) -> int:
    """A count of 1 or more. Raises ValueError."""
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def main() -> None:
    parser = argparse.ArgumentParser(description="A reward model's scores, one pair at a time against ours.")
    parser.add_argument("--members", default="5,50,500", help="group sizes, separated by commas")
    parser.add_argument("--sizes", default=",".join(SIZES), help="models, hidden size x layers")
    parser.add_argument("--repeats", type=int, default=5, help="how often everything is timed; the median counts")
    parser.add_argument("--parts", type=at_least_one, help="how many parts of a group each way scores; default: all")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    import torch

    torch.set_num_threads(1)
    sizes = arguments.sizes.split(",")
    members = [int(part) for part in arguments.members.split(",")]
    table: dict[str, dict[str, Any]] = {size: {} for size in sizes}
    for size in sizes:
        for count in members:
            table[size][str(count)] = measure(size, count, arguments.repeats, arguments.device, arguments.parts)
            print(f"{size}, {count} members: {table[size][str(count)]}", file=sys.stderr, flush=True)
    rows = [row for by_members in table.values() for row in by_members.values()]
    result = {
        "speedup": {str(count): min(table[size][str(count)]["speedup"] for size in sizes) for count in members},
        "max_abs_diff": max(row["max_abs_diff"] for row in rows),
        "sizes": table,
        "repeats": arguments.repeats,
        "machine": f"{platform.machine()}, torch {torch.__version__}, {arguments.device}, one thread",
    }
    print(json.dumps(result, indent=2) if arguments.json else printed(result))


if __name__ == "__main__":
    main()
