"""python -m benchmarks.fit_orders --data DIR [--out FILE]: fits what tells an order to the writer from an opinion.

A penalised logistic regression over `engine.generation.orders.features`. Orders, and demands in the same words, are
made of the templates in order_texts.toml, each template counting the same however often it is filled in; beside them
stand sentences that people wrote, of the train splits. What is written holds figures only. Printed are the share of
orders found and of demands lost in templates that were left out of the fit (five folds), and of real sentences and
opinions of the dev splits that would be taken for orders.
"""

from __future__ import annotations

import argparse
import json
import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.fit_lexical import DATA
from benchmarks.real_ratings import Array, ratings
from engine.generation import orders
from engine.generation.plain import plain
from engine.language import sentences

TEXTS = Path(__file__).with_name("order_texts.toml")
FILLED = 8
"""How often a template is filled in."""

PENALTY = 0.2
REAL = 0.25
"""What one real sentence counts beside one template."""

FREE = frozenset({"we"})
"""Features that may make a sentence less of an order: to say what we should do is what an opinion is for."""

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """A sentence, whether it is an order, the template it was made of ("" for a real one), and what it counts."""

    text: str
    question: str
    order: bool
    template: str
    weight: float


def made(seed: int = 0) -> list[Sample]:
    """Every template of order_texts.toml, filled in."""
    lists = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    dice = random.Random(seed)
    found = []
    for kind in ("orders", "plain"):
        for template in lists["texts"][kind]:
            texts = {
                template.format(**{name: dice.choice(words) for name, words in lists["slots"].items()})
                for _ in range(FILLED)
            }
            found += [Sample(one, "", kind == "orders", template, 1 / len(texts)) for one in sorted(texts)]
    return found


def real(data: Path, split: str) -> list[Sample]:
    """The sentences of opinions and statements of a split, each once."""
    texts = {
        (text, one.question) for one in ratings(data, split) for text in (one.opinion, one.statement) if text.strip()
    }
    found = {(sentence, question) for text, question in sorted(texts) for sentence in sentences(plain(text))}
    return [Sample(text, question, False, "", REAL) for text, question in sorted(found)]


def matrix(samples: Sequence[Sample], names: Sequence[str]) -> Array:
    """[samples, 1 + names]: a column of ones, then the features."""
    index = {name: at for at, name in enumerate(names, 1)}
    found = np.zeros((len(samples), 1 + len(names)))
    found[:, 0] = 1
    for row, one in enumerate(samples):
        for name, value in orders.features(one.text, one.question).items():
            if name in index:
                found[row, index[name]] = value
    return found


def fitted(x: Array, y: Array, weight: Array, names: Sequence[str]) -> Array:
    """Logistic weights [1 + names], none negative but FREE ones: to speak of more families is never less an order."""
    free = np.ones(x.shape[1], dtype=bool)
    bound = np.array([False, *(name not in FREE for name in names)])
    while True:
        found = np.zeros(x.shape[1])
        found[free] = _newton(x[:, free], y, weight)
        negative = bound & (found < 0)
        if not negative.any():
            return found
        free &= ~negative


def _newton(x: Array, y: Array, weight: Array) -> Array:
    """Logistic weights [columns], ridge-penalised but for the first."""
    at = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], PENALTY)
    ridge[0] = 0.0
    for _ in range(60):
        likely = 1 / (1 + np.exp(-np.clip(x @ at, -50, 50)))
        gradient = x.T @ (weight * (y - likely)) - ridge * at
        hessian = (x * (weight * likely * (1 - likely))[:, None]).T @ x + np.diag(ridge + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        at += step
        if np.abs(step).max() < 1e-8:
            break
    return at


def names_of(samples: Sequence[Sample]) -> list[str]:
    """The features that are in at least three templates."""
    seen: dict[str, set[str]] = {}
    for one in samples:
        for name in orders.features(one.text, one.question):
            seen.setdefault(name, set()).add(one.template or one.text)
    return sorted(name for name, templates in seen.items() if len(templates) >= 3)


def crossed(x: Array, samples: Sequence[Sample], names: Sequence[str]) -> dict[str, float]:
    """Shares found and lost among templates that were left out, five folds over templates."""
    y, weight = _targets(samples)
    templates = sorted({one.template for one in samples if one.template})
    random.Random(1).shuffle(templates)
    fold = {template: at % FOLDS for at, template in enumerate(templates)}
    folds = np.array([fold.get(one.template, -1) for one in samples])
    likely = np.zeros(len(samples))
    for at in range(FOLDS):
        out = folds == at
        likely[out] = x[out] @ fitted(x[~out], y[~out], weight[~out], names)
    mine = folds >= 0

    def share(rows: Array, least: float) -> float:
        return round(float(((likely > logit(least)) * weight)[rows].sum() / weight[rows].sum()), 4)

    return {
        "orders_taken": share(mine & (y == 1), orders.ORDER),
        "orders_suspected": share(mine & (y == 1), orders.SUSPECT),
        "demands_taken": share(mine & (y == 0), orders.ORDER),
        "demands_suspected": share(mine & (y == 0), orders.SUSPECT),
    }


def logit(likely: float) -> float:
    """Log odds."""
    return float(np.log(likely / (1 - likely)))


def _targets(samples: Sequence[Sample]) -> tuple[Array, Array]:
    return np.array([float(one.order) for one in samples]), np.array([one.weight for one in samples])


def main() -> None:
    """Fit, print what it comes to, and write the weights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition(":")[2].strip())
    parser.add_argument("--data", type=Path, required=True, help="the folder with the two data sets")
    parser.add_argument("--out", type=Path, default=orders.WEIGHTS, help="where the weights are written")
    asked = parser.parse_args()
    samples = [*made(), *real(asked.data, "train")]
    names = names_of(samples)
    x = matrix(samples, names)
    y, weight = _targets(samples)
    found = dict(zip(["", *names], fitted(x, y, weight, names).round(3).tolist(), strict=True))
    found = {name: value for name, value in found.items() if value or not name}
    unseen = crossed(x, samples, names)
    dev = real(asked.data, "dev")
    odds = matrix(dev, list(found)[1:]) @ np.array(list(found.values()))
    figures = {
        "templates": len({one.template for one in samples if one.template}),
        "real_sentences": sum(not one.template for one in samples),
        **unseen,
        "real_sentences_of_dev": len(dev),
        "real_sentences_of_dev_taken": int((odds > logit(orders.ORDER)).sum()),
        "real_sentences_of_dev_suspected": int((odds > logit(orders.SUSPECT)).sum()),
    }
    asked.out.write_text(
        json.dumps({"data": DATA, "figures": figures, "weights": found}, ensure_ascii=False, indent=1) + "\n",
        encoding="utf-8",
    )
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
