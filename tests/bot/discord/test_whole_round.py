"""Parley as `parley serve --platform discord` runs it, against a Discord with its rate limits: a whole round."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.discord.inbound import KEYCAPS
from bot.main import application
from bot.settings import Settings
from tests.discord_server.seeing import shown
from tests.discord_server.server import DiscordServer
from tests.discord_server.world import Channel, Message

OPINIONS = (
    "We should close on Fridays because people need rest.",
    "We should close on Fridays, but somebody must answer the phones.",
    "Closing on Fridays is fine if customers are told in time.",
)


@pytest.mark.slow
async def test_a_round_from_the_question_to_the_outcome(tmp_path: Path) -> None:
    async with DiscordServer() as discord:
        people = [discord.add_user(name) for name in ("alice", "bob", "carol")]
        shy = discord.add_user("shy", closed=True)
        maria = discord.add_user("maria", roles=[discord.add_role("Moderators")])
        channel = discord.add_channel("general")
        settings = Settings(
            database=f"sqlite:///{tmp_path / 'parley.db'}",
            platforms=("discord",),
            discord_token=discord.token,
            discord_api_url=discord.api_url,
            discord_moderators=("moderators",),
            shutdown_grace=1.0,
        )

        def stands(text: str) -> bool:
            return any(text in shown(one) for one in discord.posts(channel))

        with discord.pointed():
            async with application(settings) as parley:
                running = asyncio.create_task(parley.run())
                try:
                    await discord.until(lambda: discord.ready, 10)
                    question = {"question": "Should we close the office on Fridays?"}
                    await maria.command("consensus ask", question, channel)
                    await discord.until(lambda: stands("0 opinions so far"), 10)
                    await people[0].press("Join and be asked privately")
                    await discord.until(lambda: people[0].messages, 10)
                    for person, opinion in zip(people, OPINIONS, strict=True):
                        await person.say(opinion)
                    await shy.press("Give my opinion")
                    await shy.submit({"position": "5", "opinion": "Close it, and keep one person on call."})
                    await discord.until(lambda: any("on call" in shown(one) for one in shy.ephemerals), 20)
                    await discord.until(lambda: stands("4 opinions so far"), 20)
                    await maria.command("consensus close", None, channel)
                    await discord.until(lambda: _seeded(discord, channel), 60)
                    candidate = next(one for one in discord.posts(channel) if one.reactions)
                    await people[0].react(candidate, KEYCAPS["2"])
                    await people[0].react(candidate, KEYCAPS["6"])
                    earlier = candidate.reactions[KEYCAPS["2"]]
                    await discord.until(lambda: people[0].id not in earlier, 10)
                    await people[1].react(candidate, KEYCAPS["6"])
                    await discord.drop()
                    discord.forget_sessions()
                    await people[2].react(candidate, KEYCAPS["7"])
                    await discord.until(lambda: stands("3 people have rated so far"), 40)
                    await maria.command("consensus close", None, channel)
                    await discord.until(lambda: any(one.attachments for one in discord.posts(channel)), 40)
                    await discord.until(lambda: stands("This round is closed"), 40)
                finally:
                    running.cancel()
                    await asyncio.gather(running, return_exceptions=True)
        (outcome,) = [one for one in discord.posts(channel) if one.attachments]
        assert "Agreement" in shown(outcome)
        assert outcome.attachments[0]["description"]
        assert "Mean rating: 6\\.3" in outcome.content or "Mean rating: 6.3" in outcome.content
        assert not discord.violations


def _seeded(discord: DiscordServer, channel: Channel) -> bool:
    seeded: list[Message] = [one for one in discord.posts(channel) if one.reactions]
    return len(seeded) >= 3 and all(len(one.reactions) == 7 for one in seeded)
