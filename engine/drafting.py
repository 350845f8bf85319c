"""Candidates out of opinions, however many there are: what one prompt holds at once, more by clusters of like ones.

More than AT_ONCE opinions are split into a tree of clusters. Each leaf is deliberated by itself; its best statements
are the opinions of the next level, up to the root. So every cluster is heard, small ones as well as large ones; how
much each weighs is settled when the candidates are predicted and reranked for all members.

Source: the limit on group size is what Bakker et al. 2022 leave open (section 5); the recursion is ours.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.choosing import choose
from engine.errors import GeneratorMisbehaved
from engine.grouping import Cluster, Vectors, tree
from engine.ports import AgreementPredictor, StatementGenerator
from engine.records import Candidate, Revision
from engine.welfare import WelfareRule

AT_ONCE = 100
"""Opinions that one deliberation holds: about 8,000 words of a prompt at 80 words each."""

DRAFTED_BELOW = 6
"""Candidates drafted of a cluster below the root."""

SPOKEN = 2
"""Statements with which a cluster speaks at the level above: its best and the next that says something else."""

HEARD = 64
"""Members of a cluster below the root who choose its statements; drawn by lot where it has more."""

TOGETHER = 8
"""Clusters deliberated at the same time: a language model's server answers them side by side."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is deliberated and with what. opinions: [members]; revision: its critiques are aligned with them."""

    question: str
    opinions: Sequence[str]
    generator: StatementGenerator
    predictor: AgreementPredictor
    rule: WelfareRule
    seed: int
    revision: Revision | None = None
    at_once: int = AT_ONCE


class Draft:
    """The candidates so far, distinct after case and spacing are folded."""

    def __init__(self, task: Task, points: Vectors | None) -> None:
        """`points`: a vector per opinion, needed where there are more than one deliberation holds."""
        self.candidates: list[Candidate] = []
        self.trees: list[Cluster] = []
        self._task = task
        self._points = points
        self._subsets = 0
        self._known: set[str] = set()

    async def add(self, subset: Sequence[int], share: int) -> list[int]:
        """Positions of at most `share` new candidates made of the opinions of `subset`."""
        task, added = self._task, list[int]()
        seed = (
            task.seed if not self._subsets else int(np.random.default_rng([task.seed, self._subsets]).integers(2**31))
        )
        self._subsets += 1
        if len(subset) > task.at_once:
            self._take(await self._recursively(subset, share + len(self.candidates), seed), share, added)
            return added
        wanted = share
        while True:
            found = await _written(task, subset, wanted, seed)
            self._take(found[:wanted], share, added)
            earlier = len(self.candidates) - len(added)
            if len(added) >= share or wanted > share or len(found) < wanted or not earlier:
                return added
            wanted = share + len(self.candidates)

    def _take(self, found: Sequence[Candidate], share: int, added: list[int]) -> None:
        for candidate in found:
            folded = re.sub(r"\s+", " ", candidate.text.strip()).casefold()
            if folded not in self._known and len(added) < share:
                self._known.add(folded)
                added.append(len(self.candidates))
                self.candidates.append(candidate)

    async def _recursively(self, subset: Sequence[int], wanted: int, seed: int) -> list[Candidate]:
        """Candidates of the whole, then the best statement of each of its parts, the largest part first."""
        if self._points is None:
            raise ValueError("more opinions than one deliberation holds need vectors to be clustered by")
        members = np.array(subset)
        grown = _of(tree(self._points[members], self._task.at_once, seed), members)
        self.trees.append(grown)
        gate = asyncio.Semaphore(TOGETHER)
        spoken = await self._children(grown, seed, gate)
        by_size = sorted(range(len(spoken)), key=lambda at: (-len(grown.children[at].members), at))
        parts = [spoken[at][0] for at in by_size if spoken[at]][: wanted // 2]
        whole = await self._weighed(spoken, wanted, seed, gate)
        heard = wanted - len(parts)
        return [*whole[:heard], *parts, *whole[heard:]]

    async def _spoken(self, cluster: Cluster, seed: int, gate: asyncio.Semaphore) -> list[Candidate]:
        """At most SPOKEN statements with which the cluster speaks; none where no opinion of it holds usable words."""
        if cluster.children:
            found = await self._weighed(await self._children(cluster, seed, gate), DRAFTED_BELOW, seed, gate)
        else:
            async with gate:
                try:
                    found = await _written(self._task, cluster.members, DRAFTED_BELOW, seed)
                except GeneratorMisbehaved:
                    return []
        if len(found) <= 1:
            return found
        task, members = self._task, _drawn(cluster.members, seed)
        async with gate:
            prediction = await task.predictor.predict(
                task.question,
                [task.opinions[at] for at in members],
                [candidate.text for candidate in found],
                revision=critiques_of(task.revision, members),
            )
        texts = [candidate.text for candidate in found]
        chosen = choose(prediction, texts, task.rule, seed=seed, wanted=SPOKEN)
        return [found[at] for at in chosen.posted]

    async def _children(self, cluster: Cluster, seed: int, gate: asyncio.Semaphore) -> list[list[Candidate]]:
        seeds = np.random.default_rng([seed, 5]).integers(2**31, size=len(cluster.children)).tolist()
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(self._spoken(child, its_seed, gate))
                    for child, its_seed in zip(cluster.children, seeds, strict=True)
                ]
        except ExceptionGroup as group:
            # Whoever called knows what to do about a model that is away, and nothing about groups of failures.
            raise group.exceptions[0] from group
        return [one.result() for one in running]

    async def _weighed(
        self, spoken: Sequence[Sequence[Candidate]], wanted: int, seed: int, gate: asyncio.Semaphore
    ) -> list[Candidate]:
        """Candidates out of what clusters said: theirs are the opinions now."""
        said = _once([candidate for part in spoken for candidate in part])
        if len(said) <= 1:
            return said
        revision = self._task.revision and Revision(self._task.revision.previous_statement, ("",) * len(said))
        level = replace(self._task, opinions=[candidate.text for candidate in said], revision=revision)
        async with gate:
            try:
                found = await _written(level, range(len(said)), wanted, seed)
            except GeneratorMisbehaved:
                return said[:wanted]
        return [_resting_on(candidate, said) for candidate in found]


