"""From a question and opinions to ranked candidates: generate, predict, rerank. No chat, no database.

More opinions than a prompt holds are deliberated recursively (engine.drafting); where predicting everybody would take
too long, representatives stand for the others, with their error stated.

Source: Bakker et al. 2022, section 3.4 (N candidates reranked by predicted welfare) and the data collection
of section 3.1 (candidates from subsets of opinions, each the best under a welfare function of its own).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from engine.choosing import PER_SUBSET, choose, ratings
from engine.drafting import AT_ONCE, Draft, Task, critiques_of
from engine.errors import PredictorUnavailable, RulesError, UsageError
from engine.generation.support import unsupported
from engine.grouping import Vectors, normalised, representatives, tree, vectors
from engine.ports import AgreementPredictor, StatementGenerator, TextEmbedder
from engine.records import Candidate, Drafting, Matrix, Prediction, Revision
from engine.rounds.model import Purpose
from engine.welfare import WelfareRule

LEFT_OUT = (0, 1, 2)
"""How many opinions each of the three subsets of purpose `collect` silently leaves out."""

ONE_BY_ONE = 2_000
"""In a larger group, about so many members are predicted by a predictor that is not instant, and stand for the rest."""

__all__ = ["deliberate", "ratings"]


async def deliberate(
    question: str,
    opinions: Sequence[str],
    *,
    generator: StatementGenerator,
    predictor: AgreementPredictor,
    rule: str | WelfareRule = "utilitarian",
    n: int = 16,
    posted: int = 3,
    seed: int = 0,
    revision: Revision | None = None,
    purpose: str = "decide",
    at_once: int = AT_ONCE,
    one_by_one: int | None = None,
) -> Drafting:
    """Candidates for `question` out of `opinions`, predicted, ranked by `rule`, and the `posted` ones chosen.

    opinions: [members] free texts; a blank one is a member who gave none: it keeps its row in the prediction,
    and neither generator nor welfare sees it. revision: its critiques are aligned with `opinions`.
    n: how many candidates are wanted; fewer come back, with a note, where the opinions support fewer.
    purpose: "collect" drafts from subsets that leave out 0, 1 and 2 opinions and posts two of each, the best
    under log-normal alphas; provenance.opinions_seen says what each was made of.
    at_once: how many opinions one deliberation holds; more are deliberated by clusters, recursively. one_by_one: in a
    larger group about so many members are predicted and stand for those most like them, and a note states the error;
    None predicts everybody where the predictor is instant, and otherwise ONE_BY_ONE members.

    Predictions are in ratings where the predictor is calibrated, else in scores. The same arguments give the
    same drafting where generator and predictor do. Raises UsageError without any opinion, RulesError where the
    rule needs a calibration that the predictor lacks, and what generator and predictor raise.
    """
    wanted = WelfareRule.parse(rule) if isinstance(rule, str) else rule
    given = tuple(at for at, opinion in enumerate(opinions) if opinion.strip())
    aim = Purpose(purpose)
    if not given:
        raise UsageError("There are no opinions to deliberate on; collect at least one that is not empty.")
    if n < 1 or posted < 1:
        raise RulesError(f"At least one candidate must be drafted and posted, got {n!r} drafted and {posted!r} posted.")
    if revision is not None and len(revision.critiques) != len(opinions):
        raise ValueError(f"critiques are [members] like opinions {len(opinions)}, got {len(revision.critiques)}")
    if not predictor.calibrated and (wanted.needs_positive or aim is Purpose.COLLECT):
        collecting = aim is Purpose.COLLECT
        reason = "Collecting training data" if collecting else f"The rule {str(wanted)!r}"
        ways = [
            *([] if predictor.comparing else ["fit one with `parley calibrate`"]),
            *([] if collecting else ["choose utilitarian, median or schulze"]),
            "predict with lexical",
        ]
        raise RulesError(
            f"{reason} needs predictions on the 1-7 scale and the predictor {predictor.name!r} has no calibration; "
            f"{', or '.join([', '.join(ways[:-1]), ways[-1]] if ways[1:] else ways)}."
        )

    limit = one_by_one or (len(given) if predictor.instant else ONE_BY_ONE)
    points = await _points(question, opinions, (predictor, generator)) if len(given) > min(at_once, limit) else None
    task = Task(
        question,
        opinions,
        generator.for_drafting(len(given)),
        predictor.for_drafting(),
        wanted,
        seed,
        revision,
        at_once,
    )
    draft = Draft(task, points)
    subsets = _subsets(given, seed) if aim is Purpose.COLLECT else [given]
    shares = [n // len(subsets) + (at < n % len(subsets)) for at in range(len(subsets))]
    groups = [await draft.add(subset, max(share, _least(aim))) for subset, share in zip(subsets, shares, strict=True)]
    candidates = tuple(draft.candidates)

    texts = [candidate.text for candidate in candidates]
    if points is None or len(given) <= limit:
        prediction, error = await task.predictor.predict(question, opinions, texts, revision=revision), None
    else:
        prediction, error = await _represented(task, texts, np.array(given), points, limit)
    if prediction.score.shape != (len(opinions), len(texts)):
        raise ValueError(
            f"score must be [members, candidates] {(len(opinions), len(texts))}, got {prediction.score.shape}"
        )
    lacking = await asyncio.to_thread(_unsupported, task, texts) if aim is not Purpose.COLLECT else ()
    heard = set(given)
    chosen = choose(
        prediction,
        texts,
        wanted,
        seed=seed,
        wanted=posted,
        silent=[at for at in range(len(opinions)) if at not in heard],
        groups=groups if aim is Purpose.COLLECT else (),
        unsupported=lacking,
    )
    notes = _notes(candidates, n, generator.name, given if aim is Purpose.DECIDE else ())
    if draft.trees:
        leaves = len(draft.trees[0].leaves)
        notes += (f"The {len(given):,} opinions were deliberated in {leaves:,} groups of like ones, each represented.",)
    if error is not None:
        notes += (error,)
    if prediction.instead is not None:
        notes += (f"The predictor {predictor.name} could not predict agreement, so {prediction.instead} did.",)
    return Drafting(
        candidates=candidates,
        prediction=prediction,
        welfare=chosen.welfare,
        ranking=chosen.ranking,
        posted=chosen.posted,
        notes=notes,
        choice=chosen.choice,
    )


async def _points(question: str, opinions: Sequence[str], models: Sequence[object]) -> Vectors:
    """[members, dimensions]: where each opinion stands, by the embedding model where one is configured and answers."""
    for model in models:
        if isinstance(model, TextEmbedder):
            with suppress(PredictorUnavailable):
                return normalised(await model.embed(opinions))
    return await asyncio.to_thread(vectors, question, opinions)


async def _represented(
    task: Task, texts: Sequence[str], given: npt.NDArray[np.int64], points: Vectors, limit: int
) -> tuple[Prediction, str]:
    """Predictions for representatives spread over everybody they stand for, and a note that states the error."""
    root = tree(points[given], task.at_once, task.seed)
    standing = representatives(points[given], root, limit, task.seed)
    members = given[standing.members]
    found = await task.predictor.predict(
        task.question,
        [task.opinions[at] for at in members],
        texts,
        revision=critiques_of(task.revision, members.tolist()),
    )

    def spread(matrix: Matrix) -> Matrix:
        everybody = np.tile(matrix.mean(axis=0), (len(task.opinions), 1))
        everybody[given] = standing.spread(matrix)
        return everybody

    others = len(given) - len(members)
    off = standing.error(ratings(found))
    note = (
        f"Agreement was predicted for {len(members):,} members, drawn from every group, who stand for the other "
        f"{others:,}; the mean over everybody may be off by {off:.2f} (95%)."
    )
    everybody = replace(
        found,
        score=spread(found.score),
        expected_agreement=None if found.expected_agreement is None else spread(found.expected_agreement),
        p_agree=None if found.p_agree is None else spread(found.p_agree),
    )
    return everybody, note


def _unsupported(task: Task, texts: Sequence[str]) -> tuple[int, ...]:
    """Candidates that rest on one odd opinion alone. The previous statement is public, critiques are one's own."""
    if task.revision is None:
        return unsupported(task.question, task.opinions, texts)
    written = [f"{one}\n{other}" for one, other in zip(task.opinions, task.revision.critiques, strict=True)]
    return unsupported(f"{task.question}\n{task.revision.previous_statement}", written, texts)


