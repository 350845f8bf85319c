"""Private cards of a phase that is over lose the buttons that lead nowhere, and get them back with a reopening."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.platform import Card, Scale
from storage.store import DatabaseStore
from tests.dialogues.rendering import lines
from tests.dialogues.stage import Cast
from tests.dialogues.web_stage import WebStage

CAST = (Cast("maria", moderator=True), Cast("alice"), Cast("bob"), Cast("carol"), Cast("dan"))
OPINIONS = {"alice": "Keep it open.", "bob": "Close it in summer.", "carol": "Ask the customers."}


@pytest.fixture
async def stage(store: DatabaseStore) -> AsyncIterator[WebStage]:
    """A round in which three gave an opinion, and dan was asked for one."""
    async with WebStage(store, CAST) as stage:
        await stage.command("maria", "ask", "Should we close the office on Fridays?")
        for who in (*OPINIONS, "dan"):
            await stage.press(who, "Join and be asked privately")
        for who, opinion in OPINIONS.items():
            await stage.write(who, opinion)
        yield stage


async def card(stage: WebStage, who: str, kind: str) -> Card:
    """The newest card of a kind in somebody's conversation."""
    return [post.card for post in await stage.posts() if post.who == who and post.card.kind == kind][-1]


def offered(card: Card) -> list[str]:
    """What can be pressed: labels of buttons, and of scales in brackets."""
    return [f"({one.label})" if isinstance(one, Scale) else one.label for one in card.buttons]


async def test_when_opinions_are_in_nobody_is_asked_for_one_any_more(stage: WebStage) -> None:
    assert "Give my opinion" in offered(await card(stage, "dan", "opinion-card"))
    assert "Withdraw" in offered(await card(stage, "alice", "receipt"))
    await stage.command("maria", "close", "")
    for who in (*OPINIONS, "dan"):
        asked = await card(stage, who, "opinion-card")
        assert offered(asked) == []
        assert asked.summary == "Should we close the office on Fridays?"
        assert "This part of the round is over" in lines(asked)
    held = await card(stage, "alice", "receipt")
    assert "Withdraw" not in offered(held)
    assert "Research and training" in offered(held)


async def test_a_reopened_round_asks_again_on_the_same_card(stage: WebStage) -> None:
    await stage.command("maria", "close", "")
    await stage.command("maria", "close", "")
    assert offered(await card(stage, "dan", "ballot-card")) == []
    await stage.command("maria", "reopen", "1d")
    assert "Give my opinion" in offered(await card(stage, "dan", "opinion-card"))
    assert "Withdraw" in offered(await card(stage, "alice", "receipt"))
    await stage.write("dan", "Close it, but not in December.")
    assert "Withdraw" in offered(await card(stage, "dan", "receipt"))


async def test_a_cancelled_round_asks_for_nothing(stage: WebStage) -> None:
    await stage.command("maria", "cancel", "")
    await stage.press("maria", "Cancel")
    for who in (*OPINIONS, "dan"):
        assert offered(await card(stage, who, "opinion-card")) == []
    assert offered(await card(stage, "alice", "receipt")) == ["Research and training"]


async def test_a_receipt_names_no_rating_of_a_statement_that_was_hidden_since(stage: WebStage) -> None:
    """A process that begins anew brings every card up to date, so one that did not must have done the same."""
    await stage.command("maria", "close", "")
    await stage.react("alice", "6", "Statement 1 of")
    await stage.react("alice", "3", "Statement 2 of")
    await stage.command("maria", "close", "")
    assert "Agreement with statement 2" in lines(await card(stage, "alice", "receipt"))
    await stage.command("maria", "hide", "2 It says too little.")
    held = lines(await card(stage, "alice", "receipt"))
    assert "Agreement with statement 1" in held
    assert "Agreement with statement 2" not in held
