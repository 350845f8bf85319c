"""What answers an interaction, how often, how late and with what.

Source: Discord's documentation, "Receiving and Responding to Interactions" and "Application Commands".
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.chat_server.clock import SimulatedTime
from tests.discord_server import rights
from tests.discord_server.bare import Rest
from tests.discord_server.limits import RateLimits
from tests.discord_server.person import Answer, Person
from tests.discord_server.server import DiscordServer
from tests.discord_server.world import Channel

Json = dict[str, Any]
EPHEMERAL = 64
BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Join", "custom_id": "join"}]}
MENU: Json = {"type": 1, "components": [{"type": 8, "custom_id": "where", "placeholder": "Where"}]}
TEXT = {"type": 4, "custom_id": "opinion", "style": 2}
ASK: Json = {
    "name": "consensus",
    "description": "Find agreement",
    "default_member_permissions": str(rights.MANAGE_GUILD),
    "options": [
        {
            "type": 1,
            "name": "ask",
            "description": "Ask",
            "options": [
                {"type": 3, "name": "question", "description": "What", "required": True, "max_length": 10},
                {"type": 6, "name": "who", "description": "Who"},
                {"type": 3, "name": "ballot", "description": "How", "choices": [{"name": "Open", "value": "open"}]},
            ],
        }
    ],
}


class Bot(Rest):
    """Answers interactions by hand."""

    async def last(self) -> Any:
        """The newest interaction that waits for an answer."""
        there = self.discord.discord.interactions
        await self.discord.until(lambda: any(not one.answer for one in there.values()))
        return [one for one in there.values() if not one.answer][-1]

    async def answer(self, kind: int, data: Json | None = None, made: Any = None) -> tuple[int, Any]:
        """Answer it."""
        made = made or await self.last()
        body = {"type": kind} | ({"data": data} if data is not None else {})
        return await self("POST", f"/interactions/{made.id}/{made.token}/callback", body)


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer(time=SimulatedTime(), limits=RateLimits.none()) as server:
        yield server


@pytest.fixture
async def bot(discord: DiscordServer) -> AsyncIterator[Bot]:
    async with aiohttp.ClientSession() as session:
        made = Bot(discord, session)
        await made("PUT", f"/applications/{discord.app.id}/commands", [ASK])
        yield made


@pytest.fixture
def general(discord: DiscordServer) -> Channel:
    return discord.add_channel("general")


@pytest.fixture
def maria(discord: DiscordServer) -> Person:
    return discord.add_user("maria", roles=[discord.add_role("moderators", rights.MANAGE_GUILD)])


async def asked(bot: Bot, maria: Person, general: Channel, kind: int, data: Json | None = None) -> Answer:
    """Maria asks, and is answered."""
    told: Answer
    told, _ = await asyncio.gather(
        maria.command("consensus ask", {"question": "Close?"}, general), bot.answer(kind, data)
    )
    return told


async def pressed(bot: Bot, maria: Person, kind: int, data: Json | None = None) -> tuple[int, Any]:
    """Maria presses Join, and is answered."""
    answer: tuple[int, Any]
    _, answer = await asyncio.gather(maria.press("Join"), bot.answer(kind, data))
    return answer


async def test_a_command_is_offered_by_its_permissions(discord: DiscordServer, bot: Bot, general: Channel) -> None:
    alice, owner = discord.add_user("alice"), discord.owner
    assert not alice.offered("consensus ask", general)
    assert owner.offered("consensus ask", general)
    assert alice.offered("consensus ask"), "nobody has permissions in a conversation of two"
    assert not owner.offered("consensus", general), "a group cannot be sent"
    assert not owner.offered("consensus close", general)
    with pytest.raises(AssertionError, match="has no command"):
        await alice.command("consensus ask", {"question": "x"}, general)


async def test_a_client_sends_only_what_the_options_take(bot: Bot, maria: Person, general: Channel) -> None:
    for options in ({}, {"question": "x" * 11}, {"question": "x", "ballot": "secret"}, {"question": "x", "other": 1}):
        with pytest.raises(AssertionError):
            await maria.command("consensus ask", options, general)


async def test_people_named_in_options_come_resolved(bot: Bot, maria: Person, general: Channel) -> None:
    options = {"question": "Close?", "who": maria.id}
    await asyncio.gather(maria.command("consensus ask", options, general), bot.answer(5))
    data = next(iter(bot.discord.discord.interactions.values())).payload["data"]
    assert data["resolved"]["users"][maria.id]["username"] == "maria"
    assert data["options"][0]["options"][1] == {"name": "who", "type": 6, "value": maria.id}


async def test_an_interaction_is_answered_once(bot: Bot, maria: Person, general: Channel) -> None:
    await asked(bot, maria, general, 4, {"content": "Asked", "flags": EPHEMERAL})
    (made,) = bot.discord.discord.interactions.values()
    assert (await bot.answer(4, {"content": "Again"}, made))[1]["code"] == 40060
    made.token = "another"
    assert (await bot.answer(4, {"content": "Again"}, made))[1]["code"] == 10062
    assert [one.content for one in maria.ephemerals] == ["Asked"]
    assert not general.messages


async def test_the_first_follow_up_takes_the_place_of_thinking(bot: Bot, maria: Person, general: Channel) -> None:
    await asked(bot, maria, general, 5, {"flags": EPHEMERAL})
    (made,) = bot.discord.discord.interactions.values()
    webhook = f"/webhooks/{bot.discord.app.id}/{made.token}"
    await bot("POST", webhook, {"content": "Done"})
    await bot("POST", webhook, {"content": "And more", "flags": EPHEMERAL})
    assert [one.content for one in maria.ephemerals] == ["Done", "And more"]
    await bot("PATCH", f"{webhook}/messages/@original", {"content": "Changed"})
    await bot("DELETE", f"{webhook}/messages/{maria.ephemerals[1].id}")
    assert [one.content for one in maria.ephemerals] == ["Changed"]
    assert await bot.code("GET", f"{webhook}/messages/5") == 10008
    await bot.discord.advance(901)
    assert await bot.code("PATCH", f"{webhook}/messages/@original", {"content": "Late"}) == 50027


@pytest.mark.parametrize(("kind", "data"), [(6, None), (7, {"content": "x"}), (8, {"choices": []}), (99, None)])
async def test_not_every_answer_fits_a_command(
    bot: Bot, maria: Person, general: Channel, kind: int, data: Json | None
) -> None:
    asking = asyncio.create_task(maria.command("consensus ask", {"question": "Close?"}, general))
    assert (await bot.answer(kind, data))[1]["code"] == 50035
    await bot.answer(5)
    assert not (await asking).failure


async def test_a_button_changes_its_message_or_nothing(bot: Bot, maria: Person, general: Channel) -> None:
    await asked(bot, maria, general, 4, {"content": "Asked", "components": [BUTTON]})
    assert (await pressed(bot, maria, 6))[0] == 204
    assert general.said[0].content == "Asked"
    await pressed(bot, maria, 7, {"content": "Joined", "components": []})
    assert (general.said[0].content, general.said[0].components) == ("Joined", [])


@pytest.mark.parametrize(
    "data",
    [
        {"custom_id": "m", "title": "x" * 46, "components": [{"type": 18, "label": "x", "component": TEXT}]},
        {"custom_id": "m", "title": "x", "components": []},
        {"custom_id": "m", "title": "x", "components": [{"type": 10, "content": "x"}] * 6},
        {"custom_id": "m", "title": "x", "components": [{"type": 18, "label": "x" * 46, "component": TEXT}]},
        {"custom_id": "m", "title": "x", "components": [{"type": 18, "label": "x", "component": BUTTON}]},
        {"custom_id": "m", "title": "x", "components": [BUTTON]},
        {
            "custom_id": "m",
            "title": "x",
            "components": [{"type": 18, "label": "x", "component": TEXT | {"max_length": 4_001}}],
        },
        {
            "custom_id": "m",
            "title": "x",
            "components": [
                {
                    "type": 18,
                    "label": "x",
                    "component": {"type": 21, "custom_id": "r", "options": [{"label": "1", "value": "1"}]},
                }
            ],
        },
    ],
)
async def test_a_modal_keeps_its_limits(bot: Bot, maria: Person, general: Channel, data: Json) -> None:
    asking = asyncio.create_task(maria.command("consensus ask", {"question": "Close?"}, general))
    assert (await bot.answer(9, data))[1]["code"] == 50035
    await bot.answer(5)
    await asking
    assert maria.form is None


async def test_no_modal_follows_a_modal(bot: Bot, maria: Person, general: Channel) -> None:
    modal = {"custom_id": "m", "title": "x", "components": [{"type": 18, "label": "x", "component": TEXT}]}
    await asked(bot, maria, general, 9, modal)
    submitting = asyncio.create_task(maria.submit({"x": "Yes"}))
    assert (await bot.answer(9, modal))[1]["code"] == 50035
    await bot.answer(4, {"content": "Thanks", "flags": EPHEMERAL})
    assert not (await submitting).failure
    made = list(bot.discord.discord.interactions.values())[-1]
    assert made.payload["data"]["components"][0]["component"]["value"] == "Yes"
    assert "message" not in made.payload, "it began with a command"


async def test_a_channel_menu_names_what_was_chosen(bot: Bot, maria: Person, general: Channel) -> None:
    await asked(bot, maria, general, 4, {"content": "Where?", "components": [MENU]})
    await asyncio.gather(maria.choose("Where", general.id), bot.answer(6))
    data = list(bot.discord.discord.interactions.values())[-1].payload["data"]
    assert data["resolved"]["channels"][general.id]["name"] == "general"


async def test_at_most_twenty_five_suggestions(bot: Bot, maria: Person, general: Channel) -> None:
    typing = asyncio.create_task(maria.suggest("consensus ask", "question", "C", general))
    too_many = [{"name": str(one), "value": str(one)} for one in range(26)]
    assert (await bot.answer(8, {"choices": too_many}))[1]["code"] == 50035
    await bot.answer(8, {"choices": too_many[:25]})
    assert len(await typing) == 25


async def test_in_a_private_thread_only_its_members_read(discord: DiscordServer, bot: Bot, general: Channel) -> None:
    alice = discord.add_user("alice")
    body = {"name": "Among us", "type": 12}
    assert await bot.code("POST", f"/channels/{general.id}/threads", body) == 50013
    discord.overwrite(general, discord.bot, allow=rights.CREATE_PRIVATE_THREADS)
    _, made = await bot("POST", f"/channels/{general.id}/threads", body)
    thread = discord.world.channels[made["id"]]
    await bot("POST", f"/channels/{thread.id}/messages", {"content": "Here"})
    assert not alice.reads(thread)
    await bot("PUT", f"/channels/{thread.id}/thread-members/{alice.id}")
    assert [one.content for one in alice.reads(thread)] == ["Here"]
    await bot("PATCH", f"/channels/{thread.id}", {"archived": True})
    assert await bot.code("PATCH", f"/channels/{thread.id}/messages/{thread.said[0].id}", {"content": "x"}) == 50083
    await bot("POST", f"/channels/{thread.id}/messages", {"content": "Opens it again"})
    assert not thread.archived
