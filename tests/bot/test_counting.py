"""What models cost and how often they fail is counted, whatever level is logged, and texts are not."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.counting import HELP, ModelCounts
from engine import catalog
from engine.catalog import BackEndOptions
from engine.deliberation import deliberate
from engine.endpoint import asking
from tests.openai_server.models import judging
from tests.openai_server.server import OpenAIServer

QUESTION = "Should we close the street to cars?"
OPINIONS = ["Yes, children could play there.", "No. Shops need deliveries in the morning.", "Only on Sundays first."]


@pytest.fixture(name="counts")
def _counts(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelCounts]:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)
    counting = ModelCounts()
    yield counting
    counting.close()


async def test_tokens_statements_failures_and_fallbacks_are_counted(
    counts: ModelCounts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    async with OpenAIServer() as writer, OpenAIServer(model=judging) as judge:
        options = BackEndOptions(openai_base_url=writer.base_url, judge_base_url=judge.base_url)
        generator = catalog.generator("openai:tiny", options)
        predictor = catalog.predictor("judge:tiny", options)
        await deliberate(QUESTION, OPINIONS, generator=generator, predictor=predictor, n=4)
        requests = len(writer.requests) + len(judge.requests)
        await writer.stop()
        await judge.stop()
        await deliberate(QUESTION, OPINIONS, generator=generator, predictor=predictor, n=4)
    assert counts["candidates"] == 4
    assert counts["judgements"] == 12
    assert counts["drafts"] == 1
    assert counts["requests"] == requests + 1, "what the writer that had stopped was asked"
    assert counts["failures"] >= 2 * 3, "each of them was tried three times"
    assert counts["tokens"] == 120 * requests
    assert counts["generator_fallbacks"] == counts["predictor_fallbacks"] == 1


async def test_the_page_holds_every_figure_and_begins_at_zero(counts: ModelCounts) -> None:
    lines = counts.page().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [f"parley_model_{name}_total 0" for name in HELP]
    assert "parley_model_tokens_total 0" in lines


def test_levels_are_as_before_once_it_is_closed() -> None:
    logger = logging.getLogger("engine")
    before = logger.level, list(logger.handlers)
    counts = ModelCounts()
    assert logger.isEnabledFor(logging.INFO)
    counts.close()
    counts.close()
    assert (logger.level, logger.handlers) == before
