"""What one drafting may cost, however many parts a large group is deliberated in."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time

import pytest

from benchmarks.deliberate import QUESTION, opinions
from engine import catalog
from engine.catalog import BackEndOptions
from engine.deliberation import deliberate
from engine.endpoint import asking
from engine.errors import GeneratorMisbehaved
from engine.generation.prompting import Budget, Spending
from engine.ports import StatementGenerator
from engine.records import Drafting
from engine.scoring.lexical import LexicalPredictor
from tests.openai_server.server import Body, Hang, OpenAIServer, Status


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)


async def drafted(server: OpenAIServer, count: int = 101, **options: object) -> Drafting:
    made = BackEndOptions(openai_base_url=server.base_url, **options)  # type: ignore[arg-type]
    generator = catalog.generator("openai:tiny", made)
    return await deliberate(QUESTION, opinions(count), generator=generator, predictor=LexicalPredictor(), at_once=20)


async def _endlessly(generator: StatementGenerator, said: list[str]) -> None:
    for seed in itertools.count():
        await generator.generate(QUESTION, said, 2, seed=seed)


def wrote(drafting: Drafting) -> set[str]:
    return {one.provenance.generator for one in drafting.candidates}


async def test_the_parts_of_a_large_group_share_one_budget_of_tokens() -> None:
    """101 opinions have two budgets, here of 300 tokens; each answer of the server costs 120."""
    async with OpenAIServer() as server:
        drafting = await drafted(server, openai_tokens=300)
    assert 600 / 120 <= len(server.requests) <= 600 / 120 + 8
    others = sum(one.provenance.generator == "extractive" for one in drafting.candidates)
    assert others
    which = "them" if others == len(drafting.candidates) else f"{others} of the {len(drafting.candidates)}"
    assert drafting.notes[0].endswith(f"could not write statements, so extractive wrote {which}.")


async def test_a_server_that_hangs_costs_its_seconds_once() -> None:
    async with OpenAIServer(forever=Hang()) as server:
        begun = time.monotonic()
        drafting = await drafted(server, openai_seconds=0.5)
        took = time.monotonic() - begun
    assert wrote(drafting) == {"extractive"}
    assert len(server.requests) <= 8, "the parts that were under way, and none of those that followed"
    assert took < 20


@pytest.mark.parametrize("step", [Status(503), Body("no json"), Status(401)])
async def test_a_server_that_fails_is_not_asked_for_every_part(step: Status | Body) -> None:
    async with OpenAIServer(forever=step) as server:
        drafting = await drafted(server)
    assert wrote(drafting) == {"extractive"}
    assert "could not write statements, so extractive wrote them." in drafting.notes[0]
    if isinstance(step, Status):
        assert len(server.requests) <= 8 * 3


async def test_another_drafting_begins_with_a_budget_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with OpenAIServer() as server:
        options = BackEndOptions(openai_base_url=server.base_url, openai_tokens=1_000, fall_back=False)
        generator = catalog.generator("openai:tiny", options)
        one = generator.for_drafting(3)
        said = opinions(3)
        with pytest.raises(GeneratorMisbehaved, match="has spent the 1,000 tokens that one drafting may cost"):
            await asyncio.wait_for(_endlessly(one, said), 60)
        assert await generator.for_drafting(3).generate(QUESTION, said, 2, seed=0)
        assert await generator.generate(QUESTION, said, 2, seed=0)
    ended = {vars(record)["ended"] for record in caplog.records if record.message == "candidates judged"}
    assert ended <= {"enough", "tokens spent"}
    assert "enough" in ended


async def test_seconds_pass_only_while_a_call_is_under_way() -> None:
    """Between its calls a large group's statements are predicted, which costs nothing here."""
    spending, clock = Spending(Budget(seconds=80, tokens=10)), asyncio.get_running_loop().time
    begun = clock()
    with spending.call() as first, spending.call() as second:
        assert first == second
        await asyncio.sleep(0.05)
    took = clock() - begun
    await asyncio.sleep(0.1)
    again = clock()
    with spending.call() as third:
        assert third - again >= 80 - took, "the pause between calls is not counted"
        assert third - clock() <= 80 - 0.04, "and the call before is"


def test_a_larger_group_has_more_tokens_and_fewer_more_seconds() -> None:
    small, large = (Spending(Budget(seconds=80, tokens=10), opinions) for opinions in (100, 900))
    assert (small.seconds, small.most_tokens) == (80, 10)
    assert (large.seconds, large.most_tokens) == (160, 90)
