"""The platform out of the operator's settings: one workspace by its tokens, or all that install the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bot.settings import Settings
from engine.errors import SettingsError
from engine.ports import Clock

if TYPE_CHECKING:
    from bot.slack.many_workspaces import ManyWorkspaces
    from bot.slack.platform import SlackPlatform
    from storage.database import Database
    from storage.store import DatabaseStore


def by_oauth(settings: Settings) -> bool:
    """Whether the app is installed by OAuth, in any number of workspaces."""
    return settings.slack_client_id is not None


def check(settings: Settings) -> None:
    """Raises SettingsError with one sentence when something is missing, of the wrong kind, or too much."""
    from bot.slack.sealing import Seal

    token, app_token = settings.slack_bot_token, settings.slack_app_token
    if by_oauth(settings):
        if token is not None:
            raise SettingsError(
                "Slack is either one workspace by slack_bot_token or many by slack_client_id: take one of them out."
            )
        if settings.slack_client_secret is None:
            raise SettingsError("Slack needs slack_client_secret beside slack_client_id: see docs/slack.md.")
        Seal(_keys(settings))
    elif token is None:
        raise SettingsError("Slack needs slack_bot_token (xoxb-...): see docs/slack.md.")
    if (token and _shown(token).startswith("xapp-")) or (app_token and _shown(app_token).startswith("xoxb-")):
        raise SettingsError("The two Slack tokens are mixed up: slack_bot_token is xoxb-..., slack_app_token xapp-...")
    if app_token is None and settings.slack_signing_secret is None:
        raise SettingsError("Slack needs slack_app_token (xapp-...) for Socket Mode, or slack_signing_secret for HTTP.")


def from_settings(settings: Settings, clock: Clock, store: DatabaseStore) -> SlackPlatform | ManyWorkspaces:
    """Raises SettingsError as `check`. store: where rounds are kept, and installations; its maker closes it."""
    check(settings)
    common: dict[str, Any] = {
        "clock": clock,
        "app_token": _shown(settings.slack_app_token) or None,
        "signing_secret": _shown(settings.slack_signing_secret) or None,
        "host": settings.host,
        "port": settings.slack_port,
        "moderators": frozenset(settings.slack_moderators),
        "base_url": settings.slack_api_url,
    }
    if by_oauth(settings):
        return _everywhere(settings, store.database, common)
    from bot.slack.platform import SlackPlatform

    return SlackPlatform(_shown(settings.slack_bot_token), **common)


def _everywhere(settings: Settings, database: Database, common: dict[str, Any]) -> ManyWorkspaces:
    from bot.slack.install_pages import InstallPages
    from bot.slack.installations import Installations, States
    from bot.slack.many_workspaces import ManyWorkspaces
    from bot.slack.sealing import Seal
    from bot.slack.workspaces import Workspaces

    client_id = settings.slack_client_id or ""
    installations = Installations(database, client_id, Seal(_keys(settings)))
    pages = InstallPages(
        installations,
        States(database),
        client_id=client_id,
        client_secret=_shown(settings.slack_client_secret),
        redirect_url=settings.slack_redirect_url,
        base_url=settings.slack_api_url,
    )
    return ManyWorkspaces(installations, Workspaces(database), pages, **common)


def _keys(settings: Settings) -> list[str]:
    return [one.get_secret_value() for one in settings.slack_token_keys]


def _shown(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
