"""A statement generator that follows a script, for tests of what stands around generators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import GeneratorMisbehaved
from engine.ports import StatementGenerator
from engine.records import Candidate, Provenance, Revision


@dataclass(frozen=True, slots=True)
class Call:
    """One call of `generate`, as it came."""

    question: str
    opinions: tuple[str, ...]
    n: int
    seed: int
    revision: Revision | None


class ScriptedGenerator(StatementGenerator):
    """Gives the texts of its script in order, the last script again and again, and remembers its calls.

    A script is a list of texts; it sees opinions in reverse order, so that a caller who confuses positions is caught.
    """

    def __init__(self, *scripts: Sequence[str], service: str | None = None) -> None:
        self._scripts = [list(script) for script in scripts]
        self._service = service
        self.calls: list[Call] = []

    @property
    def name(self) -> str:
        """The name that its candidates carry."""
        return "scripted"

    @property
    def service(self) -> str | None:
        """Where opinions are sent."""
        return self._service

    async def generate(
        self, question: str, opinions: Sequence[str], n: int, *, seed: int, revision: Revision | None = None
    ) -> list[Candidate]:
        """The next script's texts, at most `n`."""
        if not any(any(letter.isalnum() for letter in opinion) for opinion in opinions):
            raise GeneratorMisbehaved("The script has nothing to say about no opinions.")
        script = self._scripts[min(len(self.calls), len(self._scripts) - 1)]
        self.calls.append(Call(question, tuple(opinions), n, seed, revision))
        seen = tuple(reversed(range(len(opinions))))
        return [Candidate(text, Provenance(self.name, "script", "1", seed, seen)) for text in script[:n]]
