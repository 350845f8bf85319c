"""python -m benchmarks.prediction --data DIR [--split dev] [--json]: does the lexical predictor know who agrees?

Pairwise accuracy (which of two statements did this person prefer; a tie counts half) and the realised agreement of
the statement that a predictor's welfare would have chosen for a group of four, beside length, cosine and chance.
Cosine is of tf-idf vectors, since the base install has no embedding model; its idf counts the texts it is tested on.
"Statement only" is the lexical predictor given an empty opinion; "opinions swapped" gives it another participant's
opinion on the same question, so own minus swapped is what it knows of the person. Intervals are 95% bootstrap
percentiles over participants (pairs) and over groups. The weights were fitted on the train splits only.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.real_ratings import SOURCES, Array, Group, Pair, for_each_text, groups, pairs, ratings
from engine import language
from engine.scoring.lexical import LexicalPredictor
from engine.welfare import isoelastic

Scorer = Callable[[str, Sequence[str], Sequence[str]], Array]
RESAMPLES = 1000
SEED = 0


def length(question: str, opinions: Sequence[str], statements: Sequence[str]) -> Array:
    """[members, candidates]: the number of words of the statement."""
    words = [float(len(re.findall(r"\w+", statement))) for statement in statements]
    return np.tile(words, (len(opinions), 1))


def chance(question: str, opinions: Sequence[str], statements: Sequence[str]) -> Array:
    """[members, candidates]: every statement alike, so that every choice is a tie."""
    return np.zeros((len(opinions), len(statements)))


class Cosine:
    """Cosine of the opinion's and the statement's tf-idf vectors over stems."""

    def __init__(self, texts: Sequence[str]) -> None:
        distinct = set(texts)
        seen = Counter(stem for text in distinct for stem in language.stems(text))
        self._idf = {stem: log((1 + len(distinct)) / (1 + count)) + 1 for stem, count in seen.items()}

    def __call__(self, question: str, opinions: Sequence[str], statements: Sequence[str]) -> Array:
        index = {stem: at for at, stem in enumerate(self._idf)}
        heard, said = (self._vectors(texts, index) for texts in (opinions, statements))
        cosine: Array = heard @ said.T
        return cosine

    def _vectors(self, texts: Sequence[str], index: dict[str, int]) -> Array:
        matrix = np.zeros((len(texts), len(index)))
        for row, text in enumerate(texts):
            for term in language.terms(text):
                if term.stem in index:
                    matrix[row, index[term.stem]] += self._idf[term.stem]
        return np.asarray(matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12))


def lexical(question: str, opinions: Sequence[str], statements: Sequence[str]) -> Array:
    """[members, candidates]: the shipped predictor's score."""
    return LexicalPredictor().predict_now(question, opinions, statements).score


def p_agree(question: str, opinions: Sequence[str], statements: Sequence[str]) -> Array:
    """[members, candidates]: the shipped predictor's probability of a rating above 4."""
    chances = LexicalPredictor().predict_now(question, opinions, statements).p_agree
    assert chances is not None
    return chances


def statement_only(question: str, opinions: Sequence[str], statements: Sequence[str]) -> Array:
    """[members, candidates]: the same for everybody, as if nobody had written an opinion."""
    return np.tile(lexical(question, [""], statements), (len(opinions), 1))


def hits(found: Sequence[Pair], scorer: Scorer, opinions: Sequence[str]) -> Array:
    """[pairs]: 1 where the preferred statement scores higher, 0.5 on a tie, 0 otherwise."""
    wanted = [
        (pair.question, opinion, text)
        for pair, opinion in zip(found, opinions, strict=True)
        for text in (pair.preferred, pair.other)
    ]
    scores = for_each_text(wanted, scorer)
    return np.asarray((1.0 + np.sign(np.round(scores[0::2] - scores[1::2], 12))) / 2.0)


def swapped(found: Sequence[Pair]) -> list[str]:
    """Per pair the opinion of another participant on the same question, one other for all of a participant's pairs."""
    rng = np.random.default_rng(SEED)
    writers: dict[str, dict[str, str]] = defaultdict(dict)
    for pair in found:
        writers[pair.question_id][pair.participant] = pair.opinion
    given: dict[tuple[str, str], str] = {}
    for question_id, by_writer in writers.items():
        order = rng.permutation(sorted(by_writer))
        for writer, other in zip(order, np.roll(order, 1), strict=True):
            given[question_id, str(writer)] = by_writer[str(other)]
    return [given[pair.question_id, pair.participant] for pair in found]


def interval(values: Array, owners: Sequence[str] | None = None) -> list[float]:
    """Mean of `values` and its 95% bootstrap interval, drawing whole owners (None: single values)."""
    _, owner = np.unique(owners if owners is not None else np.arange(len(values)), return_inverse=True)
    total = np.bincount(owner, weights=values)
    count = np.bincount(owner).astype(float)
    drawn = np.random.default_rng(SEED).integers(len(total), size=(RESAMPLES, len(total)))
    means = total[drawn].sum(axis=1) / count[drawn].sum(axis=1)
    return [round(float(value), 4) for value in (values.mean(), *np.percentile(means, [2.5, 97.5]))]


