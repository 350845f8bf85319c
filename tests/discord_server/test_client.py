"""discord.py's own client against the server: what a bot does in a round, from logging in to reactions."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import discord as library
import pytest
from discord import app_commands

from tests.discord_server.filling import Incomplete
from tests.discord_server.person import NO_ANSWER, Person
from tests.discord_server.playing import Bot, running
from tests.discord_server.server import DiscordServer
from tests.discord_server.world import Channel

INTENTS = library.Intents(guilds=True, guild_messages=True, guild_reactions=True, dm_messages=True, dm_reactions=True)


class Opinion(library.ui.Modal, title="Your opinion"):
    position: library.ui.Label[Any] = library.ui.Label(
        text="How much do you agree?",
        component=library.ui.RadioGroup(
            custom_id="position",
            required=False,
            options=[library.RadioGroupOption(label=str(one), value=str(one)) for one in range(1, 8)],
        ),
    )
    opinion: library.ui.Label[Any] = library.ui.Label(
        text="What do you think?",
        description="Nobody learns who wrote what",
        component=library.ui.TextInput(custom_id="opinion", style=library.TextStyle.paragraph, max_length=20),
    )
    research: library.ui.Label[Any] = library.ui.Label(
        text="Use it for research?", component=library.ui.Checkbox(custom_id="research")
    )

    async def on_submit(self, interaction: library.Interaction) -> None:
        data: Any = interaction.data
        given = {one["component"]["custom_id"]: one["component"].get("value") for one in data["components"]}
        await interaction.response.send_message(f"Noted {given}", ephemeral=True)


class Buttons(library.ui.View):
    @library.ui.button(label="Join", custom_id="join:r1")
    async def join(self, interaction: library.Interaction, _: Any) -> None:
        await interaction.response.send_modal(Opinion(custom_id="opinion:r1"))

    @library.ui.select(placeholder="Rate", custom_id="rate", options=[library.SelectOption(label="one", value="1")])
    async def rate(self, interaction: library.Interaction, chosen: Any) -> None:
        await interaction.response.edit_message(content=f"Rated {chosen.values[0]}", view=None)


@pytest.fixture
async def bot(discord: DiscordServer) -> AsyncIterator[Bot]:
    made = Bot(INTENTS)
    group = app_commands.Group(name="consensus", description="Find agreement")

    @group.command(name="ask", description="Ask the channel")
    async def ask(interaction: library.Interaction, question: str, rounds: int = 1) -> None:
        await interaction.response.send_message(f"{question} {rounds}", view=Buttons(timeout=None))

    @ask.autocomplete("question")
    async def offer(interaction: library.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}?", value=f"{typed}?")]

    @group.command(name="silent", description="Never answers")
    async def silent(interaction: library.Interaction) -> None:
        made.seen.append(interaction)

    @group.command(name="slow", description="Answers later")
    async def slow(interaction: library.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        made.seen.append(interaction)

    made.tree.add_command(group)
    async with running(discord, made):
        await made.tree.sync()
        yield made


@pytest.fixture
def general(discord: DiscordServer) -> Channel:
    return discord.add_channel("general")


@pytest.fixture
def alice(discord: DiscordServer) -> Person:
    return discord.add_user("alice")


async def test_a_client_becomes_ready_and_knows_its_guild(
    discord: DiscordServer, general: Channel, alice: Person, bot: Bot
) -> None:
    assert [one.name for one in bot.guilds] == ["Acme"]
    assert bot.get_channel(int(general.id)) is not None
    assert bot.application_id == int(discord.app.id)
    assert bot.guilds[0].get_member(int(alice.id)) is None, "members are not told without the privileged intent"
    assert bot.guilds[0].me.guild_permissions.manage_messages


async def test_a_command_is_completed_sent_and_answered(
    discord: DiscordServer, general: Channel, alice: Person, bot: Bot
) -> None:
    offered = await alice.suggest("consensus ask", "question", "Close on Fridays", general)
    assert offered == [{"name": "Close on Fridays?", "value": "Close on Fridays?"}]
    told = await alice.command("consensus ask", {"question": "Close?", "rounds": 2}, general)
    assert not told.failure
    assert discord.posts(general)[-1].content == "Close? 2"
    assert not discord.violations


async def test_a_button_opens_a_form_and_its_submission_is_answered_privately(
    discord: DiscordServer, general: Channel, alice: Person, bot: Bot
) -> None:
    await alice.command("consensus ask", {"question": "Close?"}, general)
    await alice.press("Join")
    form = alice.form
    assert form is not None
    assert form.title == "Your opinion"
    with pytest.raises(Incomplete, match="What do you think"):
        await alice.submit()
    with pytest.raises(Incomplete, match="0 to 20 characters"):
        await alice.submit({"opinion": "x" * 21})
    told = await alice.submit({"opinion": "Yes", "How much do you agree?": "6", "research": True})
    assert not told.failure
    assert alice.form is None
    assert alice.ephemerals[-1].content == "Noted {'position': '6', 'opinion': 'Yes', 'research': True}"
    assert discord.add_user("bob").reads(general)[-1].content == "Close? 1", "nobody else sees it"


async def test_a_select_changes_its_message(discord: DiscordServer, general: Channel, alice: Person, bot: Bot) -> None:
    await alice.command("consensus ask", {"question": "Close?"}, general)
    assert not (await alice.choose("Rate", "one")).failure
    assert discord.posts(general)[-1].content == "Rated 1"
    assert not discord.posts(general)[-1].components


async def test_messages_direct_messages_reactions_and_pictures(
    discord: DiscordServer, general: Channel, alice: Person, bot: Bot
) -> None:
    place = bot.get_channel(int(general.id))
    assert isinstance(place, library.TextChannel)
    picture = library.File(io.BytesIO(b"png"), "outcome.png", description="Six of seven agree")
    said = await place.send("Statement @everyone", file=picture, view=Buttons(timeout=None))
    await said.add_reaction("1\ufe0f\u20e3")
    await alice.react(discord.posts(general)[-1], "1\ufe0f\u20e3")
    await alice.react(discord.posts(general)[-1], "\U0001f44d")
    await discord.until(lambda: len(bot.reactions) == 3)
    assert [str(one.emoji) for one in bot.reactions] == ["1\ufe0f\u20e3", "1\ufe0f\u20e3", "\U0001f44d"]
    await said.remove_reaction("\U0001f44d", library.Object(int(alice.id)))
    message = discord.posts(general)[-1]
    assert message.reactions == {"1\ufe0f\u20e3": [discord.bot.id, alice.id]}
    assert message.attachments[0]["description"] == "Six of seven agree"
    assert message.pings == []
    direct = await bot.create_dm(library.Object(int(alice.id)))
    await direct.send("What do you think?", embed=library.Embed(description="Read this"))
    assert [one.content for one in alice.messages] == ["What do you think?"]
    await alice.say("We should close.", under=alice.messages[0])
    await alice.post("Nothing for the bot", general)
    await discord.until(lambda: len(bot.heard) == 4)
    assert [one.content for one in bot.heard][2:] == ["We should close.", ""], "a guild's messages come empty"
    assert bot.heard[2].reference is not None


async def test_who_is_not_answered_in_time_reads_so(
    discord: DiscordServer, general: Channel, alice: Person, bot: Bot
) -> None:
    discord.discord.timing.answer = 0.05
    told = await alice.command("consensus silent", channel=general)
    assert told.failure == NO_ANSWER
    with pytest.raises(library.NotFound) as refused:
        await bot.seen[0].response.send_message("too late")
    assert refused.value.code == 10062
    assert discord.violations_of("not_answered", "answered_late")


async def test_what_was_deferred_is_finished_within_fifteen_minutes(
    discord: DiscordServer, general: Channel, alice: Person, bot: Bot
) -> None:
    await alice.command("consensus slow", channel=general)
    await discord.advance(899)
    await bot.seen[0].edit_original_response(content="Done")
    assert alice.ephemerals[-1].content == "Done"
    await discord.advance(2)
    with pytest.raises(library.HTTPException) as refused:
        await bot.seen[0].followup.send("Later")
    assert refused.value.code == 50027
