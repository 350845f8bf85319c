"""A generator that never leaves a round without statements: where the first one fails, another one writes them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from engine.errors import GeneratorMisbehaved, GeneratorUnavailable
from engine.ports import StatementGenerator
from engine.records import Candidate, Revision

log = logging.getLogger(__name__)


class FallingBackGenerator(StatementGenerator):
    """`first`, and `second` where `first` does not answer or answers nonsense.

    Its name and service are the first one's; each candidate's provenance names the generator that wrote it, so
    that cards, logs and exports tell the two apart. What `second` raises is raised. In one drafting of many parts,
    `first` is asked no more once it did not answer.
    """

    def __init__(self, first: StatementGenerator, second: StatementGenerator) -> None:
        self._first = first
        self._second = second
        self._one_drafting = False
        self._away = False

    @property
    def name(self) -> str:
        """The catalog name of the generator that is asked first."""
        return self._first.name

    @property
    def service(self) -> str | None:
        """Where opinions are sent."""
        return self._first.service

    def for_drafting(self, opinions: int) -> FallingBackGenerator:
        """See `engine.ports.StatementGenerator.for_drafting`."""
        made = FallingBackGenerator(self._first.for_drafting(opinions), self._second.for_drafting(opinions))
        made._one_drafting = True
        return made

    async def generate(
        self, question: str, opinions: Sequence[str], n: int, *, seed: int, revision: Revision | None = None
    ) -> list[Candidate]:
        """What the first generator writes, else what the second does; never a mixture."""
        if not self._away:
            try:
                return await self._first.generate(question, opinions, n, seed=seed, revision=revision)
            except (GeneratorUnavailable, GeneratorMisbehaved) as failure:
                self._away = self._one_drafting and isinstance(failure, GeneratorUnavailable)
                log.warning(
                    "falling back to another generator",
                    extra={"failed": self._first.name, "writing": self._second.name, "reason": str(failure)},
                )
        return await self._second.generate(question, opinions, n, seed=seed, revision=revision)