async def _written(task: Task, subset: Sequence[int], wanted: int, seed: int) -> list[Candidate]:
    """At least one candidate of the subset's opinions, with provenance in positions of all opinions."""
    found = await task.generator.generate(
        task.question,
        [task.opinions[at] for at in subset],
        wanted,
        seed=seed,
        revision=critiques_of(task.revision, subset),
    )
    if not found:
        raise GeneratorMisbehaved(f"The generator {task.generator.name!r} gave no candidate at all.")
    return [_seen(candidate, [subset[at] for at in candidate.provenance.opinions_seen]) for candidate in found]


def critiques_of(revision: Revision | None, members: Sequence[int]) -> Revision | None:
    """The revision with the critiques of these members only."""
    return revision and Revision(revision.previous_statement, tuple(revision.critiques[at] for at in members))


def _once(said: Sequence[Candidate]) -> list[Candidate]:
    """Each text once, in the order first said, resting on the opinions of all who said it."""
    behind: dict[str, set[int]] = {}
    for one in said:
        behind.setdefault(one.text, set()).update(one.provenance.opinions_seen)
    first = {one.text: one for one in reversed(said)}
    return [_seen(first[text], sorted(seen)) for text, seen in behind.items()]


def _resting_on(candidate: Candidate, said: Sequence[Candidate]) -> Candidate:
    """Its provenance names the opinions behind the statements it was made of."""
    behind = {at for one in candidate.provenance.opinions_seen for at in said[one].provenance.opinions_seen}
    return _seen(candidate, sorted(behind))


def _seen(candidate: Candidate, opinions: Sequence[int]) -> Candidate:
    return Candidate(candidate.text, replace(candidate.provenance, opinions_seen=tuple(opinions)))


def _of(cluster: Cluster, members: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Cluster:
    """The cluster with positions of all opinions instead of the subset's."""
    return Cluster(
        tuple(members[list(cluster.members)].tolist()), tuple(_of(child, members) for child in cluster.children)
    )


def _drawn(members: Sequence[int], seed: int) -> list[int]:
    if len(members) <= HEARD:
        return list(members)
    return sorted(np.random.default_rng([seed, 6]).choice(members, HEARD, replace=False).tolist())