def _least(purpose: Purpose) -> int:
    return PER_SUBSET if purpose is Purpose.COLLECT else 1


def _subsets(given: Sequence[int], seed: int) -> list[tuple[int, ...]]:
    """Three subsets that leave out 0, 1 and 2 opinions by lot, never more than leaves one."""
    dice = np.random.default_rng([seed, 1])
    subsets: list[tuple[int, ...]] = []
    for size in LEFT_OUT:
        out = {int(at) for at in dice.choice(given, size=min(size, len(given) - 1), replace=False)}
        subsets.append(tuple(at for at in given if at not in out))
    return subsets


def _notes(candidates: Sequence[Candidate], wanted: int, asked: str, all_of: Sequence[int]) -> tuple[str, ...]:
    """What members should know. asked: the generator's name; all_of: opinions that some candidate should have seen."""
    notes: list[str] = []
    found = len(candidates)
    wrote = [candidate.provenance.generator for candidate in candidates]
    others = sorted(set(wrote) - {asked})
    if others:
        which = f"{found - wrote.count(asked)} of the {found}" if asked in wrote else "them"
        notes.append(f"The generator {asked} could not write statements, so {' and '.join(others)} wrote {which}.")
    if found < wanted:
        statements = "1 statement" if found == 1 else f"{found} different statements"
        notes.append(f"{statements} that could be used came of the opinions, fewer than the {wanted} asked for.")
    unseen = set(all_of) - {at for candidate in candidates for at in candidate.provenance.opinions_seen}
    if unseen:
        opinions = "1 opinion was" if len(unseen) == 1 else f"{len(unseen)} opinions were"
        notes.append(f"{opinions} too long, too many or without usable words for {asked}, and no statement saw them.")
    return tuple(notes)
