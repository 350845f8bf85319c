"""From a question and opinions to ranked candidates: generate, predict, rerank. No chat, no database.

Source: Bakker et al. 2022, section 3.4 (N candidates reranked by predicted welfare) and the data collection
of section 3.1 (candidates from subsets of opinions, each the best under a welfare function of its own).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from engine.choosing import PER_SUBSET, choose, ratings
from engine.errors import GeneratorMisbehaved, RulesError, UsageError
from engine.ports import AgreementPredictor, StatementGenerator
from engine.records import Candidate, Drafting, Provenance, Revision
from engine.rounds.model import Purpose
from engine.welfare import WelfareRule

LEFT_OUT = (0, 1, 2)
"""How many opinions each of the three subsets of purpose `collect` silently leaves out."""

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
) -> Drafting:
    """Candidates for `question` out of `opinions`, predicted, ranked by `rule`, and the `posted` ones chosen.

    opinions: [members] free texts; a blank one is a member who gave none: it keeps its row in the prediction,
    and neither generator nor welfare sees it. revision: its critiques are aligned with `opinions`.
    n: how many candidates are wanted; fewer come back, with a note, where the opinions support fewer.
    purpose: "collect" drafts from subsets that leave out 0, 1 and 2 opinions and posts two of each, the best
    under log-normal alphas; provenance.opinions_seen says what each was made of.

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
        reason = f"The rule {str(wanted)!r}" if wanted.needs_positive else "Collecting training data"
        raise RulesError(
            f"{reason} needs predictions on the 1-7 scale and the predictor {predictor.name!r} has no calibration; "
            "choose utilitarian, median or schulze, or a calibrated predictor such as lexical."
        )

    draft = _Draft(question, opinions, generator, seed, revision)
    subsets = _subsets(given, seed) if aim is Purpose.COLLECT else [given]
    shares = [n // len(subsets) + (at < n % len(subsets)) for at in range(len(subsets))]
    groups = [await draft.add(subset, max(share, _least(aim))) for subset, share in zip(subsets, shares, strict=True)]
    candidates = tuple(draft.candidates)

    texts = [candidate.text for candidate in candidates]
    prediction = await predictor.predict(question, opinions, texts, revision=revision)
    if prediction.score.shape != (len(opinions), len(texts)):
        raise ValueError(
            f"score must be [members, candidates] {(len(opinions), len(texts))}, got {prediction.score.shape}"
        )
    chosen = choose(
        prediction,
        texts,
        wanted,
        seed=seed,
        wanted=posted,
        silent=[at for at in range(len(opinions)) if at not in set(given)],
        groups=groups if aim is Purpose.COLLECT else (),
    )
    notes = _notes(candidates, n, generator.name, given if aim is Purpose.DECIDE else ())
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


class _Draft:
    """The candidates so far, distinct after case and spacing are folded."""

    def __init__(
        self,
        question: str,
        opinions: Sequence[str],
        generator: StatementGenerator,
        seed: int,
        revision: Revision | None,
    ) -> None:
        self.candidates: list[Candidate] = []
        self._question = question
        self._opinions = opinions
        self._generator = generator
        self._seed = seed
        self._subsets = 0
        self._revision = revision
        self._known: set[str] = set()

    async def add(self, subset: Sequence[int], share: int) -> list[int]:
        """Positions of at most `share` new candidates made of the opinions of `subset`."""
        added: list[int] = []
        seed = (
            self._seed if not self._subsets else int(np.random.default_rng([self._seed, self._subsets]).integers(2**31))
        )
        self._subsets += 1
        revision = self._revision and Revision(
            self._revision.previous_statement, tuple(self._revision.critiques[at] for at in subset)
        )
        wanted = share
        while True:
            found = await self._generator.generate(
                self._question, [self._opinions[at] for at in subset], wanted, seed=seed, revision=revision
            )
            if not found:
                raise GeneratorMisbehaved(f"The generator {self._generator.name!r} gave no candidate at all.")
            for candidate in found[:wanted]:
                folded = re.sub(r"\s+", " ", candidate.text.strip()).casefold()
                if folded not in self._known and len(added) < share:
                    self._known.add(folded)
                    added.append(len(self.candidates))
                    self.candidates.append(_placed(candidate, subset))
            if (
                len(added) >= share
                or wanted > share
                or len(found) < wanted
                or not self.candidates[: -len(added) or None]
            ):
                return added
            wanted = share + len(self.candidates)


def _placed(candidate: Candidate, subset: Sequence[int]) -> Candidate:
    """The candidate with its provenance in positions of all opinions instead of the subset's."""
    made = candidate.provenance
    seen = tuple(subset[at] for at in made.opinions_seen)
    return Candidate(candidate.text, Provenance(made.generator, made.model, made.prompt_version, made.seed, seen))


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
    writers = sorted({candidate.provenance.generator for candidate in candidates} - {asked})
    if writers:
        notes.append(f"The generator {asked} could not write statements, so {' and '.join(writers)} wrote them.")
    if found < wanted:
        statements = "1 statement" if found == 1 else f"{found} different statements"
        notes.append(f"The opinions support {statements}, fewer than the {wanted} asked for.")
    unseen = set(all_of) - {at for candidate in candidates for at in candidate.provenance.opinions_seen}
    if unseen:
        opinions = "1 opinion was" if len(unseen) == 1 else f"{len(unseen)} opinions were"
        notes.append(f"{opinions} too long, too many or without usable words for {asked}, and no statement saw them.")
    return tuple(notes)
