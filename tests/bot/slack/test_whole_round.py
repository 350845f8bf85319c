"""Parley as `parley serve --platform slack` runs it, against a Slack with its rate limits: a whole round."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.main import application
from bot.settings import Settings
from tests.slack_server.reading import shown
from tests.slack_server.server import SlackServer
from tests.slack_server.varying import Variation


@pytest.mark.slow
@pytest.mark.parametrize("seed", [None, 4])
async def test_a_round_from_the_question_to_the_outcome(tmp_path: Path, seed: int | None) -> None:
    async with SlackServer() as slack:
        if seed is not None:
            slack.slack.hub.varied = Variation(seed)
        names = ("alice", "bob", "carol")
        people = [slack.add_user(name) for name in names]
        maria = slack.add_user("maria", admin=True)
        channel = slack.add_channel("general", [*people, maria])
        settings = Settings(
            database=f"sqlite:///{tmp_path / 'parley.db'}",
            platforms=("slack",),
            slack_bot_token=slack.bot_token,
            slack_app_token=slack.app_token,
            slack_api_url=slack.api_url,
            shutdown_grace=1.0,
        )

        def stands(text: str) -> bool:
            return any(text in shown(one) for one in slack.posts(channel))

        async with application(settings) as parley:
            running = asyncio.create_task(parley.run())
            try:
                await slack.until(lambda: slack.connections, 10)
                await maria.command("ask Should we close the office on Fridays?", channel)
                await slack.until(lambda: stands("0 opinions so far"), 10)
                for person, opinion in zip(
                    people,
                    (
                        "We should close on Fridays because people need rest.",
                        "We should close on Fridays, but somebody must answer the phones.",
                        "Closing on Fridays is fine if customers are told in time.",
                    ),
                    strict=True,
                ):
                    await person.say(opinion)
                await slack.until(lambda: stands("3 opinions so far"), 20)
                await maria.command("close", channel)
                await slack.until(lambda: _seeded(slack, channel), 40)
                candidate = next(one for one in slack.posts(channel) if one.reactions)
                for person in people:
                    await person.react(candidate, "six")
                await maria.command("close", channel)
                await slack.until(lambda: any(one.files for one in slack.posts(channel)), 30)
                await slack.until(lambda: stands("This round is closed"), 20)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
        outcome = next(one for one in slack.posts(channel) if "Agreement" in shown(one))
        (picture,) = [one for one in slack.posts(channel) if one.files]
        assert picture.thread_ts == outcome.ts
        assert picture.files[0]["alt_txt"]
        assert max(slack.acknowledged_after) < 3.0
        assert not slack.violations


def _seeded(slack: SlackServer, channel: object) -> bool:
    seeded = [one for one in slack.posts(channel) if one.reactions]  # type: ignore[arg-type]
    return len(seeded) >= 2 and all(len(one.reactions) == 7 for one in seeded)
