"""Slack, Discord and the browser from one process and one database."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.main import application
from bot.settings import Settings
from bot.web.actions import Command
from tests.discord_server import seeing
from tests.discord_server.limits import RateLimits
from tests.discord_server.server import DiscordServer
from tests.slack_server import reading
from tests.slack_server.server import SlackServer

QUESTION = "Should we close the office on Fridays?"


@pytest.mark.slow
async def test_each_platform_has_its_own_round_in_one_database(tmp_path: Path) -> None:
    async with SlackServer() as slack, DiscordServer(limits=RateLimits.none()) as discord:
        ada, there = slack.add_user("ada"), discord.add_user("ada")
        on_slack, on_discord = slack.add_channel("general", [ada]), discord.add_channel("general")
        settings = Settings(
            database=f"sqlite:///{tmp_path / 'parley.db'}",
            platforms="slack,discord,web",
            port=0,
            slack_bot_token=slack.bot_token,
            slack_app_token=slack.app_token,
            slack_api_url=slack.api_url,
            discord_token=discord.token,
            discord_api_url=discord.api_url,
            shutdown_grace=1.0,
        )
        with discord.pointed():
            async with application(settings) as parley:
                running = asyncio.create_task(parley.run())
                try:
                    await slack.until(lambda: slack.connections, 20)
                    await discord.until(lambda: discord.ready, 20)
                    await parley.web.listening()
                    seat = await parley.web.seat("general", "ada")
                    await ada.command(f"ask {QUESTION}", on_slack)
                    await there.command("consensus ask", {"question": QUESTION}, on_discord)
                    await parley.web.act(
                        seat, Command(delivery="asked-here", do="command", place="channel", word="ask", rest=QUESTION)
                    )
                    await slack.until(lambda: any(QUESTION in reading.shown(one) for one in slack.posts(on_slack)), 20)
                    await discord.until(
                        lambda: any(QUESTION in seeing.shown(one) for one in discord.posts(on_discord)), 20
                    )
                    rounds = [
                        one
                        for channel in (
                            f"slack:{slack.team.id}/{on_slack.id}",
                            f"discord:{on_discord.id}",
                            seat.channel,
                        )
                        for one in await parley.store.rounds_in(channel, running=True)
                    ]
                    assert len({one.id for one in rounds}) == 3
                finally:
                    running.cancel()
                    await asyncio.gather(running, return_exceptions=True)
        assert not slack.violations
        assert not discord.violations