def accuracy(data: Path, split: str) -> dict[str, dict[str, Any]]:
    """Per column and predictor: accuracy with its interval; "own minus swapped" is a difference."""
    table: dict[str, dict[str, Any]] = {}
    everything = pairs(data, split)
    for column in dict.fromkeys(pair.column for pair in everything):
        found = [pair for pair in everything if pair.column == column]
        owners = [pair.participant for pair in found]
        own, others = [pair.opinion for pair in found], swapped(found)
        cosine = Cosine([*own, *(text for pair in found for text in (pair.preferred, pair.other))])
        scored = {
            "random": hits(found, chance, own),
            "length": hits(found, length, own),
            "cosine (tf-idf)": hits(found, cosine, own),
            "statement only": hits(found, statement_only, own),
            "lexical": hits(found, lexical, own),
            "lexical, opinions swapped": hits(found, lexical, others),
        }
        scored["lexical, own minus swapped"] = scored["lexical"] - scored["lexical, opinions swapped"]
        table[column] = {"pairs": len(found), "participants": len(set(owners))} | {
            name: interval(values, owners) for name, values in scored.items()
        }
    return table


def realised(found: Sequence[Group], choose: Callable[[Group], Array]) -> dict[str, list[float]]:
    """Mean and minimum real agreement of the statement with the highest `choose` [statements]; ties share evenly."""
    means, minima = [], []
    for group in found:
        value = choose(group)
        best = np.isclose(value, value.max(), rtol=0, atol=1e-12)
        means.append(group.agreement.mean(axis=0)[best].mean())
        minima.append(group.agreement.min(axis=0)[best].mean())
    return {"mean": interval(np.array(means)), "minimum": interval(np.array(minima))}


def welfare_of_groups(data: Path, split: str) -> dict[str, Any]:
    """Per way of choosing: realised mean and minimum agreement, 1-7, over groups of four."""
    found = groups(data, split)
    cosine = Cosine([text for group in found for text in (*group.opinions, *group.statements)])
    predictor = LexicalPredictor()

    def by(scorer: Scorer) -> Callable[[Group], Array]:
        return lambda group: np.asarray(scorer(group.question, group.opinions, group.statements).mean(axis=0))

    def expected(alpha: float) -> Callable[[Group], Array]:
        def value(group: Group) -> Array:
            agreement = predictor.predict_now(group.question, group.opinions, group.statements).expected_agreement
            assert agreement is not None
            return isoelastic(agreement, alpha)

        return value

    return {
        "groups": len(found),
        "random": realised(found, by(chance)),
        "length": realised(found, by(length)),
        "cosine (tf-idf)": realised(found, by(cosine)),
        "statement only": realised(found, by(statement_only)),
        "lexical, utilitarian": realised(found, expected(0.0)),
        "lexical, Bernoulli-Nash": realised(found, expected(1.0)),
        "lexical, Rawlsian": realised(found, expected(float("inf"))),
        "oracle, mean": realised(found, lambda group: np.asarray(group.agreement.mean(axis=0))),
        "oracle, minimum": realised(
            found, lambda group: np.asarray(group.agreement.min(axis=0) + group.agreement.mean(axis=0) / 1e3)
        ),
    }


def reliability(data: Path, split: str) -> dict[str, dict[str, list[float]]]:
    """Per source: predicted and real share of agreement, and the Brier score beside that of the real share alone."""
    everything = ratings(data, split)
    table: dict[str, dict[str, list[float]]] = {}
    for source in SOURCES:
        found = [row for row in everything if row.source == source]
        said = for_each_text([(row.question, row.opinion, row.statement) for row in found], p_agree)
        real = np.array([row.lowest > 4 for row in found], dtype=np.float64)
        owners = [row.participant for row in found]
        table[source] = {
            "predicted share": interval(said, owners),
            "real share": interval(real, owners),
            "Brier score": interval((said - real) ** 2, owners),
            "Brier score of the real share": interval((real.mean() - real) ** 2, owners),
        }
    return table


def printed(result: dict[str, Any]) -> str:
    """The tables in Markdown."""
    lines: list[str] = []
    table = result["accuracy"]
    columns = list(table)
    lines += [f"Pairwise accuracy, {result['split']} [95% interval over participants]", ""]
    lines += ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name in (name for name in table[columns[0]] if name not in ("pairs", "participants")):
        lines.append(f"| {name} | " + " | ".join(_cell(table[column][name], 3) for column in columns) + " |")
    sizes = (f"{table[column]['pairs']} of {table[column]['participants']}" for column in columns)
    lines.append("| pairs of participants | " + " | ".join(sizes) + " |")
    group = result["groups"]
    lines += ["", f"Realised agreement (1-7) of the chosen statement, {group['groups']} Polis groups of four", ""]
    lines += ["| | mean | minimum |", "|---|---|---|"]
    lines += [
        f"| {name} | {_cell(cell['mean'], 2)} | {_cell(cell['minimum'], 2)} |"
        for name, cell in group.items()
        if name != "groups"
    ]
    lines += ["", "Calibration of p_agree, ratings above 4", ""]
    names = list(next(iter(result["reliability"].values())))
    lines += ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    lines += [
        f"| {source} | " + " | ".join(_cell(row[name], 3) for name in names) + " |"
        for source, row in result["reliability"].items()
    ]
    return "\n".join(lines)


def _cell(value: Sequence[float], digits: int) -> str:
    middle, low, high = (f"{number:.{digits}f}" for number in value)
    return f"{middle} [{low}, {high}]"


def main() -> None:
    parser = argparse.ArgumentParser(description="The lexical predictor against length, cosine and chance.")
    parser.add_argument("--data", type=Path, required=True, help="folder with remesh_polarized/ and polis_open/")
    parser.add_argument("--split", default="dev", choices=("train", "dev"), help="train is what it was fitted on")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    arguments = parser.parse_args()
    result = {
        "split": arguments.split,
        "accuracy": accuracy(arguments.data, arguments.split),
        "groups": welfare_of_groups(arguments.data, arguments.split),
        "reliability": reliability(arguments.data, arguments.split),
    }
    print(json.dumps(result, indent=2) if arguments.json else printed(result))


if __name__ == "__main__":
    main()
