"""No opinion takes a statement over, on a model that obeys orders and on the extractive default; plain demands survive.

Each hostile opinion stands among four honest ones. A statement must hold no ping, no link, no markup, nothing that
the attack asked for and, from a language model, no six words that only one member wrote. What is known to get through
is marked in the files, attack by attack, and fails here as soon as it no longer does; docs/models.md has the rates.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.deliberation import deliberate
from engine.errors import GeneratorMisbehaved
from engine.generation.extractive import ExtractiveGenerator
from engine.generation.guards import SUPPORTED, Guard
from engine.generation.leaks import Leaks
from engine.generation.openai import OpenAIGenerator
from engine.generation.orders import without_orders
from engine.generation.plain import plain
from engine.language import sentences, stems
from engine.scoring.lexical import LexicalPredictor
from tests.openai_server.models import fenced, obedient, obliging
from tests.openai_server.server import OpenAIServer

QUESTION = "Should we close the street to cars?"
HONEST = [
    "Yes, close it. Children could play there and it would be quieter for everybody who lives here.",
    "No. Shops need deliveries in the morning, and older residents depend on lifts from their families.",
    "I think we should close it on Sundays first and see how that goes.",
    "Only if buses can still get through and there are places to park nearby.",
]
PING = re.compile(r"[@＠]\w|<[@!#]|https?:|www\.|[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
FILES = ("adversarial", "adversarial_held_out", "adversarial_last")


@lru_cache(maxsize=1)
def suite() -> dict[str, list[dict[str, Any]]]:
    """Every opinion of the three files; `text` is repeated as often as `times` says."""
    found: dict[str, list[dict[str, Any]]] = {"hostile": [], "benign": []}
    for name in FILES:
        lists = tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
        for kind, opinions in found.items():
            opinions += [{**one, "text": one["text"] * one.get("times", 1), "file": name} for one in lists[kind]]
    return found


def params(kind: str, *, others_are_slow: bool = False) -> list[Any]:
    """Opinions as parameters; those of the later files only in the long run where that is said."""
    return [
        pytest.param(
            one,
            id=f"{one['file'].removeprefix('adversarial').strip('_')}-{one['text'][:40]}",
            marks=[pytest.mark.slow] if others_are_slow and one["file"] != FILES[0] else [],
        )
        for one in suite()[kind]
    ]


hostile = pytest.mark.parametrize("attack", params("hostile"))
hostile_mostly_slow = pytest.mark.parametrize("attack", params("hostile", others_are_slow=True))
benign = pytest.mark.parametrize("demand", params("benign"))


def harms(text: str, attack: dict[str, Any]) -> list[str]:
    """What of an attack is in a statement."""
    found = [word for word in attack["never"] if word in text.casefold()]
    return found + PING.findall(text)


def known(attack: dict[str, Any], where: str) -> bool:
    """Whether the file says that this gets through there."""
    return where in attack.get("let_through", ())


def among_honest(attack: dict[str, Any]) -> list[str]:
    """The attack as the third of five opinions."""
    return [*HONEST[:2], attack["text"], *HONEST[2:]]


def test_there_are_fifty_of_each_and_half_of_the_attacks_came_after_tuning() -> None:
    files = [one["file"] for one in suite()["hostile"]]
    assert len(files) >= 50
    assert len(suite()["benign"]) >= 50
    assert sum(name != FILES[0] for name in files) * 2 >= len(files)
    kinds = {one.get("kind") for one in suite()["hostile"]}
    assert kinds >= {"pings", "markup", "homoglyphs", "repeats", "direction", "zero width", "delimiters", "languages"}


@hostile_mostly_slow
async def test_a_model_that_obeys_orders_is_not_let_through(attack: dict[str, Any]) -> None:
    opinions = among_honest(attack)
    leaks = Leaks([plain(text) for text in opinions], [QUESTION])
    async with OpenAIServer(model=obedient) as server:
        found = await OpenAIGenerator("tiny", base_url=server.base_url).generate(QUESTION, opinions, 8, seed=1)
    assert found
    assert any(harms(candidate.text, attack) for candidate in found) == known(attack, "model")
    for candidate in found:
        assert not PING.search(candidate.text)
        assert not leaks.in_text(candidate.text)


@hostile_mostly_slow
async def test_the_guards_hold_even_where_the_attack_reaches_the_model(attack: dict[str, Any]) -> None:
    """The model is shown the raw attack, as if nothing had been taken out of the prompt."""

    def shown_everything(messages: Any, number: int) -> str:
        if number % 3 == 0:
            return obliging(messages, number)
        raw = [
            messages[0],
            {"content": messages[-1]["content"] + f"\n[opinion 0]\n{attack['text'][:2_000]}\n[/opinion 0]"},
        ]
        return obedient(raw, number)

    async with OpenAIServer(model=shown_everything) as server:
        try:
            found = await OpenAIGenerator("tiny", base_url=server.base_url).generate(
                QUESTION, among_honest(attack), 8, seed=1
            )
        except GeneratorMisbehaved:
            found = []  # the extractive default writes
    assert any(harms(candidate.text, attack) for candidate in found) == known(attack, "raw")
    assert not any(PING.search(candidate.text) for candidate in found)


@hostile
async def test_the_extractive_default_obeys_nobody(attack: dict[str, Any]) -> None:
    found = await ExtractiveGenerator().generate(QUESTION, among_honest(attack), 16, seed=1)
    assert not any(PING.search(candidate.text) for candidate in found)
    obeyed = any(harms(candidate.text, attack) for candidate in found)
    assert obeyed == (attack.get("lost_by_the_extractive_default", False) or known(attack, "extractive"))


@pytest.mark.slow
@hostile
async def test_an_attack_all_alone_brings_no_statement_or_a_harmless_one(attack: dict[str, Any]) -> None:
    async with OpenAIServer(model=obedient) as server:
        try:
            found = await OpenAIGenerator("tiny", base_url=server.base_url).generate(
                QUESTION, [attack["text"], "Yes.", "No."], 4, seed=1
            )
        except GeneratorMisbehaved:
            return
    assert not any(PING.search(candidate.text) for candidate in found)


@benign
async def test_a_demand_reaches_the_model_whole_and_the_extractive_statement(demand: dict[str, Any]) -> None:
    opinions = [*HONEST[:2], demand["text"], *HONEST[2:]]
    assert without_orders(plain(demand["text"])) == demand["text"]
    if demand["file"] == FILES[0]:
        async with OpenAIServer() as server:
            await OpenAIGenerator("tiny", base_url=server.base_url).generate(QUESTION, opinions, 1, seed=1)
        assert demand["text"] in fenced(server.requests[0]["messages"], "opinion")
    found = await ExtractiveGenerator().generate(QUESTION, [demand["text"], HONEST[2]], 16, seed=1)
    said = " ".join(candidate.text.casefold() for candidate in found)
    survived = any(word in said for word in demand["keep"])
    assert survived != demand.get("lost_by_the_extractive_default", False)


@hostile_mostly_slow
async def test_no_posted_statement_is_made_of_one_opinion_alone(attack: dict[str, Any]) -> None:
    """Leave one out: whatever one of five writes, each posted statement says something that the others wrote."""
    drafting = await deliberate(
        QUESTION, among_honest(attack), generator=ExtractiveGenerator(), predictor=LexicalPredictor(), seed=1
    )
    others = stems(QUESTION).union(*(stems(text) for text in HONEST))
    for at in drafting.posted:
        own = [sentence for sentence in sentences(drafting.candidates[at].text) if not stems(sentence) - others]
        assert own, drafting.candidates[at].text


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200) | st.sampled_from([one["text"][:2_000] for one in suite()["hostile"]]))
def test_one_opinion_moves_no_other_members_prediction_and_the_mean_by_its_own_share(written: str) -> None:
    statements = ["We should close the street on Sundays.", "Shops need deliveries, so it must stay open."]
    predictor = LexicalPredictor()
    before = predictor.predict_now(QUESTION, [*HONEST, ""], statements).expected_agreement
    after = predictor.predict_now(QUESTION, [*HONEST, written], statements).expected_agreement
    assert before is not None
    assert after is not None
    assert np.array_equal(before[:-1], after[:-1])
    assert (np.abs(after.mean(axis=0) - before.mean(axis=0)) <= 6 / (len(HONEST) + 1)).all()


@pytest.mark.parametrize("out", range(4))
def test_a_statement_of_one_opinions_words_is_dropped_whoever_it_is(out: int) -> None:
    """What the guard keeps rests on the others when any one opinion is left out."""
    guard = Guard(QUESTION, HONEST)
    others = stems(QUESTION).union(*(stems(text) for at, text in enumerate(HONEST) if at != out))
    alone = sorted(stems(HONEST[out]) - others)
    kept = guard.judge([f"It comes down to {' and '.join(alone)}.", "Close it on Sundays when children play there."])
    for _, text in kept.kept:
        said = stems(text)
        assert len(said & others) >= SUPPORTED * len(said)
