"""The platform out of the operator's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.settings import Settings
from engine.errors import SettingsError
from engine.ports import Clock

if TYPE_CHECKING:
    from bot.slack.platform import SlackPlatform


def from_settings(settings: Settings, clock: Clock) -> SlackPlatform:
    """Raises SettingsError with one sentence when a token is missing or of the wrong kind."""
    from bot.slack.platform import SlackPlatform

    token = settings.slack_bot_token
    if token is None:
        raise SettingsError("Slack needs slack_bot_token (xoxb-...): see docs/slack.md.")
    app_token, signing = settings.slack_app_token, settings.slack_signing_secret
    if token.get_secret_value().startswith("xapp-") or (app_token and app_token.get_secret_value().startswith("xoxb-")):
        raise SettingsError("The two Slack tokens are mixed up: slack_bot_token is xoxb-..., slack_app_token xapp-...")
    return SlackPlatform(
        token.get_secret_value(),
        clock=clock,
        app_token=app_token.get_secret_value() if app_token else None,
        signing_secret=signing.get_secret_value() if signing else None,
        host=settings.host,
        port=settings.slack_port,
        moderators=frozenset(settings.slack_moderators),
        base_url=settings.slack_api_url,
    )
