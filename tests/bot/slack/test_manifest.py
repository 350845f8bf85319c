"""The manifest asks for exactly what is used, in words that Slack's editor takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

import bot.slack
from bot.slack.examining import OPTIONAL, SCOPES
from bot.slack.transport import COMMAND, EVENTS
from tests.slack_server.server import SlackServer


def manifest() -> Any:
    folder = Path(bot.slack.__file__).parent
    return yaml.safe_load((folder / "manifest.yaml").read_text(encoding="utf-8"))


async def test_slack_takes_the_manifest() -> None:
    async with SlackServer() as slack:
        slack.configure(manifest())
        assert slack.app.commands == {COMMAND: True}
        assert slack.app.socket_mode
        assert slack.app.interactivity


def test_it_asks_for_the_scopes_in_use_and_marks_the_optional_ones() -> None:
    scopes = manifest()["oauth_config"]["scopes"]
    assert set(scopes["bot"]) == SCOPES | OPTIONAL
    assert set(scopes["bot_optional"]) == OPTIONAL


def test_it_subscribes_to_what_is_listened_for() -> None:
    asked = {one.partition(".")[0] for one in manifest()["settings"]["event_subscriptions"]["bot_events"]}
    assert asked == {*EVENTS, "app_home_opened", "app_uninstalled", "tokens_revoked"}
