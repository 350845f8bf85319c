"""What every StatementGenerator keeps, by the words of its port (engine/ports.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from engine import catalog
from engine.catalog import BackEndOptions
from engine.errors import GeneratorMisbehaved
from engine.generation.extractive import ExtractiveGenerator
from engine.generation.openai import OpenAIGenerator
from engine.ports import StatementGenerator
from engine.records import Revision
from tests.fakes.scripted import ScriptedGenerator
from tests.openai_server.server import OpenAIServer

SCRIPT = ("We should close it.", "We should keep it open.", "Some of us would close it on Sundays.")
GENERATORS: dict[str, Callable[[str], StatementGenerator]] = {
    "extractive": lambda _: ExtractiveGenerator(),
    "scripted": lambda _: ScriptedGenerator(SCRIPT),
    "openai:tiny": lambda url: OpenAIGenerator("tiny", base_url=url),
    "openai:tiny, falling back": lambda url: catalog.generator("openai:tiny", BackEndOptions(openai_base_url=url)),
}
QUESTION = "Should we close the street to cars?"
OPINIONS = [
    "Yes, children could play there. It would be quieter.",
    "",
    "No. Shops need deliveries in the morning.",
    "I think we should close it on Sundays first.",
    "Only if buses can still get through.",
]


@pytest.fixture(params=GENERATORS, name="generator")
async def _generator(request: pytest.FixtureRequest) -> AsyncIterator[StatementGenerator]:
    async with OpenAIServer() as server:
        yield GENERATORS[request.param](server.base_url)


async def test_it_says_its_name_and_where_opinions_go(generator: StatementGenerator) -> None:
    assert generator.name in GENERATORS
    assert generator.service is None or generator.service.strip()


@pytest.mark.parametrize("n", [1, 2, 16])
async def test_at_most_n_candidates_distinct_and_not_empty(generator: StatementGenerator, n: int) -> None:
    found = await generator.generate(QUESTION, OPINIONS, n, seed=0)
    folded = {" ".join(candidate.text.split()).casefold() for candidate in found}
    assert 1 <= len(found) <= n
    assert len(folded) == len(found)
    assert "" not in folded


async def test_provenance_says_who_made_it_of_what(generator: StatementGenerator) -> None:
    for candidate in await generator.generate(QUESTION, OPINIONS, 16, seed=7):
        made = candidate.provenance
        assert made.generator == generator.name
        assert made.model
        assert made.prompt_version
        assert made.seed == 7
        assert len(set(made.opinions_seen)) == len(made.opinions_seen) > 0
        assert set(made.opinions_seen) <= set(range(len(OPINIONS)))


async def test_the_same_arguments_give_the_same_candidates(generator: StatementGenerator) -> None:
    first = await generator.generate(QUESTION, OPINIONS, 16, seed=3)
    second = await generator.generate(QUESTION, OPINIONS, 16, seed=3)
    assert first == second


async def test_one_opinion_is_enough(generator: StatementGenerator) -> None:
    assert await generator.generate(QUESTION, [OPINIONS[0]], 16, seed=0)


async def test_a_revision_gives_candidates_too(generator: StatementGenerator) -> None:
    critiques = ("", "", "It says nothing about deliveries.", "Please remove the part about children.", "")
    revision = Revision("We should close the street to cars, because children could play there.", critiques)
    assert await generator.generate(QUESTION, OPINIONS, 16, seed=0, revision=revision)


async def test_opinions_without_a_word_are_refused_and_never_an_empty_list(generator: StatementGenerator) -> None:
    with pytest.raises(GeneratorMisbehaved):
        await generator.generate(QUESTION, ["", "   ", "!!! 🎉"], 16, seed=0)
