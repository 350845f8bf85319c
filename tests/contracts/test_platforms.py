"""What every chat platform owes (bot/platform.py), on the fake one and on the browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.platform import Button, Card, ChatPlatform, InChannel, MessageRef, Privately, Text
from engine.errors import PlatformRefused
from storage.store import open_store
from tests.dialogues.bot_stage import BotStage
from tests.dialogues.fake_stage import FakeStage
from tests.dialogues.stage import Cast
from tests.dialogues.web_stage import WebStage

CAST = (Cast("maria", moderator=True), Cast("alice"), Cast("bob"))


@pytest.fixture(params=[FakeStage, WebStage])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BotStage]:
    store = await open_store(f"sqlite:///{tmp_path / 'parley.db'}", migrate=True)
    async with request.param(store, CAST) as opened:
        yield opened
    await store.close()


@pytest.fixture
def platform(stage: BotStage) -> ChatPlatform:
    return stage.platform


def card(text: str) -> Card:
    return Card("notice", text, (Text(text),), (Button("join", "Join", "r1"),))


async def members(stage: BotStage) -> dict[str, str]:
    """Name -> member id."""
    found, _ = await stage.platform.resolve((stage.channel,), after=None, limit=10)
    return {await stage.platform.name_of(one): one for one in found}


async def test_ids_begin_with_the_platforms_name(stage: BotStage) -> None:
    prefix = f"{stage.platform.name}:"
    assert stage.channel.startswith(prefix)
    assert all(member.startswith(prefix) for member in (await members(stage)).values())


async def test_a_key_posts_once(stage: BotStage, platform: ChatPlatform) -> None:
    first = await platform.send("r1/1/0", InChannel(stage.channel), card("One."))
    again = await platform.send("r1/1/0", InChannel(stage.channel), card("One."), retried_since=0.0)
    other = await platform.send("r1/1/1", InChannel(stage.channel), card("Two."))
    if platform.abilities.idempotent:
        assert again == first
        assert len(await stage.posts()) == 2
    assert other != first


async def test_a_private_card_is_for_one_person(stage: BotStage, platform: ChatPlatform) -> None:
    alice = (await members(stage))["alice"]
    await platform.send("r1/1/0", Privately(alice, stage.channel), card("For alice."))
    assert [(one.who, one.card) for one in await stage.posts()] == [("alice", card("For alice."))]


async def test_nobody_there_is_refused_for_good(stage: BotStage, platform: ChatPlatform) -> None:
    with pytest.raises(PlatformRefused) as refusal:
        await platform.send("r1/1/0", Privately(f"{platform.name}:nobody", stage.channel), card("Hello?"))
    assert refusal.value.reason == "direct_messages_closed"


async def test_editing_replaces_and_a_message_that_is_gone_says_so(stage: BotStage, platform: ChatPlatform) -> None:
    ref = await platform.send("r1/1/0", InChannel(stage.channel), card("Before."))
    await platform.edit(ref, card("After."))
    assert [one.card for one in await stage.posts()] == [card("After.")]
    with pytest.raises(PlatformRefused) as refusal:
        await platform.edit(MessageRef(stage.channel, "c0"), card("Never."))
    assert refusal.value.reason == "message_gone"


async def test_reactions_are_the_members_own_ratings(stage: BotStage, platform: ChatPlatform) -> None:
    seeded = Card("candidate", "Seeded.", (Text("Seeded."),), seeds=True)
    ref = await platform.send("r1/1/0", InChannel(stage.channel), seeded)
    assert await platform.reactions(ref) == {}
    await stage.react("alice", "6", "Seeded.")
    await stage.react("bob", "tada", "Seeded.")
    assert await platform.reactions(ref) == {(await members(stage))["alice"]: (6,)}
    await stage.react("alice", "6", "Seeded.", added=False)
    assert await platform.reactions(ref) == {}


async def test_references_resolve_in_pages_without_repeats(stage: BotStage, platform: ChatPlatform) -> None:
    everybody, found, cursor = sorted((await members(stage)).values()), list[str](), None
    while True:
        page, cursor = await platform.resolve((stage.channel, everybody[0]), after=cursor, limit=2)
        assert len(page) <= 2
        found += page
        if cursor is None:
            break
    assert found == everybody


async def test_a_name_in_a_channel_resolves_to_its_member(stage: BotStage, platform: ChatPlatform) -> None:
    known = await members(stage)
    assert await platform.resolve((f"{stage.channel}@Alice",), after=None, limit=10) == ([known["alice"]], None)
    assert await platform.resolve((f"{stage.channel}@nobody",), after=None, limit=10) == ([], None)
    assert await platform.resolve((), after=None, limit=10) == ([], None)


async def test_names_of_strangers_are_their_ids(platform: ChatPlatform) -> None:
    assert await platform.name_of(f"{platform.name}:nobody") == f"{platform.name}:nobody"


async def test_forgetting_takes_a_persons_conversation_and_reactions(stage: BotStage, platform: ChatPlatform) -> None:
    alice = (await members(stage))["alice"]
    ref = await platform.send("r1/1/0", InChannel(stage.channel), card("For all."))
    await platform.send("r1/1/1", Privately(alice, stage.channel), card("For alice."))
    await stage.react("alice", "6", "For all.")
    await platform.forget(alice)
    await platform.forget(alice)
    assert [one.who for one in await stage.posts()] == [None]
    assert await platform.reactions(ref) == {}
