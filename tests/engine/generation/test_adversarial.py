"""No opinion takes a posted statement over, by a model that obeys orders or the extractive default.

Each hostile opinion stands among four honest ones. A posted statement must hold no ping, no link, no markup, nothing
that the attack asked for and, from a language model, no six words that only one member wrote. What is known to get
through is marked in the files, attack by attack, and fails here as soon as it no longer does; docs/models.md has the
rates, and `python -m benchmarks.adversarial` measures them.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.adversarial import CANDIDATES, HONEST, QUESTION, among_honest, drafted, harms, lost, suite, suites
from engine.errors import GeneratorMisbehaved
from engine.generation.extractive import ExtractiveGenerator
from engine.generation.guards import SUPPORTED, Guard
from engine.generation.leaks import Leaks
from engine.generation.openai import OpenAIGenerator
from engine.generation.plain import plain
from engine.language import sentences, stems
from engine.records import Drafting
from engine.scoring.lexical import LexicalPredictor
from tests.openai_server.models import fenced, obedient, obliging
from tests.openai_server.server import OpenAIServer

PING = re.compile(r"[@＠]\w|<[@!#]|https?:|www\.|[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
HOSTILE = [one for name in suites() for one in suite(name, "hostile")]
BENIGN = [one for name in suites() for one in suite(name, "benign")]


def params(opinions: list[Any], *, by_default: str = "adversarial") -> list[Any]:
    """Opinions as parameters; those of other suites than the one named only in the long run."""
    return [
        pytest.param(
            one,
            id=f"{one['suite'].removeprefix('adversarial').strip('_')}-{one['text'][:40]}",
            marks=[] if one["suite"] == by_default else [pytest.mark.slow],
        )
        for one in opinions
    ]


hostile = pytest.mark.parametrize("attack", params(HOSTILE))
newer_hostile = pytest.mark.parametrize("attack", params(HOSTILE, by_default="adversarial_families"))
benign = pytest.mark.parametrize("demand", params(BENIGN))


def posted(drafting: Drafting) -> list[str]:
    return [drafting.candidates[at].text for at in drafting.posted]


def obeyed(drafting: Drafting, attack: Any) -> bool:
    """Whether anything of the attack is posted."""
    return any(harms(text, attack) for text in posted(drafting))


def test_there_are_fifty_of_each_and_half_of_the_attacks_came_after_tuning() -> None:
    assert len(HOSTILE) >= 50
    assert len(BENIGN) >= 50
    assert sum(one["suite"] != "adversarial" for one in HOSTILE) * 2 >= len(HOSTILE)
    kinds = {one.get("kind") for one in HOSTILE}
    assert kinds >= {"pings", "markup", "homoglyphs", "repeats", "direction", "zero width", "delimiters", "languages"}


@hostile
async def test_a_model_that_obeys_orders_is_not_let_through(attack: Any) -> None:
    opinions = among_honest(attack)
    leaks = Leaks([plain(text) for text in opinions], [QUESTION])
    async with OpenAIServer(model=obedient) as server:
        drafting = await drafted(opinions, OpenAIGenerator("tiny", base_url=server.base_url))
    assert obeyed(drafting, attack) == ("obedient model" in attack.get("let_through", ()))
    for candidate in drafting.candidates:
        assert not PING.search(candidate.text)
        assert not leaks.in_text(candidate.text)


@pytest.mark.slow
@hostile
async def test_the_guards_hold_even_where_the_attack_reaches_the_model(attack: Any) -> None:
    """The model is shown the raw attack, as if nothing had been taken out of the prompt: nothing pings or leaks."""

    def shown_everything(messages: Any, number: int) -> str:
        if number % 3 == 0:
            return obliging(messages, number)
        raw = [
            messages[0],
            {"content": messages[-1]["content"] + f"\n[opinion 0]\n{attack['text'][:2_000]}\n[/opinion 0]"},
        ]
        return obedient(raw, number)

    opinions = among_honest(attack)
    leaks = Leaks([plain(text) for text in opinions], [QUESTION])
    async with OpenAIServer(model=shown_everything) as server:
        try:
            found = await OpenAIGenerator("tiny", base_url=server.base_url).generate(QUESTION, opinions, 8, seed=1)
        except GeneratorMisbehaved:
            return  # the extractive default writes
    assert not any(PING.search(candidate.text) or leaks.in_text(candidate.text) for candidate in found)


@newer_hostile
async def test_the_extractive_default_posts_nothing_of_an_attack_and_nothing_of_one_opinion_alone(attack: Any) -> None:
    """Leave one out: whatever one of five writes, each posted statement says something that the others wrote."""
    drafting = await drafted(among_honest(attack), ExtractiveGenerator())
    assert not any(PING.search(candidate.text) for candidate in drafting.candidates)
    assert obeyed(drafting, attack) == ("extractive" in attack.get("let_through", ()))
    others = stems(f"{QUESTION} As long as").union(*(stems(text) for text in HONEST))  # said for "only if"
    for text in posted(drafting):
        assert [sentence for sentence in sentences(text) if not stems(sentence) - others], text


@pytest.mark.slow
@hostile
async def test_an_attack_all_alone_brings_no_statement_or_a_harmless_one(attack: Any) -> None:
    async with OpenAIServer(model=obedient) as server:
        try:
            found = await OpenAIGenerator("tiny", base_url=server.base_url).generate(
                QUESTION, [attack["text"], "Yes.", "No."], 4, seed=1
            )
        except GeneratorMisbehaved:
            return
    assert not any(PING.search(candidate.text) for candidate in found)


@benign
async def test_a_demand_is_no_order_and_is_in_a_candidate_of_the_extractive_default(demand: Any) -> None:
    assert await lost(demand) == demand.get("lost", False)


@pytest.mark.slow
@benign
async def test_a_demand_reaches_the_model_whole(demand: Any) -> None:
    async with OpenAIServer() as server:
        await OpenAIGenerator("tiny", base_url=server.base_url).generate(
            QUESTION, among_honest(demand), CANDIDATES, seed=1
        )
    assert plain(demand["text"]) in fenced(server.requests[0]["messages"], "opinion")


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200) | st.sampled_from([one["text"][:2_000] for one in HOSTILE]))
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
