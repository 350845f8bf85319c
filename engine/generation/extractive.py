"""The embedded default: statements put together from members' own clauses, by rule, on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from engine.errors import GeneratorMisbehaved
from engine.generation.asking import ask
from engine.generation.composing import statements
from engine.generation.plain import plain
from engine.generation.points import gather
from engine.generation.revising import revised
from engine.ports import StatementGenerator
from engine.records import Candidate, Provenance, Revision

VERSION = "extractive-1"
"""Changes when the rules do, so that a log says which rules wrote a statement."""


class ExtractiveGenerator(StatementGenerator):
    """Writes statements out of what members said; see `engine.ports.StatementGenerator`.

    Deterministic: the same question, opinions, n and seed give the same candidates. Points that several
    members share come first and in the wording closest to all of them; nobody is counted or named.
    Opinions in other languages are used in their own words. With a
    revision the candidates start from the previous statement. Raises GeneratorMisbehaved where no opinion
    holds a word that a statement can use.
    """

    @property
    def name(self) -> str:
        """The catalog name."""
        return "extractive"

    @property
    def service(self) -> str | None:
        """None: opinions stay here."""
        return None

    async def generate(
        self, question: str, opinions: Sequence[str], n: int, *, seed: int, revision: Revision | None = None
    ) -> list[Candidate]:
        """At most `n` candidates that differ in balance and content, best supported first."""
        texts = await asyncio.to_thread(_write, question, tuple(opinions), n, seed, revision)
        if not texts:
            raise GeneratorMisbehaved(
                "No statement can be made of these opinions: none of them holds words that say something about "
                "the question."
            )
        seen = tuple(at for at, opinion in enumerate(opinions) if opinion.strip())
        return [Candidate(text, Provenance(self.name, self.name, VERSION, seed, seen)) for text in texts]


def _write(question: str, opinions: tuple[str, ...], n: int, seed: int, revision: Revision | None) -> list[str]:
    texts = [plain(opinion) for opinion in opinions]
    asked = ask(question, texts)
    gathered = gather(asked, texts)
    fresh = statements(asked, gathered, n, seed)
    if revision is None:
        return fresh
    found = revised(asked, revision.previous_statement, revision.critiques, gathered, n)
    known = {text.casefold() for text in (*found, revision.previous_statement.strip())}
    return [*found, *(text for text in fresh if text.casefold() not in known)][:n]
