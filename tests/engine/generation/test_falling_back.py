"""A round goes on when its language model does not, and everybody can see who wrote."""

from __future__ import annotations

import logging

import pytest

from engine import catalog
from engine.catalog import BackEndOptions
from engine.deliberation import deliberate
from engine.endpoint import asking
from engine.errors import GeneratorMisbehaved, GeneratorUnavailable, SettingsError
from engine.scoring.lexical import LexicalPredictor
from tests.openai_server.server import Body, Hang, OpenAIServer, Status, Step

QUESTION = "Should we close the street to cars?"
OPINIONS = [
    "Yes, children could play there.",
    "No. Shops need deliveries in the morning.",
    "",
    "Only on Sundays first.",
]


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FIRST_WAIT", 0.01)


@pytest.mark.parametrize("step", [Status(500), Status(429, {"Retry-After": "3600"}), Status(401), Body("{"), Hang()])
async def test_the_extractive_default_writes_where_the_endpoint_fails(step: Step) -> None:
    async with OpenAIServer(forever=step) as server:
        generator = catalog.generator(
            "openai:tiny", BackEndOptions(openai_base_url=server.base_url, openai_seconds=0.7)
        )
        drafting = await deliberate(QUESTION, OPINIONS, generator=generator, predictor=LexicalPredictor(), n=4)
    assert generator.name == "openai:tiny"
    assert {candidate.provenance.generator for candidate in drafting.candidates} == {"extractive"}
    assert "The generator openai:tiny could not write statements, so extractive wrote them." in drafting.notes


async def test_a_server_killed_between_two_draftings_costs_no_drafting() -> None:
    async with OpenAIServer() as server:
        generator = catalog.generator("openai:tiny", BackEndOptions(openai_base_url=server.base_url))
        before = await deliberate(QUESTION, OPINIONS, generator=generator, predictor=LexicalPredictor(), n=4)
        await server.stop()
        after = await deliberate(QUESTION, OPINIONS, generator=generator, predictor=LexicalPredictor(), n=4)
    assert {candidate.provenance.generator for candidate in before.candidates} == {"openai:tiny"}
    assert not any("could not write" in note for note in before.notes)
    assert {candidate.provenance.generator for candidate in after.candidates} == {"extractive"}


async def test_a_model_of_which_nothing_can_be_used_is_replaced_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with OpenAIServer(model=lambda *_: "I'm sorry, I cannot help with purple elephants.") as server:
        generator = catalog.generator("openai:tiny", BackEndOptions(openai_base_url=server.base_url))
        found = await generator.generate(QUESTION, OPINIONS, 4, seed=0)
    assert {candidate.provenance.generator for candidate in found} == {"extractive"}
    assert any("falling back" in record.message for record in caplog.records)
    assert "elephants" not in caplog.text


async def test_who_wants_no_falling_back_gets_the_error() -> None:
    async with OpenAIServer(forever=Status(503)) as server:
        options = BackEndOptions(openai_base_url=server.base_url, fall_back=False)
        with pytest.raises(GeneratorUnavailable):
            await catalog.generator("openai:tiny", options).generate(QUESTION, OPINIONS, 4, seed=0)


async def test_where_nobody_can_write_the_error_is_the_last_ones() -> None:
    async with OpenAIServer() as server:
        generator = catalog.generator("openai:tiny", BackEndOptions(openai_base_url=server.base_url))
        with pytest.raises(GeneratorMisbehaved):
            await generator.generate(QUESTION, ["!!!"], 4, seed=0)
    assert server.requests == []


async def test_opinions_that_no_prompt_could_hold_are_counted_in_a_note() -> None:
    opinions = [
        "Yes, close the street and let children play.",
        "No, the shops need the street.",
        "quiet trees " * 5_000,
    ]
    async with OpenAIServer() as server:
        generator = catalog.generator("openai:tiny", BackEndOptions(openai_base_url=server.base_url))
        drafting = await deliberate(QUESTION, opinions, generator=generator, predictor=LexicalPredictor(), n=2)
    assert any(note.startswith("1 opinion was too long") for note in drafting.notes)


def test_the_catalog_says_what_an_endpoint_needs() -> None:
    with pytest.raises(SettingsError, match="write openai:MODEL"):
        catalog.generator("openai")
    with pytest.raises(SettingsError, match="PARLEY_OPENAI_BASE_URL"):
        catalog.generator("openai:tiny")
    assert "sk-secret" not in repr(BackEndOptions(openai_api_key="sk-secret"))
