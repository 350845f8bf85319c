"""What doctor says of Discord: one clear sentence each, with what to do."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from bot.discord import examining
from bot.discord.examining import examine
from bot.discord.installing import invite_url, token_of
from bot.findings import Finding, Mark
from bot.settings import Settings
from engine.errors import SettingsError
from tests.discord_server.rights import ATTACH_FILES, EVERYBODY, MANAGE_MESSAGES
from tests.discord_server.server import TOKEN, DiscordServer
from tests.discord_server.sessions import GUILD_MEMBERS


async def seen(discord: DiscordServer, **more: object) -> list[Finding]:
    given = {"discord_token": discord.token, "discord_api_url": discord.api_url, **more}
    return [one async for one in examine(Settings(platforms=("discord",), **given))]


def wrong(found: list[Finding]) -> dict[str, str]:
    return {one.what: one.said for one in found if one.mark is Mark.WRONG}


async def test_a_good_set_up_has_nothing_to_mend() -> None:
    async with DiscordServer() as discord:
        found = await seen(discord)
    assert not wrong(found)
    assert {"Discord token", "Discord clock", "Discord intents", "Discord servers"} <= {one.what for one in found}
    assert not any(discord.token in one.said for one in found)


async def test_a_wrong_token_ends_the_examination() -> None:
    async with DiscordServer() as discord:
        (found,) = await seen(discord, discord_token="a.wrong.token")
    assert "reset it in the developer portal" in found.said
    assert found.mark is Mark.WRONG


async def test_an_intent_that_is_off_and_permissions_that_are_missing_are_named() -> None:
    rights = EVERYBODY & ~ATTACH_FILES
    async with DiscordServer(bot_rights=rights) as discord:
        everybody = discord.guild.roles[discord.guild.id]
        everybody.permissions = rights & ~MANAGE_MESSAGES
        found = wrong(await seen(discord, discord_members=True))
    assert "Server Members" in found["Discord intents"]
    assert "Attach Files" in found["Discord permissions"]
    assert "Manage Messages" in found["Discord permissions"]
    async with DiscordServer(privileged=GUILD_MEMBERS) as discord:
        assert "Discord intents" not in wrong(await seen(discord, discord_members=True))


async def test_a_clock_that_is_off_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "time", SimpleNamespace(time=lambda: time.time() + 600))
    async with DiscordServer() as discord:
        found = wrong(await seen(discord))
    assert "clock is 6" in found["Discord clock"]
    assert "NTP" in found["Discord clock"]


async def test_a_bot_in_no_server_and_an_endpoint_that_takes_its_interactions_are_said() -> None:
    async with DiscordServer() as discord:
        discord.discord.left(discord.guild, discord.bot)
        assert "invite-url" in wrong(await seen(discord))["Discord servers"]


async def test_discord_out_of_reach_is_one_sentence() -> None:
    async with DiscordServer() as discord:
        await discord.begin_outage("unreachable")
        (found,) = await seen(discord)
    assert "cannot be reached" in found.said


def test_the_link_asks_for_what_is_used_and_names_the_application() -> None:
    url = invite_url(Settings(discord_token=TOKEN))
    assert "client_id=123456789012345678" in url
    assert "scope=bot+applications.commands" in url
    permissions = int(url.partition("permissions=")[2].partition("&")[0])
    assert permissions & MANAGE_MESSAGES
    assert not permissions & (1 << 3), "never administrator"


@pytest.mark.parametrize("token", [None, "", "abc", "Bot a.b.c"])
def test_what_is_no_token_is_refused_with_the_remedy(token: str | None) -> None:
    with pytest.raises(SettingsError, match="discord_token") as raised:
        token_of(Settings(discord_token=token))
    assert "Bot a" not in str(raised.value)
